"""Commitments: what is promised, word for word, and its parts.

Reads `passages`; writes `sentences` (what each sentence does, and why it is no commitment),
`commitments` and their `slots`. The steps are pure functions in `finding/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from .finding import cues
from .finding.deadlines import Deadline, date_cell, find_deadline
from .finding.judging import Context, judge
from .finding.slots import slots_of
from .finding.strength import bindingness, precision
from .ids import digest, numbered, same_text
from .issuers import Issuers, load_issuers
from .passages import COVERED, load_passages
from .records import BODY_ROLES, Commitment, Judgement, Passage, Report, Slot, Tally
from .settings import Settings
from .store import outputs, rows, table, write_rows
from .work import work_through

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

EXTRACTOR = "commitments/1"

Judged = list[tuple[str, tuple[Judgement, ...]]]
"""(passage id, its judged sentences) of a document, in order."""

_DATE_COLUMNS = ("due", "deadline", "date", "when", "timeline", "timeframe", "time frame", "target date", "completion")
_OWNER_COLUMNS = ("owner", "responsible", "lead", "agency", "actor", "body", "institution", "responsibility")
_ACTION_COLUMNS = (
    "action",
    "activity",
    "measure",
    "task",
    "commitment",
    "initiative",
    "objective",
    "deliverable",
    "step",
)


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Extract the commitments of every document whose passages changed."""
    issuers = load_issuers(settings.corpus)
    documents = {row["id"]: row for row in rows(db, "select id, issuer_id, kind_id, published_on, year from documents")}
    inputs = {
        name: digest(EXTRACTOR, passages_hash, settings.english, *_about(documents[name]))
        for name, passages_hash in outputs(db, "passages").items()
        if name in documents
    }

    def load(name: str) -> tuple[Any, ...]:
        document = documents[name]
        names = issuer_names(issuers, document["issuer_id"])
        is_about_all = document["kind_id"] not in ("national_strategy", "international_strategy")
        return load_passages(db, name), names, is_about_all, document["published_on"], settings.english

    def keep(name: str, found: Judged, tally: Tally) -> str:
        tally.add("sentences", sum(len(judgements) for _, judgements in found))
        tally.add("commitments", sum(len(j.commitments) for _, judgements in found for j in judgements))
        return write_judged(db, documents[name], found)

    return work_through(db, "commitments", inputs, load=load, task=extract, keep=keep, settings=settings, report=report)


def extract(
    passages: Sequence[tuple[str, Passage]],
    issuer_names: tuple[str, ...],
    is_about_all: bool,
    published_on: str,
    english: str,
) -> Judged:
    """Return what each sentence of a document does, with the commitments found in it.

    Args:
        passages: (id, passage) in order.
        issuer_names: what the issuer is called in the text: "Canada", "the Canadian Government".
        is_about_all: whether the document speaks of every field of politics.
        published_on: date of the document, from which periods are counted.
        english: name of the spaCy pipeline.
    """
    nlp = _pipeline(english)
    found: Judged = []
    for passage_id, passage in passages:
        if passage.role not in BODY_ROLES or passage.language not in COVERED:
            continue
        context = Context(passage.role, passage.lead_in, passage.heading_path, issuer_names, is_about_all)
        lead_in = nlp(passage.lead_in) if passage.lead_in else None
        judged = (
            _judge_row(passage, context, published_on, nlp)
            if passage.cells
            else _judge_sentences(passage, lead_in, context, published_on, nlp)
        )
        found.append((passage_id, tuple(judged)))
    return found


def issuer_names(issuers: Issuers, code: str | None) -> tuple[str, ...]:
    """Return what an issuer is called in a text: its names, adjectives, and those of its members."""
    if code is None:
        return ()
    codes = code.split("-") if code not in issuers else [code]
    names: list[str] = []
    for each in codes:
        issuer = issuers[each]
        names += [issuer.name, *issuer.aliases, *issuer.adjectives]
        names += [issuers[m.member].name for m in issuer.members]
    return tuple(dict.fromkeys(name for name in names if len(name) > 1))


def _about(document: dict[str, Any]) -> tuple[Any, ...]:
    return document["issuer_id"], document["kind_id"], document["published_on"]


@cache
def _pipeline(english: str) -> Language:
    from .models import load_english

    return load_english(english)


def _judge_sentences(
    passage: Passage, lead_in: Doc | None, context: Context, published_on: str, nlp: Language
) -> Iterator[Judgement]:
    texts = [passage.text[start:end] for start, end in passage.sentences]
    for place, (doc, (start, end)) in enumerate(zip(nlp.pipe(texts), passage.sentences, strict=True)):
        verdict = judge(doc, lead_in, context)
        commitments: tuple[Commitment, ...] = ()
        if verdict.label == "commitment" and verdict.clause is not None:
            slots = slots_of(doc, lead_in, verdict.clause)
            following = passage.sentences[place + 1] if place + 1 < len(texts) else None
            deadline = _deadline(passage, (start, end), following, published_on)
            commitments = (_commitment(passage, start, end, slots, deadline, verdict.confidence),)
        yield Judgement(start, end, verdict.label, verdict.reason, verdict.confidence, commitments)


def _judge_row(passage: Passage, context: Context, published_on: str, nlp: Language) -> Iterator[Judgement]:
    """Judge a row of a table: its action cell is the quote, its other cells give owner and date."""
    cells = {column.lower(): (start, end) for column, start, end in passage.cells}
    action = _cell(cells, _ACTION_COLUMNS)
    due, owner = _cell(cells, _DATE_COLUMNS), _cell(cells, _OWNER_COLUMNS)
    for _, start, end in passage.cells:
        if (start, end) != action or not (due or owner):
            yield Judgement(start, end, "none", "not_body" if action else "description", 0.5)
            continue
        doc = nlp(passage.text[start:end])
        verdict = judge(doc, None, context)
        if verdict.label != "commitment" or verdict.clause is None:
            yield Judgement(start, end, verdict.label, verdict.reason, verdict.confidence)
            continue
        slots = slots_of(doc, None, verdict.clause)
        if owner:
            slots = [slot for slot in slots if slot.name != "actor"]
            slots.append(Slot("actor", passage.text[owner[0] : owner[1]], "passage", *owner))
        deadline = None
        if due and (found := date_cell(passage.text[due[0] : due[1]], published_on)):
            deadline = Slot("deadline", found.text, "passage", due[0] + found.start, due[0] + found.end), found
        commitment = _commitment(passage, start, end, slots, deadline, verdict.confidence)
        yield Judgement(start, end, "commitment", "", verdict.confidence, (commitment,))


def _cell(cells: dict[str, tuple[int, int]], names: Sequence[str]) -> tuple[int, int] | None:
    return next((span for column, span in cells.items() if any(name in column for name in names)), None)


def _deadline(
    passage: Passage, span: tuple[int, int], following: tuple[int, int] | None, published_on: str
) -> tuple[Slot, Deadline] | None:
    """Return a deadline in the quote, or in the next sentence when that speaks of it ("This will be done by ...")."""
    start, end = span
    if found := find_deadline(passage.text[start:end], published_on):
        return Slot("deadline", found.text, "quote", found.start, found.end), found
    if following is not None:
        text = passage.text[following[0] : following[1]]
        found = (
            find_deadline(text, published_on) if text.startswith(("This will", "It will be", "This is to")) else None
        )
        if found:
            start = following[0] + found.start
            return Slot("deadline", found.text, "passage", start, start + len(found.text)), found
    return None


def _commitment(
    passage: Passage,
    start: int,
    end: int,
    slots: list[Slot],
    deadline: tuple[Slot, Deadline] | None,
    confidence: float,
) -> Commitment:
    quote = passage.text[start:end]
    if deadline:
        slots = [*slots, deadline[0]]
    bound, cue = bindingness(quote, passage.lead_in, slots)
    points, cues_of_points = precision(quote, slots)
    return Commitment(
        start=start,
        end=end,
        quote=quote,
        lead_in=passage.lead_in,
        slots=tuple(slots),
        bindingness=bound,
        bindingness_cue=cue,
        precision=points,
        precision_cues=cues_of_points,
        polarity="negative" if cues.NEGATIVE.search(f"{passage.lead_in} {quote}") else "positive",
        deadline_from=deadline[1].from_on if deadline else "",
        deadline_to=deadline[1].to_on if deadline else "",
        confidence=confidence,
    )


def write_judged(db: Database, document: dict[str, Any], found: Judged) -> str:
    """Write sentences, commitments and slots of a document; return the hash of its commitments."""
    document_id = document["id"]
    passages = dict(load_passages(db, document_id))
    write_rows(
        db,
        "sentences",
        [
            {
                "passage_id": passage_id, "start": judged.start, "end": judged.end, "document_id": document_id,
                "label": judged.label, "reason": judged.reason, "confidence": judged.confidence,
            }
            for passage_id, judgements in found
            for judged in judgements
        ],
        where="document_id = ?",
        args=[document_id],
    )  # fmt: skip
    commitments = [
        (passage_id, commitment)
        for passage_id, judgements in found
        for judged in judgements
        for commitment in judged.commitments
    ]
    ids = [
        digest(document_id, text, nth)
        for text, nth in numbered(same_text(commitment.quote) for _, commitment in commitments)
    ]
    write_rows(
        db,
        "commitments",
        [
            _row(commitment_id, commitment, passage_id, passages[passage_id], document)
            for commitment_id, (passage_id, commitment) in zip(ids, commitments, strict=True)
        ],
        where="document_id = ?",
        args=[document_id],
    )
    write_rows(
        db,
        "slots",
        [
            {
                "commitment_id": commitment_id, "name": slot.name, "text": slot.text, "source": slot.source,
                "start": slot.start, "end": slot.end,
            }
            for commitment_id, (_, commitment) in zip(ids, commitments, strict=True)
            for slot in commitment.slots
        ],
        where="commitment_id in (select id from commitments where document_id = ?)",
        args=[document_id],
    )  # fmt: skip
    table(db, "commitments").analyze()
    return digest(*(part for pair in zip(ids, commitments, strict=True) for part in pair))


def _row(
    commitment_id: str, commitment: Commitment, passage_id: str, passage: Passage, document: dict[str, Any]
) -> dict[str, Any]:
    texts = {slot.name: slot.text for slot in commitment.slots}
    actor = commitment.slot("actor")
    return {
        "id": commitment_id,
        "quote": commitment.quote,
        "lead_in": commitment.lead_in,
        "issuer_id": document["issuer_id"],
        "document_id": document["id"],
        "page": passage.page_of(commitment.start),
        "year": document["year"],
        "bindingness_id": commitment.bindingness,
        "precision": commitment.precision,
        "actor": texts.get("actor", ""),
        "is_actor_inferred": int(actor is None or actor.source == "inferred"),
        "modality": texts.get("modality", ""),
        "action": texts.get("action", ""),
        "object": texts.get("object", ""),
        "deadline": texts.get("deadline", ""),
        "deadline_from": commitment.deadline_from,
        "deadline_to": commitment.deadline_to,
        "polarity": commitment.polarity,
        "bindingness_cue": commitment.bindingness_cue,
        "precision_cues": "; ".join(commitment.precision_cues),
        "confidence": round(commitment.confidence, 3),
        "passage_id": passage_id,
        "start": commitment.start,
        "end": commitment.end,
    }
