"""Find the page numbers that are printed on the pages of a file.

Reads and gives a `Reading`. A file's own labels win; else numbers at the edge of pages count when
they run along with the pages.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from ..records import Page, Reading

_EDGE_LINES = 3
_NUMBER = re.compile(r"(?<![\d.,/])(\d{1,4})(?![\d.,/]\d|\d)")
_OF_TOTAL = re.compile(r"(\d{1,4})\s*(?:/|of)\s*\d{1,4}\b", re.IGNORECASE)
_LONGEST_EDGE = 120
_LEAST_SHARE = 0.4


def with_labels(reading: Reading) -> Reading:
    """Return the reading with each page's printed number as its label, where one can be found."""
    if not reading.paged or any(page.label for page in reading.pages):
        return reading
    seen = {page.number: _edge_numbers(page) for page in reading.pages if page.status in ("text", "ocr")}
    shifts = Counter(number - page for page, numbers in seen.items() for number in numbers)
    if not shifts:
        return reading
    shift, votes = max(shifts.items(), key=lambda pair: (pair[1], -abs(pair[0])))
    if votes < max(3, _LEAST_SHARE * len(seen)):
        return reading
    return replace(
        reading,
        pages=tuple(
            replace(page, label=str(page.number + shift)) if page.number + shift > 0 else page for page in reading.pages
        ),
    )


def _edge_numbers(page: Page) -> set[int]:
    lines = [page.text[line.start : line.end].strip() for line in page.lines]
    edge = [line for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]) if len(line) <= _LONGEST_EDGE]
    found: set[int] = set()
    for line in edge:
        of_total = _OF_TOTAL.search(line)
        numbers = [of_total[1]] if of_total else _NUMBER.findall(line)
        if len(numbers) <= 2:
            found |= {int(number) for number in numbers}
    return found
