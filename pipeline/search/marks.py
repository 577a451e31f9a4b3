"""Marks: which words of a text matched a question.

Reads strings; gives stretches of them. The full-text index says itself what it matched: texts are put into one of their
own, in memory, that cuts and stems words as that of the database does. What stood between quotation marks is marked where
it stands letter for letter.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence

from ..store import TOKENS
from .questions import Question
from .words import Span

_BEGIN, _END = "\ufdd0", "\ufdd1"
"""Around a match: signs that stand for no letter in any text."""


def marks_of(texts: Sequence[str], question: Question) -> list[tuple[Span, ...]]:
    """Return for each text (start, end) of the words that a question asks for, in their order."""
    return [
        tuple(sorted({*spans, *question.quotes_in(text)}))
        for text, spans in zip(texts, _matched(texts, question.fts_of_any()), strict=True)
    ]


def _matched(texts: Sequence[str], query: str) -> list[list[Span]]:
    """Return for each text (start, end) of what the index matches."""
    found: list[list[Span]] = [[] for _ in texts]
    if not query:
        return found
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"create virtual table texts using fts5(text, tokenize = '{TOKENS}')")
        connection.executemany("insert into texts (rowid, text) values (?, ?)", enumerate(texts))
        sql = "select rowid, highlight(texts, 0, ?, ?) from texts where texts match ?"
        for place, marked in connection.execute(sql, [_BEGIN, _END, query]):
            found[place] = list(_spans(texts[place], marked))
    finally:
        connection.close()
    return found


def _spans(text: str, marked: str) -> Iterator[Span]:
    """Yield (start, end) in a text of what stands between the signs in the same text with them; none where it has such a sign."""
    if _BEGIN in text or _END in text:
        return
    for number, match in enumerate(re.finditer(f"{_BEGIN}([^{_END}]*){_END}", marked)):
        start = match.start() - 2 * number
        yield start, start + len(match[1])
