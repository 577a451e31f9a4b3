"""Deadlines: the words, and the days that they mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.finding.deadlines import begins_with_a_date, date_cell, end_of_row, find_deadline, first_day

PUBLISHED = "2020-05-01"


def days(text, published_on=PUBLISHED):
    """First and last day of the deadline in a text."""
    found = find_deadline(text, published_on)
    return found and (found.from_on, found.to_on)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("by 2025", "2025-12-31"),
        ("by the end of 2025", "2025-12-31"),
        ("by June 2023", "2023-06-30"),
        ("by 1 June 2023", "2023-06-01"),
        ("by June 1, 2023", "2023-06-01"),
        ("by Sept. 2022", "2022-09-30"),
        ("no later than 30 September 2022", "2022-09-30"),
        ("until 31 December 2024", "2024-12-31"),
        ("by the third quarter of 2021", "2021-09-30"),
        ("by Q1 2022", "2022-03-31"),
        ("by mid-2022", "2022-08-31"),
        ("by mid 2022", "2022-08-31"),
        ("by summer 2021", "2021-09-30"),
        ("by February 2024", "2024-02-29"),
    ],
)
def test_by_a_date_runs_from_publication_to_its_last_day(text, last):
    assert days(text) == (PUBLISHED, last)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("before 2024", "2023-12-31"),
        ("prior to June 2023", "2023-05-31"),
        ("before 1 March 2024", "2024-02-29"),
        ("before the summer of 2021", "2021-05-31"),
        ("before March", "2021-02-28"),
        ("before the end of 2024", "2024-12-31"),
    ],
)
def test_before_a_date_ends_on_the_day_before_it(text, last):
    assert days(text) == (PUBLISHED, last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 2022", ("2022-01-01", "2022-12-31")),
        ("in May 2022", ("2022-05-01", "2022-05-31")),
        ("in the first half of 2022", ("2022-01-01", "2022-06-30")),
        ("in early 2022", ("2022-01-01", "2022-04-30")),
        ("in late 2022", ("2022-09-01", "2022-12-31")),
        ("in Q4 2022", ("2022-10-01", "2022-12-31")),
        ("in the spring of 2022", ("2022-03-01", "2022-06-30")),
        ("between 2021 and 2024", ("2021-01-01", "2024-12-31")),
        ("from January 2021 to June 2022", ("2021-01-01", "2022-06-30")),
        ("in the period 2021–2024", ("2021-01-01", "2024-12-31")),
        ("for 2021-2023", ("2021-01-01", "2023-12-31")),
    ],
)
def test_a_period_runs_from_its_first_to_its_last_day(text, expected):
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("within two years", "2022-05-01"),
        ("over the next three years", "2023-05-01"),
        ("in the next 18 months", "2021-11-01"),
        ("within 90 days", "2020-07-30"),
        ("within six weeks", "2020-06-12"),
        ("over a period of five years", "2025-05-01"),
    ],
)
def test_a_length_of_time_is_counted_from_publication(text, last):
    assert days(text) == (PUBLISHED, last)


@pytest.mark.parametrize(
    ("text", "published_on", "expected"),
    [
        ("over the next five years", "2016", ("2016-01-01", "2021-12-31")),
        ("within 12 months", "2011-11", ("2011-11-01", "2012-11-30")),
        ("within 14 days", "2011-11", ("2011-11-01", "2011-12-14")),
    ],
)
def test_a_length_of_time_is_counted_from_the_last_day_on_which_a_text_can_have_appeared(text, published_on, expected):
    assert days(text, published_on) == expected


def test_a_month_counted_from_its_last_day_ends_with_the_next():
    assert days("within one month", "2020-01-31") == ("2020-01-31", "2020-02-29")


@pytest.mark.parametrize(("text", "last"), [("by the end of June", "2020-06-30"), ("in March", "2021-03-31")])
def test_a_month_without_a_year_is_the_next_one_of_its_name(text, last):
    assert days(text) == (PUBLISHED, last)


@pytest.mark.parametrize(
    "text",
    [
        "annually",
        "every two years",
        "at least once a year",
        "over the coming years",
        "in the short term",
        "throughout the course of this strategy",
        "in the years to come",
        "over the years ahead",
        "in coming years",
        "over the next decade",
        "by the next ministerial meeting",
        "in a year\u2019s time",
        "once in 2 years",
        "at minimum every four years",
        "every second year",
    ],
)
def test_what_has_no_end_has_an_open_one(text):
    assert days(text) == (PUBLISHED, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by 2025", ("", "2025-12-31")),
        ("within two years", ("", "")),
        ("by the end of June", ("", "")),
        ("annually", ("", "")),
    ],
)
def test_without_a_date_of_publication_only_what_is_written_is_known(text, expected):
    assert days(text, "") == expected


@pytest.mark.parametrize(
    "text",
    [
        "by 31 June 2023",
        "by 30 February 2024",
        "by February 29, 2023",
        "before 31 June 2023",
    ],
)
def test_a_day_that_no_calendar_has_leaves_the_end_open(text):
    assert days(text) == (PUBLISHED, "")


@pytest.mark.parametrize(
    "text",
    ["In 2016 the Agency was founded.", "by 2015", "between 2012 and 2014", "before 2020", "from 2015 to April 2020"],
)
def test_a_date_before_the_text_is_no_deadline(text):
    assert find_deadline(text, PUBLISHED) is None


@pytest.mark.parametrize(
    "text",
    [
        "As said in the 2021 Defence White Paper, we will act.",
        "The steps set out in the 2021\u20132024 Action Plan will be taken.",
        "We will keep to what was declared in the 2022 Delhi Declaration.",
        "Prepare an action plan for 2021-2023.",
        "Implement the Programme for the Development of Security for 2021\u20132029.",
        "Propose a plan of action for the next three years.",
        "Keep to our commitments (agreed in 2020) with partners.",
        "Raise the number of firms that take part (71 as at October 2020).",
    ],
)
def test_a_year_in_a_title_the_span_of_a_plan_and_what_has_been_are_no_deadline(text):
    assert find_deadline(text, PUBLISHED) is None


@pytest.mark.parametrize(
    "text",
    [
        "Take part in the Group of Experts, which will reconvene in 2021.",
        "Work with the Council (during our presidency starting in June 2021) to promote freedom of speech.",
    ],
)
def test_the_date_of_a_meeting_or_of_a_term_of_office_is_no_deadline(text):
    assert find_deadline(text, PUBLISHED) is None


def test_a_deadline_behind_the_date_of_a_meeting_is_found():
    assert find_deadline("See that the Group, which will meet in 2021, reports in 2023.", PUBLISHED).text == "in 2023"


@pytest.mark.parametrize(
    "text", ["in the 2021-2022 two-year period", "in the 2021-2022 term", "in the 2021 fiscal year", "in the year 2021"]
)
def test_a_period_that_has_its_years_in_front_is_one(text):
    assert find_deadline(text, PUBLISHED) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hold a month of security in October each year.", "each year"),
        ("To be held once every two years as of 2021.", "once every two years"),
        ("Report annually, by 1 August.", "annually"),
        ("In annual plans, and annually, it will report.", "annually"),
    ],
)
def test_a_day_of_each_year_is_no_end(text, words):
    found = find_deadline(text, PUBLISHED)
    assert (found.text, found.to_on) == (words, "")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("within 90 days of his appointment", ""),
        ("within 120 days of the commencement of work by the Bureau", ""),
        ("within 90 days of this Resolution being passed", "2020-07-30"),
        ("in 18 months from the adoption of the policy", "2021-11-01"),
        ("for a period of three years", ""),
        ("for two years", ""),
        ("for the next three years", "2023-05-01"),
    ],
)
def test_a_length_of_time_from_another_day_than_the_text_has_no_known_end(text, last):
    assert days(text) == (PUBLISHED, last)


def test_what_goes_on_from_a_year_has_no_end():
    assert days("From 2022 onward") == ("2022-01-01", "")


def test_a_full_stop_behind_a_month_is_no_part_of_it():
    assert find_deadline("We will meet in February.", PUBLISHED).text == "in February"


def test_behind_a_date_in_the_past_a_later_one_is_found():
    assert find_deadline("What began in 2016 will end by 2025.", PUBLISHED).text == "by 2025"


@pytest.mark.parametrize(
    "text",
    [
        "We will help over 2000 firms.",
        "What we began three years ago will go on.",
        "The Agenda 2030 guides us.",
        "We may act in the end.",
        "Children two years old will be safer.",
        "A two-year plan will be drawn up.",
        "We will publish a guide.",
        "",
    ],
)
def test_what_names_no_time_to_act_is_no_deadline(text):
    assert find_deadline(text, PUBLISHED) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The guide will be ready by June 2023, in print.", "by June 2023"),
        ("By the end of 2022 we will act.", "By the end of 2022"),
        ("We will act (no later than 30 September 2022).", "no later than 30 September 2022"),
        ("We will act over the next three years.", "over the next three years"),
    ],
)
def test_a_deadline_is_found_with_its_words_and_offsets(text, expected):
    found = find_deadline(text, PUBLISHED)
    assert found.text == expected == text[found.start : found.end]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("June 2022", ("2020-05-01", "2022-06-30")),
        ("Q4 2022", ("2020-05-01", "2022-12-31")),
        ("2022", ("2020-05-01", "2022-12-31")),
        ("by 2022", ("2020-05-01", "2022-12-31")),
        ("2021-2023", ("2021-01-01", "2023-12-31")),
        ("Q1 2021 – Q3 2022", ("2021-01-01", "2022-09-30")),
        ("June 2021 / March 2022", ("2021-06-01", "2022-03-31")),
        ("31 June 2023", ("2020-05-01", "")),
        ("< 2 years", ("2020-05-01", "2022-05-01")),
        ("ongoing", ("", "")),
    ],
)
def test_the_cell_of_a_table_is_a_date_without_a_preposition(cell, expected):
    found = date_cell(cell, PUBLISHED)
    assert (found.text, found.from_on, found.to_on) == (cell, *expected)


@pytest.mark.parametrize("cell", ["", "  ", "2015", "2012-2014"])
def test_an_empty_cell_or_one_of_the_past_is_no_deadline(cell):
    assert date_cell(cell, PUBLISHED) is None


@pytest.mark.parametrize("cell", [" June 2022 ", "  ongoing", " by 2022"])
def test_the_offsets_of_a_cell_are_those_in_its_text(cell):
    found = date_cell(cell, PUBLISHED)
    assert cell[found.start : found.end] == found.text == cell.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Plan for the protection of ports approved Indicator in 2021",
        "Early warning centre established Indicators for 2021-2023",
        "Share of trained staff Baseline in 2021 Value in 2024",
        "Firms insured Status in 2021: none",
        "Firms insured Current value in 2021 40",
    ],
)
def test_a_year_in_the_head_of_a_column_of_measurements_is_no_deadline(text):
    assert find_deadline(text, PUBLISHED) is None


@pytest.mark.parametrize(
    "text",
    [
        "The Agency will revise the Indicators in 2021",
        "The Agency will publish its indicators in 2021",
        "The Agency will double its value in 2021",
        "The Agency will publish Indicators in 2021.",
        "Ports insured to their full Value by 2021",
    ],
)
def test_a_year_behind_a_measurement_that_is_no_head_is_a_deadline(text):
    assert find_deadline(text, PUBLISHED) is not None


def test_behind_the_head_of_a_column_a_deadline_is_found():
    assert find_deadline("Indicator in 2020 Centre built by 2022", PUBLISHED).text == "by 2022"


@pytest.mark.parametrize("text", ["The decades to come will be hard.", "Over the next few decades, trade will grow."])
def test_a_forecast_over_decades_is_no_deadline(text):
    assert find_deadline(text, PUBLISHED) is None


@pytest.mark.parametrize(
    ("text", "words", "last"),
    [
        ("Training the staff of all ministries December 2021", "December 2021", "2021-12-31"),
        ("Training staff as well as June 2021 ", "June 2021", "2021-06-30"),
        ("Testing by the standard (ISO 27001) Q3 2021.", "Q3 2021", "2021-09-30"),
    ],
)
def test_a_bare_month_at_the_end_of_a_row_is_found_with_its_offsets(text, words, last):
    found = end_of_row(text, PUBLISHED)
    assert (text[found.start : found.end], found.text, found.to_on) == (words, words, last)


@pytest.mark.parametrize(
    "text",
    [
        "Keep to the words of the Delhi Conference, December 2021",
        "Keep to the words of Delhi (December 2021",
        "Train the staff by December 2021",
        "Keep the plan of December 2021",
        "Meet on 12 December 2021",
        "Meet on the 19th December 2021",
        "Meet from June and December 2021",
        "Train the staff from June \u2013 December 2021",
        "Move the sites to the pre-December 2021",
        "Training in December 2021 the staff",
        "Training the staff December 2019",
        "Training the staff 2021",
        "December 2021",
    ],
)
def test_a_month_that_a_word_governs_a_day_a_citation_or_one_of_the_past_ends_no_row(text):
    assert end_of_row(text, PUBLISHED) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("June 2021", True), ("Q2 2021", True), ("Ongoing", True), ("August 2021 the ministries", True),
        ("Training in June 2021", False), ("June brings rain", False), ("", False),
    ],
)  # fmt: skip
def test_a_text_may_begin_as_the_date_column_of_a_table_does(text, expected):
    assert begins_with_a_date(text) is expected


@pytest.mark.parametrize(
    ("published_on", "first"),
    [("2020", "2020-01-01"), ("2020-05", "2020-05-01"), ("2020-05-07", "2020-05-07"), ("", "")],
)
def test_the_first_day_of_a_year_or_a_month_is_known(published_on, first):
    assert first_day(published_on) == first


WORDS = (
    "by in before within the end of 2019 2022 2025 31 June February Q4 mid- early two next years and - to from annually , May"
).split()


@given(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.sampled_from(["", "2020", "2020-05", "2020-02-29"])
)
@settings(deadline=None)
def test_whatever_the_words_a_deadline_stands_in_its_text_and_ends_after_publication(text, published_on):
    found = find_deadline(text, published_on)
    if found is not None:
        assert text[found.start : found.end] == found.text != ""
        assert not found.to_on or found.to_on >= first_day(published_on)


@given(st.integers(2021, 2099), st.integers(1, 12), st.integers(1, 28))
@settings(deadline=None, max_examples=50)
def test_a_written_day_is_the_last_of_its_deadline(year, month, day):
    months = "January February March April May June July August September October November December".split()
    assert days(f"by {day} {months[month - 1]} {year}") == (PUBLISHED, f"{year}-{month:02}-{day:02}")


@pytest.mark.parametrize(
    "text",
    [
        "As laid down in the 2031 budget, the Agency will hire analysts.",
        "The Agency will do what stands in the 2031 national report.",
        "Schools will be paid from funds for the 2031 - 2036 programming period.",
        "Judges will be trained as named in the 2031 National Security Strategy.",
    ],
)
def test_a_year_that_names_a_budget_or_a_report_is_no_deadline(text):
    assert find_deadline(text, "2030") is None


def test_behind_a_year_that_only_names_a_report_a_deadline_is_found():
    assert find_deadline("As laid down in the 2031 budget, guides will be published in 2032.", "2030").text == "in 2032"


def test_a_year_before_another_noun_is_one():
    assert find_deadline("In 2031 schools will be connected.", "2030").text == "In 2031"
