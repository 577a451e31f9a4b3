"""Page labels: the numbers that are printed on pages."""

from __future__ import annotations

import pytest

from pipeline.reading.labels import with_labels
from pipeline.reading.text import plain_page
from pipeline.records import Page, Reading

BODY = "We will act on this.\nWe will act on that.\nWe will help.\nWe will ask."


def labels(texts, *, paged=True):
    """The labels of pages with these texts."""
    reading = Reading("text", tuple(plain_page(number, text) for number, text in enumerate(texts, 1)), paged=paged)
    return [page.label for page in with_labels(reading).pages]


def test_numbers_that_run_along_with_the_pages_are_labels():
    assert labels([f"{BODY}\n{number}" for number in (5, 6, 7, 8)]) == ["5", "6", "7", "8"]


def test_a_page_without_its_number_gets_it_from_the_others():
    assert labels([f"{BODY}\n5", f"{BODY}\n6", BODY, f"{BODY}\n8"]) == ["5", "6", "7", "8"]


def test_a_page_before_the_first_number_has_no_label():
    assert labels([BODY, *(f"{number}\n{BODY}" for number in (1, 2, 3))]) == ["", "1", "2", "3"]


def test_the_number_of_all_pages_is_no_label():
    assert labels([f"{BODY}\nPage {number} of 9" for number in (1, 2, 3)]) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "texts",
    [
        [f"{BODY}\n{number}" for number in (4, 11, 2, 37)],
        [f"{BODY}\n2017" for _ in range(4)],
        [f"{BODY}\n{number}" for number in (5, 6)],
        [f"{BODY}\n{number}.5 million" for number in (5, 6, 7)],
        [BODY] * 4,
    ],
)
def test_numbers_that_do_not_run_along_are_no_labels(texts):
    assert set(labels(texts)) == {""}


def test_numbers_in_the_middle_of_a_page_are_no_labels():
    assert set(labels([f"{BODY}\n{number}\n{BODY}" for number in (5, 6, 7, 8)])) == {""}


def test_a_text_without_pages_has_no_labels():
    assert set(labels([f"{BODY}\n{number}" for number in (5, 6, 7)], paged=False)) == {""}


def test_labels_that_the_file_states_win():
    pages = tuple(Page(number, f"{BODY}\n{number}", label=label) for number, label in ((1, "i"), (2, "ii"), (3, "")))
    reading = Reading("pdf", pages)
    assert with_labels(reading) is reading


def test_labels_change_nothing_else():
    reading = Reading("text", tuple(plain_page(number, f"{BODY}\n{number}") for number in (1, 2, 3)))
    assert [(page.number, page.text, page.lines) for page in with_labels(reading).pages] == [
        (page.number, page.text, page.lines) for page in reading.pages
    ]
