"""Plain text: its encoding, its mending, its pages and their lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentProblem
from pipeline.reading.text import decode, mend, plain_page, read_text, split_pages

SENTENCE = "The state’s “cyber” strategy – 2014 – protects every citizen’s data."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_text_is_decoded_whatever_its_encoding(encoding):
    assert decode(SENTENCE.encode(encoding)).text == SENTENCE


def test_quotes_of_windows_tell_its_western_code_page_from_its_neighbours():
    text = "The state’s budget is £5 million."
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbfWe", "utf-8"),
        (b"\xff\xfeW\0e\0", "utf-16-le"),
        (b"\xff\xfe\0\0W\0\0\0", "utf-32-le"),
        (b"\xfe\xff\0W\0e", "utf-16-be"),
    ],
)
def test_a_byte_order_mark_decides_the_encoding(data, encoding):
    assert decode(data).encoding == encoding


@given(st.text())
def test_utf_8_is_read_as_it_was_written(text):
    data = text.encode()
    if not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) and b"\0" not in data:
        assert decode(data).text == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("We\0 will", "We will"),
        ("We \u202ewill\u202c act", "We will act"),
        ("\x02 protect\n", "\u2022 protect\n"),
        ("We\x07 will", "We will"),
        ("page one\fpage two", "page one\fpage two"),
        ("We \udc80will", "We will"),
    ],
)
def test_what_no_page_shows_is_dropped(text, mended):
    assert mend(text) == (mended, False)


def test_text_that_was_decoded_twice_is_mended():
    assert mend("the stateâ€™s duty\nnaïve") == ("the state’s duty\nnaïve", True)


def test_text_that_is_sound_is_left_alone():
    assert mend(SENTENCE) == (SENTENCE, False)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_mending_keeps_the_number_of_lines(text):
    text = text.replace("\r", "")
    assert mend(text)[0].count("\n") == text.count("\n")


def test_form_feeds_part_pages():
    assert split_pages("one\ftwo\f\f") == (["one", "two"], True)


def test_an_empty_page_between_others_is_a_page():
    assert split_pages("one\f\fthree") == (["one", "", "three"], True)


def test_marks_with_numbers_part_pages():
    assert split_pages("--- Page 1 ---\none\n--- Page 2 ---\ntwo\n") == (["one", "two"], True)


def test_what_stands_before_the_first_mark_belongs_to_the_first_page():
    assert split_pages("A plan\n=== page 1 ===\none\n=== page 2 ===\ntwo") == (
        ["A plan\none", "two"],
        True,
    )


@pytest.mark.parametrize("text", ["one\n--- Page 1 ---\ntwo", "See page 1 and page 2.\nPage 3 is blank."])
def test_a_text_without_two_marks_is_one_page_without_a_number(text):
    assert split_pages(text) == ([text], False)


def test_the_lines_of_a_page_are_those_with_words():
    page = plain_page(4, "  one\n\n \ntwo")
    assert [page.text[line.start : line.end] for line in page.lines] == ["  one", "two"]
    assert (page.number, page.status) == (4, "text")


def test_a_page_without_words_is_blank():
    assert plain_page(1, " \n\n").status == "blank"


@given(st.text(alphabet="ab \n\t"))
def test_the_lines_of_a_page_hold_all_its_words(text):
    page = plain_page(1, text)
    assert [word for line in page.lines for word in text[line.start : line.end].split()] == text.split()


def test_a_text_is_read_with_its_pages():
    reading = read_text(b"We will act.\fWe will help.\f")
    assert [(page.number, page.text) for page in reading.pages] == [(1, "We will act."), (2, "We will help.")]
    assert reading.paged


def test_a_text_without_pages_is_not_paged():
    assert not read_text(b"We will act.").paged


def test_an_empty_page_among_others_is_noted():
    notes = read_text(b"We will act.\f \n\fWe will help.\f").notes
    assert [(note.kind, note.page) for note in notes] == [("blank", 2)]


def test_a_sound_text_gives_no_note():
    assert read_text(SENTENCE.encode()).notes == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfeW\0e\0 \0w\0i\0l\0l\0 ", "1 characters could not be decoded (read as utf-16-le)."),
        ("the stateâ€™s duty".encode(), "Characters that had been decoded twice were mended."),
    ],
)
def test_what_could_not_be_decoded_is_noted(data, message):
    assert [(note.kind, note.message) for note in read_text(data).notes] == [("encoding", message)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("l'été \ud800 2025", "l'été \ufffd 2025"),
        ("act \ud83d\ude00 now", "act \U0001f600 now"),
    ],
)
def test_halves_of_characters_are_joined_or_marked(written, read):
    assert decode(written.encode("utf-8", "surrogatepass")).text == read


def test_utf_8_with_one_broken_byte_stays_utf_8():
    data = SENTENCE.encode() * 9 + b"\xff"
    assert decode(data).text == SENTENCE * 9 + "\ufffd"
    assert not decode(data).is_certain


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\xff\xfe", b"\x01\x02"])
def test_a_text_of_which_nothing_is_shown_is_empty(data):
    with pytest.raises(DocumentProblem) as caught:
        read_text(data)
    assert caught.value.kind == "empty"


@pytest.mark.parametrize("limit", [{"most_pages": 2}, {"most_text": 10}])
def test_a_text_over_a_limit_is_too_large(limit):
    with pytest.raises(DocumentProblem) as caught:
        read_text(b"We will act.\fWe will help.\fWe will ask.", **limit)
    assert caught.value.kind == "too_large"
