"""The search engine: filters first, rankings of words and meaning joined, and why each hit matched.

Reads a database, and notices when it changes; holds vectors in memory. The two rankings are joined
by reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009).
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ..ids import digest
from ..models import encoder_key, load_encoder
from ..records import BODY_ROLES
from ..settings import Settings
from ..store import open_for_reading, rows
from .meaning import LazyEncoder, Matrix
from .questions import SAY_NOTHING, Question, parse

_FUSION = 60
"""The constant of reciprocal rank fusion: how little the first ranks count more than the next."""
_DEPTH = 200
"""Hits that each ranking contributes before they are joined."""

_PROMISED, _SHORT, _SHORT_WORDS = 1.15, 0.5, 7
"""How much more a commitment counts than a passage, and how much less a text of fewer words: a heading answers nothing.
Both, and the floor below, were chosen on the questions for tuning and the cases of `benchmarks/search.py`."""
_FLOOR_WITHOUT_WORDS = 0.55
"""Likeness from which meaning is trusted where no word of the question stands anywhere: any strange word is like something."""
_ALL = 100_000
"""Matches that are looked at where each has to be read: a phrase is exact, and the index knows only stems."""

MODES = ("both", "words", "meaning")
"""Which rankings a search asks: both, or one alone."""

_SEARCHED_ROLES = ", ".join(f"'{role}'" for role in sorted(BODY_ROLES | {"footnote", "glossary"}))

Key = tuple[str, str]
"""A thing that can be found: kind of hit and id."""
Scores = dict[Key, tuple[float, tuple[str, ...], float]]
"""For each hit: its joined score, which rankings found it, and its likeness to the question."""

TEXTS = {"commitment": ("commitments", "quote"), "passage": ("passages", "text")}
"""What can be found: kind of hit, and the table and column that hold its text."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a hit has to be; empty fields ask for nothing."""

    kind_of_hit: str = ""
    issuers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    language: str = ""
    bindingness: int | None = None
    has_deadline: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether they leave everything in; the kind of hit alone chooses nothing."""
        return replace(self, kind_of_hit="") == Filters()


@dataclass(frozen=True)
class Hit:
    """A commitment or passage that answers. `marks` are (start, end) of matched words in `text`.

    `why` says which rankings found it ("words", "meaning"), or "filters" when there was no question; `likeness` is its
    cosine to the question.
    """

    kind: str
    id: str
    text: str
    document_id: str
    document: str
    issuer_id: str
    issuer: str
    year: int | None
    page: int
    page_label: str
    is_paged: bool
    theme_id: str
    theme: str
    bindingness: str
    passage_id: str
    score: float
    why: tuple[str, ...]
    likeness: float
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Results:
    """What was found for a question, best first, of how many, and what to know about it.

    `is_whole` is false where a ranking that was asked for could not be made, as when the encoder is missing; `is_cut`
    is true where a ranking has as many hits as it may have, so that there may be more.
    """

    question: str
    hits: tuple[Hit, ...]
    total: int
    note: str = ""
    facets: Mapping[str, Sequence[tuple[str, str, int]]] = field(default_factory=dict)
    is_whole: bool = True
    is_cut: bool = False


class Engine:
    """Searches one database; safe to share between threads. It never writes.

    Args:
        path: the database.
        settings: for the encoder and the floor of likeness.
        encoder: stands in for loading the encoder of the settings.
    """

    def __init__(self, path: Path, settings: Settings | None = None, *, encoder: LazyEncoder | None = None) -> None:
        self.path = path
        self.settings = settings or Settings()
        name = self.settings.encoder
        self.encoder = encoder or LazyEncoder(lambda: load_encoder(name))
        self._lock = threading.Lock()
        self._version: tuple[Any, ...] = ()
        self._matrix: Matrix | None = None

    def search(
        self, text: str, filters: Filters | None = None, *, mode: str = "both", most: int = 20, start: int = 0
    ) -> Results:
        """Return the best hits for what somebody typed; no text at all gives what passes the filters, or nothing.

        Args:
            mode: one of `MODES`. What only words can answer, such as a phrase, has no answer by meaning.
            most, start: which of the ranked hits to return.
        """
        filters = filters or Filters()
        question = parse(text)
        if not text.strip() and not filters.is_empty:
            return self._passing(filters, most, start)
        if not question.required:
            note = "Type a word to look for." if text.strip() else ""
            return Results(question.text, (), 0, note)
        db = open_for_reading(self.path)
        try:
            db.execute("begin")  # a run may go on meanwhile: everything is read from one state of the database
            return self._search(db, question, filters, mode, most, start)
        finally:
            db.close()

    def _passing(self, filters: Filters, most: int, start: int) -> Results:
        """Return all that passes the filters, the latest texts first: commitments, unless passages are asked for."""
        db = open_for_reading(self.path)
        try:
            db.execute("begin")
            kind = filters.kind_of_hit or "commitment"
            names = _latest_first(db, kind, filters) if kind in TEXTS else []
            scores: Scores = {(kind, name): (0.0, ("filters",), 0.0) for name in names}
            return self._results(db, "", scores, most, start, None, order=list(scores))
        finally:
            db.close()

    def more_like(self, kind: str, name: str, filters: Filters | None = None, *, most: int = 10) -> Results:
        """Return what is most like a commitment or passage by meaning, itself left out."""
        db = open_for_reading(self.path)
        try:
            db.execute("begin")
            matrix = self._current_matrix(db)
            vector = matrix.vector_of(_key(kind, name))
            if vector is None:
                return Results("", (), 0, "It has no vector: its language is not covered.")
            allowed = _allowed(db, filters or Filters())
            own = rows(db, "select passage_id from commitments where id = ?", [name]) if kind == "commitment" else []
            left_out = {name, *(row["passage_id"] for row in own)}
            ranked = [
                (key, likeness)
                for key, likeness in _ranked(matrix, vector, allowed, floor=self.settings.search_floor)
                if key[1] not in left_out
            ]
            scores: Scores = {key: (likeness, ("meaning",), likeness) for key, likeness in ranked}
            return self._results(db, "", scores, most, 0, None)
        finally:
            db.close()

    def _search(self, db: Database, question: Question, filters: Filters, mode: str, most: int, start: int) -> Results:
        allowed = _allowed(db, filters)
        by_words = _by_words(db, question, allowed) if mode != "meaning" else []
        by_meaning: list[tuple[Key, float]] = []
        searched = "Only words were searched" if mode == "both" else "Meaning could not be searched"
        note = ""
        is_whole = True
        if question.needs_words:
            note = "A phrase, or a word that is left out, is searched by words alone." if mode == "meaning" else ""
        elif mode != "words":
            encoder = self.encoder.get()
            if encoder is None:
                note, is_whole = f"{searched}: {self.encoder.problem}", False
            else:
                matrix = self._current_matrix(db)
                if not matrix.ids:
                    note, is_whole = f"{searched}: this database holds no vectors of {encoder.name}.", False
                else:
                    vector = encoder.encode([question.meant])[0]
                    floor = self.settings.search_floor
                    if not (by_words or _by_words(db, question, dict.fromkeys(TEXTS))):
                        floor = max(floor, _FLOOR_WITHOUT_WORDS)
                    by_meaning = _ranked(matrix, vector, allowed, floor=floor)
        scores = _weighed(db, _fused(by_words, by_meaning))
        results = self._results(db, question.text, scores, most, start, question, note)
        return replace(results, is_whole=is_whole, is_cut=max(len(by_words), len(by_meaning)) >= _DEPTH)

    def _results(
        self,
        db: Database,
        text: str,
        scores: Scores,
        most: int,
        start: int,
        question: Question | None,
        note: str = "",
        order: list[Key] | None = None,
    ) -> Results:
        order = order or sorted(scores, key=lambda key: (-scores[key][0], key))
        order = _one_a_passage(db, order)
        shown = order[start : start + most]
        details = _details(db, shown)
        hits = []
        for key in shown:
            score, why, likeness = scores[key]
            hit = replace(details[key], score=round(score, 4), why=why, likeness=round(likeness, 3))
            hits.append(replace(hit, marks=marks_of(hit.text, question)) if question else hit)
        if not hits and not note:
            note = "Nothing found."
        return Results(text, tuple(hits), len(order), note, _facets(db, order))

    def _current_matrix(self, db: Database) -> Matrix:
        """Return the matrix of vectors, read anew when the database was changed or replaced."""
        stat = self.path.stat()
        built = rows(db, "select stage, input, output_hash, built_at from builds order by 1, 2")
        count = rows(db, "select count(*) as n from embeddings")
        version = (stat.st_ino, digest(built, count))
        with self._lock:
            if self._matrix is None or version != self._version:
                self._matrix = Matrix(db, encoder_key(self.settings.encoder), _texts(db))
                self._version = version
            return self._matrix


def marks_of(text: str, question: Question) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of the words of `text` that the question asks for, endings aside."""
    terms = [*(term for group in question.telling for term in group), *itertools.chain(*question.named.values())]
    stems = {_stem(word) for term in terms for word in term if word not in SAY_NOTHING}
    return tuple(match.span() for match in re.finditer(r"[^\W_]+", text) if _stem(match[0].lower()) in stems)


def _stem(word: str) -> str:
    """Return a word without its commonest endings: enough to mark "sharing" for "share"."""
    return re.sub(r"(?:ations?|ments?|ings?|ies|ied|es|ed|s|e|y)$", "", word) if len(word) > 4 else word.rstrip("s")


def _key(kind: str, name: str) -> str:
    return f"{kind}:{name}"


def _texts(db: Database) -> list[Key]:
    roles = ", ".join(f"'{role}'" for role in sorted(BODY_ROLES))
    commitments = [
        (_key("commitment", row["id"]), row["quote"]) for row in rows(db, "select id, quote from commitments")
    ]
    passages = rows(db, f"select id, text from passages where role in ({roles})")
    return commitments + [(_key("passage", row["id"]), row["text"]) for row in passages]


def _allowed(db: Database, filters: Filters) -> dict[str, set[str] | None]:
    """Return for each kind of hit the ids that pass the filters; None means all."""
    found: dict[str, set[str] | None] = {}
    for kind, (name, _) in TEXTS.items():
        if filters.kind_of_hit and filters.kind_of_hit != kind:
            found[kind] = set()
            continue
        conditions, args = _conditions(kind, filters)
        if not conditions:
            found[kind] = None
            continue
        sql = f"select {name}.id from {name} join documents on documents.id = document_id where {' and '.join(conditions)}"
        found[kind] = {row["id"] for row in rows(db, sql, args)}
    return found


def _latest_first(db: Database, kind: str, filters: Filters) -> list[str]:
    """Return the ids of a kind that pass the filters, those of the latest texts first, in the order of their text."""
    name = TEXTS[kind][0]
    conditions, args = _conditions(kind, filters)
    if kind == "passage":
        conditions.append(f"role in ({_SEARCHED_ROLES})")
        place, joined = "ordinal", ""
    else:
        place, joined = "ordinal, start", " join passages on passages.id = passage_id"
    sql = (
        f"select {name}.id from {name}{joined} join documents on documents.id = {name}.document_id"
        f" where {' and '.join(conditions)} order by documents.year desc, documents.id, {place}"
    )
    return [row["id"] for row in rows(db, sql, args)]


def _conditions(kind: str, filters: Filters) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    args: list[Any] = []

    def one_of(column: str, values: Sequence[Any]) -> None:
        if values:
            conditions.append(f"{column} in ({', '.join('?' for _ in values)})")
            args.extend(values)

    if filters.issuers:
        marks = ", ".join("?" for _ in filters.issuers)
        conditions.append(
            f"(documents.issuer_id in ({marks}) or documents.issuer_id in (select group_id from memberships"
            f" join issuers on issuers.id = group_id where kind = 'joint' and member_id in ({marks})))"
        )
        args.extend((*filters.issuers, *filters.issuers))
    one_of("documents.kind_id", filters.kinds)
    one_of("documents.id", filters.documents)
    if filters.year_from is not None:
        conditions.append("documents.year >= ?")
        args.append(filters.year_from)
    if filters.year_to is not None:
        conditions.append("documents.year <= ?")
        args.append(filters.year_to)
    if filters.language:
        conditions.append("documents.language = ?")
        args.append(filters.language)
    if filters.themes:
        link = "commitment_themes where commitment_id" if kind == "commitment" else "passage_themes where passage_id"
        marks = ", ".join("?" for _ in filters.themes)
        name = TEXTS[kind][0]
        conditions.append(f"exists (select 1 from {link} = {name}.id and theme_id in ({marks}))")
        args.extend(filters.themes)
    if filters.bindingness is not None:
        conditions.append("bindingness_id >= ?" if kind == "commitment" else "0 = ?")
        args.append(filters.bindingness if kind == "commitment" else 1)
    if filters.has_deadline:
        conditions.append("deadline <> ''" if kind == "commitment" else "0")
    return conditions, args


def _by_words(db: Database, question: Question, allowed: Mapping[str, set[str] | None]) -> list[tuple[Key, float]]:
    """Return the hits by words, best first: those with every word before those with some."""
    found: dict[Key, float] = {}
    for every in (True, False):
        query = question.fts(every=every)
        if not query or (not every and (question.is_exact or question.excluded)):
            continue
        listed: list[tuple[float, Key]] = []
        for kind, (name, column) in TEXTS.items():
            matching = _matching(db, name, column, query, allowed[kind], _ALL if question.is_exact else _DEPTH)
            listed += [(row["rank"], (kind, row["id"])) for row in matching if question.is_held_by(row["text"])]
        for rank, key in sorted(listed)[:_DEPTH]:
            found.setdefault(key, rank)
    return list(found.items())[:_DEPTH]


def _matching(
    db: Database, name: str, column: str, query: str, allowed: set[str] | None, most: int
) -> list[dict[str, Any]]:
    """Return the best matches among the rows that are allowed: a filter comes before the cut."""
    roles = f" and role in ({_SEARCHED_ROLES})" if name == "passages" else ""
    among = "" if allowed is None else f" and {name}.id in (select value from json_each(?))"
    ids = [] if allowed is None else [json.dumps(sorted(allowed))]
    try:
        return rows(
            db,
            f"select {name}.id, {name}.{column} as text, bm25({name}_fts) as rank from {name}_fts join {name} on {name}.rowid = {name}_fts.rowid"
            f" where {name}_fts match ?{roles}{among} order by rank limit {most}",
            [f"{{{column}}} : ({query})", *ids],
        )
    except sqlite3.OperationalError:
        return []


def _ranked(
    matrix: Matrix, vector: Any, allowed: Mapping[str, set[str] | None], *, floor: float
) -> list[tuple[Key, float]]:
    """Return the hits by meaning that are allowed and above the floor, best first."""
    import numpy as np

    likeness = matrix.likeness(vector)
    found: list[tuple[Key, float]] = []
    for place in np.argsort(-likeness, kind="stable"):
        if likeness[place] < floor or len(found) >= _DEPTH:
            break
        kind, _, name = matrix.ids[place].partition(":")
        if allowed[kind] is None or name in (allowed[kind] or ()):
            found.append(((kind, name), float(likeness[place])))
    return found


def _fused(by_words: Iterable[tuple[Key, float]], by_meaning: Iterable[tuple[Key, float]]) -> Scores:
    """Return for each hit its joined score, which rankings found it, and its likeness."""
    scores: Scores = {}
    for name, ranking in (("words", by_words), ("meaning", by_meaning)):
        for rank, (key, value) in enumerate(ranking, 1):
            score, why, likeness = scores.get(key, (0.0, (), 0.0))
            scores[key] = (score + 1 / (_FUSION + rank), (*why, name), value if name == "meaning" else likeness)
    return scores


def _weighed(db: Database, scores: Scores) -> Scores:
    """Return scores that say how well a hit answers: commitments count more, headings and scraps less."""
    short = {
        (kind, row["id"])
        for kind, (name, column) in TEXTS.items()
        for row in rows(
            db,
            f"select id from {name} where id in {_IDS}"
            f" and length(trim({column})) - length(replace(trim({column}), ' ', '')) + 1 < {_SHORT_WORDS}",
            [json.dumps([name for other, name in scores if other == kind])],
        )
    }
    weights = {
        key: (_PROMISED if key[0] == "commitment" else 1.0) * (_SHORT if key in short else 1.0) for key in scores
    }
    return {key: (score * weights[key], why, likeness) for key, (score, why, likeness) in scores.items()}


def _one_a_passage(db: Database, order: Sequence[Key]) -> list[Key]:
    """Drop a passage when a commitment in it is found too: the same words would be shown twice."""
    homes = {row["id"]: row["passage_id"] for row in rows(db, "select id, passage_id from commitments")}
    promised = {homes[name] for kind, name in order if kind == "commitment"}
    return [(kind, name) for kind, name in order if kind == "commitment" or name not in promised]


_DETAILS = """
select t.id, t.text, t.passage_id, t.page, t.theme_id, t.bindingness, documents.id as document_id,
       documents.title, documents.year, documents.is_paged, documents.issuer_id, issuers.name as issuer,
       themes.label as theme, pages.label as page_label
from ({inner}) as t
join documents on documents.id = t.document_id
left join issuers on issuers.id = documents.issuer_id
left join themes on themes.id = t.theme_id
left join pages on pages.document_id = documents.id and pages.number = t.page
"""
_INNER = {
    "commitment": "select commitments.id, quote as text, passage_id, page, theme_id, bindingness.label as bindingness,"
    " document_id from commitments join bindingness on bindingness.id = bindingness_id where commitments.id in {ids}",
    "passage": "select id, text, id as passage_id, page, (select theme_id from passage_themes where passage_id = passages.id"
    " order by likeness desc limit 1) as theme_id, '' as bindingness, document_id from passages where id in {ids}",
}
_IDS = "(select value from json_each(?))"
"""A list of ids as one value: filters alone may let through more than SQLite takes question marks."""


def _details(db: Database, keys: Sequence[Key]) -> dict[Key, Hit]:
    found = {}
    for kind, inner in _INNER.items():
        names = [name for other, name in keys if other == kind]
        sql = _DETAILS.format(inner=inner.format(ids=_IDS))
        for row in rows(db, sql, [json.dumps(names)]):
            found[kind, row["id"]] = Hit(
                kind=kind,
                id=row["id"],
                text=row["text"],
                document_id=row["document_id"],
                document=row["title"],
                issuer_id=row["issuer_id"] or "",
                issuer=row["issuer"] or "",
                year=row["year"],
                page=row["page"],
                page_label=row["page_label"] or "",
                is_paged=bool(row["is_paged"]),
                theme_id=row["theme_id"] or "",
                theme=row["theme"] or "",
                bindingness=row["bindingness"],
                passage_id=row["passage_id"],
                score=0.0,
                why=(),
                likeness=0.0,
            )
    return found


def _facets(db: Database, order: Sequence[Key]) -> dict[str, list[tuple[str, str, int]]]:
    """Return how many of the hits each issuer, kind and theme has, most first."""
    details = _details(db, order)
    facets: dict[str, dict[tuple[str, str], int]] = {"issuer": {}, "theme": {}}
    for hit in details.values():
        for name, value in (("issuer", (hit.issuer_id, hit.issuer)), ("theme", (hit.theme_id, hit.theme))):
            if value[0]:
                facets[name][value] = facets[name].get(value, 0) + 1
    return {
        name: [(code, label, n) for (code, label), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        for name, counts in facets.items()
    }
