"""What the page of a theme or a sub-theme says of its promises: since when, how firmly, in what words, and what became of it."""

from __future__ import annotations

import itertools
import re
from typing import Any, NamedTuple

from sqlite_utils import Database

from ..comparing import Quote, quotes
from ..due import Due
from ..ids import same_text
from ..naming import successor_of
from ..store import rows

FIRST_SHOWN = 3
"""Quotes of those who were first, where several were in one year."""
BEST_SHOWN = 30
"""The firmest and most precise quotes that a page shows."""


class Which(NamedTuple):
    """Which promises a page is about: those that have this id in this column of `commitments`."""

    column: str
    id: str

    @property
    def condition(self) -> tuple[str, list[str]]:
        """An SQL condition on `commitments`, and its arguments."""
        return f"commitments.{self.column} = ?", [self.id]


def of_theme(code: str) -> Which:
    """Return that a page is about the promises whose main theme this is."""
    return Which("theme_id", code)


def of_subtheme(name: str) -> Which:
    """Return that a page is about the promises of a sub-theme."""
    return Which("subtheme_id", name)


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


def best(db: Database, which: Which, due: Due) -> list[Quote]:
    """Return the firmest and most precise of some promises, of those that are due then."""
    condition, args = which.condition
    is_due, days = due.condition
    order = f"commitments.bindingness_id desc, precision desc, commitments.confidence desc limit {BEST_SHOWN}"
    return quotes(db, f"{condition} and {is_due}", [*args, *days], order=order)


def count(db: Database, which: Which, due: Due) -> int:
    """Return how many promises there are, of those that are due then."""
    condition, args = which.condition
    is_due, days = due.condition
    sql = f"select count(*) as n from commitments where {condition} and {is_due}"
    return int(rows(db, sql, [*args, *days])[0]["n"])


def timeline(db: Database, which: Which) -> dict[str, Any]:
    """Return who was first to promise something, and who followed, year by year."""
    condition, args = which.condition
    promised = rows(db, f"{PROMISED} {condition} order by documents.year, published_on, issuers.name", args)
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


def firmness(db: Database, which: Which) -> list[dict[str, Any]]:
    """Return how many promises have each degree of firmness, the firmest first."""
    condition, args = which.condition
    return rows(
        db,
        "select bindingness.id, label, count(commitments.id) as n from bindingness left join commitments"
        f" on bindingness_id = bindingness.id and {condition} group by 1 order by 1 desc",
        args,
    )


def words(db: Database, which: Which, terms: str) -> list[dict[str, Any]]:
    """Return each distinctive term of some promises, with how many of them hold it, and of how many issuers these are."""
    condition, args = which.condition
    texts = [
        (same_text(row["quote"]), row["issuer_id"])
        for row in rows(db, f"select quote, issuer_id from commitments where {condition}", args)
    ]
    found = []
    for term in filter(None, terms.split(", ")):
        pattern = re.compile(rf"\b{re.escape(same_text(term))}\b")
        who = [issuer for text, issuer in texts if pattern.search(text)]
        found.append({"term": term, "commitments": len(who), "issuers": len(set(who) - {None})})
    return found


def facets(db: Database, which: Which) -> dict[str, list[dict[str, Any]]]:
    """Return how many promises have each instrument, scope and norm."""
    condition, args = which.condition
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
    """Return what became of a sub-theme over the runs, the latest first: what went into it too, but not that it was kept.

    `there` is the name of the other sub-theme of an event while that is still here.
    """
    return rows(
        db,
        "select subtheme_lineage.*, there.label as there from subtheme_lineage"
        " left join subthemes as there on there.id = iif(subtheme_id = :id, other_id, subtheme_id)"
        " where (subtheme_id = :id and event <> 'kept') or (other_id = :id and event in ('split', 'merged'))"
        " order by change desc, subtheme_id = :id desc, subtheme_id",
        {"id": subtheme},
    )


def was(db: Database, subtheme: str) -> str:
    """Return the name that a sub-theme had which is no more; "" when nothing is known of it."""
    found = rows(db, "select label from retired where kind = 'sub-theme' and id = ?", [subtheme])
    return str(found[0]["label"]) if found else ""


def address_of_successor(db: Database, subtheme: str) -> str:
    """Return the address where most of a sub-theme that is no more is now; "" when there is none."""
    heir = successor_of(db, subtheme)
    return f"/subtheme/{heir.id}?was={subtheme}" if heir else ""
