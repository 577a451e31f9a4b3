"""Names said in short and in full: "CSIRT" and "computer security incident response team".

Reads `corpora/acronyms.toml`; gives for each form the other forms that mean the same. A form is a
tuple of words in lower case, without the ending of a plural. A name in short may have full stops between its letters,
which makes each letter a word: "U.N." is ("u", "n").
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from ..settings import bundled
from .words import Form, words_of

FILE = "acronyms.toml"

SHORT = 5
"""Letters of the longest name that is not said in full."""
STOPPED = re.compile(r"(?<![\w.])([^\W\d_](?:\.[^\W\d_])+\.?s?)(?!\w)")
"""A name in short with full stops between its letters."""


@cache
def others() -> dict[Form, tuple[Form, ...]]:
    """Return for each form the others of its line, as they are to be searched for."""
    content = tomllib.loads((bundled("corpora") / FILE).read_text("utf-8"))
    found: dict[Form, tuple[Form, ...]] = {}
    for line in content["same"]:
        listed = [words_of(text) for text in line]
        forms = [*listed, *(tuple(form[0]) for form in listed if len(form) == 1 and len(form[0]) <= SHORT)]
        for form in forms:
            found[singular(form)] = tuple(other for other in forms if other != form)
    return found


def singular(words: Form) -> Form:
    """Return words without the "s" of a plural, to compare them: "CERTs" is "CERT"."""
    return tuple(word.removesuffix("s") if len(word) > 2 else word for word in words)


def without_stops(text: str) -> str:
    """Return a text with the names in short written without full stops: "C.E.R.T." as "CERT"."""
    return STOPPED.sub(lambda match: match[0].replace(".", ""), text)
