"""What was not read, or only in part, and why: the table `problems`, put together for /problems.

A promise that stands where nothing was read is no silence of its issuer. So each kind of problem says how many
documents have it, which, on which pages, and what helps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from ..errors import PROBLEM_KINDS
from ..store import rows
from . import queries

READING = """
select count(*) as documents, count(*) filter (where status = 'read' and is_covered) as whole,
       count(*) filter (where status = 'partly read') as partly, count(*) filter (where status = 'not read') as not_read,
       count(*) filter (where status = 'read' and not is_covered) as not_covered,
       count(*) filter (where status = 'waiting') as waiting
from documents
"""


@dataclass(frozen=True)
class Trouble:
    """A problem of one document, on as many of its pages as have it."""

    document: dict[str, Any]
    message: str
    remedy: str
    is_failure: bool
    pages: tuple[int, ...]

    @property
    def state(self) -> str:
        """How much of the document was read, for people."""
        status = self.document["status"] or ""
        if self.is_failure and status in ("read", "partly read"):
            return f"{status} before"
        return status if self.document["is_covered"] or not status else f"{status}, language not covered"

    @property
    def stretches(self) -> list[tuple[int, int]]:
        """The pages as stretches of pages that follow each other: (first, last)."""
        found: list[tuple[int, int]] = []
        for page in self.pages:
            if found and page == found[-1][1] + 1:
                found[-1] = (found[-1][0], page)
            else:
                found.append((page, page))
        return found

    @property
    def places(self) -> str:
        """The pages for people: "3, 7 to 9"."""
        return ", ".join(f"{first} to {last}" if last > first else str(first) for first, last in self.stretches)


@dataclass(frozen=True)
class Troubles:
    """The problems of one kind; `remedy` is what helps against all of them, when that is one thing."""

    kind: str
    meaning: str
    listed: tuple[Trouble, ...]

    @property
    def title(self) -> str:
        """What the problem is, as a heading."""
        return self.meaning[:1].upper() + self.meaning[1:]

    @property
    def remedy(self) -> str:
        """What helps, "" when it differs."""
        remedies = {trouble.remedy for trouble in self.listed}
        return remedies.pop() if len(remedies) == 1 else ""

    @property
    def documents(self) -> int:
        """How many documents have a problem of this kind."""
        return len({trouble.document["document_id"] for trouble in self.listed})

    @property
    def not_read(self) -> int:
        """How many documents could not be read because of it; of a file that changed, an earlier state may have been."""
        return len({trouble.document["document_id"] for trouble in self.listed if trouble.state == "not read"})

    @property
    def has_pages(self) -> bool:
        """Whether any of them stands on a page."""
        return any(trouble.pages for trouble in self.listed)


def problems(db: Database) -> dict[str, Any]:
    """Return what was not read, or in part, by the kind of problem; what kept most from being read comes first.

    Empty pages of text files come last: most are backs of covers, and nothing was lost.
    """
    found = rows(
        db,
        f"{queries.PROBLEMS} order by issuer is null, issuer, year, document_id, kind, is_failure desc, message, remedy, page",
    )
    by_kind: dict[str, list[Trouble]] = {}
    for trouble in _together(found):
        by_kind.setdefault(trouble.document["kind"], []).append(trouble)
    groups = [
        Troubles(kind, PROBLEM_KINDS.get(kind, kind.replace("_", " ")), tuple(listed))
        for kind, listed in by_kind.items()
    ]
    return {
        "groups": sorted(groups, key=lambda one: (one.kind == "blank", -one.not_read, -one.documents, one.kind)),
        "reading": rows(db, READING)[0],
        "waiting": rows(db, f"{queries.DOCUMENTS} where status = 'waiting' order by issuer, year, documents.id"),
    }


def of_document(db: Database, name: str) -> list[Trouble]:
    """Return what was not read of a document, first what concerns all of it, then in the order of its pages."""
    found = rows(
        db,
        f"{queries.PROBLEMS} where document_id = ? order by kind, is_failure desc, message, remedy, page",
        [name],
    )
    return sorted(_together(found), key=lambda trouble: trouble.pages)


def _together(found: list[dict[str, Any]]) -> list[Trouble]:
    """Return rows of problems with those that differ by their page alone in one; `found` is sorted by all else."""
    listed = []
    for (*_, message, remedy, is_failure), group in groupby(found, key=_same_problem):
        of_one = list(group)
        pages = tuple(dict.fromkeys(row["page"] for row in of_one if row["page"]))
        listed.append(Trouble(of_one[0], message, remedy, bool(is_failure), pages))
    return listed


def _same_problem(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["kind"], row["document_id"], row["message"], row["remedy"], row["is_failure"]
