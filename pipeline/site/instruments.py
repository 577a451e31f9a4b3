"""Who names an instrument, in which role and where: put together for /instruments and /instrument/<id>.

Reads `instruments`, `mentions` and the passages in which they stand; writes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ..finding.namings import ROLES
from ..instruments import KINDS
from ..store import rows

INSTRUMENTS = """
select instruments.*, count(mentions.id) as mentions, count(distinct mentions.document_id) as documents,
       count(distinct documents.issuer_id) as issuers, min(documents.year) as first_year, max(documents.year) as last_year
from instruments left join mentions on instrument_id = instruments.id left join documents on documents.id = mentions.document_id
"""
_MENTIONS = """
select mentions.*, documents.title as document, documents.year, documents.is_paged, documents.issuer_id as naming_id,
       coalesce(issuers.name, '') as naming, coalesce(pages.label, '') as page_label, passages.text as passage
from mentions join documents on documents.id = mentions.document_id join passages on passages.id = mentions.passage_id
left join issuers on issuers.id = documents.issuer_id
left join pages on pages.document_id = mentions.document_id and pages.number = mentions.page
where instrument_id = ? order by documents.year, documents.id, mentions.page, passages.ordinal, mentions.start
"""
_NAMES = """
select instrument_id as id, lower(text) as name from mentions where instrument_id is not null
union select id, lower(name) from instruments
"""
_ASKED = 3
"""Instruments of a question that a search leads to."""


@dataclass(frozen=True)
class Naming:
    """A sentence that names an instrument: its place, the stretches (start, end) of the names, and the roles that they have."""

    row: dict[str, Any]
    marks: tuple[tuple[int, int], ...]
    roles: tuple[str, ...]


def instruments(db: Database) -> list[dict[str, Any]]:
    """Return all instruments, with how many mentions, documents and issuers name each; those that most documents name first."""
    return rows(db, f"{INSTRUMENTS} group by instruments.id order by documents desc, mentions desc, name")


def by_kind(db: Database) -> dict[str, Any]:
    """Return all instruments by their kind, and what each kind means."""
    listed = instruments(db)
    groups = {kind: [one for one in listed if one["kind"] == kind] for kind in KINDS}
    return {
        "groups": {kind: found for kind, found in groups.items() if found},
        "meanings": KINDS,
        "count": len(listed),
        "named": sum(1 for one in listed if one["mentions"]),
    }


def instrument(db: Database, code: str, role: str) -> dict[str, Any] | None:
    """Return who names an instrument and in which sentences; None when it is unknown.

    Args:
        role: the one role of which sentences are given; all when it is empty.
    """
    found = rows(db, f"{INSTRUMENTS} where instruments.id = ? group by instruments.id", [code])
    if not found:
        return None
    mentions = rows(db, _MENTIONS, [code])
    times: dict[tuple[str, str], Counter[str]] = {}
    for one in mentions:
        times.setdefault((one["naming_id"] or "", one["naming"]), Counter())[one["role"]] += 1
    years: dict[int | None, set[str]] = {}
    for one in mentions:
        years.setdefault(one["year"], set()).add(one["document_id"])
    return {
        "instrument": found[0],
        "meaning": KINDS[found[0]["kind"]],
        "roles": {name: n for name in ROLES if (n := sum(one["role"] == name for one in mentions))},
        "meanings": ROLES,
        "role": role,
        "issuers": sorted(times.items(), key=lambda one: (-one[1].total(), one[0][1])),
        "years": {year: len(years[year]) for year in sorted(years, key=lambda year: year or 9999)},
        "namings": [one for one in _sentences(mentions) if role in ("", *one.roles)],
    }


def _sentences(mentions: list[dict[str, Any]]) -> list[Naming]:
    """Return the sentences of mentions, each once however often it names the instrument."""
    together: dict[tuple[str, int], list[dict[str, Any]]] = {}
    begins = [_begin(one) for one in mentions]
    for one, begin in zip(mentions, begins, strict=True):
        together.setdefault((one["passage_id"], begin), []).append(one)
    return [
        Naming(
            listed[0],
            tuple((one["start"] - begin, one["end"] - begin) for one in listed),
            tuple(dict.fromkeys(one["role"] for one in listed)),
        )
        for (_, begin), listed in together.items()
    ]


def _begin(mention: dict[str, Any]) -> int:
    """Return where the sentence of a mention begins in its passage."""
    return int(mention["passage"].find(mention["quote"], max(0, mention["start"] - len(mention["quote"]) + 1)))


def names(db: Database) -> dict[str, tuple[str, str]]:
    """Return (code, label) of each instrument by every name, in small letters, by which it and no other is named in full."""
    labels = {row["id"]: row["name"] for row in rows(db, "select id, name from instruments")}
    bearers: dict[str, set[str]] = {}
    for row in rows(db, _NAMES):
        bearers.setdefault(row["name"].removeprefix("the "), set()).add(row["id"])
    return {
        name: (code, labels[code])
        for name, (code, *others) in bearers.items()
        # "the Convention" leads back to a name before it; "UNCLOS" and "Budapest Convention" stand for themselves
        if not others and (" " in name or name.upper() == code)
    }


def asked_for(known: Mapping[str, tuple[str, str]], question: str) -> list[tuple[str, str]]:
    """Return the instruments, (code, label) each, that a question names in full, the longest names first."""
    asked = question.lower()
    found = [name for name in known if name in asked and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", asked)]
    return list(dict.fromkeys(known[name] for name in sorted(found, key=len, reverse=True)))[:_ASKED]
