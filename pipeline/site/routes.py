"""Which page answers which address. A route reads the request, asks `queries.py`, renders a template."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode
from weakref import WeakKeyDictionary

from datasette.utils import add_cors_headers
from datasette.utils.asgi import NotFound, Response
from datasette.views.index import IndexView
from sqlite_utils import Database

from .. import members
from ..citing import FORMS, Citation, is_local
from ..coverage import Axis, Choice
from ..due import HOW, WRITTEN, Due, is_written
from ..editions import CHANGES
from ..errors import ConcordError, FilterError, StoreError, UnreadableError
from ..exporting import FORMS as LIST_FORMS
from ..exporting import MOST_ROWS, Listing, json_bytes, to_csv, to_xlsx
from ..finding.namings import ROLES
from ..models import encoder_key
from ..printing import matrix_to_markdown, to_json, to_markdown
from ..records import BODY_ROLES
from ..reviewing import listed as decisions_on
from ..search import MODES, REVIEWS, Engine, Filters, Results, as_written
from ..search.kept import Kept
from ..search.questions import unquoted
from ..search.shelf import TEXTS, stamp
from ..settings import load_settings
from ..store import open_for_reading
from . import api, gone, guarding, lists, policy, queries
from . import editions as aligned
from . import guidelines as guiding
from . import history as through_time
from . import home as beginning
from . import instruments as instrumental
from . import picture as drawing
from . import problems as reading
from . import quality as measuring
from . import reader as opened
from . import themes as grouped
from . import watches as watching
from .api import JSON, LAST_START, RETRY_AFTER
from .taking import Taken, addresses, answer, path_of, sent, too_long

_HITS_A_PAGE = 20
_ISSUERS = 6
"""Issuers that are compared at a time."""
_CELLS_A_PAGE, _QUOTES_A_PAGE, _PAIRS_A_PAGE = 900, 120, 50
"""Cells of a matrix, quotes of a list, and pairs of a comparison that are shown at a time: a page stays under 200 KB."""
_CHOICE_IN_A_CELL = 80
"""Characters that a choice of documents may add to the address of each cell; a longer one lets fewer cells stand on a page."""
_MEMBERS_A_PAGE = 1500
"""What a group against its members shows at a time, in cells of a matrix."""
_FACETS = {
    "issuer": ("By issuer", ("issuer",)), "theme": ("By theme, main or not", ("theme",)), "kind": ("By kind of document", ("kind",)),
    "year": ("By year", ("from", "to")), "language": ("By language", ("language",)),
    "firmness": ("At least as firm as", ("firmness",)), "deadline": ("By deadline", ("deadline",)),
    "due": ("Due in", ("due_from", "due_to")), "review": ("By review", ("review",)),
}  # fmt: skip
"""What hits are counted by: its heading, and the parameters that ask for one value of it."""
_COUNTED = 12
"""Values of each that are shown."""
_ANSWERS = 128
"""Answers of the database that are kept while it does not change: what the forms offer, and whole comparisons."""
_engines: dict[str, Engine] = {}


def concord_database(datasette: Any) -> Any:
    """Return the first of the served databases that is Concord's, or None.

    Raises:
        UnreadableError: none can be seen to be, and one of them cannot be read now.
    """
    unreadable: UnreadableError | None = None
    for database in _served(datasette):
        try:
            if database.path not in _known:
                _known[database.path] = _is_concord(Path(database.path))
        except UnreadableError as error:  # nothing is known of it yet: it is looked at again
            unreadable = error
        if _known.get(database.path):
            return database
    if unreadable:
        raise unreadable
    return None


def _served(datasette: Any) -> list[Any]:
    """Return the databases that are served from files, each as the file is now."""
    served = [one for one in datasette.databases.values() if not one.name.startswith("_") and one.path is not None]
    for database in served:
        _notice(datasette, database)
    return served


_known: dict[str, bool] = {}
_files: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()
_answers: WeakKeyDictionary[Any, tuple[tuple[int | bytes, ...], Kept[Any]]] = WeakKeyDictionary()


def _notice(datasette: Any, database: Any) -> None:
    """Let Datasette open a database anew when another file has taken its place.

    Datasette opens a file once in each of its threads, and would read the old one for ever; new threads open the new one.
    What an old one answered is forgotten, also when it was asked after the new file had come.
    """
    path, seen = database.path, _files.setdefault(datasette, {})
    try:
        number = Path(path).stat().st_ino
    except FileNotFoundError:
        number = 0
    if number and seen.setdefault(path, number) != number:
        seen[path] = number
        _open_anew(datasette, database)


def _open_anew(datasette: Any, database: Any) -> None:
    """Forget what was read of a database, and let new threads open its file."""
    _known.pop(database.path, None)
    _answers.pop(database, None)
    database._all_file_connections.clear()  # noqa: SLF001  # else each stays open, also when its thread has ended
    if datasette.executor is not None:
        old, datasette.executor = datasette.executor, ThreadPoolExecutor(datasette.setting("num_sql_threads"))
        old.shutdown(wait=False)


def _is_concord(path: Path) -> bool:
    try:
        open_for_reading(path).close()
    except UnreadableError:
        raise
    except StoreError:
        return False
    return True


def attentive(datasette: Any, app: policy.Application) -> policy.Application:
    """Return an ASGI application that looks, before each answer, whether another database has taken the place of ours."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        _served(datasette)
        await app(scope, receive, send)

    return answer


@dataclass(frozen=True)
class Parts:
    """How a list is shown in parts: (begin, end) of each, and the place of the one that is shown."""

    all: Sequence[tuple[int, int]]
    shown: int

    @property
    def begin(self) -> int:
        """Where the part that is shown begins."""
        return self.all[self.shown][0]

    @property
    def end(self) -> int:
        """Before what it ends."""
        return self.all[self.shown][1]

    @property
    def before(self) -> int | None:
        """Where the part before it begins; None when it is the first."""
        return self.all[self.shown - 1][0] if self.shown else None

    @property
    def after(self) -> int | None:
        """Where the part behind it begins; None when it is the last."""
        return self.end if self.shown + 1 < len(self.all) else None


def in_parts(weights: Sequence[int], most: int, start: int) -> Parts:
    """Return how a list is shown in parts that weigh no more than `most`, save one line that does alone.

    Args:
        weights: what each line of the list adds to a page.
        start: a line of the part that is shown; behind the end of the list it is the last part.
    """
    begins, weight = [0], 0
    for place, one in enumerate(weights):
        if weight and weight + one > most:
            begins.append(place)
            weight = 0
        weight += one
    ends = [*begins[1:], len(weights)]
    shown = max(place for place, begin in enumerate(begins) if begin <= start)
    return Parts(tuple(zip(begins, ends, strict=True)), shown)


async def ask(database: Any, question: Callable[..., Any], *args: Any) -> Any:
    """Return what a function of `queries.py` finds, asked in one of Datasette's threads."""
    return await database.execute_fn(lambda connection: question(Database(connection, execute_plugins=False), *args))


async def ask_once(database: Any, question: Callable[..., Any], *args: Any) -> Any:
    """Return what `ask` finds, which is kept until the database changes. Nobody may alter it: others are shown it too."""
    if not Path(database.path).exists():
        return await ask(database, question, *args)
    now = stamp(Path(database.path))
    if database not in _answers or _answers[database][0] != now:
        _answers[database] = now, Kept(_ANSWERS)
    kept = _answers[database][1]
    return await database.execute_fn(
        lambda connection: kept.get(
            (question, args), lambda: question(Database(connection, execute_plugins=False), *args)
        )
    )


def _database(datasette: Any) -> Any:
    database = concord_database(datasette)
    if database is None:
        raise NotFound("No Concord database is served here.")
    return database


class NotHere(NotFound):  # type: ignore[misc]  # Datasette publishes no types
    """An address of something that this database does not hold: it is gone, or never was here.

    `retired` says what it was, when and why it went, and where to go instead; None when the database knows nothing of it.
    """

    def __init__(self, kind: str, retired: dict[str, Any] | None) -> None:
        super().__init__(f"There is no such {kind}{' any more' if retired else ''}.")
        self.kind = kind
        self.retired = retired


async def _not_here(database: Any, kind: str, name: str) -> NotHere:
    return NotHere(kind, await ask(database, gone.retired, kind, name))


async def _listed(
    datasette: Any, request: Any, question: Callable[..., Listing | None], *args: Any, kind: str = "list"
) -> Response:
    """Answer with a list of `lists.py` in the form that was asked for; `kind` is what the address names."""
    database = _database(datasette)
    listing = await ask(database, question, addresses(datasette, request), *args)
    if listing is None:
        raise await _not_here(database, kind, unquote(request.url_vars.get("name") or ""))
    return await sent(datasette, request, listing)


def _list(request: Any, name: str) -> list[str]:
    return [value for value in request.args.getlist(name) if value]


def _whole(request: Any, name: str) -> int | None:
    value = request.args.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


def _is_on(request: Any, name: str) -> bool:
    """Say whether something that is asked for by "1" is; "0" declines it."""
    return (request.args.get(name) or "0") != "0"


def _one_of(request: Any, name: str, choices: Iterable[str]) -> str:
    """Return what was chosen of some words; what is none of them asks for nothing, as with numbers."""
    value = request.args.get(name) or ""
    return value if value in choices else ""


def _day(request: Any, name: str) -> str:
    """Return a year, a month or a day that was asked for; what is none asks for nothing, as with numbers."""
    value = (request.args.get(name) or "").strip()
    return value if is_written(value) else ""


def _chosen(request: Any) -> tuple[str, ...]:
    """Return the codes of the issuers that were asked for, each once, and no more than are compared at a time."""
    return tuple(dict.fromkeys(_list(request, "issuer")))[:_ISSUERS]


def _choice(request: Any) -> Choice:
    """Return which documents a page is to count."""
    try:
        return Choice(
            tuple(dict.fromkeys(_list(request, "kind"))), _whole(request, "from") or None, _whole(request, "at") or None
        )
    except ConcordError as error:
        raise NotFound(str(error)) from error


def _due(request: Any) -> Due:
    return Due(_day(request, "due_from"), _day(request, "due_to"))


async def home(datasette: Any, request: Any) -> Response:
    """/: what is here, how fresh, how good, and where to begin."""
    database = concord_database(datasette)
    if database is None:
        return await IndexView(datasette).get(request)
    shown = {**await ask_once(database, beginning.home), "metadata": await _metadata(datasette)}
    return await _page(datasette, request, "concord_home.html", shown)


async def _metadata(datasette: Any) -> Any:
    """Return what the operator says of the whole site, such as its licence, for the foot of the page."""
    if hasattr(datasette, "metadata"):
        return datasette.metadata()
    return await datasette.get_instance_metadata()  # Datasette 1.0


async def search(datasette: Any, request: Any) -> Response:
    """/search: one box over words and meaning, and what is most like a commitment or passage."""
    database = _database(datasette)
    filters = Filters(
        kind_of_hit=_one_of(request, "in", TEXTS),
        issuers=tuple(_list(request, "issuer")),
        groups=tuple(_list(request, "group")),
        kinds=tuple(_list(request, "kind")),
        themes=tuple(_list(request, "theme")),
        documents=tuple(_list(request, "document")),
        year_from=_whole(request, "from"),
        year_to=_whole(request, "to"),
        language=request.args.get("language") or "",
        bindingness=_whole(request, "firmness"),
        has_deadline=_is_on(request, "deadline"),
        due_from=_day(request, "due_from"),
        due_to=_day(request, "due_to"),
        review=_one_of(request, "review", REVIEWS),
    )
    question = (request.args.get("q") or "").strip()
    form = request.url_vars.get("format")
    start = min(_whole(request, "start") or 0, LAST_START) if form in (None, "json") else 0
    most = {None: _HITS_A_PAGE, "json": min(_whole(request, "most") or _HITS_A_PAGE, MOST_ROWS)}.get(form, MOST_ROWS)
    mode = _one_of(request, "mode", MODES) or "both"
    engine = engine_for(database.path)
    like = request.args.get("like") or ""
    like_what = await asyncio.to_thread(engine.hit_of, like) if like else None
    if like and like_what is None:
        raise NotFound("There is no such commitment or passage.")
    question = "" if like_what else question
    try:
        filters = await ask(database, as_written, filters)
        if like_what:
            results = await asyncio.to_thread(engine.more_like, like_what.kind, like, filters, most=most, start=start)
        else:
            as_typed = _is_on(request, "typed")
            results = await asyncio.to_thread(
                engine.search, question, filters, mode=mode, most=most, start=start, as_typed=as_typed
            )
    except FilterError as error:
        if form:  # nobody would see that a list is empty because a code is misspelt
            raise NotFound(str(error)) from error
        results = Results(question, (), 0, str(error))
    if form == "json":
        return answer(datasette, await asyncio.to_thread(lists.hits_in_json, results), JSON)
    if form and results.total > MOST_ROWS:
        return too_long(datasette, results.total)
    if form:
        listing = await asyncio.to_thread(lists.hits, results, addresses(datasette, request))
        return await sent(datasette, request, listing)
    here = _without(request.query_string, "start")
    asked = () if like else (results.mended or question, filters, mode, Path(database.path).name)
    taken = Taken(results.total, "hit", "/search", here, json_asked=f"most={results.total}")
    return await _page(
        datasette,
        request,
        "concord_search.html",
        {
            "results": results,
            "question": question,
            "like": like_what,
            "filters": filters,
            "reviews": REVIEWS,
            "mode": mode,
            "start": start,
            "page_size": _HITS_A_PAGE,
            "choices": await ask_once(database, queries.choices),
            "confidence": await ask(database, queries.confidence, [hit.id for hit in results.hits]),
            "here": here,
            "taken": [taken],
            "following": await ask(database, watching.following, *asked) if asked else {},
            "named": instrumental.asked_for(await ask_once(database, instrumental.names), question),
            "elsewhere": _without(request.query_string, "start", "q", "typed"),
            "apart": _without(request.query_string, "start", "q"),
            "unquoted": "" if results.total or results.suggestion else unquoted(question),
            "by_words": f"{_without(request.query_string, 'start', 'mode')}&{urlencode({'mode': 'words'})}",
            "facets": _facets(results, request.query_string),
        },
    )


def _facets(results: Results, query: str) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """Return what hits are counted by: heading, and for each value its label, count, and the query that asks for it."""
    return [
        (heading, [
            (label, n, f"{_without(query, 'start', *names)}&{urlencode([(name, code) for name in names])}")
            for code, label, n in results.facets[facet][:_COUNTED]
        ])
        for facet, (heading, names) in _FACETS.items()
        if results.facets.get(facet)
    ]  # fmt: skip


def _without(query: str, *names: str) -> str:
    """Return a query string without some of its parameters: links to other pages of hits set them anew."""
    return urlencode([pair for pair in parse_qsl(query) if pair[0] not in names])


def engine_for(path: str) -> Engine:
    """Return the search engine of a database; its vectors and encoder stay loaded."""
    if path not in _engines:
        _engines[path] = Engine(Path(path), load_settings(db=Path(path)))
    return _engines[path]


@dataclass(frozen=True)
class Asked:
    """What an address asks to be compared. `left_out` are issuers beyond those that are compared at a time."""

    issuers: tuple[str, ...]
    left_out: tuple[str, ...]
    axis: Axis
    choice: Choice
    is_of_members: bool
    is_of_no_theme: bool

    @property
    def path(self) -> str:
        """The address, with nothing in it that changes nothing."""
        return lists.compare_path(self.issuers, self.axis, self.choice, is_of_members=self.is_of_members)


def _asked(request: Any) -> Asked:
    every = tuple(dict.fromkeys(_list(request, "issuer")))
    issuers = every[:_ISSUERS]
    by, theme = request.args.get("by") or "theme", request.args.get("theme") or ""
    is_of_members = len(issuers) == 1 and _is_on(request, "members")
    is_of_no_theme = by == "subtheme" and not theme  # a form that asks for sub-themes may leave the theme open
    axis = Axis("theme" if is_of_no_theme or is_of_members else by, theme)
    return Asked(issuers, every[_ISSUERS:], axis, _choice(request), is_of_members, is_of_no_theme)


def _model(database: Any) -> str:
    """Return whose vectors the search compares."""
    return encoder_key(engine_for(database.path).settings.encoder)


async def compare(datasette: Any, request: Any) -> Response:
    """/compare: the matrix of everybody, issuers side by side, or a group against its members."""
    database, asked = _database(datasette), _asked(request)
    issuers, axis, choice = asked.issuers, asked.axis, asked.choice
    shown: dict[str, Any] = {
        "chosen": issuers,
        "left_out": asked.left_out,
        "most_issuers": _ISSUERS,
        "choice": choice,
        "texts": lists.asked_of(choice),
        "theme": axis.theme,
        "axis": axis,
        "axes": await ask_once(database, queries.axes),
        "choices": await ask_once(database, queries.choices),
        "here": _without(request.query_string, "start"),
        "is_of_no_theme": asked.is_of_no_theme,
    }
    try:
        if not request.url_vars.get("format"):
            shown |= _shown_citation(await _comparison_cited(datasette, request, asked), asked.path)
        if asked.is_of_members:
            return await _members(datasette, request, issuers[0], shown)
        if len(issuers) < 2:
            if issuers and issuers[0] not in {row["id"] for row in shown["choices"]["issuers"]}:
                raise NotFound(f"{issuers[0]} issued no document of this database.")
            return await _matrix(datasette, request, shown)
        found = await ask_once(database, queries.comparison, tuple(issuers), choice, axis)
    except ConcordError as error:
        raise NotFound(str(error)) from error
    if form := request.url_vars.get("format"):
        comparison = found["comparison"]

        def listed() -> tuple[Listing, ...]:
            return lists.comparison(comparison, addresses(datasette, request), _address(datasette, request))

        made: dict[str, Callable[[], str | bytes]] = {
            "json": lambda: to_json(comparison),
            "csv": lambda: to_csv(listed()[0]),
            "md": lambda: to_markdown(comparison),
            "xlsx": lambda: to_xlsx(*listed()),
        }
        return await _export(datasette, form, "-".join(comparison.issuers), made[form])
    themes = {pair.theme for pair in found["comparison"].counterparts}
    more = {
        "here_without_theme": _without(request.query_string, "theme"),
        "pairs_a_theme": max(1, _PAIRS_A_PAGE // max(1, len(themes))),
        "families": await ask_once(database, aligned.families, tuple(issuers)),
    }
    return await _page(datasette, request, "concord_compare.html", {**shown, **found, **more})


async def compared_cited(datasette: Any, request: Any) -> Response:
    """/compare/citation: how to cite a comparison, by the same parameters."""
    try:
        return _citation(await _comparison_cited(datasette, request, _asked(request)), request.url_vars["format"])
    except ConcordError as error:
        raise NotFound(str(error)) from error


async def _comparison_cited(datasette: Any, request: Any, asked: Asked) -> Citation:
    what = asked.issuers, asked.axis, asked.choice, asked.is_of_members
    title = await ask_once(_database(datasette), queries.title_of_comparison, *what)
    return await _page_cited(datasette, request, title, asked.path)


async def _page_cited(datasette: Any, request: Any, title: str, path: str) -> Citation:
    """Return how to cite what this site says at a path."""
    permalink, today = _permalink(datasette, request, path), datetime.now(UTC).date()
    cited: Citation = await ask(_database(datasette), queries.citation_of_page, title, permalink, today)
    return cited


def _permalink(datasette: Any, request: Any, path: str) -> str:
    """Return the whole address of a path, or "" where nobody else could open it."""
    address = addresses(datasette, request)(path)
    return "" if is_local(address) else address


def _shown_citation(cited: Citation, path: str) -> dict[str, Any]:
    """Return what the page at a path shows of how to cite it."""
    return {
        "title": cited.title,
        "cited": _in_every_form(cited),
        "is_local": not cited.permalink,
        "cited_by": path.partition("?")[2],
    }


MEASURES = {
    "commitments": "commitments",
    "per_thousand": "commitments in 1,000 sentences",
    "bindingness": "how firm the firmest is, from 1 to 4",
    "latest_year": "the year of the latest",
}
"""What the matrix of everybody can show in its cells."""


async def _matrix(datasette: Any, request: Any, shown: dict[str, Any]) -> Response:
    form, axis, choice = request.url_vars.get("format"), shown["axis"], shown["choice"]
    if form in LIST_FORMS:
        return await _listed(datasette, request, lists.coverage, axis, choice)
    found = await ask_once(_database(datasette), queries.matrix, axis, choice)
    if form:
        name = f"coverage-by-{axis.by}"
        return await _export(datasette, form, name, lambda: matrix_to_markdown(found["matrix"]))
    measure, matrix = _one_of(request, "show", MEASURES) or "commitments", found["matrix"]
    most = _CELLS_A_PAGE * _CHOICE_IN_A_CELL // max(_CHOICE_IN_A_CELL, len(shown["texts"]))
    parts = in_parts([len(matrix.topics)] * len(matrix.names), most, _whole(request, "start") or 0)
    more = {
        "measure": measure,
        "measures": MEASURES,
        "parts": parts,
        "lines": list(matrix.names.items())[parts.begin : parts.end],
        "taken": [Taken(len(matrix.cells), "cell", "/compare", _without(shown["here"], "show"))],
    }
    return await _page(datasette, request, "concord_matrix.html", {**shown, **found, **more})


async def _members(datasette: Any, request: Any, group: str, shown: dict[str, Any]) -> Response:
    found = await ask_once(_database(datasette), queries.members, group, shown["choice"], shown["theme"])
    if form := request.url_vars.get("format"):
        view = found["view"]
        listing = lists.members(view, addresses(datasette, request), _address(datasette, request))
        made: dict[str, Callable[[], str | bytes]] = {
            "json": lambda: members.to_json(view),
            "csv": lambda: to_csv(listing),
            "md": lambda: members.to_markdown(view),
            "xlsx": lambda: to_xlsx(listing),
        }
        return await _export(datasette, form, listing.name, made[form])
    view = found["view"]
    cells = len(view.rows) * len(view.members)
    is_cut = cells > _CELLS_A_PAGE
    weights = [_weight(row, len(view.members) if is_cut else 0) for row in view.rows]
    parts = in_parts(weights, _MEMBERS_A_PAGE - (0 if is_cut else cells), _whole(request, "start") or 0)
    first, last = (parts.begin, parts.end) if is_cut else (0, len(view.rows))
    more = {"parts": parts, "lines": view.rows[first:last], "first_line": first}
    return await _page(datasette, request, "concord_members.html", {**shown, **found, **more})


def _weight(row: members.Row, cells: int) -> int:
    """Return how much a sub-theme of a group adds to the page, in cells of the matrix: a quote is as long as eight, as are eight names."""
    quotes = sum(1 + sum(len(listed) for listed in one.carriers.values()) for one in row.commitments)
    names = sum(len(one.otherwise) + len(one.silent) for one in row.commitments)
    return cells + 8 * quotes + names // 8


def _address(datasette: Any, request: Any) -> str:
    return addresses(datasette, request)(f"{path_of(datasette, request)}?{request.query_string}")


async def _export(datasette: Any, form: str, name: str, make: Callable[[], str | bytes]) -> Response:
    """Answer with a comparison in the form that was asked for, to be saved under a name."""
    kinds = {"json": JSON, "md": "text/markdown; charset=utf-8"}
    kind = kinds[form] if form in kinds else LIST_FORMS[form].content_type
    return answer(datasette, await asyncio.to_thread(make), kind, name=f"concord-{name}.{form}")


async def cell(datasette: Any, request: Any) -> Response:
    """/compare/cell: the quotes behind the cells of one theme, sub-theme, element of a guideline, or year."""
    database = _database(datasette)
    issuers, choice = _chosen(request), _choice(request)
    axis, topic = await _topic(database, request)
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.cell, issuers, topic, axis, choice, kind="topic")
    found = await _cell(database, issuers, topic, axis, choice)
    path = lists.cell_path(issuers, topic, axis, choice)
    asked = _without(request.query_string, "start")
    quotes_a_part = _QUOTES_A_PAGE // max(1, len(found["sides"]))
    parts = range(0, max((len(side["quotes"]) for side in found["sides"]), default=0), quotes_a_part)
    start = max((part for part in parts if part <= (_whole(request, "start") or 0)), default=0)
    for side in found["sides"]:
        side["shown"] = side["quotes"][start : start + quotes_a_part]
    count = sum(len(side["quotes"] or side["touching"]) for side in found["sides"])
    shown = {
        **found,
        **_shown_citation(await _page_cited(datasette, request, queries.title_of_cell(found, choice), path), path),
        "choice": choice,
        "back": lists.compare_path(issuers, axis, choice),
        "parts": list(parts),
        "start": start,
        "quotes_a_part": quotes_a_part,
        "here": asked,
        "taken": [Taken(count, "quote", "/compare/cell", asked)],
    }
    return await _page(datasette, request, "concord_cell.html", shown)


async def cell_cited(datasette: Any, request: Any) -> Response:
    """/compare/cell/citation: how to cite the quotes behind cells, by the same parameters."""
    database, issuers, choice = _database(datasette), _chosen(request), _choice(request)
    axis, topic = await _topic(database, request)
    title = queries.title_of_cell(await _cell(database, issuers, topic, axis, choice), choice)
    path = lists.cell_path(issuers, topic, axis, choice)
    return _citation(await _page_cited(datasette, request, title, path), request.url_vars["format"])


async def _cell(database: Any, issuers: Sequence[str], topic: str, axis: Axis, choice: Choice) -> Any:
    found = await ask(database, queries.cell, issuers, topic, axis, choice)
    if found is None:
        raise NotFound("There is nothing of that name to be counted.")
    return found


async def _topic(database: Any, request: Any) -> tuple[Axis, str]:
    """Return of what a cell is asked: the narrowest of the things that the address names."""
    if subtheme := request.args.get("subtheme"):
        return await ask(database, queries.axis_of_subtheme, subtheme), subtheme
    if element := request.args.get("element"):
        return await ask(database, queries.axis_of_element, element), element
    theme = request.args.get("theme") or ""
    if year := request.args.get("year"):
        return Axis("year", theme), year
    return Axis(), theme


async def documents(datasette: Any, request: Any) -> Response:
    """/documents: every document, read or not."""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.documents)
    found = await ask_once(_database(datasette), queries.documents)
    taken = [Taken(len(found), "document", "/documents")]
    return await _page(datasette, request, "concord_documents.html", {"documents": found, "taken": taken})


async def document(datasette: Any, request: Any) -> Response:
    """/document/<id>: a document's text with its commitments marked; the other forms cite it."""
    database, name = _database(datasette), request.url_vars["name"]
    if form := request.url_vars["format"]:
        if not await ask(database, opened.is_here, name):
            raise await _not_here(database, "document", name)
        return _citation(await _cited(datasette, request, name), form)
    path, marks = f"/document/{name}", _marks(request)
    wanted = (request.args.get("page") or "").strip()
    place = await ask(database, opened.passage_on, name, wanted) if wanted else None
    if place:
        query = urlencode([*marks.asked, ("passage", place["id"])])
        return Response.redirect(datasette.urls.path(f"{path}?{query}#p{place['page']}"))
    start, passage = _whole(request, "start") or 0, request.args.get("passage") or ""
    found = await ask(database, opened.document, name, marks, start, passage)
    if found is None:
        raise await _not_here(database, "document", name)
    cited = await _cited(datasette, request, name)
    compared = await ask(database, aligned.compared_with, name)
    narrowed = urlencode([pair for pair in marks.asked if pair[0] != "only"])
    taken = [
        Taken(found["matching"], "commitment", f"{path}/commitments", narrowed, " that match" if marks.narrow else ""),
        Taken(sum(row["n"] for row in found["mentions"]), "mention", f"{path}/mentions", more=" of others"),
    ]
    texts = [passage["text"] for passage in found["passages"] if passage["role"] in BODY_ROLES]
    shown = {
        **found,
        "with_vectors": await ask(database, queries.with_vectors, texts, _model(database)),
        "compared": compared,
        "cited": _in_every_form(cited),
        "is_local": not cited.permalink,
        "taken": taken,
        "asked": urlencode(marks.asked),
        "page_wanted": wanted,
    }
    return await _page(datasette, request, "concord_document.html", shown)


def _marks(request: Any) -> opened.Marks:
    """Return which commitments of a document are asked for."""
    firmness = _whole(request, "firmness")
    return opened.Marks(request.args.get("theme") or "", firmness, _is_on(request, "deadline"), _is_on(request, "only"))


async def page(datasette: Any, request: Any) -> Response:
    """/document/<id>/page/<number>: a page as it is printed, with the commitments on it."""
    database, name, number = _database(datasette), request.url_vars["name"], int(request.url_vars["number"])
    found = await ask(database, opened.page, name, number)
    if found is None:
        if not await ask(database, opened.is_here, name):
            raise await _not_here(database, "document", name)
        raise NotFound(f"This document has no page {number}.")
    return await _page(datasette, request, "concord_page.html", found)


async def document_commitments(datasette: Any, request: Any) -> Response:
    """/document/<id>/commitments.csv: all commitments of a document."""
    return await _listed(
        datasette,
        request,
        lists.document_commitments,
        request.url_vars["name"],
        _due(request),
        _marks(request),
        kind="document",
    )


async def document_mentions(datasette: Any, request: Any) -> Response:
    """/document/<id>/mentions.csv: whom a document names, place by place."""
    return await _listed(datasette, request, lists.document_mentions, request.url_vars["name"], kind="document")


async def commitment(datasette: Any, request: Any) -> Response:
    """/commitment/<id>: one promise in its context; the other forms cite it."""
    database, name = _database(datasette), request.url_vars["name"]
    found = await ask(database, queries.commitment, name)
    if found is None:
        raise await _not_here(database, "commitment", name)
    cited = await _cited(datasette, request, found["row"]["document_id"], name)
    if request.url_vars["format"]:
        return _citation(cited, request.url_vars["format"])
    events = await ask(database, through_time.history, name)
    shown = {
        "with_vectors": await ask(database, queries.with_vectors, [found["row"]["quote"]], _model(database)),
        "cited": _in_every_form(cited),
        "is_local": not cited.permalink,
        "facets": await ask(database, grouped.facets_of, name),
        "reviews": await ask(database, decisions_on, name),
        "history": events,
        "changes": CHANGES,
        "file": shlex.quote(Path(database.path).name),
        "taken": [Taken(len(events), "event", f"/commitment/{name}/history", more=" of its history")],
    }
    return await _page(datasette, request, "concord_commitment.html", {**found, **shown})


async def commitment_history(datasette: Any, request: Any) -> Response:
    """/commitment/<id>/history.csv: what the database knows of a commitment through time, reviews included."""
    return await _listed(datasette, request, lists.history, request.url_vars["name"], kind="commitment")


async def _cited(datasette: Any, request: Any, document_id: str, commitment_id: str = "") -> Citation:
    """Return how to cite a document or a commitment, today and at its address, where others can open that."""
    path = f"/commitment/{commitment_id}" if commitment_id else f"/document/{document_id}"
    permalink, today = _permalink(datasette, request, path), datetime.now(UTC).date()
    cited: Citation = await ask(_database(datasette), queries.citation, document_id, commitment_id, permalink, today)
    return cited


def _in_every_form(cited: Citation) -> dict[str, tuple[str, str]]:
    """Return the name and the text of a citation in each form, by the ending of its address."""
    return {ending: (form.name, form.make(cited)) for ending, form in FORMS.items()}


def _citation(cited: Citation, ending: str) -> Response:
    form = FORMS[ending]
    return Response(
        form.make(cited),
        headers={"content-disposition": f'attachment; filename="{cited.key}.{ending}"'},
        content_type=f"{form.content_type}; charset=utf-8",
    )


async def theme(datasette: Any, request: Any) -> Response:
    """/theme/<code>: a theme, its sub-themes, and who commits to it."""
    database, name = _database(datasette), request.url_vars["name"]
    if subtheme := request.args.get("subtheme"):  # where the page of a sub-theme was
        asked = _without(request.query_string, "subtheme")
        address = f"/subtheme/{quote(subtheme, safe='')}"
        return Response.redirect(datasette.urls.path(f"{address}?{asked}" if asked else address), status=301)
    found = await ask_once(database, queries.theme, name)
    if found is None:
        raise await _not_here(database, "theme", name)
    shown = await _promises(database, request, grouped.of_theme(name), found["theme"]["terms"], f"/theme/{name}")
    return await _page(datasette, request, "concord_theme.html", {**found, **shown})


async def theme_commitments(datasette: Any, request: Any) -> Response:
    """/theme/<code>/commitments.csv: all commitments that are mainly about a theme, or about a sub-theme of it."""
    asked = request.url_vars["name"], request.args.get("subtheme") or "", _due(request)
    return await _listed(datasette, request, lists.theme_commitments, *asked, kind="theme")


async def theme_picture(datasette: Any, request: Any) -> Response:
    """/theme/<code>.svg: a picture of a theme's commitments, by issuer, year and firmness."""
    return await _picture(datasette, grouped.of_theme(request.url_vars["name"]), "theme")


async def subtheme(datasette: Any, request: Any) -> Response:
    """/subtheme/<id>: a sub-theme: what it is about, who commits to it, and what became of it."""
    database, name = _database(datasette), request.url_vars["name"]
    found = await ask_once(database, queries.subtheme, name)
    if found is None:
        if address := await ask(database, grouped.address_of_successor, name):
            return Response.redirect(datasette.urls.path(address))
        raise await _not_here(database, "sub-theme", name)
    promises = await _promises(
        database, request, grouped.of_subtheme(name), found["subtheme"]["terms"], f"/subtheme/{name}"
    )
    told = await ask(database, queries.confidence, [one.id for one in found["representative"]])
    shown = {
        "confidence": {**promises["confidence"], **told},
        "history": await ask_once(database, grouped.history, name),
        "was": await ask(database, grouped.was, request.args.get("was") or ""),
    }
    return await _page(datasette, request, "concord_subtheme.html", {**found, **promises, **shown})


async def subtheme_commitments(datasette: Any, request: Any) -> Response:
    """/subtheme/<id>/commitments.csv: all commitments of a sub-theme."""
    return await _listed(
        datasette, request, lists.subtheme_commitments, request.url_vars["name"], _due(request), kind="sub-theme"
    )


async def subtheme_picture(datasette: Any, request: Any) -> Response:
    """/subtheme/<id>.svg: a picture of a sub-theme's commitments, by issuer, year and firmness."""
    return await _picture(datasette, grouped.of_subtheme(request.url_vars["name"]), "sub-theme")


async def _promises(database: Any, request: Any, which: grouped.Which, terms: str, path: str) -> dict[str, Any]:
    """Return what the pages of a theme and of a sub-theme both say of their promises; `path` is that of the page."""
    due = _due(request)
    timeline = await ask_once(database, grouped.timeline, which)
    best = await ask_once(database, grouped.best, which, due)
    count = await ask_once(database, grouped.count, which, due)
    asked = urlencode([(name, day) for name, day in (("due_from", due.first), ("due_to", due.last)) if day])
    return {
        "which": which,
        "page": path,
        "due": due,
        "words": await ask_once(database, grouped.words, which, terms),
        "timeline": timeline,
        "firmness": await ask_once(database, grouped.firmness, which),
        "facets": await ask_once(database, grouped.facets, which),
        "drawn": await ask_once(database, drawing.counts, which),
        "quotes": best,
        "count": count,
        "confidence": await ask(database, queries.confidence, [one.id for one in (*timeline["first"], *best)]),
        "taken": [Taken(count, "commitment", f"{path}/commitments", asked, " mainly about this")],
    }


async def _picture(datasette: Any, which: grouped.Which, kind: str) -> Response:
    """Answer with the picture of some promises; `kind` is what the address names."""
    database = _database(datasette)
    drawn = await ask_once(database, drawing.counts, which)
    if not drawn["rows"]:
        raise await _not_here(database, kind, which.id)
    svg = await asyncio.to_thread(drawing.to_svg, drawn["rows"])
    return Response(svg, headers={policy.HEADER: policy.WITHOUT_SCRIPTS}, content_type="image/svg+xml; charset=utf-8")


async def issuer(datasette: Any, request: Any) -> Response:
    """/issuer/<code>: who it is, what it promises, whom it names."""
    database, name = _database(datasette), request.url_vars["name"]
    found = await ask_once(database, queries.issuer, name)
    if found is None:
        raise await _not_here(database, "issuer", name)
    promised = sum(row["commitments"] for row in found["documents"])
    mentions = await ask(database, lists.count_mentions, name)
    taken = [
        Taken(promised, "commitment", f"/issuer/{name}/commitments", more=" of these documents"),
        Taken(mentions, "mention", f"/issuer/{name}/mentions", more=" by it and of it"),
    ]
    families = await ask_once(database, aligned.families, (name,))
    return await _page(datasette, request, "concord_issuer.html", {**found, "taken": taken, "families": families})


async def issuer_commitments(datasette: Any, request: Any) -> Response:
    """/issuer/<code>/commitments.csv: all commitments of the documents of an issuer, joint ones too."""
    return await _listed(
        datasette, request, lists.issuer_commitments, request.url_vars["name"], _due(request), kind="issuer"
    )


async def issuer_mentions(datasette: Any, request: Any) -> Response:
    """/issuer/<code>/mentions.csv: whom an issuer names and who names it, place by place."""
    return await _listed(datasette, request, lists.issuer_mentions, request.url_vars["name"], kind="issuer")


async def instruments(datasette: Any, request: Any) -> Response:
    """/instruments: treaties, laws of groups, processes, declarations and standards, and how many name each."""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.instruments)
    found = await ask_once(_database(datasette), instrumental.by_kind)
    taken = [Taken(found["count"], "instrument", "/instruments")]
    return await _page(datasette, request, "concord_instruments.html", {**found, "taken": taken})


async def instrument(datasette: Any, request: Any) -> Response:
    """/instrument/<id>: who names an instrument, in which role, and in which sentences."""
    database, name, role = _database(datasette), request.url_vars["name"], _one_of(request, "role", ROLES)
    found = await ask_once(database, instrumental.instrument, name, role)
    if found is None:
        raise await _not_here(database, "instrument", name)
    namings = found["namings"]
    parts = in_parts([1] * len(namings), _QUOTES_A_PAGE, _whole(request, "start") or 0)
    asked = urlencode({"role": role}) if role else ""
    count = found["roles"].get(role, 0) if role else found["instrument"]["mentions"]
    shown = {
        **found,
        "lines": namings[parts.begin : parts.end],
        "parts": parts,
        "here": asked,
        "taken": [Taken(count, "mention", f"/instrument/{name}/mentions", asked, f" as {role}" if role else "")],
    }
    return await _page(datasette, request, "concord_instrument.html", shown)


async def instrument_mentions(datasette: Any, request: Any) -> Response:
    """/instrument/<id>/mentions.csv: who names an instrument, place by place."""
    asked = request.url_vars["name"], _one_of(request, "role", ROLES)
    return await _listed(datasette, request, lists.instrument_mentions, *asked, kind="instrument")


async def editions(datasette: Any, request: Any) -> Response:
    """/editions/<family>: what changed from one edition of a text to the next, with both quotes."""
    family, change = unquote(request.url_vars["name"]), request.args.get("change") or ""
    edition, theme = _whole(request, "edition"), request.args.get("theme") or ""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.editions, family, edition, change, theme)
    found = await ask_once(_database(datasette), aligned.editions, family, edition, change, theme)
    if found is None:
        raise NotFound("There are no two editions of such a text here.")
    given = {"edition": found["chosen"]["to_edition"], "change": change, "theme": theme}
    asked = urlencode({name: value for name, value in given.items() if value})
    count = found["counts"].get(change, 0) if change else sum(found["counts"].values())
    listed = found["groups"].get(change, ())
    weights = [2 if one.earlier and one.later else 1 for one in listed]
    parts = in_parts(weights, _QUOTES_A_PAGE, _whole(request, "start") or 0)
    shown = {
        **found,
        "groups": {change: listed[parts.begin : parts.end]} if listed else found["groups"],
        "parts": parts,
        "here_without_start": asked,
        "taken": [Taken(count, "change", f"/editions/{quote(family, safe='')}", asked)],
    }
    return await _page(datasette, request, "concord_editions.html", shown)


async def guidelines(datasette: Any, request: Any) -> Response:
    """/guidelines: guides and norms, with which every document is compared."""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.guidelines)
    found = await ask_once(_database(datasette), guiding.guidelines)
    taken = [Taken(len(found), "guideline", "/guidelines")]
    return await _page(datasette, request, "concord_guidelines.html", {"guidelines": found, "taken": taken})


async def guideline(datasette: Any, request: Any) -> Response:
    """/guidelines/<id>: who commits to each element of a guideline, who only mentions it, and who is silent."""
    database, name = _database(datasette), request.url_vars["name"]
    by = _one_of(request, "by", ("document",)) or "issuer"
    asked = name, _chosen(request), _choice(request), by
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.guideline, *asked, kind="guideline")
    found = await ask_once(database, guiding.guideline, *asked)
    if found is None:
        raise await _not_here(database, "guideline", name)
    lines, here = found["lines"], _without(request.query_string, "start")
    parts = in_parts([len(found["elements"])] * len(lines), _CELLS_A_PAGE, _whole(request, "start") or 0)
    shown = {
        **found,
        "lines": lines[parts.begin : parts.end],
        "count": len(lines),
        "parts": parts,
        "here_without_start": here,
        "texts": lists.asked_of(found["choice"]),
        "choices": await ask_once(database, queries.choices),
        "taken": [Taken(len(lines) * len(found["elements"]), "score", f"/guidelines/{name}", here)],
    }
    return await _page(datasette, request, "concord_guideline.html", shown)


async def element(datasette: Any, request: Any) -> Response:
    """/guidelines/<id>/<code>: the quotes behind the cells of one element."""
    name, code, document = request.url_vars["name"], request.url_vars["code"], request.args.get("document") or ""
    asked = name, code, _chosen(request), _choice(request), document
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.element, *asked)
    found = await ask(_database(datasette), guiding.element, *asked, guiding.MOST)
    if found is None:
        raise NotFound("There is no such element of a guideline.")
    count = found["commitments"] + found["mentioned"]
    taken = [Taken(count, "quote", f"/guidelines/{name}/{code}", request.query_string)]
    return await _page(datasette, request, "concord_element.html", {**found, "taken": taken})


async def quality(datasette: Any, request: Any) -> Response:
    """/quality: how often Concord is right, and what each figure means."""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.quality)
    found = await ask_once(_database(datasette), measuring.quality)
    count = sum(len(figures) for one in found["evaluations"] for figures in one.figures.values())
    taken = [Taken(count, "figure", "/quality")]
    return await _page(datasette, request, "concord_quality.html", {**found, "taken": taken})


async def problems(datasette: Any, request: Any) -> Response:
    """/problems: what was not read or only in part, and why, by the kind of problem."""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.problems)
    found = await ask_once(_database(datasette), reading.problems)
    count = sum(len(group.listed) for group in found["groups"])
    taken = [Taken(count, "problem", "/problems")]
    return await _page(datasette, request, "concord_problems.html", {**found, "taken": taken})


async def watches(datasette: Any, request: Any) -> Response:
    """/watches: the saved searches, with how much each has found and what of it is new."""
    if request.url_vars.get("format"):
        return await _listed(datasette, request, lists.saved)
    database = _database(datasette)
    found = {**await ask(database, watching.watches), "file": shlex.quote(Path(database.path).name)}
    taken = [Taken(len(found["watches"]), "saved search", "/watches", many="saved searches")]
    return await _page(datasette, request, "concord_watches.html", {**found, "taken": taken})


async def watch(datasette: Any, request: Any) -> Response:
    """/watches/<name>.atom: what a saved search has found, as a feed; the other forms have all of it."""
    if request.url_vars["format"] != "atom":
        return await _listed(datasette, request, lists.watch, request.url_vars["name"], kind="saved search")
    found = await ask(_database(datasette), watching.feed, request.url_vars["name"])
    if found is None:
        raise NotFound("There is no such saved search.")
    text = watching.to_atom(found["shown"], found["hits"], addresses(datasette, request)).decode()
    return Response(text, content_type="application/atom+xml; charset=utf-8")


async def description(datasette: Any, request: Any) -> Response:
    """/openapi.json: what programs can ask, described in OpenAPI."""
    server = addresses(datasette, request)("/").rstrip("/")
    return answer(datasette, json_bytes(await asyncio.to_thread(api.description, server)), JSON)


async def not_found(datasette: Any, request: Any, error: Exception) -> Response:
    """Answer an address that leads nowhere, in the format that was asked for."""
    told: dict[str, Any] = {"error": str(error)}
    templates = ["404.html", "error.html"]
    if isinstance(error, NotHere):
        told["retired"] = error.retired
        templates = ["concord_not_here.html"]
    return await _failure(datasette, request, 404, told, templates)


async def not_now(datasette: Any, request: Any) -> Response:
    """Answer while the database cannot be read: what it was asked for may be there again in a moment.

    Whoever asks then opens the file anew: a connection that has met a broken file may take the mended one for broken too.
    """
    for database in _served(datasette):
        _open_anew(datasette, database)
    told = {"error": "The database cannot be read at the moment. Please try again in a little while."}
    response = await _failure(datasette, request, 503, told, ["503.html", "error.html"])
    response.headers["retry-after"] = str(RETRY_AFTER)
    return response


async def _failure(datasette: Any, request: Any, status: int, told: dict[str, Any], templates: list[str]) -> Response:
    """Answer that something failed: programs get JSON, whichever form of a list they asked for."""
    told = {"ok": False, "status": status, "title": None, **told}
    headers: dict[str, str] = {}
    if datasette.cors:
        add_cors_headers(headers)
    if request.path.endswith(tuple(f".{ending}" for ending in LIST_FORMS)):
        return Response.json(told, status=status, headers=headers)
    page = await datasette.render_template(templates, told, request=request)
    return Response.html(page, status=status, headers=headers)


async def _page(datasette: Any, request: Any, template: str, values: dict[str, Any]) -> Response:
    values = {
        **values,
        "forms": LIST_FORMS,
        "written": WRITTEN,
        "how_written": HOW,
        "taken": [one for one in values.get("taken", ()) if one.count],
    }
    return Response.html(
        await datasette.render_template(template, values, request=request, view_name=template.removesuffix(".html")),
        headers={policy.HEADER: policy.WITHOUT_SCRIPTS},
    )


_NAME = r"(?P<name>[A-Za-z0-9-]+)"
_CITATION = rf"\.(?P<format>{'|'.join(FORMS)})"
_CITED = f"(?:{_CITATION})?"
_TAKEN = rf"\.(?P<format>{'|'.join(LIST_FORMS)})"
_OR_TAKEN = f"(?:{_TAKEN})?"
PAGES: list[tuple[str, guarding.Page]] = [
    (r"^/(?P<format>)$", home),  # Datasette's own, which answers for another database, asks for the format
    (rf"^/search{_OR_TAKEN}$", search),
    (r"^/compare(?:\.(?P<format>csv|json|xlsx|md))?$", compare),
    (rf"^/compare/citation{_CITATION}$", compared_cited),
    (rf"^/compare/cell{_OR_TAKEN}$", cell),
    (rf"^/compare/cell/citation{_CITATION}$", cell_cited),
    (rf"^/documents{_OR_TAKEN}$", documents),
    (rf"^/document/{_NAME}{_CITED}$", document),
    (rf"^/document/{_NAME}/page/(?P<number>[0-9]{{1,8}})$", page),
    (rf"^/document/{_NAME}/commitments{_TAKEN}$", document_commitments),
    (rf"^/document/{_NAME}/mentions{_TAKEN}$", document_mentions),
    (rf"^/commitment/{_NAME}{_CITED}$", commitment),
    (rf"^/commitment/{_NAME}/history{_TAKEN}$", commitment_history),
    (rf"^/theme/{_NAME}$", theme),
    (rf"^/theme/{_NAME}/commitments{_TAKEN}$", theme_commitments),
    (rf"^/theme/{_NAME}\.svg$", theme_picture),
    (rf"^/subtheme/{_NAME}$", subtheme),
    (rf"^/subtheme/{_NAME}/commitments{_TAKEN}$", subtheme_commitments),
    (rf"^/subtheme/{_NAME}\.svg$", subtheme_picture),
    (rf"^/issuer/{_NAME}$", issuer),
    (rf"^/issuer/{_NAME}/commitments{_TAKEN}$", issuer_commitments),
    (rf"^/issuer/{_NAME}/mentions{_TAKEN}$", issuer_mentions),
    (rf"^/instruments{_OR_TAKEN}$", instruments),
    (rf"^/instrument/{_NAME}$", instrument),
    (rf"^/instrument/{_NAME}/mentions{_TAKEN}$", instrument_mentions),
    (rf"^/editions/(?P<name>[^/]+?){_OR_TAKEN}$", editions),
    (rf"^/guidelines{_OR_TAKEN}$", guidelines),
    (rf"^/guidelines/{_NAME}{_OR_TAKEN}$", guideline),
    (rf"^/guidelines/{_NAME}/(?P<code>[A-Za-z0-9-]+){_OR_TAKEN}$", element),
    (rf"^/watches{_OR_TAKEN}$", watches),
    (rf"^/watches/{_NAME}\.(?P<format>atom|csv|json|xlsx)$", watch),
    (rf"^/quality{_OR_TAKEN}$", quality),
    (rf"^/problems{_OR_TAKEN}$", problems),
    (r"^/openapi\.json$", description),
]
"""Concord's pages."""
ROUTES = [
    *((pattern, guarding.permitted(page, concord_database)) for pattern, page in PAGES),
    (r"^/-/databases(?:\.(?P<format>json))?$", guarding.databases),
    (r"^/-/threads(?:\.json)?$", guarding.threads),
]
