"""Read a file that nobody should trust: in a process of its own, under limits.

Reads a path and the limits of the settings; gives a `Reading`. A file that hangs, crashes its
reader or eats memory ends as a `DocumentProblem`, within the limits, and nothing else is harmed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import DocumentProblem
from ..records import Line, Note, Page, Reading
from ..settings import Settings

_GRACE = 5
"""Seconds on top of the limit on processor time, for a reader that waits instead of working."""
_OUT_OF_MEMORY = (b"MemoryError", b"bad_alloc", b"[Errno 12]", b"Out of memory", b"out of memory")
"""What Python and native libraries say last when they get no memory."""


def read_guarded(path: Path, settings: Settings) -> tuple[Reading, str]:
    """Return what a reader makes of the file at `path`, and the SHA-256 of the bytes that it read.

    Raises:
        DocumentProblem: the file cannot be read, or not within the limits.
    """
    with _opened(path) as file, tempfile.TemporaryDirectory(prefix="concord-") as folder:
        size = os.fstat(file.fileno()).st_size
        if size > settings.read_file_mb << 20:
            raise DocumentProblem(
                "too_large",
                f"The file has {size >> 20} MB; the limit is {settings.read_file_mb} MB.",
                remedy="Raise read_file_mb if you trust the file.",
            )
        answer = _ask_child(file, path.name, Path(folder), settings)
    if problem := answer.get("problem"):
        raise DocumentProblem(
            problem["kind"], problem["message"], remedy=problem.get("remedy", ""), page=problem.get("page")
        )
    return to_reading(answer["reading"]), str(answer["sha256"])


def _opened(path: Path) -> BinaryIO:
    """Return an ordinary file, opened; a pipe or a device would be waited for, or never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise DocumentProblem(
            "missing", f"The file cannot be opened: {why}.", remedy="See to it that it can."
        ) from error
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise DocumentProblem("unsupported", "This is a folder, a pipe or a device, and no file that can be read.")
    return file


def _ask_child(file: Any, name: str, folder: Path, settings: Settings) -> dict[str, Any]:
    command = [
        sys.executable, "-I", "-m", "pipeline.reading.child", name,
        str(settings.read_memory_mb), str(settings.read_seconds),
        str(settings.read_output_mb), str(settings.read_pages), settings.ocr,
    ]  # fmt: skip
    with (folder / "answer").open("w+b") as answer, (folder / "complaints").open("w+b") as complaints:
        child = subprocess.Popen(
            command,
            stdin=file,
            stdout=answer,
            stderr=complaints,
            cwd=folder,
            env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "HF_HUB_OFFLINE": "1", "TMPDIR": str(folder)}
            | {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ},
        )
        try:
            code = child.wait(settings.read_seconds + _GRACE)
        except subprocess.TimeoutExpired:
            raise _timed_out(settings) from None
        finally:
            child.kill()
            child.wait()
        answer.seek(0)
        complaints.seek(0)
        return _understood(answer.read(), complaints.read(), code, settings)


def _understood(answer: bytes, complaints: bytes, code: int, settings: Settings) -> dict[str, Any]:
    """Return the child's answer, or raise what its silence means."""
    if code == 0:
        with contextlib.suppress(ValueError):
            return dict(json.loads(answer))
    if code == -getattr(signal, "SIGXCPU", 24):
        raise _timed_out(settings)
    is_silent = code == -getattr(signal, "SIGABRT", 6) and not complaints.strip()  # pdfium's way of saying so
    if is_silent or any(sign in complaints for sign in _OUT_OF_MEMORY):
        raise DocumentProblem(
            "too_large",
            f"Reading the file needs more than {settings.read_memory_mb} MB of memory.",
            remedy="Raise read_memory_mb if you trust the file.",
        )
    if b"[Errno 27]" in complaints or len(answer) >= settings.read_output_mb << 20:
        raise DocumentProblem(
            "too_large",
            f"The file unfolds to more than {settings.read_output_mb} MB of text.",
            remedy="Raise read_output_mb if you trust the file.",
        )
    last = complaints.decode("utf-8", "replace").strip().splitlines()[-1:]
    what = last[0][:200] if last else f"exit status {code}"
    if code == -getattr(signal, "SIGKILL", 9):
        what = "it was killed, perhaps because the memory of this computer ran out"
    elif code < 0:
        what = f"signal {-code}"
    raise DocumentProblem(
        "crashed",
        f"The reader failed on this file ({what}).",
        remedy="Get the file again, or save it in another format.",
    )


def _timed_out(settings: Settings) -> DocumentProblem:
    return DocumentProblem(
        "timed_out",
        f"Reading the file took longer than {settings.read_seconds} seconds.",
        remedy="Raise read_seconds if you trust the file.",
    )


def to_reading(values: dict[str, Any]) -> Reading:
    """Return the `Reading` that a child wrote as JSON."""
    return Reading(
        format=values["format"],
        pages=tuple(
            Page(
                page["number"],
                page["text"],
                page["label"],
                page["status"],
                tuple(to_line(line) for line in page["lines"]),
                tuple(page["size"]) if page["size"] else None,
            )
            for page in values["pages"]
        ),
        paged=values["paged"],
        title=values["title"],
        published_on=values["published_on"],
        notes=tuple(Note(**note) for note in values["notes"]),
    )


def to_line(values: dict[str, Any]) -> Line:
    """Return the `Line` that was written as JSON, with fields at their default left out or not."""
    box = values.get("box")
    marks = tuple((start, end) for start, end in values.get("marks", ()))
    words = tuple(values.get("words", ()))
    return Line(**{**values, "box": tuple(box) if box else None, "marks": marks, "words": words})
