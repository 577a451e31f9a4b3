"""The search engine: filters first, two rankings joined, and never an answer from yesterday."""

from __future__ import annotations

import os
import shutil
import tomllib

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planting import plant_document, plant_issuer, plant_passage, plant_promise, plant_vectors

from pipeline.errors import ModelError, StoreError
from pipeline.search import MODES, Engine, Filters
from pipeline.search import engine as rooms
from pipeline.search.engine import _weighed
from pipeline.search.marks import marks_of
from pipeline.search.meaning import LazyEncoder
from pipeline.search.questions import parse
from pipeline.search.shelf import Shelf, stamp
from pipeline.settings import Settings
from pipeline.store import mark, open_for_reading, open_store, rows, table

WITHOUT = "headings, notes, glossaries and texts in a language that is not covered have none."
SHARE = "We will share information between response teams."


@pytest.fixture
def planted(db, letters):
    """Promises and passages of three issuers, one of them in a joint text."""
    plant_document(db, "xaa-2016", issuer="XAA", year=2016)
    plant_promise(db, "xaa-2016", SHARE, themes=("INC",), bindingness=3, deadline="by 2018", deadline_to="2018-12-31")
    plant_passage(db, "xaa-2016", "Teams that respond share little information today.", themes=("INC",))
    plant_document(db, "xbb-2020", issuer="XBB", year=2020, kind="international_strategy")
    plant_promise(db, "xbb-2020", "Judges will be trained in electronic evidence.", themes=("CRIME",), bindingness=4)
    plant_document(db, "both-2022", issuer="XAA-XBB", year=2022)
    plant_promise(db, "both-2022", "Both sides will exchange warnings of incidents.", themes=("INC", "INTL"))
    plant_issuer(db, "XMG", kind="group")
    table(db, "memberships").insert_all(
        [
            {"group_id": "XMG", "member_id": "XAA", "from_on": "", "to_on": "2010-05-01"},
            {"group_id": "XMG", "member_id": "XBB", "from_on": "2020-03-01", "to_on": ""},
        ]
    )
    plant_vectors(db, letters)
    return db


@pytest.fixture
def path(planted, tmp_path):
    return tmp_path / "concord.db"


@pytest.fixture
def engine(path):
    """An engine that takes every likeness for an answer, so that the filters alone decide."""
    return Engine(path, Settings(search_floor=-1.0))


@pytest.fixture
def words(path):
    """An engine without an encoder: it searches words alone."""

    def missing():
        raise ModelError("The model is not installed.")

    return Engine(path, encoder=LazyEncoder(missing))


@pytest.fixture
def spelt(planted):
    """As many texts about ransomware as make it a word that is known."""
    for number in range(3):
        plant_passage(planted, "xaa-2016", f"Ransomware struck {number} hospitals. Nobody had foreseen it.")
    planted.conn.commit()
    return planted


def documents(results):
    return {hit.document_id for hit in results.hits}


def texts(results):
    return [hit.text for hit in results.hits]


def test_a_promise_is_found_by_its_words(words):
    assert texts(words.search("share information")) == [SHARE, "Teams that respond share little information today."]


def test_a_promise_is_found_by_its_meaning_alone(path):
    hits = Engine(path, Settings(search_floor=0.9)).search("teams response between information share will we").hits
    assert ("meaning" in hits[0].why, hits[0].text) == (True, SHARE)


def test_a_hit_says_which_ranking_found_it(engine):
    why = {hit.text: hit.why for hit in engine.search("judges").hits}
    assert why["Judges will be trained in electronic evidence."] == ("words", "meaning")
    assert why[SHARE] == ("meaning",)


def test_a_hit_that_is_less_like_the_question_than_the_floor_is_left_out(path):
    assert texts(Engine(path, Settings(search_floor=1.0)).search("judges")) == [
        "Judges will be trained in electronic evidence."
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(issuers=("XBB",)), {"xbb-2020", "both-2022"}),
        (Filters(issuers=("XAA-XBB",)), {"both-2022"}),
        (Filters(kinds=("international_strategy",)), {"xbb-2020"}),
        (Filters(themes=("INTL",)), {"both-2022"}),
        (Filters(themes=("CRIME", "INTL")), {"xbb-2020", "both-2022"}),
        (Filters(documents=("xaa-2016",)), {"xaa-2016"}),
        (Filters(year_from=2020), {"xbb-2020", "both-2022"}),
        (Filters(year_to=2016), {"xaa-2016"}),
        (Filters(year_from=2017, year_to=2021), {"xbb-2020"}),
        (Filters(bindingness=4), {"xbb-2020"}),
        (Filters(has_deadline=True), {"xaa-2016"}),
        (Filters(due_from="2018"), {"xaa-2016"}),
        (Filters(due_from="2018-12-31", due_to="2018"), {"xaa-2016"}),
        (Filters(due_from="2019"), set()),
        (Filters(due_to="2018-12-30"), set()),
        (Filters(due_to="2018-12", issuers=("XBB",)), set()),
        (Filters(language="fr"), set()),
        (Filters(language="en", year_to=2016), {"xaa-2016"}),
        (Filters(groups=("XMG",)), {"xbb-2020", "both-2022"}),
        (Filters(issuers=("XAA",), themes=("CRIME",)), set()),
    ],
)
def test_a_hit_has_to_pass_every_filter(engine, filters, expected):
    assert documents(engine.search("warnings", filters)) == expected


@pytest.mark.parametrize(
    ("mode", "why"), [("words", {"words"}), ("meaning", {"meaning"}), ("both", {"words", "meaning"})]
)
def test_a_search_asks_the_rankings_of_its_mode(engine, mode, why):
    assert {one for hit in engine.search("judges", mode=mode).hits for one in hit.why} == why


@pytest.mark.parametrize("question", ['"trained in"', "judges -courts"])
def test_what_only_words_can_answer_has_no_answer_by_meaning(engine, question):
    results = engine.search(question, mode="meaning")
    assert (results.hits, results.note) == (
        (),
        "A phrase, or a word that is left out, is searched by words alone. 3 documents of 2016 to 2022 were searched.",
    )


def test_a_search_by_words_alone_is_whole_without_an_encoder(words):
    results = words.search("judges", mode="words")
    assert (len(results.hits), results.note, results.is_whole) == (1, "", True)


def test_a_search_that_lacks_the_encoder_it_needs_is_not_whole(words):
    assert [words.search("judges", mode=mode).is_whole for mode in ("both", "meaning")] == [False, False]


def test_no_question_gives_what_passes_the_filters_the_latest_texts_first(engine):
    results = engine.search(" ", Filters(themes=("INC",)))
    assert [(hit.document_id, hit.kind) for hit in results.hits] == [
        ("both-2022", "commitment"),
        ("xaa-2016", "commitment"),
    ]


def test_no_question_gives_passages_where_these_are_asked_for(engine):
    found = engine.search("", Filters(documents=("xaa-2016",), kind_of_hit="passage"))
    assert texts(found) == [SHARE, "Teams that respond share little information today."]


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(kind_of_hit="passage"), Filters(kind_of_hit="passage", themes=("LAW",))]
)
def test_no_question_and_no_filter_that_chooses_give_nothing(engine, filters):
    assert engine.search("", filters).hits == ()


def test_a_ranking_that_is_cut_is_said_to_be(engine, monkeypatch):
    asked = {"words": "judges trained zebras", "meaning": "judges", "both": "judges"}
    assert not any(engine.search(text, mode=mode).is_cut for mode, text in asked.items())
    monkeypatch.setattr(rooms, "_DEPTH", 1)
    engine = Engine(engine.path, engine.settings)
    assert all(engine.search(text, mode=mode).is_cut for mode, text in asked.items())


@pytest.mark.parametrize("question", ["information", "share information", '"information"', "information -judges"])
def test_what_holds_every_word_is_neither_cut_nor_left_uncounted(planted, words, monkeypatch, question):
    monkeypatch.setattr(rooms, "_DEPTH", 5)
    for number in range(20):
        plant_promise(planted, "xbb-2020", f"We will share information of kind {number}.")
    planted.conn.commit()
    found = words.search(question, mode="words", most=100)
    assert len(found.hits) == found.total == 22
    assert found.facets["issuer"] == [("XBB", "Belmora", 20), ("XAA", "Arvenia", 2)]
    for code, _, count in found.facets["issuer"]:
        assert sum(code == hit.issuer_id for hit in found.hits) == count
    one = words.search('"information"', Filters(issuers=("XBB",)), mode="words")
    assert (one.total, one.is_cut) == (20, False)


@pytest.mark.parametrize("kind", ["commitment", "passage"])
def test_only_hits_of_the_kind_that_is_asked_for_are_found(engine, kind):
    assert {hit.kind for hit in engine.search("information", Filters(kind_of_hit=kind)).hits} == {kind}


def test_filters_come_before_the_cut_of_the_words(planted, words, monkeypatch):
    monkeypatch.setattr(rooms, "_DEPTH", 5)
    for number in range(20):
        plant_promise(planted, "xaa-2016", f"We will share information, information and information {number}.")
    plant_promise(planted, "xbb-2020", "As far as the law of the land allows it at all, we may share information.")
    assert documents(words.search("share information", Filters(documents=("xbb-2020",)))) == {"xbb-2020"}


def test_filters_come_before_the_cut_of_the_meaning(planted, engine, monkeypatch, letters):
    monkeypatch.setattr(rooms, "_DEPTH", 5)
    monkeypatch.setattr(rooms, "_SURE", -1.0)
    for number in range(20):
        plant_promise(planted, "xaa-2016", f"Zebras, zebras {number}.")
    plant_vectors(planted, letters)
    assert documents(engine.search("zebras", Filters(documents=("xbb-2020",)))) == {"xbb-2020"}


def test_a_phrase_is_exact(engine):
    assert texts(engine.search('"response teams"')) == [SHARE]
    assert engine.search('"teams response"').hits == ()


def test_a_phrase_is_looked_for_with_the_other_words(engine):
    assert engine.search('"response teams" judges').hits == ()


def test_an_excluded_word_leaves_out_what_holds_it(engine):
    assert texts(engine.search("information -between")) == ["Teams that respond share little information today."]


def test_or_joins_alternatives(words):
    assert documents(words.search("judges OR warnings")) == {"xbb-2020", "both-2022"}


def test_what_holds_every_word_comes_before_what_holds_some(words):
    assert texts(words.search("judges trained information"))[0] == "Judges will be trained in electronic evidence."


def test_nothing_found_is_said(words):
    results = words.search("zebras")
    assert (results.hits, results.total, set(map(len, results.facets.values()))) == ((), 0, {0})
    assert (
        results.note
        == "No text here holds “zebras”. Only words were searched: The model is not installed. 3 documents of 2016 to 2022 were searched."
    )


def test_nothing_found_in_words_and_meaning_is_said(path):
    found = Engine(path, Settings(search_floor=1.0)).search("zebras")
    assert found.note == "No text here holds “zebras”. Nothing found. 3 documents of 2016 to 2022 were searched."


@pytest.mark.parametrize(("typed", "note"), [("", ""), ("   ", ""), ("?!", "Type a word to look for.")])
def test_no_question_has_no_answer(words, typed, note):
    results = words.search(typed)
    assert (results.hits, results.note) == ((), note)


def test_without_a_model_words_alone_are_searched_and_the_note_says_why(words):
    results = words.search("judges")
    assert results.hits[0].why == ("words",)
    assert results.note == "Only words were searched: The model is not installed."


def test_a_database_without_vectors_of_the_model_is_searched_by_words_and_the_note_says_so(planted, engine):
    planted.execute("update embeddings set model = 'another@0'")
    planted.conn.commit()
    results = engine.search("judges")
    assert results.hits[0].why == ("words",)
    assert results.note == "Only words were searched: this database holds no vectors of letters@0."


class Failing:
    """An encoder that fails at whatever it is asked."""

    name = "letters@0"
    dimensions = 26

    def __init__(self, error):
        self.error = error

    def fail(self, *_):
        raise self.error

    encode = knows = nearest = fail


ERRORS = [OSError("/home/somebody/model: no space left"), RuntimeError("out of memory"), KeyError("weights")]


@pytest.mark.parametrize("error", ERRORS)
def test_an_encoder_that_fails_to_load_leaves_words_to_be_searched(path, error):
    results = Engine(path, encoder=LazyEncoder(Failing(error).fail)).search("judges zxqv")
    kind = type(error).__name__
    assert (results.total, results.is_whole) == (1, False)
    assert results.note.endswith(f"Only words were searched: the encoder cannot be used at the moment ({kind}).")


@pytest.mark.parametrize("error", ERRORS)
def test_an_encoder_that_fails_at_a_question_leaves_words_to_be_searched(path, error):
    results = Engine(path, encoder=LazyEncoder(lambda: Failing(error))).search("judges zxqv")
    assert (results.total, results.is_whole) == (1, False)
    assert "(" + type(error).__name__ + ")" in results.note


def test_an_encoder_that_cannot_name_the_nearest_phrase_takes_no_hit_away(path, letters):
    letters.nearest = Failing(RuntimeError("out of memory")).fail
    hits = Engine(path, Settings(search_floor=-1.0)).search("judges").hits
    assert [hit.nearest for hit in hits] == [None] * len(hits)
    assert hits


def test_an_encoder_that_failed_to_load_is_tried_again_after_a_while(path, letters, monkeypatch):
    answers = [OSError("busy"), letters]

    def load():
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    clock = [0.0]
    monkeypatch.setattr("pipeline.search.meaning.time.monotonic", lambda: clock[0])
    engine = Engine(path, encoder=LazyEncoder(load))
    assert [engine.search("judges").is_whole for _ in range(2)] == [False, False]
    assert len(answers) == 1
    clock[0] = 60.0
    assert engine.search("judges").is_whole


def test_a_missing_model_is_looked_for_once(path):
    tries = []

    def missing():
        tries.append(1)
        raise ModelError("The model is not installed.")

    engine = Engine(path, encoder=LazyEncoder(missing))
    engine.search("judges")
    engine.search("warnings")
    assert len(tries) == 1


def test_a_passage_is_not_shown_beside_the_promise_in_it(engine):
    assert texts(engine.search("judges")).count("Judges will be trained in electronic evidence.") == 1


def test_hits_can_be_leafed_through(engine):
    whole = texts(engine.search("information", most=10))
    assert len(whole) > 3
    assert (
        texts(engine.search("information", most=2)) + texts(engine.search("information", most=2, start=2)) == whole[:4]
    )


def test_the_total_counts_what_is_not_shown(engine):
    assert engine.search("information", most=1).total == engine.search("information", most=10).total > 1


def test_facets_count_every_hit(engine):
    results = engine.search("information", most=1)
    assert sum(n for _, _, n in results.facets["issuer"]) == results.total


def test_the_matched_words_are_marked_whatever_their_ending():
    text = "Sharing of information is shared."
    (marks,) = marks_of([text], parse("share information"))
    assert [text[start:end] for start, end in marks] == ["Sharing", "information", "shared"]


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("organisation", ["organisations"]),  # as the index has them: "organ" is another word
        ("policies", ["policy"]),
        ('"secure networks"', ["secure networks"]),
        ("500,000", ["500,000"]),
        ("computer emergency response team", ["C.E.R.T"]),
        ("the networks of", ["networks", "networks"]),
        ("zebras", []),
    ],
)
def test_what_is_marked_is_what_matched(question, marked):
    text = "A policy for secure networks, secured networks of organs and organisations: 500,000 for the C.E.R.T."
    (marks,) = marks_of([text], parse(question))
    assert [text[start:end] for start, end in marks] == marked


def test_marks_stand_where_they_should_in_each_of_several_texts():
    found = ["No such word.", "Zebras, a zebra\ufdd0.", "", "Of zebras."]
    assert marks_of(found, parse("zebra")) == [(), (), (), ((3, 9),)]


def test_a_database_that_is_replaced_is_read_anew(planted, path, tmp_path, letters):
    engine = Engine(path, Settings(search_floor=0.999))
    assert engine.search("zebra crossings").hits == ()
    newer = tmp_path / "newer.db"
    db = open_store(newer)
    plant_document(db, "new")
    plant_promise(db, "new", "Zebra crossings")
    plant_vectors(db, letters)
    db.execute("pragma journal_mode = delete")
    db.close()
    planted.execute("pragma journal_mode = delete")
    planted.close()
    shutil.move(newer, path)
    assert [hit.why for hit in engine.search("zebra crossings").hits] == [("words", "meaning")]


def test_a_promise_that_came_after_the_first_search_is_found_by_its_meaning(planted, path, letters):
    engine = Engine(path, Settings(search_floor=0.999))
    assert engine.search("anagram zebra").hits == ()
    plant_promise(planted, "xaa-2016", "Zebra nag a ram")
    plant_vectors(planted, letters)
    assert [hit.text for hit in engine.search("anagram zebra").hits] == ["Zebra nag a ram"]


def test_a_promise_that_took_the_place_of_another_is_found(planted, engine):
    """As after the stage of commitments, before that of themes: as many rows as before, other ids."""
    engine.search("warnings")
    with planted.atomic():
        old = rows(planted, "select * from commitments where document_id = 'both-2022'")[0]
        planted.execute("delete from commitments where id = ?", [old["id"]])
        table(planted, "commitments").insert({**old, "id": "newer", "start": 1})
        mark(planted, "commitments", "both-2022", input_hash="", output_hash="newer", seconds=0)
    assert "newer" in {hit.id for hit in engine.search("warnings").hits}


@pytest.mark.parametrize("mode", ["words", "meaning"])
def test_an_edit_by_hand_is_noticed(planted, path, letters, mode):
    """One that no stage made, and that leaves as many rows as before."""
    engine = Engine(path, Settings(search_floor=0.999))
    quote = "Judges will be trained in electronic evidence."
    assert texts(engine.search("judges trained evidence", mode="words")) == [quote]
    with planted.atomic():
        planted.execute("update commitments set quote = 'Zebra crossings' where quote = ?", [quote])
    plant_vectors(planted, letters)
    planted.conn.commit()
    assert texts(engine.search("zebra crossings", mode=mode)) == ["Zebra crossings"]


def test_a_theme_that_was_changed_by_hand_is_noticed(planted, words):
    assert documents(words.search("judges", Filters(themes=("GOV",)))) == set()
    with planted.atomic():
        planted.execute("update commitment_themes set theme_id = 'GOV' where theme_id = 'CRIME'")
    assert documents(words.search("judges", Filters(themes=("GOV",)))) == {"xbb-2020"}


def test_a_change_that_leaves_sizes_and_times_as_they_were_is_noticed(planted, path):
    """As when two changes follow within one tick of the clock, or one is stamped before readers see it."""
    second, stamps = path.with_name(f"{path.name}-wal"), set()
    for title in ("One", "Two"):
        planted.execute("pragma wal_checkpoint(restart)").fetchall()
        with planted.atomic():
            planted.execute("update documents set title = ? where id = 'xaa-2016'", [title])
        os.utime(second, (1, 1))
        os.utime(path, (1, 1))
        stamps.add(stamp(path))
    assert len({one[:-1] for one in stamps}) == 1
    assert len(stamps) == 2


def test_reading_is_no_change(planted, path):
    planted.close()
    stamps = set()
    for _ in range(3):
        with open_for_reading(path) as db:
            rows(db, "select count(*) from documents")
            stamps.add(stamp(path))
    assert len(stamps) == 1


def test_a_promise_that_was_deleted_is_not_found_again(planted, words):
    assert words.search("judges").hits[0].kind == "commitment"
    with planted.atomic():
        planted.execute("delete from commitments where document_id = 'xbb-2020'")
    assert words.search("judges").hits[0].kind == "passage"


def test_the_same_question_is_answered_once_while_nothing_changes(words, monkeypatch):
    words.search("judges", mode="words")
    monkeypatch.setattr(rooms, "_by_words", lambda *_: pytest.fail("the question was asked again"))
    assert words.search("judges", mode="words").total == 1


def test_an_answer_that_is_not_whole_is_not_kept(words, letters):
    assert not words.search("judges").is_whole
    words.encoder = LazyEncoder(lambda: letters)
    assert words.search("judges").is_whole


def test_the_matrix_is_read_once_while_nothing_changes(engine, monkeypatch):
    engine.search("warnings")
    monkeypatch.setattr(rooms, "Shelf", lambda *_: pytest.fail("the vectors were read again"))
    assert engine.search("judges").hits


def test_what_is_most_like_a_promise_leaves_out_itself_and_its_passage(planted, engine):
    promise = rows(planted, "select id from commitments where quote = ?", [SHARE])[0]["id"]
    found = texts(engine.more_like("commitment", promise))
    assert SHARE not in found
    assert "Teams that respond share little information today." in found


def test_nothing_is_like_what_has_no_vector(engine):
    results = engine.more_like("passage", "nothing")
    assert (results.hits, results.note) == ((), f"It has no vector, by which likeness is measured: {WITHOUT}")


def test_a_hit_says_whether_what_is_like_it_can_be_found(planted, engine):
    note = plant_passage(planted, "xaa-2016", "Judges are judges of a court.", role="footnote")
    planted.conn.commit()
    hits = {hit.id: hit.has_vector for hit in engine.search("judges", mode="words").hits}
    assert hits.pop(note) is False
    assert set(hits.values()) == {True}
    assert not engine.hit_of(note).has_vector
    assert all(engine.hit_of(name).has_vector for name in hits)


def test_a_database_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(StoreError, match=r"There is no database at .*\. Make one: concord run"):
        Engine(tmp_path / "none.db").search("judges")


def test_an_engine_does_not_write(planted, engine):
    before = "\n".join(planted.conn.iterdump())
    engine.search("warnings")
    assert "\n".join(planted.conn.iterdump()) == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="share judge\"'-*^:()OR\u201c\ud800\0\u00e9", max_size=30))
def test_every_question_has_an_answer(engine, typed):
    results = engine.search(typed)
    assert results.total >= len(results.hits)
    assert all(np.isfinite(hit.score) for hit in results.hits)


def test_a_phrase_is_exact_though_the_index_knows_stems(planted, words):
    plant_passage(planted, "xaa-2016", "We learn lessons from every incident that we have seen.", themes=("INC",))
    planted.conn.commit()
    assert words.search('"trained in electronic evidence"').total == 1
    assert words.search('"train in electronic evidences"').total == 0
    assert words.search("train in electronic evidences").total == 1


def test_a_word_in_quotation_marks_is_exact_too(words):
    assert texts(words.search('"information"')) == [SHARE, "Teams that respond share little information today."]
    assert words.search('"informations"').total == 0
    assert texts(words.search("informations")) == texts(words.search("information"))


def test_a_phrase_is_exact_in_upper_case_and_lower(words):
    assert texts(words.search('"RESPONSE Teams"')) == [SHARE]


def test_what_is_left_out_in_quotation_marks_is_exact_too(words):
    assert words.search('judges -"train"').total == words.search("judges").total == 1
    assert words.search('judges -"trained"').total == words.search("judges -train").total == 0


def test_an_alternative_of_a_phrase_is_exact_too(words):
    assert texts(words.search('"response teams" OR warnings')) == [
        "Both sides will exchange warnings of incidents.", SHARE,
    ]  # fmt: skip
    assert texts(words.search('"response teams" OR warning')) == [SHARE]


@pytest.mark.parametrize("typed", ["CERT", "C.E.R.T.", "certs", "C.E.R.T.s", "CERT OR zebras", "C.E.R.T. OR zebras"])
def test_a_name_in_short_is_found_with_full_stops_and_without(planted, words, typed):
    held = {f"The {name} will be staffed by 2030." for name in ("CERT", "C.E.R.T.", "certs")}
    for text in held:
        plant_promise(planted, "xbb-2020", text)
    planted.conn.commit()
    assert set(texts(words.search(typed, mode="words"))) == held


@pytest.mark.parametrize("typed", ["-CERT", "-C.E.R.T."])
def test_a_name_in_short_is_left_out_with_full_stops_and_without(planted, words, typed):
    for name in ("CERT", "C.E.R.T.", "office"):
        plant_promise(planted, "xbb-2020", f"The {name} will be staffed.")
    planted.conn.commit()
    assert texts(words.search(f"staffed {typed}")) == ["The office will be staffed."]


def test_a_name_with_full_stops_that_nobody_listed_is_found_without_them(planted, words):
    for name in ("Z.Q.X.V.", "ZQXV"):
        plant_promise(planted, "xbb-2020", f"The {name} will be staffed.")
    planted.conn.commit()
    found = words.search("Z.Q.X.V.", mode="words")
    assert (found.total, found.note) == (2, "")


@pytest.mark.parametrize(
    "typed",
    [
        "cafe\u0301 networks", "\uff43\uff41\uff46\u00e9 networks", "ca\u00adf\u00e9 networks", "caf\u00e9\u200b networks", "caf\u00e9\u2011networks",
        '"caf\u00e9 networks"', "\u201ccafe\u0301 networks\u201d", "\u201fcaf\u00e9 networks\u201d", "\uff02caf\u00e9 networks\uff02", '"caf\u00e9\u2011net\u00adworks"',
    ],
)  # fmt: skip
def test_what_is_typed_in_other_signs_finds_the_same(planted, words, typed):
    plant_promise(planted, "xbb-2020", "Caf\u00e9 networks will be watched.")
    planted.conn.commit()
    assert texts(words.search(typed, mode="words")) == ["Caf\u00e9 networks will be watched."]


def test_a_scrap_counts_for_half_and_a_promise_for_more(planted):
    plant_passage(planted, "xaa-2016", "Teams")
    shelf = Shelf(planted, "letters@0")
    weighed = _weighed(shelf, dict.fromkeys(range(len(shelf.keys)), (1.0, ("words",), 0.0)))
    texts = {row["id"]: row["text"] for row in rows(planted, "select id, text from passages")}
    assert {weighed[place][0] for place, (_, name) in enumerate(shelf.keys) if texts.get(name) == "Teams"} == {0.5}
    assert {score for place, (score, _, _) in weighed.items() if shelf.is_commitment[place]} == {1.15}


def test_meaning_that_is_not_sure_of_its_best_hit_finds_nothing(path, monkeypatch):
    assert Engine(path, Settings(search_floor=-1.0)).search("judges", mode="meaning").total > 0
    monkeypatch.setattr(rooms, "_SURE", 1.1)
    assert Engine(path, Settings(search_floor=-1.0)).search("judges", mode="meaning").total == 0


def test_where_no_word_stands_anywhere_meaning_must_be_surer(path, monkeypatch):
    monkeypatch.setattr(rooms, "_SURE_WITHOUT_WORDS", 1.1)
    engine = Engine(path, Settings(search_floor=-1.0))
    assert engine.search("zxqv").total == 0
    assert engine.search("judges").total > 1


def test_a_text_with_some_words_that_is_nothing_like_the_question_is_left_out(path, monkeypatch):
    asked, some = "warnings of incidents in zoos", "Both sides will exchange warnings of incidents."
    assert some in texts(Engine(path, Settings(search_floor=1.0)).search(asked))
    monkeypatch.setattr(rooms, "_LEAST_WITH_SOME_WORDS", 1.1)
    assert texts(Engine(path, Settings(search_floor=1.0)).search(asked)) == []
    assert some in texts(Engine(path, Settings(search_floor=1.0)).search(asked, mode="words"))


def test_what_words_alone_find_of_a_question_that_another_text_holds_whole_is_found(planted, path, monkeypatch):
    monkeypatch.setattr(rooms, "_LEAST_WITH_SOME_WORDS", 1.1)
    engine, filters = Engine(path, Settings(search_floor=1.0)), Filters(issuers=("XBB",))
    assert texts(engine.search("judges trained warnings", filters)) == []  # no text anywhere holds all of it
    plant_passage(planted, "xaa-2016", "Judges are trained to heed warnings.")
    planted.conn.commit()
    assert texts(engine.search("judges trained warnings", filters)) == [
        "Judges will be trained in electronic evidence."
    ]


def test_each_word_of_a_question_that_finds_nothing_has_its_hits_alone(path):
    engine = Engine(path, Settings(search_floor=1.0))
    found = engine.search('"trained judges" of zxqv warnings', Filters(issuers=("XBB",)))
    alone = {"trained": 1, "judges": 1, "zxqv": 0, "warnings": 1}
    assert (found.total, dict(found.apart)) == (0, alone)
    assert engine.search("zxqv").apart == ()  # it is the question itself
    assert engine.search("judges trained").apart == ()  # it finds something


def test_how_much_words_alone_find_is_said_where_both_find_nothing(path, monkeypatch):
    monkeypatch.setattr(rooms, "_LEAST_WITH_SOME_WORDS", 1.1)
    engine = Engine(path, Settings(search_floor=1.0))
    found = {mode: engine.search("warnings of incidents in zoos", mode=mode) for mode in MODES}
    assert {mode: (one.total, one.by_words) for mode, one in found.items()} == {
        "both": (0, 1), "words": (1, 0), "meaning": (0, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "note"),
    [
        (Filters(), "Nothing found. 3 documents of 2016 to 2022 were searched."),
        (Filters(issuers=("XMG",)), "Nothing found. No document of Meridian Group is here."),
        (Filters(issuers=("XMG", "XAA")), "Nothing found. No document of Meridian Group is here. 2 documents of 2016 to 2022 were searched."),
        (Filters(year_to=2016), "Nothing found. 1 document of 2016 was searched."),
        (Filters(year_to=2000), "Nothing found. No document that was read passes the filters."),
        (Filters(issuers=("XAA",), due_from="2090"), "Nothing found. Nothing in 2 documents of 2016 to 2022 passes the other filters."),
    ],
)  # fmt: skip
def test_an_empty_answer_says_what_was_searched(path, filters, note):
    assert Engine(path, Settings(search_floor=1.0)).search('"no such phrase"', filters).note == note


def test_filters_alone_that_nothing_passes_say_why(words):
    assert words.search("", Filters(year_to=2000)).note.endswith("No document that was read passes the filters.")


def test_where_every_word_stands_somewhere_meaning_need_not_be_surer(path, monkeypatch):
    monkeypatch.setattr(rooms, "_SURE_WITHOUT_WORDS", 1.1)
    engine = Engine(path, Settings(search_floor=-1.0))
    assert engine.search("judges little warnings").total > 1  # no text holds two of them
    assert engine.search("judges zxqv warnings").total == 0


def test_a_word_that_stands_nowhere_is_taken_for_the_nearest_and_that_is_said(spelt, words):
    found = words.search("ransomwear", mode="words")
    assert (found.total, found.question, found.mended) == (3, "ransomwear", "ransomware")
    assert found.note == "Nothing for “ransomwear”; shown for “ransomware”."


def test_a_question_can_be_asked_as_it_was_typed(spelt, words):
    found = words.search("ransomwear", mode="words", as_typed=True)
    assert (found.total, found.mended) == (0, "")
    assert found.note == "No text here holds “ransomwear”. Nothing found. 3 documents of 2016 to 2022 were searched."


def test_a_word_that_the_encoder_knows_is_no_misspelling(spelt, path, letters):
    letters.knows = lambda word: word == "ransomwear"
    assert Engine(path).search("ransomwear", mode="words").mended == ""


@pytest.fixture
def slipped(spelt):
    """A text with a misspelling, and many in which the word is right."""
    plant_passage(spelt, "xaa-2016", "Ransmware struck a school. Nobody had foreseen it.")
    for number in range(50):
        plant_passage(spelt, "xbb-2020", f"Ransomware struck {number} firms. Everybody had foreseen it.")
    spelt.conn.commit()
    return spelt


@pytest.mark.parametrize("typed", ["ransmware", "(Ransmware?)"])
def test_a_misspelling_that_stands_in_a_text_too_is_looked_for_beside_the_word_that_is_meant(slipped, words, typed):
    found = words.search(typed, mode="words", most=100)
    assert found.total == 54
    assert found.hits[0].text == "Ransmware struck a school. Nobody had foreseen it."
    assert found.note == "Hardly any text holds “ransmware”; “ransomware” was looked for too."
    assert words.search(typed, mode="words", as_typed=True).total == 1


def test_a_rare_word_is_no_misspelling_of_one_that_is_hardly_more_common(spelt, words):
    plant_passage(spelt, "xaa-2016", "Ransmware struck a school. Nobody had foreseen it.")
    spelt.conn.commit()
    found = words.search("ransmware", mode="words")
    assert (found.total, found.mended, found.note) == (1, "", "")


def test_a_phrase_is_not_mended_but_a_mended_one_is_offered(spelt, words):
    found = words.search('"ransomwear struck"', mode="words")
    assert (found.total, found.mended, found.suggestion) == (0, "", '"ransomware struck"')


def test_a_word_that_is_left_out_is_not_mended(spelt, words):
    assert words.search("hospitals -ransomwear", mode="words").mended == ""


def test_a_hit_by_meaning_says_which_phrase_of_it_is_nearest(spelt, path, letters):
    plant_vectors(spelt, letters)
    spelt.conn.commit()
    letters.nearest = lambda question, text, sentences: sentences[-1]
    hits = Engine(path, Settings(search_floor=-1.0)).search("foreseen", mode="meaning").hits
    assert {hit.text[slice(*hit.nearest)] for hit in hits if "Ransomware" in hit.text} == {
        f"Ransomware struck {number} hospitals. Nobody had foreseen it." for number in range(3)
    }


def test_a_hit_by_words_alone_has_no_nearest_phrase(spelt, path, letters):
    letters.nearest = lambda *_: pytest.fail("asked for a phrase")
    assert [hit.nearest for hit in Engine(path).search("ransomware", mode="words").hits] == [None] * 3


def test_facets_count_what_each_filter_would_leave(engine):
    facets = engine.search("information", most=1).facets
    assert facets["firmness"][-1] == ("1", "Aspiration", 3)
    assert ("2016", "2016", 2) in facets["year"]
    assert facets["deadline"] == [("1", "with a deadline", 1)]
    assert facets["language"] == [("en", "English", 4)]


def test_what_is_most_like_a_promise_can_be_filtered(planted, engine):
    promise = rows(planted, "select id from commitments where quote = ?", [SHARE])[0]["id"]
    assert documents(engine.more_like("commitment", promise, Filters(documents=("both-2022",)))) == {"both-2022"}


def test_a_thing_is_found_by_its_id(planted, engine):
    promise = rows(planted, "select id, passage_id from commitments where quote = ?", [SHARE])[0]
    found = [engine.hit_of(promise[name]) for name in ("id", "passage_id")]
    assert [(hit.kind, hit.text) for hit in found] == [("commitment", SHARE), ("passage", SHARE)]
    assert engine.hit_of("nothing") is None


def test_real_words_and_meaning_find_what_the_sample_promises(sample_settings):
    """A question in other words than the promise's, with the real encoder."""
    engine = Engine(sample_settings.db, sample_settings)
    found = engine.search("teaching children to be safe online", Filters(kind_of_hit="commitment"), most=5)
    assert any("child" in hit.text or "school" in hit.text or "pupil" in hit.text for hit in found.hits)
    assert any("meaning" in hit.why for hit in found.hits)


UNANSWERABLE = [
    row["text"] for row in tomllib.loads((ROOT / "benchmarks" / "search_cases.toml").read_text("utf-8"))["unanswerable"]
]


def test_what_no_text_can_answer_finds_nothing(sample_settings):
    """With the real encoder; that it finds something for what can be answered is asked above."""
    engine = Engine(sample_settings.db, sample_settings)
    assert [question for question in UNANSWERABLE if engine.search(question).total] == []
