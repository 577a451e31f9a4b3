"""Comparisons: the same promise elsewhere, and who commits to what.

Reads `commitments` with their themes and vectors, `passage_themes`, `theme_words` and `documents`; writes
`counterparts` (pairs of commitments of different issuers, with what one is to the other), `formulas`
and `formula_commitments` (words that several documents repeat) and `coverage` (issuer by theme). The
whole corpus is one input: the stage does nothing, or everything.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from .coverage import coverage
from .embeddings import load_vectors
from .ids import digest, same_text
from .judging import NONE, Judge, Promise, Verdict, mirrored, weights_key
from .models import encoder_key
from .records import Report, Tally
from .settings import Settings
from .store import mark, outputs, rows, stale, write_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPARER = "comparisons/4"
WHOLE = "*"
"""The one input of a stage that works on the whole corpus."""

SAME_WORDING = 0.6
"""Share of the word triples of the shorter of two quotes, from which both are one formula."""
_RUN = 8
"""Words in a row that two quotes of one formula have in common."""
_BLOCK = 2048


@dataclass(frozen=True)
class Pair:
    """Two commitments of different issuers that are near neighbours under a theme.

    `substance` is the cosine of their vectors, `wording` the share of word triples in common.
    """

    a: str
    b: str
    theme: str
    substance: float
    wording: float


@dataclass(frozen=True)
class Formula:
    """Commitments of several documents that repeat one wording, the earliest first."""

    members: tuple[Promise, ...]

    @property
    def id(self) -> str:
        """Made of the earliest commitment, so that a later document changes no address."""
        return digest("formula", self.members[0].id)


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
    judged = judge_pairs(promises, pairs)
    formulas = find_formulas(promises)
    tally = Tally(done=1)
    with db.atomic():
        tally.add("formulas", _write_formulas(db, formulas))
        tally.add("counterparts", _write_pairs(db, judged, formulas))
        tally.add("coverage", write_rows(db, "coverage", coverage(db)))
        seconds = time.monotonic() - started
        mark(db, "comparisons", WHOLE, input_hash=inputs[WHOLE], output_hash=digest(*judged), seconds=seconds)
    report(1, 1, f"{len(judged)} counterparts of {len(pairs)} pairs")
    return tally


def load_promises(db: Database) -> list[Promise]:
    """Return the commitments that have an issuer and a theme, in the order of their ids."""
    themes: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in rows(
        db, "select commitment_id, theme_id, probability from commitment_themes order by commitment_id, position"
    ):
        themes[row["commitment_id"]].append((row["theme_id"], row["probability"]))
    found = rows(
        db,
        'select commitments.id, commitments.issuer_id as issuer, quote, lead_in, action, "object", modality, polarity,'
        " bindingness_id as bindingness, document_id as document, page, start,"
        " case when published_on = '' then coalesce(documents.year, '9999') else published_on end as published_on"
        " from commitments join documents on documents.id = document_id where commitments.issuer_id is not null order by 1",
    )
    return [
        Promise(**row, themes=tuple(theme for theme, _ in listed), shares=tuple(share for _, share in listed))
        for row in found
        if (listed := themes[row["id"]])
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


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", same_text(text))


@lru_cache(maxsize=20_000)
def _triples(text: str) -> frozenset[tuple[str, ...]]:
    words = _words(text)
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset({tuple(words)})


def judge_pairs(promises: Sequence[Promise], pairs: Iterable[Pair]) -> list[tuple[Pair, Verdict, Verdict]]:
    """Return the pairs that are counterparts, each with what `b` is to `a` and what `a` is to `b`."""
    judge = Judge(promises)
    by_id = {promise.id: promise for promise in promises}
    judged = []
    for pair in pairs:
        a, b = by_id[pair.a], by_id[pair.b]
        verdict = judge.judge(a, b, pair.substance, pair.wording)
        if verdict.relation != NONE:
            relation = mirrored(verdict.relation)
            judged.append((pair, verdict, Verdict(relation, judge.note(b, a, relation))))
    return judged


def find_formulas(promises: Sequence[Promise]) -> list[Formula]:
    """Return the wordings that commitments of two documents or more repeat, whoever issued them.

    Two quotes are one formula when they have eight words in a row in common, and most of the shorter one.
    """
    triples = {promise.id: _triples(promise.quote) for promise in promises}
    holders: dict[tuple[str, ...], list[Promise]] = defaultdict(list)
    for promise in promises:
        words = _words(promise.quote)
        for start in range(len(words) - _RUN + 1):
            holders[tuple(words[start : start + _RUN])].append(promise)
    beside: dict[str, set[str]] = defaultdict(set)
    for group in holders.values():
        for a, b in combinations(group, 2):
            if a.id != b.id and b.id not in beside[a.id] and _is_one_formula(triples[a.id], triples[b.id]):
                beside[a.id].add(b.id)
                beside[b.id].add(a.id)
    by_id = {promise.id: promise for promise in promises}
    found = []
    met: set[str] = set()
    for name in sorted(beside):
        members = [by_id[other] for other in _reached(name, beside, met)]
        if len({member.document for member in members}) > 1:
            found.append(
                Formula(
                    tuple(
                        sorted(members, key=lambda one: (one.published_on, one.document, one.page, one.start, one.id))
                    )
                )
            )
    return found


def _reached(start: str, beside: Mapping[str, set[str]], met: set[str]) -> list[str]:
    """Return what hangs together with `start`, and note it as met; [] when it was met before."""
    waiting, reached = [start], []
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            reached.append(name)
            waiting += beside[name]
    return reached


def _is_one_formula(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> bool:
    return len(a & b) >= SAME_WORDING * min(len(a), len(b))


def _write_formulas(db: Database, formulas: Iterable[Formula]) -> int:
    listed, members = [], []
    for formula in formulas:
        listed.append(
            {
                "id": formula.id, "first_id": formula.members[0].id, "commitments": len(formula.members),
                "documents": len({member.document for member in formula.members}),
                "issuers": len({member.issuer for member in formula.members}),
            }
        )  # fmt: skip
        members += [{"commitment_id": member.id, "formula_id": formula.id} for member in formula.members]
    count = write_rows(db, "formulas", listed)
    write_rows(db, "formula_commitments", members)
    return count


def _write_pairs(db: Database, judged: Iterable[tuple[Pair, Verdict, Verdict]], formulas: Iterable[Formula]) -> int:
    formula_of = {member.id: formula.id for formula in formulas for member in formula.members}
    listed = []
    for pair, there, back in judged:
        is_formula = pair.a in formula_of and formula_of[pair.a] == formula_of.get(pair.b)
        for one, other, verdict in ((pair.a, pair.b, there), (pair.b, pair.a, back)):
            listed.append(
                {
                    "commitment_id": one, "other_id": other, "theme_id": pair.theme, "relation": verdict.relation,
                    "note": verdict.note, "substance": pair.substance, "wording": pair.wording,
                    "is_formula": int(is_formula),
                }
            )  # fmt: skip
    return write_rows(db, "counterparts", listed)


def _fingerprint(db: Database, settings: Settings) -> str:
    documents = rows(db, "select id, issuer_id, published_on, year, status, is_covered from documents order by id")
    # Every theme of every text counts here, not the main ones alone, which the output of the stage before speaks of.
    tables = ("themes", "commitment_themes", "passage_themes", "theme_words")
    themes = [rows(db, f"select * from {name} order by 1, 2") for name in tables]
    return digest(
        COMPARER, weights_key(), documents, outputs(db, "commitments"), themes, encoder_key(settings.encoder),
        settings.counterpart_floor, settings.counterpart_most,
    )  # fmt: skip
