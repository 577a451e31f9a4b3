"""How often the facets of a promise are right: instrument and scope, as they were read by a coder.

    python benchmarks/facets.py [--db FILE]

Reads `benchmarks/facets_judgments.jsonl`: for each commitment that was read the values that it had, and
whether the coder, a language model, took them for right. The first draw was read before the lists of
`corpora/facets.toml` were mended, the second after it. Each draw has thirty commitments with an
instrument, and thirty more whose scope is not domestic, in the order of the SHA-256 of their ids; none
is of a document that is kept for measuring. With a database, prints too how many of the commitments that were read have the
same values still, and how many of all have an instrument. Writes nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipeline.store import open_for_reading, rows

JUDGMENTS = Path(__file__).with_name("facets_judgments.jsonl")
GROUPS = ("instrument", "scope", "scope, domestic", "scope, beyond")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each draw and facet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, help="a database of the same corpus")
    options = parser.parse_args(arguments)
    judged = [json.loads(line) for line in JUDGMENTS.read_text("utf-8").splitlines()]
    print("\n".join(table(judged)))
    if options.db:
        print("\n".join(now(open_for_reading(options.db), judged)))


def table(judged: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines of the table: draw, facet, how many were read and how many of them were right."""
    lines = ["| draw | facet | read | right | share |", "|---|---|---|---|---|"]
    for draw in sorted({row["draw"] for row in judged}):
        mine = [row for row in judged if row["draw"] == draw]
        for group in GROUPS:
            right = [row[f"{group.partition(',')[0]}_right"] for row in mine if _is_of(row, group)]
            lines.append(f"| {draw} | {group} | {len(right)} | {sum(right)} | {sum(right) / max(1, len(right)):.2f} |")
    return lines


def _is_of(row: dict[str, Any], group: str) -> bool:
    if group == "instrument":
        return "instrument" in row
    return group == "scope" or (row["scope"] == "domestic") == group.endswith("domestic")


def now(db: Database, judged: Iterable[dict[str, Any]]) -> list[str]:
    """Return what a database says today of what was read, and of all."""
    found = {row["id"]: row for row in rows(db, "select id, instrument, scope from commitments")}
    there = [row for row in judged if row["commitment"] in found]
    same = sum(
        (found[row["commitment"]]["instrument"], found[row["commitment"]]["scope"])
        == (row.get("instrument", ""), row["scope"])
        for row in there
    )
    named = sum(row["instrument"] != "" for row in found.values())
    return [
        f"{len(there)} of those that were read are in the database, {same} of them with the same values.",
        f"{named:,} of {len(found):,} commitments have an instrument.",
    ]


if __name__ == "__main__":
    main()
