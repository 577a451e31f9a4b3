"""Splitting: one commitment for each actor, action and target."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.commitments import _pipeline
from pipeline.finding.clauses import clause_of
from pipeline.finding.splitting import split
from pipeline.settings import Settings


def parts_of(text):
    """(clause, words) of each part of a sentence."""
    doc = _pipeline(Settings.english)(text)
    return [(clause, text[start:end]) for clause, start, end in split(doc, clause_of(doc))]


def quotes(text):
    """The words of each part of a sentence."""
    return [words for _, words in parts_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We will train staff and publish guidance.", ["We will train staff", "publish guidance."]),
        (
            "We will ratify the convention, adopt a law and create a unit for digital evidence.",
            ["We will ratify the convention", "adopt a law", "create a unit for digital evidence."],
        ),
        (
            "The Ministry of Trade will set up a platform and the Agency will run it.",
            ["The Ministry of Trade will set up a platform", "the Agency will run it."],
        ),
        (
            "The law will be drafted in 2022 and published in 2023.",
            ["The law will be drafted in 2022", "published in 2023."],
        ),
        ("We will share reports, but will not name victims.", ["We will share reports", "will not name victims."]),
        (
            "We will encourage firms to share reports, and we will protect those who do.",
            ["We will encourage firms to share reports", "we will protect those who do."],
        ),
    ],
)
def test_another_action_with_a_target_of_its_own_is_another_commitment(text, expected):
    assert quotes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We will protect and secure the networks of the state.",
        "The strategy will be reviewed and updated every two years.",
        "We will strengthen the resilience of hospitals by training their staff and testing their plans.",
        "We will help firms to protect their networks and to train their staff.",
        "We will train police officers, judges and prosecutors.",
        "The Agency will publish a guide for ministries and municipalities.",
        "We will ban devices that store passwords and that send them abroad.",
        "Establish a national response team",
    ],
)
def test_synonyms_means_and_several_targets_are_one_commitment(text):
    assert quotes(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "We will list, test and replace the old routers of schools.",
        "The register will be drawn up and published in line with the law.",
        "The register will be drawn up and kept by the Agency.",
        "We will raise the quality of, and extend the time for, the training of judges.",
        "We will train judges in hospitals and courts, giving them time for it.",
        "The guide will be written with the help of and based on the advice of firms.",
        "We will sell goods to shops, and helping them is our pride.",
    ],
)
def test_what_has_another_form_or_no_target_before_the_and_is_no_further_commitment(text):
    assert quotes(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The register will be drawn up by the Agency and published by the Ministry.",
            ["The register will be drawn up by the Agency", "published by the Ministry."],
        ),
        (
            "Teachers will attend a course and be equipped with a handbook.",
            ["Teachers will attend a course", "be equipped with a handbook."],
        ),
        ("Training judges and publishing a handbook;", ["Training judges", "publishing a handbook;"]),
    ],
)
def test_what_has_the_same_form_and_a_target_of_its_own_is(text, expected):
    assert quotes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Operators must: (a) keep a register; (b) name an owner for every network; and (c) train their staff.",
            ["Operators must: (a) keep a register", "(b) name an owner for every network", "(c) train their staff."],
        ),
        (
            "We will publish a guide; will train judges; and will fund research.",
            ["We will publish a guide", "will train judges", "will fund research."],
        ),
    ],
)
def test_each_member_of_a_list_within_a_sentence_that_says_what_to_do_is_a_commitment(text, expected):
    assert quotes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We will protect networks of the state; registers of citizens; and devices in hospitals.",
        "We will publish a guide; the last one appeared in 2015; it was short.",
    ],
)
def test_a_list_of_things_is_one(text):
    assert quotes(text) == [text]


def test_the_example_of_the_coding_manual_is_two_commitments():
    assert len(quotes("We will share information and build capacity.")) == 2


@pytest.mark.xfail(strict=True, reason="the parser joins the second verb of the relative clause to the main verb")
def test_what_a_relative_clause_tells_of_devices_is_no_second_commitment():
    text = "We will ban devices that store passwords and send them abroad."
    assert quotes(text) == [text]


@pytest.mark.parametrize("modal", ["may", "could", "should"])
def test_a_second_action_with_a_weaker_modal_is_none(modal):
    text = f"The Government will publish a strategy and {modal} extend it later."
    assert quotes(text) == [text]


def test_what_a_not_holds_for_is_not_cut_off_from_it():
    text = "We will not attack the hospitals of others or weaken the encryption of devices."
    assert quotes(text) == [text]


def test_behind_a_not_a_promise_with_a_will_of_its_own_is_another():
    assert quotes("We will not attack hospitals and we will protect schools.") == [
        "We will not attack hospitals",
        "we will protect schools.",
    ]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("We will train staff and publish guidance.", ["We", "We"]),
        ("The Ministry will set up a platform and the Agency will run it.", ["Ministry", "Agency"]),
    ],
)
def test_a_part_has_its_own_subject_or_takes_that_of_the_first(text, subjects):
    assert [clause.subject.text for clause, _ in parts_of(text)] == subjects


@pytest.mark.parametrize(
    ("text", "forces"),
    [
        ("We will train staff and publish guidance.", ["will", "will"]),
        ("The Ministry will set up a platform and the Agency shall run it.", ["will", "shall"]),
    ],
)
def test_a_part_has_its_own_force_or_takes_that_of_the_first(text, forces):
    assert [clause.force.text for clause, _ in parts_of(text)] == forces


@pytest.mark.parametrize(
    ("text", "voices"),
    [
        ("A national centre will be established and the Agency will run it.", [True, False]),
        ("The Agency will run the centre, and a report will be published every year.", [False, True]),
        ("The law will be drafted in 2022 and published in 2023.", [True, True]),
        ("A team will be set up and will train officials.", [True, False]),
    ],
)
def test_a_part_is_passive_by_its_own_verb(text, voices):
    assert [clause.is_passive for clause, _ in parts_of(text)] == voices


WORDS = "we will the agency , and or but not publish share train plans reports staff may be ; by to 2022".split()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=16).map(" ".join))
@settings(deadline=None, max_examples=60)
def test_parts_lie_in_the_sentence_in_order_and_apart(text):
    doc = _pipeline(Settings.english)(text)
    spans = [(start, end) for _, start, end in split(doc, clause_of(doc))]
    assert spans
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
