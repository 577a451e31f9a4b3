"""How texts, numbers and pages are shown, and where the answers to questions in SQL lead. All of it is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

_PLACES = {
    "commitment_id": "/commitment/{commitment_id}",
    "other_id": "/commitment/{other_id}",
    "document_id": "/document/{document_id}",
    "instrument_id": "/instrument/{instrument_id}",
    "passage_id": "/document/{document_id}?passage={passage_id}#{passage_id}",
}
"""Where an id leads, by the name of its column in an answer."""
_LED = {
    "quote": ("commitment_id", "passage_id"), "quote_a": ("commitment_id",), "quote_b": ("other_id",),
    "earlier_quote": ("commitment_id",), "later_quote": ("other_id",), "first_quote": ("commitment_id",), "document": ("document_id",),
    "instrument": ("instrument_id",),
}  # fmt: skip
"""Columns whose words lead where an id beside them leads, to the first of these that is there."""
_UNLABELLED = {
    '<select name="_filter_column': 'aria-label="Column"', '<select name="_filter_op': 'aria-label="Condition"',
    '<input type="text" name="_filter_value': 'aria-label="Value"', '<select name="_sort"': 'aria-label="Sort by"',
    '<textarea id="sql-editor"': 'aria-label="Question in SQL"', "<h3": 'aria-level="2"',
    '<pre id="sql-query"': 'tabindex="0"', '<dl class="column-descriptions"': 'tabindex="0"',
    '<div class="table-wrapper"': 'tabindex="0" role="region" aria-label="Rows"',
}  # fmt: skip
"""What Datasette's own pages leave out, by how a tag begins: the name of a field, and a way into what scrolls for a keyboard."""
_WORDS = re.compile(r"(\w+)")


def may_lead(column: str) -> bool:
    """Say whether the cells of a column of this name may lead somewhere."""
    return column in _LED or column in _PLACES


def led(row: Mapping[str, Any], column: str, path: Callable[[str], str]) -> Markup | None:
    """Return a cell of an answer as a link to the commitment, document or passage that it is of; None when it is of none.

    Args:
        row: the cells of the answer's row by their columns.
        path: makes the path of an address of this site.
    """
    ids = {name: quote(value, safe="") for name, value in row.items() if name in _PLACES and isinstance(value, str)}
    for name in _LED.get(column, (column,)):
        needed = {name, "document_id"} if name == "passage_id" else {name}
        if name in _PLACES and row[column] and all(ids.get(one) for one in needed):
            return Markup(f'<a href="{escape(path(_PLACES[name].format(**ids)))}">{escape(str(row[column]))}</a>')
    return None


def labelled(page: Markup) -> Markup:
    """Return a page of Datasette's own with a name on each field, its headings in order, and nothing out of reach of a keyboard."""
    text = str(page)  # as it is: Markup of before 3.0 escapes also what it is to look for, and finds nothing
    for begin, more in _UNLABELLED.items():
        tag, space, rest = begin.partition(" ")
        text = text.replace(begin, f"{tag} {more}{space}{rest}")
    return Markup(text)


def marked(text: str, marks: Iterable[tuple[int, int]], tag: str = "mark") -> Markup:
    """Return `text`, escaped, with the stretches (start, end) in `marks` inside <mark> elements."""
    shown = ""
    place = 0
    for start, end in sorted(marks):
        if start >= place:
            shown += f"{escape(text[place:start])}<{tag}>{escape(text[start:end])}</{tag}>"
            place = end
    return Markup(shown + escape(text[place:]))


def apart(note: str, a: Any, b: Any) -> tuple[list[str], list[str]]:
    """Return in what two promises agree, and in what they differ: the parts of a note of `judging.py`, firmness and deadline."""
    parts = [_of_one_word(part) for part in note.split("; ") if part]
    differ = [part for part in parts if " / " in part or " \u2192 " in part]
    agree = [part for part in parts if part not in differ]
    if a.bindingness != b.bindingness and not any(part.startswith("bindingness: ") for part in parts):
        differ.append(f"bindingness: {a.bindingness.lower()} / {b.bindingness.lower()}")
    if (a.deadline or "").lower() != (b.deadline or "").lower():
        differ.append(f"deadline: {a.deadline or 'none'} / {b.deadline or 'none'}")
    return agree, differ


def _of_one_word(part: str) -> str:
    """Return a part of a note; forms of one word, such as "implemented / implement", are one."""
    name, _, words = part.partition(": ")
    short, long = sorted(words.split(" / "), key=len) if words.count(" / ") == 1 else ("", words)
    return f"{name}: {short}" if len(short) > 3 and long.startswith(short) else part


def codes_in(text: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the codes that a text names, each with its label, in the order in which they come."""
    return list(dict.fromkeys((word, labels[word]) for word in _WORDS.findall(text) if word in labels))


def coded(text: str, labels: Mapping[str, str]) -> Markup:
    """Return `text`, escaped, with the codes that it names explained as abbreviations."""
    pieces = (
        f'<abbr title="{escape(labels[piece])}">{escape(piece)}</abbr>' if piece in labels else escape(piece)
        for piece in _WORDS.split(text)
    )
    return Markup("".join(pieces))


def number(value: int | float | None) -> str:
    """Return a number with thin groups of three: 12,345."""
    return "" if value is None else f"{value:,}"


def page(row: Any) -> str:
    """Return the page of a quote, row or hit for people: "p. 27", or "" when its text has no pages.

    Where the number that is printed on a page is another than the one by which a viewer finds it: "p. 41 (page 44 of the file)".
    """
    values = row if isinstance(row, dict) else vars(row)
    if not values.get("is_paged"):
        return ""
    number, label = str(values.get("page")), str(values.get("page_label") or "")
    return f"p. {label} (page {number} of the file)" if label not in ("", number) else f"p. {number}"


def source(address: str, number: int) -> str:
    """Return the address of an official source, at a page of it where it is a PDF: viewers open it there."""
    path, _, fragment = address.partition("#")
    return f"{path}#page={number}" if path.lower().endswith(".pdf") and not fragment else address


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 commitment", "2 commitments"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sure(confidence: float) -> str:
    """Return a confidence for people: "93 % sure". A machine is never quite sure, nor quite unsure."""
    return f"{min(99, max(1, round(100 * confidence)))}\u00a0%\u00a0sure"
