"""Documents: which texts there are, and whether each file is the one that the manifest means.

Reads the manifest and the files' hashes; writes `documents`, `issuers` and `memberships`. It opens
no document: that is for the pages stage.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from .errors import DocumentProblem
from .ids import digest, file_digest
from .issuers import Issuer, Issuers, load_issuers
from .manifest import FOR_A_PERSON, UNKNOWN, load_manifest
from .records import Entry, Report, Tally
from .settings import Settings
from .store import forget, mark, rows, stale, write_problems, write_rows

REGISTRAR = "documents/1"
REFERRED = """
    select * from issuers where id in (
        select issuer_id from documents union select issuer_id from commitments union select issuer_id from mentions
    )
"""


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Make the table of documents equal to the manifest; hash the files that are new or were touched.

    Raises:
        ManifestError: the manifest or an issuers file cannot be used.
    """
    entries = {entry.id: entry for entry in load_manifest(settings.corpus)}
    issuers = load_issuers(settings.corpus)
    inputs = {entry.id: _input_hash(entry, settings.corpus) for entry in entries.values()}
    todo = stale(db, "documents", inputs)
    tally = Tally(kept=len(inputs) - len(todo))
    with db.atomic():
        gone = [row["id"] for row in rows(db, "select id from documents") if row["id"] not in entries]
        for document_id in gone:
            db.execute("delete from problems where document_id = ?", [document_id])
            db.execute("delete from documents where id = ?", [document_id])
        tally.add("issuers", write_issuers(db, issuers, _issuers_of(entries.values(), issuers)))
        forget(db, "documents", inputs)
    for place, name in enumerate(todo, 1):
        started = time.monotonic()
        with db.atomic():
            tally.failed += not _register(db, entries[name], issuers, settings.corpus)
            seconds = time.monotonic() - started
            mark(db, "documents", name, input_hash=inputs[name], output_hash="", seconds=seconds)
        tally.done += 1
        report(place, len(todo), name)
    return tally


def _register(db: Database, entry: Entry, issuers: Issuers, corpus: Path) -> bool:
    """Write one document; return whether its file can be used."""
    problems = _unfinished(entry, issuers)
    write_problems(db, "manifest", entry.id, problems, is_failure=False)
    row: dict[str, Any] = {
        "id": entry.id,
        "title": entry.title,
        "issuer_id": _issuer_code(entry, issuers),
        "kind_id": entry.kind if entry.kind != UNKNOWN else "national_strategy",
        "published_on": "" if entry.published_on == UNKNOWN else entry.published_on,
        "year": int(entry.published_on[:4]) if entry.published_on[:4].isdigit() else None,
        "body": entry.body,
        "family": entry.family,
        "edition": entry.edition,
        "source_url": entry.source_url if entry.source_url.startswith(("https://", "http://")) else "",
        "licence": entry.licence,
        "note": entry.note,
        "path": entry.path,
    }
    row["language_stated"] = "" if entry.language == UNKNOWN else entry.language
    if row["language_stated"]:
        row["language"] = row["language_stated"]
    try:
        row["sha256"] = check_file(entry, corpus)
        failure = []
    except DocumentProblem as problem:
        failure = [problem]
    write_rows(db, "documents", [row], where="id = ?", args=[entry.id])
    if failure:
        db.execute("update documents set status = 'not read' where id = ? and pages = 0", [entry.id])
    write_problems(db, "documents", entry.id, failure, is_failure=True)
    return not failure


def check_file(entry: Entry, corpus: Path) -> str:
    """Return the SHA-256 of an entry's file.

    Raises:
        DocumentProblem: it is missing, outside the corpus, or not the file of the recorded hash.
    """
    path = file_of(entry.path, corpus)
    try:
        sha256 = file_digest(path) if path.is_file() else ""
    except OSError as error:
        raise DocumentProblem(
            "missing", f"{entry.path} cannot be opened: {error.strerror}.", remedy="See to it that it can."
        ) from error
    if not sha256:
        raise DocumentProblem(
            "missing",
            f"There is no file {entry.path} in the corpus.",
            remedy="Put it there, or mend path in the manifest.",
        )
    if entry.sha256 not in ("", UNKNOWN, sha256):
        raise DocumentProblem(
            "changed",
            f"{entry.path} is not the file whose SHA-256 the manifest holds.",
            remedy="If the new file is right, empty the manifest's sha256 and run again.",
        )
    return sha256


def file_of(path: str, corpus: Path) -> Path:
    """Return where a manifest's path leads, links followed.

    Raises:
        DocumentProblem: it leads out of the corpus, or nowhere.
    """
    try:
        place = (corpus / path).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a NUL
        raise DocumentProblem(
            "missing", f"The manifest's path {path!r} leads nowhere.", remedy="Mend path in the manifest."
        ) from error
    if not place.is_relative_to(corpus.resolve()):
        raise DocumentProblem(
            "outside",
            f"The manifest's path {path} leads out of the corpus folder.",
            remedy="Copy the file into the corpus folder and mend path.",
        )
    return place


def write_issuers(db: Database, issuers: Issuers, wanted: dict[str, Issuer]) -> int:
    """Make the table of issuers hold `wanted`, and whoever another row still refers to; return how many changed."""
    referred = {row["id"]: row for row in rows(db, REFERRED)}
    wanted = {**{code: issuers[code] for code in referred if code in issuers}, **wanted}
    listed = referred | {
        code: {"id": code, "name": issuer.name, "kind": issuer.kind, "alpha_2": issuer.alpha_2 or None}
        for code, issuer in wanted.items()
    }
    changed = write_rows(db, "issuers", listed.values())
    memberships = [
        {"group_id": issuer.code, "member_id": m.member, "from_on": m.from_on, "to_on": m.to_on}
        for issuer in wanted.values()
        for m in issuer.members
        if m.member in wanted
    ]
    return changed + write_rows(db, "memberships", memberships)


def _issuers_of(entries: Any, issuers: Issuers) -> dict[str, Issuer]:
    """Return the issuers of the entries, those who sign jointly, and the groups they belong to."""
    wanted: dict[str, Issuer] = {}
    for entry in entries:
        codes = tuple(code for code in entry.issuers if code in issuers)
        if codes and len(codes) == len(entry.issuers):
            issuer = issuers.joint(codes)
            wanted |= {issuer.code: issuer, **{code: issuers[code] for code in codes}}
    for issuer in list(wanted.values()):
        wanted |= {m.member: issuers[m.member] for m in issuer.members}
    for group in issuers:
        if any(m.member in wanted for m in group.members) and group.kind == "group":
            wanted.setdefault(group.code, group)
    return wanted


def _issuer_code(entry: Entry, issuers: Issuers) -> str | None:
    known = all(code in issuers for code in entry.issuers)
    return issuers.joint(entry.issuers).code if entry.issuers and known else None


def _unfinished(entry: Entry, issuers: Issuers) -> list[DocumentProblem]:
    values = {
        "title": entry.title,
        "issuer": " ".join(entry.issuers),
        "kind": entry.kind,
        "published_on": entry.published_on,
    }
    open_fields = [name for name in FOR_A_PERSON if values[name] == UNKNOWN]
    unknown = [code for code in entry.issuers if code not in issuers and code != UNKNOWN]
    problems = []
    if open_fields:
        problems.append(
            DocumentProblem(
                "unfinished",
                f"The manifest leaves {', '.join(open_fields)} open.",
                remedy="Fill them in, so that the document can be compared with others.",
            )
        )
    if unknown:
        problems.append(
            DocumentProblem(
                "unfinished",
                f"{', '.join(unknown)} is no issuer that Concord knows.",
                remedy="Use an ISO 3166 code, or add the issuer to issuers.toml beside the manifest.",
            )
        )
    return problems


def _input_hash(entry: Entry, corpus: Path) -> str:
    try:
        stat = file_of(entry.path, corpus).stat()
        touched = f"{stat.st_size}:{stat.st_mtime_ns}"
    except (OSError, DocumentProblem, ValueError):
        touched = "absent"
    return digest(REGISTRAR, entry, touched)
