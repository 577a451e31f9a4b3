"""Broken PDFs: rebuilt from what is left of them, and never read other than they were printed."""

from __future__ import annotations

import zlib

import pytest
from attacks import FONT, LEAF, SENTENCE, pdf, printed, stream, tree
from conftest import SAMPLE
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentProblem
from pipeline.reading.pdf import read_pdf
from pipeline.reading.rebuilding import rebuilt

BRANCH = b"<</Type/Pages/Count 2/Kids[3 0 R 6 0 R]>>"
SECOND = LEAF.replace(b"/Contents 4 0 R", b"/Contents 7 0 R")
TWO = pdf(
    b"<</Type/Catalog/Pages 2 0 R>>", BRANCH, LEAF, stream(printed("We will act.")), FONT, SECOND, stream(printed())
)


def texts(data):
    """The text of each page of a file that was rebuilt."""
    return [page.text for page in read_pdf(rebuilt(data), most_pages=99).pages]


def until(data, mark):
    """What stands before a mark."""
    return data[: data.index(mark)]


def test_a_pdf_without_its_end_has_its_pages_again():
    assert texts(until(TWO, b"xref")) == ["We will act.", SENTENCE]


def test_a_page_whose_text_was_cut_off_is_empty_and_the_others_keep_their_places():
    assert texts(until(TWO, b"(We will protect")) == ["We will act.", ""]


def test_a_page_whose_font_was_lost_is_empty():
    fontless = pdf(b"<</Type/Catalog/Pages 2 0 R>>", BRANCH, LEAF, stream(printed()), SECOND).replace(
        b"/F1 5 0 R", b"/F1 9 0 R"
    )
    assert [page.text for page in read_pdf_of(rebuilt(fontless))] == []


def read_pdf_of(data):
    """The pages of a PDF, or none when it is a problem."""
    try:
        return read_pdf(data, most_pages=9).pages
    except DocumentProblem:
        return []


def test_pages_stand_in_the_order_of_the_file_when_their_tree_is_lost():
    treeless = pdf(
        SECOND, FONT, stream(printed("We will act.")), LEAF.replace(b"5 0 R", b"2 0 R").replace(b"4 0 R", b"3 0 R")
    )
    second = treeless.replace(b"/Contents 7 0 R", b"/Contents 3 0 R").replace(b"/F1 5 0 R", b"/F1 2 0 R")
    assert texts(second) == ["We will act.", "We will act."]


@pytest.mark.parametrize("folded", [b"", b"/Filter/FlateDecode"])
def test_pieces_that_are_packed_in_a_stream_are_found(folded):
    body = b"3 0 5 %d " % (len(LEAF) + 1)
    content = body + LEAF + b"\n" + FONT
    piece = stream(zlib.compress(content) if folded else content, b"/Type/ObjStm/N 2/First %d%s" % (len(body), folded))
    data = b"%PDF-1.7\n" + b"".join(
        b"%d 0 obj\n%s\nendobj\n" % (number, one)
        for number, one in (
            (1, b"<</Type/Catalog/Pages 2 0 R>>"),
            (2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>"),
            (4, stream(printed())),
            (8, piece),
        )
    )
    assert texts(data) == [SENTENCE]


def test_a_piece_that_was_written_twice_counts_as_it_was_written_last():
    data = until(tree(), b"xref") + b"4 0 obj\n" + stream(printed("We will help.")) + b"\nendobj\n"
    assert texts(data) == ["We will help."]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj", until(tree(), b"xref") + b"/Encrypt 9 0 R"]
)
def test_a_file_without_a_page_or_with_a_key_is_not_rebuilt(data):
    assert rebuilt(data) is None


def test_branches_that_go_in_a_circle_end():
    data = until(tree(), b"xref").replace(b"/Type/Pages", b"/Type/Pages/Parent 2 0 R")
    assert texts(data) == [SENTENCE]


@pytest.mark.parametrize(("percent", "whole"), [(99, 8), (90, 6), (60, 4), (30, 2)])
def test_of_a_file_that_was_cut_off_the_pages_that_are_left_read_as_they_did(percent, whole):
    data = (SAMPLE / "documents" / "xaa-2016-strategy.pdf").read_bytes()
    before = read_pdf(data, most_pages=99)
    after = read_pdf(data[: len(data) * percent // 100], most_pages=99)
    assert [page.text for page in after.pages[:whole]] == [page.text for page in before.pages[:whole]]
    assert [page.status for page in after.pages[whole:]] == ["blank"] * (8 - whole)


def test_what_was_rebuilt_is_noted_with_the_pages_that_are_lost():
    notes = read_pdf(until(TWO, b"(We will protect"), most_pages=9).notes
    assert [(note.kind, note.page, note.message) for note in notes] == [
        ("damaged", None, "The PDF is cut off or broken; it was read from its pieces, and nothing is left of 1 of its 2 pages."),
        ("damaged", 2, "Nothing is left of this page."),
    ]  # fmt: skip


@given(st.integers(0, len(TWO)), st.integers(0, 60), st.binary(max_size=60))
def test_any_harm_leaves_a_reading_or_a_problem(place, size, noise):
    harmed = TWO[:place] + noise + TWO[place + size :]
    assert all(page.number for page in read_pdf_of(rebuilt(harmed) or harmed))
