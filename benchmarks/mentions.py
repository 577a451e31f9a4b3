"""How often mentions are right, and how many namings are found: against readings by hand.

    python benchmarks/mentions.py [--db FILE] [--judgments FILE] [--json]

Reads a database that holds the real corpus and `mention_judgments.jsonl`, which holds places (document, page,
offsets) and no text, and changes neither. Prints two tables:

    drawn   a hundred mentions that were drawn by chance and read in their sentences: how many name what they are said
            to name, and how many of these have the role that the reader gave them
    read    documents that were read whole: how many of their namings are found, now and when they were first read, and
            how many of the mentions that are found there are namings

A mention is at a place when it shares a character with it. A document whose file has another SHA-256 than that
which was read is left out, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlite_utils import Database

from pipeline.passages import load_passages
from pipeline.records import Passage
from pipeline.segmenting.rows import origins
from pipeline.store import open_for_reading, rows

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Judgment:
    """What a reader found at a place. `named` is a code, "" when the tables know none for it, or when it is no naming.

    `role` is that of a drawn mention; `first` says whether a naming was found when its document was first read.
    """

    set: str
    document: str
    sha256: str
    page: int
    start: int
    end: int
    named: str
    role: str = ""
    first: bool = True


@dataclass(frozen=True)
class Found:
    """A mention in the database, by its place on the page."""

    document: str
    page: int
    start: int
    end: int
    named: str
    role: str


@dataclass(frozen=True)
class Drawn:
    """Of mentions that were drawn: how many there still are, and how many are right."""

    there: int
    right: int
    right_role: int


@dataclass(frozen=True)
class Read:
    """Of documents that were read whole: their namings, how many are found, and mentions that are no namings."""

    document: str
    namings: int
    found: int
    found_first: int
    mentions: int
    right: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables, or the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=HERE.parent / "build" / "corpus.db", help="holds the documents")
    parser.add_argument("--judgments", type=Path, default=HERE / "mention_judgments.jsonl")
    parser.add_argument("--json", action="store_true", help="print the figures")
    options = parser.parse_args(arguments)
    judgments = load_judgments(options.judgments)
    with open_for_reading(options.db) as db:
        hashes = {row["id"]: row["sha256"] for row in rows(db, "select id, sha256 from documents")}
        usable = [one for one in judgments if hashes.get(one.document, "").startswith(one.sha256)]
        found = [one for name in sorted({one.document for one in usable}) for one in load_found(db, name)]
    drawn = judge_drawn([one for one in usable if one.set == "drawn"], found)
    read = judge_read([one for one in usable if one.set == "read"], found)
    if options.json:
        print(json.dumps({"drawn": asdict(drawn), "read": [asdict(one) for one in read]}, indent=1))
    else:
        print("\n".join([*drawn_table(drawn), "", *read_table(read)]))
    sys.exit(len(usable) < len(judgments))


def load_judgments(path: Path) -> list[Judgment]:
    """Return the judgments of a file, one a line."""
    return [Judgment(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def load_found(db: Database, document: str) -> list[Found]:
    """Return the mentions of a document by their places on its pages."""
    passages = dict(load_passages(db, document))
    pages = {
        row["number"]: row["text"]
        for row in rows(db, "select number, text from pages where document_id = ?", [document])
    }
    sql = "select * from mentions where document_id = ? order by passage_id, start"
    return [
        Found(
            document, *place_of(passages[row["passage_id"]], row["start"], row["end"], pages),
            row["issuer_id"] or row["instrument_id"], row["role"],
        )
        for row in rows(db, sql, [document])
    ]  # fmt: skip


def place_of(passage: Passage, start: int, end: int, pages: dict[int, str]) -> tuple[int, int, int]:
    """Return the page on which a stretch of a passage begins, and its start and end in the page's text.

    What goes on in another segment is cut off.
    """
    segment = next(one for one in reversed(passage.segments) if one.start <= start)
    places = origins(pages[segment.page][segment.page_start : segment.page_end])
    last = min(end, segment.end) - 1
    first = segment.page_start + places[start - segment.start]
    return segment.page, first, segment.page_start + places[last - segment.start] + 1


def at(one: Judgment, found: Iterable[Found]) -> list[Found]:
    """Return the mentions at the place of a judgment."""
    return [
        other
        for other in found
        if (other.document, other.page) == (one.document, one.page) and other.start < one.end and one.start < other.end
    ]


def judge_drawn(judgments: Iterable[Judgment], found: Sequence[Found]) -> Drawn:
    """Return how many of the drawn mentions that are still there are right."""
    there = [(one, other) for one in judgments for other in at(one, found)[:1]]
    right = [(one, other) for one, other in there if one.named == other.named]
    return Drawn(len(there), len(right), sum(one.role == other.role for one, other in right))


def judge_read(judgments: Iterable[Judgment], found: Sequence[Found]) -> list[Read]:
    """Return what was found of each document that was read, by name."""
    namings: dict[str, list[Judgment]] = defaultdict(list)
    for one in judgments:
        namings[one.document].append(one)
    return [
        _read(name, listed, [one for one in found if one.document == name]) for name, listed in sorted(namings.items())
    ]


def _read(name: str, namings: Sequence[Judgment], found: Sequence[Found]) -> Read:
    hits = [one for one in namings if any(other.named == one.named for other in at(one, found))]
    right = {other for one in hits for other in at(one, found) if other.named == one.named}
    return Read(name, len(namings), len(hits), sum(one.first for one in namings), len(found), len(right))


def drawn_table(drawn: Drawn) -> list[str]:
    """Return the lines of the first table."""
    shares = _share(drawn.right, drawn.there), _share(drawn.right_role, drawn.right)
    return [
        f"{'drawn mentions':56}{'there':>8}{'right':>8}{'':>8}{'role':>8}",
        f"{'':56}{drawn.there:8}{drawn.right:8}{shares[0]}{drawn.right_role:8}{shares[1]}",
    ]


def read_table(read: Sequence[Read]) -> list[str]:
    """Return the lines of the second table: one for each document, and their sum."""
    whole = Read("all", *(sum(getattr(one, name) for one in read) for name in list(Read.__annotations__)[1:]))
    lines = [
        f"{'documents read whole':56}{'namings':>8}{'found':>8}{'':>8}{'first':>8}{'':>8}{'mentions':>10}{'right':>8}"
    ]
    lines += [
        f"{one.document[:55]:56}{one.namings:8}{one.found:8}{_share(one.found, one.namings)}{one.found_first:8}"
        f"{_share(one.found_first, one.namings)}{one.mentions:10}{one.right:8}{_share(one.right, one.mentions)}"
        for one in (*read, whole)
    ]
    return lines


def _share(part: int, whole: int) -> str:
    return f"{part / whole:8.3f}" if whole else f"{'-':>8}"


if __name__ == "__main__":
    main()
