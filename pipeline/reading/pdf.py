"""Read PDF: structure by pypdf, glyphs by pdfium, ruled tables by pdfplumber.

Reads bytes; gives a `Reading` with one page for each page of the file. pypdf knows the document
(encryption, page labels, metadata); pdfium knows where each glyph stands, mends broken files, and
is forty times as fast. When pdfium cannot open a page, pypdf's own text is used for it.
"""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Iterator
from typing import Any

from ..errors import DocumentProblem
from ..records import Line, Note, Page, Reading
from .layout import Cell, Glyph, LaidLine, lines_of
from .text import plain_page

_RULES_FOR_TABLE = 4
_LIGATURE_HYPHENS = {"\x02": "-", "\ufffe": "-", "\xad": "-"}
"""pdfium writes these for a hyphen at the end of a line."""
_UNREADABLE = re.compile("[\ue000-\uf8ff\ufffd]")


def read_pdf(data: bytes, *, most_pages: int) -> Reading:
    """Return the pages of a PDF.

    Raises:
        DocumentProblem: it asks for a password, has no page that can be read, or more than
            `most_pages` pages.
    """
    structure = _Structure(data)
    document = _open(data)
    if document is None and structure.reader is None:
        raise DocumentProblem(
            "damaged", "The PDF is broken: no reader can open it.", remedy="Get the file again from its source."
        )
    count = len(document) if document is not None else structure.count
    if count == 0:
        raise DocumentProblem("empty", "The PDF has no pages.", remedy="Get the file again from its source.")
    if count > most_pages:
        raise DocumentProblem(
            "too_large", f"The PDF has {count} pages; the limit is {most_pages}.", remedy="Raise read_pages."
        )
    tables = _Tables(data)
    notes: list[Note] = []
    pages = []
    for index in range(count):
        page = _page(document, structure, tables, index)
        if page.status == "needs_ocr":
            notes.append(
                Note(
                    "needs_ocr",
                    "The page is a picture; its text was not read.",
                    "Add a text layer with OCR.",
                    index + 1,
                )
            )
        pages.append(page)
    if all(page.status != "text" for page in pages):
        kind = "needs_ocr" if notes else "empty"
        message = "Every page is a picture." if notes else "No page has any text."
        raise DocumentProblem(kind, message, remedy="Add a text layer with OCR, for example with ocrmypdf.")
    return Reading("pdf", tuple(pages), title=structure.title, published_on=structure.published_on, notes=tuple(notes))


class _Structure:
    """What pypdf knows of a file; every part is empty when it cannot tell."""

    def __init__(self, data: bytes) -> None:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError

        self.reader: PdfReader | None = None
        self.count = 0
        self.labels: list[str] = []
        self.title = self.published_on = ""
        try:
            reader = PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentProblem(
                    "encrypted", "The PDF asks for a password.", remedy="Save a copy without a password and add that."
                )
            self.count = len(reader.pages)
            self.reader = reader
            self.labels = list(reader.page_labels) if "/PageLabels" in reader.root_object else []
            self.title = str((reader.metadata and reader.metadata.title) or "").strip()
            created = reader.metadata and reader.metadata.creation_date
            self.published_on = created.date().isoformat() if created else ""
        except (
            PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, RecursionError, OSError,
        ):  # fmt: skip
            return  # pdfium may still be able to open it

    def label(self, index: int) -> str:
        return self.labels[index] if index < len(self.labels) else ""

    def text(self, index: int) -> str:
        if self.reader is None or index >= self.count:
            return ""
        try:
            return self.reader.pages[index].extract_text()
        except Exception:  # pypdf raises many things on broken content streams
            return ""


class _Tables:
    """Ruled tables, by pdfplumber, on the pages that have rules; carries column names over pages."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.file: Any = None
        self.names: list[str] = []
        self.rows = 0

    def cells(self, index: int, height: float) -> list[Cell]:
        """Return the cells of the tables on a page, or none when it has none that can be trusted."""
        import pdfplumber

        try:
            if self.file is None:
                self.file = pdfplumber.open(io.BytesIO(self.data))
            page = self.file.pages[index]
            found = page.find_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines"})
            return [cell for table in found for cell in self._table(table, height)]
        except Exception:  # pdfminer fails in many ways on broken files; the text is read without cells
            return []

    def _table(self, table: Any, height: float) -> Iterator[Cell]:
        rows = [[box for box in row.cells if box] for row in table.rows]
        filled = [[bool(text and text.strip()) for text in row] for row in table.extract()]
        widest = max((len(row) for row in rows), default=0)
        if sum(sum(row) >= 2 for row in filled) < 2:  # boxes around headings, and other ornaments
            return
        texts = [" ".join((text or "").split()) for text in table.extract()[0]]
        is_head = len(texts) == widest and all(text and len(text) <= 40 for text in texts)
        if is_head:
            self.names = texts
        elif len(self.names) != widest:
            self.names = []
        for position, row in enumerate(rows):
            self.rows += 1
            for column, (left, top, right, bottom) in enumerate(row):
                name = self.names[column] if column < len(self.names) and len(row) == widest else ""
                yield Cell((left, height - bottom, right, height - top), self.rows, name, is_head and position == 0)


def _open(data: bytes) -> Any:
    import pypdfium2 as pdfium

    try:
        return pdfium.PdfDocument(data, password="")
    except (pdfium.PdfiumError, ValueError):
        return None


def _page(document: Any, structure: _Structure, tables: _Tables, index: int) -> Page:
    number, label = index + 1, structure.label(index)
    opened = _open_page(document, index)
    if opened is None:
        page = plain_page(number, structure.text(index))
        return Page(number, page.text, label, page.status, page.lines)
    glyphs = list(_glyphs(opened))
    images, rules = _count_objects(opened)
    if not any(not glyph.char.isspace() for glyph in glyphs):
        return Page(number, "", label, "needs_ocr" if images else "blank")
    cells = tables.cells(index, opened.get_height()) if rules >= _RULES_FOR_TABLE else []
    return _printed(number, label, lines_of(glyphs, cells))


def _open_page(document: Any, index: int) -> Any:
    import pypdfium2 as pdfium

    if document is None or index >= len(document):
        return None
    try:
        return document[index]
    except pdfium.PdfiumError:
        return None


def _glyphs(page: Any) -> Iterator[Glyph]:
    """Yield the characters of a page with their boxes, upright whatever the page's rotation."""
    from pypdfium2 import raw

    text = page.get_textpage()
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    turn = _turning(page)
    fonts: dict[bytes, bool] = {}
    name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    high = 0
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        char = chr(code)
        char = _LIGATURE_HYPHENS.get(char, char)
        if code == 0 or (code < 32 and char not in "\r\n\t-"):
            continue
        raw.FPDFText_GetLooseCharBox(text.raw, index, box)
        raw.FPDFText_GetCharOrigin(text.raw, index, x, y)
        raw.FPDFText_GetFontInfo(text.raw, index, name, 256, flags)
        bold = fonts.setdefault(name.value, b"bold" in name.value.lower() or b"black" in name.value.lower())
        left, bottom, right, top = turn((box.left, box.bottom, box.right, box.top))
        base = turn((x.value, y.value, x.value, y.value))[1]
        yield Glyph(char, left, bottom, right, top, base, max(0.1, top - bottom), bold)


def _turning(page: Any) -> Any:
    """Return a function that turns boxes of a page by its rotation, so that its lines run level."""
    rotation = page.get_rotation()
    left, bottom, right, top = page.get_mediabox()
    if rotation == 90:
        return lambda b: (b[1] - bottom, right - b[2], b[3] - bottom, right - b[0])
    if rotation == 180:
        return lambda b: (right - b[2], top - b[3], right - b[0], top - b[1])
    if rotation == 270:
        return lambda b: (top - b[3], b[0] - left, top - b[1], b[2] - left)
    return lambda b: b


def _count_objects(page: Any) -> tuple[int, int]:
    """Return how many pictures and how many drawn paths a page has."""
    from pypdfium2 import raw

    images = rules = 0
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), 5000)):
        kind = raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, index))
        images += kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
        rules += kind == raw.FPDF_PAGEOBJ_PATH
    return images, rules


def _printed(number: int, label: str, laid: list[LaidLine]) -> Page:
    """Lay lines out as the text of a page."""
    lines = []
    start = 0
    for line in laid:
        end = start + len(line.text)
        role = ("column" if line.cell.is_head else "cell") if line.cell else ""
        lines.append(
            Line(
                start,
                end,
                role,
                column=line.cell.column if line.cell else "",
                group=line.cell.row if line.cell else -1 - line.block,
                box=line.box,
                size=line.size,
                bold=line.bold,
                marks=tuple((start + a, start + b) for a, b in line.marks),
            )
        )
        start = end + 1
    text = "\n".join(line.text for line in laid)
    unreadable = len(_UNREADABLE.findall(text))
    status = "needs_ocr" if unreadable > 0.5 * max(1, len(text)) else "text"
    return Page(number, text, label, status, tuple(lines))  # type: ignore[arg-type]  # one of the literals
