"""Due: a year, a month and a day mean the same days everywhere, and no deadline is due in no range."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import plant_document, plant_promise

from pipeline.due import Due, is_written
from pipeline.errors import FilterError
from pipeline.store import rows

DAYS = st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2020", "2021", ("2020-01-01", "2021-12-31")),
        ("2020-02", "2020-02", ("2020-02-01", "2020-02-29")),
        ("2020-05-06", "2020-05-07", ("2020-05-06", "2020-05-07")),
        ("2020", "", ("2020-01-01", "9999-12-31")),
        ("", "2020-11", ("0001-01-01", "2020-11-30")),
    ],
)
def test_a_year_and_a_month_mean_all_their_days(first, last, days):
    assert Due(first, last).days == days


@pytest.mark.parametrize(
    "text", ["2020-13", "2021-02-29", "20", "20200", "2020-1-1", "x", "0000", "٢٠٢٠", "2020-01-01 "]
)
def test_what_is_no_year_month_or_day_is_refused(text):
    assert not is_written(text)
    with pytest.raises(FilterError, match=r"is no year, month or day\. Write it as 2020"):
        Due(last=text)


@given(DAYS)
def test_every_day_of_the_calendar_can_be_written(day):
    text = day.isoformat()
    assert Due(text, text).days == (text, text)


@given(DAYS)
def test_every_day_lies_in_its_month_and_in_its_year(day):
    text = day.isoformat()
    for part in (text[:4], text[:7]):
        first, last = Due(part, part).days
        assert first <= text <= last
        assert last[: len(part)] == part


@pytest.fixture
def promised(db):
    """Promises that are due on a day, that have a deadline without an end, and that have none."""
    plant_document(db, "xaa-2016")
    for deadline, to_on in (("by 2018", "2018-12-31"), ("by May 2020", "2020-05-31"), ("annually", ""), ("", "")):
        plant_promise(db, "xaa-2016", f"We will act {deadline}.", deadline=deadline, deadline_to=to_on)
    return db


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (Due(), ["", "annually", "by 2018", "by May 2020"]),
        (Due("2018"), ["by 2018", "by May 2020"]),
        (Due("2019"), ["by May 2020"]),
        (Due(last="2020-05-30"), ["by 2018"]),
        (Due("2018-12-31", "2018-12-31"), ["by 2018"]),
        (Due("2021", "2019"), []),
    ],
)
def test_a_list_holds_what_is_due_in_the_range(promised, due, expected):
    condition, days = due.condition
    found = rows(promised, f"select deadline from commitments where {condition} order by deadline", days)
    assert [row["deadline"] for row in found] == expected
