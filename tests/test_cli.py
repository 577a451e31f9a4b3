"""The command line: exit statuses, JSON, and messages that say what to do."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from planting import plant_document, plant_promise

from pipeline import cli
from pipeline.cli import EXAMPLES, main
from pipeline.errors import DocumentProblem
from pipeline.settings import default_corpus
from pipeline.store import open_for_reading, open_store, rows, write_problems

PLAIN = "We will train judges and share what we know with other courts."


@pytest.fixture
def concord(tmp_path, monkeypatch):
    """Run `concord` with words, in an empty folder; what it raises is a failure of the test."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def corpus(tmp_path):
    """A corpus of two texts: one that can be read, one that is not there."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "good.txt").write_text(PLAIN, "utf-8")
    lines = ["id,path,title,issuer,kind,published_on,language"]
    lines += [f"{name},{name}.txt,A strategy,CAN,national_strategy,2020,en" for name in ("good", "gone")]
    (folder / "documents.csv").write_text("\n".join(lines), "utf-8")
    return folder


def spoken(result):
    """What a command said, its lines joined."""
    return " ".join(result.output.split())


@pytest.mark.parametrize("command", main.commands)
def test_the_help_of_every_command_shows_an_example(concord, command):
    result = concord(command, "--help")
    assert result.exit_code == 0
    assert f"Example: {EXAMPLES[command]}" in spoken(result)


def test_every_example_is_of_a_command_and_every_command_has_one():
    assert set(EXAMPLES) == set(main.commands)


@pytest.mark.parametrize("command", main.commands)
def test_every_example_uses_options_that_exist(command):
    options = {option for parameter in main.commands[command].params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", EXAMPLES[command])) <= options


def test_the_list_of_commands_stands_in_the_order_of_use(concord):
    listed = re.findall(r"^  (\w+) ", concord("--help").output.partition("Commands:")[2], re.MULTILINE)
    assert listed == list(EXAMPLES)


def test_the_version_is_said(concord):
    assert concord("--version").output.startswith("concord, version ")


@pytest.mark.parametrize(
    "words",
    [
        ("status",), ("search", "judges"), ("compare", "CAN", "JPN"), ("check",), ("serve",),
    ],
)  # fmt: skip
def test_without_a_database_the_status_is_2_and_the_message_says_how_to_make_one(concord, words):
    result = concord(*words)
    assert result.exit_code == 2
    assert "There is no database at" in spoken(result)
    assert "Make one: concord run --corpus DIR --db FILE" in spoken(result)


@pytest.mark.parametrize(
    "words",
    [
        (), ("no-such-command",), ("run", "--no-such-option"), ("compare",), ("search",), ("add",), ("add", "no-such-file"),
        ("run", "--workers", "many"), ("compare", "CAN", "JPN", "--format", "pdf"),
    ],
)  # fmt: skip
def test_what_is_not_understood_has_status_2(concord, words):
    assert concord(*words).exit_code == 2


@pytest.fixture
def bad_files(db, tmp_path):
    """A database of one promise, and files that are not what a command asks for, in the folder that it is run in."""
    plant_promise(db, plant_document(db, "xaa-2016"), PLAIN)
    db.conn.commit()
    (tmp_path / "empty.db").touch()
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["search", ""], "Give words to look for, or a filter such as --issuer JPN."),
        (["search", " ", "--in", "passage"], "Give words to look for, or a filter such as --issuer JPN."),
        (["compare", "XAA", "XAA"], "Name two issuers or more"),
        (["compare", "--at", "99999999999999999999"], "is not in the range 1<=x<=9999"),
        (["compare", "XAA", "XBB", "--theme", "CRIMES"], "This database knows no theme 'CRIMES'. Do you mean CRIME"),
        (["compare", "--theme", "NOPE"], "This database knows no theme 'NOPE'."),
        (["name", "", "Judges"], "Name the sub-theme by its id"),
        (["name", "--forget"], "Name the sub-theme by its id"),
        (["serve", "--port", "99999"], "is not in the range 1<=x<=65535"),
        (["export", "--into", "empty.db/folder"], "empty.db/folder: Not a directory."),
        (["evaluate", "empty.jsonl"], "empty.jsonl holds no gold unit."),
        (["evaluate", "bytes.jsonl"], "bytes.jsonl is no text in UTF-8"),
        (["evaluate", "other.jsonl"], "other.jsonl, line 1, is not a gold unit"),
        (["evaluate", "empty.jsonl", "--worst", "-1"], "is not in the range x>=0"),
        (["train", "empty.jsonl", "--into", "m", "--labels", "none.jsonl"], "File 'none.jsonl' does not exist."),
        (["train", "empty.jsonl", "--into", "m", "--parts", "1"], "is not in the range x>=2"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_value_that_cannot_be_has_status_2_and_a_message(concord, bad_files, words, message):
    result = concord(*words)
    assert (result.exit_code, message in spoken(result)) == (2, True), spoken(result)


@pytest.mark.parametrize("words", [["status"], ["search", "x"], ["name"], ["watch", "list"], ["compare"], ["check"]])
def test_an_empty_file_is_no_database_to_read(concord, bad_files, words):
    result = concord(*words, "--db", "empty.db")
    assert (result.exit_code, "empty.db holds nothing. Make one: concord run" in spoken(result)) == (2, True)


def test_a_database_that_somebody_else_writes_to_is_spoken_of(concord, bad_files, monkeypatch):
    def locked(_):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("pipeline.store.open_for_reading", locked)
    result = concord("status")
    assert (result.exit_code, spoken(result)) == (2, "Error: The database cannot be used: database is locked.")


def test_one_issuer_alone_cannot_be_compared(concord):
    result = concord("compare", "CAN")
    assert result.exit_code == 2
    assert "Name two issuers or more, for example: concord compare CAN JPN" in spoken(result)


def test_a_corpus_without_a_manifest_has_status_2_and_the_message_says_how_to_write_one(concord, tmp_path):
    (tmp_path / "empty").mkdir()
    result = concord("run", "--corpus", tmp_path / "empty")
    assert result.exit_code == 2
    assert "has no manifest" in spoken(result)
    assert "concord add FILE-OR-FOLDER" in spoken(result)


def test_a_setting_that_cannot_work_has_status_2(concord, corpus):
    result = concord("run", "--corpus", corpus, "--workers", "-3")
    assert result.exit_code == 2
    assert "workers must be a positive whole number, not -3." in spoken(result)


def test_somebody_elses_database_has_status_2(concord, tmp_path, corpus):
    (tmp_path / "theirs.db").write_bytes(b"no database at all" * 100)
    result = concord("run", "--corpus", corpus, "--db", "theirs.db")
    assert result.exit_code == 2
    assert "is not a database that can be used" in spoken(result)


def test_a_long_path_in_a_message_is_not_broken_over_lines(concord, tmp_path):
    long = tmp_path / ("a" * 100) / "none.db"
    assert str(long) in concord("status", "--db", long).output


def test_a_run_in_which_a_document_failed_has_status_1_and_names_it(concord, corpus, letters):
    result = concord("run", "--corpus", corpus, "--db", "my.db")
    assert result.exit_code == 1
    assert "gone: There is no file gone.txt in the corpus." in spoken(result)


def test_a_run_in_which_a_document_failed_has_read_the_others(concord, corpus, letters):
    concord("run", "--corpus", corpus, "--db", "my.db")
    with open_for_reading(corpus.parent / "my.db") as db:
        assert rows(db, "select id, status from documents order by id") == [
            {"id": "gone", "status": "not read"}, {"id": "good", "status": "read"},
        ]  # fmt: skip


def test_a_run_without_failures_has_status_0(concord, corpus, letters):
    manifest = corpus / "documents.csv"
    manifest.write_text("\n".join(manifest.read_text("utf-8").splitlines()[:2]), "utf-8")
    assert concord("run", "--corpus", corpus, "--db", "my.db").exit_code == 0


def test_the_json_of_a_run_gives_stages_and_problems(concord, corpus, letters):
    result = concord("run", "--corpus", corpus, "--db", "my.db", "--json")
    values = json.loads(result.stdout)
    assert [stage["stage"] for stage in values["stages"]][:2] == ["documents", "pages"]
    assert [(problem["document_id"], problem["kind"]) for problem in values["problems"]] == [("gone", "missing")]


@pytest.mark.parametrize(
    "words",
    [
        ("status", "--json"),
        ("search", "protect networks", "--json"),
        ("search", '"no such phrase at all"', "--json"),
        ("compare", "XAA", "XBB", "--json"),
        ("compare", "XAA", "XBB", "--format", "json"),
        ("check", "--json"),
    ],
)
def test_json_is_json_and_nothing_else(concord, sample_settings, words):
    result = concord(*words, "--db", sample_settings.db)
    assert result.exit_code == 0
    assert isinstance(json.loads(result.stdout), dict)


def test_the_json_of_the_doctor_is_a_list_of_findings(concord):
    assert {finding["state"] for finding in json.loads(concord("doctor", "--json").stdout)} <= {"good", "optional"}


def test_the_doctor_has_status_1_when_something_is_bad(concord, monkeypatch):
    monkeypatch.setattr("pipeline.doctor.place_of", lambda _: None)
    result = concord("doctor")
    assert result.exit_code == 1
    assert "bad" in result.output


def test_the_status_says_what_the_database_holds(concord, sample_settings):
    result = concord("status", "--db", sample_settings.db)
    assert re.search(r"documents +15\b", result.output)
    assert "from sample by Concord" in spoken(result)
    assert "xdd-2020-strategy, page 3: The page is a picture" in spoken(result)


def test_pages_with_the_same_problem_are_told_in_one_line(concord, tmp_path, db):
    plant_document(db, "a-1")
    for page in (2, 10):
        write_problems(
            db, f"page {page}", "a-1", [DocumentProblem("blank", "It is empty.", page=page)], is_failure=False
        )
    db.conn.commit()
    assert "a-1, pages 2, 10: It is empty." in spoken(concord("status", "--db", str(tmp_path / "concord.db")))


def test_a_hit_is_printed_with_issuer_year_page_and_why(concord, sample_settings):
    result = concord("search", '"time of peace"', "--db", sample_settings.db, "--issuer", "XBB")
    assert re.search(r"^1\. Belmora 2018, p\. \d+  commitment, words, ", result.output)
    assert "1 found." in result.output


def test_nothing_found_is_said_with_status_0(concord, sample_settings):
    result = concord("search", '"no such phrase at all"', "--db", sample_settings.db)
    assert result.exit_code == 0
    assert re.match(
        r"Nothing found\. \d+ documents of \d{4} to \d{4} were searched\.\s+Each word alone: ", result.output
    )


def test_the_filters_of_a_search_are_obeyed(concord, sample_settings):
    words = ("--theme", "CAP", "--from", "2017", "--to", "2019", "--issuer", "XBB", "--issuer", "XCC", "--json")
    hits = json.loads(concord("search", "training", "--db", sample_settings.db, *words).stdout)["hits"]
    assert hits
    assert {hit["issuer_id"] for hit in hits} <= {"XBB", "XCC", "XAA-XBB", "XCC-XDD"}
    assert all(2017 <= hit["year"] <= 2019 for hit in hits)


def test_no_more_hits_than_asked_for_are_printed(concord, sample_settings):
    values = json.loads(concord("search", "networks", "--db", sample_settings.db, "--most", "2", "--json").stdout)
    assert (len(values["hits"]), values["total"] > 2) == (2, True)


def test_a_comparison_as_csv_is_csv(concord, sample_settings):
    text = concord("compare", "XAA", "XBB", "--db", sample_settings.db, "--format", "csv").stdout
    listed = list(csv.DictReader(io.StringIO(text)))
    assert {row["issuer_a"] for row in listed} <= {"XAA", "XAA-XBB"}
    assert listed[0]["quote_a"]


def test_a_comparison_as_text_shows_both_sides(concord, sample_settings):
    text = concord("compare", "XAA", "XBB", "--db", sample_settings.db).stdout
    assert text.startswith("# Arvenia and Belmora")
    assert "## Counterparts" in text


def test_a_comparison_at_a_year_leaves_out_later_texts(concord, sample_settings):
    text = concord("compare", "XAA", "XBB", "--db", sample_settings.db, "--at", "2016").stdout
    assert "| has no document here until 2016 |" in text


def test_a_comparison_of_kinds_and_years_leaves_out_other_texts(concord, sample_settings):
    asked = (
        "compare",
        "XAA",
        "XBB",
        "--db",
        sample_settings.db,
        "--json",
        "--kind",
        "national_strategy",
        "--from",
        2018,
    )
    found = json.loads(concord(*asked).stdout)
    assert {one["id"] for one in found["documents"]} == {
        "xbb-2018-strategy",
        "xaa-2021-strategy",
        "xbb-2022-action-plan",
    }


def test_a_kind_that_is_none_has_status_2_and_the_known_ones_are_named(concord, sample_settings):
    result = concord("compare", "--db", sample_settings.db, "--kind", "strategy")
    assert result.exit_code == 2
    assert "strategy is no kind of document." in spoken(result)
    assert "national_strategy, international_strategy" in spoken(result)


def test_an_unknown_issuer_has_status_2_and_the_known_ones_are_named(concord, sample_settings):
    result = concord("compare", "XAA", "ZZZ", "--db", sample_settings.db)
    assert result.exit_code == 2
    assert "ZZZ is not in this database." in spoken(result)
    assert "XAA, XAA-XBB, XBB" in spoken(result)


def test_a_sound_database_has_no_fault(concord, sample_settings):
    result = concord("check", "--db", sample_settings.db)
    assert result.exit_code == 0
    assert "No fault: every quote stands where it is said to stand." in spoken(result)


def test_a_quote_that_was_altered_is_a_fault_with_status_1(concord, tmp_path):
    with open_store(tmp_path / "my.db") as db:
        plant_document(db, "one")
        name = plant_promise(db, "one", PLAIN)
        db.execute("update commitments set quote = 'We will do nothing.'")
        db.conn.commit()
    result = concord("check", "--db", "my.db")
    assert result.exit_code == 1
    assert f"commitment {name}: its offsets do not give its quote" in spoken(result)


def test_added_files_get_entries_and_what_is_open_is_named(concord, tmp_path):
    source = tmp_path / "strategies"
    source.mkdir()
    (source / "can-2010-strategy.txt").write_text("Canada's Cyber Security Strategy\n\n" + PLAIN, "utf-8")
    (source / "odd.txt").write_text(PLAIN, "utf-8")
    result = concord("add", source, "--corpus", "mine", "--json")
    added = json.loads(result.stdout)
    assert [(one["issuers"], one["open"]) for one in added] == [
        (["CAN"], []), (["?"], ["issuer", "kind", "published_on"]),
    ]  # fmt: skip
    assert concord("add", source, "--corpus", "mine").output.startswith("Nothing new")


def test_a_file_that_cannot_be_read_is_added_all_the_same_with_status_1(concord, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    result = concord("add", "broken.pdf", "--corpus", "mine")
    assert result.exit_code == 1
    assert (tmp_path / "mine" / "documents" / "broken.pdf").is_file()


def test_brackets_in_a_text_are_printed_as_they_are(concord, tmp_path):
    with open_store(tmp_path / "my.db") as db:
        plant_document(db, "one")
        plant_promise(db, "one", "We will [bold]not[/bold] yield [/] an inch.")
    result = concord("search", "yield", "--db", "my.db")
    assert "We will [bold]not[/bold] yield [/] an inch." in result.output


def test_a_demo_that_does_not_serve_builds_the_sample_and_ends(concord, monkeypatch):
    built = []
    monkeypatch.setattr(cli, "_run", lambda settings, *, as_json: bool(built.append(settings)))
    result = concord("demo", "--no-serve", "--db", "demo.db")
    assert result.exit_code == 0
    assert [(settings.corpus, settings.db.name) for settings in built] == [(default_corpus(), "demo.db")]


def test_a_demo_serves_what_it_has_built(concord, monkeypatch):
    served = []
    monkeypatch.setattr(cli, "_run", lambda settings, *, as_json: False)
    monkeypatch.setattr(cli, "_free_port", lambda port: port)
    monkeypatch.setattr(cli, "_serve", lambda settings, *, port, host: served.append((settings.db.name, host, port)))
    concord("demo", "--port", "8010")
    assert served == [("concord-demo.db", "127.0.0.1", 8010)]


def test_serving_starts_datasette_with_the_database_and_its_metadata(concord, sample_settings, tmp_path, monkeypatch):
    shutil.copy(sample_settings.db, tmp_path / "my.db")
    started = []

    def call(command):
        described = json.loads(Path(command[command.index("--metadata") + 1]).read_text("utf-8"))
        started.append((command, list(described["databases"]), described["plugins"]["cyber-concord"]))
        return 0

    monkeypatch.setattr("subprocess.call", call)
    result = concord("serve", "--db", "my.db", "--port", "8123", "--public-url", "https://x.org/")
    command, described, told = started[0]
    assert result.exit_code == 0
    assert "Serving my.db at http://127.0.0.1:8123/" in result.output
    assert command[3:5] == ["serve", str(tmp_path / "my.db")]
    assert ("8123" in command, described, told) == (True, ["my"], {"public_url": "https://x.org/"})


def test_a_site_is_not_served_at_an_address_that_is_none(concord, monkeypatch):
    monkeypatch.setattr("subprocess.call", lambda _: 1 / 0)
    assert concord("serve", "--db", "my.db", "--public-url", "x.org").exit_code == 2


def test_what_ends_the_command_ends_the_server(concord, sample_settings, tmp_path, monkeypatch):
    shutil.copy(sample_settings.db, tmp_path / "my.db")
    ended = []

    def call(_):
        try:
            signal.raise_signal(signal.SIGTERM)
        except SystemExit:  # subprocess.call() kills what it started when it is broken off
            ended.append(True)
            raise

    monkeypatch.setattr("subprocess.call", call)
    result = concord("serve", "--db", "my.db")
    assert (ended, result.exit_code) == ([True], 0)
