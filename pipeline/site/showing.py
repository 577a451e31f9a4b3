"""Filters of the templates: how texts, numbers and pages are shown. Everything they return is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from markupsafe import Markup


def marked(text: str, marks: Iterable[tuple[int, int]], tag: str = "mark") -> Markup:
    """Return `text`, escaped, with the stretches (start, end) in `marks` inside <mark> elements."""
    shown = ""
    place = 0
    for start, end in sorted(marks):
        if start >= place:
            shown += f"{escape(text[place:start])}<{tag}>{escape(text[start:end])}</{tag}>"
            place = end
    return Markup(shown + escape(text[place:]))


def number(value: int | float | None) -> str:
    """Return a number with thin groups of three: 12,345."""
    return "" if value is None else f"{value:,}"


def page(row: Any) -> str:
    """Return the page of a quote, row or hit for people: "p. 27", or "" when its text has no pages."""
    values = row if isinstance(row, dict) else vars(row)
    return f"p. {values.get('page_label') or values.get('page')}" if values.get("is_paged") else ""


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 commitment", "2 commitments"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sure(confidence: float) -> str:
    """Return a confidence for people: "93 % sure". A machine is never quite sure, nor quite unsure."""
    return f"{min(99, max(1, round(100 * confidence)))}\u00a0%\u00a0sure"
