"""Pages: read once, kept with their layout, and re-read only when the file or the reader changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from writing import quiet, rewrite, write_corpus

from pipeline import documents, pages
from pipeline.errors import DocumentProblem
from pipeline.pages import _from_json, _to_json, load_pages, page_id, read, run, write_reading
from pipeline.reading.text import plain_page
from pipeline.records import Line, Note, Page, Reading
from pipeline.settings import Settings
from pipeline.store import rows

PAGES = (
    Page(
        1,
        "Aims\nWe will act.",
        "i",
        lines=(
            Line(0, 4, "heading", level=1),
            Line(5, 17, box=(1.0, 2.0, 3.0, 4.5), marks=((9, 10),), words=(1.0, 2.2)),
        ),
        size=(595.3, 841.9),
    ),
    Page(2, "", "1", status="needs_ocr"),
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings of a corpus of two texts."""
    return write_corpus(
        tmp_path / "corpus", one="We will act.\n1\fWe will help.\n2\fWe will ask.\n3", two="We will wait."
    )


@pytest.fixture
def read_db(db, settings):
    """A database in which both texts have been read."""
    documents.run(db, settings, quiet)
    run(db, settings, quiet)
    return db


def read_again(db, settings):
    """Run both stages again; return the tally of the pages."""
    documents.run(db, settings, quiet)
    return run(db, settings, quiet)


def statuses(db):
    """The status of each document."""
    return {row["id"]: row["status"] for row in rows(db, "select id, status from documents")}


def test_each_page_of_each_document_is_a_row(read_db):
    found = rows(read_db, "select id, number, label, status, text from pages order by id")
    assert [tuple(row.values()) for row in found] == [
        ("one-p1", 1, "1", "text", "We will act.\n1"),
        ("one-p2", 2, "2", "text", "We will help.\n2"),
        ("one-p3", 3, "3", "text", "We will ask.\n3"),
        ("two-p1", 1, "", "text", "We will wait."),
    ]


def test_a_document_knows_its_format_and_its_pages(read_db):
    found = rows(read_db, "select format, pages, is_paged, status from documents order by id")
    assert [tuple(row.values()) for row in found] == [("text", 3, 1, "read"), ("text", 1, 0, "read")]


def test_a_second_run_reads_nothing(read_db, settings, monkeypatch):
    monkeypatch.setattr(pages, "read_guarded", lambda *_: pytest.fail("a file was read"))
    tally = read_again(read_db, settings)
    assert (tally.done, tally.kept) == (0, 2)


def test_a_file_that_was_touched_and_not_changed_is_not_read(read_db, settings, monkeypatch):
    (settings.corpus / "two.txt").write_text("We will wait.")
    monkeypatch.setattr(pages, "read_guarded", lambda *_: pytest.fail("a file was read"))
    assert read_again(read_db, settings).done == 0


def test_only_a_changed_file_is_read(read_db, settings):
    (settings.corpus / "two.txt").write_text("We will not wait.")
    assert read_again(read_db, settings).done == 1
    assert [page.text for page in load_pages(read_db, "two")] == ["We will not wait."]


def test_another_limit_reads_all_files_again(read_db, settings):
    assert read_again(read_db, Settings(corpus=settings.corpus, read_seconds=7)).done == 2


def test_a_file_that_cannot_be_read_is_a_failure_and_the_others_go_on(db, settings):
    (settings.corpus / "two.txt").write_bytes(b"{\\rtf1 We will wait.}")
    documents.run(db, settings, quiet)
    tally = run(db, settings, quiet)
    assert (tally.done, tally.failed, statuses(db)) == (2, 1, {"one": "read", "two": "not read"})
    assert rows(db, "select document_id, stage, kind from problems") == [
        {"document_id": "two", "stage": "pages", "kind": "unsupported"}
    ]


def test_a_file_that_was_mended_has_its_status_back(db, settings):
    (settings.corpus / "two.txt").write_bytes(b"{\\rtf1 We will wait.}")
    read_again(db, settings)
    (settings.corpus / "two.txt").write_text("We will wait.")
    read_again(db, settings)
    assert statuses(db)["two"] == "read"
    assert rows(db, "select * from problems") == []


def test_a_document_whose_file_is_missing_is_not_read(db, settings):
    (settings.corpus / "two.txt").unlink()
    read_again(db, settings)
    assert statuses(db) == {"one": "read", "two": "not read"}


def test_a_document_that_was_read_stays_so_when_its_file_is_missing_later(read_db, settings):
    (settings.corpus / "two.txt").unlink()
    read_again(read_db, settings)
    assert statuses(read_db)["two"] == "read"
    assert len(load_pages(read_db, "two")) == 1


def test_a_file_that_changes_between_hash_and_reading_is_a_problem(settings):
    with pytest.raises(DocumentProblem) as caught:
        read("two.txt", "another hash", settings)
    assert caught.value.kind == "changed"


def test_a_file_outside_the_corpus_is_not_read(settings):
    with pytest.raises(DocumentProblem) as caught:
        read("../secret.txt", "", settings)
    assert caught.value.kind == "outside"


def test_a_page_that_needs_ocr_makes_a_document_partly_read(read_db, settings):
    write_reading(read_db, "two", Reading("pdf", PAGES))
    rewrite(settings, "one", title="Another title")
    read_again(read_db, settings)
    assert statuses(read_db) == {"one": "read", "two": "partly read"}


def test_a_page_that_was_read_by_ocr_makes_no_document_partly_read(read_db, settings):
    write_reading(read_db, "two", Reading("pdf", (PAGES[0], Page(2, "We act.", status="ocr", lines=(Line(0, 7),)))))
    rewrite(settings, "one", title="Another title")
    read_again(read_db, settings)
    assert statuses(read_db) == {"one": "read", "two": "read"}


def test_pages_are_loaded_as_they_were_written(read_db):
    write_reading(read_db, "two", Reading("pdf", PAGES))
    assert load_pages(read_db, "two") == list(PAGES)


LINES = st.builds(
    Line,
    st.integers(0, 99),
    st.integers(0, 99),
    role=st.sampled_from(["", "cell"]),
    level=st.integers(0, 3),
    column=st.sampled_from(["", "Action"]),
    group=st.integers(-3, 3),
    box=st.none() | st.tuples(*[st.floats(-9, 999)] * 4),
    size=st.floats(0, 99),
    bold=st.booleans(),
    marks=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple),
    words=st.lists(st.floats(0, 999), max_size=2).map(tuple),
)


@given(st.lists(LINES, max_size=4).map(tuple))
def test_lines_survive_the_way_into_the_database(lines):
    assert _from_json(_to_json(lines)) == lines


def test_a_scan_with_fewer_pages_drops_those_that_are_gone(read_db):
    write_reading(read_db, "one", Reading("pdf", PAGES))
    assert [row["id"] for row in rows(read_db, "select id from pages where document_id = 'one'")] == [
        "one-p1",
        "one-p2",
    ]


@pytest.mark.parametrize(
    ("reading", "differs"),
    [
        (Reading("text", (plain_page(1, "We act."),)), False),
        (Reading("html", (plain_page(1, "We act."),), title="A title"), False),
        (Reading("text", (plain_page(1, "We act!"),)), True),
        (Reading("text", (plain_page(1, "We act."),), paged=False), True),
        (Reading("text", (Page(1, "We act.", lines=(Line(0, 7, "heading"),)),)), True),
        (Reading("text", (Page(1, "We act.", "1", lines=(Line(0, 7),)),)), True),
        (Reading("text", (Page(1, "We act.", status="ocr", lines=(Line(0, 7),)),)), True),
    ],
)
def test_the_hash_of_pages_is_of_what_the_next_stage_reads(reading, differs, read_db):
    before = write_reading(read_db, "two", Reading("text", (plain_page(1, "We act."),)))
    assert (write_reading(read_db, "two", reading) != before) is differs


def test_what_a_reader_notes_is_a_problem_and_no_failure(read_db):
    write_reading(read_db, "two", Reading("pdf", PAGES, notes=(Note("needs_ocr", "It is a picture.", "Read it.", 2),)))
    found = rows(read_db, "select document_id, stage, kind, page, message, remedy, is_failure from problems")
    assert [tuple(row.values()) for row in found] == [
        ("two", "reading", "needs_ocr", 2, "It is a picture.", "Read it.", 0)
    ]


def test_a_page_has_an_id_that_people_can_read():
    assert page_id("can-2018", 12) == "can-2018-p12"
