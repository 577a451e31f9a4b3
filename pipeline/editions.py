"""Editions: what changed between one edition of a document and the next, commitment by commitment.

Reads `documents` with their family and edition, their `commitments` with themes, headings and vectors; writes
`edition_changes`. A family is one input: it is aligned anew when one of its editions changes.

A family's editions are its numbers, not its files: a corrected file or a translation of an edition
is no edition of its own. A promise that a document repeats in the same words counts once.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from .embeddings import load_vectors
from .ids import digest, same_text
from .judging import WORD, stems
from .models import encoder_key
from .records import Report, Tally
from .settings import Settings
from .store import BINDINGNESS, forget, mark, outputs, rows, stale, write_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALIGNER = "editions/2"

CHANGES = {
    "deadline moved": "promised again with another deadline, with one for the first time, or with none any more",
    "firmer": "promised again, and more bindingly",
    "weaker": "promised again, and less bindingly",
    "reworded": "promised again in other words, as firmly and by the same day",
    "dropped": "promised in the earlier edition alone",
    "lapsed": "promised in the earlier edition alone, for a day that had passed when the later one appeared",
    "new": "promised in the later edition alone",
    "kept": "promised again in the same words, as firmly and by the same day",
}
"""What can become of a promise, in the order in which the site lists it. Of a pair for which several hold, the first."""

_WORDS = 2.0
"""How much the share of words counts beside the cosine."""
_HEADINGS = 0.5
"""How much the share of words of the headings counts: editions treat a matter under the same ones."""
_UNRELATED = 0.5
"""What two promises of cyber security are alike in sum that have nothing to do with each other."""
_OTHERS = 5
"""As how many other promises of an edition that counts, so that an edition of three says little of what is usual."""
_MANY, _CHANCE = 100, 0.1
"""Editions of more promises than this need more: of so many, some pairs are alike by chance. Chance pairs become rarer
by e for each 0.15 that they stand out more; 0.15 would lose too many that are one, so it is somewhat less."""
_JUST = 1e-6
"""What a pair that just reaches the floor is worth."""
_NOTE_WORDS = 12
"""Words of a quote that a note repeats, of those that the other edition does not have."""


@dataclass(frozen=True)
class Promise:
    """What an alignment needs of a commitment."""

    id: str
    quote: str
    bindingness: int = 3
    deadline: str = ""
    deadline_to: str = ""
    headings: str = ""
    themes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """What became of a promise; `earlier` is None for a new one, `later` for one that is gone.

    `alike` is the cosine of the two vectors, `wording` the share of words in common, rare ones counting more.
    """

    change: str
    earlier: Promise | None
    later: Promise | None
    alike: float | None = None
    wording: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Edition:
    """The document that stands for an edition of a family."""

    document_id: str
    number: int
    published_on: str


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Align the editions of every family in which an edition changed, came or went."""
    families = load_families(db)
    read, made = outputs(db, "passages"), outputs(db, "commitments")
    how = ALIGNER, encoder_key(settings.encoder), settings.edition_floor, settings.edition_likeness
    inputs = {
        family: digest(
            *how,
            [
                (one, read.get(one.document_id), made.get(one.document_id), _themes(db, one.document_id))
                for one in editions
            ],
        )
        for family, editions in families.items()
    }
    wanted = stale(db, "editions", inputs)
    tally = Tally(kept=len(inputs) - len(wanted))
    _forget_gone(db, families)
    for place, family in enumerate(wanted):
        started = time.monotonic()
        listed = [row for pair in pairwise(families[family]) for row in _rows_of(db, family, *pair, settings)]
        with db.atomic():
            tally.add("edition_changes", write_rows(db, "edition_changes", listed, where="family = ?", args=[family]))
            mark(
                db, "editions", family, input_hash=inputs[family], output_hash=digest(*listed),
                seconds=time.monotonic() - started,
            )  # fmt: skip
        tally.done += 1
        report(place + 1, len(wanted), family)
    return tally


def load_families(db: Database) -> dict[str, list[Edition]]:
    """Return the families of which two editions or more could be read, each with its editions in order."""
    found: dict[str, dict[int, Edition]] = defaultdict(dict)
    for row in rows(
        db,
        "select id, family, edition, published_on, coalesce(year, '') as year from documents where family <> ''"
        " and edition is not null and is_covered and status in ('read', 'partly read')"
        # the last of these for an edition stands for it: a corrected file for the one that it corrects
        " order by status = 'read', published_on, (select count(*) from commitments where document_id = documents.id), id",
    ):
        found[row["family"]][row["edition"]] = Edition(
            row["id"], row["edition"], row["published_on"] or str(row["year"])
        )
    return {
        family: [editions[number] for number in sorted(editions)]
        for family, editions in sorted(found.items())
        if len(editions) > 1
    }


def load_promises(db: Database, document_id: str) -> list[Promise]:
    """Return the commitments of a document in the order of its text, without those that it makes a second time."""
    found = rows(
        db,
        "select commitments.id, quote, bindingness_id as bindingness, deadline, deadline_to, heading_path as headings from commitments"
        " join passages on passages.id = passage_id where commitments.document_id = ? and restates_id is null"
        " order by ordinal, start, commitments.id",
        [document_id],
    )
    themes = _themes(db, document_id)
    return [Promise(**row, themes=frozenset(themes.get(row["id"], ()))) for row in found]


def _themes(db: Database, document_id: str) -> dict[str, list[str]]:
    """Return the themes of each commitment of a document, the main one first."""
    themes = defaultdict(list)
    for row in rows(
        db,
        "select commitment_id, commitment_themes.theme_id from commitment_themes join commitments on id = commitment_id"
        " where document_id = ? order by commitment_id, position",
        [document_id],
    ):
        themes[row["commitment_id"]].append(row["theme_id"])
    return dict(themes)


def find_changes(
    earlier: Sequence[Promise],
    later: Sequence[Promise],
    likeness: NDArray[np.float32],
    *,
    floor: float,
    least: float,
    published_on: str,
) -> list[Change]:
    """Return what became of each promise of an edition, and which are new: every promise stands in one change.

    Args:
        likeness: the cosines, a row for each earlier promise and a column for each later one.
        floor: how far a pair has to stand out from what either promise is like anyway.
        least: least cosine of a pair.
        published_on: when the later edition appeared: a day, a month or a year.
    """
    wording = shared_words([promise.quote for promise in earlier], [promise.quote for promise in later])
    pairs = dict(align(earlier, later, likeness, wording, floor=floor, least=least))
    found = []
    for row, promise in enumerate(earlier):
        if row in pairs:
            column = pairs[row]
            change, note = judge(promise, later[column])
            measures = round(float(likeness[row, column]), 3), round(float(wording[row, column]), 3)
            found.append(Change(change, promise, later[column], *measures, note))
        else:
            found.append(_gone(promise, published_on))
    taken = set(pairs.values())
    found += [Change("new", None, promise) for column, promise in enumerate(later) if column not in taken]
    return found


def align(
    earlier: Sequence[Promise],
    later: Sequence[Promise],
    likeness: NDArray[np.float32],
    wording: NDArray[np.float64],
    *,
    floor: float,
    least: float,
) -> list[tuple[int, int]]:
    """Return the pairs (place, place) of promises that are one: each promise in one pair at most.

    Promises in the same words come first. Of the others those pairs are taken that are most above the floor in sum:
    two good pairs, and not three poor ones.
    """
    pairs = _same_words(earlier, later)
    here = sorted(set(range(len(earlier))) - {row for row, _ in pairs})
    there = sorted(set(range(len(later))) - {column for _, column in pairs})
    if not here or not there:
        return sorted(pairs)
    from scipy.optimize import linear_sum_assignment

    headings = shared_words([promise.headings for promise in earlier], [promise.headings for promise in later])
    more = _CHANCE * max(0.0, math.log(math.sqrt(len(earlier) * len(later)) / _MANY))
    above = standing_out(likeness + _WORDS * wording + _HEADINGS * headings) - floor - more + _JUST
    worth = np.zeros((len(here), len(there)))
    for row, one in enumerate(here):
        for column, other in enumerate(there):
            if likeness[one, other] >= least and have_a_theme_in_common(earlier[one], later[other]):
                worth[row, column] = max(0.0, above[one, other])
    chosen = zip(*linear_sum_assignment(worth, maximize=True), strict=True)
    return sorted(pairs + [(here[row], there[column]) for row, column in chosen if worth[row, column] > 0])


def standing_out(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each pair stands above what its two promises have in common with all the others, on average.

    "We will enhance our security" is like everything, and has to be liker to be the same promise.
    """
    count, columns = alike.shape
    of_row = (alike.sum(axis=1, keepdims=True) - alike + _OTHERS * _UNRELATED) / (columns - 1 + _OTHERS)
    of_column = (alike.sum(axis=0, keepdims=True) - alike + _OTHERS * _UNRELATED) / (count - 1 + _OTHERS)
    out: NDArray[np.float64] = alike - (of_row + of_column) / 2
    return out


def _same_words(earlier: Sequence[Promise], later: Sequence[Promise]) -> list[tuple[int, int]]:
    """Return the pairs of promises in the same words, the first with the first."""
    places: dict[str, list[int]] = defaultdict(list)
    for column, promise in reversed(list(enumerate(later))):
        places[same_text(promise.quote)].append(column)
    return [
        (row, places[text].pop()) for row, promise in enumerate(earlier) if places.get(text := same_text(promise.quote))
    ]


def have_a_theme_in_common(a: Promise, b: Promise) -> bool:
    """Whether two promises may be about one thing; so may two of which no theme is known."""
    return a.themes == b.themes or bool(a.themes & b.themes)


def shared_words(earlier: Sequence[str], later: Sequence[str]) -> NDArray[np.float64]:
    """Return the share of words, 0 to 1, that each earlier quote has in common with each later one.

    Endings, and words that any two promises share, do not count. The fewer quotes have a word, the more it counts:
    "NATO" in two quotes says more than "cyber".
    """
    words = [stems(quote) for quote in (*earlier, *later)]
    counts = Counter(word for listed in words for word in listed)
    places = {word: place for place, word in enumerate(sorted(counts))}
    there = np.zeros((len(words), len(places)))
    for row, listed in enumerate(words):
        there[row, [places[word] for word in listed]] = 1
    weights = np.array([math.log(1 + len(words) / counts[word]) for word in places])
    here, there = there[: len(earlier)], there[len(earlier) :]
    both = (here @ weights)[:, None] + (there @ weights)[None, :]
    shares: NDArray[np.float64] = np.zeros(both.shape)
    np.divide(2 * (here * weights) @ there.T, both, out=shares, where=both > 0)
    return shares


def judge(a: Promise, b: Promise) -> tuple[str, str]:
    """Return what became of a promise that has a successor, and a note of all that differs."""
    notes = []
    change = "kept" if same_text(a.quote) == same_text(b.quote) else "reworded"
    if a.bindingness != b.bindingness:
        change = "firmer" if b.bindingness > a.bindingness else "weaker"
        notes.append(f"bindingness: {BINDINGNESS[a.bindingness][0]} → {BINDINGNESS[b.bindingness][0]}")
    if _due(a) != _due(b):
        change = "deadline moved"
        notes.insert(0, f"deadline: {_deadline(a)} → {_deadline(b)}")
    notes += _words_that_differ(a.quote, b.quote)
    return change, "; ".join(notes)


def _due(promise: Promise) -> object:
    """Return by when a promise is due: its last day; for "annually", which has none, the words without their endings.

    The first day does not count: that of "by 2020" is the day on which the text appeared.
    """
    return promise.deadline_to or stems(promise.deadline)


def _deadline(promise: Promise) -> str:
    if not promise.deadline:
        return promise.deadline_to or "none"
    return f"{promise.deadline} ({promise.deadline_to})" if promise.deadline_to else promise.deadline


def _gone(promise: Promise, published_on: str) -> Change:
    """Return the change of a promise without a successor. "2015-12-31" comes before "2016", as text too."""
    note = f"deadline: {_deadline(promise)}" if promise.deadline else ""
    is_past = "" < promise.deadline_to < published_on
    return Change("lapsed" if is_past else "dropped", promise, None, note=note)


def _words_that_differ(a: str, b: str) -> Iterator[str]:
    """Yield notes of the words that one of two quotes alone has."""
    for label, text, spans in zip(("out", "in"), (a, b), differences(a, b), strict=True):
        stretches = [text[start:end].split() for start, end in spans]
        words = " … ".join(" ".join(stretch) for stretch in stretches)
        if sum(map(len, stretches)) > _NOTE_WORDS:
            words = " ".join(words.split()[:_NOTE_WORDS]) + " …"
        if words:
            yield f"{label}: {words}"


def differences(a: str, b: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the stretches (start, end) of each of two texts that the other does not have, word by word.

    Case and typography do not count, as in `same_text()`.
    """
    words = [list(WORD.finditer(text)) for text in (a, b)]
    first, second = ([same_text(word[0]) for word in side] for side in words)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    out: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for kind, *places in matcher.get_opcodes():
        for side, (start, end) in enumerate((places[:2], places[2:])):
            if kind != "equal" and start < end:
                out[side].append((words[side][start].start(), words[side][end - 1].end()))
    return out


def _rows_of(
    db: Database, family: str, earlier: Edition, later: Edition, settings: Settings
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `edition_changes` for two editions."""
    before, after = load_promises(db, earlier.document_id), load_promises(db, later.document_id)
    for found in find_changes(
        before, after, _likeness(db, before, after, encoder_key(settings.encoder)),
        floor=settings.edition_floor, least=settings.edition_likeness, published_on=later.published_on,
    ):  # fmt: skip
        ids = [promise and promise.id for promise in (found.earlier, found.later)]
        yield {
            "id": digest(family, earlier.document_id, later.document_id, *ids), "family": family,
            "from_document_id": earlier.document_id, "to_document_id": later.document_id, "change": found.change,
            "commitment_id": ids[0], "other_id": ids[1], "alike": found.alike, "wording": found.wording,
            "note": found.note,
        }  # fmt: skip


def _likeness(db: Database, before: Sequence[Promise], after: Sequence[Promise], model: str) -> NDArray[np.float32]:
    if not before or not after:
        return np.zeros((len(before), len(after)), dtype=np.float32)
    first, second = (load_vectors(db, model, (promise.quote for promise in side)) for side in (before, after))
    return np.asarray(first @ second.T, dtype=np.float32)


def _forget_gone(db: Database, families: dict[str, list[Edition]]) -> None:
    """Drop what was written for families that have no two editions any more."""
    with db.atomic():
        for row in rows(db, "select distinct family from edition_changes"):
            if row["family"] not in families:
                write_rows(db, "edition_changes", [], where="family = ?", args=[row["family"]])
        forget(db, "editions", families)
