"""What changed between editions: the table `edition_changes`, put together for /editions/<family>."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ..comparing import Quote, own_documents, quotes
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
THEME = "coalesce(b.theme_id, a.theme_id)"
"""The main theme of a change: that of the later promise, or of the earlier where there is no later."""
_CHANGES = f"""
from edition_changes left join commitments as a on a.id = commitment_id left join commitments as b on b.id = other_id
left join themes on themes.id = {THEME}
where from_document_id = :from and to_document_id = :to
"""
_OF_THEME = f"(:theme = '' or {THEME} = :theme)"


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
    theme_id: str
    theme: str


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


def families(db: Database, issuers: Sequence[str]) -> list[dict[str, Any]]:
    """Return of which texts of these issuers, joint ones too, two editions are here: family, issuer, and the latest two."""
    texts = {document["id"]: code for code in issuers for document in own_documents(db, code)}
    latest = {
        pair["family"]: pair
        for pair in rows(db, f"{PAIRS} group by a.id, b.id order by b.edition")
        if pair["to_id"] in texts
    }
    return [{**pair, "for": texts[pair["to_id"]]} for _, pair in sorted(latest.items())]


def editions(db: Database, family: str, edition: int | None, change: str, theme: str) -> dict[str, Any] | None:
    """Return what changed in a family, grouped by kind; None when it has no two editions.

    Args:
        edition: number of the later edition of two; else the latest is compared with the one before.
        change: the one kind of which all changes are shown.
        theme: code of the one theme whose changes are shown and counted; all when it is empty.
    """
    pairs = rows(db, f"{PAIRS} where edition_changes.family = ? group by a.id, b.id order by b.edition", [family])
    if not pairs:
        return None
    chosen = next((pair for pair in pairs if pair["to_edition"] == edition), pairs[-1])
    asked = {"from": chosen["from_id"], "to": chosen["to_id"], "theme": theme}
    counts = dict.fromkeys(CHANGES, 0)
    for row in rows(db, f"select change, count(*) as n {_CHANGES} and {_OF_THEME} group by 1", asked):
        counts[row["change"]] = row["n"]
    groups = {
        kind: _changes(db, asked, kind, -1 if change else MOST)
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
        "theme": theme,
        "themes": rows(
            db,
            f"select themes.id, label, count(*) as n {_CHANGES} and themes.id is not null group by 1 order by position",
            asked,
        ),
        "confidence": queries.confidence(db, listed),
    }


def _changes(db: Database, asked: dict[str, Any], kind: str, most: int) -> list[ShownChange]:
    """Return the changes of one kind, the surest pairs first, or in the order of the text. -1 gives all."""
    found = rows(
        db,
        f"select edition_changes.*, coalesce({THEME}, '') as theme_id, coalesce(label, '') as theme {_CHANGES} and {_OF_THEME}"
        " and change = :kind order by coalesce(alike + 2 * wording, 0) desc, coalesce(a.page, b.page), coalesce(a.start, b.start),"
        " edition_changes.id limit :most",
        {**asked, "kind": kind, "most": most},
    )
    ids = [row[side] for row in found for side in ("commitment_id", "other_id") if row[side]]
    marks = ", ".join("?" for _ in ids)
    known = {quote.id: quote for quote in quotes(db, f"commitments.id in ({marks})", ids)}
    return [_shown(row, known) for row in found]


def _shown(row: dict[str, Any], known: dict[str, Quote]) -> ShownChange:
    earlier, later = known.get(row["commitment_id"]), known.get(row["other_id"])
    marks = differences(earlier.quote, later.quote) if earlier and later else ([], [])
    return ShownChange(earlier, later, *marks, row["alike"], row["wording"], row["note"], row["theme_id"], row["theme"])
