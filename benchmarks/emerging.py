"""Whether a theme that the taxonomy lacks would surface: each theme left out in turn.

    python benchmarks/emerging.py --db build/corpus.db

Takes the commitments of a database with the themes that the stage gives them. For each theme its seeds,
its keywords and what the model says of it are taken away; then of the commitments that have it as
their main theme, counts those that become emerging. Prints that share for several floors of likeness, on
average over the themes, the lowest and the highest of them, and beside it the share of all commitments
that are emerging while the taxonomy is whole: the price of a floor. Writes nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlite_utils import Database

from pipeline.models import load_encoder
from pipeline.settings import Settings
from pipeline.store import open_for_reading
from pipeline.themes import Signs, Taxonomy, chosen, load_themes, signs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True)
class Floor:
    """What a floor of likeness brings: the share that is emerging, and by theme the share that surfaces when it is left out."""

    floor: float
    emerging: float
    surfacing: tuple[float, ...]


def measure(signs: Signs, floors: Sequence[float] = FLOORS) -> list[Floor]:
    """Return what each floor brings."""
    probability, likeness = signs.probability, signs.likeness
    themes = range(probability.shape[1])
    main = [columns[0] if columns else None for columns in chosen(probability, likeness, signs.linear, floor=-1.0)]
    found = []
    for floor in floors:
        whole = _emerging(probability, likeness, floor)
        surfacing = []
        for left_out in themes:
            mine = [place for place, column in enumerate(main) if column == left_out]
            others = [column for column in themes if column != left_out]
            if mine:
                surfacing.append(_emerging(probability[mine][:, others], likeness[mine][:, others], floor))
        found.append(Floor(floor, whole, tuple(surfacing)))
    return found


def _emerging(probability: NDArray[np.float32], likeness: NDArray[np.float32], floor: float) -> float:
    # Whether a commitment has a theme at all is not asked of the linear model.
    themes = chosen(probability, likeness, floor=floor)
    return float(np.mean([not columns for columns in themes]))


def load(db: Database, settings: Settings) -> Signs:
    """Return what speaks for each theme of each commitment of a database."""
    return signs_of(db, Taxonomy(load_themes(), load_encoder(settings.encoder)), settings)


def table(found: Sequence[Floor]) -> list[str]:
    """Return the lines of the table."""
    return [
        "| floor | emerging, taxonomy whole | surfaces when its theme is left out | lowest theme | highest |",
        "|---|---|---|---|---|",
        *(
            f"| {one.floor} | {one.emerging:.1%} | {np.mean(one.surfacing):.1%} | {min(one.surfacing):.1%}"
            f" | {max(one.surfacing):.1%} |"
            for one in found
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "build" / "corpus.db", help="holds commitments and vectors")
    options = parser.parse_args(arguments)
    print("\n".join(table(measure(load(open_for_reading(options.db), Settings())))))


if __name__ == "__main__":
    main()
