"""Rows: folded text, markers, blank lines and places on the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.text import plain_page
from pipeline.records import Line, Page
from pipeline.segmenting.rows import accept_bare_numbers, accept_letters, fold, origins, rows_of


def rows(*texts):
    """The rows of pages with these texts."""
    return rows_of([plain_page(number, text) for number, text in enumerate(texts, 1)])


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("  We \t will\nact ", "We will act"),
        ("e\ufb03cient of\ufb01ces", "efficient offices"),
        ("co\u00adoperate\u200b", "cooperate"),
        ("“state’s”", "“state’s”"),
        ("\u200b \ufeff", ""),
    ],
)
def test_printed_text_is_folded(printed, folded):
    assert fold(printed) == folded


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("a de\ufb01 ned \ufb01 eld", "a defined field"),
        ("an o\ufb03 ce", "an office"),
        ("Wi-\ufb01 networks and Wi\ufb01 too", "Wi-fi networks and Wifi too"),
        ("sta\ufb00 and others", "staff and others"),
        ("\ufb01 The next", "fi The next"),
    ],
)
def test_a_word_that_a_ligature_tears_is_whole(printed, folded):
    assert fold(printed) == folded
    assert len(origins(printed)) == len(folded)


@given(st.text(alphabet="aB é\n\t\ufb01\u00ad\u200b’"))
def test_folding_a_folded_text_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aB é\n\t\ufb03\u00ad\u200b’"))
def test_each_character_of_a_folded_text_has_its_place_in_the_printed_one(text):
    folded, places = fold(text), origins(text)
    assert places == sorted(places)
    assert len(places) == len(folded)
    assert [char for char, place in zip(folded, places, strict=True) if char not in (fold(text[place]) or " ")] == []


@given(st.text(alphabet="aB •1.)\n\t-\u00ad"))
def test_a_row_stands_where_it_says(text):
    page = plain_page(1, text)
    for row in rows_of([page]):
        assert fold(page.text[row.start : row.end]) == row.text
        assert row.start <= row.body <= row.end


@pytest.mark.parametrize(
    ("line", "marker", "words"),
    [
        ("• protect networks", "•", "protect networks"),
        ("•Protect networks", "•", "Protect networks"),
        ("- protect networks", "-", "protect networks"),
        ("\uf0b7 protect networks", "\uf0b7", "protect networks"),
        ("o protect networks", "o", "protect networks"),
        ("1. Protect", "1.", "Protect"),
        ("12) Protect", "12)", "Protect"),
        ("(3) Protect", "(3)", "Protect"),
        ("3.12. Protect", "3.12.", "Protect"),
        ("5.2.1 Protect", "5.2.1", "Protect"),
        ("a) protect", "a)", "protect"),
        ("(b) protect", "(b)", "protect"),
        ("A. Protect", "A.", "Protect"),
        ("iv) protect", "iv)", "protect"),
        ("IV. Protect", "IV.", "Protect"),
        ("§ 5 Protect", "§", "5 Protect"),
        ("•", "•", ""),
    ],
)
def test_a_bullet_or_number_is_the_marker_of_its_row(line, marker, words):
    (row,) = rows(line)
    assert (row.marker, row.words) == (marker, words)


@pytest.mark.parametrize(
    "line",
    [
        "1.5 million people",
        "2.5% of firms",
        "2017 was a good year",
        "of networks",
        "cyber-security",
        "-based systems",
        "A plan for all",
        "1,140 products",
        "in. Protect",
        "*protect",
    ],
)
def test_a_word_or_number_of_prose_is_no_marker(line):
    (row,) = rows(line)
    assert (row.marker, row.body) == ("", row.start)


def test_the_words_behind_a_marker_begin_at_its_body():
    page = plain_page(1, "  1.   Protect networks")
    (row,) = rows_of([page])
    assert page.text[row.body : row.end] == "Protect networks"


def test_a_heading_of_a_format_keeps_its_number():
    page = Page(1, "1. Protect", lines=(Line(0, 10, role="heading"),))
    assert rows_of([page])[0].marker == ""


def test_empty_lines_before_a_row_are_counted():
    assert [(row.text, row.blank) for row in rows("\nA\nB\n\n\nC\n")] == [("A", 1), ("B", 0), ("C", 2)]


def test_empty_lines_are_counted_on_each_page_anew():
    assert [row.blank for row in rows("A\n\n\n", "B")] == [0, 0]


def test_rows_are_numbered_from_both_ends_of_the_page():
    assert [row.edge for row in rows("A\nB\nC\nD\nE")] == [1, 2, 3, -2, -1]


def test_rows_of_a_laid_out_page_are_numbered_by_their_height():
    boxes = [(0, 700, 9, 712), (300, 700, 309, 712), (0, 400, 9, 412), (0, 60, 9, 72), (0, 30, 9, 42)]
    lines = tuple(Line(place * 2, place * 2 + 1, box=box) for place, box in enumerate(boxes))
    assert [row.edge for row in rows_of([Page(1, "A\nB\nC\nD\nE", lines=lines)])] == [1, 1, 2, -2, -1]


def test_the_indent_counts_tabs_as_eight():
    assert [row.indent for row in rows("A\n  B\n\tC")] == [0, 2, 8]


def bare(text):
    """The markers of rows once bare numbers have been accepted."""
    found = rows(text)
    accept_bare_numbers(found)
    return [row.marker for row in found]


def test_numbers_without_a_stop_are_markers_when_they_count_on():
    assert bare("1 Purpose\nWe will act.\n2 Scope\nWe will help.\n3 Means") == ["1", "", "2", "", "3"]


@pytest.mark.parametrize("text", ["1 Purpose\nWe will act.", "4 Countries\n9 Firms", "2 Scope\n3 Means"])
def test_a_number_without_a_stop_proves_nothing_by_itself(text):
    assert set(bare(text)) == {""}


def test_a_bare_number_is_cut_from_the_words_behind_it():
    page = plain_page(1, "1 Purpose\n2 Scope")
    found = rows_of([page])
    accept_bare_numbers(found)
    assert [page.text[row.body : row.end] for row in found] == ["Purpose", "Scope"]


def test_a_row_with_a_number_and_a_stop_keeps_its_marker():
    assert bare("1 Purpose\n1. Protect\n2 Scope") == ["1", "1.", "2"]


@pytest.mark.parametrize(
    ("text", "markers"),
    [
        ("a. Inventory\n\nb. Geography", ["a.", "b."]),
        ("a. Inventory\n\nThe state acts.", ["", ""]),
        ("e. g. in schools\n\nf. e. in courts", ["", ""]),
        ("a. Inventory\n\nb. Geography\n\nd. Law", ["a.", "b.", ""]),
    ],
)
def test_letters_with_a_stop_are_markers_when_they_count(text, markers):
    found = rows(text)
    accept_letters(found)
    assert [row.marker for row in found] == markers
