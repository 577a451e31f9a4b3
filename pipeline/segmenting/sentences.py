"""Say where the sentences of a passage begin and end.

Reads a passage's text; gives (start, end) pairs. spaCy's statistical splitter proposes, and rules
for what policy texts do dispose: abbreviations never end a sentence, and a stop before a capital
behind a closed bracket or quotation mark does.
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
SURE_END = re.compile(r"[.!?][\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c\u2018(\[]?[A-Z\u00c0-\u00de])")
_STARTS_SENTENCE = frozenset(
    "The This That These Those We It Its In To For As At By On Our A An All Such There However Moreover Furthermore "
    "Additionally Therefore Through With While When If They Their Each Where".split()
)


def with_sentences(passages: list[Passage], language_of: dict[str, Language]) -> list[Passage]:
    """Return the passages with their sentences.

    Args:
        passages: with their language set; a table row has one sentence for each cell.
        language_of: spaCy pipelines that set sentence ends, by language; "" is for the rest.
    """
    from dataclasses import replace

    found: list[Passage] = []
    for passage in passages:
        if passage.cells:
            spans = tuple((start, end) for _, start, end in passage.cells)
        else:
            nlp = language_of.get(passage.language, language_of[""])
            spans = sentences_of(passage.text, nlp)
        found.append(replace(passage, sentences=spans))
    return found


def sentences_of(text: str, nlp: Language) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of the sentences of `text`; together they hold all its words."""
    doc = nlp(text)
    starts = {0} | {sentence.start_char for sentence in doc.sents}
    starts |= {match.end() for match in SURE_END.finditer(text)}
    kept = sorted(start for start in starts if start == 0 or _may_start(text, start))
    spans = []
    for start, end in zip(kept, [*kept[1:], len(text)], strict=True):
        stretch = text[start:end]
        first = start + len(stretch) - len(stretch.lstrip())
        last = start + len(stretch.rstrip())
        if last > first:
            spans.append((first, last))
    return tuple(spans)


def _may_start(text: str, start: int) -> bool:
    """Say whether a sentence may start here: behind a stop, and not inside an abbreviation."""
    before, after = text[:start].rstrip(), text[start:].lstrip()
    if not after or not re.search(r"[.!?:;][\"'\u201d\u2019)\]]*$", before):
        return False
    if before[-1] in ":;":
        return False
    if not (after[0].isupper() or after[0].isdigit() or after[0] in "\"'\u201c\u2018(["):
        return False
    if _ABBREVIATION.search(before):
        word = re.match(r"[A-Za-z]+", after)
        return bool(_ENDS_ANYWAY.search(before) and word and word[0] in _STARTS_SENTENCE)
    return not (before.endswith(("...", "\u2026")) and after[0].islower())


@cache
def splitter(package: str = "") -> Language:
    """Return a spaCy pipeline that only splits sentences: `package`'s own, or by punctuation."""
    import spacy

    if not package:
        nlp = spacy.blank("xx")
        nlp.add_pipe("sentencizer")
        return nlp
    from ..models import load_english

    return load_english(package, only_sentences=True)
