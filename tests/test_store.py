"""The database: opened, refused, written by difference, and left tidy."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import plant_document, plant_passage, plant_promise
from sqlite_utils import Database

from pipeline import store
from pipeline.errors import DocumentProblem, StoreError
from pipeline.records import KINDS
from pipeline.store import (
    APPLICATION_ID,
    RETIRING,
    SEARCHED,
    forget,
    mark,
    now,
    open_for_reading,
    open_store,
    outputs,
    rows,
    stale,
    table,
    tidy,
    write_problems,
    write_rows,
)


def count(db, name):
    """How many rows a table has."""
    return rows(db, f'select count(*) as n from "{name}"')[0]["n"]


def test_a_new_database_holds_what_never_changes(db):
    assert {row["id"] for row in rows(db, "select id from kinds")} == set(KINDS)
    assert [row["id"] for row in rows(db, "select id from bindingness order by id")] == [1, 2, 3, 4]


def test_a_database_says_that_it_is_concords(db):
    assert db.execute("pragma application_id").fetchone()[0] == APPLICATION_ID


def test_a_database_can_be_opened_again(tmp_path):
    first = open_store(tmp_path / "a.db")
    plant_document(first, "a-1")
    assert count(open_store(tmp_path / "a.db"), "documents") == 1


def test_the_folder_of_a_database_is_made(tmp_path):
    open_store(tmp_path / "new" / "a.db")
    assert (tmp_path / "new" / "a.db").is_file()


def test_an_empty_file_becomes_a_database(tmp_path):
    (tmp_path / "a.db").touch()
    assert count(open_store(tmp_path / "a.db"), "documents") == 0


def test_a_start_that_was_cut_off_does_no_harm(tmp_path, monkeypatch):
    def cut_off(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "table", cut_off)
        with pytest.raises(KeyboardInterrupt):
            open_store(tmp_path / "a.db")
    assert count(open_store(tmp_path / "a.db"), "kinds") == len(KINDS)


@pytest.mark.parametrize("opened", [open_store, open_for_reading])
def test_a_file_that_is_no_database_is_refused(opened, tmp_path):
    (tmp_path / "a.db").write_text("We will act. " * 100)
    with pytest.raises(StoreError, match="is not a database that can be used"):
        opened(tmp_path / "a.db")


@pytest.mark.parametrize("opened", [open_store, open_for_reading])
def test_a_database_of_somebody_else_is_refused(opened, tmp_path):
    Database(tmp_path / "a.db")["cats"].insert({"name": "Tom"})
    with pytest.raises(StoreError, match="is a database, but not one of Concord's"):
        opened(tmp_path / "a.db")


@pytest.mark.parametrize("opened", [open_store, open_for_reading])
def test_a_database_of_a_newer_concord_is_refused(opened, tmp_path):
    db = open_store(tmp_path / "a.db")
    db.execute("insert into _sqlite_migrations (migration_set, name, applied_at) values ('concord', '9999_future', '')")
    with pytest.raises(StoreError, match="made by a newer Concord \\(it has 9999_future\\)"):
        opened(tmp_path / "a.db")


def test_a_database_that_is_not_there_is_not_made_by_reading(tmp_path):
    with pytest.raises(StoreError, match="Make one: concord run"):
        open_for_reading(tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


def test_who_reads_cannot_write(tmp_path):
    tidy(open_store(tmp_path / "a.db"))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        open_for_reading(tmp_path / "a.db").execute("delete from kinds")


def test_every_table_is_strict(db):
    made = rows(db, "select name from pragma_table_list where schema = 'main' and type = 'table' and not strict")
    assert {row["name"] for row in made} - {"sqlite_schema", "_sqlite_migrations"} == set()


def gone(db):
    """What the database says went from it."""
    return {(row["kind"], row["id"]): row["label"] for row in table(db, "retired").rows}


def test_what_goes_is_noted_with_what_it_was(db):
    promise = plant_promise(db, plant_document(db, "a-1"), "We will act.")
    db.execute("delete from commitments")
    assert rows(db, "select kind, id, label, document_id from retired") == [
        {"kind": "commitment", "id": promise, "label": "We will act.", "document_id": "a-1"}
    ]
    assert rows(db, "select retired_at from retired")[0]["retired_at"] <= now()


def test_what_falls_with_its_document_is_noted_too(db):
    promise = plant_promise(db, plant_document(db, "a-1"), "We will act.")
    write_rows(db, "documents", [])
    assert gone(db) == {("document", "a-1"): "Strategy a-1", ("commitment", promise): "We will act."}


@pytest.mark.parametrize("name", RETIRING)
def test_what_is_there_again_is_noted_no_more(db, name):
    plant_promise(db, plant_document(db, "a-1"), "We will act.")
    table(db, "subthemes").insert({"id": "s", "theme_id": "CAP", "label": "skills", "terms": "", "commitments": 0})
    db.execute("pragma foreign_keys = off")
    there = list(table(db, name).rows)
    with db.atomic():
        write_rows(db, name, [])
        assert len(gone(db)) == len(there)
        write_rows(db, name, there)
    assert gone(db) == {}


def test_what_goes_twice_is_noted_once(db):
    for title in ("Before", "After"):
        plant_document(db, "a-1")
        db.execute("update documents set title = ?", [title])
        write_rows(db, "documents", [])
    assert gone(db) == {("document", "a-1"): "After"}


def test_a_row_that_changes_does_not_go(db):
    plant_document(db, "a-1")
    write_rows(db, "documents", [{"id": "a-1", "title": "Another", "kind_id": "national_strategy", "path": "b"}])
    assert gone(db) == {}


def test_what_falls_with_another_row_is_indexed_by_it(db):
    bare = []
    for name in db.table_names():
        listed = rows(db, "select name from pragma_index_list(?)", [name])
        leading = {rows(db, "select name from pragma_index_info(?)", [one["name"]])[0]["name"] for one in listed}
        keys = rows(db, 'select "from", on_delete from pragma_foreign_key_list(?)', [name])
        bare += [(name, key["from"]) for key in keys if key["on_delete"] != "NO ACTION" and key["from"] not in leading]
    assert bare == []


def test_a_document_takes_everything_with_it(db):
    plant_passage(db, plant_document(db, "a-1"), "We will act.")
    db.execute("delete from documents")
    assert [count(db, name) for name in ("pages", "passages", "passage_spans", "sentences")] == [0, 0, 0, 0]


def test_a_row_that_refers_to_nothing_is_refused(db):
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        table(db, "pages").insert({"id": "p", "document_id": "nobody", "number": 1, "status": "text", "text": ""})


@pytest.mark.parametrize("name", SEARCHED)
def test_a_searched_table_has_an_index_that_datasette_finds(name, db):
    assert table(db, name).detect_fts() == f"{name}_fts"


def found(db, word):
    """The passages that the full-text index finds."""
    return [row["text"] for row in table(db, "passages").search(word)]


def test_the_index_follows_its_table(db):
    passage = plant_passage(db, plant_document(db, "a-1"), "We will protect networks.")
    assert found(db, "network") == ["We will protect networks."]
    db.execute("update passages set text = 'We will train people.' where id = ?", [passage])
    assert (found(db, "network"), found(db, "people")) == ([], ["We will train people."])


def test_after_tidying_the_index_still_finds_the_right_rows(tmp_path):
    db = open_store(tmp_path / "a.db")
    for number in range(6):
        plant_passage(db, plant_document(db, f"a-{number}"), f"promise number{number}")
    db.execute("delete from documents where id in ('a-0', 'a-2', 'a-3')")
    tidy(db)
    assert [found(db, f"number{number}") for number in (1, 4, 5)] == [[f"promise number{n}"] for n in (1, 4, 5)]


def test_tidying_builds_the_index_anew(db):
    plant_passage(db, plant_document(db, "a-1"), "We will protect networks.")
    db.execute("insert into passages_fts(passages_fts) values ('delete-all')")
    assert found(db, "network") == []
    tidy(db)
    assert found(db, "network") == ["We will protect networks."]


def test_tidying_leaves_one_file_behind(tmp_path):
    tidy(open_store(tmp_path / "a.db"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


def test_tidying_does_not_mind_a_site_that_has_the_file_open(tmp_path):
    tidy(open_store(tmp_path / "a.db"))
    site = open_for_reading(tmp_path / "a.db")
    with open_store(tmp_path / "a.db") as db:
        plant_document(db, "a-1")
        assert count(site, "documents") == 1
        tidy(db)
        assert count(site, "documents") == 1
    site.close()


KEYS = st.integers(0, 5)
ROW = st.fixed_dictionaries(
    {"a": KEYS, "b": KEYS, "text": st.none() | st.text(max_size=3), "number": st.none() | st.integers(0, 2)}
)
ROWS = st.lists(ROW, max_size=8, unique_by=lambda row: (row["a"], row["b"]))


@pytest.fixture(scope="module")
def pairs():
    """A function that gives an empty table with a key of two columns."""
    db = Database(memory=True)
    db.execute(
        "create table pairs (a integer, b integer, text text default '', number integer, primary key (a, b)) strict"
    )

    def empty(*listed):
        db.execute("delete from pairs")
        write_rows(db, "pairs", listed)
        return db

    return empty


def by_key(listed):
    """Rows in the order of their key."""
    return sorted(listed, key=lambda row: (row["a"], row["b"]))


@given(before=ROWS, wanted=ROWS)
def test_rows_that_are_written_equal_those_that_are_wanted(before, wanted, pairs):
    db = pairs(*before)
    write_rows(db, "pairs", wanted)
    assert rows(db, "select * from pairs order by a, b") == by_key(wanted)


@given(before=ROWS, wanted=ROWS)
def test_the_changed_rows_are_counted_and_no_other_is_touched(before, wanted, pairs):
    db = pairs(*before)
    touched = db.conn.total_changes
    changed = write_rows(db, "pairs", wanted)
    keys = {(row["a"], row["b"]) for row in [*before, *wanted]}
    differ = [
        key
        for key in keys
        if [r for r in before if (r["a"], r["b"]) == key] != [r for r in wanted if (r["a"], r["b"]) == key]
    ]
    assert changed == db.conn.total_changes - touched == len(differ)


@given(before=ROWS, wanted=ROWS)
def test_rows_outside_the_condition_stay(before, wanted, pairs):
    db = pairs(*before)
    mine = [row for row in wanted if row["a"] == 1]
    write_rows(db, "pairs", mine, where="a = ?", args=[1])
    assert rows(db, "select * from pairs order by a, b") == by_key([*(row for row in before if row["a"] != 1), *mine])


def test_a_column_that_is_left_out_keeps_its_value(pairs):
    db = pairs({"a": 1, "b": 2, "text": "old", "number": 7})
    write_rows(db, "pairs", [{"a": 1, "b": 2, "text": "new"}])
    assert rows(db, "select * from pairs") == [{"a": 1, "b": 2, "text": "new", "number": 7}]


def test_a_changed_row_keeps_what_hangs_on_it(db):
    plant_passage(db, plant_document(db, "a-1"), "We will act.")
    write_rows(db, "documents", [{**rows(db, "select * from documents")[0], "title": "Another title"}])
    assert count(db, "passages") == 1


def test_an_input_is_stale_until_it_is_marked_with_its_hash(db):
    mark(db, "pages", "a", input_hash="1", output_hash="x", seconds=0.5)
    mark(db, "pages", "b", input_hash="1", output_hash="y", seconds=0.5)
    assert stale(db, "pages", {"a": "1", "b": "2", "c": "1"}) == ["b", "c"]


def test_a_mark_of_one_stage_says_nothing_to_another(db):
    mark(db, "pages", "a", input_hash="1", output_hash="x", seconds=0.5)
    assert stale(db, "passages", {"a": "1"}) == ["a"]


def test_a_second_mark_replaces_the_first(db):
    for output_hash in ("x", "y"):
        mark(db, "pages", "a", input_hash="1", output_hash=output_hash, seconds=0.5)
    assert outputs(db, "pages") == {"a": "y"}


def test_marks_of_inputs_that_are_gone_are_forgotten(db):
    for stage in ("pages", "passages"):
        for name in ("a", "b"):
            mark(db, stage, name, input_hash="1", output_hash="x", seconds=0.5)
    forget(db, "pages", ["b", "c"])
    assert (list(outputs(db, "pages")), list(outputs(db, "passages"))) == (["b"], ["a", "b"])


def test_a_problem_is_a_row_with_its_facts(db):
    problem = DocumentProblem("needs_ocr", "It is a picture.", remedy="Read it.", page=3)
    write_problems(db, "pages", "a-1", [problem], is_failure=True)
    row = rows(db, "select document_id, stage, kind, page, message, remedy, is_failure from problems")
    assert [tuple(one.values()) for one in row] == [("a-1", "pages", "needs_ocr", 3, "It is a picture.", "Read it.", 1)]


def test_problems_of_a_stage_are_replaced_and_those_of_others_stay(db):
    for stage, message in (("pages", "old"), ("manifest", "other"), ("pages", "new")):
        write_problems(db, stage, "a-1", [DocumentProblem("damaged", message)], is_failure=True)
    assert {row["message"] for row in rows(db, "select message from problems")} == {"other", "new"}


def test_no_problem_clears_those_of_the_stage(db):
    write_problems(db, "pages", "a-1", [DocumentProblem("damaged", "old")], is_failure=True)
    write_problems(db, "pages", "a-1", [], is_failure=True)
    assert count(db, "problems") == 0


def test_a_moment_is_written_in_utc_to_the_second():
    assert len(now()) == len("2018-05-31T10:00:00Z")
    assert now().endswith("Z")


@pytest.fixture
def closed(tmp_path, monkeypatch):
    """A database that nobody has open, in a folder where nothing can be written."""
    path = tmp_path / "still.db"
    open_store(path).close()
    monkeypatch.setattr(store.os, "access", lambda *_: False)
    return path


def test_a_database_on_a_medium_that_cannot_be_written_is_read_without_a_file_beside_it(closed):
    with open_for_reading(closed) as db:
        assert count(db, "bindingness") == 4
        assert [path.name for path in closed.parent.iterdir()] == ["still.db"]


def test_a_database_that_somebody_is_writing_to_is_not_taken_for_a_still_one(closed):
    with open_store(closed) as db:
        plant_document(db, "a")
        db.conn.commit()
        assert not store.is_still(closed)
        with open_for_reading(closed) as reading:
            assert count(reading, "documents") == 1


def test_a_database_where_one_may_write_is_not_taken_for_a_still_one(tmp_path):
    open_store(tmp_path / "a.db").close()
    assert not store.is_still(tmp_path / "a.db")
