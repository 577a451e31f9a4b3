"""Deadlines: as written, and the interval of days that they mean.

Reads a text and the day of its document; gives the words with their offsets, and ISO dates. Only
what is written is used: "by 2025" ends with 2025; "over the next three years" is counted from the
day of publication; "annually" has no end. An end that cannot be known stays "".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = rf"(?:{'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
_YEAR = r"(?:19|20)\d{2}"
_COUNT = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty)"
_UNIT = r"(?:days?|weeks?|months?|years?)"
_PART = r"(?:(?:the )?(?:end|beginning|start|middle|spring|summer|autumn|fall|winter|(?:first|second) half|(?:first|second|third|fourth|last) quarter) (?:of )?|early |mid-?|late |Q[1-4],? )"
_DATE = rf"(?:(?:\d{{1,2}} )?{_MONTH},? (?:\d{{1,2}}, )?{_YEAR}|{_YEAR})"

_PATTERNS = (
    ("range", rf"\b(?:between|from|during|over|in) (?:the )?(?:period )?(?P<a>{_DATE})\s?(?:and|to|until|-|\u2013|/)\s?(?P<b>{_DATE})(?: period)?"),
    ("by", rf"\b(?:by|before|until|no later than|not later than|prior to|up to) (?:the )?(?:{_PART})?(?:of )?(?P<a>{_DATE})"),
    ("in", rf"\b(?:in|during|throughout|within) (?:the (?:course of )?(?:year )?)?(?:{_PART})?(?P<a>{_DATE})"),
    ("part", rf"\b(?:at|from|towards?|as of|starting (?:in|from)|beginning in) {_PART}?(?P<a>{_DATE})"),
    ("within", rf"\b(?:within|in|over|during|for|after) (?:a period of |the )?(?:next|coming|following|first)? ?(?P<n>{_COUNT})[ -](?P<u>{_UNIT})\b(?! ago| old)"),
    ("vague", r"\b(?:over|in|during) the (?:coming|next|following) (?:years?|months?|weeks?|decade)|in the (?:short|medium|long|longer|near)[- ]term|in the (?:short|near) to medium term"),
    ("often", rf"\b(?:annually|every (?:year|{_COUNT} years|six months)|each year|(?:at least )?once (?:a|every|per) year|(?:on )?an annual basis|on a yearly basis|biennially|bi-annually|quarterly|every {_COUNT} years)\b"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS)
_WORDS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"eighteen": 18, "twenty": 20}


@dataclass(frozen=True)
class Deadline:
    """A deadline: `text[start:end]` of what was searched, and its first and last day, "" when open."""

    text: str
    start: int
    end: int
    from_on: str
    to_on: str


def find_deadline(text: str, published_on: str) -> Deadline | None:
    """Return the deadline that `text` names, or None; one in the past of the document is none.

    Args:
        published_on: the document's date, YYYY[-MM[-DD]] or "".
    """
    found = [
        (match.start(), name, match)
        for name, pattern in _COMPILED
        for match in pattern.finditer(text)
        if not _is_past(match, published_on)
    ]
    if not found:
        return None
    order = {name: place for place, (name, _) in enumerate(_PATTERNS)}
    _, name, match = min(found, key=lambda item: (order[item[1]], item[0]))
    from_on, to_on = _interval(name, match, published_on)
    return Deadline(match[0].strip(), match.start(), match.start() + len(match[0].rstrip()), from_on, to_on)


def date_cell(text: str, published_on: str) -> Deadline | None:
    """Return what the date cell of an action table means: "Q4 2019", "June 2020", "2018-2020", "ongoing"."""
    stripped = text.strip()
    if not stripped:
        return None
    if found := find_deadline(stripped, published_on):
        return found
    years = re.findall(_DATE, stripped, re.IGNORECASE)
    if not years:
        return Deadline(stripped, 0, len(stripped), "", "")
    first = _day(years[0], end=False, whole=stripped) if len(years) > 1 else published_on_day(published_on)
    return Deadline(stripped, 0, len(stripped), first, _day(years[-1], end=True, whole=stripped))


def published_on_day(published_on: str) -> str:
    """Return the first day of a date that may be a year or a month, or ""."""
    return f"{published_on}-01-01"[:10] if len(published_on) in (4, 7) else published_on


def _is_past(match: re.Match[str], published_on: str) -> bool:
    if not published_on or "a" not in match.groupdict():
        return False
    last = match.groupdict().get("b") or match["a"]
    return _day(last, end=True, whole=match[0]) < published_on_day(published_on)


def _interval(name: str, match: re.Match[str], published_on: str) -> tuple[str, str]:
    start = published_on_day(published_on)
    if name == "range":
        return _day(match["a"], end=False, whole=""), _day(match["b"], end=True, whole="")
    if name == "by":
        return start, _day(match["a"], end=True, whole=match[0])
    if name in ("in", "part"):
        return _day(match["a"], end=False, whole=match[0]), _day(match["a"], end=True, whole=match[0])
    if name == "within" and start:
        count = _WORDS.get(match["n"].lower()) or int(match["n"])
        return start, _later(start, count, match["u"].lower())
    return start, ""


def _day(text: str, *, end: bool, whole: str) -> str:
    """Return the first or last day of a written date, narrowed by "early", "end of", "Q4" before it."""
    year = int(re.search(_YEAR, text)[0])  # type: ignore[index]  # every match holds a year
    month = next((i for i, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name[:3]}", text, re.IGNORECASE)), 0)
    day = re.search(r"\b(\d{1,2})\b(?!\d)", re.sub(_YEAR, "", text))
    if month and day and 1 <= int(day[1]) <= calendar.monthrange(year, month)[1]:
        return date(year, month, int(day[1])).isoformat()
    first, last = _months(month, whole)
    if not end:
        return date(year, first, 1).isoformat()
    return date(year, last, calendar.monthrange(year, last)[1]).isoformat()


def _months(month: int, whole: str) -> tuple[int, int]:
    if month:
        return month, month
    whole = whole.lower()
    for pattern, months in (
        (r"first half", (1, 6)), (r"second half", (7, 12)), (r"first quarter|q1", (1, 3)), (r"second quarter|q2", (4, 6)),
        (r"third quarter|q3", (7, 9)), (r"(?:fourth|last) quarter|q4", (10, 12)),
        (r"early|beginning|start of", (1, 4)), (r"mid", (5, 8)), (r"late|end of", (9, 12)),
        (r"spring", (3, 6)), (r"summer", (6, 9)), (r"autumn|fall", (9, 12)),
    ):  # fmt: skip
        if re.search(pattern, whole):
            return months
    return 1, 12


def _later(start: str, count: int, unit: str) -> str:
    day = date.fromisoformat(start)
    if unit.startswith(("day", "week")):
        return date.fromordinal(day.toordinal() + count * (7 if unit.startswith("week") else 1)).isoformat()
    months = day.year * 12 + day.month - 1 + count * (12 if unit.startswith("year") else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])).isoformat()
