"""Whether a text touches a theme at all, whatever theme its passages are filed under: by the theme's own words.

Reads texts; gives words. A passage is filed under the themes that it is about, and may speak of others beside
them: who legislates against cybercrime speaks of law. A theme is called absent where no word of it stands either.
Texts of summits speak of all fields of politics, so a word counts where the text is about cyberspace: in a document
or under a heading that says so, or in a sentence with a word that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .ids import same_text

_SENTENCE_ENDS = re.compile(r"(?<=[.;!?])\s+")


def words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of whole words, capitals or not; a final * stands for any ending. Of no words it finds none."""
    parts = [re.escape(word).replace(r"\*", r"\w*").replace("'", "['\u2019]") for word in words]
    return re.compile(rf"\b(?:{'|'.join(parts)})\b" if parts else r"(?!)", re.IGNORECASE)


def words_in(text: str, theme: re.Pattern[str], context: re.Pattern[str], *, headings: str = "") -> tuple[str, ...]:
    """Return the words of a theme that stand in a text, in small letters and each once.

    Args:
        theme: finds the theme's words.
        context: finds words of cyberspace.
        headings: what stands above the text: the document's title, and the headings of its section.
    """
    is_ours = context.search(headings) is not None
    parts = [text] if is_ours else [part for part in _SENTENCE_ENDS.split(text) if context.search(part)]
    return tuple(sorted({match[0].lower() for part in parts for match in theme.finditer(part)}))


def all_within(words: Iterable[str], text: str, spans: Iterable[tuple[int, int]]) -> bool:
    """Say whether each of these words stands in one of the spans (start, end) of a text, and none of them outside."""
    inside, outside, place = [], [], 0
    for start, end in sorted(spans):
        outside.append(text[place:start])
        inside.append(text[start:end])
        place = max(place, end)
    held, rest = (same_text(" ; ".join(parts)) for parts in (inside, [*outside, text[place:]]))
    patterns = [words_pattern([same_text(word)]) for word in words]
    return bool(patterns) and all(one.search(held) and not one.search(rest) for one in patterns)
