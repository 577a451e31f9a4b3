"""The names of issuers and instruments, found in a text.

Reads their names and a text; gives mentions. A name that stands in a phrase that means something else
("Georgia Tech") is none. "The Convention" is a name only by what was named before it: see `Referring`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..instruments import Instrument
from ..issuers import Issuer
from ..records import Mention

_CAPITAL = re.compile(r"(?<![\w.@-])(?:[ei]?[A-Z\u00c0-\u00de]|\d{1,4}(?= ?[A-Z]))[\w\u2019'&.-]*")
_ADDRESS = re.compile(r"://|www\.|[a-z]\.[a-z]|\\")
_ARTICLE = re.compile(r"\b(?:[Tt]he|[Tt]his) $")
_GOES_ON = re.compile(r" (?:(?:on|for|against|of|relating to|concerning|between) (?:the |an? )?[A-Z]|\(E|\d)")
_ANOTHER = re.compile(r"\b[A-Z][\w\u2019'.-]* (?:[a-z]{2,3} )?$")
_APOSTROPHE = "\u2019"
_SHOUTED = 5
"""From this length a name is also known in capitals: "CANADA"; shorter ones are taken for acronyms."""


_REACH = 100
"""How many characters before a word are looked at to see what it belongs to."""
_WORDS = 3
"""A name of so many words is known whatever its capitals, but for its first word: "Convention on cybercrime"."""


class Names:
    """The names of all issuers and instruments, found in a text by their first word, the longest name first."""

    def __init__(self, issuers: Iterable[Issuer], instruments: Iterable[Instrument] = ()) -> None:
        self._by_first: dict[str, list[tuple[str, Issuer | Instrument]]] = defaultdict(list)
        every: list[Issuer | Instrument] = [*issuers, *instruments]
        for named in every:
            written = {name.replace(_APOSTROPHE, "'") for name in (named.name, *named.aliases)}
            for name in written | {name.upper() for name in written if len(name) >= _SHOUTED}:
                if _CAPITAL.match(name):
                    self._by_first[_first_of(name)].append((name, named))

    def find(self, text: str) -> Iterator[Mention]:
        """Yield the names in `text`, left to right, none inside another."""
        plain = text.replace(_APOSTROPHE, "'")
        free = 0
        for word in _CAPITAL.finditer(plain):
            if plain[word.start() - 1 : word.start()] == "/" and _is_in_address(plain, word.start()):
                continue
            for start in _starts(word):
                if start < free or (start > word.start() and start != free + 1):
                    continue
                for name, named in self._names_from(plain[start : word.end()]):
                    end = start + len(name)
                    if _is_written(name, plain[start:end]) and not plain[end : end + 1].isalnum():
                        if not _means_another(named.not_when, plain, start, end):
                            yield _mention(named, start, end)
                        free = end
                        break

    def _names_from(self, word: str) -> Sequence[tuple[str, Issuer | Instrument]]:
        """Return the names that may begin with `word`, or with its part before a hyphen: "Japan-led", "EU's"."""
        firsts: dict[str, None] = {}
        while word:
            bare = word.rstrip(".'-").removesuffix("'s")
            firsts |= dict.fromkeys((word, word.rstrip("."), word.removesuffix("'s"), bare))
            word = word.rpartition("-")[0]
        found = [pair for first in firsts for pair in self._by_first.get(first, ())]
        return sorted(found, key=lambda pair: (-len(pair[0]), pair[1].code))


class Referring:
    """Names that lead back: "the Convention" is the convention last named in full, in one document.

    It keeps, for each such word, who was named last; somebody unknown ("the Lanzarote Convention") makes the word
    lead nowhere. Feed it the texts of one document in their order.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._short = {one.code: {short.split()[-1] for short in one.short} for one in instruments if one.short}
        words = sorted({word for found in self._short.values() for word in found})
        self._last: dict[str, str] = {}
        self._words = re.compile(rf"\b({'|'.join(words) or '(?!)'})\b(?! ?[-\u2013])")

    def find(self, text: str, full: Sequence[Mention]) -> Iterator[Mention]:
        """Yield the names of `text` that lead back.

        Args:
            full: the names that were found in it, left to right.
        """
        waiting = list(full)
        for word in self._words.finditer(text):
            while waiting and waiting[0].end <= word.start():
                self._note(waiting.pop(0))
            if waiting and waiting[0].start <= word.start():
                continue  # it is a part of a name
            before, behind = text[max(0, word.start() - _REACH) : word.start()], text[word.end() : word.end() + _REACH]
            article, goes_on = _ARTICLE.search(before), _GOES_ON.match(behind)
            if article and not goes_on:
                if word[1] in self._last:
                    start = word.start() - len(article[0])
                    yield Mention("", start, word.end(), instrument=self._last[word[1]])
            elif goes_on or _ANOTHER.search(before):
                self._last.pop(word[1], None)
        for mention in waiting:
            self._note(mention)

    def _note(self, mention: Mention) -> None:
        for word in self._short.get(mention.instrument, ()):
            self._last[word] = mention.instrument


def _is_written(name: str, text: str) -> bool:
    """Say whether a text is a name; behind the first of three or more words capitals do not count."""
    if text == name:
        return True
    first = len(name.split(maxsplit=1)[0])
    return name.count(" ") >= _WORDS - 1 and text[:first] == name[:first] and text.lower() == name.lower()


def _first_of(name: str) -> str:
    word = _CAPITAL.match(name)
    return word[0] if word else ""


def _mention(named: Issuer | Instrument, start: int, end: int) -> Mention:
    if isinstance(named, Instrument):
        return Mention("", start, end, instrument=named.code)
    return Mention(named.code, start, end)


def _means_another(not_when: Sequence[str], text: str, start: int, end: int) -> bool:
    shouted = text[start:end].isupper()  # "SOUTH CHINA SEA"
    for phrase in not_when:
        place = text.find(phrase.upper() if shouted else phrase, max(0, start - len(phrase)), end + len(phrase))
        if 0 <= place <= start and place + len(phrase) >= end:
            return True
    return False


def _is_in_address(text: str, place: int) -> bool:
    """Say whether a stroke before `place` belongs to an address or a path, and does not part two names."""
    before = text[max(0, place - _REACH) : place].rsplit(" ", maxsplit=1)[-1]
    return _ADDRESS.search(before) is not None


def _starts(word: re.Match[str]) -> list[int]:
    """Return where a name may begin in a word: at its head, and behind the hyphens of "Canada-Japan"."""
    return [word.start(), *(word.start() + match.end() for match in re.finditer("-(?=[A-Z])", word[0]))]
