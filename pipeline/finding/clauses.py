"""The clause that carries the force of a sentence: its verb, its subject, and the words that bind.

Reads a parsed sentence that is known to promise something; gives the clause from which the parts of
the promise are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import cues

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_MODALS = (
    frozenset({"will", "shall", "'ll", "\u2019ll"}),
    frozenset({"must", "should", "ought", "would", "can", "may"}),
)
"""Modal verbs that bind, and those that bind only where the document itself lays a duty down."""

_TIMES = frozenset(
    "day week month year decade quarter half end beginning start middle spring summer autumn fall winter january february "
    "march april may june july august september october november december".split()
)
_AIMS = frozenset(
    "aim goal objective purpose intention ambition task mission role priority intent approach recommendation".split()
)
"""Subjects of which a sentence says by "will be to" what is to be done."""
_NO_ACTIONS = frozenset(
    {"DT", "IN", "CC", "CD", "PDT", "PRP", "PRP$", "WDT", "WP", "WRB", "LS", "SYM", "EX", "MD", "POS", "TO"}
)
_LABEL = re.compile(
    r"(?:(?:(?:strategic |key |specific )?(?:objective|measure|action|goal|task|initiative|priority|recommendation|activity|step|target"
    r"|pillar)s? (?:no\.? )?(?:[a-z][-.]?)?\d[\d.]*[:.)]?|phase [A-Z\d]|\(?(?:[a-z]|\d{1,2}|[ivx]{1,4})[.)])(?=\s)"
    r"|\d{1,2}(?:\.\d{1,2})*\.?\s+(?=(?-i:[A-Z])))[\s:\u2013\u2014-]*",
    re.IGNORECASE,
)
"""What an item is numbered by."""
_HAPPENING = re.compile(
    r"(?:tion|sion|ment|ance|ence|ing|sis|al|ure|review|support|audit|upgrade|exchange|exercise)s?$", re.IGNORECASE
)
"""Endings of nouns that say what happens."""
_MAKING = re.compile(r"(?:i[sz]e|fy|ate|en)$", re.IGNORECASE)
"""Endings of verbs that the parser may take for nouns."""
_YEAR = re.compile(r"(?:(?:19|20)\d\d|^Q[1-4])$")


@dataclass(frozen=True)
class Clause:
    """A clause with its force.

    `verb` is its main verb, `subject` the word that heads its subject, `force` the words that bind: a
    modal verb or a committing phrase. `source` says where the force stands: in the quote itself, or
    in the list that the quote is an item of.
    """

    verb: Token
    subject: Token | None
    force: Span | None
    is_passive: bool
    source: Literal["quote", "list"]


def clause_of(sentence: Doc) -> Clause:
    """Return the clause that carries the promise of a sentence: a forced one, else its first action."""
    return forced_clause(sentence) or _listed_clause(sentence)


def forced_clause(sentence: Doc) -> Clause | None:
    """Return the first clause with a binding modal verb or a committing phrase, or None."""
    strong, weak = (_with_modal(sentence, modals) for modals in _MODALS)
    candidates = [clause for clause in (strong, _with_phrase(sentence)) if clause is not None]
    if candidates:
        return min(candidates, key=lambda clause: clause.force.start if clause.force is not None else 0)
    return weak


def _with_modal(sentence: Doc, modals: frozenset[str]) -> Clause | None:
    for token in sentence:
        if token.lower_ in modals and token.dep_ in ("aux", "auxpass", "ROOT") and token.tag_ == "MD":
            verb = token.head
            if not _is_inside_relative(verb) and not _is_under_order(verb):
                subject = _subject(verb)
                verb = _aimed_at(verb, subject)
                return Clause(verb, subject, sentence[token.i : token.i + 1], is_passive(verb), "quote")
    return None


def _with_phrase(sentence: Doc) -> Clause | None:
    for pattern in (cues.REMAINING, cues.COMMITTING, cues.ASPIRING, cues.DECIDING):
        for match in pattern.finditer(sentence.text):
            span = sentence.char_span(*match.span(), alignment_mode="expand")
            if span is not None and not _is_inside_relative(span.root):
                verb = _complement(span)
                return Clause(verb, _subject(span.root) or _subject(verb), span, is_passive(verb), "quote")
    return None


def _aimed_at(verb: Token, subject: Token | None) -> Token:
    """Return the verb that "be" only leads to: "the aim will be to *use* X"."""
    if verb.lemma_ != "be" or subject is None or subject.lemma_.lower() not in _AIMS:
        return verb
    return next((child for child in verb.children if child.dep_ in ("xcomp", "ccomp") and child.tag_ == "VB"), verb)


def _is_under_order(verb: Token) -> bool:
    """Say whether a sentence begins with what is to be done, and a verb only says more: "Ensure that they will ..."."""
    first = next((token for token in verb.doc if token.is_alpha), verb)
    root = next((token for token in verb.sent if token.dep_ == "ROOT"), verb)
    if root == verb or first != root or root.tag_ not in ("VB", "VBP"):
        return False
    is_so = verb.dep_ == "conj" and any(child.dep_ == "cc" and child.lower_ == "so" for child in root.children)
    return verb.dep_ in ("ccomp", "advcl") or is_so


def _listed_clause(sentence: Doc) -> Clause:
    """Return the clause of an item of a list: "Establish ...", "To establish ...", "Establishment of ..."."""
    words = _unlabelled([token for token in sentence if not token.is_punct and not token.is_space])
    if not words:
        return Clause(sentence[0], None, None, False, "list")
    for token in _heads(words):
        said = _said_by(token)
        if said != token and said.pos_ != "ADJ":
            return Clause(said, _subject(token), None, said.tag_ == "VBN", "list")
        if token.tag_ in ("VB", "VBP", "VBG", "VBZ") or token.lower_ in cues.ACTS or _has_subject(token):
            return Clause(token, _subject(token), None, is_passive(token), "list")
    return Clause(_named_action(words), None, None, False, "list")


def _said_by(token: Token) -> Token:
    """Return what is done where another word only leads to it: "is *extended*", "is prepared to *lead*"."""
    for child in token.children:
        if token.lemma_ == "be" and child.dep_ == "acomp":
            return child if child.tag_ == "VBN" else _said_by(child)
        if token.pos_ == "ADJ" and child.dep_ == "xcomp" and child.tag_ == "VB":
            return child
    return token


def _has_subject(token: Token) -> bool:
    return token.pos_ == "VERB" and any(child.dep_ in ("nsubj", "nsubjpass") for child in token.children)


def _unlabelled(words: list[Token]) -> list[Token]:
    """Return the words without the labels that an item begins with: "Objective F.5", "Measure 3", "(b)"."""
    if not words:
        return []
    text, end = words[0].doc.text, words[0].idx
    while match := _LABEL.match(text, end):
        end = match.end()
    return [word for word in words if word.idx >= end] or words


def _heads(words: list[Token]) -> Iterator[Token]:
    """Yield the words that may be the item's action: the first that is no "to" or adverb, then the root."""
    first = _first(words)
    if first.tag_ not in _NO_ACTIONS:
        yield first
    yield from (word for word in words if word.dep_ == "ROOT" and word is not first)


def _first(words: list[Token]) -> Token:
    return next((word for word in words if word.lower_ != "to" and word.pos_ != "ADV"), words[0])


def _named_action(words: list[Token]) -> Token:
    """Return the action of an item without a verb: its first word, or the noun that this only belongs to.

    "*Foster* links", which the parser takes for a noun, stays; of "the swift *adoption* of rules" and
    "capacity *building*" it is the noun; never a determiner or a preposition where there is any other word.
    """
    first = _first(words)
    is_before_its_noun = first.head.i > first.i and first.head in words and first.head.pos_ in ("NOUN", "PROPN")
    if first.pos_ in ("NOUN", "PROPN", "VERB") or first.lower_.endswith("ed"):
        is_compound = first.dep_ == "compound" and is_before_its_noun and _HAPPENING.search(first.head.text)
        return first.head if is_compound and not _MAKING.search(first.text) else first
    if is_before_its_noun:
        return first.head
    nouns = [word for word in words if word.pos_ in ("NOUN", "PROPN", "VERB")]
    happenings = [word for word in nouns if _HAPPENING.search(word.text)]
    others = [word for word in words if word.tag_ not in _NO_ACTIONS]
    return next(iter((*happenings, *nouns, *others)), first)


def _subject(verb: Token) -> Token | None:
    """Return the head of the subject of `verb`, looked for in the clauses that it continues too."""
    seen = verb
    for _ in range(4):
        for child in seen.children:
            if child.dep_ in ("nsubj", "nsubjpass", "csubj"):
                return child
        if seen.dep_ not in ("conj", "xcomp", "ccomp", "advcl") or seen.head is seen:
            return None
        seen = seen.head
    return None


def _complement(span: Span) -> Token:
    """Return the verb that a committing phrase governs: "commit to *share*"."""
    for token in span.doc[span.end : span.end + 4]:
        if token.pos_ == "VERB":
            return token
    return span.root


def modal_of(verb: Token) -> Span | None:
    """Return the modal verb of `verb` itself, when it binds."""
    for child in verb.children:
        if child.dep_ in ("aux", "auxpass") and child.lower_ in _MODALS[0] and child.tag_ == "MD":
            return verb.doc[child.i : child.i + 1]
    return None


def agent_of(verb: Token) -> Token | None:
    """Return the head of the agent of a passive verb: "by the *Ministry*", or None; "by *2025*" is none."""
    for child in verb.children:
        if child.dep_ == "agent":
            agent = next((other for other in child.children if other.dep_ == "pobj"), None)
            if agent is not None and not is_time(agent):
                return agent
    return None


def is_time(token: Token) -> bool:
    """Say whether the head of a phrase behind a preposition says when, and not who or what."""
    return token.like_num or token.lemma_.lower() in _TIMES or _YEAR.search(token.text) is not None


def is_passive(verb: Token) -> bool:
    """Say whether a verb is in the passive by words of its own."""
    return any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children)


def _is_inside_relative(token: Token) -> bool:
    return any(one.dep_ == "relcl" for one in (token, *token.ancestors))
