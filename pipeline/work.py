"""Work through inputs one by one: only what changed, side by side, one transaction each.

Used by the stages that work document by document. A stage gives three functions: `load` (in this
process, from the database), `task` (pure, in any process) and `keep` (in this process, into the
database). Kill the run between two inputs and nothing is lost; run it again and it goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Literal

from sqlite_utils import Database

from .errors import ConcordError, DocumentProblem
from .records import Report, Tally
from .settings import Settings
from .store import forget, mark, stale, write_problems

_FEW = 2
"""As many inputs as this are worked on here: starting processes would take longer."""


def work_through(
    db: Database,
    stage: str,
    inputs: Mapping[str, str],
    *,
    load: Callable[[str], tuple[Any, ...]],
    task: Callable[..., Any],
    keep: Callable[[str, Any, Tally], str],
    settings: Settings,
    report: Report,
    within: Literal["processes", "threads"] = "processes",
) -> Tally:
    """Run `task` on every input that changed since the last time, and keep what it gives.

    Args:
        inputs: for each document's id the hash of what the stage reads of it.
        load: returns the arguments of `task` for an id.
        task: returns the outputs; raises `DocumentProblem` when the document cannot be used.
        keep: writes the outputs, counts them, and returns their hash; runs inside a transaction.
        within: where tasks run: in processes, or in threads when they start processes themselves.

    Returns:
        what was done; `failed` counts documents that have a row in `problems` now.
    """
    tally = Tally(kept=len(inputs))
    todo = stale(db, stage, inputs)
    tally.kept -= len(todo)
    started = {name: time.monotonic() for name in todo}

    def finish(name: str, outcome: Any) -> None:
        with db.atomic():
            if isinstance(outcome, Exception):
                _keep_failure(db, stage, name, inputs[name], outcome)
                tally.failed += 1
            else:
                write_problems(db, stage, name, [], is_failure=True)
                output_hash = keep(name, outcome, tally)
                seconds = time.monotonic() - started[name]
                mark(db, stage, name, input_hash=inputs[name], output_hash=output_hash, seconds=seconds)
        tally.done += 1
        report(tally.done, len(todo), name)

    report(0, len(todo), "")
    for name, outcome in _outcomes(todo, load, task, settings, within, started):
        finish(name, outcome)
    with db.atomic():
        forget(db, stage, inputs)
    return tally


def _keep_failure(db: Database, stage: str, name: str, input_hash: str, error: Exception) -> None:
    """Write a failure down. A document at fault is not tried again until it changes; a bug of ours is."""
    if isinstance(error, DocumentProblem):
        problem = error
        mark(db, stage, name, input_hash=input_hash, output_hash="", seconds=0)
    else:
        problem = DocumentProblem(
            "failed", f"{type(error).__name__}: {error}"[:500], remedy="Please report this; the next run tries again."
        )
    write_problems(db, stage, name, [problem], is_failure=True)


def _outcomes(
    todo: list[str],
    load: Callable[[str], tuple[Any, ...]],
    task: Callable[..., Any],
    settings: Settings,
    within: str,
    started: dict[str, float],
) -> Iterator[tuple[str, Any]]:
    """Yield (id, outputs or the exception) as tasks finish."""
    if len(todo) <= _FEW and within == "processes":
        for name in todo:
            started[name] = time.monotonic()
            yield name, _attempt(task, load(name))
        return
    waiting = list(reversed(todo))
    executor = _executor(within, settings.processes)
    running: dict[Future[Any], str] = {}
    try:
        while waiting or running:
            while waiting and len(running) < settings.processes * 2:
                name = waiting.pop()
                started[name] = time.monotonic()
                running[_submitted(executor, task, load(name))] = name
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name = running.pop(future)
                try:
                    yield name, future.result()
                except BrokenProcessPool:
                    # A worker died, and took its fellows along: each is tried again, alone.
                    survivors = [name, *running.values()]
                    running.clear()
                    executor.shutdown(cancel_futures=True)
                    executor = _executor(within, settings.processes)
                    for survivor in survivors:
                        yield survivor, _alone(task, load(survivor))
                    break
    finally:
        executor.shutdown(cancel_futures=True)


def _submitted(executor: Executor, task: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[Any]:
    """Return the future of a task; in a pool that is broken already, one that says so."""
    try:
        return executor.submit(_attempt, task, arguments)
    except BrokenProcessPool as error:
        broken: Future[Any] = Future()
        broken.set_exception(error)
        return broken


def _alone(task: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    with _executor("processes", 1) as executor:
        try:
            return executor.submit(_attempt, task, arguments).result()
        except BrokenProcessPool:
            return DocumentProblem("crashed", "The process that worked on this document died.")


def _attempt(task: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Return what `task` gives, or the exception by which it fails; never lose which document it was."""
    try:
        return task(*arguments)
    except DocumentProblem as problem:
        return problem
    except ConcordError:
        raise
    except Exception as error:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _executor(within: str, count: int) -> Executor:
    if within == "threads":
        return ThreadPoolExecutor(count)
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Let this process end with the one that started it, which cannot say so when it is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait_for_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for_parent, daemon=True).start()
