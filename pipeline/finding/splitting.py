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

_TARGETS = frozenset({"dobj", "obj", "nsubjpass", "attr", "oprd", "prep", "ccomp", "xcomp", "dative", "agent"})
_JOINT = re.compile(r"(?:[,;]|\b(?:and|or|but|as well as))\s*$", re.IGNORECASE)
"""What joins two parts; without it the parser has seen a verb where there is none."""
_FEWEST = 2
"""Semicolons from which a sentence is taken for a list."""
_SHORTEST = 2
"""Words that a commitment has at least: a verb and its target."""

_FORMS = {"VB": "base", "VBP": "base", "VBG": "ing", "VBN": "past", "VBD": "past", "VBZ": "third"}
"""Classes of verb forms, by tag: what is joined under one modal verb has one form."""
_ADDED = frozenset({"prep", "agent", "npadvmod", "advcl", "xcomp", "oprd", "dative"})
"""What a verb in the passive has besides its subject."""
_ADJECTIVES = frozenset(
    {"secure", "open", "clean", "clear", "free", "complete", "separate", "direct", "correct", "present"}
)
"""Verbs that the parser takes adjectives for: in a form other than that of the first verb they are none."""
_PREPOSITIONAL = frozenset({"based", "compared", "given", "including", "following", "according"})
"""Forms of verbs that lead a phrase and are no action."""

Part = tuple[Clause, int, int]
"""A clause with its (start, end) in the sentence, in characters."""


_MARK = re.compile(r"(?<![\w(])\(?(?:([a-h])|(\d)|(i{1,3}|iv|v))\)\s")
"""What numbers the members of a list inside a sentence: "(a) ", "2) "."""


def split(sentence: Doc, clause: Clause) -> list[Part]:
    """Return the commitments of a sentence, in order; together they do not overlap."""
    return max(_enumerated(sentence, clause), _joined(sentence, clause), key=len)


def _enumerated(sentence: Doc, clause: Clause) -> list[Part]:
    """Return the members of a list inside a sentence, when each says what is to be done; else nothing.

    Semicolons part them, or their numbers: "Operators must: (a) keep a register; (b) report incidents". The
    words that lead to the list belong to its first member.
    """
    starts = [
        start
        for match in re.finditer(r";\s+(?:(?:and|or)\b;?\s*)?", sentence.text)
        if (start := match.end()) > clause.verb.idx
    ]
    verbs = [_verb_at(sentence, start) for start in starts]
    if len(starts) < _FEWEST or not all(
        one is not None and (_form(one) or "base") == _form(clause.verb) for one in verbs
    ):
        return []
    ends = [_trimmed_end(sentence, start) for start in starts] + [len(sentence.text)]
    clauses = [clause, *(_continued(clause, verb) for verb in verbs if verb is not None)]
    return list(zip(clauses, [0, *starts], ends, strict=True))


def _verb_at(sentence: Doc, start: int) -> Token | None:
    """Return the verb that a member of a list begins with, behind its number and its modal verb; or None."""
    mark = _MARK.match(sentence.text, start)
    begin = mark.end() if mark else start
    words = (token for token in sentence if token.idx >= begin and not (token.is_punct or token.is_space))
    for token in words:
        if (token.tag_ in _FORMS and token.lower_ not in _PREPOSITIONAL) or _takes_an_article(token):
            return token
        if token.tag_ not in ("MD", "TO", "RB"):
            return None
    return None


def _takes_an_article(token: Token) -> bool:
    """Say whether a word is a verb that the parser took for a noun: "*name* an owner"."""
    return token.tag_ == "NN" and token.i + 1 < len(token.doc) and token.nbor(1).tag_ in ("DT", "PRP$")


def _joined(sentence: Doc, clause: Clause) -> list[Part]:
    """Return the commitments that "and" joins: one for each verb with a target of its own."""
    verbs = [clause.verb, *_coordinated(clause.verb)]
    starts = [0]
    kept = [clause.verb]
    for verb in verbs[1:]:
        begin = _begin(verb)
        if begin > starts[-1] and _JOINT.search(sentence.text[:begin]) and not _is_cut_short(verb, begin):
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
    seen = model = verb
    is_negated = _is_negated(verb)
    while True:
        following = next(_joined_to(seen), None)
        if following is None:
            return
        is_free = _stands_alone(following)
        is_own = not (_is_hedged(following) or _is_relative(following)) and (
            is_free or (not is_negated and _is_alike(model, following))
        )
        if _has_target(seen) and _has_target(following) and is_own:
            yield following
            model = following if is_free else model
        seen = following


def _joined_to(verb: Token) -> Iterator[Token]:
    """Yield the verbs joined to a verb, and those that the parser joined to its object: no verb is joined to a noun."""
    for child in verb.children:
        if child.dep_ == "conj" and child.pos_ in ("VERB", "AUX"):
            yield child
        elif child.dep_ in ("dobj", "obj"):
            yield from (other for other in child.children if other.dep_ == "conj" and other.tag_ == "VB")


def _stands_alone(verb: Token) -> bool:
    """Say whether a verb has a subject or a binding modal verb of its own."""
    return _own_subject(verb) is not None or modal_of(verb) is not None


def _is_alike(verb: Token, following: Token) -> bool:
    """Say whether two verbs can share a subject and a modal verb: they have one form.

    Else the parser has taken an adjective or a participle for a verb: "secure", "based on". Of two
    participles in the passive the first needs words of its own: "developed and implemented" is one act.
    """
    if following.lower_ in _PREPOSITIONAL:
        return False
    if following.tag_ == "VBP" and following.lower_ in _ADJECTIVES:
        return False
    if is_passive(verb) and not is_passive(following):
        has_more = any(verb.i < child.i < following.i and child.dep_ in _ADDED for child in verb.children)
        return has_more and _FORMS.get(following.tag_) == "past"
    return _form(verb) == _form(following)


def _form(verb: Token) -> str | None:
    """Return the class of a verb's form; in the passive that of its "be": "will train staff and *be* trained"."""
    helping = next((child for child in verb.children if child.dep_ == "auxpass"), verb)
    return _FORMS.get(helping.tag_)


def _is_cut_short(verb: Token, begin: int) -> bool:
    """Say whether what stands before a joint cannot end there.

    It ends with a preposition ("of, and reach"), or with a verb that has no target and is of the form
    of the next one, so that the two share theirs ("identify, document and incorporate advice").
    """
    last = verb.doc[0]
    for token in verb.doc:
        if token.idx >= begin:
            break
        if not (token.is_punct or token.dep_ == "cc" or token.is_space):
            last = token
    if last.tag_ in ("IN", "TO"):
        return True
    is_bare = last.pos_ == "VERB" and not any(child.dep_ in _TARGETS and child.i > last.i for child in last.children)
    return is_bare and not _stands_alone(verb) and _form(last) == _form(verb)


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
