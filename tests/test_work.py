"""Working through inputs: only what changed, one transaction each, and no failure stops the others."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from writing import quiet

from pipeline.errors import ConcordError, DocumentProblem
from pipeline.settings import Settings
from pipeline.store import open_store, outputs, rows, table
from pipeline.work import _submitted, work_through

INPUTS = {"a": "1", "b": "1", "c": "1"}


def upper(name):
    """A task that succeeds."""
    return name.upper()


def fails_on_b(name):
    """A task that fails on one of its inputs, with the failure that its name spells."""
    if name == "b":
        raise DocumentProblem("damaged", "It is broken.", remedy="Mend it.", page=3)
    return name


def breaks_on_b(name):
    """A task that has a bug."""
    return {"a": 1, "c": 2}[name]


def stops_on_b(name):
    """A task that meets something which a person has to mend."""
    if name == "b":
        raise ConcordError("The model is missing.")
    return name


def dies_on_b(name):
    """A task whose process dies."""
    if name == "b":
        os._exit(1)
    return name


def work(db, inputs=INPUTS, task=upper, *, within="threads", keep=None, report=quiet, loaded=None):
    """Work through inputs; each is loaded as its own name, and what its task gives is the hash of its outputs."""

    def load(name):
        if loaded is not None:
            loaded.append(name)
        return (name,)

    return work_through(
        db, "passages", inputs, load=load, task=task, keep=keep or (lambda *kept: str(kept[1])),
        settings=Settings(workers=1), report=report, within=within,
    )  # fmt: skip


def problems(db):
    """The problems as (document, kind, message, is_failure)."""
    return [tuple(row.values()) for row in rows(db, "select document_id, kind, message, is_failure from problems")]


def test_every_new_input_is_worked_on(db):
    assert work(db).done == 3
    assert outputs(db, "passages") == {"a": "A", "b": "B", "c": "C"}


def test_a_second_run_loads_nothing(db):
    work(db)
    loaded = []
    tally = work(db, loaded=loaded)
    assert (tally.done, tally.kept, loaded) == (0, 3, [])


def test_only_a_changed_input_is_worked_on(db):
    work(db)
    loaded = []
    tally = work(db, {**INPUTS, "b": "2"}, loaded=loaded)
    assert (tally.done, tally.kept, loaded) == (1, 2, ["b"])


def test_an_input_that_is_gone_is_forgotten(db):
    work(db)
    work(db, {"a": "1"})
    assert list(outputs(db, "passages")) == ["a"]


@pytest.mark.parametrize("within", ["threads", "processes"])
def test_a_document_at_fault_becomes_a_problem_and_the_others_go_on(within, db):
    tally = work(db, {"a": "1", "b": "1"}, fails_on_b, within=within)
    assert (tally.done, tally.failed) == (2, 1)
    assert problems(db) == [("b", "damaged", "It is broken.", 1)]
    assert outputs(db, "passages")["a"] == "a"


def test_a_document_at_fault_is_not_tried_again_until_it_changes(db):
    work(db, task=fails_on_b)
    loaded = []
    work(db, task=fails_on_b, loaded=loaded)
    work(db, {**INPUTS, "b": "2"}, fails_on_b, loaded=loaded)
    assert loaded == ["b"]


def test_a_document_that_was_mended_has_no_problem_any_more(db):
    work(db, task=fails_on_b)
    work(db, {**INPUTS, "b": "2"})
    assert problems(db) == []


def test_a_bug_becomes_a_problem_that_names_it(db):
    assert work(db, task=breaks_on_b).failed == 1
    assert problems(db) == [("b", "failed", "RuntimeError: KeyError: 'b'", 1)]


def test_a_document_on_which_we_have_a_bug_is_tried_again(db):
    work(db, task=breaks_on_b)
    loaded = []
    work(db, loaded=loaded)
    assert (loaded, problems(db)) == (["b"], [])


@pytest.mark.parametrize("within", ["threads", "processes"])
def test_what_a_person_has_to_mend_stops_the_run(within, db):
    with pytest.raises(ConcordError, match="The model is missing"):
        work(db, {"b": "1"}, stops_on_b, within=within)


def test_outputs_and_mark_are_kept_together_or_not_at_all(db):
    def keep(name, outcome, _):
        table(db, "kinds").insert({"id": name, "label": outcome})
        if name == "c":
            raise ValueError("the disk is full")
        return ""

    with pytest.raises(ValueError, match="the disk is full"):
        work(db, {"a": "1", "c": "1"}, keep=keep, within="processes")
    kept = {row["id"] for row in rows(db, "select id from kinds where length(id) = 1")}
    assert kept == outputs(db, "passages").keys() == {"a"}


def test_progress_is_told_from_nought_to_all(db):
    told = []
    work(db, report=lambda done, total, at: told.append((done, total, at)))
    assert [one[:2] for one in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert sorted(at for _, _, at in told) == ["", "a", "b", "c"]


def test_a_worker_that_dies_takes_only_its_own_document_along(db):
    tally = work(db, task=dies_on_b, within="processes")
    assert problems(db) == [("b", "crashed", "The process that worked on this document died.", 1)]
    assert (tally.done, outputs(db, "passages")) == (3, {"a": "a", "b": "", "c": "c"})


def test_a_pool_that_is_broken_already_says_so_of_the_next_document():
    class Broken(Executor):
        def submit(self, *_):
            raise BrokenProcessPool("a worker died")

    assert isinstance(_submitted(Broken(), upper, ("a",)).exception(), BrokenProcessPool)


def leave_my_number(folder):
    """A task that says which process it runs in."""
    (folder / str(os.getpid())).touch()


def work_until_killed(folder):
    """Work through inputs in processes, and be killed when the first is done."""

    def report(done, *_):
        if done:
            os.kill(os.getpid(), signal.SIGKILL)

    work_through(
        open_store(folder / "a.db"), "passages", INPUTS, load=lambda _: (folder / "workers",), task=leave_my_number,
        keep=lambda *_: "", settings=Settings(workers=1), report=report,
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux can wait for a process that is not its child")
def test_a_run_that_is_killed_leaves_no_worker_behind(tmp_path):
    workers: Path = tmp_path / "workers"
    workers.mkdir()
    killed = multiprocessing.get_context("spawn").Process(target=work_until_killed, args=(tmp_path,))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    for worker in workers.iterdir():
        try:
            ended = select.poll()
            ended.register(os.pidfd_open(int(worker.name)), select.POLLIN)
        except ProcessLookupError:
            continue
        assert ended.poll(10_000) != []
