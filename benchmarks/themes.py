"""How often themes are right, on commitments that neither the model nor the taxonomy was made with.

    python benchmarks/themes.py [--db FILE] [--judgments FILE] [--json]

Reads a database that holds the real corpus and `theme_judgments.jsonl`, labels of sentences that Concord took for
commitments (document, SHA-256, stretches of pages, labels; no text), and changes neither. Prints how many of them a
coder called commitments too, and of these

    primary     the main theme is the first that was labelled
    labelled    the main theme is one of those that were labelled
    Jaccard     what both sets of themes share, of all that either has

for several weights of the taxonomy and of the linear model beside the network; those that are used are marked. The vectors of
the sentences are made anew.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlite_utils import Database

from pipeline.errors import ConcordError
from pipeline.gold import Unit, load_labels, question_of
from pipeline.measures import jaccard, share
from pipeline.models import load_encoder
from pipeline.settings import load_settings
from pipeline.store import open_for_reading
from pipeline.themes import (
    WEIGHT_OF_LIKENESS,
    WEIGHT_OF_LINEAR,
    Taxonomy,
    by_words,
    chosen,
    load_themes,
    probabilities,
)
from pipeline.training import worded

HERE = Path(__file__).resolve().parent
_OF_SENTENCES = "select passage_id || ':' || start as id, theme_id, probability from sentence_themes"
WEIGHTS = (
    *((likeness, 0.0) for likeness in (0.0, 1.0, 2.0, 4.0, 8.0)),
    *((likeness, linear) for likeness in (0.0, 2.0, 4.0) for linear in (0.3, 0.5, 1.0)),
)
"""Weights of the taxonomy and of the linear model."""


@dataclass(frozen=True)
class Row:
    """How often themes are right by one weight of the taxonomy and one of the linear model."""

    likeness: float
    linear: float
    primary: float
    labelled: float
    jaccard: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=HERE.parent / "build" / "corpus.db", help="holds the documents")
    parser.add_argument("--judgments", type=Path, default=HERE / "theme_judgments.jsonl", help="labelled sentences")
    parser.add_argument("--json", action="store_true", help="print the figures")
    options = parser.parse_args(arguments)
    try:
        with open_for_reading(options.db) as db:
            units = load_labels(options.judgments, db)
            mine = [unit for unit in units if unit.is_commitment and unit.themes]
            found = measured(db, mine)
    except ConcordError as error:
        raise SystemExit(str(error)) from error
    if options.json:
        figures = {"sentences": len(units), "commitments": len(mine), "weights": [asdict(row) for row in found]}
        print(json.dumps(figures, indent=1))
        return
    print(f"{len(units):,} sentences, of which the coder called {len(mine):,} commitments")
    print("\n".join(table(found)))


def measured(db: Database, units: Sequence[Unit]) -> list[Row]:
    """Return how often the themes of commitments are right, for each weight; none without commitments."""
    if not units:
        return []
    settings = load_settings()
    encoder = load_encoder(settings.encoder)
    taxonomy = Taxonomy(load_themes(), encoder)
    texts = [unit.text for unit in units]
    vectors = encoder.encode(texts)
    likeness = taxonomy.likeness(texts, vectors)
    linear = by_words([worded(question_of(unit)) for unit in units], vectors, taxonomy.codes, settings.encoder)
    ids = [f"{unit.sentence.passage_id}:{unit.sentence.start}" for unit in units if unit.sentence]
    probability = probabilities(db, taxonomy.codes, ids, _OF_SENTENCES)
    found = []
    for weights in WEIGHTS:
        columns = chosen(
            probability, likeness, linear, floor=settings.theme_floor, weight=weights[0], weight_of_linear=weights[1]
        )
        found.append(row_of(weights, units, [[taxonomy.codes[one] for one in listed] for listed in columns]))
    return found


def row_of(weights: tuple[float, float], units: Sequence[Unit], themes: Sequence[Sequence[str]]) -> Row:
    """Return how often themes are right; a commitment without one is wrong."""
    pairs = list(zip(units, themes, strict=True))
    return Row(
        *weights,
        share([listed[:1] == list(unit.themes[:1]) for unit, listed in pairs]),
        share([bool(set(listed[:1]) & set(unit.themes)) for unit, listed in pairs]),
        jaccard([set(unit.themes) for unit in units], [set(listed) for listed in themes]),
    )


def table(found: Sequence[Row]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'taxonomy':>8}{'linear':>8}{'primary':>9}{'labelled':>10}{'Jaccard':>9}"]
    for row in found:
        mark = "  in use" if (row.likeness, row.linear) == (WEIGHT_OF_LIKENESS, WEIGHT_OF_LINEAR) else ""
        lines.append(
            f"{row.likeness:8.0f}{row.linear:8.1f}{row.primary:9.3f}{row.labelled:10.3f}{row.jaccard:9.3f}{mark}"
        )
    return lines


if __name__ == "__main__":
    main()
