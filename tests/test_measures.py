"""Measures: values that can be worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.measures import (
    Bin,
    Hits,
    Score,
    by_document,
    calibration_error,
    hits,
    jaccard,
    reliability,
    share,
    weighted_kappa,
)


def test_right_and_wrong_findings_are_counted():
    truth = [True, True, True, False, False]
    found = [True, True, False, True, False]
    assert hits(truth, found) == Hits(true_positive=2, false_positive=1, false_negative=1)


def test_precision_is_the_share_of_what_was_found_and_recall_of_what_is_there():
    """Of four found three are right; of six there three were found; 2 x 3 / (2 x 3 + 1 + 3) = 0.6."""
    found = Hits(3, 1, 3)
    assert (found.precision, found.recall, found.f1) == (0.75, 0.5, 0.6)


def test_nothing_found_of_nothing_is_perfect():
    nothing = Hits(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (1.0, 1.0, 1.0)


def test_nothing_found_of_something_has_no_recall():
    missed = Hits(0, 0, 4)
    assert (missed.precision, missed.recall, missed.f1) == (1.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_f1_lies_between_precision_and_recall(pairs):
    found = hits([t for t, _ in pairs], [f for _, f in pairs])
    low, high = sorted((found.precision, found.recall))
    if found.true_positive:
        assert low - 1e-9 <= found.f1 <= high + 1e-9


@pytest.mark.parametrize("measure", [hits, weighted_kappa, jaccard])
def test_lists_of_unequal_length_are_refused(measure):
    with pytest.raises(ValueError, match="zip"):
        measure([1, 1], [1])


@pytest.mark.parametrize(
    ("truth", "found", "kappa"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        # Observed: (0 + 0 + 1 + 1) / 4. Expected: of 16 pairs 6 differ by one, 4 by two, 2 by three: (6 + 16 + 18) / 16.
        ([1, 2, 3, 4], [1, 2, 4, 3], 1 - (2 / 4) / (40 / 16)),
        ([1, 1, 2, 2], [1, 2, 1, 2], 0.0),
        ([1, 2], [2, 1], -1.0),
        ([3, 3, 3], [3, 3, 3], 1.0),
        ([], [], 0.0),
    ],
)
def test_kappa_weighs_a_difference_by_its_square(truth, found, kappa):
    assert weighted_kappa(truth, found) == pytest.approx(kappa)


def test_a_far_error_costs_kappa_more_than_a_near_one():
    truth = [1, 2, 3, 4, 1, 4]
    assert weighted_kappa(truth, [2, 2, 3, 4, 1, 4]) > weighted_kappa(truth, [4, 2, 3, 4, 1, 4])


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=20))
def test_kappa_is_the_same_both_ways(pairs):
    a, b = [one for one, _ in pairs], [other for _, other in pairs]
    assert weighted_kappa(a, b) == pytest.approx(weighted_kappa(b, a))
    assert weighted_kappa(a, b) <= 1


def test_jaccard_is_the_mean_share_of_labels_in_common():
    """One of three in common, two of two: (1/3 + 1) / 2."""
    truth = [{"LAW", "CI"}, {"CAP", "RDI"}]
    found = [{"LAW", "GOV"}, {"RDI", "CAP"}]
    assert jaccard(truth, found) == pytest.approx(2 / 3)


def test_units_without_any_label_do_not_count_for_jaccard():
    assert jaccard([{"LAW"}, set()], [{"LAW"}, set()]) == 1.0
    assert jaccard([set()], [set()]) == 0.0


def test_a_share_of_nothing_is_nought():
    assert (share([True, True, False, True]), share([])) == (0.75, 0.0)


def test_a_reliability_curve_has_a_bin_for_each_step_that_holds_units():
    curve = reliability([0.05, 0.15, 0.11, 0.95], [False, True, False, True])
    assert [(round(one.confidence, 3), one.right, one.count) for one in curve] == [
        (0.05, 0.0, 1),
        (0.13, 0.5, 2),
        (0.95, 1.0, 1),
    ]


def test_full_confidence_is_in_the_last_bin():
    assert reliability([1.0, 0.9], [True, True]) == [Bin(0.95, 1.0, 2)]


def test_the_number_of_bins_can_be_chosen():
    assert [one.count for one in reliability([0.1, 0.4, 0.6, 0.9], [True] * 4, bins=2)] == [2, 2]


def test_the_calibration_error_weighs_each_bin_by_its_units():
    """Three units at 0.8 of which two are right, one at 0.1 that is wrong: 3/4 x 2/15 + 1/4 x 1/10 = 1/8."""
    assert calibration_error([0.8, 0.8, 0.8, 0.1], [True, True, False, False]) == pytest.approx(0.125)


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([], [], 0.0),
        ([1.0, 0.0], [True, False], 0.0),
        ([1.0, 0.0], [False, True], 1.0),
        ([0.5, 0.5], [True, False], 0.0),
    ],
)
def test_the_calibration_error_is_nought_for_the_calibrated_and_one_at_worst(confidence, right, error):
    assert calibration_error(confidence, right) == error


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_every_unit_is_in_one_bin_and_the_error_is_a_share(units):
    confidence, right = [value for value, _ in units], [yes for _, yes in units]
    assert sum(one.count for one in reliability(confidence, right)) == len(units)
    assert 0 <= calibration_error(confidence, right) <= 1


DOCUMENTS = ["a"] * 4 + ["b"] * 3 + ["c"] * 3
RIGHT = [True, True, True, False, True, False, False, True, True, True]


def shared(places):
    return share([RIGHT[place] for place in places])


def test_a_value_is_that_of_all_units_and_lies_in_its_interval():
    score = by_document(DOCUMENTS, shared)
    assert (score.value, score.count) == (0.7, 10)
    assert score.low <= score.value <= score.high


def test_an_interval_is_the_same_each_time():
    assert by_document(DOCUMENTS, shared) == by_document(DOCUMENTS, shared)


def test_an_interval_does_not_depend_on_the_order_of_documents():
    worth = {name: number**2 / 100 for number, name in enumerate("abcdefghi")}

    def score(documents):
        return by_document(documents, lambda places: max(worth[documents[place]] for place in places), draws=40)

    assert score([*"abcdefghi"]) == score([*"ihgfedcba"]) == score([*"dbgafiech"])


def test_whole_documents_are_drawn():
    drawn = []
    by_document(DOCUMENTS, lambda places: drawn.append([DOCUMENTS[place] for place in places]) or 0.0, draws=50)
    size = {"a": 4, "b": 3, "c": 3}
    assert len(drawn) == 51
    for units in drawn:
        assert all(units.count(name) % size[name] == 0 for name in size)
        assert sum(units.count(name) // size[name] for name in size) == 3


def test_two_documents_that_differ_wholly_leave_everything_open():
    """Of four equally likely draws one holds the bad document alone and one the good one alone."""
    right = [True, False]
    assert by_document(["a", "b"], lambda places: share([right[p] for p in places])) == Score(0.5, 0.0, 1.0, 2)


def test_of_one_document_no_interval_is_known():
    assert by_document(["a", "a"], lambda places: 0.25) == Score(0.25, 0.25, 0.25, 2)


def test_of_no_units_the_measure_says_what_nothing_is_worth():
    assert by_document([], lambda places: float(len(places))) == Score(0.0, 0.0, 0.0, 0)
