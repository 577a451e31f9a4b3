"""Everything that can be found, in memory: its vector, and what filters, facets and weights ask of it.

Reads commitments, passages, documents and embeddings; writes nothing. A search then asks the database
for matching words and for the hits that it shows, and nothing else. Exact search by vectors takes
milliseconds up to a hundred thousand texts, and needs no extension of SQLite.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from ..due import Due
from ..embeddings import text_hash
from ..errors import UnreadableError
from ..passages import language_name
from ..records import BODY_ROLES, DECISIONS
from ..reviewing import latest_decision
from ..store import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

Key = tuple[str, str]
"""A thing that can be found: kind of hit and id."""

TEXTS = {"commitment": ("commitments", "quote"), "passage": ("passages", "text")}
"""What can be found: kind of hit, and the table and column that hold its text."""
UNREVIEWED = "unreviewed"
"""The filter for what nobody has decided on."""
REVIEWS = (*DECISIONS, UNREVIEWED)
"""What the filter by review can be."""
_ROLES = ", ".join(f"'{role}'" for role in sorted(BODY_ROLES | {"footnote", "glossary"}))
_SHORT_WORDS = 7
_WORD = re.compile(r"[^\W\d_]{4,}")

_COMMITMENTS = """
select commitments.rowid as number, commitments.id, quote as text, passage_id, commitments.document_id, theme_id,
    bindingness_id, deadline <> '' as has_deadline, deadline_to, ordinal, start, {review} as review
from commitments join passages on passages.id = passage_id
"""
_PASSAGES = f"""
select rowid as number, id, text, id as passage_id, document_id, (select theme_id from passage_themes
    where passage_id = passages.id order by likeness desc limit 1) as theme_id,
    0 as bindingness_id, 0 as has_deadline, '' as deadline_to, ordinal, 0 as start, role
from passages where role in ({_ROLES})
"""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a hit has to be; empty fields ask for nothing.

    `groups` leave the texts of a group, and those that a member of it, alone or with others, published while it was one.
    `due_from` and `due_to` are years, months or days, as `Due` takes them. `review` is what reviewers last decided on a
    commitment, or `UNREVIEWED`.

    Raises:
        FilterError: one of these is none.
    """

    kind_of_hit: str = ""
    issuers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    language: str = ""
    bindingness: int | None = None
    has_deadline: bool = False
    due_from: str = ""
    due_to: str = ""
    review: str = ""

    def __post_init__(self) -> None:
        Due(self.due_from, self.due_to)

    @property
    def due(self) -> Due:
        """Between which days a hit has to be due."""
        return Due(self.due_from, self.due_to)

    @property
    def is_empty(self) -> bool:
        """Whether they leave everything in; the kind of hit alone chooses nothing."""
        return replace(self, kind_of_hit="") == Filters()


class Shelf:
    """All commitments and passages by place, from nought; commitments come first.

    Args:
        db: the database.
        model: whose vectors to take.
    """

    def __init__(self, db: Database, model: str) -> None:
        found = [("commitment", row) for row in rows(db, _COMMITMENTS.format(review=latest_decision(db)))] + [
            ("passage", row) for row in rows(db, _PASSAGES)
        ]
        self.keys: list[Key] = [(kind, row["id"]) for kind, row in found]
        self.place = {key: place for place, key in enumerate(self.keys)}
        self.numbers = {
            kind: {row["number"]: place for place, (of, row) in enumerate(found) if of == kind} for kind in TEXTS
        }
        """For each kind, the place of each row by its number in the table: what the full-text index gives."""
        self.documents = {row["id"]: row for row in rows(db, "select * from documents")}
        self.document = [row["document_id"] for _, row in found]
        self.passage = [row["passage_id"] for _, row in found]
        self.order = [(row["ordinal"], row["start"]) for _, row in found]
        self.bindingness = np.array([row["bindingness_id"] for _, row in found], dtype=np.int8)
        self.has_deadline = np.array([row["has_deadline"] for _, row in found], dtype=bool)
        self.due = np.array([row["deadline_to"] for _, row in found], dtype="U10")
        """The day on which each is due, "" for none, which comes before every day."""
        self.review = np.array([row.get("review", "") for _, row in found], dtype="U10")
        self.is_commitment = np.array([kind == "commitment" for kind, _ in found], dtype=bool)
        self.is_short = np.array([len(row["text"].split()) < _SHORT_WORDS for _, row in found], dtype=bool)
        self._themes = {
            "commitment": _gathered(rows(db, "select theme_id, commitment_id as id from commitment_themes")),
            "passage": _gathered(rows(db, "select theme_id, passage_id as id from passage_themes")),
        }
        self.themes = _themes_of(self._themes, self.keys)
        """All themes of each, as the filter has them: more than the main one."""
        self._signed = _gathered(
            rows(
                db,
                "select member_id as theme_id, group_id as id from memberships join issuers on issuers.id = group_id where kind = 'joint'",
            )
        )
        self._members = rows(db, "select group_id, member_id, from_on, to_on from memberships")
        self.labels = {
            "issuer": {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")},
            "kind": {row["id"]: row["label"] for row in rows(db, "select id, label from kinds")},
            "theme": {row["id"]: row["label"] for row in rows(db, "select id, label from themes")},
            "language": {
                code: language_name(code) for code in {row["language"] for row in self.documents.values()} - {""}
            },
            "deadline": {"1": "with a deadline"},
            "review": {name: f"judged {name}" for name in DECISIONS},
            "firmness": {str(row["id"]): row["label"] for row in rows(db, "select id, label from bindingness")},
        }
        self._read_vectors(db, model, [row for kind, row in found if kind == "commitment" or row["role"] in BODY_ROLES])

    def _read_vectors(self, db: Database, model: str, texts: Iterable[dict[str, Any]]) -> None:
        blobs = {
            row["text_hash"]: row["vector"]
            for row in rows(db, "select text_hash, vector from embeddings where model = ?", [model])
        }
        hashed = [(row, blobs.get(text_hash(row["text"]))) for row in texts] if blobs else []
        have = [(row, blob) for row, blob in hashed if blob]
        self.embedded = np.array(
            [self.place["commitment" if "role" not in row else "passage", row["id"]] for row, _ in have], dtype=np.int64
        )
        """The places of what has a vector, in the order of the vectors."""
        self.has_vector = np.zeros(len(self.keys), dtype=bool)
        self.has_vector[self.embedded] = True
        self._vectors = (
            np.frombuffer(b"".join(blob for _, blob in have), dtype="<f4").reshape(len(have), -1)
            if have
            else np.zeros((0, 1), np.float32)
        )

    def likeness(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of everything to `vector`, by place; nan where there is no vector."""
        found = np.full(len(self.keys), np.nan, dtype=np.float32)
        if len(self.embedded):
            found[self.embedded] = self._vectors @ vector
        return found

    def vector_of(self, key: Key) -> NDArray[np.float32] | None:
        """Return the vector of a thing, or None."""
        place = self.place.get(key, -1)
        at = np.flatnonzero(self.embedded == place)
        return self._vectors[at[0]] if len(at) else None

    def passing(self, filters: Filters) -> NDArray[np.bool_]:
        """Return for each place whether it passes the filters."""
        passes = np.ones(len(self.keys), dtype=bool)
        if filters.kind_of_hit:
            passes &= np.array([kind == filters.kind_of_hit for kind in TEXTS])[np.where(self.is_commitment, 0, 1)]
        of_documents = replace(
            filters, kind_of_hit="", themes=(), bindingness=None, has_deadline=False, due_from="", due_to="", review=""
        )
        if of_documents != Filters():
            chosen = {name for name, row in self.documents.items() if self._is_chosen(row, filters)}
            passes &= np.array([document in chosen for document in self.document], dtype=bool)
        if filters.themes:
            touching = {
                (kind, name)
                for kind, of in self._themes.items()
                for theme in filters.themes
                for name in of.get(theme, ())
            }
            passes &= np.array([key in touching for key in self.keys], dtype=bool)
        if filters.bindingness is not None:
            passes &= self.is_commitment & (self.bindingness >= filters.bindingness)
        if filters.has_deadline:
            passes &= self.has_deadline
        if not filters.due.is_empty:
            first, last = filters.due.days
            passes &= (first <= self.due) & (self.due <= last)
        if filters.review:
            decided = "" if filters.review == UNREVIEWED else filters.review
            passes &= self.is_commitment & (self.review == decided)
        return passes

    def searched(self, filters: Filters) -> str:
        """Say in which documents something was looked for, or why in none."""
        held, signers = set(self.document), {row["issuer_id"] or "" for row in self.documents.values()}
        absent = [code for code in filters.issuers if signers.isdisjoint({code, *self._signed.get(code, ())})]
        told = [f"No document of {self.labels['issuer'].get(code, code)} is here." for code in absent]
        if absent and len(absent) == len(filters.issuers):
            return " ".join(told)
        of_documents = [row for name, row in self.documents.items() if name in held and self._is_chosen(row, filters)]
        many = f"{len(of_documents):,} document{'s' if len(of_documents) != 1 else ''}"
        years = sorted({row["year"] for row in of_documents if row["year"]})
        span = f" of {years[0]}" + (f" to {years[-1]}" if len(years) > 1 else "") if years else ""
        if not of_documents:
            told.append(
                "No document was read." if filters.is_empty else "No document that was read passes the filters."
            )
        elif self.passing(filters).any():
            told.append(f"{many}{span} {'were' if len(of_documents) != 1 else 'was'} searched.")
        else:
            told.append(f"Nothing in {many}{span} passes the other filters.")
        return " ".join(told)

    def _is_chosen(self, document: dict[str, Any], filters: Filters) -> bool:
        """Say whether a document is one that the filters ask for."""
        issuer, year = document["issuer_id"] or "", document["year"]
        return (
            (not filters.issuers or any(issuer in {code, *self._signed.get(code, ())} for code in filters.issuers))
            and (not filters.groups or any(issuer in self._of_group(code, document) for code in filters.groups))
            and (not filters.kinds or document["kind_id"] in filters.kinds)
            and (not filters.documents or document["id"] in filters.documents)
            and (filters.year_from is None or (year is not None and year >= filters.year_from))
            and (filters.year_to is None or (year is not None and year <= filters.year_to))
            and (not filters.language or document["language"] == filters.language)
        )

    def _of_group(self, group: str, document: dict[str, Any]) -> set[str]:
        """Return a group and who spoke as its member when a document was published, alone or in a joint text."""
        day = document["published_on"] or str(document["year"] or "")
        members = {
            row["member_id"]
            for row in self._members
            if row["group_id"] == group
            and (not row["from_on"] or row["from_on"][: len(day)] <= day)
            and (not row["to_on"] or day <= row["to_on"])
        }
        return {group, *members, *(joint for member in members for joint in self._signed.get(member, ()))}

    def latest_first(self, places: Sequence[int]) -> list[int]:
        """Return places, those of the latest texts first, in the order of their text."""
        return sorted(
            places,
            key=lambda place: (
                -(self.documents[self.document[place]]["year"] or 0), self.document[place], self.order[place],
            ),
        )  # fmt: skip

    def one_a_passage(self, places: Sequence[int]) -> list[int]:
        """Drop a passage when a commitment in it is there too: the same words would be shown twice."""
        promised = {self.passage[place] for place in places if self.is_commitment[place]}
        return [place for place in places if self.is_commitment[place] or self.passage[place] not in promised]

    def facets(self, places: Sequence[int]) -> dict[str, list[tuple[str, str, int]]]:
        """Return how many of the hits each filter would leave, most first: (code, label, count)."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        for place in places:
            document = self.documents[self.document[place]]
            counts["issuer"][document["issuer_id"] or ""] += 1
            counts["theme"].update(self.themes[place])
            counts["kind"][document["kind_id"]] += 1
            counts["year"][str(document["year"] or "")] += 1
            counts["language"][document["language"]] += 1
            for level in range(1, int(self.bindingness[place]) + 1):
                counts["firmness"][str(level)] += 1
            counts["deadline"]["1" if self.has_deadline[place] else ""] += 1
            counts["due"][str(self.due[place])[:4]] += 1
            counts["review"][str(self.review[place])] += 1
        return {name: self._listed(name, counts[name]) for name in FACETS}

    def _listed(self, name: str, counts: Counter[str]) -> list[tuple[str, str, int]]:
        labels = self.labels.get(name, {})
        found = [(code, labels.get(code, code), n) for code, n in counts.items() if code]
        if name in {"year", "firmness", "due"}:
            return sorted(found, reverse=True)
        return sorted(found, key=lambda one: (-one[2], one[1]))


FACETS = ("issuer", "theme", "kind", "year", "language", "firmness", "deadline", "due", "review")
"""What hits are counted by. A hit counts for each of its themes and each level of firmness that it reaches, as the
filters have it."""


def _gathered(links: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """Return the ids of each code."""
    found: dict[str, set[str]] = {}
    for row in links:
        found.setdefault(row["theme_id"], set()).add(row["id"])
    return found


def _themes_of(ids: Mapping[str, Mapping[str, set[str]]], keys: Iterable[Key]) -> list[tuple[str, ...]]:
    """Return the themes of each thing, given the ids of each theme, kind by kind."""
    found: dict[Key, list[str]] = {}
    for kind, of in ids.items():
        for theme, names in of.items():
            for name in names:
                found.setdefault((kind, name), []).append(theme)
    return [tuple(found.get(key, ())) for key in keys]


def words_in(db: Database) -> Counter[str]:
    """Return how often each word of four letters or more stands in what is searched."""
    return Counter(
        word
        for row in rows(db, f"select text from passages where role in ({_ROLES})")
        for word in _WORD.findall(row["text"].lower())
    )


def stamp(path: Path) -> tuple[int | bytes, ...]:
    """Return what changes when a database is written to, or another file takes its place.

    What is written goes to a second file first, and its header counts the changes of the first. From when on readers see
    it stands in the header of a third, so what is read after a stamp was made is never older than the stamp.
    """
    second, third = (path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm"))
    try:
        with path.open("rb") as file:
            file.seek(24)
            changes = int.from_bytes(file.read(4), "big")
        stat = path.stat()
    except FileNotFoundError as error:
        raise UnreadableError(f"There is no database at {path}.") from error
    found = (stat.st_ino, stat.st_mtime_ns, stat.st_size, changes)
    try:
        more = second.stat()
    except FileNotFoundError:
        return (*found, 0, 0)
    return (*found, more.st_size, more.st_mtime_ns if more.st_size else 0, _seen(third))


def _seen(path: Path) -> bytes:
    """Return the header of the file in which readers find what was written; b"" before anybody reads."""
    try:
        with path.open("rb") as file:
            return file.read(48)  # behind it stand a copy of it, and who reads
    except FileNotFoundError:
        return b""
