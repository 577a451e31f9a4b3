"""The reader: a document's text with its commitments marked, and each of its pages as it is printed.

Reads documents, passages, commitments and pages; gives plain values for the templates. The database holds no file and
no picture of one: a page is drawn from where its lines and words stand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from ..pages import to_page
from ..passages import language_name, to_passage
from ..records import Page
from ..segmenting.boxes import boxes_of, printed
from ..store import rows
from .problems import of_document
from .queries import DOCUMENTS, PROBLEMS, drawn, named

_BASELINE = 0.22
"""How far above the lower edge of its box a line stands, in sizes of it."""
_MARGIN = 6
"""How far from the lines of a page the numbers of its commitments stand, in points."""
CHARACTERS_A_PART = 45_000
"""Text of a document shown at a time: a page stays under 200 KB."""
_MARK = 200
"""What the mark of a commitment adds to that, in characters."""
PASSAGES = """
select passages.id, ordinal, role, passages.page, heading_path, marker, passages.text, is_ocr,
       coalesce(pages.label, '') as page_label
from passages left join pages on pages.document_id = passages.document_id and number = passages.page
where passages.document_id = ? and role <> 'contents' order by ordinal
"""
THEMES = """
select themes.id, themes.label, count(*) as n
from commitments join commitment_themes on commitment_id = commitments.id join themes on themes.id = commitment_themes.theme_id
where document_id = ? group by 1 order by n desc, themes.position
"""
ON_PAGE = """
select commitments.*, bindingness.label as bindingness, themes.label as theme
from commitments join passages on passages.id = passage_id join bindingness on bindingness.id = bindingness_id
left join themes on themes.id = commitments.theme_id
where commitments.document_id = ? and ? between passages.page and page_last order by ordinal, start
"""
PASSAGES_ON_PAGE = """
select passages.*, segments, sentences, cells from passages join passage_spans on passage_id = passages.id
where document_id = ? and ? between page and page_last
"""


@dataclass(frozen=True)
class Marks:
    """Which commitments of a document are marked: all, or those that match; `only` leaves out passages that have none."""

    theme: str = ""
    firmness: int | None = None
    has_deadline: bool = False
    only: bool = False

    @property
    def narrow(self) -> bool:
        """Whether some commitments may not be marked."""
        return bool(self.theme or self.firmness or self.has_deadline)

    @property
    def condition(self) -> tuple[str, list[Any]]:
        """The SQL condition of the commitments that match, with its arguments."""
        parts: list[str] = []
        args: list[Any] = []
        if self.theme:
            parts.append("commitments.id in (select commitment_id from commitment_themes where theme_id = ?)")
            args.append(self.theme)
        if self.firmness:
            parts.append("commitments.bindingness_id >= ?")
            args.append(self.firmness)
        if self.has_deadline:
            parts.append("commitments.deadline <> ''")
        return " and ".join(parts) or "1", args

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What an address has to ask for these: names and values."""
        values = {
            "theme": self.theme,
            "firmness": self.firmness,
            "deadline": int(self.has_deadline),
            "only": int(self.only),
        }
        return [(name, str(value)) for name, value in values.items() if value]


@dataclass(frozen=True)
class Step:
    """Where one match stands among the others: its number, and the start of its stretch.

    `before` and `after` are (start of the stretch, commitment) of those beside it, None at the ends.
    """

    number: int
    start: int
    before: tuple[int, str] | None
    after: tuple[int, str] | None


def document(db: Database, name: str, marks: Marks, start: int, passage_id: str = "") -> dict[str, Any] | None:
    """Return a document with a stretch of its text; None when it is unknown.

    Args:
        marks: which commitments are marked.
        start: place of a passage in the stretch, among those that are shown.
        passage_id: of a passage in the stretch, instead of `start`.
    """
    found = rows(db, f"{DOCUMENTS} where documents.id = ?", [name])
    if not found:
        return None
    passages = rows(db, PASSAGES, [name])
    matches = _matches(db, name, marks)
    _count_matches(passages, matches)
    if marks.only:
        passages = [passage for passage in passages if passage["matches"]]
    starts = _starts(passages)
    start = next((place for place, passage in enumerate(passages) if passage["id"] == passage_id), start)
    begin = starts[bisect_right(starts, start) - 1]
    end = next((place for place in starts if place > begin), len(passages))
    shown = passages[begin:end]
    for passage in shown:
        passage["is_paged"] = found[0]["is_paged"]
        passage["pieces"] = _pieces(passage["text"], matches.get(passage["id"], []))
    return {
        "document": {**found[0], "language_name": language_name(found[0]["language"])},
        "passages": shown,
        "outline": [
            {"ordinal": p["ordinal"], "text": f"{p['marker']} {p['text']}".strip(), "level": _level(p), "matches": p["matches"],
             "page": p["page_label"] or p["page"], "start": starts[bisect_right(starts, place) - 1]}
            for place, p in enumerate(passages) if p["role"] == "heading"
        ],
        "parts": [{"start": place, "page": passages[place]["page"], "label": passages[place]["page_label"]} for place in starts if passages],
        "begin": begin,
        "marks": marks,
        "matching": sum(len(listed) for listed in matches.values()),
        "steps": _steps(passages, matches, starts) if marks.narrow else {},
        "problems": of_document(db, name),
        "mentions": named(db, "document_id", name),
        "editions": _editions(db, found[0]),
        "themes": rows(db, THEMES, [name]),
        "levels": rows(db, "select id, label from bindingness order by id"),
    }  # fmt: skip


def is_here(db: Database, name: str) -> bool:
    """Say whether there is a document of this name."""
    return bool(rows(db, "select 1 from documents where id = ?", [name]))


def passage_on(db: Database, name: str, page: str) -> dict[str, Any] | None:
    """Return the first passage from a page on, by the number that is printed on the page, or else by its place in the file.

    None when the document has no such page, or nothing is on it or behind it.
    """
    found = rows(
        db,
        "select number from pages where document_id = ? and (label = ? or number = ?) order by label <> ?, number limit 1",
        [name, page, int(page) if page.isascii() and page.isdigit() and len(page) < 9 else -1, page],
    )
    if not found:
        return None
    return _first_from(db, name, found[0]["number"])


def _first_from(db: Database, name: str, number: int) -> dict[str, Any] | None:
    sql = "select id, page from passages where document_id = ? and page >= ? and role <> 'contents' order by ordinal limit 1"
    return next(iter(rows(db, sql, [name, number])), None)


def _matches(db: Database, name: str, marks: Marks) -> dict[str, list[dict[str, Any]]]:
    """Return the commitments that match, by their passage, in the order of its words."""
    condition, args = marks.condition
    found: dict[str, list[dict[str, Any]]] = {}
    sql = f"select id, passage_id, start, end from commitments where document_id = ? and {condition} order by start"
    for row in rows(db, sql, [name, *args]):
        found.setdefault(row["passage_id"], []).append(row)
    return found


def _level(heading: Mapping[str, Any]) -> int:
    return len(heading["heading_path"].split(" > ")) if heading["heading_path"] else 0


def _count_matches(passages: Sequence[dict[str, Any]], matches: Mapping[str, Sequence[Any]]) -> None:
    """Give each passage the number of its matches, and a heading that of its section, the sections below it included."""
    above: list[dict[str, Any]] = []
    for passage in passages:
        passage["matches"] = len(matches.get(passage["id"], ()))
        if passage["role"] == "heading":
            while above and _level(above[-1]) >= _level(passage):
                above.pop()
            above.append(passage)
            continue
        for heading in above:
            heading["matches"] += passage["matches"]


def _starts(passages: Sequence[dict[str, Any]]) -> list[int]:
    """Return where the stretches of a long text begin, so that none is too long for a page."""
    starts, length = [0], 0
    for place, passage in enumerate(passages):
        if length > CHARACTERS_A_PART:
            starts.append(place)
            length = 0
        marks = passage["matches"] if passage["role"] != "heading" else 0
        length += len(passage["text"]) + _MARK * marks
    return starts


def _steps(
    passages: Sequence[dict[str, Any]], matches: Mapping[str, Sequence[dict[str, Any]]], starts: Sequence[int]
) -> dict[str, Step]:
    """Return for each match, by its id, where it stands and which are beside it."""
    found = [
        (starts[bisect_right(starts, place) - 1], match["id"])
        for place, passage in enumerate(passages)
        for match in matches.get(passage["id"], ())
    ]
    sides: list[tuple[int, str] | None] = [None, *found, None]
    return {name: Step(nth, at, sides[nth - 1], sides[nth + 1]) for nth, (at, name) in enumerate(found, 1)}


def _pieces(text: str, promises: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (text, commitment id or "") of the stretches of a passage."""
    pieces, place = [], 0
    for promise in promises:
        if promise["start"] < place:
            continue
        pieces.append((text[place : promise["start"]], ""))
        pieces.append((text[promise["start"] : promise["end"]], promise["id"]))
        place = promise["end"]
    pieces.append((text[place:], ""))
    return [piece for piece in pieces if piece[0]]


def _editions(db: Database, row: dict[str, Any]) -> list[dict[str, Any]]:
    if not row["family"]:
        return []
    return rows(
        db,
        "select id, title, year, edition from documents where family = ? and id <> ? order by edition",
        [row["family"], row["id"]],
    )


def page(db: Database, name: str, number: int) -> dict[str, Any] | None:
    """Return a page as it is printed, with the commitments on it; None when there is none, or the text has no pages."""
    found = rows(db, f"{DOCUMENTS} where documents.id = ? and is_paged", [name])
    sheet = rows(
        db,
        "select number, text, label, status, lines, width, height from pages join page_lines on page_id = pages.id"
        " where document_id = ? and number = ?",
        [name, number],
    )
    if not found or not sheet:
        return None
    here = to_page(sheet[0])
    passages = {row["id"]: to_passage(row) for row in rows(db, PASSAGES_ON_PAGE, [name, number])}
    quotes, marks, boxes = [], [], []
    for row in rows(db, ON_PAGE, [name, number]):
        passage = passages[row["passage_id"]]
        stretches = [
            (first, final + 1) for _, first, final in printed(passage, row["start"], row["end"], {number: here})
        ]
        if not stretches:  # its passage stands on two pages, and its words on the other
            continue
        quotes.append(row)
        marks += [(*stretch, len(quotes)) for stretch in stretches]
        if here.size:
            boxes += [
                {"n": len(quotes), **drawn((box.left, box.bottom, box.right, box.top), here.size[1])}
                for box in boxes_of(passage, row["start"], row["end"], {number: here})
            ]
    beside = rows(
        db,
        "select max(case when number < :page then number end) as before, min(case when number > :page then number end) as after"
        " from pages where document_id = :document",
        {"page": number, "document": name},
    )[0]
    return {
        "document": found[0],
        "page": {"is_paged": 1, "page": number, "page_label": here.label, "status": here.status},
        "quotes": quotes,
        "pieces": _marked(here.text, marks),
        "lines": _lines(here),
        "boxes": boxes,
        "numbers": _numbers(here, boxes),
        "size": here.size,
        "passage": _first_from(db, name, number),
        "problems": rows(db, f"{PROBLEMS} where document_id = ? and page = ?", [name, number]),
        **beside,
    }


def _marked(text: str, marks: Sequence[tuple[int, int, int]]) -> list[tuple[str, int, bool]]:
    """Return (text, number of its commitment or 0, whether that begins here) of the stretches of a page.

    Stretches of one commitment that white space alone parts are one.
    """
    joined: list[tuple[int, int, int]] = []
    for start, end, number in sorted(marks):
        if joined and joined[-1][2] == number and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end, number)
        else:
            joined.append((start, end, number))
    pieces, place, begun = [], 0, set()
    for start, end, number in joined:
        pieces += [(text[place:start], 0, False), (text[start:end], number, number not in begun)]
        place = end
        begun.add(number)
    return [piece for piece in [*pieces, (text[place:], 0, False)] if piece[0]]


def _lines(page: Page) -> list[dict[str, Any]]:
    """Return the lines of a page as SVG draws text: as wide, as high and as heavy as they are printed; [] without layout."""
    height = page.size[1] if page.size else 0.0
    return [
        {
            "text": page.text[line.start : line.end],
            "bold": line.bold,
            "at": {
                "x": line.box[0],
                "y": round(height - line.box[1] - _BASELINE * line.size, 1),
                "font-size": round(line.size, 1),
                "textLength": round(line.box[2] - line.box[0], 1),
            },
        }
        for line in page.lines
        if height and line.box and line.size
    ]


def _numbers(page: Page, boxes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what stands before the lines on which commitments begin, in their column: their numbers, and where."""
    height = page.size[1] if page.size else 0.0
    lines = [line.box for line in page.lines if line.box]
    begun: dict[tuple[float, float], list[str]] = {}
    for box in {box["n"]: box for box in reversed(boxes)}.values():
        left = min(
            (line[0] for line in lines if line[0] <= box["x"] <= line[2] and abs(height - line[3] - box["y"]) < 1),
            default=box["x"],
        )
        begun.setdefault((left, box["y"] + box["height"]), []).append(str(box["n"]))
    return [
        {
            "x": round(max(left - _MARGIN, _MARGIN), 1),
            "y": round(foot - 2, 1),
            "text": ", ".join(sorted(listed, key=int)),
        }
        for (left, foot), listed in begun.items()
    ]
