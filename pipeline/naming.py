"""Names of sub-themes: the machine's, made of their distinctive words, and those that people give.

Reads `subthemes` and `subtheme_lineage`; writes `subtheme_names` and the labels of `subthemes`. A
person's name hangs on the id of its sub-theme: a run of the pipeline puts it on the label, and never
touches it. An id that went may have gone into another, which `successor_of()` finds.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from .errors import NamingError
from .store import now, rows, table

LONGEST = 80
"""Characters of a name."""
_WORDS = 3
"""Distinctive terms that make a machine's name."""


@dataclass(frozen=True)
class Named:
    """A sub-theme and what it is called now; `is_named` when a person said so."""

    id: str
    theme: str
    label: str
    is_named: bool
    commitments: int


def machine_label(terms: str) -> str:
    """Return the name that a sub-theme has by its distinctive words: "Schools, teachers, curricula"."""
    label = ", ".join(terms.split(", ")[:_WORDS]) or "other"
    return label[:1].upper() + label[1:]


def names_of_people(db: Database) -> dict[str, str]:
    """Return the names that people gave, by the id of the sub-theme."""
    return {row["subtheme_id"]: row["name"] for row in rows(db, "select subtheme_id, name from subtheme_names")}


def listed(db: Database) -> list[Named]:
    """Return all sub-themes in the order of the themes, the largest first."""
    found = rows(
        db,
        "select subthemes.* from subthemes join themes on themes.id = theme_id"
        " order by position, commitments desc, subthemes.id",
    )
    return [_to_named(row) for row in found]


def give_name(db: Database, subtheme: str, name: str) -> Named:
    """Call a sub-theme as a person wants it called, in this run and all later ones.

    Raises:
        NamingError: there is no such sub-theme, or that is no name.
    """
    _refuse_strangers(db, subtheme)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise NamingError(
            f"{name!r} cannot be the name of a sub-theme.",
            remedy=f"Take up to {LONGEST} letters, digits, signs and blanks.",
        )
    with db.atomic():
        table(db, "subtheme_names").upsert({"subtheme_id": subtheme, "name": name, "named_at": now()}, pk="subtheme_id")
        db.execute("update subthemes set label = ?, is_named = 1 where id = ?", [name, subtheme])
    return _one(db, subtheme)


def forget_name(db: Database, subtheme: str) -> Named:
    """Give a sub-theme the machine's name back.

    Raises:
        NamingError: there is no such sub-theme.
    """
    _refuse_strangers(db, subtheme)
    label = machine_label(rows(db, "select terms from subthemes where id = ?", [subtheme])[0]["terms"])
    with db.atomic():
        db.execute("delete from subtheme_names where subtheme_id = ?", [subtheme])
        db.execute("update subthemes set label = ?, is_named = 0 where id = ?", [label, subtheme])
    return _one(db, subtheme)


def successor_of(db: Database, subtheme: str) -> Named | None:
    """Return the sub-theme in which most commitments of one that went are now; None when there is none.

    Where that one went too, its own successor counts.
    """
    seen = {subtheme}
    while True:
        found = rows(
            db,
            "select event, other_id from subtheme_lineage where subtheme_id = ? order by change desc limit 1",
            [subtheme],
        )
        if not found or found[0]["event"] not in ("merged", "retired") or found[0]["other_id"] in ("", *seen):
            return None
        subtheme = found[0]["other_id"]
        seen.add(subtheme)
        if rows(db, "select 1 from subthemes where id = ?", [subtheme]):
            return _one(db, subtheme)


def _refuse_strangers(db: Database, subtheme: str) -> None:
    if rows(db, "select 1 from subthemes where id = ?", [subtheme]):
        return
    heir = successor_of(db, subtheme)
    if heir:
        raise NamingError(
            f"The sub-theme {subtheme} is no more; most of it is in {heir.id} ({heir.label}) now.",
            remedy=f'Name that one: concord name {heir.id} "NAME"',
        )
    raise NamingError(f"There is no sub-theme {subtheme!r}.", remedy="All of them with their ids: concord name")


def _one(db: Database, subtheme: str) -> Named:
    return _to_named(rows(db, "select * from subthemes where id = ?", [subtheme])[0])


def _to_named(row: dict[str, object]) -> Named:
    return Named(
        str(row["id"]), str(row["theme_id"]), str(row["label"]), bool(row["is_named"]), int(str(row["commitments"]))
    )
