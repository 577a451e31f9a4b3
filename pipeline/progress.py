"""Show the progress of a run: a bar with counts on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from .records import Report
from .stages import StageResult

_SECONDS_BETWEEN_LINES = 15


class Progress:
    """What a run reports to. Use it as a context manager.

    Args:
        quiet: show nothing, because JSON is printed.
    """

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._bars: Bars | None = None
        if console.is_terminal and not quiet:
            self._bars = Bars(
                TextColumn("{task.description:<12}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("[dim]{task.fields[at]}"),
                console=console,
            )
        self._tasks: dict[str, TaskID] = {}
        self._last_line = 0.0

    def __enter__(self) -> Progress:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def report_for(self, stage: str) -> Report:
        """Return the function to which `stage` reports."""

        def report(done: int, total: int, at: str) -> None:
            if self._bars:
                if stage not in self._tasks:
                    self._tasks[stage] = self._bars.add_task(stage, total=total, at=at)
                self._bars.update(self._tasks[stage], completed=done, total=total, at=at[:40])
            elif not self._quiet and total and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
                self._last_line = time.monotonic()
                self._console.print(f"  {stage}: {done:,} of {total:,}  {at}", highlight=False, markup=False)

        return report

    def finished(self, result: StageResult) -> None:
        """Say that a stage has ended."""
        if not self._bars and not self._quiet:
            tally = result.tally
            self._console.print(
                f"{result.stage}: {tally.done:,} done, {tally.kept:,} kept, {result.seconds:.1f} s",
                highlight=False,
                markup=False,
            )
        self._last_line = time.monotonic()
