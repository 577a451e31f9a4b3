"""Break lines and fill pages: the part of a typesetter that the PDF writer needs.

A block becomes boxes (a line, a gap, a table row); boxes are poured into columns; a line that calls
a footnote needs room for the note at the foot of the same page. The pages that a block falls on are
known because this module put it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pyphen
from reportlab.pdfbase.pdfmetrics import stringWidth

_HYPHENS = pyphen.Pyphen(lang="en_GB", left=3, right=3)
_MARKED = re.compile(r"\^(\d+)")
_WORD = re.compile(r"^(\W*)([A-Za-zé]{6,})(.*)$")


@dataclass(frozen=True)
class Face:
    """A font at a size, with the distance from one line to the next."""

    font: str
    size: float
    leading: float

    def width(self, text: str) -> float:
        """How wide a text is, footnote marks included."""
        plain = _MARKED.sub("", text)
        marks = "".join(_MARKED.findall(text))
        raised = stringWidth(marks, self.font, self.size * 0.6)
        return stringWidth(plain, self.font, self.size) + raised


@dataclass(frozen=True)
class Line:
    """One line of words; ``stretch`` is the space to add between words to fill the measure."""

    words: tuple[str, ...]
    stretch: float = 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """The footnotes called in this line."""
        return tuple(_MARKED.findall(" ".join(self.words)))


@dataclass(frozen=True)
class Box:
    """A piece of a page that is never split."""

    height: float
    draw: Callable[..., None] | None = None
    block: int | None = None
    space: float = 0.0
    keep_next: bool = False
    notes: tuple[str, ...] = ()
    page_break: bool = False
    repeat: Box | None = None


@dataclass
class Page:
    """What stands on one page: boxes with their places, and notes at the foot."""

    number: int
    placed: list[tuple[Box, float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """The printed area of a page: columns of one width between a top and a bottom."""

    top: float
    bottom: float
    lefts: tuple[float, ...]
    width: float


def break_lines(text: str, face: Face, measure: float, *, justify: bool, hyphenate: bool) -> list[Line]:
    """Fill lines word by word, dividing a word at a line end where that is allowed."""
    lines: list[Line] = []
    current: list[str] = []
    for word in text.split():
        if face.width(" ".join([*current, word])) <= measure:
            current.append(word)
            continue
        head, tail = "", word
        if hyphenate and current:
            head, tail = _divide(word, face, measure - face.width(" ".join(current) + " "))
        lines.append(_line([*current, head] if head else current, face, measure, justify))
        current = [tail]
    lines.append(_line(current, face, measure, False))
    return lines


def _line(words: list[str], face: Face, measure: float, justify: bool) -> Line:
    gaps = len(words) - 1
    slack = measure - face.width(" ".join(words))
    stretch = slack / gaps if justify and gaps and slack > 0 else 0.0
    return Line(tuple(words), stretch)


def _divide(word: str, face: Face, room: float) -> tuple[str, str]:
    """The longest head of a word that fits with its hyphen, and the rest."""
    compound, hyphen, rest = word.partition("-")
    if hyphen and rest and compound.isalpha() and face.width(compound + "-") <= room:
        return compound + "-", rest  # the printed hyphen belongs to the word
    match = _WORD.match(word)
    if not match:
        return "", word
    before, stem, after = match.groups()
    for position in reversed(_HYPHENS.positions(stem)):
        head = before + stem[:position] + "-"
        if face.width(head) <= room:
            return head, stem[position:] + after
    return "", word


def pour(boxes: list[Box], frame: Frame, note_height: Callable[[list[str]], float]) -> list[Page]:
    """Pour boxes into pages; a box and the notes that it calls always share a page."""
    pages = [Page(1)]
    column, y = 0, frame.top
    for index, box in enumerate(boxes):
        page = pages[-1]
        fresh = y == frame.top
        if box.page_break:
            if page.placed:
                pages.append(Page(page.number + 1))
            column, y = 0, frame.top
            continue
        need, notes = _needed(boxes, index, fresh)
        floor = frame.bottom + note_height([*page.notes, *notes])
        if y - need < floor and not fresh:
            column += 1
            if column == len(frame.lefts):
                pages.append(Page(page.number + 1))
                page, column = pages[-1], 0
            y = frame.top
            if box.repeat:
                page.placed.append((box.repeat, frame.lefts[column], y))
                y -= box.repeat.height
        elif not fresh:
            y -= box.space
        page.placed.append((box, frame.lefts[column], y))
        page.notes.extend(box.notes)
        y -= box.height
    return pages


def _needed(boxes: list[Box], index: int, fresh: bool) -> tuple[float, list[str]]:
    """The height and notes of a box together with those it must not be parted from."""
    need = boxes[index].height + (0 if fresh else boxes[index].space)
    notes = list(boxes[index].notes)
    while boxes[index].keep_next and index + 1 < len(boxes):
        index += 1
        need += boxes[index].height + boxes[index].space
        notes.extend(boxes[index].notes)
    return need, notes


def pages_of(pages: list[Page], blocks: int) -> list[tuple[int, int] | None]:
    """First and last page of each block, read off from where its boxes stand."""
    found: list[tuple[int, int] | None] = [None] * blocks
    for page in pages:
        for box, _, _ in page.placed:
            if box.block is not None:
                first = found[box.block][0] if found[box.block] else page.number
                found[box.block] = (first, page.number)
    return found
