"""Coverage: what each issuer does with each theme, sub-theme, element of a guideline, or year.

Reads a database; gives cells, which the stage `comparisons` keeps by theme in the table `coverage`, and
which the site and `concord compare` show. A text signed jointly counts for each of its signatories; a
group's text counts for the group alone. What a document promises twice in the same words counts once.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from .errors import ConcordError
from .ids import same_text
from .records import KINDS
from .store import ids_in, rows
from .touching import all_within

FINDINGS = {
    "committed": "promises something",
    "mentioned": "speaks of it, with no promise filed under it",
    "absent": "does not speak of it in what could be read",
    "not read": "has no document that could be read in a language that is covered",
    "no document": "has no document here",
}
"""What a cell of the coverage matrix can say; the last four are the four kinds of nought."""

_BY_WORDS = {
    "mentioned": "uses two of the words that name it, without a promise",
    "absent": "uses no two of the words that name it in one passage",
}
"""Of a sub-theme nobody has coded which passages speak of it, so no more is said than what its words show."""

AXES = {"theme": "Themes", "subtheme": "Sub-themes", "year": "Years"}
"""By what commitments are counted, besides the elements of a guideline, with the word for what is counted then."""
READ = "read", "partly read"
_SURE = 0.025
"""Probability on either side that is left out of the bounds of a count."""


@dataclass(frozen=True)
class Axis:
    """By what commitments are counted: "theme", "subtheme", "year", or a guideline's id.

    `theme` is the one theme whose sub-themes are counted, or whose commitments are counted by year.
    """

    by: str = "theme"
    theme: str = ""


@dataclass(frozen=True)
class Choice:
    """Which documents count: of these kinds, from one year to another. What is left out narrows nothing.

    Raises:
        ConcordError: there is no such kind, or the years end before they begin.
    """

    kinds: tuple[str, ...] = ()
    since: int | None = None
    at: int | None = None

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ConcordError(
                f"{', '.join(unknown)} is no kind of document.", remedy=f"The kinds are: {', '.join(KINDS)}."
            )
        if self.since and self.at and self.since > self.at:
            raise ConcordError(
                f"No year is both {self.since} or later and {self.at} or earlier.",
                remedy=f"Exchange them: from {self.at} to {self.since}.",
            )

    def admits(self, document: Mapping[str, Any]) -> bool:
        """Say whether a document counts. One without a date does not when years are asked for."""
        year = document["year"]
        return (
            (not self.kinds or document["kind_id"] in self.kinds)
            and (not self.since or (year is not None and year >= self.since))
            and (not self.at or (year is not None and year <= self.at))
        )

    @property
    def words(self) -> str:
        """What is asked for, behind the word "documents": "of the kind national strategy until 2016"; "" of all."""
        told = [f"of the kind {' or '.join(_within(KINDS[kind]) for kind in self.kinds)}"] if self.kinds else []
        if self.since and self.since == self.at:
            told.append(f"of {self.at}")
        elif self.since:
            told.append(f"from {self.since} {f'to {self.at}' if self.at else 'on'}")
        elif self.at:
            told.append(f"until {self.at}")
        return " ".join(told)

    @property
    def markdown(self) -> list[str]:
        """The lines that say so in a Markdown document; none of all documents."""
        return [f"Only documents {self.words}.", ""] if self.words else []


ALL_DOCUMENTS = Choice()


def _within(label: str) -> str:
    """Return a label as it stands within a sentence: "UN submission" begins with a name."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def findings(axis: Axis, choice: Choice = ALL_DOCUMENTS) -> dict[str, str]:
    """Return what a cell of the matrix can say along an axis and of a choice of documents, with what it means."""
    found = FINDINGS | (_BY_WORDS if axis.by == "subtheme" else {})
    return found | ({"no document": f"{FINDINGS['no document']} {choice.words}"} if choice.words else {})


@dataclass(frozen=True)
class Cell:
    """One issuer on one topic: what it does, how often, how firmly, and until when.

    `again` counts how often its documents say one of these commitments once more, and `sentences` those of its
    documents that could be read; `per_thousand` is commitments in a thousand of them.
    """

    issuer: str
    topic: str
    finding: str
    commitments: int = 0
    again: int = 0
    documents: int = 0
    bindingness: int | None = None
    latest_year: int | None = None
    per_thousand: float | None = None
    sentences: int = 0


@dataclass(frozen=True)
class Detection:
    """How good the counts are: the low ends of the intervals of precision and recall, as last evaluated."""

    precision: float
    recall: float
    gold: str


@dataclass(frozen=True)
class Difference:
    """Who promises most on a topic, as far as the error of detection lets one say.

    `of` are the issuers whose texts could be read. `most` are those of them that may have the most commitments,
    `densest` those that may have the most for the length of their texts; when all may, they have about as many,
    or, when one of them has none (`has_nought`), too few to tell.
    """

    of: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    densest: tuple[str, ...] = ()
    has_nought: bool = False


@dataclass(frozen=True)
class Behind:
    """What stands behind a cell.

    `commitments` are as many as its number, each with those that say it again in the same document; `passages` are
    those that speak of the topic, the likest first, with the words by which each does; "" where it is filed under it.
    `promises` are, behind a cell without commitments, those in which all these words of a passage stand: they are filed
    under another topic, and such passages come last.
    """

    commitments: dict[str, list[str]]
    passages: dict[str, str]
    promises: dict[str, list[str]]


@dataclass(frozen=True)
class Matrix:
    """What everybody does with each topic of an axis. `names` are those of the issuers, in the order of the rows."""

    axis: Axis
    choice: Choice
    names: dict[str, str]
    topics: tuple[tuple[str, str], ...]
    cells: dict[tuple[str, str], Cell]


def issuers_with_documents(db: Database) -> list[str]:
    """Return the codes of everybody who issued a document, alone or jointly."""
    found = rows(
        db,
        "select issuer_id as id from documents where issuer_id is not null union select member_id from memberships"
        " join issuers on issuers.id = group_id where kind = 'joint' order by id",
    )
    return [row["id"] for row in found]


def own_documents(db: Database, issuer: str, choice: Choice = ALL_DOCUMENTS) -> list[dict[str, Any]]:
    """Return the documents that count for an issuer: its own, and those that it signed jointly."""
    return documents_of(db, [issuer], choice)[issuer]


def documents_of(
    db: Database, issuers: Sequence[str], choice: Choice = ALL_DOCUMENTS
) -> dict[str, list[dict[str, Any]]]:
    """Return the documents that count for each of some issuers: its own, and those that it signed jointly."""
    found: dict[str, list[dict[str, Any]]] = {issuer: [] for issuer in issuers}
    for row in rows(db, _OWN_DOCUMENTS, {"issuers": json.dumps(list(found))}):
        if choice.admits(row):
            found[row.pop("signatory")].append(row)
    return found


_OWN_DOCUMENTS = """
with asked as (select value as code from json_each(:issuers)),
     signed as (
         select code as signatory, code as signature from asked
         union select code, group_id from asked join memberships on member_id = code
             join issuers on issuers.id = group_id and kind = 'joint'
     )
select signatory, documents.id, title, year, status, is_covered, language, kind_id, issuer_id
from signed join documents on issuer_id = signature order by year, documents.id
"""


def topics(db: Database, axis: Axis, choice: Choice = ALL_DOCUMENTS) -> list[tuple[str, str]]:
    """Return what is counted along an axis, as (id, label); of years those that have a document which counts.

    Raises:
        ConcordError: there is no such axis.
    """
    if axis.by == "year":
        dated = rows(db, "select distinct year, kind_id from documents where year is not null order by year")
        years = dict.fromkeys(str(row["year"]) for row in dated if choice.admits(row))
        return [(year, year) for year in years]
    if axis.by == "subtheme":
        if not axis.theme:
            raise ConcordError("Sub-themes are those of one theme.", remedy="Name it: --theme CAP")
        sql, args = "select id, label from subthemes where theme_id = ? order by commitments desc, id", [axis.theme]
    elif axis.by == "theme":
        sql, args = "select id, label from themes where ? in ('', id) order by position", [axis.theme]
    else:
        sql = (
            "select id, code || ': ' || title as label from guideline_elements where guideline_id = ? order by position"
        )
        args = [axis.by]
    found = [(row["id"], row["label"]) for row in rows(db, sql, args)]
    if not found and axis.by not in AXES:
        known = [row["id"] for row in rows(db, "select id from guidelines order by id")]
        raise ConcordError(f"Nothing can be counted by {axis.by!r}.", remedy=f"Count by: {', '.join((*AXES, *known))}.")
    return found


def cells(
    db: Database,
    issuers: Sequence[str],
    axis: Axis | None = None,
    choice: Choice = ALL_DOCUMENTS,
    *,
    only: Sequence[str] | None = None,
) -> dict[tuple[str, str], Cell]:
    """Return what each issuer does with each topic of an axis.

    The theme that gathers what fits no other has no noughts: nobody is silent on what has no name yet.

    Args:
        choice: count only these documents.
        only: these topics; else all of the axis.
    """
    axis = axis or Axis()
    own = documents_of(db, issuers, choice)
    names = [name for name, _ in topics(db, axis, choice)] if only is None else only
    args = _args(axis, own.values())
    promised = {
        (row["topic"], row["document"]): row
        for row in rows(db, f"select {_COUNTED} from ({_PROMISES[_which(axis)]}) group by topic, document", args)
    }
    touched = _touched(db, axis, args, only, promised)
    lengths = _lengths(db, args)
    nameless = {row["id"] for row in rows(db, "select id from themes where is_emerging = 1")}
    found = {}
    for issuer, documents in own.items():
        for topic in names:
            cell = _cell(issuer, topic, _of_topic(documents, topic, axis), promised, touched, lengths)
            if cell.finding == "committed" or topic not in nameless:
                found[issuer, topic] = cell
    return found


def topics_of(found: Mapping[tuple[str, str], Cell], listed: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the topics of which anything is to be shown."""
    there = {topic for _, topic in found}
    return tuple((name, label) for name, label in listed if name in there)


def matrix(db: Database, axis: Axis, choice: Choice = ALL_DOCUMENTS) -> Matrix:
    """Return what all issuers do with every topic of an axis, states first. Joint texts count for those who signed them."""
    known = rows(db, "select id, name from issuers where kind <> 'joint' order by kind <> 'state', name")
    there = set(issuers_with_documents(db))
    names = {row["id"]: row["name"] for row in known if row["id"] in there}
    found = cells(db, list(names), axis, choice)
    return Matrix(axis, choice, names, topics_of(found, topics(db, axis, choice)), found)


def _of_topic(documents: Sequence[dict[str, Any]], topic: str, axis: Axis) -> list[dict[str, Any]]:
    """Return the documents of which a topic can be asked: of a year, those of that year."""
    return [one for one in documents if axis.by != "year" or str(one["year"]) == topic]


def _cell(
    issuer: str,
    topic: str,
    documents: Sequence[dict[str, Any]],
    promised: Mapping[tuple[str, str], dict[str, Any]],
    touched: Container[tuple[str, str]],
    lengths: Mapping[str, int],
) -> Cell:
    if not documents:
        return Cell(issuer, topic, "no document")
    usable = [one["id"] for one in documents if one["is_covered"] and one["status"] in READ]
    sentences = sum(lengths.get(name, 0) for name in usable)
    counted = [promised[topic, one["id"]] for one in documents if (topic, one["id"]) in promised]
    if counted:
        count = sum(one["firsts"] for one in counted)
        return Cell(
            issuer, topic, "committed", count, sum(one["n"] for one in counted) - count, len(counted),
            max(one["bindingness"] for one in counted), max((one["year"] for one in counted if one["year"]), default=None),
            round(1000 * count / sentences, 1) if sentences else None, sentences,
        )  # fmt: skip
    if not usable:
        return Cell(issuer, topic, "not read")
    is_touched = any((topic, name) in touched for name in usable)
    return Cell(issuer, topic, "mentioned" if is_touched else "absent", sentences=sentences)


def first_of_each(promises: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids of the commitments that count, each with those that say it again in the same document."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in promises:
        groups[one["first"]].append(one)
    found = {}
    for group in groups.values():
        ids = [one["id"] for one in sorted(group, key=lambda one: one["id"] != one["first"])]
        found[ids[0]] = ids[1:]
    return found


def behind(
    db: Database, issuers: Sequence[str], topic: str, axis: Axis | None = None, choice: Choice = ALL_DOCUMENTS
) -> dict[str, Behind]:
    """Return what stands behind the cells of one topic, by issuer."""
    axis = axis or Axis()
    own = {issuer: _of_topic(listed, topic, axis) for issuer, listed in documents_of(db, issuers, choice).items()}
    args = {**_args(axis, own.values()), "topic": topic}
    sql = f"select * from ({_PROMISES[_which(axis)]}) where topic = :topic order by page, start, id"
    promised: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(db, sql, args):
        promised[row["document"]].append(row)
    touching: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for passage in _touching(db, axis, args, [topic]):
        if passage["topic"] == topic:
            touching[passage["document"]].append(passage)
    found = {}
    for issuer, documents in own.items():
        passages = [passage for one in documents for passage in touching[one["id"]]]
        commitments = first_of_each(promise for one in documents for promise in promised[one["id"]])
        with_words = {one["id"]: one["words"] for one in passages if one["words"] and not commitments}
        within = within_promises(db, with_words)
        passages.sort(key=lambda one: (one["id"] in within, -one["likeness"], -len(one["words"])))
        found[issuer] = Behind(
            commitments,
            {one["id"]: one["words"] for one in passages},
            within,
        )
    return found


def within_promises(db: Database, words: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the promises of each passage outside of which it holds none of its words."""
    condition, args = ids_in("passages.id", words)
    listed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(
        db,
        "select passages.id as passage, text, commitments.id, start, end from passages"
        f" join commitments on passage_id = passages.id where {condition} order by start",
        args,
    ):
        listed[row["passage"]].append(row)
    return {
        passage: [one["id"] for one in promises]
        for passage, promises in listed.items()
        if all_within(words[passage].split(", "), promises[0]["text"], [(one["start"], one["end"]) for one in promises])
    }


# The tables in this order: SQLite takes them in another when it may choose, and is twenty times as slow.
_OWN = (
    "with own as materialized (select id, coalesce(restates_id, id) as first, document_id as document,"
    " bindingness_id as bindingness, year, theme_id, subtheme_id, page, start from commitments"
    " where document_id in (select value from json_each(:documents)))"
)
_PROMISE = "own.id, first, document, bindingness, year, page, start"
_PROMISES = {
    "theme": f"{_OWN} select commitment_themes.theme_id as topic, {_PROMISE} from own"
    " cross join commitment_themes on commitment_id = own.id where :theme in ('', commitment_themes.theme_id)",
    "subtheme": f"{_OWN} select subtheme_id as topic, {_PROMISE} from own"
    " where subtheme_id is not null and :theme in ('', theme_id)",
    "year": f"{_OWN} select cast(year as text) as topic, {_PROMISE} from own where :theme = '' or exists"
    " (select 1 from commitment_themes where commitment_id = own.id and commitment_themes.theme_id = :theme)",
    "element": f"{_OWN} select element_id as topic, {_PROMISE} from guideline_elements"
    " cross join guideline_quotes on element_id = guideline_elements.id join own on own.id = commitment_id"
    " where guideline_id = :by",
}
_COUNTED = "topic, document, count(*) as n, count(distinct first) as firsts, max(bindingness) as bindingness, max(year) as year"
_IN_OWN = "passages.document_id in (select value from json_each(:documents))"
_PASSAGE = "passages.id, passages.document_id as document"
_TOUCHED = {
    "theme": f"select theme_id as topic, {_PASSAGE}, likeness, '' as words from passages"
    f" cross join passage_themes on passage_id = passages.id where {_IN_OWN} and :theme in ('', theme_id)"
    f" union all select theme_id as topic, {_PASSAGE}, 0.0 as likeness, words from passages"
    f" cross join theme_words on passage_id = passages.id where {_IN_OWN} and :theme in ('', theme_id)",
    "subtheme": f"select {_PASSAGE}, passages.text from passages_fts(:words) cross join passages"
    f" on passages.rowid = passages_fts.rowid where {_IN_OWN} and role not in ('contents', 'reference')",
    "year": f"select cast(documents.year as text) as topic, {_PASSAGE}, likeness, '' as words from passages"
    " cross join passage_themes on passage_id = passages.id join documents on documents.id = passages.document_id"
    f" where {_IN_OWN} and theme_id = :theme"
    f" union all select cast(documents.year as text) as topic, {_PASSAGE}, 0.0 as likeness, words from passages"
    " cross join theme_words on passage_id = passages.id join documents on documents.id = passages.document_id"
    f" where {_IN_OWN} and theme_id = :theme",
    "element": f"select element_id as topic, {_PASSAGE}, likeness, '' as words from guideline_elements"
    " cross join guideline_quotes on element_id = guideline_elements.id join passages on passages.id = passage_id"
    f" where guideline_id = :by and {_IN_OWN}",
}


def _which(axis: Axis) -> str:
    return axis.by if axis.by in AXES else "element"


def _args(axis: Axis, own: Iterable[Iterable[dict[str, Any]]]) -> dict[str, str]:
    """Return what the questions above are asked of."""
    names = sorted({one["id"] for documents in own for one in documents})
    return {"documents": json.dumps(names), "by": axis.by, "theme": axis.theme}


def _lengths(db: Database, args: dict[str, str]) -> dict[str, int]:
    """Return how many sentences of each document could be read."""
    sql = "select document_id, count(*) as n from sentences where document_id in (select value from json_each(:documents)) group by document_id"
    return {row["document_id"]: row["n"] for row in rows(db, sql, args)}


def _touching(db: Database, axis: Axis, args: dict[str, str], only: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    """Yield the passages that speak of a topic of an axis, once for each of them."""
    if axis.by != "subtheme":
        yield from rows(db, _TOUCHED[_which(axis)], args)
        return
    terms = _terms(db, axis.theme, only)
    for passage in _with_words(db, args, terms):
        for name, held in _spoken_of(passage["text"], terms):
            yield {**passage, "topic": name, "likeness": float(len(held)), "words": ", ".join(held)}


def _touched(
    db: Database, axis: Axis, args: dict[str, str], only: Sequence[str] | None, promised: Container[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return (topic, document) where a passage speaks of a topic.

    Of sub-themes a passage is asked only for those on which its document has promised nothing, and of which none before
    it speaks: the rest changes no cell.
    """
    if axis.by != "subtheme":
        sql = f"select distinct topic, document from ({_TOUCHED[_which(axis)]})"
        return {(row["topic"], row["document"]) for row in rows(db, sql, args)}
    terms, found = _terms(db, axis.theme, only), set()
    open_in: dict[str, dict[str, list[tuple[str, re.Pattern[str]]]]] = {}
    for passage in _with_words(db, args, terms):
        name = passage["document"]
        if name not in open_in:
            open_in[name] = {topic: listed for topic, listed in terms.items() if (topic, name) not in promised}
        for topic, _ in list(_spoken_of(passage["text"], open_in[name])):
            del open_in[name][topic]
            found.add((topic, name))
    return found


def _with_words(
    db: Database, args: dict[str, str], terms: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]]
) -> list[dict[str, Any]]:
    """Return the passages that hold a term of any sub-theme."""
    named = {term.replace('"', '""') for listed in terms.values() for term, _ in listed}
    words = " OR ".join(f'"{term}"' for term in sorted(named))
    return rows(db, _TOUCHED["subtheme"], {**args, "words": words}) if words else []


def _terms(db: Database, theme: str, only: Sequence[str] | None) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Return the terms that name each sub-theme of a theme."""
    found = {}
    for row in rows(db, "select id, terms from subthemes where ? in ('', theme_id)", [theme]):
        if only is None or row["id"] in only:
            terms = [same_text(term) for term in row["terms"].split(", ") if term]
            found[row["id"]] = [(term, re.compile(rf"\b{re.escape(term)}\b")) for term in terms]
    return found


def _spoken_of(
    text: str, terms: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the sub-themes of whose terms a passage holds two, with these, whatever theme it is filed under."""
    text = same_text(text) if terms else ""
    for name, listed in terms.items():
        # Most terms stand nowhere in a text, which is found much sooner without a pattern.
        held = [term for term, pattern in listed if term in text and pattern.search(text)]
        if len(held) >= min(2, len(listed)) > 0:
            yield name, held


def detection(db: Database) -> Detection | None:
    """Return how good the counts are, from the latest evaluation of the whole way; None when there is none."""
    found = rows(
        db,
        "select gold, measure, low, evaluated_at, count from quality where mode = 'documents' and units = 'all'"
        " and measure in ('precision', 'recall') order by evaluated_at desc, count desc, gold desc",
    )
    low = {row["measure"]: row["low"] for row in reversed(found) if row["gold"] == found[0]["gold"]}
    return Detection(low["precision"], low["recall"], found[0]["gold"]) if len(low) == 2 else None


def bounds(count: int, measured: Detection) -> tuple[int, int]:
    """Return the least and the most commitments that texts may make in which `count` are found.

    At least as many are right as there are at the low end of precision, if chance is unkind (2.5 %); and at most as
    many are there as let recall, at its low end and with chance unkind again, find no more than these.
    """
    return _bounds(count, measured.precision, measured.recall)


@lru_cache(maxsize=4096)
def _bounds(count: int, precision: float, recall: float) -> tuple[int, int]:
    from scipy.special import bdtr

    fewest = next(right for right in range(count + 1) if bdtr(right, count, precision) >= _SURE)
    most = count
    while recall > 0 and bdtr(count, most + 1, recall) >= _SURE:
        most += 1
    return fewest, most


def difference(found: Sequence[Cell], measured: Detection | None) -> Difference:
    """Return who promises most on a topic. Without an evaluation nobody knows which differences are errors."""
    known = [cell for cell in found if cell.finding in ("committed", "mentioned", "absent") and cell.sentences]
    of = tuple(cell.issuer for cell in known)
    if measured is None or len(known) < 2 or not any(cell.commitments for cell in known):
        return Difference(of)
    between = {cell.issuer: bounds(cell.commitments, measured) for cell in known}
    dense = {
        cell.issuer: (between[cell.issuer][0] / cell.sentences, between[cell.issuer][1] / cell.sentences)
        for cell in known
    }
    has_nought = any(not cell.commitments for cell in known)
    return Difference(of, _may_be_most(between), _may_be_most(dense), has_nought)


def _may_be_most(between: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
    """Return whose interval reaches the one that begins highest: of these nobody can say who has more."""
    highest = max(low for low, _ in between.values())
    return tuple(name for name, (_, high) in between.items() if high >= highest)


def shades(most: int, measured: Detection) -> list[int]:
    """Return the counts at which a new shade begins: 1, then each count that is surely more than the last one.

    Two counts of one shade are about as many, and of two shades that are not neighbours surely are not.
    """
    steps = [1]
    for count in range(2, most + 1):
        if bounds(count, measured)[0] > bounds(steps[-1], measured)[1]:
            steps.append(count)
    return steps


def in_words(found: Difference, names: Mapping[str, str]) -> str:
    """Return who promises most, for people; "" when nobody knows, or when there is nobody to compare."""
    if not found.most:
        return ""
    alike = "too few to tell" if found.has_nought else "about as many"
    number, density = (
        alike if set(some) == set(found.of) else f"most: {', '.join(names.get(one, one) for one in some)}"
        for some in (found.most, found.densest)
    )
    return number if number == density else f"{number}; for the length of the texts {density}"


def coverage(db: Database) -> list[dict[str, Any]]:
    """Return the rows of the table `coverage`: what each issuer does with each theme."""
    return [
        {
            "issuer_id": cell.issuer, "theme_id": cell.topic, "finding": cell.finding, "commitments": cell.commitments,
            "again": cell.again, "documents": cell.documents, "bindingness_id": cell.bindingness,
            "latest_year": cell.latest_year, "per_thousand": cell.per_thousand,
        }
        for cell in cells(db, issuers_with_documents(db)).values()
    ]  # fmt: skip
