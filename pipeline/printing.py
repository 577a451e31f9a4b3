"""Print a comparison as Markdown, CSV or JSON, or as lists to take away. Reads a `Comparison`; gives text."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import Any

from .comparing import FINDINGS, Comparison, Counterpart, Quote, silences
from .exporting import Listing, column, write_csv
from .store import BINDINGNESS


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
    lines += [f"- {names[issuer]} names nobody of {names[other]}." for issuer, other in silences(comparison)]
    lines += [
        f"- {names[naming.issuer]} names {naming.name or naming.named} as {naming.role}: {naming.times}"
        f" ({', '.join(naming.places)})"
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
    pairs = listings(comparison)[0]
    names = [one.name for one in pairs.columns]
    write_csv(buffer, names, ([row[name] for name in names] for row in pairs.rows))
    return buffer.getvalue()


_SIDE = (
    ("issuer", str, "Whose promise it is"), ("quote", str, "The promise, word for word"), ("document_id", str, "Where it stands"),
    ("year", int, "Year of the document"), ("page", int, "Page of the file, counted from one"), ("bindingness", str, "How firm it is"),
    ("precision", int, "How precise it is, 0 to 5"), ("deadline", str, "By when, in the words of the text"), ("id", str, "Its permanent id"),
)  # fmt: skip
PAIR = (
    column("theme", str, "What both are about"),
    column("relation", str, "How the two stand to each other"),
    column("note", str, "What agrees, and what does not"),
    column("substance", float, "How alike they are in meaning, 0 to 1"),
    column("wording", float, "How much they share word for word, 0 to 1"),
    column("is_formula", int, "1 when both repeat one formula"),
    *(column(f"{name}_{side}", kind, f"Of the {ordinal}: {meaning}") for side, ordinal in (("a", "first"), ("b", "second")) for name, kind, meaning in _SIDE),
)  # fmt: skip
"""Columns of the counterparts of a comparison."""
CELL = (
    column("issuer", str, "Code of the issuer"),
    column("theme", str, "Code of the theme"),
    column("finding", str, "committed, mentioned, absent, not read or no document"),
    column("commitments", int, "Commitments, those of joint texts included"),
    column("documents", int, "Documents that hold them"),
    column("bindingness", int, "The firmest of them, 1 to 4"),
    column("latest_year", int, "Year of the latest"),
    column("per_thousand", float, "Commitments in a thousand sentences"),
)
"""Columns of the cells of a comparison."""
_NAMING = (
    column("issuer", str, "Who names"), column("named", str, "Who is named"), column("role", str, "As what"),
    column("times", int, "How often"), column("places", str, "Where: years and pages, six at most"),
)  # fmt: skip
_DOCUMENT = (
    column("issuer", str, "For whom it counts"), column("id", str, "Permanent name"), column("title", str, "Title"),
    column("year", int, "Year of publication"), column("status", str, "read, partly read, not read"),
)  # fmt: skip


def listings(comparison: Comparison, address: str = "") -> tuple[Listing, ...]:
    """Return what a comparison lists: the counterparts first, then cells, namings and documents."""
    names = " and ".join(comparison.names[code] for code in comparison.issuers)
    documents = [{**document, "issuer": document["for"]} for document in comparison.documents]
    cells = [vars(cell) for cell in comparison.cells.values()]
    namings = [{**vars(naming), "places": ", ".join(naming.places)} for naming in comparison.namings]
    return (
        Listing("counterparts", f"Counterparts: {names}", PAIR, [_to_row(pair) for pair in comparison.counterparts], address),
        Listing("themes", f"Themes: {names}", CELL, cells, address),
        Listing("who names whom", f"Who names whom: {names}", _NAMING, namings, address),
        Listing("documents", f"Documents: {names}", _DOCUMENT, documents, address),
    )  # fmt: skip


def _to_row(pair: Counterpart) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(pair, name) for name in ("theme", "relation", "note", "substance", "wording")}
    row["is_formula"] = int(pair.is_formula)
    for side, quote in (("a", pair.a), ("b", pair.b)):
        row |= {f"{name}_{side}": getattr(quote, name) for name, _, _ in _SIDE}
    return row


def to_json(comparison: Comparison) -> str:
    """Return a comparison as JSON."""
    values = asdict(comparison)
    values["cells"] = [asdict(cell) for cell in comparison.cells.values()]
    return json.dumps(values, ensure_ascii=False, indent=2)
