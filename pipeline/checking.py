"""Check a database: every quote stands where it is said to stand, and every row has what it refers to.

Reads a database; gives faults as sentences. `concord check` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from .passages import to_passage
from .records import Passage
from .segmenting.rows import fold
from .store import rows

PASSAGES = "select passages.*, segments, sentences, cells from passages join passage_spans on passage_id = passages.id"


def faults_of(db: Database) -> Iterator[str]:
    """Yield every fault of a database as a sentence; a sound database yields none."""
    for violated, *rest in db.execute("pragma foreign_key_check").fetchall():
        yield f"{violated} has a row that refers to nothing: {rest}"
    pages = {
        (row["document_id"], row["number"]): row["text"]
        for row in rows(db, "select document_id, number, text from pages")
    }
    passages: dict[str, Passage] = {}
    for row in rows(db, PASSAGES):
        passages[row["id"]] = passage = to_passage(row)
        yield from _passage_faults(row["id"], row["document_id"], passage, pages)
    yield from _commitment_faults(db, passages)
    for row in rows(db, "select id, passage_id, start, end, text, quote from mentions"):
        place = passages.get(row["passage_id"])
        if place and place.text[row["start"] : row["end"]] != row["text"]:
            yield f"mention {row['id']}: its offsets do not give its text"
        if place and not (row["quote"] in place.text and row["text"] in row["quote"]):
            yield f"mention {row['id']}: its quote is not the words around it"


def count_checked(db: Database) -> dict[str, int]:
    """Return how many quotes, passages and mentions `faults_of` looks at."""
    return {
        name: rows(db, f'select count(*) as n from "{name}"')[0]["n"]
        for name in ("commitments", "slots", "passages", "mentions")
    }


def _passage_faults(
    passage_id: str, document_id: str, passage: Passage, pages: dict[tuple[str, int], str]
) -> Iterator[str]:
    for segment in passage.segments:
        page = pages.get((document_id, segment.page))
        if page is None:
            yield f"passage {passage_id}: stands on page {segment.page}, which is not there"
        elif fold(page[segment.page_start : segment.page_end]) != passage.text[segment.start : segment.end]:
            yield f"passage {passage_id}: page {segment.page} does not hold its words where it says"
    edges = [0, *(edge for segment in passage.segments for edge in (segment.start, segment.end)), len(passage.text)]
    if any(passage.text[start:end].strip(" |") for start, end in zip(edges[::2], edges[1::2], strict=True)):
        yield f"passage {passage_id}: has words that stand on no page"
    for start, end in passage.sentences:
        if not 0 <= start < end <= len(passage.text):
            yield f"passage {passage_id}: has a sentence outside its text"


def _commitment_faults(db: Database, passages: dict[str, Passage]) -> Iterator[str]:
    for row in rows(db, "select id, passage_id, start, end, quote, lead_in, page from commitments"):
        passage = passages.get(row["passage_id"])
        if passage is None:
            continue  # the foreign keys have told
        if passage.text[row["start"] : row["end"]] != row["quote"]:
            yield f"commitment {row['id']}: its offsets do not give its quote"
        if passage.page_of(row["start"]) != row["page"]:
            yield f"commitment {row['id']}: is not on page {row['page']}"
        if row["lead_in"] != passage.lead_in:
            yield f"commitment {row['id']}: its lead-in is not that of its passage"
    for row in rows(
        db,
        "select slots.*, quote, commitments.lead_in, passages.text as passage from slots"
        " join commitments on commitments.id = commitment_id join passages on passages.id = passage_id"
        " where source <> 'inferred'",
    ):
        if row[row["source"]][row["start"] : row["end"]] != row["text"]:
            yield f"commitment {row['commitment_id']}: its {row['name']} is not in its {row['source'].replace('_', '-')}"
