"""How well counterparts are judged: the relation of pairs that were read, against what is computed.

    python benchmarks/counterparts.py [--db FILE] [--judgments FILE] [--json | --fit] [--plain | --spare]

Reads a database that holds the real corpus and `counterpart_judgments.jsonl` (pairs of places on pages,
with what the second promise is to the first), and changes neither. A promise of the database is the judged
one when at least half of the words of both together are common. For the half that may be tuned on, for
the half that is held out, and for pairs that were drawn as they come from all that are near enough to be judged,
it prints

    relations   precision, recall and F1 of each, macro-F1 with its 95 % interval, and how many pairs each has
    confusion   what was judged (rows), and what was computed (columns)
    opposed     how many pairs that were judged opposed are called the same, firmer or weaker
    wording     substance and wording of the pairs of each relation, and how many formulas there are

Under these it says how far two coders agree, where two read the pairs.
A relation of which a half has fewer than five pairs counts in no macro-F1: its F1 would say nothing.
With --fit it learns `models/counterparts.json` from the half that may be tuned on, and prints nothing else. With
--plain it prints the same tables of something plainer: weights for substance and wording alone, learned just so. With
--spare the weights are learned from the spare pairs as well: more of them, with one coder each, as they come.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from search import HALVES
from sqlite_utils import Database

from pipeline.comparisons import find_formulas, load_promises, wording
from pipeline.embeddings import load_vectors
from pipeline.errors import ConcordError
from pipeline.gold import Place, likeness, place_of
from pipeline.judging import MEASURES, NONE, RELATIONS, Judge, Promise, Weights, to_weights, weights_file
from pipeline.models import encoder_key
from pipeline.passages import load_passages
from pipeline.records import Passage
from pipeline.settings import load_settings
from pipeline.store import open_for_reading, rows

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

ALL = (*RELATIONS, NONE)
PARTS = (*HALVES, "as they come")
SPARE = "spare"
"""Pairs from which nothing is learned unless that is asked."""
STRENGTH_UNKNOWN = "one promise"
"""Judged so: the same, firmer or weaker, and nobody coded which. Spare pairs alone are."""
ONE_PROMISE = ("same", "firmer", "weaker")
ONE_TARGET = (*ONE_PROMISE, "other instrument", "opposed")
LEAST = 5
"""Pairs that a relation needs for its F1 to count."""
_ALIKE = 0.5
"""Least share of common characters, of all that either covers, with which two places are one."""
_STRENGTH = 0.1
"""How freely weights may be learned: of few pairs, not very. Chosen by cross-validation on the tuning half."""
_DRAWS = 1000


@dataclass(frozen=True)
class Judged:
    """A pair that was read: where both promises stand, and what the second is to the first."""

    half: str
    pool: str
    relation: str
    a: tuple[str, Place]
    b: tuple[str, Place]
    coders: tuple[str, ...] = ()
    """What each of two coders said who did not know of the other; empty where one coded alone."""


@dataclass(frozen=True)
class Case:
    """A judged pair that the database holds, with what is measured of it."""

    judged: Judged
    a: Promise
    b: Promise
    substance: float
    wording: float


@dataclass(frozen=True)
class Row:
    """How well a relation is recognised."""

    relation: str
    precision: float
    recall: float
    f1: float
    count: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or the figures as JSON, or learn the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "build" / "corpus.db", help="holds the documents")
    parser.add_argument("--judgments", type=Path, default=HERE / "counterpart_judgments.jsonl", help="judged pairs")
    parser.add_argument("--json", action="store_true", help="print the figures")
    parser.add_argument("--fit", action="store_true", help="learn the weights from the half that may be tuned on")
    parser.add_argument("--plain", action="store_true", help="measure substance and wording alone")
    parser.add_argument("--spare", action="store_true", help="learn from the spare pairs as well, and measure")
    options = parser.parse_args(arguments)
    try:
        db = open_for_reading(options.db)
        promises = load_promises(db)
        cases, left_out = cases_of(load_judgments(options.judgments), db, promises)
    except ConcordError as error:
        raise SystemExit(str(error)) from error
    tuning = [case for case in cases if case.judged.half == HALVES[0]]
    if options.fit:
        learned = fitted(tuning, Judge(promises, Weights({}, {})))
        weights_file().write_text(json.dumps(learned, indent=1) + "\n", "utf-8")
        return
    judge = Judge(promises)
    if options.plain:
        judge = Plain(promises, Weights({}, {}))
        judge.weights = to_weights(fitted(tuning, judge))
    if options.spare:
        judge.weights = to_weights(fitted([*tuning, *(case for case in cases if case.judged.half == SPARE)], judge))
    figures = {}
    lines = []
    for half in PARTS:
        mine = [case for case in cases if case.judged.half == half]
        found = [judge.judge(case.a, case.b, case.substance, case.wording).relation for case in mine]
        wanted = [case.judged.relation for case in mine]
        figures[half] = {
            "relations": [asdict(row) for row in rows_of(wanted, found)],
            "macro_f1": macro_f1(wanted, found),
            "interval": interval(wanted, found),
            "opposed": len([one for one in wanted if one == "opposed"]),
            "opposed_called_same": called_same(wanted, found),
        }
        lines += [*table(half, mine, wanted, found), ""]
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    negative = sum(promise.polarity == "negative" for promise in promises)
    lines += [
        *measure_table(cases),
        f"the database: {negative} of {len(promises):,} promises are negative, {len(find_formulas(promises))} formulas",
    ]
    if left_out:
        lines.append(f"{left_out} pairs are left out: the database does not hold their documents, or not the promises.")
    print("\n".join(lines))


def load_judgments(path: Path) -> list[Judged]:
    """Return the judged pairs of a file."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        a, b = (
            (f"{row[side]['document']} {row[side]['sha256']}", tuple((page, a, b) for page, a, b in row[side]["spans"]))
            for side in ("a", "b")
        )
        found.append(Judged(row["half"], row["pool"], row["relation"], a, b, tuple(row.get("coders", ()))))
    return found


def cases_of(judged: Iterable[Judged], db: Database, promises: Sequence[Promise]) -> tuple[list[Case], int]:
    """Return the pairs of which the database holds both promises, with their measures, and how many it does not."""
    places = Places(db, promises)
    vectors = load_vectors(db, encoder_key(load_settings().encoder), (promise.quote for promise in promises))
    row_of = {promise.id: row for row, promise in enumerate(promises)}
    cases = []
    left_out = 0
    for one in judged:
        a, b = places.promise_at(*one.a), places.promise_at(*one.b)
        if a is None or b is None or a is b:
            left_out += 1
            continue
        substance = float(vectors[row_of[a.id]] @ vectors[row_of[b.id]])
        cases.append(Case(one, a, b, round(substance, 3), round(wording(a.quote, b.quote), 3)))
    return cases, left_out


class Places:
    """Finds the promise that stands at a place of a document."""

    def __init__(self, db: Database, promises: Sequence[Promise]) -> None:
        self.db = db
        self._hashes = {row["id"]: row["sha256"] for row in rows(db, "select id, sha256 from documents")}
        self._by_document: dict[str, list[Promise]] = defaultdict(list)
        for promise in promises:
            self._by_document[promise.document].append(promise)
        self._found: dict[str, list[tuple[Promise, Place]]] = {}

    def promise_at(self, document: str, place: Place) -> Promise | None:
        """Return the promise of a document ("id hash") on whose words a place lies, or None."""
        name, _, file_hash = document.partition(" ")
        if not self._hashes.get(name, "").startswith(file_hash) or name not in self._hashes:
            return None
        if name not in self._found:
            self._found[name] = self._places(name)
        near = [(likeness(place, other), promise) for promise, other in self._found[name]]
        best = max(near, key=lambda pair: pair[0], default=None)
        return best[1] if best and best[0] >= _ALIKE else None

    def _places(self, document: str) -> list[tuple[Promise, Place]]:
        passages: Mapping[str, Passage] = dict(load_passages(self.db, document))
        spans = {
            row["id"]: row
            for row in rows(
                self.db,
                'select id, passage_id, start, "end" as stop from commitments where document_id = ?',
                [document],
            )
        }
        return [
            (promise, place_of(passages[row["passage_id"]].segments, row["start"], row["stop"]))
            for promise in self._by_document[document]
            if (row := spans[promise.id])
        ]


class Plain(Judge):
    """Knows nothing of two promises but how alike they are in substance and in wording."""

    def measures(self, a: Promise, b: Promise, substance: float, wording: float) -> tuple[float, ...]:
        """Return the measures with nought for all others."""
        return (*super().measures(a, b, substance, wording)[:2], *(0.0,) * (len(MEASURES) - 2))


def fitted(cases: Sequence[Case], judge: Judge) -> dict[str, Any]:
    """Return the weights that a logistic regression learns, as they are kept: opposed pairs and firmness are no matter of weight."""
    from sklearn.linear_model import LogisticRegression  # slow to import, and needed to learn alone

    chosen = [case for case in cases if case.judged.relation != "opposed"]
    measures = np.array([judge.measures(case.a, case.b, case.substance, case.wording) for case in chosen])
    one_promise = (*ONE_PROMISE, STRENGTH_UNKNOWN)
    wanted = ["same" if case.judged.relation in one_promise else case.judged.relation for case in chosen]
    mean, spread = measures.mean(axis=0), measures.std(axis=0) + 1e-9
    shares = {name: math.sqrt(len(wanted) / count) for name, count in Counter(wanted).items()}  # rare ones count more
    model = LogisticRegression(C=_STRENGTH, class_weight=shares, max_iter=5000)
    model.fit((measures - mean) / spread, wanted)
    weights = model.coef_ / spread
    biases = model.intercept_ - weights @ mean
    return {
        "about": f"Learned by benchmarks/counterparts.py --fit from {len(chosen)} judged pairs, the half that may be tuned on.",
        "measures": list(MEASURES),
        "relations": {
            str(relation): {"bias": round(float(bias), 4), "weights": [round(float(value), 4) for value in row]}
            for relation, bias, row in zip(model.classes_, biases, weights, strict=True)
        },
    }


def rows_of(wanted: Sequence[str], found: Sequence[str]) -> list[Row]:
    """Return how well each relation is recognised."""
    table = []
    for relation in ALL:
        right = sum(a == b == relation for a, b in zip(wanted, found, strict=True))
        called, there = found.count(relation), wanted.count(relation)
        precision, recall = right / called if called else 0.0, right / there if there else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        table.append(Row(relation, precision, recall, f1, there))
    return table


def macro_f1(wanted: Sequence[str], found: Sequence[str]) -> float:
    """Return the mean F1 of the relations of which there are enough pairs."""
    counted = [row.f1 for row in rows_of(wanted, found) if row.count >= LEAST]
    return sum(counted) / len(counted) if counted else 0.0


def interval(wanted: Sequence[str], found: Sequence[str]) -> tuple[float, float]:
    """Return the 95 % interval of macro-F1, by a bootstrap over pairs, always the same."""
    draw = random.Random(0)  # noqa: S311  # draws pairs, no secrets
    places = range(len(wanted))
    values = []
    for _ in range(_DRAWS if wanted else 0):
        chosen = draw.choices(places, k=len(wanted))
        values.append(macro_f1([wanted[place] for place in chosen], [found[place] for place in chosen]))
    values.sort()
    return (values[len(values) // 40], values[-1 - len(values) // 40]) if values else (0.0, 0.0)


def called_same(wanted: Sequence[str], found: Sequence[str]) -> int:
    """Return how many opposed pairs are taken for one promise: none may be."""
    return sum(a == "opposed" and b in ONE_PROMISE for a, b in zip(wanted, found, strict=True))


def table(half: str, cases: Sequence[Case], wanted: Sequence[str], found: Sequence[str]) -> list[str]:
    """Return the lines about one half."""
    low, high = interval(wanted, found)
    lines = [f"{half:18}{'precision':>10}{'recall':>8}{'F1':>7}{'pairs':>7}"]
    for row in rows_of(wanted, found):
        few = "" if row.count >= LEAST else "  too few to count"
        lines.append(f"{row.relation:18}{row.precision:10.2f}{row.recall:8.2f}{row.f1:7.2f}{row.count:7}{few}")
    lines.append(
        f"{'macro-F1':18}{macro_f1(wanted, found):25.3f}{len(wanted):7}  95 % interval {low:.3f} to {high:.3f}"
    )
    lines += ["", f"{'judged / found':18}" + "".join(f"{name[:10]:>11}" for name in ALL)]
    count = Counter(zip(wanted, found, strict=True))
    lines += [f"{one:18}" + "".join(f"{count[one, other]:11}" for other in ALL) for one in ALL]
    near = [place for place, case in enumerate(cases) if case.judged.pool != "below the floor"]
    only = macro_f1([wanted[place] for place in near], [found[place] for place in near])
    return [
        *lines,
        f"one promise (same, firmer or weaker): {_told_apart(wanted, found, ONE_PROMISE)}",
        f"one target (these, another instrument, or opposed): {_told_apart(wanted, found, ONE_TARGET)}",
        f"macro-F1 without the pairs below the floor of likeness: {only:.3f} ({len(near)} pairs)",
        f"opposed pairs that are called one promise: {called_same(wanted, found)} of {wanted.count('opposed')}",
        *_agreement(cases),
    ]


def _agreement(cases: Sequence[Case]) -> list[str]:
    """Return how far two coders agree, in words: nothing where each pair had one."""
    both = [case.judged.coders for case in cases if case.judged.coders]
    if not both:
        return []
    one, other = zip(*both, strict=True)
    same = sum(a == b for a, b in both)
    return [f"two coders agree on {same} of {len(both)}, macro-F1 of one against the other {macro_f1(one, other):.3f}"]


def _told_apart(wanted: Sequence[str], found: Sequence[str], group: Sequence[str]) -> str:
    """Return how well pairs of a group of relations are told from all others, in words."""
    merged = [["same" if name in group else NONE for name in side] for side in (wanted, found)]
    row = rows_of(*merged)[0]
    return f"precision {row.precision:.2f}, recall {row.recall:.2f}"


def measure_table(cases: Sequence[Case]) -> list[str]:
    """Return the lines that say how alike the pairs of each relation are."""
    lines = [f"{'all pairs':18}{'substance':>10}{'wording':>9}   (means)"]
    for relation in ALL:
        mine = [case for case in cases if case.judged.relation == relation]
        if mine:
            values = [float(np.mean([getattr(case, name) for case in mine])) for name in ("substance", "wording")]
            lines.append(f"{relation:18}{values[0]:10.2f}{values[1]:9.2f}")
    return lines


if __name__ == "__main__":
    main()
