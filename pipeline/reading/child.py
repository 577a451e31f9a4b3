"""The process in which one file is read: `python -m pipeline.reading.child` under limits.

Reads the file on standard input and the limits and the file's name on the command line; writes one
JSON object to standard output: {"reading": ..., "sha256": ...} or {"problem": ...}. It may not open
a socket, start a program or write to any other file, whatever the file on its input makes it try.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict
from typing import Any

from ..errors import DocumentProblem
from ..records import Reading
from .formats import format_of
from .labels import with_labels

_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
    "shutil.", "tempfile.", "ftplib.", "http.client.", "urllib.", "smtplib.", "webbrowser.", "pty.",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Read standard input as the file named by the arguments; return 0 also for a bad file."""
    name, megabytes, seconds, output_megabytes, most_pages = arguments[0], *map(int, arguments[1:])
    _limit(megabytes, seconds, output_megabytes)
    sys.addaudithook(_refuse)
    data = sys.stdin.buffer.read()
    answer: dict[str, Any]
    try:
        reading = with_labels(read_bytes(data, name, most_pages=most_pages))
        answer = {"reading": asdict(reading), "sha256": hashlib.sha256(data).hexdigest()}
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
        answer = {"problem": _out_of_memory(megabytes)}
    except RecursionError:
        answer = {"problem": {"kind": "damaged", "message": "The file nests too deeply to be read.", "remedy": ""}}
    sys.stdout.write(json.dumps(answer, ensure_ascii=True))
    return 0


def read_bytes(data: bytes, name: str, *, most_pages: int) -> Reading:
    """Return what the reader for the format of `data` makes of it.

    Raises:
        DocumentProblem: the file cannot be read.
    """
    from . import markup, pdf, text

    form = format_of(data, name)
    if form == "pdf":
        return pdf.read_pdf(data, most_pages=most_pages)
    readers = {
        "html": markup.read_html,
        "docx": markup.read_docx,
        "odt": markup.read_odt,
        "markdown": markup.read_markdown,
        "text": text.read_text,
    }
    return readers[form](data)


def _limit(megabytes: int, seconds: int, output_megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's own time limit still holds there
        return
    for what, value in (
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_FSIZE, output_megabytes << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))
    # Were both equal, the kernel would kill at once, and the parent could not tell time from a crash.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise on every event by which a reader could reach outside; a file cannot switch this off."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a reader may not do this: {event}")
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        writes = any(letter in (mode or "") for letter in "wax+") or bool(isinstance(flags, int) and flags & 0b11)
        if writes:
            raise PermissionError("a reader may not write to a file")


def _out_of_memory(megabytes: int) -> dict[str, Any]:
    return {
        "kind": "too_large",
        "message": f"Reading the file needs more than {megabytes} MB of memory.",
        "remedy": "Raise read_memory_mb if you trust the file.",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
