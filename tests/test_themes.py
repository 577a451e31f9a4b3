"""Themes: what is near none of them is emerging, and the sub-themes of what did not change stay as they are."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from conftest import ROOT
from planting import plant_document, plant_passage, plant_promise, plant_vectors
from writing import quiet

from pipeline.errors import ManifestError
from pipeline.linear import Worded, load_linear
from pipeline.settings import Settings
from pipeline.store import rows, table
from pipeline.subthemes import group
from pipeline.themes import by_words, chosen, load_context, load_emerging, load_themes, run

HOW = Settings(theme_floor=5.0, subtheme_smallest=2, subtheme_neighbours=2)
"""Of whatever theme the model is not sure, it is emerging."""
TAXONOMY = ROOT / "corpora" / "themes.toml"


def plant_sure(db, document, quote, theme):
    """Plant a promise of whose theme the model is sure; return its id."""
    promise = plant_promise(db, document, quote, themes=())
    passage = rows(db, "select passage_id from commitments where id = ?", [promise])[0]["passage_id"]
    table(db, "sentence_themes").insert({"passage_id": passage, "start": 0, "theme_id": theme, "probability": 0.9})
    return promise


def assign(db, letters, settings=HOW):
    """Run the stage, as if something had changed."""
    db.execute("delete from builds where stage = 'themes'")
    plant_vectors(db, letters)
    return run(db, settings, quiet)


def column(db, name, promise):
    return rows(db, f"select {name} from commitments where id = ?", [promise])[0][name]


@pytest.fixture
def planted(db, letters):
    """A database with four promises on skills in two documents, grouped once."""
    for name, quotes in {
        "first": ("aaa aaa aab", "aaa aaa aac", "zzz zzz zzy", "zzz zzz zzx"),
        "second": ("aaa aaa aad", "zzz zzz zzw"),
    }.items():
        plant_document(db, name)
        for quote in quotes:
            plant_sure(db, name, quote, "CAP")
    assign(db, letters)
    return db


def subthemes(db):
    return {row["id"]: row["subtheme_id"] for row in rows(db, "select id, subtheme_id from commitments")}


def events(db):
    return [
        (row["change"], row["event"]) for row in rows(db, "select * from subtheme_lineage order by change, subtheme_id")
    ]


def test_a_promise_that_is_far_from_all_themes_is_emerging(db, letters):
    promise = plant_promise(db, plant_document(db, "a"), "We will mine the moon.", themes=())
    assign(db, letters)
    assert column(db, "theme_id", promise) == load_emerging().code


def test_a_promise_of_whose_theme_the_model_is_sure_is_not_emerging(db, letters):
    promise = plant_sure(db, plant_document(db, "a"), "We will mine the moon.", "RDI")
    assign(db, letters)
    assert column(db, "theme_id", promise) == "RDI"


def test_emerging_promises_are_grouped_into_subthemes(db, letters):
    promise = plant_promise(db, plant_document(db, "a"), "We will mine the moon.", themes=())
    assign(db, letters)
    assert rows(db, "select theme_id from subthemes where id = ?", [column(db, "subtheme_id", promise)]) == [
        {"theme_id": load_emerging().code}
    ]


def test_the_emerging_theme_is_none_of_the_taxonomy(db, letters):
    assert load_emerging().code not in {theme.code for theme in load_themes()}


def test_likeness_to_the_taxonomy_overturns_a_model_that_hardly_prefers_another_theme():
    probability, likeness = np.array([[0.55, 0.5]]), np.array([[0.5, 0.6]])
    assert chosen(probability, likeness, floor=0.0) == [[1, 0]]


def test_a_model_that_is_sure_outweighs_a_little_likeness():
    probability, likeness = np.array([[0.9, 0.1]]), np.array([[0.5, 0.6]])
    assert chosen(probability, likeness, floor=0.0)[0][0] == 0


def test_a_theme_far_behind_the_best_does_not_hold_beside_it():
    probability, likeness = np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])
    assert chosen(probability, likeness, floor=0.0) == [[0]]


def test_the_linear_model_decides_between_two_that_the_others_hold_alike():
    same, linear = np.array([[0.5, 0.5]]), np.log(np.array([[0.1, 0.9]]))
    assert chosen(same, same, linear, floor=0.0)[0][0] == 1


def test_a_linear_model_without_weight_changes_nothing():
    probability, likeness = np.array([[0.6, 0.5]]), np.array([[0.5, 0.5]])
    linear = np.log(np.array([[0.1, 0.9]]))
    assert chosen(probability, likeness, linear, floor=0.0, weight_of_linear=0.0)[0][0] == 0


def test_the_linear_model_is_not_asked_about_vectors_of_another_encoder():
    assert by_words([Worded("We will train judges.")], np.ones((1, 3)), load_linear().themes, "letters") is None


def test_the_linear_model_is_not_asked_about_other_themes():
    vectors = np.zeros((1, 384), dtype=np.float32)
    assert by_words([Worded("We will train judges.")], vectors, ("CAP", "XYZ"), Settings().encoder) is None


def plant_on_crime(db, document, text):
    """Plant a passage of which the model is sure that it is on crime; return its id."""
    passage = plant_passage(db, document, text)
    table(db, "sentence_themes").insert({"passage_id": passage, "start": 0, "theme_id": "CRIME", "probability": 0.9})
    return passage


def words(db, theme):
    return {
        row["passage_id"]: row["words"]
        for row in rows(db, "select passage_id, words from theme_words where theme_id = ?", [theme])
    }


def test_a_passage_under_another_theme_is_kept_with_the_words_of_a_theme(db, letters):
    passage = plant_on_crime(db, plant_document(db, "a"), "Legislation against cybercrime, and laws, will be mended.")
    assign(db, letters)
    assert words(db, "LAW") == {passage: "laws, legislation"}


def test_words_are_kept_only_where_no_passage_of_a_document_is_filed_under_the_theme(db, letters):
    plant_on_crime(db, plant_document(db, "a"), "Legislation against cybercrime will be mended.")
    assign(db, letters)
    assert words(db, "CRIME") == {}


def test_words_of_a_theme_in_a_sentence_on_something_else_count_in_a_document_on_cyberspace(db, letters):
    passage = plant_on_crime(db, plant_document(db, "a"), "Laws on fishing will be mended. Networks matter.")
    assign(db, letters)
    assert words(db, "LAW") == {}
    table(db, "documents").update("a", {"title": "A cyber strategy"})
    assign(db, letters)
    assert words(db, "LAW") == {passage: "laws"}


def test_a_taxonomy_without_words_of_cyberspace_is_refused(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text(TAXONOMY.read_text("utf-8").replace("[touching]", "[other_words]"), "utf-8")
    with pytest.raises(ManifestError, match=r"It needs a table \[touching\]"):
        load_context(path)


def test_a_taxonomy_that_does_not_name_what_emerges_is_refused(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text(TAXONOMY.read_text("utf-8").replace("[emerging]", "[other]"), "utf-8")
    assert "other" in tomllib.loads(path.read_text("utf-8"))
    with pytest.raises(ManifestError, match=r"It needs a table \[emerging\]"):
        load_emerging(path)


def test_a_rerun_gives_every_promise_the_same_subtheme(planted, letters):
    before = subthemes(planted)
    assign(planted, letters)
    assert subthemes(planted) == before


def test_a_theme_whose_promises_are_the_same_is_not_grouped_again(planted, letters, monkeypatch):
    monkeypatch.setattr("pipeline.themes.group", lambda *_, **__: pytest.fail("grouped again"))
    plant_document(planted, "third")
    assign(planted, letters)


def test_another_setting_of_the_groups_groups_again(planted, letters, monkeypatch):
    asked = []
    monkeypatch.setattr("pipeline.themes.group", lambda *args, **how: asked.append(args[0]) or group(*args, **how))
    assign(planted, letters, Settings(theme_floor=5.0, subtheme_smallest=2, subtheme_neighbours=1))
    assert asked == ["CAP"]


def test_a_promise_that_goes_and_comes_back_between_two_runs_keeps_its_subtheme(planted, letters):
    before = subthemes(planted)
    planted.execute("delete from documents where id = 'second'")
    plant_document(planted, "second")
    back = [plant_sure(planted, "second", quote, "CAP") for quote in ("aaa aaa aad", "zzz zzz zzw")]
    assert [column(planted, "subtheme_id", one) for one in back] == [None, None]
    assign(planted, letters)
    assert subthemes(planted) == before


def test_a_promise_that_moves_to_another_theme_takes_no_id_along(planted, letters):
    moved = rows(planted, "select id, subtheme_id from commitments where quote = 'aaa aaa aab'")[0]
    planted.execute("update sentence_themes set theme_id = 'LAW' where passage_id = (select passage_id from commitments where id = ?)", [moved["id"]])  # fmt: skip
    assign(planted, letters)
    assert column(planted, "subtheme_id", moved["id"]) != moved["subtheme_id"]
    assert rows(planted, "select theme_id from subthemes where id = ?", [moved["subtheme_id"]]) == [{"theme_id": "CAP"}]


def test_at_first_every_subtheme_is_new(planted):
    assert set(events(planted)) == {(1, "new")}


def test_a_rerun_that_moves_nothing_writes_no_lineage(planted, letters):
    before = events(planted)
    assign(planted, letters)
    assert events(planted) == before


def test_a_subtheme_that_gains_a_promise_is_said_to_have_grown(planted, letters):
    plant_sure(planted, plant_document(planted, "third"), "aaa aaa aae", "CAP")
    assign(planted, letters)
    grown = rows(planted, "select before, after, shared from subtheme_lineage where event = 'grown'")
    assert grown == [{"before": 3, "after": 4, "shared": 3}]


def test_a_subtheme_whose_promises_all_go_is_said_to_be_retired(planted, letters):
    gone = rows(planted, "select distinct subtheme_id from commitments where quote like 'zzz%'")[0]["subtheme_id"]
    planted.execute("delete from commitments where quote like 'zzz%'")
    assign(planted, letters)
    retired = rows(planted, "select subtheme_id, other_id, label from subtheme_lineage where event = 'retired'")
    assert [(row["subtheme_id"], row["other_id"]) for row in retired] == [(gone, "")]
    assert retired[0]["label"]
