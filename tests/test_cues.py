"""Cues: the lists of words, and what they must not match."""

from __future__ import annotations

import pytest

from pipeline.finding import cues


@pytest.mark.parametrize(
    "text",
    [
        "We aim to train staff.",
        "The Agency seeks to train staff.",
        "The Government intends to train staff.",
        "It is our intention to train staff.",
        "The objective is to train staff.",
        "We endeavour to train staff.",
    ],
)
def test_words_that_only_aspire_are_known(text):
    assert cues.ASPIRING.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "We commit to sharing reports.",
        "Ministers commit themselves to sharing reports.",
        "The Government is committed to sharing reports.",
        "The parties agree to share reports.",
        "The Agency plans to share reports.",
        "We are determined to share reports.",
        "We reaffirm our commitment to share reports.",
    ],
)
def test_words_that_commit_are_known(text):
    assert cues.COMMITTING.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Government has decided to found an agency.",
        "The Agency is tasked with the defence of networks.",
        "The Ministry is responsible for the register.",
        "The Government will allocate funds.",
        "Five million have been allocated.",
    ],
)
def test_words_that_decide_are_known(text):
    assert cues.DECIDING.search(text)


@pytest.mark.parametrize("text", ["We remain committed to peace.", "The Agency remains determined to help."])
def test_words_that_go_on_are_known(text):
    assert cues.REMAINING.search(text)


@pytest.mark.parametrize("pattern", [cues.ASPIRING, cues.COMMITTING, cues.DECIDING, cues.REMAINING, cues.NEGATIVE])
@pytest.mark.parametrize(
    "text", ["Attacks will become more frequent.", "The Agency was founded in 2016.", "We will publish a guide."]
)
def test_a_sentence_without_such_words_matches_no_list(pattern, text):
    assert not pattern.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "We will not attack hospitals.",
        "The parties shall not attack hospitals.",
        "We won't attack hospitals.",
        "We won’t attack hospitals.",
        "We will refrain from attacks.",
        "We will never attack hospitals.",
        "We agree not to conduct such operations.",
        "We will neither conduct nor support such operations.",
    ],
)
def test_a_promise_to_refrain_is_negative(text):
    assert cues.NEGATIVE.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "We will not only train our staff but also yours.",
        "We will not just train our staff.",
        "We will not hesitate to respond.",
        "We will not rest until the law is passed.",
        "We will replace devices that do not support encryption.",
        "We will close systems that are not used.",
        "We will help those that cannot help themselves.",
    ],
)
def test_a_not_that_denies_something_else_is_no_negative_promise(text):
    assert not cues.NEGATIVE.search(text)


@pytest.mark.parametrize(
    "text",
    ["We reaffirm our commitment to peace.", "Ministers re-affirm their support.", "We renew our commitment to peace."],
)
def test_a_promise_that_was_made_before_says_so(text):
    assert cues.REAFFIRMING.search(text)


@pytest.mark.parametrize("text", ["We commit to peace.", "The Agency confirms receipt.", "We will renew the networks."])
def test_a_new_promise_does_not_say_so(text):
    assert not cues.REAFFIRMING.search(text)


@pytest.mark.parametrize("text", ["This will be done by 2025.", "It will be in place by 2025.", "They will be ready."])
def test_a_sentence_may_speak_of_the_one_before_it(text):
    assert text.startswith(cues.SPEAKS_OF_THE_LAST)


@pytest.mark.parametrize("text", ["The Agency will act by 2025.", "This strategy runs until 2025.", "Its willow fell."])
def test_a_sentence_of_its_own_does_not(text):
    assert not text.startswith(cues.SPEAKS_OF_THE_LAST)


@pytest.mark.parametrize("text", ["", "2.1", "We will", "§ 3 – 4 %", "a b c d"])
def test_a_text_of_too_few_words_is_certainly_no_commitment(text):
    assert cues.certainly_none(text, shortest=3)


@pytest.mark.parametrize("text", ["Train all staff", "We will act.", "Überprüfung aller Netze"])
def test_a_text_of_enough_words_may_be_one(text):
    assert not cues.certainly_none(text, shortest=3)


@pytest.mark.parametrize(
    "text",
    ["They may also seek to map our networks.", "Exercises might help.", "In time, operators could report more."],
)
def test_what_may_happen_is_certainly_no_commitment(text):
    assert cues.certainly_none(text, shortest=3)


@pytest.mark.parametrize(
    "text",
    [
        "Those who may be harmed will be warned.",
        "In May 2015 the ministers launch a centre.",
        "We will help firms, so that they may recover.",
        "Help firms, so that they may recover.",
    ],
)
def test_a_may_that_says_something_else_leaves_it_to_the_model(text):
    assert not cues.certainly_none(text, shortest=3)


@pytest.mark.parametrize(
    "word",
    ["partners", "industry", "companies", "ally", "CSIRTs", "Organisations", "organizations", "ministry", "allies"],
)
def test_heads_of_phrases_that_name_somebody_are_known(word):
    assert cues.PARTNERS.fullmatch(word)


@pytest.mark.parametrize("word", ["care", "passwords", "networks", "speed"])
def test_heads_of_other_phrases_are_not(word):
    assert not cues.PARTNERS.fullmatch(word)


@pytest.mark.parametrize(
    "text",
    [
        "We will not conduct operations in cyberspace against hospitals.",
        "The Government will never weaken the encryption of messages.",
        "The national government commits not to restrict access to the internet.",
        "We shall refrain from attacking the computers of response teams.",
    ],
)
def test_an_issuer_that_will_refrain_from_an_act_in_our_domain_denies_itself_something(text):
    assert cues.denies_itself(text)


@pytest.mark.parametrize(
    "text",
    [
        "We will not rest until every network is safe.",
        "We will not accept attacks on our networks.",
        "We will not sell the old railway.",
        "A firewall alone will not stop attacks on a network.",
        "States should not attack the networks of others.",
        "We will publish a guide to encryption.",
    ],
)
def test_who_is_firm_or_speaks_of_others_or_of_something_else_does_not(text):
    assert not cues.denies_itself(text)


def test_no_verb_has_two_strengths():
    assert not cues.WEAK_VERBS & cues.SUPPORTING_VERBS
