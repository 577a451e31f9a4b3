"""What a browser may do with a page: the headers that keep text from hostile files from becoming a program.

Wraps the application; adds headers to every answer that lacks them, and reads and writes nothing else.
Concord's own pages have no script, so none may run there, whatever a document has in it. Datasette's
pages have scripts of their own, written into the page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]

_EVERYWHERE = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; "
)
WITHOUT_SCRIPTS = _EVERYWHERE + "script-src 'none'"
WITH_SCRIPTS = _EVERYWHERE + "script-src 'self' 'unsafe-inline'"
HEADER = "content-security-policy"
_MORE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def protected(app: Application) -> Application:
    """Return an ASGI application that answers as `app` does, with these headers where it sets none."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        async def send_with_headers(event: Any) -> None:
            if event["type"] == "http.response.start":
                headers = list(event.get("headers") or [])
                present = {name.decode("latin-1").lower() for name, _ in headers}
                wanted = {HEADER: WITH_SCRIPTS, **_MORE}
                headers += [(name.encode(), value.encode()) for name, value in wanted.items() if name not in present]
                event = {**event, "headers": headers}
            await send(event)

        await app(scope, receive, send_with_headers)

    return answer
