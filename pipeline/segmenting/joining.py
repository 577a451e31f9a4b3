"""Join rows into blocks: decide which line goes on, and resolve hyphens at line ends.

Reads rows of body text; gives blocks with their text and its segments on the pages. Where glyph
positions are known they decide; else the white space, the length of lines and the words do.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from ..records import Segment
from .rows import Row, fold

_ENDS_SENTENCE = re.compile(r"[.!?:;][\"'\u201d\u2019)\]]*\d{0,2}$")
_ENDS_OPEN = re.compile(
    r"(?:,|\b(?:and|or|of|the|to|in|for|by|with|a|an|on|at|as|from|that|which|its|our|their|is|are|will|be))$", re.I
)
_HYPHEN_END = re.compile(r"(\w+)[-\u2010\u00ad]$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PREFIXES = frozenset({"self", "non"})
_SHORT_WORDS = frozenset("in to of up on off co re e the box way".split())
"""Words and prefixes of compounds that are too short to be told by a list from the syllables of longer words."""
_LEAST_LISTED = 4
_ENDINGS = frozenset(
    "ment ments ness less ship ships able ible tion tions sion sions ally ates ated ance ence ings".split()
)
"""Endings that are in lists of words, and are no halves of a compound."""
_LEAST_SHOUTED = 8
"""Letters of a row in capitals that is no abbreviation."""
_FULL_LINE = 0.72
_LEADING_BREAK = 1.45
"""A gap between baselines this many times the usual one starts a paragraph."""


@dataclass(slots=True)
class Block:
    """Rows that belong to one paragraph, item, heading or cell, with its text once joined."""

    rows: list[Row] = field(default_factory=list)
    text: str = ""
    segments: tuple[Segment, ...] = ()

    @property
    def first(self) -> Row:
        """The row that it begins with."""
        return self.rows[0]

    @property
    def last(self) -> Row:
        """The row that it ends with."""
        return self.rows[-1]

    @property
    def marker(self) -> str:
        """The bullet or number before it, or ""."""
        return self.rows[0].marker


@dataclass(frozen=True)
class Measure:
    """What is usual in a document: how wide lines run on a page, and how far apart they stand."""

    widths: dict[int, float]
    is_double_spaced: bool
    leading: float
    size: float


def measure(rows: Sequence[Row]) -> Measure:
    """Return what is usual among `rows`."""
    lengths: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        lengths[row.page].append(_width(row))
    widths = {page: sorted(values)[int(0.85 * (len(values) - 1))] for page, values in lengths.items()}
    gaps = [row.blank for row in rows if row.edge != 1]
    baselines = [
        above.line.box[1] - below.line.box[1]
        for above, below in itertools.pairwise(rows)
        if above.line.box and below.line.box and above.page == below.page and above.line.group == below.line.group
    ]
    usual = [gap for gap in baselines if gap > 0]
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[row.line.size] += len(row.text)
    return Measure(
        widths=widths,
        is_double_spaced=bool(gaps) and sum(gap > 0 for gap in gaps) > 0.6 * len(gaps),
        leading=median(usual) if usual else 0.0,
        size=sizes.most_common(1)[0][0] if sizes else 0.0,
    )


def join(rows: Sequence[Row], listed: Container[str] = frozenset()) -> list[Block]:
    """Return the blocks of a document's body, in order, with text and segments.

    Args:
        rows: of the body.
        listed: the words of its language, lower case.
    """
    usual = measure(rows)
    words = vocabulary(rows)
    blocks: list[Block] = []
    counted: set[str] = set()
    for row in rows:
        if (
            row.marker
            and blocks
            and (_is_false_marker(row, blocks[-1]) or _interrupts(row, blocks[-1].last, usual, counted))
        ):
            row.marker, row.body = "", row.start
        counted.add(row.marker)
        if blocks and _goes_on(blocks[-1], row, usual):
            blocks[-1].rows.append(row)
        else:
            blocks.append(Block([row]))
    for block in blocks:
        block.text, block.segments = _text_of(block.rows, words, listed)
    return [block for block in blocks if _is_printed(block)]


def _is_printed(block: Block) -> bool:
    """Say whether a block has words, or is a cell; a row of stars or a lone dash is neither."""
    return bool(block.text) and (bool(block.first.line.role) or any(char.isalnum() for char in block.text))


def join_each(
    rows: Iterable[Row], starts: Callable[[Row], bool], words: set[str], listed: Container[str] = frozenset()
) -> list[Block]:
    """Return blocks that begin where `starts` says so: for notes and contents lists."""
    blocks: list[Block] = []
    for row in rows:
        if blocks and not starts(row):
            blocks[-1].rows.append(row)
        else:
            blocks.append(Block([row]))
    for block in blocks:
        block.text, block.segments = _text_of(block.rows, words, listed)
    return [block for block in blocks if block.text]


def _width(row: Row) -> float:
    """The right edge of a row: in points where known, else in characters with the indent."""
    return row.line.box[2] if row.line.box else row.indent + len(row.text)


def _is_false_marker(row: Row, block: Block) -> bool:
    """Say whether a dash or letter at the head of a line belongs to the sentence before it."""
    if row.line.role or row.blank or row.marker not in ("-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212"):
        return False
    before = block.last.text
    return row.words[:1].islower() and not _ENDS_SENTENCE.search(before) and before[-1:] != "," and not block.marker


def _interrupts(row: Row, last: Row, usual: Measure, counted: set[str]) -> bool:
    """Say whether a number or letter at the head of a line is a word of the sentence that the full line before it opens.

    So are the initial of a name and the end of "in 1970 to 78."; a marker counts on from one that was there.
    """
    match = re.fullmatch(r"(\d{1,3}|[A-Za-z]|[IVXivx]+)([.)])", row.marker)
    if not match or row.line.role or last.line.role or row.blank or row.page != last.page:
        return False
    if _ENDS_SENTENCE.search(last.text) or _width(last) < _FULL_LINE * usual.widths[last.page]:
        return False
    if match[1].isdigit():
        return int(match[1]) > 1 and f"{int(match[1]) - 1}{match[2]}" not in counted
    if len(match[1]) == 1 and f"{chr(ord(match[1]) - 1)}{match[2]}" in counted:
        return False
    numeral = "I" if match[1].isupper() else "i"
    return match[1].lower() not in ("a", "i") and f"{numeral}{match[2]}" not in counted


def _goes_on(block: Block, row: Row, usual: Measure) -> bool:
    """Say whether `row` continues the block."""
    last = block.last
    if row.line.role or last.line.role:
        return _same_cell(last, row)
    if _is_lone_marker(block):
        return not row.marker or row.marker[-1:].isalnum()
    if row.marker:
        if not _is_hanging_number(row, last):
            return False
        row.start = row.body
    if last.line.box and row.line.box:
        return _goes_on_by_layout(block, row, usual)
    return _goes_on_by_white_space(block, row, usual)


def _same_cell(last: Row, row: Row) -> bool:
    """Rows of one table cell go on; any other row with a role is a block of its own."""
    same = (last.line.role, last.line.group, last.line.column) == (row.line.role, row.line.group, row.line.column)
    if row.cell:
        return row.cell == last.cell
    return row.line.role in ("cell", "column") and same and row.line.box is not None


def _is_lone_marker(block: Block) -> bool:
    return len(block.rows) == 1 and bool(block.marker) and not block.first.words


def _is_hanging_number(row: Row, last: Row) -> bool:
    """Say whether a paragraph's number was read behind its first line: "Information and / 2.1. technologies"."""
    return "." in row.marker.strip(".") and row.words[:1].islower() and not _ENDS_SENTENCE.search(last.text)


def _goes_on_by_layout(block: Block, row: Row, usual: Measure) -> bool:
    last = block.last
    assert last.line.box is not None
    assert row.line.box is not None
    if abs(row.line.size - last.line.size) > 0.08 * max(row.line.size, last.line.size):
        return False
    if row.line.bold != last.line.bold and (len(block.rows) > 1 or block.first.line.bold):
        return False
    if last.page != row.page or last.line.group != row.line.group:
        return _goes_on_elsewhere(block, row)
    gap = last.line.box[1] - row.line.box[1]
    if gap > _LEADING_BREAK * max(usual.leading, 1.05 * row.line.size) or gap < -row.line.size:
        return False
    left = min(other.line.box[0] for other in block.rows[1:] or block.rows if other.line.box)
    is_indented = row.line.box[0] > left + 0.8 * row.line.size
    if len(block.rows) > 1 and is_indented and _ENDS_SENTENCE.search(last.text):
        return False
    is_short = last.line.box[2] < 0.93 * usual.widths[last.page] and last.line.box[2] < row.line.box[2] - row.line.size
    starts_sentence = row.text[:1].isupper() or row.text[:1] in "\u201c\"'("
    return not (is_short and starts_sentence and _ENDS_SENTENCE.search(last.text))


def _goes_on_elsewhere(block: Block, row: Row) -> bool:
    """Say whether a block goes on over a page or column break: its sentence is not at an end."""
    last = block.last
    if _ENDS_SENTENCE.search(last.text) or _is_heading_like(block) or _is_shouted(row, last):
        return False
    if row.text[:1].islower() or _HYPHEN_END.search(last.text) or _ENDS_OPEN.search(last.text):
        return True
    return len(block.rows) > 1 and not block.marker and not row.line.bold


def _is_shouted(row: Row, last: Row) -> bool:
    """Say whether a row is a title in capitals, and the one before it is none."""
    letters = sum(map(str.isalpha, row.text))
    return row.text.isupper() and letters >= _LEAST_SHOUTED and not last.text.isupper()


def _goes_on_by_white_space(block: Block, row: Row, usual: Measure) -> bool:
    last = block.last
    if last.page != row.page:
        return _goes_on_elsewhere(block, row)
    is_open = not _ENDS_SENTENCE.search(last.text)
    width = usual.widths[last.page]
    is_full = _width(last) >= _FULL_LINE * width
    starts_lower = row.text[:1].islower() or row.text[:1].isdigit() or row.text[:1] == "&"
    if row.blank and not (usual.is_double_spaced and row.blank == 1):
        return is_open and (
            row.text[:1].islower() or bool(_HYPHEN_END.search(last.text) or _ENDS_OPEN.search(last.text))
        )
    if row.blank:
        return (is_open and (starts_lower or (is_full and not _is_heading_like(block)))) or (
            not is_open and is_full and starts_lower
        )
    if not is_open:
        return is_full or starts_lower
    return starts_lower or is_full or not _is_heading_like(block)


def _is_heading_like(block: Block) -> bool:
    """Say whether a block of few rows could be a title: short, without a stop, capitals at its head."""
    text = " ".join(row.text for row in block.rows)
    if len(text) > 120 or len(block.rows) > 3 or (not text[:1].isupper() and not text[:1].isdigit()):
        return False
    if text.isupper() or re.match(r"\d+(\.\d+)*\.?\s", text):
        return True
    words = re.findall(r"[^\W\d_]{4,}", text)
    return bool(words) and (sum(word[0].isupper() for word in words) >= 0.5 * len(words) or len(text) < 60)


def vocabulary(rows: Sequence[Row]) -> set[str]:
    """Return the words of a document, lower case, those at line ends left out: they may be halves."""
    words: set[str] = set()
    for row in rows:
        found = _WORD.findall(row.text)
        words.update(word.lower() for word in (found[1:-1] if len(found) > 2 else found[:-1]))
    return words


def _text_of(rows: Sequence[Row], words: set[str], listed: Container[str]) -> tuple[str, tuple[Segment, ...]]:
    """Return the joined text of `rows` behind the first one's marker, and where it was printed."""
    text = ""
    segments: list[Segment] = []
    for place, row in enumerate(rows):
        for nth, (start, end) in enumerate(_stretches(row, row.body if place == 0 else row.start)):
            printed = row.printed[start - row.line.start : end - row.line.start]
            piece = fold(printed)
            if not piece:
                continue
            if text:
                same_row = nth > 0
                text = _opened(text, segments, piece, (words, listed), rows[place - 1], same_row, printed)
            while not fold(printed[-1]):  # so that a hyphen at the end is the segment's last character
                printed = printed[:-1]
            segments.append(Segment(len(text), len(text) + len(piece), row.page, start, start + len(printed)))
            text += piece
    return text, tuple(segments)


def _stretches(row: Row, start: int) -> list[tuple[int, int]]:
    """Return the stretches of a row from `start` on, without its raised note marks."""
    edges = [start]
    for mark_start, mark_end in row.line.marks:
        if start < mark_start < row.end:
            edges += [mark_start, mark_end]
    edges.append(row.end)
    return list(zip(edges[::2], edges[1::2], strict=True))


def _opened(
    text: str,
    segments: list[Segment],
    piece: str,
    words: tuple[set[str], Container[str]],
    before: Row,
    same_row: bool,
    printed: str,
) -> str:
    """Return `text` ready to take `piece`: with a space, a hyphen, or neither, behind it."""
    if same_row:
        return text + (" " if printed[:1].isspace() else "")
    if before.printed.rstrip().endswith("\u00ad"):
        return text + (" " if text[-1:].isdigit() else "")
    match = _HYPHEN_END.search(text)
    if match is None:
        return text + " "
    following = re.match(r"[^\W_]+", piece)
    if following is None or keeps_hyphen(match[1], following[0], *words):
        return text + ("" if following else " ")
    last = segments[-1]
    segments[-1] = Segment(last.start, last.end - 1, last.page, last.page_start, last.page_end - 1)
    return text[:-1]


def keeps_hyphen(left: str, right: str, words: set[str], listed: Container[str] = frozenset()) -> bool:
    """Say whether a hyphen at a line end is part of the word: "cyber-attack", not "terri-tories".

    Args:
        left, right: the letters before and after the hyphen.
        words: the words of the document, lower case: it is the first judge.
        listed: the words of its language, lower case: the second, where the document has none of them.
    """
    if not right[:1].islower() or left[-1:].isdigit():
        return True
    left, right = left.lower(), right.lower()
    if left + right in words:
        return False
    if f"{left}-{right}" in words:
        return True
    if left + right in listed:
        return False
    if left in _PREFIXES or (len(left) > 2 and left in words and right in words):
        return True
    return all(
        half in _SHORT_WORDS or (len(half) >= _LEAST_LISTED and half in listed and half not in _ENDINGS)
        for half in (left, right)
    ) and (left in listed or right in listed)
