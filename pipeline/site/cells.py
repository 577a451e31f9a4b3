"""Datasette's own CSV, made harmless in a spreadsheet: texts of files that nobody checked stand in its cells.

Wraps the application; rewrites the cells of an answer whose address ends in `.csv`, row by row as they come, and touches
no other answer. Concord's own lists are harmless already, and say so by `header=present` (RFC 4180) in their type.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any

from ..exporting import harmless

Application = Callable[[Any, Any, Any], Awaitable[None]]

csv.field_size_limit(2**31 - 1)  # a page of a web text may be longer than what a reader of CSV takes by itself

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)


def guarded(app: Application) -> Application:
    """Return an ASGI application that answers as `app` does, with no formula in a CSV."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(".csv"):
            await app(scope, receive, send)
            return
        rows: Rows | None = None

        async def send_harmless(event: Any) -> None:
            nonlocal rows
            if event["type"] == "http.response.start":
                kind = next((value for name, value in event["headers"] if name.lower() == b"content-type"), b"")
                if kind.startswith((b"text/csv", b"text/plain")) and b"header=present" not in kind:
                    rows = Rows()
                    kept = [pair for pair in event["headers"] if pair[0].lower() != b"content-length"]
                    event = {**event, "headers": kept}
            elif rows is not None and event["type"] == "http.response.body":
                is_last = not event.get("more_body", False)
                event = {**event, "body": rows.made_harmless(event.get("body", b""), is_last=is_last)}
            await send(event)

        await app(scope, receive, send_harmless)

    return answer


class Rows:
    """The rows of a CSV that comes in pieces."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._rest = ""

    def made_harmless(self, piece: bytes, *, is_last: bool) -> bytes:
        """Return the rows that this piece completes, harmless; what remains waits for the next piece."""
        text = self._rest + self._decoder.decode(piece, is_last)
        end = len(text) if is_last else _end_of_rows(text)
        self._rest = text[end:]
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        for row in csv.reader(io.StringIO(text[:end], newline="")):
            writer.writerow([cell if _NUMBER.fullmatch(cell) else harmless(cell) for cell in row])
        return buffer.getvalue().encode()


def _end_of_rows(text: str) -> int:
    """Return where the last whole row ends: behind a line break that stands between no quotation marks."""
    end = text.rfind("\n") + 1
    while end and text.count('"', 0, end) % 2:
        end = text.rfind("\n", 0, end - 1) + 1
    return end
