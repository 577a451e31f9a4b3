"""What each page of the site asks the database. One function a page: a database in, plain values out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlite_utils import Database

from .. import __version__
from ..citing import Citation, listed
from ..comparing import (
    FINDINGS,
    NAMINGS_COUNTED,
    NEAREST_FIRST,
    Quote,
    compare,
    issuers_with_documents,
    names_of,
    own_documents,
    quotes,
    silences,
)
from ..coverage import (
    AXES,
    Axis,
    Behind,
    Choice,
    behind,
    bounds,
    cells,
    detection,
    findings,
    in_words,
    shades,
    topics,
)
from ..coverage import matrix as everybody
from ..editions import differences
from ..embeddings import text_hash
from ..ids import digest, slug
from ..judging import RELATIONS
from ..members import group_view, standings
from ..passages import language_name, load_sheets, to_passage
from ..store import ids_in, rows

__all__ = [
    "FINDINGS", "axes", "axis_of_element", "axis_of_subtheme", "cell", "choices", "citation", "citation_of_page", "commitment",
    "comparison", "confidence", "documents", "issuer", "matrix", "members", "subtheme", "theme", "title_of_cell",
    "title_of_comparison",
]  # fmt: skip

_TOUCHING_SHOWN = 8
"""Passages that a cell without commitments shows."""
COUNTERPARTS_SHOWN = 8
"""Counterparts of one relation that the page of a commitment shows."""
MARKED_FROM = 0.2
"""Share of word triples in common from which the words that differ are marked: in other texts nearly all would be."""

DOCUMENTS = """
select documents.*, issuers.name as issuer, kinds.label as kind,
       (select count(*) from commitments where document_id = documents.id) as commitments
from documents left join issuers on issuers.id = documents.issuer_id join kinds on kinds.id = kind_id
"""
PROBLEMS = """
select problems.*, documents.title, documents.issuer_id, issuers.name as issuer, documents.year, documents.status,
       documents.is_covered, documents.is_paged
from problems left join documents on documents.id = problems.document_id
left join issuers on issuers.id = documents.issuer_id
"""
NAMED = """
select coalesce(mentions.issuer_id, instrument_id) as id, coalesce(issuers.name, instruments.name) as name,
       instrument_id is not null as is_instrument, role, count(*) as n
from mentions join documents on documents.id = document_id
left join issuers on issuers.id = mentions.issuer_id left join instruments on instruments.id = instrument_id
"""
COUNTERPARTS = f"""
select other_id as id, substance, wording, relation, note, is_formula from counterparts where commitment_id = ?
order by {NEAREST_FIRST}, substance desc
"""
FORMULA = """
select formulas.* from formulas join formula_commitments on formula_id = id where commitment_id = ?
"""
SUBTHEMES = """
select subthemes.*, count(distinct commitments.issuer_id) as issuers, min(commitments.year) as first_year,
       representative.quote as quote
from subthemes join commitments on commitments.subtheme_id = subthemes.id
left join commitments as representative on representative.id = representative_id
where subthemes.theme_id = ? group by subthemes.id order by subthemes.commitments desc
"""


def choices(db: Database) -> dict[str, Any]:
    """Return what the forms of search and comparison offer."""
    codes = issuers_with_documents(db)
    marks = ", ".join("?" for _ in codes)
    years = rows(db, "select min(year) as first, max(year) as last from documents")[0]
    return {
        "issuers": rows(
            db, f"select id, name, kind from issuers where id in ({marks}) order by kind <> 'state', name", codes
        ),
        "themes": rows(db, "select id, label from themes order by position"),
        "groups": rows(
            db,
            "select id, name from issuers where kind = 'group' and id in (select group_id from memberships"
            " join documents on issuer_id in (group_id, member_id)) order by name",
        ),
        "languages": [
            {**row, "label": language_name(row["id"])}
            for row in rows(db, "select distinct language as id from documents where language <> '' order by 1")
        ],
        "kinds": rows(db, "select id, label from kinds where id in (select kind_id from documents) order by label"),
        "bindingness": rows(db, "select id, label from bindingness order by id"),
        "years": years,
    }


def matrix(db: Database, axis: Axis, choice: Choice) -> dict[str, Any]:
    """Return what all issuers do with every topic of an axis, for the page."""
    found = everybody(db, axis, choice)
    return {
        "matrix": found,
        "meanings": findings(axis, choice),
        **_shown_counts(db, [cell.commitments for cell in found.cells.values()]),
    }


def _shown_counts(db: Database, counts: list[int]) -> dict[str, Any]:
    """Return for each count how dark it is shown, from 0 to 1, and between what bounds it is true.

    Where the database is evaluated, counts that are about as many are shown alike.
    """
    most, measured = max(counts, default=1) or 1, detection(db)
    if measured is None:
        return {"most": most, "shade": {count: round(count / most, 3) for count in counts}, "bounds": {}}
    steps = shades(most, measured)
    return {
        "most": most,
        "shade": {count: round(sum(step <= count for step in steps) / len(steps), 3) for count in counts},
        "bounds": {count: bounds(count, measured) for count in counts},
    }


def axes(db: Database) -> dict[str, str]:
    """Return by what a comparison can count, with the words for it."""
    found = sorted(rows(db, "select * from guidelines order by title"), key=lambda row: row.get("is_example", 0))
    guidelines = {row["id"]: row["title"] for row in found}
    return {**{name: label.lower() for name, label in AXES.items()}, **guidelines}


def comparison(db: Database, issuers: Sequence[str], choice: Choice, axis: Axis) -> dict[str, Any]:
    """Return the comparison of issuers, for the page."""
    found = compare(db, issuers, choice, theme=axis.theme, by=axis.by)
    labels = {row["id"]: row["label"] for row in rows(db, "select id, label from bindingness")}
    names = {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")}
    ids = [quote.id for pair in found.counterparts for quote in (pair.a, pair.b)]
    marks = {
        (pair.a.id, pair.b.id): differences(pair.a.quote, pair.b.quote)
        for pair in found.counterparts
        if pair.wording >= MARKED_FROM
    }
    pairs = {name: [pair for pair in found.counterparts if pair.theme == name] for name, _ in found.themes}
    return {
        "comparison": found,
        "meanings": findings(axis, choice),
        "marks": marks,
        "relations": RELATIONS,
        "pairs": {name: of_theme for name, of_theme in pairs.items() if of_theme},
        "namings": {code: [naming for naming in found.namings if naming.issuer == code] for code in issuers},
        "silences": silences(found),
        "namings_counted": NAMINGS_COUNTED,
        **_shown_counts(db, [cell.commitments for cell in found.cells.values()]),
        "differences": {topic: in_words(one, found.names) for topic, one in found.differences.items()},
        "bindingness": labels,
        "issuer_names": names,
        "confidence": confidence(db, ids),
    }


def members(db: Database, group: str, choice: Choice, theme: str) -> dict[str, Any]:
    """Return a group against its members, for the page."""
    view = group_view(db, group, choice, theme=theme)
    shown = [
        quote
        for row in view.rows
        for one in row.commitments
        for quote in (one.quote, *(quote for listed in one.carriers.values() for quote in listed))
    ]
    return {
        "view": view,
        "standings": standings(choice),
        "relations": RELATIONS,
        "confidence": confidence(db, [quote.id for quote in shown]),
    }


def confidence(db: Database, ids: Iterable[str]) -> dict[str, float]:
    """Return how probable it is that each of these is a commitment, by its id; other ids are left out."""
    condition, args = ids_in("id", ids)
    return {
        row["id"]: row["confidence"]
        for row in rows(db, f"select id, confidence from commitments where {condition}", args)
    }


def cell(db: Database, issuers: Sequence[str], topic: str, axis: Axis, choice: Choice) -> dict[str, Any] | None:
    """Return the quotes behind the cells of one topic, issuer by issuer; None for an unknown topic."""
    label = dict(topics(db, axis, choice)).get(topic)
    if label is None:
        return None
    of = rows(db, "select * from themes where id = ?", [topic if axis.by == "theme" else axis.theme])
    names = {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")}
    codes = [code for code in issuers if code in names]
    counted = cells(db, codes, axis, choice, only=[topic])
    sides: list[dict[str, Any]] = [
        {
            "issuer": code,
            "quotes": quotes(db, *ids_in("commitments.id", found.commitments)),
            "again": found.commitments,
            "cell": counted.get((code, topic)),
            "touching": _touching(db, found),
        }
        for code, found in behind(db, codes, topic, axis, choice).items()
    ]
    ids = [quote.id for side in sides for quote in side["quotes"]]
    return {
        "label": label,
        "theme": of[0] if of else None,
        "axis": axis,
        "meanings": findings(axis, choice),
        "names": names,
        "sides": sides,
        "confidence": confidence(db, ids),
    }


def axis_of_element(db: Database, element: str) -> Axis:
    """Return the axis on which an element of a guideline stands."""
    found = rows(db, "select guideline_id from guideline_elements where id = ?", [element])
    return Axis(found[0]["guideline_id"]) if found else Axis()


def axis_of_subtheme(db: Database, subtheme: str) -> Axis:
    """Return the axis on which a sub-theme stands."""
    found = rows(db, "select theme_id from subthemes where id = ?", [subtheme])
    return Axis("subtheme", found[0]["theme_id"]) if found else Axis()


def _touching(db: Database, found: Behind) -> list[dict[str, Any]]:
    """Return the first of the passages that speak of a topic, for a cell without commitments.

    Each comes with the words by which it speaks of the topic, and with its commitments, which are on something else:
    `promises` are the ids of those in which all these words stand.
    """
    names = list(found.passages)[:_TOUCHING_SHOWN]
    condition, args = ids_in("passages.id", names)
    shown = rows(
        db,
        "select passages.id, passages.text, passages.page, document_id, title as document, documents.year,"
        " is_paged, documents.issuer_id as issuer,"
        " (select label from pages where pages.document_id = documents.id and number = passages.page) as page_label"
        f" from passages join documents on documents.id = document_id where {condition}",
        args,
    )
    condition, args = ids_in("passage_id", names)
    elsewhere = rows(
        db,
        "select commitments.id, passage_id, quote, themes.label, coalesce(subthemes.label, '') as subtheme from commitments"
        " left join themes on themes.id = commitments.theme_id left join subthemes on subthemes.id = subtheme_id"
        f" where {condition} order by start",
        args,
    )
    listed = [
        {
            **row,
            "words": found.passages[row["id"]],
            "promises": found.promises.get(row["id"], []),
            "elsewhere": [one for one in elsewhere if one["passage_id"] == row["id"]],
        }
        for row in shown
    ]
    return sorted(listed, key=lambda row: names.index(row["id"]))


def documents(db: Database) -> list[dict[str, Any]]:
    """Return all documents, by issuer and year."""
    return rows(db, f"{DOCUMENTS} order by issuer, year, documents.id")


def with_vectors(db: Database, texts: Sequence[str], model: str) -> set[str]:
    """Return which of some texts have a vector of a model: only of these can be asked what is most like them."""
    hashes = {text: text_hash(text) for text in texts}
    condition, args = ids_in("text_hash", list(hashes.values()))
    known = {
        row["text_hash"]
        for row in rows(db, f"select text_hash from embeddings where {condition} and model = ?", [*args, model])
    }
    return {text for text, name in hashes.items() if name in known}


def commitment(db: Database, name: str) -> dict[str, Any] | None:
    """Return a commitment in its context, with its parts and counterparts; None when unknown."""
    found = quotes(db, "commitments.id = ?", [name])
    if not found:
        return None
    row = rows(
        db,
        "select commitments.*, themes.label as theme, subthemes.label as subtheme, bindingness.label as bindingness, cues,"
        " issuers.name as issuer from commitments left join themes on themes.id = commitments.theme_id"
        " left join subthemes on subthemes.id = subtheme_id join bindingness on bindingness.id = bindingness_id"
        " left join issuers on issuers.id = commitments.issuer_id where commitments.id = ?",
        [name],
    )[0]
    passage = rows(
        db,
        "select passages.*, segments, sentences, cells from passages join passage_spans on passage_id = id where id = ?",
        [row["passage_id"]],
    )[0]
    pairs = {pair["id"]: pair for pair in rows(db, COUNTERPARTS, [name])}
    others = {quote.id: quote for quote in quotes(db, *ids_in("commitments.id", pairs))}
    return {
        "quote": found[0],
        "row": row,
        "document": rows(db, f"{DOCUMENTS} where documents.id = ?", [row["document_id"]])[0],
        "passage": passage,
        "passage_pages": to_passage(passage).pages,
        "before": _beside(db, passage, -1),
        "after": _beside(db, passage, 1),
        "sheets": _sheets(db, row),
        "slots": _parts(db, row),
        "first": next(iter(quotes(db, "commitments.id = ?", [row["restates_id"]])), None),
        "again": quotes(db, "restates_id = ?", [name]),
        "themes": rows(
            db,
            "select themes.id, label, likeness from commitment_themes join themes on themes.id = theme_id"
            " where commitment_id = ? order by commitment_themes.position",
            [name],
        ),
        "counterparts": [
            (
                relation,
                len(listed),
                [_beside_it(pairs[other], found[0], others[other]) for other in listed[:COUNTERPARTS_SHOWN]],
            )
            for relation in RELATIONS
            if (listed := [other for other in pairs if pairs[other]["relation"] == relation])
        ],
        "relations": RELATIONS,
        "formula": _formula(db, name),
        "confidence": confidence(db, pairs),
        "names": {item["id"]: item["name"] for item in rows(db, "select id, name from issuers")},
    }


def _beside_it(pair: dict[str, Any], quote: Quote, other: Quote) -> tuple[dict[str, Any], Quote, list[tuple[int, int]]]:
    """Return a counterpart with the words of it that the quote does not have, where the two are worded alike."""
    is_alike = pair["wording"] >= MARKED_FROM
    return pair, other, differences(quote.quote, other.quote)[1] if is_alike else []


def _formula(db: Database, name: str) -> dict[str, Any] | None:
    """Return the formula that a commitment repeats: its counts, where it stood first, and all who have it."""
    found = rows(db, FORMULA, [name])
    if not found:
        return None
    members = quotes(
        db, "commitments.id in (select commitment_id from formula_commitments where formula_id = ?)", [found[0]["id"]]
    )
    first = next(quote for quote in members if quote.id == found[0]["first_id"])
    return {**found[0], "first": first, "members": members, "is_first": first.id == name}


def _sheets(db: Database, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where a quote stands, page by page, to be drawn; [] for a text without layout."""
    pages, boxes = load_sheets(db, row["passage_id"], row["start"], row["end"])
    return [
        {
            "is_paged": 1,
            "page": number,
            "page_label": page.label,
            "width": page.size[0],
            "height": page.size[1],
            "lines": [drawn(line.box, page.size[1]) for line in page.lines if line.box],
            "quote": [
                drawn((box.left, box.bottom, box.right, box.top), page.size[1]) for box in boxes if box.page == number
            ],
        }
        for number, page in pages.items()
        if page.size and any(box.page == number for box in boxes)
    ]


def drawn(box: tuple[float, float, float, float], height: float) -> dict[str, float]:
    """Return a box as SVG draws it, from the upper left corner down."""
    left, bottom, right, top = box
    values = {"x": left, "y": height - top, "width": right - left, "height": top - bottom}
    return {name: round(value, 1) for name, value in values.items()}


def _parts(db: Database, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of a commitment in the order of its words: its slots, and what its columns alone hold."""
    slots = rows(db, "select * from slots where commitment_id = ? order by start is null, start", [row["id"]])
    named = {slot["name"] for slot in slots}
    columns = [name for name in ("partner", "money", "condition") if row[name] and name not in named]
    return [*slots, *({"name": name, "text": row[name], "source": "quote"} for name in columns)]


def _beside(db: Database, passage: dict[str, Any], step: int) -> str:
    found = rows(
        db,
        "select text from passages where document_id = ? and ordinal = ? and role not in ('contents', 'footnote')",
        [passage["document_id"], passage["ordinal"] + step],
    )
    return found[0]["text"] if found else ""


def theme(db: Database, code: str) -> dict[str, Any] | None:
    """Return a theme with its sub-themes and who commits to it; None when unknown."""
    found = rows(db, "select * from themes where id = ?", [code])
    if not found:
        return None
    return {
        "theme": {"terms": "", **found[0]},  # a database of before 0006 has no such column
        "labels": {row["id"]: row["label"] for row in rows(db, "select id, label from themes")},
        "subthemes": rows(db, SUBTHEMES, [code]),
        "coverage": rows(
            db,
            "select coverage.*, issuers.name, issuers.kind, bindingness.label as bindingness from coverage"
            " join issuers on issuers.id = issuer_id left join bindingness on bindingness.id = bindingness_id"
            " where theme_id = ? and issuers.kind <> 'joint' order by commitments desc, issuers.name",
            [code],
        ),
        "names": _names(db),
    }


def subtheme(db: Database, name: str) -> dict[str, Any] | None:
    """Return a sub-theme with its theme, the quote that stands for it, and who commits to it; None when unknown."""
    found = rows(db, "select * from subthemes where id = ?", [name])
    if not found:
        return None
    theme = rows(db, "select * from themes where id = ?", [found[0]["theme_id"]])[0]
    names = {row["id"]: row["name"] for row in rows(db, "select id, name from issuers where kind <> 'joint'")}
    labels = {row["id"]: row["label"] for row in rows(db, "select id, label from bindingness")}
    axis = Axis("subtheme", theme["id"])
    issuers = [code for code in issuers_with_documents(db) if code in names]
    counted = cells(db, issuers, axis, only=[name]).values()
    representative = quotes(db, "commitments.id = ?", [found[0]["representative_id"]])
    return {
        "subtheme": found[0],
        "theme": theme,
        "representative": representative,
        "coverage": [
            {
                **vars(cell),
                "issuer_id": cell.issuer,
                "name": names[cell.issuer],
                "bindingness": labels.get(cell.bindingness),
            }
            for cell in sorted(counted, key=lambda cell: (-cell.commitments, names[cell.issuer]))
        ],
        "meanings": findings(axis),
        "names": _names(db),
    }


def _names(db: Database) -> dict[str, str]:
    return {row["id"]: row["name"] for row in rows(db, "select id, name from issuers")}


def issuer(db: Database, code: str) -> dict[str, Any] | None:
    """Return an issuer's documents and themes, whom it names and who names it; None when unknown."""
    found = rows(db, "select * from issuers where id = ?", [code])
    if not found:
        return None
    names = [document["id"] for document in own_documents(db, code)]
    marks = ", ".join("?" for _ in names)
    return {
        "issuer": found[0],
        "documents": rows(db, f"{DOCUMENTS} where documents.id in ({marks}) order by year, documents.id", names),
        "coverage": rows(
            db,
            "select coverage.*, themes.label, bindingness.label as bindingness from coverage join themes on themes.id = theme_id"
            " left join bindingness on bindingness.id = bindingness_id where issuer_id = ? order by themes.position",
            [code],
        ),
        "members": rows(
            db,
            "select issuers.id, name, from_on, to_on from memberships join issuers on issuers.id = member_id where group_id = ? order by name",
            [code],
        ),
        "groups": rows(
            db,
            "select issuers.id, name, kind from memberships join issuers on issuers.id = group_id where member_id = ? order by kind, name",
            [code],
        ),
        "names_others": named(db, "documents.issuer_id", code)[:60],
        "named_by": _in_roles(
            rows(
                db,
                "select documents.issuer_id as id, issuers.name, role, count(*) as n from mentions"
                " join documents on documents.id = document_id join issuers on issuers.id = documents.issuer_id"
                " where mentions.issuer_id = ? group by 1, 2, 3 order by n desc, 3",
                [code],
            )
        )[:40],
    }


def named(db: Database, column: str, code: str) -> list[dict[str, Any]]:
    """Return whom a document or an issuer names, each once with how often in each role, what is named most first."""
    return _in_roles(rows(db, f"{NAMED} where {column} = ? group by 1, 2, 3, 4 order by n desc, 4", [code]))


def _in_roles(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return names once each, with how often they stand in each role, from a row for each name and role."""
    together: dict[tuple[Any, str], dict[str, Any]] = {}
    for row in counts:
        role, n = row.pop("role"), row.pop("n")
        one = together.setdefault((row.get("is_instrument"), row["id"]), {**row, "n": 0, "roles": {}})
        one["n"] += n
        one["roles"][role] = n
    return sorted(together.values(), key=lambda one: (-one["n"], one["name"]))


def citation(db: Database, document_id: str, commitment_id: str, permalink: str, accessed: date) -> Citation:
    """Return how to cite a document, or a commitment in it when `commitment_id` is not empty.

    The author is who issued the text: of a joint text all who signed it, also where one of them alone is bound.
    """
    document = rows(db, f"{DOCUMENTS} where documents.id = ?", [document_id])[0]
    quote = next(iter(quotes(db, "commitments.id = ?", [commitment_id])), None)
    return Citation(
        key=f"{document_id}-{commitment_id}" if quote else document_id,
        authors=_authors(db, document["issuer_id"]),
        title=document["title"],
        kind=document["kind"],
        permalink=permalink,
        accessed=accessed,
        body=document["body"],
        published_on=document["published_on"] or str(document["year"] or ""),
        page=(quote.page_label or str(quote.page)) if quote and quote.is_paged else "",
        quote=quote.quote if quote else "",
        source_url=document["source_url"],
        language=document["language"],
    )


def title_of_comparison(db: Database, issuers: Sequence[str], axis: Axis, choice: Choice, is_of_members: bool) -> str:
    """Return what a comparison compares: "Canada and Japan compared by year, documents until 2016".

    Raises:
        ConcordError: an issuer is not in the database, or nothing can be counted so.
    """
    names = list(names_of(db, issuers).values())
    if axis.by not in _SINGULAR:
        topics(db, axis)
    if is_of_members:
        who = f"{names[0]} compared with its members"
    else:
        who = f"{listed(names)} compared" if len(names) > 1 else "All issuers compared"
    labels = {row["id"]: row["label"] for row in rows(db, "select id, label from themes")}
    on = f" on “{labels.get(axis.theme, axis.theme)}”" if axis.theme else ""
    by = _SINGULAR.get(axis.by) or f"the elements of “{axes(db)[axis.by]}”"
    return f"{who}{on}{f' by {by}' if axis.by != 'theme' else ''}{_of(choice)}"


_SINGULAR = {"theme": "theme", "subtheme": "sub-theme", "year": "year"}


def title_of_cell(found: dict[str, Any], choice: Choice) -> str:
    """Return what the page of a cell is called: "Skills, 2016: Canada and Japan, documents until 2016"."""
    theme = found["theme"]["label"] if found["theme"] and found["axis"].by != "theme" else ""
    names = listed([found["names"][side["issuer"]] for side in found["sides"]])
    return f"{theme}{', ' if theme else ''}{found['label']}{': ' if names else ''}{names}{_of(choice)}"


def _of(choice: Choice) -> str:
    return f", documents {choice.words}" if choice.words else ""


def citation_of_page(db: Database, title: str, permalink: str, accessed: date) -> Citation:
    """Return how to cite what the site says itself at an address: its date and version are those of the database."""
    found = rows(db, "select * from runs where finished_at is not null order by id desc limit 1")
    last = found[0] if found else {"version": __version__, "finished_at": ""}
    day, _, time = last["finished_at"].partition("T")
    return Citation(
        key=f"{slug(title)}-{digest(permalink)[:8]}",
        authors=(),
        title=title,
        kind="Comparison",
        permalink=permalink,
        accessed=accessed,
        published_on=day,
        version=f"{last['version']}, database of {day} {time[:5]} UTC" if day else last["version"],
    )


def _authors(db: Database, code: str | None) -> tuple[str, ...]:
    issuers = {row["id"]: row for row in rows(db, "select id, name, kind from issuers")}
    if code is None or code not in issuers:
        return ()
    signatories = code.split("-") if issuers[code]["kind"] == "joint" else []
    signed = all(one in issuers for one in signatories)
    return tuple(issuers[one]["name"] for one in (signatories if signatories and signed else [code]))


def as_json(value: Any) -> str:
    """Return a value as JSON, quotes and comparisons included."""
    return json.dumps(
        value, default=lambda item: item.__dict__ if isinstance(item, Quote) else str(item), ensure_ascii=False
    )
