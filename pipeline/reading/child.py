"""The process in which one file is read: `python -m pipeline.reading.child` under limits.

Reads the file on standard input and the limits and the file's name on the command line; writes one
JSON object to standard output: {"reading": ..., "sha256": ...} or {"problem": ...}. It may not open
a socket, start a program or write to any other file, whatever the file on its input makes it try.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
from dataclasses import MISSING, fields
from typing import Any

from ..errors import DocumentProblem
from ..records import Line, Reading
from .formats import format_of
from .labels import with_labels
from .ocr import prepare
from .sandbox import confine, limit, refuse

_TREE_FOR_XML = 8
"""A tree takes at least so many times the memory of the XML that it is made of."""


def main(arguments: list[str]) -> int:
    """Read standard input as the file named by the arguments; return 0 also for a bad file."""
    name, *limits, ocr = arguments
    megabytes, seconds, output_megabytes, most_pages = map(int, limits)
    limit(megabytes, seconds, output_megabytes)
    prepare(ocr)
    tempfile.tempdir = "."  # some library asks for it on import; left to itself, Python finds it by writing
    confine()
    sys.addaudithook(refuse)
    logging.disable()  # what libraries say of a broken file is of no use to anybody
    starved = json.dumps({"problem": _out_of_memory(megabytes)}).encode()
    data = sys.stdin.buffer.read()
    answer: dict[str, Any]
    try:
        reading = with_labels(
            read_bytes(
                data,
                name,
                most_pages=most_pages,
                most_text=output_megabytes << 20,
                most_unfolded=(megabytes << 20) // _TREE_FOR_XML,
                ocr=ocr,
            )
        )
        answer = {"reading": written(reading), "sha256": hashlib.sha256(data).hexdigest()}
    except DocumentProblem as problem:
        answer = {
            "problem": {
                "kind": problem.kind,
                "message": problem.message,
                "remedy": problem.remedy,
                "page": problem.page,
            }
        }
    except MemoryError:
        os.write(sys.stdout.fileno(), starved)
        os._exit(0)  # with no memory left, Python can be busy for long with giving back what it has
    except RecursionError:
        answer = {"problem": {"kind": "damaged", "message": "The file nests too deeply to be read.", "remedy": ""}}
    # A lone half of a character, which no database takes, becomes a question mark: offsets stay as they are.
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    return 0


def written(reading: Reading) -> dict[str, Any]:
    """Return a reading as values for JSON; of its lines, what differs from the default, as most of them differ in little."""
    usual = {field.name: field.default for field in fields(Line) if field.default is not MISSING}

    def differing(line: Line) -> dict[str, Any]:
        return {name: value for name, value in vars(line).items() if name not in usual or value != usual[name]}

    pages = [vars(page) | {"lines": [differing(line) for line in page.lines]} for page in reading.pages]
    return vars(reading) | {"pages": pages, "notes": [vars(note) for note in reading.notes]}


def read_bytes(
    data: bytes,
    name: str,
    *,
    most_pages: int,
    most_text: int = 64 << 20,
    most_unfolded: int = 256 << 20,
    ocr: str = "off",
) -> Reading:
    """Return what the reader for the format of `data` makes of it.

    Args:
        data: the whole file.
        name: its name.
        most_pages: pages that it may have.
        most_text: bytes that a plain text may have.
        most_unfolded: bytes of XML that an Office file may unfold to.
        ocr: which languages are read in pictures, as the setting of that name says.

    Raises:
        DocumentProblem: the file cannot be read.
    """
    from . import markup, pdf, text

    form = format_of(data, name, most_unfolded=most_unfolded)
    if form == "pdf":
        return pdf.read_pdf(data, most_pages=most_pages, ocr=ocr)
    if form == "text":
        return text.read_text(data, most_pages=most_pages, most_text=most_text)
    readers = {
        "html": markup.read_html,
        "docx": markup.read_docx,
        "odt": markup.read_odt,
        "markdown": markup.read_markdown,
    }
    return readers[form](data)


def _out_of_memory(megabytes: int) -> dict[str, Any]:
    return {
        "kind": "too_large",
        "message": f"Reading the file needs more than {megabytes} MB of memory.",
        "remedy": "Raise read_memory_mb if you trust the file.",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
