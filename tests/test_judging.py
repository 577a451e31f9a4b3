"""Judging: what one promise is to another, by act, target, negation and firmness, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConcordError
from pipeline.judging import (
    KINDS_OF_ACT,
    MEASURES,
    RELATIONS,
    TARGETS,
    Judge,
    Promise,
    Weights,
    firmness,
    load_weights,
    mirrored,
    overlap,
    stems,
    weights_file,
)

SAME = Weights({"same": 1.0, "none": 0.0}, {"same": (0.0,) * len(MEASURES), "none": (0.0,) * len(MEASURES)})
"""Weights that take every pair for the same promise, so that what no weight decides is left."""


def promise(quote, *, action="", target="", bindingness=3, polarity="positive", **given_):
    return Promise(
        quote, "XAA", quote, ("CI",), action=action, object=target, bindingness=bindingness, polarity=polarity, **given_
    )


def judged(a, b, *, substance=0.7, wording=0.1, weights=None):
    judge = Judge([a, b], weights) if weights else Judge([a, b])
    return judge.judge(a, b, substance, wording)


TRAIN = promise("We will train judges and prosecutors.", action="train", target="judges and prosecutors")
TRAIN_TOO = promise(
    "The Government will train prosecutors and judges.", action="train", target="prosecutors and judges"
)
ATTACK_NOT = promise("We will not attack critical infrastructure.", action="attack", target="critical infrastructure")
ATTACK = promise("We will attack critical infrastructure.", action="attack", target="critical infrastructure")
PROTECT = promise("We will protect critical infrastructure.", action="protect", target="critical infrastructure")
OPPOSED = [
    (ATTACK_NOT, ATTACK),
    (
        promise("We will not require makers to weaken encryption.", action="require", target="makers to weaken encryption"),
        promise("We will require makers to weaken encryption.", action="require", target="makers to weaken encryption"),
    ),
    (
        promise("The armed forces shall never use cyber weapons.", action="use", target="cyber weapons"),
        promise("The armed forces shall use cyber weapons.", action="use", target="cyber weapons"),
    ),
    (
        promise("No ransom will be paid by ministries.", action="paid", target="ransom", polarity="negative"),
        promise("Ministries will have ransom paid.", action="paid", target="ransom"),
    ),
    (
        promise("We will prohibit the development of cyber weapons.", action="prohibit", target="the development of cyber weapons"),
        promise("We will develop cyber weapons.", action="develop", target="cyber weapons"),
    ),
    (
        promise("The Agency won't establish a national database of users.", action="establish", target="a national database of users"),
        promise("A national database of users is to be set up.", action="set up", target="A national database of users"),
    ),
    (
        promise("We will refrain from filtering lawful content.", action="filtering", target="lawful content"),
        promise("We will block lawful content.", action="block", target="lawful content"),
    ),
]  # fmt: skip


def test_the_same_act_on_the_same_target_is_the_same_promise():
    assert judged(TRAIN, TRAIN_TOO, substance=0.9, wording=0.5).relation == "same"


def test_what_has_nothing_in_common_is_no_pair():
    other = replace(promise("Schools shall open at eight.", action="open"), themes=("CAP",))
    assert judged(TRAIN, other, substance=0.3, wording=0.0).relation == "none"


@pytest.mark.parametrize(("a", "b"), OPPOSED)
def test_to_do_what_the_other_rules_out_is_opposed(a, b):
    assert judged(a, b, substance=0.95, wording=0.6).relation == "opposed"


@pytest.mark.parametrize(("a", "b"), OPPOSED)
def test_opposed_is_opposed_from_either_side(a, b):
    assert judged(b, a, substance=0.95, wording=0.6).relation == "opposed"


def test_not_to_attack_and_to_protect_are_not_opposed():
    assert judged(ATTACK_NOT, PROTECT).relation != "opposed"


def test_not_to_attack_and_to_protect_are_not_the_same_either():
    assert judged(ATTACK_NOT, PROTECT, weights=SAME).relation == "other instrument"


def test_two_promises_not_to_do_it_are_the_same():
    assert judged(ATTACK_NOT, replace(ATTACK_NOT, id="b"), weights=SAME).relation == "same"


def test_to_fight_what_the_other_forbids_is_no_opposite():
    ban = promise("We will prohibit ransom attacks.", action="prohibit", target="ransom attacks")
    fight = promise("We will combat ransom attacks.", action="combat", target="ransom attacks")
    assert judged(ban, fight).relation != "opposed"


def test_a_negation_that_is_not_of_the_verb_does_not_count():
    told = promise(
        "Bodies that do not report will be supported.", action="supported", target="Bodies that do not report"
    )
    assert not told.is_negative


def test_another_target_is_not_opposed_by_a_negation():
    other = promise("We will establish a centre for research.", action="establish", target="a centre for research")
    no = promise("We will not establish a register of domains.", action="establish", target="a register of domains")
    assert judged(no, other).relation != "opposed"


@given(st.sampled_from(OPPOSED), st.floats(0, 1), st.floats(0, 1))
def test_a_negated_promise_is_never_the_same_as_one_that_is_not(pair, substance, wording):
    relation = judged(*pair, substance=substance, wording=wording, weights=SAME).relation
    assert relation not in ("same", "firmer", "weaker")


@pytest.mark.parametrize(
    ("quote", "action", "lead_in", "force"),
    [
        ("The Agency shall hold exercises.", "hold", "", 4),
        ("Hold exercises", "Hold", "It was decided:", 4),
        ("We will hold exercises.", "hold", "", 3),
        ("We will support exercises.", "support", "", 2),
        ("We will continue to hold exercises.", "hold", "", 2),
        ("We aim to hold exercises.", "hold", "", 1),
        ("We will consider an exercise.", "consider", "", 1),
        ("We will review the strategy.", "review", "", 1),
        ("Objective 1.2 Hold exercises", "Hold", "", 3),
        ("The State must hold exercises.", "hold", "", 4),
        ("Hold exercises", "Hold", "The following measures must be taken:", 4),
        ("Hold exercises", "Hold", "The objectives of the council are:", 1),
        ("We expect to hold exercises.", "hold", "", 1),
    ],
)
def test_the_words_say_how_much_a_promise_binds(quote, action, lead_in, force):
    assert promise(quote, action=action, lead_in=lead_in).force == force


AIM = promise("We aim to train judges.", action="train", target="judges", bindingness=1)
WILL = promise("We will train judges.", action="train", target="judges", bindingness=3)


def test_what_binds_more_is_firmer():
    assert firmness(AIM, WILL) == "firmer"


def test_what_binds_less_is_weaker():
    assert firmness(WILL, AIM) == "weaker"


def test_a_difference_that_no_word_shows_makes_nothing_firmer():
    assert firmness(replace(WILL, bindingness=1), WILL) == "same"


def test_words_alone_make_one_promise_firmer():
    assert firmness(replace(AIM, bindingness=WILL.bindingness), WILL) == "firmer"


def test_words_that_are_coded_the_other_way_round_make_nothing_firmer():
    assert firmness(replace(AIM, bindingness=WILL.bindingness + 1), WILL) == "same"


@pytest.mark.parametrize("relation", RELATIONS)
def test_to_be_mirrored_twice_changes_nothing(relation):
    assert mirrored(mirrored(relation)) == relation


def test_firmer_from_one_side_is_weaker_from_the_other():
    assert mirrored("firmer") == "weaker"


def test_measures_are_shares_and_do_not_depend_on_the_order():
    listed = [TRAIN, TRAIN_TOO, ATTACK_NOT, ATTACK, PROTECT, *(side for pair in OPPOSED for side in pair)]
    judge = Judge(listed)
    pairs = [(judge.measures(a, b, 0.5, 0.5), judge.measures(b, a, 0.5, 0.5)) for a in listed for b in listed]
    assert all(there == back and all(0 <= value <= 1 + 1e-9 for value in there) for there, back in pairs)


def test_a_rare_word_in_common_says_more_than_a_common_one():
    judge = Judge([promise(f"cyber {word}") for word in ("zebra", "lynx", "otter")])
    assert judge.shared({"zebra", "x"}, {"zebra", "y"}) > judge.shared({"cyber", "x"}, {"cyber", "y"})


def test_the_note_names_the_act_and_the_target_in_common():
    assert judged(TRAIN, TRAIN_TOO, weights=SAME).note == "act: teach; target: crime"


def test_the_note_puts_a_stroke_between_acts_that_differ():
    assert judged(ATTACK_NOT, PROTECT, weights=SAME).note.startswith("act: attack / protect")


def test_the_note_says_how_firmness_differs():
    assert judged(AIM, WILL, weights=SAME).note.endswith("bindingness: aspiration → undertaking")


def test_the_note_owns_up_to_a_firmness_that_no_word_shows():
    judge = Judge([WILL], SAME)
    assert judge.note(replace(WILL, bindingness=1), WILL, "same").endswith("undertaking, which no word shows")


def test_the_note_leaves_firmness_out_where_the_promises_are_not_one():
    assert "bindingness" not in Judge([WILL], SAME).note(AIM, WILL, "related")


def test_a_target_that_the_object_names_first_counts_most():
    found = promise("We will protect energy as well as software.", target="energy").targets
    assert found["critical infrastructure"] > found["products"] > 0


def test_nouns_of_acts_are_of_the_kind_of_their_verbs():
    assert promise("Establishment of a council", action="Establishment").acts == promise("x", action="establish").acts


def test_without_an_action_the_first_words_tell_the_act():
    assert promise("Setting up of a national council").acts == {"create"}


def test_nothing_overlaps_with_nothing():
    assert overlap({}, {}) == 0


def test_endings_and_common_words_are_no_stems():
    assert stems("We shall be establishing it") == stems("established")


@pytest.mark.parametrize("kind", KINDS_OF_ACT)
def test_every_verb_of_a_kind_of_act_is_known_by_it(kind):
    assert all(kind in promise("x", action=verb).acts for verb in KINDS_OF_ACT[kind].split())


def test_every_target_has_a_field_of_at_least_two():
    fields = [field for field, _ in TARGETS.values()]
    assert all(fields.count(field) >= 2 for field in fields)


def test_the_weights_know_the_relations_that_are_weighed():
    assert set(load_weights().of) == {"same", "other instrument", "related", "none"}


def test_weights_of_other_measures_are_refused(tmp_path):
    path = tmp_path / "weights.json"
    path.write_text(weights_file().read_text("utf-8").replace('"wording"', '"volume"'), "utf-8")
    with pytest.raises(ConcordError, match="other measures"):
        load_weights(path)
