"""What kind of file some bytes are."""

from __future__ import annotations

import io
import zipfile

import pytest
from attacks import flagged, lying, open_text, paragraph, said, word
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentProblem
from pipeline.reading.formats import format_of


def zipped(**members):
    """The bytes of a ZIP archive; a double underscore in a name stands for a slash, a single one for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\r\n junk before \n%PDF-1.4\n1 0 obj\n<<>>\nendobj\n", "pdf"),
        (b"A PDF begins with the five letters %PDF-, and a number.\n", "text"),
        (b"<html><!-- %PDF-1.7 --><p>We will act.</p>", "html"),
        (b"<html><p>We w\0ill\0 act\0.\0</p>", "html"),
        (zipped(word__document_xml="<w/>"), "docx"),
        (zipped(mimetype=ODT, content_xml="<c/>"), "odt"),
        (b"<!DOCTYPE html><p>We will act.</p>", "html"),
        (b"\xef\xbb\xbf\n<HTML lang='en'>", "html"),
        (b"We will act.\n", "text"),
        ("Nous agirons à l'échelle européenne.".encode("cp1252"), "text"),
        ("We will act.".encode("utf-16"), "text"),
        ("We will act on all of it.".encode("utf-16-le"), "text"),
        ("We will act on all of it.".encode("utf-16-be"), "text"),
        (b"---\ntitle: A plan\n---\n\nWe will act.\n", "markdown"),
        (b"\xef\xbb\xbf---\r\ntitle: A plan\r\n---\r\n", "markdown"),
    ],
)
def test_the_bytes_decide_what_a_file_is(data, expected):
    assert format_of(data, "file.bin") == expected


@pytest.mark.parametrize("name", ["a.md", "A.MD", "a.markdown", "a.mdown"])
def test_the_name_tells_markdown_from_text(name):
    assert format_of(b"# A plan\n", name) == "markdown"


@pytest.mark.parametrize("name", ["plan.docx", "plan.html", "plan.txt", "plan.md"])
def test_the_name_does_not_make_a_pdf_anything_else(name):
    assert format_of(b"%PDF-1.7\n", name) == "pdf"


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b" \r\n\t\f"])
def test_a_file_without_content_is_empty(data):
    with pytest.raises(DocumentProblem) as caught:
        format_of(data, "a.txt")
    assert caught.value.kind == "empty"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old binary Office file"),
        (b"{\\rtf1\\ansi We will act.}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG file"),
        (bytes(range(1, 9)) * 40, "of a kind that Concord does not know"),
        (zipped(readme_txt="We will act."), "a ZIP archive without a text document"),
        (
            zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<c/>"),
            "a ZIP archive without",
        ),
    ],
)
def test_a_file_that_is_not_read_is_called_by_its_kind(data, named):
    with pytest.raises(DocumentProblem) as caught:
        format_of(data, "a.pdf")
    assert caught.value.kind == "unsupported"
    assert named in caught.value.message


def test_half_a_word_file_is_damaged():
    whole = zipped(word__document_xml="<w/>" * 100)
    with pytest.raises(DocumentProblem) as caught:
        format_of(whole[: len(whole) // 2], "a.docx")
    assert caught.value.kind == "damaged"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_format_or_a_problem(data):
    try:
        found = format_of(data, "a.txt")
    except DocumentProblem as problem:
        found = problem.kind
    assert found in {"pdf", "docx", "odt", "html", "markdown", "text", "empty", "unsupported", "damaged"}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "Office"),
        (flagged(word(said())), "Office"),
        (zipped(mimetype=ODT, content_xml="", **{"META-INF__manifest_xml": "<encryption-data/>"}), "OpenDocument"),
    ],
)
def test_an_office_file_with_a_password_is_encrypted(data, named):
    with pytest.raises(DocumentProblem, match=f"The {named} file asks for a password") as caught:
        format_of(data, "a.docx")
    assert caught.value.kind == "encrypted"


@pytest.mark.parametrize("data", [word(said("FILLING"), filling=2), open_text(paragraph("FILLING"), filling=2)])
def test_an_office_file_that_unfolds_to_more_than_the_limit_is_not_unfolded(data):
    with pytest.raises(DocumentProblem, match="unfolds to 2 MB of XML; 1 MB can be read") as caught:
        format_of(data, "a.docx", most_unfolded=1 << 20)
    assert caught.value.kind == "too_large"


def test_pictures_of_an_office_file_are_not_unfolded():
    data = word(said(), filling=2, **{"word__media__a-png": b"FILLING"})
    assert format_of(data, "a.docx", most_unfolded=1 << 20) == "docx"


def test_an_office_file_that_says_that_it_unfolds_to_the_impossible_is_damaged():
    with pytest.raises(DocumentProblem, match="more than is possible") as caught:
        format_of(lying(word(said())), "a.docx", most_unfolded=4 << 30)
    assert caught.value.kind == "damaged"


def test_a_pdf_far_behind_other_bytes_is_a_pdf_when_it_is_whole():
    whole = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF"
    assert format_of(b"junk " * 1000 + whole, "a.pdf") == "pdf"
    assert format_of(b"junk " * 1000 + whole[:20], "a.pdf") == "text"
