"""Tables of plain text: cells side by side, and one after the other."""

from __future__ import annotations

import pytest

from pipeline.reading.text import plain_page
from pipeline.segmenting.joining import join, measure
from pipeline.segmenting.roles import passages_of
from pipeline.segmenting.rows import rows_of
from pipeline.segmenting.tables import with_tables

ALIGNED = """
The plan is as follows.

Action                          Responsible            Deadline
Publish a list of the           Ministry of Trade      June 2025
networks that matter

Train the staff of every        Academy of the         2026
agency                          Interior

The ministry reports every year to the parliament on what has been done so far.
"""
IN_TURN = """
Activity

Period

Responsible

Publish a list of the networks that matter to the state

2025

Ministry of Trade

Train the staff of every agency in the country

2026-

2027

Academy of the

Interior
"""
PUBLISH = ("Publish a list of the networks that matter", "Ministry of Trade", "June 2025")
TRAIN = ("Train the staff of every agency", "Academy of the Interior", "2026")


def passages(*texts):
    """The passages of a plain text of these pages."""
    rows, _ = with_tables(rows_of([plain_page(number, text) for number, text in enumerate(texts, 1)]))
    return passages_of(join(rows), measure(rows))


def table(*texts):
    """The cells of each row of a table that is found, as text."""
    return [tuple(p.text[start:end] for _, start, end in p.cells) for p in passages(*texts) if p.role == "table_row"]


def test_rows_of_an_aligned_table_are_read_cell_by_cell():
    assert table(ALIGNED) == [PUBLISH, TRAIN]


def test_a_cell_has_the_name_of_its_column():
    row = next(p for p in passages(ALIGNED) if p.role == "table_row")
    assert [column for column, _, _ in row.cells] == ["Action", "Responsible", "Deadline"]


def test_what_stands_around_an_aligned_table_stays_running_text():
    text = [p.text for p in passages(ALIGNED) if p.role != "table_row"]
    assert text == [
        "The plan is as follows.",
        "The ministry reports every year to the parliament on what has been done so far.",
    ]


def test_a_cell_knows_where_its_words_are_printed():
    row = next(p for p in passages(ALIGNED) if p.role == "table_row")
    printed = [ALIGNED[s.page_start : s.page_end] for s in row.segments]
    assert printed == ["Publish a list of the", "networks that matter", "Ministry of Trade", "June 2025"]


def test_an_aligned_table_without_blank_lines_has_a_row_for_each_full_line():
    lines = [line for line in ALIGNED.splitlines()[3:9] if line]
    assert table("\n".join(lines)) == [PUBLISH, TRAIN]


def test_the_head_of_an_aligned_table_may_have_two_lines():
    text = ALIGNED.replace(
        "Responsible            Deadline\n", "Party                  Deadline\n" + " " * 32 + "responsible\n\n"
    )
    row = next(p for p in passages(text) if p.role == "table_row")
    assert [column for column, _, _ in row.cells] == ["Action", "Party responsible", "Deadline"]


@pytest.mark.parametrize(
    "text",
    [
        ALIGNED.replace("Responsible", "Vegetables "),  # a head that names no column of an action table
        ALIGNED.replace("Responsible            Deadline", "Responsible"),  # two columns prove little
        ALIGNED.replace("networks that matter", "networks that matter, and publish it"),  # over its column's edge
        ALIGNED.replace("networks that matter", "networks that matter" + " " * 35 + "June 2026"),  # two rows in one
        IN_TURN.replace("2025", "Year"),  # a date that is none
        IN_TURN.replace("2025\n\nMinistry of Trade", "Ministry of Trade\n\n2025"),  # another order than the head's
        IN_TURN.replace("Responsible", "Vegetables"),
    ],
)
def test_a_table_with_anything_in_doubt_is_left_as_it_was(text):
    assert PUBLISH not in table(text)
    assert "Publish a list of the networks that matter" not in {cells[0] for cells in table(text)}


def test_cells_that_stand_one_after_the_other_are_rows():
    assert table(IN_TURN) == [
        ("Publish a list of the networks that matter to the state", "2025", "Ministry of Trade"),
        ("Train the staff of every agency in the country", "2026-2027", "Academy of the Interior"),
    ]


def test_a_table_whose_cells_stand_one_after_the_other_goes_on_over_a_page():
    first, second = IN_TURN.split("Train", 1)
    assert len(table(first, "Train" + second)) == 2


def test_an_owner_that_may_go_on_further_down_leaves_its_row_in_doubt():
    torn = IN_TURN.replace(
        "Ministry of Trade\n", "Ministry of\n\nEvery agency and every body that belongs to the state\n\nTrade\n"
    )
    assert [cells[0] for cells in table(torn)] == ["Train the staff of every agency in the country"]


def test_a_line_with_a_date_in_running_text_is_no_cell():
    text = "The action plan of the Ministry of Trade was published in full in\n\n2025\n\nIt will be renewed."
    assert table(text) == []


SCATTERED = """
No

Action

Deadline

Responsible

1.
The council starts its work, and its
rules are laid down

Completed

Ministry of Trade (Res)
"""


def doubted(*texts):
    """The pages of a plain text on which a table is in doubt."""
    return with_tables(rows_of([plain_page(number, text) for number, text in enumerate(texts, 1)]))[1]


@pytest.mark.parametrize("text", [SCATTERED, SCATTERED.upper(), SCATTERED.replace("Deadline", "Time frame")])
def test_a_page_on_which_a_table_begins_whose_rows_cannot_be_told_is_in_doubt(text):
    assert doubted("We will act.", text, "We will help.") == [2]


@pytest.mark.parametrize("text", [ALIGNED, IN_TURN])
def test_a_table_that_was_read_in_rows_is_not_in_doubt(text):
    assert doubted(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Timeline\n\nThe council meets twice a year, and its members are named by the government.",
        "It names an action and its\ndeadline\nand who is responsible for it in the\nministry",
        SCATTERED.replace("Deadline", "Term"),
        SCATTERED.replace("Action\n", "Action\n" + "We will act in good time.\n" * 30).replace("Responsible", "We"),
    ],
)
def test_words_that_also_name_columns_are_no_table(text):
    assert doubted(text) == []
