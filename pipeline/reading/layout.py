"""Turn the glyphs of one page into lines in reading order.

Reads glyphs in the order of the content stream, with their boxes; gives lines, with columns read
one after the other and table cells kept apart. Coordinates are points from the lower left corner.

Columns are found by their gutter: an upright strip that many rows leave free although they have
text on both sides. Rows that cross the strip (a title, a running head) split the page into bands;
inside a band the left column is read before the right one. This is a variant of the white-space
method of Breuel, "Two geometric algorithms for layout analysis" (2002), made for pages of text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character with its box, the height of its baseline and its size; white space included."""

    char: str
    left: float
    bottom: float
    right: float
    top: float
    base: float
    size: float
    bold: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a ruled table: where it is, in which row, and the name of its column."""

    box: Box
    row: int
    column: str = ""
    is_head: bool = False


@dataclass(frozen=True)
class LaidLine:
    """A line of text as laid out. `marks` are (start, end) of raised note numbers in `text`.

    `words` are the left edges of the words of `text`, parted by white space.
    """

    text: str
    box: Box
    size: float
    bold: bool
    block: int
    marks: tuple[tuple[int, int], ...] = ()
    cell: Cell | None = None
    words: tuple[float, ...] = ()


@dataclass(slots=True)
class _Run:
    """Glyphs that stand side by side on one baseline."""

    glyphs: list[Glyph] = field(default_factory=list)
    chars: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    @property
    def left(self) -> float:
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        return max(glyph.right for glyph in self.glyphs[-3:])

    @property
    def base(self) -> float:
        return self.glyphs[0].base

    @property
    def size(self) -> float:
        return max(glyph.size for glyph in self.glyphs[:4])

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.base + 0.3 * self.size


_JOIN_BACK, _JOIN_AHEAD = -0.6, 1.1
"""A glyph continues a run when its gap to it, in sizes of the run, lies between these."""
_SAME_BASE = 0.35
_RAISED = 0.18
_SMALLER = 0.82
_GUTTER = 0.75
"""Least width of a gutter, in sizes of the page's text."""
_ROWS_FOR_COLUMNS = 5
_NARROWEST = 0.22
"""Least share of the text's width that a column takes: a narrower strip holds bullets or numbers."""


def lines_of(glyphs: Iterable[Glyph], cells: Sequence[Cell] = ()) -> list[LaidLine]:
    """Return the lines of a page in reading order."""
    runs = _runs(glyphs)
    if not runs:
        return []
    in_cell = {id(run): cell for run in runs if (cell := _cell_of(run, cells))}
    flowing = [run for run in runs if id(run) not in in_cell]
    blocks = _columns(flowing) if flowing else []
    lines: list[LaidLine] = []
    for block in blocks:
        number = lines[-1].block + 1 if lines else 0
        lines += [_line(row, number) for row in _rows(block)]
    return _with_cells(lines, runs, in_cell, cells)


def _runs(glyphs: Iterable[Glyph]) -> list[_Run]:
    runs: list[_Run] = []
    run = _Run()
    space = False
    for glyph in glyphs:
        if glyph.char in "\r\n":
            run, space = _closed(runs, run), False
        elif glyph.char.isspace():
            space = bool(run.glyphs)
        elif run.glyphs and not _continues(run, glyph):
            run, space = _closed(runs, run), False
            _append(run, glyph, space=False)
        else:
            _append(run, glyph, space=space)
            space = False
    _closed(runs, run)
    return runs


def _closed(runs: list[_Run], run: _Run) -> _Run:
    if run.glyphs:
        runs.append(run)
    return _Run()


def _append(run: _Run, glyph: Glyph, *, space: bool) -> None:
    if space:
        run.chars.append(" ")
    is_raised = (
        bool(run.glyphs)
        and glyph.char.isdigit()
        and glyph.size < _SMALLER * run.size
        and glyph.base > run.base + _RAISED * run.size
    )
    if is_raised:
        run.marks.append(len(run.chars))
    run.chars.append(glyph.char)
    run.glyphs.append(glyph)


def _continues(run: _Run, glyph: Glyph) -> bool:
    size = max(run.size, glyph.size, 1.0)
    gap = (glyph.left - run.glyphs[-1].right) / size
    rise = (glyph.base - run.base) / size
    last = run.glyphs[-1]
    if (glyph.left, glyph.right, glyph.base) == (last.left, last.right, last.base) and glyph.char != last.char:
        return True  # a ligature of two letters, such as that of "Th", gives its box to each
    is_note_mark = glyph.char.isdigit() and glyph.size < _SMALLER * run.size and 0 < rise < 0.7
    return (abs(rise) <= _SAME_BASE or is_note_mark) and _JOIN_BACK <= gap <= _JOIN_AHEAD


def _cell_of(run: _Run, cells: Sequence[Cell]) -> Cell | None:
    x, y = run.centre
    for cell in cells:
        left, bottom, right, top = cell.box
        if left <= x <= right and bottom <= y <= top:
            return cell
    return None


def _rows(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Group runs by baseline, from the top; inside a row from the left."""
    rows: list[list[_Run]] = []
    for run in sorted(runs, key=lambda run: -run.base):
        if rows and abs(rows[-1][0].base - run.base) <= _SAME_BASE * max(run.size, rows[-1][0].size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.left) for row in rows]


def _columns(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Return blocks of runs in reading order: the page itself, or its bands and their columns."""
    rows = _rows(runs)
    gutter = _gutter(rows)
    if gutter is None:
        return [list(runs)]
    middle = sum(gutter) / 2
    blocks: list[list[_Run]] = []
    band: list[list[_Run]] = []

    def close_band() -> None:
        for side in (
            [run for row in band for run in row if run.right <= middle],
            [run for row in band for run in row if run.left >= middle],
        ):
            if side:
                blocks.extend(_columns(side))
        band.clear()

    for row in rows:
        if any(run.left < gutter[1] and run.right > gutter[0] for run in row):
            close_band()
            blocks.append(list(row))
        else:
            band.append(row)
    close_band()
    return _merged(blocks)


def _merged(blocks: list[list[_Run]]) -> list[list[_Run]]:
    """Join neighbouring blocks that are full-width rows, so that a page without columns is one block."""
    merged: list[list[_Run]] = []
    for block in blocks:
        if merged and len(_rows(block)) == 1 and len(_rows(merged[-1])) == 1:
            merged[-1].extend(block)
        else:
            merged.append(list(block))
    return merged


def _gutter(rows: Sequence[Sequence[_Run]]) -> tuple[float, float] | None:
    """Return the upright strip that parts the runs into two columns side by side, or None.

    A run across the strip (a title, a running head) is allowed when the columns have many more.
    """
    runs = [run for row in rows for run in row]
    if len(runs) < 2 * _ROWS_FOR_COLUMNS:
        return None
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    margin = _NARROWEST * (right - left)
    least = _GUTTER * median(run.size for run in runs)
    edges = sorted({run.right for run in runs if left + margin <= run.right <= right - margin})
    best: tuple[float, float] | None = None
    fewest = float("inf")
    for edge in edges:
        beyond = [run.left for run in runs if run.left >= edge]
        strip = edge, min(beyond, default=right)
        if strip[1] - strip[0] < least or strip[1] > right - margin:
            continue
        crossing = sum(run.left < strip[1] and run.right > edge for run in runs)
        if crossing < fewest and _stand_beside(runs, strip, crossing):
            best, fewest = strip, crossing
    return best


def _stand_beside(runs: Sequence[_Run], strip: tuple[float, float], crossing: int) -> bool:
    """Say whether enough runs stand on both sides of a strip, at the same heights."""
    before = [run.base for run in runs if run.right <= strip[0]]
    behind = [run.base for run in runs if run.left >= strip[1]]
    if min(len(before), len(behind)) < max(_ROWS_FOR_COLUMNS, 1.5 * crossing):
        return False
    top, foot = min(max(before), max(behind)), max(min(before), min(behind))
    beside = min(sum(foot <= base <= top for base in before), sum(foot <= base <= top for base in behind))
    return beside >= _ROWS_FOR_COLUMNS


def _line(row: Sequence[_Run], block: int, cell: Cell | None = None) -> LaidLine:
    text = ""
    marks: list[tuple[int, int]] = []
    words: list[float] = []
    for run in row:
        if text:
            text += " "
        marks += [(len(text) + place, len(text) + place + 1) for place in run.marks]
        words += _word_edges(run)
        text += "".join(run.chars)
    glyphs = [glyph for run in row for glyph in run.glyphs]
    box = (
        min(glyph.left for glyph in glyphs),
        min(glyph.bottom for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        max(glyph.top for glyph in glyphs),
    )
    return LaidLine(
        text,
        tuple(round(value, 1) for value in box),  # type: ignore[arg-type]  # four in, four out
        round(median(glyph.size for glyph in glyphs), 1),
        sum(glyph.bold for glyph in glyphs) > 0.8 * len(glyphs),
        block,
        _joined(marks),
        cell,
        tuple(words),
    )


def _word_edges(run: _Run) -> Iterator[float]:
    """Yield the left edges of the words of a run."""
    glyphs = iter(run.glyphs)
    before = " "
    for char in run.chars:
        if char != " ":
            glyph = next(glyphs)
            if before == " ":
                yield round(glyph.left, 1)
        before = char


def _joined(marks: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _with_cells(
    lines: list[LaidLine], runs: Sequence[_Run], in_cell: dict[int, Cell], cells: Sequence[Cell]
) -> list[LaidLine]:
    """Put the lines of table cells where their table stands among the other lines."""
    if not in_cell:
        return lines
    block = lines[-1].block + 1 if lines else 0
    tabled: list[LaidLine] = []
    for cell in cells:
        mine = [run for run in runs if in_cell.get(id(run)) is cell]
        tabled += [_line(row, block, cell) for row in _rows(mine)]
    top = max(line.box[3] for line in tabled)
    place = next((index for index, line in enumerate(lines) if line.box[3] < top), len(lines))
    return [*lines[:place], *tabled, *lines[place:]]
