"""The stages: their order, their one way of importing, and what a run leaves behind."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest
from writing import quiet

import pipeline
from pipeline import stages
from pipeline.errors import ConcordError, DocumentProblem
from pipeline.records import Tally
from pipeline.settings import Settings
from pipeline.stages import STAGES, Stage, run_stages
from pipeline.store import rows, table, write_problems

PACKAGE = Path(pipeline.__file__).parent
NAMES = [stage.name for stage in STAGES]
ROOMS = {"reading": "pages", "segmenting": "passages", "finding": "commitments"}
"""Folders, and the stage that each serves: it may know only what comes before that stage."""


def imports(path):
    """What a module imports of our own: (module, name) for every name."""
    package = ["pipeline", *path.relative_to(PACKAGE).parent.parts]
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            found += [(module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
    return [(module, name) for module, name in found if module.split(".")[0] == "pipeline"]


def stages_known(path):
    """The stages whose modules a module imports, with the name that it takes of each ("" for the module itself)."""
    taken = [(module.removeprefix("pipeline."), name) for module, name in imports(path) if module != "pipeline"]
    taken += [(name, "") for module, name in imports(path) if module == "pipeline"]
    return {(module, name) for module, name in taken if module in NAMES}


def modules(folder):
    """The modules in a folder of the package."""
    return sorted(PACKAGE.joinpath(folder).rglob("*.py"))


def test_the_stages_stand_in_the_order_in_which_texts_flow():
    assert NAMES == [
        "documents",
        "pages",
        "passages",
        "commitments",
        "embeddings",
        "themes",
        "mentions",
        "comparisons",
        "editions",
        "guidelines",
        "facets",
    ]


@pytest.mark.parametrize("stage", STAGES, ids=NAMES)
def test_a_stage_is_a_module_with_a_run_of_its_own(stage):
    assert (stage.run.__name__, stage.run.__module__) == ("run", f"pipeline.{stage.name}")


@pytest.mark.parametrize("stage", STAGES, ids=NAMES)
def test_a_stage_writes_tables_that_exist_its_own_among_them(stage, db):
    written = stage.writes.split(", ")
    assert [name for name in written if name not in db.table_names()] == []
    assert stage.name in [*written, "comparisons", "editions"]


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_a_stage_reads_only_what_those_above_it_wrote(place):
    above = {"the manifest"} | {name for stage in STAGES[:place] for name in stage.writes.split(", ")}
    assert set(STAGES[place].reads.split(", ")) <= above


@pytest.mark.parametrize("place", range(len(NAMES)), ids=NAMES)
def test_a_stage_imports_no_stage_below_it(place):
    known = {module for module, _ in stages_known(PACKAGE / f"{NAMES[place]}.py")}
    assert known & set(NAMES[place:]) == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_stage_imports_the_run_of_another(name):
    assert [module for module, taken in stages_known(PACKAGE / f"{name}.py") if taken in ("run", "")] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_stage_that_comes_after_it(room):
    after = set(NAMES[NAMES.index(ROOMS[room]) :])
    found = {(path.name, module) for path in modules(room) for module, _ in stages_known(path)}
    assert {(name, module) for name, module in found if module in after} == set()


@pytest.mark.parametrize("room", [*ROOMS, "search"])
def test_a_room_imports_neither_the_site_nor_the_command_line_nor_the_list_of_stages(room):
    taken = [f"{module}.{name}" for path in modules(room) for module, name in imports(path)]
    assert taken != []
    assert [one for one in taken if one.startswith(("pipeline.site", "pipeline.cli", "pipeline.stages"))] == []


def test_search_runs_no_stage():
    assert [name for path in modules("search") for _, name in stages_known(path) if name in ("run", "")] == []


def test_imports_are_seen_whatever_their_form(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "reading").mkdir()
    path = tmp_path / "reading" / "a.py"
    path.write_text(
        "from ..pages import run\nfrom .. import themes\nimport pipeline.passages\nfrom pipeline.mentions import find\nimport os\n"
    )
    assert stages_known(path) == {("pages", "run"), ("themes", ""), ("passages", ""), ("mentions", "find")}


@pytest.fixture
def tidied(monkeypatch):
    """How often a run has tidied the database."""
    times = []
    monkeypatch.setattr(stages, "tidy", lambda _: times.append(1))
    return times


def stage(name, done=0, kept=0, error=None, told=None):
    """A stage that does nothing but say so."""

    def run(*_):
        if told is not None:
            told.append(name)
        if error:
            raise error
        return Tally(done=done, kept=kept)

    return Stage(name, "", "", run)


def go(db, *listed, **options):
    """Run stages."""
    return run_stages(db, Settings(), report_for=lambda _: quiet, stages=listed, **options)


def outcomes(db):
    """The outcomes of the runs."""
    return [row["outcome"] for row in rows(db, "select outcome from runs order by id")]


def test_stages_run_in_their_order(db):
    told = []
    go(db, *(stage(name, told=told) for name in "bac"))
    assert told == ["b", "a", "c"]


def test_a_stage_reports_under_its_own_name(db):
    asked = []
    run_stages(db, Settings(), report_for=lambda name: asked.append(name) or quiet, stages=[stage("a"), stage("b")])
    assert asked == ["a", "b"]


def test_each_result_is_given_as_its_stage_ends(db):
    told = []
    results = go(
        db,
        stage("a", done=1, told=told),
        stage("b", kept=2, told=told),
        finished=lambda result: told.append(result.stage * 2),
    )
    assert told == ["a", "aa", "b", "bb"]
    assert [(result.stage, result.tally.done, result.tally.kept) for result in results] == [("a", 1, 0), ("b", 0, 2)]


def test_a_run_that_worked_is_written_down_and_tidied(db, tidied):
    go(db, stage("a", done=1))
    assert (outcomes(db), tidied) == (["complete"], [1])


def test_a_run_counts_what_the_database_holds(db):
    go(db, stage("a", done=1))
    row = rows(db, "select * from runs")[0]
    assert json.loads(row["counts"])["documents"] == 0
    assert (row["version"], row["finished_at"] >= row["started_at"]) == (pipeline.__version__, True)


def test_a_run_with_nothing_to_do_leaves_no_trace(db, tidied):
    go(db, stage("a", kept=3))
    assert (outcomes(db), tidied) == ([], [])


def test_a_run_with_failures_says_so(db):
    write_problems(db, "pages", "a-1", [DocumentProblem("damaged", "It is broken.")], is_failure=True)
    go(db, stage("a", done=1))
    assert outcomes(db) == ["some documents failed"]


def test_a_stage_that_cannot_work_stops_the_run(db):
    told = []
    with pytest.raises(ConcordError, match="The model is missing"):
        go(db, stage("a", done=1), stage("b", error=ConcordError("The model is missing.")), stage("c", told=told))
    assert (outcomes(db), told) == (["unfinished"], [])


def test_the_run_after_one_that_was_cut_off_tidies_even_with_nothing_to_do(db, tidied):
    table(db, "runs").insert({"started_at": "2024-01-01T00:00:00Z", "version": "0", "corpus": "a"})
    go(db, stage("a", kept=3))
    assert (outcomes(db), tidied) == (["unfinished", "complete"], [1])


def test_the_second_run_after_one_that_was_cut_off_leaves_no_trace(db, tidied):
    table(db, "runs").insert({"started_at": "2024-01-01T00:00:00Z", "version": "0", "corpus": "a"})
    for _ in range(2):
        go(db, stage("a", kept=3))
    assert (outcomes(db), tidied) == (["unfinished", "complete"], [1])


def test_a_stage_cannot_be_changed_but_only_replaced():
    with pytest.raises(AttributeError):
        STAGES[0].name = "other"
    assert replace(STAGES[0], name="other").run is STAGES[0].run
