"""The command line: short commands that call the rooms of Concord. Only this module prints.

Exit status: 0 when all went well, 1 when some documents failed (they are named), 2 when the command
could not be understood or something has to be mended first.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from . import __version__
from .errors import ConcordError
from .records import DECISIONS
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlite_utils import Database

    from .coverage import Choice
    from .evaluating import Evaluation
    from .reviewing import Review
    from .search import Filters, Hit
    from .watching import Report

EXAMPLES = {
    "demo": "concord demo --port 8010",
    "add": "concord add ~/strategies --corpus my-corpus",
    "run": "concord run --corpus my-corpus --db my.db",
    "status": "concord status --db my.db",
    "search": 'concord search "sharing information between response teams" --issuer JPN',
    "name": 'concord name 0f3ac81d9b27e645 "Training of judges"',
    "review": "concord review sheet to-review.csv",
    "watch": 'concord watch add judges "training judges"',
    "compare": "concord compare CAN JPN --at 2016",
    "check": "concord check --db my.db",
    "export": "concord export --db my.db --into my-data",
    "serve": "concord serve --db my.db --port 8001",
    "evaluate": "concord evaluate gold/dev.jsonl --db my.db",
    "train": "concord train gold/train.jsonl --db my.db --into my-model",
    "doctor": "concord doctor",
}
REVIEW_EXAMPLES = {
    "give": 'concord review give 000b10f8ba780f2a doubtful --by "A. Reader" --note "a hope?"',
    "list": "concord review list --db my.db",
    "sheet": "concord review sheet to-review.csv --issuer JPN --most 40",
    "read": 'concord review read to-review.csv --by "A. Reader"',
}
WATCH_EXAMPLES = {
    "add": 'concord watch add judges "training judges" --issuer JPN --mode meaning',
    "list": "concord watch list --db my.db",
    "run": "concord watch run judges --json",
    "remove": "concord watch remove judges",
}

_PROBLEMS = """
select document_id, stage, kind, page, message, is_failure from problems order by is_failure desc, document_id, page
"""

_QUOTED = 120
"""Characters of a quote beside a decision on it."""

console = Console()
complaints = Console(stderr=True)


class _Commands(click.Group):
    """Shows commands in the order in which one uses them, and failures in the words of the errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click passes it
        return [name for name in EXAMPLES if name in self.commands]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConcordError as error:
            _complain(error.message, error.remedy)
        except BrokenPipeError:  # whoever read the output has heard enough, which click knows
            raise
        except OSError as error:
            _complain(f"{error.filename}: {error.strerror}." if error.filename else f"{error}.")
        except sqlite3.OperationalError as error:
            _complain(f"The database cannot be used: {error}.")
        sys.exit(2)


def _complain(message: str, remedy: str = "") -> None:
    # Not wrapped: a path or a command that is broken over two lines cannot be copied.
    complaints.print(f"[bold red]Error:[/] {_plain(message)}", highlight=False, soft_wrap=True)
    if remedy:
        complaints.print(f"  {_plain(remedy)}", highlight=False, soft_wrap=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="concord")
def main() -> None:
    """Find what governments promise about cyberspace, and compare it.

    \b
    A corpus is a folder of documents with a manifest; a run reads it into one SQLite database;
    Datasette shows that database. To see it work:  concord demo
    """  # noqa: D301  # click asks for the character itself, so the string cannot be a raw one


def _command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    return main.command(name, epilog=f"Example:  {EXAMPLES[name]}")


class _InOrder(click.Group):
    """Shows its commands in the order in which one uses them, which is that in which they stand here."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click passes it
        return list(self.commands)


_corpus = click.option(
    "--corpus", type=click.Path(path_type=Path, file_okay=False), help="Folder with the manifest and the documents."
)
_db = click.option("--db", type=click.Path(path_type=Path, dir_okay=False), help="The database.  [default: concord.db]")
_YEAR = click.IntRange(1, 9999)
_PORT = click.IntRange(1, 65535)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
_FILTERS = (
    click.option("--mode", type=click.Choice(["both", "words", "meaning"]), default="both", show_default=True, help="Look by words, by meaning, or by both."),
    click.option("--in", "kind_of_hit", type=click.Choice(["commitment", "passage"]), help="Only commitments, or only passages."),
    click.option("--issuer", multiple=True, help="Only this issuer (repeatable)."),
    click.option("--group", multiple=True, help="Only texts of this group, and of its members (repeatable)."),
    click.option("--theme", multiple=True, help="Only this theme (repeatable)."),
    click.option("--kind", multiple=True, help="Only this kind of document (repeatable)."),
    click.option("--document", multiple=True, help="Only this document (repeatable)."),
    click.option("--from", "year_from", type=_YEAR, help="Only texts from this year on."),
    click.option("--to", "year_to", type=_YEAR, help="Only texts up to this year."),
    click.option("--language", help="Only texts in this language, such as fr."),
    click.option("--firmness", type=click.IntRange(1, 4), help="Only commitments at least this firm."),
    click.option("--deadline", is_flag=True, help="Only commitments with a deadline."),
    click.option("--due-from", default="", help="Only commitments due from this year or day on."),
    click.option("--due-to", default="", help="Only commitments due up to this year or day."),
    click.option("--review", type=click.Choice([*DECISIONS, "unreviewed"]), metavar="DECISION", help="Only commitments judged right, wrong or doubtful, or unreviewed."),
)  # fmt: skip
"""What a search takes beside its question."""


def _filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def _to_filters(chosen: dict[str, Any]) -> Filters:
    from .search import Filters

    return Filters(
        kind_of_hit=chosen["kind_of_hit"] or "",
        issuers=chosen["issuer"],
        groups=chosen["group"],
        themes=chosen["theme"],
        kinds=chosen["kind"],
        documents=chosen["document"],
        year_from=chosen["year_from"],
        year_to=chosen["year_to"],
        language=chosen["language"] or "",
        bindingness=chosen["firmness"],
        has_deadline=chosen["deadline"],
        due_from=chosen["due_from"],
        due_to=chosen["due_to"],
        review=chosen["review"] or "",
    )


@_command("demo")
@click.option(
    "--port", type=_PORT, default=8001, show_default=True, help="Port of the site; the next free one if taken."
)
@click.option("--no-serve", is_flag=True, help="Build the database and stop.")
@click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), default=Path("concord-demo.db"), show_default=True
)
def demo(port: int, no_serve: bool, db: Path) -> None:
    """Build the sample corpus, serve it, and print its address.

    The sample corpus was written for Concord: its issuers are fictional. It needs no network.
    """
    started = time.monotonic()
    settings = load_settings(corpus=None, db=db, env={})
    console.print("Building the sample corpus: 15 documents of fictional issuers, in six formats.")
    failed = _run(settings, as_json=False)
    console.print(f"Built in {time.monotonic() - started:.0f} seconds.")
    if no_serve:
        sys.exit(1 if failed else 0)
    _serve(settings, port=_free_port(port), host="127.0.0.1")


@_command("add")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@_corpus
@_json
def add(paths: tuple[Path, ...], corpus: Path | None, as_json: bool) -> None:
    """Add files, or all files of a folder, to a corpus.

    Writes a manifest entry for each new file, with what could be found out filled in and "?" where a
    person has to decide. A file from outside the corpus is copied into it.
    """
    from .adding import add as add_files

    settings = load_settings(corpus=corpus or Path())
    added = add_files(paths, settings)
    if as_json:
        _print_json([{**asdict(one.entry), "open": one.open_fields, "problem": one.problem} for one in added])
    elif not added:
        console.print("Nothing new: every file is in the manifest already.")
    else:
        table = _table("Added", "issuer", "kind", "published", "for you to fill in")
        for one in added:
            entry = one.entry
            table.add_row(entry.id, " ".join(entry.issuers), entry.kind, entry.published_on, ", ".join(one.open_fields))
        console.print(table)
        manifest = _plain(str(settings.corpus / "documents.csv"))
        then = _plain(f"concord run --corpus {corpus or '.'}")
        console.print(f"Now look over {manifest}, then: {then}", highlight=False, soft_wrap=True)
    for one in added:
        if one.problem:
            complaints.print(f"{one.entry.id}: {_plain(one.problem)}", highlight=False)
    sys.exit(1 if any(one.problem for one in added) else 0)


@_command("run")
@_corpus
@_db
@click.option("--encoder", help="Encoder: a name in models.toml, a folder, or a name on the hub.")
@click.option("--workers", type=int, help="Processes to use.  [default: one for each core]")
@_json
def run(corpus: Path | None, db: Path | None, encoder: str | None, workers: int | None, as_json: bool) -> None:
    """Read a corpus into the database. Only what changed since the last run is worked on."""
    settings = load_settings(corpus=corpus, db=db, encoder=encoder, workers=workers)
    sys.exit(1 if _run(settings, as_json=as_json) else 0)


@_command("status")
@_db
@_json
def status(db: Path | None, as_json: bool) -> None:
    """Say what a database holds, when it was built, and what could not be read."""
    from .store import open_for_reading, rows

    names = ("documents", "pages", "passages", "commitments", "subthemes", "mentions", "counterparts", "problems")
    with open_for_reading(load_settings(db=db).db) as database:
        counts = {name: rows(database, f'select count(*) as n from "{name}"')[0]["n"] for name in names}
        runs = rows(database, "select * from runs where finished_at is not null order by id desc limit 1")
        problems = rows(database, _PROBLEMS)
        by_status = {
            row["status"]: row["n"] for row in rows(database, "select status, count(*) as n from documents group by 1")
        }
    if as_json:
        _print_json(
            {"counts": counts, "documents": by_status, "last_run": runs[0] if runs else None, "problems": problems}
        )
        return
    table = _table("Holds", "rows")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    console.print("Documents: " + ", ".join(f"{count} {name}" for name, count in by_status.items()))
    if runs:
        console.print(
            f"Built {runs[0]['finished_at']} from {_plain(runs[0]['corpus'])} by Concord {runs[0]['version']}: {runs[0]['outcome']}."
        )
    _print_problems(problems)


@_command("search")
@click.argument("question")
@_db
@_filtered
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="Hits to show.")
@click.option("--as-typed", is_flag=True, help="Take no word for a misspelling.")
@_json
def search(question: str, db: Path | None, mode: str, most: int, as_typed: bool, as_json: bool, **chosen: Any) -> None:
    """Search commitments and passages by words and meaning.

    Words in "quotation marks" are a phrase, -word excludes, OR joins alternatives. With an empty
    QUESTION and filters, all commitments that pass them are listed, the latest first. Where nothing is
    found, each word of QUESTION is named with how many hits it has alone.
    """
    from .search import Engine

    settings, filters = load_settings(db=db), _to_filters(chosen)
    if not question.strip() and filters.is_empty:
        raise click.UsageError("Give words to look for, or a filter such as --issuer JPN.")
    results = Engine(settings.db, settings).search(question, filters, mode=mode, most=most, as_typed=as_typed)
    if as_json:
        _print_json(asdict(results))
        return
    _print_hits(results.hits)
    console.print(f"{results.total} found." if results.hits else _plain(results.note))
    if results.hits and results.note:
        complaints.print(_plain(results.note))
    if results.suggestion:
        console.print(f"Did you mean {_plain(results.suggestion)}?")
    if results.by_words:
        console.print(f"Words alone find {results.by_words}: --mode words")
    if results.apart:
        console.print("Each word alone: " + _plain(", ".join(f"{word} {count:,}" for word, count in results.apart)))


@_command("name")
@click.argument("subtheme", default="")
@click.argument("name", default="")
@_db
@click.option("--forget", is_flag=True, help="Take the name back; the sub-theme's own words are its name again.")
@_json
def name(subtheme: str, name: str, db: Path | None, forget: bool, as_json: bool) -> None:
    """Give a sub-theme a NAME of yours; without one, list the sub-themes with their ids.

    The name hangs on the id of the sub-theme: it stays when documents come and the pipeline runs again.
    """
    from .naming import forget_name, give_name, listed
    from .store import open_for_reading

    path = load_settings(db=db).db
    if not subtheme and (name or forget):
        raise click.UsageError("Name the sub-theme by its id; concord name lists them.")
    if not subtheme:
        with open_for_reading(path) as database:
            found = listed(database)
    elif bool(name) == forget:
        raise click.UsageError("Give a name, or --forget to take it back.")
    else:
        with _to_change(path) as database:
            found = [forget_name(database, subtheme) if forget else give_name(database, subtheme, name)]
    if as_json:
        _print_json([asdict(one) for one in found])
        return
    shown = _table("Sub-theme", "theme", "name", "given by", "rows")
    for one in found:
        giver = "a person" if one.is_named else "its words"
        shown.add_row(one.id, one.theme, _plain(one.label), giver, f"{one.commitments:,}")
    console.print(shown)


@main.group("review", cls=_InOrder, epilog=f"Example:  {EXAMPLES['review']}")
def review() -> None:
    """Decide whether what was found is a commitment: right, wrong or doubtful.

    A decision hangs on the id of its commitment: it stays when documents come and the pipeline runs
    again. The latest on a commitment counts, and earlier ones stay. The site shows all of them.
    """


def _review_command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    return review.command(name, epilog=f"Example:  {REVIEW_EXAMPLES[name]}")


_by = click.option("--by", "reviewer", default="", help="Who decides.")
_site = click.option(
    "--site", default="", help="Address of the site, so that each line of the sheet leads to its page."
)


@_review_command("give")
@click.argument("commitment")
@click.argument("decision", type=click.Choice(list(DECISIONS)))
@_db
@_by
@click.option("--note", default="", help="What you would say to the next reader.")
@click.option("--on", default="", help="Day of the decision, such as 2026-11-29.  [default: today]")
@_json
def review_give(
    commitment: str, decision: str, db: Path | None, reviewer: str, note: str, on: str, as_json: bool
) -> None:
    """Decide on a COMMITMENT, by its id or by the address of its page.

    "right": it is a commitment, as docs/commitments.md defines one. "wrong": it is none. "doubtful": it
    can be read either way. What is amiss with its parts goes into the note.
    """
    from .reviewing import give

    with _to_change(load_settings(db=db).db) as database:
        given = give(database, commitment, decision, reviewer, note=note, on=on)
    _print_reviews([given], as_json=as_json)


@_review_command("list")
@click.argument("commitment", default="")
@_db
@_json
def review_list(commitment: str, db: Path | None, as_json: bool) -> None:
    """List the latest decision on each commitment; of one COMMITMENT all of them."""
    from .reviewing import counts, id_in, listed
    from .store import open_for_reading

    with open_for_reading(load_settings(db=db).db) as database:
        found = listed(database, id_in(commitment)) if commitment else listed(database, latest=True)
        counted = counts(database)
    _print_reviews(found, as_json=as_json)
    if not as_json and not commitment:
        told = ", ".join(f"{count:,} {name}" for name, count in counted.by_decision.items())
        console.print(f"{counted.reviewed:,} of {counted.commitments:,} commitments are reviewed: {told}.")


def _print_reviews(found: list[Review], *, as_json: bool) -> None:
    if as_json:
        _print_json([asdict(one) for one in found])
        return
    table = _table("Commitment", "decision", "by", "on", "note", "quote")
    for one in found:
        gone = "" if one.is_here else "(gone) "
        quote = one.quote if len(one.quote) < _QUOTED else f"{one.quote[:_QUOTED]}…"
        table.add_row(
            one.commitment_id,
            one.decision,
            _plain(one.reviewer),
            one.decided_on,
            _plain(one.note),
            gone + _plain(quote),
        )
    console.print(table)


@_review_command("sheet")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_db
@click.option("--issuer", multiple=True, help="Only commitments of this issuer (repeatable).")
@click.option("--document", multiple=True, help="Only commitments of this document (repeatable).")
@click.option("--theme", multiple=True, help="Only commitments mainly about this theme (repeatable).")
@click.option("--most", type=click.IntRange(1), help="So many, drawn as if by lot.")
@click.option("--decided", is_flag=True, help="All decisions instead, to keep or to read into another database.")
@_site
@click.option("--force", is_flag=True, help="Write over FILE where it is there.")
def review_sheet(
    file: Path,
    db: Path | None,
    issuer: tuple[str, ...],
    document: tuple[str, ...],
    theme: tuple[str, ...],
    most: int | None,
    decided: bool,
    site: str,
    force: bool,
) -> None:
    """Write the commitments that nobody has reviewed into FILE, a CSV for a spreadsheet.

    Fill in the columns decision, reviewer and note, leave the day empty for today, and read the file
    back. What is drawn with --most stands for all: a share that is wrong in it says how many are.
    """
    from .exporting import to_csv
    from .reviewing import sheet, sheet_of_decisions
    from .store import open_for_reading

    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already, and may hold decisions: name another file, or --force.")
    if decided and (issuer or document or theme or most):
        raise click.UsageError("--decided takes all decisions: leave the other choices out.")
    with open_for_reading(load_settings(db=db).db) as database:
        listing = (
            sheet_of_decisions(database, site=site)
            if decided
            else sheet(database, issuers=issuer, documents=document, themes=theme, most=most, site=site)
        )
    file.write_bytes(to_csv(listing))
    what = "decisions" if decided else "commitments to review"
    console.print(f"{len(listing.rows):,} {what} written to {_plain(str(file))}.", highlight=False, soft_wrap=True)


@_review_command("read")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_db
@click.option("--by", "reviewer", default="", help="Who decided, where a line does not say it.")
@click.option("--gone", is_flag=True, help="Keep decisions on commitments that are not here, too: they may come.")
@_json
def review_read(file: Path, db: Path | None, reviewer: str, gone: bool, as_json: bool) -> None:
    """Read the decisions of a sheet that was filled in. A line without a decision is left.

    Each line is read for itself. One that cannot be kept is named with its number, and the status is 1;
    mend it, and read the whole file again: what is there already is not written twice.
    """
    from .reviewing import read_sheet

    with _to_change(load_settings(db=db).db) as database:
        done = read_sheet(database, file.read_bytes(), reviewer=reviewer, keep_gone=gone)
    if as_json:
        _print_json(asdict(done))
    else:
        for fault in done.faults:
            complaints.print(_plain(fault), highlight=False, soft_wrap=True)
        console.print(
            f"{done.written:,} decisions written, {done.known:,} were there already, {done.undecided:,} lines without one,"
            f" {len(done.faults):,} that cannot be kept.",
            soft_wrap=True,
        )
    sys.exit(1 if done.faults else 0)


@main.group("watch", cls=_InOrder, epilog=f"Example:  {EXAMPLES['watch']}")
def watch() -> None:
    """Save searches, and say what each finds that is new since it last ran.

    Documents arrive, and a saved search tells what of them matters to you. It is kept in the database;
    the site lists it at /watches, with a feed that a feed reader can follow.
    """


@contextlib.contextmanager
def _to_change(path: Path) -> Iterator[Database]:
    """Open a database that is there already, and leave one file behind."""
    from .store import leave_one_file, open_for_reading, open_store

    open_for_reading(path).close()
    with open_store(path) as database:
        yield database
        leave_one_file(database)


def _watch_command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    return watch.command(name, epilog=f"Example:  {WATCH_EXAMPLES[name]}")


@_watch_command("add")
@click.argument("name")
@click.argument("question", default="")
@_db
@_filtered
@_json
def watch_add(name: str, question: str, db: Path | None, mode: str, as_json: bool, **chosen: Any) -> None:
    """Save a search under a NAME of small letters, digits and hyphens.

    QUESTION is what "concord search" takes; with filters it may be left out. Nothing is searched yet:
    the first "concord watch run" tells what is found, the next ones what has come and is found.
    """
    from .watching import add

    with _to_change(load_settings(db=db).db) as database:
        saved = add(database, name, question, _to_filters(chosen), mode=mode)
    if as_json:
        _print_json(asdict(saved))
    else:
        console.print(f"Saved. What it finds: concord watch run {saved.name}", highlight=False)


@_watch_command("list")
@_db
@_json
def watch_list(db: Path | None, as_json: bool) -> None:
    """List the saved searches, with how many hits each has and how many its last run found new."""
    from .store import open_for_reading
    from .watching import MODES, listed, told

    with open_for_reading(load_settings(db=db).db) as database:
        saved = listed(database)
    if as_json:
        _print_json([asdict(one) for one in saved])
    elif not saved:
        console.print("There is no saved search yet: concord watch add NAME QUESTION", highlight=False)
    else:
        table = _table("Saved search", "question", "by", "filters", "hits", "new", "last run")
        for one in saved:
            by = MODES[one.mode] if one.question else "filters"
            ran_at = one.ran_at[:10] or "not run yet"
            table.add_row(
                one.name, _plain(one.question), by, _plain(told(one.filters)), f"{one.hits:,}", f"{one.new:,}", ran_at
            )
        console.print(table)


@_watch_command("run")
@click.argument("names", nargs=-1)
@_db
@_json
def watch_run(names: tuple[str, ...], db: Path | None, as_json: bool) -> None:
    """Search again, and print what is new since the last run; all saved searches when none is named.

    New is what came into the database after the last run. In a first run everything is new. Of a
    question the 200 best new hits are told; filters alone have no limit. Status 1 when a search could
    not be made whole, as when the encoder is missing.
    """
    from .search import Engine
    from .watching import running

    settings = load_settings(db=db)
    # Printed before it is remembered: who stops this here is told all of it again.
    with _to_change(settings.db) as database, running(database, Engine(settings.db, settings), names) as reports:
        _print_reports(reports, as_json=as_json)
        sys.stdout.flush()
    sys.exit(0 if all(report.is_whole for report in reports) else 1)


def _print_reports(reports: Sequence[Report], *, as_json: bool) -> None:
    if as_json:
        _print_json([asdict(report) for report in reports])
    elif not reports:
        console.print("There is no saved search yet: concord watch add NAME QUESTION", highlight=False)
    for report in reports:
        one = report.watch
        if not as_json:
            console.print(f"[bold]{one.name}[/]: {len(report.new):,} new of {one.hits:,}", highlight=False)
            _print_hits(report.new)
        if report.note:
            complaints.print(f"{one.name}: {_plain(report.note)}", highlight=False)


@_watch_command("remove")
@click.argument("name")
@_db
@_json
def watch_remove(name: str, db: Path | None, as_json: bool) -> None:
    """Forget a saved search, and what it has found."""
    from .watching import remove

    with _to_change(load_settings(db=db).db) as database:
        remove(database, name)
    if as_json:
        _print_json({"removed": name})
    else:
        console.print(f"Removed: {name}", highlight=False)


@_command("compare")
@click.argument("issuers", nargs=-1)
@_db
@click.option("--from", "since", type=_YEAR, help="Only texts published from this year on.")
@click.option("--at", type=_YEAR, help="Only texts published up to this year.")
@click.option("--kind", "kinds", multiple=True, help="Only this kind of document (repeatable).")
@click.option("--theme", default="", help="Only this theme.")
@click.option(
    "--by", default="theme", show_default=True, help="Count by theme, subtheme (of --theme), year, or a guideline's id."
)
@click.option("--members", is_flag=True, help="Compare a group with its members: who promises what it declared?")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "csv", "json"]), default="text", show_default=True
)
@_json
def compare(
    issuers: tuple[str, ...],
    db: Path | None,
    since: int | None,
    at: int | None,
    kinds: tuple[str, ...],
    theme: str,
    by: str,
    members: bool,
    form: str,
    as_json: bool,
) -> None:
    """Compare what issuers promise: by theme, with counterparts, silences, and who names whom.

    Without ISSUERS the coverage of everybody is printed. With --members, name one group.
    """
    from .coverage import Choice
    from .search import Filters, as_written
    from .store import open_for_reading

    issuers = tuple(dict.fromkeys(issuers))
    if len(issuers) == 1 and not members:
        raise click.UsageError("Name two issuers or more, for example: concord compare CAN JPN")
    if len(issuers) != 1 and members:
        raise click.UsageError("Name one group, for example: concord compare G7 --members")
    form = "json" if as_json else form
    choice = Choice(kinds, since, at)
    with open_for_reading(load_settings(db=db).db) as database:
        theme = "".join(as_written(database, Filters(themes=(theme,) if theme else ())).themes)
        if members:
            text = _members_text(database, issuers[0], choice, theme, form)
        elif issuers:
            text = _comparison_text(database, issuers, choice, theme, by, form)
        else:
            text = _matrix_text(database, choice, theme, by, form)
    if form == "text" and sys.stdout.isatty():
        from rich.markdown import Markdown

        console.print(Markdown(text))
    else:
        click.echo(text)


def _comparison_text(
    database: Database, issuers: tuple[str, ...], choice: Choice, theme: str, by: str, form: str
) -> str:
    from .comparing import compare as compare_issuers
    from .printing import to_csv, to_json, to_markdown

    comparison = compare_issuers(database, issuers, choice, theme=theme, by=by)
    return {"csv": to_csv, "json": to_json}.get(form, to_markdown)(comparison)


def _members_text(database: Database, group: str, choice: Choice, theme: str, form: str) -> str:
    from .exporting import csv_text
    from .members import group_view, listing, to_json, to_markdown

    view = group_view(database, group, choice, theme=theme)
    if form == "csv":
        return csv_text(listing(view))
    return to_json(view) if form == "json" else to_markdown(view)


def _matrix_text(database: Database, choice: Choice, theme: str, by: str, form: str) -> str:
    from .coverage import Axis, matrix
    from .exporting import csv_text, to_json
    from .printing import matrix_listing, matrix_to_markdown

    found = matrix(database, Axis(by, theme), choice)
    if form == "csv":
        return csv_text(matrix_listing(found))
    return to_json(matrix_listing(found)).decode() if form == "json" else matrix_to_markdown(found)


@_command("check")
@_db
@_json
def check(db: Path | None, as_json: bool) -> None:
    """Check every quote of a database against the page on which it is said to stand."""
    from .checking import count_checked, faults_of
    from .store import open_for_reading

    with open_for_reading(load_settings(db=db).db) as database:
        counts, faults = count_checked(database), list(faults_of(database))
    if as_json:
        _print_json({"checked": counts, "faults": faults})
    else:
        console.print("Checked: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")
        for fault in faults[:50]:
            complaints.print(_plain(fault), highlight=False)
        console.print(
            f"{len(faults):,} faults." if faults else "No fault: every quote stands where it is said to stand."
        )
    sys.exit(1 if faults else 0)


@_command("export")
@_db
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder that the files go into."
)
@_json
def export(db: Path | None, into: Path, as_json: bool) -> None:
    """Write every public table as CSV, with a description of all columns: a Frictionless data package.

    The folder has to be new, empty, or an earlier export, which is renewed. A text that a spreadsheet
    would run as a formula gets an apostrophe in front; datapackage.json says how to undo that.
    """
    from .exporting import export as export_tables
    from .store import open_for_reading

    with open_for_reading(load_settings(db=db).db) as database:
        counts = export_tables(database, into)
    if as_json:
        _print_json({"folder": str(into), "rows": counts})
        return
    table = _table("Table", "rows")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    console.print(f"Written to {_plain(str(into))}.", highlight=False, soft_wrap=True)


@_command("serve")
@_db
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=_PORT, default=8001, show_default=True)
@click.option("--public-url", default="", help="Address at which readers open the site: citations give it.")
def serve(db: Path | None, host: str, port: int, public_url: str) -> None:
    """Serve the site of a database, read-only."""
    from .citing import is_site
    from .store import open_for_reading

    if public_url and not is_site(public_url):
        raise click.UsageError(f"{public_url!r} is no address of a site, such as https://concord.example.org/")
    settings = load_settings(db=db)
    open_for_reading(settings.db).close()
    _serve(settings, port=port, host=host, public_url=public_url)


@_command("evaluate")
@click.argument("gold", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_corpus
@_db
@click.option("--units", is_flag=True, help="Judge the gold's own units, not what a run found in the documents.")
@click.option("--worst", type=click.IntRange(min=0), default=40, show_default=True, help="Errors to print.")
@_json
def evaluate(gold: Path, corpus: Path | None, db: Path | None, units: bool, worst: int, as_json: bool) -> None:
    """Measure how often Concord is right, against sentences labelled by hand.

    The database must hold the documents that GOLD names; with --corpus they are read first. The
    figures go into the table "quality", from which the site says how good its counts are.
    """
    from .evaluating import evaluate_documents, evaluate_units, judge_units, write_quality
    from .gold import load_gold
    from .store import open_store

    settings = load_settings(corpus=corpus, db=db)
    labelled = load_gold(gold)
    failed = corpus is not None and _run(settings, as_json=as_json)
    with open_store(settings.db) as database:
        if units:
            found = evaluate_units(database, labelled, gold.name, lambda given: judge_units(given, settings.english))
        else:
            found = evaluate_documents(database, labelled, gold.name)
        write_quality(database, found)
    if as_json:
        _print_json(asdict(found))
    else:
        _print_evaluation(found, worst)
    sys.exit(1 if failed else 0)


@_command("train")
@click.argument("gold", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_db
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder that the model goes into."
)
@click.option(
    "--labels", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Stand-off labels to learn from too."
)
@click.option("--no-labels", is_flag=True, help="Learn from GOLD alone.")
@click.option(
    "--parts", type=click.IntRange(min=2), default=5, show_default=True, help="Divide the documents into so many parts,"
)
@click.option(
    "--held-out",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="and hold out each of so many of them once.",
)
@click.option("--only", type=click.Choice(["network", "themes"]), help="Train only one of the two models.")
@_json
def train(
    gold: tuple[Path, ...],
    db: Path | None,
    into: Path,
    labels: Path | None,
    no_labels: bool,
    parts: int,
    held_out: int,
    only: str | None,
    as_json: bool,
) -> None:
    """Train the models that say what a sentence does and what it is about.

    The database must hold the documents that the labels are about. Parts of the documents are held
    out, to calibrate a model and to measure it; the model itself then learns from all of them. The
    network takes a quarter of an hour for each part held out, and one more, on two cores; the linear
    model of themes beside it takes minutes, and holds each part out.
    """
    from .progress import Progress
    from .settings import bundled
    from .store import open_for_reading
    from .training import Recipe, fit_themes, run_training

    shipped = bundled("models") / "commitments" / "labels.jsonl"
    more = None if no_labels else labels or (shipped if shipped.is_file() else None)
    recipe = Recipe(parts=parts, held_out=held_out)
    settings = load_settings(db=db)
    with open_for_reading(settings.db) as database, Progress(console, quiet=as_json) as progress:
        report = progress.report_for("train")
        trained = fitted = None
        if only != "themes":
            trained = run_training(database, gold=gold, labels=more, folder=into, recipe=recipe, report=report)
        if only != "network":
            fitted = fit_themes(
                database, gold=gold, labels=more, folder=into, encoder=settings.encoder, parts=parts, report=report
            )
    if as_json:
        _print_json({"network": trained and asdict(trained), "themes": fitted and asdict(fitted)})
        return
    if trained:
        table = _table("Held out", *trained.figures)
        for place, figures in enumerate((*trained.parts, trained.figures), 1):
            name = "all" if place > len(trained.parts) else f"part {place}"
            table.add_row(name, *(str(value) for value in figures.values()))
        console.print(table)
    if fitted:
        console.print(
            f"Themes by words, of {fitted.tested:,} commitments held out: primary theme {fitted.primary:.3f}, "
            f"among the labelled {fitted.labelled:.3f}."
        )
    for one in (trained, fitted):
        if one:
            console.print(f"Learnt from {one.examples:,} sentences in {one.seconds:,.0f} seconds; written to {into}.")


@_command("doctor")
@_json
def doctor(as_json: bool) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from .doctor import examine

    findings = examine(load_settings())
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        table = _table("What", "state", "found", "to mend it")
        for finding in findings:
            colour = {"good": "green", "optional": "yellow", "bad": "red"}[finding.state]
            table.add_row(finding.what, f"[{colour}]{finding.state}[/]", _plain(finding.found), _plain(finding.remedy))
        console.print(table)
    sys.exit(1 if any(finding.state == "bad" for finding in findings) else 0)


def _run(settings: Settings, *, as_json: bool) -> bool:
    """Run all stages with progress; return whether some documents failed."""
    from .progress import Progress
    from .stages import run_stages
    from .store import open_store, rows

    started = time.monotonic()
    with open_store(settings.db) as db:
        with Progress(console, quiet=as_json) as progress:
            results = run_stages(db, settings, report_for=progress.report_for, finished=progress.finished)
        problems = rows(db, _PROBLEMS)
    failures = [problem for problem in problems if problem["is_failure"]]
    if as_json:
        _print_json(
            {
                "seconds": round(time.monotonic() - started, 1),
                "stages": [asdict(result) for result in results],
                "problems": problems,
            }
        )
        return bool(failures)
    table = _table("Stage", "done", "kept", "failed", "seconds", "wrote")
    for result in results:
        tally = result.tally
        wrote = ", ".join(f"{count:,} {name}" for name, count in tally.rows.items() if count)
        table.add_row(
            result.stage, f"{tally.done:,}", f"{tally.kept:,}", str(tally.failed or ""), f"{result.seconds:.1f}", wrote
        )
    console.print(table)
    console.print(
        f"{_plain(settings.db.name)}: {time.monotonic() - started:.1f} seconds, at most {results[-1].peak_mb:,.0f} MB of memory."
    )
    _print_problems(problems)
    return bool(failures)


def _print_hits(hits: Iterable[Hit]) -> None:
    for place, hit in enumerate(hits, 1):
        year = f" {hit.year}" if hit.year else ""
        page = f", p. {hit.page_label or hit.page}" if hit.is_paged else ""
        due = f", due {hit.deadline_to}" if hit.deadline_to else ""
        console.print(
            f"[bold]{place}. {_plain(hit.issuer)}{year}[/]{page}  [dim]{hit.kind}, {' and '.join(hit.why)}, {hit.theme}{due}[/]",
            highlight=False,
        )
        console.print(f"   {_plain(hit.text)}", highlight=False)
        console.print(f"   [dim]{_plain(hit.document)} ({hit.document_id})[/]", highlight=False)


def _print_evaluation(found: Evaluation, worst: int) -> None:
    """Print the figures of an evaluation, what was taken for what, the reliability curve and the worst errors."""
    console.print(
        f"{_plain(found.gold)}, {found.mode}: values with their 95 % intervals, by a bootstrap over documents."
    )
    table = _table("Measure", "of", "value", "from", "to", "rows")
    for figure in found.figures:
        score = figure.score
        table.add_row(
            figure.measure,
            figure.group,
            f"{score.value:.3f}",
            f"{score.low:.3f}",
            f"{score.high:.3f}",
            f"{score.count:,}",
        )
    console.print(table)
    taken_for = list(dict.fromkeys(name for counts in found.confusion.values() for name in counts))
    table = _table("Labelled", *(f"as {name}" for name in taken_for))
    for label, counts in sorted(found.confusion.items(), key=lambda item: -sum(item[1].values())):
        table.add_row(label, *(str(counts.get(name, "")) for name in taken_for))
    console.print(table)
    table = _table("Confidence", "share that are commitments", "rows")
    for one in found.curve:
        table.add_row(f"{one.confidence:.2f}", f"{one.right:.2f}", f"{one.count:,}")
    console.print(table)
    for unit, one in found.worst[:worst]:
        wrongly = "found, but labelled" if one.is_commitment else "missed; labelled"
        console.print(
            f"[bold]{one.confidence:.2f}[/] {wrongly} {unit.label}: {_plain(unit.text)} [dim]({unit.id})[/]",
            highlight=False,
        )


def _serve(settings: Settings, *, port: int, host: str, public_url: str = "") -> None:
    from .site.serving import command, metadata_for

    console.print(
        f"Serving {_plain(settings.db.name)} at [bold]http://{host}:{port}/[/]  (stop with Ctrl-C)", highlight=False
    )
    sys.stdout.flush()
    import signal
    import subprocess
    import tempfile

    # What stops this process from outside, such as a service manager, ends the server too.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with tempfile.TemporaryDirectory(prefix="concord-") as folder:
            metadata = metadata_for(settings.db, Path(folder), public_url)
            sys.exit(subprocess.call(command(settings.db, metadata, host=host, port=port)))
    except KeyboardInterrupt:
        sys.exit(0)
    finally:
        signal.signal(signal.SIGTERM, before)


def _free_port(port: int) -> int:
    import socket

    for candidate in range(port, port + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", candidate)):
                return candidate
    return port


def _print_problems(problems: list[dict[str, Any]]) -> None:
    pages: dict[tuple[str, str, int], list[str]] = {}
    for problem in problems:
        listed = pages.setdefault((problem["document_id"], problem["message"], problem["is_failure"]), [])
        listed += [str(problem["page"])] if problem["page"] else []
    for (document, message, is_failure), listed in pages.items():
        where = f", page{'s' if len(listed) > 1 else ''} {', '.join(listed)}" if listed else ""
        colour = "red" if is_failure else "yellow"
        complaints.print(f"[{colour}]{document}[/]{where}: {_plain(message)}", highlight=False)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in ("rows", "done", "kept", "failed", "seconds", "hits", "new") else "left",
        )
    return table


def _plain(text: str) -> str:
    """Return text of a document or error safe to print: no markup of rich's is read in it."""
    from rich.markup import escape

    return escape(text)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
