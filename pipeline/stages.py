"""The stages in order: the table of contents of the project.

Data flows down this list and nowhere else: a stage reads what the stages above it wrote, and no
stage imports another's `run`. `run_stages()` runs them all and writes a row of `runs`.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from . import (
    __version__,
    commitments,
    comparisons,
    documents,
    editions,
    embeddings,
    facets,
    guidelines,
    mentions,
    pages,
    passages,
    themes,
)
from .records import Report, Tally
from .settings import Settings
from .store import is_unfinished, now, rows, table, tidy


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline: its name is that of its module, and of a table that it writes."""

    name: str
    reads: str
    writes: str
    run: Callable[[Database, Settings, Report], Tally]


STAGES: tuple[Stage, ...] = (
    Stage("documents", "the manifest", "documents, issuers, memberships", documents.run),
    Stage("pages", "documents", "pages, page_lines", pages.run),
    Stage("passages", "pages", "passages, passage_spans", passages.run),
    Stage("commitments", "passages", "sentences, commitments, slots", commitments.run),
    Stage("embeddings", "commitments, passages", "embeddings, models", embeddings.run),
    Stage("themes", "documents, commitments, passages, embeddings", "themes, subthemes, subtheme_members, subtheme_lineage, commitment_themes, passage_themes, theme_words", themes.run),
    Stage("mentions", "documents, passages, issuers", "mentions, instruments", mentions.run),
    Stage("comparisons", "commitments, themes, embeddings", "counterparts, formulas, formula_commitments, coverage", comparisons.run),
    Stage("editions", "documents, commitments, commitment_themes, embeddings", "edition_changes", editions.run),
    Stage("guidelines", "documents, commitments, passages, commitment_themes, passage_themes, embeddings", "guidelines, guideline_elements, guideline_seeds, guideline_scores, guideline_quotes", guidelines.run),
    Stage("facets", "commitments, mentions, guideline_quotes", "facets", facets.run),
)  # fmt: skip


@dataclass(frozen=True)
class StageResult:
    """What one stage did, how long it took (seconds), and the most memory so far (MB)."""

    stage: str
    tally: Tally
    seconds: float
    peak_mb: float


def run_stages(
    db: Database,
    settings: Settings,
    *,
    report_for: Callable[[str], Report],
    finished: Callable[[StageResult], None] = lambda _: None,
    stages: Sequence[Stage] = STAGES,
) -> list[StageResult]:
    """Run the stages in order, each doing only what has changed; then tidy the database.

    Args:
        report_for: gives, for a stage's name, the function that it reports its progress to.
        finished: is called with each stage's result as it ends.

    Raises:
        ConcordError: something that a person has to mend; what was finished before it is kept.
    """
    results: list[StageResult] = []
    was_cut_off = is_unfinished(db)
    run_id = start_run(db, settings)
    for stage in stages:
        started = time.monotonic()
        tally = stage.run(db, settings, report_for(stage.name))
        result = StageResult(stage.name, tally, time.monotonic() - started, peak_memory_mb())
        results.append(result)
        finished(result)
    has_worked = was_cut_off or any(result.tally.done for result in results)
    if has_worked:
        tidy(db)
    _finish(db, run_id, results, has_worked=has_worked)
    return results


def start_run(db: Database, settings: Settings) -> int:
    """Write a row of `runs` for a run that begins now, and return its number."""
    row = {"started_at": now(), "version": __version__, "corpus": settings.corpus.name}
    with db.atomic():
        table(db, "runs").insert(row)
        return int(rows(db, "select max(id) as id from runs")[0]["id"])


def peak_memory_mb() -> float:
    """Return the most memory that this process, or the largest of its children, has held (MB)."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children) / 1024


def _finish(db: Database, run_id: int, results: Sequence[StageResult], *, has_worked: bool) -> None:
    """Close a run's row. A run that found nothing to do leaves none: the last one that did still counts."""
    if not has_worked:
        table(db, "runs").delete(run_id)
        return
    counts = {
        name: rows(db, f'select count(*) as n from "{name}"')[0]["n"]
        for name in (
            "documents",
            "pages",
            "passages",
            "commitments",
            "subthemes",
            "mentions",
            "counterparts",
            "problems",
        )
    }
    seconds = {result.stage: round(result.seconds, 1) for result in results}
    failures = rows(db, "select count(*) as n from problems where is_failure")[0]["n"]
    table(db, "runs").update(
        run_id,
        {
            "finished_at": now(),
            "outcome": "some documents failed" if failures else "complete",
            "counts": json.dumps({**counts, "seconds": seconds}),
        },
    )
