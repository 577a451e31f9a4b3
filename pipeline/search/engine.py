"""The search engine: filters first, rankings of words and meaning joined, and why each hit matched.

Reads a database, and notices when it changes; holds what can be found in memory. The two rankings are joined
by reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from ..errors import FilterError
from ..models import Encoder, encoder_key
from ..reviewing import latest_decision
from ..settings import Settings
from ..store import open_for_reading, rows
from .codes import as_written, refuse_mode
from .kept import Kept
from .marks import marks_of
from .meaning import LazyEncoder, load_encoder
from .questions import Question, parse, with_words
from .shelf import TEXTS, Filters, Key, Shelf, stamp, words_in
from .spelling import LEAST, SHORTEST, nearest
from .words import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FUSION = 60
"""The constant of reciprocal rank fusion: how little the first ranks count more than the next."""
_DEPTH = 200
"""Hits that a ranking contributes of what is near to a question: by meaning, or by some of its words. What holds every word
is not cut: how much that is, and whose, is what is asked."""

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
    `nearest` is (start, end) of the phrase that is nearest in meaning, where meaning found it. `why` says which rankings
    found it ("words", "meaning"), or "filters" when there was no question; `likeness` is its cosine to the question.
    `has_vector` says whether what is most like it can be asked for.
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
    has_vector: bool = False


@dataclass(frozen=True)
class Results:
    """What was found for a question, best first, of how many, and what to know about it.

    What holds every word of a question is always among the hits; `is_cut` is true where more than them holds some of its
    words, or is like it in meaning, than a ranking takes. `facets` count the hits. `is_whole` is false where a ranking that
    was asked for could not be made, as when the encoder is missing. `mended` is the question that was answered instead,
    where a word of it stands nowhere, or hardly anywhere, and was taken for a misspelling; `suggestion` is one that was not
    answered, and finds something.

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
            asked = _asked(question, strangers, mended)
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
                return Results("", (), 0, _without_vector(shelf, encoder_key(self.settings.encoder)))
            passes = shelf.passing(as_written(db, filters or Filters()))
            own = shelf.passage[shelf.place[kind, name]]
            passes[[place for place, passage in enumerate(shelf.passage) if passage == own]] = False
            ranked = _by_likeness(shelf.likeness(vector), passes, floor=self.settings.search_floor)
            scores = {place: (likeness, ("meaning",), likeness) for place, likeness in ranked}
            found = replace(_found_of(shelf, scores), is_cut=len(ranked) >= _DEPTH)
            return self._shown(db, shelf, "", None, found, most, start)

    def hit_of(self, name: str) -> Hit | None:
        """Return the commitment or passage of this id, as a hit shows it; None when there is neither."""
        with self._opened() as (db, shelf):
            found = _details(db, [(kind, name) for kind in TEXTS])
            return next((replace(hit, has_vector=shelf.vector_of(key) is not None) for key, hit in found.items()), None)

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
        by_words = _by_words(db, shelf, question, passes) if mode != "meaning" else _Words()
        every, some = by_words.every, by_words.some
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
                anywhere = by_words
                if not every and not passes.all():
                    anywhere = _by_words(db, shelf, question, np.ones_like(passes))
                has_words = bool(anywhere.every or anywhere.some) or _all_stand(db, question)
                by_meaning = _by_likeness(likeness, passes, floor=self.settings.search_floor)
                if by_meaning and by_meaning[0][1] < (_SURE if has_words else _SURE_WITHOUT_WORDS):
                    by_meaning = []
                alike = [(place, rank) for place, rank in some if not likeness[place] < _LEAST_WITH_SOME_WORDS]
                if every or alike or by_meaning or not anywhere.every:
                    some = alike
        scores = _weighed(shelf, _fused(every + some, by_meaning))
        is_cut = by_words.is_cut or len(by_meaning) >= _DEPTH
        return replace(_found_of(shelf, scores, among), note=note, is_whole=is_whole, is_cut=is_cut)

    def _vector(self, shelf: Shelf, question: Question) -> tuple[NDArray[np.float32], str]:
        """Return the vector of a question, or why there is none."""
        none = np.zeros(0, dtype=np.float32)
        encoder = self.encoder.get()
        if encoder and not len(shelf.embedded):
            return none, f"this database holds no vectors of {encoder.name}."
        return self.encoder.ask(
            lambda encoder: self._vectors.get(question.meant, lambda: encoder.encode([question.meant])[0]), none
        )

    def _strangers(self, db: Database, question: Question) -> dict[str, int]:
        """Return the words of a question that hardly any text holds, with how many do.

        Those of a phrase, and names in short, are not looked at.
        """
        free = [group for place, group in enumerate(question.required) if place not in question.quoted]
        words = {term[0] for group in free for term in group if len(term) == 1 and tuple(term[0]) not in group}
        found = {word: _standing(db, word) for word in sorted(words) if len(word) >= SHORTEST and word.isalpha()}
        return {word: count for word, count in found.items() if count < LEAST}

    def _mended(self, db: Database, strangers: Mapping[str, int]) -> dict[str, str]:
        """Return for strange words those that were meant; a word that the encoder knows is right as it is."""
        found = {}
        for word, count in strangers.items():
            if not self._is_known(word) and (meant := nearest(word, self._words(db), stands=count > 0)):
                found[word] = meant
        return found

    def _is_known(self, word: str) -> bool:
        """Say whether the encoder knows a word; one that cannot say so knows none."""
        return self.encoder.ask(lambda encoder: bool(getattr(encoder, "knows", lambda _: False)(word)), False)[0]

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
            replace(
                details[shelf.keys[place]],
                score=round(score, 4),
                why=why,
                likeness=round(likeness, 3),
                has_vector=bool(shelf.has_vector[place]),
            )
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
        by_meaning = [hit for hit in hits if "meaning" in hit.why]
        sentences = _sentences(db, by_meaning) if by_meaning else {}

        def phrases(encoder: Encoder) -> dict[Key, Span | None]:
            find = getattr(encoder, "nearest", lambda *_: None)
            return {key: find(question.meant, texts[key], spans) for key, spans in sentences.items()}

        texts = {(hit.kind, hit.id): hit.text for hit in hits}
        none: dict[Key, Span | None] = {}
        near = self.encoder.ask(phrases, none)[0] if by_meaning else none
        marks = marks_of(list(texts.values()), question)
        return [
            replace(hit, marks=marked, nearest=near.get((hit.kind, hit.id)))
            for hit, marked in zip(hits, marks, strict=True)
        ]


def _without_vector(shelf: Shelf, model: str) -> str:
    """Say why nothing can be found that is like a thing without a vector."""
    if not len(shelf.embedded):
        return f"This database holds no vectors of {model}, by which likeness is measured."
    return (
        "It has no vector, by which likeness is measured: headings, notes, glossaries and texts in a language that is not "
        "covered have none."
    )


def _is_whole(found: _Found) -> bool:
    return found.is_whole


def _why(note: str, shelf: Shelf, filters: Filters) -> str:
    """Return the note of an answer that found nothing, with what was searched."""
    return f"{note} {shelf.searched(filters)}".strip()


def _asked(question: Question, strangers: Mapping[str, int], mended: Mapping[str, str]) -> Question:
    """Return a question with the words that were meant: for those that stand nowhere, and beside those that hardly do."""
    if not mended:
        return question
    text = with_words(question.text, {word: meant for word, meant in mended.items() if not strangers[word]})
    beside = {word: meant for word, meant in mended.items() if strangers[word]}
    return parse(with_words(text, beside, beside=True))


def _told(strangers: Mapping[str, int], mended: Mapping[str, str]) -> str:
    """Return what is to be said of words that stand nowhere, or hardly anywhere."""
    instead = [f"Nothing for “{word}”; shown for “{mended[word]}”." for word in mended if not strangers[word]]
    beside = [
        f"Hardly any text holds “{word}”; “{mended[word]}” was looked for too." for word in mended if strangers[word]
    ]
    alone = [f"“{word}”" for word, count in strangers.items() if not count and word not in mended]
    return " ".join([*instead, *beside, *([f"No text here holds {' or '.join(alone)}."] if alone else [])])


def _stands(db: Database, word: str) -> bool:
    """Say whether a word, whatever its ending, stands in any text."""
    return _standing(db, word, 1) > 0


def _standing(db: Database, word: str, most: int = LEAST) -> int:
    """Return how many texts hold a word, whatever its ending; so many at most are counted."""
    return max(
        len(rows(db, f"select 1 from {name}_fts where {name}_fts match ? limit {most}", [f'{{{column}}} : "{word}"']))
        for name, column in TEXTS.values()
    )  # a commitment stands in a passage: the larger of the two counts has what both have


def _all_stand(db: Database, question: Question) -> bool:
    """Say whether every word of a question that says something stands in some text, if not in the same."""
    return all(any(_stands(db, " ".join(term)) for term in group) for group in question.telling)


@dataclass(frozen=True)
class _Words:
    """What words find: what holds every one of them, best first, and then what holds some, of which there may be more."""

    every: Ranking = field(default_factory=list)
    some: Ranking = field(default_factory=list)
    is_cut: bool = False


def _by_words(db: Database, shelf: Shelf, question: Question, passes: NDArray[np.bool_]) -> _Words:
    """Return what words find."""
    every = _matching(db, shelf, question, passes, question.fts(every=True), most=-1)
    if question.needs_words or len(question.telling) < 2:
        return _Words(every)
    if len(every) >= _DEPTH:
        return _Words(every, is_cut=True)
    first = {place for place, _ in every}
    some = _matching(db, shelf, question, passes, question.fts(every=False), most=_DEPTH)
    return _Words(every, [(place, rank) for place, rank in some if place not in first], len(some) >= _DEPTH)


def _matching(
    db: Database, shelf: Shelf, question: Question, passes: NDArray[np.bool_], query: str, *, most: int
) -> Ranking:
    """Return the best matches that pass, so many at most, or all for -1: a filter comes before the cut."""
    found = [
        (rank, shelf.keys[place], place)
        for kind in TEXTS
        for place, rank in _ranked(db, shelf, kind, question, passes, query, most)
    ]
    return [(place, rank) for rank, _, place in sorted(found)[: most if most >= 0 else None]]


def _ranked(
    db: Database, shelf: Shelf, kind: str, question: Question, passes: NDArray[np.bool_], query: str, most: int
) -> Ranking:
    """Return the matches of one kind that pass, with their ranks; more are asked for until there are enough of them."""
    name, column = TEXTS[kind]
    numbers = shelf.numbers[kind]
    text = column if question.is_exact else "''"
    sql = f"select rowid, bm25({name}_fts) as rank, {text} from {name}_fts where {name}_fts match ?"
    found: Ranking = []
    for asked in (2 * most, -1) if most >= 0 else (-1,):
        try:
            # All of them are sorted with those of the other kind.
            best = f" order by rank limit {asked}" if asked >= 0 else ""
            matching = db.execute(sql + best, [f"{{{column}}} : ({query})"]).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise  # the file cannot be read now, which is not the same as that it holds nothing
            return []
        found = [
            (place, rank)
            for number, rank, held in matching
            if (place := numbers.get(number, -1)) >= 0
            and passes[place]
            and (not question.is_exact or question.is_held_by(held))
        ]
        if len(found) >= most or len(matching) < asked:
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
