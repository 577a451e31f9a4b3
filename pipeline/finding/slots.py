"""The parts of a commitment: words of its quote or lead-in with their offsets, nothing invented.

Reads a parsed sentence and its clause; gives slots. A part that the text does not name is left out,
or, for the actor, given as the issuer and marked as inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ..records import Slot
from . import cues
from .clauses import Clause, agent_of, forced_clause, is_time

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LONGEST = 300
_ARTICLES = frozenset({"this", "these", "it", "they", "which", "that", "who", "there", "efforts", "steps", "action"})
"""Subjects that name nobody."""
_PLANS = frozenset("strategy policy plan programme program document chapter section objective goal aim measure".split())
_WITH = frozenset({"with", "alongside"})
MONEY = re.compile(
    r"(?:(?:US|CA|AU|NZ|HK|S)?\$|\u20ac|\u00a3|\u00a5|\b(?:USD|EUR|GBP|JPY|CAD|AUD|CHF|SEK|NOK|DKK|SGD|INR)\b)\s?"
    r"\d+(?:[,.]\d+)*(?:\s?(?:thousand|million|billion|trillion|m|bn|k)\b)?"
    r"|\b\d+(?:[,.]\d+)*\s?(?:thousand|million|billion|trillion)?\s?(?:euros?|dollars?|pounds?|yen|rupees|francs|crowns|kroner|florins)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\b(?:at least |up to |a minimum of |more than )?(?:\d[\d,.]*\s?(?:%|per ?cent|million|billion|thousand)|\d{1,3}(?:,\d{3})+"
    r"|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|(?:an? )?hundred)"
    r"(?: hundred)?(?: thousand)?(?= (?:new |additional )?(?!(?:days|weeks|months|years|decades)\b)[a-z-]+s\b(?! ago)))",
    re.IGNORECASE,
)
_INSTRUMENT = re.compile(
    r"\b(?:law|act|bill|legislation|regulation|directive|decree|strategy|action plan|programme|program|fund|standard|guidelines?"
    r"|agreement|memorandum|convention|treaty|exercises?|report|campaigns?|agency|centre|center|council|committee|unit|team|task ?force"
    r"|working group|platform|framework|register|scheme|certification|curriculum|network)\b",
    re.IGNORECASE,
)


def slots_of(sentence: Doc, lead_in: Doc | None, clause: Clause) -> list[Slot]:
    """Return the parts of a commitment that the text names, each at most once."""
    found = [
        _actor(lead_in, clause),
        _modality(lead_in, clause),
        _action(clause),
        target := _object(clause),
        _partner(clause),
        _matched("money", MONEY, sentence.text),
        _matched("condition", cues.CONDITIONS, sentence.text),
        _quantity(sentence.text),
        _instrument(target),
    ]
    return [slot for slot in found if slot is not None]


def _actor(lead_in: Doc | None, clause: Clause) -> Slot:
    subject = agent_of(clause.verb) if clause.is_passive else clause.subject
    if subject is not None and _names_somebody(subject):
        return _phrase("actor", subject, "quote")
    if clause.source == "list" and lead_in is not None:
        forced = forced_clause(lead_in)
        if forced is not None:
            subject = agent_of(forced.verb) if forced.is_passive else forced.subject
            if subject is not None and _names_somebody(subject):
                return _phrase("actor", subject, "lead_in")
    return Slot("actor", "the issuer", "inferred")


def _names_somebody(subject: Token) -> bool:
    """Say whether a subject is an actor: not the plan itself, nor "this", nor what is to be done."""
    return subject.lower_ not in _ARTICLES and subject.lemma_.lower() not in _PLANS


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
    last = particle if particle is not None else verb
    end = last.idx + len(last)
    return Slot("action", verb.doc.text[verb.idx : end], "quote", verb.idx, end)


def _object(clause: Clause) -> Slot | None:
    verb = clause.verb
    wanted = ("nsubjpass",) if clause.is_passive else ("dobj", "obj", "attr", "oprd")
    target = next((child for one in _sharing(verb) for child in one.children if child.dep_ in wanted), None)
    if target is None and clause.is_passive:
        target = clause.subject  # of the passive that this one continues
    if target is None:
        for child in verb.children:
            if child.dep_ == "prep" and child.i > verb.i:
                target = next(
                    (other for other in child.children if other.dep_ in ("pobj", "pcomp") and not is_time(other)), None
                )
                if target is not None:
                    break
    return None if target is None else _phrase("object", target, "quote")


def _sharing(verb: Token) -> Iterator[Token]:
    """Yield a verb, and the verbs joined to it as long as none has a target: "protect and secure *networks*"."""
    one: Token | None = verb
    while one is not None:
        yield one
        if any(child.dep_ == "prep" for child in one.children):
            return
        one = next((child for child in one.children if child.dep_ == "conj" and child.pos_ == "VERB"), None)


def _partner(clause: Clause) -> Slot | None:
    """Return whom the action is done together with: the phrase behind its "with"."""
    verb = clause.verb
    target = next((child for child in verb.children if child.dep_ in ("dobj", "obj")), None)
    for head in (verb, target):
        for child in head.children if head is not None else ():
            if child.lower_ in _WITH and child.dep_ == "prep":
                whom = next((other for other in child.children if other.dep_ == "pobj"), None)
                if whom is not None and _is_somebody(whom):
                    return _phrase("partner", whom, "quote")
    return None


def _is_somebody(token: Token) -> bool:
    return token.pos_ == "PROPN" or cues.PARTNERS.fullmatch(token.text) is not None


def _matched(name: str, pattern: re.Pattern[str], text: str) -> Slot | None:
    match = pattern.search(text)
    return (
        Slot(name, match[0].rstrip(), "quote", match.start(), match.start() + len(match[0].rstrip())) if match else None
    )


def _quantity(text: str) -> Slot | None:
    """Return the first number that counts something, sums of money apart."""
    sums = [match.span() for match in MONEY.finditer(text)]
    for match in _QUANTITY.finditer(text):
        if not any(start <= match.start() < end for start, end in sums):
            return Slot("quantity", match[0].strip(), "quote", match.start(), match.start() + len(match[0].strip()))
    return None


def _instrument(target: Slot | None) -> Slot | None:
    """Return the means that the object names: a law, a body, a programme, an exercise."""
    match = _INSTRUMENT.search(target.text) if target is not None and target.start is not None else None
    if match is None or target is None or target.start is None:
        return None
    start = target.start + match.start()
    return Slot("instrument", match[0], "quote", start, start + len(match[0]))


def _phrase(name: str, head: Token, source: Literal["quote", "lead_in"]) -> Slot:
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
    text = head.doc.text[start.idx : end.idx + len(end)][:_LONGEST].rstrip()
    return Slot(name, text, source, start.idx, start.idx + len(text))


def _gather(head: Token, tokens: list[Token]) -> None:
    joins = any(other.dep_ == "conj" for other in head.children)
    for child in head.children:
        if child.dep_ not in ("relcl", "acl", "advcl", "appos", "cc", "punct", "ccomp", "advmod") or (
            child.dep_ == "cc" and joins
        ):
            tokens.append(child)
            _gather(child, tokens)
