"""Saved searches: what each asks, what it has found, and what is new since it last ran.

Reads `watches`, and searches as `concord search` does; writes `watches`, `watch_hits` and `watch_texts`, and nothing
that a stage reads or writes. A run of the pipeline therefore leaves them as they are.

Only what has come since can be new: a ranking changes with its neighbours, and a floor with the settings, and neither
brings a text. So `watch_texts` has the id of every text that was ever here when a search ran, and its arrival: the
number of the run that saw it first, one for all saved searches. Each of these knows the last arrival that it has
searched. An id outlives reruns, and is kept while what it names is gone: a promise that comes back is not new. What is
gone is neither counted nor shown.
"""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlite_utils import Database

from .errors import ConcordError, FilterError, WatchError
from .ids import slug
from .search import Engine, Filters, Hit, as_written, refuse_mode
from .search.questions import parse
from .store import has_table, ids_in, is_unfinished, now, rows, table

MOST = 200
"""Hits of a question that a run tells, the best: a ranking has no end. Filters alone have no such limit."""
MODES = {"both": "words and meaning", "words": "words", "meaning": "meaning"}
"""By what a search looks, for people."""
PARAMETERS = {
    "kind_of_hit": "in", "issuers": "issuer", "groups": "group", "kinds": "kind", "themes": "theme", "documents": "document",
    "year_from": "from", "year_to": "to", "language": "language", "bindingness": "firmness", "has_deadline": "deadline",
    "due_from": "due_from", "due_to": "due_to", "review": "review",
}  # fmt: skip
"""What the search page calls each filter; the command line has a hyphen for a line below."""
_EVERYTHING = 1_000_000
_LONGEST_NAME = 50
"""Of a name that is offered: the longest that is taken has ten characters more, for a number behind it."""

_WATCHES = """
select name, question, mode, filters, added_at, ran_at, runs,
    count(there.id) as hits, count(there.id) filter (where run = runs) as new
from watches left join watch_hits on watch = name left join (
    select 'commitment' as kind, id from commitments union all select 'passage', id from passages
) as there on there.kind = watch_hits.kind and there.id = hit_id
group by name order by name
"""
_STRANGERS = """
select id from (select id from commitments union select id from passages) where id not in (select id from watch_texts)
"""


@dataclass(frozen=True)
class Watch:
    """A saved search; `hits` are those that are still there, `new` those of them that its last run told."""

    name: str
    question: str
    mode: str
    filters: Filters
    added_at: str
    ran_at: str
    runs: int
    hits: int
    new: int


@dataclass(frozen=True)
class Report:
    """What a run of a saved search found; `new` are the hits that came into the database since the run before.

    A run that could not look everywhere is not whole: what it did not find may still be told as new by the next.
    """

    watch: Watch
    new: tuple[Hit, ...]
    note: str = ""
    is_whole: bool = True


def listed(db: Database) -> list[Watch]:
    """Return all saved searches, by name."""
    return [_to_watch(row) for row in rows(db, _WATCHES)] if has_table(db, "watches") else []


def chosen(db: Database, names: Iterable[str] = ()) -> list[Watch]:
    """Return the saved searches of these names, in their order; all when none is named.

    Raises:
        WatchError: there is none of such a name.
    """
    known = {watch.name: watch for watch in listed(db)}
    names = list(dict.fromkeys(names))
    for name in names:
        if name not in known:
            there = f"The saved searches are: {', '.join(known)}." if known else "There is none yet: concord watch add"
            raise WatchError(f"There is no saved search {name!r}.", remedy=there)
    return [known[name] for name in names] if names else list(known.values())


def add(db: Database, name: str, question: str, filters: Filters | None = None, *, mode: str = "both") -> Watch:
    """Save a search. It finds nothing before it is run: then everything is new.

    Raises:
        WatchError: the name is taken or cannot stand in an address, or the search could find nothing.
        FilterError: a filter could find nothing.
    """
    filters, question = filters or Filters(), question.strip()
    if not has_table(db, "watches"):
        raise WatchError(
            "This database was made before there were saved searches.",
            remedy="Make a new one: concord run --corpus DIR --db FILE",
        )
    _refuse_name(db, name)
    for objection in objections(db, question, filters, mode):
        raise objection
    filters = as_written(db, filters)
    table(db, "watches").insert(
        {"name": name, "question": question, "mode": mode, "filters": json.dumps(chosen_of(filters)), "added_at": now()}
    )
    db.conn.commit()
    return chosen(db, [name])[0]


def _refuse_name(db: Database, name: str) -> None:
    if not name or slug(name) != name:
        such = slug(name) or "training-of-judges"
        raise WatchError(
            f"{name!r} cannot be the name of a saved search.",
            remedy=f"Take small letters, digits and hyphens, at most 60, such as {such}.",
        )
    if name in {watch.name for watch in listed(db)}:
        raise WatchError(
            f"There is a saved search {name} already.", remedy=f"Take another name, or: concord watch remove {name}"
        )


def objections(db: Database, question: str, filters: Filters, mode: str) -> Iterator[ConcordError]:
    """Yield what keeps a search from being saved: it could find nothing."""
    asked = parse(question)
    if question and not asked.required:
        yield WatchError(f"{question!r} has no word to look for.", remedy="Give a word, or leave it empty and filter.")
    if not question and filters.is_empty:
        yield WatchError("The search asks for nothing.", remedy="Give words to look for, or a filter such as --issuer.")
    if mode == "meaning" and asked.needs_words:
        yield WatchError(
            "A phrase, or a word that is left out, cannot be searched by meaning.", remedy="Take --mode words."
        )
    try:
        refuse_mode(mode)
        as_written(db, filters)
    except FilterError as error:
        yield error


def saved_as(db: Database, question: str, filters: Filters, mode: str) -> str:
    """Return the name under which a search is saved that asks exactly this; "" when none is."""
    known = rows(db, "select * from watches order by name") if has_table(db, "watches") else []
    asked = _asked(question, filters, mode)
    return next(
        (row["name"] for row in known if _asked(row["question"], _to_filters(row["filters"]), row["mode"]) == asked), ""
    )


def _asked(question: str, filters: Filters, mode: str) -> tuple[str, str, frozenset[tuple[str, str]]]:
    """Return what a search asks, equal for two that ask the same: filters alone have no mode, and find commitments."""
    question = " ".join(question.split())
    if not question:
        mode, filters = "", replace(filters, kind_of_hit=filters.kind_of_hit or "commitment")
    return question, mode, frozenset(parameters_of(filters))


def command(db: Database, question: str, filters: Filters, mode: str, *, file: str) -> str:
    """Return the command that saves a search under a free name, quoted for a shell; "" for one that cannot be saved.

    It names the database by the name of its file alone: where that lies is nobody's business who asks a site. A question with signs that cannot be seen is left out: who copies it would not know what is run.
    """
    question = " ".join(question.split())
    pairs = parameters_of(filters)
    if not has_table(db, "watches") or any(objections(db, question, filters, mode)):
        return ""
    options = ["--mode", mode] if question and mode != "both" else []
    for name, value in pairs:
        option = f"--{name.replace('_', '-')}"
        options += [option] if name == "deadline" else [option, value]
    options += ["--db", file]
    words = [_free_name(db, question, pairs), *([question] if question else [])]
    # A question that begins with a hyphen would be taken for an option.
    words = [*options, "--", *words] if question.startswith("-") else [*words, *options]
    return shlex.join(["concord", "watch", "add", *words]) if all(word.isprintable() for word in words) else ""


def _free_name(db: Database, question: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return a name that says what is asked and that no saved search has."""
    words = [question, *(name if name == "deadline" else value for name, value in pairs)]
    name = slug(" ".join(words), most=_LONGEST_NAME) or "search"
    taken = {row["name"] for row in rows(db, "select name from watches")}
    return next(one for one in itertools.chain([name], (f"{name}-{n}" for n in itertools.count(2))) if one not in taken)


def run(db: Database, engine: Engine, names: Iterable[str] = ()) -> list[Report]:
    """Search again, and return what each saved search found that is new; all of them when none is named.

    Raises:
        WatchError: there is none of such a name; then none has been run.
    """
    with running(db, engine, names) as reports:
        return reports


@contextmanager
def running(db: Database, engine: Engine, names: Iterable[str] = ()) -> Iterator[list[Report]]:
    """Give what `run()` returns, to be told; it counts as told when the block ends, and not when it is cut off."""
    watches = chosen(db, names)
    # Before the search: what comes in between is a stranger to the next run too, and is told then at the latest.
    strangers = [row["id"] for row in rows(db, _STRANGERS)]
    last = _last_arrival(db)
    reports = [_report(db, engine, watch, strangers) for watch in watches]
    yield reports
    with db.atomic():
        for report in reports:
            _remember(db, report)
        if last == _last_arrival(db):  # else another run has counted on meanwhile; the next searches all of it again
            table(db, "watch_texts").insert_all(({"id": one, "arrival": last + 1} for one in strangers), ignore=True)
            whole = [report.watch.name for report in reports if report.is_whole]
            condition, args = ids_in("name", whole)
            db.execute(f"update watches set arrival = ? where {condition}", [last + 1, *args])


def _last_arrival(db: Database) -> int:
    found = rows(db, "select arrival from watch_texts union select arrival from watches order by 1 desc limit 1")
    return int(found[0]["arrival"]) if found else 0


def _report(db: Database, engine: Engine, watch: Watch, strangers: Iterable[str]) -> Report:
    most = MOST if watch.question else _EVERYTHING
    searched = rows(db, "select arrival from watches where name = ?", [watch.name])[0]["arrival"]
    came = rows(db, "select id from watch_texts where arrival > ?", [searched])
    among = {*strangers, *(row["id"] for row in came)} if searched else None
    told = {
        (row["kind"], row["hit_id"])
        for row in rows(db, "select kind, hit_id from watch_hits where watch = ?", [watch.name])
    }
    ran = replace(watch, ran_at=now(), runs=watch.runs + 1, new=0)
    try:
        found = engine.search(watch.question, watch.filters, mode=watch.mode, most=most, as_typed=True, among=among)
    except FilterError as error:  # as when a document that it asks for was taken out
        return Report(ran, (), str(error), is_whole=False)
    notes = [] if found.is_whole else [found.note]
    if (found.is_cut and among is None) or found.total > most:
        notes.append(f"Only the {most} best hits are told, and there may be more: filters narrow it.")
    if is_unfinished(db):
        notes.append("The last concord run did not end, so that texts may lack their vectors and themes: run it again.")
    # A run that was not whole has told some of what is still to be searched.
    new = tuple(hit for hit in found.hits if (hit.kind, hit.id) not in told)
    ran = replace(ran, hits=watch.hits + len(new), new=len(new))
    return Report(ran, new, " ".join(notes), found.is_whole and not is_unfinished(db))


def _remember(db: Database, report: Report) -> None:
    watch = report.watch
    db.execute("update watches set ran_at = ?, runs = ? where name = ?", [watch.ran_at, watch.runs, watch.name])
    table(db, "watch_hits").insert_all(
        (
            {"watch": watch.name, "kind": hit.kind, "hit_id": hit.id, "first_seen_at": watch.ran_at, "run": watch.runs}
            for hit in report.new
        ),
        ignore=True,
    )


def remove(db: Database, name: str) -> None:
    """Forget a saved search and what it has found.

    Raises:
        WatchError: there is none of that name.
    """
    chosen(db, [name])
    db.execute("delete from watches where name = ?", [name])
    db.conn.commit()


def _to_watch(row: dict[str, Any]) -> Watch:
    return Watch(**{**row, "filters": _to_filters(row["filters"])})


def _to_filters(text: str) -> Filters:
    """Return filters as they were before they were kept as JSON."""
    kept = json.loads(text).items()
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept}
    return Filters(**values)


def chosen_of(filters: Filters) -> dict[str, Any]:
    """Return the filters that choose something, by name."""
    untouched = asdict(Filters())
    return {name: value for name, value in asdict(filters).items() if value != untouched[name]}


def parameters_of(filters: Filters) -> list[tuple[str, str]]:
    """Return the filters that choose something, as the search page and the command line name them."""
    found: list[tuple[str, str]] = []
    for name, value in chosen_of(filters).items():
        values = value if isinstance(value, tuple) else (int(value) if value is True else value,)
        found += [(PARAMETERS[name], str(one)) for one in values]
    return found


def told(filters: Filters, labels: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return the filters that choose something, for people: "issuer JPN (Japan), from 2018".

    Args:
        labels: for each parameter, what its codes mean; without them the codes stand alone.
    """
    said = []
    for name, value in parameters_of(filters):
        label = (labels or {}).get(name, {}).get(value, "")
        what = name.replace("_", " ")
        said.append(what if name == "deadline" else f"{what} {value}" + (f" ({label})" if label else ""))
    return ", ".join(said)


def labels(db: Database) -> dict[str, dict[str, str]]:
    """Return what the codes of the filters mean, by the parameters that take them."""
    tables = {"issuer": "issuers", "group": "issuers", "theme": "themes", "kind": "kinds", "firmness": "bindingness"}
    columns = {"issuers": "name"}
    return {
        name: {
            row["id"]: row["label"]
            for row in rows(db, f"select cast(id as text) as id, {columns.get(of, 'label')} as label from {of}")
        }
        for name, of in tables.items()
    }
