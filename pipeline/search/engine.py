"""The search engine: filters first, rankings of words and meaning joined, and why each hit matched.

Reads a database, and notices when it changes; holds what can be found in memory. The two rankings are joined
by reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009).
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from ..errors import FilterError
from ..models import encoder_key
from ..reviewing import latest_decision
from ..settings import Settings
from ..store import open_for_reading, rows
from .codes import as_written, refuse_mode
from .kept import Kept
from .meaning import LazyEncoder, load_encoder
from .questions import SAY_NOTHING, Question, parse, with_words
from .shelf import TEXTS, Filters, Key, Shelf, stamp, words_in
from .spelling import SHORTEST, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FUSION = 60
"""The constant of reciprocal rank fusion: how little the first ranks count more than the next."""
_DEPTH = 200
"""Hits that each ranking contributes before they are joined."""

_PROMISED, _SHORT = 1.15, 0.5
"""How much more a commitment counts than a passage, and how much less a text of few words: a heading answers nothing.
Both, and the floors below, were chosen on the questions for tuning and the cases of `benchmarks/search.py`."""
_SURE, _SURE_WITHOUT_WORDS = 0.45, 0.55
"""Likeness that the best hit by meaning must have, or there is none: everything is a little like something. The second
holds where no text holds words of the question together, and one of them stands nowhere: any strange word is like
something."""
_LEAST_WITH_SOME_WORDS = 0.35
"""Likeness that a text must have which holds some words of the question and not all, where meaning is asked too; but
none where nothing else passes the filters of a question that some text anywhere holds whole."""
_APART = 8
"""Words of a question that are looked for one by one, where all of them together find nothing."""
_KEPT = 128
"""Questions whose answers, and whose vectors, are kept while the database does not change."""

Ranking = list[tuple[int, float]]
"""Places on the shelf, best first, with what they are worth."""


@dataclass(frozen=True)
class Hit:
    """A commitment or passage that answers. `marks` are (start, end) of matched words in `text`.

    `deadline` is that of a commitment, as written, and `deadline_from` and `deadline_to` the days that it means;
    `review` is what reviewers last decided on it.
    `nearest` is (start, end) of the phrase that is nearest in meaning, where meaning found it. `why` says which rankings found it ("words", "meaning"), or "filters" when there was no question; `likeness` is its
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
    deadline: str = ""
    deadline_from: str = ""
    deadline_to: str = ""
    review: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    nearest: tuple[int, int] | None = None


@dataclass(frozen=True)
class Results:
    """What was found for a question, best first, of how many, and what to know about it.

    `is_whole` is false where a ranking that was asked for could not be made, as when the encoder is missing; `is_cut`
    is true where a ranking has as many hits as it may have, so that there may be more. `mended` is the question that was
    answered instead, where a word of it stands nowhere and was taken for a misspelling; `suggestion` is one that was
    not answered, and finds something.

    Where nothing is found, `apart` has each word of the question with how many hits it has alone, under the same filters;
    and `by_words` is how many hits words alone have, where meaning was asked.
    """

    question: str
    hits: tuple[Hit, ...]
    total: int
    note: str = ""
    facets: Mapping[str, Sequence[tuple[str, str, int]]] = field(default_factory=dict)
    is_whole: bool = True
    is_cut: bool = False
    mended: str = ""
    suggestion: str = ""
    apart: tuple[tuple[str, int], ...] = ()
    by_words: int = 0


@dataclass(frozen=True)
class _Found:
    """What a question finds, before any of it is shown: places, best first, and for each score, why, and likeness."""

    order: Sequence[int]
    scores: Mapping[int, tuple[float, tuple[str, ...], float]]
    facets: Mapping[str, Sequence[tuple[str, str, int]]]
    note: str = ""
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
        self._version: tuple[int | bytes, ...] = ()
        self._shelf: Shelf | None = None
        self._counts: Counter[str] | None = None
        self._answers = Kept[_Found](_KEPT)
        self._vectors = Kept[Any](_KEPT)

    def search(
        self,
        text: str,
        filters: Filters | None = None,
        *,
        mode: str = "both",
        most: int = 20,
        start: int = 0,
        as_typed: bool = False,
        among: Collection[str] | None = None,
    ) -> Results:
        """Return the best hits for what somebody typed; no text at all gives what passes the filters, or nothing.

        Args:
            mode: one of `MODES`. What only words can answer, such as a phrase, has no answer by meaning.
            most, start: which of the ranked hits to return.
            as_typed: leave a word that stands nowhere as it is, rather than take it for a misspelling.
            among: of what is found, give only what has one of these ids, and all of that which holds every word, however
                many others do. A ranking by likeness ends as ever: everything is a little like something.

        Raises:
            FilterError: a filter is none that could find anything, or there is no such mode or number of hits.
        """
        refuse_mode(mode)
        if most < 1 or start < 0:
            raise FilterError(f"{most} hits from the {start}th on cannot be given.", remedy="Ask for one or more.")
        filters = filters or Filters()
        question = parse(text)
        if text.strip() and not question.required:
            return Results(question.text, (), 0, "Type a word to look for.")
        if not text.strip() and filters.is_empty:
            return Results("", (), 0)
        with self._opened() as (db, shelf):
            filters = as_written(db, filters)
            if not text.strip():
                found = self._passing(shelf, filters, among)
                results = self._shown(db, shelf, "", None, found, most, start)
                return results if found.order else replace(results, note=_why(results.note, shelf, filters))
            strangers = self._strangers(db, question)
            mended = {} if as_typed else self._mended(db, strangers)
            asked = parse(with_words(question.text, mended)) if mended else question
            if among is not None:
                found = self._found(db, shelf, asked, filters, mode, among)
                return self._shown(db, shelf, question.text, asked, found, most, start)
            found = self._answer(db, shelf, asked, filters, mode)
            results = self._shown(db, shelf, question.text, asked, found, most, start)
            if not found.order:
                results = self._apart(db, shelf, results, asked, filters, mode)
            note = " ".join(filter(None, [_told(strangers, mended), results.note]))
            offered = "" if found.order or as_typed else self._offered(db, question)
            return replace(results, note=note, mended=asked.text if mended else "", suggestion=offered)

    def _answer(self, db: Database, shelf: Shelf, question: Question, filters: Filters, mode: str) -> _Found:
        """Return what a question finds, from what is kept where it was asked before."""
        return self._answers.get(
            (question.text, filters, mode), lambda: self._found(db, shelf, question, filters, mode), keep=_is_whole
        )

    def _apart(
        self, db: Database, shelf: Shelf, results: Results, question: Question, filters: Filters, mode: str
    ) -> Results:
        """Return an answer that found nothing with why, and with what the words of the question find."""
        results = replace(results, note=_why(results.note, shelf, filters))
        if not shelf.passing(filters).any():
            return results

        def count(text: str, mode: str) -> int:
            return len(self._answer(db, shelf, parse(text), filters, mode).order)

        apart = tuple((word, count(word, mode)) for word in question.words[:_APART] if word != question.text.lower())
        return replace(results, apart=apart, by_words=count(question.text, "words") if mode != "words" else 0)

    def more_like(
        self, kind: str, name: str, filters: Filters | None = None, *, most: int = 10, start: int = 0
    ) -> Results:
        """Return what is most like a commitment or passage by meaning, itself left out."""
        with self._opened() as (db, shelf):
            vector = shelf.vector_of((kind, name))
            if vector is None:
                return Results("", (), 0, "It has no vector: its language is not covered.")
            passes = shelf.passing(as_written(db, filters or Filters()))
            own = shelf.passage[shelf.place[kind, name]]
            passes[[place for place, passage in enumerate(shelf.passage) if passage == own]] = False
            ranked = _by_likeness(shelf.likeness(vector), passes, floor=self.settings.search_floor)
            scores = {place: (likeness, ("meaning",), likeness) for place, likeness in ranked}
            return self._shown(db, shelf, "", None, _found_of(shelf, scores), most, start)

    def hit_of(self, name: str) -> Hit | None:
        """Return the commitment or passage of this id, as a hit shows it; None when there is neither."""
        with self._opened() as (db, _):
            return next(iter(_details(db, [(kind, name) for kind in TEXTS]).values()), None)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Database, Shelf]]:
        """Give the database in one state, whatever is written meanwhile, and what it holds."""
        db = open_for_reading(self.path)
        try:
            version = stamp(
                self.path
            )  # before anything is read: what is written after it is noticed by the next search
            db.execute("begin")
            with self._lock:
                if self._shelf is None or version != self._version:
                    self._shelf = Shelf(db, encoder_key(self.settings.encoder))
                    self._version, self._counts = version, None
                    self._answers.clear()
                shelf = self._shelf
            yield db, shelf
        finally:
            db.close()

    def _passing(self, shelf: Shelf, filters: Filters, among: Collection[str] | None) -> _Found:
        """Return all that passes the filters, the latest texts first: commitments, unless passages are asked for."""
        chosen = replace(filters, kind_of_hit=filters.kind_of_hit or "commitment")
        passing = [int(place) for place in np.flatnonzero(shelf.passing(chosen))]
        order = shelf.latest_first(_those_of(shelf, passing, among))
        return _Found(order, dict.fromkeys(order, (0.0, ("filters",), 0.0)), shelf.facets(order))

    def _found(
        self,
        db: Database,
        shelf: Shelf,
        question: Question,
        filters: Filters,
        mode: str,
        among: Collection[str] | None = None,
    ) -> _Found:
        """Return what a question finds by words, by meaning, or by both."""
        passes = shelf.passing(filters)
        depth = _DEPTH if among is None else len(shelf.keys)
        every, some = _by_words(db, shelf, question, passes, depth) if mode != "meaning" else ([], [])
        by_meaning: Ranking = []
        note, is_whole = "", True
        if question.needs_words:
            note = "A phrase, or a word that is left out, is searched by words alone." if mode == "meaning" else ""
        elif mode != "words":
            vector, problem = self._vector(shelf, question)
            if problem:
                searched = "Only words were searched" if mode == "both" else "Meaning could not be searched"
                note, is_whole = f"{searched}: {problem}", False
            else:
                likeness = shelf.likeness(vector)
                anywhere = (
                    (every, some)
                    if every or passes.all()
                    else _by_words(db, shelf, question, np.ones_like(passes), _DEPTH)
                )
                has_words = any(anywhere) or _all_stand(db, question)
                by_meaning = _by_likeness(likeness, passes, floor=self.settings.search_floor)
                if by_meaning and by_meaning[0][1] < (_SURE if has_words else _SURE_WITHOUT_WORDS):
                    by_meaning = []
                alike = [(place, rank) for place, rank in some if not likeness[place] < _LEAST_WITH_SOME_WORDS]
                if every or alike or by_meaning or not anywhere[0]:
                    some = alike
        beyond = [(place, rank) for place, rank in every[_DEPTH:] if shelf.keys[place][1] in (among or ())]
        by_words = [*(every + some)[:_DEPTH], *beyond]
        scores = _weighed(shelf, _fused(by_words, by_meaning))
        is_cut = max(len(by_words), len(by_meaning)) >= _DEPTH
        return replace(_found_of(shelf, scores, among), note=note, is_whole=is_whole, is_cut=is_cut)

    def _vector(self, shelf: Shelf, question: Question) -> tuple[NDArray[np.float32], str]:
        """Return the vector of a question, or why there is none."""
        none = np.zeros(0, dtype=np.float32)
        encoder = self.encoder.get()
        if encoder is None:
            return none, self.encoder.problem
        if not len(shelf.embedded):
            return none, f"this database holds no vectors of {encoder.name}."
        return self._vectors.get(question.meant, lambda: encoder.encode([question.meant])[0]), ""

    def _strangers(self, db: Database, question: Question) -> list[str]:
        """Return the words of a question that no text holds; those of a phrase, and names in short, are not looked at."""
        free = [group for place, group in enumerate(question.required) if place not in question.quoted]
        words = {term[0] for group in free for term in group if len(term) == 1}
        return sorted(word for word in words if len(word) >= SHORTEST and word.isalpha() and not _stands(db, word))

    def _mended(self, db: Database, strangers: Iterable[str]) -> dict[str, str]:
        """Return for strange words those that were meant; a word that the encoder knows is right as it is."""
        found = {}
        for word in strangers:
            encoder = self.encoder.get()
            if encoder is None or not getattr(encoder, "knows", lambda _: False)(word):
                meant = nearest(word, self._words(db))
                found.update({word: meant} if meant else {})
        return found

    def _offered(self, db: Database, question: Question) -> str:
        """Return a question whose phrases are mended too, or ""; it is offered, because a phrase is exact."""
        phrased = [word for place in question.quoted for term in question.required[place] for word in term]
        meant = {word: other for word in phrased if not _stands(db, word) and (other := nearest(word, self._words(db)))}
        return with_words(question.text, meant, quoted=True) if meant else ""

    def _words(self, db: Database) -> Counter[str]:
        with self._lock:
            if self._counts is None:
                self._counts = words_in(db)
            return self._counts

    def _shown(
        self, db: Database, shelf: Shelf, text: str, question: Question | None, found: _Found, most: int, start: int
    ) -> Results:
        """Return a page of what was found, each hit with why it matched."""
        shown = found.order[start : start + most]
        details = _details(db, [shelf.keys[place] for place in shown])
        hits = [
            replace(details[shelf.keys[place]], score=round(score, 4), why=why, likeness=round(likeness, 3))
            for place in shown
            if shelf.keys[place] in details
            for score, why, likeness in [found.scores[place]]
        ]
        if question:
            hits = self._explained(db, hits, question)
        note = found.note or ("" if found.order else "Nothing found.")
        return Results(text, tuple(hits), len(found.order), note, found.facets, found.is_whole, found.is_cut)

    def _explained(self, db: Database, hits: Sequence[Hit], question: Question) -> list[Hit]:
        """Return hits with their matched words marked, and with the phrase that is nearest in meaning."""
        find = getattr(self.encoder.get(), "nearest", None) if any("meaning" in hit.why for hit in hits) else None
        sentences = _sentences(db, hits) if find else {}
        told = []
        for hit in hits:
            near = (
                find(question.meant, hit.text, sentences[hit.kind, hit.id]) if find and "meaning" in hit.why else None
            )
            told.append(replace(hit, marks=marks_of(hit.text, question), nearest=near))
        return told


def _is_whole(found: _Found) -> bool:
    return found.is_whole


def _why(note: str, shelf: Shelf, filters: Filters) -> str:
    """Return the note of an answer that found nothing, with what the filters left to be searched."""
    return note if filters.is_empty else f"{note} {shelf.searched(filters)}".strip()


def _told(strangers: Sequence[str], mended: Mapping[str, str]) -> str:
    """Return what is to be said of words that stand nowhere."""
    instead = [f"Nothing for “{word}”; shown for “{mended[word]}”." for word in strangers if word in mended]
    alone = [f"“{word}”" for word in strangers if word not in mended]
    return " ".join([*instead, *([f"No text here holds {' or '.join(alone)}."] if alone else [])])


def _stands(db: Database, word: str) -> bool:
    """Say whether a word, whatever its ending, stands in any text."""
    return any(
        rows(db, f"select 1 from {name}_fts where {name}_fts match ? limit 1", [f'{{{column}}} : "{word}"'])
        for name, column in TEXTS.values()
    )


def _all_stand(db: Database, question: Question) -> bool:
    """Say whether every word of a question that says something stands in some text, if not in the same."""
    return all(any(_stands(db, " ".join(term)) for term in group) for group in question.telling)


def marks_of(text: str, question: Question) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of the words of `text` that the question asks for, endings aside."""
    terms = [*(term for group in question.telling for term in group), *itertools.chain(*question.named.values())]
    stems = {_stem(word) for term in terms for word in term if word not in SAY_NOTHING}
    return tuple(match.span() for match in re.finditer(r"[^\W_]+", text) if _stem(match[0].lower()) in stems)


@lru_cache(20_000)
def _stem(word: str) -> str:
    """Return a word without its commonest endings: enough to mark "sharing" for "share"."""
    return re.sub(r"(?:ations?|ments?|ings?|ies|ied|es|ed|s|e|y)$", "", word) if len(word) > 4 else word.rstrip("s")


def _by_words(
    db: Database, shelf: Shelf, question: Question, passes: NDArray[np.bool_], depth: int
) -> tuple[Ranking, Ranking]:
    """Return the hits with every word of a question, best first, and then those with some; so many of each at most."""
    every = _matching(db, shelf, question, passes, question.fts(every=True), depth)
    if question.is_exact or question.excluded or len(every) >= depth:
        return every, []
    first = {place for place, _ in every}
    some = _matching(db, shelf, question, passes, question.fts(every=False), depth)
    return every, [(place, rank) for place, rank in some if place not in first]


def _matching(
    db: Database, shelf: Shelf, question: Question, passes: NDArray[np.bool_], query: str, depth: int
) -> Ranking:
    """Return the best matches that pass: a filter comes before the cut."""
    found = [
        (rank, shelf.keys[place], place)
        for kind in TEXTS
        for place, rank in _ranked(db, shelf, kind, question, passes, query, depth)
    ]
    return [(place, rank) for rank, _, place in sorted(found)[:depth]]


def _ranked(
    db: Database, shelf: Shelf, kind: str, question: Question, passes: NDArray[np.bool_], query: str, depth: int
) -> Ranking:
    """Return the matches of one kind that pass, by rank; more are asked for until there are enough of them."""
    name, column = TEXTS[kind]
    numbers = shelf.numbers[kind]
    text = column if question.is_exact else "''"
    sql = (
        f"select rowid, bm25({name}_fts) as rank, {text} from {name}_fts where {name}_fts match ? order by rank limit ?"
    )
    found: Ranking = []
    for most in (2 * depth, -1):
        try:
            matching = db.execute(sql, [f"{{{column}}} : ({query})", most]).fetchall()
        except sqlite3.OperationalError:
            return []
        found = [
            (place, rank)
            for number, rank, held in matching
            if (place := numbers.get(number, -1)) >= 0
            and passes[place]
            and (not question.is_exact or question.is_held_by(held))
        ]
        if len(found) >= depth or len(matching) < most:
            break
    return found


def _by_likeness(likeness: NDArray[np.float32], passes: NDArray[np.bool_], *, floor: float) -> Ranking:
    """Return the hits by meaning that pass and are above the floor, best first."""
    near = np.flatnonzero(passes & (likeness >= floor))
    best = near[np.argsort(-likeness[near], kind="stable")][:_DEPTH]
    return [(int(place), float(likeness[place])) for place in best]


def _fused(by_words: Ranking, by_meaning: Ranking) -> dict[int, tuple[float, tuple[str, ...], float]]:
    """Return for each hit its joined score, which rankings found it, and its likeness."""
    scores: dict[int, tuple[float, tuple[str, ...], float]] = {}
    for name, ranking in (("words", by_words), ("meaning", by_meaning)):
        for rank, (place, value) in enumerate(ranking, 1):
            score, why, likeness = scores.get(place, (0.0, (), 0.0))
            scores[place] = (score + 1 / (_FUSION + rank), (*why, name), value if name == "meaning" else likeness)
    return scores


def _weighed(
    shelf: Shelf, scores: Mapping[int, tuple[float, tuple[str, ...], float]]
) -> dict[int, tuple[float, tuple[str, ...], float]]:
    """Return scores that say how well a hit answers: commitments count more, headings and scraps less."""
    return {
        place: (
            score * (_PROMISED if shelf.is_commitment[place] else 1.0) * (_SHORT if shelf.is_short[place] else 1.0),
            why,
            likeness,
        )
        for place, (score, why, likeness) in scores.items()
    }


def _found_of(
    shelf: Shelf, scores: Mapping[int, tuple[float, tuple[str, ...], float]], among: Collection[str] | None = None
) -> _Found:
    """Return what has scores, best first."""
    order = shelf.one_a_passage(sorted(scores, key=lambda place: (-scores[place][0], shelf.keys[place])))
    order = _those_of(shelf, order, among)
    return _Found(order, scores, shelf.facets(order))


def _those_of(shelf: Shelf, places: list[int], among: Collection[str] | None) -> list[int]:
    """Return the places of what has one of these ids; all of them when none is asked for."""
    return places if among is None else [place for place in places if shelf.keys[place][1] in among]


_DETAILS = """
select t.id, t.text, t.passage_id, t.page, t.theme_id, t.bindingness, t.deadline, t.deadline_from, t.deadline_to, t.review, documents.id as document_id,
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
    " deadline, deadline_from, deadline_to, {review} as review, document_id from commitments join bindingness on bindingness.id = bindingness_id where commitments.id in {ids}",
    "passage": "select id, text, id as passage_id, page, (select theme_id from passage_themes where passage_id = passages.id"
    " order by likeness desc limit 1) as theme_id, '' as bindingness,"
    " '' as deadline, '' as deadline_from, '' as deadline_to, '' as review, document_id from passages where id in {ids}",
}
_IDS = "(select value from json_each(?))"
"""A list of ids as one value: filters alone may let through more than SQLite takes question marks."""


def _details(db: Database, keys: Sequence[Key]) -> dict[Key, Hit]:
    found = {}
    for kind, inner in _INNER.items():
        names = [name for other, name in keys if other == kind]
        sql = _DETAILS.format(inner=inner.format(ids=_IDS, review=latest_decision(db)))
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
                deadline=row["deadline"],
                deadline_from=row["deadline_from"],
                deadline_to=row["deadline_to"],
                review=row["review"],
            )
    return found


def _sentences(db: Database, hits: Sequence[Hit]) -> dict[Key, list[tuple[int, int]]]:
    """Return (start, end) of the sentences of each hit; a commitment is one."""
    found = {(hit.kind, hit.id): [(0, len(hit.text))] for hit in hits}
    names = [hit.id for hit in hits if hit.kind == "passage"]
    for row in rows(
        db, f"select passage_id, sentences from passage_spans where passage_id in {_IDS}", [json.dumps(names)]
    ):
        found["passage", row["passage_id"]] = [(start, end) for start, end in json.loads(row["sentences"])]
    return found
