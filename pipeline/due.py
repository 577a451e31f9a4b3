"""Due: between which days commitments are to be due, with one meaning for search, lists, exports and saved searches.

Reads nothing; gives days, and a condition in SQL. A commitment is due on the last day that its deadline means
(`commitments.deadline_to`). One whose end is open or cannot be known, such as "annually", is due in no range.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from .errors import FilterError
from .finding.deadlines import first_day, last_day

WRITTEN = r"[1-9][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
"""A year, a month or a day, for forms as well; no calendar has some of the days."""
HOW = "2020, 2020-06 or 2020-06-30"
"""How one writes them, for people."""
_ALWAYS = ("0001-01-01", "9999-12-31")


@dataclass(frozen=True)
class Due:
    """Between which days commitments are to be due. Either end is a year, a month or a day, or "" when it is open.

    Raises:
        FilterError: an end is none of these.
    """

    first: str = ""
    last: str = ""

    def __post_init__(self) -> None:
        for text in (self.first, self.last):
            if text and not is_written(text):
                raise FilterError(f"{text!r} is no year, month or day.", remedy=f"Write it as {HOW}.")

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing: a commitment without a deadline passes too."""
        return not self.first and not self.last

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last day of the range."""
        return first_day(self.first) or _ALWAYS[0], last_day(self.last) or _ALWAYS[1]

    @property
    def condition(self) -> tuple[str, list[str]]:
        """An SQL condition on `commitments`, and its arguments. No deadline, "", comes before every day."""
        return ("true", []) if self.is_empty else ("commitments.deadline_to between ? and ?", list(self.days))


def is_written(text: str) -> bool:
    """Say whether a text is a year, a month or a day that the calendar has."""
    if not re.fullmatch(WRITTEN, text):
        return False
    year, month, day = (int(part) for part in f"{text}-01-01"[:10].split("-"))
    return day <= monthrange(year, month)[1]
