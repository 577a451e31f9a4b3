"""Names for things: `digest()` makes an id, `same_text()` says when two texts are one.

An id depends on what a thing says and on nothing else, so that a rerun, or a better reader, gives
the same promise the same address.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

_ALIKE = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u00ad": "", "\u200b": "", "\u200e": "", "\u200f": "", "\ufeff": "",
}  # fmt: skip
_EDGES = " \t\n.,;:!?-*'\"\u2022()[]"


def digest(*parts: object) -> str:
    """Return a 16-character hexadecimal id of `parts`.

    64 bits: among a million things the chance of one collision is about one in forty million.
    Parts are separated by a byte that no text holds, so ("ab", "c") and ("a", "bc") differ.
    """
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same_text(text: str) -> str:
    """Return `text` in the form in which two writings of one sentence are equal.

    Typography, case, white space and the punctuation at both ends do not count; words do.
    """
    # Every text is asked again and again. Most are ASCII; and a replacement for each of these letters takes an eighth of
    # the time of `str.translate()`.
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        for letter, alike in _ALIKE.items():
            text = text.replace(letter, alike)
    return " ".join(text.casefold().split()).strip(_EDGES)


def numbered(keys: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield each key with how many times it has been seen before, from nought.

    The count tells apart equal sentences of one document.
    """
    seen: dict[str, int] = {}
    for key in keys:
        nth = seen.get(key, 0)
        seen[key] = nth + 1
        yield key, nth


def slug(text: str, *, most: int = 60) -> str:
    """Return `text` as lower-case ASCII words joined by hyphens, at most `most` characters.

    Letters without an ASCII form are dropped; a text of none gives "".
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text.replace("'", "").lower())
    kept = ""
    for word in words:
        longer = f"{kept}-{word}" if kept else word
        if len(longer) > most:
            break
        kept = longer
    return kept or "".join(words)[:most]
