"""Layout: from glyphs to lines in reading order."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.layout import Cell, Glyph, lines_of

SIZE = 10.0
WIDTH = 5.0


def line(text, left=72.0, base=700.0, *, size=SIZE, bold=False):
    """The glyphs of a line of text, every character half as wide as it is high, with the line end."""
    glyphs = [
        Glyph(char, left + place * size / 2, base - 2, left + (place + 1) * size / 2, base + size - 2, base, size, bold)
        for place, char in enumerate(text)
    ]
    return [*glyphs, Glyph("\n", 0, 0, 0, 0, 0, 1)]


def lines(*printed):
    """The glyphs of lines, each given as arguments of `line`."""
    return [glyph for one in printed for glyph in line(*one)]


def texts(glyphs, cells=()):
    """The texts of laid lines."""
    return [laid.text for laid in lines_of(glyphs, cells)]


def columns(name, top=700.0):
    """Eight lines of two columns, printed row by row across the gutter."""
    return [
        (f"{side} column, {name} row {row}", left, top - 12 * row)
        for row in range(8)
        for side, left in (("left", 72.0), ("right", 320.0))
    ]


def read(name):
    """The same lines in the order of reading."""
    return [f"{side} column, {name} row {row}" for side in ("left", "right") for row in range(8)]


WIDE = "A title that runs over both of the columns of the page, wide as it is"


def test_a_page_without_glyphs_has_no_lines():
    assert lines_of([]) == []


def test_lines_are_read_from_the_top():
    assert texts(lines(("second", 72.0, 600.0), ("first", 72.0, 700.0))) == ["first", "second"]


def test_words_of_one_baseline_are_one_line():
    assert texts(lines(("We will", 72.0, 700.0), ("act.", 120.0, 700.0))) == ["We will act."]


def test_a_wide_gap_parts_words():
    assert texts(lines(("Action", 72.0, 700.0), ("Owner", 300.0, 700.0))) == ["Action Owner"]


def test_a_ligature_of_two_letters_parts_no_word():
    glyphs = lines(("The state", 72.0, 700.0))
    glyphs[0] = replace(glyphs[0], right=glyphs[1].right)
    glyphs[1] = replace(glyphs[1], char="h", left=glyphs[0].left)
    assert texts(glyphs) == ["The state"]


def test_two_columns_are_read_one_after_the_other():
    assert texts(lines(*columns("first"))) == read("first")


def test_the_order_of_the_content_stream_does_not_matter():
    printed = columns("first")
    random.Random(1).shuffle(printed)
    assert texts(lines(*printed)) == read("first")


@pytest.mark.xfail(strict=True, reason="fewer than five rows beside a column do not count as one: they are read across")
def test_a_last_column_of_two_lines_is_read_behind_the_first():
    assert texts(lines(*columns("last")[::2], *columns("last")[1:4:2])) == [*read("last")[:8], *read("last")[8:10]]


def test_a_title_over_both_columns_comes_first():
    assert texts(lines(*columns("first"), (WIDE, 72.0, 760.0))) == [WIDE, *read("first")]


def test_a_full_line_between_columns_parts_them_into_bands():
    printed = [*columns("upper"), (WIDE, 72.0, 560.0), *columns("lower", 500.0)]
    assert texts(lines(*printed)) == [*read("upper"), WIDE, *read("lower")]


def test_a_block_of_columns_has_another_number_than_its_neighbour():
    blocks = [laid.block for laid in lines_of(lines(*columns("first")))]
    assert len(set(blocks[:8])) == len(set(blocks[8:])) == 1
    assert blocks[0] != blocks[8]


def test_a_column_of_numbers_beside_a_text_is_no_column():
    printed = [(f"{row}.", 72.0, 700.0 - 12 * row) for row in range(1, 9)]
    printed += [
        ("We will protect the networks of the state and its people", 100.0, 700.0 - 12 * row) for row in range(1, 9)
    ]
    assert texts(lines(*printed))[0] == "1. We will protect the networks of the state and its people"


def test_a_raised_small_digit_is_a_note_mark():
    glyphs = [
        *line("billion")[:-1],
        *line("12", 72.0 + 7 * WIDTH, 704.0, size=6.0)[:-1],
        *line(" and", 72 + 7 * WIDTH + 6.0),
    ]
    (laid,) = lines_of(glyphs)
    assert (laid.text, laid.marks) == ("billion12 and", ((7, 9),))


@pytest.mark.parametrize(("base", "size"), [(700.0, 6.0), (704.0, 10.0)])
def test_a_digit_that_is_only_small_or_only_raised_is_no_note_mark(base, size):
    glyphs = [*line("in 201")[:-1], *line("7", 72.0 + 6 * WIDTH, base, size=size)]
    assert [laid.marks for laid in lines_of(glyphs)] == [()] * len(lines_of(glyphs))


def test_a_line_has_the_box_of_its_glyphs():
    (laid,) = lines_of(line("We will", 72.0, 700.0))
    assert laid.box == (72.0, 698.0, 72.0 + 7 * WIDTH, 708.0)


def test_a_line_has_the_size_of_most_of_its_glyphs():
    (laid,) = lines_of([*line("T", 72.0, size=14.0)[:-1], *line("he plan", 79.0)])
    assert laid.size == SIZE


@pytest.mark.parametrize(("bold_words", "expected"), [("Aims of the plan", True), ("Aims", False)])
def test_a_line_is_bold_when_nearly_all_of_it_is(bold_words, expected):
    rest = "Aims of the plan"[len(bold_words) :]
    glyphs = [*line(bold_words, bold=True)[:-1], *line(rest, 72.0 + WIDTH * len(bold_words))]
    (laid,) = lines_of(glyphs)
    assert laid.bold is expected


def test_cells_of_a_table_are_kept_apart_in_their_order():
    cells = [Cell((70, 690, 180, 715), 1, "Action"), Cell((180, 690, 290, 715), 1, "Owner")]
    laid = lines_of(lines(("Publish a list", 72.0, 700.0), ("Ministry", 182.0, 700.0)), cells)
    assert [(one.text, one.cell.column) for one in laid] == [("Publish a list", "Action"), ("Ministry", "Owner")]


def test_a_table_stands_where_it_is_printed():
    cells = [Cell((70, 640, 180, 665), 1)]
    assert texts(lines(("above", 72.0, 700.0), ("below", 72.0, 600.0), ("in the cell", 72.0, 650.0)), cells) == [
        "above",
        "in the cell",
        "below",
    ]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.text(alphabet="abcde fg", min_size=1, max_size=20), st.integers(40, 500), st.integers(40, 780)),
        max_size=30,
    )
)
def test_no_glyph_is_lost_or_made_up(printed):
    glyphs = lines(*((text, float(left), float(base)) for text, left, base in printed))
    found = "".join(texts(glyphs)).replace(" ", "")
    assert sorted(found) == sorted(glyph.char for glyph in glyphs if not glyph.char.isspace())
