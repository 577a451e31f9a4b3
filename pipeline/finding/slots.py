"""The parts of a commitment: words of its quote or lead-in with their offsets, nothing invented.

Reads a judged clause; gives slots. A part that the text does not name is left out, or, for the
actor, given as the issuer and marked as inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import Slot
from . import cues
from .judging import Clause, forced_clause

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LONGEST = 300


def slots_of(sentence: Doc, lead_in: Doc | None, clause: Clause) -> list[Slot]:
    """Return actor, modality, action, object and condition of a commitment, those that are named."""
    found = [_actor(lead_in, clause), _modality(lead_in, clause), _action(clause), _object(clause)]
    condition = cues.CONDITIONS.search(sentence.text)
    if condition:
        found.append(Slot("condition", condition[0], "quote", condition.start(), condition.end()))
    return [slot for slot in found if slot is not None]


def _actor(lead_in: Doc | None, clause: Clause) -> Slot:
    subject = clause.subject
    if clause.source == "quote" and subject is not None and not clause.is_passive:
        return _phrase("actor", subject, "quote")
    if clause.is_passive:
        for child in clause.verb.children:
            if child.dep_ == "agent":
                agent = next((other for other in child.children if other.dep_ == "pobj"), None)
                if agent is not None:
                    return _phrase("actor", agent, "quote")
    if clause.source == "list" and lead_in is not None:
        forced = forced_clause(lead_in)
        if forced is not None and forced.subject is not None and not forced.is_passive:
            return _phrase("actor", forced.subject, "lead_in")
    return Slot("actor", "the issuer", "inferred")


def _modality(lead_in: Doc | None, clause: Clause) -> Slot | None:
    if clause.force is not None:
        span = clause.force
        return Slot("modality", span.text, "quote", span.start_char, span.end_char)
    forced = forced_clause(lead_in) if lead_in is not None else None
    if forced is not None and forced.force is not None:
        span = forced.force
        return Slot("modality", span.text, "lead_in", span.start_char, span.end_char)
    return None


def _action(clause: Clause) -> Slot:
    verb = clause.verb
    particle = next((child for child in verb.children if child.dep_ == "prt" and child.i == verb.i + 1), None)
    end = particle if particle is not None else verb
    start = verb.idx
    return Slot("action", verb.doc.text[start : end.idx + len(end)], "quote", start, end.idx + len(end))


def _object(clause: Clause) -> Slot | None:
    verb = clause.verb
    wanted = ("nsubjpass",) if clause.is_passive else ("dobj", "obj", "attr", "oprd")
    target = next((child for child in verb.children if child.dep_ in wanted), None)
    if target is None:
        for child in verb.children:
            if child.dep_ == "prep":
                target = next((other for other in child.children if other.dep_ in ("pobj", "pcomp")), None)
                if target is not None:
                    break
    return None if target is None else _phrase("object", target, "quote")


def _phrase(name: str, head: Token, source: str) -> Slot:
    """Return the words that belong to `head`, without relative clauses, as one stretch of the text."""
    tokens = [head]
    _gather(head, tokens)
    tokens.sort(key=lambda token: token.i)
    start, end = tokens[0], head
    for token in tokens:
        if token.i > head.i and token.i - end.i > 1:
            break
        end = token
    while end.is_punct and end.i > start.i and end.text not in ')"\u201d':
        end = end.doc[end.i - 1]
    text = head.doc.text[start.idx : end.idx + len(end)][:_LONGEST]
    return Slot(name, text, source, start.idx, start.idx + len(text))  # type: ignore[arg-type]  # one of the literals


def _gather(head: Token, tokens: list[Token]) -> None:
    for child in head.children:
        if child.dep_ not in ("relcl", "acl", "advcl", "appos", "cc", "punct", "ccomp", "advmod") or (
            child.dep_ == "cc" and any(other.dep_ == "conj" for other in head.children)
        ):
            tokens.append(child)
            _gather(child, tokens)
