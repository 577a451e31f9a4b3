"""Split a sentence into its commitments: one for each actor, action and target.

Reads a parsed sentence and the clause that carries its force; gives the clauses to make commitments
of, each with its stretch of the sentence. "We will share information and build capacity" holds two;
"protect and secure networks" holds one, because the target is one; "strengthen resilience by A and
B" holds one, because means are no ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from .clauses import Clause, is_passive, modal_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_TARGETS = frozenset({"dobj", "obj", "nsubjpass", "attr", "oprd", "prep", "ccomp", "xcomp", "dative"})
_JOINT = re.compile(r"(?:[,;]|\b(?:and|or|but|as well as))\s*$", re.IGNORECASE)
"""What joins two parts; without it the parser has seen a verb where there is none."""
_SHORTEST = 2
"""Words that a commitment has at least: a verb and its target."""

Part = tuple[Clause, int, int]
"""A clause with its (start, end) in the sentence, in characters."""


def split(sentence: Doc, clause: Clause) -> list[Part]:
    """Return the commitments of a sentence, in order; together they do not overlap."""
    verbs = [clause.verb, *_coordinated(clause.verb)]
    starts = [0]
    kept = [clause.verb]
    for verb in verbs[1:]:
        begin = _begin(verb)
        if begin > starts[-1] and _JOINT.search(sentence.text[:begin]):
            starts.append(begin)
            kept.append(verb)
    ends = [_trimmed_end(sentence, start) for start in starts[1:]] + [len(sentence.text)]
    parts = []
    for verb, start, end in zip(kept, starts, ends, strict=True):
        part = clause if verb is clause.verb else _continued(clause, verb)
        if len(sentence.text[start:end].split()) >= _SHORTEST:
            parts.append((part, start, end))
    return parts or [(clause, 0, len(sentence.text))]


def _continued(clause: Clause, verb: Token) -> Clause:
    """Return the clause of a verb that is joined to that of `clause`: what it does not say itself it takes over."""
    subject = _own_subject(verb)
    is_alike = subject is None and verb.tag_ == clause.verb.tag_
    return replace(
        clause,
        verb=verb,
        subject=subject or clause.subject,
        force=modal_of(verb) or clause.force,
        is_passive=is_passive(verb) or (clause.is_passive and is_alike),
    )


def _coordinated(verb: Token) -> Iterator[Token]:
    """Yield the verbs joined to `verb` that have a target of their own, in order."""
    seen = verb
    is_negated = _is_negated(verb)
    while True:
        following = next(
            (child for child in seen.children if child.dep_ == "conj" and child.pos_ in ("VERB", "AUX")), None
        )
        if following is None:
            return
        is_refused = is_negated and _own_subject(following) is None and modal_of(following) is None
        is_own = not (_is_hedged(following) or _is_relative(following) or is_refused)
        if _has_target(seen) and _has_target(following) and is_own:
            yield following
        seen = following


def _is_negated(verb: Token) -> bool:
    """Say whether a verb has a "not", which then holds for what is joined to it: it must not be cut off."""
    return any(child.dep_ == "neg" for child in verb.children)


def _has_target(verb: Token) -> bool:
    """Say whether a verb has a target before the next verb joined to it: else the two share one."""
    stop = min((child.i for child in verb.children if child.dep_ == "conj"), default=len(verb.doc))
    return any(child.dep_ in _TARGETS and (child.i < stop or child.dep_ == "nsubjpass") for child in verb.children)


def _is_hedged(verb: Token) -> bool:
    """A second verb with a weaker modal of its own ("and may extend") promises nothing."""
    return any(
        child.dep_ == "aux" and child.lower_ in ("may", "might", "can", "could", "should") for child in verb.children
    )


def _is_relative(verb: Token) -> bool:
    """Say whether a verb goes on with a relative clause: "devices that store passwords and *that send* them"."""
    subject = _own_subject(verb)
    return subject is not None and subject.tag_ in ("WDT", "WP")


def _own_subject(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), None)


def _begin(verb: Token) -> int:
    """Return where the words that belong to `verb` begin: behind the "and" before it."""
    first = verb
    for child in verb.children:
        if child.i < first.i and child.dep_ in ("nsubj", "nsubjpass", "aux", "auxpass", "advmod", "neg"):
            first = min(first, child.left_edge, key=lambda token: token.i)
    return int(first.idx)


def _trimmed_end(sentence: Doc, end: int) -> int:
    """Return `end` moved back over the comma and the "and" that join two parts."""
    text = sentence.text[:end].rstrip()
    while match := _JOINT.search(text):
        text = text[: match.start()].rstrip()
    return len(text)
