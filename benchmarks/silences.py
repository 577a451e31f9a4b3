"""How often "absent" and "mentioned" are right: against readings by hand.

    python benchmarks/silences.py [--db FILE] [--judgments FILE] [--json]

Reads a database that holds the real corpus and `silence_judgments.jsonl`, which holds documents, themes and places (page
and offset of the best evidence, 0 where there is none) and no text, and changes neither. Prints for each draw, with what
a cell of a document and a theme said when it was drawn and what it says now, how many a reader judged to be

    present  the document says something of the theme
    passing  it has no more than a word of it, or speaks of it outside cyberspace: either finding is right
    absent   nothing in it touches the theme

Where all words by which a document touches a theme stand in promises that are filed under other themes, the cell says
"mentioned" all the same; the last lines count what would be false if it said "absent".

A document whose file has another SHA-256 than that which was read is left out, and the exit status is 1. A cell in which
a commitment was found since counts as "committed".
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from pipeline.coverage import within_promises
from pipeline.store import open_for_reading, rows

HERE = Path(__file__).resolve().parent
KINDS = "present", "passing", "absent"


@dataclass(frozen=True)
class Judgment:
    """What a reader found of a theme in a document, and what the database said when it was drawn."""

    document: str
    sha256: str
    theme: str
    draw: int
    was: str
    judgment: str
    page: int
    start: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=HERE.parent / "build" / "corpus.db", help="holds the documents")
    parser.add_argument("--judgments", type=Path, default=HERE / "silence_judgments.jsonl")
    parser.add_argument("--json", action="store_true", help="print the counts")
    options = parser.parse_args(arguments)
    judgments = load_judgments(options.judgments)
    with open_for_reading(options.db) as db:
        hashes = {row["id"]: row["sha256"] for row in rows(db, "select id, sha256 from documents")}
        usable = [one for one in judgments if hashes.get(one.document, "").startswith(one.sha256)]
        now = findings(db)
        elsewhere = dict.fromkeys(promised_elsewhere(db, now), "absent")
    counts = counted(usable, now)
    if options.json:
        print(json.dumps([{"draw": a, "was": b, "now": c, **count} for (a, b, c), count in counts.items()], indent=1))
    else:
        print("\n".join(table(counts)))
        print(f"\nif {len(elsewhere)} cells of {Counter(now.values())['mentioned']} mentioned were absent:")
        print("\n".join(line for line in table(counted(usable, now | elsewhere)) if ", now," in line))
    sys.exit(len(usable) < len(judgments))


def load_judgments(path: Path) -> list[Judgment]:
    """Return the judgments of a file, one a line."""
    return [Judgment(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def findings(db: Database) -> dict[tuple[str, str], str]:
    """Return what the database says of each document and theme; what is not there is absent."""
    found = {}
    for finding, source in (
        ("mentioned", "passage_themes join passages on passages.id = passage_id"),
        ("mentioned", "theme_words join passages on passages.id = passage_id"),
        ("committed", "commitment_themes join commitments on commitments.id = commitment_id"),
    ):
        column = f"{source.split()[0]}.theme_id"
        for row in rows(db, f"select distinct document_id, {column} as theme from {source}"):
            found[row["document_id"], row["theme"]] = finding
    return found


def promised_elsewhere(db: Database, now: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Return the documents and themes that are mentioned in promises alone, which are filed under other themes."""
    words: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows(
        db, "select document_id, theme_id, passage_id, words from theme_words join passages on id = passage_id"
    ):
        words.setdefault((row["document_id"], row["theme_id"]), {})[row["passage_id"]] = row["words"]
    return [
        cell for cell, listed in words.items()
        if now[cell] == "mentioned" and len(within_promises(db, listed)) == len(listed)
    ]  # fmt: skip


def counted(
    judgments: Iterable[Judgment], now: dict[tuple[str, str], str]
) -> dict[tuple[int, str, str], dict[str, int]]:
    """Return how many of each kind there are, by draw, what was said and what is said now."""
    counts: dict[tuple[int, str, str], Counter[str]] = {}
    for one in judgments:
        key = one.draw, one.was, now.get((one.document, one.theme), "absent")
        counts.setdefault(key, Counter())[one.judgment] += 1
    return {key: {kind: counts[key][kind] for kind in KINDS} for key in sorted(counts)}


def table(counts: dict[tuple[int, str, str], dict[str, int]]) -> list[str]:
    """Return the lines of the table, and the share of each finding that is false, as drawn and now."""
    lines = [f"{'draw':6}{'was':12}{'now':12}" + "".join(f"{kind:>9}" for kind in KINDS)]
    lines += [
        f"{draw:<6}{was:12}{now:12}" + "".join(f"{count[kind]:9}" for kind in KINDS)
        for (draw, was, now), count in counts.items()
    ]
    lines.append("")
    for draw in sorted({key[0] for key in counts}):
        for place, when in ((1, "as drawn"), (2, "now")):
            for finding, wrong in (("absent", "present"), ("mentioned", "absent")):
                of = [count for key, count in counts.items() if key[0] == draw and key[place] == finding]
                total, false = sum(sum(count.values()) for count in of), sum(count[wrong] for count in of)
                if total:
                    lines.append(
                        f"draw {draw}, {when + ',':10} false {finding:10}{false:4} of {total:4}{false / total:8.2f}"
                    )
    return lines


if __name__ == "__main__":
    main()
