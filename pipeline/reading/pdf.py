"""Read PDF: structure by pypdf, glyphs by pdfium, ruled tables by pdfplumber.

Reads bytes; gives a `Reading` with one page for each page of the file. pypdf knows the document
(encryption, page labels, metadata); pdfium knows where each glyph stands, mends broken files, and
is forty times as fast. A file that it cannot open is rebuilt from what is left of it; when pdfium
cannot open a page, pypdf's own text is used for it.
"""

from __future__ import annotations

import ctypes
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..errors import DocumentProblem
from ..records import Line, Note, Page, Reading
from .layout import Box, Cell, Glyph, LaidLine, lines_of
from .ocr import LEAST_SURE, Ocr, installed, missing, time_is_left
from .rebuilding import rebuilt
from .text import plain_page, shown

_RULES_FOR_TABLE = 4
_ENDING = re.compile(rb"%%EOF|startxref")
_LONGEST_ENDING = 4096
"""Bytes at the end of a file among which its end is marked; without a mark it has been cut off."""
_LIGATURE_HYPHENS = {"\x02": "-", "\ufffe": "-", "\xad": "-"}
"""pdfium writes these for a hyphen at the end of a line."""
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of writing: `text.shown()` drops them from other formats."""
_START = re.compile(rb"startxref\s+(\d{1,15})")
_DIRECTORY = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)")
_TABLE = re.compile(rb"(?<!start)xref")
_MISCOUNT = 128
_ZEROED = bytes(64)
"""What no page's content holds, and a disk or a download that failed leaves behind."""
_MOST_UNFOLDED = 64 << 20
"""Bytes of a page's content whose checksum is looked at."""
_AGAIN = "Get the file again from its source."
_UNREADABLE = re.compile("[\ue000-\uf8ff\ufffd]")


def read_pdf(data: bytes, *, most_pages: int, ocr: str = "off") -> Reading:
    """Return the pages of a PDF.

    Args:
        data: the whole file.
        most_pages: a file with more is refused.
        ocr: which languages are read in pictures, as the setting of that name says.

    Raises:
        DocumentProblem: it asks for a password, has no page that can be read, or more than
            `most_pages` pages.
    """
    junk = max(0, data.find(b"%PDF-"))
    data = _decrypted(data[junk:])
    document = _open(data)
    is_rebuilt = False
    if document is None or not _ENDING.search(data[-_LONGEST_ENDING:]):
        better = rebuilt(data)
        mended = _open(better) if better else None
        if better and mended is not None:
            data, document, is_rebuilt = better, mended, True
    structure = _Structure(data, most_pages)
    if document is None and structure.reader is None:
        raise DocumentProblem("damaged", "The PDF is broken: no reader can open it.", remedy=_AGAIN)
    count = _count(document, structure, most_pages)
    tables = _Tables(data)
    notes: list[Note] = []
    pages = []
    for index in range(count):
        page, is_lost = _page(document, structure, tables, index)
        notes += _faults(page.number, structure, tables, is_lost=is_lost)
        pages.append(page)
    pages, unread = _read_pictures(document, pages, ocr)
    notes += unread
    if is_rebuilt:
        notes += _rebuilt_notes(pages)
    if not any(page.status in ("text", "ocr") for page in pages):
        raise _without_text(notes)
    if not is_rebuilt and not _finds_its_directory(data, junk):
        notes.append(
            Note("damaged", "The PDF is not as it was written: a part of it can have been lost, or come twice.", _AGAIN)
        )
    return Reading("pdf", tuple(pages), title=structure.title, published_on=structure.published_on, notes=tuple(notes))


def _faults(number: int, structure: _Structure, tables: _Tables, *, is_lost: bool) -> list[Note]:
    """Return what is wrong with a page: that it is lost, or broken in part, or that its rules could not be read."""
    if is_lost:
        return [Note("damaged", "The page is broken; its text was not read.", _AGAIN, number)]
    if structure.is_broken(number - 1):
        return [Note("damaged", "The page is broken in part; words can be missing or wrong.", _AGAIN, number)]
    if number - 1 in tables.failed:
        message = "The ruled lines of the page could not be read: a table on it was read as running text."
        return [Note("table", message, "Look at the page itself before you join its cells.", number)]
    return []


def _finds_its_directory(data: bytes, junk: int) -> bool:
    """Say whether the directory stands where the end of the file says; else something was cut out or put in.

    Some writers count from the first byte of the file, and some from where the PDF begins, behind `junk` bytes; some
    miscount by a few.
    """
    stated = _START.findall(data[-_LONGEST_ENDING:])
    places = (int(stated[-1]), int(stated[-1]) - junk) if stated else ()
    return not stated or any(
        place >= 0
        and (_DIRECTORY.match(data, place) or _TABLE.search(data, max(0, place - _MISCOUNT), place + _MISCOUNT))
        for place in places
    )


def _rebuilt_notes(pages: list[Page]) -> list[Note]:
    lost = [page.number for page in pages if page.status == "blank"]
    what = f"nothing is left of {len(lost)} of its {len(pages)} pages" if lost else "all its pages are there"
    whole = Note("damaged", f"The PDF is cut off or broken; it was read from its pieces, and {what}.", _AGAIN)
    return [whole, *(Note("damaged", "Nothing is left of this page.", _AGAIN, number) for number in lost)]


def _without_text(notes: list[Note]) -> DocumentProblem:
    """Return the problem that a file is in which nothing can be read."""
    kinds = {note.kind for note in notes}
    if "needs_ocr" in kinds:
        remedy = next(note.remedy for note in notes if note.kind == "needs_ocr")
        return DocumentProblem("needs_ocr", "Every page is a picture whose text was not read.", remedy=remedy)
    if "damaged" in kinds:
        return DocumentProblem("damaged", "The PDF is broken, and no page of it is whole.", remedy=_AGAIN)
    return DocumentProblem("empty", "No page has any text.", remedy="Look whether the file is the one that you meant.")


class _Structure:
    """What pypdf knows of a file; every part is empty when it cannot tell."""

    def __init__(self, data: bytes, most_pages: int) -> None:
        from pypdf import PdfReader

        self.reader: PdfReader | None = None
        self.count = 0
        self.labels: list[str] = []
        self.title = self.published_on = ""
        try:
            reader = PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                return  # pdfium says whether that is so
            self.count = len(reader.pages)
            self.reader = reader
            if "/PageLabels" in reader.root_object and self.count <= most_pages:
                self.labels = [shown(label) for label in reader.page_labels]
            self.title = shown(str((reader.metadata and reader.metadata.title) or "")).strip()
            created = reader.metadata and reader.metadata.creation_date
            self.published_on = created.date().isoformat() if created else ""
        except Exception:  # pypdf raises many things on broken files; pdfium may still be able to open it
            return

    def label(self, index: int) -> str:
        return self.labels[index] if index < len(self.labels) else ""

    def text(self, index: int) -> str:
        if self.reader is None or index >= self.count:
            return ""
        try:
            return shown(self.reader.pages[index].extract_text())
        except Exception:  # pypdf raises many things on broken content streams
            return ""

    def is_broken(self, index: int) -> bool:
        """Say whether something of a page's content is missing, or is not what its checksum says."""
        if self.reader is None or index >= self.count:
            return False
        try:
            found = self.reader.pages[index].get("/Contents")
            if found is None:
                return False
            content = found.get_object()
            parts = content if isinstance(content, list) else [content]
            return any(_is_spoiled(part.get_object()) for part in parts)
        except Exception:  # pypdf raises many things on broken files, and this page is of one
            return True


def _is_spoiled(stream: Any) -> bool:
    """Say whether a stream is missing, or does not unfold; only the usual way of folding has a checksum."""
    if not hasattr(stream, "get_data"):
        return True
    filters = stream.get("/Filter")
    if filters is None:
        return _ZEROED in stream.get_data()
    names = [str(name) for name in (filters if isinstance(filters, list) else [filters])]
    if names[-1] != "/FlateDecode" or names[:-1] not in ([], ["/ASCII85Decode"]):
        return False
    data = stream._data  # noqa: SLF001  # folded as it is in the file, which get_data() does not give
    if len(names) == 2:
        from pypdf.filters import ASCII85Decode

        data = ASCII85Decode.decode(data)
    unfold = zlib.decompressobj()
    try:
        unfold.decompress(data, _MOST_UNFOLDED)
    except zlib.error:
        return True
    return not unfold.eof and not unfold.unconsumed_tail


class _Tables:
    """Ruled tables, by pdfplumber, on the pages that have rules; carries column names over pages."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.file: Any = None
        self.names: list[str] = []
        self.edges: list[int] = []
        self.page = 0
        self.rows = 0
        self.failed: set[int] = set()

    def cells(self, index: int, height: float) -> list[Cell]:
        """Return the cells of the tables on a page, or none when it has none that can be trusted."""
        import pdfplumber

        try:
            if self.file is None:
                self.file = pdfplumber.open(io.BytesIO(self.data))
            page = self.file.pages[index]
            found = page.find_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines"})
            return [cell for nth, table in enumerate(found) for cell in self._table(table, height, index, nth)]
        except Exception:  # pdfminer fails in many ways on broken files; the text is read without cells
            self.failed.add(index)
            return []

    def _table(self, table: Any, height: float, index: int, nth: int) -> Iterator[Cell]:
        rows = [[box for box in row.cells if box] for row in table.rows]
        filled = [[bool(text and text.strip()) for text in row] for row in table.extract()]
        widest = max((len(row) for row in rows), default=0)
        if sum(sum(row) >= 2 for row in filled) < 2:  # boxes around headings, and other ornaments
            return
        texts = [" ".join((text or "").split()) for text in table.extract()[0]]
        is_head = len(texts) == widest and all(text and len(text) <= 40 for text in texts)
        edges = [round(left) for left, *_ in rows[0]]
        if self.names and texts != self.names and nth == 0 and (index, edges) == (self.page + 1, self.edges):
            is_head = False  # the last page's table goes on: its columns are as wide
        self.page, self.edges = index, edges
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


def _decrypted(data: bytes) -> bytes:
    """Return a PDF as it is, or, where only pypdf can open it without a password, a copy that is not encrypted.

    Raises:
        DocumentProblem: it asks for a password.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdfium2 import raw

    if _open(data) is not None or raw.FPDF_GetLastError() != raw.FPDF_ERR_PASSWORD:
        return data
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.decrypt(""):
            copy = io.BytesIO()
            PdfWriter(clone_from=reader).write(copy)
            return copy.getvalue()
    except Exception as error:  # pypdf raises many things on broken files, and on encryption that it does not know
        raise _asks_for_a_password() from error
    raise _asks_for_a_password()


def _asks_for_a_password() -> DocumentProblem:
    return DocumentProblem(
        "encrypted", "The PDF asks for a password.", remedy="Save a copy without a password and add that."
    )


def _count(document: Any, structure: _Structure, most_pages: int) -> int:
    """Return how many pages a file has: as many as it says, or fewer when that is too many to be true.

    Raises:
        DocumentProblem: it has none, or more than `most_pages`.
    """
    count = len(document) if document is not None else structure.count
    if count > most_pages and 0 < structure.count <= most_pages:
        count = structure.count
    if count == 0:
        raise DocumentProblem("empty", "The PDF has no pages.", remedy=_AGAIN)
    if count > most_pages:
        raise DocumentProblem(
            "too_large", f"The PDF has {count} pages; the limit is {most_pages}.", remedy="Raise read_pages."
        )
    return count


def _page(document: Any, structure: _Structure, tables: _Tables, index: int) -> tuple[Page, bool]:
    """Return a page, and whether it is lost: it is broken, and no text of it could be read."""
    number, label = index + 1, structure.label(index)
    opened = _open_page(document, index)
    if opened is None:
        page = plain_page(number, structure.text(index))
        return Page(number, page.text, label, page.status, page.lines), page.status == "blank"
    glyphs = list(_glyphs(opened))
    images, rules = _count_objects(opened)
    turn = _turning(opened)
    frame = turn(opened.get_bbox())
    size = round(frame[2] - frame[0], 1), round(frame[3] - frame[1], 1)
    if not any(not glyph.char.isspace() for glyph in glyphs):
        return Page(number, "", label, "needs_ocr" if images else "blank", size=size), False
    whole = turn(opened.get_mediabox())
    cells = tables.cells(index, whole[3] - whole[1]) if rules >= _RULES_FOR_TABLE else []
    return _printed(number, label, [_moved(line, frame) for line in lines_of(glyphs, cells)], size), False


def _read_pictures(document: Any, pages: list[Page], wanted: str) -> tuple[list[Page], list[Note]]:
    """Return the pages with the text of those that are pictures, and a note on each that was not read."""
    reader = installed(wanted)
    read: list[Page] = []
    notes: list[Note] = []
    for page in pages:
        found: Page | Note = page
        if page.status == "needs_ocr":
            without = _note(page, "its text was not read", f"{missing(wanted)[1]}, or add a text layer.")
            found = _picture(document, page, reader) if reader else without
        if isinstance(found, Note):
            notes.append(found)
            found = page
        read.append(found)
    return read, notes


def _picture(document: Any, page: Page, reader: Ocr) -> Page | Note:
    """Return a page that is a picture with its text, or a note on why it has none."""
    if not time_is_left():
        return _note(page, "the time for this file was over before it was read", "Raise read_seconds.")
    lines, sure = reader.read(document[page.number - 1])
    if not lines:
        return _note(page, "OCR found no words in it", "There is nothing to do if it is a photograph.")
    if sure < LEAST_SURE:
        return _note(
            page,
            f"OCR made no sense of it (confidence {sure} of 100)",
            f"Turn it if it lies on its side. If it is in none of {', '.join(sorted(reader.languages))}, install its language for tesseract"
            " and name it in the setting ocr.",
        )
    return replace(_printed(page.number, page.label, lines, page.size), status="ocr")


def _note(page: Page, what: str, remedy: str) -> Note:
    return Note("needs_ocr", f"The page is a picture; {what}.", remedy, page.number)


def _moved(line: LaidLine, frame: Box) -> LaidLine:
    """Return a line with its place counted from the lower left corner of the page as it is shown."""
    left, bottom = frame[:2]
    if not left and not bottom:
        return line
    x, y, x_end, y_end = line.box
    box = round(x - left, 1), round(y - bottom, 1), round(x_end - left, 1), round(y_end - bottom, 1)
    return replace(line, box=box, words=tuple(round(edge - left, 1) for edge in line.words))


def _open_page(document: Any, index: int) -> Any:
    """Return a page as it is printed, with what was typed into its form; None when pdfium cannot open it."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    if document is None or index >= len(document):
        return None
    try:
        page = document[index]
        if raw.FPDFPage_GetAnnotCount(page.raw) and raw.FPDFPage_Flatten(page.raw, raw.FLAT_PRINT):
            page = document[index]  # a page that is open does not change
    except pdfium.PdfiumError:
        return None
    return page


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
        if code == 0 or (code < 32 and char not in "\r\n\t-") or char in _TURNS:
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


def _printed(number: int, label: str, laid: list[LaidLine], size: tuple[float, float] | None) -> Page:
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
                words=line.words,
            )
        )
        start = end + 1
    text = "\n".join(line.text for line in laid)
    unreadable = len(_UNREADABLE.findall(text))
    status = "needs_ocr" if unreadable > 0.5 * max(1, len(text)) else "text"
    return Page(number, text, label, status, tuple(lines), size)  # type: ignore[arg-type]  # one of the literals
