"""How a list of the site is taken away: what a page offers, and the answer that programs and browsers get.

Reads a `Listing` of `lists.py`; gives Datasette's answers. A list is given whole or not at all: one that is too long for
one answer is refused with a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from datasette.utils import StartupError, add_cors_headers
from datasette.utils.asgi import Response

from ..citing import is_site
from ..exporting import FORMS, MOST_ROWS, Listing, json_bytes
from .api import JSON

PLUGIN = "cyber-concord"
"""Under this name a publisher sets what Concord's plugin of Datasette takes."""


@dataclass(frozen=True)
class Taken:
    """A list that a page offers to take away: so many of what, and the address of the list without an ending."""

    count: int
    what: str
    path: str
    asked: str = ""
    more: str = ""
    many: str = ""
    json_asked: str = ""

    def query(self, ending: str) -> str:
        """Return the query string of its address in one of the forms, with its question mark."""
        asked = "&".join(part for part in (self.asked, self.json_asked if ending == "json" else "") if part)
        return f"?{asked}" if asked else ""


def public_url(datasette: Any) -> str:
    """Return the address of the home page as the publisher gives it, without a slash behind it; "" where none is given.

    Raises:
        StartupError: it is no address.
    """
    told = (datasette.plugin_config(PLUGIN) or {}).get("public_url", "")
    if told and not is_site(told):
        raise StartupError(f"public_url is {told!r}, and has to be an address such as https://concord.example.org/")
    return str(told).rstrip("/")


def addresses(datasette: Any, request: Any) -> Callable[[str], str]:
    """Return what makes the full address of a path of this site: at its public address, else where it was asked."""
    public = public_url(datasette)
    if public:
        return lambda path: f"{public}{path}"
    return lambda path: str(datasette.absolute_url(request, datasette.urls.path(path)))


async def sent(datasette: Any, request: Any, listing: Listing) -> Response:
    """Return a list in the form that was asked for."""
    if len(listing.rows) > MOST_ROWS:
        return too_long(datasette, len(listing.rows))
    ending = request.url_vars["format"]
    asked = f"?{request.query_string}" if request.query_string else ""
    listing = replace(listing, address=addresses(datasette, request)(f"{path_of(datasette, request)}{asked}"))
    body = await asyncio.to_thread(FORMS[ending].make, listing)
    return answer(datasette, body, FORMS[ending].content_type, name=f"concord-{listing.name}.{ending}")


def path_of(datasette: Any, request: Any) -> str:
    """Return the path that was asked for, without the prefix under which the site is served."""
    return "/" + str(request.path).removeprefix(datasette.setting("base_url").rstrip("/")).lstrip("/")


def too_long(datasette: Any, count: int) -> Response:
    """Return the refusal of a list of so many rows."""
    text = f"This list has {count:,} rows, and at most {MOST_ROWS:,} are given at once. Narrow it, or take the whole database: concord export"
    return answer(datasette, json_bytes({"ok": False, "error": text, "status": 413}), JSON, status=413)


def answer(datasette: Any, body: str | bytes, kind: str, *, name: str = "", status: int = 200) -> Response:
    """Return an answer for programs; when it has a name, browsers save it under that."""
    headers = {"content-disposition": f'attachment; filename="{name}"'} if name else {}
    if datasette.cors:
        add_cors_headers(headers)
    return Response(body, status=status, headers=headers, content_type=kind)
