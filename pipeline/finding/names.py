"""The names of issuers, found in a text.

Reads the issuers' names and a text; gives mentions. A name that stands in a phrase that means somebody
else ("Georgia Tech") is none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..issuers import Issuer
from ..records import Mention

_CAPITAL = re.compile(r"(?<![\w.@/-])[A-Z\u00c0-\u00de][\w\u2019'&.-]*")
_APOSTROPHE = "\u2019"


class Names:
    """The names of all issuers, found in a text by their first word, the longest name first."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._by_first: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._not_when: dict[str, tuple[str, ...]] = {}
        for issuer in issuers:
            self._not_when[issuer.code] = issuer.not_when
            for name in {issuer.name, *issuer.aliases}:
                if name[:1].isupper():
                    self._by_first[name.split()[0]].append((name, issuer.code))
        for names in self._by_first.values():
            names.sort(key=lambda pair: (-len(pair[0]), pair[1]))

    def find(self, text: str) -> Iterator[Mention]:
        """Yield the names in `text`, left to right, none inside another."""
        plain = text.replace(_APOSTROPHE, "'")
        free = 0
        for word in _CAPITAL.finditer(plain):
            for start in _starts(word):
                if start < free or (start > word.start() and start != free + 1):
                    continue
                for name, code in self._names_from(plain[start : word.end()]):
                    end = start + len(name)
                    if plain.startswith(name, start) and not plain[end : end + 1].isalnum():
                        if not self._means_another(code, plain, start, end):
                            yield Mention(code, start, end)
                        free = end
                        break

    def _names_from(self, word: str) -> Sequence[tuple[str, str]]:
        """Return the names that may begin with `word`, or with its part before a hyphen: "Japan-led"."""
        while word:
            for first in (word, word.rstrip("."), word.removesuffix("'s"), word.rstrip(".'-").removesuffix("'s")):
                if first in self._by_first:
                    return self._by_first[first]
            word = word.rpartition("-")[0]
        return ()

    def _means_another(self, code: str, text: str, start: int, end: int) -> bool:
        for phrase in self._not_when.get(code, ()):
            place = text.find(phrase, max(0, start - len(phrase)), end + len(phrase))
            if 0 <= place <= start and place + len(phrase) >= end:
                return True
        return False


def _starts(word: re.Match[str]) -> list[int]:
    """Return where a name may begin in a word: at its head, and behind the hyphens of "Canada-Japan"."""
    return [word.start(), *(word.start() + match.end() for match in re.finditer("-(?=[A-Z])", word[0]))]
