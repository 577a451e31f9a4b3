"""The benchmark of counterparts: its measures by hand, promises found again at their places, and the judged pairs in order."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from planting import plant_document, plant_promise, plant_vectors
from test_benchmarks import script

from pipeline.comparisons import load_promises
from pipeline.judging import MEASURES, NONE, RELATIONS
from pipeline.store import rows

PARTS = ("tuning", "held out", "as they come", "spare")


@pytest.fixture(scope="module")
def counterparts():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield script("counterparts")


@pytest.fixture(scope="module")
def judgments():
    lines = (ROOT / "benchmarks" / "counterpart_judgments.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def planted(db, letters, counterparts, monkeypatch):
    """Two documents of two issuers with one promise each; gives the database and the two sides of a judged pair."""
    monkeypatch.setattr(counterparts, "encoder_key", lambda _: letters.name)
    sides = []
    for name, issuer in (("one", "XAA"), ("two", "XBB")):
        plant_document(db, name, issuer=issuer)
        quote = f"We will train judges in document {name}."
        plant_promise(db, name, quote, action="train")
        sides.append((f"{name} {name}", ((1, 0, len(quote)),)))
    plant_vectors(db, letters)
    return db, sides


def places(judgments):
    return [(side["document"], str(side["spans"])) for row in judgments for side in (row["a"], row["b"])]


def test_f1_is_what_it_is_by_hand(counterparts):
    found = {row.relation: row for row in counterparts.rows_of(["same", "same", "none"], ["same", "none", "none"])}
    assert (found["same"].precision, found["same"].recall, found["same"].f1) == (1.0, 0.5, pytest.approx(2 / 3))


def test_a_relation_that_is_never_found_has_f1_nought(counterparts):
    assert next(row for row in counterparts.rows_of(["opposed"], ["none"]) if row.relation == "opposed").f1 == 0


def test_how_far_two_coders_agree_is_told(counterparts):
    pairs = [("same", "same"), ("same", "none"), ("none", "none")]
    cases = [
        counterparts.Case(
            counterparts.Judged("tuning", "neighbours", a, ("", ()), ("", ()), (a, b)), None, None, 0.0, 0.0
        )
        for a, b in pairs
    ]
    (said,) = counterparts._agreement(cases)
    assert said.startswith("two coders agree on 2 of 3")


def test_a_relation_of_too_few_pairs_counts_in_no_mean(counterparts):
    wanted = ["same"] * 5 + ["opposed"] * 4
    assert counterparts.macro_f1(wanted, ["same"] * 5 + ["none"] * 4) == 1.0


def test_macro_f1_of_nothing_is_nought(counterparts):
    assert counterparts.macro_f1([], []) == 0


@pytest.mark.parametrize("relation", ["same", "firmer", "weaker"])
def test_an_opposed_pair_that_is_called_one_promise_is_counted(counterparts, relation):
    assert counterparts.called_same(["opposed", "opposed", "same"], [relation, "related", "same"]) == 1


def test_the_interval_holds_the_value_and_is_always_the_same(counterparts):
    wanted, found = ["same", "none"] * 20, ["same", "none", "same", "same"] * 10
    low, high = counterparts.interval(wanted, found)
    assert low <= counterparts.macro_f1(wanted, found) <= high
    assert counterparts.interval(wanted, found) == (low, high)


def test_a_judged_pair_is_found_again_at_its_places(counterparts, planted):
    db, sides = planted
    (case,), left_out = counterparts.cases_of(
        [counterparts.Judged("tuning", "neighbours", "same", *sides)], db, load_promises(db)
    )
    assert (case.a.document, case.b.document, left_out) == ("one", "two", 0)


def test_a_pair_of_another_file_is_left_out_and_counted(counterparts, planted):
    db, (a, (_, place)) = planted
    pair = counterparts.Judged("tuning", "neighbours", "same", a, ("two 00", place))
    assert counterparts.cases_of([pair], db, load_promises(db)) == ([], 1)


def test_a_pair_where_no_promise_stands_is_left_out(counterparts, planted):
    db, (a, (name, _)) = planted
    pair = counterparts.Judged("tuning", "neighbours", "same", a, (name, ((1, 500, 600),)))
    assert counterparts.cases_of([pair], db, load_promises(db)) == ([], 1)


def test_what_is_learned_weighs_every_measure(counterparts, planted):
    db, sides = planted
    judged = [counterparts.Judged("tuning", "neighbours", relation, *sides) for relation in ("same", "none", "related")]
    promises = load_promises(db)
    cases, _ = counterparts.cases_of(judged, db, promises)
    learned = counterparts.fitted(cases, counterparts.Judge(promises))
    assert {len(row["weights"]) for row in learned["relations"].values()} == {len(MEASURES)}


def test_firmness_and_opposition_are_not_learned(counterparts, planted):
    db, sides = planted
    relations = ("same", "firmer", "weaker", "opposed", "related", "none")
    judged = [counterparts.Judged("tuning", "neighbours", relation, *sides) for relation in relations]
    promises = load_promises(db)
    cases, _ = counterparts.cases_of(judged, db, promises)
    assert set(counterparts.fitted(cases, counterparts.Judge(promises))["relations"]) == {"same", "related", "none"}


def test_the_plain_judge_sees_substance_and_wording_alone(counterparts, planted):
    promises = load_promises(planted[0])
    measures = counterparts.Plain(promises).measures(*promises, 0.7, 0.2)
    assert (measures[:2], set(measures[2:])) == ((0.7, 0.2), {0.0})


def test_without_a_database_it_says_how_to_make_one(counterparts, tmp_path):
    with pytest.raises(SystemExit, match=r"There is no database at .* Make one"):
        counterparts.main(["--db", str(tmp_path / "none.db")])


def test_it_prints_what_the_database_does_not_hold(counterparts, planted, judgments, capsys):
    db, _ = planted
    path = rows(db, "pragma database_list")[0]["file"]
    counterparts.main(["--db", path])
    assert f"{len(judgments)} pairs are left out" in capsys.readouterr().out


def test_there_are_at_least_a_hundred_and_fifty_pairs_in_each_half(judgments):
    halves = [row["half"] for row in judgments]
    assert min(halves.count("tuning"), halves.count("held out")) >= 150


def test_every_relation_is_among_the_judgments(judgments):
    assert {row["relation"] for row in judgments if row["half"] in ("tuning", "held out")} == {*RELATIONS, NONE}


def test_of_spare_pairs_alone_the_strength_may_be_unknown(counterparts, judgments):
    assert {row["half"] for row in judgments if row["relation"] == counterparts.STRENGTH_UNKNOWN} == {
        counterparts.SPARE
    }


def test_a_pair_whose_strength_is_unknown_is_learned_as_one_promise(counterparts, planted):
    db, sides = planted
    relations = (counterparts.STRENGTH_UNKNOWN, "related", "none")
    judged = [counterparts.Judged(counterparts.SPARE, "as they come", relation, *sides) for relation in relations]
    promises = load_promises(db)
    cases, _ = counterparts.cases_of(judged, db, promises)
    assert set(counterparts.fitted(cases, counterparts.Judge(promises))["relations"]) == {"same", "related", "none"}


def test_hard_negatives_are_among_the_judgments_of_both_halves(judgments):
    hard = [row["half"] for row in judgments if row["pool"] == "hard negative" and row["relation"] == NONE]
    assert min(hard.count("tuning"), hard.count("held out")) >= 5


def test_judgments_hold_places_and_relations_and_no_text(judgments):
    named = ("half", "pool", "relation", "a", "b")
    assert {tuple(name for name in row if name != "coders") for row in judgments} == {named}
    assert {tuple(side) for row in judgments for side in (row["a"], row["b"])} == {("document", "sha256", "spans")}


@pytest.mark.parametrize("part", ["held out", "as they come"])
def test_two_coded_each_pair_that_is_measured_on(judgments, part):
    assert {len(row.get("coders", ())) for row in judgments if row["half"] == part} == {2}


def test_spans_are_stretches_of_pages(judgments):
    spans = [span for row in judgments for side in (row["a"], row["b"]) for span in side["spans"]]
    assert all(page >= 1 and 0 <= start < end for page, start, end in spans)


@pytest.mark.parametrize("learned", ["tuning", "spare"])
def test_nothing_is_learned_from_a_promise_that_is_held_out(judgments, learned):
    mine, held_out = (places(row for row in judgments if row["half"] == half) for half in (learned, "held out"))
    assert not set(mine) & set(held_out)


def test_nothing_is_learned_from_a_pair_that_is_measured_on(judgments):
    pairs = {half: {frozenset(places([row])) for row in judgments if row["half"] == half} for half in PARTS}
    assert not (pairs["tuning"] | pairs["spare"]) & (pairs["held out"] | pairs["as they come"])


def test_both_sides_are_of_two_documents(judgments):
    assert all(row["a"]["document"] != row["b"]["document"] for row in judgments)
