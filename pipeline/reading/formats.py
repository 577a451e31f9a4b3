"""Say what kind of file some bytes are. Reads bytes only; a name merely tells Markdown from text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from ..errors import DocumentProblem

_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FRONT_MATTER = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_MARKDOWN_NAMES = (".md", ".markdown", ".mdown")
_HEAD = 4096
_MOST_FOLDED = 1040
"""Times that a ZIP archive can fold a part, by the nature of its method."""
_MOST_CONTROL = 4, 0.02
"""Control characters of a text, at most: so many, or this share of it."""
_WORD_PARTS = frozenset(
    f"word/{name}.xml" for name in ("document", "styles", "numbering", "footnotes", "endnotes", "comments")
)
_NEAR = 1024
"""Bytes in front of a PDF that are allowed; behind more of them, it has to be whole to count as one."""

_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
"""The name of the part in which Word puts a document that has a password."""

_ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(data: bytes, name: str, *, most_unfolded: int = 256 << 20) -> str:
    """Return "pdf", "docx", "odt", "html", "markdown" or "text".

    Args:
        data: the whole file.
        name: its name, which decides only between Markdown and plain text.
        most_unfolded: bytes that the text of an Office file may unfold to.

    Raises:
        DocumentProblem: the file is empty, encrypted, or of a kind that is not read; the message names the kind.
    """
    if not data.strip(b"\0 \t\r\n\f"):
        raise DocumentProblem("empty", "The file has no content.", remedy="Get the file again from its source.")
    head = data[:_HEAD]
    if head.startswith(_ZIP) and (form := _zip_format(data, most_unfolded)):
        return form
    if _is_pdf(data):
        return "pdf"
    is_html = bool(_HTML.search(head.replace(b"\0", b"")))
    is_marked_up = is_html and head.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"<")
    if not is_marked_up:
        _refuse_other_kinds(data)
    if is_html:
        return "html"
    if _FRONT_MATTER.match(head) or name.lower().endswith(_MARKDOWN_NAMES):
        return "markdown"
    return "text"


def _refuse_other_kinds(data: bytes) -> None:
    """Raise when the bytes are of a kind that is not read."""
    if data.startswith(_ZIP):
        raise _unsupported("a ZIP archive without a text document in it", "Unpack it and add the documents inside.")
    if data.startswith(OLE):
        if _ENCRYPTED_OFFICE in data:
            raise _encrypted("Office file")
        raise _unsupported("an old binary Office file (.doc, .xls or .ppt)", "Save it as DOCX or PDF.")
    if data.startswith(b"{\\rtf"):
        raise _unsupported("RTF", "Save it as DOCX or PDF.")
    if _looks_binary(data):
        raise _unsupported(_guess(data), "Convert it to PDF, DOCX, HTML or text.")


def _is_pdf(data: bytes) -> bool:
    """Say whether the bytes are a PDF: some begin with junk, and some texts merely speak of PDF."""
    place = data.find(b"%PDF-")
    if place <= 0 or not data[:place].strip():
        return place >= 0
    return data.find(b"endobj", place) > 0 and (place < _NEAR or data.find(b"startxref", place) > 0)


def _zip_format(data: bytes, most_unfolded: int) -> str:
    """Return "docx" or "odt", or "" for another archive.

    Raises:
        DocumentProblem: the archive is damaged, encrypted, or unfolds to more than `most_unfolded` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            form = _office_format(archive, parts)
            if form:
                _refuse_encrypted(archive, parts)
                _refuse_declarations(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise DocumentProblem(
            "damaged",
            f"The file is a broken ZIP or Office file: {error}.",
            remedy="Get the file again from its source.",
        ) from error
    if form:
        read = [part for name, part in parts.items() if name.endswith((".xml", ".rels"))]
        if any(part.file_size > _MOST_FOLDED * max(1, part.compress_size) for part in read):
            raise DocumentProblem(
                "damaged",
                "The file says that it unfolds to more than is possible.",
                remedy="Get the file again from its source.",
            )
        size = sum(part.file_size for part in read)
        if size > most_unfolded:
            raise DocumentProblem(
                "too_large",
                f"The file unfolds to {size >> 20} MB of XML; {most_unfolded >> 20} MB can be read.",
                remedy="Raise read_memory_mb if you trust the file.",
            )
    return form


def _office_format(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> str:
    if "word/document.xml" in parts:
        return "docx"
    if "content.xml" in parts and "mimetype" in parts:
        with archive.open("mimetype") as file:
            if file.read(100).startswith(b"application/vnd.oasis.opendocument.text"):
                return "odt"
    return ""


def _refuse_encrypted(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> None:
    """Raise when the text of an Office file asks for a password, in either of the ways in which it can."""
    if any(part.flag_bits & 1 for name, part in parts.items() if name in ("word/document.xml", "content.xml")):
        raise _encrypted("Office file")
    if "META-INF/manifest.xml" in parts and "content.xml" in parts:
        with archive.open("META-INF/manifest.xml") as file:
            if b"encryption-data" in file.read(1 << 20):
                raise _encrypted("OpenDocument file")


def _refuse_declarations(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> None:
    """Raise when a part of a Word file declares entities: no program that writes them does, and they can unfold without end."""
    for name in _WORD_PARTS & parts.keys():
        with archive.open(name) as file:
            if b"<!DOCTYPE" in file.read(_HEAD):
                raise DocumentProblem(
                    "damaged",
                    "The Word file declares entities of its own, which no Word file does.",
                    remedy="Get the file again from its source.",
                )


def _encrypted(what: str) -> DocumentProblem:
    return DocumentProblem(
        "encrypted", f"The {what} asks for a password.", remedy="Save a copy without a password and add that."
    )


def _looks_binary(data: bytes) -> bool:
    """Say whether the bytes are no text in any encoding: many control bytes, and no UTF-16 pattern."""
    sample = data[:65536]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if max(even, odd) > 0.3 * half and min(even, odd) < 0.05 * half:
        return False
    control = sum(sample.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13))
    few, share = _MOST_CONTROL
    return control > max(few, share * len(sample))


def _guess(data: bytes) -> str:
    import puremagic

    try:
        found = puremagic.from_string(data[:8192], mime=False)
    except (puremagic.PureError, ValueError):
        return "of a kind that Concord does not know"
    return f"a {found.lstrip('.').upper()} file" if found else "of a kind that Concord does not know"


def _unsupported(what: str, remedy: str) -> DocumentProblem:
    return DocumentProblem("unsupported", f"The file is {what}, which is not read.", remedy=remedy)
