"""How well search finds what was judged: by words, by meaning, and by both joined.

    python benchmarks/search.py [--db FILE] [--half HALF] [--cases FILE ...] [--judgments FILE ...] [--pool FILE] [--depth N] [--json]

Reads a database that holds the real corpus, `search_cases.toml` (relevance cases, and questions of
researchers) and `search_judgments.jsonl` (grades of hits, by their place on the page), and changes none
of them. Asks the engine of the site and of `concord search`, and prints three tables:

    cases      how many of each kind pass, and which fail
    nothing    for how many questions nothing is found that no text here can answer
    questions  nDCG@10 and recall@20, for the half that may be tuned on and for the half that is held out, with
               95 % intervals of a bootstrap over questions, and how far both joined lie above the better one

A hit has the grade of the judgment on whose words it stands: at least half of the words of both together
are common. The same words count once. A hit that nobody judged counts as nought; how many there are among the
first ten is printed. With --pool it writes the hits that nobody judged, with their text, to be graded,
and prints nothing else.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipeline.errors import ConcordError
from pipeline.gold import Place, likeness, place_of
from pipeline.ids import digest
from pipeline.measures import Score, by_document
from pipeline.passages import load_passages
from pipeline.records import Passage
from pipeline.search import Engine, Hit
from pipeline.store import open_for_reading, rows

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

METHODS = ("words", "meaning", "both")
KINDS = ("known item", "topical", "acronym", "plural", "phrase", "negative")
HALVES = ("tuning", "held out")
RELEVANT = 2
"""The grade from which a hit is relevant, for recall: 0 not at all, 1 touches it, 2 relevant, 3 answers it."""
SHARED = 0.5
"""Least share of documents in common with which two forms of a question find the same."""
_WORD = re.compile(r"[^\W_]+")
_ALIKE = 0.5
"""Least share of common characters, of all that either covers, with which two places are one."""

Ranking = Callable[[str, int], Sequence[Hit]]
"""What a method gives: the best hits for a text, and no more than so many."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What has to hold for one query; which of the fields count depends on its kind.

    Attributes:
        documents: of which at least `least` have to be among the first `within` hits.
        page: of a known item, where there is one.
        other: the other form of the query, with an acronym or a plural.
    """

    kind: str
    query: str
    documents: tuple[str, ...] = ()
    page: int | None = None
    other: str = ""
    least: int = 1
    within: int = 10


@dataclass(frozen=True)
class Asked:
    """A question of a researcher."""

    id: str
    text: str
    half: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgment:
    """The grade of one place in a document for one question."""

    question: str
    document: str
    place: Place
    grade: int


@dataclass(frozen=True)
class Found:
    """A hit by where it stands."""

    document: str
    place: Place


@dataclass(frozen=True)
class Measured:
    """What one method reached on one question."""

    question: str
    ndcg: float
    recall: float
    unjudged: float


@dataclass(frozen=True)
class Row:
    """What one method reached on the questions of one half."""

    half: str
    method: str
    ndcg: Score
    recall: Score
    unjudged: float


@dataclass
class Verdicts:
    """Which cases of a kind passed, by method, and why the others did not."""

    passed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(METHODS, 0))
    count: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or the figures as JSON, or write the pool."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "build" / "corpus.db", help="holds the documents")
    parser.add_argument("--cases", type=Path, nargs="+", default=[HERE / "search_cases.toml"], help="cases, questions")
    parser.add_argument(
        "--judgments", type=Path, nargs="+", default=[HERE / "search_judgments.jsonl"], help="grades of hits"
    )
    parser.add_argument("--half", choices=HALVES, help="measure the questions of this half alone, as while tuning")
    parser.add_argument("--pool", type=Path, help="write the hits that nobody judged to this file")
    parser.add_argument("--depth", type=int, default=20, help="hits of each method that go into the pool")
    parser.add_argument("--json", action="store_true", help="print the figures")
    options = parser.parse_args(arguments)
    loaded = [load_cases(path) for path in options.cases]
    cases = [case for those, _ in loaded for case in those]
    questions = [question for _, those in loaded for question in those]
    questions = [question for question in questions if options.half in {None, question.half}]
    try:
        db = open_for_reading(options.db)
        methods, missing = methods_of(options.db)
        graded_hits = [load_judgments(path, db) for path in options.judgments]
    except ConcordError as error:
        raise SystemExit(str(error)) from error
    judgments = [judgment for those, _ in graded_hits for judgment in those]
    left_out = sum(count for _, count in graded_hits)
    places = Places(db)
    if options.pool:
        pool = pool_of(questions, methods, judgments, places, depth=options.depth)
        options.pool.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in pool), "utf-8")
        return
    present = {row["id"] for row in rows(db, "select id from documents")}
    verdicts = verdicts_of(cases, methods, present)
    unanswerable = [one for path in options.cases for one in load_unanswerable(path)]
    strange = [one for one in unanswerable if options.half in {None, one.half}]
    measured = {name: measure(questions, ranking, judgments, places) for name, ranking in methods.items()}
    table = rows_of(questions, measured)
    if options.json:
        figures = {
            "cases": {kind: asdict(one) for kind, one in verdicts.items()},
            "questions": list(map(asdict, table)),
        }
        print(json.dumps(figures, indent=1))
        return
    skipped = len(cases) - sum(one.count for one in verdicts.values())
    notes = [
        *missing,
        *([f"{skipped} cases are left out: the database does not hold their documents."] if skipped else []),
        *([f"{left_out} judgments are left out: the database holds no such document, or another file of it."] if left_out else []),
    ]  # fmt: skip
    print(
        "\n".join(
            [
                *case_table(verdicts),
                "",
                *nothing_table(strange, methods),
                "",
                *question_table(table),
                *gain_table(questions, measured),
                *notes,
            ]
        )
    )


def load_cases(path: Path) -> tuple[list[Case], list[Asked]]:
    """Return the relevance cases and the questions of a file."""
    read = tomllib.loads(path.read_text("utf-8"))
    cases = [Case(**{**row, "documents": tuple(row.get("documents", ()))}) for row in read.get("cases", [])]
    questions = [
        Asked(row["id"], row["text"], row.get("half", HALVES[1]), tuple(row.get("themes", ())))
        for row in read.get("questions", [])
    ]
    return cases, questions


def load_unanswerable(path: Path) -> list[Asked]:
    """Return the questions of a file that no text can answer."""
    read = tomllib.loads(path.read_text("utf-8"))
    return [Asked(row["text"], row["text"], row["half"]) for row in read.get("unanswerable", [])]


def load_judgments(path: Path, db: Database) -> tuple[list[Judgment], int]:
    """Return the judgments about files that the database holds, and how many are about others."""
    if not path.is_file():
        return [], 0
    hashes = {row["id"]: row["sha256"] for row in rows(db, "select id, sha256 from documents")}
    found = []
    left_out = 0
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if not hashes.get(row["document"], "").startswith(row["sha256"]):
            left_out += 1
            continue
        place = tuple((page, start, end) for page, start, end in row["spans"])
        found.append(Judgment(row["question"], row["document"], place, row["grade"]))
    return found, left_out


def methods_of(path: Path) -> tuple[dict[str, Ranking], list[str]]:
    """Return the rankings of a database by name, and what is missing, in words."""
    engine = Engine(path)
    whole = engine.search("cyber security", most=1)
    names = METHODS if whole.is_whole else METHODS[:1]
    missing = [] if whole.is_whole else [f"Meaning was not measured. {whole.note}"]
    return {name: partial(_hits, engine, name) for name in names}, missing


def _hits(engine: Engine, mode: str, text: str, most: int) -> Sequence[Hit]:
    return engine.search(text, mode=mode, most=most).hits


class Places:
    """Where hits stand on the pages of their documents, to within a few characters.

    A stretch of a line is placed by proportion, so that a database counts that other code has segmented.
    """

    def __init__(self, db: Database) -> None:
        self.db = db
        self._passages: dict[str, dict[str, Passage]] = {}

    def __call__(self, hit: Hit) -> Found:
        """Return where a hit stands."""
        if hit.document_id not in self._passages:
            self._passages[hit.document_id] = dict(load_passages(self.db, hit.document_id))
        passage = self._passages[hit.document_id][hit.passage_id]
        start, end = 0, len(passage.text)
        if hit.kind == "commitment":
            (row,) = rows(self.db, 'select start, "end" from commitments where id = ?', [hit.id])
            start, end = row["start"], row["end"]
        return Found(hit.document_id, place_of(passage.segments, start, end))


def judged(found: Found, judgments: Sequence[Judgment]) -> Judgment | None:
    """Return the judgment on whose words a hit stands, or None."""
    near = [(likeness(found.place, one.place), one) for one in judgments if one.document == found.document]
    best = max(near, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= _ALIKE else None


def distinct(judgments: Iterable[Judgment]) -> list[Judgment]:
    """Return judgments, best first, without those whose words stand in a better one already."""
    kept: list[Judgment] = []
    for one in sorted(judgments, key=lambda judgment: -judgment.grade):
        if not any(_overlap(one, other) for other in kept):
            kept.append(one)
    return kept


def _overlap(one: Judgment, other: Judgment) -> bool:
    return one.document == other.document and likeness(one.place, other.place) > 0


def ndcg(grades: Sequence[int], ideal: Sequence[int], depth: int = 10) -> float:
    """Return normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002), with gains of 2^grade - 1.

    Args:
        grades: of the hits in their order.
        ideal: all grades that can be reached.
    """

    def gain(values: Sequence[int]) -> float:
        return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(values[:depth], 1))

    best = gain(sorted(ideal, reverse=True))
    return gain(grades) / best if best else 0.0


def recall(grades: Sequence[int], ideal: Sequence[int], depth: int = 20) -> float:
    """Return the share of what is relevant that is among the first hits."""
    there = sum(grade >= RELEVANT for grade in ideal)
    return min(1.0, sum(grade >= RELEVANT for grade in grades[:depth]) / there) if there else 0.0


def measure(
    questions: Sequence[Asked], ranking: Ranking, judgments: Sequence[Judgment], places: Callable[[Hit], Found]
) -> list[Measured]:
    """Return what a ranking reached on each question."""
    by_question: dict[str, list[Judgment]] = defaultdict(list)
    for one in judgments:
        by_question[one.question].append(one)
    measured = []
    for question in questions:
        mine = by_question[question.id]
        grades, known = graded([places(hit) for hit in ranking(question.text, 20)], mine)
        ideal = [one.grade for one in distinct(mine)]
        first = known[:10]
        unjudged = sum(not one for one in first) / len(first) if first else 0.0
        measured.append(Measured(question.id, min(1.0, ndcg(grades, ideal)), recall(grades, ideal), unjudged))
    return measured


def graded(found: Sequence[Found], judgments: Sequence[Judgment]) -> tuple[list[int], list[bool]]:
    """Return the grade of each hit, nought when its words were met before, and whether it was judged at all."""
    grades, known = [], []
    met: list[Judgment] = []
    for one in found:
        judgment = judged(one, judgments)
        known.append(judgment is not None)
        is_new = judgment is not None and not any(_overlap(judgment, other) for other in met)
        grades.append(judgment.grade if judgment and is_new else 0)
        if judgment:
            met.append(judgment)
    return grades, known


def rows_of(questions: Sequence[Asked], measured: Mapping[str, Sequence[Measured]]) -> list[Row]:
    """Return a row for each half and method."""
    table = []
    for half in _halves(questions):
        chosen = [place for place, question in enumerate(questions) if question.half == half]
        for method, all_of_it in measured.items():
            mine = [all_of_it[place] for place in chosen]
            unjudged = _mean([one.unjudged for one in mine])
            table.append(
                Row(half, method, _score(mine, lambda one: one.ndcg), _score(mine, lambda one: one.recall), unjudged)
            )
    return table


def _halves(questions: Sequence[Asked]) -> list[str]:
    """Return the halves of which there is a question."""
    return [half for half in HALVES if any(question.half == half for question in questions)]


def _score(measured: Sequence[Measured], value: Callable[[Measured], float]) -> Score:
    """Return the mean of a value with the interval of a bootstrap that draws questions."""
    names = [one.question for one in measured]
    return by_document(names, lambda places: _mean([value(measured[place]) for place in places]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def gain_of(measured: Mapping[str, Sequence[Measured]], chosen: Sequence[int], name: str) -> tuple[str, Score]:
    """Return the better of words and meaning on the chosen questions, and how far both lie above it.

    Args:
        name: of the measure, "ndcg" or "recall".
    """

    def mean_of(method: str) -> float:
        return _mean([getattr(measured[method][place], name) for place in chosen])

    better = max(("words", "meaning"), key=mean_of)
    pairs = [(measured["both"][place], measured[better][place]) for place in chosen]
    differences = [getattr(both, name) - getattr(other, name) for both, other in pairs]
    names = [both.question for both, _ in pairs]
    return better, by_document(names, lambda places: _mean([differences[place] for place in places]))


def verdicts_of(cases: Sequence[Case], methods: Mapping[str, Ranking], present: set[str]) -> dict[str, Verdicts]:
    """Return the verdicts of each kind of case; cases about documents that are absent are left out."""
    verdicts = {kind: Verdicts() for kind in KINDS}
    for case in cases:
        if not set(case.documents) <= present:
            continue
        mine = verdicts[case.kind]
        mine.count += 1
        for name, ranking in methods.items():
            problem = problem_of(case, ranking)
            if problem:
                mine.failures.append((name, case.query, problem))
            else:
                mine.passed[name] += 1
    return verdicts


def problem_of(case: Case, ranking: Ranking) -> str:
    """Return why a case fails with a ranking, or "" when it passes."""
    hits = ranking(case.query, case.within)
    if case.kind == "negative":
        return f"{len(hits)} found, first in {hits[0].document_id}, page {hits[0].page}" if hits else ""
    if not hits:
        return "nothing found"
    if case.other:
        return _difference(
            {hit.document_id for hit in hits}, {hit.document_id for hit in ranking(case.other, case.within)}
        )
    if case.kind == "phrase":
        phrase = _words(case.query)
        without = [hit for hit in hits if f" {phrase} " not in f" {_words(hit.text)} "]
        if without:
            return f"{len(without)} of {len(hits)} hits do not hold it"
    if case.page is not None:
        wanted = (case.documents[0], case.page)
        return (
            "" if any((hit.document_id, hit.page) == wanted for hit in hits) else f"not {wanted[0]}, page {wanted[1]}"
        )
    met = {hit.document_id for hit in hits} & set(case.documents)
    return "" if not case.documents or len(met) >= case.least else f"{len(met)} of {case.least} documents"


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _difference(one: set[str], other: set[str]) -> str:
    """Return how little two sets of documents share, or "" when it is enough."""
    share = len(one & other) / min(len(one), len(other)) if one and other else 0.0
    return "" if share >= SHARED else f"{share:.0%} of the documents of the other form"


def pool_of(
    questions: Sequence[Asked],
    methods: Mapping[str, Ranking],
    judgments: Sequence[Judgment],
    places: Callable[[Hit], Found],
    *,
    depth: int,
) -> list[dict[str, Any]]:
    """Return the hits of all methods that nobody judged: question, place and text, in an order that tells no method."""
    pool = []
    for question in questions:
        known = [one for one in judgments if one.question == question.id]
        new: dict[tuple[str, Place], dict[str, Any]] = {}
        for ranking in methods.values():
            for hit in ranking(question.text, depth):
                found = places(hit)
                if judged(found, known) is None:
                    row = {"question": question.id, "document": found.document, "spans": found.place, "text": hit.text}
                    new.setdefault((found.document, found.place), row)
        pool += sorted(new.values(), key=lambda row: digest(row["question"], row["text"], row["document"]))
    return pool


def case_table(verdicts: Mapping[str, Verdicts]) -> list[str]:
    """Return the lines of the table of cases, and a line for each failure."""
    lines = [f"{'cases':14}" + "".join(f"{method:>10}" for method in METHODS) + f"{'of':>6}"]
    for kind, one in verdicts.items():
        lines.append(f"{kind:14}" + "".join(f"{one.passed[method]:10}" for method in METHODS) + f"{one.count:6}")
    totals = [sum(one.passed[method] for one in verdicts.values()) for method in METHODS]
    count = sum(one.count for one in verdicts.values())
    lines.append(f"{'all':14}" + "".join(f"{total:10}" for total in totals) + f"{count:6}")
    for method in METHODS:
        failed = [(kind, *rest) for kind, one in verdicts.items() for name, *rest in one.failures if name == method]
        lines += ["", f"{method}: {len(failed)} fail"] if failed else []
        lines += [f"  {kind:12}{query}: {problem}" for kind, query, problem in failed]
    return lines


def nothing_table(questions: Sequence[Asked], methods: Mapping[str, Ranking]) -> list[str]:
    """Return the lines that say for how many unanswerable questions nothing is found, and for which something is."""
    lines = [f"{'nothing found':14}" + "".join(f"{method:>10}" for method in METHODS) + f"{'of':>6}"]
    told = []
    for half in _halves(questions):
        mine = [question.text for question in questions if question.half == half]
        counts = {method: [len(ranking(text, 20)) for text in mine] for method, ranking in methods.items()}
        silent = {method: sum(not count for count in found) for method, found in counts.items()}
        lines.append(f"{half:14}" + "".join(f"{silent.get(method, 0):10}" for method in METHODS) + f"{len(mine):6}")
        for method, found in counts.items():
            told += [f"  {method}: {text}: {count} found" for text, count in zip(mine, found, strict=True) if count]
    return lines + told


def question_table(table: Sequence[Row]) -> list[str]:
    """Return the lines of the table of questions."""
    head = f"{'questions':11}{'method':9}{'nDCG@10':>8}  {'95 % interval':16}{'recall@20':>10}  {'95 % interval':16}"
    lines = [f"{head}{'unjudged':>9}{'count':>7}"]
    for row in table:
        first = f"{row.half:11}{row.method:9}{row.ndcg.value:8.3f}  {_interval(row.ndcg):16}"
        second = f"{row.recall.value:10.3f}  {_interval(row.recall):16}{row.unjudged:9.1%}{row.ndcg.count:7}"
        lines.append(first + second)
    return lines


def gain_table(questions: Sequence[Asked], measured: Mapping[str, Sequence[Measured]]) -> list[str]:
    """Return the lines that say how far both lie above the better of the two; none without meaning."""
    if not set(METHODS) <= set(measured):
        return []
    lines = ["", f"{'both less':11}{'measure':10}{'better':9}{'difference':>10}  95 % interval"]
    for half in _halves(questions):
        chosen = [place for place, question in enumerate(questions) if question.half == half]
        for name, label in (("ndcg", "nDCG@10"), ("recall", "recall@20")):
            better, score = gain_of(measured, chosen, name)
            lines.append(f"{half:11}{label:10}{better:9}{score.value:+10.3f}  {score.low:+.3f} to {score.high:+.3f}")
    return lines


def _interval(score: Score) -> str:
    return f"{score.low:.3f} to {score.high:.3f}"


if __name__ == "__main__":
    main()
