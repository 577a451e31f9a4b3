"""Who may see a page, what a question in SQL may take, and what nobody is told of the machine.

Reads the permissions that Datasette was given; writes nothing. Concord's pages ask for the same permissions as
Datasette's page of the database, so that what the operator closes is closed in both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

from datasette.utils.asgi import Forbidden, Response
from datasette.views.special import JsonDataView

Page = Callable[[Any, Any], Awaitable[Response]]

LONGEST = 10_000_000
"""Bytes of the longest text or blob that a question in SQL may make: a time limit does not stop a single function."""


def permitted(page: Page, database_of: Callable[[Any], Any]) -> Page:
    """Return a page that refuses who may not see the site or its database.

    Args:
        database_of: gives the database of Concord that is served, or None.
    """

    @wraps(page)
    async def answer(datasette: Any, request: Any) -> Response:
        database = database_of(datasette)
        if database is not None:
            await _ensure_may_view(datasette, request.actor, database.name)
        return await page(datasette, request)

    return answer


async def _ensure_may_view(datasette: Any, actor: Any, database: str) -> None:
    if hasattr(datasette, "ensure_permissions"):
        await datasette.ensure_permissions(actor, [("view-database", database), "view-instance"])
        return
    from datasette.resources import DatabaseResource  # Datasette 1.0

    await datasette.ensure_permission(action="view-database", resource=DatabaseResource(database), actor=actor)


async def databases(datasette: Any, request: Any) -> Response:
    """/-/databases: what Datasette says of its files, without the folders in which they lie."""

    def nameless() -> list[dict[str, Any]]:
        found = datasette._connected_databases()  # noqa: SLF001  # what its own page shows
        return [{**row, "path": Path(row["path"]).name if row["path"] else None} for row in found]

    answer: Response = await JsonDataView(datasette, "databases.json", nameless).get(request)
    return answer


async def threads(datasette: Any, request: Any) -> Response:
    """/-/threads: refused, for Datasette's page of it names folders of the machine."""
    raise Forbidden("What runs here is not shown: it would name folders of this machine.")


def limit(connection: sqlite3.Connection) -> None:
    """Bound what a question in SQL can make of this connection, and let it not ask where the file lies."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.set_authorizer(_without_files)


def _without_files(action: int, name: str | None, *_: Any) -> int:
    is_asked = action == sqlite3.SQLITE_PRAGMA and (name or "").lower() == "database_list"
    return sqlite3.SQLITE_IGNORE if is_asked else sqlite3.SQLITE_OK
