"""Terms: the words that set groups of texts apart, by which sub-themes are named and themes are described.

Pure functions over texts, used by `themes.py`. A term is a noun phrase of one to four words. What are nouns is told
from how all texts together use a word, not by a parser, which would take longer than all the rest of the stage: a word
that mostly follows "to" or "will" is a verb, and one that mostly comes before another word is an adjective.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .ids import same_text

MOST = 4
"""Terms of a group, if it has so many."""
_LONGEST = 4
_WORTH = {1: 1.0, 2: 1.4, 3: 1.5, 4: 1.5}
"""What a term counts for its length: "incident response teams" says more than "teams"."""
_OF_A_NAME = 0.5
"""What a name in capitals or an acronym counts beside other words: it is mostly some issuer's own body or programme."""
_OF_ONE_ISSUER = 0.1
"""What a term counts that one issuer alone has, in a group of several."""
_LEAST_OF_ONE = 3
"""Texts of one issuer alone that have to hold a term of several words: a sentence said twice makes no term."""
_LEAST_SHARE, _ENOUGH = 0.04, 5
"""Share of a group's texts that have to hold a term, and how many are enough of a large one: a rare phrase names nothing."""
_IS_VERB, _IS_ADJECTIVE, _IS_NOUN = 0.25, 0.65, 0.05
"""Shares of a word's uses from which it is one. Chosen on the words of the real corpus, against spaCy's tags."""
_KNOWN = 5
"""Uses of a word from which on these shares say anything."""
_HOLDS_IT = 0.6
"""Share of a term's texts that have it within a longer one, from which on the longer one is taken."""
_ALIKE_EVERYWHERE = 0.1
"""Least weight for what a group says no more than the others: where all are alike, the commonest words remain."""

_IS_CUT = 0.6
"""Share of a term's uses that another word follows, from which on it is a piece of something longer: "responsible state"."""
_IS_DONE = 0.5
"""Share of the uses of a word in -ing that take an object, from which on it is no noun: "ensuring the", not "training of"."""
_PIECES = re.compile(r"[^a-z' -]+")
_WORD = re.compile(r"[a-z](?:[a-z'-]*[a-z])?")
_WRITTEN = re.compile(r"[A-Za-z][A-Za-z'\u2018\u2019\u2010\u2011-]*[A-Za-z]")
_SENTENCE_OPENS = re.compile(r"(?:^|[.!?:])[^\w.!?:]*$")
_BEFORE_VERBS = frozenset("to will shall must should can may would could".split())
_BEFORE_OBJECTS = frozenset("the a an all its their this that these our any".split())
_LIKE_ADJECTIVE = re.compile(r"(?:al|(?<!m)ent|ive|ary|ic|ar|wide)$")
_ADVERB = re.compile(r"(?<!\bsupp)(?<!\bear)(?<!\bfami)ly$")
_ENDS_NO_TERM = re.compile(r"(?:ible|able|ful|ous|[^e]ed|aken|'s?)$")
_SAY_LITTLE = frozenset(
    "cyber security cybersecurity cyberspace national government information will shall including include ensure "
    "order use used make work related based country level continue also state states strategy measures measure within "
    "using area areas support develop development strengthen establish enhance improve promote provide need needs "
    "secure safe issue issues activity activities aspect aspects role year years time function ability process processes "
    "effort efforts way ways part field fields purpose basis matter matters number set range future end act acts action actions aim aims "
    "body bodies structure structures result results progress member members step steps world offer account charge "
    "individual status line creation generation people event realization resolution expansion target operation "
    "organisations services tools processing".split()
)
"""No term is made of these words alone."""
_SAY_NOTHING = frozenset(
    "new relevant appropriate necessary effective high key particular specific various different existing additional "
    "several respective concerned sole example place effect means nature element elements regarding concerning "
    "well possible following similar certain overall given intends exists held fall view manner outside consistent "
    "connecting introduction responding dealing dynamic st nd rd th".split()
)
"""No term has one of these words."""


@dataclass(frozen=True)
class Said:
    """A text and who said it."""

    text: str
    issuer: str


@dataclass
class Usage:
    """How texts use each word: how often, how often as a verb, and how often before another word that says something.

    `forms` are the spellings that they mostly use, and `names` those of states, which are no terms.
    """

    uses: Counter[str] = field(default_factory=Counter)
    as_verb: Counter[str] = field(default_factory=Counter)
    before_another: Counter[str] = field(default_factory=Counter)
    before_object: Counter[str] = field(default_factory=Counter)
    in_plural: Counter[str] = field(default_factory=Counter)
    forms: dict[str, str] = field(default_factory=dict)
    names: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))
    texts: int = 0

    def is_verb(self, word: str) -> bool:
        """Say whether a word is mostly a verb."""
        one = singular(word)
        return self._mostly(self.as_verb, one, _IS_VERB) or (
            word.endswith("ing") and self._mostly(self.before_object, one, _IS_DONE)
        )

    def rarity(self, word: str) -> float:
        """Return how rare a word is, from 0 to 1: what is said everywhere says little."""
        return max(0.0, 1 - math.log(1 + self.uses[word]) / math.log(2 + self.texts))

    def ends_no_term(self, word: str) -> bool:
        """Say whether a word cannot be the last of a term: an adjective, adverb or participle."""
        return bool(_ENDS_NO_TERM.search(word) or _ADVERB.search(word)) or self._mostly(
            self.before_another, singular(word), _IS_ADJECTIVE
        )

    def stands_alone(self, word: str) -> bool:
        """Say whether a word may be a term by itself: what ends as adjectives do must be seen in the plural, as only nouns are."""
        return not _LIKE_ADJECTIVE.search(singular(word)) or self._mostly(self.in_plural, singular(word), _IS_NOUN)

    def _mostly(self, counts: Counter[str], word: str, share: float) -> bool:
        return self.uses[word] >= _KNOWN and counts[word] >= share * self.uses[word]

    def written(self, term: str) -> str:
        """Return a term as the texts mostly write it; one that is only seen where sentences begin, word by word."""
        return self.forms.get(term) or " ".join(self.forms.get(word, word) for word in term.split())


def usage(texts: Sequence[str], names: Iterable[str] = ()) -> Usage:
    """Return how texts use their words. Terms that hold one of the names are left out: a state's says who, and not what."""
    held = "|".join(re.escape(_key(same_text(name))) for name in names)
    found = Usage(forms=_written_forms(texts), texts=len(texts))
    found.names = re.compile(rf"\b(?:{held})\b") if held else found.names
    for text in texts:
        for place, piece in enumerate(_pieces(text)):
            for number, word in enumerate(piece):
                one = singular(word)
                found.uses[one] += 1
                found.in_plural[one] += word != one
                opens = not place and not number
                found.as_verb[one] += opens or (number > 0 and piece[number - 1] in _BEFORE_VERBS)
                after = piece[number + 1] if number + 1 < len(piece) else ""
                found.before_another[one] += _says_something(after)
                found.before_object[one] += _says_something(after) or after in _BEFORE_OBJECTS
    return found


def distinctive(groups: Sequence[Sequence[Said]], used: Usage, most: int = MOST) -> list[tuple[str, ...]]:
    """Return for each group of texts the terms that tell it from the others, the best first.

    A term weighs what it adds to the difference between the words of its group and those of all (its part of their
    Kullback-Leibler divergence). Of an issuer's texts that hold it the square root counts, so that what several
    issuers say comes before what one of them repeats.
    """
    counted = [_counted(group, used) for group in groups]
    spread = [{key: sum(map(math.sqrt, by.values())) for key, by in terms.items()} for terms, _ in counted]
    everywhere: Counter[str] = Counter()
    for one in spread:
        everywhere.update(one)
    total = sum(everywhere.values())
    chosen = []
    for group, (terms, forms), mine in zip(groups, counted, spread, strict=True):
        issuers, sum_of_mine = len({said.issuer for said in group}), sum(mine.values())
        texts = {key: sum(by.values()) for key, by in terms.items()}
        written = {key: used.written(_most_common(forms[key])) for key in terms}
        weights = {}
        for key, value in mine.items():
            length, is_of_one = min(len(key.split()), _LONGEST), len(terms[key]) == 1
            least = max(min(_LEAST_SHARE * len(group), _ENOUGH), _LEAST_OF_ONE if is_of_one and length > 1 else 2)
            if texts[key] < min(len(group), least):
                continue
            weight = value * max(math.log(value / sum_of_mine * total / everywhere[key]), _ALIKE_EVERYWHERE)
            weight *= _WORTH[length] if length > 1 else math.sqrt(used.rarity(key))
            weight *= _OF_A_NAME if written[key] != written[key].lower() else 1
            weight *= _OF_ONE_ISSUER if is_of_one and issuers > 2 else 1
            weights[key] = weight
        chosen.append(tuple(written[key] for key in _apart(weights, texts, most)))
    return chosen


def _counted(group: Sequence[Said], used: Usage) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Return in how many texts of each issuer each term stands, and in which forms, by its words in the singular."""
    terms: dict[str, Counter[str]] = defaultdict(Counter)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    going_on: Counter[str] = Counter()
    for said in group:
        there = set()
        for term, goes_on in _terms(said.text, used):
            key = _key(term)
            forms[key][term] += 1
            going_on[key] += goes_on
            there.add(key)
        for key in there:
            terms[key][said.issuer] += 1
    whole = {
        key: by
        for key, by in terms.items()
        if going_on[key] < _IS_CUT * forms[key].total() and not used.names.search(key)
    }
    return whole, forms


def _key(term: str) -> str:
    """Return a term with its words in the singular, by which it is counted however it is written."""
    return " ".join(map(singular, term.replace("-", " ").split()))


def _most_common(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))


def _apart(weights: Mapping[str, float], texts: Mapping[str, int], most: int) -> list[str]:
    """Return the heaviest terms of which none repeats a word of another; of a term within another mostly the longer."""
    kept: list[str] = []
    repeated: set[str] = set()
    for found in sorted(weights, key=lambda key: (-weights[key], key)):
        around = [
            key
            for key in weights
            if len(key) > len(found) and f" {found} " in f" {key} " and texts[key] >= _HOLDS_IT * texts[found]
        ]
        best = max(around, key=lambda key: (len(key.split()), weights[key], key), default=found)
        words = {_root(word) for word in best.split() if word != "of"}
        if not words & repeated:
            kept.append(best)
            repeated |= words
        if len(kept) == most:
            break
    return kept


def _pieces(text: str) -> Iterator[list[str]]:
    """Yield the words of each stretch of a text that no sign or number interrupts."""
    for piece in _PIECES.split(same_text(text)):
        if words := piece.split():
            yield words


def _says_something(word: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    is_known = len(word) < 2 or word in _SAY_NOTHING or not ENGLISH_STOP_WORDS.isdisjoint(word.split("-"))
    return not is_known and bool(_WORD.fullmatch(word))


def _terms(text: str, used: Usage) -> Iterator[tuple[str, bool]]:
    """Yield what may be a noun phrase: words that say something, "of" between two, and no verb; and whether it goes on."""
    for piece in _pieces(text):
        fits = [_says_something(word) and not used.is_verb(word) for word in piece]
        for first in range(len(piece)):
            for length in range(1, _LONGEST + 1):
                last = first + length - 1
                if last >= len(piece) or not fits[first]:
                    break
                words = piece[first : last + 1]
                if not all(fits[place] or piece[place] == "of" for place in range(first, last)):
                    break
                says_little = _SAY_LITTLE.issuperset(word for word in words if word != "of")
                if length == 1 and not used.stands_alone(words[0]):
                    continue
                if fits[last] and not says_little and not used.ends_no_term(words[-1]) and not _ADVERB.search(words[0]):
                    yield " ".join(words), last + 1 < len(piece) and fits[last + 1]


def singular(word: str) -> str:
    """Return a word without the ending of its plural, as far as one can tell."""
    word = re.sub(r"'s?$", "", word)
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else re.sub(r"(?<=ss|sh|ch)es$|s$", "", word)


def _root(word: str) -> str:
    return re.sub(r"(?:ions?|ies|es|s|ing|ed|y|e)$", "", word)


def _written_forms(texts: Iterable[str]) -> dict[str, str]:
    """Return how the texts mostly write each term: "CERT" for cert, "Budapest Convention" for budapest convention.

    The capital with which a sentence begins says nothing of its first word; the capitals of an acronym do.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        words = [(match[0], _opens_sentence(text, match)) for match in _WRITTEN.finditer(text)]
        for length in range(1, _LONGEST + 1):
            for first in range(len(words) - length + 1):
                found = words[first : first + length]
                if not any(opens for _, opens in found):
                    counts[" ".join(word for word, _ in found)] += 1
    written: dict[str, str] = {}
    for form, _ in sorted(counts.items(), key=lambda one: (one[1], one[0])):
        written[same_text(form)] = form
    return written


def _opens_sentence(text: str, word: re.Match[str]) -> bool:
    """Say whether a word owes its capital to its place: it opens a sentence and has no other capital."""
    return word[0][0].isupper() and word[0][1:].islower() and _SENTENCE_OPENS.search(text[: word.start()]) is not None
