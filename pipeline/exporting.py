"""Take a list away as CSV, JSON or XLSX, and the whole database as a data package.

Reads a `Listing`, which the site makes of each of its lists, or a database; gives bytes, or a folder with one CSV file
for each public table and a `datapackage.json` that describes them (Frictionless Data Package). No cell of either kind
of table runs as a formula when it is opened in a spreadsheet.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from . import __version__
from .errors import ExportError
from .settings import bundled
from .store import rows

MOST_ROWS = 50_000
"""Rows of the longest list that is given in one piece; a longer one is refused and never cut."""
LONGEST_CELL = 32_767
"""Characters that a cell of XLSX can hold."""
CUT = " […] (Cut here: a cell of a spreadsheet holds no more. CSV and JSON have the whole text.)"
PACKAGE = "datapackage.json"
SPREADSHEET_BOM = "\ufeff"
"""Spreadsheets take a CSV file for UTF-8 only when it begins with this."""
GUARD = (
    "So that no spreadsheet runs a text as a formula, an apostrophe stands before a text that begins with = + - @, a tab"
    " or a line break, apostrophes before it aside. Take one apostrophe away from such a text and you have it as it was."
)
_FORMULA = re.compile("'*[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Beginnings that a spreadsheet takes for those of a formula; the last four are full-width = + - @."""
_METADATA = "datasette_metadata.json"
_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}
_TYPES = {"TEXT": "string", "INTEGER": "integer", "REAL": "number"}


@dataclass(frozen=True)
class Column:
    """A column of a list. `kind` is a type of JSON Schema, which Table Schema calls the same."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Listing:
    """A list of the site, to take away: every row of it, and what each column means.

    `name` is the name of its file without an ending; `address` is where it was asked for.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    address: str = ""


def column(name: str, kind: type, meaning: str) -> Column:
    """Return a column that holds values of a type of Python."""
    return Column(name, _KINDS[kind], meaning)


def described(table: str, **kinds: type) -> tuple[Column, ...]:
    """Return columns of a table of the database, with what the metadata says of them."""
    meanings = _tables()[table]["columns"]
    return tuple(column(name, kind, meanings[name]) for name, kind in kinds.items())


@cache
def _metadata() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bundled(_METADATA).read_text("utf-8"))
    return content


def _tables() -> dict[str, dict[str, Any]]:
    """Return what the metadata says of each table."""
    (database,) = _metadata()["databases"].values()
    tables: dict[str, dict[str, Any]] = database["tables"]
    return tables


def harmless(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula; `GUARD` says how, and how to undo it."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def as_it_was(text: str) -> str:
    """Return a text of a table that was made harmless as it was before."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_csv(target: Any, columns: Sequence[str], listed: Iterable[Sequence[Any]]) -> int:
    """Write a table as CSV, harmless in a spreadsheet; return how many rows it has."""
    writer = csv.writer(target)
    writer.writerow(columns)
    count = 0
    for row in listed:
        writer.writerow([harmless(value) for value in row])
        count += 1
    return count


def to_csv(listing: Listing) -> bytes:
    """Return a list as CSV that opens in a spreadsheet."""
    return (SPREADSHEET_BOM + csv_text(listing)).encode()


def csv_text(listing: Listing) -> str:
    """Return a list as CSV for other programs: without the mark that spreadsheets need."""
    buffer = io.StringIO()
    write_csv(buffer, [one.name for one in listing.columns], _values(listing))
    return buffer.getvalue()


def to_json(listing: Listing) -> bytes:
    """Return a list as JSON: its title, how many rows it has, what its columns mean, and the rows."""
    names = [one.name for one in listing.columns]
    content = {
        "title": listing.title,
        "address": listing.address,
        "count": len(listing.rows),
        "columns": [{"name": one.name, "type": one.kind, "description": one.meaning} for one in listing.columns],
        "rows": [dict(zip(names, values, strict=True)) for values in _values(listing)],
    }
    return json_bytes(content)


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Return an object as JSON. Its lists are written item by item: one long call would let no other thread go on meanwhile."""

    def written(one: Any) -> str:
        if isinstance(one, list | tuple):
            return f"[{', '.join([json.dumps(item, ensure_ascii=False) for item in one])}]"
        return json.dumps(one, ensure_ascii=False)

    return f"{{{', '.join([f'{json.dumps(name)}: {written(one)}' for name, one in value.items()])}}}".encode()


def to_xlsx(*listings: Listing) -> bytes:
    """Return lists as a workbook: a sheet for each, and a last one that says what they are and what columns mean.

    Texts are written as texts, and those that begin as a formula does are marked as such, so that they stay texts when
    somebody edits their cell. What is longer than a cell can be ends with words that say so.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, settings) as book:
        strong, guarded = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for listing in listings:
            sheet = book.add_worksheet(listing.name[:31])
            sheet.freeze_panes(1, 0)
            for place, one in enumerate(listing.columns):
                sheet.write_string(0, place, one.name, strong)
                sheet.set_column(
                    place, place, min(60, max(10, *(len(_shown(row[one.name])) for row in listing.rows[:50]), 0))
                )
            for line, values in enumerate(_values(listing), 1):
                for place, value in enumerate(values):
                    _write_cell(sheet, line, place, value, guarded)
        _write_about(book.add_worksheet("about"), listings, strong)
    return buffer.getvalue()


def _write_about(sheet: Any, listings: Sequence[Listing], strong: Any) -> None:
    sheet.set_column(0, 0, 24)
    lines: list[tuple[str, str]] = []
    for listing in listings:
        lines += [(listing.title, ""), ("address", listing.address), ("rows", f"{len(listing.rows):,}")]
        lines += [(one.name, one.meaning) for one in listing.columns]
        lines += [("", "")]
    lines += [("made by", f"Concord {__version__}"), ("licence", _metadata()["license"])]
    titles = {listing.title for listing in listings}
    for place, (name, text) in enumerate(lines):
        sheet.write_string(place, 0, name, strong if name in titles else None)
        sheet.write_string(place, 1, text)


def _write_cell(sheet: Any, line: int, place: int, value: Any, guarded: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    else:
        text = value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - len(CUT)] + CUT
        sheet.write_string(line, place, text, guarded if _FORMULA.match(text) else None)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _values(listing: Listing) -> Iterator[list[Any]]:
    return ([row[one.name] for one in listing.columns] for row in listing.rows)


@dataclass(frozen=True)
class Form:
    """A form in which a list can be taken away."""

    name: str
    content_type: str
    make: Callable[[Listing], bytes]


FORMS = {
    "csv": Form("CSV", "text/csv; charset=utf-8; header=present", to_csv),
    "json": Form("JSON", "application/json; charset=utf-8", to_json),
    "xlsx": Form("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
}
"""The forms by the ending of their addresses."""


def export(db: Database, folder: Path) -> dict[str, int]:
    """Write every public table into a folder as a data package; return how many rows each table has.

    Tables are written row by row, from one state of the database, and `datapackage.json` last: a folder without it was
    not finished.

    Raises:
        ExportError: something else is in the folder.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / PACKAGE).is_file())):
        raise ExportError(
            f"{folder} holds something else already.", remedy="Name a new folder, or one with an earlier export."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PACKAGE).unlink(missing_ok=True)
    db.execute("begin")  # a run may go on meanwhile
    try:
        public = public_tables(db)
        resources = [_resource(db, name, public, folder) for name in public]
        built = rows(db, "select max(finished_at) as at from runs")[0]["at"]
    finally:
        db.conn.rollback()
    content = json.dumps(_package(resources, built), ensure_ascii=False, indent=2)
    (folder / PACKAGE).write_text(content + "\n", "utf-8")
    return {resource["name"]: resource["rowCount"] for resource in resources}


def public_tables(db: Database) -> list[str]:
    """Return the tables that are no plumbing, in the order in which the metadata describes them."""
    there = set(db.table_names())
    return [name for name, table in _tables().items() if not table.get("hidden") and name in there]


def _resource(db: Database, name: str, public: Sequence[str], folder: Path) -> dict[str, Any]:
    """Write a table, and return what the package says of it."""
    schema = _schema(db.conn, name, public)
    columns = [field["name"] for field in schema["fields"]]
    order = ", ".join(f'"{key}"' for key in schema["primaryKey"])
    listed = ", ".join(f'"{one}"' for one in columns)
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        count = write_csv(target, columns, db.execute(f'select {listed} from "{name}" order by {order}'))
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    described = _tables()[name]
    return {
        "name": name,
        "path": path.name,
        "profile": "tabular-data-resource",
        "title": described["title"],
        "description": described["description"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "rowCount": count,
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n", "header": True},
        "schema": schema,
    }


def _schema(connection: sqlite3.Connection, name: str, public: Sequence[str]) -> dict[str, Any]:
    """Return the Table Schema of a table: its columns with their types and meanings, and its keys."""
    meanings = _tables()[name]["columns"]
    fields: list[dict[str, Any]] = []
    keys: dict[int, str] = {}
    for _, column_name, kind, is_required, default, place in connection.execute(f'pragma table_info("{name}")'):
        field = {"name": column_name, "type": _TYPES[kind], "description": meanings[column_name]}
        # An empty text is an empty cell, which Table Schema takes for no value: so a text that may be empty is not required.
        if (place and default is None) or (is_required and kind != "TEXT"):
            field["constraints"] = {"required": True}
        fields.append(field)
        if place:
            keys[place] = column_name
    references: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    for number, _, target, own, other, *_ in connection.execute(f'pragma foreign_key_list("{name}")'):
        references.setdefault(number, (target, []))[1].append((own, other))
    foreign = [
        {
            "fields": [own for own, _ in pairs],
            "reference": {"resource": "" if target == name else target, "fields": [other for _, other in pairs]},
        }
        for _, (target, pairs) in sorted(references.items(), reverse=True)
        if target in public
    ]
    schema: dict[str, Any] = {
        "fields": fields,
        "missingValues": [""],
        "primaryKey": [keys[one] for one in sorted(keys)],
    }
    return {**schema, "foreignKeys": foreign} if foreign else schema


def _package(resources: Sequence[dict[str, Any]], built: str | None) -> dict[str, Any]:
    told = _metadata()
    return {
        "profile": "tabular-data-package",
        "name": "concord",
        "title": told["title"],
        "description": f"{told['description']} {GUARD} An empty cell is an empty text or no value.",
        "version": __version__,
        **({"created": built} if built else {}),
        "licenses": [{"name": "Apache-2.0", "path": told["license_url"], "title": told["license"]}],
        "sources": [{"title": told["source"]}],
        "resources": list(resources),
    }
