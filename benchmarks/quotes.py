"""Whether quotes stand where they are said to stand, by another reader of PDF: poppler's `pdftotext`.

    python benchmarks/quotes.py --db build/corpus.db --corpus ../shared/corpus

Concord reads PDF with pdfium; poppler shares no code with it. For every commitment whose document is
a PDF this looks up two things, and prints for each document how often they hold:

    quote   poppler has the words of the quote, one behind the other, on the stated page; of a quote that
            goes on over a page, each part on its own. White space, hyphens and note numbers at the
            end of words do not count. Both of poppler's orders do: that which it thinks people read
            in, which mixes columns up, and that of the file
    boxes   poppler finds the words of the quote, and no other, inside the quote's rectangles

Quotes of pictures that OCR read are left out and counted: poppler reads no pictures. The exit status
is 1 when less than 98 % of the quotes are found. `pdftotext` is in Debian's package poppler-utils.
"""

from __future__ import annotations

import argparse
import re
import string
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree
from sqlite_utils import Database

from pipeline.documents import file_of
from pipeline.pages import load_pages
from pipeline.passages import load_passages
from pipeline.records import Page, Passage, Rectangle
from pipeline.segmenting.boxes import boxes_of
from pipeline.settings import default_corpus
from pipeline.store import open_for_reading, rows

LEAST = 0.98
_XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class Word:
    """A word as poppler has it: its text and its middle, in points from the lower left corner of the page."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Checked:
    """What came of one quote."""

    quote: str
    pages: tuple[int, ...]
    is_found: bool
    is_boxed: bool


def main() -> None:
    """Print a line for each document, the sum, and every quote that was not found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, default=default_corpus())
    options = parser.parse_args()
    checked: list[Checked] = []
    print(f"{'document':56}{'quotes':>7}{'found':>7}{'boxes':>7}")
    with open_for_reading(options.db) as db:
        for row in rows(db, "select id, path from documents where format = 'pdf' order by id"):
            found, pictures = check(db, row["id"], file_of(row["path"], options.corpus))
            checked += found
            if found or pictures:
                note = f"  and {pictures} read by OCR" if pictures else ""
                print(line_of(row["id"], found) + note)
    print(line_of("all", checked))
    for one in checked:
        if not (one.is_found and one.is_boxed):
            print(f"{'boxes' if one.is_found else 'quote'}, page {one.pages}: {one.quote}")
    sys.exit(sum(one.is_found for one in checked) < LEAST * len(checked))


def line_of(name: str, checked: Sequence[Checked]) -> str:
    """Return a line of the table."""
    count = max(1, len(checked))
    found, boxed = sum(one.is_found for one in checked) / count, sum(one.is_boxed for one in checked) / count
    return f"{name[:55]:56}{len(checked):7}{found:7.1%}{boxed:7.1%}"


def check(db: Database, document_id: str, path: Path) -> tuple[list[Checked], int]:
    """Return what came of each quote of a document, and how many stand on pictures."""
    passages = dict(load_passages(db, document_id))
    pages = {page.number: page for page in load_pages(db, document_id)}
    checked: list[Checked] = []
    pictures = 0
    for row in rows(
        db, 'select passage_id, start, "end", quote from commitments where document_id = ? order by page', [document_id]
    ):
        passage = passages[row["passage_id"]]
        parts = dict(parts_of(passage, row["start"], row["end"]))
        if any(pages[number].status == "ocr" for number in parts):
            pictures += 1
            continue
        boxes = boxes_of(passage, row["start"], row["end"], pages)
        checked.append(
            Checked(
                row["quote"],
                tuple(parts),
                all(any(folded(text) in page for page in texts_of(path, number)) for number, text in parts.items()),
                bare(row["quote"]) == bare(" ".join(inside(path, box, pages) for box in boxes)),
            )
        )
    return checked, pictures


def parts_of(passage: Passage, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield (page, text) of the stretches of a quote by the page they stand on."""
    parts: dict[int, list[int]] = {}
    for place in range(start, end):
        parts.setdefault(passage.page_of(place), []).append(place)
    for number, places in parts.items():
        yield number, passage.text[places[0] : places[-1] + 1]


def folded(text: str) -> str:
    """Return a text without what two readers write differently: white space, hyphens, typography, note numbers."""
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'")
    text = re.sub(r"(?<=[^\W\d][.,;:)])\s?\d{1,3}(?=\s|$)|(?<=[a-z])\d{1,3}(?=[\s.,;:]|$)", "", text)
    return re.sub(r"[\s|\u00ad\u2010-\u2015\u2212-]", "", text).casefold()


def bare(text: str) -> str:
    """Return a text folded, and without the marks that poppler keeps with its first and its last word."""
    return folded(text).strip(string.punctuation + "\u201c\u201d")


@cache
def texts_of(path: Path, page: int) -> list[str]:
    """Return the text of a page as poppler has it, folded: in the order of reading, and in that of the file."""
    where = ("-f", str(page), "-l", str(page), str(path), "-")
    return [folded(_poppler(*order, *where).decode("utf-8", "replace")) for order in ((), ("-raw",))]


def inside(path: Path, box: Rectangle, pages: dict[int, Page]) -> str:
    """Return the words whose middle poppler has inside a rectangle, from left to right."""
    page = pages[box.page]
    height = page.size[1] if page.size else 0.0
    words = [
        word
        for word in words_of(path)[box.page - 1]
        if box.left <= word.x <= box.right and box.bottom <= height - word.y <= box.top
    ]
    return " ".join(word.text for word in sorted(words, key=lambda word: word.x))


@cache
def words_of(path: Path) -> list[list[Word]]:
    """Return the words of each page as poppler has them; heights are counted from the top."""
    tree = etree.fromstring(_poppler("-bbox", "-cropbox", str(path), "-"))
    return [
        [
            Word(
                word.text or "",
                (float(word.attrib["xMin"]) + float(word.attrib["xMax"])) / 2,
                (float(word.attrib["yMin"]) + float(word.attrib["yMax"])) / 2,
            )
            for word in page.iter(f"{_XHTML}word")
        ]
        for page in tree.iter(f"{_XHTML}page")
    ]


def _poppler(*arguments: str) -> bytes:
    return subprocess.run(["pdftotext", "-q", *arguments], check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
