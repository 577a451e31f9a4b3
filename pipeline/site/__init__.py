"""The site: a Datasette plugin that shows a Concord database as pages that researchers can read.

    routes.py      which page answers which address
    queries.py     what each page asks the database
    reader.py      a document's text with its commitments marked, and its pages as they are printed
    home.py        the home page, its map and its timeline
    themes.py      what the commitments of a theme or a sub-theme are: since when, how firm, in what words
    picture.py     a picture of them
    editions.py    what changed between editions
    history.py     what became of a commitment
    instruments.py who names which instrument
    guidelines.py  what texts say to each element of a guideline
    problems.py    what was not read, and why
    gone.py        why an address leads nowhere any more, and where to go instead
    watches.py     saved searches and their feeds
    lists.py       what each list holds, to take away
    taking.py      how it is taken away
    api.py         what programs can ask, described in OpenAPI
    quality.py     how good the figures are, in words
    showing.py     how texts, numbers and pages are shown, and where an answer's ids lead
    policy.py      what a browser may do with them
    guarding.py    who may see them, and what nobody is told
    sending.py     packs answers, and lets browsers keep what does not change
    cells.py       Datasette's own CSV, made harmless
    serving.py     how `concord serve` starts Datasette
    templates/ static/

Reads the database, never writes. Every stock page of Datasette still works, in the same look.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import NotFound

from ..errors import UnreadableError
from ..ids import digest
from ..store import is_unreadable
from . import cells, guarding, policy, quality, routes, sending, taking
from .queries import FINDINGS

_TURN = 0.0005
"""Seconds for which a thread that makes a long list may keep the others waiting; Python's own is ten times as long."""
STATIC = f"/-/static-plugins/{taking.PLUGIN}"


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Add Concord's pages to Datasette's."""
    return routes.ROUTES


@hookimpl
def startup(datasette: Any) -> None:
    """Refuse to start with a public address that is none, and let threads take turns more often.

    A page waits for the loop some ten times, each time until a busy thread pauses.
    """
    taking.public_url(datasette)
    sys.setswitchinterval(_TURN)


@hookimpl
def prepare_connection(conn: Any) -> None:
    """Bound what questions in SQL can make."""
    guarding.limit(conn)


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """Pack answers, tell browsers what they may do, let no CSV run as a formula, and notice a database that was replaced."""
    return lambda app: sending.packed(policy.protected(cells.guarded(routes.attentive(datasette, app))))


@hookimpl
def extra_template_vars(datasette: Any, request: Any, view_name: str) -> Any:
    """Give every template what Concord's base template needs."""

    async def found() -> dict[str, Any]:
        try:
            database = routes.concord_database(datasette)
        except UnreadableError:  # the page that says so is made without it
            database = None
        known: dict[str, Any] = {
            "concord": database is not None,
            "concord_database": database.name if database else "",
            "findings": FINDINGS,
            "is_scripted": not (view_name or "").startswith("concord_"),
        }
        if database is not None and (view_name or "").startswith("concord_"):
            known["measured"] = await routes.ask_once(database, quality.shown)
            known["held_out"] = quality.held_out()
        return known

    return found


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Iterator[None]:
    """Answer for what is not there, or not now: Datasette would print a long traceback for every mistyped address."""
    outcome: Any = yield
    if isinstance(exception, NotFound):
        outcome.force_result([routes.not_found(datasette, request, exception)])
    elif is_unreadable(exception):
        outcome.force_result([routes.not_now(datasette, request)])


@hookimpl
def render_cell(row: Any, column: str, table: str | None, database: str, datasette: Any) -> Any:
    """Let the answers to questions in SQL lead to the commitments, documents and passages that they name."""
    from . import showing

    if table is not None or not showing.may_lead(column):
        return None
    ours = routes.concord_database(datasette)
    if ours is None or database != ours.name:
        return None
    return showing.led(dict(row), column, datasette.urls.path)


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Add the filters that Concord's templates use, and the addresses that every page needs, errors too."""
    from . import showing

    style = digest((Path(__file__).parent / "static" / "concord.css").read_text("utf-8"))
    env.globals.update(
        concord_static=datasette.urls.path(STATIC),
        concord_style=f"concord.css?{style}",
        concord_path=datasette.urls.path,
    )
    env.filters.update(
        concord_apart=showing.apart,
        concord_coded=showing.coded,
        concord_codes=showing.codes_in,
        concord_labelled=showing.labelled,
        concord_marked=showing.marked,
        concord_number=showing.number,
        concord_page=showing.page,
        concord_plural=showing.plural,
        concord_source=showing.source,
        concord_sure=showing.sure,
        concord_decimal=quality.decimal,
    )
