"""Train the models that say what a sentence does and what it is about: `concord train`.

Reads gold files, stand-off labels and the passages of a database; writes `models/commitments/`:
weights, configuration and the figures of a cross-validation by document, of the network and of the
linear model of themes beside it. The same labels, seed and
versions give the same weights on the same kind of processor; docs/evaluation.md states how far
another one may differ.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlite_utils import Database

from .errors import ConcordError
from .finding.detector import (
    CLASSES,
    CONFIG,
    POINTS,
    WEIGHTS,
    Question,
    calibrated,
    load_tokenizer,
    make_network,
    tokenized,
)
from .gold import Unit, align, load_gold, load_labels, question_of
from .ids import digest, file_digest
from .linear import Linear, Worded, fit, headings_of
from .measures import calibration_error, hits, share
from .models import base_of, encoder_key, load_encoder
from .records import Report
from .themes import load_themes

SEED = 2015


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How the model is trained. Times and sizes are those of one pass on a processor without a GPU."""

    epochs: int = 3
    batch: int = 32
    encoder_rate: float = 1e-4
    head_rate: float = 1e-3
    warm_up: float = 0.1
    decay: float = 0.01
    smoothing: float = 0.05
    parts: int = 5
    """Documents are divided into so many parts ..."""
    held_out: int = 1
    """... of which so many are each held out once, to calibrate and to measure."""


@dataclass(frozen=True)
class Example:
    """A labelled sentence as the model reads it. `points` are the precision points, None when not coded."""

    question: Question
    label: str
    themes: tuple[str, ...]
    bindingness: int | None
    points: frozenset[str] | None
    document: str
    is_gold: bool = True


def to_example(unit: Unit) -> Example:
    """Return a labelled unit as the model learns from it."""
    return Example(
        question_of(unit), unit.label, unit.themes, unit.bindingness, unit.points, unit.document, unit.is_gold
    )


def train(
    examples: Sequence[Example],
    themes: Sequence[str],
    base: Path,
    recipe: Recipe,
    *,
    report: Callable[[int, int], None] = lambda *_: None,
) -> Any:
    """Return the network trained on `examples`.

    Args:
        themes: codes of the themes, in the order of the theme head.
        base: folder of the encoder to start from.
        report: is told how many batches are done, of how many.
    """
    import torch

    torch.manual_seed(SEED)
    rng = random.Random(SEED)  # noqa: S311  # an order of batches needs no secrecy
    network = make_network(base, len(themes))
    targets = _Targets(examples, themes)
    tokenizer = load_tokenizer(base)
    heads = [value for name, value in network.named_parameters() if not name.startswith("encoder")]
    layers = [value for name, value in network.named_parameters() if name.startswith("encoder") and value.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": layers, "lr": recipe.encoder_rate}, {"params": heads, "lr": recipe.head_rate}],
        weight_decay=recipe.decay,
    )
    steps = recipe.epochs * math.ceil(len(examples) / recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _rise_and_fall(steps, recipe.warm_up))
    network.train()
    done = 0
    for _ in range(recipe.epochs):
        for places in _shuffled_batches(examples, recipe.batch, rng):
            tokens, sentence = tokenized(tokenizer, [examples[place].question for place in places])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                outputs = network(tokens, sentence)
            loss = targets.loss([output.float() for output in outputs], places, recipe.smoothing)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            report(done, steps)
    network.eval()
    return network


class _Targets:
    """What the heads are to say of each example, as tensors, and how far off they are."""

    def __init__(self, examples: Sequence[Example], themes: Sequence[str]) -> None:
        import torch

        place = {code: column for column, code in enumerate(themes)}
        self.classes = torch.tensor([CLASSES.index(one.label) for one in examples])
        self.themes = torch.zeros(len(examples), len(themes))
        self.primary = torch.tensor([place[one.themes[0]] if one.themes else -1 for one in examples])
        for row, one in enumerate(examples):
            for code in one.themes:
                self.themes[row, place[code]] = 1.0
        # A sentence without a theme may touch one that nobody coded, so it counts for less.
        self.theme_weight = torch.tensor([1.0 if one.themes else 0.3 for one in examples])
        self.bindingness = torch.tensor([(one.bindingness or 0) - 1 for one in examples])
        self.points = torch.tensor([[float(p in (one.points or ())) for p in POINTS] for one in examples])
        self.has_points = torch.tensor([one.points is not None for one in examples])

    def loss(self, outputs: Sequence[Any], places: list[int], smoothing: float) -> Any:
        """Return how far the outputs for the examples at `places` are from what they should be."""
        import torch
        from torch.nn import functional

        classes, themes, bindingness, points = outputs
        at = torch.tensor(places)
        loss = functional.cross_entropy(classes, self.classes[at], label_smoothing=smoothing)
        is_commitment = (self.classes[at] == 0).float()
        probability = torch.softmax(classes, 1)[:, 0].clamp(1e-6, 1 - 1e-6)
        loss = loss + 0.5 * functional.binary_cross_entropy(probability, is_commitment)
        by_theme = functional.binary_cross_entropy_with_logits(themes, self.themes[at], reduction="none").sum(1)
        loss = loss + (by_theme * self.theme_weight[at]).mean() / 6
        themed, bound = self.primary[at] >= 0, self.bindingness[at] >= 0
        if themed.any():
            loss = loss + 0.3 * functional.cross_entropy(themes[themed], self.primary[at][themed])
        if bound.any():
            loss = loss + 0.3 * functional.cross_entropy(bindingness[bound], self.bindingness[at][bound])
        coded = self.has_points[at]
        if coded.any():
            loss = loss + 0.3 * functional.binary_cross_entropy_with_logits(points[coded], self.points[at][coded])
        return loss


def _rise_and_fall(steps: int, warm_up: float) -> Callable[[int], float]:
    rise = max(1, round(warm_up * steps))

    def rate(step: int) -> float:
        return (step + 1) / rise if step < rise else max(0.02, (steps - step) / max(1, steps - rise))

    return rate


def _shuffled_batches(examples: Sequence[Example], size: int, rng: random.Random) -> Iterator[list[int]]:
    """Yield batches in random order, each of examples of about one length, so that little is padding."""
    order = list(range(len(examples)))
    rng.shuffle(order)
    pools = [order[start : start + 16 * size] for start in range(0, len(order), 16 * size)]
    batches = []
    for pool in pools:
        pool.sort(key=lambda place: len(examples[place].question.text) + len(examples[place].question.context))
        batches += [pool[start : start + size] for start in range(0, len(pool), size)]
    rng.shuffle(batches)
    yield from batches


def folds_of(documents: Sequence[str], count: int) -> list[set[str]]:
    """Return the documents in `count` parts of about equal number: each is held out once."""
    names = sorted(set(documents))
    random.Random(SEED).shuffle(names)  # noqa: S311  # a division into parts needs no secrecy
    return [set(names[part::count]) for part in range(count)]


def fit_calibration(probabilities: Sequence[float], truth: Sequence[bool]) -> tuple[float, float]:
    """Return the line on the log-odds (slope, offset) that calibrates probabilities best, by logistic regression."""
    from sklearn.linear_model import LogisticRegression

    inside = np.clip(np.asarray(probabilities), 1e-6, 1 - 1e-6)
    model = LogisticRegression(C=1e6).fit(np.log(inside / (1 - inside)).reshape(-1, 1), np.asarray(truth))
    return round(float(model.coef_[0, 0]), 4), round(float(model.intercept_[0]), 4)


def best_threshold(confidence: Sequence[float], truth: Sequence[bool]) -> float:
    """Return the threshold, in steps of a hundredth, at which F1 is highest; the middle one of equals."""
    scored = [(hits(truth, [value >= step / 100 for value in confidence]).f1, step / 100) for step in range(20, 81)]
    top = max(score for score, _ in scored)
    best = [step for score, step in scored if score >= top - 1e-9]
    return best[len(best) // 2]


def save(
    network: Any,
    folder: Path,
    *,
    themes: Sequence[str],
    calibration: tuple[float, float],
    threshold: float,
    about: dict[str, Any],
) -> None:
    """Write the trained layers and heads as float16, and the configuration with their hash.

    The embeddings are left out: they are the encoder's own, unchanged.
    """
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: value.to(torch.float16).contiguous()
        for name, value in network.state_dict().items()
        if ".embeddings." not in name and "pooler" not in name
    }
    save_file(state, folder / WEIGHTS)
    config = {
        "sha256": file_digest(folder / WEIGHTS),
        "base": "all-MiniLM-L6-v2",
        "classes": CLASSES,
        "themes": list(themes),
        "points": POINTS,
        "calibration": calibration,
        "threshold": threshold,
        **about,
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", "utf-8")


@dataclass(frozen=True)
class HeldOut:
    """What models say of examples that they were not trained on: raw probability of commitment, and themes."""

    probability: list[float]
    reasons: list[str]
    themes: list[dict[str, float]]
    bindingness: list[int]
    points: list[dict[str, float]]

    def joined(self, other: HeldOut) -> HeldOut:
        """Return this and another one as one."""
        return HeldOut(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def predict(network: Any, base: Path, themes: Sequence[str], examples: Sequence[Example]) -> HeldOut:
    """Return what a network says of examples, in order."""
    import torch

    tokenizer = load_tokenizer(base)
    size = 64
    count = len(examples)
    found = HeldOut([0.0] * count, [""] * count, [{}] * count, [0] * count, [{}] * count)
    order = sorted(
        range(count), key=lambda place: len(examples[place].question.text) + len(examples[place].question.context)
    )
    with torch.inference_mode():
        for start in range(0, count, size):
            places = order[start : start + size]
            tokens, sentence = tokenized(tokenizer, [examples[place].question for place in places])
            classes, by_theme, bindingness, points = network(tokens, sentence)
            classes = torch.softmax(classes, 1)
            for row, place in enumerate(places):
                found.probability[place] = float(classes[row, 0])
                found.reasons[place] = CLASSES[int(classes[row].argmax())]
                found.themes[place] = dict(zip(themes, torch.sigmoid(by_theme[row]).tolist(), strict=True))
                found.bindingness[place] = int(bindingness[row].argmax()) + 1
                found.points[place] = dict(zip(POINTS, torch.sigmoid(points[row]).tolist(), strict=True))
    return found


def summary(
    held_out: HeldOut, examples: Sequence[Example], calibration: tuple[float, float], threshold: float
) -> dict[str, Any]:
    """Return the figures of a cross-validation for the configuration and the model card."""
    truth = [one.label == "commitment" for one in examples]
    confidence = [calibrated(value, *calibration) for value in held_out.probability]
    found = hits(truth, [value >= threshold for value in confidence])
    themed = [place for place, one in enumerate(examples) if truth[place] and one.themes]
    right = [
        max(held_out.themes[p], key=lambda code: held_out.themes[p][code]) == examples[p].themes[0] for p in themed
    ]
    bound = [place for place, one in enumerate(examples) if truth[place] and one.bindingness]
    same = [held_out.bindingness[place] == examples[place].bindingness for place in bound]
    return {
        "examples": len(examples),
        "commitments": sum(truth),
        "documents": len({one.document for one in examples}),
        "precision": round(found.precision, 3),
        "recall": round(found.recall, 3),
        "f1": round(found.f1, 3),
        "primary_theme": round(sum(right) / max(1, len(right)), 3),
        "bindingness": round(sum(same) / max(1, len(same)), 3),
        "calibration_error": round(calibration_error(confidence, truth), 3),
    }


@dataclass(frozen=True)
class Trained:
    """What came of a training: figures on documents that were held out, by part and by document, and what was learnt from."""

    figures: dict[str, Any]
    parts: tuple[dict[str, Any], ...]
    by_document: dict[str, dict[str, Any]]
    examples: int
    seconds: float


def run_training(
    db: Database,
    *,
    gold: Sequence[Path],
    labels: Path | None,
    folder: Path,
    recipe: Recipe,
    report: Report = lambda *_: None,
) -> Trained:
    """Train the model anew and write it into `folder`.

    Args:
        db: holds the passages of the documents that the labels are about.
        gold: gold files to learn from; never one that is kept for measuring.
        labels: stand-off labels to learn from as well, or None.
        folder: where the model goes. What each part gave is kept there until the end, so that a training
            that was stopped goes on where it was.
        recipe: how to train; `recipe.held_out` parts are each held out once, to calibrate and to measure.
        report: is told how many batches of which training are done.

    Raises:
        ConcordError: a file is missing, or no label fits the documents of the database.
    """
    started = time.monotonic()
    examples = load_examples(db, gold, labels)
    themes = [theme.code for theme in load_themes()]
    base = base_of("all-MiniLM-L6-v2")
    folds = folds_of([one.document for one in examples if one.is_gold], recipe.parts)[: recipe.held_out]
    tested: list[Example] = []
    found = HeldOut([], [], [], [], [])
    parts = []
    for number, fold in enumerate(folds, 1):
        taught = [one for one in examples if one.document not in fold]
        test = [one for one in examples if one.document in fold and one.is_gold]
        at = f"part {number} of {len(folds)}"
        kept, key = folder / f"part-{number}.json", _key_of(recipe, themes, taught, test)
        held_out = _read_part(kept, key)
        if held_out is None:
            network = train(taught, themes, base, recipe, report=partial(_told, report, at))
            held_out = predict(network, base, themes, test)
            _write_part(kept, key, held_out)
        tested += test
        found = found.joined(held_out)
        parts.append(summary(held_out, test, (1.0, 0.0), 0.5))
    truth = [one.label == "commitment" for one in tested]
    calibration = fit_calibration(found.probability, truth)
    threshold = best_threshold([calibrated(value, *calibration) for value in found.probability], truth)
    figures = summary(found, tested, calibration, threshold)
    by_document = _by_document(found, tested, calibration, threshold)
    network = train(examples, themes, base, recipe, report=partial(_told, report, "all"))
    about = {
        "recipe": asdict(recipe),
        "seed": SEED,
        "examples": len(examples),
        "gold_examples": sum(one.is_gold for one in examples),
        "documents": len({one.document for one in examples}),
        "held_out": figures,
        "by_document": by_document,
    }
    save(network, folder, themes=themes, calibration=calibration, threshold=threshold, about=about)
    for part in folder.glob("part-*.json"):
        part.unlink()
    return Trained(figures, tuple(parts), by_document, len(examples), time.monotonic() - started)


@dataclass(frozen=True)
class Fitted:
    """How often the linear model of themes was right on documents that were held out, and what it learnt from."""

    primary: float
    labelled: float
    tested: int
    examples: int
    seconds: float


def fit_themes(
    db: Database,
    *,
    gold: Sequence[Path],
    labels: Path | None,
    folder: Path,
    encoder: str,
    parts: int = Recipe.parts,
    report: Report = lambda *_: None,
) -> Fitted:
    """Fit the linear model of themes anew and write it into `folder`.

    It learns from every sentence that was given a theme, and is measured on the gold's commitments in documents that
    were held out: `primary` when the first label is found first, `labelled` when any is.

    Args:
        encoder: the encoder whose vectors it reads.
        parts: documents are divided into so many, and each is held out once.

    Raises:
        ConcordError: a file is missing, or no label fits the documents of the database.
    """
    started = time.monotonic()
    examples = [one for one in load_examples(db, gold, labels) if one.themes and one.label not in _NOT_ABOUT]
    themes = [theme.code for theme in load_themes()]
    texts = [worded(one.question) for one in examples]
    vectors = load_encoder(encoder).encode([one.text for one in texts])
    key = encoder_key(encoder)

    def taught(places: Sequence[int]) -> Linear:
        mine = [examples[place].themes for place in places]
        return fit([texts[place] for place in places], vectors[places], mine, themes=themes, encoder=key)

    right: list[tuple[bool, bool]] = []
    folds = folds_of([one.document for one in examples], parts)
    for number, fold in enumerate(folds):
        report(number, parts, "themes")
        model = taught([place for place, one in enumerate(examples) if one.document not in fold])
        tested = [place for place, one in enumerate(examples) if one.document in fold and _is_measured(one)]
        best = model.probability([texts[place] for place in tested], vectors[tested]).argmax(axis=1)
        for place, column in zip(tested, best, strict=True):
            listed = examples[place].themes
            right.append((themes[column] == listed[0], themes[column] in listed))
    figures = Fitted(
        primary=round(share([primary for primary, _ in right]), 3),
        labelled=round(share([labelled for _, labelled in right]), 3),
        tested=len(right),
        examples=len(examples),
        seconds=time.monotonic() - started,
    )
    model = taught(range(len(examples)))
    model.save(folder, examples=len(examples), held_out={"primary": figures.primary, "labelled": figures.labelled})
    report(parts, parts, "themes")
    return replace(figures, seconds=time.monotonic() - started)


_NOT_ABOUT = ("not_body", "off_topic")
"""Labels of sentences whose themes, if any, say nothing of policy for cyberspace."""


def worded(question: Question) -> Worded:
    """Return a sentence as the linear model reads it."""
    return Worded(question.text, question.lead_in, headings_of(question.heading_path))


def _is_measured(one: Example) -> bool:
    return one.is_gold and one.label == "commitment"


def _key_of(recipe: Recipe, themes: Sequence[str], *examples: Sequence[Example]) -> str:
    """Return what is another as soon as a training would be another: sets are sorted, for they have no order."""
    sorted_points = [[sorted(one.points or ()) for one in group] for group in examples]
    return digest(
        SEED, recipe, themes, [[replace(one, points=None) for one in group] for group in examples], sorted_points
    )


def _read_part(path: Path, key: str) -> HeldOut | None:
    """Return what an earlier training, which did not come to its end, said of the same part."""
    if not path.is_file():
        return None
    kept = json.loads(path.read_text("utf-8"))
    return HeldOut(**kept["held_out"]) if kept["key"] == key else None


def _write_part(path: Path, key: str, held_out: HeldOut) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"key": key, "held_out": asdict(held_out)}), "utf-8")
    unfinished.replace(path)


def _told(report: Report, at: str, done: int, total: int) -> None:
    report(done, total, at)


def _by_document(
    held_out: HeldOut, examples: Sequence[Example], calibration: tuple[float, float], threshold: float
) -> dict[str, dict[str, Any]]:
    """Return what came out for each document that was held out, the worst first."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(examples):
        places[one.document].append(place)
    found = {}
    for document, mine in places.items():
        counts = hits(
            [examples[place].label == "commitment" for place in mine],
            [calibrated(held_out.probability[place], *calibration) >= threshold for place in mine],
        )
        found[document] = {"examples": len(mine), **asdict(counts), "f1": round(counts.f1, 3)}
    return dict(sorted(found.items(), key=lambda item: (item[1]["f1"], item[0])))


def load_examples(db: Database, gold: Sequence[Path], labels: Path | None) -> list[Example]:
    """Return everything to learn from: gold units, and stand-off labels of other sentences.

    Raises:
        ConcordError: nothing fits the documents of the database.
    """
    units = [unit for path in gold for unit in align(db, load_gold(path))]
    taken = {(u.sentence.passage_id, u.sentence.start) for u in units if u.sentence}
    more = load_labels(labels, db) if labels else []
    units += [u for u in more if u.sentence and (u.sentence.passage_id, u.sentence.start) not in taken]
    if not any(unit.sentence for unit in units):
        raise ConcordError(
            "No label is about a document of this database.",
            remedy="Run the corpus that the labels were made on first.",
        )
    # A unit that is not found stands under its document's name all the same: else it would be learnt from while the
    # rest of the document is held out.
    names = {unit.document: unit.sentence.document for unit in units if unit.sentence}
    return [replace(to_example(unit), document=names.get(unit.document, unit.document)) for unit in units]
