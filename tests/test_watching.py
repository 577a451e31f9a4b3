"""Saved searches: what is new is told once, a rerun changes nothing, and every mistake has its message."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from planting import plant_document, plant_passage, plant_promise, plant_vectors
from writing import quiet, write_corpus

from pipeline.cli import WATCH_EXAMPLES, main, watch
from pipeline.errors import FilterError, ModelError, WatchError
from pipeline.search import Engine, Filters
from pipeline.search import engine as rooms
from pipeline.search.meaning import LazyEncoder
from pipeline.settings import Settings
from pipeline.stages import run_stages, start_run
from pipeline.store import leave_one_file, open_for_reading, open_store, rows, write_rows
from pipeline.watching import (
    MOST,
    PARAMETERS,
    add,
    chosen,
    command,
    listed,
    parameters_of,
    remove,
    run,
    running,
    saved_as,
    told,
)

JUDGES = "Judges will be trained in electronic evidence."
SHARE = "We will share information between response teams."


@pytest.fixture
def planted(db, letters):
    """Two promises of two issuers."""
    plant_promise(db, plant_document(db, "xaa-2016", issuer="XAA", year=2016), SHARE, themes=("INC",))
    plant_promise(db, plant_document(db, "xbb-2020", issuer="XBB"), JUDGES, themes=("CRIME",), bindingness=4)
    plant_vectors(db, letters)
    db.conn.commit()
    return db


@pytest.fixture
def engine(planted, tmp_path):
    return Engine(tmp_path / "concord.db", Settings(search_floor=0.9))


def ran(db, engine, *names):
    """The texts that each saved search finds new."""
    db.conn.commit()
    return {report.watch.name: [hit.text for hit in report.new] for report in run(db, engine, names)}


def test_adding_a_search_finds_nothing_yet(planted):
    watch = add(planted, "judges", "judges")
    assert (watch.hits, watch.new, watch.ran_at, watch.runs) == (0, 0, "", 0)


def test_in_the_first_run_everything_is_new(planted, engine):
    add(planted, "judges", "judges", mode="words")
    assert ran(planted, engine) == {"judges": [JUDGES]}


def test_in_the_second_run_nothing_is_new(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    assert ran(planted, engine) == {"judges": []}


def test_what_arrives_is_new_in_the_next_run_and_nothing_else(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    plant_promise(planted, "xaa-2016", "We will hire judges.")
    assert ran(planted, engine) == {"judges": ["We will hire judges."]}


def test_a_listed_search_counts_its_hits_and_those_of_the_last_run(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    plant_promise(planted, "xaa-2016", "We will hire judges.")
    ran(planted, engine)
    assert [(watch.hits, watch.new, watch.runs) for watch in listed(planted)] == [(2, 1, 2)]


def test_a_search_by_meaning_finds_what_is_above_the_floor_of_the_engine(planted, tmp_path):
    add(planted, "same", "judges will be trained in electronic evidence", mode="meaning")
    engine = Engine(tmp_path / "concord.db", Settings(search_floor=0.99))
    assert ran(planted, engine) == {"same": [JUDGES]}


def test_a_search_by_words_asks_for_no_encoder(planted, tmp_path):
    def missing():
        raise AssertionError

    add(planted, "judges", "judges", mode="words")
    assert ran(planted, Engine(tmp_path / "concord.db", encoder=LazyEncoder(missing))) == {"judges": [JUDGES]}


@pytest.fixture
def without_encoder(planted, tmp_path):
    def missing():
        raise ModelError("The model is not installed.")

    return Engine(tmp_path / "concord.db", encoder=LazyEncoder(missing))


def test_without_an_encoder_words_are_searched_and_the_report_says_so(planted, without_encoder):
    add(planted, "judges", "judges")
    report = run(planted, without_encoder)[0]
    assert [hit.text for hit in report.new] == [JUDGES]
    assert (report.note, report.is_whole) == ("Only words were searched: The model is not installed.", False)


def test_without_an_encoder_a_search_by_meaning_finds_nothing_and_forgets_nothing(planted, engine, without_encoder):
    add(planted, "judges", JUDGES, mode="meaning")
    ran(planted, engine)
    report = run(planted, without_encoder)[0]
    assert report.note == "Meaning could not be searched: The model is not installed."
    assert report.watch.hits == 1


def test_filters_alone_find_the_commitments_that_pass_them(planted, engine):
    plant_passage(planted, "xbb-2020", "Nothing is promised here.", themes=("CRIME",))
    add(planted, "crime", "", Filters(themes=("CRIME",)))
    assert ran(planted, engine) == {"crime": [JUDGES]}


def test_filters_alone_find_passages_where_these_are_asked_for(planted, engine):
    plant_passage(planted, "xbb-2020", "Nothing is promised here.", themes=("CRIME",))
    add(planted, "crime", "", Filters(themes=("CRIME",), kind_of_hit="passage"))
    assert ran(planted, engine) == {"crime": [JUDGES, "Nothing is promised here."]}


def test_filters_alone_have_no_limit(planted, engine):
    for number in range(MOST + 5):
        plant_promise(planted, "xaa-2016", f"We will do {number}.", themes=("RDI",))
    add(planted, "research", "", Filters(themes=("RDI",)))
    assert len(ran(planted, engine)["research"]) == MOST + 5


def test_filters_alone_list_the_latest_texts_first(planted, engine):
    found = engine.search("", Filters(year_from=2000))
    assert [(hit.text, hit.why) for hit in found.hits] == [(JUDGES, ("filters",)), (SHARE, ("filters",))]


def test_a_question_and_filters_both_choose(planted, engine):
    add(planted, "judges", "judges information", Filters(issuers=("XAA",)), mode="words")
    assert ran(planted, engine) == {"judges": [SHARE]}


def test_more_hits_than_are_watched_are_spoken_of(planted, engine, monkeypatch):
    monkeypatch.setattr(rooms, "_DEPTH", 2)
    add(planted, "wide", "will", Filters(issuers=("XAA", "XBB")), mode="words")
    assert "there may be more" in run(planted, engine)[0].note


def test_fewer_hits_than_are_watched_need_no_word(planted, engine):
    add(planted, "judges", "judges", mode="words")
    assert run(planted, engine)[0].note == ""


def test_only_the_searches_that_are_named_are_run(planted, engine):
    add(planted, "judges", "judges", mode="words")
    add(planted, "sharing", "share", mode="words")
    ran(planted, engine, "sharing")
    assert {watch.name: watch.runs for watch in listed(planted)} == {"judges": 0, "sharing": 1}


def test_an_unknown_name_among_others_runs_none(planted, engine):
    add(planted, "judges", "judges", mode="words")
    with pytest.raises(WatchError, match=r"There is no saved search 'nobody'\. The saved searches are: judges."):
        run(planted, engine, ["judges", "nobody"])
    assert chosen(planted)[0].runs == 0


def test_what_is_gone_is_not_counted(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    planted.execute("delete from commitments")
    planted.execute("delete from passages")
    assert listed(planted)[0].hits == 0


def test_what_comes_back_is_not_new(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    kept = {name: rows(planted, f"select * from {name}") for name in ("passages", "commitments")}
    for name in reversed(kept):
        write_rows(planted, name, [])
    ran(planted, engine)
    for name, listed_rows in kept.items():
        write_rows(planted, name, listed_rows)
    assert ran(planted, engine) == {"judges": []}


def like(tmp_path, floor):
    """An engine that trusts meaning from this floor on."""
    return Engine(tmp_path / "concord.db", Settings(search_floor=floor))


def test_what_was_here_is_not_new_when_the_floor_of_likeness_drops(planted, tmp_path):
    add(planted, "same", JUDGES, mode="meaning")
    assert ran(planted, like(tmp_path, 0.99)) == {"same": [JUDGES]}
    assert len(like(tmp_path, 0.1).search(JUDGES, mode="meaning").hits) > 1
    assert ran(planted, like(tmp_path, 0.1)) == {"same": []}


def test_what_was_here_is_not_new_when_the_ranking_ends_later(planted, engine, monkeypatch):
    add(planted, "will", "will", mode="words")
    monkeypatch.setattr(rooms, "_DEPTH", 1)
    assert len(ran(planted, engine)["will"]) == 1
    monkeypatch.setattr(rooms, "_DEPTH", 200)
    assert ran(planted, engine) == {"will": []}


def test_what_was_here_is_not_new_when_a_better_hit_goes(planted, engine, monkeypatch):
    monkeypatch.setattr(rooms, "_DEPTH", 1)
    add(planted, "will", "will", mode="words")
    best = ran(planted, engine)["will"]
    planted.execute("delete from commitments where quote = ?", best)
    planted.execute("delete from passages where text = ?", best)
    assert ran(planted, engine) == {"will": []}


def test_what_was_here_is_not_new_when_it_comes_under_the_theme_that_is_asked_for(planted, engine):
    add(planted, "crime", "", Filters(themes=("CRIME",)))
    ran(planted, engine)
    planted.execute("update commitment_themes set theme_id = 'CRIME'")
    assert ran(planted, engine) == {"crime": []}


def test_a_new_hit_is_told_however_many_old_ones_are_better(planted, engine, monkeypatch):
    monkeypatch.setattr(rooms, "_DEPTH", 2)
    for number in range(5):
        plant_promise(planted, "xaa-2016", f"Judges {number}.")
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    late = "We will see to it in the years to come that as many of the judges as can be had are there for whoever asks."
    plant_promise(planted, "xaa-2016", late)
    assert ran(planted, engine) == {"judges": [late]}


def test_what_is_only_like_the_question_is_told_when_it_is_among_the_likest_of_all(
    planted, tmp_path, letters, monkeypatch
):
    monkeypatch.setattr(rooms, "_DEPTH", 1)
    add(planted, "judges", JUDGES, mode="meaning")
    ran(planted, like(tmp_path, 0.5))
    plant_promise(planted, "xaa-2016", "Judges will train.")
    plant_vectors(planted, letters)
    assert ran(planted, like(tmp_path, 0.5)) == {"judges": []}
    plant_promise(planted, "xaa-2016", f"{JUDGES.upper()}")
    plant_vectors(planted, letters)
    monkeypatch.setattr(rooms, "_DEPTH", 4)
    assert ran(planted, like(tmp_path, 0.5)) == {"judges": [JUDGES.upper()]}


@pytest.mark.parametrize("mode", ["words", "meaning", "both"])
def test_a_document_that_comes_is_told_with_exactly_its_hits(planted, engine, letters, mode):
    add(planted, "judges", "train judges", mode=mode)
    ran(planted, engine)
    plant_document(planted, "xcc-2024", issuer="XCC", year=2024)
    for text in ("Judges train.", "We train judges.", "We will hire judges.", "Ships are built."):
        plant_promise(planted, "xcc-2024", text)
    plant_passage(planted, "xcc-2024", "Whoever judges is trained.")
    plant_vectors(planted, letters)
    told_of = ran(planted, engine)["judges"]
    found = engine.search("train judges", mode=mode).hits
    assert told_of == [hit.text for hit in found if hit.document_id == "xcc-2024"] != []
    assert ran(planted, engine) == {"judges": []}


STEPS = st.lists(
    st.tuples(
        st.lists(
            st.sampled_from(["judges", "train judges", "share information", "ships sail", "we judge"]), max_size=3
        ),
        st.sampled_from([0.1, 0.6, 0.9]),
        st.sampled_from([1, 3, 200]),
    ),
    min_size=2,
    max_size=5,
)


@given(steps=STEPS, mode=st.sampled_from(["words", "meaning", "both"]))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_nothing_that_was_here_in_the_last_run_is_ever_new(planted, tmp_path, letters, steps, mode):
    number = len(rows(planted, "select 1 from watches"))
    add(planted, f"search-{number}", "train judges", mode=mode)
    here = set()
    for step, (texts, floor, depth) in enumerate(steps):
        for place, text in enumerate(texts):
            plant_promise(planted, "xaa-2016", f"{text} {number} {step} {place}")
        plant_vectors(planted, letters)
        planted.conn.commit()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rooms, "_DEPTH", depth)
            new = run(planted, like(tmp_path, floor), [f"search-{number}"])[0].new
        assert here.isdisjoint(hit.id for hit in new)
        here = {row["id"] for row in rows(planted, "select id from commitments union select id from passages")}


def test_a_text_that_changed_is_new(planted, engine):
    add(planted, "judges", "judges", Filters(kind_of_hit="passage"), mode="words")
    ran(planted, engine)
    planted.execute("delete from commitments")
    planted.execute("delete from passages where text = ?", [JUDGES])
    plant_passage(planted, "xbb-2020", "Judges will be trained in evidence.")
    assert ran(planted, engine) == {"judges": ["Judges will be trained in evidence."]}


def test_a_search_that_is_saved_later_begins_with_everything(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    add(planted, "again", "judges", mode="words")
    assert ran(planted, engine) == {"judges": [], "again": [JUDGES]}


def test_a_search_that_is_removed_and_saved_anew_begins_with_everything(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    remove(planted, "judges")
    add(planted, "judges", "judges", mode="words")
    assert ran(planted, engine) == {"judges": [JUDGES]}


def test_what_one_search_was_told_is_still_new_to_another(planted, engine):
    add(planted, "judges", "judges", mode="words")
    add(planted, "hire", "hire", mode="words")
    ran(planted, engine)
    plant_promise(planted, "xaa-2016", "We will hire judges.")
    assert ran(planted, engine, "hire") == {"hire": ["We will hire judges."]}
    plant_promise(planted, "xaa-2016", "We will pay judges.")
    assert sorted(ran(planted, engine, "judges")["judges"]) == ["We will hire judges.", "We will pay judges."]


def test_what_comes_into_an_empty_database_is_new(db, tmp_path):
    plant_document(db, "xaa-2016")
    add(db, "judges", "judges", mode="words")
    add(db, "other", "judges", mode="words")
    engine = Engine(tmp_path / "concord.db")
    assert ran(db, engine) == {"judges": [], "other": []}
    plant_promise(db, "xaa-2016", JUDGES)
    assert [ran(db, engine, name) for name in ("judges", "other")] == [{"judges": [JUDGES]}, {"other": [JUDGES]}]


def test_what_was_not_told_to_the_end_is_told_again(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    plant_promise(planted, "xaa-2016", "We will hire judges.")
    planted.conn.commit()
    with pytest.raises(KeyboardInterrupt), running(planted, engine):
        raise KeyboardInterrupt
    assert ran(planted, engine) == {"judges": ["We will hire judges."]}


def test_what_comes_while_a_search_runs_is_told_by_the_next(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    with running(planted, engine):
        plant_promise(planted, "xaa-2016", "We will hire judges.")
        planted.conn.commit()
    assert ran(planted, engine) == {"judges": ["We will hire judges."]}


def test_of_two_runs_at_once_neither_loses_what_came_between_them(planted, engine):
    add(planted, "first", "judges", mode="words")
    add(planted, "second", "judges", mode="words")
    ran(planted, engine)
    with running(planted, engine, ["first"]):
        plant_promise(planted, "xaa-2016", "We will hire judges.")
        assert ran(planted, engine, "second") == {"second": ["We will hire judges."]}
    assert ran(planted, engine) == {"first": ["We will hire judges."], "second": []}


def test_a_run_without_an_encoder_leaves_what_meaning_finds_to_the_next(planted, engine, without_encoder, letters):
    add(planted, "judges", JUDGES)
    ran(planted, engine)
    plant_promise(planted, "xaa-2016", "Evidence trains judges.")
    plant_promise(planted, "xaa-2016", "Nice judgement derails deducible entertained electric news.")
    plant_vectors(planted, letters)
    assert ran(planted, without_encoder) == {"judges": ["Evidence trains judges."]}
    assert ran(planted, engine) == {"judges": ["Nice judgement derails deducible entertained electric news."]}


def test_while_the_pipeline_has_not_ended_a_run_is_not_whole_and_loses_nothing(planted, engine):
    add(planted, "crime", "", Filters(themes=("CRIME",)))
    ran(planted, engine)
    run_id = start_run(planted, Settings())
    plant_promise(planted, "xaa-2016", "We will hire judges.", themes=())
    planted.conn.commit()
    report = run(planted, engine)[0]
    assert (report.new, report.is_whole) == ((), False)
    assert report.note.startswith("The last concord run did not end")
    name = rows(planted, "select id from commitments where quote like '%hire%'")[0]["id"]
    planted.execute(
        "insert into commitment_themes (commitment_id, theme_id, position, likeness) values (?, 'CRIME', 0, 0.8)",
        [name],
    )
    planted.execute("update runs set outcome = 'complete' where id = ?", [run_id])
    assert ran(planted, engine) == {"crime": ["We will hire judges."]}


def test_a_search_for_a_document_that_was_taken_out_says_so_and_stops_no_other(planted, engine):
    add(planted, "gone", "judges", Filters(documents=("xaa-2016",)), mode="words")
    add(planted, "judges", "judges", mode="words")
    planted.execute("delete from commitments where document_id = 'xaa-2016'")
    planted.execute("delete from documents where id = 'xaa-2016'")
    planted.conn.commit()
    gone, judges = run(planted, engine)
    assert (gone.note.partition(".")[0], gone.is_whole) == ("This database knows no document 'xaa-2016'", False)
    assert [hit.text for hit in judges.new] == [JUDGES]


@pytest.fixture
def earlier(planted, engine):
    """A saved search that was run once, in the form that it had before the texts of its runs were kept."""
    add(planted, "judges", JUDGES)
    ran(planted, engine)
    planted.execute("drop table watch_texts")
    planted.execute("alter table watches drop column arrival")
    planted.execute("delete from _sqlite_migrations where name = '0003_texts_of_watches'")
    planted.conn.commit()
    return planted


def test_saved_searches_of_the_earlier_form_are_listed_by_who_may_write_nothing(earlier, tmp_path):
    with open_for_reading(tmp_path / "concord.db") as db:
        assert [(watch.name, watch.hits, watch.runs) for watch in listed(db)] == [("judges", 1, 1)]


def test_to_a_saved_search_of_the_earlier_form_what_is_here_is_old_and_what_comes_is_new(earlier, tmp_path):
    with open_store(tmp_path / "concord.db") as db:
        assert ran(db, like(tmp_path, 0.1)) == {"judges": []}
        plant_promise(db, "xaa-2016", "Judges will be trained in evidence.")
        assert ran(db, like(tmp_path, 0.1)) == {"judges": ["Judges will be trained in evidence."]}


def test_a_saved_search_of_the_earlier_form_that_was_never_run_begins_with_everything(earlier, tmp_path):
    earlier.execute("delete from watch_hits")
    earlier.execute("update watches set runs = 0")
    earlier.conn.commit()
    with open_store(tmp_path / "concord.db") as db:
        assert ran(db, like(tmp_path, 0.9)) == {"judges": [JUDGES]}


def test_a_rerun_of_the_pipeline_leaves_saved_searches_and_their_hits(tmp_path, letters):
    settings = write_corpus(tmp_path / "corpus", good="We will train judges.")
    with open_store(settings.db) as db:
        run_stages(db, settings, report_for=lambda _: quiet)
        add(db, "judges", "judges", mode="words")
        assert len(ran(db, Engine(settings.db, settings))["judges"]) == 1
        before = [rows(db, f"select * from {name}") for name in ("watches", "watch_hits")]
        settings = write_corpus(tmp_path / "corpus", good="We will train judges.\n\nWe will hire more of them.")
        run_stages(db, settings, report_for=lambda _: quiet)
        assert [rows(db, f"select * from {name}") for name in ("watches", "watch_hits")] == before
        assert listed(db)[0].hits == 1


def test_what_is_removed_takes_its_hits_along(planted, engine):
    add(planted, "judges", "judges", mode="words")
    ran(planted, engine)
    remove(planted, "judges")
    assert (listed(planted), rows(planted, "select * from watch_hits")) == ([], [])


@pytest.mark.parametrize(
    ("name", "question", "filters", "mode", "message"),
    [
        ("Judges", "judges", Filters(), "both", "'Judges' cannot be the name of a saved search. .* such as judges"),
        ("a/b", "judges", Filters(), "both", "cannot be the name"),
        ("", "judges", Filters(), "both", "cannot be the name"),
        ("taken", "judges", Filters(), "both", "There is a saved search taken already"),
        ("nothing", "  ", Filters(), "both", "The search asks for nothing"),
        ("nothing", "", Filters(kind_of_hit="passage"), "both", "The search asks for nothing"),
        ("signs", "?!", Filters(issuers=("XAA",)), "both", "has no word to look for"),
        ("phrase", '"two words"', Filters(), "meaning", "cannot be searched by meaning"),
        ("minus", "judges -courts", Filters(), "meaning", "cannot be searched by meaning"),
        (
            "who",
            "judges",
            Filters(issuers=("Arvenia",)),
            "both",
            "knows no issuer 'Arvenia'. Do you mean XAA .Arvenia.?",
        ),
        ("what", "judges", Filters(themes=("NONE",)), "both", "knows no theme 'NONE'"),
        ("kind", "judges", Filters(kinds=("novel",)), "both", "knows no kind of document 'novel'"),
        ("which", "judges", Filters(documents=("xaa",)), "both", "no document 'xaa'. Do you mean xaa-2016 .Strategy"),
        ("tongue", "judges", Filters(language="xx"), "both", "'xx' is no code of a language"),
        ("when", "judges", Filters(year_from=2020, year_to=2010), "both", "from 2020 on and up to 2010"),
        ("due", "judges", Filters(due_from="2020-06", due_to="2020"), "smell", "'smell' is no mode of search"),
    ],
)
def test_a_search_that_could_not_work_is_refused(planted, name, question, filters, mode, message):
    add(planted, "taken", "judges")
    with pytest.raises((WatchError, FilterError), match=message):
        add(planted, name, question, filters, mode=mode)
    assert [watch.name for watch in listed(planted)] == ["taken"]


def test_the_filters_of_a_search_come_back_as_they_were(planted):
    plant_document(planted, "a")
    filters = Filters(
        kind_of_hit="commitment", issuers=("XAA", "XBB"), kinds=("national_strategy",), themes=("INC",), documents=("a",),
        year_from=2010, year_to=2020, language="en", bindingness=2, has_deadline=True, due_from="2018", due_to="2020-06-30",
    )  # fmt: skip
    assert add(planted, "all", "", filters).filters == filters


def test_every_filter_has_a_name_on_the_search_page():
    assert set(PARAMETERS) == set(Filters.__dataclass_fields__)


def test_filters_are_told_as_the_search_page_names_them():
    filters = Filters(issuers=("XAA", "XBB"), year_from=2010, bindingness=1, has_deadline=True, due_to="2020-06")
    assert told(filters) == "issuer XAA, issuer XBB, from 2010, firmness 1, deadline, due to 2020-06"
    assert ("deadline", "1") in parameters_of(filters)


def test_a_database_without_the_tables_has_no_saved_search_and_takes_none(planted):
    planted.execute("drop table watch_hits")
    planted.execute("drop table watches")
    assert (listed(planted), saved_as(planted, "judges", Filters(), "both")) == ([], "")
    assert command(planted, "judges", Filters(), "both", file="concord.db") == ""
    with pytest.raises(WatchError, match=r"made before there were saved searches\. Make a new one"):
        add(planted, "judges", "judges")


ALL = Filters(
    kind_of_hit="commitment", issuers=("XAA", "XBB"), groups=("XAA",), kinds=("national_strategy",), themes=("INC",),
    documents=("xaa-2016",), year_from=2010, year_to=2020, language="en", bindingness=2, has_deadline=True, due_from="2018",
    due_to="2020-06-30",
)  # fmt: skip
ASKED = [
    ("training judges", Filters(), "both"), ("", ALL, "both"), ("judges", ALL, "words"), ("-courts judges", Filters(), "both"),
    ("it's $HOME `id`; rm -rf / && \"two words\" \\ | > < # ! * ?", Filters(themes=("INC",)), "both"), ("--help judges", ALL, "both"),
    ("juges élus\n  et\tinformés", Filters(), "meaning"), ("judges", Filters(language="--db", documents=("-x", "a b'c")), "words"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "filters", "mode"), ASKED)
def test_the_command_that_is_offered_saves_exactly_this_search(planted, concord, question, filters, mode):
    for name in ("-x", "a b'c"):
        plant_document(planted, name)
    planted.execute("update documents set language = '--db' where id = '-x'")
    planted.conn.commit()
    words = shlex.split(command(planted, question, filters, mode, file="concord.db"))
    assert words[:3] == ["concord", "watch", "add"]
    result = concord(*words[2:])
    assert result.exit_code == 0, result.output
    saved = listed(planted)[0]
    assert (saved.question, saved.mode, saved.filters) == (" ".join(question.split()), mode, filters)
    assert saved_as(planted, question, filters, mode) == saved.name


@given(question=st.text(), value=st.text(min_size=1))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shell_takes_an_offered_command_for_the_words_that_were_asked(planted, question, value):
    if not rows(planted, "select 1 from documents where id = ?", [value]):
        plant_document(planted, value)
    offered = command(planted, question, Filters(documents=(value,)), "both", file="concord.db")
    if offered:
        words = shlex.split(offered)
        assert [word for word in words if word == value]
        assert not question.split() or " ".join(question.split()) in words
        assert offered.isprintable()


@pytest.mark.parametrize(
    ("question", "filters", "mode"),
    [
        ("", Filters(), "both"), ("", Filters(kind_of_hit="passage"), "both"), ("?!", Filters(), "both"), ('"two words"', Filters(), "meaning"),
        ("judges", Filters(issuers=("NONE",)), "both"), ("jud\u202eges", Filters(), "both"), ("judges\x00", Filters(), "both"),
    ],
)  # fmt: skip
def test_no_command_is_offered_for_a_search_that_could_not_be_saved_or_has_signs_that_nobody_sees(
    planted, question, filters, mode
):
    assert command(planted, question, filters, mode, file="concord.db") == ""


def test_the_name_that_is_offered_is_free(planted):
    add(planted, "judges", "judges", mode="words")
    add(planted, "judges-2", "judges", mode="meaning")
    assert (
        command(planted, "judges", Filters(), "both", file="concord.db")
        == "concord watch add judges-3 judges --db concord.db"
    )


def test_the_command_that_is_offered_names_the_file_of_the_database(planted):
    offered = command(planted, "-courts judges", Filters(), "words", file="my corpus.db")
    assert offered == "concord watch add --mode words --db 'my corpus.db' -- courts-judges '-courts judges'"


def test_the_name_of_a_long_question_can_be_taken_with_a_number_behind_it(planted, concord):
    for _ in range(2):
        assert (
            concord(*shlex.split(command(planted, "judges " * 30, Filters(), "words", file="concord.db"))[2:]).exit_code
            == 0
        )
    assert all(len(watch.name) <= 60 for watch in listed(planted))


@pytest.mark.parametrize(
    ("question", "filters", "mode", "name"),
    [
        (" judges   courts ", Filters(issuers=("XBB", "XAA")), "both", "words"), ("judges courts", Filters(issuers=("XAA", "XBB")), "words", ""),
        ("judges courts", Filters(issuers=("XAA",)), "both", ""), ("courts judges", Filters(issuers=("XAA", "XBB")), "both", ""),
        ("", Filters(themes=("INC",)), "both", "alone"), ("", Filters(themes=("INC",), kind_of_hit="commitment"), "words", "alone"),
        ("", Filters(themes=("INC",), kind_of_hit="passage"), "both", ""),
    ],
)  # fmt: skip
def test_a_search_is_saved_when_one_asks_exactly_the_same(planted, question, filters, mode, name):
    add(planted, "words", "judges courts", Filters(issuers=("XAA", "XBB")))
    add(planted, "alone", "", Filters(themes=("INC",)))
    assert saved_as(planted, question, filters, mode) == name


@pytest.fixture
def concord(planted, tmp_path, monkeypatch):
    """Run `concord watch` with words, on the planted database."""
    monkeypatch.chdir(tmp_path)
    planted.conn.commit()

    def spoken(*words):
        result = CliRunner().invoke(main, ["watch", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return spoken


def said(result):
    return " ".join(result.output.split())


@pytest.mark.parametrize("name", watch.commands)
def test_the_help_of_every_command_shows_an_example_of_it(concord, name):
    result = concord(name, "--help")
    assert f"Example: {WATCH_EXAMPLES[name]}" in said(result)
    assert WATCH_EXAMPLES[name].startswith(f"concord watch {name}")


def test_the_commands_stand_in_the_order_of_use(concord):
    told_of = re.findall(r"^  (\w+)  ", concord("--help").output.partition("Commands:")[2], re.MULTILINE)
    assert told_of == ["add", "list", "run", "remove"]


@pytest.mark.parametrize(
    "words", [("add", "judges", "judges"), ("list",), ("run",), ("remove", "judges")], ids=lambda words: words[0]
)
def test_without_a_database_the_status_is_2_and_none_is_made(concord, tmp_path, words):
    result = concord(*words, "--db", "none.db")
    assert (result.exit_code, (tmp_path / "none.db").exists()) == (2, False)
    assert "Make one: concord run" in said(result)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "nothing"), "The search asks for nothing."), (("add",), "Missing argument 'NAME'"),
        (("add", "a", "b", "--mode", "smell"), "'smell' is not one of"), (("add", "a", "b", "--due-to", "soon"), "'soon' is no year, month or day. Write it as 2020"), (("run", "nobody"), "There is no saved search 'nobody'."),
        (("remove", "nobody"), "There is no saved search 'nobody'."), (("no-such",), "No such command 'no-such'."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_has_status_2_and_a_message(concord, words, message):
    result = concord(*words)
    assert result.exit_code == 2
    assert message in said(result)


def test_a_search_is_added_run_listed_and_removed(concord):
    assert concord("add", "judges", "judges", "--mode", "words", "--issuer", "XBB").exit_code == 0
    assert "judges: 1 new of 1 1. Belmora 2020, p. 1" in said(concord("run"))
    assert "judges: 0 new of 1" in said(concord("run", "judges"))
    assert "judges judges words issuer XBB 1 0 2" in said(concord("list"))
    assert said(concord("remove", "judges")) == "Removed: judges"
    assert "There is no saved search yet" in said(concord("list"))


def test_the_json_of_a_run_gives_each_search_with_its_new_hits(concord):
    concord("add", "judges", "judges", "--mode", "words")
    report = json.loads(concord("run", "--json").stdout)[0]
    assert (report["watch"]["name"], [hit["text"] for hit in report["new"]]) == ("judges", [JUDGES])


def test_what_could_not_be_printed_is_told_by_the_next_run(concord, planted, monkeypatch):
    concord("add", "judges", "judges", "--mode", "words")
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.cli._print_hits", lambda _: sys.exit(1))
        assert concord("run").exit_code == 1
    assert "judges: 1 new of 1" in said(concord("run"))


@pytest.mark.parametrize(
    ("words", "kind"),
    [(("add", "new", "judges"), dict), (("list",), list), (("run",), list), (("remove", "old"), dict)],
)
def test_json_is_json_and_nothing_else(concord, words, kind):
    concord("add", "old", "judges", "--mode", "words")
    assert isinstance(json.loads(concord(*words, "--json").stdout), kind)


def test_a_run_that_could_not_search_by_meaning_has_status_1_and_says_so(concord, monkeypatch):
    def missing(_):
        raise ModelError("The model is not installed.")

    monkeypatch.setattr("pipeline.search.engine.load_encoder", missing)
    concord("add", "judges", "judges")
    result = concord("run")
    assert result.exit_code == 1
    assert "judges: Only words were searched: The model is not installed." in said(result)


def test_a_command_that_writes_leaves_one_file_behind(concord, planted, tmp_path):
    planted.close()
    concord("add", "judges", "judges", "--mode", "words")
    concord("run")
    assert [path.name for path in tmp_path.glob("concord.db*")] == ["concord.db"]


def test_brackets_in_a_question_are_printed_as_they_are(concord):
    concord("add", "odd", "[bold]judges[/]", "--mode", "words")
    assert "[bold]judges[/]" in said(concord("list"))


def test_a_database_that_nobody_writes_to_can_be_copied_alone(planted, tmp_path):
    add(planted, "judges", "judges")
    leave_one_file(planted)
    shutil.copy(tmp_path / "concord.db", tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as db:
        assert [watch.name for watch in listed(db)] == ["judges"]
