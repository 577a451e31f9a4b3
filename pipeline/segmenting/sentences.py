"""Say where the sentences of a passage begin and end.

Reads a passage's text; gives (start, end) pairs. spaCy's statistical splitter proposes, and rules
for what policy texts do dispose: abbreviations never end a sentence, and a stop before a capital
behind a closed bracket or quotation mark does. French has abbreviations of its own; where one may
also end a sentence, its splitter decides.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from ..records import Passage

if TYPE_CHECKING:
    from spacy.language import Language

_ABBREVIATION = re.compile(
    r"(?:\b(?:No|Nos|Art|Arts|Sec|Ch|Vol|Fig|Para|pp?|Mr|Mrs|Ms|Dr|Prof|Hon|Gen|Col|Lt|Sgt|St|Mt|Jr|Sr|Inc|Ltd|Co|Corp"
    r"|e\.g|i\.e|cf|etc|vs|viz|approx|incl|ca|al|op|cit|Cat|Cf|Ed|Rev"
    r"|U\.S|U\.K|U\.N|E\.U|U\.S\.C|D\.C|P\.C|Q\.C|M\.P|a\.m|p\.m)|\b[A-Z])\.$",
)
_ENDS_ANYWAY = re.compile(r"(?:etc|U\.S|U\.K|U\.N|E\.U|D\.C|a\.m|p\.m|Inc|Ltd|Co|Corp|al)\.$")
_FRENCH_ABBREVIATION = re.compile(
    r"\b(?:MM?|M[mg]rs?|Mmes?|Mlles?|Mes?|[DP]rs?|dr|Stes?|Sts?|[Cc]f|ex|env|vs|[Aa]v|[A-Za-z])\.$"
)
_FRENCH_BEFORE_NUMBERS = re.compile(r"\b(?:arts?|al|chap|nos?|pp|fig|vol|tit)\.$", re.IGNORECASE)
_NUMBER = re.compile(r"\d|[IVXLC]+\b|[A-Z]\.")
_INITIALS = re.compile(r"[A-Z]\.-?[A-Z]\.$")
SURE_END = re.compile(
    r"[.!?](?:[\"'\u201d\u2019)\]]|\s?\u00bb)*\s+(?=(?:[\"'\u201c\u2018(\[]|\u00ab\s?)?[A-Z\u00c0-\u00de])"
)
_STARTS_SENTENCE = frozenset(
    "The This That These Those We It Its In To For As At By On Our A An All Such There However Moreover Furthermore "
    "Additionally Therefore Through With While When If They Their Each Where".split()
)


def with_sentences(passages: list[Passage], language_of: dict[str, Language]) -> list[Passage]:
    """Return the passages with their sentences.

    Args:
        passages: with their language set; a table row has one sentence for each cell, a source is one.
        language_of: spaCy pipelines that set sentence ends, by language; "" is for the rest.
    """
    from dataclasses import replace

    found: list[Passage] = []
    for passage in passages:
        if passage.cells:
            spans = tuple((start, end) for _, start, end in passage.cells)
        elif passage.role == "reference":
            spans = ((0, len(passage.text)),)
        else:
            nlp = language_of.get(passage.language, language_of[""])
            spans = sentences_of(passage.text, nlp)
        found.append(replace(passage, sentences=spans))
    return found


def sentences_of(text: str, nlp: Language) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of the sentences of `text`; together they hold all its words."""
    proposed = {0} | {sentence.start_char for sentence in nlp(text).sents}
    starts = proposed | {match.end() for match in SURE_END.finditer(text)}
    is_abbreviation = _is_french_abbreviation if nlp.lang == "fr" else _is_abbreviation
    kept = [0]
    for start in sorted(starts - {0}):
        before, after = text[:start].rstrip(), text[start:].lstrip()
        if _may_start(before, after) and not is_abbreviation(before, after, start in proposed):
            kept.append(start)
    spans = []
    for start, end in zip(kept, [*kept[1:], len(text)], strict=True):
        stretch = text[start:end]
        first = start + len(stretch) - len(stretch.lstrip())
        last = start + len(stretch.rstrip())
        if last > first:
            spans.append((first, last))
    return tuple(spans)


def _may_start(before: str, after: str) -> bool:
    """Say whether a sentence may start with `after`: behind a stop, with a capital, a digit or a quotation mark."""
    if not after or not re.search(r"[.!?:;](?:[\"'\u201d\u2019)\]]|\s?\u00bb)*$", before):
        return False
    if before[-1] in ":;":
        return False
    return after[0].isupper() or after[0].isdigit() or after[0] in "\"'\u201c\u2018([\u00ab"


def _is_abbreviation(before: str, after: str, _: bool) -> bool:
    """Say whether the stop at the end of `before` is that of an abbreviation, and ends no sentence."""
    if not _ABBREVIATION.search(before):
        return False
    word = re.match(r"[A-Za-z]+", after)
    return not (_ENDS_ANYWAY.search(before) and word and word[0] in _STARTS_SENTENCE)


def _is_french_abbreviation(before: str, after: str, is_proposed: bool) -> bool:
    """Say the same of French; behind initials, such as those of a body, the splitter decides."""
    if _FRENCH_BEFORE_NUMBERS.search(before) and _NUMBER.match(after):
        return True
    if _INITIALS.search(before):
        return not is_proposed
    return _FRENCH_ABBREVIATION.search(before) is not None


@cache
def splitter(package: str = "", language: str = "xx") -> Language:
    """Return a spaCy pipeline that only splits sentences: `package`'s own, or one by punctuation for `language`."""
    import spacy

    if not package:
        nlp = spacy.blank(language)
        nlp.add_pipe("sentencizer")
        return nlp
    from ..models import load_splitter

    return load_splitter(package)
