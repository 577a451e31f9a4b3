"""Mentions: which issuers and groups a document names, where, and in which role.

Reads `passages` and the issuers' names; writes `mentions`, and rows of `issuers` for those who are
named but issue nothing themselves. A document does not mention its own issuer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from .documents import write_issuers
from .finding.names import Names
from .ids import digest
from .issuers import Issuer, Issuers, load_issuers
from .passages import COVERED, load_passages
from .records import Mention, Passage, Report, Tally
from .settings import Settings
from .store import outputs, rows, write_rows
from .work import work_through

FINDER = "mentions/2"

ROLES = {
    "partner": "named as somebody to work with, or to help",
    "threat": "named beside a danger",
    "model": "named as an example to follow",
    "mention": "named in passing",
}
_CUES = {
    "partner": re.compile(
        r"\b(?:co-?operat\w+|partner\w*|all(?:y|ies)|collaborat\w+|together with|work(?:s|ing)? with|jointly|alongside|dialogue"
        r"|bilateral|multilateral|engage\w*|exchange\w*|assist\w*|capacity[- ]building|relations?hips?|members? of|contribut\w+)\b",
        re.IGNORECASE,
    ),
    "threat": re.compile(
        r"\b(?:attribut\w+ to|malicious|attack\w*|espionage|threat\w* (?:from|posed by)|adversar\w+|hostile|aggression|sanction\w*)\b",
        re.IGNORECASE,
    ),
    "model": re.compile(r"\b(?:example of|modelled on|following the example|best practices? (?:of|from)|similar to)\b", re.IGNORECASE),
}  # fmt: skip


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Find the mentions of every document whose passages, or whose issuer, changed."""
    issuers = load_issuers(settings.corpus)
    documents = {row["id"]: row for row in rows(db, "select id, issuer_id from documents")}
    inputs = {
        name: digest(FINDER, passages_hash, issuers.names_hash, documents[name]["issuer_id"])
        for name, passages_hash in outputs(db, "passages").items()
        if name in documents
    }
    finder = Names(issuers)

    def load(name: str) -> tuple[Any, ...]:
        return finder, load_passages(db, name), own_codes(issuers, documents[name]["issuer_id"])

    def keep(name: str, found: list[tuple[str, Passage, Mention]], tally: Tally) -> str:
        tally.add("mentions", len(found))
        known = {row["id"] for row in rows(db, "select id from issuers")}
        new = {mention.issuer for _, _, mention in found} - known
        if new:
            write_issuers(db, issuers, {**_present(db, issuers), **{code: issuers[code] for code in new}})
        return _write(db, name, found)

    return work_through(
        db, "mentions", inputs, load=load, task=find, keep=keep, settings=settings, report=report, within="threads"
    )


def find(
    names: Names, passages: Sequence[tuple[str, Passage]], own: frozenset[str]
) -> list[tuple[str, Passage, Mention]]:
    """Return (passage id, passage, mention) of everybody whom a document names but its own issuers."""
    return [
        (passage_id, passage, Mention(mention.issuer, mention.start, mention.end, role_of(passage, mention)))
        for passage_id, passage in passages
        if passage.role not in ("contents", "reference") and (passage.language in COVERED or not passage.language)
        for mention in names.find(passage.text)
        if mention.issuer not in own
    ]


def role_of(passage: Passage, mention: Mention) -> str:
    """Return the role in which an issuer is named, by the words of the sentence around it."""
    start, end = next(((s, e) for s, e in passage.sentences if s <= mention.start < e), (0, len(passage.text)))
    sentence = passage.text[start:end]
    for role, cue in _CUES.items():
        if cue.search(sentence):
            return role
    return "mention"


def own_codes(issuers: Issuers, code: str | None) -> frozenset[str]:
    """Return the codes that a document of an issuer does not mention by naming: its own, or its signatories'."""
    if code is None:
        return frozenset()
    return frozenset((code, *code.split("-"))) if code not in issuers else frozenset((code,))


def _present(db: Database, issuers: Issuers) -> Mapping[str, Issuer]:
    """Return the issuers that have a row already, joint ones included."""
    codes = [row["id"] for row in rows(db, "select id from issuers")]
    return {code: issuers[code] if code in issuers else issuers.joint(tuple(code.split("-"))) for code in codes}


def _write(db: Database, document_id: str, found: list[tuple[str, Passage, Mention]]) -> str:
    listed = [
        {
            "id": digest(passage_id, mention.issuer, mention.start),
            "issuer_id": mention.issuer,
            "document_id": document_id,
            "passage_id": passage_id,
            "page": passage.page_of(mention.start),
            "text": passage.text[mention.start : mention.end],
            "role": mention.role,
            "start": mention.start,
            "end": mention.end,
        }
        for passage_id, passage, mention in found
    ]
    write_rows(db, "mentions", listed, where="document_id = ?", args=[document_id])
    return digest(*(row["id"] for row in listed))
