"""Sub-themes: groups that emerge among the commitments of one theme, with ids that outlive reruns.

Pure functions over vectors, used by `themes.py`. The commitments are joined to their
nearest neighbours and the graph is parted by the Leiden algorithm (Traag, Waltman and van Eck,
"From Louvain to Leiden", 2019). It starts from the last run's groups, and each commitment is tied to
the group that it was in: so groups last, and yet part, join and arise where the texts say so.
`lineage()` tells what became of each.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .ids import digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SEED = 20100
_CARRIED = 0.5
"""Share of its old members that a group keeps at least, to keep its id."""
TIE = 0.5
"""Weight of a commitment's tie to the group that it was in, beside the cosines to its neighbours.

Without it a tenth more documents move one in twenty of the old commitments to another sub-theme, with it one in a
hundred, and the groups are as close: `benchmarks/stability.py` measures both.
"""
_CELLS = 4_000_000
"""Cosines held at once while neighbours are looked for: a matrix of all would take gigabytes."""


@dataclass(frozen=True)
class Group:
    """Commitments of one theme that belong together; `members` and `representative` are places."""

    id: str
    members: tuple[int, ...]
    representative: int


@dataclass(frozen=True)
class Event:
    """What became of a sub-theme from one run to the next.

    `other` is whence it came when it is split from another, and where its commitments went when it is
    merged or retired; `before` and `after` count its members, `shared` those of both runs: with itself
    when it lasts, else with `other`.
    """

    subtheme: str
    what: str
    other: str
    before: int
    after: int
    shared: int


def group(
    theme: str,
    ids: Sequence[str],
    vectors: NDArray[np.float32],
    before: Mapping[str, str],
    *,
    neighbours: int,
    resolution: float,
    smallest: int,
    tie: float = TIE,
) -> list[Group]:
    """Return the groups of one theme's commitments.

    Args:
        ids: of the commitments, in their order.
        vectors: one unit row a commitment.
        before: the sub-theme of each commitment in the last run, by commitment id.
        neighbours: nearest neighbours to which a commitment is joined.
        resolution: higher gives more and smaller groups.
        smallest: a group of fewer joins the group whose centre is nearest to its own.
        tie: how strongly a commitment hangs on the group that it was in.
    """
    if len(ids) <= smallest:
        membership = [0] * len(ids)
    else:
        membership = _parted(vectors, [before.get(one, "") for one in ids], neighbours, resolution, tie)
        membership = _without_small(membership, vectors, smallest)
    members: dict[int, list[int]] = defaultdict(list)
    for place, part in enumerate(membership):
        members[part].append(place)
    places = sorted(members.values())
    names = _carried([[ids[place] for place in part] for part in places], before)
    groups = []
    taken = set(names)
    for mine, carried in zip(places, names, strict=True):
        centre = vectors[mine].mean(axis=0)
        representative = mine[int(np.argmax(vectors[mine] @ centre))]
        name = carried or _new_id(theme, ids[representative], taken)
        taken.add(name)
        groups.append(Group(name, tuple(mine), representative))
    return groups


def _new_id(theme: str, representative: str, taken: set[str]) -> str:
    """Return an id for a new group, made of its representative, which may have named an older group."""
    candidates = (digest(theme, representative, *range(more)) for more in itertools.count())
    return next(one for one in candidates if one not in taken)


def _parted(
    vectors: NDArray[np.float32], before: Sequence[str], neighbours: int, resolution: float, tie: float
) -> list[int]:
    import igraph
    import leidenalg

    edges = _edges(vectors, neighbours)
    known = {name: place for place, name in enumerate(sorted(set(before) - {""}))}
    ties = {(place, len(vectors) + known[name]): tie for place, name in enumerate(before) if name and tie}
    weights = edges | ties
    # Each old group is a vertex of its own, so that its members hang together by it.
    start = [known.get(name, len(known) + place) for place, name in enumerate(before)] + list(known.values())
    compact = {old: new for new, old in enumerate(sorted(set(start)))}
    partition = leidenalg.find_partition(
        igraph.Graph(n=len(start), edges=list(weights)),
        leidenalg.RBConfigurationVertexPartition,
        weights=list(weights.values()),
        resolution_parameter=resolution,
        initial_membership=[compact[old] for old in start] if known else None,
        seed=_SEED,
        n_iterations=-1,
    )
    return list(partition.membership)[: len(vectors)]


def _edges(vectors: NDArray[np.float32], neighbours: int) -> dict[tuple[int, int], float]:
    """Return the cosine of each commitment with its nearest neighbours, by their places."""
    edges: dict[tuple[int, int], float] = {}
    for one, (others, cosines) in enumerate(nearest(vectors, neighbours)):
        for other, weight in zip(others.tolist(), cosines.tolist(), strict=True):
            if weight > 0:
                edges[min(one, other), max(one, other)] = weight
    return edges


def nearest(vectors: NDArray[np.float32], count: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
    """Yield for each row the places of its nearest other rows, the nearest first, and their cosines.

    Of rows that are equally near at the end of the list, which ones count is chance, but the same on each run.
    """
    count = min(count, len(vectors) - 1)
    rows = max(1, _CELLS // max(1, len(vectors)))
    for first in range(0, len(vectors) if count > 0 else 0, rows):
        cosines = vectors[first : first + rows] @ vectors.T
        here = np.arange(len(cosines))
        cosines[here, first + here] = -2.0
        places = np.sort(np.argpartition(-cosines, count - 1, axis=1)[:, :count], axis=1)
        found = np.take_along_axis(cosines, places, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        yield from zip(np.take_along_axis(places, order, axis=1), np.take_along_axis(found, order, axis=1), strict=True)


def _without_small(membership: list[int], vectors: NDArray[np.float32], smallest: int) -> list[int]:
    sizes = Counter(membership)
    large = [part for part, size in sizes.items() if size >= smallest]
    if not large:
        return [0] * len(membership)
    if len(large) == len(sizes):
        return membership
    places = np.array(membership)
    centres = np.stack([vectors[places == part].mean(axis=0) for part in large])
    return [
        part if sizes[part] >= smallest else large[int(np.argmax(centres @ vectors[place]))]
        for place, part in enumerate(membership)
    ]


def _carried(parts: Sequence[Sequence[str]], before: Mapping[str, str]) -> list[str]:
    """Return for each group the id it inherits, or "": the id of which it holds most old members.

    An id goes to one group alone: the one that holds the largest part of it. A group that could have
    several takes that of which it holds the most members.
    """
    sizes = Counter(before.values())
    claims = []
    for place, part in enumerate(parts):
        for old, held in Counter(before[one] for one in part if one in before).items():
            if held >= _CARRIED * sizes[old]:
                claims.append((held, held / sizes[old], old, place))
    names = [""] * len(parts)
    taken: set[str] = set()
    for _, _, old, place in sorted(claims, key=lambda claim: (-claim[0], -claim[1], claim[2])):
        if not names[place] and old not in taken:
            names[place] = old
            taken.add(old)
    return names


def lineage(before: Mapping[str, str], after: Mapping[str, str]) -> list[Event]:
    """Return what became of each sub-theme that was there or is, by their ids.

    Args:
        before, after: the sub-theme of each commitment in the last run and in this one, by commitment id.
    """
    old, new = _members(before), _members(after)
    events = []
    for name in sorted(old | new):
        was, now = old.get(name, set()), new.get(name, set())
        if was and now:
            what = "grown" if len(now) > len(was) else "kept"
            events.append(Event(name, what, "", len(was), len(now), len(was & now)))
            continue
        # The group in the other run that has most of its members, of those that were there in both runs.
        found = Counter(map(before.get, now) if now else map(after.get, was))
        there = sum(found.values()) - found.pop(None, 0)
        other, shared = min(found.items(), key=lambda item: (-item[1], str(item[0])), default=("", 0))
        has_most = 2 * shared >= max(1, len(now) if now else there)
        what = ("split" if has_most else "new") if now else ("merged" if has_most else "retired")
        if what == "new":
            other, shared = "", 0
        events.append(Event(name, what, other or "", len(was), len(now), shared))
    return events


def _members(membership: Mapping[str, str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for commitment, subtheme in membership.items():
        members[subtheme].add(commitment)
    return members
