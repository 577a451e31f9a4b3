"""HTML, Word, OpenDocument and Markdown: each becomes blocks with their roles."""

from __future__ import annotations

import io
import zipfile

import pytest
from conftest import SAMPLE
from docx import Document

from pipeline.errors import DocumentProblem
from pipeline.reading.markup import read_docx, read_html, read_markdown, read_odt

FILLER = "<p>The Government of Arvenia publishes this strategy for the years to come, after a consultation.</p>"
ODT_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table")
)


def blocks(reading):
    """The blocks of a reading as (role, text)."""
    (page,) = reading.pages
    return [(line.role, page.text[line.start : line.end]) for line in page.lines]


def html(body, head=""):
    """Blocks of a web page, without its filler."""
    reading = read_html(
        f"<html><head>{head}</head><body><article>{FILLER}{body}{FILLER}</article></body></html>".encode()
    )
    return [block for block in blocks(reading) if not block[1].startswith("The Government of Arvenia publishes")]


def word(write):
    """What is read of a Word file that `write` has filled."""
    document = Document()
    write(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return read_docx(buffer.getvalue())


def odt(body, doctype=""):
    """The bytes of an OpenDocument text with this body, and what stands before it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "content.xml",
            f"{doctype}<office:document-content {ODT_NAMES}><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
        )
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h2>Aims of the plan</h2>", [("heading", "Aims of the plan")]),
        ("<p>We will\n   act.</p>", [("paragraph", "We will act.")]),
        (
            "<ul><li>protect networks</li><li>train people</li></ul>",
            [("list_item", "protect networks"), ("list_item", "train people")],
        ),
        ("<p>We will <b>certainly</b> act.</p>", [("paragraph", "We will certainly act.")]),
        ("<p>We will act<sup>12</sup>.</p>", [("paragraph", "We will act.")]),
        ("<p>Area in km<sup>th</sup></p>", [("paragraph", "Area in kmth")]),
    ],
)
def test_a_block_of_a_web_page_has_its_role(body, expected):
    assert html(body) == expected


def test_the_furniture_of_a_web_site_is_left_out():
    reading = read_html((SAMPLE / "documents" / "xaa-2017-international-strategy.html").read_bytes())
    text = reading.pages[0].text
    assert "cookie" not in text
    assert "Related links" not in text


def test_a_script_is_no_text():
    assert html("<script>We.will.act()</script>") == []


def test_a_table_of_a_web_page_is_read_with_its_columns():
    body = "<table><tr><th>Action</th><th>Owner</th></tr><tr><td>Publish a list</td><td>Ministry</td></tr></table>"
    reading = read_html(f"<html><body><article>{FILLER}{body}{FILLER}</article></body></html>".encode())
    cells = [(line.role, line.column, reading.pages[0].text[line.start : line.end]) for line in reading.pages[0].lines]
    assert [cell for cell in cells if cell[0] in ("cell", "column")] == [
        ("column", "Action", "Action"),
        ("column", "Owner", "Owner"),
        ("cell", "Action", "Publish a list"),
        ("cell", "Owner", "Ministry"),
    ]


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [("utf-8", ""), ("iso-8859-2", '<meta charset="iso-8859-2">'), ("cp1252", ""), ("utf-8-sig", "")],
)
def test_a_web_page_is_decoded_as_it_says(encoding, meta):
    text = "Státní úřad bude chránit sítě" if encoding == "iso-8859-2" else "The state’s duty – to act"
    page = f"<html><head>{meta}</head><body><article>{FILLER}<p>{text}</p>{FILLER}</article></body></html>"
    assert ("paragraph", text) in blocks(read_html(page.encode(encoding)))


def test_a_web_page_without_text_of_its_own_is_empty():
    with pytest.raises(DocumentProblem) as caught:
        read_html(b"<html><body><script>x()</script></body></html>")
    assert caught.value.kind == "empty"


def test_a_web_page_is_no_file_with_pages():
    assert not read_html(f"<html><body><article>{FILLER * 3}</article></body></html>".encode()).paged


def test_headings_of_a_word_file_have_their_level():
    def write(document):
        document.add_heading("Aims", 1)
        document.add_heading("Networks", 2)

    page = word(write).pages[0]
    assert [(page.text[line.start : line.end], line.role, line.level) for line in page.lines] == [
        ("Aims", "heading", 1),
        ("Networks", "heading", 2),
    ]


@pytest.mark.parametrize(
    ("style", "role"),
    [
        ("Normal", "paragraph"),
        ("List Bullet", "list_item"),
        ("List Number", "list_item"),
        ("Title", "heading"),
        ("Caption", "caption"),
    ],
)
def test_a_style_of_a_word_file_gives_the_role(style, role):
    assert blocks(word(lambda document: document.add_paragraph("We will act on it.", style))) == [
        (role, "We will act on it.")
    ]


def test_a_short_bold_paragraph_of_a_word_file_is_a_heading():
    assert blocks(word(lambda document: setattr(document.add_paragraph().add_run("Our aims"), "bold", True))) == [
        ("heading", "Our aims")
    ]


@pytest.mark.parametrize("text", ["We will act.", "We will:", "b" * 121])
def test_a_bold_paragraph_with_a_stop_or_without_end_is_no_heading(text):
    assert blocks(word(lambda document: setattr(document.add_paragraph().add_run(text), "bold", True))) == [
        ("paragraph", text)
    ]


def test_the_properties_of_a_word_file_give_title_and_date():
    reading = read_docx((SAMPLE / "documents" / "xbb-2022-action-plan.docx").read_bytes())
    assert (reading.title, reading.published_on[:4]) == ("Belmora Action Plan for Network Security 2022–2024", "2022")


def test_footnotes_of_a_word_file_are_footnotes_and_leave_no_number_behind(truth):
    found = blocks(read_docx((SAMPLE / "documents" / "xcc-2019-strategy.docx").read_bytes()))
    wanted = [block["text"] for block in truth["xcc-2019-strategy"] if block["role"] == "footnote"]
    assert [text for role, text in found if role == "footnote"] == wanted


def test_rows_of_a_word_table_are_told_apart():
    def write(document):
        table = document.add_table(3, 2)
        for row, texts in enumerate([("Action", "Owner"), ("Publish a list", "Ministry"), ("Train staff", "Academy")]):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text

    lines = word(write).pages[0].lines
    assert [(line.role, line.column, line.group) for line in lines] == [
        ("column", "Action", 1), ("column", "Owner", 1),
        ("cell", "Action", 2), ("cell", "Owner", 2),
        ("cell", "Action", 3), ("cell", "Owner", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reader"),
    [(b"PK\x03\x04 broken", read_docx), (b"PK\x03\x04 broken", read_odt), (odt("<text:p>We"), read_odt)],
)
def test_a_broken_office_file_is_damaged(data, reader):
    with pytest.raises(DocumentProblem) as caught:
        reader(data)
    assert caught.value.kind == "damaged"


@pytest.mark.parametrize(
    "reader", [lambda: word(lambda _: None), lambda: read_markdown(b"\n\n"), lambda: read_odt(odt(""))]
)
def test_an_office_file_without_words_is_empty(reader):
    with pytest.raises(DocumentProblem) as caught:
        reader()
    assert caught.value.kind == "empty"


def test_an_opendocument_text_is_read_with_its_roles():
    data = odt(
        '<text:h text:outline-level="2">Aims</text:h><text:p>We<text:s/>will <text:span>act</text:span>.</text:p>'
        "<text:list><text:list-item><text:p>protect networks</text:p></text:list-item></text:list>"
    )
    assert blocks(read_odt(data)) == [
        ("heading", "Aims"),
        ("paragraph", "We will act."),
        ("list_item", "protect networks"),
    ]


def test_a_note_of_an_opendocument_text_follows_its_paragraph():
    data = odt(
        "<text:p>We will act<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See there.</text:p>"
        "</text:note-body></text:note> soon.</text:p>"
    )
    assert blocks(read_odt(data)) == [("paragraph", "We will act soon."), ("footnote", "See there.")]


def test_deleted_words_of_an_opendocument_text_are_not_read():
    data = odt(
        "<text:tracked-changes><text:p>We will not act.</text:p></text:tracked-changes><text:p>We will act.</text:p>"
    )
    assert blocks(read_odt(data)) == [("paragraph", "We will act.")]


def test_an_opendocument_text_opens_no_other_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    data = odt("<text:p>We will act. &x;</text:p>", f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>')
    assert blocks(read_odt(data)) == [("paragraph", "We will act.")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Aims", [("heading", "Aims")]),
        ("We will\nact.", [("paragraph", "We will act.")]),
        ("- protect\n- train", [("list_item", "protect"), ("list_item", "train")]),
        ("1. protect\n2. train", [("list_item", "protect"), ("list_item", "train")]),
        ("> We will act.", [("paragraph", "We will act.")]),
        ("**Our aims**", [("heading", "Our aims")]),
        ("We will [act](https://example.org).", [("paragraph", "We will act.")]),
        (
            "<b>We</b> will act.<br>In the 21<sup>st</sup> century.",
            [("paragraph", "We will act. In the 21st century.")],
        ),
    ],
)
def test_markdown_is_read_with_its_roles(text, expected):
    assert blocks(read_markdown(text.encode())) == expected


def test_an_item_inside_an_item_has_a_greater_level():
    lines = read_markdown(b"- protect\n  - networks\n- train").pages[0].lines
    assert [line.level for line in lines] == [1, 2, 1]


def test_the_front_matter_of_markdown_gives_title_and_date():
    reading = read_markdown(b"---\ntitle: A  plan\ndate: 2017-09-14\n---\n\nWe will act.\n")
    assert (reading.title, reading.published_on, blocks(reading)) == (
        "A plan",
        "2017-09-14",
        [("paragraph", "We will act.")],
    )


def test_front_matter_that_is_no_yaml_is_left_out():
    assert blocks(read_markdown(b"---\ntitle: [\n---\nWe will act.\n")) == [("paragraph", "We will act.")]


@pytest.mark.parametrize("reader", [read_markdown, lambda data: read_html(b"<html><body>" + data + b"</body></html>")])
def test_offsets_of_lines_give_blocks_without_outer_white_space(reader):
    page = reader(
        b"We will act on this at once, together with everybody who wants to.\n\nWe will also help others to do it.\n"
    ).pages[0]
    texts = [page.text[line.start : line.end] for line in page.lines]
    assert [text for text in texts if text != text.strip() or not text] == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>run()</script>\n\nWe will act.",
        "We will act.<!-- run() -->",
        "<style>p { color: red }</style>\n\nWe will <b onclick='run()'>act</b>.",
        "[We will act.](javascript:run())",
    ],
)
def test_programs_in_markdown_are_no_text(text):
    assert blocks(read_markdown(text.encode())) == [("paragraph", "We will act.")]


@pytest.mark.parametrize(
    "front",
    [
        "date: 2018-99-99",
        "title: " + "9" * 5000,
        "title: [" + "[" * 3000,
        "title: [a, b]",
        "? [a]\n: b",
        "title: &a [*a]",
    ],
)
def test_front_matter_that_cannot_be_meant_is_left_out(front):
    reading = read_markdown(f"---\n{front}\n---\nWe will act.".encode())
    assert (reading.pages[0].text, reading.title, reading.published_on) == ("We will act.", "", "")


@pytest.mark.parametrize(
    "between", ["<!-- note -->", "<?run?>", "<office:annotation><text:p>note</text:p></office:annotation>"]
)
def test_what_stands_behind_a_comment_in_an_open_document_is_read(between):
    assert blocks(read_odt(odt(f"<text:p>We will {between}act.</text:p>"))) == [("paragraph", "We will act.")]


@pytest.mark.parametrize("charset", ["idna", "undefined", "utf-16", "hex", "nonsense"])
def test_an_encoding_that_a_page_cannot_be_in_is_not_believed(charset):
    data = f'<meta charset="{charset}">{FILLER}<p>The café will act.</p>{FILLER}'.encode("cp1252")
    assert "The café will act." in read_html(data).pages[0].text


def test_a_text_that_a_page_states_for_machines_alone_is_not_read():
    stated = '<script type="application/ld+json">{"articleBody": "%s"}</script>' % ("We will hide. " * 50)
    assert "hide" not in read_html(f"<html><head>{stated}</head><body>{FILLER}</body></html>".encode()).pages[0].text


def test_a_date_that_a_page_states_for_machines_is_believed():
    stated = '<script type="application/ld+json">{"@type": "Article", "datePublished": "2018-05-04"}</script>'
    assert read_html(f"<html><head>{stated}</head><body>{FILLER}</body></html>".encode()).published_on == "2018-05-04"


@pytest.mark.parametrize("read", [read_html, read_markdown])
def test_markup_that_nests_without_end_is_damaged(read):
    with pytest.raises(DocumentProblem, match="nests too deeply"):
        read(f"<html><body>{FILLER}{'<div>' * 1000}We will act.".encode())


@pytest.mark.parametrize("text", ["We will \u202eact\u202c.", "We \u2067will\u2069 act."])
def test_what_turns_the_direction_of_writing_is_dropped(text):
    assert word(lambda document: document.add_paragraph(text)).pages[0].text == "We will act."
    assert read_odt(odt(f"<text:p>{text}</text:p>")).pages[0].text == "We will act."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("** C. Trade**", [("heading", "C. Trade")]),
        ("**Space **", [("heading", "Space")]),
        ("**Space  \n\nWe will act.", [("heading", "Space"), ("paragraph", "We will act.")]),
        ("**Space  \n**\n\nWe will act.**", [("heading", "Space"), ("paragraph", "We will act.")]),
        ("We **will** and **shall** act.", [("paragraph", "We will and shall act.")]),
        ("We trust networks**, **and people.", [("paragraph", "We trust networks, and people.")]),
        ("Two ** three.", [("paragraph", "Two ** three.")]),
    ],
)
def test_marks_of_bold_are_no_words_however_they_are_set(text, expected):
    assert [block[:2] for block in blocks(read_markdown(text.encode()))] == expected
