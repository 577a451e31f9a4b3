"""Sub-themes: groups that last from run to run, and are never too small."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import subthemes
from pipeline.subthemes import Event, _carried, _new_id, group, lineage, nearest

HOW = {"neighbours": 5, "resolution": 1.0, "smallest": 3}


def a_cloud(centres, each, seed=1):
    """Unit vectors around `centres` directions, `each` of them around every one."""
    noise = np.random.default_rng(seed).normal(0, 0.1, (centres * each, 16))
    vectors = np.repeat(np.eye(16)[:centres], each, axis=0) + noise
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def grouped(ids, vectors, before=None, **how):
    return group("CAP", ids, vectors, before or {}, **{**HOW, **how})


def membership(ids, groups):
    return {ids[place]: one.id for one in groups for place in one.members}


@pytest.fixture
def ids():
    return [f"p{number:02}" for number in range(30)]


def test_like_promises_are_grouped_together(ids):
    groups = grouped(ids, a_cloud(3, 10))
    assert sorted(one.members for one in groups) == [tuple(range(start, start + 10)) for start in (0, 10, 20)]


def test_two_runs_give_the_same_groups(ids):
    assert grouped(ids, a_cloud(3, 10)) == grouped(ids, a_cloud(3, 10))


def test_a_rerun_from_its_own_outcome_changes_nothing(ids):
    first = grouped(ids, a_cloud(3, 10))
    assert grouped(ids, a_cloud(3, 10), membership(ids, first)) == first


def test_a_group_keeps_its_id_when_promises_join_it(ids):
    old = membership(ids, grouped(ids, a_cloud(3, 10)))
    more = [*ids, *(f"q{number}" for number in range(6))]
    vectors = np.concatenate([a_cloud(3, 10), a_cloud(3, 2, seed=2)])
    new = membership(more, grouped(more, vectors, old))
    assert {one: new[one] for one in ids} == old
    assert set(new.values()) == set(old.values())


def test_a_group_keeps_its_id_when_some_of_its_promises_go(ids):
    old = membership(ids, grouped(ids, a_cloud(3, 10)))
    kept = [one for place, one in enumerate(ids) if place % 10 < 7]
    vectors = a_cloud(3, 10)[[ids.index(one) for one in kept]]
    assert membership(kept, grouped(kept, vectors, old)) == {one: old[one] for one in kept}


def test_an_id_goes_to_the_group_that_holds_the_largest_part_of_its_members():
    before = dict.fromkeys("abcde", "old")
    assert _carried([["a", "b"], ["c", "d", "e"]], before) == ["", "old"]


def test_an_id_of_which_less_than_half_is_left_together_is_not_carried_over():
    before = dict.fromkeys("abcdefg", "old")
    assert _carried([["a", "b", "c"], ["d", "e"], ["f", "g"]], before) == ["", "", ""]


def test_a_group_that_could_have_two_ids_takes_that_of_which_it_holds_more():
    before = dict.fromkeys("abcde", "large") | {"f": "small"}
    assert _carried([["a", "b", "c", "d", "f"], ["e"]], before) == ["large", ""]


def test_ties_keep_a_promise_in_its_group_against_a_weak_pull(ids):
    vectors = a_cloud(3, 10)
    vectors[0] = (vectors[0] + vectors[10] * 1.05) / np.linalg.norm(vectors[0] + vectors[10] * 1.05)
    before = dict(zip(ids, np.repeat(["x", "y", "z"], 10).tolist(), strict=True))
    loose, tied = (membership(ids, grouped(ids, vectors, before, tie=tie)) for tie in (0.0, 5.0))
    assert (loose["p00"], tied["p00"]) == ("y", "x")


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 12), rows=st.integers(2, 20), cells=st.integers(1, 90), seed=st.integers(0, 1000))
def test_neighbours_found_in_blocks_are_those_of_the_whole_matrix(count, rows, cells, seed):
    vectors = a_cloud(1, rows, seed)
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -2)
    whole = [list(np.argsort(-row, kind="stable")[:count][: rows - 1]) for row in likeness]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subthemes, "_CELLS", cells)
        assert [list(places) for places, _ in nearest(vectors, count)] == whole


def test_the_cosines_of_all_promises_are_never_held_at_once(monkeypatch):
    vectors = a_cloud(1, 2000)
    monkeypatch.setattr(subthemes, "_CELLS", 40_000)
    tracemalloc.start()
    for _ in nearest(vectors, 5):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2000 * 2000  # a byte for each pair; the matrix has four


def test_one_promise_alone_has_no_neighbours():
    assert list(nearest(a_cloud(1, 1), 5)) == []


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ("aaa", "aaa", Event("a", "kept", "", 3, 3, 3)), ("aaa", "aa-", Event("a", "kept", "", 3, 2, 2)),
        ("aa-", "aaa", Event("a", "grown", "", 2, 3, 2)), ("--", "aa", Event("a", "new", "", 0, 2, 0)),
        ("bbbb", "bbaa", Event("a", "split", "b", 0, 2, 2)), ("b---", "baaa", Event("a", "new", "", 0, 3, 0)),
        ("aabb", "bbbb", Event("a", "merged", "b", 2, 0, 2)), ("aaaa", "b---", Event("a", "merged", "b", 4, 0, 1)),
        ("aaa", "bcd", Event("a", "retired", "b", 3, 0, 1)), ("aa", "--", Event("a", "retired", "", 2, 0, 0)),
    ],
)  # fmt: skip
def test_what_became_of_a_subtheme(before, after, event):
    memberships = ({str(place): name for place, name in enumerate(one) if name != "-"} for one in (before, after))
    assert event in lineage(*memberships)


@given(st.text("abc-", max_size=12), st.text("abc-", max_size=12))
def test_every_subtheme_has_one_event_and_its_sizes_are_right(before, after):
    old, new = ({str(place): name for place, name in enumerate(one) if name != "-"} for one in (before, after))
    events = lineage(old, new)
    assert [one.subtheme for one in events] == sorted({*old.values(), *new.values()})
    assert all((one.before, one.after) == (before.count(one.subtheme), after.count(one.subtheme)) for one in events)
    assert all(one.other != one.subtheme for one in events)


def test_a_new_group_whose_representative_named_an_older_one_gets_an_id_of_its_own():
    first = _new_id("CAP", "p1", set())
    assert _new_id("CAP", "p1", {first}) != first


def test_no_two_groups_share_an_id_after_a_split(ids):
    vectors = a_cloud(2, 15)
    whole = grouped(ids, np.repeat(a_cloud(1, 1), 30, axis=0), smallest=30)
    before = dict.fromkeys(ids, whole[0].id)
    split = grouped(ids, vectors, before | dict.fromkeys(ids[15:], ""))
    assert len({one.id for one in split}) == len(split)


def test_a_theme_with_few_promises_is_one_group():
    assert len(grouped(["a", "b", "c"], a_cloud(3, 1))) == 1


def test_promises_that_form_only_small_groups_are_one_group():
    ids = ["a", "b", "c", "d"]
    assert [one.members for one in grouped(ids, a_cloud(2, 2), neighbours=1)] == [(0, 1, 2, 3)]


@settings(max_examples=40, deadline=None)
@given(
    centres=st.integers(1, 6), each=st.integers(1, 8), smallest=st.integers(1, 6), neighbours=st.integers(1, 12),
    seed=st.integers(0, 1000),
)  # fmt: skip
def test_every_promise_is_in_one_group_and_no_group_is_too_small(centres, each, smallest, neighbours, seed):
    ids = [f"p{number:02}" for number in range(centres * each)]
    groups = grouped(ids, a_cloud(centres, each, seed), smallest=smallest, neighbours=neighbours)
    assert sorted(place for one in groups for place in one.members) == list(range(len(ids)))
    assert len(groups) == 1 or min(len(one.members) for one in groups) >= smallest
    assert len({one.id for one in groups}) == len(groups)


def test_the_representative_is_the_promise_nearest_to_the_middle_of_its_group():
    vectors = np.array([[1, 0], [0.9, 0.436], [0, 1]], dtype=np.float32)
    assert grouped(["a", "b", "c"], vectors)[0].representative == 1
