"""A group against its members: do they promise what the group declared?

Reads a database; gives a `GroupView`, which the site shows and `concord compare GROUP --members` prints. A
member carries a commitment of the group when one of its own commitments is a counterpart of it that does the
same to the same thing, as firmly or not, in a text of its own or in one that it signed jointly. The group's
texts are not those of its members.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from .comparing import Quote, own_documents, quotes
from .coverage import ALL_DOCUMENTS, READ, Axis, Choice, cells, documents_of, findings, first_of_each
from .errors import ConcordError
from .exporting import Listing, column
from .store import ids_in, rows


def standings(choice: Choice = ALL_DOCUMENTS) -> dict[str, str]:
    """Return what a member can do with a sub-theme of the group's commitments; the last four are the kinds of nought."""
    noughts = {name: meaning for name, meaning in findings(Axis("subtheme"), choice).items() if name != "committed"}
    return {"carries": "promises alike", "otherwise": "promises something else of it", **noughts}


CARRYING = "same", "firmer", "weaker"
"""What a counterpart in a member is to a commitment of the group when the member carries it (`judging.RELATIONS`)."""
_MOST = 3
"""Counterparts that are shown of one commitment and one member."""


@dataclass(frozen=True)
class Carried:
    """A commitment of the group, with the likest counterparts in each member that carries it, and who is silent.

    `relations` has of each of these counterparts, by its id, what it is to the commitment, and in what they agree. `otherwise` are the members that have only counterparts of other kinds, such as another way to one end; `silent`
    those whose texts could be read and have none.
    """

    quote: Quote
    carriers: dict[str, tuple[Quote, ...]]
    relations: dict[str, tuple[str, str]]
    otherwise: tuple[str, ...]
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

    `documents` are those of the group that `choice` admits, as it does those of members; `unplaced` counts the group's
    commitments that have no sub-theme.
    """

    group: str
    choice: Choice
    members: tuple[str, ...]
    names: dict[str, str]
    documents: tuple[dict[str, Any], ...]
    rows: tuple[Row, ...]
    unplaced: int = 0


def group_view(db: Database, group: str, choice: Choice = ALL_DOCUMENTS, *, theme: str = "") -> GroupView:
    """Return which members carry what a group declared.

    Args:
        choice: only these documents, of the group and of its members.
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
    documents = own_documents(db, group, choice)
    own = {
        code: [one for one in listed if one["issuer_id"] != group]
        for code, listed in documents_of(db, members, choice).items()
    }
    read = [code for code in members if any(_is_read(one) for one in own[code])]
    declared = _declared(db, documents, theme)
    said = cells(db, members, Axis("subtheme", theme), choice, only=list(declared))
    carried, relations, otherwise = _counterparts(db, [one["id"] for one in documents], own)
    first = {name: list(first_of_each(promises)) for name, promises in declared.items()}
    promised = quotes(db, *ids_in("commitments.id", [one for ids in first.values() for one in ids]))
    found = []
    for subtheme, promises in declared.items():
        listed = tuple(
            Carried(
                quote,
                carried.get(quote.id, {}),
                relations.get(quote.id, {}),
                tuple(code for code in members if code in otherwise.get(quote.id, ())),
                tuple(code for code in read if code not in {*carried.get(quote.id, ()), *otherwise.get(quote.id, ())}),
            )
            for quote in promised
            if quote.id in first[subtheme]
        )
        of = promises[0]
        standings = {code: _standing(code, listed, said[code, subtheme].finding) for code in members}
        found.append(Row(of["theme"], of["theme_label"], subtheme, of["label"], listed, standings))
    unplaced = 0 if theme else _unplaced(db, documents)
    return GroupView(group, choice, members, names, tuple(documents), tuple(found), unplaced)


def _declared(db: Database, documents: Sequence[dict[str, Any]], theme: str) -> dict[str, list[dict[str, Any]]]:
    """Return the commitments of documents by their sub-theme, in the order in which sub-themes are listed."""
    condition, args = ids_in("document_id", [one["id"] for one in documents])
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(
        db,
        "select commitments.id, coalesce(restates_id, commitments.id) as first, subtheme_id, subthemes.label,"
        " themes.id as theme, themes.label as theme_label from commitments"
        " join subthemes on subthemes.id = subtheme_id join themes on themes.id = subthemes.theme_id"
        f" where {condition} and ? in ('', themes.id)"
        " order by themes.position, subthemes.commitments desc, subtheme_id, page, start, commitments.id",
        [*args, theme],
    ):
        found[row["subtheme_id"]].append(row)
    return found


def _unplaced(db: Database, documents: Sequence[dict[str, Any]]) -> int:
    """Return how many commitments stand in no sub-theme, which those without a theme do."""
    condition, args = ids_in("document_id", [one["id"] for one in documents])
    sql = f"select count(*) as n from commitments where subtheme_id is null and restates_id is null and {condition}"
    return int(rows(db, sql, args)[0]["n"])


def _is_read(document: dict[str, Any]) -> bool:
    return bool(document["is_covered"]) and document["status"] in READ


def _standing(member: str, listed: Sequence[Carried], finding: str) -> Standing:
    count = sum(member in one.carriers for one in listed)
    if count:
        return Standing("carries", count)
    is_otherwise = finding == "committed" or any(member in one.otherwise for one in listed)
    return Standing("otherwise" if is_otherwise else finding)


def _counterparts(
    db: Database, of_group: Sequence[str], own: dict[str, list[dict[str, Any]]]
) -> tuple[dict[str, dict[str, tuple[Quote, ...]]], dict[str, dict[str, tuple[str, str]]], dict[str, set[str]]]:
    """Return for each commitment of the group its counterparts in who carries it, the likest first, and who has others.

    Between the two stands what each of these counterparts is to the commitment, with the note that says why.
    """
    home: dict[str, list[str]] = defaultdict(list)
    for code, documents in own.items():
        for document in documents:
            home[document["id"]].append(code)
    chosen: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    relations: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    otherwise: dict[str, set[str]] = defaultdict(set)
    for pair in rows(db, _PAIRS, {"group": json.dumps(list(of_group)), "members": json.dumps(list(home))}):
        for code in home[pair["document"]]:
            if pair["relation"] not in CARRYING:
                otherwise[pair["commitment_id"]].add(code)
            elif len(chosen[pair["commitment_id"]][code]) < _MOST:
                chosen[pair["commitment_id"]][code].append(pair["other_id"])
                relations[pair["commitment_id"]][pair["other_id"]] = pair["relation"], pair["note"]
    wanted = [name for by_member in chosen.values() for listed in by_member.values() for name in listed]
    known = {quote.id: quote for quote in quotes(db, *ids_in("commitments.id", wanted))}
    carried = {
        name: {code: tuple(known[other] for other in listed) for code, listed in sorted(by_member.items())}
        for name, by_member in chosen.items()
    }
    return carried, relations, {name: codes - set(chosen.get(name, ())) for name, codes in otherwise.items()}


# The tables in this order, and no commitment's row looked up for a pair that leads elsewhere.
_PAIRS = """
with a as materialized (select id from commitments where document_id in (select value from json_each(:group))),
     b as materialized (select id, document_id from commitments where document_id in (select value from json_each(:members)))
select commitment_id, other_id, relation, note, b.document_id as document
from a cross join counterparts on commitment_id = a.id join b on other_id = b.id
order by substance desc, other_id
"""


def standing_text(standing: Standing, of: int, meanings: Mapping[str, str]) -> str:
    """Return what a member does with a sub-theme, in words."""
    return f"carries {standing.carried} of {of}" if standing.finding == "carries" else meanings[standing.finding]


def to_markdown(view: GroupView) -> str:
    """Return a group against its members as a Markdown document with quotes and pages."""
    names, meanings = view.names, standings(view.choice)
    lines = [f"# {names[view.group]} and its members", "", *view.choice.markdown, "## Documents", ""]
    lines += [f"- {one['title']} ({one['year'] or 'no date'}), {one['status']}" for one in view.documents]
    lines += ["", "## Sub-themes", "", f"| sub-theme | {' | '.join(names[code] for code in view.members)} |"]
    lines.append("|---" * (1 + len(view.members)) + "|")
    for row in view.rows:
        told = [standing_text(row.members[code], len(row.commitments), meanings) for code in view.members]
        lines.append(f"| {row.theme_label}: {row.label} | {' | '.join(told)} |")
    if view.unplaced:
        lines += ["", f"Commitments of the group that stand in no sub-theme: {view.unplaced}."]
    lines += ["", "## Commitments"]
    for row in view.rows:
        lines += ["", f"### {row.theme_label}: {row.label}"]
        for one in row.commitments:
            lines += ["", f"> {one.quote.quote}", f"> — {one.quote.where}", ""]
            for code, listed in one.carriers.items():
                lines += [
                    f"- {names[code]}, {one.relations[quote.id][0]}: “{quote.quote}” — {quote.where}"
                    for quote in listed
                ]
            for said, codes in (("something else", one.otherwise), ("silent", one.silent)):
                lines += [f"- {said}: {', '.join(names[code] for code in codes)}"] if codes else []
    return "\n".join(lines)


_SIDE = (
    ("id", str, "Its permanent id"), ("quote", str, "The promise, word for word"), ("document_id", str, "Where it stands"),
    ("document", str, "Title of the document"), ("year", int, "Year of the document"), ("page", int, "Page of the file, counted from one"),
    ("review", str, "What reviewers last decided on it; empty where nobody did"),
)  # fmt: skip
MEMBERS = (
    column("theme", str, "Code of the theme"), column("subtheme", str, "Name of the sub-theme"),
    *(column(f"group_{name}", kind, f"Of the group: {meaning}") for name, kind, meaning in _SIDE),
    column("member", str, "Code of the member"), column("finding", str, f"What it does: {', '.join(standings())}"),
    column("relation", str, f"What the member's is to that of the group: {', '.join(CARRYING)}"),
    *(column(f"member_{name}", kind, f"Of the member that carries it: {meaning}") for name, kind, meaning in _SIDE),
)  # fmt: skip
"""Columns of a group against its members."""


def listing(view: GroupView, address: str = "") -> Listing:
    """Return a row for each commitment of the group and each member, and one for each quote where it carries it."""
    found = []
    for row in view.rows:
        for one in row.commitments:
            for code in view.members:
                standing = row.members[code].finding
                finding = "carries" if code in one.carriers else "otherwise" if standing == "carries" else standing
                for quote in one.carriers.get(code, (None,)):
                    values: dict[str, Any] = {
                        "theme": row.theme,
                        "subtheme": row.label,
                        "member": code,
                        "finding": finding,
                        "relation": one.relations[quote.id][0] if quote else None,
                    }
                    values |= {f"group_{name}": getattr(one.quote, name) for name, *_ in _SIDE}
                    values |= {f"member_{name}": getattr(quote, name) if quote else None for name, *_ in _SIDE}
                    found.append(values)
    return Listing(f"{view.group}-members", f"{view.names[view.group]} and its members", MEMBERS, found, address)


def to_json(view: GroupView) -> str:
    """Return a group against its members as JSON."""
    return json.dumps(asdict(view), ensure_ascii=False, indent=2)
