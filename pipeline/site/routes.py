"""Which page answers which address. A route reads the request, asks `queries.py`, renders a template."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from datasette.utils import add_cors_headers
from datasette.utils.asgi import NotFound, Response
from sqlite_utils import Database

from .. import members
from ..citing import FORMS, Citation
from ..coverage import Axis
from ..errors import ConcordError
from ..printing import matrix_to_csv, matrix_to_json, matrix_to_markdown, to_csv, to_json, to_markdown
from ..search import MODES, Engine, Filters
from ..settings import load_settings
from . import editions as aligned
from . import guidelines as guiding
from . import policy, queries
from . import problems as reading
from . import quality as measuring
from . import watches as watching

_HITS_A_PAGE = 20
_MARKS = "commitments", "documents", "builds"
_engines: dict[str, Engine] = {}


def concord_database(datasette: Any) -> Any:
    """Return the first of the served databases that is Concord's, or None."""
    for database in datasette.databases.values():
        if database.name.startswith("_") or database.path is None:
            continue
        if database.path not in _known:
            _known[database.path] = _is_concord(Path(database.path))
        if _known[database.path]:
            return database
    return None


_known: dict[str, bool] = {}


def _is_concord(path: Path) -> bool:
    from ..errors import StoreError
    from ..store import open_for_reading

    try:
        open_for_reading(path).close()
    except StoreError:
        return False
    return True


async def ask(database: Any, question: Callable[..., Any], *args: Any) -> Any:
    """Return what a function of `queries.py` finds, asked in one of Datasette's threads."""
    return await database.execute_fn(lambda connection: question(Database(connection, execute_plugins=False), *args))


def _database(datasette: Any) -> Any:
    database = concord_database(datasette)
    if database is None:
        raise NotFound("No Concord database is served here.")
    return database


class NotHere(NotFound):  # type: ignore[misc]  # Datasette publishes no types
    """An address of something that this database does not hold: it is gone, or never was here.

    `retired` says what it was and when it went; None when the database knows nothing of it.
    """

    def __init__(self, kind: str, retired: dict[str, Any] | None) -> None:
        super().__init__(f"There is no such {kind}{' any more' if retired else ''}.")
        self.kind = kind
        self.retired = retired


async def _not_here(database: Any, kind: str, name: str) -> NotHere:
    return NotHere(kind, await ask(database, queries.retired, kind, name))


def _list(request: Any, name: str) -> list[str]:
    return [value for value in request.args.getlist(name) if value]


def _whole(request: Any, name: str) -> int | None:
    value = request.args.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


async def search(datasette: Any, request: Any) -> Response:
    """/search: one box over words and meaning."""
    database = _database(datasette)
    filters = Filters(
        kind_of_hit=request.args.get("in") or "",
        issuers=tuple(_list(request, "issuer")),
        kinds=tuple(_list(request, "kind")),
        themes=tuple(_list(request, "theme")),
        documents=tuple(_list(request, "document")),
        year_from=_whole(request, "from"),
        year_to=_whole(request, "to"),
        bindingness=_whole(request, "firmness"),
        has_deadline=bool(request.args.get("deadline")),
    )
    question = (request.args.get("q") or "").strip()
    start = min(_whole(request, "start") or 0, 2000)
    mode = request.args.get("mode") or ""
    mode = mode if mode in MODES else "both"
    engine = engine_for(database.path)
    results = await asyncio.to_thread(engine.search, question, filters, mode=mode, most=_HITS_A_PAGE, start=start)
    if request.url_vars.get("format") == "json":
        return Response.json(asdict(results))
    return await _page(
        datasette,
        request,
        "concord_search.html",
        {
            "results": results,
            "question": question,
            "filters": filters,
            "mode": mode,
            "start": start,
            "page_size": _HITS_A_PAGE,
            "choices": await ask(database, queries.choices),
            "confidence": await ask(database, queries.confidence, [hit.id for hit in results.hits]),
            "here": _without(request.query_string, "start"),
        },
    )


def _without(query: str, name: str) -> str:
    """Return a query string without one of its parameters: links to other pages of hits set it anew."""
    return urlencode([pair for pair in parse_qsl(query) if pair[0] != name])


def engine_for(path: str) -> Engine:
    """Return the search engine of a database; its vectors and encoder stay loaded."""
    if path not in _engines:
        _engines[path] = Engine(Path(path), load_settings(db=Path(path)))
    return _engines[path]


async def compare(datasette: Any, request: Any) -> Response:
    """/compare: the matrix of everybody, issuers side by side, or a group against its members."""
    database = _database(datasette)
    issuers = list(dict.fromkeys(_list(request, "issuer")))[:6]
    at, form = _whole(request, "at"), request.url_vars.get("format") or ""
    axis = Axis(request.args.get("by") or "theme", request.args.get("theme") or "")
    shown: dict[str, Any] = {
        "chosen": issuers,
        "at": at,
        "theme": axis.theme,
        "axis": axis,
        "axes": await ask(database, queries.axes),
        "choices": await ask(database, queries.choices),
        "here": request.query_string,
    }
    try:
        if len(issuers) == 1 and request.args.get("members"):
            return await _members(datasette, request, issuers[0], at, shown)
        if len(issuers) < 2:
            found = await ask(database, queries.matrix, axis, at)
            if form:
                return _export_matrix(found, axis, form)
            measure = request.args.get("show") or ""
            measure = measure if measure in MEASURES else "commitments"
            values = {**shown, "matrix": found, "measure": measure, "measures": MEASURES}
            return await _page(datasette, request, "concord_matrix.html", values)
        found = await ask(database, queries.comparison, issuers, at, axis)
    except ConcordError as error:
        raise NotFound(str(error)) from error
    if form:
        return _export(found["comparison"], form)
    return await _page(datasette, request, "concord_compare.html", {**shown, **found})


MEASURES = {
    "commitments": "commitments",
    "per_thousand": "commitments in 1,000 sentences",
    "bindingness": "how firm the firmest is, from 1 to 4",
    "latest_year": "the year of the latest",
}
"""What the matrix of everybody can show in its cells."""


async def _members(datasette: Any, request: Any, group: str, at: int | None, shown: dict[str, Any]) -> Response:
    found = await ask(_database(datasette), queries.members, group, at, shown["theme"])
    if form := request.url_vars.get("format"):
        text = {"json": members.to_json, "csv": members.to_csv, "md": members.to_markdown}[form]
        return _taken(text(found["view"]), f"{group}-members", form)
    return await _page(datasette, request, "concord_members.html", {**shown, **found})


def _export(comparison: Any, form: str) -> Response:
    text = {"json": to_json, "csv": to_csv, "md": to_markdown}[form](comparison)
    return _taken(text, "-".join(comparison.issuers), form)


def _export_matrix(found: dict[str, Any], axis: Axis, form: str) -> Response:
    names = {issuer["id"]: issuer["name"] for issuer in found["issuers"]}
    labels = {topic["id"]: topic["label"] for topic in found["topics"]}
    text = {"json": matrix_to_json, "csv": matrix_to_csv, "md": matrix_to_markdown}[form]
    return _taken(text(found["cells"].values(), names, labels, axis.by), f"coverage-by-{axis.by}", form)


def _taken(body: str, name: str, form: str) -> Response:
    """Return a text to be saved as a file."""
    kind = {"json": "application/json", "csv": "text/csv", "md": "text/markdown"}[form]
    if form == "csv":
        body = "\ufeff" + body  # spreadsheets take it for UTF-8 only with this
    named = "".join(letter for letter in name if letter.isalnum() or letter == "-")
    return Response(
        body,
        headers={"content-disposition": f'attachment; filename="concord-{named}.{form}"'},
        content_type=f"{kind}; charset=utf-8",
    )


async def cell(datasette: Any, request: Any) -> Response:
    """/compare/cell: the quotes behind the cells of one theme, sub-theme, element of a guideline, or year."""
    database = _database(datasette)
    issuers, at = _list(request, "issuer")[:6], _whole(request, "at")
    axis, topic = await _topic(database, request)
    found = await ask(database, queries.cell, issuers, topic, axis, at)
    if found is None:
        raise NotFound("There is nothing of that name to be counted.")
    return await _page(datasette, request, "concord_cell.html", {**found, "at": at, "chosen": issuers})


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
    return await _page(
        datasette, request, "concord_documents.html", {"documents": await ask(_database(datasette), queries.documents)}
    )


async def document(datasette: Any, request: Any) -> Response:
    """/document/<id>: a document's text with its commitments marked; the other forms cite it."""
    database, name = _database(datasette), request.url_vars["name"]
    start, passage = _whole(request, "start") or 0, request.args.get("passage") or ""
    found = await ask(database, queries.document, name, start, passage)
    if found is None:
        raise await _not_here(database, "document", name)
    cited = await _cited(datasette, request, name)
    if request.url_vars["format"]:
        return _citation(cited, request.url_vars["format"])
    compared = await ask(database, aligned.compared_with, name)
    shown = {**found, "compared": compared, "cited": _in_every_form(cited)}
    return await _page(datasette, request, "concord_document.html", shown)


async def commitment(datasette: Any, request: Any) -> Response:
    """/commitment/<id>: one promise in its context; the other forms cite it."""
    database, name = _database(datasette), request.url_vars["name"]
    found = await ask(database, queries.commitment, name)
    if found is None:
        raise await _not_here(database, "commitment", name)
    cited = await _cited(datasette, request, found["row"]["document_id"], name)
    if request.url_vars["format"]:
        return _citation(cited, request.url_vars["format"])
    return await _page(datasette, request, "concord_commitment.html", {**found, "cited": _in_every_form(cited)})


async def _cited(datasette: Any, request: Any, document_id: str, commitment_id: str = "") -> Citation:
    """Return how to cite a document or a commitment, today and at the address at which this site was asked."""
    path = f"/commitment/{commitment_id}" if commitment_id else f"/document/{document_id}"
    permalink = datasette.absolute_url(request, datasette.urls.path(path))
    today = datetime.now(UTC).date()
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
    subtheme = request.args.get("subtheme") or ""
    found = await ask(database, queries.theme, name, subtheme)
    if found is None:
        raise await _not_here(database, "theme", name)
    if subtheme and found["chosen"] is None:
        raise await _not_here(database, "sub-theme", subtheme)
    return await _page(datasette, request, "concord_theme.html", found)


async def issuer(datasette: Any, request: Any) -> Response:
    """/issuer/<code>: who it is, what it promises, whom it names."""
    database, name = _database(datasette), request.url_vars["name"]
    found = await ask(database, queries.issuer, name)
    if found is None:
        raise await _not_here(database, "issuer", name)
    return await _page(datasette, request, "concord_issuer.html", found)


async def editions(datasette: Any, request: Any) -> Response:
    """/editions/<family>: what changed from one edition of a text to the next, with both quotes."""
    family, change = unquote(request.url_vars["name"]), request.args.get("change") or ""
    found = await ask(_database(datasette), aligned.editions, family, _whole(request, "edition"), change)
    if found is None:
        raise NotFound("There are no two editions of such a text here.")
    return await _page(datasette, request, "concord_editions.html", found)


async def guidelines(datasette: Any, request: Any) -> Response:
    """/guidelines: guides and norms, with which every document is compared."""
    found = await ask(_database(datasette), guiding.guidelines)
    return await _page(datasette, request, "concord_guidelines.html", {"guidelines": found})


async def guideline(datasette: Any, request: Any) -> Response:
    """/guidelines/<id>: who commits to each element of a guideline, who only mentions it, and who is silent."""
    database, name = _database(datasette), request.url_vars["name"]
    by = "document" if request.args.get("by") == "document" else "issuer"
    found = await ask(database, guiding.guideline, name, _choice(request), by)
    if found is None:
        raise await _not_here(database, "guideline", name)
    choices = await ask(database, queries.choices)
    return await _page(datasette, request, "concord_guideline.html", {**found, "choices": choices})


async def element(datasette: Any, request: Any) -> Response:
    """/guidelines/<id>/<code>: the quotes behind the cells of one element."""
    name, code, document = request.url_vars["name"], request.url_vars["code"], request.args.get("document") or ""
    found = await ask(_database(datasette), guiding.element, name, code, _choice(request), document)
    if found is None:
        raise NotFound("There is no such element of a guideline.")
    return await _page(datasette, request, "concord_element.html", found)


def _choice(request: Any) -> guiding.Choice:
    """Return which texts a page of a guideline is to count."""
    issuers = list(dict.fromkeys(_list(request, "issuer")))[:6]
    return guiding.Choice(tuple(issuers), tuple(_list(request, "kind")), _whole(request, "at"))


async def quality(datasette: Any, request: Any) -> Response:
    """/quality: how often Concord is right, and what each figure means."""
    return await _page(datasette, request, "concord_quality.html", await ask(_database(datasette), measuring.quality))


async def problems(datasette: Any, request: Any) -> Response:
    """/problems: what was not read or only in part, and why, by the kind of problem."""
    return await _page(datasette, request, "concord_problems.html", await ask(_database(datasette), reading.problems))


async def watches(datasette: Any, request: Any) -> Response:
    """/watches: the saved searches, with how much each has found and what of it is new."""
    return await _page(datasette, request, "concord_watches.html", await ask(_database(datasette), watching.watches))


async def watch(datasette: Any, request: Any) -> Response:
    """/watches/<name>.atom: what a saved search has found, as a feed."""
    found = await ask(_database(datasette), watching.feed, request.url_vars["name"])
    if found is None:
        raise NotFound("There is no such saved search.")

    def address(path: str) -> str:
        return str(datasette.absolute_url(request, datasette.urls.path(path)))

    text = watching.to_atom(found["shown"], found["hits"], address).decode()
    return Response(text, content_type="application/atom+xml; charset=utf-8")


async def not_found(datasette: Any, request: Any, error: Exception) -> Response:
    """Answer an address that leads nowhere, in the format that was asked for."""
    told: dict[str, Any] = {"ok": False, "error": str(error), "status": 404, "title": None}
    templates = ["404.html", "error.html"]
    if isinstance(error, NotHere):
        told["retired"] = error.retired
        templates = ["concord_not_here.html"]
    headers: dict[str, str] = {}
    if datasette.cors:
        add_cors_headers(headers)
    if request.path.endswith(".json"):
        return Response.json(told, status=404, headers=headers)
    page = await datasette.render_template(templates, told, request=request)
    return Response.html(page, status=404, headers=headers)


async def _page(datasette: Any, request: Any, template: str, values: dict[str, Any]) -> Response:
    return Response.html(
        await datasette.render_template(template, values, request=request, view_name=template.removesuffix(".html")),
        headers={policy.HEADER: policy.WITHOUT_SCRIPTS},
    )


_NAME = r"(?P<name>[A-Za-z0-9-]+)"
_CITED = rf"(?:\.(?P<format>{'|'.join(FORMS)}))?"
ROUTES = [
    (r"^/search(?:\.(?P<format>json))?$", search),
    (r"^/compare(?:\.(?P<format>json|csv|md))?$", compare),
    (r"^/compare/cell$", cell),
    (r"^/documents$", documents),
    (rf"^/document/{_NAME}{_CITED}$", document),
    (rf"^/commitment/{_NAME}{_CITED}$", commitment),
    (rf"^/theme/{_NAME}$", theme),
    (rf"^/issuer/{_NAME}$", issuer),
    (r"^/editions/(?P<name>[^/]+)$", editions),
    (r"^/guidelines$", guidelines),
    (rf"^/guidelines/{_NAME}$", guideline),
    (rf"^/guidelines/{_NAME}/(?P<code>[A-Za-z0-9-]+)$", element),
    (r"^/watches$", watches),
    (rf"^/watches/{_NAME}\.atom$", watch),
    (r"^/quality$", quality),
    (r"^/problems$", problems),
]
