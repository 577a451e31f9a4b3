"""Every way that Concord fails on purpose.

    ConcordError                 what, where, and what to do; the command line prints it and exits 2
      ManifestError              a manifest cannot be used as it stands
      SettingsError              a setting has a value that cannot work
      ModelError                 a model is missing, or its files are not the ones that were recorded
      StoreError                 the database is of another version, or not one of ours
        UnreadableError            it is not there, locked, damaged, or being replaced: it may be there again soon
      WatchError                 a saved search is not there, is there already, or asks for nothing
      FilterError                what a search or a list is to be narrowed by cannot be understood
      NamingError                a sub-theme that is to be named is not there, or the name cannot be one
      ReviewError                a decision on a commitment cannot be kept, or a sheet of them not read
      ExportError                an export would write over something else
    DocumentProblem              one document cannot be read or used: a row of `problems`, exit 1

A `ConcordError` stops the run: nobody could do the work before a person mends something. A
`DocumentProblem` concerns one document: it is written down and the run goes on with the next.
"""

from __future__ import annotations

from typing import Any


class ConcordError(Exception):
    """Something that a person has to mend before the command can work.

    `remedy` says what to do, in the imperative; it is empty when the message already does.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ManifestError(ConcordError):
    """A manifest is missing, cannot be parsed, or contradicts itself."""


class SettingsError(ConcordError):
    """A setting has a value that cannot work."""


class ModelError(ConcordError):
    """A model is missing, or its files differ from the ones recorded in `models/models.toml`."""


class StoreError(ConcordError):
    """The database was made by a newer Concord, or is not a Concord database."""


class UnreadableError(StoreError):
    """The database cannot be read now: it is not there, locked, damaged, or another is taking its place."""


class WatchError(ConcordError):
    """A saved search is not there, is there already, or cannot be searched as it stands."""


class FilterError(ConcordError):
    """What a search or a list is to be narrowed by cannot be understood."""


class NamingError(ConcordError):
    """A sub-theme that is to be named is not there, or the name cannot be one."""


class ReviewError(ConcordError):
    """A decision cannot be kept as it stands, or a sheet of decisions cannot be read."""


class ExportError(ConcordError):
    """An export would write over something that is none."""


class DocumentProblem(Exception):
    """One document cannot be read or used; the run writes it down and goes on.

    Args:
        kind: a word from `PROBLEM_KINDS`, for filters and counts.
        message: what is wrong, for a person.
        remedy: what that person can do about it.
        page: page of the file, counted from one, when the problem has one.
    """

    def __init__(self, kind: str, message: str, *, remedy: str = "", page: int | None = None) -> None:
        if kind not in PROBLEM_KINDS:
            raise ValueError(f"unknown kind of problem: {kind!r}")
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.page = page

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions with keyword arguments do not survive the way between processes by themselves.
        return _document_problem, (self.kind, self.message, self.remedy, self.page)


def _document_problem(kind: str, message: str, remedy: str, page: int | None) -> DocumentProblem:
    return DocumentProblem(kind, message, remedy=remedy, page=page)


PROBLEM_KINDS = {
    "missing": "the file is not where the manifest says",
    "outside": "the manifest points outside its own folder",
    "changed": "the file is not the one whose hash the manifest holds",
    "empty": "the file has no text",
    "blank": "a page of a text file is empty, and may be a picture in the source",
    "needs_ocr": "a page is a picture; its text has not been read",
    "encrypted": "the file asks for a password",
    "damaged": "the file is broken beyond what the reader can mend",
    "unsupported": "the file is of a kind that Concord does not read",
    "too_large": "the file, or what it unfolds to, is over a limit",
    "timed_out": "reading took longer than the limit",
    "crashed": "the reader died on this file",
    "encoding": "some characters could not be decoded with certainty",
    "table": "a table was read as running text: what stands in one row of it cannot be told",
    "language": "the language is not one that the models cover",
    "unfinished": "the manifest entry has fields that a person has to fill in",
    "failed": "a stage failed on this document",
}
