"""The parts of a commitment: words of its quote or lead-in with their offsets, nothing invented.

Reads a parsed sentence and its clause; gives slots. A part that the text does not name is left out,
or, for the actor, given as the issuer and marked as inferred.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ..records import Slot
from . import cues
from .clauses import Clause, agent_of, forced_clause, is_passive, is_time

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LONGEST = 600
_NOBODY = frozenset({"this", "these", "it", "they", "which", "that", "what", "who", "there", "you", "some"})
"""Pronouns that name nobody."""
STANDING_IN = frozenset({"it", "they", "he", "she"})
"""Of these, those that may stand for somebody who was named before."""
_PLANS = frozenset(
    "strategy policy plan programme program document chapter section objective goal aim measure action step act law".split()
)
"""What is written with a capital as names are, and acts no more for that."""
_ACRONYM = re.compile(r"(?:[a-z]*[A-Z]){2}[A-Za-z]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_WITH = frozenset({"with", "alongside"})
_TOGETHER = frozenset({"act", "collaborate", "consult", "cooperate", "engage", "join", "liaise", "partner", "work"})
_APART = frozenset({"relcl", "acl", "advcl", "appos", "punct", "ccomp"})
"""How words hang on a noun that are no part of its phrase."""
_APART_FROM_OBJECT = _WITH | {
    "by",
    "without",
    "via",
    "through",
    "during",
    "since",
    "until",
    "after",
    "before",
    "like",
    "unlike",
}
"""Prepositions that say with whom, how or when, and not what."""
_MANNERS = frozenset(
    "order accordance line addition particular cooperation collaboration coordination partnership consultation conjunction"
    " concert close full parallel general turn".split()
)
"""What stands behind "in" where that says how: "in close cooperation with"."""
_FINITE = frozenset({"VB", "VBP", "VBZ", "VBD", "MD"})
_LEADING = frozenset({"IN", "TO", "CC"})
_DETERMINERS = frozenset({"the", "a", "an"})
"""Words that lead on to others: no phrase ends with one."""
_CLOSING = ')"\u201d\u2019'
_CUTTING = frozenset({";", ":", ".", "(", "[", ")", "]", "?", "!", "\u2013", "\u2014", "\u2022"})
"""Signs behind which a phrase does not go on."""
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


def slots_of(sentence: Doc, lead_in: Doc | None, clause: Clause, stretch: tuple[int, int] | None = None) -> list[Slot]:
    """Return the parts of a commitment that the text names, each at most once.

    Args:
        sentence: the whole sentence, parsed.
        lead_in: the lead-in, parsed, when the sentence is an item under one.
        clause: the clause of the commitment.
        stretch: (start, end) of the commitment in the sentence, in characters: a sum of money or a
            number outside it is another's.
    """
    stretch = stretch or (0, len(sentence.text))
    target = _object(clause, stretch)
    found = [
        _actor(lead_in, clause),
        _modality(lead_in, clause),
        _action(clause),
        target and _completed(target, clause.verb, stretch),
        _partner(clause),
        _matched("money", MONEY, sentence.text, stretch),
        _matched("condition", cues.CONDITIONS, sentence.text, (0, len(sentence.text))),
        _quantity(sentence.text, stretch),
        _instrument(target),
    ]
    return [slot for slot in found if slot is not None]


def _actor(lead_in: Doc | None, clause: Clause) -> Slot:
    subject = agent_of(clause.verb) if clause.is_passive else clause.subject
    if subject is not None and (_names_somebody(subject) or _stands_in(subject, clause.verb)):
        return _phrase("actor", subject, "quote")
    if clause.source == "list" and lead_in is not None:
        forced = forced_clause(lead_in)
        if forced is not None:
            subject = agent_of(forced.verb) if forced.is_passive else forced.subject
            if subject is not None and _names_somebody(subject):
                return _phrase("actor", subject, "lead_in")
    return Slot("actor", "the issuer", "inferred")


def _names_somebody(subject: Token) -> bool:
    """Say whether a subject is an actor: a name, a pronoun, a person or a body; not the plan, nor what is to be done."""
    if subject.lower_ in _NOBODY or subject.lemma_.lower() in _PLANS or sum(map(str.isalpha, subject.text)) <= 1:
        return False
    if subject.pos_ in ("PRON", "PROPN") or _ACRONYM.fullmatch(subject.text):
        return True
    return any(words.fullmatch(subject.text) for words in (cues.PARTNERS, cues.BODIES))


def _stands_in(subject: Token, verb: Token) -> bool:
    """Say whether a pronoun that acts stands for somebody: not the "it" of "it is important", nor that of a passive."""
    is_active = subject.dep_ == "nsubj" and not is_passive(verb)
    return subject.lower_ in STANDING_IN and is_active and verb.lemma_ != "be"


def antecedent(before: Doc, pronoun: str) -> Slot | None:
    """Return whom a pronoun stands for, when the sentence before it names somebody as its subject.

    Args:
        before: the sentence before that of the pronoun, parsed.
        pronoun: the actor of a commitment, as it is written.
    """
    if pronoun.lower() not in STANDING_IN:
        return None
    root = next((token for token in before if token.dep_ == "ROOT"), None)
    subject = next((child for child in root.children if child.dep_ in ("nsubj", "nsubjpass")), None) if root else None
    if subject is None or subject.pos_ == "PRON" or not _names_somebody(subject):
        return None
    are_many = subject.tag_ in ("NNS", "NNPS") or any(child.dep_ == "conj" for child in subject.children)
    if are_many != (pronoun.lower() == "they"):
        return None
    return _phrase("antecedent", subject, "passage")


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


def _object(clause: Clause, stretch: tuple[int, int]) -> Slot | None:
    """Return what is acted on: the verb's own object, else what it is to bring about, else what a preposition names."""
    verb = clause.verb
    wanted = ("nsubjpass",) if clause.is_passive else ("dobj", "obj", "attr", "oprd")
    target = next(
        (child for one in _sharing(verb) for child in one.children if child.dep_ in wanted and _is_something(child)),
        None,
    )
    if target is None and clause.is_passive and clause.subject is not None and _is_something(clause.subject):
        target = clause.subject  # of the passive that this one continues
    if target is not None:
        return _phrase("object", target, "quote")
    for found in (_outcome(verb, ("ccomp", "xcomp"), stretch), _behind_preposition(verb)):
        if found is not None:
            return found
    return _outcome(verb, ("advcl",), stretch)


def _completed(target: Slot, verb: Token, stretch: tuple[int, int]) -> Slot:
    """Return an object with what says more of it or of the verb right behind it: "help firms *to recover from attacks*".

    Neither when, nor with whom, nor by what means: those are parts of their own.
    """
    doc = verb.doc
    span = doc.char_span(target.start or 0, (target.start or 0) + len(target.text), alignment_mode="contract")
    if span is None or span.start < verb.i:
        return target
    end = span.end
    while end < len(doc) and doc[end].idx < stretch[1]:
        top = next((one for one in (doc[end], *doc[end].ancestors) if one.head == verb or one.head in span), None)
        if top is None or top.left_edge.i != end or not _says_more(top):
            break
        tokens = itertools.takewhile(
            lambda one: one.idx < stretch[1] and not _stops(one), doc[end : top.right_edge.i + 1]
        )
        last = max((one.i for one in tokens), default=end - 1)
        end = last + 1
        if last < top.right_edge.i:
            break
    while end > span.end and _leads_on(doc[end - 1]):
        end -= 1
    text = doc.text[span.start_char : doc[end - 1].idx + len(doc[end - 1])]
    text = _not_too_long(text)
    return Slot("object", text, "quote", span.start_char, span.start_char + len(text))


def _says_more(token: Token) -> bool:
    """Say whether what hangs on a verb or its object completes it: a purpose, a participle, most prepositions."""
    if token.dep_ in ("acl", "xcomp"):
        return True
    if token.dep_ == "advcl":
        return _is_purpose(token)
    if token.dep_ not in ("prep", "dative") or token.lower_ in _APART_FROM_OBJECT:
        return False
    named = [child for child in token.children if child.dep_ in ("pobj", "pcomp")]
    return bool(named) and not any(is_time(one) or one.lower_ in _MANNERS for one in named)


def _stops(token: Token) -> bool:
    """Say whether what completes an object ends before a token: at a sign, or at a time."""
    is_when = token.dep_ == "prep" and any(child.dep_ == "pobj" and is_time(child) for child in token.children)
    return _cuts(token) or is_when


def _is_something(token: Token) -> bool:
    """Say whether a word can be what is acted on: not the "it" that stands for nothing, nor a bare year."""
    return token.lower_ != "it" and not (_YEAR.fullmatch(token.text) and token.n_lefts == token.n_rights == 0)


def _outcome(verb: Token, wanted: tuple[str, ...], stretch: tuple[int, int]) -> Slot | None:
    """Return the clause that says what an action is to bring about: "ensure that *all is safe*", "work *to help firms*"."""
    sure = [child for child in verb.children if child.dep_ == "acomp" and child.i > verb.i]
    clauses = (
        child
        for head in (verb, *sure)
        for child in head.children
        if child.dep_ in wanted and child.i > verb.i and (child.dep_ != "advcl" or _is_purpose(child))
    )
    for clause in clauses:
        words = [token for token in clause.subtree if verb.i < token.i and token.idx < stretch[1]]
        while words and (words[0].is_punct or (words[0].dep_ == "mark" and words[0].lower_ == "that")):
            del words[0]
        if len(words) > 1:
            start, end = words[0].idx, min(words[-1].idx + len(words[-1]), stretch[1])
            text = _not_too_long(verb.doc.text[start:end]).rstrip(" ,;:.")
            return Slot("object", text, "quote", start, start + len(text)) if text else None
    return None


def _is_purpose(verb: Token) -> bool:
    """Say whether a clause says what for: "work with firms *to protect networks*"."""
    return any(child.lower_ == "to" and child.dep_ == "aux" and child.i < verb.i for child in verb.children)


def _is_joint(verb: Token) -> bool:
    """Say whether a verb says that something is done together, and for what: "work with ... to ..."."""
    return verb.lemma_ in _TOGETHER and any(child.dep_ == "advcl" and _is_purpose(child) for child in verb.children)


def _behind_preposition(verb: Token) -> Slot | None:
    """Return what a preposition of the verb names: neither when, nor with whom, nor by what means."""
    for child in verb.children:
        if child.dep_ == "prep" and child.i > verb.i and (child.lower_ != "by" or verb.lemma_ == "abide"):
            for other in child.children:
                is_partner = child.lower_ in _WITH and (_is_somebody(other) or _is_joint(verb))
                is_thing = other.dep_ in ("pobj", "pcomp") and other.lower_ != "order"
                if is_thing and not is_partner and not is_time(other):
                    return _phrase("object", other, "quote")
    return None


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


def _matched(name: str, pattern: re.Pattern[str], text: str, stretch: tuple[int, int]) -> Slot | None:
    match = pattern.search(text, *stretch)
    return (
        Slot(name, match[0].rstrip(), "quote", match.start(), match.start() + len(match[0].rstrip())) if match else None
    )


def _quantity(text: str, stretch: tuple[int, int]) -> Slot | None:
    """Return the first number that counts something, sums of money apart."""
    sums = [match.span() for match in MONEY.finditer(text)]
    for match in _QUANTITY.finditer(text, *stretch):
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


def _phrase(name: str, head: Token, source: Literal["quote", "lead_in", "passage"]) -> Slot:
    """Return the words that belong to `head`, without relative clauses, as one stretch of the text."""
    tokens = [head]
    _gather(head, tokens)
    tokens.sort(key=lambda token: token.i)
    if len(tokens) > 1 and _YEAR.fullmatch(tokens[0].text) and tokens[0].i > 0 and tokens[0].nbor(-1).dep_ == "prep":
        del tokens[0]  # "will publish in 2013 comprehensive research"
    start, end = tokens[0], head
    for token in tokens:
        if token.i > head.i:
            if not _goes_on(end, token, head):
                break
            end = token
    while end.i > head.i and _leads_on(end):
        end = end.doc[end.i - 1]
    text = _not_too_long(head.doc.text[start.idx : end.idx + len(end)])
    return Slot(name, text, source, start.idx, start.idx + len(text))


def _not_too_long(text: str) -> str:
    """Return as many whole words of a text as a part may have."""
    return text if len(text) <= _LONGEST else text[: _LONGEST + 1].rpartition(" ")[0].rstrip()


def _gather(head: Token, tokens: list[Token]) -> None:
    """Add to `tokens` what belongs to `head`, and what is joined to it when that is a thing too and no action."""
    joined = [child for child in head.children if child.dep_ == "conj" and child.tag_ not in _FINITE]
    for child in head.children:
        if child.dep_ == "conj":
            belongs = child in joined
        elif child.dep_ == "cc":
            belongs = bool(joined) or any(other.dep_ == "pobj" for other in child.children)
        elif child.dep_ == "advmod":
            belongs = child.i < head.i and (head.pos_ in ("ADJ", "NUM") or head.dep_ == "amod")
        else:
            belongs = child.dep_ not in _APART
        if belongs:
            tokens.append(child)
            _gather(child, tokens)


def _goes_on(end: Token, token: Token, head: Token) -> bool:
    """Say whether a phrase that has come to `end` goes on with `token`, which belongs to it.

    It does where only hyphens, an apostrophe, "and" or "as well as" stand between them; behind a comma
    only with a further member of a list, or a further adjective before its noun.
    """
    between = head.doc[end.i + 1 : token.i]
    if _cuts(token) or not all(_is_link(one) for one in between):
        return False
    if "," not in between.text:
        return True
    up = [token, *itertools.takewhile(lambda one: one != head, token.ancestors)]
    is_before_its_noun = token.pos_ in ("ADJ", "NOUN", "PROPN") and token.i < token.head.i
    return token.dep_ == "cc" or is_before_its_noun or any(one.dep_ == "conj" and one.i >= token.i for one in up)


def _is_link(token: Token) -> bool:
    """Say whether a word or sign may stand between two parts of one phrase."""
    return not _cuts(token) and (token.is_punct or token.dep_ == "cc" or token.lower_ in ("as", "well"))


def _cuts(token: Token) -> bool:
    """Say whether a sign ends a phrase: a semicolon, a bracket, a dash between blanks."""
    is_free = token.i > 0 and bool(token.whitespace_ and token.nbor(-1).whitespace_)
    return token.text in _CUTTING or (token.text == "-" and is_free)


def _leads_on(token: Token) -> bool:
    """Say whether no phrase ends with a token: a comma, a preposition, an article."""
    if token.is_punct:
        return token.text not in _CLOSING
    return token.tag_ in _LEADING or token.lower_ in _DETERMINERS
