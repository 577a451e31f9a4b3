"""Hostile files: each is read or becomes a problem, within the limits, and the run goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from attacks import LEAKED, LINES, Attack, open_text, paragraph, said, tree, web, word, write_attacks
from conftest import ROOT
from writing import MANIFEST, quiet, rewrite, write_corpus

from pipeline import documents, pages
from pipeline.errors import DocumentProblem, ManifestError
from pipeline.reading.child import read_bytes
from pipeline.reading.guard import read_guarded
from pipeline.settings import Settings
from pipeline.store import rows

COMMAND = [sys.executable, str(ROOT / "benchmarks" / "hostile.py")]
LIMITS = {"seconds": 5, "memory_mb": 256, "file_mb": 32, "output_mb": 8, "pages": 500}
SPARE = 10
"""Seconds in which a process is started and ended on a computer that has other things to do."""
SMALL = [line for line in LINES if line not in ("bomb", "large", "many pages")]


@pytest.fixture(scope="module")
def suite():
    """What became of every file that `attacks.py` makes, under low limits; read by the command, in processes of its own."""
    limits = {f"CONCORD_READ_{name.upper()}": str(value) for name, value in LIMITS.items()}
    ended = subprocess.run(
        [*COMMAND, "--json"], env={**os.environ, **limits, "CONCORD_OCR": "off"}, capture_output=True, check=False
    )
    assert ended.stdout, ended.stderr.decode()
    return json.loads(ended.stdout) | {"status": ended.returncode}


def test_there_are_more_than_a_hundred_and_fifty_hostile_files(suite, capsys):
    ends = Counter(one["end"] for one in suite["outcomes"])
    with capsys.disabled():
        print(f"\n{ends.total()} hostile files: {', '.join(f'{count} {end}' for end, count in ends.most_common())}")  # noqa: T201  # whoever runs the tests is told
    assert ends.total() >= 150


def test_the_documentation_counts_the_files_that_there_are(suite):
    page = (ROOT / "docs" / "reading.md").read_text("utf-8").partition("## Hostile files")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in row.split("|")[1:3]]
        for row in page.splitlines()
        if re.match(r"\| [a-z].*\d \|$", row)
    ]
    counts = {end: int(count) for end, count in rows if count.isdecimal()}
    assert counts.pop("all") == len(suite["outcomes"]) == sum(counts.values())


@pytest.mark.parametrize("line", LINES)
def test_every_file_of_a_line_of_attack_ends_in_a_way_that_is_expected(line, suite):
    ends = {
        one["name"]: (
            {"read in part": "read", "out_of_memory": "too_large"}.get(one["end"], one["end"]),
            one["expected"],
        )
        for one in suite["outcomes"]
        if one["line"] == line
    }
    assert ends
    assert {name: end for name, (end, expected) in ends.items() if expected and end not in expected} == {}


def test_no_file_crashes_its_reader(suite):
    assert [one for one in suite["outcomes"] if one["end"] in ("crashed", "failed")] == []


def test_no_file_is_waited_for_beyond_the_limit(suite):
    most = LIMITS["seconds"] + 5 + SPARE
    assert [one["name"] for one in suite["outcomes"] if one["seconds"] > most] == []


def test_no_process_has_more_memory_than_the_limit(suite):
    assert suite["peak_mb"] <= LIMITS["memory_mb"]


def test_no_reading_holds_what_no_reader_may_look_at(suite):
    assert [(one["name"], one["leaks"]) for one in suite["outcomes"] if one["leaks"]] == []


def test_every_refusal_says_why(suite):
    assert [one["name"] for one in suite["outcomes"] if one["end"] != "read" and len(one["reason"]) < 15] == []


def test_a_suite_without_a_crash_or_a_leak_ends_well(suite):
    assert suite["status"] == 0


def test_the_files_are_the_same_every_time():
    def made():
        return [(name, hash(data)) for line in SMALL for name, data, *_ in LINES[line]()]

    assert made() == made()


def test_files_are_written_as_often_as_they_say(tmp_path, monkeypatch):
    monkeypatch.setattr("attacks.attacks", lambda: iter([Attack("a.txt", "large", b"act ", times=3)]))
    assert write_attacks(tmp_path / "made") == [Attack("a.txt", "large", b"", times=3)]
    assert (tmp_path / "made" / "a.txt").read_bytes() == b"act act act "


def test_the_command_prints_what_became_of_the_files_of_a_folder(tmp_path):
    (tmp_path / "a.txt").write_text("We will act.")
    (tmp_path / "b.pdf").write_bytes(b"{\\rtf1 We will act.}")
    ended = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, check=True)
    counted = [line.split()[:2] for line in ended.stdout.splitlines()]
    assert ["read", "1"] in counted
    assert ["unsupported", "1"] in counted
    assert "unsupported    b.pdf: The file is RTF, which is not read." in ended.stdout


# References to the outside


@pytest.fixture
def secret(tmp_path):
    """The address of a file that no document may quote."""
    path = tmp_path / "secret.txt"
    path.write_text("the secret")
    return path.as_uri()


@pytest.mark.parametrize(
    "declared", ['<!ENTITY x SYSTEM "{}">', '<!ENTITY % y SYSTEM "{}"> %y;', '<!ENTITY x "&z;"><!ENTITY z SYSTEM "{}">']
)
@pytest.mark.parametrize("form", ["docx", "odt", "html"])
def test_an_entity_brings_in_no_other_file(form, declared, secret):
    before = f"<!DOCTYPE a [{declared.format(secret)}]>"
    text = "We will &x; act."
    data = {
        "docx": lambda: word(said(text), before=before),
        "odt": lambda: open_text(paragraph(text), before=before),
        "html": lambda: web(f"<p>{text}</p>", before=before),
    }[form]()
    try:
        seen = read_bytes(data, f"a.{form}", most_pages=1).pages[0].text
    except DocumentProblem as problem:
        seen = problem.message
    assert "secret" not in seen.replace("secret.txt", "")


def test_a_word_file_with_entities_of_its_own_is_refused():
    data = word(said("&x;"), before='<!DOCTYPE a [<!ENTITY x "We will act.">]>')
    with pytest.raises(DocumentProblem, match="declares entities"):
        read_bytes(data, "a.docx", most_pages=1)


@pytest.mark.parametrize("suffix", ["html", "md", "docx", "odt"])
def test_programs_in_a_file_are_no_text_of_it(suffix):
    found = [
        (name, read_bytes(data, name, most_pages=9).pages[0].text)
        for name, data, ends in LINES["script"]()
        if name.endswith(suffix) and ends == {"read"}
    ]
    assert len(found) >= (1 if suffix == "odt" else 3)
    assert [name for name, text in found if LEAKED in text] == []


# Manifests, and a run over what they name


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings of a corpus of two texts, with low limits."""
    made = write_corpus(tmp_path / "corpus", bad="We will wait.", good="We will act.")
    return replace(made, read_seconds=2, read_memory_mb=256, read_output_mb=4, ocr="off")


def run(db, settings):
    """Run both stages that touch files; return the kinds of problems of `bad`, and the status of `good`."""
    documents.run(db, settings, quiet)
    pages.run(db, settings, quiet)
    found = rows(db, "select document_id, kind from problems where is_failure")
    assert {row["document_id"] for row in found} <= {"bad"}
    return [row["kind"] for row in found], rows(db, "select status from documents where id = 'good'")[0]["status"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("../secret.txt", "outside"),
        ("documents/../../secret.txt", "outside"),
        ("/etc/passwd", "outside"),
        ("nowhere/../../corpus/../secret.txt", "outside"),
        ("a" * 5000, "missing"),
        ("bad.txt/secret.txt", "missing"),
        ("file:///etc/passwd", "missing"),
        (".", "missing"),
    ],
)
def test_a_path_that_leads_elsewhere_is_a_problem_and_the_run_goes_on(path, kind, db, settings, tmp_path):
    (tmp_path / "secret.txt").write_text("the secret")
    rewrite(settings, "bad", path=path)
    assert run(db, settings) == ([kind], "read")


@pytest.mark.parametrize(
    ("target", "kind"),
    [("../secret.txt", "outside"), ("..", "outside"), ("bad.txt", "missing"), ("nowhere", "missing")],
)
def test_a_link_that_leads_out_of_the_corpus_or_nowhere_is_a_problem_and_the_run_goes_on(
    target, kind, db, settings, tmp_path
):
    (tmp_path / "secret.txt").write_text("the secret")
    (settings.corpus / "bad.txt").unlink()
    (settings.corpus / "bad.txt").symlink_to(target)
    assert run(db, settings) == ([kind], "read")


def test_a_link_to_a_folder_outside_is_a_problem(db, settings, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "secret.txt").write_text("the secret")
    (settings.corpus / "more").symlink_to(tmp_path / "other")
    rewrite(settings, "bad", path="more/secret.txt")
    assert run(db, settings) == (["outside"], "read")


def test_a_link_within_the_corpus_is_followed(db, settings):
    (settings.corpus / "bad.txt").unlink()
    (settings.corpus / "bad.txt").symlink_to("good.txt")
    assert run(db, settings) == ([], "read")


def test_a_path_with_a_nul_is_a_problem_and_the_run_goes_on(db, settings):
    (settings.corpus / MANIFEST).unlink()
    entry = '[[document]]\nid = "{}"\npath = "{}"\ntitle = "A"\nissuer = "CAN"\nkind = "national_strategy"\n'
    text = entry.format("bad", "bad\\u0000.txt") + entry.format("good", "good.txt")
    (settings.corpus / "documents.toml").write_text(text)
    assert run(db, settings) == (["missing"], "read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_not_waited_for(db, settings):
    (settings.corpus / "bad.txt").unlink()
    os.mkfifo(settings.corpus / "bad.txt")
    assert run(db, settings) == (["missing"], "read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(DocumentProblem) as caught:
        read_guarded(tmp_path / "a.txt", Settings())
    assert caught.value.kind == "unsupported"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may do everything may open it")
def test_a_file_that_may_not_be_opened_is_a_problem_and_the_run_goes_on(db, settings):
    (settings.corpus / "bad.txt").chmod(0)
    assert run(db, settings) == (["missing"], "read")


def test_a_file_that_changed_since_its_hash_was_written_down_is_a_problem_and_the_run_goes_on(db, settings):
    rewrite(settings, "bad", sha256="0" * 64)
    assert run(db, settings) == (["changed"], "read")


def test_a_file_that_changes_while_the_run_goes_on_is_a_problem_and_is_read_by_the_next_run(db, settings):
    documents.run(db, settings, quiet)
    (settings.corpus / "bad.txt").write_text("We will not wait.")
    pages.run(db, settings, quiet)
    assert rows(db, "select document_id, kind from problems") == [{"document_id": "bad", "kind": "changed"}]
    assert run(db, settings) == ([], "read")


def test_a_link_that_takes_the_place_of_a_file_while_the_run_goes_on_is_not_followed(db, settings, tmp_path):
    documents.run(db, settings, quiet)
    (tmp_path / "secret.txt").write_text("We will wait.")
    (settings.corpus / "bad.txt").unlink()
    (settings.corpus / "bad.txt").symlink_to(tmp_path / "secret.txt")
    pages.run(db, settings, quiet)
    assert rows(db, "select document_id, kind from problems") == [{"document_id": "bad", "kind": "outside"}]


def test_two_entries_with_one_id_stop_the_run_before_it_touches_anything(db, settings):
    run(db, settings)
    manifest = settings.corpus / MANIFEST
    manifest.write_text(manifest.read_text() + manifest.read_text().splitlines()[1] + "\n")
    with pytest.raises(ManifestError, match="the id 'bad' is used 2 times"):
        documents.run(db, settings, quiet)
    assert [row["id"] for row in rows(db, "select id from documents order by id")] == ["bad", "good"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (lambda: web(f"<p {' '.join(f'a{n}=b' for n in range(200_000))}>act</p>"), "timed_out"),
        (lambda: word(said("FILLING"), filling=100), "too_large"),
        (lambda: b"We will act. " * 400_000, "too_large"),
        (lambda: web("<div>" * 20_000), "damaged"),
        (lambda: tree()[:40], "damaged"),
    ],
)
def test_a_file_that_cannot_be_read_within_the_limits_is_a_problem_and_the_run_goes_on(data, kind, db, settings):
    (settings.corpus / "bad.txt").write_bytes(data())
    assert run(db, settings) == ([kind], "read")
