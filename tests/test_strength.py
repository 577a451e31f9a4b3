"""Strength: bindingness and precision, with the words behind each."""

from __future__ import annotations

import pytest

from pipeline.finding.detector import POINTS
from pipeline.finding.strength import bindingness, cues_of, precision
from pipeline.records import Slot

SURE = dict.fromkeys(POINTS, 0.9)
UNSURE = dict.fromkeys(POINTS, 0.1)


def slots(**parts):
    """Slots of a quote, by name."""
    return [Slot(name, text, "quote", 0, len(text)) for name, text in parts.items()]


def likeliest(point):
    """What a model says that takes one point of bindingness for the likeliest."""
    return [0.7 if point == other else 0.1 for other in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("quote", "parts", "point", "cue"),
    [
        ("We aim to train staff.", {"modality": "aim to", "action": "train"}, 1, "aim to"),
        ("We will consider a ban.", {"modality": "will", "action": "consider"}, 1, "will consider"),
        ("We remain committed to peace.", {"modality": "remain committed", "action": "remain"}, 2, "remain committed"),
        ("We will support schools.", {"modality": "will", "action": "support"}, 2, "will support"),
        ("maintaining a register;", {"action": "maintaining"}, 2, "maintaining"),
        ("We will publish a guide.", {"modality": "will", "action": "publish"}, 3, "will publish"),
        ("Publish a guide", {"action": "Publish"}, 3, "Publish"),
        ("The Agency shall publish a guide.", {"modality": "shall", "action": "publish"}, 4, "shall"),
        ("We have decided to act.", {"modality": "decided to", "action": "act"}, 4, "have decided"),
        ("We will spend €5m on schools.", {"modality": "will", "action": "spend"}, 4, "€5m"),
    ],
)
def test_the_words_that_point_to_a_degree_of_bindingness_are_shown(quote, parts, point, cue):
    assert cues_of(quote, "", slots(**parts))[point] == cue
    assert bindingness(quote, "", slots(**parts), likeliest(point)) == (point, cue)


def test_the_words_of_a_lead_in_point_too():
    assert cues_of("train staff;", "The Government has decided to:", slots(action="train"))[4] == "has decided"


def test_money_of_a_lead_in_is_not_that_of_the_quote():
    assert 4 not in cues_of("train staff;", "With €5m we will:", slots(modality="will", action="train"))


@pytest.mark.parametrize("point", [1, 2, 3, 4])
def test_the_model_decides_and_without_words_for_it_modality_and_action_are_shown(point):
    found = bindingness("We will publish a guide.", "", slots(modality="will", action="publish"), likeliest(point))
    assert found == (point, "will publish")


def test_of_equally_likely_points_the_lowest_is_taken():
    assert bindingness("We act.", "", slots(action="act"), [0.25] * 4) == (1, "act")


@pytest.mark.parametrize("verb", ["consider", "explore"])
def test_who_will_only_think_about_it_aspires_whatever_the_model_says(verb):
    assert bindingness(f"We will {verb} a ban.", "", slots(modality="will", action=verb), [0.1, 0.1, 0.7, 0.1]) == (
        1,
        f"will {verb}",
    )


def test_who_shall_by_law_consider_it_must():
    parts = slots(modality="shall", action="consider")
    assert bindingness("The court shall consider a ban.", "", parts, [0.1, 0.1, 0.1, 0.7])[0] == 4


def test_every_point_of_precision_is_shown_with_its_words():
    quote = "The Ministry of Trade will train 300 analysts by 2024."
    parts = slots(
        actor="The Ministry of Trade", modality="will", action="train", object="300 analysts", quantity="300",
        deadline="by 2024",
    )  # fmt: skip
    assert precision(quote, parts, SURE) == (
        5,
        ("body: The Ministry of Trade", "act: train", "object: 300 analysts", "quantity: 300", "date: by 2024"),
    )


def test_without_the_model_only_amounts_and_dates_are_points():
    quote = "The Ministry of Trade will train 300 analysts by 2024."
    parts = slots(
        actor="The Ministry of Trade", action="train", object="300 analysts", quantity="300", deadline="by 2024"
    )
    assert precision(quote, parts, UNSURE) == (2, ("quantity: 300", "date: by 2024"))


@pytest.mark.parametrize("point", ["act", "object"])
def test_a_point_is_earned_from_a_probability_of_one_half(point):
    parts = slots(action="publish", object="a guide")
    assert precision("We will publish a guide.", parts, UNSURE | {point: 0.5})[0] == 1
    assert precision("We will publish a guide.", parts, UNSURE | {point: 0.49})[0] == 0


def test_a_point_without_words_is_not_earned_however_sure_the_model_is():
    assert precision("We will act.", [], SURE) == (0, ())


@pytest.mark.parametrize("actor", ["We", "the Government", "It", "this strategy", "the issuer"])
def test_who_is_not_named_is_no_body(actor):
    assert precision("...", slots(actor=actor), SURE)[1] == ()


def test_an_inferred_actor_is_no_body():
    assert precision("...", [Slot("actor", "Ministry of Trade", "inferred")], SURE) == (0, ())


def test_of_an_object_the_instrument_that_it_names_is_shown():
    found = precision("...", slots(object="a new register of essential services"), SURE)
    assert found == (1, ("object: register",))


def test_money_counts_before_another_quantity():
    found = precision("...", slots(money="€5m", quantity="300"), SURE)
    assert found == (1, ("quantity: €5m",))


@pytest.mark.parametrize(
    ("quote", "words"),
    [("up by 20 %", "20 %"), ("at least 5 of them", "at least 5"), ("12 000 schools", "12 000"), ("$5 for all", "$5")],
)
def test_an_amount_that_no_slot_holds_counts_as_well(quote, words):
    assert precision(quote, [], UNSURE) == (1, (f"quantity: {words}",))


@pytest.mark.parametrize("quote", ["in 2022", "Article 7", "ISO 27001"])
def test_a_number_that_counts_nothing_is_no_amount(quote):
    assert precision(quote, [], SURE) == (0, ())
