"""A group against its members: do they promise what the group declared?

Reads a database; gives a `GroupView`, which the site shows and `concord compare GROUP --members` prints. A
member carries a commitment of the group when one of its own commitments is a counterpart of it, in a text
of its own or in one that it signed jointly. The group's texts are not those of its members.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from .comparing import Quote, own_documents, quotes
from .coverage import FINDINGS, Axis, cells, commitments_of_cell, ids_in, topics
from .errors import ConcordError
from .printing import harmless
from .store import rows

STANDINGS = {
    "carries": "promises alike",
    "otherwise": "promises something else of it",
    **{name: meaning for name, meaning in FINDINGS.items() if name != "committed"},
}
"""What a member can do with a sub-theme of the group's commitments; the last four are the kinds of nought."""

_MOST = 3
"""Counterparts that are shown of one commitment and one member."""


@dataclass(frozen=True)
class Carried:
    """A commitment of the group, with the likest counterparts in each member that carries it, and who is silent.

    `silent` are the members whose texts could be read and promise nothing like it.
    """

    quote: Quote
    carriers: dict[str, tuple[Quote, ...]]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What a member does with a sub-theme: how many of the group's commitments in it it carries."""

    finding: str
    carried: int = 0


@dataclass(frozen=True)
class Row:
    """A sub-theme of the group's commitments, and what each member does with it."""

    theme: str
    theme_label: str
    subtheme: str
    label: str
    commitments: tuple[Carried, ...]
    members: dict[str, Standing]


@dataclass(frozen=True)
class GroupView:
    """Everything that the comparison of a group with its members shows.

    `documents` are those of the group; `unplaced` counts its commitments that have no sub-theme.
    """

    group: str
    members: tuple[str, ...]
    names: dict[str, str]
    documents: tuple[dict[str, Any], ...]
    rows: tuple[Row, ...]
    unplaced: int = 0


def group_view(db: Database, group: str, *, at: int | None = None, theme: str = "") -> GroupView:
    """Return which members carry what a group declared.

    Args:
        at: only texts published up to this year.
        theme: only this theme.

    Raises:
        ConcordError: there is no such group, or its members are not known.
    """
    names = {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")}
    members = tuple(
        row["member_id"]
        for row in rows(
            db,
            "select distinct member_id from memberships join issuers on issuers.id = group_id"
            " where group_id = ? and kind <> 'joint' order by member_id",
            [group],
        )
    )
    if not members:
        known = rows(
            db,
            "select distinct group_id as id from memberships join issuers on issuers.id = group_id"
            " where kind <> 'joint' and group_id in (select issuer_id from documents) order by 1",
        )
        raise ConcordError(
            f"{group} is no group whose members are known.",
            remedy=f"Groups with documents are: {', '.join(row['id'] for row in known) or 'none'}.",
        )
    documents = own_documents(db, group, at=at)
    own = {code: [one for one in own_documents(db, code, at=at) if one["issuer_id"] != group] for code in members}
    read = [code for code in members if any(_is_read(one) for one in own[code])]
    carried = _counterparts(db, [one["id"] for one in documents], own)
    found = []
    for theme_id, theme_label in topics(db, Axis("theme", theme)):
        axis = Axis("subtheme", theme_id)
        declared = cells(db, [group], axis, at=at)
        declared_topics = [one for one in topics(db, axis) if declared[group, one[0]].commitments]
        said = cells(db, members, axis, at=at) if declared_topics else {}
        for subtheme, label in declared_topics:
            ids = commitments_of_cell(db, group, subtheme, axis, at=at)
            listed = tuple(
                Carried(
                    quote,
                    carried.get(quote.id, {}),
                    tuple(code for code in read if code not in carried.get(quote.id, {})),
                )
                for quote in quotes(db, *ids_in("commitments.id", ids))
            )
            standings = {code: _standing(code, listed, said[code, subtheme].finding) for code in members}
            found.append(Row(theme_id, theme_label, subtheme, label, listed, standings))
    return GroupView(group, members, names, tuple(documents), tuple(found), 0 if theme else _unplaced(db, documents))


def _unplaced(db: Database, documents: Sequence[dict[str, Any]]) -> int:
    """Return how many commitments stand in no sub-theme, which those without a theme do."""
    condition, args = ids_in("document_id", [one["id"] for one in documents])
    sql = f"select count(*) as n from commitments where subtheme_id is null and restates_id is null and {condition}"
    return int(rows(db, sql, args)[0]["n"])


def _is_read(document: dict[str, Any]) -> bool:
    return bool(document["is_covered"]) and document["status"] in ("read", "partly read")


def _standing(member: str, listed: Sequence[Carried], finding: str) -> Standing:
    count = sum(member in one.carriers for one in listed)
    if count:
        return Standing("carries", count)
    return Standing("otherwise" if finding == "committed" else finding)


def _counterparts(
    db: Database, of_group: Sequence[str], own: dict[str, list[dict[str, Any]]]
) -> dict[str, dict[str, tuple[Quote, ...]]]:
    """Return for each commitment of the group its counterparts in each member, the likest first."""
    home: dict[str, list[str]] = defaultdict(list)
    for code, documents in own.items():
        for document in documents:
            home[document["id"]].append(code)
    condition, args = ids_in("a.document_id", of_group)
    pairs = rows(
        db,
        "select commitment_id, other_id, b.document_id as document from counterparts"
        " join commitments as a on a.id = commitment_id join commitments as b on b.id = other_id"
        f" where {condition} order by substance desc, other_id",
        args,
    )
    chosen: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        for code in home.get(pair["document"], ()):
            if len(chosen[pair["commitment_id"]][code]) < _MOST:
                chosen[pair["commitment_id"]][code].append(pair["other_id"])
    wanted = [name for by_member in chosen.values() for listed in by_member.values() for name in listed]
    known = {quote.id: quote for quote in quotes(db, *ids_in("commitments.id", wanted))}
    return {
        name: {code: tuple(known[other] for other in listed) for code, listed in sorted(by_member.items())}
        for name, by_member in chosen.items()
    }


def standing_text(standing: Standing, of: int) -> str:
    """Return what a member does with a sub-theme, in words."""
    return f"carries {standing.carried} of {of}" if standing.finding == "carries" else STANDINGS[standing.finding]


def to_markdown(view: GroupView) -> str:
    """Return a group against its members as a Markdown document with quotes and pages."""
    names = view.names
    lines = [f"# {names[view.group]} and its members", "", "## Documents", ""]
    lines += [f"- {one['title']} ({one['year'] or 'no date'}), {one['status']}" for one in view.documents]
    lines += ["", "## Sub-themes", "", f"| sub-theme | {' | '.join(names[code] for code in view.members)} |"]
    lines.append("|---" * (1 + len(view.members)) + "|")
    for row in view.rows:
        told = [standing_text(row.members[code], len(row.commitments)) for code in view.members]
        lines.append(f"| {row.theme_label}: {row.label} | {' | '.join(told)} |")
    if view.unplaced:
        lines += ["", f"Commitments of the group that stand in no sub-theme: {view.unplaced}."]
    lines += ["", "## Commitments"]
    for row in view.rows:
        lines += ["", f"### {row.theme_label}: {row.label}"]
        for one in row.commitments:
            lines += ["", f"> {one.quote.quote}", f"> — {one.quote.where}", ""]
            for code, listed in one.carriers.items():
                lines += [f"- {names[code]}: “{quote.quote}” — {quote.where}" for quote in listed]
            silent = ", ".join(names[code] for code in one.silent)
            lines += [f"- silent: {silent}"] if silent else []
    return "\n".join(lines)


def to_csv(view: GroupView) -> str:
    """Return a group against its members as CSV: a row for each commitment of the group and each member."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    sides = ("id", "quote", "document_id", "year", "page")
    writer.writerow(["theme", "subtheme", *(f"group_{side}" for side in sides), "member", "finding", *(f"member_{side}" for side in sides)])  # fmt: skip
    for row in view.rows:
        for one in row.commitments:
            for code in view.members:
                standing = row.members[code].finding
                finding = "carries" if code in one.carriers else "otherwise" if standing == "carries" else standing
                for quote in one.carriers.get(code, (None,)):
                    values = [row.theme, row.label, *(getattr(one.quote, side) for side in sides), code, finding]
                    values += [getattr(quote, side) if quote else "" for side in sides]
                    writer.writerow([harmless(value) for value in values])
    return buffer.getvalue()


def to_json(view: GroupView) -> str:
    """Return a group against its members as JSON."""
    return json.dumps({**asdict(view), "standings": STANDINGS}, ensure_ascii=False, indent=2)
