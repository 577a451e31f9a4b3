"""What somebody typed into the search box, and the full-text query made of it.

Reads a string; gives a `Question`. Nothing that can be typed is an error: quotation marks make a
phrase, a minus excludes, OR joins alternatives, and every other sign is read as white space. The full-text index
knows words by their stems; so that a phrase is exact, `is_held_by` looks at what the index found.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from .acronyms import SHORT, STOPPED, others, singular, without_stops
from .words import Form, Span, places_of, plain, words_at, words_of

_TOKEN = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_OWNING = re.compile(r"'s$", re.IGNORECASE)
SAY_NOTHING = frozenset(
    "a an and are as at be by can do does for from has have how if in is it its of on or that the their this to was "
    "were what when where which who whom why will with would about into than then there these those "
    "no not any all other others some such more most each every both only own same so too very they them we our eg ie".split()
)
_LONGEST = 500
_MOST = 12
"""Groups that are combined in pairs."""


@dataclass(frozen=True)
class Question:
    """A question taken apart. `required` are groups of alternatives: each holds terms joined by OR.

    A term is a tuple of words: one for a word, several for a phrase, a number ("500,000") or a name ("R&D").
    `quoted` are the places of the groups that stood between quotation marks, and `barred` what stood so behind a minus:
    these are compared letter for letter, in upper case or lower. `excluded` are left out whatever their ending.
    """

    text: str
    required: tuple[tuple[Form, ...], ...]
    excluded: tuple[Form, ...]
    quoted: frozenset[int] = frozenset()
    barred: tuple[Form, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether something stood between quotation marks: then the index, which knows stems, cannot answer alone."""
        return bool(self.quoted or self.barred)

    @property
    def needs_words(self) -> bool:
        """Whether words alone can answer it: likeness in meaning keeps to no phrase and leaves out no word."""
        return self.is_exact or bool(self.excluded)

    def is_held_by(self, text: str) -> bool:
        """Say whether a text holds everything that stood between quotation marks, letter for letter, and nothing that is barred."""
        words = words_at(text)
        return all(any(places_of(term, words) for term in self.required[place]) for place in self.quoted) and not any(
            places_of(term, words) for term in self.barred
        )

    def quotes_in(self, text: str) -> list[Span]:
        """Return (start, end) of each place of a text that holds what stood between quotation marks."""
        words = words_at(text) if self.quoted else []
        return [span for place in self.quoted for term in self.required[place] for span in places_of(term, words)]

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
        found = [
            word
            for is_phrase, term in groups
            if is_phrase or len(term) == 1 or ("".join(term),) not in self.terms
            for word in (term if is_phrase else ("-".join(term),))
        ]
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
            next((form for form in forms if max(map(len, form)) > SHORT), None)
            for (first, end), forms in self.named.items()
            if end - first == 1
        ]
        spelt = ", ".join(" ".join(form) for form in in_full if form)
        text = without_stops(self.text)
        return f"{text} ({spelt})" if spelt else text

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
            joined = " OR ".join(f"({a} AND {b})" for a, b in itertools.combinations(units[:_MOST], 2))
        if self.excluded:
            return f"({joined}) NOT ({' OR '.join(map(_quoted, self.excluded))})"
        return joined

    def fts_of_any(self) -> str:
        """Return the FTS5 query for any of the words that are looked for whatever their ending, "" when there is none."""
        telling = set(self.telling)
        groups = [group for place, group in enumerate(self.required) if place not in self.quoted and group in telling]
        terms = [*(term for group in groups for term in group), *itertools.chain(*self.named.values())]
        return " OR ".join(map(_quoted, dict.fromkeys(terms)))

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
    text = plain(text[:_LONGEST].encode("utf-8", "replace").decode())[:_LONGEST]
    required: list[list[Form]] = []
    excluded: list[Form] = []
    barred: list[Form] = []
    quoted: set[int] = set()
    joins = False
    for match in _TOKEN.finditer(text):
        if match["word"] == "OR" and required:
            joins = True
            continue
        phrase = match["phrase"]
        groups = _groups(match["word"]) if phrase is None else [[words_of(phrase)]] if words_of(phrase) else []
        if not groups:
            continue
        if match["minus"]:
            if phrase is None:
                excluded += _spelt(_together(groups))
            else:
                barred += groups[0]
            continue
        if joins:
            alternatives = required[-1] + _together(groups)
            is_exact = phrase is not None or len(required) - 1 in quoted
            required[-1] = alternatives if is_exact else _spelt(alternatives)
        else:
            required += groups
        if phrase is not None:
            quoted.add(len(required) - 1)
        joins = False
    return Question(text, tuple(map(tuple, required)), tuple(excluded), frozenset(quoted), tuple(barred))


def _groups(word: str) -> list[list[Form]]:
    """Return what stands between two blanks as groups: a number or a name is one, and a hyphen makes no phrase."""
    found: list[list[Form]] = []
    for place, piece in enumerate(STOPPED.split(_OWNING.sub("", word))):
        words = words_of(piece)
        if place % 2:
            found += _stopped(words)
        elif words and (singular(words) in others() or all(map(str.isdigit, words))):
            found.append([words])
        else:
            found += [[(one,)] for one in words]
    return found


def _stopped(letters: Form) -> list[list[Form]]:
    """Return the group of a name in short with full stops: texts have it with them or without, or it says nothing."""
    name = ("".join(letters),)
    if name[0] in {"eg", "ie"}:
        return []
    if singular(name) in others():
        return [[name]]  # the index is asked for all forms of a name that is known
    return [[letters] if name[0] in SAY_NOTHING else [name, letters]]


def _spelt(terms: list[Form]) -> list[Form]:
    """Return terms, each known name in short with full stops between its letters behind it."""
    return list(
        dict.fromkeys(
            form
            for term in terms
            for form in (term, tuple(term[0]))
            if form == term or (len(term) == 1 and len(form) <= SHORT and form in others())
        )
    )


def _together(groups: list[list[Form]]) -> list[Form]:
    """Return groups as alternatives of one: words that no blank parts are a phrase, where one is left out or is an alternative."""
    if len(groups) == 1:
        return groups[0]
    return [tuple(itertools.chain(*(group[0] for group in groups)))]


def with_words(text: str, others: Mapping[str, str], *, quoted: bool = False, beside: bool = False) -> str:
    """Return what was typed with other words for some of it; what is left out stays, and phrases do unless `quoted`.

    Args:
        beside: keep each word, and put the other beside it as an alternative, where no hyphen or other sign is at it.
    """

    def mended(match: re.Match[str]) -> str:
        if match["minus"] or (match["phrase"] is not None and not quoted):
            return match[0]
        if beside:
            other = others.get(" ".join(words_of(match[0])))
            return f"{match[0]} OR {other}" if other else match[0]
        return _WORD.sub(lambda word: others.get(word[0].lower(), word[0]), match[0])

    return _TOKEN.sub(mended, text)


def unquoted(text: str) -> str:
    """Return what was typed without the quotation marks of its phrases, or "" where it has none; what is left out stays."""
    if not parse(text).quoted:
        return ""
    return _TOKEN.sub(
        lambda match: match[0] if match["minus"] or match["phrase"] is None else match["phrase"], plain(text)
    )


def _quoted(term: tuple[str, ...]) -> str:
    return '"' + " ".join(term) + '"'


def _either(group: tuple[tuple[str, ...], ...]) -> str:
    return "(" + " OR ".join(map(_quoted, group)) + ")" if len(group) > 1 else _quoted(group[0])
