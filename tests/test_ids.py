"""Names for things: digests, sameness of texts, counts among equals, slugs."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ids import _ALIKE, _EDGES, digest, file_digest, numbered, same_text, slug

TYPED = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from([*_ALIKE, *_EDGES, "ﬃ", "ǅ", "İ", "\u00a0", "\x1c", "\u2028"]))
)
"""Texts with the letters that count as others, and those that take care to fold."""
WORDS = st.text(alphabet="abcdeé ÄßØ-_'’123", max_size=80)


def test_a_digest_is_sixteen_hexadecimal_digits():
    assert digest("canada", 3) == hashlib.blake2b(b"canada\x1f3", digest_size=8).hexdigest()
    assert len(digest("canada", 3)) == 16


def test_the_border_between_parts_counts_in_a_digest():
    assert digest("ab", "c") != digest("a", "bc")


def test_a_lone_surrogate_has_a_digest():
    assert len(digest("\ud800")) == 16


@given(st.lists(st.text(alphabet="ab"), max_size=3), st.lists(st.text(alphabet="ab"), max_size=3))
def test_two_lists_of_parts_have_one_digest_only_when_they_are_equal(one, other):
    assert (digest(*one) == digest(*other)) == ((one or [""]) == (other or [""]))


def test_the_digest_of_a_file_is_its_sha_256(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"We will act.")
    assert file_digest(path) == hashlib.sha256(b"We will act.").hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We will act.", "we WILL act"),
        ("We will\n  act", "We will act"),
        ("“We will act”", '"We will act"'),
        ("the state’s duty", "the state's duty"),
        ("2017–2020", "2017-2020"),
        ("co\u00adoperate", "cooperate"),
        ("e\ufb03cient", "efficient"),
        ("• We will act;", "We will act"),
    ],
)
def test_typography_does_not_make_a_text_another(one, other):
    assert same_text(one) == same_text(other)


@given(TYPED)
def test_a_text_is_folded_letter_by_letter(text):
    """Ids hang on it: however it is done, nothing else may come of it."""
    folded = "".join(_ALIKE.get(letter, letter) for letter in unicodedata.normalize("NFKC", text)).casefold()
    assert same_text(text) == re.sub(r"\s+", " ", folded).strip(_EDGES)


@pytest.mark.parametrize("other", ["We will not act", "We will act now", "We shall act", "Wewill act"])
def test_a_word_makes_a_text_another(other):
    assert same_text("We will act") != same_text(other)


@given(st.text(alphabet="aB é’“\n\t.-•\u200b\u00ad"))
def test_the_same_text_of_a_same_text_is_itself(text):
    assert same_text(same_text(text)) == same_text(text)


def test_keys_are_numbered_among_their_equals():
    assert list(numbered(["a", "b", "a", "a", "b"])) == [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("b", 1)]


@given(st.lists(st.sampled_from("abc")))
def test_no_two_numbered_keys_are_equal(keys):
    found = list(numbered(keys))
    assert len(set(found)) == len(keys)
    assert [key for key, _ in found] == keys


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Canada's Cyber Security Strategy", "canadas-cyber-security-strategy"),
        ("Stratégie nationale (2018)", "strategie-nationale-2018"),
        ("  --  ", ""),
        ("サイバー", ""),
    ],
)
def test_a_slug_is_words_of_ascii_joined_by_hyphens(text, expected):
    assert slug(text) == expected


def test_a_slug_ends_with_a_whole_word():
    assert slug("national cyber security strategy", most=20) == "national-cyber"


def test_a_first_word_that_is_too_long_is_cut():
    assert slug("incomprehensibilities", most=5) == "incom"


@given(WORDS, st.integers(min_value=1, max_value=40))
def test_a_slug_is_never_longer_than_it_may_be(text, most):
    found = slug(text, most=most)
    assert len(found) <= most
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
