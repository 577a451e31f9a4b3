"""Misspellings: for a word that no text holds, or hardly any, the word of the texts that is nearest to it.

Works on the counts of the words that are searched; reads and writes nothing. Who searches says what
was taken for what: a word is never changed in silence.
"""

from __future__ import annotations

from collections.abc import Mapping

SHORTEST = 4
"""Letters below which every word is near to some other."""
_LONG = 8
"""Letters from which two mistakes are forgiven instead of one."""
LEAST = 3
"""How often a word has to stand in the texts: one that stands there once may be a misspelling itself."""
_SURELY = 50
"""How often the other word has to, where the word itself stands in a text or two: most such words are right, and rare."""
_OFTEN = 10
"""How often both halves of a word have to, before it is taken for two that were written together."""


def nearest(word: str, counts: Mapping[str, int], *, stands: bool = False) -> str:
    """Return the word, or the two words, that somebody meant who typed a word that stands nowhere; "" when none is near.

    Args:
        stands: whether it does stand in a text or two; then one mistake is forgiven, and no first letter.

    A mistake is a letter too many, too few, or another one, or two neighbours in the wrong order. Of equally near words
    one with the same first letter comes first, then the commonest; where there are two mistakes, and in a short word,
    the first letter has to be right.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    if len(word) < SHORTEST or not word.isalpha():
        return ""
    most, least = (2 if len(word) >= _LONG and not stands else 1), (_SURELY if stands else LEAST)
    near = [
        (int(mistakes), other[0] != word[0], -counts[other], other)
        for other, mistakes, _ in extract(word, counts.keys(), scorer=OSA.distance, score_cutoff=most, limit=None)
        if counts[other] >= least
        and other != word
        and (other[0] == word[0] or (mistakes == 1 and len(word) > SHORTEST + 1 and not stands))
    ]
    if near:
        return min(near)[3]
    return "" if stands else _parted(word, counts)


def _parted(word: str, counts: Mapping[str, int]) -> str:
    """Return a word in two, where both stand in the texts: "databreach" is "data breach"."""
    halves = [
        (min(counts.get(word[:cut], 0), counts.get(word[cut:], 0)), f"{word[:cut]} {word[cut:]}")
        for cut in range(SHORTEST, len(word) - SHORTEST + 1)
    ]
    often, best = max(halves, default=(0, ""))
    return best if often >= _OFTEN else ""
