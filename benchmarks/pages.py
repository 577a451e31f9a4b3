"""How fast PDFs are read, and how far other readers agree: Concord beside pypdf, pdfium and poppler.

    python benchmarks/pages.py [FOLDER ...] [--rounds 3]

Reads every PDF below the folders (the sample corpus, and `CONCORD_SHARED`/corpus where it is) with each reader
in turn, one at a time and in one run, and prints for each:

    pages     pages read, of all files
    failed    files of which it gives nothing
    seconds   the quickest of the rounds, and pages a second
    words     of the words that poppler finds, the share that this reader finds too, page by page
    strange   of the words that this reader finds, the share that poppler does not

Concord's row holds all that a run does before it looks for promises: a child process under limits for
each file, glyphs with their places, lines and tables, and then paragraphs, roles and sentences. The
others only give text. poppler is timed as the program `pdftotext`, once a file; it is no judge, but it
shares no code with the others. Writes nothing.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pypdfium2

from pipeline.errors import ConcordError
from pipeline.passages import segment
from pipeline.reading.guard import read_guarded
from pipeline.settings import Settings, bundled

Reader = Callable[[Path], list[str]]
"""Gives the text of each page of a file."""

SHARED = Path(os.environ.get("CONCORD_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "corpus"

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Measured:
    """What one reader gave for the files: texts of pages by file, files that failed, the quickest round."""

    pages: dict[Path, list[str]]
    failed: int
    seconds: float

    @property
    def count(self) -> int:
        """Pages of all files."""
        return sum(map(len, self.pages.values()))


def main() -> None:
    """Print a row for each reader."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*", default=[bundled("corpora") / "sample", SHARED])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    files = pdfs_of(options.folders)
    if not files:
        sys.exit("There is no PDF below the folders named. Name one with PDFs in it.")
    logging.disable(logging.WARNING)  # pypdf tells of every oddity of a file
    readers: dict[str, Reader] = {"pypdf": by_pypdf, "pdfium": by_pdfium, "Concord": by_concord}
    if shutil.which("pdftotext"):
        readers["poppler"] = by_poppler
    else:
        print("pdftotext is not installed (Debian: poppler-utils), so nothing is said of agreement.")
    measured = {name: measure(reader, files, options.rounds) for name, reader in readers.items()}
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.0f} MB")
    print(f"{'reader':10}{'pages':>7}{'failed':>8}{'seconds':>9}{'a second':>10}{'words':>8}{'strange':>9}")
    for name, one in measured.items():
        print(line_of(name, one, measured.get("poppler")))


def pdfs_of(folders: Sequence[Path]) -> list[Path]:
    """Return the PDFs below folders, by their first bytes and not by their names."""
    found = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            if b"%PDF-" in file.read(1024):
                found.append(path)
    return found


def measure(reader: Reader, files: Sequence[Path], rounds: int) -> Measured:
    """Read all files `rounds` times; a file that a reader cannot read counts as failed and has no page."""
    quickest, pages = float("inf"), {}
    for _ in range(rounds):
        started = time.perf_counter()
        pages = {path: texts for path in files if (texts := _tried(reader, path)) is not None}
        quickest = min(quickest, time.perf_counter() - started)
    return Measured(pages, len(files) - len(pages), quickest)


def _tried(reader: Reader, path: Path) -> list[str] | None:
    try:
        return reader(path)
    except (ConcordError, pypdf.errors.PyPdfError, pypdfium2.PdfiumError, subprocess.CalledProcessError, ValueError):
        return None


def by_pypdf(path: Path) -> list[str]:
    """Read with pypdf, page by page."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages]


def by_pdfium(path: Path) -> list[str]:
    """Read with pdfium, page by page."""
    with pypdfium2.PdfDocument(path.read_bytes()) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def by_poppler(path: Path) -> list[str]:
    """Read with poppler's `pdftotext`, which ends each page with a form feed."""
    done = subprocess.run(["pdftotext", "-q", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").split("\f")[:-1]


def by_concord(path: Path) -> list[str]:
    """Read as a run does, and segment."""
    settings = Settings(ocr="off")
    reading, _ = read_guarded(path, settings)
    segment(reading.pages, reading.paged, "", settings.english)
    return [page.text for page in reading.pages]


def agreement(mine: Measured, other: Measured) -> tuple[float, float]:
    """Return the share of the other's words that I have, and the share of mine that the other has not.

    Words are compared as multisets page by page, without case, over the files that both read.
    """
    shared = theirs = ours = 0
    for path in mine.pages.keys() & other.pages.keys():
        for my_page, other_page in zip(mine.pages[path], other.pages[path], strict=False):
            my_words, other_words = (Counter(_WORD.findall(text.casefold())) for text in (my_page, other_page))
            shared += (my_words & other_words).total()
            ours, theirs = ours + my_words.total(), theirs + other_words.total()
    return shared / max(1, theirs), 1 - shared / max(1, ours)


def line_of(name: str, mine: Measured, other: Measured | None) -> str:
    """Return the row of a reader."""
    row = f"{name:10}{mine.count:7,}{mine.failed:8}{mine.seconds:9.2f}{mine.count / mine.seconds:10.1f}"
    if other is None or other is mine:
        return row
    words, strange = agreement(mine, other)
    return row + f"{words:8.1%}{strange:9.1%}"


if __name__ == "__main__":
    main()
