"""Take page furniture out of the stream of rows: running heads, page numbers, contents, footnotes.

Reads rows; gives the rows that are body text, those of contents lists, and those of footnotes. A
running head is known by its return at the edge of pages; what stands only once is never dropped.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from .rows import Row, fold, number_edges

_EDGE = 4
"""Rows from the top and from the foot of a page in which furniture is looked for."""
_OUTERMOST = 2
"""Rows from the top and from the foot in which a running head may change with the section."""
_BAR = re.compile(r"\s[\u2013\u2014|\u2022]\s")
_LEAST_PART = 12
_MOST_PAGES = 0.5
"""Share of the pages on which a line comes back that is furniture behind furniture."""
_LETTERED_NUMBER = re.compile(r"([A-Z])-\d{1,3}")
_LEAST_PAGES = 3
_LONGEST = 160
_TITLE_SIZE = 1.3
"""A row this many times as large as the running heads of its words is the title that they repeat."""
_LETTER_SPACED = re.compile(r"(?:\w[ \u2019']?){6,}")
_PAGE_NUMBER = re.compile(
    r"(?:[-\u2013\u2014|~\u2605]\s*)*(?:page\s*|p\.?\s*|seite\s*|strana\s*)?"
    r"(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|\|)\s*(?:\d{1,4}|p\s?a\s?g\s?e))?(?:\s*[-\u2013\u2014|~\u2605])*",
    re.IGNORECASE,
)
_MARKS_ONLY = re.compile(r"[\W_]{1,12}")
_LEADERS = re.compile(r"(?:\.\s?){4,}|\u2026{2,}|_{4,}|(?:\s\.){3,}")
_ENDS_IN_NUMBER = re.compile(r"\s(?:\d{1,3}|[ivxlc]{1,6})$")
_CALL = re.compile(r"(?<=[A-Za-z.,;:)\u201d\u2019\"'])(?P<space>\s?)(?P<number>\d{1,3})(?![\w%]|[.,/-]\d)")
_COUNTED = re.compile(
    r"\b(?:by|on|of|in|to|for|at|and|or|than|about|over|the|from|phase|stage|level|article|section|no|nos|pillar|objective"
    r"|measure|tier|figure|table|chapter|part|step|group|page|annex|paragraph|goal|action|principle|version|item)\.?\s$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(?:per|million|billion|years?|months?|days?|weeks?|hours?|January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\b",
    re.IGNORECASE,
)
_MOST_SKIPPED = 3
"""Note numbers that may be missing between two notes that were found."""
_NOTE_HEAD = re.compile(r"\[?(\d{1,3})\]?[.)]?(?=\s|[A-Z\u201c\"])\s*(?=\S)")


@dataclass(frozen=True)
class Sorted:
    """The rows of a document by what they are; each list keeps the order of the pages."""

    body: list[Row]
    contents: list[Row]
    footnotes: list[Row]
    furniture: list[Row]


def sort_rows(rows: Sequence[Row], *, labels: Mapping[int, str], paged: bool) -> Sorted:
    """Sort the rows of a document; one without pages has no furniture.

    Args:
        labels: the printed number of each page, "" where it is unknown.
    """
    if not paged:
        return Sorted(list(rows), [], [], [])
    rest, furniture = _without_furniture(rows, labels)
    contents = _contents(rest)
    gone = {id(row) for row in contents}
    rest = [row for row in rest if id(row) not in gone]
    footnotes = _footnotes(rest)
    for row in footnotes:
        _set_note_number(row)
    gone = {id(row) for row in footnotes}
    body = [row for row in rest if id(row) not in gone]
    _mark_calls(body, footnotes)
    return Sorted(body, contents, footnotes, furniture)


def _without_furniture(rows: Sequence[Row], labels: Mapping[int, str]) -> tuple[list[Row], list[Row]]:
    """Return the rows that are no furniture, and those that are.

    A head or foot of many lines reaches further into its page than is looked: it is looked again
    behind what was found, for what stands there on most pages.
    """
    repeated = _repeated_keys(rows)
    furniture = [row for row in rows if _is_furniture(row, repeated, labels)]
    gone = {id(row) for row in furniture}
    rest = [row for row in rows if id(row) not in gone]
    touched = {row.page for row in furniture}
    pages = [list(of_page) for _, of_page in itertools.groupby(rest, key=lambda row: row.page)]
    for page in pages:
        number_edges(page)
    least = _MOST_PAGES * len(pages)
    keys: dict[str, set[int]] = defaultdict(set)
    outer = [row for row in rest if row.page in touched and abs(row.edge) <= _EDGE and len(row.text) <= _LONGEST]
    for row in outer:
        keys[key_of(row.text)].add(row.page)
    deep = [
        row
        for row in outer
        if len(keys[key_of(row.text)]) >= max(_LEAST_PAGES, least) and len(key_of(row.text)) >= 3 and not row.line.role
    ]
    gone |= {id(row) for row in deep}
    return [row for row in rows if id(row) not in gone], [row for row in rows if id(row) in gone]


def key_of(text: str) -> str:
    """Return what a running head has in common on all its pages: its letters, without case or page number."""
    if _is_letter_spaced(text):
        text = re.sub(r"\s+", "", text)
    text = re.sub(r"\d+", "#", text.casefold())
    text = re.sub(r"[^\w#]+", "", text)
    return re.sub(r"^(?:page)?#(?:of#)?|(?:page)?#(?:of#)?$", "", text) or text


def _is_letter_spaced(text: str) -> bool:
    words = text.split()
    return len(words) >= 6 and sum(len(word) == 1 for word in words) >= 0.7 * len(words)


def _repeated_keys(rows: Sequence[Row]) -> dict[str, float]:
    """Return the keys that come back at the edge of at least three pages, with the size that is usual for each."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if _at_edge(row) and len(row.text) <= _LONGEST and not row.line.role:
            found[key_of(row.text)].append(row)
        if abs(row.edge) <= _OUTERMOST:
            for part in _parts_of(row.text):
                found[part].append(row)
    count = len({row.page for row in rows})
    least = min(_LEAST_PAGES, max(2, count - 1))
    return {
        key: median(row.line.size for row in alike)
        for key, alike in found.items()
        if len({row.page for row in alike}) >= least and len(key) >= 3
    }


def _parts_of(text: str) -> list[str]:
    """Return the keys of what a running head with the title of the section says on all pages, and of a lettered page's number."""
    if match := _LETTERED_NUMBER.fullmatch(text):
        return [f"page {match[1]}"]
    parts = _BAR.split(text)
    return [f"part {key}" for part in parts if len(key := key_of(part)) >= _LEAST_PART] if len(parts) > 1 else []


def _at_edge(row: Row) -> bool:
    return -_EDGE <= row.edge <= _EDGE


def _is_furniture(row: Row, repeated: Mapping[str, float], labels: Mapping[int, str]) -> bool:
    if row.line.role:
        return False
    if row.text.isdigit() and _is_near(row.text, labels.get(row.page, "")):
        return True
    if _is_letter_spaced(row.text) and key_of(row.text) in repeated:
        return True
    if not _at_edge(row) or len(row.text) > _LONGEST:
        return False
    key = key_of(row.text)
    if key in repeated and row.line.size <= _TITLE_SIZE * repeated[key]:
        return True
    if abs(row.edge) <= _OUTERMOST and any(part in repeated for part in _parts_of(row.text)):
        return True
    is_number = _PAGE_NUMBER.fullmatch(row.text) and abs(row.edge) <= 3
    return bool(is_number or (_MARKS_ONLY.fullmatch(row.text) and abs(row.edge) <= 2))


def _is_near(text: str, label: str) -> bool:
    """Say whether a lone number is the page's own, or its neighbour's on a double page."""
    return label.isdigit() and abs(int(text) - int(label)) <= 1


def _contents(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of contents lists: pages on which most rows lead with dots to a page number."""
    by_page: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_page[row.page].append(row)
    found: list[Row] = []
    for page_rows in by_page.values():
        leading = [row for row in page_rows if _LEADERS.search(row.text)]
        numbered = [row for row in page_rows if _is_contents_row(row)]
        if len(leading) >= 3 or (len(numbered) >= 5 and len(numbered) >= 0.5 * len(page_rows)):
            marked = {id(row) for row in (*leading, *numbered)}
            places = [place for place, row in enumerate(page_rows) if id(row) in marked]
            found += page_rows[max(0, places[0] - 1) : places[-1] + 1]
    return found


def _is_contents_row(row: Row) -> bool:
    if len(row.text) > 140 or row.text[-1:] in ".;,":
        return False
    match = _ENDS_IN_NUMBER.search(row.text)
    return bool(match and re.search(r"[A-Za-z]{3}", row.text[: match.start()]))


def _footnotes(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of notes at the foot of pages.

    A note begins with a number that goes on from the last note, or from the last before an annex began
    to count anew, stands below the body, and, where sizes are known, is set smaller than it.
    """
    body_size = _body_size(rows)
    by_page: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_page[row.page].append(row)
    found: list[Row] = []
    lasts = [0]
    for page_rows in by_page.values():
        start = _first_note(page_rows, lasts, body_size)
        if start is None:
            continue
        notes = page_rows[start:]
        found += notes
        numbers = [int(match[1]) for row in notes if (match := _NOTE_HEAD.match(row.text))]
        before = [last for last in lasts if not _counts_on(numbers[0], last)]
        lasts = [*before, _last_note(numbers)]
    return found


def _counts_on(number: int, last: int) -> bool:
    return last < number <= last + _MOST_SKIPPED


def _last_note(numbers: Sequence[int]) -> int:
    """Return the number of the last note, of lines of which some begin with a number that is none."""
    last = numbers[0]
    for number in numbers[1:]:
        last = number if _counts_on(number, last) else last
    return last


def _body_size(rows: Sequence[Row]) -> float:
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[row.line.size] += len(row.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _first_note(page_rows: Sequence[Row], lasts: Sequence[int], body_size: float) -> int | None:
    """Return the place of the page's first note: all from there to the foot of the page is notes."""
    for place, row in enumerate(page_rows):
        match = _NOTE_HEAD.match(row.text)
        if not match or row.line.role:
            continue
        number = int(match[1])
        if not (number == 1 or any(_counts_on(number, last) for last in lasts)) or not _begins_notes(
            page_rows, place, number, body_size
        ):
            continue
        return place
    return None


def _begins_notes(page_rows: Sequence[Row], place: int, number: int, body_size: float) -> bool:
    rest = page_rows[place:]
    if body_size and any(row.line.size for row in rest):
        return all(row.line.size <= 0.93 * body_size for row in rest)
    if row_is_item(rest[0]):
        return False
    marks = "".join(row.text for row in page_rows[:place])
    is_called = re.search(rf"[A-Za-z.,;:)\u201d\u2019\"']\s?{number}(?!\d)", marks) is not None
    return is_called and len(rest) <= 0.6 * len(page_rows)


def begins_note(row: Row) -> bool:
    """Say whether a row among the notes begins a note: with its number."""
    return bool(row.marker)


def _set_note_number(row: Row) -> None:
    """Make the number at the head of a note its marker, and nothing else."""
    match = _NOTE_HEAD.match(row.printed, row.start - row.line.start)
    row.marker, row.body = (fold(match[0]), row.line.start + match.end()) if match else ("", row.start)


def _mark_calls(body: Sequence[Row], footnotes: Iterable[Row]) -> None:
    """Mark the numbers that call a page's notes, where the layout has not: "billion;1 and"."""
    numbers: dict[int, set[str]] = defaultdict(set)
    for row in footnotes:
        numbers[row.page].add(row.marker.strip("[].) "))
    for row in body:
        if row.line.box or row.page not in numbers:
            continue  # where glyphs are known, the layout has marked the raised ones
        marks = tuple(
            (row.line.start + match.start("number"), row.line.start + match.end("number"))
            for match in _CALL.finditer(row.printed)
            if match["number"] in numbers[row.page] and not _counts_something(row.printed, match)
        )
        if marks:
            row.line = replace(row.line, marks=marks)


def _counts_something(printed: str, match: re.Match[str]) -> bool:
    """Say whether a number belongs to the sentence: "phase 2", "3 years", "by 1 January"."""
    if _UNIT.match(printed, match.end()):
        return True
    return bool(match["space"] and _COUNTED.search(printed[: match.start("number")]))


def row_is_item(row: Row) -> bool:
    """Say whether a row begins as a list item or numbered paragraph does ("1." or "1)"), not as a note."""
    return bool(row.marker) and row.marker[-1] in ".)"
