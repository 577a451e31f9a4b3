"""PDF: pages, labels, encryption, pictures, tables and broken files."""

from __future__ import annotations

import io
import zlib

import pytest
from attacks import one_page, printed, stream, tree
from conftest import SAMPLE
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.errors import PdfReadError
from pypdf.generic import RectangleObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.errors import DocumentProblem
from pipeline.reading.pdf import read_pdf

PICTURE = ImageReader(Image.new("RGB", (20, 20), "navy"))


def pdf(*draw, **options):
    """The bytes of a PDF whose pages are drawn by functions of a canvas; a string is one line of text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    for page in draw:
        if isinstance(page, str):
            canvas.drawString(72, 700, page)
        else:
            page(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def rewritten(data, change):
    """The bytes of a PDF once `change` has had its writer."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def read(data, most_pages=100):
    return read_pdf(data, most_pages=most_pages)


def texts(data):
    """The text of each page."""
    return [page.text for page in read(data).pages]


def problem(data, **limits):
    """The problem that the file is."""
    with pytest.raises(DocumentProblem) as caught:
        read(data, **limits)
    return caught.value


def picture(canvas):
    canvas.drawImage(PICTURE, 72, 300, 400, 400)


def nothing(_):
    pass


def test_each_page_of_the_file_is_a_page():
    assert [(page.number, page.text) for page in read(pdf("We will act.", "We will help.")).pages] == [
        (1, "We will act."),
        (2, "We will help."),
    ]


def test_a_pdf_is_a_text_with_pages():
    assert read(pdf("We will act.")).paged


def test_a_line_knows_its_place_and_size():
    def draw(canvas):
        canvas.setFont("Helvetica", 12)
        canvas.drawString(72, 700, "We will act.")

    (line,) = read(pdf(draw)).pages[0].lines
    left, bottom, right, top = line.box
    assert (left, bottom < 700 < top, round(right)) == (72.0, True, 133)


def test_a_line_knows_where_its_words_begin():
    def draw(canvas):
        canvas.setFont("Courier", 10)
        canvas.drawString(72, 700, "We will act.")

    assert read(pdf(draw)).pages[0].lines[0].words == (72.0, 90.0, 120.0)


def test_a_page_knows_its_size():
    assert [page.size for page in read(pdf("We will act.", picture)).pages] == [(595.3, 841.9)] * 2


def test_the_size_of_a_turned_page_is_that_which_is_shown():
    turned = rewritten(pdf("We will act."), lambda writer: writer.pages[0].rotate(90))
    assert read(turned).pages[0].size == (841.9, 595.3)


def test_places_are_counted_from_the_corner_of_what_is_shown():
    def crop(writer):
        writer.pages[0].cropbox = RectangleObject((50, 100, 500, 800))

    whole, cropped = (read(data).pages[0] for data in (pdf("We will act."), rewritten(pdf("We will act."), crop)))
    left, bottom, right, top = whole.lines[0].box
    assert cropped.size == (450.0, 700.0)
    assert cropped.lines[0].box == pytest.approx((left - 50, bottom - 100, right - 50, top - 100), abs=0.11)
    assert cropped.lines[0].words == tuple(edge - 50 for edge in whole.lines[0].words)


def test_a_bold_font_makes_a_bold_line():
    def draw(canvas):
        for height, font in ((700, "Helvetica-Bold"), (680, "Helvetica")):
            canvas.setFont(font, 12)
            canvas.drawString(72, height, "We will act.")

    assert [line.bold for line in read(pdf(draw)).pages[0].lines] == [True, False]


@pytest.mark.parametrize(("rotation", "corner"), [(90, (A4[0], 0)), (180, A4), (270, (0, A4[1]))])
def test_a_turned_page_is_read_as_it_is_shown(rotation, corner):
    def draw(canvas):
        canvas.translate(*corner)
        canvas.rotate(rotation)
        for place, text in enumerate(("first line", "second line", "third line")):
            canvas.drawString(72, 500 - 14 * place, text)

    turned = rewritten(pdf(draw), lambda writer: writer.pages[0].rotate(rotation))
    assert texts(turned) == ["first line\nsecond line\nthird line"]


def test_an_empty_user_password_asks_for_nothing():
    data = rewritten(pdf("We will act."), lambda writer: writer.encrypt("", "owner"))
    assert texts(data) == ["We will act."]


def test_a_file_with_a_password_is_encrypted():
    data = rewritten(pdf("We will act."), lambda writer: writer.encrypt("secret", "owner"))
    assert problem(data).kind == "encrypted"


def test_the_labels_of_the_file_are_those_of_its_pages():
    def label(writer):
        writer.set_page_label(0, 0, PageLabelStyle.LOWERCASE_ROMAN)
        writer.set_page_label(1, 2, PageLabelStyle.DECIMAL)

    data = rewritten(pdf("A plan", "We will act.", "We will help."), label)
    assert [page.label for page in read(data).pages] == ["i", "1", "2"]


def test_a_file_that_states_no_labels_has_none():
    assert [page.label for page in read(pdf("We will act.")).pages] == [""]


def test_the_properties_of_the_file_give_title_and_date():
    def draw(canvas):
        canvas.setTitle("A Plan for Arvenia")
        canvas.drawString(72, 700, "We will act.")

    reading = read(pdf(draw, invariant=1))
    assert (reading.title, reading.published_on) == ("A Plan for Arvenia", "2000-01-01")


def test_a_picture_without_text_needs_ocr():
    reading = read(pdf("We will act.", picture))
    assert [page.status for page in reading.pages] == ["text", "needs_ocr"]
    assert [(note.kind, note.page) for note in reading.notes] == [("needs_ocr", 2)]


def test_a_page_with_nothing_on_it_is_blank():
    reading = read(pdf("We will act.", nothing))
    assert [page.status for page in reading.pages] == ["text", "blank"]
    assert reading.notes == ()


@pytest.mark.parametrize(("page", "kind"), [(picture, "needs_ocr"), (nothing, "empty")])
def test_a_file_without_any_text_is_a_problem(page, kind):
    assert problem(pdf(page, page)).kind == kind


def test_a_file_with_more_pages_than_the_limit_is_too_large():
    found = problem(pdf("a", "b", "c"), most_pages=2)
    assert (found.kind, found.message) == ("too_large", "The PDF has 3 pages; the limit is 2.")


def test_a_file_with_as_many_pages_as_the_limit_is_read():
    assert len(read(pdf("a", "b"), most_pages=2).pages) == 2


def test_a_file_that_no_reader_can_open_is_damaged():
    assert problem(b"%PDF-1.7\nnothing of a PDF").kind == "damaged"


def test_a_file_without_its_last_kilobyte_is_still_read():
    data = pdf("We will act.", "We will help.", pageCompression=0)
    assert texts(data[: data.rindex(b"xref")]) == ["We will act.", "We will help."]


@pytest.mark.parametrize("error", [AssertionError, KeyError, RecursionError, PdfReadError])
def test_a_file_whose_structure_cannot_be_read_still_has_its_text(error, monkeypatch):
    data = pdf("We will act.")

    def broken(*_, **__):
        raise error

    monkeypatch.setattr("pypdf.PdfReader", broken)
    assert texts(data) == ["We will act."]


def ruled(rows, top=700):
    """A function that draws a ruled table of two columns."""

    def draw(canvas):
        foot = top - 20 * len(rows)
        canvas.lines([(left, top, left, foot) for left in (72, 372, 472)])
        for row in range(len(rows) + 1):
            canvas.line(72, top - 20 * row, 472, top - 20 * row)
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                canvas.drawString(76 + 300 * column, top - 14 - 20 * row, text)

    return draw


TABLE = [("Action", "Owner"), ("Publish a list", "Ministry"), ("Train staff", "Academy")]


def cells(page):
    """The cells of a page as (role, column, text)."""
    return [(line.role, line.column, page.text[line.start : line.end]) for line in page.lines if line.role]


def test_a_ruled_table_is_read_in_cells_with_their_columns():
    assert cells(read(pdf(ruled(TABLE))).pages[0]) == [
        ("column", "Action", "Action"), ("column", "Owner", "Owner"),
        ("cell", "Action", "Publish a list"), ("cell", "Owner", "Ministry"),
        ("cell", "Action", "Train staff"), ("cell", "Owner", "Academy"),
    ]  # fmt: skip


def test_a_page_whose_rules_cannot_be_read_is_noted_and_read_as_text(monkeypatch):
    def fail(*_, **__):
        raise ValueError("no rules")

    monkeypatch.setattr("pdfplumber.open", fail)
    reading = read(pdf(ruled(TABLE)))
    assert [(note.kind, note.page) for note in reading.notes] == [("table", 1)]
    assert cells(reading.pages[0]) == []
    assert "Publish a list" in reading.pages[0].text


def test_a_table_on_the_next_page_keeps_the_names_of_its_columns():
    rows = [
        ("Appoint an officer for every ministry and agency", "Cabinet"),
        ("Report to the parliament of the state", "Ministry"),
    ]
    pages = read(pdf(ruled(TABLE), ruled(rows))).pages
    assert [(role, column) for role, column, _ in cells(pages[1])] == [("cell", "Action"), ("cell", "Owner")] * 2


def test_a_short_first_row_on_the_next_page_is_a_row():
    pages = read(
        pdf(ruled(TABLE), ruled([("Audit the agencies", "Court"), ("Report to parliament", "Ministry")]))
    ).pages
    assert [(role, column) for role, column, _ in cells(pages[1])] == [("cell", "Action"), ("cell", "Owner")] * 2


def test_rows_of_a_table_have_numbers_of_their_own_over_pages():
    pages = read(pdf(ruled(TABLE), ruled(TABLE))).pages
    groups = [line.group for page in pages for line in page.lines]
    assert groups == sorted(groups)
    assert len(set(groups)) == 6


def test_a_box_around_a_heading_is_no_table():
    assert cells(read(pdf(ruled([("Aims of the plan", "")]))).pages[0]) == []


def test_a_raised_number_is_marked():
    def draw(canvas):
        text = canvas.beginText(72, 700)
        text.setFont("Helvetica", 12)
        text.textOut("We will act")
        text.setFont("Helvetica", 7)
        text.setRise(5)
        text.textOut("12")
        text.setRise(0)
        text.setFont("Helvetica", 12)
        text.textOut(" at once.")
        canvas.drawText(text)

    page = read(pdf(draw)).pages[0]
    assert [page.text[start:end] for line in page.lines for start, end in line.marks] == ["12"]


def test_a_hyphen_at_a_line_end_is_a_hyphen():
    def draw(canvas):
        canvas.drawString(72, 700, "the safety of net-")
        canvas.drawString(72, 686, "works")

    assert texts(pdf(draw)) == ["the safety of net-\nworks"]


@pytest.mark.parametrize(
    ("name", "pages", "status"),
    [
        ("xaa-2016-strategy", 8, {"text"}),
        ("xaa-2021-strategy", 6, {"text"}),
        ("xcc-2023-strategy", 3, {"text"}),
        ("xdd-2020-strategy", 5, {"text", "needs_ocr"}),
    ],
)
def test_the_pdfs_of_the_sample_are_read(name, pages, status):
    reading = read((SAMPLE / "documents" / f"{name}.pdf").read_bytes())
    assert (len(reading.pages), {page.status for page in reading.pages}) == (pages, status)


def test_headings_of_two_columns_are_read_in_their_order(truth):
    text = " ".join(" ".join(texts((SAMPLE / "documents" / "xaa-2021-strategy.pdf").read_bytes())).split())
    place = 0
    for block in truth["xaa-2021-strategy"]:
        if block["role"] == "heading":
            place = text.index(block["text"], place)
    assert place > 0.8 * len(text)


def notes(data):
    """What is noted of a file, as (kind, page)."""
    return [(note.kind, note.page) for note in read(data).notes]


def test_a_page_that_is_not_what_its_checksum_says_is_noted():
    folded = zlib.compress(printed())
    spoiled = one_page(stream(folded[:-4] + bytes(4), b"/Filter/FlateDecode"))
    assert notes(one_page(stream(folded, b"/Filter/FlateDecode"))) == []
    assert notes(spoiled) == [("damaged", 1)]


def test_a_stretch_of_zeros_in_a_page_is_noted():
    assert notes(one_page(stream(printed() + bytes(200)))) == [("damaged", 1)]


def test_a_file_out_of_which_a_part_was_cut_is_noted():
    whole = pdf(*(f"We will act on page {number}." for number in range(9)), pageCompression=0)
    assert notes(whole[:1200] + whole[2400:])[-1] == ("damaged", None)


@pytest.mark.parametrize("junk", [b"", b"\n", b"junk " * 100, b"junk " * 2000])
def test_what_stands_before_a_pdf_is_passed_over(junk):
    assert [one.text for one in read(junk + tree()).pages] == [
        "We will protect the networks of every ministry by 2025."
    ]
    assert notes(junk + tree()) == []


@pytest.mark.parametrize("count", [1_000_000, 2**31 - 1, -1])
def test_a_file_that_lies_about_its_pages_has_those_that_it_has(count):
    assert len(read(tree(b"3 0 R", count)).pages) == 1


@pytest.mark.parametrize("method", ["RC4-40", "RC4-128", "AES-128", "AES-256", "AES-256-R5"])
def test_a_file_that_opens_without_a_password_is_read_with_its_layout(method):
    data = rewritten(tree(), lambda writer: writer.encrypt("", "the owner's", algorithm=method))
    (found,) = read(data).pages
    assert found.lines[0].box is not None


def test_a_page_that_cannot_be_opened_is_noted():
    assert notes(tree(b"3 0 R 2 0 R", 2)) == [("damaged", 2)]


def test_what_was_typed_into_a_form_is_read():
    def draw(canvas):
        canvas.drawString(72, 700, "What will you do?")
        canvas.acroForm.textfield(value="We will act.", x=72, y=640, width=300, height=24, fontName="Helvetica")

    assert texts(pdf(draw)) == ["What will you do?\nWe will act."]
