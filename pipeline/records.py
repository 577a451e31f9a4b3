"""The frozen dataclasses that pass between the rooms of Concord.

Ranges are half-open. Pages count from one; everything else counts from nought. A record holds no
database row: `store.py` turns the two into each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Report = Callable[[int, int, str], None]
"""How a stage tells what it is doing: (done, of how many, the input at hand)."""

Kind = Literal[
    "national_strategy",
    "international_strategy",
    "group_declaration",
    "ministerial_statement",
    "joint_statement",
    "un_submission",
]
KINDS: dict[str, str] = {
    "national_strategy": "National strategy",
    "international_strategy": "International strategy",
    "group_declaration": "Group declaration",
    "ministerial_statement": "Ministerial statement",
    "joint_statement": "Joint statement",
    "un_submission": "UN submission",
}

DECISIONS: dict[str, str] = {
    "right": "it is a commitment",
    "wrong": "it is none",
    "doubtful": "it can be read either way",
}
"""What a reviewer can decide on a commitment. What is amiss with its parts goes into the note."""

ROLES: dict[str, str] = {
    "heading": "a title of a section",
    "paragraph": "running text",
    "list_item": "an item of a list, read with its lead-in",
    "table_row": "a row of a table, its cells in order",
    "footnote": "a note, moved out of the text that it interrupts",
    "caption": "the title of a figure or table, or words inside a figure",
    "contents": "a table of contents",
    "reference": "an entry of a list of sources",
    "glossary": "a term and its definition",
}
BODY_ROLES = frozenset({"paragraph", "list_item", "table_row"})
"""Roles in which an issuer can promise something."""


@dataclass(frozen=True)
class Entry:
    """One document of a manifest, as a person wrote it. Empty fields are ""; unknown ones are "?"."""

    id: str
    path: str
    title: str
    issuers: tuple[str, ...]
    kind: str
    published_on: str = ""
    language: str = ""
    body: str = ""
    family: str = ""
    edition: int | None = None
    source_url: str = ""
    licence: str = ""
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a page: `page.text[start:end]`, and what its layout says.

    `role` and `level` are set when the format states them (HTML, DOCX, Markdown); `box` (left,
    bottom, right, top, in points from the page's lower left corner) and `size` (points) when glyph
    positions are known (PDF). `column` names the table column that a cell stands in. `group` is
    equal for lines that the layout holds together (a PDF column block, a table row). `marks` are
    (start, end) of raised note numbers, which are printed but belong to no sentence. `words` are the
    left edges of its words, where glyph positions are known.
    """

    start: int
    end: int
    role: str = ""
    level: int = 0
    column: str = ""
    group: int = 0
    box: tuple[float, float, float, float] | None = None
    size: float = 0.0
    bold: bool = False
    marks: tuple[tuple[int, int], ...] = ()
    words: tuple[float, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of a file, as read. `label` is the number printed on it, "" when unknown.

    `status` "ocr" is that of a picture whose text a machine made out. `size` is its width and height in
    points, as it is shown, where its lines have boxes.
    """

    number: int
    text: str
    label: str = ""
    status: Literal["text", "ocr", "blank", "needs_ocr"] = "text"
    lines: tuple[Line, ...] = ()
    size: tuple[float, float] | None = None


@dataclass(frozen=True)
class Reading:
    """What a reader makes of one file. `paged` says whether its pages are those of the printed text."""

    format: str
    pages: tuple[Page, ...]
    paged: bool = True
    title: str = ""
    published_on: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something that a reader could not do in full; becomes a row of `problems`."""

    kind: str
    message: str
    remedy: str = ""
    page: int | None = None


@dataclass(frozen=True)
class Segment:
    """Where a stretch of a passage was printed.

    `passage.text[start:end]` is `page_text[page_start:page_end]` with its white space folded.
    """

    start: int
    end: int
    page: int
    page_start: int
    page_end: int


@dataclass(frozen=True)
class Rectangle:
    """A place on a page, in points from the lower left corner of the page as it is shown."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Passage:
    """A paragraph, list item, table row or heading, its lines joined.

    `marker` is the bullet or number that was printed before it; `sentences` are (start, end) in
    `text`; `cells` are (column, start, end) of a table row; `is_ocr` says that some of it stands on a
    picture whose text a machine made out.
    """

    role: str
    text: str
    segments: tuple[Segment, ...]
    heading_path: tuple[str, ...] = ()
    lead_in: str = ""
    marker: str = ""
    language: str = ""
    sentences: tuple[tuple[int, int], ...] = ()
    cells: tuple[tuple[str, int, int], ...] = ()
    is_ocr: bool = False

    @property
    def pages(self) -> tuple[int, int]:
        """First and last page of the file that the passage stands on."""
        return self.segments[0].page, self.segments[-1].page

    def page_of(self, offset: int) -> int:
        """Return the page on which the character at `offset` is printed."""
        page = self.segments[0].page
        for segment in self.segments:
            if segment.start > offset:
                break
            page = segment.page
        return page


@dataclass(frozen=True)
class Slot:
    """A part of a commitment: words of the text, or an inference marked as such.

    `source` says which text: the "quote", its "lead_in", or the whole "passage" (a cell of the same
    table row, the next sentence); `start` and `end` are offsets in it, None when "inferred".
    """

    name: str
    text: str
    source: Literal["quote", "lead_in", "passage", "inferred"] = "quote"
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Commitment:
    """One promise. `quote` is `passage.text[start:end]`, word for word."""

    start: int
    end: int
    quote: str
    lead_in: str
    slots: tuple[Slot, ...]
    bindingness: int
    bindingness_cue: str
    precision: int
    precision_cues: tuple[str, ...]
    polarity: Literal["positive", "negative"] = "positive"
    deadline_from: str = ""
    deadline_to: str = ""
    is_reaffirmed: bool = False
    confidence: float = 1.0

    def slot(self, name: str) -> Slot | None:
        """Return the slot called `name`, or None."""
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True)
class Judgement:
    """What one sentence does: a commitment, a rhetorical pledge, or none, with the reason for none.

    `confidence` is the probability that it is a commitment; `themes` are (code, probability).
    """

    start: int
    end: int
    label: Literal["commitment", "rhetorical_pledge", "none"]
    reason: str = ""
    confidence: float = 1.0
    commitments: tuple[Commitment, ...] = ()
    themes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Mention:
    """An issuer, or else an instrument, named in a passage: `passage.text[start:end]`. The code of the other is ""."""

    issuer: str
    start: int
    end: int
    role: str = "mention"
    instrument: str = ""


@dataclass
class Tally:
    """What a stage did: `done` inputs worked on, `kept` left as they were, and rows by table."""

    done: int = 0
    kept: int = 0
    failed: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, count: int) -> None:
        """Count `count` more rows of `table`."""
        self.rows[table] = self.rows.get(table, 0) + count
