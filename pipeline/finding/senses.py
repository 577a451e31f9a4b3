"""Whether a name that has two senses means the issuer: Georgia, which is also a state of the USA; Jordan, also a person.

Reads a sentence with the place of such a name; gives a verdict. Only sentences that hold a name which
`issuers.toml` calls ambiguous come here, so spaCy's recogniser of names, which is slow, reads few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

Entity = tuple[int, int, str]
"""A name that spaCy found: start, end and kind, such as PERSON, GPE (states, cities) or ORG."""
Recogniser = Callable[[str], Sequence[Entity]]

US_STATES = re.compile(
    r"\b(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho|Illinois|Indiana"
    r"|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    r"|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|North Carolina|North Dakota|Ohio|Oklahoma|Oregon"
    r"|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Wisconsin|Wyoming)\b"
)
_OF_A_STATE = re.compile(
    r"\b(?:Republic|Kingdom|Government|Ministry|Minister|Embassy|Parliament|President|Army|Forces|CERT|People|State)\b"
)
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Senator|Judge|General|Colonel|Captain|Minister|President)\.? $"
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def recogniser(nlp: Language) -> Recogniser:
    """Return a function that gives the names in a text."""

    def recognise(text: str) -> list[Entity]:
        return [(one.start_char, one.end_char, one.label_) for one in nlp(text).ents]

    return recognise


def means_issuer(
    sentence: str, start: int, end: int, recognise: Recogniser, beside: Sequence[tuple[int, int]] = ()
) -> bool:
    """Say whether the ambiguous name `sentence[start:end]` means the issuer.

    Args:
        beside: (start, end) of other names of issuers in the sentence.

    Returns:
        True for a name in capitals ("FIRST", "US"), except among other words in capitals, as in a heading. False for
        any other that spaCy takes for a part of a longer one ("Jordan Smith", "Georgia Power"), that has a title
        before it, or that stands among states or behind a city of the USA.
    """
    name = sentence[start:end]
    if name.isupper():
        return not _is_shouted(sentence, start, end)
    if _TITLE.search(sentence[:start]):
        return False
    entities = recognise(sentence)
    around = next(((s, e, kind) for s, e, kind in entities if s <= start and end <= e), None)
    if around is not None:
        whole = sentence[around[0] : around[1]]
        more = re.sub(r"^(?:the|The) |(?:'s|\u2019s)$", "", whole).strip() != name
        if more and around[2] in ("PERSON", "ORG", "FAC", "LOC", "EVENT", "PRODUCT") and not _OF_A_STATE.search(whole):
            return False
        if around[2] == "PERSON" and not more and not any(kind in ("GPE", "NORP") for *_, kind in entities):
            return False
    cities = [one[:2] for one in entities if one[2] == "GPE" and one[:2] not in beside]
    return not _is_in_the_usa(sentence, start, end, cities)


def _is_shouted(sentence: str, start: int, end: int) -> bool:
    if sentence[end : end + 1] == "-":
        return False  # "US-DOC"
    others = sentence[:start] + sentence[end:]
    if others.strip(" .:;,()") and others.upper() == others:
        return True
    before, after = _WORD.findall(sentence[:start])[-1:], _WORD.findall(sentence[end:])[:1]
    return bool(before or after) and all(word.isupper() for word in (*before, *after))


def _is_in_the_usa(sentence: str, start: int, end: int, cities: Sequence[tuple[int, int]]) -> bool:
    """Say whether a name that is also one of a state of the USA stands among them, or behind a city: "Macon, Georgia"."""
    if sentence[start:end] != "Georgia":
        return False
    is_behind_city = any(sentence[e:start] == ", " for _, e in cities)
    return is_behind_city or US_STATES.search(sentence) is not None
