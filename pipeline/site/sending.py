"""How an answer travels: packed for a browser that can unpack it, and kept by it where the address names the version.

Wraps the application; packs texts that come in one piece, and touches no answer that is streamed, such as a long CSV.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from typing import Any

from .policy import Application

_SMALLEST = 1_000
"""Bytes below which packing gains nothing."""
_TEXTS = ("text/", "application/json", "application/atom+xml", "image/svg+xml")
_UNPACKS = re.compile(rb"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
"""Matches consent to gzip: a weight of nought declines it."""
_STATIC = re.compile(r"/-/static(?:-plugins)?/")
KEPT = "max-age=31536000, immutable, public"


def packed(app: Application) -> Application:
    """Return an ASGI application that answers as `app` does, in fewer bytes."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        asked = dict(scope.get("headers") or ())
        unpacks = bool(_UNPACKS.search(asked.get(b"accept-encoding", b"")))
        is_version = bool(scope.get("query_string")) and _STATIC.search(scope.get("path") or "")
        start: dict[str, Any] = {}

        async def send_packed(event: Any) -> None:
            nonlocal start
            if event["type"] == "http.response.start":
                start = {**event, "headers": list(event.get("headers") or ())}
                if is_version and event["status"] == 200:
                    start["headers"].append((b"cache-control", KEPT.encode()))
                return
            if start:
                begun, start = start, {}
                body = event.get("body") or b""
                if not event.get("more_body") and len(body) >= _SMALLEST and _is_text(begun["headers"]):
                    begun["headers"].append((b"vary", b"accept-encoding"))  # also as it is: caches keep both apart
                    if unpacks:
                        body = await asyncio.to_thread(gzip.compress, body, 5, mtime=0)
                        event = {**event, "body": body}
                        begun["headers"] = [one for one in begun["headers"] if one[0].lower() != b"content-length"]
                        begun["headers"] += [
                            (b"content-encoding", b"gzip"),
                            (b"content-length", str(len(body)).encode()),
                        ]
                await send(begun)
            await send(event)

        await app(scope, receive, send_packed if scope["type"] == "http" else send)

    return answer


def _is_text(headers: list[tuple[bytes, bytes]]) -> bool:
    """Say whether the headers are those of a text that is not packed yet."""
    named = {name.lower(): value for name, value in headers}
    return b"content-encoding" not in named and named.get(b"content-type", b"").decode("latin-1").startswith(_TEXTS)
