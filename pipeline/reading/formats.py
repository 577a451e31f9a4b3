"""Say what kind of file some bytes are. Reads bytes only; a name merely tells Markdown from text."""

from __future__ import annotations

import io
import re
import zipfile

from ..errors import DocumentProblem

_HTML = re.compile(rb"<\s*(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FRONT_MATTER = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_MARKDOWN_NAMES = (".md", ".markdown", ".mdown")
_HEAD = 4096

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(data: bytes, name: str) -> str:
    """Return "pdf", "docx", "odt", "html", "markdown" or "text".

    Args:
        data: the whole file.
        name: its name, which decides only between Markdown and plain text.

    Raises:
        DocumentProblem: the file is empty or of a kind that is not read; the message names the kind.
    """
    if not data.strip(b"\0 \t\r\n\f"):
        raise DocumentProblem("empty", "The file has no content.", remedy="Get the file again from its source.")
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(data)
    if head.startswith(OLE):
        raise _unsupported("an old binary Office file (.doc, .xls or .ppt)", "Save it as DOCX or PDF.")
    if head.startswith(b"{\\rtf"):
        raise _unsupported("RTF", "Save it as DOCX or PDF.")
    if _looks_binary(data):
        raise _unsupported(_guess(data), "Convert it to PDF, DOCX, HTML or text.")
    if _HTML.search(head):
        return "html"
    if _FRONT_MATTER.match(head) or name.lower().endswith(_MARKDOWN_NAMES):
        return "markdown"
    return "text"


def _zip_format(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return "docx"
            if "content.xml" in names and "mimetype" in names:
                mimetype = archive.read("mimetype")[:100]
                if mimetype.startswith(b"application/vnd.oasis.opendocument.text"):
                    return "odt"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise DocumentProblem(
            "damaged",
            f"The file is a broken ZIP or Office file: {error}.",
            remedy="Get the file again from its source.",
        ) from error
    raise _unsupported("a ZIP archive without a text document in it", "Unpack it and add the documents inside.")


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
    return control > 0.02 * len(sample)


def _guess(data: bytes) -> str:
    import puremagic

    try:
        found = puremagic.from_string(data[:8192], mime=False)
    except (puremagic.PureError, ValueError):
        return "of a kind that Concord does not know"
    return f"a {found.lstrip('.').upper()} file" if found else "of a kind that Concord does not know"


def _unsupported(what: str, remedy: str) -> DocumentProblem:
    return DocumentProblem("unsupported", f"The file is {what}, which is not read.", remedy=remedy)
