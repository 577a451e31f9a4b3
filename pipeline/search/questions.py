"""What somebody typed into the search box, and the full-text query made of it.

Reads a string; gives a `Question`. Nothing that can be typed is an error: quotation marks make a
phrase, a minus excludes, OR joins alternatives, and every other sign is read as white space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from .acronyms import Form, others, singular, words_of

_TOKEN = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_OWNING = re.compile(r"'s$", re.IGNORECASE)
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"', "\u2019": "'"})
SAY_NOTHING = frozenset(
    "a an and are as at be by can do does for from has have how if in is it its of on or that the their this to was "
    "were what when where which who whom why will with would about into than then there these those "
    "no not any all other others some such more most each every both only own same so too very they them we our".split()
)
_LONGEST = 500
_SHORT = 5
"""Letters of the longest word of a name that is not said in full."""
_MOST = 12
"""Groups that are combined in pairs."""


@dataclass(frozen=True)
class Question:
    """A question taken apart. `required` are groups of alternatives: each holds terms joined by OR.

    A term is a tuple of words: one for a word, several for a phrase, a number ("500,000") or a name ("R&D").
    `quoted` are the places of the groups that stood between quotation marks.
    """

    text: str
    required: tuple[tuple[Form, ...], ...]
    excluded: tuple[Form, ...]
    quoted: frozenset[int] = frozenset()

    @property
    def is_exact(self) -> bool:
        """Whether a phrase was asked for: then what does not hold it is no answer."""
        return bool(self.exact)

    @property
    def needs_words(self) -> bool:
        """Whether words alone can answer it: likeness in meaning keeps to no phrase and leaves out no word."""
        return self.is_exact or bool(self.excluded)

    def is_held_by(self, text: str) -> bool:
        """Say whether a text holds every phrase that was asked for, word for word."""
        words = f" {' '.join(words_of(text))} " if self.is_exact else ""
        return all(any(f" {' '.join(term)} " in words for term in self.required[place]) for place in self.exact)

    @cached_property
    def exact(self) -> list[int]:
        """The places of the groups that hold a phrase."""
        return [place for place in sorted(self.quoted) if any(len(term) > 1 for term in self.required[place])]

    @property
    def terms(self) -> list[tuple[str, ...]]:
        """All terms that are asked for, phrases and words."""
        return [term for group in self.required for term in group]

    @property
    def telling(self) -> list[tuple[tuple[str, ...], ...]]:
        """The groups that say something: without "the", "of" and "where", unless nothing else is there."""
        kept = [group for group in self.required if any(len(term) > 1 or term[0] not in SAY_NOTHING for term in group)]
        return kept or list(self.required)

    @property
    def words(self) -> list[str]:
        """The words that say something, one by one, those of phrases too; a number or a name of two parts is one word."""
        groups = [(place in self.quoted, term) for place, group in enumerate(self.required) for term in group]
        found = [word for is_phrase, term in groups for word in (term if is_phrase else ("-".join(term),))]
        return [word for word in dict.fromkeys(found) if word not in SAY_NOTHING]

    @cached_property
    def named(self) -> dict[tuple[int, int], tuple[Form, ...]]:
        """Names that it says in short or in full: (first, end) of their groups, and the other forms of the name.

        A phrase is exact, and alternatives are the asker's own: neither has other forms.
        """
        known, longest = others(), max(map(len, others()))
        found: dict[tuple[int, int], tuple[Form, ...]] = {}
        first = 0
        while first < len(self.required):
            ends = range(min(len(self.required), first + longest), first, -1)
            end = next((end for end in ends if self._words(first, end) in known), 0)
            if end:
                found[first, end] = known[self._words(first, end)]
            first = end or first + 1
        return found

    def _words(self, first: int, end: int) -> Form:
        """Return the words of a run of groups, to look a name up; none when a phrase or an alternative is among them."""
        groups = self.required[first:end]
        if any(len(group) > 1 for group in groups) or self.quoted & set(range(first, end)):
            return ()
        return singular(tuple(word for group in groups for word in group[0]))

    @property
    def meant(self) -> str:
        """The text as an encoder should read it: a name in short with its name in full behind it."""
        in_full = [
            next((form for form in forms if max(map(len, form)) > _SHORT), None)
            for (first, end), forms in self.named.items()
            if end - first == 1
        ]
        spelt = ", ".join(" ".join(form) for form in in_full if form)
        return f"{self.text} ({spelt})" if spelt else self.text

    def fts(self, *, every: bool) -> str:
        """Return the FTS5 query, or "" when there is no word in the question.

        Args:
            every: whether all groups must match, or any two; of two groups, any one.
        """
        if not self.required:
            return ""
        units = self._units(every)
        if every:
            joined = " AND ".join(units)
        elif len(units) < 3:
            joined = " OR ".join(units)
        else:
            # One word of many in common is chance, and would push what is meant down the list.
            joined = " OR ".join(f"({a} AND {b})" for a, b in combinations(units[:_MOST], 2))
        if self.excluded:
            return f"({joined}) NOT ({' OR '.join(map(_quoted, self.excluded))})"
        return joined

    def _units(self, every: bool) -> list[str]:
        """Return what has to match, each as FTS5 says it: a group that says something, or a name in any of its forms.

        Of a name in full, the words count one by one where not all of them have to be there.
        """
        telling = set(self.telling)
        units: list[str] = []
        first = 0
        while first < len(self.required):
            end, forms = next(((e, forms) for (f, e), forms in self.named.items() if f == first), (first + 1, ()))
            parts = [_either(group) for group in self.required[first:end] if group in telling]
            if forms and parts and (every or len(parts) == 1):
                units.append(f"(({' AND '.join(parts)}) OR {' OR '.join(map(_quoted, forms))})")
            else:
                units += parts
            first = end
        return units


def parse(text: str) -> Question:
    """Return what `text` asks for."""
    text = text.encode("utf-8", "replace").decode().translate(_QUOTES)[:_LONGEST]
    required: list[list[tuple[str, ...]]] = []
    excluded: list[tuple[str, ...]] = []
    quoted: set[int] = set()
    joins = False
    for match in _TOKEN.finditer(text):
        if match["word"] == "OR" and required:
            joins = True
            continue
        words = words_of(match["phrase"] if match["phrase"] is not None else _OWNING.sub("", match["word"]))
        if not words:
            continue
        if match["minus"]:
            excluded.append(words)
        elif joins:
            required[-1].append(words)
        elif match["phrase"] is not None or singular(words) in others() or all(map(str.isdigit, words)):
            required.append([words])
        else:
            required += [[(word,)] for word in words]  # a hyphen makes no phrase
        if match["phrase"] is not None and not match["minus"]:
            quoted.add(len(required) - 1)
        joins = False
    groups = tuple(tuple(group) for group in required)
    return Question(text.strip(), groups, tuple(excluded), frozenset(quoted))


def with_words(text: str, others: Mapping[str, str], *, quoted: bool = False) -> str:
    """Return what was typed with other words for some of it; what is left out stays, and phrases do unless `quoted`."""

    def mended(match: re.Match[str]) -> str:
        if match["minus"] or (match["phrase"] is not None and not quoted):
            return match[0]
        return _WORD.sub(lambda word: others.get(word[0].lower(), word[0]), match[0])

    return _TOKEN.sub(mended, text)


def _quoted(term: tuple[str, ...]) -> str:
    return '"' + " ".join(term) + '"'


def _either(group: tuple[tuple[str, ...], ...]) -> str:
    return "(" + " OR ".join(map(_quoted, group)) + ")" if len(group) > 1 else _quoted(group[0])
