"""Print a comparison as Markdown, CSV or JSON, or as lists to take away. Reads a `Comparison`; gives text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .comparing import FINDINGS, NAMINGS_COUNTED, Comparison, Counterpart, Quote, silences
from .coverage import AXES, Cell, Matrix, findings, in_words
from .exporting import Listing, column, csv_text, described
from .store import BINDINGNESS


def to_markdown(comparison: Comparison) -> str:
    """Return a comparison as a Markdown document with quotes and pages."""
    names, meanings = comparison.names, findings(comparison.axis, comparison.choice)
    title = f"# {' and '.join(names[code] for code in comparison.issuers)}"
    lines = [title, "", *comparison.choice.markdown, "## Documents", ""]
    lines += [
        f"- {names[document['for']]}: {document['title']} ({document['year'] or 'no date'}), {document['status']}"
        for document in comparison.documents
    ]
    by = comparison.axis.by
    columns = [by, *(names[code] for code in comparison.issuers), *(["difference"] if comparison.measured else [])]
    lines += ["", f"## {AXES.get(by, 'Elements')}", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for topic, label in comparison.topics:
        cells = [cell_text(comparison.cells.get((code, topic)), meanings) for code in comparison.issuers]
        differs = [in_words(comparison.differences[topic], names)] if comparison.measured else []
        lines.append(f"| {' | '.join([label, *cells, *differs])} |")
    lines += ["", "## Counterparts", ""]
    for theme, label in comparison.themes:
        pairs = [pair for pair in comparison.counterparts if pair.theme == theme]
        if pairs:
            lines += [f"### {label}", ""]
            for pair in pairs:
                lines += [*_pair_lines(pair), ""]
    lines += ["## Who names whom", "", NAMINGS_COUNTED, ""]
    lines += [f"- {names[issuer]} names nobody of {names[other]}." for issuer, other in silences(comparison)]
    lines += [
        f"- {names[naming.issuer]} names {naming.name or naming.named} as {naming.role}: {naming.times}"
        f" ({', '.join(naming.places)})"
        for naming in comparison.namings
    ]
    return "\n".join(lines)


def cell_text(cell: Cell | None, meanings: Mapping[str, str]) -> str:
    """Return what a cell of the matrix says, in words; "" where there is nothing to say."""
    if cell is None:
        return ""
    if cell.finding != "committed" or cell.bindingness is None:
        return meanings[cell.finding]
    told = [BINDINGNESS[cell.bindingness][0].lower()]
    told += [f"{cell.per_thousand} in 1,000 sentences"] if cell.per_thousand is not None else []
    told += [f"latest {cell.latest_year}"] if cell.latest_year else []
    return f"{cell.commitments} ({'; '.join(told)})"


def _pair_lines(pair: Counterpart) -> list[str]:
    formula = ", one formula" if pair.is_formula else ""
    said = f"{pair.relation}{formula}: substance {pair.substance:.2f}, wording {pair.wording:.2f}"
    lines = [f"*{said}{'; ' if pair.note else ''}{pair.note}*", ""]
    for quote in (pair.a, pair.b):
        lines += [f"> {_said(quote)}", f"> — {quote.where}{f' (judged {quote.review})' if quote.review else ''}", ""]
    return lines[:-1]


def _said(quote: Quote) -> str:
    return f"[{quote.lead_in}] {quote.quote}" if quote.lead_in else quote.quote


def to_csv(comparison: Comparison) -> str:
    """Return the counterparts of a comparison as CSV, one pair a row, safe to open in a spreadsheet."""
    return csv_text(listings(comparison)[0])


_SIDE = (
    ("issuer", str, "Whose promise it is"), ("quote", str, "The promise, word for word"), ("document_id", str, "Where it stands"),
    ("document", str, "Title of the document"), ("year", int, "Year of the document"), ("page", int, "Page of the file, counted from one"), ("page_label", str, "Page as it is printed, empty when unknown"),
    ("bindingness", str, "How firm it is"),
    ("precision", int, "How precise it is, 0 to 5"), ("deadline", str, "By when, in the words of the text"), ("id", str, "Its permanent id"),
    ("review", str, "What reviewers last decided on it; empty where nobody did"),
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
_COUNTS = (
    column("commitments", int, "Commitments, those of joint texts included; by theme each counts under each of its themes, by sub-theme under the main one alone; what a document says twice counts once"),
    *described("coverage", again=int, documents=int, bindingness_id=int, latest_year=int, per_thousand=float),
    column("sentences", int, "Sentences of its documents that could be read"),
)  # fmt: skip
_FINDING = column("finding", str, f"What it does: {', '.join(FINDINGS)}")
CELL = (
    column("issuer", str, "Code of the issuer"),
    column("topic", str, "Code of the theme, id of the sub-theme or element, or year"),
    _FINDING,
    *_COUNTS,
)
"""Columns of the cells of a comparison."""
MATRIX = (
    column("issuer_id", str, "Code of the issuer"), column("issuer", str, "Name of the issuer"),
    column("by", str, "By what is counted: theme, subtheme, year, or the id of a guideline"),
    column("topic_id", str, "Code of the theme, id of the sub-theme or element, or year"), column("topic", str, "Its name"),
    _FINDING, *_COUNTS,
)  # fmt: skip
"""Columns of the matrix of everybody."""
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
    cells = [{**vars(cell), "bindingness_id": cell.bindingness} for cell in comparison.cells.values()]
    topics = AXES.get(comparison.axis.by, "Elements")
    namings = [{**vars(naming), "places": ", ".join(naming.places)} for naming in comparison.namings]
    return (
        Listing("counterparts", f"Counterparts: {names}", PAIR, [_to_row(pair) for pair in comparison.counterparts], address),
        Listing(topics.lower(), f"{topics}: {names}", CELL, cells, address),
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


def matrix_listing(matrix: Matrix) -> Listing:
    """Return what everybody does with each topic: a row for each cell."""
    labels = dict(matrix.topics)
    found = [
        {
            **vars(cell), "issuer_id": cell.issuer, "issuer": matrix.names[cell.issuer], "by": matrix.axis.by,
            "topic_id": cell.topic, "topic": labels[cell.topic], "bindingness_id": cell.bindingness,
        }
        for cell in matrix.cells.values()
    ]  # fmt: skip
    by = matrix.axis.by
    return Listing(f"coverage-by-{by}", f"Everybody, by {AXES.get(by, by).lower()}", MATRIX, found)


def matrix_to_markdown(matrix: Matrix) -> str:
    """Return what everybody does with each topic as a Markdown table, a line for each issuer."""
    labels, meanings = dict(matrix.topics), findings(matrix.axis, matrix.choice)
    lines = [f"| issuer | {' | '.join(labels.values())} |", "|---" * (1 + len(labels)) + "|"]
    for code, name in matrix.names.items():
        told = [cell_text(matrix.cells.get((code, topic)), meanings) for topic in labels]
        lines.append(f"| {name} | {' | '.join(told)} |")
    return "\n".join([f"# {AXES.get(matrix.axis.by, matrix.axis.by)}", "", *matrix.choice.markdown, *lines])
