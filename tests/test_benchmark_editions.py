"""The benchmark of editions: judgments hold no text, and are found again by ids or by places."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from test_benchmarks import script

from pipeline.editions import CHANGES
from pipeline.records import Segment


@pytest.fixture(scope="module")
def bench():
    return script("editions")


@pytest.fixture(scope="module")
def judged():
    lines = (ROOT / "benchmarks" / "edition_judgments.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def place(bench, name, spans=((1, 0, 10),), document="d"):
    return bench.Place(name, document, spans)


def pair(bench, a, b, change="reworded", family="f"):
    return bench.Pair(family, place(bench, a), place(bench, b, document="e"), change)


def judgment(bench, a, b, *, is_one=True, change="reworded"):
    return bench.Judgment("f", place(bench, a), place(bench, b, document="e"), is_one, change if is_one else "")


def test_judgments_hold_places_and_verdicts_and_no_text(judged):
    assert {tuple(one) for one in judged} == {("family", "earlier", "later", "is_one", "change")}
    assert {tuple(one[side]) for one in judged for side in ("earlier", "later")} == {
        ("document", "sha256", "id", "spans")
    }


def test_what_became_of_a_promise_is_said_of_pairs_alone(judged):
    assert all((one["change"] in CHANGES) == one["is_one"] for one in judged)


def test_no_pair_is_judged_twice(judged):
    assert len({(one["earlier"]["id"], one["later"]["id"]) for one in judged}) == len(judged)


def test_a_pair_is_found_by_its_ids(bench):
    one = judgment(bench, "a", "b")
    assert bench.judgment_of(pair(bench, "a", "b"), [one]) is one


def test_a_pair_of_other_ids_is_found_by_its_places(bench):
    one = judgment(bench, "a", "b")
    assert bench.judgment_of(pair(bench, "x", "y"), [one]) is one


def test_a_pair_that_stands_elsewhere_was_not_judged(bench):
    found = bench.Pair("f", place(bench, "x", ((1, 8, 18),)), place(bench, "b", document="e"), "reworded")
    assert bench.judgment_of(found, [judgment(bench, "a", "b")]) is None


def test_a_family_is_measured_by_what_was_read_of_it(bench):
    far = bench.Place("z", "z", ((9, 0, 9),))
    pairs = [pair(bench, "a", "b", "firmer"), bench.Pair("f", far, far, "new")]
    row, whole = bench.measure(
        pairs, [judgment(bench, "a", "b"), bench.Judgment("f", far, place(bench, "q"), True, "kept")]
    )
    assert (row.pairs, row.read, row.right, row.change, row.known, row.found) == (2, 1, 1, 0, 2, 1)
    assert whole.family == "all"


def test_a_place_on_two_lines_is_two_stretches(bench):
    lines = [Segment(0, 10, 1, 100, 110), Segment(11, 20, 2, 0, 9)]
    assert bench.place_of(lines, 5, 15) == ((1, 105, 110), (2, 0, 4))
