"""The manifest of a corpus: the file that says which documents there are, edited by people.

Reads `documents.csv`, `documents.toml` or, for a folder in the exchange format of the shared
corpus, `corpus.csv`; writes `documents.csv`. A field that nobody has filled in yet holds "?".
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from .errors import ManifestError
from .ids import slug
from .records import KINDS, Entry

UNKNOWN = "?"
CSV_NAME = "documents.csv"
TOML_NAME = "documents.toml"
EXCHANGE_NAME = "corpus.csv"
COLUMNS = (
    "id", "path", "title", "issuer", "body", "kind", "published_on", "language",
    "family", "edition", "source_url", "licence", "sha256", "note",
)  # fmt: skip
REQUIRED = ("id", "path", "title", "issuer", "kind")
FOR_A_PERSON = ("title", "issuer", "kind", "published_on")
"""Fields that `concord add` marks with "?" when it cannot find them out."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SPREADSHEET_BOM = "\ufeff"

EXCHANGE_KINDS = {
    "g7_declaration": "group_declaration",
    "bilateral": "joint_statement",
    "plurilateral_statement": "joint_statement",
}
EXCHANGE_ISSUERS = {"AUS-IND-JPN-USA": "QUAD", "AUS-GBR-USA": "AUKUS", "CRI": "CRIN"}
"""Codes of the exchange format that name a group by its members, or collide with ISO 3166."""


def load_manifest(corpus: Path) -> list[Entry]:
    """Return the entries of the manifest in the folder `corpus`, in its order.

    Raises:
        ManifestError: there is no manifest, it cannot be parsed, or an entry cannot be meant. The
            message names the file, the line and every fault found.
    """
    if not corpus.is_dir():
        raise ManifestError(f"There is no folder {corpus}.", remedy="Name a corpus with --corpus DIR.")
    for name, load in ((CSV_NAME, _load_csv), (TOML_NAME, _load_toml), (EXCHANGE_NAME, _load_exchange)):
        path = corpus / name
        if path.is_file():
            entries = load(path)
            _refuse_faults(path, entries)
            return [entry for _, entry in entries]
    raise ManifestError(
        f"{corpus} has no manifest ({CSV_NAME} or {TOML_NAME}).",
        remedy=f"Write one: concord add FILE-OR-FOLDER --corpus {corpus}",
    )


def save_manifest(corpus: Path, entries: Iterable[Entry]) -> Path:
    """Write `documents.csv`, whole or not at all, and return its path."""
    path = corpus / CSV_NAME
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(to_row(entry) for entry in entries)
    draft = path.with_suffix(".csv.new")
    draft.write_text(buffer.getvalue(), "utf-8")
    draft.replace(path)
    return path


def to_row(entry: Entry) -> dict[str, str]:
    """Return `entry` as a row of `documents.csv`."""
    row = asdict(entry)
    row["issuer"] = " ".join(row.pop("issuers"))
    row["edition"] = "" if entry.edition is None else str(entry.edition)
    return row


def to_entry(row: Mapping[str, Any]) -> Entry:
    """Return a row of a manifest as an entry; values are trimmed, unknown columns ignored."""
    values = {key: str(value if value is not None else "").strip() for key, value in row.items()}
    known = {field.name for field in fields(Entry)} & values.keys()
    edition = values.get("edition", "")
    return Entry(
        **{key: values[key] for key in known - {"edition", "issuers"}},
        issuers=tuple(sorted(values.get("issuer", "").replace(",", " ").split())),
        edition=int(edition) if edition.isdecimal() and len(edition) < 10 else None,
    )


def _load_csv(path: Path) -> list[tuple[str, Entry]]:
    try:
        text = path.read_text("utf-8").removeprefix(_SPREADSHEET_BOM)
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path} is not UTF-8: {error}.", remedy='Save it as "CSV UTF-8".') from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    absent = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
    if absent:
        raise ManifestError(f"{path} lacks the columns {', '.join(absent)}.")
    try:
        return [(f"line {reader.line_num}", to_entry(row)) for row in reader]
    except (csv.Error, TypeError, AttributeError) as error:
        raise ManifestError(f"{path}, line {reader.reader.line_num}: {error}.") from error


def _load_toml(path: Path) -> list[tuple[str, Entry]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"{path} is not valid TOML: {error}.") from error
    listed = content.get("document", [])
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise ManifestError(f"{path} has no list of [[document]] tables.")
    entries = []
    for number, row in enumerate(listed, 1):
        absent = [name for name in REQUIRED if name not in row]
        if absent:
            raise ManifestError(f"{path}, document {number}: lacks {', '.join(absent)}.")
        issuer = row["issuer"]
        codes = " ".join(issuer) if isinstance(issuer, list) else issuer
        entries.append((f"document {number}", to_entry({**row, "issuer": codes})))
    return entries


def _load_exchange(path: Path) -> list[tuple[str, Entry]]:
    from .catalogue import load_catalogue, match

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            listed = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path} cannot be read: {error}.", remedy='Save it as "CSV UTF-8".') from error
    catalogue = load_catalogue()
    entries = []
    for number, row in enumerate(listed, 2):
        try:
            entry = _from_exchange(row)
        except KeyError as error:
            raise ManifestError(f"{path} lacks the column {error.args[0]}.") from error
        known = match(entry, catalogue)
        if known is not None:
            entry = replace(known, path=entry.path, language=entry.language or known.language)
        entries.append((f"line {number}", entry))
    return entries


def _from_exchange(row: Mapping[str, str]) -> Entry:
    code, published_on = row["issuer_code"], row["date"]
    return to_entry(
        {
            "id": slug(Path(row["file"]).stem),
            "path": row["file"],
            "title": row["title"],
            "issuer": EXCHANGE_ISSUERS.get(code) or " ".join(code.split("-")),
            "kind": EXCHANGE_KINDS.get(row["kind"], row["kind"]),
            "published_on": published_on if _DATE.fullmatch(published_on) else "",
            "language": row["language"],
            "source_url": row["source_url"],
        }
    )


def _refuse_faults(path: Path, entries: list[tuple[str, Entry]]) -> None:
    faults = [f"{place}: {fault}" for place, entry in entries for fault in faults_of(entry)]
    times = Counter(entry.id for _, entry in entries)
    faults += [f"the id {name!r} is used {count} times" for name, count in times.items() if count > 1]
    if faults:
        listed = "\n  ".join(faults[:20])
        more = f"\n  and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise ManifestError(f"{path} has entries that cannot be used:\n  {listed}{more}")


def faults_of(entry: Entry) -> list[str]:
    """Return what is wrong with an entry, each fault as a sentence; "?" is never a fault."""
    faults = []
    if not _ID.fullmatch(entry.id):
        faults.append(f"id {entry.id!r} is not lower-case words joined by hyphens")
    if not entry.path:
        faults.append(f"{entry.id}: path is empty")
    if not entry.title:
        faults.append(f"{entry.id}: title is empty")
    if not entry.issuers:
        faults.append(f"{entry.id}: issuer is empty")
    if entry.kind != UNKNOWN and entry.kind not in KINDS:
        faults.append(f"{entry.id}: kind {entry.kind!r} is none of {', '.join(KINDS)}")
    if entry.published_on not in ("", UNKNOWN) and not is_date(entry.published_on):
        faults.append(f"{entry.id}: published_on {entry.published_on!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    return faults


def is_date(text: str) -> bool:
    """Say whether `text` is a real date written YYYY, YYYY-MM or YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10])
    except ValueError:
        return False
    return True
