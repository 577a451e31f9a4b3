"""Deadlines: as written, and the interval of days that they mean.

Reads a text and the day of its document; gives the words with their offsets, and ISO dates. Only
what is written is used: "by 2025" ends with 2025; "over the next three years" is counted from the
day of publication, or from the last on which it can be; "annually" has no end. An end that cannot be known stays "". A year in a title or in
the head of a column, the span of a plan and what has been are no deadline. The spans are found by
patterns, because free date search invents dates; what a span says is read by dateparser.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

_MONTH = (
    r"(?:(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_YEAR = r"(?:19|20)\d{2}"
_COUNT = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty)"
_UNIT = r"(?:days?|weeks?|months?|years?)"
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_PART = (
    rf"(?:(?:the )?(?:end|beginning|start|middle|{_SEASON}|(?:first|second) half|(?:first|second|third|fourth|last) quarter)"
    r" (?:of )?|early |mid[- ]?|late |Q[1-4],? )"
)
_DATE = rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH},? (?:\d{{1,2}}, )?{_YEAR}|{_YEAR})"
_FREQUENCY = (
    rf"annually|(?:(?:at least|at minimum) )?(?:once )?every (?:(?:{_COUNT}|other|second) )?(?:year|month)s?|each year"
    rf"|(?:(?:at least|at minimum) )?once (?:a|every|per|in) (?:{_COUNT} )?(?:year|month)s?"
    r"|(?:on )?an? (?:annual|yearly|biennial|periodic) basis|biennially|bi-annually|twice (?:a|per) year"
)

_VAGUE = (
    r"\b(?:over|in|during|throughout) (?:the )?(?:coming|next|following|upcoming) (?:few |several )?(?:years?|months?|weeks?|decade\b)"
    r"|(?:in|over|during) the (?:years|months|weeks) (?:to come|ahead)|in a year[\u2019']s time"
    r"|in the (?:short|medium|long|longer|near)[- ](?:and medium[- ])?term"
    rf"|(?:throughout|during|in|by|later|commencing|starting) (?:this|next|the coming) (?:{_SEASON}|year)"
    r"|by (?:the|our) (?:next|upcoming) (?:[\w.-]+ ){0,4}?(?:ministerial meeting|meeting|ministerial|summit|conference|session)"
)

_PATTERNS = (
    ("range", rf"\b(?:between|from|during|over|in|for) (?:the )?(?:period )?(?P<a>{_DATE})\s?(?:and|to|until|-|\u2013|/)\s?(?P<b>{_DATE})(?: period)?"),
    ("by", rf"\b(?:by|before|until|no later than|not later than|prior to|up to) (?:the )?(?:{_PART})?(?:of )?(?P<a>{_DATE})"),
    ("in", rf"\b(?:in|during|throughout|within) (?:the (?:course of )?(?:year )?)?(?:{_PART})?(?P<a>{_DATE})"),
    ("part", rf"\b(?:(?<!as )at|from|towards?|as of|starting (?:in|from)|beginning in) {_PART}?(?P<a>{_DATE})(?P<on> on(?:wards?)?\b)?"),
    ("within", rf"\b(?<!once )(?:within|in|over|during|for|after) (?:a period of |the )?(?:next|coming|following|first)? ?(?P<n>{_COUNT})[ -](?P<u>{_UNIT})\b(?! ago| old)"),
    ("month", rf"\b(?:in|by|by the end of|before|during|throughout) (?P<m>{_MONTH})(?! ?\d)"),
    ("course", r"\b(?:throughout|through|over|during) the (?:course|life|lifetime|duration|period|term) of (?:this|the) (?:strategy|plan|programme|program|action plan)"),
    ("vague", _VAGUE),
    ("often", rf"\b(?:{_FREQUENCY})\b"),
    ("regular", r"\b(?:annual|quarterly)\b"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS)
_WORDS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"eighteen": 18, "twenty": 20}
_PARTS_OF_YEAR = (
    (r"first half", (1, 6)), (r"second half", (7, 12)), (r"first quarter|q1", (1, 3)), (r"second quarter|q2", (4, 6)),
    (r"third quarter|q3", (7, 9)), (r"(?:fourth|last) quarter|q4", (10, 12)), (r"early|beginning|start of", (1, 4)),
    (r"mid", (5, 8)), (r"late|end of", (9, 12)), (r"spring", (3, 6)), (r"summer", (6, 9)), (r"autumn|fall", (9, 12)),
)  # fmt: skip
"""What the words before a year narrow it to: first and last month."""
_NAMED_BY_YEAR = re.compile(
    r"\s+(?:(?:annual|federal|fiscal|national|state|programming|cyber ?security|defen[cs]e|security) ){0,2}"
    r"(?:budgets?|reports?|acts?|programmes?|programs?|programming|strategy|strategies|census|elections?|edition|review|summit|law)\b",
    re.IGNORECASE,
)
"""What a year before it only names: "the 2003 budget" is no deadline."""
_TITLED_BY_YEAR = re.compile(
    rf"(?:\s?[-\u2013/]\s?{_YEAR})?\s+(?!(?:(?:one|two|three|four|five|\d+)-year |calendar |fiscal |financial |budget )*"
    r"(?:periods?|terms?|years?|timeframe|biennium)\b)[A-Za-z]",
    re.IGNORECASE,
)
"""What stands behind "the 2016" when the year is part of a title: "in the 2016 Defence White Paper"."""
_SPANNED = re.compile(
    r"\b(?i:plans?|programmes?|programs?|strateg(?:y|ies)|agendas?|budgets?|roadmaps?|schedules?|tasks)"
    r"(?:\s+(?:(?:of|for|the|on|and|action)\b|[A-Z(]\S*))*\s+$"
)
"""What a period behind it only says the span of: to draw up "an action plan for 2008-2013" is not due in 2013."""
_LED_BY_THE = re.compile(rf"\bthe (?:{_YEAR}\s?[-\u2013/]\s?)?{_YEAR}$", re.IGNORECASE)
_HAS_BEEN = re.compile(r"\((?:\w+ly )?(?:\w+ed|held|set|made|begun) $", re.IGNORECASE)
"""What makes a date in brackets one of the past, even in the year of the text: "(agreed in 2010 and 2011)"."""
_OF_A_MEETING = re.compile(
    r"\b(?:which|that) (?:will|is to|are to) (?:next |again )?(?:(?:re)?convene|meet|take place|be held) (?:in|on) $"
    r"|\b(?:chairmanship|presidency),? (?:starting|beginning|which (?:starts|begins)) (?:in|on) $",
    re.IGNORECASE,
)
"""What makes a date that of a meeting or a term of office, in which nothing is due: "the Group, which will meet in 2012"."""
_OFTEN_BEFORE = re.compile(rf"\b(?:{_FREQUENCY}),? $", re.IGNORECASE)
_OFTEN_BEHIND = re.compile(rf"(?: of)?,? (?:{_FREQUENCY})\b", re.IGNORECASE)
"""What makes a date the day of each year, and no end: "in October each year", "once every two years as of 2013"."""
_MEASURED = re.compile(
    r"(?<!\bthe )(?<!\bour )(?<!\bthese )\b(?:Indicators?|Baselines?|Values?|Status|(?:Baseline|Current|Initial) value) $"
)
_ENDS_A_HEAD = re.compile(r"\s*(?:$|[A-Z\d(:|])")
"""The head of a column of measurements, before and behind its year: in "... approved Indicator in 2011" nothing is due."""
_FROM_A_DAY = re.compile(r" (?:of|from|after|following) ", re.IGNORECASE)
_FROM_THIS_DAY = re.compile(
    r" (?:of (?:implementation|operation)|(?:of|from|after|following) (?:(?:the )?(?:\w+ )?(?:adoption|approval|publication|release|start"
    r"|launch|implementation|entry into force) of )?(?:this|the) (?:\w+ ){0,3}?"
    r"(?:resolution|policy|strategy|plan|programme|program|decision|decree|act|law|order|concept|doctrine))\b",
    re.IGNORECASE,
)
"""From when a length of time is counted: from the text itself, or from a day that the text does not tell."""
_FOR_A_LENGTH = re.compile(rf"for (?:a period of )?{_COUNT}\b", re.IGNORECASE)
"""How long something lasts once it has begun, unlike "for the next three years"."""
_LENGTH = re.compile(rf"[<\u2264] ?(?P<n>{_COUNT}) (?P<u>{_UNIT})", re.IGNORECASE)
"""The cell of a table that gives a length of time: "< 2 years"."""
_ENDS_A_ROW = re.compile(rf"(?<![\s,;:.(\u2013-])\s+(?P<date>(?:{_MONTH}|Q[1-4]),? {_YEAR})[.;]?\s*$", re.IGNORECASE)
_GOVERNED = re.compile(
    r"\b(?:in|by|of|on|at|the|from|to|until|till|since|before|after|during|for|within|between|and|or|than|early|mid|late|end|dated|\d{1,2}(?:st|nd|rd|th)?)$",
    re.IGNORECASE,
)
"""What makes a month at the end of a text no date on its own: a word that governs it or binds it to another, or a day."""
_BEGINS_WITH_A_DATE = re.compile(
    rf"\s*(?:{_DATE}|Q[1-4],? {_YEAR}|on-?going|continu(?:ous|al)(?:ly)?|permanent(?:ly)?|completed)\b", re.IGNORECASE
)
_BEFORE = re.compile(r"(?:before|prior to)\b(?!.*\bend of\b)", re.IGNORECASE)
"""What ends the day before a date, and not with it."""


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
        text: a sentence or list item.
        published_on: the document's date, YYYY[-MM[-DD]] or "".
    """
    for name, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if _is_another_time(name, match):
                continue
            from_on, to_on = _interval(name, match, published_on)
            if not _is_past(to_on, published_on):
                words = match[0].rstrip()
                return Deadline(words, match.start(), match.start() + len(words), from_on, to_on)
    return None


def _is_another_time(name: str, match: re.Match[str]) -> bool:
    """Say whether a date is not that of the act: a year in a title, the span of a plan, a meeting, a day of each year, or past."""
    before, behind = match.string[: match.start()], match.string[match.end() :]
    if match[0][-1].isdigit():
        is_title = _NAMED_BY_YEAR.match(behind) or (
            name in ("range", "in", "part") and _LED_BY_THE.search(match[0]) and _TITLED_BY_YEAR.match(behind)
        )
        if is_title or _HAS_BEEN.search(before) or _OF_A_MEETING.search(match.string[: match.start("a")]):
            return True
        if name != "by" and _MEASURED.search(before) and _ENDS_A_HEAD.match(behind):
            return True
    if name in ("range", "within") and match[0].lower().startswith("for "):
        return _SPANNED.search(before) is not None
    is_day = name in ("in", "part", "month")
    return is_day and bool(_OFTEN_BEFORE.search(before) or _OFTEN_BEHIND.match(behind))


def date_cell(text: str, published_on: str) -> Deadline | None:
    """Return what the date cell of an action table means: "Q4 2019", "June 2020", "2018-2020", "ongoing"."""
    stripped = text.strip()
    if not stripped:
        return None
    if found := find_deadline(text, published_on):
        return found
    dates = list(re.finditer(_DATE, stripped, re.IGNORECASE))
    from_on = to_on = ""
    if (length := _LENGTH.fullmatch(stripped)) and published_on:
        from_on = first_day(published_on)
        to_on = _later(published_on, _WORDS.get(length["n"].lower()) or int(length["n"]), length["u"].lower())
    if dates:
        *others, last = dates
        from_on = _day(dates[0][0], end=False, whole=stripped[: dates[0].end()]) if others else first_day(published_on)
        to_on = _day(last[0], end=True, whole=stripped[others[-1].end() if others else 0 :])
    if _is_past(to_on, published_on):
        return None
    start = text.index(stripped)
    return Deadline(stripped, start, start + len(stripped), from_on, to_on)


def end_of_row(text: str, published_on: str) -> Deadline | None:
    """Return the bare month or quarter with its year that a row of a table ends in when it is read as running text.

    "Training the staff of all ministries December 2013" ends in one. So do titles and citations: ask
    only where many rows of a document do.
    """
    match = _ENDS_A_ROW.search(text)
    if match is None or _GOVERNED.search(text[: match.start()]):
        return None
    found = date_cell(match["date"], published_on)
    return found and replace(found, start=match.start("date"), end=match.end("date"))


def begins_with_a_date(text: str) -> bool:
    """Say whether a text begins as the date column of a table does: "January 2014", "ongoing"."""
    return _BEGINS_WITH_A_DATE.match(text) is not None


def first_day(published_on: str) -> str:
    """Return the first day of a date that may be a year or a month, or ""."""
    return f"{published_on}-01-01"[:10] if len(published_on) in (4, 7) else published_on


def last_day(published_on: str) -> str:
    """Return the last day of a date that may be a year or a month, or ""."""
    whole = f"{published_on}-12" if len(published_on) == 4 else published_on
    return f"{whole}-{monthrange(*map(int, whole.split('-')))[1]}" if len(whole) == 7 else whole


def _is_past(to_on: str, published_on: str) -> bool:
    return bool(to_on) and to_on < first_day(published_on)


def _interval(name: str, match: re.Match[str], published_on: str) -> tuple[str, str]:
    start = first_day(published_on)
    if name == "range":
        return _day(match["a"], end=False, whole=""), _day(match["b"], end=True, whole="")
    if name == "by" and _BEFORE.match(match[0]):
        return start, _day_before(_day(match["a"], end=False, whole=match[0]))
    if name == "by":
        return start, _day(match["a"], end=True, whole=match[0])
    if name == "part" and match["on"]:
        return _day(match["a"], end=False, whole=match[0]), ""
    if name in ("in", "part"):
        return _day(match["a"], end=False, whole=match[0]), _day(match["a"], end=True, whole=match[0])
    if name == "within" and start and _is_from_another_day(match):
        return start, ""
    if name == "within" and start:
        return start, _later(published_on, _WORDS.get(match["n"].lower()) or int(match["n"]), match["u"].lower())
    if name == "month" and start:
        last = _next_month(start, match["m"])
        return start, _day_before(f"{last[:7]}-01") if _BEFORE.match(match[0]) else last
    return start, ""


def _is_from_another_day(match: re.Match[str]) -> bool:
    """Say whether a length of time is counted from a day that is not known.

    "Within 90 days of his appointment" is; so is "appointed for a period of three years", which begins with the act.
    """
    if _FOR_A_LENGTH.match(match[0]):
        return True
    behind = match.string[match.end() :]
    return _FROM_A_DAY.match(behind) is not None and _FROM_THIS_DAY.match(behind) is None


def _day(text: str, *, end: bool, whole: str) -> str:
    """Return the first or last day of a written date, narrowed by "early", "end of", "Q4" before it.

    A date that no calendar has ("31 June 2023") gives "".
    """
    found = _parser("last" if end else "first").get_date_data(text)
    if found.date_obj is None:
        return ""
    day: date = found.date_obj.date()
    if found.period == "year":
        for pattern, (first, last) in _PARTS_OF_YEAR:
            if re.search(pattern, whole, re.IGNORECASE):
                month = f"{day.year}-{last if end else first:02d}"
                day = _parser("last" if end else "first").get_date_data(month, ["%Y-%m"]).date_obj.date()
                break
    return day.isoformat()


@cache
def _parser(prefer: str) -> Any:
    from dateparser.date import DateDataParser

    settings = {"PREFER_DAY_OF_MONTH": prefer, "PREFER_MONTH_OF_YEAR": prefer, "RELATIVE_BASE": datetime(2000, 1, 1)}
    return DateDataParser(languages=["en"], settings=settings)


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if day else ""


def _later(published_on: str, count: int, unit: str) -> str:
    """Return the day so much later than publication; where only its year or month is known, than the last day of that.

    A strategy of 2016 that invests "over the next five years" may be of December: nothing is due on 1 January 2021.
    """
    from dateutil.relativedelta import relativedelta

    steps = {
        "day": relativedelta(days=count),
        "week": relativedelta(weeks=count),
        "month": relativedelta(months=count),
        "year": relativedelta(years=count),
    }
    later: date = date.fromisoformat(last_day(published_on)) + steps[unit.rstrip("s")]
    return later.isoformat()


def _next_month(start: str, month: str) -> str:
    """Return the last day of the named month that comes next after `start`."""
    year = int(start[:4])
    ends = [_day(f"{month} {candidate}", end=True, whole="") for candidate in (year, year + 1)]
    return next(end for end in ends if end >= start)
