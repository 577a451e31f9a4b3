"""Say where on its pages a stretch of a passage stands: a rectangle for each line, so that it can be shown in place.

Reads a passage and the pages that it stands on; gives rectangles in reading order. Only a PDF, and
a picture that was read, has places; for all else there are none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from ..records import Line, Page, Passage, Rectangle
from .rows import origins

_SPACE = 0.25
"""Width of the space behind a word, in sizes of its line."""


def boxes_of(passage: Passage, start: int, end: int, pages: Mapping[int, Page]) -> list[Rectangle]:
    """Return the rectangles of `passage.text[start:end]`, one for each line, its words only.

    Args:
        passage: with its segments.
        start: of the stretch; half-open, as `end`.
        end: of the stretch.
        pages: those that it stands on, by their number; from another, nothing is given.
    """
    boxes: list[Rectangle] = []
    last: Line | None = None
    for page, line, first, final in _stretches(passage, start, end, pages):
        box = _box(page, line, first, final)
        if line is last and boxes[-1].page == page.number:  # a note number parts the line
            box = Rectangle(page.number, boxes[-1].left, box.bottom, box.right, box.top)
            boxes.pop()
        boxes.append(box)
        last = line
    return boxes


def _stretches(
    passage: Passage, start: int, end: int, pages: Mapping[int, Page]
) -> Iterator[tuple[Page, Line, int, int]]:
    """Yield (page, line, first, final): the places in the page's text of a stretch's first and final character."""
    for page, first, final in printed(passage, start, end, pages):
        if not page.lines:
            continue
        line = page.lines[max(0, bisect_right(page.lines, first, key=lambda one: one.start) - 1)]
        if line.box:
            yield page, line, first, final


def printed(passage: Passage, start: int, end: int, pages: Mapping[int, Page]) -> Iterator[tuple[Page, int, int]]:
    """Yield (page, first, final) of each stretch of a page that `passage.text[start:end]` was printed in.

    These are the places of its first and final character in the page's text; from pages that are not in `pages`, none.
    """
    for segment in passage.segments:
        a, b = max(start, segment.start) - segment.start, min(end, segment.end) - segment.start
        page = pages.get(segment.page)
        if page is None or not passage.text[segment.start + a : segment.start + b].strip():
            continue
        places = origins(page.text[segment.page_start : segment.page_end])
        yield page, segment.page_start + places[a], segment.page_start + places[b - 1]


def _box(page: Page, line: Line, first: int, final: int) -> Rectangle:
    """Return the rectangle of the words of a line from the one that holds `first` to the one that holds `final`."""
    assert line.box is not None
    left, bottom, right, top = line.box
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", page.text[line.start : line.end])]
    if len(words) == len(line.words):
        touched = [place for place, (a, b) in enumerate(words) if a <= final - line.start and b > first - line.start]
        edges = [*line.words, right + _SPACE * line.size]
        if touched:
            left, right = edges[touched[0]], edges[touched[-1] + 1] - _SPACE * line.size
    return Rectangle(page.number, left, bottom, round(right, 1), top)
