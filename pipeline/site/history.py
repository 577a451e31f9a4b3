"""What the database knows of a commitment through time: its editions, its words elsewhere, its arrival, its reviews.

Reads `edition_changes`, formulas, `arrivals`, `builds` and `reviews`; nothing is concluded that no table says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ..comparing import Quote, quotes
from ..reviewing import Review, listed
from ..store import has_table, ids_in, rows

EVENTS = {
    "promised": "the promise itself, in its document",
    "earlier edition": "what it was in an earlier edition",
    "later edition": "what became of it in a later edition",
    "same words": "the same issuer promises it elsewhere, in the same words or nearly",
    "found": "it first came into this database",
    "read anew": "its document was last read",
    "reviewed": "somebody who read it decided whether it is a commitment",
}
"""What can happen to a commitment; of one day in this order."""

_INTO = "select * from edition_changes where other_id = ? order by from_document_id limit 1"
_OUT_OF = "select * from edition_changes where commitment_id = ? order by to_document_id limit 1"
_SAME_WORDS = """
commitments.id in (
    select other.commitment_id from formula_commitments as own
    join formula_commitments as other on other.formula_id = own.formula_id where own.commitment_id = ?
) and documents.issuer_id = ? and documents.id <> ?
"""


@dataclass(frozen=True)
class Event:
    """Something that happened to a commitment.

    `on` is a year, a month, a day or a moment, "" where none is known; `what` is the change since the edition before, or
    the decision of a reviewer. `quote` is the promise in that text, None where the text has none.
    """

    on: str
    kind: str
    what: str = ""
    note: str = ""
    quote: Quote | None = None
    document_id: str = ""
    document: str = ""
    family: str = ""
    edition: int | None = None
    reviewer: str = ""


def history(db: Database, name: str) -> list[Event]:
    """Return what happened to a commitment, in order of time; [] when it is unknown."""
    own = next(iter(quotes(db, "commitments.id = ?", [name])), None)
    if own is None:
        return []
    chain = _chain(db, name)
    known = {quote.id: quote for quote in quotes(db, *ids_in("commitments.id", chain))}
    editions = [known[one] for one in chain]
    again = [
        quote for quote in quotes(db, _SAME_WORDS, [name, own.issuer, own.document_id]) if quote.id not in known
    ]  # fmt: skip
    ends = [row for row in rows(db, _OUT_OF, [chain[-1]]) if row["other_id"] is None]
    texts = _texts(
        db, [*(quote.document_id for quote in [*editions, *again]), *(row["to_document_id"] for row in ends)]
    )
    place = chain.index(name)
    found = [
        _in_edition(
            db, quote, texts, "promised" if at == place else "earlier edition" if at < place else "later edition"
        )
        for at, quote in enumerate(editions)
    ]
    found += [
        Event(
            on, "later edition", row["change"], row["note"], None, row["to_document_id"], title, row["family"], number
        )
        for row in ends
        for on, title, number in [texts[row["to_document_id"]]]
    ]
    found += [
        Event(texts[quote.document_id][0], "same words", "", "", quote, quote.document_id, quote.document)
        for quote in again
    ]
    found += [*_in_this_database(db, own), *(_decided(one) for one in reversed(listed(db, name)))]
    order = list(EVENTS)
    return sorted(found, key=lambda event: (event.on[:10], order.index(event.kind)))


def _chain(db: Database, name: str) -> list[str]:
    """Return the promise in each edition that has it, the earliest first."""
    chain = [name]
    while before := [
        row["commitment_id"] for row in rows(db, _INTO, [chain[0]]) if row["commitment_id"] not in (None, *chain)
    ]:
        chain = [*before, *chain]
    while after := [row["other_id"] for row in rows(db, _OUT_OF, [chain[-1]]) if row["other_id"] not in (None, *chain)]:
        chain += after
    return chain


def _texts(db: Database, names: Iterable[str]) -> dict[str, tuple[str, str, int | None]]:
    """Return the day of publication, as far as it is known, the title and the edition of documents."""
    condition, args = ids_in("id", names)
    found = rows(db, f"select * from documents where {condition}", args)
    return {row["id"]: (row["published_on"] or str(row["year"] or ""), row["title"], row["edition"]) for row in found}


def _in_edition(db: Database, quote: Quote, texts: dict[str, tuple[str, str, int | None]], kind: str) -> Event:
    on, title, number = texts[quote.document_id]
    change: dict[str, Any] = next(iter(rows(db, _INTO, [quote.id])), {})
    return Event(
        on, kind, change.get("change", ""), change.get("note", ""), quote, quote.document_id, title, change.get("family", ""), number
    )  # fmt: skip


def _in_this_database(db: Database, quote: Quote) -> Iterator[Event]:
    """Yield when a commitment came in, and when its document was last read, where that was on a later day."""
    arrived = "select first_seen_at from arrivals where commitment_id = ?"
    came = rows(db, arrived, [quote.id]) if has_table(db, "arrivals") else []
    read = rows(db, "select built_at from builds where stage = 'commitments' and input = ?", [quote.document_id])
    first = came[0]["first_seen_at"] if came else ""
    last = read[0]["built_at"] if read else ""
    if first:
        yield Event(first, "found")
    if last[:10] > first[:10]:
        yield Event(last, "read anew", document_id=quote.document_id, document=quote.document)


def _decided(review: Review) -> Event:
    return Event(review.decided_on, "reviewed", review.decision, review.note, reviewer=review.reviewer)
