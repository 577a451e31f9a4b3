"""Comparisons: counterparts and formulas of different issuers, and what each issuer does with each theme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import plant_document, plant_passage, plant_promise, plant_vectors

from pipeline.comparisons import Pair, find_formulas, find_pairs, judge_pairs, run, wording
from pipeline.judging import Promise
from pipeline.settings import Settings
from pipeline.store import mark, rows

FORMULA = "We will not support any activity that damages the critical infrastructure of another state."
QUIET = lambda *_: None  # noqa: E731  # what a stage reports goes nowhere


def promises(*listed):
    """Promises of (issuer, themes), each with a quote of its own."""
    return [Promise(f"p{place}", issuer, f"promise {place}", themes) for place, (issuer, *themes) in enumerate(listed)]


def unit(*rows_):
    vectors = np.array(rows_, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ids(pairs):
    return [(pair.a, pair.b) for pair in pairs]


def test_two_issuers_who_promise_alike_on_a_theme_are_a_pair():
    found = find_pairs(promises(("XAA", "CAP"), ("XBB", "CAP")), unit([1, 0], [1, 0.1]), floor=0.6, most=3)
    assert ids(found) == [("p0", "p1")]


def test_an_issuer_is_no_counterpart_of_itself():
    assert find_pairs(promises(("XAA", "CAP"), ("XAA", "CAP")), unit([1, 0], [1, 0]), floor=0.6, most=3) == []


def test_promises_without_a_common_theme_are_no_pair():
    assert find_pairs(promises(("XAA", "CAP"), ("XBB", "RTS")), unit([1, 0], [1, 0]), floor=0.6, most=3) == []


def test_a_secondary_theme_is_common_ground_too():
    found = find_pairs(promises(("XAA", "CAP", "RTS"), ("XBB", "RTS")), unit([1, 0], [1, 0]), floor=0.6, most=3)
    assert [pair.theme for pair in found] == ["RTS"]


def test_what_is_less_alike_than_the_floor_is_no_pair():
    assert find_pairs(promises(("XAA", "CAP"), ("XBB", "CAP")), unit([1, 0], [0.5, 1]), floor=0.6, most=3) == []


def test_a_signatory_of_a_joint_text_does_not_echo_itself():
    listed = promises(("XAA", "CAP"), ("XAA-XBB", "CAP"), ("XCC", "CAP"))
    found = find_pairs(listed, unit([1, 0], [1, 0], [1, 0]), floor=0.6, most=3)
    assert ids(found) == [("p0", "p2"), ("p1", "p2")]


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (1, [("p0", "p2"), ("p1", "p3")]),
        (2, [("p0", "p2"), ("p0", "p3"), ("p1", "p2"), ("p1", "p3")]),
    ],
)
def test_only_the_best_counterparts_of_a_promise_are_kept(most, expected):
    listed = promises(("XAA", "CAP"), ("XAA", "CAP"), ("XBB", "CAP"), ("XBB", "CAP"))
    vectors = unit([1, 0.1], [1, 0.6], [1, 0.1], [1, 0.6])
    assert ids(find_pairs(listed, vectors, floor=0.6, most=most)) == expected


def test_a_pair_is_kept_when_it_is_the_best_of_one_side():
    listed = promises(("XAA", "CAP"), ("XBB", "CAP"), ("XBB", "CAP"))
    vectors = unit([1, 0], [1, 0.1], [1, 0.5])
    assert ids(find_pairs(listed, vectors, floor=0.6, most=1)) == [("p0", "p1"), ("p0", "p2")]


def test_no_promises_make_no_pairs():
    assert find_pairs([], np.zeros((0, 2), dtype=np.float32), floor=0.6, most=3) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_wording_is_a_share_and_does_not_depend_on_the_order(a, b):
    assert 0 <= wording(a, b) <= 1
    assert wording(a, b) == wording(b, a)


def test_equal_quotes_share_all_their_words():
    assert wording(FORMULA, FORMULA.upper()) == 1


def test_other_words_share_nothing():
    assert wording("We will train judges and police.", "Schools shall teach online safety.") == 0


def formula(document, quote, *, issuer="XAA", year="2020"):
    return Promise(f"{document}-{quote[:9]}", issuer, quote, ("INTL",), document=document, published_on=year)


def test_a_formula_within_a_longer_quote_is_found():
    listed = [formula("one", FORMULA), formula("two", f"As the Group agreed in 2017, {FORMULA}", issuer="XBB")]
    assert [len(found.members) for found in find_formulas(listed)] == [2]


def test_a_few_words_in_common_make_no_formula():
    other = "We will not support any activity by which schools are made to buy what they do not want or need."
    assert find_formulas([formula("one", FORMULA), formula("two", other, issuer="XBB")]) == []


def test_what_one_document_alone_repeats_is_no_formula():
    assert find_formulas([formula("one", FORMULA), formula("one", f"Again: {FORMULA}")]) == []


def test_a_formula_of_one_issuer_is_traced_too():
    listed = [formula("new", FORMULA, year="2023"), formula("old", FORMULA, year="2017")]
    assert [found.members[0].document for found in find_formulas(listed)] == ["old"]


def test_a_later_document_changes_no_formula_s_id():
    listed = [formula("one", FORMULA), formula("two", FORMULA, issuer="XBB", year="2021")]
    (before,), (after,) = find_formulas(listed), find_formulas([*listed, formula("three", FORMULA, year="2022")])
    assert before.id == after.id


def test_both_sides_of_a_pair_have_a_note_of_their_own():
    listed = [
        replace(formula("one", "We will train the judges of our courts.", issuer="XAA"), action="train", bindingness=4),
        replace(formula("two", "We will train the judges of our courts.", issuer="XBB"), action="train", bindingness=3),
    ]
    pairs = find_pairs(listed, unit([1, 0], [1, 0]), floor=0.6, most=3)
    ((_, there, back),) = judge_pairs(listed, pairs)
    assert ("mandated → undertaking" in there.note, "undertaking → decided" in back.note) == (True, True)


@pytest.fixture
def planted(db, letters):
    """Three issuers with the same formula, one in a joint text, and a promise of one alone."""
    plant_document(db, "one", issuer="XAA", year=2018)
    plant_document(db, "two", issuer="XBB", year=2020)
    plant_document(db, "both", issuer="XAA-XCC", year=2021)
    for name in ("one", "two", "both"):
        plant_promise(db, name, FORMULA, themes=("INTL",))
    plant_promise(db, "two", "Schools shall teach zoology.", themes=("CAP",))
    plant_vectors(db, letters)
    return db


def test_a_pair_is_written_from_either_side(planted):
    run(planted, Settings(), QUIET)
    found = {(row["commitment_id"], row["other_id"]) for row in rows(planted, "select * from counterparts")}
    assert found
    assert found == {(other, one) for one, other in found}


def test_what_is_repeated_word_for_word_is_the_same_promise(planted):
    run(planted, Settings(), QUIET)
    assert {row["relation"] for row in rows(planted, "select relation from counterparts")} == {"same"}


def test_a_pair_that_repeats_a_formula_says_so(planted):
    run(planted, Settings(), QUIET)
    assert {row["is_formula"] for row in rows(planted, "select is_formula from counterparts")} == {1}


def test_a_formula_is_traced_to_the_text_that_was_published_first(planted):
    run(planted, Settings(), QUIET)
    found = rows(planted, "select document_id, formulas.* from formulas join commitments on commitments.id = first_id")
    assert [(row["document_id"], row["commitments"], row["documents"], row["issuers"]) for row in found] == [
        ("one", 3, 3, 3)
    ]


def test_every_commitment_that_repeats_a_formula_is_listed(planted):
    run(planted, Settings(), QUIET)
    found = rows(
        planted, "select document_id from formula_commitments join commitments on id = commitment_id order by 1"
    )
    assert [row["document_id"] for row in found] == ["both", "one", "two"]


def test_firmer_from_one_side_is_written_as_weaker_from_the_other(db, letters):
    for name, issuer, verb, bindingness in (("one", "XAA", "will", 3), ("two", "XBB", "aim to", 1)):
        plant_document(db, name, issuer=issuer)
        quote = f"We {verb} train the judges and the prosecutors of our courts."
        plant_promise(db, name, quote, bindingness=bindingness, action="train")
    plant_vectors(db, letters)
    run(db, Settings(), QUIET)
    found = rows(db, "select document_id, relation from counterparts join commitments on id = commitment_id order by 1")
    assert [tuple(row.values()) for row in found] == [("one", "weaker"), ("two", "firmer")]


def test_a_pair_that_is_no_counterpart_is_left_out():
    listed = [
        replace(formula("one", "Listen to teachers of music.", issuer="XAA"), themes=("CAP", "SUP"), action="Listen"),
        replace(formula("two", "Silent tests of cheaper mice.", issuer="XBB"), themes=("RDI", "SUP"), action="tests"),
    ]
    assert judge_pairs(listed, [Pair(listed[0].id, listed[1].id, "SUP", 0.3, 0.0)]) == []


def test_every_issuer_with_a_document_has_a_cell_for_every_theme(planted):
    run(planted, Settings(), QUIET)
    count = rows(planted, "select issuer_id, count(*) as n from coverage group by 1")
    assert {row["issuer_id"]: row["n"] for row in count} == {"XAA": 14, "XBB": 14, "XCC": 14, "XAA-XCC": 14}


def test_a_second_run_does_nothing(planted):
    run(planted, Settings(), QUIET)
    tally = run(planted, Settings(), QUIET)
    assert (tally.done, tally.kept) == (0, 1)


def test_a_change_of_the_floor_compares_anew(planted):
    run(planted, Settings(), QUIET)
    assert run(planted, Settings(counterpart_floor=0.9), QUIET).done == 1


def test_a_change_of_the_commitments_compares_anew(planted):
    run(planted, Settings(), QUIET)
    mark(planted, "commitments", "one", input_hash="new", output_hash="new", seconds=0)
    assert run(planted, Settings(), QUIET).done == 1


def test_a_promise_without_a_theme_has_no_counterpart(db, letters):
    for name, issuer in (("one", "XAA"), ("two", "XBB")):
        plant_document(db, name, issuer=issuer)
        plant_promise(db, name, FORMULA, themes=())
    plant_vectors(db, letters)
    run(db, Settings(), QUIET)
    assert rows(db, "select * from counterparts") == []


def test_a_document_without_promises_leaves_its_issuer_in_the_table_of_coverage(db, letters):
    plant_document(db, "one")
    plant_passage(db, "one", "Networks are important.")
    run(db, Settings(), QUIET)
    assert {row["finding"] for row in rows(db, "select finding from coverage")} == {"absent"}


@pytest.mark.parametrize("change", ["delete from passage_themes", "delete from commitment_themes where position = 1"])
def test_a_change_of_what_texts_touch_compares_anew(planted, letters, change):
    plant_passage(planted, "one", "Privacy matters.", themes=("RTS",))
    plant_promise(planted, "one", "We will train police abroad.", themes=("CAP", "INTL"))
    plant_vectors(planted, letters)
    run(planted, Settings(), QUIET)
    planted.execute(change)
    assert run(planted, Settings(), QUIET).done == 1
