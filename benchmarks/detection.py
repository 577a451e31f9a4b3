"""How well commitments are found: Concord beside two plain methods, on sentences labelled by hand.

    python benchmarks/detection.py [--db FILE] [--train FILE] [--labels FILE] [--gold FILE] [--masked] [--json]

Reads a database that holds the documents of both gold files, a gold file to learn from and one to
measure on, and changes none. Prints a row for each method:

    modal verbs            a sentence is a commitment when one of `MODAL_VERBS` stands in it
    logistic regression    on all-MiniLM-L6-v2 vectors of the sentence and of what stands before it, with
                           cue words; a second one gives the primary theme
    Concord, units         the trained model and the grammar, on the gold's own units
    Concord, end to end    what a run found in the documents: errors of reading and segmenting count

with precision, recall, F1 and its 95 % interval by a bootstrap over documents, the share of found
commitments whose primary theme is right, the calibration error, how many units were measured, and the
seconds for judging them (training and loading left out; what a run takes, speed.py says).

With --masked it prints a second table: F1 when the names of countries and bodies, and years, are
replaced in the units and in what stands around them by `PLACEHOLDERS`, and how far that is from F1 on the
texts as they are. Nothing is trained anew for it. A method that leans on who speaks loses by it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from pipeline.evaluating import Evaluation, Found, evaluate_documents, evaluate_units, judge_units
from pipeline.finding import cues
from pipeline.finding.detector import Question
from pipeline.gold import Unit, load_gold, question_of
from pipeline.measures import Score, by_document, hits
from pipeline.models import Encoder, base_of, load_encoder
from pipeline.settings import Settings
from pipeline.store import open_for_reading
from pipeline.training import Example, best_threshold, load_examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
GOLD = Path(os.environ.get("CONCORD_SHARED", ROOT.parent / "shared")) / "gold"

MODAL_VERBS = (
    "will", "shall", "commits?", "committed to", "pledges?", "undertakes?", "agrees? to", "resolves? to", "intends? to",
    "plans? to", "aims? to",
)  # fmt: skip
"""The list of the simplest method, as patterns of whole words."""
OTHER_CUES = (
    "must", "should", "would", "can", "could", "may|might", "has|have|had", "was|were", "is|are", "we|our", "they|their",
)  # fmt: skip
"""Words that the regression sees besides."""
PLACEHOLDERS = {"GPE": "the country", "NORP": "the country", "ORG": "the body", "YEAR": "the year"}
"""What stands for a name of each kind that spaCy tells apart, and for a year."""

Judging = Callable[[Sequence[Unit]], list[Found]]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_MODAL_VERBS = _words("|".join(MODAL_VERBS))
_CUES = (
    *map(_words, (*MODAL_VERBS, *OTHER_CUES)),
    cues.ASPIRING, cues.COMMITTING, cues.REMAINING, cues.DECIDING, cues.REAFFIRMING, cues.NEGATIVE, cues.CONDITIONS,
)  # fmt: skip
_YEAR = re.compile(r"(?<![\d.,$€£])\b(?:19|20)\d\d(?:\s?[-–/]\s?(?:19|20)?\d\d)?\b(?![.,]?\d)")
_THE = re.compile(r"\bthe (?:year )?$", re.IGNORECASE)
_STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Values of C among which the regressions choose, on what they learn from."""


@dataclass(frozen=True)
class Method:
    """A way to judge units, and whether it says what a commitment is about."""

    name: str
    judge: Judging
    names_themes: bool = True


@dataclass(frozen=True)
class Row:
    """What was measured of one method. A value that it does not give is None."""

    method: str
    precision: Score
    recall: Score
    f1: Score
    primary_theme: Score | None
    calibration_error: Score
    units: int
    seconds: float | None


@dataclass(frozen=True)
class MaskedRow:
    """F1 of one method on texts as they are and masked; `difference` has an interval of its own."""

    method: str
    f1: float
    masked: float
    difference: Score


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "build" / "corpus.db", help="holds the documents")
    parser.add_argument("--train", type=Path, default=GOLD / "train.jsonl", help="gold that the regression learns from")
    parser.add_argument("--labels", type=Path, help="stand-off labels that the regression learns from besides")
    parser.add_argument("--gold", type=Path, default=GOLD / "dev.jsonl", help="gold to measure on")
    parser.add_argument("--masked", action="store_true", help="measure with names and years masked as well")
    parser.add_argument("--json", action="store_true", help="print the figures")
    options = parser.parse_args(arguments)
    db = open_for_reading(options.db)
    units = load_gold(options.gold)
    examples = load_examples(db, [options.train], options.labels)
    methods = methods_of(Regression(load_encoder("all-MiniLM-L6-v2"), examples))
    watched = [Watched(method.judge) for method in methods]
    rows = [measured(db, units, method, one) for method, one in zip(methods, watched, strict=True)]
    rows.append(row_of("Concord, end to end", evaluate_documents(db, units, options.gold.name), seconds=None))
    mask = Mask() if options.masked else None
    masked = [masked_row(method.name, one, mask) for method, one in zip(methods, watched, strict=True) if mask]
    if options.json:
        print(
            json.dumps({"methods": [asdict(row) for row in rows], "masked": [asdict(row) for row in masked]}, indent=1)
        )
    else:
        print("\n".join([*table(rows), *masked_table(masked)]))


def methods_of(regression: Judging) -> tuple[Method, ...]:
    """Return the methods that judge units, the plainest first."""
    return (
        Method("modal verbs", judge_by_modal_verbs, names_themes=False),
        Method("logistic regression", regression),
        Method("Concord, units", lambda units: judge_units(units, Settings().english)),
    )


def judge_by_modal_verbs(units: Sequence[Unit]) -> list[Found]:
    """Take every unit with a modal verb of the list for a commitment."""
    found = [_MODAL_VERBS.search(unit.text) is not None for unit in units]
    return [Found(yes, float(yes)) for yes in found]


class Regression:
    """Two logistic regressions: whether a sentence is a commitment, and what it is about first.

    The strength of regularisation is chosen by cross-validation over documents, and so is the
    probability from which a sentence is taken for a commitment.

    Args:
        encoder: gives the vectors.
        examples: what to learn from.
    """

    def __init__(self, encoder: Encoder, examples: Sequence[Example]) -> None:
        self.encoder = encoder
        features = self.features([one.question for one in examples])
        truth = np.array([one.label == "commitment" for one in examples])
        documents = np.array([one.document for one in examples])
        primary = np.array([one.themes[0] if one.themes else "" for one in examples])
        self.detection, held_out = _fitted(features, truth, documents)
        self.threshold = best_threshold(held_out, list(truth))
        themed = truth & (primary != "")
        self.theme, _ = _fitted(features[themed], primary[themed], documents[themed])

    def features(self, questions: Sequence[Question]) -> NDArray[np.float32]:
        """Return for each sentence its vector and cues, and those of its lead-in or the sentence before."""
        texts = [question.text for question in questions]
        before = [question.lead_in or question.before for question in questions]
        distinct = [text for text in dict.fromkeys([*texts, *before]) if text]
        vectors = dict(zip(distinct, self.encoder.encode(distinct), strict=True))
        nothing = np.zeros(self.encoder.dimensions, dtype=np.float32)
        return np.array(
            [
                np.concatenate([part for text in pair for part in (vectors.get(text, nothing), _cues_in(text))])
                for pair in zip(texts, before, strict=True)
            ]
        )

    def __call__(self, units: Sequence[Unit]) -> list[Found]:
        """Judge units."""
        features = self.features([question_of(unit) for unit in units])
        confidence = self.detection.predict_proba(features)[:, 1]
        return [
            Found(bool(value >= self.threshold), float(value), themes=(str(theme),))
            for value, theme in zip(confidence, self.theme.predict(features), strict=True)
        ]


def _cues_in(text: str) -> NDArray[np.float32]:
    return np.array([cue.search(text) is not None for cue in _CUES], dtype=np.float32)


def _fitted(features: NDArray[Any], wanted: NDArray[Any], documents: NDArray[Any]) -> tuple[Any, list[float]]:
    """Return a regression of the best strength, and its probability of the last class for examples held out."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    folds = list(GroupKFold(min(5, len(set(documents)))).split(features, wanted, documents))

    def right(strength: float) -> float:
        return float(np.mean(cross_val_predict(model(strength), features, wanted, cv=folds) == wanted))

    def model(strength: float) -> Any:
        return LogisticRegression(C=strength, max_iter=2000)

    best = model(max(_STRENGTHS, key=right))
    is_two_way = len(set(wanted)) == 2
    held_out = cross_val_predict(best, features, wanted, cv=folds, method="predict_proba")[:, -1] if is_two_way else []
    return best.fit(features, wanted), [float(value) for value in held_out]


class Watched:
    """A judge that keeps what it was asked last, what it said, and how long that took.

    The first call of a model takes longer than the others, so the first unit is judged once before the clock starts.
    """

    def __init__(self, judge: Judging) -> None:
        self.judge = judge
        self.units: Sequence[Unit] = ()
        self.found: list[Found] = []
        self.seconds = 0.0

    def __call__(self, units: Sequence[Unit]) -> list[Found]:
        """Judge units."""
        self.judge(units[:1])
        started = time.perf_counter()
        self.units, self.found = units, self.judge(units)
        self.seconds = time.perf_counter() - started
        return self.found


def measured(db: Database, units: Sequence[Unit], method: Method, judge: Watched) -> Row:
    """Return what was measured of a method on units."""
    evaluation = evaluate_units(db, units, method.name, judge)
    return row_of(method.name, evaluation, seconds=judge.seconds, names_themes=method.names_themes)


def row_of(name: str, evaluation: Evaluation, *, seconds: float | None, names_themes: bool = True) -> Row:
    """Return the row of an evaluation."""
    precision, recall, f1, error = (
        _score(evaluation, measure) for measure in ("precision", "recall", "f1", "calibration error")
    )
    theme = evaluation.figure("primary theme") if names_themes else None
    return Row(name, precision, recall, f1, theme, error, f1.count, seconds)


def _score(evaluation: Evaluation, measure: str) -> Score:
    score = evaluation.figure(measure)
    assert score is not None, f"{measure} is measured in every evaluation"
    return score


class Mask:
    """Replaces names and years in units, by the names that spaCy's small English pipeline finds."""

    def __init__(self) -> None:
        import spacy

        self.nlp = spacy.load(
            base_of(Settings().english), exclude=["tagger", "parser", "lemmatizer", "attribute_ruler", "tok2vec"]
        )

    def __call__(self, units: Sequence[Unit]) -> list[Unit]:
        """Return the units with names and years masked, in their text and in what stands around it."""
        texts = list(dict.fromkeys(text for unit in units for text in _texts_of(unit)))
        masked = {
            doc.text: mask(doc.text, [(one.start_char, one.end_char, one.label_) for one in doc.ents])
            for doc in self.nlp.pipe(texts)
        }
        return [_replaced(unit, masked) for unit in units]


def mask(text: str, names: Sequence[tuple[int, int, str]]) -> str:
    """Return a text with its names and years replaced by placeholders.

    Args:
        names: (start, end, kind) of names in the text; kinds without a placeholder stay.
    """
    stretches = [name for name in names if name[2] in PLACEHOLDERS]
    for year in _YEAR.finditer(text):
        if not any(start < year.end() and year.start() < end for start, end, _ in stretches):
            stretches.append((*year.span(), "YEAR"))
    parts: list[str] = []
    last = 0
    for start, end, kind in sorted(stretches):
        between = _THE.sub("", text[last:start])
        placeholder = PLACEHOLDERS[kind]
        is_first = not "".join((*parts, between)).strip()
        parts += [between, placeholder[0].upper() + placeholder[1:] if is_first else placeholder]
        last = end - 2 if text[start:end].endswith(("'s", "’s")) else end
    return "".join((*parts, text[last:]))


def _texts_of(unit: Unit) -> Iterator[str]:
    yield from (unit.text, unit.before)
    if unit.sentence:
        yield from (unit.sentence.text, unit.sentence.before, unit.sentence.lead_in, *unit.sentence.heading_path)


def _replaced(unit: Unit, texts: dict[str, str]) -> Unit:
    sentence = unit.sentence and replace(
        unit.sentence,
        text=texts[unit.sentence.text],
        before=texts[unit.sentence.before],
        lead_in=texts[unit.sentence.lead_in],
        heading_path=tuple(texts[heading] for heading in unit.sentence.heading_path),
    )
    return replace(unit, text=texts[unit.text], before=texts[unit.before], sentence=sentence)


def masked_row(name: str, judged: Watched, masking: Callable[[Sequence[Unit]], list[Unit]]) -> MaskedRow:
    """Return how far F1 changes when the units that were judged are masked and judged again."""
    truth = [unit.is_commitment for unit in judged.units]
    plain = [one.is_commitment for one in judged.found]
    masked = [one.is_commitment for one in judged.judge(masking(judged.units))]

    def f1(said: Sequence[bool], places: Sequence[int]) -> float:
        return hits([truth[place] for place in places], [said[place] for place in places]).f1

    def difference(places: Sequence[int]) -> float:
        return f1(masked, places) - f1(plain, places)

    everywhere = range(len(truth))
    documents = [unit.document for unit in judged.units]
    return MaskedRow(name, f1(plain, everywhere), f1(masked, everywhere), by_document(documents, difference))


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table of methods."""
    head = f"{'method':22}{'precision':>10}{'recall':>8}{'F1':>7}  {'95 % interval':16}"
    lines = [f"{head}{'primary theme':>14}{'calibration':>13}{'units':>7}{'seconds':>9}"]
    for row in rows:
        theme = f"{row.primary_theme.value:.3f}" if row.primary_theme else "-"
        seconds = f"{row.seconds:.2f}" if row.seconds is not None else "-"
        lines.append(
            f"{row.method:22}{row.precision.value:10.3f}{row.recall.value:8.3f}{row.f1.value:7.3f}  "
            f"{_interval(row.f1, '.3f'):16}{theme:>14}{row.calibration_error.value:13.3f}{row.units:7}{seconds:>9}"
        )
    return lines


def masked_table(rows: Sequence[MaskedRow]) -> list[str]:
    """Return the lines of the table of F1 with names and years masked; none of no rows."""
    if not rows:
        return []
    lines = ["", f"{'names and years masked':24}{'F1':>7}{'masked':>8}{'difference':>12}  95 % interval"]
    for row in rows:
        difference = f"{row.difference.value:+12.3f}  {_interval(row.difference, '+.3f')}"
        lines.append(f"{row.method:24}{row.f1:7.3f}{row.masked:8.3f}{difference}")
    return lines


def _interval(score: Score, form: str) -> str:
    return f"{score.low:{form}} to {score.high:{form}}"


if __name__ == "__main__":
    main()
