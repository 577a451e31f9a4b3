"""Planted pairs: edits between two editions, and counterparts between issuers.

A pair names each side by the beginning of its quote; a beginning that fits no commitment, or more
than one, is an error, so that a pair cannot go stale unseen.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from .markup import Source
from .truth import commitments_of

KINDS = ("kept", "reworded", "firmer", "weaker", "deadline_moved", "dropped", "lapsed", "new")
RELATIONS = {"same", "other_instrument", "firmer", "weaker", "opposed", "related", "none"}


def edits(path: Path, sources: dict[str, Source]) -> list[dict]:
    """What became of each promise of the first edition, and what is new in the second."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    before, after = sources[table["before_document"]], sources[table["after_document"]]
    records = []
    for kind in KINDS:
        for sides in table[kind]:
            old = None if kind == "new" else whole_quote(before, sides[0])
            new = None if kind in ("dropped", "lapsed") else whole_quote(after, sides[-1])
            records.append({"kind": kind, "before": old, "after": new})
    _check_complete(records, before, "before")
    _check_complete(records, after, "after")
    return records


def _check_complete(records: list[dict], source: Source, side: str) -> None:
    told = [record[side] for record in records if record[side]]
    quotes = [commitment.quote for commitment in commitments_of(source)]
    if sorted(told) != sorted(quotes):
        raise ValueError(f"{source.id}: edits do not account for {set(told) ^ set(quotes)}")


def counterparts(path: Path, sources: dict[str, Source]) -> list[dict]:
    """Planted pairs across issuers."""
    records = []
    for relation, *sides, in_same_words in map(_with_flag, tomllib.loads(path.read_text(encoding="utf-8"))["pairs"]):
        if relation not in RELATIONS:
            raise ValueError(f"unknown relation {relation}")
        a, b = (
            {"document": document, "quote": whole_quote(sources[document], start)}
            for document, _, start in (side.partition(": ") for side in sides)
        )
        records.append({"a": a, "b": b, "relation": relation, "same_wording": in_same_words})
    return records


def _with_flag(pair: list[str]) -> tuple[str, str, str, bool]:
    relation, a, b, *flag = pair
    return relation, a, b, bool(flag)


def whole_quote(source: Source, start: str) -> str:
    """The one quote of a source that begins so."""
    found = [c.quote for c in commitments_of(source) if c.quote.startswith(start)]
    if len(found) != 1:
        raise ValueError(f"{source.id}: {len(found)} commitments begin with “{start}”")
    return found[0]
