"""Mentions: which issuers, groups and instruments a document names, where, and in which role.

Reads `passages`, `documents` and the names of issuers and instruments; writes `mentions`, `instruments`, and rows
of `issuers` for those who are named but issue nothing themselves. A document does not mention its own
issuer, nor what appeared after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlite_utils import Database

from .documents import write_issuers
from .finding.names import Names, Referring
from .finding.namings import role_of
from .finding.senses import Entity, Recogniser, means_issuer, recogniser
from .ids import digest
from .instruments import Instruments, load_instruments
from .issuers import Issuer, Issuers, load_issuers
from .models import load_recogniser
from .passages import COVERED, load_passages
from .records import Mention, Passage, Report, Tally
from .settings import Settings
from .store import outputs, rows, write_rows
from .work import work_through

FINDER = "mentions/4"
_SPELT_WITHIN = 200
"""Characters before a short name in which the words that it abbreviates are looked for."""
_UNREAD = frozenset({"contents", "reference"})
_SPELT_OUT = re.compile(r"([A-Z][\w\u2019'&-]*(?: (?:[A-Z][\w\u2019'&-]*|of|the|for|and|on|in|against))+) \($")


@dataclass(frozen=True)
class Known:
    """Everything by which mentions are found: the names, and what is known of their bearers."""

    names: Names
    issuers: Issuers
    instruments: Instruments
    recognise: Recogniser = lambda _: ()


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Find the mentions of every document whose passages, date or issuer changed."""
    issuers, instruments = load_issuers(settings.corpus), load_instruments(settings.corpus)
    documents = {row["id"]: row for row in rows(db, "select id, issuer_id, published_on from documents")}
    inputs = {
        name: digest(
            FINDER, passages_hash, issuers.names_hash, instruments.names_hash, settings.english,
            documents[name]["issuer_id"], documents[name]["published_on"],
        )
        for name, passages_hash in outputs(db, "passages").items()
        if name in documents
    }  # fmt: skip
    known = Known(Names(issuers, instruments), issuers, instruments, _recogniser_when_needed(settings.english))
    with db.atomic():
        listed = [{"id": one.code, "name": one.name, "kind": one.kind, "since": one.since} for one in instruments]
        write_rows(db, "instruments", listed)

    def load(name: str) -> tuple[Any, ...]:
        document = documents[name]
        return known, load_passages(db, name), own_codes(issuers, document["issuer_id"]), document["published_on"]

    def keep(name: str, found: list[tuple[str, Passage, Mention]], tally: Tally) -> str:
        tally.add("mentions", len(found))
        present = {row["id"] for row in rows(db, "select id from issuers")}
        new = {mention.issuer for _, _, mention in found if mention.issuer} - present
        if new:
            write_issuers(db, issuers, {**_present(db, issuers), **{code: issuers[code] for code in new}})
        return _write(db, name, found)

    return work_through(
        db, "mentions", inputs, load=load, task=find, keep=keep, settings=settings, report=report, within="threads"
    )


def find(
    known: Known, passages: Sequence[tuple[str, Passage]], own: frozenset[str], published_on: str = ""
) -> list[tuple[str, Passage, Mention]]:
    """Return (passage id, passage, mention) of all whom a document names.

    Args:
        own: codes of its issuers, which it does not mention.
        published_on: the day, month or year of the document; "" when unknown. What appeared later is no mention.
    """
    referring = Referring(known.instruments)
    read = [one for one in passages if one[1].role not in _UNREAD and one[1].language in (*COVERED, "")]
    read.sort(key=lambda one: one[1].pages[0])  # footnotes behind their page
    names = [list(known.names.find(passage.text)) for _, passage in read]
    of_its_own = {
        short for (_, passage), listed in zip(read, names, strict=True)
        for short in other_senses(known, passage.text, listed)
    }  # fmt: skip
    found = []
    for (passage_id, passage), listed in zip(read, names, strict=True):
        full = [_claimed(known, one, passage.text, published_on) for one in listed]
        full = [one for one in full if not is_later(_since(known, one), published_on)]
        full = [one for one in full if passage.text[one.start : one.end] not in of_its_own]
        full = [one for one in full if one.issuer not in own and _is_meant(known, passage, one, full)]
        for mention in sorted((*full, *referring.find(passage.text, full)), key=lambda one: one.start):
            start, end = sentence_of(passage, mention.start)
            others = [passage.text[one.start : one.end] for one in full if one.issuer and start <= one.start < end]
            role = role_of(
                passage.text[start:end], mention.start - start, mention.end - start, kind_of(known, mention), others
            )
            found.append((passage_id, passage, replace(mention, role=role)))
    return found


def other_senses(known: Known, text: str, mentions: Iterable[Mention]) -> Iterator[str]:
    """Yield those short names among the mentions of a text that it spells out otherwise: "Cyber Watch Centre (CWC)"."""
    for mention in mentions:
        name = text[mention.start : mention.end]
        words = _SPELT_OUT.search(text[max(0, mention.start - _SPELT_WITHIN) : mention.start])
        if name.isupper() and words and text[mention.end : mention.end + 1] == ")":
            bearer = known.instruments[mention.instrument] if mention.instrument else known.issuers[mention.issuer]
            spelt = _spelt_by(name, words[1])
            known_as = [_stems(one) for one in (bearer.name, *bearer.aliases)]
            is_its_own = any(one and len(_stems(spelt) & one) >= min(2, len(one)) for one in known_as)
            if spelt and not is_its_own:
                yield name


def _spelt_by(name: str, words: str) -> str:
    """Return the end of `words` that an acronym abbreviates, from its first letter on; "" when there is none."""
    for start in re.finditer(rf"(?<![\w-]){name[0]}", words):
        initials = "".join(re.findall(r"\b[A-Z]", words[start.start() :]))
        if re.search(".*".join(re.escape(letter) for letter in name if letter.isalpha()), initials):
            return words[start.start() :]
    return ""


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())}


def is_later(since: str, published_on: str) -> bool:
    """Say whether what appeared at `since` is later than a document, as far as both dates are known."""
    known = min(len(since), len(published_on))
    return published_on[:known] < since[:known]


def sentence_of(passage: Passage, offset: int) -> tuple[int, int]:
    """Return the start and end of the sentence around an offset: the quote of a mention."""
    return next(((s, e) for s, e in passage.sentences if s <= offset < e), (0, len(passage.text)))


def kind_of(known: Known, mention: Mention) -> str:
    """Return of which kind the instrument or issuer is that is named."""
    return known.instruments[mention.instrument].kind if mention.instrument else known.issuers[mention.issuer].kind


def own_codes(issuers: Issuers, code: str | None) -> frozenset[str]:
    """Return the codes that a document of an issuer does not mention by naming: its own, or its signatories'."""
    if code is None:
        return frozenset()
    return frozenset((code, *code.split("-"))) if code not in issuers else frozenset((code,))


def _since(known: Known, mention: Mention) -> str:
    if mention.instrument:
        return known.instruments[mention.instrument].since
    return known.issuers[mention.issuer].since


def _claimed(known: Known, mention: Mention, text: str, published_on: str) -> Mention:
    """Return a mention of the instrument that a name means at the date of the document; of its first bearer before."""
    if not mention.instrument:
        return mention
    return replace(
        mention,
        instrument=known.instruments.bearer(mention.instrument, text[mention.start : mention.end], published_on),
    )


def _is_meant(known: Known, passage: Passage, mention: Mention, beside: Sequence[Mention]) -> bool:
    name = passage.text[mention.start : mention.end]
    if not mention.issuer or name not in known.issuers[mention.issuer].ambiguous:
        return True
    start, end = sentence_of(passage, mention.start)
    others = [(one.start - start, one.end - start) for one in beside if one is not mention]
    return means_issuer(passage.text[start:end], mention.start - start, mention.end - start, known.recognise, others)


def _recogniser_when_needed(english: str) -> Recogniser:
    """Return a recogniser that loads its model with the first sentence that it gets."""

    @cache
    def loaded() -> Recogniser:
        return recogniser(load_recogniser(english))

    def recognise(text: str) -> Sequence[Entity]:
        return loaded()(text)

    return recognise


def _present(db: Database, issuers: Issuers) -> Mapping[str, Issuer]:
    """Return the issuers that have a row already, joint ones included."""
    codes = [row["id"] for row in rows(db, "select id from issuers")]
    return {code: issuers[code] if code in issuers else issuers.joint(tuple(code.split("-"))) for code in codes}


def _write(db: Database, document_id: str, found: list[tuple[str, Passage, Mention]]) -> str:
    listed = []
    for passage_id, passage, mention in found:
        start, end = sentence_of(passage, mention.start)
        listed.append(
            {
                "id": digest(passage_id, mention.issuer or mention.instrument, mention.start),
                "issuer_id": mention.issuer or None,
                "instrument_id": mention.instrument or None,
                "document_id": document_id,
                "passage_id": passage_id,
                "page": passage.page_of(mention.start),
                "text": passage.text[mention.start : mention.end],
                "quote": passage.text[start:end],
                "role": mention.role,
                "start": mention.start,
                "end": mention.end,
            }
        )
    write_rows(db, "mentions", listed, where="document_id = ?", args=[document_id])
    return digest(*(row["id"] for row in listed))
