"""Touching: which words of a theme stand in a text, and where they count."""

from __future__ import annotations

import pytest

from pipeline.themes import load_context, load_themes
from pipeline.touching import all_within, words_in, words_pattern

LAW = words_pattern(["legislat*", "laws"])
CYBER = words_pattern(["cyber*"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cyber legislation and LAWS.", ("laws", "legislation")),
        ("Laws on fishing. Cyber matters.", ()),
        ("Cyber matters.", ()),
        ("Outlaws of cyberspace", ()),
    ],
)
def test_words_of_a_theme_count_in_a_sentence_on_cyberspace(text, expected):
    assert words_in(text, LAW, CYBER) == expected


def test_under_a_heading_on_cyberspace_every_sentence_counts():
    assert words_in("Laws on fishing.", LAW, CYBER, headings="Cyber strategy") == ("laws",)


def test_no_words_are_found_nowhere():
    assert words_in("Cyber laws.", words_pattern([]), CYBER) == ()


@pytest.mark.parametrize("theme", load_themes(), ids=lambda theme: theme.code)
def test_every_theme_has_words_in_small_letters_by_which_a_text_touches_it(theme):
    assert theme.touches
    assert all(word == word.lower() for word in (*theme.touches, *load_context()))


PASSAGE = "Legislation matters. We will pass Laws against cross\u2011border crime."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["laws"], True), (["laws", "cross-border"], True), (["legislation"], False), (["laws", "legislation"], False),
        (["law"], False), ([], False),
    ],
)  # fmt: skip
def test_words_are_within_promises_when_none_of_them_stands_outside(words, found):
    start = PASSAGE.index("We will")
    assert all_within(words, PASSAGE, [(start, len(PASSAGE))]) is found


def test_promises_that_overlap_are_one_stretch():
    assert all_within(["laws"], PASSAGE, [(21, len(PASSAGE)), (21, 40)])
    assert not all_within(["laws"], PASSAGE, [(0, 20)])
