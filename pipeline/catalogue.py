"""The catalogue: real documents with their official addresses, and which of them a file is.

Reads `corpora/catalogue.csv`. Used by the importer of the exchange format, whose files take id, family
and edition from the catalogue, so that their addresses are readable.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from .ids import slug
from .manifest import to_entry
from .records import Entry
from .settings import bundled

CATALOGUE_FILE = "catalogue.csv"
_LEAST_ALIKE = 0.5


@dataclass(frozen=True)
class Listing:
    """A document of the catalogue; `is_seed` marks those of the Canada-Japan question."""

    entry: Entry
    is_seed: bool


@cache
def load_catalogue() -> tuple[Listing, ...]:
    """Return the documents of the catalogue, in the order of their ids."""
    with (bundled("corpora") / CATALOGUE_FILE).open(encoding="utf-8", newline="") as file:
        return tuple(Listing(to_entry({**row, "path": ""}), row["seed"] == "1") for row in csv.DictReader(file))


def match(entry: Entry, listings: Iterable[Listing]) -> Entry | None:
    """Return the catalogued document that `entry` is, or None.

    The address decides, with the language where one address has several texts; without an address
    the issuers, the year and the words of the title have to agree.
    """
    if entry.source_url:
        found = [one.entry for one in listings if one.entry.source_url == entry.source_url]
        in_language = [one for one in found if one.language == entry.language]
        return next(iter(in_language or found), None)
    alike = [
        (_likeness(one.entry.title, entry.title), one.entry.id, one.entry)
        for one in listings
        if one.entry.issuers == entry.issuers and one.entry.published_on[:4] == entry.published_on[:4]
    ]
    best = max(alike, default=(0.0, "", None), key=lambda item: item[:2])
    return best[2] if best[0] >= _LEAST_ALIKE else None


def _likeness(a: str, b: str) -> float:
    first, second = set(slug(a, most=200).split("-")), set(slug(b, most=200).split("-"))
    return len(first & second) / max(1, min(len(first), len(second)))
