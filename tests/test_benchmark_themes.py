"""The benchmark of themes: its measures by hand, and the judgments in order."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from test_benchmarks import script

from pipeline.gold import Unit
from pipeline.themes import WEIGHT_OF_LIKENESS, WEIGHT_OF_LINEAR, load_themes


@pytest.fixture(scope="module")
def themes():
    return script("themes")


@pytest.fixture(scope="module")
def judgments():
    lines = (ROOT / "benchmarks" / "theme_judgments.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


UNITS = [
    Unit("1", "one", "We will act.", "commitment", ("CAP", "RDI")),
    Unit("2", "one", "We will act.", "commitment", ("LAW",)),
]


def test_the_first_theme_is_compared_with_the_first(themes):
    assert themes.row_of((1.0, 0.5), UNITS, [["CAP"], ["GOV", "LAW"]]).primary == 0.5


def test_a_second_theme_in_the_first_place_is_among_the_labelled(themes):
    assert themes.row_of((1.0, 0.5), UNITS, [["RDI"], ["GOV"]]).labelled == 0.5


def test_what_both_share_counts_of_all_that_either_has(themes):
    assert themes.row_of((1.0, 0.5), UNITS, [["CAP"], ["LAW"]]).jaccard == 0.75


def test_a_commitment_without_a_theme_is_wrong(themes):
    row = themes.row_of((1.0, 0.5), UNITS, [[], []])
    assert (row.primary, row.labelled) == (0, 0)


def test_the_weights_in_use_are_measured_and_marked(themes):
    (line,) = themes.table([themes.Row(WEIGHT_OF_LIKENESS, WEIGHT_OF_LINEAR, 1.0, 1.0, 1.0)])[1:]
    assert line.endswith("in use")
    assert (WEIGHT_OF_LIKENESS, WEIGHT_OF_LINEAR) in themes.WEIGHTS


def test_without_a_database_it_says_how_to_make_one(themes, tmp_path):
    with pytest.raises(SystemExit, match=r"There is no database at .* Make one"):
        themes.main(["--db", str(tmp_path / "none.db")])


def test_a_database_without_the_documents_gives_no_rows(themes, db, capsys):
    themes.main(["--db", db.execute("pragma database_list").fetchone()[2], "--json"])
    assert json.loads(capsys.readouterr().out) == {"sentences": 0, "commitments": 0, "weights": []}


def test_the_judgments_name_known_themes(judgments):
    assert {code for row in judgments for code in row["themes"]} <= {theme.code for theme in load_themes()}


def test_the_judgments_are_labels_without_text(judgments):
    assert {tuple(row) for row in judgments} == {("document", "sha256", "spans", "label", "themes", "B", "P", "n")}


def test_no_judgment_is_a_label_that_the_model_learned_from(judgments):
    learned = (ROOT / "models" / "commitments" / "labels.jsonl").read_text("utf-8").splitlines()
    places = {(row["document"], str(row["spans"])) for row in map(json.loads, learned)}
    assert not places & {(row["document"], str(row["spans"])) for row in judgments}
