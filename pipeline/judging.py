"""Judging: what one promise is to another, by the parts of both.

Reads no table: promises with their parts and two measures go in, a relation and its reason come out.
What is done and to what is brought under few names (`KINDS_OF_ACT`, `TARGETS`), so that two promises
can be compared part by part. `models/counterparts.json` weighs these likenesses; it was learned from
judged pairs by `benchmarks/counterparts.py --fit`. Negation and firmness are no matter of weight:
they are read off the words.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import mul
from pathlib import Path
from typing import Any

from .errors import ModelError
from .ids import digest, same_text
from .settings import bundled
from .store import BINDINGNESS

RELATIONS = {
    "same": "does the same to the same thing, as firmly",
    "firmer": "does the same to the same thing, and binds more",
    "weaker": "does the same to the same thing, and binds less",
    "other instrument": "has the same target, and goes about it by another act or instrument",
    "opposed": "does what the other rules out, or rules out what the other does",
    "related": "has another target in the same field",
}
"""What a counterpart is to a promise, in the order in which the site lists it. A pair that is none of these is no
pair: see `NONE`."""
NONE = "none"
"""Alike in words or vectors, and neither of one target nor of one field."""

MEASURES = (
    "substance", "wording", "words", "words of the shorter", "verb", "kind of act", "act unknown", "main theme", "themes",
    "targets", "targets by weight", "fields", "instruments",
)  # fmt: skip
"""The likenesses that are weighed, each from 0 to 1 and the same from either side."""

KINDS_OF_ACT = {
    "create": "establish create set build form found launch introduce institute institutionalize institutionalise constitute"
    " construct establishment creation setting foundation formation",
    "improve": "strengthen improve enhance increase reinforce raise upgrade boost expand deepen bolster advance consolidate"
    " intensify grow enlarge accelerate develop development strengthening improvement enhancement",
    "protect": "protect secure safeguard defend ensure guarantee harden assure protection shield preserve",
    "cooperate": "cooperate collaborate coordinate partner engage work liaise join participate cooperation collaboration"
    " coordination partnership participation",
    "inform": "share exchange inform disseminate provide publish communicate notify issue explain",
    "teach": "train educate teach training education",
    "fund": "fund invest finance allocate allot",
    "regulate": "adopt enact require mandate regulate legislate ratify amend harmonize harmonise accede update revise draft"
    " approve impose enforce",
    "plan": "define formulate devise prepare propose plan design elaborate draw determine identify designate identification",
    "assess": "assess review evaluate monitor audit analyse analyze examine study measure test analysis assessment",
    "fight": "investigate prosecute combat fight counter prevent deter disrupt punish reduce mitigate minimize minimise tackle",
    "respond": "respond detect recover manage response",
    "support": "support promote encourage foster stimulate facilitate assist help promotion",
    "apply": "use employ apply implement integrate include incorporate add execute conduct perform carry organize organise hold",
    "lead": "lead oversee head direct govern supervise",
    "restrict": "block filter remove ban prohibit forbid restrict limit censor",
}
"""Verbs, and nouns made of them, that name one kind of act."""

TARGETS = {
    "strategy": ("governance", r"strateg|national (?:cyber ?-?security )?polic|action plans?|(?:this|the) (?:policy|plan|programme|concept)\b|road ?map|objectives"),
    "lead body": ("governance", r"council|co-?ordinat|governance|institutional|organi[sz]ational structure|responsibilit|competences|centrali[sz]|lead (?:body|agency)|inter-?(?:agency|ministerial|departmental)|national cent(?:re|er)|cyber ?-?security (?:cent(?:re|er)|agency)|roles"),
    "money": ("governance", r"funds?\b|funding|budget|financ|invest(?:ments?|ing)?\b|venture"),
    "critical infrastructure": ("protection", r"critical(?: \w+){0,3} infrastructure|infrastructures?\b|\bcn?ii?s?\b|(?:essential|vital) services|industrial control|energy|operators of"),
    "government systems": ("protection", r"\b(?:government|public|state|federal|ministr\w+|administration|agenc\w+)[^.;]{0,40} (?:systems?|networks?|data|information|services)\b|\b(?:systems?|networks?|data|security)\b[^.;]{0,40} (?:government|public sector|public administration|state|agencies|ministries|authorities|public bodies)|e-?government"),
    "systems": ("protection", r"(?:information|ict|it|computer|network)s? (?:systems?|networks?|security|infrastructure|resources)|systems and networks|networks and systems|resilien|secure cyber ?space|security of cyber ?space|national cyber ?space"),
    "telecommunications": ("protection", r"telecom|electronic communications|internet (?:infrastructure|service providers?)|routing|protocols|undersea|subsea|broadband"),
    "access": ("protection", r"authenticat|authori[sz]ation|access control|identit|encrypt|cryptograph|certification authorit|signature|clearance|vetting|password"),
    "risk": ("risk", r"risk|vulnerabilit|threat assess"),
    "standards": ("risk", r"standard|certif|accredit|baseline|guidelines?|(?:best|good) practices?|complian|audit|requirements?|criteria|framework"),
    "products": ("risk", r"products?|supply chain|supplier|procure|outsourc|vendor|software|hardware|contracts?|trusted|devices"),
    "incidents": ("incidents", r"\bcsirts?|\bcerts?\b|response (?:team|cent)|respond to|response to|incidents?"),
    "reporting": ("incidents", r"report(?:ing|s)?\b|notif"),
    "crisis": ("incidents", r"cris[ie]s|contingen|emergenc|continuity|disaster|recover"),
    "exercises": ("incidents", r"exercis|simulation|drill"),
    "detection": ("incidents", r"detect|warning|situational|monitor|alerts?|threats?"),
    "legislation": ("law", r"legislat|\blaws?\b|legal|\bacts?\b|\bbill\b|regulat"),
    "law on cybercrime": ("law", r"(?:cyber ?crime|computer crime|cybernetic crim\w+)(?:\W+\w+){0,3} (?:legislation|laws?|convention)|budapest|convention"),
    "crime": ("law", r"crim|police|law enforcement|prosecut|judge|judic|forensic|offen[cd]er|investigat"),
    "rights": ("law", r"privacy|personal data|data protection|freedom|(?:fundamental|human) rights|civil libert|rights"),
    "children": ("law", r"child|minors?\b|young|abuse|bully|content"),
    "education": ("skills", r"curricul|school|universit|education|academic|degree|student"),
    "skills": ("skills", r"skill|workforce|expert|professional|training|trained|personnel|talent|human resources|capacity building|competenc|scholarship|staff"),
    "awareness": ("skills", r"aware|campaign|culture|citizen|public understanding|advocacy|outreach|sensiti[sz]"),
    "research": ("economy", r"research|r&d|scien|laborator"),
    "industry": ("economy", r"industr|market|econom|innovat|business|compan|enterprise|smes?\b|start-?ups?|export|technolog"),
    "digital services": ("economy", r"digital|online services|electronic services|data\b|broadband"),
    "other states": ("cooperation", r"international|bilateral|multilateral|regional|foreign|global|other (?:countries|nations|states)|partner countries|third countries|allies|european|\beu\b|nato|\bun\b|asean|osce|norms|confidence-building"),
    "partnership": ("cooperation", r"public-private|private sector|partnership|industry|stakeholders|civil society|between (?:government|public)"),
    "sharing": ("cooperation", r"shar(?:e|es|ing)|exchang|dissemin|communicat|platform"),
    "defence": ("defence", r"defen[cs]e|military|armed|joint force|warf|offensive|operations|command|deter|adversar"),
    "intelligence": ("defence", r"intelligen|espionage"),
}  # fmt: skip
"""What promises are about: a field, and the words by which the target is known."""

_INSTRUMENTS = re.compile(
    r"\b(law|act|bill|legislation|regulation|directive|strategy|plan|programme|program|fund|standard|guideline|agreement|memorandum"
    r"|convention|treaty|exercise|report|campaign|agency|centre|center|council|committee|unit|team|task ?force|group|platform|framework"
    r"|register|scheme|certification|curriculum|curricula|network|csirt|cert|command|course|training|research|awareness|forum"
    r"|partnership|cooperation|laboratory|database|portal)(?:s|es)?\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*")
_EMPTY = frozenset(
    "a an and are as at be been by for from has have in into is it its of on or our shall should that the their them"
    " there these they this those to under upon us we which will with within would".split()
)
"""Words that any two promises share."""
_ENDINGS = "ations ation ments ment ings ing ions ion ies ied ed es ly s y e".split()

_AIM = re.compile(
    r"\b(?:aim(?:s|ed|ing)?|seeks?|strives?|intend(?:s|ed|ing)?|endeavou?rs?|aspires?|wish(?:es)?|hopes?|goals?|objectives?"
    r"|envisions?|envisages?|expect(?:s|ed)?|plans? to|propos(?:es|ed)|consider(?:s|ing|ed|ation)?|explor(?:es?|ing|ed)"
    r"|examin(?:es?|ed)|looked into|reviews?)\b(?! \w?\.?\d)",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    r"^(?:support|promot|encourag|foster|stimulat|facilitat|continu|maintain|reaffirm|help|assist|contribut)", re.I
)
_GOING_ON = re.compile(
    r"\b(?:remains? committed|reaffirm\w*|(?:will|shall) continue|continu(?:es?|ing) to|continuation)\b", re.I
)
_DECIDED = re.compile(
    r"\b(?:shall|must|mandatory|instructs?|decide[sd]?)\b|\b(?:is|are) (?:necessary|required|obliged)\b"
    r"|\b(?:has|have|needs?) to be\b|\brequires? (?:an? immediate|the following)\b",
    re.IGNORECASE,
)
_AIM_AHEAD = re.compile(
    r"\b(?:objectives?|goals?|aims?|vision|outcomes?|purposes?|targets?)\b[^.]{0,60}$", re.IGNORECASE
)
"""A lead-in that calls what follows an aim."""
_NOT = re.compile(
    r"(?:\bnot|n['\u2019]t|\bnever|\b(?:refrain|abstain|desist)(?:s|ing)? from)(?: \w+){0,2}\s*$|^(?:no|neither)\b",
    re.IGNORECASE,
)
"""What stands before a verb that is negated."""
_BAN = re.compile(r"^(?:prohibit|ban|forbid|reject|oppos|renounc|outlaw|abolish)", re.IGNORECASE)
_ONE_THING = 0.25
"""Share of words, rare ones counting more, from which two promises of which one is negated are about one thing."""
_HEAD = 160
"""Characters of a quote in which its verb is looked for."""
_FIRST = 40
"""Characters of an object within which it names its target first."""


@dataclass(frozen=True)
class Promise:
    """What judging and comparing need of a commitment. `themes` are in order, the main one first."""

    id: str
    issuer: str
    quote: str
    themes: tuple[str, ...]
    shares: tuple[float, ...] = ()
    lead_in: str = ""
    action: str = ""
    object: str = ""
    modality: str = ""
    polarity: str = "positive"
    bindingness: int = 3
    document: str = ""
    published_on: str = ""
    page: int = 1
    start: int = 0

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the quote without their endings."""
        return stems(self.quote)

    @cached_property
    def verb(self) -> frozenset[str]:
        """The words of its action without their endings."""
        return stems(self.action)

    @cached_property
    def acts(self) -> frozenset[str]:
        """The kinds of act that its action belongs to; else those of its first words, for "Setting up of"."""
        found = _kinds_of(self.verb)
        return found or _kinds_of(stems(" ".join(WORD.findall(self.quote)[:3])))

    @cached_property
    def targets(self) -> Mapping[str, float]:
        """What it is about, with how plainly: named first in the object, somewhere in it, in the quote, or before it."""
        target, quote, lead_in = self.object.lower(), self.quote.lower(), self.lead_in.lower()
        found = {}
        for name, pattern in _targets().items():
            if match := pattern.search(target):
                found[name] = 1.0 if match.start() < _FIRST else 0.7
            elif pattern.search(quote):
                found[name] = 0.5
            elif lead_in and pattern.search(lead_in):
                found[name] = 0.15
        return found

    @cached_property
    def fields(self) -> Mapping[str, float]:
        """The fields of its targets."""
        found: dict[str, float] = {}
        for name, share in self.targets.items():
            found[TARGETS[name][0]] = max(share, found.get(TARGETS[name][0], 0.0))
        return found

    @cached_property
    def instruments(self) -> frozenset[str]:
        """The instruments that the quote names."""
        return frozenset(word.lower() for word in _INSTRUMENTS.findall(self.quote))

    @cached_property
    def is_negative(self) -> bool:
        """Whether it promises not to do something, or to forbid it."""
        before = self._head.removesuffix(self.action)
        return self.polarity == "negative" or bool(_NOT.search(before) or _BAN.match(self.action))

    @cached_property
    def force(self) -> int:
        """Say by its own words alone how much it binds, on the scale of bindingness."""
        if _DECIDED.search(f"{self.lead_in[-_HEAD:]} {self.modality} {self._head}"):
            return 4
        if _AIM.search(self._head) or _AIM_AHEAD.search(self.lead_in):
            return 1
        if _SUPPORT.match(self.action) or _GOING_ON.search(self._head):
            return 2
        return 3

    @property
    def _head(self) -> str:
        """The quote up to and with its verb."""
        place = self.quote.find(self.action, 0, _HEAD) if self.action else -1
        return self.quote[: place + len(self.action)] if place >= 0 else self.quote[:90]


@dataclass(frozen=True)
class Weights:
    """How much each measure speaks for each relation, learned from judged pairs."""

    bias: Mapping[str, float]
    of: Mapping[str, Sequence[float]]

    def likeliest(self, measures: Sequence[float]) -> str:
        """Return the relation for which the measures speak most."""
        scores = {
            relation: self.bias[relation] + math.fsum(map(mul, measures, weights))
            for relation, weights in self.of.items()
        }
        return max(scores, key=lambda relation: scores[relation])


@cache
def load_weights(path: Path | None = None) -> Weights:
    """Return the weights that were learned.

    Raises:
        ModelError: they are for other measures.
    """
    read = json.loads((path or weights_file()).read_text("utf-8"))
    names = read["measures"]
    if tuple(names) != MEASURES:
        raise ModelError(
            f"{path or weights_file()} weighs other measures than these: {', '.join(MEASURES)}.",
            remedy="Learn it anew: python benchmarks/counterparts.py --fit",
        )
    return to_weights(read)


def to_weights(read: Mapping[str, Any]) -> Weights:
    """Return weights as they are kept in JSON."""
    relations = read["relations"]
    return Weights(
        {relation: row["bias"] for relation, row in relations.items()},
        {relation: tuple(row["weights"]) for relation, row in relations.items()},
    )


def weights_file() -> Path:
    """Return where the weights are kept."""
    return bundled("models") / "counterparts.json"


@dataclass(frozen=True)
class Verdict:
    """What `b` is to `a`, and why."""

    relation: str
    note: str


@dataclass
class Judge:
    """Judges pairs of a corpus. A word or target that few promises of it have says more than a common one."""

    promises: Sequence[Promise]
    weights: Weights = field(default_factory=load_weights)

    def __post_init__(self) -> None:
        """Count in how many promises each word and target stands."""
        count = len(self.promises)
        words = Counter(word for promise in self.promises for word in promise.words)
        targets = Counter(name for promise in self.promises for name in promise.targets)
        self._rare = {word: math.log(1 + count / number) for word, number in words.items()}
        self._telling = {name: math.log(1 + count / number) for name, number in targets.items()}
        self._unknown = math.log(1 + max(1, count))

    def judge(self, a: Promise, b: Promise, substance: float, wording: float) -> Verdict:
        """Return what `b` is to `a`.

        Args:
            substance: cosine of their vectors.
            wording: share of word triples in common.
        """
        relation = self._relation(a, b, substance, wording)
        return Verdict(relation, self.note(a, b, relation))

    def _relation(self, a: Promise, b: Promise, substance: float, wording: float) -> str:
        if self.are_opposed(a, b):
            return "opposed"
        relation = self.weights.likeliest(self.measures(a, b, substance, wording))
        if relation != "same":
            return relation
        if a.is_negative != b.is_negative:
            return "other instrument"  # "will not attack", "will protect": one end, and never the same promise
        return firmness(a, b)

    def are_opposed(self, a: Promise, b: Promise) -> bool:
        """Say whether one of two promises rules out what the other does: one is negated, act and thing are the same."""
        if a.is_negative == b.is_negative:
            return False
        no, yes = (a, b) if a.is_negative else (b, a)
        if yes.acts & {"fight", "restrict"} and not no.acts & yes.acts & {"restrict"}:
            return False  # to fight what the other forbids is no opposite
        same_act = _BAN.match(no.action) or no.verb & yes.verb or no.acts & yes.acts
        return bool(same_act) and self.shared(stems(no.object) or no.words, yes.words, of_shorter=True) >= _ONE_THING

    def measures(self, a: Promise, b: Promise, substance: float, wording: float) -> tuple[float, ...]:
        """Return the likenesses that are weighed, in the order of `MEASURES`."""
        return (
            substance, wording, self.shared(a.words, b.words), self.shared(a.words, b.words, of_shorter=True),
            float(bool(a.verb & b.verb)), float(bool(a.acts & b.acts)), float(not a.acts or not b.acts),
            float(a.themes[:1] == b.themes[:1]), overlap(_by_theme(a), _by_theme(b)),
            overlap(a.targets, b.targets, self._telling), self._by_weight(a, b), overlap(a.fields, b.fields),
            overlap(dict.fromkeys(a.instruments, 1.0), dict.fromkeys(b.instruments, 1.0)),
        )  # fmt: skip

    def shared(self, one: Iterable[str], other: Iterable[str], *, of_shorter: bool = False) -> float:
        """Return the share of words in common, rare ones counting more: of both texts, or of the shorter one."""
        first, second = set(one), set(other)
        both, here, there = (
            math.fsum(self._rare.get(word, self._unknown) for word in w) for w in (first & second, first, second)
        )
        whole = min(here, there) if of_shorter else (here + there) / 2
        return both / whole if whole else 0.0

    def _by_weight(self, a: Promise, b: Promise) -> float:
        """Return the cosine of the targets of two promises."""
        here, there = (
            math.fsum(self._telling.get(name, 0.0) * share**2 for name, share in p.targets.items()) for p in (a, b)
        )
        both = sum(
            self._telling.get(name, 0.0) * a.targets[name] * b.targets[name]
            for name in a.targets.keys() & b.targets.keys()
        )
        return both / math.sqrt(here * there) if here and there else 0.0

    def note(self, a: Promise, b: Promise, relation: str) -> str:
        """Return in words which parts of two promises agree and which do not; "/" stands between those that do not."""
        notes = []
        acts = a.acts & b.acts
        if acts or (a.verb and a.verb == b.verb):
            notes.append(f"act: {_listed(acts) or a.action.lower()}")
        elif a.action and b.action:
            notes.append(f"act: {a.action.lower()} / {b.action.lower()}")
        ours = sorted(
            a.targets.keys() & b.targets.keys(),
            key=lambda name: (-min(a.targets[name], b.targets[name]) * self._telling.get(name, 1.0), name),
        )
        if ours:
            notes.append(f"target: {', '.join(ours[:2])}")
        elif a.targets and b.targets:
            notes.append(
                f"target: {max(a.targets, key=lambda n: a.targets[n])} / {max(b.targets, key=lambda n: b.targets[n])}"
            )
        if a.bindingness != b.bindingness and relation in ("same", "firmer", "weaker"):
            shown = " → ".join(BINDINGNESS[one.bindingness][0].lower() for one in (a, b))
            notes.append(f"bindingness: {shown}{', which no word shows' if relation == 'same' else ''}")
        return "; ".join(notes)


def firmness(a: Promise, b: Promise) -> str:
    """Return whether `b` binds more or less than `a`: words of both have to show it, and how they are coded not gainsay it."""
    shown, coded = b.force - a.force, b.bindingness - a.bindingness
    if not shown or shown * coded < 0:
        return "same"
    return "firmer" if shown > 0 else "weaker"


def mirrored(relation: str) -> str:
    """Return what `a` is to `b` when `b` is this to `a`."""
    return {"firmer": "weaker", "weaker": "firmer"}.get(relation, relation)


def overlap(one: Mapping[str, float], other: Mapping[str, float], weights: Mapping[str, float] | None = None) -> float:
    """Return how much two weighted sets have in common, of all that either has."""
    weight = (weights or {}).get
    common = math.fsum(
        weight(name, 1.0) * min(one.get(name, 0.0), other.get(name, 0.0)) for name in one.keys() & other.keys()
    )
    whole = math.fsum(
        weight(name, 1.0) * max(one.get(name, 0.0), other.get(name, 0.0)) for name in one.keys() | other.keys()
    )
    return common / whole if whole else 0.0


def stems(text: str) -> frozenset[str]:
    """Return the words of a text without their endings, and without those that any two promises share."""
    return frozenset(_stem(word) for word in WORD.findall(same_text(text)) if word not in _EMPTY)


@cache
def _stem(word: str) -> str:
    """Return a word without its ending, so that "establishing" is "established"; four letters stay."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _kinds_of(verbs: Iterable[str]) -> frozenset[str]:
    return frozenset(kind for verb in verbs for kind in _kinds().get(verb, ()))


@cache
def _kinds() -> Mapping[str, frozenset[str]]:
    """Return the kinds of act by the stem of a verb."""
    found: dict[str, set[str]] = {}
    for kind, verbs in KINDS_OF_ACT.items():
        for verb in verbs.split():
            for stem in stems(verb):
                found.setdefault(stem, set()).add(kind)
    return {stem: frozenset(kinds) for stem, kinds in found.items()}


@cache
def _targets() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, (_, pattern) in TARGETS.items()}


def _by_theme(promise: Promise) -> Mapping[str, float]:
    """Return the themes of a promise with how probable each is; one that is known without a probability counts as sure."""
    shares = promise.shares or (1.0,) * len(promise.themes)
    return {theme: share or 1.0 for theme, share in zip(promise.themes, shares, strict=True)}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def weights_key() -> str:
    """Return a hash of the weights: pairs are judged anew when these change."""
    return digest(weights_file().read_text("utf-8"))
