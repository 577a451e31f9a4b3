"""Misspellings: the nearest word of the texts, or none; a word that is right is not touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.spelling import nearest

COUNTS = {
    "ransomware": 90, "infrastructure": 900, "critical": 500, "government": 800, "receive": 40, "data": 700, "breach": 60,
    "care": 30, "cyber": 999, "plano": 9, "critcal": 1, "botnets": 30, "botnet": 12,
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ransomwear", "ransomware"), ("infrastucture", "infrastructure"), ("goverment", "government"), ("recieve", "receive"),
        ("cybre", "cyber"), ("overnment", "government"), ("databreach", "data breach"), ("botnetts", "botnets"),
    ],
)  # fmt: skip
def test_a_misspelling_is_the_word_that_is_nearest(typed, meant):
    assert nearest(typed, COUNTS) == meant


def test_of_equally_near_words_the_commonest_is_meant():
    assert nearest("botnett", COUNTS) == "botnets"


@pytest.mark.parametrize("typed", ["bare", "kangaroo", "cat", "2015", "x-ray", "", "databreech"])
def test_what_is_near_to_nothing_is_left_alone(typed):
    assert nearest(typed, COUNTS) == ""


def test_a_word_that_stands_once_is_none_to_mend_to():
    assert nearest("critcall", {"critcal": 1}) == ""


@given(st.text(max_size=20))
def test_nothing_that_can_be_typed_is_an_error(typed):
    assert all(word in COUNTS for word in nearest(typed, COUNTS).split())
