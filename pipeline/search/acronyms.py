"""Names said in short and in full: "CSIRT" and "computer security incident response team".

Reads `corpora/acronyms.toml`; gives for each form the other forms that mean the same. A form is a
tuple of words in lower case, without the ending of a plural.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from ..settings import bundled

FILE = "acronyms.toml"
Form = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")


@cache
def others() -> dict[Form, tuple[Form, ...]]:
    """Return for each form the others of its line, as they are to be searched for."""
    content = tomllib.loads((bundled("corpora") / FILE).read_text("utf-8"))
    found: dict[Form, tuple[Form, ...]] = {}
    for line in content["same"]:
        forms = [words_of(text) for text in line]
        for form in forms:
            found[singular(form)] = tuple(other for other in forms if other != form)
    return found


def words_of(text: str) -> Form:
    """Return the words of a text in lower case."""
    return tuple(word.lower() for word in _WORD.findall(text))


def singular(words: Form) -> Form:
    """Return words without the "s" of a plural, to compare them: "CERTs" is "CERT"."""
    return tuple(word.removesuffix("s") if len(word) > 2 else word for word in words)
