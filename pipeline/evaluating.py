"""Evaluate: how often Concord is right, against sentences labelled by hand.

Reads a gold file and a database (or, for units alone, the trained model); gives `Evaluation`s, which
`concord evaluate` prints and writes into the table `quality`. Two ways to look:

    documents   the whole pipeline: a gold unit counts as found when the sentence in which it stands
                holds a commitment, so errors of reading and of segmenting count
    units       the model alone, on the gold's own units, in the context of their document
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from .commitments import About, Judge
from .gold import Unit, align, question_of, words_of
from .ids import digest
from .measures import Score, by_document, calibration_error, hits, jaccard, reliability, share, weighted_kappa
from .records import BODY_ROLES, Judgement, Passage, Segment
from .store import now, rows, write_rows

_WORST = 40
_HELD = 0.5
"""Probability from which a unit has a theme besides its first."""


@dataclass(frozen=True)
class Found:
    """What Concord says of one unit: its confidence that it is a commitment, and the parts when it is."""

    is_commitment: bool
    confidence: float
    reason: str = ""
    themes: tuple[str, ...] = ()
    bindingness: int | None = None
    precision: int | None = None
    actor: str = ""
    is_actor_inferred: bool = True
    deadline: str = ""
    count: int = 0


@dataclass(frozen=True)
class Figure:
    """One measured value: of what, for which group of units, with its interval."""

    measure: str
    score: Score
    group: str = "all"


@dataclass(frozen=True)
class Evaluation:
    """Everything that one evaluation found out. `confusion` counts what units of each gold label were taken for."""

    gold: str
    mode: str
    figures: tuple[Figure, ...]
    confusion: dict[str, dict[str, int]]
    curve: tuple[Any, ...]
    worst: tuple[tuple[Unit, Found], ...] = field(default=())

    def figure(self, measure: str, group: str = "all") -> Score | None:
        """Return a measured value, or None when it was not measured."""
        return next((one.score for one in self.figures if (one.measure, one.group) == (measure, group)), None)


def evaluate_documents(db: Database, units: Sequence[Unit], gold: str) -> Evaluation:
    """Evaluate what a database holds about the documents that the gold names."""
    aligned = align(db, units)
    found = _found_in(db, aligned)
    kept, merged = _one_a_sentence(aligned, found)
    evaluation = _evaluation(db, kept, merged, gold, "documents")
    apart = _detection(
        [unit.document for unit in aligned],
        [unit.is_commitment for unit in aligned],
        [one.is_commitment for one in found],
        "every unit, fragments of one sentence apart",
    )
    return replace(evaluation, figures=(*evaluation.figures, *apart))


def evaluate_units(
    db: Database, units: Sequence[Unit], gold: str, judge: Callable[[Sequence[Unit]], list[Found]]
) -> Evaluation:
    """Evaluate a judge on the gold's own units.

    Args:
        db: holds the documents, for the context of the units.
        judge: says of aligned units what they are: `judge_units`, or a baseline.
    """
    aligned = align(db, units)
    return _evaluation(db, aligned, judge(aligned), gold, "units")


def judge_units(units: Sequence[Unit], english: str) -> list[Found]:
    """Judge units by the trained model and the grammar, as a run judges sentences: a heading is none."""
    judge = Judge(About("", is_about_all=False), english)
    predictions = judge.detector.predict([question_of(unit) for unit in units])
    found = []
    for unit, prediction in zip(units, predictions, strict=True):
        if unit.sentence is not None and unit.sentence.role not in BODY_ROLES:
            found.append(Found(False, 0.0, "not_body"))
            continue
        (judged,) = judge.passage(_passage_of(unit), [prediction])
        found.append(_found_by(judged))
    return found


def _passage_of(unit: Unit) -> Passage:
    """Return a unit as a passage of its own."""
    question = question_of(unit)
    whole = Segment(0, len(unit.text), 1, 0, len(unit.text))
    return Passage(
        question.role,
        unit.text,
        (whole,),
        question.heading_path,
        question.lead_in,
        sentences=((0, len(unit.text)),),
    )


def _found_by(judged: Judgement) -> Found:
    """Return what was judged of one sentence, its parts put together."""
    if not judged.commitments:
        return Found(False, judged.confidence, judged.reason or judged.label)
    actor = judged.commitments[0].slot("actor")
    by_probability = sorted(judged.themes, key=lambda theme: -theme[1])
    themes = [code for place, (code, value) in enumerate(by_probability) if not place or value >= _HELD]
    return Found(
        True,
        judged.confidence,
        themes=tuple(themes),
        bindingness=max(one.bindingness for one in judged.commitments),
        precision=max(one.precision for one in judged.commitments),
        actor=actor.text if actor else "",
        is_actor_inferred=actor is None or actor.source == "inferred",
        deadline=next((slot.text for one in judged.commitments if (slot := one.slot("deadline"))), ""),
        count=len(judged.commitments),
    )


def _found_in(db: Database, units: Sequence[Unit]) -> list[Found]:
    """Return what the database says of the sentence in which each unit stands."""
    sentences = {
        (row["passage_id"], row["start"]): row
        for row in rows(db, "select passage_id, start, label, reason, confidence from sentences")
    }
    promises: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, "select * from commitments order by passage_id, start"):
        promises[row["passage_id"]].append(row)
    themes: dict[str, list[str]] = defaultdict(list)
    for row in rows(db, "select commitment_id, theme_id from commitment_themes order by commitment_id, position"):
        themes[row["commitment_id"]].append(row["theme_id"])
    found = []
    for unit in units:
        sentence = unit.sentence
        if sentence is None:
            found.append(Found(False, 0.0, "not found in the text"))
            continue
        inside = [row for row in promises[sentence.passage_id] if sentence.start <= row["start"] < sentence.end]
        judged = sentences.get((sentence.passage_id, sentence.start))
        if not inside:
            reason = judged["reason"] or judged["label"] if judged else "not_body"
            found.append(Found(False, judged["confidence"] if judged else 0.0, reason))
            continue
        first = inside[0]
        found.append(
            Found(
                True,
                first["confidence"],
                themes=tuple(dict.fromkeys(code for row in inside for code in themes[row["id"]])),
                bindingness=max(row["bindingness_id"] for row in inside),
                precision=max(row["precision"] for row in inside),
                actor=first["actor"],
                is_actor_inferred=bool(first["is_actor_inferred"]),
                deadline=next((row["deadline"] for row in inside if row["deadline"]), ""),
                count=len(inside),
            )
        )
    return found


def _one_a_sentence(units: Sequence[Unit], found: Sequence[Found]) -> tuple[list[Unit], list[Found]]:
    """Keep one unit of each sentence: several are fragments of what Concord reads as one.

    The sentence is a commitment when any of its fragments is; a fragment that merely goes on
    ("... in the coming years.") is not counted against it.
    """
    groups: dict[Any, list[int]] = defaultdict(list)
    for place, unit in enumerate(units):
        sentence = unit.sentence
        key = (sentence.passage_id, sentence.start) if sentence else place
        groups[key].append(place)
    kept = []
    for places in groups.values():
        promised = [place for place in places if units[place].is_commitment]
        longest = max(promised or places, key=lambda place: (len(units[place].text), -place))
        kept.append(longest)
    kept.sort()
    return [units[place] for place in kept], [found[place] for place in kept]


def _evaluation(db: Database, units: Sequence[Unit], found: Sequence[Found], gold: str, mode: str) -> Evaluation:
    truth = [unit.is_commitment for unit in units]
    said = [one.is_commitment for one in found]
    documents = [unit.document for unit in units]
    figures = [
        *_detection(documents, truth, said, "all"),
        *(
            figure
            for group, places in _groups(db, units).items()
            for figure in _of_group(group, places, documents, truth, said)
        ),
        *_parts(units, found),
        *_calibration(documents, truth, found),
    ]
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, one in zip(units, found, strict=True):
        confusion[unit.label]["commitment" if one.is_commitment else one.reason or "none"] += 1
    return Evaluation(
        gold,
        mode,
        tuple(figures),
        {label: dict(counts) for label, counts in confusion.items()},
        tuple(reliability([one.confidence for one in found], truth)),
        tuple(_worst(units, found)),
    )


def _detection(documents: Sequence[str], truth: Sequence[bool], said: Sequence[bool], group: str) -> list[Figure]:
    def of(measure: str) -> Score:
        def value(places: Sequence[int]) -> float:
            counts = hits([truth[p] for p in places], [said[p] for p in places])
            return float(getattr(counts, measure))

        return by_document(documents, value)

    return [Figure(measure, of(measure), group) for measure in ("precision", "recall", "f1")]


def _of_group(
    group: str, places: Sequence[int], documents: Sequence[str], truth: Sequence[bool], said: Sequence[bool]
) -> list[Figure]:
    return _detection([documents[p] for p in places], [truth[p] for p in places], [said[p] for p in places], group)


def _groups(db: Database, units: Sequence[Unit]) -> dict[str, list[int]]:
    """Return the units by kind of document and by issuer."""
    about = {
        row[key]: row
        for row in rows(
            db,
            "select documents.id, path, kinds.label as kind, issuer_id from documents join kinds on kinds.id = kind_id",
        )
        for key in ("id", "path")
    }
    groups: dict[str, list[int]] = defaultdict(list)
    for place, unit in enumerate(units):
        row = about.get(unit.document)
        if row:
            groups[f"kind: {row['kind']}"].append(place)
            groups[f"issuer: {row['issuer_id']}"].append(place)
    return groups


def _parts(units: Sequence[Unit], found: Sequence[Found]) -> list[Figure]:
    """Return how often the parts of commitments are right, over commitments that were found."""
    both = [(unit, one) for unit, one in zip(units, found, strict=True) if unit.is_commitment and one.is_commitment]
    documents = [unit.document for unit, _ in both]

    def shared(right: Sequence[bool]) -> Score:
        return by_document(documents, lambda places: share([right[p] for p in places]))

    figures = []
    if both:
        figures += [
            Figure(
                "primary theme",
                shared([bool(o.themes) and bool(u.themes) and o.themes[0] == u.themes[0] for u, o in both]),
            ),
            Figure(
                "primary theme among the labelled",
                shared([bool(o.themes) and o.themes[0] in u.themes for u, o in both]),
            ),
            Figure(
                "themes, Jaccard",
                by_document(
                    documents,
                    lambda ps: jaccard([set(both[p][0].themes) for p in ps], [set(both[p][1].themes) for p in ps]),
                ),
            ),
            Figure("actor", shared([same_actor(u.actor, o) for u, o in both])),
            Figure("deadline", shared([same_deadline(u.deadline, o.deadline) for u, o in both])),
        ]
    for name, attribute in (("bindingness", "bindingness"), ("precision points", "precision")):
        figures += _ratings(name, [(getattr(u, attribute), getattr(o, attribute), u.document) for u, o in both])
    return figures


def _ratings(name: str, rated: Sequence[tuple[int | None, int | None, str]]) -> list[Figure]:
    """Return how far two ratings on a scale agree, over units that both rated."""
    pairs = [(wanted, found, document) for wanted, found, document in rated if wanted is not None and found is not None]
    documents = [document for _, _, document in pairs]

    def same(places: Sequence[int]) -> float:
        return share([pairs[p][0] == pairs[p][1] for p in places])

    def kappa(places: Sequence[int]) -> float:
        return weighted_kappa([pairs[p][0] for p in places], [pairs[p][1] for p in places])

    if not pairs:
        return []
    return [
        Figure(f"{name}, same", by_document(documents, same)),
        Figure(f"{name}, weighted kappa", by_document(documents, kappa, draws=200)),
    ]


def _calibration(documents: Sequence[str], truth: Sequence[bool], found: Sequence[Found]) -> list[Figure]:
    confidence = [one.confidence for one in found]

    def error(places: Sequence[int]) -> float:
        return calibration_error([confidence[p] for p in places], [truth[p] for p in places])

    return [Figure("calibration error", by_document(documents, error, draws=200))]


def same_actor(wanted: str | None, found: Found) -> bool:
    """Say whether an actor is the one that the coders wrote: the same words, or the issuer meant in both."""
    if wanted in (None, "", "issuer"):
        return found.is_actor_inferred or not found.actor
    if found.is_actor_inferred:
        return False
    a, b = words_of(wanted), words_of(found.actor)
    small, large = sorted((set(a) - _ARTICLES, set(b) - _ARTICLES), key=len)
    return bool(small) and small <= large


_ARTICLES = frozenset({"the", "a", "an"})


def same_deadline(wanted: str | None, found: str) -> bool:
    """Say whether a deadline is the one that the coders wrote: none in both, or one within the other."""
    if not wanted or not found:
        return not wanted and not found
    a, b = (f" {' '.join(words_of(text))} " for text in (wanted, found))
    return a in b or b in a


def _worst(units: Sequence[Unit], found: Sequence[Found]) -> list[tuple[Unit, Found]]:
    """Return the errors of which Concord was surest."""
    wrong = [
        (abs(one.confidence - unit.is_commitment), unit.id, unit, one)
        for unit, one in zip(units, found, strict=True)
        if unit.is_commitment != one.is_commitment
    ]
    wrong.sort(key=lambda item: (-item[0], item[1]))
    return [(unit, one) for _, _, unit, one in wrong[:_WORST]]


def write_quality(db: Database, evaluation: Evaluation) -> int:
    """Write the figures of an evaluation into the table `quality`, in place of the last such one."""
    listed = [
        {
            "id": digest(evaluation.gold, evaluation.mode, figure.measure, figure.group),
            "gold": evaluation.gold,
            "mode": evaluation.mode,
            "measure": figure.measure,
            "units": figure.group,
            "value": round(figure.score.value, 4),
            "low": round(figure.score.low, 4),
            "high": round(figure.score.high, 4),
            "count": figure.score.count,
            "evaluated_at": now(),
        }
        for figure in evaluation.figures
    ]
    with db.atomic():
        return write_rows(db, "quality", listed, where="gold = ? and mode = ?", args=[evaluation.gold, evaluation.mode])
