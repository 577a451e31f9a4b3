"""Reviews: what people who read a commitment say of it, one by one or in a spreadsheet.

Reads and writes `reviews`; reads commitments to show what a decision is about. No stage reads or writes the table, and
a decision hangs on the id of its commitment: it outlives reruns, also while the commitment is gone. The latest decision
on a commitment counts, and earlier ones stay. One that was judged wrong is marked and counted, and hidden nowhere.

A sheet is a CSV file with a line for each commitment, or for each decision. `sheet()` makes it and `read_sheet()` reads
it: each line for itself, so that one mistake does not cost the work of the others. Reading a sheet twice changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from .errors import ReviewError
from .exporting import Listing, as_it_was, column, described
from .records import DECISIONS
from .store import has_table, ids_in, rows, table

LONGEST_NAME, LONGEST_NOTE = 80, 2000
"""Characters of a reviewer's name and of a note."""

SHEET = (
    column("commitment", str, "Where the commitment is: its address, which ends with its id"),
    *described("commitments", issuer_id=str),
    column("document", str, "Title of the document"),
    *described("commitments", document_id=str, year=int),
    column("page", str, "Page, as it is printed where a number is printed"),
    *described("commitments", lead_in=str, quote=str),
    column("theme", str, "Name of the main theme"),
    column("bindingness", str, "How firm it is"),
    *described("commitments", confidence=float),
    *described("reviews", decision=str, reviewer=str, note=str, decided_on=str),
)
_FILLED_IN = ("commitment", "decision", "reviewer", "note", "decided_on")
"""Columns of a sheet that are read back, the last two where they are there."""
_ID = re.compile(r"[0-9a-f]{16}")

_ALL = """
select reviews.*, coalesce(quote, retired.label, '') as quote, coalesce(title, '') as document, documents.year,
       coalesce(documents.issuer_id, '') as issuer, commitments.id is not null as is_here,
       row_number() over (partition by reviews.commitment_id order by decided_on desc, reviews.id desc) = 1 as is_latest
from reviews left join commitments on commitments.id = commitment_id
left join retired on retired.kind = 'commitment' and retired.id = commitment_id
left join documents on documents.id = coalesce(commitments.document_id, retired.document_id)
"""
_COMMITMENTS = """
select commitments.id, commitments.issuer_id, documents.title as document, commitments.document_id, documents.year,
       case when is_paged then coalesce(nullif(pages.label, ''), cast(commitments.page as text)) else '' end as page,
       commitments.lead_in, quote, coalesce(themes.label, '') as theme, bindingness.label as bindingness, confidence,
       '' as decision, '' as reviewer, '' as note, '' as decided_on, commitments.page as number, ordinal, start
from commitments join documents on documents.id = commitments.document_id
join passages on passages.id = passage_id
join bindingness on bindingness.id = bindingness_id
left join themes on themes.id = commitments.theme_id
left join pages on pages.document_id = commitments.document_id and pages.number = commitments.page
"""


@dataclass(frozen=True)
class Review:
    """A decision on a commitment, and what it is about; `is_here` is false while that is gone."""

    commitment_id: str
    decision: str
    reviewer: str
    note: str
    decided_on: str
    quote: str
    document: str
    year: int | None
    issuer: str
    is_here: bool
    is_latest: bool


@dataclass(frozen=True)
class Counts:
    """How many commitments were reviewed, by the latest decision on each; `gone` are decided on and no longer here."""

    commitments: int
    by_decision: dict[str, int]
    gone: int

    @property
    def reviewed(self) -> int:
        """How many of the commitments that are here were reviewed."""
        return sum(self.by_decision.values())


@dataclass
class SheetRead:
    """What reading a sheet did: decisions written, those that were there already, lines without one, and what is amiss."""

    written: int = 0
    known: int = 0
    undecided: int = 0
    faults: list[str] = field(default_factory=list)


def latest_decision(db: Database, of: str = "commitments") -> str:
    """Return the SQL that gives the latest decision on a row of `commitments`, or ""; `of` is what a query calls them."""
    latest = f"select decision from reviews where commitment_id = {of}.id order by decided_on desc, id desc limit 1"
    return f"coalesce(({latest}), '')" if has_table(db, "reviews") else "''"


def id_in(address: str) -> str:
    """Return the id of a commitment, given that or the address of its page.

    Raises:
        ReviewError: it is neither.
    """
    name = address.strip().rstrip("/").rpartition("/")[2]
    if not _ID.fullmatch(name):
        raise ReviewError(
            f"{address!r} is no id of a commitment.",
            remedy="It has 16 signs, 0 to 9 and a to f, and ends the address of the commitment's page.",
        )
    return name


def listed(db: Database, commitment: str = "", *, latest: bool = False) -> list[Review]:
    """Return the decisions on a commitment, or on all, the latest first; `latest` leaves one for each commitment."""
    if not has_table(db, "reviews"):
        return []
    condition, args = ("commitment_id = ?", [commitment]) if commitment else ("1", [])
    only = "where is_latest" if latest else ""
    found = rows(db, f"select * from ({_ALL} where {condition}) {only} order by decided_on desc, id desc", args)
    return [
        Review(**{**{name: value for name, value in row.items() if name != "id"}, "is_here": bool(row["is_here"]), "is_latest": bool(row["is_latest"])})
        for row in found
    ]  # fmt: skip


def counts(db: Database) -> Counts:
    """Return how many commitments were reviewed, and how."""
    latest = listed(db, latest=True)
    by_decision = {name: sum(one.is_here and one.decision == name for one in latest) for name in DECISIONS}
    total = int(rows(db, "select count(*) as n from commitments")[0]["n"])
    return Counts(total, by_decision, sum(not one.is_here for one in latest))


def give(db: Database, commitment: str, decision: str, reviewer: str, *, note: str = "", on: str = "") -> Review:
    """Keep a decision on a commitment. The same one again, by the same reviewer, changes nothing.

    Args:
        commitment: its id, or its address.
        on: the day, today when it is left out.

    Raises:
        ReviewError: there is no such commitment, or that is no decision.
    """
    row = _row(commitment, decision, reviewer, note, on)
    _refuse_strangers(db, row["commitment_id"])
    latest = listed(db, row["commitment_id"])[:1]
    if not any(_is(one, row) for one in latest):
        _write(db, row)
    return listed(db, row["commitment_id"])[0]


def sheet(
    db: Database,
    *,
    documents: Sequence[str] = (),
    issuers: Sequence[str] = (),
    themes: Sequence[str] = (),
    most: int | None = None,
    site: str = "",
) -> Listing:
    """Return a sheet of the commitments that nobody has reviewed, in the order of their texts.

    Args:
        most: so many of them, drawn as if by lot, so that they stand for all; the same ones until they are reviewed.
        site: address of the site, to which the address of each commitment leads.
    """
    asked = {"commitments.document_id": documents, "commitments.issuer_id": issuers, "theme_id": themes}
    chosen = [ids_in(column, codes) for column, codes in asked.items() if codes]
    condition = " and ".join([f"{latest_decision(db)} = ''", *(one for one, _ in chosen)])
    args = [codes for _, (codes,) in chosen]
    # An id is a digest, so the first by their ids are as good as drawn by lot.
    drawn = f"{_COMMITMENTS} where {condition} order by commitments.id limit ?"
    order = "issuer_id, year, document_id, number, ordinal, start"
    found = rows(db, f"select * from ({drawn}) order by {order}", [*args, -1 if most is None else most])
    return _listing("to-review", "Commitments to review", found, site)


def sheet_of_decisions(db: Database, *, site: str = "") -> Listing:
    """Return a sheet of all decisions, earlier ones too, the oldest first: it can be read into another database."""
    decided = listed(db)
    condition, args = ids_in("commitments.id", [one.commitment_id for one in decided])
    found = rows(db, f"{_COMMITMENTS} where {condition}", args)
    told = {row["id"]: row for row in found}
    blank: dict[str, Any] = dict.fromkeys((one.name for one in SHEET), None)
    lines = [
        {
            **blank, "document": one.document, "quote": one.quote, "issuer_id": one.issuer, "year": one.year,
            **told.get(one.commitment_id, {"id": one.commitment_id}),
            "decision": one.decision, "reviewer": one.reviewer, "note": one.note, "decided_on": one.decided_on,
        }
        for one in reversed(decided)
    ]  # fmt: skip
    return _listing("reviews", "Decisions on commitments", lines, site)


def _listing(name: str, title: str, found: list[dict[str, Any]], site: str) -> Listing:
    # A spreadsheet takes an id of digits alone, or with an e among them, for a number, and never an address.
    base = f"{site.rstrip('/')}/" if site else ""
    return Listing(name, title, SHEET, [{**row, "commitment": f"{base}commitment/{row['id']}"} for row in found])


def read_sheet(db: Database, content: bytes, *, reviewer: str = "", keep_gone: bool = False) -> SheetRead:
    """Keep the decisions that a sheet holds, line by line; a line without one is left.

    Args:
        reviewer: who decided, where a line does not say it.
        keep_gone: keep decisions on commitments that are not here, too.

    Raises:
        ReviewError: it is no sheet.
    """
    done = SheetRead()
    known = {_key(vars(one)) for one in listed(db)}
    with db.atomic():
        for line, values in _lines(content):
            if not values["decision"]:
                done.undecided += 1
                continue
            try:
                row = _row(
                    values["commitment"], values["decision"], values["reviewer"] or reviewer, values["note"], values["decided_on"]
                )  # fmt: skip
                if not keep_gone:
                    _refuse_strangers(db, row["commitment_id"])
            except ReviewError as error:
                done.faults.append(f"Line {line}: {error}")
                continue
            if _key(row) in known:
                done.known += 1
                continue
            known.add(_key(row))
            _write(db, row)
            done.written += 1
    return done


def _lines(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the values of each line of a sheet, whichever sign its columns are parted by."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReviewError("The sheet is not in UTF-8.", remedy='Save it as "CSV UTF-8".') from error
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in _FILLED_IN[:3] if name not in names]
        if missing:
            raise ReviewError(
                f"The sheet has no column {', '.join(missing)}.", remedy="Make one: concord review sheet FILE"
            )
        for values in reader:
            given = dict(zip(names, values, strict=False))
            if any(given.values()):
                yield reader.line_num, {name: as_it_was(given.get(name, "").strip()) for name in _FILLED_IN}
    except csv.Error as error:
        raise ReviewError(f"The sheet cannot be read as CSV: {error}, in line {reader.line_num}.") from error


def _row(commitment: str, decision: str, reviewer: str, note: str, on: str) -> dict[str, str]:
    """Return a row of `reviews`.

    Raises:
        ReviewError: one of its values cannot be kept.
    """
    name = id_in(commitment)
    decision = decision.strip().lower()
    if decision not in DECISIONS:
        raise ReviewError(f"{decision!r} is no decision.", remedy=f"Take one of: {', '.join(DECISIONS)}.")
    reviewer, note = " ".join(reviewer.split()), " ".join(note.split())
    if not reviewer:
        raise ReviewError("Nobody is named who decided.", remedy="Name the reviewer.")
    for what, text, longest in (("name of a reviewer", reviewer, LONGEST_NAME), ("note", note, LONGEST_NOTE)):
        if len(text) > longest or not text.isprintable():
            raise ReviewError(
                f"{text[:LONGEST_NAME]!r} cannot be the {what}.",
                remedy=f"Take up to {longest:,} letters, digits, signs and blanks.",
            )
    return {
        "commitment_id": name, "decision": decision, "reviewer": reviewer, "note": note, "decided_on": _day(on.strip())
    }  # fmt: skip


def _day(text: str) -> str:
    today = datetime.now(UTC).date()
    if not text:
        return today.isoformat()
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None or day > today + timedelta(days=1):  # where the sun rises first it is tomorrow already
        raise ReviewError(
            f"{text!r} is no day on which somebody can have decided.", remedy=f"Write it as {today.isoformat()}."
        )
    return text


def _refuse_strangers(db: Database, commitment: str) -> None:
    """Refuse an id that no commitment has or had here."""
    there = (
        "select 1 from commitments where id = ? union all select 1 from retired where kind = 'commitment' and id = ?"
    )
    if not rows(db, there, [commitment, commitment]):
        raise ReviewError(f"There is no commitment {commitment}.", remedy="The address of its page ends with its id.")


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    """Return what makes a decision the same as another."""
    return tuple(row[name] for name in ("commitment_id", "decision", "reviewer", "note", "decided_on"))


def _is(one: Review, row: dict[str, Any]) -> bool:
    return _key(vars(one)) == _key(row)


def _write(db: Database, row: dict[str, str]) -> None:
    with db.atomic():
        table(db, "reviews").insert(row)
