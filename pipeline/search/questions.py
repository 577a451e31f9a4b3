"""What somebody typed into the search box, and the full-text query made of it.

Reads a string; gives a `Question`. Nothing that can be typed is an error: quotation marks make a
phrase, a minus excludes, OR joins alternatives, and every other sign is read as white space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

_TOKEN = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"', "\u2019": "'"})
_SAY_NOTHING = frozenset(
    "a an and are as at be by can do does for from has have how if in is it its of on or that the their this to was "
    "were what when where which who whom why will with would about into than then there these those "
    "no not any all other others some such more most each every both only own same so too very they them we our".split()
)
_LONGEST = 500
_MOST = 12
"""Groups that are combined in pairs."""


@dataclass(frozen=True)
class Question:
    """A question taken apart. `required` are alternatives: each tuple holds terms joined by OR.

    A term is a tuple of words: one for a word, several for a phrase.
    """

    text: str
    required: tuple[tuple[tuple[str, ...], ...], ...]
    excluded: tuple[tuple[str, ...], ...]

    @property
    def is_exact(self) -> bool:
        """Whether a phrase was asked for: then what does not hold it is no answer."""
        return any(len(term) > 1 for group in self.required for term in group)

    @property
    def terms(self) -> list[tuple[str, ...]]:
        """All terms that are asked for, phrases and words."""
        return [term for group in self.required for term in group]

    @property
    def telling(self) -> list[tuple[tuple[str, ...], ...]]:
        """The groups that say something: without "the", "of" and "where", unless nothing else is there."""
        kept = [group for group in self.required if any(len(term) > 1 or term[0] not in _SAY_NOTHING for term in group)]
        return kept or list(self.required)

    def fts(self, *, every: bool) -> str:
        """Return the FTS5 query, or "" when there is no word in the question.

        Args:
            every: whether all groups must match, or any two; of two groups, any one.
        """
        groups = self.telling
        if not groups:
            return ""
        if every:
            joined = " AND ".join(map(_either, groups))
        elif len(groups) < 3:
            joined = " OR ".join(map(_either, groups))
        else:
            # One word of many in common is chance, and would push what is meant down the list.
            joined = " OR ".join(f"({_either(a)} AND {_either(b)})" for a, b in combinations(groups[:_MOST], 2))
        if self.excluded:
            return f"({joined}) NOT ({' OR '.join(map(_quoted, self.excluded))})"
        return joined


def parse(text: str) -> Question:
    """Return what `text` asks for."""
    text = text.encode("utf-8", "replace").decode().translate(_QUOTES)[:_LONGEST]
    required: list[list[tuple[str, ...]]] = []
    excluded: list[tuple[str, ...]] = []
    joins = False
    for match in _TOKEN.finditer(text):
        if match["word"] == "OR" and required:
            joins = True
            continue
        words = tuple(
            word.lower() for word in _WORD.findall(match["phrase"] if match["phrase"] is not None else match["word"])
        )
        if not words:
            continue
        if match["minus"]:
            excluded.append(words)
        elif joins:
            required[-1].append(words)
        else:
            required.append([words])
        joins = False
    return Question(text.strip(), tuple(tuple(group) for group in required), tuple(excluded))


def _quoted(term: tuple[str, ...]) -> str:
    return '"' + " ".join(term) + '"'


def _either(group: tuple[tuple[str, ...], ...]) -> str:
    return "(" + " OR ".join(map(_quoted, group)) + ")" if len(group) > 1 else _quoted(group[0])
