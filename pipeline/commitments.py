"""Commitments: what is promised, word for word, and its parts.

Reads `passages`; writes `sentences` (what each sentence does, and why it is no commitment),
`sentence_themes` (what it is about), `commitments` and their `slots`. The trained model judges; the
grammar of what it found gives the parts. The steps are pure functions in `finding/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlite_utils import Database

from .finding import cues
from .finding.clauses import clause_of
from .finding.deadlines import Deadline, begins_with_a_date, date_cell, end_of_row, find_deadline
from .finding.detector import Prediction, Question, detector_key, is_about_all, load_detector
from .finding.names import Names
from .finding.slots import STANDING_IN, antecedent, slots_of
from .finding.splitting import Part, split
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

EXTRACTOR = "commitments/8"

Judged = list[tuple[str, tuple[Judgement, ...]]]
"""(passage id, its judged sentences) of a document, in order."""

_SHORTEST = 3
"""Words below which a sentence is no sentence."""
_LEAST_THEME = 0.05
_ROWS = frozenset({"list_item", "table_row"})
_LEAST_DATED_ROWS = 5
"""Rows that end in a bare date before such a date is taken for a deadline: a title or a citation ends in one here and there."""
_DATE_COLUMNS = ("due", "period", "deadline", "date", "when", "timeline", "timeframe", "time frame", "completion")
_OWNER_COLUMNS = ("owner", "responsible", "lead", "agency", "actor", "body", "institution", "responsibility")
_OURSELVES = frozenset({"we", "the government", "our government", "the state"})
"""Actors by whom the issuer is meant."""
_MONEY_COLUMNS = ("budget", "cost", "funding", "money", "amount")


@dataclass(frozen=True)
class About:
    """What has to be known of a document to judge its sentences."""

    published_on: str
    is_about_all: bool


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Extract the commitments of every document whose passages changed.

    Raises:
        ModelError: the trained model or the English pipeline is missing.
    """
    issuers = load_issuers(settings.corpus)
    documents = {row["id"]: row for row in rows(db, "select id, issuer_id, kind_id, published_on, year from documents")}
    inputs = {
        name: digest(
            EXTRACTOR,
            detector_key(),
            passages_hash,
            settings.english,
            issuers.names_hash,
            sorted(documents[name].items(), key=str),
        )
        for name, passages_hash in outputs(db, "passages").items()
        if name in documents
    }

    def load(name: str) -> tuple[Any, ...]:
        document = documents[name]
        about = About(document["published_on"], is_about_all(document["kind_id"]))
        return load_passages(db, name), about, settings.english, settings.processes

    def keep(name: str, found: Judged, tally: Tally) -> str:
        tally.add("sentences", sum(len(judgements) for _, judgements in found))
        tally.add("commitments", sum(len(j.commitments) for _, judgements in found for j in judgements))
        return write_judged(db, documents[name], found, issuers)

    return work_through(db, "commitments", inputs, load=load, task=extract, keep=keep, settings=settings, report=report)


def extract(passages: Sequence[tuple[str, Passage]], about: About, english: str, processes: int = 1) -> Judged:
    """Return what each sentence of a document does, with the commitments found in it.

    Args:
        passages: (id, passage) in order.
        about: what has to be known of the document.
        english: name of the spaCy pipeline.
        processes: how many of these run side by side, so that they share the processor's cores.
    """
    return Judge(about, english, processes).document(passages)


class Judge:
    """Judges the sentences of one document: all by the model at once, then the commitments by their grammar.

    Args:
        about: what has to be known of the document.
        english: name of the spaCy pipeline.
        processes: how many of these run side by side, so that they share the processor's cores.
    """

    def __init__(self, about: About, english: str, processes: int = 1) -> None:
        _share_cores(processes)
        self.about = about
        self.detector = load_detector()
        self.nlp = _pipeline(english)

    def document(self, passages: Sequence[tuple[str, Passage]]) -> Judged:
        """Return what each sentence does in the passages in which an issuer can promise something."""
        judged_passages = [
            (passage_id, passage)
            for passage_id, passage in passages
            if passage.role in BODY_ROLES and passage.language in COVERED
        ]
        questions = list(questions_of(passages, self.about.is_about_all))
        predictions = iter(self.detector.predict(questions))
        dated = dated_rows(passages, self.about.published_on)
        return [
            (
                passage_id,
                tuple(
                    self.passage(passage, [next(predictions) for _ in passage.sentences], is_dated=passage_id in dated)
                ),
            )
            for passage_id, passage in judged_passages
        ]

    def passage(
        self, passage: Passage, predictions: Sequence[Prediction], *, is_dated: bool = False
    ) -> Iterator[Judgement]:
        """Yield what each sentence of a passage does, given what the model says of each.

        Args:
            passage: what is judged.
            predictions: one for each of its sentences.
            is_dated: whether it is a row, and the bare date at its end the deadline.
        """
        promised = [
            is_commitment(prediction, passage.text[start:end], passage, self.detector.threshold)
            for prediction, (start, end) in zip(predictions, passage.sentences, strict=True)
        ]
        texts = [passage.text[s:e] for (s, e), yes in zip(passage.sentences, promised, strict=True) if yes]
        docs = iter(self.nlp.pipe(texts))
        lead_in = self.nlp(passage.lead_in) if passage.lead_in and texts else None
        for place, (start, end) in enumerate(passage.sentences):
            prediction = predictions[place]
            themes = tuple((code, value) for code, value in prediction.themes.items() if value >= _LEAST_THEME)
            commitments: tuple[Commitment, ...] = ()
            if promised[place]:
                # One that a rule has found is as sure as the least sure that the model finds.
                prediction = replace(prediction, confidence=max(prediction.confidence, self.detector.threshold))
                commitments = tuple(self._commitments(passage, place, next(docs), lead_in, prediction, is_dated))
            label, reason = "commitment", ""
            if not commitments:
                label, reason = _label_of_none(prediction, passage.text[start:end])
            yield Judgement(start, end, label, reason, prediction.confidence, commitments, themes)  # type: ignore[arg-type]  # one of the literals

    def _commitments(
        self,
        passage: Passage,
        place: int,
        doc: Doc,
        lead_in: Doc | None,
        prediction: Prediction,
        is_dated: bool,
    ) -> Iterator[Commitment]:
        """Yield the commitments of a sentence: its parts, each with its slots."""
        offset = passage.sentences[place][0]
        cells = _cells(passage) if passage.cells else []
        clause = clause_of(doc)
        for part in split(doc, clause):
            slots = [_moved(slot, part, offset) for slot in slots_of(doc, lead_in, part[0], part[1:])]
            slots = [*(slot for slot in slots if slot.name not in {cell.name for cell in cells}), *cells]
            slots += self._antecedent(passage, place, slots)
            published_on = self.about.published_on
            deadline = _deadline(passage, place, part, clause.verb.idx, published_on, is_dated=is_dated)
            if deadline:
                slots.append(deadline[0])
            yield _commitment(passage, offset + part[1], offset + part[2], slots, deadline, prediction)

    def _antecedent(self, passage: Passage, place: int, slots: Sequence[Slot]) -> list[Slot]:
        """Return whom "it" or "they" stands for, when the sentence before in the passage says so."""
        actor = next(slot for slot in slots if slot.name == "actor")
        if place == 0 or actor.source != "quote":
            return []
        start, end = passage.sentences[place - 1]
        found = antecedent(self.nlp(passage.text[start:end]), actor.text)
        return [_in_passage(found, start)] if found else []


def questions_of(passages: Iterable[tuple[str, Passage]], about_all: bool) -> Iterator[Question]:
    """Yield each sentence that is to be judged, as the model reads it."""
    before = ""
    for _, passage in passages:
        if passage.role == "contents":
            continue
        is_judged = passage.role in BODY_ROLES and passage.language in COVERED
        for start, end in passage.sentences:
            text = passage.text[start:end]
            if is_judged:
                yield Question(text, passage.role, passage.heading_path, passage.lead_in, before, about_all)
            before = text


def dated_rows(passages: Sequence[tuple[str, Passage]], published_on: str) -> frozenset[str]:
    """Return the ids of the passages whose bare date at the end is the deadline of a row; none where few rows have one.

    Of two dates that stand together, it is not known which is the row's. Where the day of the document is
    not known, a date that only cites cannot be told from one to come.
    """
    behind = [*(passage.text for _, passage in passages[1:]), ""]
    found = {
        passage_id: begins_with_a_date(text)
        for (passage_id, passage), text in zip(passages, behind, strict=False)
        if passage.role in _ROWS and passage.language in COVERED and end_of_row(passage.text, published_on)
    }
    if not published_on or len(found) < _LEAST_DATED_ROWS:
        return frozenset()
    return frozenset(passage_id for passage_id, is_in_doubt in found.items() if not is_in_doubt)


def is_commitment(prediction: Prediction, text: str, passage: Passage, threshold: float) -> bool:
    """Say whether a sentence of a passage is a commitment: by the model, where no rule is certain."""
    heading = passage.heading_path[-1] if passage.heading_path else ""
    if cues.certainly_none(text, passage.lead_in, heading, shortest=_SHORTEST):
        return False
    return prediction.confidence >= threshold or cues.denies_itself(text)


def _label_of_none(prediction: Prediction, text: str) -> tuple[str, str]:
    if len(text.split()) < _SHORTEST:
        return "none", "not_body"
    reason = prediction.reason
    if prediction.classes["rhetorical_pledge"] > prediction.classes[reason]:
        return "rhetorical_pledge", ""
    return "none", reason


def _share_cores(processes: int) -> None:
    """Let several processes with a model each share the cores, instead of each taking all."""
    import os

    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // max(1, processes)))


@cache
def _pipeline(english: str) -> Language:
    from .models import load_english

    return load_english(english)


def _moved(slot: Slot, part: Part, offset: int) -> Slot:
    """Return a slot of a sentence as a slot of one part of it: outside the part, its source is the passage."""
    if slot.source != "quote" or slot.start is None or slot.end is None:
        return slot
    _, start, end = part
    if start <= slot.start and slot.end <= end:
        return replace(slot, start=slot.start - start, end=slot.end - start)
    return replace(slot, source="passage", start=slot.start + offset, end=slot.end + offset)


def _cells(passage: Passage) -> list[Slot]:
    """Return what the other cells of a table row say of its action: owner, and money."""
    found = []
    for name, columns in (("actor", _OWNER_COLUMNS), ("money", _MONEY_COLUMNS)):
        span = _cell(passage, columns)
        if span is not None:
            found.append(Slot(name, passage.text[span[0] : span[1]], "passage", *span))
    return found


def _cell(passage: Passage, names: Sequence[str]) -> tuple[int, int] | None:
    wanted = re.compile(rf"(?<![a-z])(?:{'|'.join(names)})s?(?![a-z])", re.IGNORECASE)
    return next(((start, end) for column, start, end in passage.cells if wanted.search(column)), None)


def _deadline(
    passage: Passage, place: int, part: Part, verb: int, published_on: str, *, is_dated: bool
) -> tuple[Slot, Deadline] | None:
    """Return the deadline of a part of a sentence.

    It stands in the part; or elsewhere in the sentence where it holds for the part too, before the
    first verb or behind the part; or in its row's date cell, or on its own at the end of its row, in
    the next sentence when that speaks of this one, or in the lead-in.

    Args:
        verb: where the first verb of the sentence begins in it.
        is_dated: whether the passage is a row, and the bare date at its end the deadline.
    """
    start, end = passage.sentences[place]
    sentence = passage.text[start:end]
    if found := find_deadline(sentence[part[1] : part[2]], published_on):
        return Slot("deadline", found.text, "quote", found.start, found.end), found
    found = find_deadline(sentence, published_on)
    if found and (found.end <= verb or found.start >= part[2]):
        return _in_passage(found, start), found
    if span := _cell(passage, _DATE_COLUMNS):
        found = date_cell(passage.text[span[0] : span[1]], published_on)
        return (_in_passage(found, span[0]), found) if found else None
    is_end_of_row = is_dated and place + 1 == len(passage.sentences)
    if is_end_of_row and (found := end_of_row(sentence, published_on)):
        if found.end > part[2]:
            return _in_passage(found, start), found
        return Slot("deadline", found.text, "quote", found.start - part[1], found.end - part[1]), found
    if place + 1 < len(passage.sentences):
        start, end = passage.sentences[place + 1]
        text = passage.text[start:end]
        if text.startswith(cues.SPEAKS_OF_THE_LAST) and (found := find_deadline(text, published_on)):
            return _in_passage(found, start), found
    if found := find_deadline(passage.lead_in, published_on):
        return Slot("deadline", found.text, "lead_in", found.start, found.end), found
    return None


def _in_passage(found: Deadline | Slot, offset: int) -> Slot:
    """Return as a part of the passage what was found in a stretch of it that begins at `offset`."""
    name = found.name if isinstance(found, Slot) else "deadline"
    start = offset + (found.start or 0)
    return Slot(name, found.text, "passage", start, start + len(found.text))


def _commitment(
    passage: Passage,
    start: int,
    end: int,
    slots: list[Slot],
    deadline: tuple[Slot, Deadline] | None,
    prediction: Prediction,
) -> Commitment:
    quote = passage.text[start:end]
    bound, cue = bindingness(quote, passage.lead_in, slots, prediction.bindingness)
    points, point_cues = precision(quote, slots, prediction.points)
    return Commitment(
        start=start,
        end=end,
        quote=quote,
        lead_in=passage.lead_in,
        slots=tuple(slots),
        bindingness=bound,
        bindingness_cue=cue,
        precision=points,
        precision_cues=point_cues,
        polarity=_polarity(quote, passage.lead_in, slots),
        deadline_from=deadline[1].from_on if deadline else "",
        deadline_to=deadline[1].to_on if deadline else "",
        is_reaffirmed=cues.REAFFIRMING.search(quote) is not None,
        confidence=prediction.confidence,
    )


def _polarity(quote: str, lead_in: str, slots: Sequence[Slot]) -> Literal["positive", "negative"]:
    """Return whether something is promised or refrained from: a "will not" behind the action speaks of something else."""
    action = next((slot.end for slot in slots if slot.name == "action" and slot.source == "quote"), None)
    denied = cues.NEGATIVE.search(quote)
    is_denied = denied is not None and (action is None or denied.start() < action)
    return "negative" if is_denied or cues.NEGATIVE.search(lead_in) else "positive"


def write_judged(db: Database, document: dict[str, Any], found: Judged, issuers: Issuers) -> str:
    """Write sentences, commitments and slots of a document; return the hash of what was written."""
    document_id = document["id"]
    passages = dict(load_passages(db, document_id))
    _write_sentences(db, document_id, found)
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
    bound = _Bound(issuers, document["issuer_id"])
    first_of = _first_wording(ids, [commitment for _, commitment in commitments])
    write_rows(
        db,
        "commitments",
        [
            _row(commitment_id, commitment, passage_id, passages[passage_id], document)
            | {
                "issuer_id": bound.issuer_of(commitment),
                "actor_meant": bound.actor_meant(commitment),
                "restates_id": first_of.get(commitment_id),
            }
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
                "commitment_id": commitment_id,
                "name": slot.name,
                "text": slot.text,
                "source": slot.source,
                "start": slot.start,
                "end": slot.end,
            }
            for commitment_id, (_, commitment) in zip(ids, commitments, strict=True)
            for slot in commitment.slots
        ],
        where="commitment_id in (select id from commitments where document_id = ?)",
        args=[document_id],
    )
    table(db, "commitments").analyze()
    return digest(*found, *ids)


def _write_sentences(db: Database, document_id: str, found: Judged) -> None:
    judged = [(passage_id, one) for passage_id, judgements in found for one in judgements]
    write_rows(
        db,
        "sentences",
        [
            {
                "passage_id": passage_id,
                "start": one.start,
                "end": one.end,
                "document_id": document_id,
                "label": one.label,
                "reason": one.reason,
                "confidence": round(one.confidence, 4),
            }
            for passage_id, one in judged
        ],
        where="document_id = ?",
        args=[document_id],
    )
    write_rows(
        db,
        "sentence_themes",
        [
            {"passage_id": passage_id, "start": one.start, "theme_id": code, "probability": round(value, 3)}
            for passage_id, one in judged
            for code, value in one.themes
        ],
        where="passage_id in (select id from passages where document_id = ?)",
        args=[document_id],
    )


class _Bound:
    """Says whom a commitment binds: the document's issuer, or in a joint text the one signatory that it names."""

    def __init__(self, issuers: Issuers, code: str | None) -> None:
        self._code = code
        self._issuers = issuers
        self._signatories: dict[str, Any] = {}
        if code is not None and code not in issuers:
            self._signatories = {one: issuers[one] for one in code.split("-")}
        self._names = Names(self._signatories.values())

    def issuer_of(self, commitment: Commitment) -> str | None:
        actor = commitment.slot("actor")
        if not self._signatories or actor is None or actor.source == "inferred":
            return self._code
        named = {mention.issuer for mention in self._names.find(actor.text)}
        return named.pop() if len(named) == 1 else self._code

    def actor_meant(self, commitment: Commitment) -> str:
        """Return who is to act: the issuer by its name, or whom the text names; "" for a pronoun that is not resolved."""
        actor, named = commitment.slot("actor"), commitment.slot("antecedent")
        code = self.issuer_of(commitment)
        if named is not None:
            return named.text
        if actor is not None and actor.source != "inferred" and actor.text.lower() not in _OURSELVES:
            return "" if actor.text.lower() in STANDING_IN else actor.text
        if code is None:
            return ""
        return (self._issuers[code] if code in self._issuers else self._issuers.joint(tuple(code.split("-")))).name


def _first_wording(ids: Sequence[str], commitments: Sequence[Commitment]) -> dict[str, str]:
    """Return for each commitment that says again what the document has promised before, the first one's id."""
    first: dict[str, str] = {}
    again: dict[str, str] = {}
    for commitment_id, commitment in zip(ids, commitments, strict=True):
        words = same_text(commitment.quote)
        if words in first:
            again[commitment_id] = first[words]
        else:
            first[words] = commitment_id
    return again


def _row(
    commitment_id: str, commitment: Commitment, passage_id: str, passage: Passage, document: dict[str, Any]
) -> dict[str, Any]:
    texts = {slot.name: slot.text for slot in commitment.slots}
    actor = commitment.slot("actor")
    return {
        "id": commitment_id,
        "quote": commitment.quote,
        "lead_in": commitment.lead_in,
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
        "partner": texts.get("partner", ""),
        "deadline": texts.get("deadline", ""),
        "deadline_from": commitment.deadline_from,
        "deadline_to": commitment.deadline_to,
        "money": texts.get("money", ""),
        "condition": texts.get("condition", ""),
        "polarity": commitment.polarity,
        "is_reaffirmed": int(commitment.is_reaffirmed),
        "bindingness_cue": commitment.bindingness_cue,
        "precision_cues": "; ".join(commitment.precision_cues),
        "confidence": round(commitment.confidence, 4),
        "passage_id": passage_id,
        "start": commitment.start,
        "end": commitment.end,
    }
