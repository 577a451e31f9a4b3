"""Clauses: the verb, the subject and the words that bind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.commitments import _pipeline
from pipeline.finding.clauses import agent_of, clause_of, forced_clause, is_passive, modal_of
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def nlp():
    return _pipeline(Settings.english)


def parts(clause):
    """Verb, subject and force of a clause, as words."""
    return clause.verb.text, clause.subject and clause.subject.text, clause.force and clause.force.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Agency will publish a guide.", ("publish", "Agency", "will")),
        ("The Agency shall publish a guide.", ("publish", "Agency", "shall")),
        ("We’ll publish a guide.", ("publish", "We", "’ll")),
        ("In 2022, after a pilot, the Agency will publish a guide.", ("publish", "Agency", "will")),
        ("A guide will be published.", ("published", "guide", "will")),
    ],
)
def test_a_modal_verb_gives_the_clause_its_force(nlp, text, expected):
    assert parts(forced_clause(nlp(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Agency plans to publish a guide.", ("publish", "Agency", "plans to")),
        ("We are committed to publishing a guide.", ("publishing", "We", "are committed to")),
        ("We aim to publish a guide.", ("publish", "We", "aim to")),
        ("Ministers decided to publish a guide.", ("publish", "Ministers", "decided to")),
        ("The Agency is tasked with the defence of networks.", ("tasked", "Agency", "is tasked")),
        ("We remain committed to an open internet.", ("remain", "We", "remain committed")),
    ],
)
def test_a_committing_phrase_gives_it_to_the_verb_that_it_governs(nlp, text, expected):
    assert parts(forced_clause(nlp(text))) == expected


@pytest.mark.parametrize(
    ("text", "force"),
    [
        ("We will help firms that intend to train their staff.", "will"),
        ("We intend to train staff, and firms will be helped.", "intend to"),
        ("Every ministry must train its staff, and the Agency will help.", "will"),
    ],
)
def test_of_several_the_first_that_binds_counts(nlp, text, force):
    assert forced_clause(nlp(text)).force.text == force


@pytest.mark.parametrize("modal", ["must", "should", "would", "can", "may"])
def test_a_weaker_modal_counts_where_no_other_stands(nlp, modal):
    assert parts(forced_clause(nlp(f"The Agency {modal} publish a guide."))) == ("publish", "Agency", modal)


@pytest.mark.parametrize(
    "text",
    [
        "The devices that will be sold are safe.",
        "The political will of the parties is strong.",
        "The firms which intend to grow are known.",
        "In 2016 the Agency published a guide.",
    ],
)
def test_without_a_force_in_its_main_clause_a_sentence_has_no_forced_clause(nlp, text):
    assert forced_clause(nlp(text)) is None


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("The Agency was founded in 2016 and will publish a guide.", "Agency"),
        ("We train staff, write guides and will publish them.", "We"),
    ],
)
def test_the_subject_may_stand_in_a_clause_that_this_one_continues(nlp, text, subject):
    assert parts(forced_clause(nlp(text))) == ("publish", subject, "will")


def test_the_force_of_a_relative_clause_is_passed_over(nlp):
    text = "The devices that will be sold in our shops shall be tested."
    assert parts(forced_clause(nlp(text))) == ("tested", "devices", "shall")


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Establish a national response team", "Establish"),
        ("To establish a national response team", "establish"),
        ("establishing a national response team;", "establishing"),
        ("Establishment of a national response team", "Establishment"),
        ("Jointly develop standards for devices;", "develop"),
        ("– Train two hundred investigators", "Train"),
    ],
)
def test_an_item_of_a_list_begins_with_its_action(nlp, text, verb):
    clause = clause_of(nlp(text))
    assert (clause.verb.text, clause.force, clause.source) == (verb, None, "list")


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("The aim will be to use tested devices.", "use"),
        ("Our task shall be to train judges.", "train"),
        ("The Agency will be an adviser to schools.", "be"),
        ("Ensure that all schools will have a network;", "Ensure"),
    ],
)
def test_what_a_sentence_aims_at_or_orders_is_its_action(nlp, text, verb):
    assert clause_of(nlp(text)).verb.text == verb


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Objective B.2 Adoption of rules for schools", "Adoption"),
        ("Measure 3: Establish a team", "Establish"),
        ("Action 4 - Phase C \u2013 Development of a plan", "Development"),
        ("(b) Train two hundred investigators", "Train"),
        ("The swift adoption of rules for devices", "adoption"),
        ("Continuous improvement of the networks of schools", "improvement"),
        ("Capacity building for judges", "building"),
        ("As the body in charge, the Agency is prepared to lead the exercise.", "lead"),
        ("The help for schools is steadily extended", "extended"),
        ("By 2031 judges are trained in every court", "trained"),
    ],
)
def test_a_label_a_determiner_or_a_preposition_is_no_action(nlp, text, verb):
    assert clause_of(nlp(text)).verb.text == verb


@pytest.mark.parametrize("text", ["\u2013", "...", "2021"])
def test_a_text_without_a_verb_has_a_clause_all_the_same(nlp, text):
    assert clause_of(nlp(text)).verb.text in text


def test_who_follows_the_by_of_a_passive_is_its_agent(nlp):
    clause = clause_of(nlp("A guide will be published by the Agency."))
    assert clause.is_passive
    assert agent_of(clause.verb).text == "Agency"


def test_an_active_verb_is_not_passive_and_has_no_agent(nlp):
    verb = clause_of(nlp("The Agency will publish a guide by the end of the year.")).verb
    assert not is_passive(verb)
    assert agent_of(verb) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("We shall act.", "shall"), ("We may act.", None), ("We act.", None), ("Act!", None)]
)
def test_only_a_modal_verb_that_binds_is_one(nlp, text, expected):
    modal = modal_of(clause_of(nlp(text)).verb)
    assert (modal and modal.text) == expected


@pytest.mark.xfail(strict=True, reason="the parser takes the words between the commas for the rest of the clause")
def test_words_between_will_and_its_verb_are_passed_over(nlp):
    text = "Arvenia will, where appropriate, share indicators with Belmora."
    assert parts(forced_clause(nlp(text))) == ("share", "Arvenia", "will")


WORDS = "we will shall the agency , and that by to 2022 publish plans with guide be committed ; – Act not".split()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join))
@settings(deadline=None, max_examples=60)
def test_the_parts_of_a_clause_stand_in_its_sentence(text):
    doc = _pipeline(Settings.english)(text)
    clause = clause_of(doc)
    assert 0 <= clause.verb.i < len(doc)
    assert clause.force is None or text[clause.force.start_char : clause.force.end_char] == clause.force.text
    assert (clause.force is None) == (clause.source == "list")
