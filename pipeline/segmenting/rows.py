"""Rows: the lines of all pages of a document as one stream, with folded text.

Reads pages; gives rows. `fold()` is the one normalisation of printed text; whoever holds a segment
can apply it to the page and must get the passage's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..records import Line, Page

_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_TABLE = str.maketrans(_LIGATURES) | _INVISIBLE
_SPACE = re.compile(r"\s+")
_TORN = re.compile("(?<![Ww]i\ufb01)(?<![Ww]i-\ufb01)(?<=[\ufb01-\ufb04]) (?=[a-z])")
"""The blank that some software leaves behind a ligature: of English words only "Wi-Fi" ends with one of these."""

BULLETS = "\u2022\u25cf\u25aa\u25a0\u25a1\u25e6\u2023\u2219\u00b7*\u25ba\u25b6\u27a2\u27a4\u2713\u2714\u2756\u25c6\u25c7\u203a\u00bb\u2605\u25cb\u2043\u2010\u2011\u2013\u2014\u2212-"
_BULLET = re.compile(
    rf"(?:[{re.escape(BULLETS)}\uf000-\uf8ff\x01-\x1f]|o(?=\s)|\u00a7(?=\s))(?=\s|$|[A-Z\u00c0-\u00de])\s*"
)
_NUMBER = re.compile(
    r"(?:"
    r"\d{1,3}(?:\.\d{1,3}){1,5}\.?(?=\s|$)"  # 3.12. or 5.2.1
    r"|\d{1,3}[.)](?=\s|$|[A-Z])"  # 7) or 7.
    r"|\(\d{1,3}\)(?=\s|$|[A-Z])"  # (7)
    r"|\(?[a-z]\)(?=\s|$|[A-Z])"  # a) or (a)
    r"|[A-Z][.)](?=\s)"  # A. or A)
    r"|\(?[ivx]{1,5}[.)](?=\s|$)"  # ii. or (ii)
    r"|[IVX]{1,5}[.)](?=\s|$)"  # IV.
    r")\s*"
)

_LETTER = re.compile(r"([a-z])\.\s+(?=\S)")
_FURTHEST = 40
"""Rows behind an item in which the next one of its list is looked for."""
_BARE_NUMBER = re.compile(r"(\d{1,2})\s+(?=[A-Z\u00c0-\u00de\u201c\u2018(])")


@dataclass(slots=True)
class Row:
    """A line of a page on its way into a passage.

    `start:end` is the stretch of the page's text without outer white space; `text` is that stretch
    folded; `printed` is the whole line, unfolded; `marker` is the bullet or number at its head, "" when there is none, and `body` where
    the words behind it begin in the page's text. `blank` counts the empty lines before it.
    """

    page: int
    start: int
    end: int
    text: str
    printed: str
    line: Line
    blank: int
    indent: int
    marker: str = ""
    body: int = 0
    edge: int = 0
    """Place among the printed lines of the page: 1, 2, ... from the top, -1, -2, ... from the foot."""
    cell: int = 0
    """Number of the cell of a plain text's table that the row is a line of; 0 for none."""

    @property
    def words(self) -> str:
        """The text behind the marker."""
        return self.text[len(self.marker) :].strip() if self.marker else self.text


def fold(text: str) -> str:
    """Return printed text with its white space folded, ligatures spelt out and invisible characters gone."""
    return _SPACE.sub(" ", _TORN.sub("", text).translate(_TABLE)).strip()


def origins(printed: str) -> list[int]:
    """Return for each character of `fold(printed)` the place in `printed` that it comes from."""
    places: list[int] = []
    gap: int | None = None
    torn = {match.start() for match in _TORN.finditer(printed)}
    for place, char in enumerate(printed):
        if place in torn:
            continue
        if char.isspace():
            gap = place if gap is None else gap
            continue
        spelt = char.translate(_TABLE)
        if spelt:
            if gap is not None and places:
                places.append(gap)
            gap = None
            places += [place] * len(spelt)
    return places


def rows_of(pages: Iterable[Page]) -> list[Row]:
    """Return the lines of `pages` as rows, empty ones counted and left out."""
    rows: list[Row] = []
    for page in pages:
        here = [row for line in page.lines if (row := _row(page, line)) is not None]
        previous = 0
        for place, row in enumerate(here):
            between = page.text[previous : row.line.start]
            row.blank = max(0, between.count("\n") - (1 if place else 0))
            previous = row.line.end
        number_edges(here)
        rows += here
    return rows


def number_edges(rows: Sequence[Row]) -> None:
    """Number the rows of a page from its top and foot: by height where it is known, else in order."""
    if all(row.line.box for row in rows):
        heights = sorted({round(row.line.box[1]) for row in rows if row.line.box}, reverse=True)
        places = [heights.index(round(row.line.box[1])) for row in rows if row.line.box]
        count = len(heights)
    else:
        places, count = list(range(len(rows))), len(rows)
    for row, place in zip(rows, places, strict=True):
        row.edge = place + 1 if place < count / 2 else place - count


def accept_bare_numbers(rows: Sequence[Row]) -> None:
    """Make the numbers without a stop that count on from row to row markers: "1 Purpose", "2 Scope".

    One such number proves nothing, because a line of prose can begin with one; a count does.
    """
    bare = [(row, match) for row in rows if (match := _BARE_NUMBER.match(row.printed, row.start - row.line.start))]
    counts: list[int] = []
    for place, (row, match) in enumerate(bare):
        number = int(match[1])
        if row.marker or row.line.role:
            continue
        if number - 1 in counts:
            del counts[counts.index(number - 1) :]
        elif number != 1 or not any(int(other[1]) == 2 for _, other in bare[place + 1 : place + 30]):
            continue
        counts.append(number)
        row.marker, row.body = match[1], row.line.start + match.end()


def accept_letters(rows: Sequence[Row]) -> None:
    """Make the letters with a stop that count on from row to row markers: "a. Inventory", "b. Geography".

    One such letter proves nothing, because a line of prose can begin with the end of "e. g."; a count does.
    """
    found = [
        (place, row, match)
        for place, row in enumerate(rows)
        if not row.line.role and (match := _LETTER.match(row.printed, row.start - row.line.start))
    ]
    expected, last = "", -_FURTHEST
    for nth, (place, row, match) in enumerate(found):
        letter = match[1]
        is_next = letter == expected and place - last <= _FURTHEST
        begins = letter == "a" and any(
            other[1] == "b" and later - place <= _FURTHEST for later, _, other in found[nth + 1 : nth + 4]
        )
        if not (is_next or begins):
            continue
        expected, last = chr(ord(letter) + 1), place
        row.marker, row.body = f"{letter}.", row.line.start + match.end()


def _row(page: Page, line: Line) -> Row | None:
    printed = page.text[line.start : line.end]
    text = fold(printed)
    if not text:
        return None
    indent = len(printed.expandtabs(8)) - len(printed.expandtabs(8).lstrip())
    start = line.start + len(printed) - len(printed.lstrip())
    row = Row(page.number, start, line.start + len(printed.rstrip()), text, printed, line, 0, indent)
    row.body = row.start
    if line.role in ("", "list_item", "paragraph", "cell"):
        printed = page.text[row.start : row.end]
        match = _BULLET.match(printed) or _NUMBER.match(printed)
        if match and not _is_a_number_in_prose(printed, match[0]):
            row.marker = fold(match[0])
            row.body = row.start + match.end()
    return row


def _is_a_number_in_prose(printed: str, marker: str) -> bool:
    """Say whether a seeming marker is a decimal: "1.5 million"."""
    rest = printed[len(marker) :].strip()
    is_decimal = re.fullmatch(r"\d+\.\d+", marker.strip())
    return bool(is_decimal and re.match(r"(?:%|million|billion|trillion|per cent|percent)\b", rest))
