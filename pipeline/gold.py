"""Sentences labelled by hand: read from files, and found again in the documents that they came from.

Reads gold files (JSON lines with the unit's text) and stand-off labels (JSON lines with a document's
hash and offsets, no text), and the passages of a database. Gives units aligned with the sentences
that Concord segments now, so that training and evaluation see what the pipeline sees.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from .errors import ConcordError
from .finding.detector import CLASSES, Question, is_about_all
from .ids import same_text
from .passages import load_passages
from .records import Passage, Segment
from .segmenting.rows import origins
from .store import rows

Place = tuple[tuple[int, int, int], ...]
"""Where something is printed: (page, start, end) of each of its stretches, as stand-off judgments keep it."""

POINTS_BY_LETTER = {"b": "body", "a": "act", "o": "object", "q": "quantity", "d": "date"}

_WORD = re.compile(r"[a-z0-9]+")
_FAR = 100
_ALIGNED = 0.4
"""Least share of words in common with which a unit is taken to be a sentence."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a document with what stands around it."""

    document: str
    passage_id: str
    start: int
    end: int
    text: str
    role: str
    heading_path: tuple[str, ...] = ()
    lead_in: str = ""
    before: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Unit:
    """A labelled unit. `sentence` is where it stands in the document now, None when it was not found.

    `label` is one of `CLASSES`; `themes` has the primary one first; `bindingness` and `precision`
    are None where they were not coded.
    """

    id: str
    document: str
    text: str
    label: str
    themes: tuple[str, ...] = ()
    bindingness: int | None = None
    precision: int | None = None
    points: frozenset[str] | None = None
    actor: str | None = None
    deadline: str | None = None
    count: int = 0
    before: str = ""
    sentence: Sentence | None = None
    is_gold: bool = True

    @property
    def is_commitment(self) -> bool:
        """Whether the coders took it for a commitment."""
        return self.label == "commitment"


def load_gold(path: Path) -> list[Unit]:
    """Return the units of a gold file, in its order, with the unit before each in the same window.

    Raises:
        ConcordError: the file is missing, is empty or is not gold; the message names the line.
    """
    if not path.is_file():
        raise ConcordError(
            f"There is no file {path}.", remedy="Name a gold file: JSON lines with id, document, text, label."
        )
    units: list[Unit] = []
    previous: dict[str, Any] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            follows = (row["document"], row["window"]) == (previous.get("document"), previous.get("window"))
            units.append(_to_unit(row, previous["text"] if follows else ""))
        except (ValueError, KeyError, TypeError) as error:
            raise ConcordError(f"{path}, line {number}, is not a gold unit: {error!r}.") from error
        previous = row
    if not units:
        raise ConcordError(f"{path} holds no gold unit.")
    return units


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each line of a file with its number."""
    # Not by splitlines(): a text may hold separators of lines that JSON leaves as they are.
    with path.open(encoding="utf-8") as lines:
        try:
            yield from enumerate(lines, 1)
        except UnicodeDecodeError as error:
            raise ConcordError(f"{path} is no text in UTF-8: {error}.") from error


def _to_unit(row: dict[str, Any], before: str) -> Unit:
    label = row["label"] if row["label"] != "none" else row["reason"]
    if label not in CLASSES:
        raise ValueError(f"the label {label!r} is none of {', '.join(CLASSES)}")
    return Unit(
        id=row["id"],
        document=row["document"],
        text=row["text"],
        label=label,
        themes=tuple(row["themes"]),
        bindingness=row["B"],
        precision=row["P"],
        actor=row["actor"],
        deadline=row["deadline"],
        count=row["n"],
        before=before,
    )


def sentences_of(db: Database, document_id: str, kind: str) -> list[Sentence]:
    """Return the sentences of a document in order, contents lists left out."""
    found: list[Sentence] = []
    before = ""
    for passage_id, passage in load_passages(db, document_id):
        if passage.role == "contents":
            continue
        for start, end in passage.sentences:
            found.append(sentence_at(document_id, passage_id, passage, start, end, before, kind))
            before = found[-1].text
    return found


def sentence_at(
    document: str, passage_id: str, passage: Passage, start: int, end: int, before: str, kind: str
) -> Sentence:
    """Return one sentence of a passage with what stands around it."""
    return Sentence(
        document, passage_id, start, end, passage.text[start:end], passage.role, passage.heading_path, passage.lead_in,
        before, kind,
    )  # fmt: skip


def align(db: Database, units: Iterable[Unit]) -> list[Unit]:
    """Return the units with the sentences of the database in which they stand.

    A unit's `document` may be the name of a file or the id of a document. Units of documents that
    are not in the database keep `sentence` None.
    """
    documents = rows(db, "select id, path, kind_id from documents")
    by_name = {row["path"]: row for row in documents} | {row["id"]: row for row in documents}
    grouped: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        grouped[unit.document].append(unit)
    aligned: list[Unit] = []
    for name, mine in grouped.items():
        row = by_name.get(name)
        aligned += _align_document(mine, sentences_of(db, row["id"], row["kind_id"])) if row else mine
    return aligned


def _align_document(units: Sequence[Unit], sentences: Sequence[Sentence]) -> list[Unit]:
    """Find each unit among the sentences: by common words, and near where the last one was found."""
    words = [set(words_of(sentence.text)) for sentence in sentences]
    holding: dict[str, list[int]] = defaultdict(list)
    for place, found in enumerate(words):
        for word in found:
            holding[word].append(place)
    last: int | None = None
    aligned = []
    for unit in units:
        found_at = _best_place(set(words_of(unit.text)), words, holding, last)
        if found_at is not None:
            last = found_at
        aligned.append(replace(unit, sentence=sentences[found_at] if found_at is not None else None))
    return aligned


def _best_place(
    wanted: set[str], words: Sequence[set[str]], holding: dict[str, list[int]], last: int | None
) -> int | None:
    common: Counter[int] = Counter()
    for word in wanted:
        if len(holding[word]) < 400 or len(wanted) < 4:
            common.update(holding[word])
    candidates = [place for place, _ in common.most_common(30)]
    if not candidates:
        return None

    def alike(place: int) -> float:
        return len(wanted & words[place]) / len(wanted | words[place])

    def nearness(place: int) -> float:
        return -0.0005 * abs(place - last) if last is not None and abs(place - last) < _FAR else -0.03

    best = max(candidates, key=lambda place: (alike(place) + nearness(place), -place))
    held = len(wanted & words[best]) / max(1, len(wanted))
    return best if alike(best) >= _ALIGNED or (held >= 0.8 and len(wanted) >= 4) else None


def words_of(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    return _WORD.findall(same_text(text))


def load_labels(path: Path, db: Database, *, but_not: frozenset[str] = frozenset()) -> list[Unit]:
    """Return the units of a file of stand-off labels, with their text from the database.

    Args:
        path: JSON lines: document, sha256, spans as (page, start, end), label, themes, B, P, n.
        db: holds the documents; labels of documents that are absent, or are another file, are left out.
        but_not: ids of documents whose labels are not wanted.

    Raises:
        ConcordError: a line is no label; the message names it.
    """
    hashes = {row["id"]: row for row in rows(db, "select id, sha256, kind_id from documents")}
    wanted: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            known, sha256 = hashes.get(row["document"]), row["sha256"]
        except (ValueError, KeyError, TypeError) as error:
            raise ConcordError(f"{path}, line {number}, is not a label: {error!r}.") from error
        if known and known["sha256"] == sha256 and row["document"] not in but_not:
            wanted[row["document"]].append(row)
    units: list[Unit] = []
    for document, listed in wanted.items():
        places = _places_of(db, document, hashes[document]["kind_id"])
        for row in listed:
            sentence = _sentence_on(places, row["spans"])
            if sentence is not None:
                units.append(_labelled(row, sentence))
    return units


def _labelled(row: dict[str, Any], sentence: Sentence) -> Unit:
    return Unit(
        id=f"{row['document']}:{sentence.passage_id}:{sentence.start}",
        document=row["document"],
        text=sentence.text,
        label=row["label"],
        themes=tuple(row["themes"]),
        bindingness=row["B"],
        precision=None if row["P"] is None else len(row["P"]),
        points=None if row["P"] is None else frozenset(POINTS_BY_LETTER[letter] for letter in row["P"]),
        count=row["n"],
        before=sentence.before,
        sentence=sentence,
        is_gold=False,
    )


def _places_of(db: Database, document: str, kind: str) -> dict[int, list[tuple[int, int, Sentence]]]:
    """Return by page the stretches of text that sentences take up."""
    places: dict[int, list[tuple[int, int, Sentence]]] = defaultdict(list)
    passages = dict(load_passages(db, document))
    printed = {
        row["number"]: row["text"]
        for row in rows(db, "select number, text from pages where document_id = ?", [document])
    }
    for sentence in sentences_of(db, document, kind):
        for page, start, end in spans_of(passages[sentence.passage_id], sentence.start, sentence.end, printed):
            places[page].append((start, end, sentence))
    return places


def _sentence_on(places: dict[int, list[tuple[int, int, Sentence]]], spans: Sequence[Sequence[int]]) -> Sentence | None:
    """Return the sentence that takes up most of the given stretches, when that is most of them."""
    shared: Counter[int] = Counter()
    found: dict[int, Sentence] = {}
    total = sum(end - start for _, start, end in spans)
    for page, start, end in spans:
        for other_start, other_end, sentence in places.get(page, ()):
            common = min(end, other_end) - max(start, other_start)
            if common > 0:
                shared[id(sentence)] += common
                found[id(sentence)] = sentence
    if not shared:
        return None
    best, common = shared.most_common(1)[0]
    return found[best] if common >= 0.6 * total else None


def spans_of(passage: Passage, start: int, end: int, printed: Mapping[int, str]) -> list[tuple[int, int, int]]:
    """Return (page, start, end) of the stretches of page text on which `passage.text[start:end]` is printed.

    Args:
        printed: the text of each page, by its number.
    """
    spans = []
    for segment in passage.segments:
        first, last = max(start, segment.start), min(end, segment.end)
        if first < last:
            places = origins(printed[segment.page][segment.page_start : segment.page_end])
            spans.append(
                (
                    segment.page,
                    segment.page_start + places[first - segment.start],
                    segment.page_start + places[last - 1 - segment.start] + 1,
                )
            )
    return spans


def question_of(unit: Unit) -> Question:
    """Return a unit as the model reads it: in the place where it stands in its document."""
    sentence = unit.sentence
    if sentence is None:
        return Question(
            unit.text, lead_in=unit.before if unit.before.rstrip().endswith(":") else "", before=unit.before
        )
    return Question(
        text=unit.text,
        role=sentence.role,
        heading_path=sentence.heading_path,
        lead_in=sentence.lead_in,
        before=unit.before or sentence.before,
        is_about_all=is_about_all(sentence.kind),
    )


def place_of(segments: Sequence[Segment], start: int, end: int) -> Place:
    """Return the stretches of pages on which a stretch of a passage is printed, by proportion within a line."""
    spans = []
    for one in segments:
        first, last = max(start, one.start) - one.start, min(end, one.end) - one.start
        if first < last:
            scale = (one.page_end - one.page_start) / (one.end - one.start)
            spans.append((one.page, one.page_start + round(first * scale), one.page_start + round(last * scale)))
    return tuple(spans)


def likeness(one: Place, other: Place) -> float:
    """Return the share of characters in common, of all that either place covers."""
    common = sum(
        max(0, min(end, other_end) - max(start, other_start))
        for page, start, end in one
        for other_page, other_start, other_end in other
        if page == other_page
    )
    covered = sum(end - start for place in (one, other) for _, start, end in place) - common
    return common / covered if covered else 0.0
