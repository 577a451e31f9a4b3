"""The home page: what is here and from whom, how fresh, how good, and where to begin.

Reads the database, and `world.txt`, which says where on the map a state stands.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ..store import rows

WORLD = Path(__file__).parent / "world.txt"
COUNTS = """
select (select count(*) from documents) as documents, (select count(*) from documents where status in ('read', 'partly read')) as read,
       (select count(*) from commitments) as commitments, (select count(*) from passages) as passages,
       (select count(distinct issuer_id) from documents) as issuers, (select count(*) from problems) as problems,
       (select sum(pages) from documents) as pages, (select count(*) from counterparts) / 2 as pairs
"""
THEMES = """
select themes.*, count(commitments.id) as commitments, count(distinct commitments.issuer_id) as issuers,
       min(commitments.year) as first_year
from themes left join commitments on commitments.theme_id = themes.id group by themes.id order by themes.position
"""
BY_KIND_AND_YEAR = """
select kinds.label as kind, kinds.id as kind_id, documents.year, count(*) as n
from documents join kinds on kinds.id = kind_id group by 1, 2, 3 order by 1, 3
"""
ISSUERS = """
select issuers.id, issuers.name, issuers.kind, count(distinct documents.id) as documents,
       (select count(*) from commitments where issuer_id = issuers.id) as commitments
from issuers join documents on documents.issuer_id = issuers.id group by 1 order by commitments desc, name
"""
STATES = """
with own as (
    select issuer_id as state, id from documents
    union select member_id, documents.id from documents join memberships on group_id = documents.issuer_id
        join issuers on issuers.id = group_id and issuers.kind = 'joint'
)
select issuers.id, name, (select count(*) from own where state = issuers.id) as documents
from issuers where kind = 'state' order by name
"""
PAIR = """
select a.issuer_id as a, b.issuer_id as b, count(*) as n from counterparts join commitments as a on a.id = commitment_id
join commitments as b on b.id = other_id join issuers as ia on ia.id = a.issuer_id join issuers as ib on ib.id = b.issuer_id
where a.issuer_id < b.issuer_id and ia.kind = 'state' and ib.kind = 'state' group by 1, 2 order by n desc limit 1
"""


def home(db: Database) -> dict[str, Any]:
    """Return what the home page says: what is here, how fresh, and where to begin."""
    by_year = rows(db, BY_KIND_AND_YEAR)
    kinds = _totals(by_year, "kind")
    timeline = _timeline(by_year)
    return {
        "counts": rows(db, COUNTS)[0],
        "themes": rows(db, THEMES),
        "kinds": kinds,
        "kinds_order": list(kinds),
        "timeline": timeline,
        "most_in_a_year": max((bar["total"] for bar in timeline), default=1),
        "undated": sum(row["n"] for row in by_year if not row["year"]),
        "world": world(db),
        "issuers": rows(db, ISSUERS),
        "last_run": next(
            iter(rows(db, "select * from runs where finished_at is not null order by id desc limit 1")), None
        ),
        "failures": rows(db, "select count(*) as n from problems where is_failure")[0]["n"],
        "example": example_pair(db),
    }


def _timeline(by_year: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each year, from the first to the last, its documents by kind."""
    years = [row["year"] for row in by_year if row["year"]]
    bars = []
    for year in range(min(years), max(years) + 1) if years else ():
        kinds = _totals([row for row in by_year if row["year"] == year], "kind")
        bars.append({"year": year, "kinds": kinds, "total": sum(kinds.values())})
    return bars


def _totals(found: list[dict[str, Any]], name: str) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in found:
        totals[row[name]] = totals.get(row[name], 0) + row["n"]
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def world(db: Database) -> dict[str, Any]:
    """Return the states on the map with their documents, signed alone or jointly, and those that it has no place for."""
    states = {row["id"]: row for row in rows(db, STATES)}
    tiles = [
        {"row": row, "column": column, **states.get(code, {"id": code, "name": code, "documents": 0})}
        for code, (row, column) in places().items()
    ]
    here = [state for state in states.values() if state["documents"]]
    return {
        "tiles": tiles,
        "states": len([tile for tile in tiles if tile["documents"]]),
        "most": max((state["documents"] for state in here), default=1),
        "elsewhere": [state for state in here if state["id"] not in places()],
    }


@cache
def places() -> dict[str, tuple[int, int]]:
    """Return the row and the column of each state on the map, both from one, by its code."""
    lines = [line.split() for line in WORLD.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {
        code: (row, column)
        for row, line in enumerate(lines, start=1)
        for column, code in enumerate(line, start=1)
        if code != "..."
    }


def example_pair(db: Database) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return two issuers to offer for a first comparison: Canada and Japan, or the pair with most in common."""
    wanted = rows(
        db,
        "select id, name from issuers where id in ('CAN', 'JPN') and id in (select issuer_id from documents) order by id",
    )
    if len(wanted) == 2:
        return wanted[0], wanted[1]
    best = rows(db, PAIR)
    if not best:
        return None
    found = {
        row["id"]: row
        for row in rows(db, "select id, name from issuers where id in (?, ?)", [best[0]["a"], best[0]["b"]])
    }
    return found[best[0]["a"]], found[best[0]["b"]]
