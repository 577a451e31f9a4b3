"""Pages: the text of each page of each document, as it is printed, with the layout of its lines.

Reads `documents` and their files, each in a process of its own; writes `pages` and `page_lines`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from .documents import file_of
from .errors import DocumentProblem
from .ids import digest
from .reading import ocr
from .reading.guard import read_guarded, to_line
from .records import Line, Page, Reading, Report, Tally
from .settings import Settings
from .store import rows, write_problems, write_rows
from .work import work_through

READER = "pages/7"


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Read every document whose file, or whose reader, changed."""
    documents = {row["id"]: row for row in rows(db, "select id, path, sha256 from documents where sha256 <> ''")}
    limits = (settings.read_seconds, settings.read_memory_mb, settings.read_file_mb, settings.read_output_mb)
    pictures = ocr.version(settings.ocr)
    inputs = {
        name: digest(READER, row["sha256"], limits, settings.read_pages, pictures) for name, row in documents.items()
    }

    def load(name: str) -> tuple[Any, ...]:
        return documents[name]["path"], documents[name]["sha256"], settings

    def keep(name: str, reading: Reading, tally: Tally) -> str:
        tally.add("pages", len(reading.pages))
        return write_reading(db, name, reading)

    tally = work_through(
        db, "pages", inputs, load=load, task=read, keep=keep, settings=settings, report=report, within="threads"
    )
    with db.atomic():
        _set_status(db)
    return tally


def read(path: str, sha256: str, settings: Settings) -> Reading:
    """Return what is read of a document's file.

    Raises:
        DocumentProblem: it cannot be read, or is no longer the file that was hashed.
    """
    place: Path = file_of(path, settings.corpus)
    reading, read_sha256 = read_guarded(place, settings)
    if read_sha256 != sha256:
        raise DocumentProblem("changed", "The file changed while the run went on.", remedy="Run again.")
    return reading


def write_reading(db: Database, document_id: str, reading: Reading) -> str:
    """Write the pages of a document and what is known of it now; return the hash of the pages."""
    write_rows(
        db,
        "pages",
        [
            {
                "id": page_id(document_id, page.number),
                "document_id": document_id,
                "number": page.number,
                "label": page.label,
                "status": page.status,
                "text": page.text,
                "width": page.size[0] if page.size else None,
                "height": page.size[1] if page.size else None,
            }
            for page in reading.pages
        ],
        where="document_id = ?",
        args=[document_id],
    )
    lines = [(page_id(document_id, page.number), _to_json(page.lines)) for page in reading.pages]
    write_rows(
        db,
        "page_lines",
        [{"page_id": page, "lines": text} for page, text in lines],
        where="page_id in (select id from pages where document_id = ?)",
        args=[document_id],
    )
    db.execute(
        "update documents set format = ?, pages = ?, is_paged = ? where id = ?",
        [reading.format, len(reading.pages), int(reading.paged), document_id],
    )
    notes = [DocumentProblem(note.kind, note.message, remedy=note.remedy, page=note.page) for note in reading.notes]
    write_problems(db, "reading", document_id, notes, is_failure=False)
    return digest(
        reading.paged,
        *(part for page in reading.pages for part in (page.number, page.label, page.text, page.status)),
        *lines,
    )


def load_pages(db: Database, document_id: str) -> list[Page]:
    """Return the pages of a document with their lines, in order."""
    found = rows(
        db,
        "select number, text, label, status, lines, width, height from pages join page_lines on page_id = pages.id"
        " where document_id = ? order by number",
        [document_id],
    )
    return [to_page(row) for row in found]


def to_page(row: dict[str, Any]) -> Page:
    """Return the page of a row of `pages` joined with `page_lines`."""
    size = (row["width"], row["height"]) if row["width"] is not None else None
    return Page(row["number"], row["text"], row["label"], row["status"], _from_json(row["lines"]), size)


def page_id(document_id: str, number: int) -> str:
    """Return the id of a page: people can read it, and a better scan of the page keeps it."""
    return f"{document_id}-p{number}"


def _set_status(db: Database) -> None:
    """Say of each document whether it is read: not, in part, or whole."""
    db.execute(
        """
        update documents set status = case
            when exists (select 1 from problems where document_id = documents.id and is_failure and stage = 'pages')
                then 'not read'
            when pages = 0 and exists (select 1 from problems where document_id = documents.id and is_failure)
                then 'not read'
            when exists (select 1 from pages where document_id = documents.id and status = 'needs_ocr')
                or exists (select 1 from problems where document_id = documents.id and stage = 'reading'
                    and kind = 'damaged')
                then 'partly read'
            when exists (select 1 from pages where document_id = documents.id) then 'read'
            else status end
        """
    )


def _to_json(lines: tuple[Line, ...]) -> str:
    """Write lines with what differs from the default, since most of them differ in little."""
    plain = asdict(Line(0, 0))
    return json.dumps(
        [
            {key: value for key, value in asdict(line).items() if value != plain[key] or key in ("start", "end")}
            for line in lines
        ]
    )


def _from_json(text: str) -> tuple[Line, ...]:
    return tuple(to_line(values) for values in json.loads(text))
