"""Terms: noun phrases that set groups of texts apart, with what several issuers say before what one of them repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terms import Said, distinctive, singular, usage

GRIDS = ["We will patch power grids.", "Power grids will be patched."]


def terms_of(*groups, names=(), most=4):
    """The terms of groups of texts, each text of an issuer of its own; of a pair (issuer, text) it is the first."""
    said = [
        [Said(*reversed(one)) if isinstance(one, tuple) else Said(one, str(place)) for place, one in enumerate(group)]
        for group in groups
    ]
    return distinctive(said, usage([one.text for group in said for one in group], names), most)


def test_terms_set_a_group_apart_from_the_others():
    terms = terms_of(["We will train teachers for schools.", "Schools will get more teachers."], GRIDS)
    assert {"schools", "teachers"} <= set(terms[0])
    assert "power grids" in terms[1]


def test_terms_do_not_repeat_a_word_of_one_another():
    terms = terms_of(["Power grids and power plants.", "Power grids and power plants."], ["Judges.", "Judges."])
    words = [word for term in terms[0] for word in term.split()]
    assert len(words) == len(set(words))


def test_one_word_in_singular_and_plural_is_one_term():
    terms = terms_of(["The exercise is held.", "An exercise is run.", "More exercises."], GRIDS)
    assert [term for term in terms[0] if "exercise" in term] == ["exercise"]


def test_words_that_every_promise_uses_name_no_group():
    assert terms_of(["We will ensure national cyber security."] * 2) == [()]


def test_a_phrase_comes_whole_and_not_a_word_of_it():
    terms = terms_of(["We will fund incident response teams.", "Our incident response teams meet."], GRIDS)
    assert terms[0][0] == "incident response teams"


def test_a_phrase_may_have_an_of_within():
    terms = terms_of(["We will build centres of excellence.", "The centres of excellence meet."], GRIDS)
    assert terms[0][0] == "centres of excellence"


def test_a_phrase_does_not_reach_over_a_comma():
    terms = terms_of(["They help teachers, judges and police.", "They pay teachers, judges and police."], GRIDS)
    assert "teachers judges" not in terms[0]


def test_a_phrase_that_mostly_goes_on_is_no_term():
    texts = [f"We value responsible state {word} here." for word in ("behaviour", "behavior", "conduct")]
    assert not {"responsible state", "state"} & set(terms_of(texts, GRIDS)[0])


def test_what_several_issuers_say_comes_before_what_one_of_them_repeats():
    one = [("A", "The Ministry meets the fellowship."), ("A", "The fellowship meets."), ("A", "It has the fellowship.")]
    several = [("B", "They meet teachers."), ("C", "They pay teachers.")]
    terms = terms_of([*one, *several], GRIDS)[0]
    assert terms.index("teachers") < terms.index("fellowship")


def test_an_acronym_comes_after_a_word_that_is_as_common():
    terms = terms_of(["It is for the DHS, and for teachers."] * 2, GRIDS)[0]
    assert terms == ("teachers", "DHS")


def test_an_acronym_that_is_all_there_is_remains():
    assert terms_of(["It is for the DHS.", "It is up to the DHS."], GRIDS)[0] == ("DHS",)


def test_the_name_of_a_state_is_no_term():
    texts = ["We pay Japan and teachers.", "We meet Japan and teachers."]
    assert terms_of(texts, GRIDS, names=["Japan"])[0] == ("teachers",)


def test_a_word_that_follows_to_and_will_is_no_term():
    texts = [f"They will launder it {place}." for place in "abcdef"]
    assert not any("launder" in term for term in terms_of(texts, GRIDS)[0])


def test_a_word_in_ing_that_takes_an_object_is_no_term_and_another_is():
    texts = [
        f"By mending the {word}, and by more sharing." for word in ("roof", "door", "floor", "gate", "path", "wall")
    ]
    words = terms_of(texts, GRIDS)[0]
    assert "sharing" in words
    assert "mending" not in words


def test_an_adjective_alone_is_no_term():
    texts = ["The rules are bilateral.", "The teams are bilateral."]
    assert "bilateral" not in terms_of(texts, GRIDS)[0]


def test_where_all_texts_are_one_group_its_commonest_words_are_its_terms():
    assert terms_of(["They pay teachers.", "They meet teachers."]) == [("teachers",)]


def test_a_phrase_of_few_texts_names_no_large_group():
    rare = ["They meet the fellowship."] * 4
    assert "fellowship" not in terms_of([*rare, *["They pay teachers."] * 120], GRIDS)[0]


def test_no_more_terms_are_given_than_asked_for():
    texts = ["They pay teachers and judges.", "They meet teachers and judges."]
    assert [len(terms) for terms in terms_of(texts, GRIDS, most=1)] == [1, 1]


def test_an_acronym_keeps_its_capitals():
    terms = terms_of(["We will fund the CERT.", "CERT exercises will be held."], GRIDS)
    assert "CERT" in " ".join(terms[0])
    assert "cert" not in " ".join(terms[0])


def test_a_name_of_two_words_keeps_its_capitals():
    assert "Budapest Convention" in terms_of(["We will ratify the Budapest Convention."] * 2, GRIDS)[0]


def test_a_term_is_written_as_it_is_written_most():
    texts = ["We will fund the Cert.", "We will pay the CERT.", "We will staff the CERT."]
    assert "CERT" in terms_of(texts, GRIDS)[0]


def test_the_capital_with_which_a_sentence_begins_is_not_kept():
    texts = ["Laptops will go to schools. Schools will get laptops."] * 2
    assert "Schools" not in " ".join(terms_of(texts, GRIDS)[0])


@pytest.mark.parametrize(
    ("word", "alone"),
    [
        ("teams", "team"), ("policies", "policy"), ("businesses", "business"), ("exercises", "exercise"), ("crisis", "crisis"),
        ("status", "status"), ("nation's", "nation"), ("breaches", "breach"), ("eu", "eu"),
    ],
)  # fmt: skip
def test_the_singular_of_a_word(word, alone):
    assert singular(word) == alone


@given(st.lists(st.lists(st.text("abC dE.'-,", max_size=30), min_size=1, max_size=4), min_size=1, max_size=3))
def test_every_term_stands_in_a_text_of_its_group(groups):
    for terms, texts in zip(terms_of(*groups), groups, strict=True):
        held = " ".join(texts).lower()
        assert all(term.lower() in " ".join(held.split()) for term in terms)
