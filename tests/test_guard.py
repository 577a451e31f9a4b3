"""The guard: a file that nobody should trust ends as a reading or as a problem, and harms nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from conftest import SHARED
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DocumentProblem
from pipeline.reading import guard
from pipeline.reading.child import read_bytes, written
from pipeline.reading.guard import read_guarded, to_reading
from pipeline.reading.sandbox import refuse
from pipeline.records import Line, Note, Page, Reading
from pipeline.settings import Settings

SETTINGS = Settings(read_seconds=20)


@pytest.fixture
def problem_of(tmp_path):
    """A function that returns the kind of problem that a file of these bytes is."""

    def find(data, settings=SETTINGS, name="a.txt"):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(DocumentProblem) as caught:
            read_guarded(path, settings)
        return caught.value.kind

    return find


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A function that puts a shell script in the place of the reader."""

    def put(script):
        path = tmp_path / "reader"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(guard.sys, "executable", str(path))

    return put


def hostile(does, *, megabytes=1024, seconds=20, output=64):
    """Run the reading process with a reader that does something else; return how it ended."""
    code = (
        "import sys; from pipeline.reading import child\n"
        f"def read_bytes(data, name, **limits):\n    {does}\n"
        f"child.read_bytes = read_bytes\nsys.exit(child.main(['a.txt', '{megabytes}', '{seconds}', '{output}', '100', 'off']))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], input=b"We will act.", capture_output=True, check=False, timeout=60
    )


def test_a_file_is_read_with_the_hash_of_its_bytes(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"We will act.")
    reading, sha256 = read_guarded(path, SETTINGS)
    assert reading == read_bytes(b"We will act.", "a.txt", most_pages=1)
    assert sha256 == hashlib.sha256(b"We will act.").hexdigest()


def test_the_printed_numbers_of_pages_are_found(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("\f".join(f"We will act.\nWe will help.\n{number}" for number in (5, 6, 7)))
    assert [page.label for page in read_guarded(path, SETTINGS)[0].pages] == ["5", "6", "7"]


def test_a_file_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(DocumentProblem) as caught:
        read_guarded(tmp_path / "nowhere.pdf", SETTINGS)
    assert caught.value.kind == "missing"


def test_a_file_over_the_limit_is_not_opened(problem_of, stand_in):
    stand_in("exit 1")
    assert problem_of(b"a" * ((1 << 20) + 1), replace(SETTINGS, read_file_mb=1)) == "too_large"


def test_a_problem_of_the_reader_comes_through_whole(tmp_path):
    path = tmp_path / "a.doc"
    path.write_bytes(b"{\\rtf1 We will act.}")
    with pytest.raises(DocumentProblem) as caught:
        read_guarded(path, SETTINGS)
    assert (caught.value.kind, caught.value.remedy) == ("unsupported", "Save it as DOCX or PDF.")


def test_a_text_that_is_longer_than_the_limit_is_too_large(problem_of):
    assert problem_of(b"We will act. " * 90_000, replace(SETTINGS, read_output_mb=1)) == "too_large"


def test_a_file_that_unfolds_without_end_is_too_large(problem_of):
    document = io.BytesIO()
    Document().save(document)
    unfolded = io.BytesIO()
    with zipfile.ZipFile(document) as source, zipfile.ZipFile(unfolded, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                content = content.replace(b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>act</w:t></w:r></w:p>" * 60_000)
            target.writestr(name, content)
    assert (
        problem_of(unfolded.getvalue(), replace(SETTINGS, read_memory_mb=120, read_seconds=120), "a.docx")
        == "too_large"
    )


def test_markup_that_nests_without_end_is_a_problem(problem_of):
    assert problem_of(b"<html><body>" + b"<div>" * 20_000 + b"We will act.", name="a.html") == "damaged"


@pytest.mark.corpus
def test_a_broken_pdf_of_the_shared_corpus_is_a_reading_or_a_problem():
    folder = SHARED / "hostile"
    if not folder.is_dir():
        pytest.skip(f"there is no {folder}: set CONCORD_SHARED to the folder that holds the broken files")
    failed = []
    for path in sorted(folder.glob("*.pdf")):
        try:
            read_bytes(path.read_bytes(), path.name, most_pages=500)
        except DocumentProblem:
            continue
        except Exception as error:
            failed.append((path.name, repr(error)))
    assert failed == []


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("kill -SEGV $$", "crashed"),
        ("kill -XCPU $$", "timed_out"),
        ("exit 3", "crashed"),
        ("echo nonsense", "crashed"),
        ("echo '[Errno 27] File too large' >&2; exit 1", "too_large"),
        ("echo MemoryError >&2; exit 1", "too_large"),
        ("echo std::bad_alloc >&2; kill -ABRT $$", "too_large"),
        ("kill -ABRT $$", "too_large"),
        ("echo 'free(): invalid pointer' >&2; kill -ABRT $$", "crashed"),
        ("kill -KILL $$", "crashed"),
    ],
)
def test_the_way_in_which_a_reader_ends_says_what_is_wrong(script, kind, problem_of, stand_in):
    stand_in(script)
    assert problem_of(b"We will act.") == kind


def test_a_reader_that_waits_is_not_waited_for(problem_of, stand_in, monkeypatch):
    stand_in("exec sleep 600")
    monkeypatch.setattr(guard, "_GRACE", -SETTINGS.read_seconds)
    assert problem_of(b"We will act.") == "timed_out"


def test_a_crash_is_told_in_the_last_words_of_the_reader(stand_in, tmp_path):
    stand_in("echo Traceback >&2; echo 'KeyError: /Root' >&2; exit 1")
    path = tmp_path / "a.txt"
    path.write_bytes(b"We will act.")
    with pytest.raises(DocumentProblem, match=r"The reader failed on this file \(KeyError: /Root\)"):
        read_guarded(path, SETTINGS)


def test_reading_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "a.txt"
    path.write_bytes(b"We will act.")
    read_guarded(path, SETTINGS)
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_that_works_without_end_is_stopped():
    assert hostile("while True: pass", seconds=1).returncode == -signal.SIGXCPU


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        ("bytearray(900 << 20)", "too_large"),
        ("(lambda again: again(again))(lambda again: again(again))", "damaged"),
    ],
)
def test_a_reader_that_asks_for_too_much_ends_as_a_problem(does, kind):
    assert json.loads(hostile(does, megabytes=800).stdout)["problem"]["kind"] == kind


@pytest.mark.parametrize(
    "does",
    [
        "open('made.txt', 'w')",
        "__import__('os').system('true')",
        "__import__('subprocess').run(['true'])",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('os').remove('/nowhere')",
        "__import__('os').open('made.txt', __import__('os').O_WRONLY | __import__('os').O_CREAT)",
    ],
)
def test_a_reader_cannot_reach_outside(does):
    ended = hostile(does)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"PermissionError: a reader may not" in ended.stderr


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("a.txt", "r", os.O_RDONLY)),
        ("open", (3, None, os.O_RDONLY)),
        ("import", ("json",)),
        ("compile", ("", "a")),
    ],
)
def test_a_reader_may_read(event, arguments):
    assert refuse(event, arguments) is None


LINES = st.builds(
    Line,
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from(["", "heading"]),
    st.integers(0, 6),
    st.text(max_size=3),
    st.integers(-9, 9),
    st.none() | st.tuples(*[st.floats(-1e4, 1e4)] * 4),
    st.floats(0, 99),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=2).map(tuple),
    st.lists(st.floats(0, 999), max_size=2).map(tuple),
)
PAGES = st.builds(
    Page, st.integers(1, 9), st.text(max_size=9), st.text(max_size=2), st.sampled_from(["text", "ocr", "blank", "needs_ocr"]),
    st.lists(LINES, max_size=3).map(tuple), st.none() | st.tuples(st.floats(0, 999), st.floats(0, 999)),
)  # fmt: skip
NOTES = st.builds(Note, st.just("encoding"), st.text(max_size=5), st.text(max_size=5), st.none() | st.integers(1, 9))


@given(
    st.builds(
        Reading,
        st.just("pdf"),
        st.lists(PAGES, max_size=3).map(tuple),
        st.booleans(),
        st.text(max_size=5),
        st.just("2018"),
        st.lists(NOTES, max_size=2).map(tuple),
    )
)
def test_a_reading_survives_the_way_between_processes(reading):
    assert to_reading(json.loads(json.dumps(written(reading)))) == reading
