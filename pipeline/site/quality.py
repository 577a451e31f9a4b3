"""How good Concord is, for people: the table `quality`, read for every page and explained on /quality.

`concord evaluate` writes the table. A database without it has not been evaluated, and its pages say so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlite_utils import Database

from ..reviewing import counts
from ..settings import bundled
from ..store import rows

EVERYTHING = "all"
DETECTION = ("precision", "recall", "f1")
MODES = {
    "documents": (
        "The whole way, from the file to the page",
        "What the pages of this site show: errors of reading files and of cutting them into sentences count too.",
    ),
    "units": (
        "The model alone",
        "The model was given the sentences as the coders had them: errors of reading and cutting do not count.",
    ),
}
"""The two ways to look, with what each counts, in the order in which they are shown."""


class Told(NamedTuple):
    """A measure for people: its name, and what it means."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """Figures that answer one question: their names for people, and what each means, by measure."""

    name: str
    title: str
    question: str
    measures: Mapping[str, Told]


SECTIONS = (
    Section(
        "detection",
        "What is found",
        "Is what is listed a commitment, and is every commitment listed?",
        {
            "precision": Told(
                "Precision",
                "Of the sentences that Concord lists as commitments, the share that the coders took for one. The rest"
                " is listed wrongly, and makes a count too high.",
            ),
            "recall": Told(
                "Recall",
                "Of the sentences that the coders took for commitments, the share that Concord lists. The rest is"
                " overlooked, and makes a count too low: a silence can be an oversight.",
            ),
            "f1": Told("F1", "Precision and recall in one number, their harmonic mean. It is high only when both are."),
        },
    ),
    Section(
        "parts",
        "Themes and parts",
        "Of the commitments that were found: what are they about, who is to act, by when?",
        {
            "primary theme": Told("Main theme", "The share whose main theme is the one that the coders put first."),
            "primary theme among the labelled": Told(
                "Main theme, one of the coders'",
                "The share whose main theme is one of the themes that the coders gave.",
            ),
            "themes, Jaccard": Told(
                "All themes",
                "The themes that both gave, as a share of those that either gave, on average (Jaccard).",
            ),
            "actor": Told("Actor", "The share whose actor is the one that the coders named, or the issuer in both."),
            "deadline": Told("Deadline", "The share whose deadline is the coders', or that has none for both."),
        },
    ),
    Section(
        "scales",
        "Scales",
        "Of the commitments that were found: how firm, how precise?",
        {
            "bindingness, same": Told("Bindingness, the same", "The share on the same of the four points as the coders'."),
            "bindingness, weighted kappa": Told(
                "Bindingness, agreement",
                "Agreement beyond chance (Cohen's kappa with quadratic weights): 1 is full agreement, 0 is what"
                " chance gives, and two points apart count four times one point.",
            ),
            "precision points, same": Told("Points of precision, the same", "The share with as many of the five points as the coders'."),
            "precision points, weighted kappa": Told(
                "Points of precision, agreement",
                "Agreement beyond chance on how many of the five points, weighted likewise.",
            ),
        },
    ),
    Section(
        "calibration",
        "Confidence",
        "“80 % sure” is a calibrated probability: of a hundred sentences with that number, about eighty should be"
        " commitments. Are they?",
        {
            "calibration error": Told(
                "Calibration error",
                "How far the numbers are from the truth on average, from 0 to 1. Smaller is better: at 0.03, the share"
                " of commitments among such sentences is three of a hundred more or less than the number says.",
            )
        },
    ),
)  # fmt: skip
"""What the figures mean, in the order in which they are shown. A measure that is not named here is shown last."""


@dataclass(frozen=True)
class Figure:
    """A measured value with its 95 % interval, and how many sentences it rests on."""

    measure: str
    value: float
    low: float
    high: float
    count: int
    name: str = ""
    meaning: str = ""

    @property
    def has_interval(self) -> bool:
        """Whether the interval says anything: sentences of one document, or all alike, give none."""
        return self.low < self.high

    @property
    def of_hundred(self) -> int:
        """The value for people, out of a hundred."""
        return hundredths(self.value)

    @property
    def between(self) -> str:
        """The interval for people, out of a hundred: " (78 to 88)", or nothing when there is none."""
        return f" ({hundredths(self.low)} to {hundredths(self.high)})" if self.has_interval else ""

    @property
    def bar(self) -> dict[str, float]:
        """Where the value and its interval stand on a line from 0 to 100."""
        low, value, high = (round(100 * min(1.0, max(0.0, one)), 1) for one in (self.low, self.value, self.high))
        return {"low": low, "value": value, "width": round(high - low, 1)}


def hundredths(value: float) -> int:
    """Return a share out of a hundred; only all is 100, and only none is 0."""
    rounded = round(100 * value)
    return rounded if value in (0, 1) else min(99, max(1, rounded))


def decimal(value: float) -> str:
    """Return a value as it is printed: 0.83, or 0.018 when it is small; only 1 is 1.00."""
    text = f"{value:.3f}" if abs(value) < 0.1 else f"{value:.2f}"
    return "0.99" if text == "1.00" and value < 1 else text


@dataclass(frozen=True)
class Detection:
    """How well commitments are found in a group of documents."""

    precision: Figure
    recall: Figure

    @property
    def count(self) -> int:
        """How many labelled sentences it rests on."""
        return self.precision.count

    @property
    def says_something(self) -> bool:
        """Whether there was something to get right: both are 1 where nothing was there and nothing was found."""
        return (self.precision.value, self.recall.value) != (1, 1)


@dataclass(frozen=True)
class Evaluation:
    """The figures of one gold file, looked at in one way.

    `figures` are by group and measure; `read_since` counts documents that were read after it.
    """

    gold: str
    mode: str
    evaluated_at: str
    figures: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    read_since: int = 0

    def of(self, group: str) -> Detection | None:
        """Return how well commitments are found in a group, or None when that was not measured."""
        found = self.figures.get(group, {})
        if "precision" not in found or "recall" not in found:
            return None
        return Detection(found["precision"], found["recall"])

    @property
    def whole(self) -> Detection | None:
        """How well commitments are found in all labelled documents."""
        return self.of(EVERYTHING)

    @property
    def main_theme(self) -> Figure | None:
        """How often the main theme of a commitment that was found is the coders'."""
        return self.figures.get(EVERYTHING, {}).get("primary theme")

    @property
    def calibration(self) -> Figure | None:
        """How far confidence is from the truth."""
        return self.figures.get(EVERYTHING, {}).get("calibration error")

    @property
    def sections(self) -> list[tuple[Section, list[Figure]]]:
        """The figures of everything, section by section; what no section knows comes last."""
        everything = self.figures.get(EVERYTHING, {})
        known = {measure for section in SECTIONS for measure in section.measures}
        other = Section(
            "other", "Other figures", "", {measure: Told(measure, "") for measure in everything if measure not in known}
        )
        found = [
            (section, [everything[measure] for measure in section.measures if measure in everything])
            for section in (*SECTIONS, other)
        ]
        return [(section, figures) for section, figures in found if figures]

    def groups(self, kind: str, names: Mapping[str, str]) -> list[tuple[str, str, int, Mapping[str, Figure]]]:
        """Return (code, name, sentences, figures by measure) of the groups of a kind, the largest first."""
        found = []
        for group, figures in self.figures.items():
            sort, _, code = group.partition(": ")
            if code and sort == kind:
                count = max(figure.count for figure in figures.values())
                found.append((code, names.get(code, code), count, figures))
        return sorted(found, key=lambda one: (-one[2], one[1]))

    @property
    def other_groups(self) -> list[tuple[str, Figure]]:
        """(group, figure) of everything that is neither of all, nor of a kind or an issuer, nor of detection."""
        return [
            (group, figure)
            for group, figures in self.figures.items()
            for figure in figures.values()
            if group != EVERYTHING
            and not (group.partition(": ")[0] in ("kind", "issuer") and figure.measure in DETECTION)
        ]


@dataclass(frozen=True)
class HeldOut:
    """How well the model found commitments in documents that it was not trained on, each in its turn."""

    documents: int
    examples: int
    commitments: int
    precision: float
    recall: float
    f1: float


@cache
def held_out() -> HeldOut | None:
    """Return what the model that comes with Concord was measured at when it was trained; None where its file says nothing."""
    path = bundled("models") / "commitments" / "config.json"
    told = json.loads(path.read_text("utf-8")).get("held_out", {}) if path.is_file() else {}
    names = HeldOut.__dataclass_fields__
    return HeldOut(**{name: told[name] for name in names}) if names.keys() <= told.keys() else None


def evaluations(db: Database) -> list[Evaluation]:
    """Return what was measured: the way that the site shows first, and the latest first."""
    listed: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, "select * from quality order by mode, gold, rowid"):
        listed[row["gold"], row["mode"]].append(row)
    found = [_evaluation(db, gold, mode, measured) for (gold, mode), measured in listed.items()]
    found.sort(key=lambda one: (one.evaluated_at, one.whole.count if one.whole else 0, one.gold), reverse=True)
    return sorted(found, key=lambda one: list(MODES).index(one.mode))


def _evaluation(db: Database, gold: str, mode: str, measured: Sequence[dict[str, Any]]) -> Evaluation:
    meanings = {measure: told for section in SECTIONS for measure, told in section.measures.items()}
    figures: dict[str, dict[str, Figure]] = defaultdict(dict)
    for row in measured:
        name, meaning = meanings.get(row["measure"], Told(row["measure"], ""))
        figures[row["units"]][row["measure"]] = Figure(
            row["measure"], row["value"], row["low"], row["high"], row["count"], name, meaning
        )
    evaluated_at = max(row["evaluated_at"] for row in measured)
    since = rows(
        db, "select count(*) as n from builds where stage = 'commitments' and built_at > ?", [evaluated_at]
    )  # fmt: skip
    return Evaluation(gold, mode, evaluated_at, figures, since[0]["n"])


def shown(db: Database) -> Evaluation | None:
    """Return the evaluation that pages with counts name, the latest of the whole way; None when there is none."""
    return next((one for one in evaluations(db) if one.mode == "documents" and one.whole), None)


def quality(db: Database) -> dict[str, Any]:
    """Return everything that was measured, for the page /quality."""
    return {
        "evaluations": evaluations(db),
        "sections": SECTIONS,
        "modes": MODES,
        "detection": DETECTION,
        "reviewed": counts(db),
        "issuer_names": {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")},
    }
