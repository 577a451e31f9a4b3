"""Find action tables in plain text: cells that stand side by side, or one after the other.

Reads rows of body text; gives them with the cells of tables told apart: each knows its row, and the
name of its column. A table is taken where its head names its columns and nothing about a row is in
doubt; all else stays as it was, and the pages on which such a table seems to begin are given too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .rows import Row, fold

_ACTION = (
    r"actions?|sub-?actions?|action items?|activit(?:y|ies)|measures?|tasks?|initiatives?|projects?|programmes?"
    r"|deliverables?|steps?|description|commitments?|recommendations?|milestones?|outputs?"
)
_OWNER = (
    r"(?:lead|responsible|implementing|supporting|coordinating|main)?\s?"
    r"(?:owners?|agenc(?:y|ies)|authorit(?:y|ies)|bod(?:y|ies)|institutions?|organi[sz]ations?|part(?:y|ies)|ministr(?:y|ies)|partners?)"
    r"(?:\s(?:responsible|in charge))?|responsib(?:le|ility|ilities)|lead|leads|actors?|stakeholders?"
)
_DATE = (
    r"(?:target\s|due\s|completion\s|start\s|end\s)?dates?|deadlines?|due|periods?|time\s?lines?|time\s?frames?|time\s?scales?"
    r"|when|completion|schedule|years?|duration|implementation (?:period|date)|term"
)
_OTHER = (
    r"no\.?|nr\.?|#|goals?|objectives?|aims?|(?:key )?(?:performance )?indicators?|kpis?|budget|(?:estimated )?costs?|funding"
    r"|resources?|sources? of funding|status|notes?|remarks?|comments?|priorit(?:y|ies)|level of importance|outcomes?|results?"
    r"|pillars?|areas?|means of verification|references?"
)
_IS_ACTION, _IS_OWNER, _IS_DATE = (re.compile(names, re.IGNORECASE) for names in (_ACTION, _OWNER, _DATE))
_IS_NAME = re.compile(rf"(?:{_ACTION}|{_OWNER}|{_DATE}|{_OTHER})(?:\s?\([^)]{{1,20}}\))?:?", re.IGNORECASE)
_IS_COUNT = re.compile(r"(?:no|nr)\.?|#", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = rf"(?:(?:\d{{1,2}}\.?\s)?{_MONTH}\s|\d{{1,2}}\.\s?\d{{1,2}}\.\s?|(?:Q[1-4]|I{{1,3}}V?\.?)[\s/]\s?)?(?:19|20)\d\d"
WHEN = re.compile(
    rf"(?:(?:by|until|from|since|end(?: of)?|early|mid|late)[\s-])*{_DAY}(?:\s?[-\u2013\u2014/]\s?(?:{_DAY}|\d\d))?"
    rf"|{_MONTH}\s?[-\u2013\u2014]\s?{_MONTH}\s(?:19|20)\d\d"
    r"|[<>\u2264]?\s?\d{1,2}(?:\s?[-\u2013]\s?\d{1,2})?\s(?:days|weeks|months|years?)"
    r"|on-?going|continu(?:ous|al)(?:ly)?|permanent(?:ly)?|completed|done|annual(?:ly)?|(?:short|medium|long)[\s-]?term",
    re.IGNORECASE,
)
_GAP = re.compile(r"\s{2,}")
_HEADS_DATES = re.compile(
    r"(?:(?:target|due|completion|start|end)\s)?dates?|deadlines?|time\s?(?:lines?|frames?|scales?)", re.IGNORECASE
)
"""Names of columns of dates that stand alone in no running text; "Term" and "Due" do, as ends of torn lines."""
_NEAR = 12
"""Lines between the names of two columns of one table, at most, where each name stands on lines of its own."""
_LEAST_COLUMNS = 3
_WIDE = 34
"""Letters of a line that no narrow column holds, such as that of an owner or a date."""
_LONG = 45
_SHORT = 70
"""Letters of a cell that names an owner or a cost, at most."""
_ENDS = re.compile(r"[.!?:;]$")


def with_tables(rows: Sequence[Row]) -> tuple[list[Row], list[int]]:
    """Return the rows of a document, those of tables as cells in the order of their columns, and the pages in doubt.

    On a page in doubt a table seems to begin whose rows cannot be told.
    """
    found: list[Row] = []
    doubted: list[int] = []
    tables = _Tables()
    for number, of_page in itertools.groupby(rows, key=lambda row: row.page):
        page = list(of_page)
        new = tables.of_page(page)
        if new == page and _has_head(page):
            doubted.append(number)
        found += new
    return found, doubted


def _has_head(page: Sequence[Row]) -> bool:
    """Say whether the name of a column of dates and that of another stand on a page of plain text, each as a cell."""
    if any(row.line.role or row.line.box for row in page):
        return False
    names = [
        (place, name)
        for place, row in enumerate(page)
        for cell in _GAP.split(row.printed.strip())
        if (name := fold(cell))[:1].isupper() and _IS_NAME.fullmatch(name)
    ]
    return any(
        _HEADS_DATES.fullmatch(name) and any(abs(place - at) <= _NEAR and name != other for at, other in names)
        for place, name in names
    )


@dataclass(frozen=True)
class _Token:
    """Rows that stand together between blank lines, or a piece of one: perhaps a cell."""

    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        return " ".join(row.text for row in self.rows)

    @property
    def kind(self) -> str:
        """D is a date, W is wide and so of a column of sentences, S a short cell, N a number or bullet, / white space."""
        if not self.rows:
            return "/"
        text = self.text
        if WHEN.fullmatch(text):
            return "D"
        if re.fullmatch(r"[\d.()#]+|[\u2022\uf0b7]", text):
            return "N"
        is_wide = max(len(row.text) for row in self.rows) >= _WIDE or len(text) >= _LONG
        return "W" if is_wide else "S"


_SPACE = _Token(())


class _Tables:
    """What is known while pages are read in order: how many cells there were, and the columns that go on."""

    def __init__(self) -> None:
        self.cells = 0
        self.columns: tuple[str, ...] = ()

    def of_page(self, page: list[Row]) -> list[Row]:
        if any(row.line.role or row.line.box for row in page):
            return page
        for place, row in enumerate(page):
            if head := _head_of(row):
                end, table = self._aligned(page, place, head)
                if table:
                    return page[:place] + table + self.of_page(page[end:])
        return self._in_turn(page)

    def _aligned(self, page: list[Row], place: int, head: list[tuple[int, int]]) -> tuple[int, list[Row]]:
        """Return where a table ends that begins at `place` with its head, and its rows; none when it is in doubt."""
        head_end = _end_of_head(page, place)
        lines = page[place:head_end]
        end = head_end
        edges: list[int] = []
        while end < len(page) and (gutters := _gutters([*lines, page[end]], head)):
            lines, edges, end = [*lines, page[end]], gutters, end + 1
        while end > head_end and len(_pieces(page[end - 1], edges)) == 1 and page[end - 1].blank:
            end -= 1  # a line on its own behind the table
        body = page[head_end:end]
        parted = _parted(body, edges)
        if not parted:
            return place, []
        names = _names(page[place:head_end], edges)
        table = [_as_cell(row, "column", row.start, row.end, "", self._number()) for row in page[place:head_end]]
        for lines in parted:
            table += self._row(lines, edges, names)
        return end, table

    def _row(self, lines: Sequence[Row], edges: Sequence[int], names: Sequence[str]) -> list[Row]:
        """Return the lines of one row of a table cell by cell."""
        pieces = [(column, start, end, line) for line in lines for column, start, end in _pieces(line, edges)]
        group = self._number()
        cells: list[Row] = []
        for column, of_column in itertools.groupby(sorted(pieces, key=lambda piece: piece[0]), lambda piece: piece[0]):
            cell = self._number()
            cells += [_as_cell(line, "cell", s, e, names[column], group, cell) for _, s, e, line in of_column]
        return cells

    def _in_turn(self, page: list[Row]) -> list[Row]:
        """Return a page with the rows of tables whose cells stand one after the other, where that is certain."""
        tokens = _tokens(page)
        head = _head_in_turn(tokens)
        if head:
            self.columns = head[2]
        if not self.columns:
            return page
        first = head[1] if head else 0
        matched = _match(tokens[first:], self.columns)
        if not matched and not head:
            self.columns = ()
        if not matched:
            return page
        made = {place: cells for row in matched for place, cells in self._cells_of(row)}
        if head:
            for row in (row for token in tokens[head[0] : head[1]] for row in token.rows):
                made[_place(row)] = [_as_cell(row, "column", row.start, row.end, "", self._number())]
        return [new for row in page for new in _replaced(row, made)]

    def _cells_of(self, row: Sequence[tuple[str, list[_Token]]]) -> Iterator[tuple[tuple[int, int], list[Row]]]:
        """Yield for each line of a row of a table its place, and what stands there now: the first has all cells."""
        group = self._number()
        cells: list[Row] = []
        for name, tokens in row:
            cell = self._number()
            cells += [
                _as_cell(line, "cell", line.start, line.end, name, group, cell)
                for token in tokens
                for line in token.rows
            ]
        for nth, line in enumerate(cells):
            yield _place(line), [] if nth else cells

    def _number(self) -> int:
        self.cells += 1
        return self.cells


def _place(row: Row) -> tuple[int, int]:
    return row.page, row.start


def _replaced(row: Row, made: Mapping[tuple[int, int], list[Row]]) -> list[Row]:
    """Return what stands in place of a row: itself, or cells, and what of its line belongs to none."""
    pieces = _beside(row)
    if not any(_place(piece) in made for piece in pieces):
        return [row]
    return [new for piece in pieces for new in made.get(_place(piece), [piece])]


def _as_cell(row: Row, role: str, start: int, end: int, column: str, group: int, cell: int = 0) -> Row:
    """Return a stretch of a row as (a line of) a cell, or as the name of a column."""
    text = fold(row.printed[start - row.line.start : end - row.line.start])
    line = replace(row.line, role=role, column=column, group=group)
    return replace(row, start=start, end=end, body=start, text=text, line=line, marker="", cell=cell)


def _head_of(row: Row) -> list[tuple[int, int]]:
    """Return where the names of columns stand in a line that holds nothing else: half-open, from the line's start."""
    if "\t" in row.printed:
        return []
    found = [match.span() for match in re.finditer(r"\S+(?:\s\S+)*", row.printed)]
    names = [row.printed[start:end] for start, end in found]
    return found if _are_names(names) else []


def _are_names(names: Sequence[str]) -> bool:
    """Say whether these are the names of columns: those of an action and of an owner or a date among them."""
    return (
        len(names) >= _LEAST_COLUMNS
        and all(_IS_NAME.fullmatch(name) for name in names)
        and any(_IS_ACTION.match(name) for name in names)
        and any(_IS_OWNER.fullmatch(name) or _IS_DATE.fullmatch(name) for name in names)
    )


def _end_of_head(page: Sequence[Row], place: int) -> int:
    """Return where the head ends: it may have a second line, when a blank line parts it from the body."""
    end = place + 1
    if end + 1 < len(page) and not page[end].blank and page[end + 1].blank and len(page[end].text) < _SHORT:
        end += 1
    return end


def _gutters(lines: Sequence[Row], head: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each column where it begins, when two blanks stand before it in every line; else nothing."""
    edges = [0]
    width = max(len(line.printed) for line in lines)
    free = [all(line.printed[place : place + 1] in ("", " ") for line in lines) for place in range(width)]
    for (_, end), (start, _) in itertools.pairwise(head):
        wide = [place for place in range(end, start) if free[place] and place + 1 < width and free[place + 1]]
        if not wide or any("\t" in line.printed for line in lines):
            return []
        edges.append(wide[-1] + 1)
    return edges


def _pieces(row: Row, edges: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (column, start, end) of each cell that a line holds a piece of, as places in the page's text."""
    found = []
    for column, (start, end) in enumerate(itertools.pairwise([*edges, len(row.printed)])):
        piece = row.printed[start:end]
        if piece.strip():
            first = row.line.start + start + len(piece) - len(piece.lstrip())
            found.append((column, first, row.line.start + start + len(piece.rstrip())))
    return found


def _names(lines: Sequence[Row], edges: Sequence[int]) -> list[str]:
    names = [""] * len(edges)
    for line in lines:
        for column, start, end in _pieces(line, edges):
            name = fold(line.printed[start - line.line.start : end - line.line.start])
            names[column] = f"{names[column]} {name}".strip()
    return names


def _parted(body: Sequence[Row], edges: Sequence[int]) -> list[list[Row]]:
    """Return the lines of each row of a table, or nothing when it cannot be told where its rows begin."""
    if len(body) < 2:
        return []
    full = [len(_pieces(line, edges)) == len(edges) for line in body]
    if all(full):
        return [[line] for line in body]
    if any(line.blank for line in body[1:]):
        starts = [place == 0 or line.blank > 0 for place, line in enumerate(body)]
    else:
        starts = [
            is_full and line.text[:1].isupper() | line.text[:1].isdigit()
            for line, is_full in zip(body, full, strict=True)
        ]
    if not starts[0]:
        return []
    rows: list[list[Row]] = []
    for line, is_start in zip(body, starts, strict=True):
        if is_start:
            rows.append([])
        rows[-1].append(line)
    if sum(len(_pieces(lines[0], edges)) >= _LEAST_COLUMNS for lines in rows) < len(rows) or _hides_a_row(rows, edges):
        return []
    return rows


def _hides_a_row(rows: Sequence[Sequence[Row]], edges: Sequence[int]) -> bool:
    """Say whether some row could be two: a cell of it holds two dates, each whole on its line."""
    for lines in rows:
        dates = [
            column
            for line in lines
            for column, start, end in _pieces(line, edges)
            if WHEN.fullmatch(fold(line.printed[start - line.line.start : end - line.line.start]))
        ]
        if len(dates) > len(set(dates)):
            return True
    return False


def _tokens(page: Sequence[Row]) -> list[_Token]:
    """Return the stretches of a page between blank lines; a date that stands beside another cell is one of its own."""
    tokens: list[_Token] = []
    for row in page:
        pieces = _beside(row)
        if len(pieces) > 1:
            tokens += [_Token((piece,)) for piece in pieces]
        elif tokens and _goes_on(tokens[-1], row):
            tokens[-1] = _Token((*tokens[-1].rows, row))
        else:
            tokens.append(_Token((row,)))
    return tokens


def _goes_on(token: _Token, row: Row) -> bool:
    """Say whether a line goes on with a cell: behind a blank line, in lower case or as the end of a period."""
    text = token.text
    if not row.blank:
        return token.kind != "D" or len(token.rows) > 1
    if row.blank > 1:
        return False
    if re.search(r"(?:19|20)\d\d\s?[-\u2013]$", text):
        return WHEN.fullmatch(f"{text}{row.text}") is not None
    return row.text[:1].islower() and not _ENDS.search(text) and token.kind in "WS"


def _beside(row: Row) -> list[Row]:
    """Return the cells that stand side by side in a line, where one of them is a date or all are names."""
    spans = [match.span() for match in re.finditer(r"\S+(?:\s\S+)*", row.printed)]
    texts = [fold(row.printed[start:end]) for start, end in spans]
    are_names = len(texts) > 1 and all(_IS_NAME.fullmatch(text) for text in texts)
    has_date = 1 < len(texts) <= 3 and sum(WHEN.fullmatch(text) is not None for text in texts) == 1
    if not (are_names or has_date):
        return [row]
    at = row.line.start
    return [
        replace(row, start=at + start, end=at + end, body=at + start, text=text, marker="")
        for (start, end), text in zip(spans, texts, strict=True)
    ]


def _head_in_turn(tokens: Sequence[_Token]) -> tuple[int, int, tuple[str, ...]] | None:
    """Return where the names of columns begin and end, and the names, when they stand one after the other."""
    for start in range(len(tokens)):
        end = start
        names: list[str] = []
        while end < len(tokens) and _IS_NAME.fullmatch(tokens[end].text):
            if names and re.fullmatch(r"responsible", names[-1], re.IGNORECASE) and tokens[end].text.islower():
                names[-1] += f" {tokens[end].text}"
            else:
                names.append(tokens[end].text)
            end += 1
        if _are_names(names):
            return start, end, tuple(name for name in names if not _IS_COUNT.fullmatch(name))
    return None


def _match(tokens: Sequence[_Token], columns: Sequence[str]) -> list[list[tuple[str, list[_Token]]]]:
    """Return the rows of a table whose cells stand one after the other: for each the tokens of each column."""
    shape = _shape(columns)
    if shape is None:
        return []
    first, pattern = shape
    tokens = [part for token in tokens for part in ([_SPACE, token] if token.rows[0].blank > 1 else [token])]
    kinds = "".join(token.kind for token in tokens)
    rows = []
    place = 0
    ends_at = -1
    while match := pattern.search(kinds, place):
        start, end = match.span()
        place = end if _is_certain(tokens, kinds, start, ends_at) else start + 1
        if place != end:
            continue
        ends_at = end
        rows.append(
            (
                start,
                end,
                [
                    (columns[first + nth], list(tokens[slice(*match.span(nth + 1))]))
                    for nth in range(len(columns) - first)
                ],
            )
        )
    kept = []
    for nth, (start, end, cells) in enumerate(rows):
        after = kinds[end:].lstrip("/")[:1]
        is_apart = kinds[end : end + 1] == "/" and after == "W"
        follows = after in ("", "N") or is_apart or (nth + 1 < len(rows) and rows[nth + 1][0] == end)
        if follows or (not _IS_OWNER.fullmatch(columns[-1]) and nth and rows[nth - 1][1] == start):
            kept.append(cells)
    return kept


def _shape(columns: Sequence[str]) -> tuple[int, re.Pattern[str]] | None:
    """Return which column a row begins with, and the kinds of its cells from there on as a pattern."""
    owners = [place for place, name in enumerate(columns) if _IS_OWNER.fullmatch(name)]
    dates = [place for place, name in enumerate(columns) if _IS_DATE.fullmatch(name)]
    actions = [place for place, name in enumerate(columns) if _IS_ACTION.match(name)]
    if len(owners) != 1 or len(dates) != 1:
        return None
    before = [place for place in actions if place < min(owners[0], dates[0])]
    if not before:
        return None
    kinds = [
        "(W)"
        if place == before[-1]
        else "(D)"
        if place == dates[0]
        else "(S{1,6})"
        if place == owners[0] == len(columns) - 1
        else "(S)"
        if place == owners[0]
        else "([SD])"
        for place in range(before[-1], len(columns))
    ]
    return before[-1], re.compile("/?".join(kinds))


def _is_certain(tokens: Sequence[_Token], kinds: str, start: int, ends_at: int) -> bool:
    """Say whether a row begins at `start`: what stands before it is no part of its sentence."""
    text = tokens[start].text
    if not text[:1].isupper():
        return False
    while start and kinds[start - 1] == "/":
        start -= 1
    if start in (0, ends_at) or kinds[start - 1] != "W":
        return True
    return tokens[start - 1].rows[0].marker[:1].isdigit()
