"""Print a comparison as Markdown, CSV or JSON. Reads a `Comparison`; gives text."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any

from .comparing import FINDINGS, Comparison, Counterpart, Quote
from .store import BINDINGNESS

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Beginnings that a spreadsheet takes for those of a formula; the last four are full-width = + - @."""


def to_markdown(comparison: Comparison) -> str:
    """Return a comparison as a Markdown document with quotes and pages."""
    names = comparison.names
    lines = [f"# {' and '.join(names[code] for code in comparison.issuers)}", "", "## Documents", ""]
    lines += [
        f"- {names[document['for']]}: {document['title']} ({document['year'] or 'no date'}), {document['status']}"
        for document in comparison.documents
    ]
    lines += ["", "## Themes", "", "| theme | " + " | ".join(names[code] for code in comparison.issuers) + " |"]
    lines.append("|---" * (1 + len(comparison.issuers)) + "|")
    for theme, label in comparison.themes:
        cells = [comparison.cells[code, theme] for code in comparison.issuers]
        lines.append(f"| {label} | " + " | ".join(cell_text(cell) for cell in cells) + " |")
    lines += ["", "## Counterparts", ""]
    for theme, label in comparison.themes:
        pairs = [pair for pair in comparison.counterparts if pair.theme == theme]
        if pairs:
            lines += [f"### {label}", ""]
            for pair in pairs:
                lines += [*_pair_lines(pair), ""]
    lines += ["## Who names whom", ""]
    lines += [
        f"- {names[naming.issuer]} names {naming.named} as {naming.role}: {naming.times} ({', '.join(naming.places)})"
        for naming in comparison.namings
    ]
    return "\n".join(lines)


def cell_text(cell: Any) -> str:
    """Return what a cell of the matrix says, in words."""
    if cell.finding != "committed":
        return FINDINGS[cell.finding]
    firmest = BINDINGNESS[cell.bindingness][0].lower()
    return f"{cell.commitments} ({firmest})"


def _pair_lines(pair: Counterpart) -> list[str]:
    formula = ", one formula" if pair.is_formula else ""
    said = f"{pair.relation}{formula}: substance {pair.substance:.2f}, wording {pair.wording:.2f}"
    lines = [f"*{said}{'; ' if pair.note else ''}{pair.note}*", ""]
    for quote in (pair.a, pair.b):
        lines += [f"> {_said(quote)}", f"> — {quote.where}", ""]
    return lines[:-1]


def _said(quote: Quote) -> str:
    return f"[{quote.lead_in}] {quote.quote}" if quote.lead_in else quote.quote


def to_csv(comparison: Comparison) -> str:
    """Return the counterparts of a comparison as CSV, one pair a row, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    columns = ["theme", "relation", "note", "substance", "wording", "is_formula"]
    sides = ("issuer", "quote", "document_id", "year", "page", "bindingness", "precision", "deadline", "id")
    writer = csv.writer(buffer)
    writer.writerow([*columns, *(f"{side}_a" for side in sides), *(f"{side}_b" for side in sides)])
    for pair in comparison.counterparts:
        row: list[Any] = [
            pair.theme, pair.relation, pair.note, pair.substance, pair.wording, int(pair.is_formula)
        ]  # fmt: skip
        for quote in (pair.a, pair.b):
            row += [getattr(quote, side) for side in sides]
        writer.writerow([harmless(value) for value in row])
    return buffer.getvalue()


def harmless(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def to_json(comparison: Comparison) -> str:
    """Return a comparison as JSON."""
    values = asdict(comparison)
    values["cells"] = [asdict(cell) for cell in comparison.cells.values()]
    return json.dumps(values, ensure_ascii=False, indent=2)
