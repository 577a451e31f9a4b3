"""Comparisons: the same promise elsewhere, and who commits to what.

Reads `commitments` with their themes and vectors, `passage_themes` and `documents`; writes
`counterparts` (pairs of commitments of different issuers) and `coverage` (issuer by theme). The
whole corpus is one input: the stage does nothing, or everything.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from .coverage import coverage
from .embeddings import load_vectors
from .ids import digest, same_text
from .models import encoder_key
from .records import Report, Tally
from .settings import Settings
from .store import mark, outputs, rows, stale, write_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPARER = "comparisons/2"
WHOLE = "*"
"""The one input of a stage that works on the whole corpus."""

SAME_WORDING = 0.75
"""Share of word triples in common from which two quotes are one formula."""
_BLOCK = 2048


@dataclass(frozen=True)
class Promise:
    """What a comparison needs of a commitment."""

    id: str
    issuer: str
    quote: str
    themes: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two commitments of different issuers that promise alike.

    `substance` is the cosine of their vectors, `wording` the share of word triples in common.
    """

    a: str
    b: str
    theme: str
    substance: float
    wording: float

    @property
    def relation(self) -> str:
        """What the pair is: one formula, or the same in other words."""
        return "same wording" if self.wording >= SAME_WORDING else "alike"


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Compare all issuers anew when a commitment, a theme or a document changed."""
    inputs = {WHOLE: _fingerprint(db, settings)}
    if not stale(db, "comparisons", inputs):
        return Tally(kept=1)
    started = time.monotonic()
    promises = load_promises(db)
    vectors = load_vectors(db, encoder_key(settings.encoder), (promise.quote for promise in promises))
    pairs = find_pairs(promises, vectors, floor=settings.counterpart_floor, most=settings.counterpart_most)
    report(0, 1, f"{len(pairs)} pairs")
    tally = Tally(done=1)
    with db.atomic():
        tally.add("counterparts", _write_pairs(db, pairs))
        tally.add("coverage", write_rows(db, "coverage", coverage(db)))
        seconds = time.monotonic() - started
        mark(db, "comparisons", WHOLE, input_hash=inputs[WHOLE], output_hash=digest(*pairs), seconds=seconds)
    report(1, 1, f"{len(pairs)} pairs")
    return tally


def load_promises(db: Database) -> list[Promise]:
    """Return the commitments that have an issuer and a theme, in the order of their ids."""
    themes: dict[str, list[str]] = defaultdict(list)
    for row in rows(db, "select commitment_id, theme_id from commitment_themes order by commitment_id, position"):
        themes[row["commitment_id"]].append(row["theme_id"])
    found = rows(db, "select id, issuer_id, quote from commitments where issuer_id is not null order by id")
    return [
        Promise(row["id"], row["issuer_id"], row["quote"], tuple(themes[row["id"]]))
        for row in found
        if themes[row["id"]]
    ]


def find_pairs(promises: Sequence[Promise], vectors: NDArray[np.float32], *, floor: float, most: int) -> list[Pair]:
    """Return pairs of promises of different issuers under a common theme that are alike.

    Args:
        vectors: one unit row a promise.
        floor: least cosine of a pair.
        most: counterparts kept for one promise in each other issuer; a pair is kept when it is
            among the best of either side, so that the relation is symmetric.
    """
    if not promises:
        return []
    by_theme: dict[str, list[int]] = defaultdict(list)
    for place, promise in enumerate(promises):
        for theme in promise.themes:
            by_theme[theme].append(place)
    issuers = np.array([promise.issuer for promise in promises])
    found: dict[tuple[int, int], tuple[float, str]] = {}
    for theme, places in sorted(by_theme.items()):
        for a, b, likeness in _alike(np.array(places), vectors, issuers, floor, most):
            key = (min(a, b), max(a, b))
            if key not in found or promises[a].themes[0] == theme:
                found[key] = (likeness, theme)
    return [
        Pair(
            promises[a].id, promises[b].id, theme, round(likeness, 3),
            round(wording(promises[a].quote, promises[b].quote), 3),
        )
        for (a, b), (likeness, theme) in sorted(found.items())
        if not _share_a_signatory(promises[a].issuer, promises[b].issuer)
    ]  # fmt: skip


def _alike(
    places: NDArray[Any], vectors: NDArray[np.float32], issuers: NDArray[Any], floor: float, most: int
) -> Iterator[tuple[int, int, float]]:
    """Yield (place, place, cosine) of the best pairs between different issuers."""
    for start in range(0, len(places), _BLOCK):
        block = places[start : start + _BLOCK]
        likeness = vectors[block] @ vectors[places].T
        likeness[issuers[block][:, None] == issuers[places][None, :]] = -1.0
        for row, here in enumerate(block):
            order = np.argsort(-likeness[row], kind="stable")
            kept: dict[str, int] = defaultdict(int)
            for column in order:
                if likeness[row, column] < floor:
                    break
                issuer = str(issuers[places[column]])
                if kept[issuer] < most:
                    kept[issuer] += 1
                    yield int(here), int(places[column]), float(likeness[row, column])


def _share_a_signatory(a: str, b: str) -> bool:
    """Two states that sign one text do not echo themselves: "JPN" and "JPN-USA" are no pair."""
    return bool(set(a.split("-")) & set(b.split("-")))


def wording(a: str, b: str) -> float:
    """Return how alike two texts are in their words: the share of word triples in common, 0 to 1."""
    first, second = _triples(a), _triples(b)
    return len(first & second) / len(first | second) if first and second else 0.0


def _triples(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[\w']+", same_text(text))
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}


def _write_pairs(db: Database, pairs: Iterable[Pair]) -> int:
    listed = []
    for pair in pairs:
        for one, other in ((pair.a, pair.b), (pair.b, pair.a)):
            listed.append(
                {
                    "commitment_id": one, "other_id": other, "theme_id": pair.theme, "substance": pair.substance,
                    "wording": pair.wording, "relation": pair.relation,
                }
            )  # fmt: skip
    return write_rows(db, "counterparts", listed)


def _fingerprint(db: Database, settings: Settings) -> str:
    documents = rows(db, "select id, issuer_id, year, status, is_covered from documents order by id")
    # Every theme of every text counts here, not the main ones alone, which the output of the stage before speaks of.
    themes = [
        rows(db, f"select * from {name} order by 1, 2") for name in ("themes", "commitment_themes", "passage_themes")
    ]
    return digest(
        COMPARER, documents, outputs(db, "commitments"), themes, encoder_key(settings.encoder),
        settings.counterpart_floor, settings.counterpart_most,
    )  # fmt: skip
