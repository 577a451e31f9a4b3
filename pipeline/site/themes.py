"""What the page of a theme says beside its quotes: since when, by what means, and what became of a sub-theme."""

from __future__ import annotations

import itertools
from typing import Any

from sqlite_utils import Database

from ..comparing import quotes
from ..naming import successor_of
from ..store import rows

FIRST_SHOWN = 3
"""Quotes of those who were first, where several were in one year."""

PROMISED = """
select commitments.id, coalesce(memberships.member_id, commitments.issuer_id) as issuer_id, issuers.name,
       documents.year, published_on, row_number() over (
           partition by coalesce(memberships.member_id, commitments.issuer_id)
           order by documents.year, published_on, bindingness_id desc, precision desc, commitments.id
       ) as place
from commitments join documents on documents.id = document_id
left join issuers as joint on joint.id = commitments.issuer_id and joint.kind = 'joint'
left join memberships on memberships.group_id = joint.id
join issuers on issuers.id = coalesce(memberships.member_id, commitments.issuer_id)
where documents.year is not null and
"""
"""The promises on something with who is bound by each; a text signed jointly counts for each who signed it."""


def timeline(db: Database, code: str, subtheme: str = "") -> dict[str, Any]:
    """Return who was first on a theme, or on a sub-theme of it, and who followed, year by year."""
    condition, args = ("subtheme_id = ?", [subtheme]) if subtheme else ("theme_id = ?", [code])
    promised = rows(db, f"{PROMISED} commitments.{condition} order by documents.year, published_on, issuers.name", args)
    years = []
    so_far = 0
    for year, found in itertools.groupby(promised, key=lambda row: row["year"]):
        of_year = list(found)
        joined = [row for row in of_year if row["place"] == 1]
        so_far += len(joined)
        promises = len({row["id"] for row in of_year})
        years.append({"year": year, "joined": joined, "commitments": promises, "issuers_so_far": so_far})
    first = [row["id"] for row in years[0]["joined"]] if years else []
    shown = list(dict.fromkeys(first))[:FIRST_SHOWN]
    marks = ", ".join("?" for _ in shown)
    return {
        "years": years,
        "most": max((year["commitments"] for year in years), default=1),
        "first": sorted(quotes(db, f"commitments.id in ({marks})", shown), key=lambda quote: shown.index(quote.id)),
        "more_first": max(0, len(set(first)) - FIRST_SHOWN),
    }


def facets(db: Database, code: str, subtheme: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return how many promises on a theme, or on a sub-theme of it, have each instrument, scope and norm."""
    condition, args = ("subtheme_id = ?", [subtheme]) if subtheme else ("theme_id = ?", [code])
    return {
        name: rows(
            db,
            f"select {name} as value, count(*) as n from commitments where {condition} and {name} <> ''"
            " group by 1 order by n desc, 1",
            args,
        )
        for name in ("instrument", "scope", "norm")
    }


def facets_of(db: Database, commitment: str) -> list[dict[str, Any]]:
    """Return the facets of a promise, each with its values, the main one first, and the words that gave them."""
    found = rows(db, "select * from facets where commitment_id = ? order by is_main desc, rowid", [commitment])
    titles = {"norm": "UN norm", "instrument": "instrument", "scope": "scope"}
    listed = [
        {"name": name, "title": title, "found": [row for row in found if row["facet"] == name]}
        for name, title in titles.items()
    ]
    return [facet for facet in listed if facet["found"]]


def history(db: Database, subtheme: str) -> list[dict[str, Any]]:
    """Return what became of a sub-theme over the runs, the latest first: what went into it too, but not that it was kept."""
    return rows(
        db,
        "select * from subtheme_lineage where (subtheme_id = ? and event <> 'kept')"
        " or (other_id = ? and event in ('split', 'merged')) order by change desc, subtheme_id = ? desc, subtheme_id",
        [subtheme, subtheme, subtheme],
    )


def was(db: Database, subtheme: str) -> str:
    """Return the name that a sub-theme had which is no more; "" when nothing is known of it."""
    found = rows(db, "select label from retired where kind = 'sub-theme' and id = ?", [subtheme])
    return str(found[0]["label"]) if found else ""


def address_of_successor(db: Database, subtheme: str) -> str:
    """Return the address where most of a sub-theme that is no more is now; "" when there is none."""
    heir = successor_of(db, subtheme)
    return f"/theme/{heir.theme}?subtheme={heir.id}&was={subtheme}" if heir else ""
