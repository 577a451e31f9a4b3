"""Words as they are compared: those that somebody typed, and those of the texts.

Reads strings; gives words. Texts are kept as they are printed, with invisible signs gone and ligatures spelt out
(`fold()`); what is typed is brought into the same signs, whatever a keyboard or a clipboard made of it.
"""

from __future__ import annotations

import re
import unicodedata

from ..segmenting.rows import fold

Form = tuple[str, ...]
"""A word, or several that belong together, in lower case."""
Span = tuple[int, int]

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")
"""A word, also where accents stand behind their letters instead of in them."""
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict.fromkeys("\u2122\u2120", " "),  # the index takes a sign of a trade mark for no letter
    }
)


def plain(text: str) -> str:
    """Return what somebody typed in the signs that texts have: accents in their letters, no full width, plain quotes."""
    return fold(unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN))


def words_of(text: str) -> Form:
    """Return the words of a text in lower case."""
    return tuple(word for word, _ in words_at(text))


def words_at(text: str) -> list[tuple[str, Span]]:
    """Return the words of a text in lower case, each with its (start, end)."""
    return [(unicodedata.normalize("NFKC", match[0]).lower(), match.span()) for match in _WORD.finditer(text)]


def places_of(form: Form, words: list[tuple[str, Span]]) -> list[Span]:
    """Return (start, end) of each place at which words stand one behind the other, letter for letter."""
    return [
        (words[place][1][0], words[place + len(form) - 1][1][1])
        for place in range(len(words) - len(form) + 1)
        if all(words[place + number][0] == word for number, word in enumerate(form))
    ]
