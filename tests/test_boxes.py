"""Boxes: where a quote stands on its page, line by line."""

from __future__ import annotations

import json

import pypdfium2
import pytest
from conftest import SAMPLE
from hypothesis import given
from hypothesis import strategies as st
from planting import plant_document, plant_passage

from pipeline.passages import load_boxes, passage_ids, write_passages
from pipeline.reading.text import plain_page
from pipeline.records import Line, Page, Passage, Rectangle, Segment
from pipeline.segmenting.boxes import boxes_of
from pipeline.store import rows, table

TEXT = "We will protect net-\nworks.1 We will help.\nof others"
FIRST = Line(0, 20, box=(72.0, 700.0, 172.0, 712.0), size=12.0, words=(72.0, 92.0, 112.0, 152.0))
SECOND = Line(21, 42, box=(72.0, 686.0, 177.0, 698.0), size=12.0, marks=((27, 28),), words=(72.0, 122.0, 142.0, 157.0))
THIRD = Line(0, 9, box=(72.0, 700.0, 117.0, 712.0), size=12.0, words=(72.0, 87.0))
PAGES = {
    1: Page(1, TEXT[:42], lines=(FIRST, SECOND), size=(595.0, 842.0)),
    2: Page(2, TEXT[43:], lines=(THIRD,), size=(595.0, 842.0)),
}
PASSAGE = Passage(
    "paragraph",
    "We will protect networks. We will help of others",
    (Segment(0, 19, 1, 0, 19), Segment(19, 25, 1, 21, 27), Segment(26, 38, 1, 29, 41), Segment(39, 48, 2, 0, 9)),
)


def boxes(words):
    """The rectangles of some words of the passage."""
    start = PASSAGE.text.index(words)
    return boxes_of(PASSAGE, start, start + len(words), PAGES)


def test_a_quote_of_one_line_has_one_rectangle_around_its_words():
    assert boxes("will protect") == [Rectangle(1, 92.0, 700.0, 149.0, 712.0)]


def test_the_last_word_of_a_line_ends_where_the_line_does():
    assert boxes("protect net") == [Rectangle(1, 112.0, 700.0, 172.0, 712.0)]


def test_a_quote_of_two_lines_has_a_rectangle_on_each():
    assert boxes("protect networks.") == [
        Rectangle(1, 112.0, 700.0, 172.0, 712.0),
        Rectangle(1, 72.0, 686.0, 119.0, 698.0),
    ]


def test_a_note_number_does_not_part_a_line():
    assert boxes("works. We will") == [Rectangle(1, 72.0, 686.0, 154.0, 698.0)]


def test_a_quote_over_a_page_break_has_rectangles_on_both_pages():
    assert boxes("help of") == [Rectangle(1, 157.0, 686.0, 177.0, 698.0), Rectangle(2, 72.0, 700.0, 84.0, 712.0)]


def test_a_word_of_which_only_a_part_is_quoted_is_shown_whole():
    assert boxes("ill prot") == boxes("will protect")


def test_a_line_whose_words_have_no_places_is_shown_whole():
    pages = {1: Page(1, TEXT[:42], lines=(Line(0, 20, box=FIRST.box, size=12.0), SECOND))}
    assert boxes_of(PASSAGE, 3, 7, pages) == [Rectangle(1, *FIRST.box)]


def test_a_text_without_layout_has_no_rectangles():
    assert boxes_of(PASSAGE, 0, 20, {1: plain_page(1, TEXT[:42])}) == []


def test_a_page_that_is_not_given_has_no_rectangles():
    assert [box.page for box in boxes_of(PASSAGE, 0, 48, {2: PAGES[2]})] == [2]


@given(st.integers(0, 48), st.integers(0, 48))
def test_rectangles_lie_inside_their_lines_one_on_each_in_the_order_of_reading(start, end):
    found = boxes_of(PASSAGE, start, end, PAGES)
    lines = [(1, FIRST.box), (1, SECOND.box), (2, THIRD.box)]
    places = [
        next(
            place
            for place, (page, line) in enumerate(lines)
            if (box.page, box.bottom, box.top) == (page, line[1], line[3])
        )
        for box in found
    ]
    assert places == sorted(set(places))
    assert all(
        lines[place][1][0] <= box.left < box.right <= lines[place][1][2]
        for place, box in zip(places, found, strict=True)
    )


@given(st.integers(0, 47), st.integers(1, 48))
def test_a_quote_has_a_rectangle_unless_it_is_blank(start, length):
    found = boxes_of(PASSAGE, start, start + length, PAGES)
    assert bool(found) is bool(PASSAGE.text[start : start + length].strip())


def test_the_boxes_of_a_quote_are_read_from_the_database(db):
    plant_document(db, "one")
    for page in PAGES.values():
        name = f"one-p{page.number}"
        table(db, "pages").upsert(
            {"id": name, "document_id": "one", "number": page.number, "status": "text", "text": page.text,
             "width": 595.0, "height": 842.0}, pk="id",
        )  # fmt: skip
        lines = [
            {"start": line.start, "end": line.end, "box": line.box, "size": 12.0, "words": line.words}
            for line in page.lines
        ]
        table(db, "page_lines").insert({"page_id": name, "lines": json.dumps(lines)})
    write_passages(db, "one", [PASSAGE])
    (name,) = passage_ids("one", [PASSAGE])
    assert load_boxes(db, name, 34, 41) == boxes("help of")


def test_a_text_without_pages_of_its_own_has_no_boxes_in_the_database(db):
    plant_document(db, "one")
    assert load_boxes(db, plant_passage(db, "one", "We will act."), 0, 12) == []


def test_a_passage_that_is_unknown_has_no_boxes(db):
    assert load_boxes(db, "none", 0, 12) == []


def squeezed(text):
    return "".join(char for char in text if char.isalnum())


@pytest.mark.parametrize("name", ["xaa-2016-strategy", "xaa-2021-strategy", "xbb-2018-strategy", "xcc-2023-strategy"])
def test_what_is_printed_inside_the_rectangles_of_a_quote_is_the_quote(sample_db, name):
    document = pypdfium2.PdfDocument(SAMPLE / "documents" / f"{name}.pdf", password="")
    texts = [page.get_textpage() for page in document]
    quotes = rows(sample_db, 'select passage_id, start, "end", quote from commitments where document_id = ?', [name])
    assert len(quotes) > 10
    for row in quotes:
        found = load_boxes(sample_db, row["passage_id"], row["start"], row["end"])
        printed = "".join(texts[b.page - 1].get_text_bounded(b.left - 1, b.bottom, b.right + 1, b.top) for b in found)
        assert squeezed(row["quote"]) in squeezed(printed)
        assert len(squeezed(printed)) <= len(squeezed(row["quote"])) + 4
