"""Walk the steps of the coding manual for one sentence.

Reads a parsed sentence with its lead-in and headings; gives a label, and for none the first step
that failed. `docs/commitments.md` explains the steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import cues

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Label = Literal["commitment", "rhetorical_pledge", "none"]

_WORD = re.compile(r"[A-Za-z]{2,}")
_PAST = re.compile(r"\b(?:has|have|had) (?:\w+ly )?(?:been )?\w+(?:ed|en|t|wn|un)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    """What stands around a sentence: its role, lead-in and headings, and who issues the document."""

    role: str
    lead_in: str = ""
    heading_path: tuple[str, ...] = ()
    issuer_names: tuple[str, ...] = ()
    is_about_all: bool = False
    """Whether the document speaks of every field of politics, as a summit's declaration does."""


@dataclass(frozen=True)
class Clause:
    """The clause that carries the force of a sentence.

    `verb` is its main verb, `subject` the word that heads its subject, `force` the words that bind:
    a modal verb or a committing phrase. `source` says where the force stands.
    """

    verb: Token
    subject: Token | None
    force: Span | None
    is_passive: bool
    source: Literal["quote", "lead_in", "list"]


@dataclass(frozen=True)
class Verdict:
    """What a sentence does, and how sure the rules are."""

    label: Label
    reason: str = ""
    clause: Clause | None = None
    confidence: float = 0.5


def judge(sentence: Doc, lead_in: Doc | None, context: Context) -> Verdict:
    """Return what `sentence` does by the manual's steps."""
    text = sentence.text
    if len(_WORD.findall(text)) < 3:
        return Verdict("none", "not_body")
    verdict = _judge_force(sentence, lead_in, context)
    if verdict.label != "none" and context.is_about_all and not cues.DOMAIN.search(f"{context.lead_in} {text}"):
        return Verdict("none", "off_topic", verdict.clause, 0.7)
    return verdict


def _judge_force(sentence: Doc, lead_in: Doc | None, context: Context) -> Verdict:
    clause = forced_clause(sentence)
    if clause is not None:
        return _judge_forced(sentence.text, clause, context)
    listed = _listed_clause(sentence)
    if listed is not None and (context.role != "paragraph" or _is_imperative(listed)):
        return _judge_listed(listed, lead_in, context)
    return Verdict("none", _reason_without_force(sentence.text))


def _is_imperative(clause: Clause) -> bool:
    """Say whether a paragraph is a bare action: "Develop a scale for government jobs"."""
    return bool(clause.verb.tag_ == "VB" and clause.verb.dep_ == "ROOT" and clause.verb.i == 0)


def forced_clause(sentence: Doc) -> Clause | None:
    """Return the first clause with "will", "shall" or a committing phrase, or None."""
    for token in sentence:
        if (
            token.lower_ in ("will", "shall", "'ll", "\u2019ll")
            and token.dep_ in ("aux", "auxpass")
            and token.tag_ == "MD"
        ):
            verb = token.head
            return Clause(verb, _subject(verb), sentence[token.i : token.i + 1], _is_passive(verb), "quote")
    for pattern in (cues.REMAINING, cues.COMMITTING, cues.ASPIRING, cues.DECIDING):
        for match in pattern.finditer(sentence.text):
            span = sentence.char_span(*match.span(), alignment_mode="expand")
            if span is not None and not _is_inside_relative(span.root):
                verb = _complement(span)
                return Clause(verb, _subject(span.root) or _subject(verb), span, False, "quote")
    for token in sentence:
        if token.lower_ in ("must", "should", "ought", "could", "may", "might", "can") and token.dep_ == "aux":
            verb = token.head
            if verb.dep_ == "ROOT" or verb.head.dep_ == "ROOT":
                return Clause(verb, _subject(verb), sentence[token.i : token.i + 1], _is_passive(verb), "quote")
    return None


def _judge_forced(text: str, clause: Clause, context: Context) -> Verdict:
    force = clause.force.text.lower() if clause.force is not None else ""
    own = _is_own(clause, context)
    if force in ("could", "may", "might", "can"):
        return Verdict("none", "possibility", clause, 0.8)
    if force in ("should", "must", "ought"):
        if force == "must" and own and clause.subject is not None and not clause.is_passive:
            return Verdict("none", "stance", clause, 0.6)
        return Verdict("none", "exhortation" if not own else "stance", clause, 0.7)
    if not own:
        return Verdict("none", "exhortation" if force == "shall" else "description", clause, 0.7)
    if cues.EMPTY_PROMISES.search(text):
        return Verdict("rhetorical_pledge", "", clause, 0.6)
    if force in ("will", "'ll", "\u2019ll") and clause.verb.lemma_ == "be" and not clause.is_passive:
        return Verdict("none", "description", clause, 0.6)
    return Verdict("commitment", "", clause, 0.75 if clause.subject is not None else 0.6)


def _judge_listed(clause: Clause, lead_in: Doc | None, context: Context) -> Verdict:
    """Judge an item without force of its own: its lead-in decides, or else the list it stands in."""
    if context.role == "table_row":
        return Verdict("commitment", "", clause, 0.6)
    lead = lead_in.text if lead_in is not None else ""
    if lead:
        forced = forced_clause(lead_in) if lead_in is not None else None
        if forced is not None:
            verdict = _judge_forced(lead, forced, context)
            if verdict.label == "commitment":
                return Verdict("commitment", "", clause, 0.7)
            return Verdict("none", verdict.reason or "description", clause, 0.6)
        if cues.STANCE.search(lead) and not cues.PROPOSING.search(lead):
            return Verdict("none", "stance", clause, 0.6)
        if _PAST.search(lead):
            return Verdict("none", "achievement", clause, 0.6)
    named = lead or " ".join(context.heading_path[-2:])
    if cues.PROPOSING.search(named) and clause.verb.tag_ in ("VB", "VBP", "VBG", "NN", "NNP"):
        return Verdict("commitment", "", clause, 0.55)
    return Verdict("none", "description", clause, 0.5)


def _listed_clause(sentence: Doc) -> Clause | None:
    """Return the clause of an item in imperative ("Establish ..."), infinitive or "-ing" form, or None."""
    words = [token for token in sentence if not token.is_punct and not token.is_space]
    if not words:
        return None
    first = words[0]
    if first.lower_ == "to" and len(words) > 1:
        first = words[1]
    if first.pos_ == "ADV" and len(words) > 1:
        first = words[1]
    is_verb = first.tag_ in ("VB", "VBP", "VBG") or first.lower_ in cues.ACTS
    is_nominal = re.search(r"(?:ment|tion|sion|ance|ing|al)$", first.lower_) is not None
    if is_verb or is_nominal:
        return Clause(first, None, None, False, "list")
    return None


def _reason_without_force(text: str) -> str:
    if cues.STANCE.search(text):
        return "stance"
    if _PAST.search(text):
        return "achievement"
    return "description"


def _subject(verb: Token) -> Token | None:
    """Return the head of the subject of `verb`, looked for in the clauses that it continues too."""
    seen = verb
    for _ in range(4):
        for child in seen.children:
            if child.dep_ in ("nsubj", "nsubjpass", "csubj", "expl"):
                return child
        if seen.dep_ not in ("conj", "xcomp", "ccomp", "advcl") or seen.head is seen:
            return None
        seen = seen.head
    return None


def _complement(span: Span) -> Token:
    """Return the verb that a committing phrase governs: "commit to *share*"."""
    following = span.doc[span.end : span.end + 4]
    for token in following:
        if token.pos_ == "VERB":
            return token
    return span.root


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children)


def _is_inside_relative(token: Token) -> bool:
    return any(ancestor.dep_ == "relcl" for ancestor in (token, *token.ancestors))


def _is_own(clause: Clause, context: Context) -> bool:
    """Say whether the issuer binds itself: by its subject, or by a passive that names no other agent."""
    subject = clause.subject
    agent = _agent(clause.verb)
    if clause.is_passive:
        if agent is not None:
            return _is_issuer(agent, context)
        return clause.verb.lemma_ not in cues.HAPPENINGS
    if subject is None:
        return clause.verb.lemma_ not in cues.HAPPENINGS
    if _is_inside_relative(clause.verb) and clause.verb.dep_ == "relcl":
        return _is_issuer(clause.verb.head, context)
    return _is_issuer(subject, context)


def _agent(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ == "agent":
            return next((grandchild for grandchild in child.children if grandchild.dep_ == "pobj"), None)
    return None


def _is_issuer(head: Token, context: Context) -> bool:
    words = " ".join(token.text for token in head.subtree if token.i <= head.i + 6)
    if any(name in words for name in context.issuer_names):
        return cues.OTHERS.fullmatch(head.text) is None or head.lower_ in ("states", "nations")
    if cues.OTHERS.fullmatch(head.text):
        return False
    possessed = any(child.lower_ == "our" for child in head.children)
    return cues.OWN_BODIES.fullmatch(head.text) is not None or possessed or head.pos_ == "PROPN"
