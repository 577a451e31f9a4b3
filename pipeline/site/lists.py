"""What each list of the site holds, to take away: every row behind a page, however few of them it shows at a time.

One function a list: a database in, a `Listing` out, None where there is no such thing. `address` makes the full address
of a path of this site, so that each row says where it can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote as percent_encoded
from urllib.parse import urlencode

from sqlite_utils import Database

from .. import members as grouped
from ..comparing import Comparison, own_documents
from ..coverage import AXES, Axis, Choice, matrix
from ..due import Due
from ..exporting import Column, Listing, column, described, json_bytes
from ..printing import MATRIX, listings, matrix_listing
from ..reviewing import latest_decision
from ..search import Results
from ..store import ids_in, rows
from ..watching import listed as saved_searches
from . import editions as aligned
from . import guidelines as guiding
from . import history as through_time
from . import instruments as instrumental
from . import problems as reading
from . import queries, watches
from .reader import Marks

Address = Callable[[str], str]

_ISSUER = column("issuer", str, "Name of the issuer")
_DOCUMENT = column("document", str, "Title of the document")
_PAGE_LABEL = column("page_label", str, "What is printed on that page as its number, where it is another")
_THEME = column("theme", str, "Name of the theme")
_BINDINGNESS = column("bindingness", str, "Name of that point of the scale")
_REVIEW = column(
    "review", str, "What reviewers last decided on a commitment: right, wrong or doubtful; empty where nobody did"
)
_ADDRESS = column("address", str, "Where it can be read on this site")
_ADDRESSES = (
    column("address_a", str, "Where the first can be read on this site"), column("address_b", str, "Where the second can be read on this site"),
)  # fmt: skip
_MEMBERS_ADDRESSES = (
    column("group_address", str, "Where that of the group can be read on this site"),
    column("member_address", str, "Where that of the member can be read on this site; none where it carries nothing"),
)

COMMITMENTS = (
    *described("commitments", id=str, quote=str, lead_in=str, issuer_id=str), _ISSUER,
    *described("commitments", document_id=str), _DOCUMENT, *described("commitments", year=int, page=int), _PAGE_LABEL,
    *described("commitments", theme_id=str), _THEME, *described("commitments", subtheme_id=str, bindingness_id=int), _BINDINGNESS,
    *described("commitments", precision=int, actor=str, deadline=str, deadline_from=str, deadline_to=str, polarity=str, confidence=float),
    _REVIEW, _ADDRESS,
)  # fmt: skip
MENTIONS = (
    column("naming_id", str, "Code of who names: the issuer of the document"),
    column("naming", str, "Name of who names"),
    *described("mentions", issuer_id=str, instrument_id=str), column("named", str, "Name of who or what is named"), *described("mentions", role=str, text=str, document_id=str), _DOCUMENT,
    column("year", int, "Year of the document"), *described("mentions", page=int), _PAGE_LABEL,
    column("passage", str, "The passage in which it stands"), _ADDRESS,
)  # fmt: skip
INSTRUMENTS = (
    *described("instruments", id=str, name=str, kind=str, since=str),
    column("mentions", int, "How often it is named"), column("documents", int, "Documents that name it"), column("issuers", int, "Issuers of these"),
    column("first_year", int, "Year of the earliest of these documents"), column("last_year", int, "Year of the latest"), _ADDRESS,
)  # fmt: skip
HITS = (
    column("kind", str, "commitment or passage"), column("id", str, "Permanent id"), column("text", str, "Its words"),
    column("issuer_id", str, "Code of the issuer of the document"), _ISSUER, column("document_id", str, "Where it stands"), _DOCUMENT,
    column("year", int, "Year of the document"), column("page", int, "Page of the file, counted from one"), _PAGE_LABEL,
    column("theme_id", str, "What it is mainly about"), _THEME, column("bindingness", str, "How firm a commitment is"),
    column("found_by", str, "Which rankings found it: words, meaning, or filters alone"),
    column("likeness", float, "How like the question it is in meaning, up to 1; 0 where meaning did not find it"),
    *described("commitments", deadline=str, deadline_from=str, deadline_to=str), _REVIEW, _ADDRESS,
)  # fmt: skip
DOCUMENTS = (
    *described("documents", id=str, title=str, issuer_id=str), _ISSUER, *described("documents", kind_id=str),
    column("kind", str, "Name of that kind"),
    *described(
        "documents", published_on=str, year=int, body=str, language=str, is_covered=int, family=str, edition=int, pages=int, is_paged=int,
        status=str, format=str, source_url=str, licence=str, sha256=str,
    ),
    column("commitments", int, "Commitments found in it"), _ADDRESS,
)  # fmt: skip
CELLS = (*MATRIX, _ADDRESS)
BEHIND = (
    column("side", str, "Code of the issuer whose cell it is"), column("kind", str, "commitment or passage"),
    column("id", str, "Permanent id"), column("text", str, "Its words"), column("lead_in", str, "The words that open the list in which it stands"),
    column("issuer_id", str, "Code of the issuer of the document"), _ISSUER, column("document_id", str, "Where it stands"), _DOCUMENT,
    column("year", int, "Year of the document"), column("page", int, "Page of the file, counted from one"), _PAGE_LABEL,
    column("bindingness", str, "How firm a commitment is"), column("precision", int, "How precise a commitment is, 0 to 5"),
    column("deadline", str, "By when, in the words of the text"),
    column("likeness", float, "How like the element of a guideline it is, up to 1; none behind other cells"),
    column("words", str, "By which words a passage speaks of the topic; none where its meaning says so, and of a commitment"),
    column("promises", str, "Ids of the promises, filed under something else, in which all these words of a passage stand"), _REVIEW, _ADDRESS,
)  # fmt: skip
"""Columns of the quotes behind a cell, whether of a theme or of an element of a guideline."""
CHANGES = (
    *described("edition_changes", id=str, family=str, change=str, from_document_id=str, to_document_id=str, commitment_id=str),
    column("earlier", str, "The earlier promise, word for word"), column("earlier_page", int, "Page of the earlier promise in its file"),
    column("earlier_page_label", str, "The same as printed"), column("earlier_review", str, "What reviewers last decided on it; empty where nobody did"),
    *described("edition_changes", other_id=str),
    column("later", str, "The later promise, word for word"), column("later_page", int, "Page of the later promise in its file"),
    column("later_page_label", str, "The same as printed"), column("later_review", str, "What reviewers last decided on it; empty where nobody did"),
    *described("edition_changes", alike=float, wording=float, note=str),
    column("theme_id", str, "Main theme of the later promise, or of the earlier where there is no later"), _THEME, _ADDRESS,
)  # fmt: skip
HISTORY = (
    column("on", str, "Year, month, day or moment (UTC) of the event, as far as it is known"),
    column("event", str, "; ".join(f"{name}: {meaning}" for name, meaning in through_time.EVENTS.items())),
    column("what", str, "Of an edition, what became of the promise since the one before; of a review, the decision"),
    column("note", str, "Why an edition is called so, or what the reviewer says"), column("reviewer", str, "Who decided"),
    column("commitment_id", str, "The commitment in that text"), column("quote", str, "Its words there"),
    column("document_id", str, "The document of the event"), _DOCUMENT, column("page", int, "Page of the file, counted from one"), _PAGE_LABEL,
    _ADDRESS,
)  # fmt: skip
GUIDELINES = (
    *described("guidelines", id=str, title=str, source=str, year=int, address=str, licence=str, is_example=int),
    column("elements", int, "Elements of it"), column("documents", int, "Documents that are committed to one of them or more"),
)  # fmt: skip
SCORES = (
    column("id", str, "Code of the issuer, or name of the document"), column("name", str, "Who or what that is"),
    column("element", str, "Code of the element"), column("element_title", str, "What the element asks for"),
    column("score", str, "committed, mentioned, absent, not covered, not read, or no document"),
    column("commitments", int, "Commitments that are like the element"), _ADDRESS,
)  # fmt: skip
PROBLEMS = (
    *described("problems", kind=str), column("meaning", str, "What that kind is"), *described("problems", document_id=str),
    column("title", str, "Title of the document"), column("issuer_id", str, "Code of its issuer"), _ISSUER, column("year", int, "Year of the document"),
    column("state", str, "How much of the document was read"), column("pages", str, "Pages that have it, where there are such"),
    *described("problems", message=str, remedy=str, is_failure=int),
)  # fmt: skip
FIGURES = described(
    "quality", gold=str, mode=str, measure=str, units=str, value=float, low=float, high=float, count=int, evaluated_at=str
)  # fmt: skip
WATCHES = (
    *described("watches", name=str, question=str, mode=str, filters=str, added_at=str, ran_at=str),
    column("hits", int, "What it has found and is still there"), column("new", int, "What its last run told as new"),
)  # fmt: skip
WATCH_HITS = (
    column("kind", str, "commitment or passage"), column("id", str, "Permanent id"), column("text", str, "Its words"),
    column("issuer_id", str, "Code of who is bound, or of the issuer of the document"), _ISSUER, column("document_id", str, "Where it stands"), _DOCUMENT,
    column("year", int, "Year of the document"), column("page", int, "Page of the file, counted from one"), _PAGE_LABEL,
    *described("watch_hits", first_seen_at=str), _ADDRESS,
)  # fmt: skip

_COMMITMENTS = """
select commitments.*, coalesce(issuers.name, '') as issuer, documents.title as document, coalesce(pages.label, '') as page_label,
       coalesce(themes.label, '') as theme, bindingness.label as bindingness, {review} as review
from commitments join documents on documents.id = commitments.document_id join passages on passages.id = passage_id
join bindingness on bindingness.id = bindingness_id
left join issuers on issuers.id = commitments.issuer_id
left join themes on themes.id = commitments.theme_id
left join pages on pages.document_id = commitments.document_id and pages.number = commitments.page
"""
_IN_ORDER = "commitments.year, commitments.document_id, passages.ordinal, commitments.start"
_MENTIONS = """
select mentions.*, coalesce(issuers.name, instruments.name) as named, documents.issuer_id as naming_id, coalesce(naming.name, '') as naming, documents.title as document,
       documents.year, coalesce(pages.label, '') as page_label, passages.text as passage
from mentions left join issuers on issuers.id = mentions.issuer_id left join instruments on instruments.id = instrument_id
join documents on documents.id = mentions.document_id
join passages on passages.id = mentions.passage_id
left join issuers as naming on naming.id = documents.issuer_id
left join pages on pages.document_id = documents.id and pages.number = mentions.page
"""
_CHANGES = f"""
select edition_changes.*, a.quote as earlier, a.page as earlier_page, coalesce(ap.label, '') as earlier_page_label,
       b.quote as later, b.page as later_page, coalesce(bp.label, '') as later_page_label,
       coalesce({aligned.THEME}, '') as theme_id, coalesce(themes.label, '') as theme,
       {{earlier}} as earlier_review, {{later}} as later_review
from edition_changes left join commitments as a on a.id = commitment_id left join commitments as b on b.id = other_id
left join pages as ap on ap.document_id = a.document_id and ap.number = a.page
left join pages as bp on bp.document_id = b.document_id and bp.number = b.page
left join themes on themes.id = {aligned.THEME}
where from_document_id = ? and to_document_id = ?
"""


def hits(results: Results, address: Address) -> Listing:
    """Return the hits of a search."""
    found = [
        {**vars(hit), "found_by": " and ".join(hit.why), "address": _place(hit.kind, hit.id, hit.document_id, address)}
        for hit in results.hits
    ]
    return Listing("search", f"Search: {results.question}" if results.question else "Search by filters", HITS, found)


def hits_in_json(results: Results) -> bytes:
    """Return what a search found as JSON, with all that is to be known of it."""
    return json_bytes({**vars(results), "hits": [vars(hit) for hit in results.hits]})


def documents(db: Database, address: Address) -> Listing:
    """Return all documents."""
    found = [{**row, "address": address(f"/document/{row['id']}")} for row in queries.documents(db)]
    return Listing("documents", "Documents", DOCUMENTS, found)


def asked_of(choice: Choice) -> str:
    """Return the part of a query string that asks for a choice of documents; "" for all."""
    years = [("from", choice.since), ("at", choice.at)]
    return urlencode([*(("kind", kind) for kind in choice.kinds), *((name, year) for name, year in years if year)])


def compare_path(issuers: Sequence[str], axis: Axis, choice: Choice, *, is_of_members: bool = False) -> str:
    """Return the path at which a comparison can be asked for again, with nothing in it that changes nothing.

    One issuer alone is compared with nobody: that is the matrix of everybody.
    """
    asked = [("issuer", code) for code in issuers if len(issuers) > 1 or is_of_members]
    asked += [("members", "1")] if is_of_members else []
    asked += [("by", axis.by)] if axis.by != "theme" else []
    asked += [("theme", axis.theme)] if axis.theme else []
    return _with_query("/compare", urlencode(asked), asked_of(choice))


def cell_path(issuers: Sequence[str], topic: str, axis: Axis, choice: Choice) -> str:
    """Return the path of the quotes behind the cells of a topic."""
    asked = [("issuer", code) for code in issuers]
    asked += [("theme", axis.theme)] if axis.by == "year" and axis.theme else []
    asked += [(axis.by if axis.by in AXES else "element", topic)]
    return _with_query("/compare/cell", urlencode(asked), asked_of(choice))


def _with_query(path: str, *parts: str) -> str:
    query = "&".join(part for part in parts if part)
    return f"{path}?{query}" if query else path


def coverage(db: Database, address: Address, axis: Axis, choice: Choice) -> Listing:
    """Return the matrix of everybody, a row for each of its cells."""
    listing = matrix_listing(matrix(db, axis, choice))
    return _with_addresses(
        listing, [_ADDRESS], lambda row: [address(cell_path([row["issuer_id"]], row["topic_id"], axis, choice))]
    )


def comparison(found: Comparison, address: Address, here: str) -> tuple[Listing, ...]:
    """Return what a comparison lists, each row with its address: counterparts, cells, who names whom, documents.

    Args:
        here: the address of the comparison itself.
    """
    pairs, cells, namings, texts = listings(found, here)
    return (
        _with_addresses(pairs, _ADDRESSES, lambda row: [address(f"/commitment/{row[side]}") for side in ("id_a", "id_b")]),
        _with_addresses(cells, [_ADDRESS], lambda row: [address(cell_path([row["issuer"]], row["topic"], found.axis, found.choice))]),
        _with_addresses(namings, [_ADDRESS], lambda row: [address(f"/issuer/{percent_encoded(row['issuer'], safe='')}")]),
        _with_addresses(texts, [_ADDRESS], lambda row: [address(f"/document/{row['id']}")]),
    )  # fmt: skip


def members(view: grouped.GroupView, address: Address, here: str) -> Listing:
    """Return a group against its members, each row with the addresses of its quotes.

    Args:
        here: the address of the comparison itself.
    """
    return _with_addresses(
        grouped.listing(view, here),
        _MEMBERS_ADDRESSES,
        lambda row: [row[side] and address(f"/commitment/{row[side]}") for side in ("group_id", "member_id")],
    )


def _with_addresses(
    listing: Listing, columns: Sequence[Column], made: Callable[[Mapping[str, Any]], Sequence[Any]]
) -> Listing:
    """Return a list with columns of addresses behind the others, which `made` makes of a row."""
    names = [one.name for one in columns]
    found = [{**row, **dict(zip(names, made(row), strict=True))} for row in listing.rows]
    return replace(listing, columns=(*listing.columns, *columns), rows=found)


def cell(
    db: Database, address: Address, issuers: Sequence[str], topic: str, axis: Axis, choice: Choice
) -> Listing | None:
    """Return the quotes behind the cells of one topic; where there is no commitment, the passages that the page shows."""
    found = queries.cell(db, issuers, topic, axis, choice)
    if found is None:
        return None
    listed: list[dict[str, Any]] = []
    for side in found["sides"]:
        whose = {"side": side["issuer"]}
        if side["quotes"]:
            listed += [{**whose, **_from_quote(quote, found["names"], address)} for quote in side["quotes"]]
        else:
            listed += [{**whose, **_from_passage(passage, found["names"], address)} for passage in side["touching"]]
    codes = " ".join(side["issuer"] for side in found["sides"])
    return Listing(_name("cell", topic, codes), f"{found['label']}: {codes}", BEHIND, listed)


def theme_commitments(db: Database, address: Address, code: str, subtheme: str, due: Due) -> Listing | None:
    """Return the commitments that are mainly about a theme, or those of one of its sub-themes, the firmest first.

    Of each of these lists of commitments `due` leaves those that are due then.
    """
    found = rows(db, "select label from themes where id = ?", [code])
    inner = rows(db, "select label from subthemes where id = ? and theme_id = ?", [subtheme, code])
    if not found or (subtheme and not inner):
        return None
    condition, args = ("subtheme_id = ?", [subtheme]) if subtheme else ("commitments.theme_id = ?", [code])
    order = "bindingness_id desc, precision desc, confidence desc, commitments.id"
    title = ": ".join([found[0]["label"], *(row["label"] for row in inner)])
    return Listing(
        _name("theme", code, subtheme), title, COMMITMENTS, _commitments(db, address, condition, args, due, order)
    )


def subtheme_commitments(db: Database, address: Address, name: str, due: Due) -> Listing | None:
    """Return the commitments of a sub-theme, the firmest first."""
    found = rows(db, "select theme_id from subthemes where id = ?", [name])
    return theme_commitments(db, address, found[0]["theme_id"], name, due) if found else None


def issuer_commitments(db: Database, address: Address, code: str, due: Due) -> Listing | None:
    """Return the commitments of all documents of an issuer, those that it signed jointly included."""
    found = rows(db, "select name from issuers where id = ?", [code])
    if not found:
        return None
    condition, args = ids_in("commitments.document_id", [row["id"] for row in own_documents(db, code)])
    listed = _commitments(db, address, condition, args, due)
    return Listing(_name("issuer", code), f"{found[0]['name']}: commitments", COMMITMENTS, listed)


def issuer_mentions(db: Database, address: Address, code: str) -> Listing | None:
    """Return whom an issuer names and who names it, a row for each place."""
    found = rows(db, "select name from issuers where id = ?", [code])
    if not found:
        return None
    listed = _mentions(db, address, "documents.issuer_id = ? or mentions.issuer_id = ?", [code, code])
    return Listing(_name("mentions", code), f"{found[0]['name']}: whom it names, and who names it", MENTIONS, listed)


def instruments(db: Database, address: Address) -> Listing:
    """Return all instruments, with how many name each."""
    found = [{**row, "address": address(f"/instrument/{row['id']}")} for row in instrumental.instruments(db)]
    return Listing("instruments", "Instruments", INSTRUMENTS, found)


def instrument_mentions(db: Database, address: Address, code: str, role: str) -> Listing | None:
    """Return who names an instrument, a row for each place; in one role, if you like."""
    found = rows(db, "select name from instruments where id = ?", [code])
    if not found:
        return None
    listed = _mentions(db, address, "mentions.instrument_id = ? and ? in ('', mentions.role)", [code, role])
    return Listing(_name("mentions", code, role), f"{found[0]['name']}: who names it", MENTIONS, listed)


def document_commitments(db: Database, address: Address, name: str, due: Due, marks: Marks) -> Listing | None:
    """Return the commitments of a document, in its order; `marks` leaves those that match, as the reader does."""
    found = rows(db, "select title from documents where id = ?", [name])
    if not found:
        return None
    matches, args = marks.condition
    listed = _commitments(db, address, f"commitments.document_id = ? and {matches}", [name, *args], due)
    return Listing(_name(name), f"{found[0]['title']}: commitments", COMMITMENTS, listed)


def document_mentions(db: Database, address: Address, name: str) -> Listing | None:
    """Return whom a document names, a row for each place."""
    found = rows(db, "select title from documents where id = ?", [name])
    if not found:
        return None
    listed = _mentions(db, address, "mentions.document_id = ?", [name])
    return Listing(_name("mentions", name), f"{found[0]['title']}: whom it names", MENTIONS, listed)


def editions(
    db: Database, address: Address, family: str, edition: int | None, change: str, theme: str
) -> Listing | None:
    """Return what changed from one edition to the next, in the order of the page; of one kind and of one theme, if you like.

    The address of a change is that of its later promise, or of the earlier where there is no later.
    """
    found = aligned.editions(db, family, edition, change, theme)
    if found is None:
        return None
    chosen = found["chosen"]
    kinds = {kind: place for place, kind in enumerate(found["meanings"])}
    sql = _CHANGES.format(earlier=latest_decision(db, "a"), later=latest_decision(db, "b"))
    listed = [
        {**row, "address": address(f"/commitment/{row['other_id'] or row['commitment_id']}")}
        for row in rows(db, sql, [chosen["from_id"], chosen["to_id"]])
        if change in ("", row["change"]) and theme in ("", row["theme_id"])
    ]
    listed.sort(key=lambda row: (kinds[row["change"]], -((row["alike"] or 0) + (row["wording"] or 0)), row["id"]))
    title = f"What changed from {chosen['from_year']} to {chosen['to_year']}: {chosen['to_title']}"
    return Listing(_name("editions", family, str(chosen["to_edition"]), change, theme), title, CHANGES, listed)


def history(db: Database, address: Address, name: str) -> Listing | None:
    """Return what the database knows of a commitment through time, in the order of the page."""
    found = through_time.history(db, name)
    if not found:
        return None
    listed = [
        {
            "on": event.on, "event": event.kind, "what": event.what, "note": event.note, "reviewer": event.reviewer,
            "commitment_id": event.quote.id if event.quote else "", "quote": event.quote.quote if event.quote else "",
            "document_id": event.document_id, "document": event.document, "page": event.quote.page if event.quote else None,
            "page_label": event.quote.page_label if event.quote else "",
            "address": address(_place_of(event, name)),
        }
        for event in found
    ]  # fmt: skip
    return Listing(_name("history", name), "What became of a commitment", HISTORY, listed)


def _place_of(event: through_time.Event, name: str) -> str:
    if event.quote is None and event.document_id:
        return f"/document/{event.document_id}"
    return f"/commitment/{event.quote.id if event.quote else name}"


def guidelines(db: Database, address: Address) -> Listing:
    """Return all guidelines."""
    return Listing("guidelines", "Guidelines", GUIDELINES, guiding.guidelines(db))


def guideline(
    db: Database, address: Address, name: str, issuers: Sequence[str], choice: Choice, by: str
) -> Listing | None:
    """Return what everybody says to a guideline, a row for each cell of the page."""
    found = guiding.guideline(db, name, issuers, choice, by)
    if found is None:
        return None
    listed = [
        {
            "id": line["id"], "name": line["title"] if by == "document" else line["name"], "element": element["code"],
            "element_title": element["title"], "score": line["cells"][element["id"]].score,
            "commitments": line["cells"][element["id"]].commitments,
            "address": address(f"/guidelines/{name}/{element['code']}?{by}={line['id']}"),
        }
        for line in found["lines"]
        for element in found["elements"]
    ]  # fmt: skip
    return Listing(_name(name, by), found["guideline"]["title"], SCORES, listed)


def element(
    db: Database, address: Address, name: str, code: str, issuers: Sequence[str], choice: Choice, document: str
) -> Listing | None:
    """Return all quotes behind the cells of one element, and the passages that only mention it."""
    found = guiding.element(db, name, code, issuers, choice, document)
    if found is None:
        return None
    names = found["names"]
    listed = [
        {**_from_quote(quote, names, address), "side": quote.issuer, "likeness": found["likeness"][quote.id]}
        for quote in found["quotes"]
    ]
    listed += [
        {**_from_passage(passage, names, address), "side": passage["issuer"] or ""} for passage in found["passages"]
    ]
    title = f"{found['element']['guideline']}: {found['element']['title']}"
    return Listing(_name(name, code), title, BEHIND, listed)


def problems(db: Database, address: Address) -> Listing:
    """Return what was not read or only in part, a row for each line of the page."""
    listed = [
        {
            **trouble.document, "kind": group.kind, "meaning": group.meaning, "issuer": trouble.document["issuer"] or "",
            "state": trouble.state, "pages": trouble.places, "message": trouble.message, "remedy": trouble.remedy,
            "is_failure": int(trouble.is_failure),
        }
        for group in reading.problems(db)["groups"]
        for trouble in group.listed
    ]  # fmt: skip
    return Listing("problems", "What was not read, and why", PROBLEMS, listed)


def quality(db: Database, address: Address) -> Listing:
    """Return every figure that was measured."""
    return Listing(
        "quality", "How good is this?", FIGURES, rows(db, "select * from quality order by mode, gold, rowid")
    )


def saved(db: Database, address: Address) -> Listing:
    """Return the saved searches."""
    known = {row["name"]: row for row in rows(db, "select * from watches")} if (found := saved_searches(db)) else {}
    listed = [{**known[one.name], "hits": one.hits, "new": one.new} for one in found]
    return Listing("watches", "Saved searches", WATCHES, listed)


def watch(db: Database, address: Address, name: str) -> Listing | None:
    """Return all that a saved search has found and that is still here, the latest first."""
    found = watches.feed(db, name, most=-1)
    if found is None:
        return None
    listed = [
        {**hit, "id": hit["hit_id"], "address": _place(hit["kind"], hit["hit_id"], hit["document_id"], address)}
        for hit in found["hits"]
    ]
    return Listing(_name("watch", name), f"{name}: {found['shown'].title}", WATCH_HITS, listed)


def count_mentions(db: Database, issuer: str) -> int:
    """Return how many mentions the list above has for an issuer."""
    sql = (
        "select count(*) as n from mentions join documents on documents.id = document_id"
        " where mentions.issuer_id = :issuer or documents.issuer_id = :issuer"
    )
    return int(rows(db, sql, {"issuer": issuer})[0]["n"])


def _commitments(
    db: Database, address: Address, condition: str, args: Sequence[Any], due: Due, order: str = _IN_ORDER
) -> list[dict[str, Any]]:
    is_due, days = due.condition
    found = rows(
        db,
        f"{_COMMITMENTS.format(review=latest_decision(db))} where {condition} and {is_due} order by {order}",
        [*args, *days],
    )
    return [{**row, "address": address(f"/commitment/{row['id']}")} for row in found]


def _mentions(db: Database, address: Address, condition: str, args: Sequence[Any]) -> list[dict[str, Any]]:
    found = rows(
        db, f"{_MENTIONS} where {condition} order by naming, documents.year, documents.id, mentions.page, passages.ordinal, mentions.start", args
    )  # fmt: skip
    return [{**row, "address": _place("passage", row["passage_id"], row["document_id"], address)} for row in found]


def _from_quote(quote: Any, names: dict[str, str], address: Address) -> dict[str, Any]:
    return {
        **vars(quote), "kind": "commitment", "text": quote.quote, "issuer_id": quote.issuer, "issuer": names.get(quote.issuer, quote.issuer),
        "likeness": None, "words": None, "promises": None, "address": address(f"/commitment/{quote.id}"),
    }  # fmt: skip


def _from_passage(passage: dict[str, Any], names: dict[str, str], address: Address) -> dict[str, Any]:
    code = passage["issuer"] or ""
    return {
        "likeness": None, **passage, "review": None, "words": passage.get("words") or None, "promises": ", ".join(passage.get("promises", [])) or None, "kind": "passage", "lead_in": "", "issuer_id": code, "issuer": names.get(code, code), "page_label": passage["page_label"] or "",
        "bindingness": None, "precision": None, "deadline": None, "address": _place("passage", passage["id"], passage["document_id"], address),
    }  # fmt: skip


def _place(kind: str, name: str, document: str, address: Address) -> str:
    """Return the address of a commitment, or of a passage in its document."""
    return address(f"/commitment/{name}" if kind == "commitment" else f"/document/{document}?passage={name}#{name}")


def _name(*parts: str) -> str:
    """Return the name of a file, of letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", " ".join(parts)).strip("-")
