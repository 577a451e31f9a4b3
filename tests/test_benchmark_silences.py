"""The benchmark of silences: it tells what the database says of a document and a theme, and counts what is false."""

from __future__ import annotations

import pytest
from conftest import ROOT
from planting import plant_document, plant_passage, plant_promise
from test_benchmarks import script

from pipeline.store import rows, table
from pipeline.themes import load_themes


@pytest.fixture(scope="module")
def silences():
    return script("silences")


def test_a_commitment_comes_before_a_mention_and_words_are_a_mention(silences, db):
    plant_document(db, "one")
    plant_promise(db, "one", "We will train judges.", themes=("CAP",))
    passage = plant_passage(db, "one", "Laws against crime.", themes=("CRIME",))
    table(db, "theme_words").insert({"passage_id": passage, "theme_id": "LAW", "words": "laws"})
    found = silences.findings(db)
    assert [found.get(("one", theme)) for theme in ("CAP", "CRIME", "LAW", "RTS")] == [
        "committed", "mentioned", "mentioned", None,
    ]  # fmt: skip


def test_words_that_stand_in_a_promise_on_something_else_are_counted_apart(silences, db):
    plant_document(db, "one")
    promise = plant_promise(db, "one", "We will pass laws against crime.", themes=("CRIME",))
    passage = rows(db, "select passage_id from commitments where id = ?", [promise])[0]["passage_id"]
    for theme, words in (("LAW", "laws"), ("SUP", "supply")):
        table(db, "theme_words").insert({"passage_id": passage, "theme_id": theme, "words": words})
    assert silences.promised_elsewhere(db, silences.findings(db)) == [("one", "LAW")]


def test_what_is_present_is_a_false_absent_and_what_is_absent_a_false_mention(silences):
    judgments = [
        silences.Judgment("one", "", theme, 1, "absent", judgment, 1, 0)
        for theme, judgment in (("LAW", "present"), ("RTS", "absent"), ("DEF", "passing"))
    ]
    counts = silences.counted(judgments, {("one", "RTS"): "mentioned", ("one", "LAW"): "mentioned"})
    lines = [" ".join(line.split()) for line in silences.table(counts)]
    assert "draw 1, as drawn, false absent 1 of 3 0.33" in lines
    assert "draw 1, now, false absent 0 of 1 0.00" in lines
    assert "draw 1, now, false mentioned 1 of 2 0.50" in lines


def test_the_judgments_are_of_known_themes_and_hold_no_text(silences):
    judgments = silences.load_judgments(ROOT / "benchmarks" / "silence_judgments.jsonl")
    known = {theme.code for theme in load_themes()}
    assert {one.theme for one in judgments} <= known
    assert {one.judgment for one in judgments} == set(silences.KINDS)
    assert len({(one.document, one.theme) for one in judgments}) == len(judgments)
