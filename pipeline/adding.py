"""Add files to a corpus: a manifest entry for each, with what can be found out filled in.

Reads files and the manifest; writes `documents.csv`, and copies files that lie outside the corpus
into it. What nobody but a person can know is marked "?".
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import DocumentProblem, ManifestError
from .finding.names import Names
from .ids import file_digest, slug
from .issuers import Issuers, load_issuers
from .languages import main_language
from .manifest import CSV_NAME, FOR_A_PERSON, TOML_NAME, UNKNOWN, is_date, load_manifest, save_manifest
from .reading.guard import read_guarded
from .records import Entry, Reading
from .settings import Settings

FOLDER = "documents"
"""Where files from outside are copied to, inside the corpus."""
_SUFFIXES = frozenset(".pdf .html .htm .docx .odt .md .markdown .txt .text".split())
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_CODE = re.compile(r"(?:^|[^a-z])([a-z]{3})(?=[^a-z])")
_OPENING = 3000
"""Characters from the beginning of a text in which its issuer is looked for."""
_KIND_CUES = (
    (
        "ministerial_statement",
        re.compile(
            r"\bministers?\b.*\b(?:statement|communiqu|declaration)|\b(?:statement|communiqu\w*|declaration)\b.*\bministers\b",
            re.I,
        ),
    ),
    ("group_declaration", re.compile(r"\b(?:declaration|communiqu)", re.I)),
    ("joint_statement", re.compile(r"\bjoint\b.*\bstatement", re.I)),
    ("international_strategy", re.compile(r"\binternational\b.*\bstrategy", re.I)),
    ("national_strategy", re.compile(r"\b(?:strategy|policy|programme|action plan|concept|doctrine)\b", re.I)),
)


@dataclass(frozen=True)
class Added:
    """A file that was added, the fields left for a person, and what could not be read of it."""

    entry: Entry
    open_fields: tuple[str, ...]
    problem: str = ""


def add(paths: Iterable[Path], settings: Settings) -> list[Added]:
    """Write entries for the files at `paths`, and in the folders among them, that are new.

    Raises:
        ManifestError: the manifest is a TOML file, which is left to people, or cannot be used.
    """
    corpus = settings.corpus
    if (corpus / TOML_NAME).is_file() and not (corpus / CSV_NAME).is_file():
        raise ManifestError(
            f"{corpus / TOML_NAME} is written by hand; entries cannot be added to it.",
            remedy=f"Add a [[document]] yourself, or turn it into {CSV_NAME}.",
        )
    corpus.mkdir(parents=True, exist_ok=True)
    entries = load_manifest(corpus) if (corpus / CSV_NAME).is_file() else []
    known = {entry.sha256 for entry in entries} | {_digest_of(corpus / entry.path) for entry in entries}
    finder = _Finder(load_issuers(corpus))
    added = []
    for path in _files(paths, corpus):
        sha256 = file_digest(path)
        if sha256 in known:
            continue
        known.add(sha256)
        place = _bring_in(path, corpus)
        one = _entry_for(place, sha256, {entry.id for entry in entries}, finder, settings)
        entries.append(one.entry)
        added.append(one)
    if added:
        save_manifest(corpus, entries)
    return added


def _files(paths: Iterable[Path], corpus: Path) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in _SUFFIXES)
        else:
            found.append(path)
    return [path for path in found if path.parent.resolve() != corpus.resolve() or path.name != CSV_NAME]


def _digest_of(path: Path) -> str:
    return file_digest(path) if path.is_file() else ""


def _bring_in(path: Path, corpus: Path) -> Path:
    """Return where a file lies in the corpus, copied there if it does not yet; never over another file."""
    if path.resolve().is_relative_to(corpus.resolve()):
        return path.resolve()
    folder = corpus / FOLDER
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    number = 2
    while target.exists():
        target = folder / f"{path.stem}-{number}{path.suffix}"
        number += 1
    shutil.copy2(path, target)
    return target.resolve()


def _entry_for(path: Path, sha256: str, taken: set[str], finder: _Finder, settings: Settings) -> Added:
    problem = ""
    reading: Reading | None = None
    try:
        reading, _ = read_guarded(path, settings)
    except DocumentProblem as found:
        problem = found.message
    text = "\n".join(page.text for page in reading.pages)[:_OPENING] if reading else ""
    title = _title(reading, text)
    published_on = _published_on(reading, path.name, text)
    issuers = finder.issuers_of(f"{title}\n{text}", path.stem)
    year = published_on[:4] if published_on != UNKNOWN else "nd"
    entry = Entry(
        id=_free_id(
            "-".join([*(code.lower() for code in issuers if code != UNKNOWN), year, slug(title, most=40)]), taken
        ),
        path=path.relative_to(settings.corpus.resolve()).as_posix(),
        title=title,
        issuers=issuers,
        kind=next((kind for kind, cue in _KIND_CUES if cue.search(title)), UNKNOWN),
        published_on=published_on,
        language=main_language(page.text for page in reading.pages) if reading else "",
        sha256=sha256,
    )
    values = {"title": entry.title, "issuer": entry.issuers[0], "kind": entry.kind, "published_on": entry.published_on}
    return Added(entry, tuple(name for name in FOR_A_PERSON if values[name] == UNKNOWN), problem)


class _Finder:
    """Finds the issuer of a text: by a code in the file's name, or by whom its opening names most."""

    def __init__(self, issuers: Issuers) -> None:
        self._issuers = issuers
        self._names = Names(issuers)

    def issuers_of(self, opening: str, name: str) -> tuple[str, ...]:
        codes = [code.upper() for code in _CODE.findall(f"{name.lower()}-") if code.upper() in self._issuers]
        if codes and name.lower().startswith(codes[0].lower()):
            return (codes[0],)
        named = Counter(mention.issuer for mention in self._names.find(opening))
        return (named.most_common(1)[0][0],) if named else (UNKNOWN,)


def _title(reading: Reading | None, text: str) -> str:
    if (
        reading
        and reading.title
        and not re.search(r"\.(?:docx?|pdf|indd)$|^untitled|^microsoft word", reading.title, re.I)
    ):
        return str(reading.title)
    for line in text.split("\n"):
        words = " ".join(line.split())
        if 8 <= len(words) <= 150 and re.search(r"[A-Za-z]{4}", words):
            return words
    return UNKNOWN


def _published_on(reading: Reading | None, name: str, text: str) -> str:
    if reading and is_date(reading.published_on) and reading.format != "pdf":
        return reading.published_on
    for where in (name, text[:600]):
        if years := _YEAR.findall(where):
            return str(years[0])
    return UNKNOWN


def _free_id(wanted: str, taken: set[str]) -> str:
    wanted = slug(wanted.replace("?", ""), most=80) or "document"
    name, number = wanted, 2
    while name in taken:
        name = f"{wanted}-{number}"
        number += 1
    return name
