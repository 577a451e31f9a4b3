"""Whether what became of each promise between two editions is right, by pairs that were read.

    python benchmarks/editions.py --db build/corpus.db
    python benchmarks/editions.py --db build/corpus.db --draw gbr-cyber-strategy    # twenty pairs to read, in context

`edition_judgments.jsonl` says of pairs that an aligner made whether the later promise is the successor of the earlier
one (`is_one`), and what became of it (`change`): ids, documents, and where both stand on their pages, no text. A pair
is found again by its ids, or by its place when a rebuilt database gives other ids. For each family this prints

    pairs    pairs in other words or the same, that the database holds
    read     of these, how many were judged
    right    of those read, the share in which both promises are one
    change   of those read, the share in which what became of the promise is right as well
    found    of all pairs that were ever judged right, in any state of the aligner, the share that the database holds.
             Only what an aligner proposed was read, so this is no recall: it says what a stricter floor costs
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipeline.gold import Place as Stretches
from pipeline.gold import likeness, place_of
from pipeline.passages import load_passages
from pipeline.store import open_for_reading, rows

JUDGMENTS = Path(__file__).parent / "edition_judgments.jsonl"
DRAWN = 20
_ALIKE = 0.5
"""Share of characters in common from which two places are one."""


@dataclass(frozen=True)
class Place:
    """Where a promise stands."""

    id: str
    document: str
    spans: Stretches = ()

    def is_that_of(self, other: Place) -> bool:
        """Whether two places are those of one promise."""
        return self.id == other.id or (self.document == other.document and likeness(self.spans, other.spans) >= _ALIKE)


@dataclass(frozen=True)
class Judgment:
    """What was judged of a pair: whether it is one promise, and what became of it; "" when it is none."""

    family: str
    earlier: Place
    later: Place
    is_one: bool
    change: str = ""


@dataclass(frozen=True)
class Pair:
    """A pair that the database holds."""

    family: str
    earlier: Place
    later: Place
    change: str


@dataclass(frozen=True)
class Row:
    """What came of one family."""

    family: str
    pairs: int
    read: int
    right: int
    change: int
    known: int
    found: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each family, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--draw", help="Print twenty pairs of this family, with their context, to be read.")
    parser.add_argument("--seed", default="", help="Another seed draws others.")
    options = parser.parse_args(arguments)
    with open_for_reading(options.db) as db:
        if options.draw:
            for line in drawn(db, options.draw, options.seed):
                print(line)
            return
        judgments, others = load_judgments(JUDGMENTS, db)
        found = measure(load_pairs(db), judgments)
    print(f"{'family':36}{'pairs':>7}{'read':>7}{'right':>8}{'change':>8}{'found':>8}")
    for row in found:
        print(line_of(row))
    if others:
        print(f"{others} judgments are about files that this database does not hold.")


def load_judgments(path: Path, db: Database) -> tuple[list[Judgment], int]:
    """Return the judgments about files that the database holds, and how many are about others."""
    hashes = {row["id"]: row["sha256"] for row in rows(db, "select id, sha256 from documents")}
    found, others = [], 0
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        sides = [row["earlier"], row["later"]]
        if any(not hashes.get(side["document"], "").startswith(side["sha256"]) for side in sides):
            others += 1
            continue
        earlier, later = (
            Place(side["id"], side["document"], tuple((page, start, end) for page, start, end in side["spans"]))
            for side in sides
        )
        found.append(Judgment(row["family"], earlier, later, row["is_one"], row["change"]))
    return found, others


def load_pairs(db: Database) -> list[Pair]:
    """Return all pairs of promises of two editions, with the places of both."""
    found = rows(
        db,
        "select family, change, commitment_id, other_id, from_document_id, to_document_id from edition_changes"
        " where commitment_id is not null and other_id is not null order by family, commitment_id",
    )
    places = _Places(db)
    return [
        Pair(
            row["family"], places(row["from_document_id"], row["commitment_id"]),
            places(row["to_document_id"], row["other_id"]), row["change"],
        )
        for row in found
    ]  # fmt: skip


class _Places:
    """Where promises stand on the pages of their documents."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._passages: dict[str, Any] = {}

    def __call__(self, document: str, commitment: str) -> Place:
        if document not in self._passages:
            self._passages[document] = dict(load_passages(self.db, document))
        (row,) = rows(self.db, 'select passage_id, start, "end" from commitments where id = ?', [commitment])
        segments = self._passages[document][row["passage_id"]].segments
        return Place(commitment, document, place_of(segments, row["start"], row["end"]))


def measure(pairs: Sequence[Pair], judgments: Sequence[Judgment]) -> list[Row]:
    """Return what came of each family, and of all in sum."""
    by_family: dict[str, list[Judgment]] = defaultdict(list)
    for one in judgments:
        by_family[one.family].append(one)
    found = []
    for family in sorted(by_family):
        here = [pair for pair in pairs if pair.family == family]
        judged = [(pair, like) for pair in here if (like := judgment_of(pair, by_family[family]))]
        held = {id(one) for _, one in judged}
        known = [one for one in by_family[family] if one.is_one]
        found.append(
            Row(
                family,
                len(here),
                len(judged),
                sum(one.is_one for _, one in judged),
                sum(one.is_one and one.change == pair.change for pair, one in judged),
                len(known),
                sum(id(one) in held for one in known),
            )
        )
    sums = (sum(getattr(row, name) for row in found) for name in ("pairs", "read", "right", "change", "known", "found"))
    return [*found, Row("all", *sums)]


def judgment_of(pair: Pair, judgments: Sequence[Judgment]) -> Judgment | None:
    """Return the judgment on a pair, or None when nobody read it."""
    return next(
        (one for one in judgments if pair.earlier.is_that_of(one.earlier) and pair.later.is_that_of(one.later)), None
    )


def line_of(row: Row) -> str:
    """Return a line of the table."""
    shares = (_share(row.right, row.read), _share(row.change, row.read), _share(row.found, row.known))
    return f"{row.family[:35]:36}{row.pairs:7}{row.read:7}" + "".join(f"{share:>8}" for share in shares)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def drawn(db: Database, family: str, seed: str) -> Iterator[str]:
    """Yield pairs of a family, twenty or as many as there are, with what stands around both."""
    found = [pair for pair in load_pairs(db) if pair.family == family]
    if len(found) > DRAWN:
        found = random.Random(f"{family} {seed}").sample(found, DRAWN)  # noqa: S311  # a draw needs no secrecy
    for pair in found:
        yield f"== {pair.earlier.id} {pair.later.id}: {pair.change}"
        for place in (pair.earlier, pair.later):
            (row,) = rows(
                db,
                "select quote, commitments.lead_in, heading_path, page_last, passages.text, start, commitments.page,"
                " deadline, bindingness_id from commitments join passages on passages.id = passage_id"
                " where commitments.id = ?",
                [place.id],
            )
            yield f"   {place.document}, p. {row['page']}, under: {row['heading_path']}"
            yield f"   bindingness {row['bindingness_id']}, deadline {row['deadline'] or 'none'}, lead-in: {row['lead_in']}"
            before, after = row["text"][: row["start"]], row["text"][row["start"] + len(row["quote"]) :]
            yield f"   {before[-150:]} >> {row['quote']} << {after[:150]}"


if __name__ == "__main__":
    main()
