"""Compare two or more issuers: what they promise alike, what one alone promises, who names whom.

Reads a database; gives a `Comparison`, which the site shows and `concord compare` prints. A text
signed jointly counts for each of its signatories; a group's text counts for the group alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from .coverage import (
    ALL_DOCUMENTS,
    FINDINGS,
    Axis,
    Cell,
    Choice,
    Detection,
    Difference,
    behind,
    cells,
    detection,
    difference,
    documents_of,
    issuers_with_documents,
    own_documents,
    topics,
    topics_of,
)
from .errors import ConcordError
from .reviewing import latest_decision
from .store import ids_in, rows

__all__ = [
    "FINDINGS", "NAMINGS_COUNTED", "Axis", "Cell", "Choice", "Comparison", "Counterpart", "Naming", "Quote", "compare",
    "issuers_with_documents", "names_of", "own_documents", "quotes", "quotes_of_cell", "to_quote",
]  # fmt: skip

NEAREST_FIRST = "case relation when 'related' then 2 when 'other instrument' then 1 else 0 end"
"""Orders counterparts: one promise and its opposite, then other ways to one end, then what is related."""

NAMINGS_COUNTED = (
    "Counted are an issuer's own texts and those that it signed jointly. A joint text names whom it names for all who"
    " signed it; that they signed together is no naming, so it says nothing of who of them names whom."
)
"""Which texts count for who names whom, for people."""


@dataclass(frozen=True)
class Quote:
    """A commitment as it is shown: its words, where they stand, how firm they are, and what reviewers last decided."""

    id: str
    quote: str
    lead_in: str
    issuer: str
    document_id: str
    document: str
    year: int | None
    page: int
    page_label: str
    is_paged: bool
    bindingness: str
    precision: int
    deadline: str
    actor: str
    review: str = ""

    @property
    def where(self) -> str:
        """The place of the quote, for people: "Title (2015), p. 27"."""
        year = f" ({self.year})" if self.year else ""
        page = f", p. {self.page_label or self.page}" if self.is_paged else ""
        return f"{self.document}{year}{page}"


@dataclass(frozen=True)
class Counterpart:
    """Two quotes of two issuers, and what the second is to the first (`judging.RELATIONS`), with the reason."""

    theme: str
    a: Quote
    b: Quote
    substance: float
    wording: float
    relation: str
    note: str = ""
    is_formula: bool = False


@dataclass(frozen=True)
class Naming:
    """One issuer names another, or an instrument, so often, in these places. `name` is that of who or what is named.

    A text signed jointly counts for each of its signatories, none of whom it names: that they signed is no naming.
    """

    issuer: str
    named: str
    role: str
    times: int
    places: tuple[str, ...]
    name: str = ""
    is_instrument: bool = False


@dataclass(frozen=True)
class Comparison:
    """Everything that a comparison of issuers shows. `documents` are (issuer, title, year, status) of those that `choice` admits.

    `topics` are what `cells` and `differences` count by, `themes` those under which counterparts stand; `measured` is
    None when nobody has evaluated the database.
    """

    issuers: tuple[str, ...]
    names: dict[str, str]
    axis: Axis
    choice: Choice
    topics: tuple[tuple[str, str], ...]
    themes: tuple[tuple[str, str], ...]
    documents: tuple[dict[str, Any], ...]
    cells: dict[tuple[str, str], Cell]
    differences: dict[str, Difference]
    measured: Detection | None
    counterparts: tuple[Counterpart, ...]
    namings: tuple[Naming, ...]


def compare(
    db: Database,
    issuers: Sequence[str],
    choice: Choice = ALL_DOCUMENTS,
    *,
    theme: str = "",
    by: str = "theme",
    most: int = 5,
) -> Comparison:
    """Return the comparison of `issuers`.

    Args:
        choice: count only these documents.
        theme: only this theme.
        by: count by "theme", by "subtheme" of the theme, by "year", or by the elements of the guideline of this id.
        most: counterparts shown for each theme and pair of issuers.

    Raises:
        ConcordError: an issuer is not in the database, or nothing can be counted so.
    """
    axis = Axis(by, theme)
    names = names_of(db, issuers)
    themes = tuple(
        (row["id"], row["label"])
        for row in rows(db, "select id, label from themes order by position")
        if theme in ("", row["id"])
    )
    own = documents_of(db, issuers, choice)
    counted, measured = cells(db, issuers, axis, choice), detection(db)
    listed = topics_of(counted, topics(db, axis, choice))
    return Comparison(
        issuers=tuple(issuers),
        names=names,
        axis=axis,
        choice=choice,
        topics=listed,
        themes=themes,
        documents=tuple({**document, "for": code} for code in issuers for document in own[code]),
        cells=counted,
        differences={
            name: difference([counted[code, name] for code in issuers if (code, name) in counted], measured)
            for name, _ in listed
        },
        measured=measured,
        counterparts=tuple(_counterparts(db, own, [name for name, _ in themes], most)),
        namings=tuple(_namings(db, own)),
    )


def names_of(db: Database, issuers: Sequence[str]) -> dict[str, str]:
    """Return the names of issuers by their codes, in this order.

    Raises:
        ConcordError: one is not in the database.
    """
    names = {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")}
    unknown = [code for code in issuers if code not in names]
    if unknown:
        raise ConcordError(
            f"{', '.join(unknown)} is not in this database.",
            remedy=f"Its issuers are: {', '.join(issuers_with_documents(db))}.",
        )
    return {code: names[code] for code in issuers}


_QUOTE = """
select commitments.id, quote, lead_in, documents.issuer_id as issuer, documents.id as document_id, title as document, documents.year, page,
       coalesce(pages.label, '') as page_label, is_paged, bindingness.label as bindingness, precision, deadline, actor, {} as review
from commitments
join documents on documents.id = commitments.document_id
join bindingness on bindingness.id = bindingness_id
left join pages on pages.document_id = documents.id and pages.number = commitments.page
"""


def quotes(
    db: Database,
    condition: str,
    args: Sequence[Any],
    *,
    order: str = "documents.year, documents.id, page, commitments.start",
) -> list[Quote]:
    """Return the commitments that fulfil an SQL condition on `commitments` and `documents`."""
    sql = _QUOTE.format(latest_decision(db))
    return [to_quote(row) for row in rows(db, f"{sql} where {condition} order by {order}", args)]


def quotes_of_cell(
    db: Database, issuer: str, topic: str, axis: Axis | None = None, choice: Choice = ALL_DOCUMENTS
) -> list[Quote]:
    """Return the quotes behind a cell: as many as its number says."""
    return quotes(db, *ids_in("commitments.id", behind(db, [issuer], topic, axis, choice)[issuer].commitments))


def to_quote(row: dict[str, Any]) -> Quote:
    """Return a row of the query above as a quote."""
    return Quote(**{**row, "is_paged": bool(row["is_paged"]), "issuer": row["issuer"] or ""})


# The tables in this order, and no commitment's row looked up for a pair that leads elsewhere: a fifth of the time.
_PAIRS = f"""
with a as materialized (select id, document_id from commitments where document_id in ({{}})),
     b as materialized (select id, document_id from commitments where document_id in ({{}}))
select commitment_id, other_id, theme_id, substance, wording, relation, note, is_formula, a.document_id as a, b.document_id as b
from a cross join counterparts on commitment_id = a.id join b on other_id = b.id
order by {NEAREST_FIRST}, substance desc, commitment_id
"""


def _counterparts(
    db: Database, own: dict[str, list[dict[str, Any]]], themes: Sequence[str], most: int
) -> list[Counterpart]:
    """Return the best pairs for each theme between documents of different issuers."""
    home: dict[str, set[str]] = defaultdict(set)
    for code, documents in own.items():
        for document in documents:
            home[document["id"]].add(code)
    # A pair stands in the table from both sides: the side of who comes first is enough.
    first, args = _in(sorted({document["id"] for code in list(own)[:-1] for document in own[code]}))
    last, last_args = _in(sorted({document["id"] for code in list(own)[1:] for document in own[code]}))
    pairs = rows(db, _PAIRS.format(first, last), [*args, *last_args])
    kept = _best_of_each(pairs, home, list(own), themes, most)
    names, args = _in(sorted({pair[side] for pair in kept for side in ("commitment_id", "other_id")}))
    found = {quote.id: quote for quote in quotes(db, f"commitments.id in ({names})", args)}
    order = {theme: place for place, theme in enumerate(themes)}
    return [
        Counterpart(
            pair["theme_id"], found[pair["commitment_id"]], found[pair["other_id"]], pair["substance"], pair["wording"],
            pair["relation"], pair["note"], bool(pair["is_formula"]),
        )
        for pair in sorted(kept, key=lambda pair: order[pair["theme_id"]])
    ]  # fmt: skip


def _best_of_each(
    pairs: Sequence[dict[str, Any]], home: dict[str, set[str]], order: list[str], themes: Sequence[str], most: int
) -> list[dict[str, Any]]:
    """Return the best pairs of each theme and two issuers, each quote in one pair of a theme at most.

    Else one general promise ("we will enhance our security") would stand against everything.
    """
    kept: list[dict[str, Any]] = []
    used: set[tuple[str, ...]] = set()
    count: dict[tuple[str, str, str], int] = defaultdict(int)
    for pair in pairs:
        theme = pair["theme_id"]
        for one in sorted(home[pair["a"]]):
            for other in sorted(home[pair["b"]] - home[pair["a"]]):
                sides = {(theme, one, other, pair["commitment_id"]), (theme, one, other, pair["other_id"])}
                is_in_order = order.index(one) < order.index(other)
                if is_in_order and theme in themes and count[theme, one, other] < most and not sides & used:
                    count[theme, one, other] += 1
                    used |= sides
                    kept.append(pair)
    return kept


def silences(comparison: Comparison) -> list[tuple[str, str]]:
    """Return (issuer, other) where the texts of one that could be read, save those of both, do not name the other."""
    named = {(one.issuer, one.named) for one in comparison.namings if not one.is_instrument}
    heard: dict[str, set[str]] = defaultdict(set)
    for document in comparison.documents:
        if document["is_covered"] and document["status"] != "not read":
            heard[document["for"]].add(document["id"])
    return [
        (issuer, other)
        for issuer in comparison.issuers
        for other in comparison.issuers
        if issuer != other and (issuer, other) not in named and heard[issuer] - heard[other]
    ]


def _namings(db: Database, own: dict[str, list[dict[str, Any]]]) -> list[Naming]:
    found = []
    for code, documents in own.items():
        names, args = _in([document["id"] for document in documents])
        for row in rows(
            db,
            "select coalesce(mentions.issuer_id, instrument_id) as named, role, count(*) as n,"
            " group_concat(distinct documents.year || ' p. ' || coalesce(nullif(pages.label, ''), page)) as places,"
            " coalesce(issuers.name, instruments.name) as name, instrument_id is not null as is_instrument"
            " from mentions join documents on documents.id = mentions.document_id"
            " left join issuers on issuers.id = mentions.issuer_id left join instruments on instruments.id = instrument_id"
            " left join pages on pages.document_id = documents.id and pages.number = page"
            f" where mentions.document_id in ({names}) group by 1, 2, 5, 6 order by n desc, 1, 2",
            args,
        ):
            places = tuple((row["places"] or "").split(",")[:6])
            found.append(
                Naming(code, row["named"], row["role"], row["n"], places, row["name"], bool(row["is_instrument"]))
            )
    return found


def _in(values: Sequence[Any]) -> tuple[str, list[Any]]:
    return ", ".join("?" for _ in values), list(values)
