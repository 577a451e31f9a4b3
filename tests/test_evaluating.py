"""Evaluating: what is compared with what, and what comes out of it."""

from __future__ import annotations

import pytest
from planting import plant_document, plant_passage, plant_promise

from pipeline.evaluating import (
    Evaluation,
    Figure,
    Found,
    _found_by,
    evaluate_documents,
    evaluate_units,
    judge_units,
    same_actor,
    same_deadline,
    write_quality,
)
from pipeline.gold import Unit
from pipeline.measures import Bin, Score
from pipeline.records import Commitment, Judgement, Slot
from pipeline.settings import Settings
from pipeline.store import rows, table

GUIDE = "The Agency will publish a guide for hospitals by June 2022."
ATTACKS = "Attacks on networks of the state have become more frequent in the last ten years."
JUDGES = "The Ministry of Justice will train two hundred judges."
FOUNDED = "The Agency was founded in 2016."


def unit(text, label="commitment", document="plan", **other):
    """A labelled unit of a document."""
    return Unit(f"{document}:{text[:20]}", document, text, label, **other)


def says(*found):
    """A judge that says what it is told to."""
    return lambda units: list(found)


def promise(confidence=0.9, **other):
    """What is said of a unit that is taken for a commitment."""
    return Found(True, confidence, **other)


def nothing(confidence=0.1, reason="description"):
    """What is said of a unit that is taken for none."""
    return Found(False, confidence, reason)


@pytest.fixture
def plan(db):
    """A document in which one promise was found, one missed, and one sentence wrongly taken for a promise."""
    plant_document(db, "plan")
    plant_promise(db, "plan", GUIDE, themes=("INC", "CI"), bindingness=3, precision=2, deadline="by June 2022")
    plant_passage(db, "plan", ATTACKS)
    plant_passage(db, "plan", JUDGES)
    plant_promise(db, "plan", FOUNDED, themes=("GOV",))
    return db


UNITS = [unit(GUIDE), unit(ATTACKS, "description"), unit(JUDGES), unit(FOUNDED, "achievement")]


def value(evaluation, measure, group="all"):
    """A measured value, or None."""
    score = evaluation.figure(measure, group)
    return score and round(score.value, 4)


def test_the_commitments_of_a_database_are_compared_with_the_gold(plan):
    evaluation = evaluate_documents(plan, UNITS, "dev")
    assert [value(evaluation, name) for name in ("precision", "recall", "f1")] == [0.5, 0.5, 0.5]
    assert (evaluation.gold, evaluation.mode) == ("dev", "documents")
    assert evaluation.figure("precision").count == 4


def test_what_units_of_each_label_were_taken_for_is_counted(plan):
    table(plan, "sentences").update(
        (rows(plan, "select passage_id from sentences join passages on id = passage_id where text = ?", [JUDGES])[0]["passage_id"], 0),
        {"reason": "stance"},
    )  # fmt: skip
    assert evaluate_documents(plan, UNITS, "dev").confusion == {
        "commitment": {"commitment": 1, "stance": 1},
        "description": {"none": 1},
        "achievement": {"commitment": 1},
    }


def test_figures_are_given_by_kind_and_issuer_as_well(plan):
    plant_document(plan, "joint", issuer="XBB", kind="joint_statement")
    plant_promise(plan, "joint", GUIDE)
    evaluation = evaluate_documents(plan, [*UNITS, unit(GUIDE, document="joint.txt")], "dev")
    assert value(evaluation, "recall", "kind: National strategy") == 0.5
    assert value(evaluation, "recall", "kind: Joint statement") == 1.0
    assert value(evaluation, "precision", "issuer: XAA") == 0.5
    assert evaluation.figure("f1", "issuer: XBB").count == 1
    assert value(evaluation, "recall") == pytest.approx(0.6667)


def test_a_unit_that_stands_nowhere_in_the_text_counts_as_missed(plan):
    evaluation = evaluate_documents(plan, [unit(GUIDE), unit("Fish will be sold in every town.")], "dev")
    assert value(evaluation, "recall") == 0.5
    assert evaluation.confusion["commitment"] == {"commitment": 1, "not found in the text": 1}


def test_a_sentence_that_was_not_judged_is_taken_for_no_body_text(db):
    plant_document(db, "plan")
    passage = plant_passage(db, "plan", GUIDE, role="footnote")
    table(db, "sentences").delete((passage, 0))
    assert evaluate_documents(db, [unit(GUIDE)], "dev").confusion == {"commitment": {"not_body": 1}}


def test_fragments_of_one_sentence_count_once_and_as_a_commitment_when_one_is(plan):
    fragments = [unit("The Agency will publish"), unit("a guide for hospitals by June 2022.", "not_body")]
    evaluation = evaluate_documents(plan, [*fragments, *UNITS[1:]], "dev")
    assert evaluation.figure("f1").count == 4
    assert value(evaluation, "precision") == 0.5
    assert value(evaluation, "recall") == 0.5


def test_units_that_stand_nowhere_are_not_taken_for_fragments_of_one_sentence(plan):
    lost = [unit("Fish will be sold in every town."), unit("Bread will be baked at night.")]
    assert evaluate_documents(plan, lost, "dev").figure("recall").count == 2


def test_of_two_promises_in_a_sentence_the_stronger_counts(plan):
    row = rows(plan, "select * from commitments where quote = ?", [GUIDE])[0]
    other = row | {"id": "second", "start": 30, "quote": GUIDE[30:], "bindingness_id": 4, "precision": 5}
    table(plan, "commitments").insert(other)
    evaluation = evaluate_documents(plan, [unit(GUIDE, bindingness=4, precision=5)], "dev")
    assert value(evaluation, "bindingness, same") == 1.0
    assert value(evaluation, "precision points, same") == 1.0


def test_the_parts_are_measured_over_commitments_that_were_found(plan):
    units = [
        unit(GUIDE, themes=("CI", "INC"), bindingness=3, precision=3, actor="issuer", deadline="June 2022"),
        unit(JUDGES, themes=("CAP",), bindingness=3, precision=1, actor="The Ministry of Justice"),
    ]
    evaluation = evaluate_documents(plan, units, "dev")
    assert value(evaluation, "primary theme") == 0.0
    assert value(evaluation, "primary theme among the labelled") == 1.0
    assert value(evaluation, "themes, Jaccard") == 1.0
    assert value(evaluation, "actor") == 1.0
    assert value(evaluation, "deadline") == 1.0
    assert value(evaluation, "bindingness, same") == 1.0
    assert value(evaluation, "precision points, same") == 0.0
    assert evaluation.figure("deadline").count == 1


def test_where_no_commitment_was_found_there_are_no_parts_to_measure(plan):
    evaluation = evaluate_documents(plan, [unit(JUDGES, bindingness=3, precision=1)], "dev")
    assert {one.measure for one in evaluation.figures} == {"precision", "recall", "f1", "calibration error"}


def test_strength_that_was_not_coded_is_not_measured(plan):
    evaluation = evaluate_units(plan, [unit(GUIDE)], "dev", says(promise(bindingness=3, precision=2)))
    assert evaluation.figure("bindingness, same") is None


def test_agreement_on_strength_is_measured_with_weights(plan):
    units = [unit(GUIDE, bindingness=b) for b in (1, 2, 3, 4)]
    judge = says(*(promise(bindingness=b) for b in (1, 2, 4, 3)))
    evaluation = evaluate_units(plan, units, "dev", judge)
    assert value(evaluation, "bindingness, same") == 0.5
    assert value(evaluation, "bindingness, weighted kappa") == 0.8


def test_a_judge_gets_units_in_their_place_and_each_counts(plan):
    seen = []

    def judge(units):
        seen.extend(one.sentence.text for one in units)
        return [promise(0.8), promise(0.8), nothing(0.3), nothing(0.3)]

    units = [unit("The Agency will publish"), unit("a guide for hospitals by June 2022."), *UNITS[2:]]
    evaluation = evaluate_units(plan, units, "dev", judge)
    assert seen == [GUIDE, GUIDE, JUDGES, FOUNDED]
    assert (value(evaluation, "precision"), value(evaluation, "recall")) == (1.0, 0.6667)
    assert evaluation.mode == "units"


def test_the_calibration_of_confidence_is_measured(plan):
    """Two at 0.8 of which one is right, two at 0.3 of which one is: 1/2 x 0.3 + 1/2 x 0.2 = 0.25."""
    judge = says(promise(0.8), promise(0.8), nothing(0.3), nothing(0.3))
    evaluation = evaluate_units(plan, UNITS, "dev", judge)
    assert value(evaluation, "calibration error") == 0.25
    assert [(one.right, one.count) for one in evaluation.curve] == [(0.5, 2), (0.5, 2)]


def test_the_errors_of_which_concord_was_surest_come_first(plan):
    judge = says(promise(0.9), promise(0.6), nothing(0.2), promise(0.95))
    worst = evaluate_units(plan, UNITS, "dev", judge).worst
    assert [(one.text, found.confidence) for one, found in worst] == [(FOUNDED, 0.95), (JUDGES, 0.2), (ATTACKS, 0.6)]


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        ("issuer", promise(), True),
        (None, promise(), True),
        ("", promise(actor="the issuer"), True),
        ("issuer", promise(actor="The Agency", is_actor_inferred=False), False),
        ("The Agency", promise(actor="the issuer"), False),
        ("The Agency", promise(actor="the agency", is_actor_inferred=False), True),
        ("Agency for Networks", promise(actor="the Agency", is_actor_inferred=False), True),
        ("the Agency", promise(actor="the Ministry", is_actor_inferred=False), False),
        ("the", promise(actor="the Ministry", is_actor_inferred=False), False),
    ],
)
def test_an_actor_is_the_same_by_its_words_or_by_being_the_issuer(wanted, found, is_same):
    assert same_actor(wanted, found) == is_same


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        (None, "", True),
        ("", "", True),
        ("by 2022", "", False),
        (None, "by 2022", False),
        ("2022", "by 2022", True),
        ("By the end of 2022", "by the end of 2022", True),
        ("by 2022", "by 2023", False),
        ("1 June 2023", "by 21 June 2023", False),
        ("within 2 years", "2 years", True),
        ("2 years", "within 12 years", False),
    ],
)
def test_a_deadline_is_the_same_when_one_holds_the_other(wanted, found, is_same):
    assert same_deadline(wanted, found) == is_same


def a_commitment(**other):
    """A commitment with an actor and a deadline."""
    slots = (Slot("actor", "The Agency", "quote", 0, 10), Slot("deadline", "by June 2022", "quote", 46, 58))
    plain = {"start": 0, "end": 59, "quote": GUIDE, "lead_in": "", "slots": slots, "bindingness": 3,
             "bindingness_cue": "", "precision": 2, "precision_cues": ()}  # fmt: skip
    return Commitment(**(plain | other))


def test_the_parts_of_a_judged_sentence_are_put_together():
    judged = Judgement(
        0, 59, "commitment", "", 0.9, (a_commitment(slots=()), a_commitment(bindingness=4)),
        (("CI", 0.4), ("INC", 0.7), ("GOV", 0.1), ("LAW", 0.6)),
    )  # fmt: skip
    assert _found_by(judged) == Found(
        True, 0.9, "", ("INC", "LAW"), 4, 2, actor="", is_actor_inferred=True, deadline="by June 2022", count=2
    )


def test_the_likeliest_theme_counts_however_unlikely():
    judged = Judgement(0, 59, "commitment", "", 0.9, (a_commitment(),), (("CI", 0.1), ("INC", 0.2)))
    assert _found_by(judged).themes == ("INC",)


@pytest.mark.parametrize(("label", "reason", "expected"), [("none", "stance", "stance"), ("rhetorical_pledge", "", "rhetorical_pledge")])  # fmt: skip
def test_a_sentence_without_a_commitment_is_found_with_its_reason(label, reason, expected):
    assert _found_by(Judgement(0, 59, label, reason, 0.2)) == Found(False, 0.2, expected)


def test_units_are_judged_as_a_run_judges_sentences():
    guide, attacks = judge_units([unit(GUIDE), unit(ATTACKS, "description")], Settings.english)
    assert (guide.is_commitment, guide.deadline, guide.actor, guide.count) == (True, "by June 2022", "The Agency", 1)
    assert (attacks.is_commitment, attacks.reason) == (False, "description")


def an_evaluation(*figures, mode="units"):
    """An evaluation of some figures."""
    return Evaluation("dev", mode, figures, {}, (Bin(0.5, 0.5, 2),))


def test_figures_are_written_with_their_interval(db):
    score = Score(0.83333, 0.71111, 0.9, 40)
    write_quality(db, an_evaluation(Figure("f1", score), Figure("f1", score, "issuer: XAA")))
    written = rows(db, "select gold, mode, measure, units, value, low, high, count from quality order by units")
    plain = {"gold": "dev", "mode": "units", "measure": "f1", "value": 0.8333, "low": 0.7111, "high": 0.9, "count": 40}
    assert written == [plain | {"units": "all"}, plain | {"units": "issuer: XAA"}]


def test_the_figures_of_a_new_evaluation_replace_those_of_the_last_one_of_its_kind(db):
    score = Score(0.5, 0.4, 0.6, 10)
    write_quality(db, an_evaluation(Figure("f1", score), Figure("actor", score)))
    write_quality(db, an_evaluation(Figure("f1", score), mode="documents"))
    write_quality(db, an_evaluation(Figure("f1", Score(0.7, 0.6, 0.8, 10))))
    written = rows(db, "select mode, measure, value from quality order by mode")
    assert written == [
        {"mode": "documents", "measure": "f1", "value": 0.5},
        {"mode": "units", "measure": "f1", "value": 0.7},
    ]


def test_what_was_not_measured_is_none():
    assert an_evaluation(Figure("f1", Score(1, 1, 1, 1))).figure("f1", "issuer: XAA") is None
