"""Names of sub-themes: a person's sticks to the id, and an id that went leads to where its promises are."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from planting import plant_themes
from writing import quiet

from pipeline import themes
from pipeline.cli import main
from pipeline.errors import NamingError
from pipeline.naming import LONGEST, forget_name, give_name, listed, machine_label, successor_of
from pipeline.store import rows, table


@pytest.fixture
def named(db):
    """A database with two sub-themes."""
    plant_themes(db)
    for name in ("one", "two"):
        table(db, "subthemes").insert(
            {"id": name, "theme_id": "CAP", "label": "x", "terms": "judges, courts, law, trial", "commitments": 3}
        )
    return db


def went(db, subtheme, event, other, change=1):
    """Note that a sub-theme went."""
    table(db, "subtheme_lineage").insert(
        {
            "change": change, "subtheme_id": subtheme, "theme_id": "CAP", "event": event, "other_id": other,
            "before": 3, "after": 0, "shared": 2, "label": "gone", "changed_at": "2024-01-01T00:00:00Z",
        }
    )  # fmt: skip


def test_a_machines_name_is_its_first_three_words_with_a_capital():
    assert machine_label("judges, courts, law, trial") == "Judges, courts, law"


def test_a_group_without_distinctive_words_is_called_other():
    assert machine_label("") == "Other"


def test_a_name_is_shown_at_once(named):
    assert give_name(named, "one", "  Training of\n judges ").label == "Training of judges"
    assert rows(named, "select label, is_named from subthemes where id = 'one'") == [
        {"label": "Training of judges", "is_named": 1}
    ]


def test_another_name_takes_the_place_of_the_first(named):
    give_name(named, "one", "Judges")
    assert give_name(named, "one", "Courts").label == "Courts"


def test_a_name_that_is_taken_back_leaves_the_machines(named):
    give_name(named, "one", "Judges")
    assert forget_name(named, "one").label == "Judges, courts, law"
    assert rows(named, "select * from subtheme_names") == []


@pytest.mark.parametrize("name", ["", " ", "x" * (LONGEST + 1), "a\u202eb"])
def test_what_cannot_be_shown_on_a_line_is_no_name(named, name):
    with pytest.raises(NamingError, match="cannot be the name of a sub-theme"):
        give_name(named, "one", name)


def test_a_subtheme_that_is_not_there_cannot_be_named(named):
    with pytest.raises(NamingError, match=r"There is no sub-theme 'three'"):
        give_name(named, "three", "Judges")


def test_who_names_a_subtheme_that_went_is_told_where_it_is_now(named):
    went(named, "old", "merged", "two")
    with pytest.raises(NamingError, match="most of it is in two"):
        give_name(named, "old", "Judges")


def test_a_subtheme_that_went_leads_through_others_that_went_to_one_that_is_there(named):
    went(named, "old", "merged", "middle")
    went(named, "middle", "retired", "two", change=2)
    assert successor_of(named, "old").id == "two"


def test_a_subtheme_that_went_nowhere_has_no_successor(named):
    went(named, "old", "retired", "")
    assert successor_of(named, "old") is None


def test_two_that_went_into_each_other_have_no_successor(named):
    went(named, "old", "merged", "older")
    went(named, "older", "merged", "old")
    assert successor_of(named, "old") is None


def test_a_name_outlives_a_rerun_of_the_pipeline(sample_db, sample_settings):
    subtheme = listed(sample_db)[0]
    give_name(sample_db, subtheme.id, "What we call it")
    sample_db.execute("delete from builds where stage in ('themes', 'subthemes')")
    sample_db.conn.commit()
    themes.run(sample_db, sample_settings, quiet)
    assert [one.label for one in listed(sample_db) if one.id == subtheme.id] == ["What we call it"]


def command(db, *words):
    return CliRunner().invoke(main, ["name", *words, "--db", str(db)])


@pytest.fixture
def path(sample_run, tmp_path):
    """A copy of the sample's database."""
    target = tmp_path / "concord.db"
    target.write_bytes(sample_run.db.read_bytes())
    return target


def test_the_command_names_and_lists(path):
    subtheme = json.loads(command(path, "--json").stdout)[0]["id"]
    assert command(path, subtheme, "Judges and [courts]").exit_code == 0
    assert {"Judges and [courts]"} <= {one["label"] for one in json.loads(command(path, "--json").stdout)}
    assert "Judges and [courts]" in command(path).stdout


def test_the_command_wants_a_name_or_to_forget_one(path):
    subtheme = json.loads(command(path, "--json").stdout)[0]["id"]
    assert [command(path, subtheme).exit_code, command(path, subtheme, "x", "--forget").exit_code] == [2, 2]
    assert command(path, subtheme, "--forget").exit_code == 0


def test_the_sample_is_named_by_its_words(sample_db):
    assert not any(one.is_named for one in listed(sample_db))
