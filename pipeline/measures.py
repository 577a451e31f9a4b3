"""Measures of quality, as pure functions over numbers: what `evaluating.py` prints and stores.

Reads parallel lists of what is true and what was found; gives numbers. Intervals are 95 % intervals
of a bootstrap that draws whole documents, because sentences of one document resemble each other.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_DRAWS = 1000
_SEED = 2010


@dataclass(frozen=True)
class Score:
    """A value with its 95 % interval, and how many units it rests on."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Hits:
    """Counts of a two-way decision."""

    true_positive: int
    false_positive: int
    false_negative: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 when nothing was found."""
        found = self.true_positive + self.false_positive
        return self.true_positive / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 when nothing is there."""
        there = self.true_positive + self.false_negative
        return self.true_positive / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = 2 * self.true_positive + self.false_positive + self.false_negative
        return 2 * self.true_positive / both if both else 1.0


def hits(truth: Sequence[bool], found: Sequence[bool]) -> Hits:
    """Return the counts of a two-way decision."""
    pairs = list(zip(truth, found, strict=True))
    return Hits(sum(t and f for t, f in pairs), sum(f and not t for t, f in pairs), sum(t and not f for t, f in pairs))


def by_document(documents: Sequence[str], measure: Callable[[Sequence[int]], float], *, draws: int = _DRAWS) -> Score:
    """Return a measure with its bootstrap interval.

    Args:
        documents: the document of each unit.
        measure: gives the value for the units at the given places.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, document in enumerate(documents):
        places[document].append(place)
    value = measure(range(len(documents)))
    if len(places) < 2:
        return Score(value, value, value, len(documents))
    rng = random.Random(_SEED)  # noqa: S311  # a bootstrap needs no secrecy
    names = sorted(places)
    drawn = sorted(
        measure([place for name in rng.choices(names, k=len(names)) for place in places[name]]) for _ in range(draws)
    )
    return Score(value, drawn[int(0.025 * draws)], drawn[int(0.975 * draws) - 1], len(documents))


def weighted_kappa(truth: Sequence[int], found: Sequence[int]) -> float:
    """Return Cohen's kappa with quadratic weights of two ratings on one scale (Cohen, 1968); 1 is full agreement."""
    if not truth:
        return 0.0
    count = len(truth)
    observed = sum((t - f) ** 2 for t, f in zip(truth, found, strict=True)) / count
    expected = sum((t - f) ** 2 for t in truth for f in found) / count**2
    return 1 - observed / expected if expected else 1.0


def jaccard(truth: Sequence[set[str]], found: Sequence[set[str]]) -> float:
    """Return the mean share of labels in common, over units that have any."""
    pairs = [(t, f) for t, f in zip(truth, found, strict=True) if t | f]
    return sum(len(t & f) / len(t | f) for t, f in pairs) / len(pairs) if pairs else 0.0


def share(right: Sequence[bool]) -> float:
    """Return the share of what is right; 0 of nothing."""
    return sum(right) / len(right) if right else 0.0


@dataclass(frozen=True)
class Bin:
    """Units of about one confidence: its mean, the share that is right, and how many there are."""

    confidence: float
    right: float
    count: int


def reliability(confidence: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> list[Bin]:
    """Return the bins of a reliability curve, of equal width, empty ones left out."""
    groups: dict[int, list[int]] = defaultdict(list)
    for place, value in enumerate(confidence):
        groups[min(bins - 1, int(value * bins))].append(place)
    return [
        Bin(
            sum(confidence[place] for place in places) / len(places),
            sum(right[place] for place in places) / len(places),
            len(places),
        )
        for _, places in sorted(groups.items())
    ]


def calibration_error(confidence: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> float:
    """Return the expected calibration error: mean distance of confidence from the share that is right.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities" (2015).
    """
    curve = reliability(confidence, right, bins=bins)
    total = sum(one.count for one in curve)
    return sum(one.count * abs(one.confidence - one.right) for one in curve) / total if total else 0.0
