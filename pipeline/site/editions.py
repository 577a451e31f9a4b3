"""What changed between editions: the table `edition_changes`, put together for /editions/<family>."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ..comparing import Quote, quotes
from ..editions import CHANGES, differences
from ..store import rows
from . import queries

MOST = 20
"""Changes of one kind that are shown at a time."""

PAIRS = """
select edition_changes.family, count(*) as changes, a.id as from_id, a.title as from_title, a.year as from_year, a.edition as from_edition,
       a.status as from_status, b.id as to_id, b.title as to_title, b.year as to_year, b.edition as to_edition,
       b.status as to_status, b.issuer_id as issuer_id, issuers.name as issuer
from edition_changes join documents as a on a.id = from_document_id join documents as b on b.id = to_document_id
left join issuers on issuers.id = b.issuer_id
"""
_SIDES = "from_document_id = ? and to_document_id = ?"


@dataclass(frozen=True)
class ShownChange:
    """A change with its quotes, and the stretches (start, end) of each that the other does not have."""

    earlier: Quote | None
    later: Quote | None
    earlier_marks: Sequence[tuple[int, int]]
    later_marks: Sequence[tuple[int, int]]
    alike: float | None
    wording: float | None
    note: str


def compared_with(db: Database, document_id: str) -> list[dict[str, Any]]:
    """Return the editions that a document is compared with: family, number of the later one, year of the other."""
    return [
        {
            "family": pair["family"],
            "edition": pair["to_edition"],
            "year": pair["from_year" if pair["to_id"] == document_id else "to_year"],
        }
        for pair in rows(db, f"{PAIRS} where a.id = :id or b.id = :id group by a.id, b.id order by b.edition", {"id": document_id})
    ]  # fmt: skip


def editions(db: Database, family: str, edition: int | None, change: str) -> dict[str, Any] | None:
    """Return what changed in a family, grouped by kind; None when it has no two editions.

    Args:
        edition: number of the later edition of two; else the latest is compared with the one before.
        change: the one kind of which all changes are shown.
    """
    pairs = rows(db, f"{PAIRS} where edition_changes.family = ? group by a.id, b.id order by b.edition", [family])
    if not pairs:
        return None
    chosen = next((pair for pair in pairs if pair["to_edition"] == edition), pairs[-1])
    sides = [chosen["from_id"], chosen["to_id"]]
    counts = dict.fromkeys(CHANGES, 0)
    for row in rows(db, f"select change, count(*) as n from edition_changes where {_SIDES} group by 1", sides):
        counts[row["change"]] = row["n"]
    groups = {
        kind: _changes(db, sides, kind, -1 if change else MOST)
        for kind in CHANGES
        if counts[kind] and change in ("", kind)
    }
    listed = [quote.id for group in groups.values() for one in group for quote in (one.earlier, one.later) if quote]
    return {
        "pairs": pairs,
        "chosen": chosen,
        "counts": counts,
        "groups": groups,
        "meanings": CHANGES,
        "change": change,
        "confidence": queries.confidence(db, listed),
    }


def _changes(db: Database, sides: list[str], kind: str, most: int) -> list[ShownChange]:
    """Return the changes of one kind, the surest pairs first, or in the order of the text. -1 gives all."""
    found = rows(
        db,
        "select edition_changes.* from edition_changes join commitments on commitments.id = coalesce(commitment_id, other_id)"
        f" where {_SIDES} and change = ? order by coalesce(alike + 2 * wording, 0) desc, page, start,"
        " edition_changes.id limit ?",
        [*sides, kind, most],
    )
    ids = [row[side] for row in found for side in ("commitment_id", "other_id") if row[side]]
    marks = ", ".join("?" for _ in ids)
    known = {quote.id: quote for quote in quotes(db, f"commitments.id in ({marks})", ids)}
    return [_shown(row, known) for row in found]


def _shown(row: dict[str, Any], known: dict[str, Quote]) -> ShownChange:
    earlier, later = known.get(row["commitment_id"]), known.get(row["other_id"])
    marks = differences(earlier.quote, later.quote) if earlier and later else ([], [])
    return ShownChange(earlier, later, *marks, row["alike"], row["wording"], row["note"])
