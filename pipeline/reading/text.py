"""Read plain text: find its encoding, mend what is certain, split it at form feeds or page marks.

Reads bytes; gives a `Reading` whose pages hold the text as it is, line by line. What a line means
(heading, item, running head) is for the passages stage to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import DocumentProblem
from ..records import Line, Note, Page, Reading

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SOUND_SHARE = 10
"""Sound letters of UTF-8 for each broken one: in another encoding, nearly every one would be broken."""
_PAGE_MARK = re.compile(
    r"^[-\u2010-\u2015=_ ]{3,}\s*page\s+(\d+)\s*[-\u2010-\u2015=_ ]{3,}$", re.IGNORECASE | re.MULTILINE
)
_CONTROL_BULLET = re.compile(r"^([ \t]*)[\x01-\x08\x0e-\x1f](?=\s|$)", re.MULTILINE)
_UNSHOWN = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class Decoded:
    """Text with the encoding it came in, and whether that was certain."""

    text: str
    encoding: str
    is_certain: bool


def read_text(data: bytes, *, most_pages: int = 5000, most_text: int = 64 << 20) -> Reading:
    """Return the pages of a plain text file.

    Raises:
        DocumentProblem: it has more than `most_text` characters, or more than `most_pages` pages.
    """
    decoded = decode(data)
    if len(decoded.text) > most_text:
        raise DocumentProblem(
            "too_large",
            f"The text has {len(decoded.text) >> 20} MB; the limit is {most_text >> 20} MB.",
            remedy="Raise read_output_mb if you trust the file.",
        )
    text, mended = mend(decoded.text)
    if not text.strip():
        raise DocumentProblem("empty", "The file has no text.", remedy="Get the file again from its source.")
    texts, paged = split_pages(text)
    if len(texts) > most_pages:
        raise DocumentProblem(
            "too_large", f"The text has {len(texts)} pages; the limit is {most_pages}.", remedy="Raise read_pages."
        )
    pages = tuple(plain_page(number, page) for number, page in enumerate(texts, 1))
    return Reading("text", pages, paged=paged, notes=(*_notes(decoded, text, mended), *_blank(pages)))


def decode(data: bytes) -> Decoded:
    """Return the text of `data`: by its byte order mark, as UTF-8 with or without a few faults, else by its statistics.

    Raises:
        DocumentProblem: no encoding fits.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return Decoded(data[len(bom) :].decode(encoding, "replace"), encoding, True)
    if wide := _wide_encoding(data):
        return Decoded(data.decode(wide, "replace"), wide, True)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", True)
    except UnicodeDecodeError:
        return _damaged_utf_8(data) or _guessed(data)


def _damaged_utf_8(data: bytes) -> Decoded | None:
    """Return UTF-8 in which a few bytes are broken, or None when most of what is not ASCII is something else."""
    try:  # some programs write a character as two halves of UTF-16, each in UTF-8
        halves = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return Decoded(halves.decode("utf-16-le", "replace"), "utf-8", is_certain=True)
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(_BEYOND_ASCII.findall(text))
    return Decoded(text, "utf-8", is_certain=False) if beyond_ascii > _SOUND_SHARE * broken else None


def _guessed(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise DocumentProblem(
            "encoding", "The file is in no known text encoding.", remedy="Save it as UTF-8 and add it again."
        )
    encoding = best.encoding
    if encoding.startswith(("cp125", "iso8859", "latin", "mac")) and _reads_as_western(data):
        encoding = "cp1252"
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, is_certain="\ufffd" not in text)


def _reads_as_western(data: bytes) -> bool:
    """Say whether the high bytes are the quotes, dashes and accents of Windows-1252.

    On mostly ASCII text the statistics cannot tell its relatives apart; typographic quotes can,
    because only Windows code pages have them there.
    """
    high = [byte for byte in data if byte >= 0x80]
    typographic = sum(
        byte in (0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0xA0, 0xA3, 0xA7, 0xA9, 0xB7) for byte in high
    )
    return (
        bool(high)
        and typographic >= 0.5 * len(high)
        and not any(byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) for byte in high)
    )


def _wide_encoding(data: bytes) -> str:
    """Return the UTF-16 variant of text without a byte order mark, or ""."""
    sample = data[:4096]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > 0.3 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.3 * half:
        return "utf-16-be"
    return ""


def mend(text: str) -> tuple[str, bool]:
    """Return `text` with mojibake undone and line ends unified, and whether any was undone.

    Only what ftfy calls certain is undone.
    """
    import ftfy

    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = shown(_CONTROL_BULLET.sub("\\1\u2022", text))
    if not ftfy.badness.is_bad(text):
        return text, False
    fixed = "\n".join(ftfy.fix_encoding(line) for line in text.split("\n"))
    return fixed, fixed != text


def shown(text: str) -> str:
    """Return `text` without NUL and control characters, direction overrides and halves of characters.

    No printed page shows them, and they can make a quote read other than it is stored.
    """
    return _UNSHOWN.sub("", text)


def split_pages(text: str) -> tuple[list[str], bool]:
    """Return the pages of `text` and whether it shows any: form feeds, or lines like "--- Page 3 ---"."""
    if "\f" in text:
        pages = text.split("\f")
        while len(pages) > 1 and not pages[-1].strip():
            pages.pop()
        return pages, True
    marks = list(_PAGE_MARK.finditer(text))
    if len(marks) >= 2:
        starts = [mark.end() for mark in marks]
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        before = text[: marks[0].start()]
        pages = [text[start:end].strip("\n") for start, end in zip(starts, ends, strict=True)]
        if before.strip():
            pages[0] = before + pages[0]
        return pages, True
    return [text], False


def plain_page(number: int, text: str) -> Page:
    """Return a page of plain text; its lines have no layout but their own white space."""
    lines = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            lines.append(Line(start, start + len(line)))
        start += len(line) + 1
    return Page(number, text, status="text" if lines else "blank", lines=tuple(lines))


def _blank(pages: Sequence[Page]) -> list[Note]:
    """Return a note on each page that is empty among others: whoever took the text out of a file leaves pictures out."""
    return [
        Note(
            "blank",
            "The page is empty in this text file. Where it is a picture in the source, what stands in it was not read.",
            "Look at the page in the official source; if words stand on it, add that file instead.",
            page.number,
        )
        for page in pages
        if page.status == "blank" and len(pages) > 1
    ]


def _notes(decoded: Decoded, text: str, mended: bool) -> list[Note]:
    notes = []
    lost = text.count("\ufffd")
    if not decoded.is_certain or lost:
        notes.append(
            Note(
                "encoding",
                f"{lost or 'Some'} characters could not be decoded (read as {decoded.encoding}).",
                "Save the file as UTF-8 from the program that made it.",
            )
        )
    elif mended:
        notes.append(Note("encoding", "Characters that had been decoded twice were mended.", ""))
    return notes
