"""How fast commitments are found: sentences a second, and where the time goes.

    python benchmarks/speed.py [--db FILE] [--documents N] [--json]

Reads the passages of the N English documents with the most text in a database, changes nothing, and
judges them again in one process on two threads. Prints for each phase its seconds, its share, the
sentences a second that it alone would allow, and the seconds of processor time, all threads together,
which other programs on the machine disturb less:

    model      the trained model, on every sentence
    parse      spaCy, on the commitments that it found and on their lead-ins
    grammar    the rest: splitting into commitments, their parts, their strength

and below, for comparison, spaCy's parse of every one of these sentences by the same pipeline, in large
batches: what a method costs that begins with the grammar of each sentence. Reading of files, loading
of models and writing are not counted.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sqlite_utils import Database

from pipeline.commitments import About, Judge, questions_of
from pipeline.finding.detector import Prediction, Question, is_about_all
from pipeline.passages import load_passages
from pipeline.records import Passage
from pipeline.settings import Settings
from pipeline.store import open_for_reading, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
THREADS = 2
"""Threads of the model; spaCy takes one."""

Loaded = tuple[About, list[tuple[str, Passage]]]
"""What has to be known of a document, and its passages."""


@dataclass(frozen=True)
class Timing:
    """What a phase took for so many sentences."""

    phase: str
    sentences: int
    seconds: float
    processor_seconds: float

    @property
    def rate(self) -> float:
        """Sentences of the documents a second."""
        return self.sentences / self.seconds if self.seconds else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or the timings as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "build" / "corpus.db", help="holds the passages")
    parser.add_argument("--documents", type=int, default=10, help="how many of the largest documents (default: 10)")
    parser.add_argument("--json", action="store_true", help="print the timings")
    options = parser.parse_args(arguments)
    timings = measure(largest(open_for_reading(options.db), options.documents), Settings().english)
    if options.json:
        print(json.dumps([asdict(timing) | {"rate": timing.rate} for timing in timings], indent=1))
    else:
        print("\n".join(table(timings)))


def largest(db: Database, count: int) -> list[Loaded]:
    """Return the English documents with the most text."""
    found = rows(
        db,
        "select documents.id, kind_id, published_on from documents join passages on document_id = documents.id"
        " where documents.language = 'en' group by documents.id order by sum(length(text)) desc, documents.id limit ?",
        [count],
    )
    return [(About(row["published_on"], is_about_all(row["kind_id"])), load_passages(db, row["id"])) for row in found]


def measure(documents: Sequence[Loaded], english: str) -> list[Timing]:
    """Return what each phase, all together, and the parse of every sentence took.

    The stage's own code runs, with a clock around its model and its parser.
    """
    clock = Clock()
    for about, passages in documents[:1]:
        Judge(about, english).document(passages[:20])  # whatever is slow the first time
    texts = [question.text for about, passages in documents for question in questions_of(passages, about.is_about_all)]
    for about, passages in documents:
        judge = Judge(about, english)
        torch.set_num_threads(THREADS)
        nlp = judge.nlp
        judge.detector, judge.nlp = TimedDetector(judge.detector, clock), TimedParser(judge.nlp, clock)  # type: ignore[assignment]  # they answer alike
        with clock.running("all"):
            judge.document(passages)
    with clock.running("every parse"):
        for _ in nlp.pipe(texts):
            pass
    spent = clock.spent
    phases = {
        "model": spent["model"],
        "parse": spent["parse"],
        "grammar": spent["all"] - spent["model"] - spent["parse"],
        "all": spent["all"],
        "parse of every sentence": spent["every parse"],
    }
    return [Timing(phase, len(texts), *map(float, seconds)) for phase, seconds in phases.items()]


class Clock:
    """Adds up what is spent under a name: seconds, and seconds of processor time."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(2))

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Count the time inside as spent under `name`."""
        started = time.perf_counter(), time.process_time()
        yield
        self.spent[name] += np.subtract((time.perf_counter(), time.process_time()), started)


class TimedDetector:
    """The trained model with a clock around it."""

    def __init__(self, detector: Any, clock: Clock) -> None:
        self.detector = detector
        self.clock = clock
        self.threshold = detector.threshold

    def predict(self, questions: Sequence[Question]) -> list[Prediction]:
        """Return what the model says of each sentence."""
        with self.clock.running("model"):
            found: list[Prediction] = self.detector.predict(questions)
        return found


class TimedParser:
    """The English pipeline with a clock around it."""

    def __init__(self, nlp: Any, clock: Clock) -> None:
        self.nlp = nlp
        self.clock = clock

    def __call__(self, text: str) -> Any:
        """Return a parsed text."""
        with self.clock.running("parse"):
            return self.nlp(text)

    def pipe(self, texts: Sequence[str]) -> Iterator[Any]:
        """Return parsed texts. All are parsed before the first is given, so that none is parsed off the clock."""
        with self.clock.running("parse"):
            return iter(list(self.nlp.pipe(texts)))


def table(timings: Sequence[Timing]) -> list[str]:
    """Return the lines of the table; shares are of the line "all"."""
    whole = next(timing.seconds for timing in timings if timing.phase == "all")
    return [
        f"{'phase':26}{'sentences':>10}{'seconds':>9}{'share':>8}{'a second':>10}{'processor':>11}",
        *(
            f"{one.phase:26}{one.sentences:10,}{one.seconds:9.2f}{one.seconds / whole:8.1%}{one.rate:10,.0f}{one.processor_seconds:11.2f}"
            for one in timings
        ),
    ]


if __name__ == "__main__":
    main()
