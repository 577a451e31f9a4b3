"""What texts say to a guideline: the tables of the guidelines stage, put together for /guidelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ..comparing import issuers_with_documents, quotes
from ..coverage import Choice, documents_of
from ..guidelines import SCORES, best_of
from ..store import ids_in, rows
from . import queries

MOST = 20
"""Quotes that are shown of an element when nobody asks for those of an issuer or a document."""
NO_DOCUMENT = "no document"

GUIDELINES = """
select guidelines.*, (select count(*) from guideline_elements where guideline_id = guidelines.id) as elements,
       (select count(distinct document_id) from guideline_scores where guideline_id = guidelines.id and score = 'committed') as documents
from guidelines order by title
"""
_ELEMENTS = "select id, code, title, description, themes, words from guideline_elements where guideline_id = ? order by position"
_PASSAGES = """
select passages.id, passages.text, passages.page, passages.document_id, title as document, documents.issuer_id as issuer, documents.year,
       is_paged, likeness, coalesce((select label from pages where pages.document_id = documents.id and number = passages.page), '') as page_label
from guideline_quotes join passages on passages.id = passage_id join documents on documents.id = passages.document_id
"""


@dataclass(frozen=True)
class Cell:
    """What an issuer or a document says to an element, and in how many commitments."""

    score: str
    commitments: int = 0


def guidelines(db: Database) -> list[dict[str, Any]]:
    """Return all guidelines, what is made up behind the others."""
    found = [{"is_example": 0, **row} for row in rows(db, GUIDELINES)]  # a database of before 0002 has no such column
    return sorted(found, key=lambda row: bool(row["is_example"]))


def guideline(db: Database, name: str, issuers: Sequence[str], choice: Choice, by: str) -> dict[str, Any] | None:
    """Return what everybody says to a guideline, element by element; None when there is no such guideline.

    Args:
        issuers: a row for each of these, or for each of their documents; all when there are none.
        choice: only these documents count.
        by: "document" for a row of each document, else one of each issuer.
    """
    found = rows(db, "select * from guidelines where id = ?", [name])
    if not found:
        return None
    elements = rows(db, _ELEMENTS, [name])
    scores = {
        (row["document_id"], row["element_id"]): Cell(row["score"], row["commitments"])
        for row in rows(db, "select * from guideline_scores where guideline_id = ?", [name])
    }
    lines = _documents(db, issuers, choice) if by == "document" else _issuers(db, issuers, choice)
    for line in lines:
        line["cells"] = {
            element["id"]: _cell([scores[one, element["id"]] for one in line["documents"] if (one, element["id"]) in scores])
            for element in elements
        }  # fmt: skip
        line["met"] = sum(cell.score == "committed" for cell in line["cells"].values())
    for element in elements:
        said = [line["cells"][element["id"]].score for line in lines]
        element["committed"] = said.count("committed")
        element["known"] = sum(score in ("committed", "mentioned", "absent") for score in said)
    return {
        "guideline": found[0],
        "elements": elements,
        "lines": lines,
        "by": by,
        "chosen": issuers,
        "choice": choice,
        "scores": SCORES,
        "most": max((cell.commitments for line in lines for cell in line["cells"].values()), default=1) or 1,
    }


def _cell(cells: Sequence[Cell]) -> Cell:
    """Return what several documents say together: the best of their scores, and all their commitments."""
    return Cell(best_of(cell.score for cell in cells) or NO_DOCUMENT, sum(cell.commitments for cell in cells))


def _issuers(db: Database, issuers: Sequence[str], choice: Choice) -> list[dict[str, Any]]:
    """Return the issuers that are chosen with their documents, states first; joint texts count for each who signed."""
    known = {row["id"]: row for row in rows(db, "select id, name, kind from issuers")}
    chosen = [code for code in issuers if code in known]
    codes = chosen or [code for code in issuers_with_documents(db) if known[code]["kind"] != "joint"]
    lines = []
    for code, listed in documents_of(db, codes, choice).items():
        documents = [one["id"] for one in listed]
        if documents or chosen:
            lines.append({**known[code], "documents": documents, "note": ""})
    return lines if chosen else sorted(lines, key=lambda line: (line["kind"] != "state", line["name"]))


def _documents(db: Database, issuers: Sequence[str], choice: Choice) -> list[dict[str, Any]]:
    """Return the documents that are chosen, by issuer and year."""
    found = rows(
        db,
        "select documents.id, title, year, kind_id, documents.status, issuers.name as issuer from documents"
        " left join issuers on issuers.id = issuer_id order by issuers.name is null, issuers.name, year, documents.id",
    )
    own = {one["id"] for listed in documents_of(db, issuers).values() for one in listed}
    return [
        {
            "id": one["id"], "name": f"{one['issuer'] or 'unknown issuer'}, {one['year'] or 'no date'}", "title": one["title"],
            "documents": [one["id"]], "note": "read in part" if one["status"] == "partly read" else "",
        }
        for one in found
        if choice.admits(one) and (not issuers or one["id"] in own)
    ]  # fmt: skip


def element(
    db: Database,
    name: str,
    code: str,
    issuers: Sequence[str],
    choice: Choice,
    document: str,
    most: int | None = None,
) -> dict[str, Any] | None:
    """Return an element with the quotes behind its cells; None when there is no such element.

    Args:
        issuers: whose quotes are shown; without issuers those that are most like the element.
        choice: only these documents count.
        document: the one document of which quotes are shown.
        most: quotes, and passages, to return when neither an issuer nor a document is chosen; None for all.
    """
    found = rows(
        db,
        "select guideline_elements.*, guidelines.title as guideline from guideline_elements"
        " join guidelines on guidelines.id = guideline_id where guideline_id = ? and code = ?",
        [name, code],
    )
    if not found:
        return None
    ours = {row["id"]: row for row in _documents_of(db, issuers, choice, document)}
    scores = {
        row["document_id"]: row
        for row in rows(db, "select * from guideline_scores where element_id = ?", [found[0]["id"]])
        if row["document_id"] in ours
    }
    is_narrow = bool(issuers or document)
    order = "likeness desc, guideline_quotes.id"
    likeness = {
        row["commitment_id"]: row["likeness"]
        for row in rows(
            db,
            "select commitment_id, document_id, likeness from guideline_quotes where element_id = ? and commitment_id is not null"
            f" order by {order}",
            [found[0]["id"]],
        )
        if row["document_id"] in ours
    }
    listed = list(likeness)[: None if is_narrow else most]
    of_themes, codes = ids_in("id", found[0]["themes"].split(", "))
    found_here = quotes(db, *ids_in("commitments.id", listed))
    shown = sorted(found_here, key=lambda quote: -likeness[quote.id])
    passages = [
        row
        for row in rows(db, f"{_PASSAGES} where element_id = ? order by {order}", [found[0]["id"]])
        if row["document_id"] in ours
    ]
    return {
        "element": found[0],
        "seeds": rows(db, "select text from guideline_seeds where element_id = ? order by position", [found[0]["id"]]),
        "themes": rows(db, f"select id, label from themes where {of_themes} order by position", codes),
        "names": {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")},
        "quotes": shown,
        "commitments": len(likeness),
        "passages": passages[: None if is_narrow else most],
        "mentioned": len(passages),
        "likeness": likeness,
        "documents": list(ours.values()),
        "document_scores": {one: row["score"] for one, row in scores.items()},
        "score": best_of(row["score"] for row in scores.values()) or NO_DOCUMENT,
        "scores": SCORES,
        "is_narrow": is_narrow,
        "chosen": issuers,
        "choice": choice,
        "document": document,
        "confidence": queries.confidence(db, listed),
    }


def _documents_of(db: Database, issuers: Sequence[str], choice: Choice, document: str) -> list[dict[str, Any]]:
    if document:
        return rows(db, "select id, title, year, status, kind_id from documents where id = ?", [document])
    if issuers:
        return list(
            {one["id"]: one for listed in documents_of(db, issuers, choice).values() for one in listed}.values()
        )
    found = rows(db, "select id, title, year, status, kind_id from documents order by year, id")
    return [one for one in found if choice.admits(one)]
