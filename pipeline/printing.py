"""Print a comparison as Markdown, CSV or JSON. Reads a `Comparison`; gives text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from .comparing import FINDINGS, Comparison, Counterpart, Quote
from .coverage import AXES, Cell, in_words
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
    by = comparison.axis.by
    columns = [by, *(names[code] for code in comparison.issuers), *(["difference"] if comparison.measured else [])]
    lines += ["", f"## {AXES.get(by, 'Elements')}", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for topic, label in comparison.topics:
        cells = [cell_text(comparison.cells[code, topic]) for code in comparison.issuers]
        differs = [in_words(comparison.differences[topic], names)] if comparison.measured else []
        lines.append(f"| {' | '.join([label, *cells, *differs])} |")
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


def cell_text(cell: Cell) -> str:
    """Return what a cell of the matrix says, in words."""
    if cell.finding != "committed" or cell.bindingness is None:
        return FINDINGS[cell.finding]
    told = [BINDINGNESS[cell.bindingness][0].lower()]
    told += [f"{cell.per_thousand} in 1,000 sentences"] if cell.per_thousand is not None else []
    told += [f"latest {cell.latest_year}"] if cell.latest_year else []
    return f"{cell.commitments} ({'; '.join(told)})"


def _pair_lines(pair: Counterpart) -> list[str]:
    lines = [f"*{pair.relation}, substance {pair.substance:.2f}, wording {pair.wording:.2f}*", ""]
    for quote in (pair.a, pair.b):
        lines += [f"> {_said(quote)}", f"> — {quote.where}", ""]
    return lines[:-1]


def _said(quote: Quote) -> str:
    return f"[{quote.lead_in}] {quote.quote}" if quote.lead_in else quote.quote


def to_csv(comparison: Comparison) -> str:
    """Return the counterparts of a comparison as CSV, one pair a row, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    columns = ["theme", "relation", "substance", "wording"]
    sides = ("issuer", "quote", "document_id", "year", "page", "bindingness", "precision", "deadline", "id")
    writer = csv.writer(buffer)
    writer.writerow([*columns, *(f"{side}_a" for side in sides), *(f"{side}_b" for side in sides)])
    for pair in comparison.counterparts:
        row: list[Any] = [pair.theme, pair.relation, pair.substance, pair.wording]
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


def matrix_to_csv(cells: Iterable[Cell], names: Mapping[str, str], labels: Mapping[str, str], by: str) -> str:
    """Return the cells of a coverage matrix as CSV, one a row, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    columns = [
        "finding", "commitments", "again", "documents", "per_thousand", "bindingness", "latest_year", "sentences",
    ]  # fmt: skip
    writer = csv.writer(buffer)
    writer.writerow(["issuer", "issuer_name", "by", "topic", "topic_label", *columns])
    for cell in cells:
        row = [
            cell.issuer,
            names[cell.issuer],
            by,
            cell.topic,
            labels[cell.topic],
            *(getattr(cell, one) for one in columns),
        ]
        writer.writerow([harmless(value) for value in row])
    return buffer.getvalue()


def matrix_to_json(cells: Iterable[Cell], names: Mapping[str, str], labels: Mapping[str, str], by: str) -> str:
    """Return the cells of a coverage matrix as JSON."""
    values = {"by": by, "issuers": names, "topics": labels, "cells": [asdict(cell) for cell in cells]}
    return json.dumps(values, ensure_ascii=False, indent=2)


def matrix_to_markdown(cells: Iterable[Cell], names: Mapping[str, str], labels: Mapping[str, str], by: str) -> str:
    """Return a coverage matrix as a Markdown table, a line for each issuer."""
    found = {(cell.issuer, cell.topic): cell for cell in cells}
    lines = [f"| issuer | {' | '.join(labels.values())} |", "|---" * (1 + len(labels)) + "|"]
    for code, name in names.items():
        lines.append(f"| {name} | {' | '.join(cell_text(found[code, topic]) for topic in labels)} |")
    return "\n".join([f"# {AXES.get(by, by)}", "", *lines])
