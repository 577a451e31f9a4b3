"""Say where the sentences of a passage begin and end.

Reads a passage's text; gives (start, end) pairs. spaCy's statistical splitter proposes, and rules
for what policy texts do dispose: abbreviations never end a sentence, and a stop before a capital
behind a closed bracket or quotation mark does. French has abbreviations of its own; where one may
also end a sentence, its splitter decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..records import Page, Passage
from .rows import origins

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


_STOP_OR_GAP = re.compile(r"[a-z)](?:(?P<stop>[.!?][\"\u201d\u2019)]*\s+)|(?P<gap> {2}))(?=[A-Z])")
_WORD_GAP = re.compile(r"[a-z)] {2}(?=[a-z])")
_LEAST_GAPS = 20
_GAPS_FOR_A_STOP = 3
_GAPS_FOR_A_WORD_GAP = 4


def with_sentences(
    passages: list[Passage], language_of: dict[str, Language], pages: Sequence[Page] = ()
) -> list[Passage]:
    """Return the passages with their sentences.

    Args:
        passages: with their language set; a table row has one sentence for each cell, a source is one.
        language_of: spaCy pipelines that set sentence ends, by language; "" is for the rest.
        pages: those that they stand on; where they lost their stops, the blanks that are left of them count.
    """
    from dataclasses import replace

    texts = {page.number: page.text for page in pages} if lost_stops(pages) else {}
    found: list[Passage] = []
    for passage in passages:
        if passage.cells:
            spans = tuple((start, end) for _, start, end in passage.cells)
        elif passage.role == "reference":
            spans = ((0, len(passage.text)),)
        else:
            nlp = language_of.get(passage.language, language_of[""])
            spans = sentences_of(passage.text, nlp, _behind_gaps(passage, texts) if texts else ())
        found.append(replace(passage, sentences=spans))
    return found


def lost_stops(pages: Iterable[Page]) -> bool:
    """Say whether a document has lost its full stops: two blanks and a capital stand where they should be, and seldom else."""
    stops = gaps = word_gaps = 0
    for page in pages:
        for match in _STOP_OR_GAP.finditer(page.text):
            stops += match["stop"] is not None
            gaps += match["gap"] is not None
        word_gaps += len(_WORD_GAP.findall(page.text))
    return gaps >= max(_LEAST_GAPS, _GAPS_FOR_A_STOP * stops, _GAPS_FOR_A_WORD_GAP * word_gaps)


def _behind_gaps(passage: Passage, texts: Mapping[int, str]) -> list[int]:
    """Return where in a passage a capital stands behind two blanks, in a line or at its end."""
    starts: list[int] = []
    for segment in passage.segments:
        printed = texts[segment.page][segment.page_start : segment.page_end + 2]
        places = [*origins(printed[:-2]), len(printed) - 2]
        for place in range(segment.end - segment.start):
            offset = segment.start + place
            is_gap = printed[places[place + 1] - 2 : places[place + 1]] == "  "
            if is_gap and place + 1 < segment.end - segment.start:
                starts.append(offset + 1)
        if printed.endswith("  ") and segment.end < len(passage.text):
            starts.append(segment.end + 1)
    return [start for start in starts if passage.text[start - 1 : start] == " " and passage.text[start].isupper()]


def sentences_of(text: str, nlp: Language, sure: Collection[int] = ()) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of the sentences of `text`; together they hold all its words.

    Args:
        text: of a passage.
        nlp: the splitter of its language.
        sure: where sentences start whatever stands before.
    """
    proposed = {0} | {sentence.start_char for sentence in nlp(text).sents}
    starts = proposed | {match.end() for match in SURE_END.finditer(text)}
    is_abbreviation = _is_french_abbreviation if nlp.lang == "fr" else _is_abbreviation
    kept = [0]
    for start in sorted((starts | set(sure)) - {0}):
        before, after = text[:start].rstrip(), text[start:].lstrip()
        if start in sure or (_may_start(before, after) and not is_abbreviation(before, after, start in proposed)):
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


@cache
def word_list(package: str) -> frozenset[str]:
    """Return the words that a spaCy pipeline knows from its training, lower case, before it has read any text."""
    from ..models import load_splitter

    return frozenset(word for word in load_splitter(package).vocab.strings if word.isalpha() and word.islower())
