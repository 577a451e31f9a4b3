"""Say what each block is, which headings stand above it, and which lead-in belongs to it.

Reads blocks of body text; gives passages without sentences or language.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..records import Passage, Segment
from .joining import Block, Measure
from .rows import BULLETS
from .sentences import SURE_END
from .tables import WHEN

_TERMINAL = re.compile(r"[.!?;,][\"'\u201d\u2019)\]]*\d{0,2}(?:\s(?:and|or))?$")
_IMPRINT = re.compile(r"\b(?:ISBN|ISSN|Cat\. No|Catalogue No|Printed in|Copyright)\b|\u00a9", re.I)
_LONGEST_HEADING = 150
_DEEP_NUMBER = re.compile(r"\d+(?:\.\d+)+\.?")
_NAMED_PART = re.compile(
    r"(?:annex|appendix|chapter|section|part|pillar|objective|goal|priority|axis|action line)\b", re.I
)
_CAPTION = re.compile(r"(?:figure|table|chart|diagram|box|graph)\s*\d+\s*[.:\u2013\u2014-]", re.I)
_REFERENCE = re.compile(r"(?:https?://|www\.|\bibid\b|\bpp?\.\s*\d|\bISBN\b|\bdoi\b|\bop\. ?cit)", re.I)
_GLOSSARY_HEADING = re.compile(r"\b(?:glossary|definitions|terms and definitions|abbreviations|acronyms)\b", re.I)
_APPENDED = r"(?:(?:annex|appendix)\b\s*\w{0,3}\s*[:.\u2013\u2014-]?\s*)?"
_REFERENCES_TITLE = re.compile(
    _APPENDED + r"(?:select(?:ed)? |list of )?(?:references|bibliograph(?:y|ies)|works cited|endnotes|notes|sources"
    r"|literature|further reading)(?: and [a-z]+)?",
    re.I,
)
_TERMS = r"(?:terms|definitions|acronyms|abbreviations|terminology)"
_GLOSSARY_TITLE = re.compile(
    _APPENDED
    + rf"(?:list of |table of |key |selected )?(?:glossary(?: of .{{3,40}})?|{_TERMS}(?:(?: and |, | & ){_TERMS})*(?: used)?)",
    re.I,
)
_DATED = re.compile(r"\b(?:19|20)\d\d\b")
_LOOKED_AT = 8
"""Blocks behind a title by which it is seen whether a list of sources follows."""
_MOST_UNLIKE = 3
"""Blocks in a row that are no sources, after which a list of them is over."""
_LATE = 0.6
"""Share of a document behind which a glossary is the last part of it, whatever its terms look like."""
_LONGEST_CELL = 70
_LEAST_CELLS = 6
"""Short blocks in a row, which no running text parts, that are the cells of a table or the words of a figure."""
_GLOSSARY_ENTRY = re.compile(r"^[^.]{2,60}?(?:\s[\u2013\u2014-]\s|:\s|\smeans\s|\srefers to\s|\sis defined as\s)")
_LEADS_IN = re.compile(r":[\"\u201d]?\d{0,2}$")
_MINOR_WORDS = frozenset("a an and as at by for from in of on or the to with".split())
_SHORTEST_PARAGRAPH = 80


@dataclass
class _Section:
    """A list of sources, or a glossary: what its blocks are, and the title that it began with."""

    role: str
    title: Block
    unlike: int = 0


@dataclass
class _Reader:
    """What is known while blocks are read in order."""

    usual: Measure
    headings: list[tuple[int, str]] = field(default_factory=list)
    leads: list[tuple[int, str]] = field(default_factory=list)
    marker_styles: list[str] = field(default_factory=list)
    paragraph_style: str = ""
    before: str = ""
    letter: str = ""
    cells: frozenset[int] = frozenset()
    section: _Section | None = None

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)


def passages_of(blocks: Sequence[Block], usual: Measure) -> list[Passage]:
    """Return the passages of a document's body, in order, without sentences or language."""
    reader = _Reader(usual, cells=_scattered(blocks, usual))
    passages: list[Passage] = []
    cells: list[Block] = []
    for place, block in enumerate(blocks):
        if block.first.line.role == "cell":
            if cells and cells[-1].first.line.group != block.first.line.group:
                passages.append(_table_row(cells, reader))
                cells = []
            cells.append(block)
            continue
        if cells:
            passages.append(_table_row(cells, reader))
            cells = []
        if block.first.line.role == "column":
            continue
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        passages.append(_passage(block, following, reader))
        if passages[-1].role == "heading":
            reader.section = _section_of(blocks, place) or reader.section
    if cells:
        passages.append(_table_row(cells, reader))
    return passages


def _passage(block: Block, following: Block | None, reader: _Reader) -> Passage:
    role = _role(block, following, reader)
    lead_in = ""
    if role == "heading":
        level = _level(block, reader.usual)
        reader.headings = [(other, text) for other, text in reader.headings if other < level]
        path = reader.path
        title = f"{block.marker} {block.text}".strip() if block.marker[:1].isalnum() else block.text
        reader.headings.append((level, title))
        reader.leads, reader.marker_styles = [], []
    else:
        path = reader.path
        if role == "list_item":
            lead_in = _lead_in(block, reader)
        elif role == "paragraph":
            reader.marker_styles = []
            reader.paragraph_style = _style(block.marker)
            reader.leads = [(0, last_sentence(block.text))] if _leads_in(block, following) else []
    reader.before = block.text
    return Passage(role, block.text, block.segments, path, lead_in, marker=block.marker)


def _role(block: Block, following: Block | None, reader: _Reader) -> str:
    stated = block.first.line.role
    if stated and stated != "paragraph":
        if reader.section is not None and stated == "list_item":
            return reader.section.role
        reader.section = None if stated == "heading" else reader.section
        return stated
    if _CAPTION.match(block.text) and len(block.text) < 200:
        return "caption"
    is_cell = id(block) in reader.cells
    is_heading = not is_cell and _is_heading(block, following, reader.usual)
    if reader.section is not None and not _ends_section(block, is_heading, reader.section):
        return reader.section.role
    reader.section = None
    if is_cell or is_heading:
        return "heading" if is_heading else "caption"
    heading = reader.headings[-1][1] if reader.headings else ""
    if _GLOSSARY_HEADING.search(heading) and _GLOSSARY_ENTRY.match(block.text):
        return "glossary"
    if not block.marker or _DEEP_NUMBER.fullmatch(block.marker) or _is_numbered_paragraph(block, reader):
        return "paragraph"
    return "list_item"


def _is_numbered_paragraph(block: Block, reader: _Reader) -> bool:
    """A numbered block of whole sentences that no lead-in opens is a paragraph, as in a communiqué.

    Items under a numbered lead-in are numbered otherwise; a number of its own kind ends the list.
    """
    is_of_list = bool(reader.leads) and _style(block.marker) != reader.paragraph_style
    if is_of_list or not block.marker[:1].isdigit():
        return False
    return block.text[-1] == ":" or (len(block.text) >= _SHORTEST_PARAGRAPH and block.text[-1] == ".")


def _section_of(blocks: Sequence[Block], place: int) -> _Section | None:
    """Return the list of sources, or the glossary, that begins with the title at `place`."""
    title = blocks[place]
    behind = blocks[place + 1 : place + 1 + _LOOKED_AT]
    if _REFERENCES_TITLE.fullmatch(title.text):
        if sum(_is_source(block) for block in behind) >= max(1, 0.5 * len(behind)):
            return _Section("reference", title)
    elif _GLOSSARY_TITLE.fullmatch(title.text) and place > _LATE * len(blocks):
        return _Section("glossary", title)
    return None


def _is_source(block: Block) -> bool:
    return bool(_REFERENCE.search(block.text) or _DATED.search(block.text))


def _ends_section(block: Block, is_heading: bool, section: _Section) -> bool:
    """Say whether a block stands behind a list of sources or a glossary: a title of its own kind, or running text."""
    section.unlike = 0 if _is_source(block) else section.unlike + 1
    if section.role == "reference" and section.unlike >= _MOST_UNLIKE:
        return True
    if not is_heading:
        return False
    title = section.title
    if title.first.line.size:
        return block.first.line.size >= title.first.line.size
    if _NAMED_PART.match(block.text):
        return True
    if title.marker:
        return _style(block.marker) == _style(title.marker) and block.marker != "1."
    return block.text.isupper() and len(block.text.split()) > 1


def _scattered(blocks: Sequence[Block], usual: Measure) -> frozenset[int]:
    """Return which blocks of a text without layout are cells of a table, or words of a figure, by their id().

    They stand one after the other, short and without a stop. A title stands before running text.
    """
    found: set[int] = set()
    for is_short, run in itertools.groupby(enumerate(blocks), key=lambda numbered: _could_be_cell(numbered[1])):
        places = [place for place, _ in run]
        if is_short and len(places) >= _LEAST_CELLS:
            last = places[-1]
            found |= {
                id(blocks[place])
                for place in places[:-1]
                if _is_heading(blocks[place], blocks[place + 1], usual) and not _is_title(blocks[place])
            }
            if not _is_title(blocks[last]) and len(blocks[min(last + 1, len(blocks) - 1)].text) < _SHORTEST_PARAGRAPH:
                found.add(id(blocks[last]))
    return frozenset(found | {id(block) for block in blocks if _is_number(block)})


def _could_be_cell(block: Block) -> bool:
    if _is_number(block):
        return True
    line = block.first.line
    is_bulleted = block.marker != "" and block.marker[0] in BULLETS
    return not (line.role or line.box or is_bulleted or len(block.text) > _LONGEST_CELL or block.text[-1] in ".!?:;")


def _is_title(block: Block) -> bool:
    """Say whether a short block is a title wherever it stands: by its number, or its words."""
    return bool(
        block.marker
        or _NAMED_PART.match(block.text)
        or _GLOSSARY_TITLE.fullmatch(block.text)
        or _REFERENCES_TITLE.fullmatch(block.text)
    )


def _is_number(block: Block) -> bool:
    """Say whether a block without a role is no more than a number or a date: "59 %", "December 2014"."""
    return not block.first.line.role and (
        not any(char.isalpha() for char in block.text) or WHEN.fullmatch(block.text) is not None
    )


def _is_heading(block: Block, following: Block | None, usual: Measure) -> bool:
    text = block.text
    if not text or len(text) > _LONGEST_HEADING or len(block.rows) > 4 or following is None:
        return False
    if _IMPRINT.search(text):
        return False
    if following.first.line.role in ("cell",) and not block.first.line.role:
        return text[-1] not in ".;,"
    first = block.first.line
    if first.size and usual.size:
        stands_out = (
            first.size > 1.08 * usual.size
            or (first.bold and not following.first.line.bold)
            or (first.bold and bool(block.marker) and following.first.line.bold)
        )
        if not stands_out and not text.isupper():
            return False
        return text[-1] not in ".;," and not (text[-1] == ":" and following.marker != "") and _starts_as_title(text)
    if _TERMINAL.search(text) or text[-1] == ":" or not _starts_as_title(text):
        return False
    if block.marker:
        return _is_numbered_heading(block, following)
    return _is_bare_heading(text, following)


def _starts_as_title(text: str) -> bool:
    return text[:1].isupper() or text[:1].isdigit() or text[:1] in "\u201c\"'\u2018"


def _is_numbered_heading(block: Block, following: Block) -> bool:
    """A numbered line without a stop is a heading, unless it is one item among its like."""
    if block.marker[0] in BULLETS or len(block.text) > 130 or block.text.startswith("To "):
        return False
    if not following.marker and not following.text[:1].isupper():
        return False
    is_same_kind = following.marker and _style(following.marker) == _style(block.marker)
    return not is_same_kind or bool(_DEEP_NUMBER.match(block.marker))


def _is_bare_heading(text: str, following: Block) -> bool:
    if re.search(r"[a-z]", text) is None and len(text) >= 4 and re.search(r"[A-Z]{3}", text):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    if not words or len(words) > 18 or (not following.text[:1].isupper() and not following.marker):
        return False
    if _NAMED_PART.match(text):
        return True
    major = [word for word in words if word.lower() not in _MINOR_WORDS]
    titled = sum(word[0].isupper() for word in major)
    return titled >= 0.7 * len(major) or len(words) <= 9


def _level(block: Block, usual: Measure) -> int:
    line = block.first.line
    if line.level:
        return line.level
    if _DEEP_NUMBER.match(block.marker):
        return 1 + block.marker.strip(".").count(".")
    if re.fullmatch(r"\d{1,2}[.)]|[IVX]+[.)]", block.marker):
        return 1
    if line.size and usual.size:
        ratio = line.size / usual.size
        return 1 if ratio > 1.5 else 2 if ratio > 1.25 else 3 if ratio > 1.08 else 4
    if _NAMED_PART.match(block.text) and len(block.text) < 60:
        return 2
    return 2 if block.text.isupper() else 3


def _leads_in(block: Block, following: Block | None) -> bool:
    """A paragraph leads into the items behind it when it ends with a colon, or with no stop at all."""
    if following is None:
        return False
    is_item = following.first.line.role == "list_item" or bool(following.marker)
    return bool(_LEADS_IN.search(block.text)) or (is_item and not _TERMINAL.search(block.text))


def _lead_in(block: Block, reader: _Reader) -> str:
    """Return the lead-in of a list item, and make the item itself one when it ends with a colon."""
    depth = _depth(block, reader)
    reader.leads = [(level, text) for level, text in reader.leads if level < depth]
    lead_in = " ".join(text for _, text in reader.leads)
    if _LEADS_IN.search(block.text):
        reader.leads.append((depth, last_sentence(block.text)))
    return lead_in


def last_sentence(text: str) -> str:
    """Return the last sentence of a paragraph: of a whole paragraph, it alone leads into the list."""
    return text[max((match.end() for match in SURE_END.finditer(text)), default=0) :]


def _depth(block: Block, reader: _Reader) -> int:
    if block.first.line.role == "list_item" and block.first.line.level:
        return block.first.line.level
    style = _style_of(block.marker, reader)
    styles = reader.marker_styles
    if style in styles:
        del styles[styles.index(style) + 1 :]
    elif styles and not _LEADS_IN.search(reader.before):
        styles[-1] = style
    else:
        styles.append(style)
    return len(styles)


def _style_of(marker: str, reader: _Reader) -> str:
    """Return the style of an item's marker: an "i." that does not follow upon "h." counts in Roman numbers."""
    style, letter = _style(marker), marker.strip("().")
    roman = style.replace("a", "i")
    if letter in ("i", "v", "x") and (roman in reader.marker_styles or (letter == "i" and reader.letter != "h")):
        style = roman
    reader.letter = letter
    return style


def _style(marker: str) -> str:
    """Return what the markers of one list have in common: "1)" and "7)" are one style."""
    marker = re.sub(r"\d+", "1", marker)
    marker = re.sub(r"(?<![a-z])[ivx]{1,5}(?=[.)])", "i", marker) if len(marker) > 2 else marker
    marker = re.sub(r"[a-z](?=[.)])", "a", marker)
    return re.sub(r"[A-Z](?=[.)])", "A", marker)


def _table_row(cells: Sequence[Block], reader: _Reader) -> Passage:
    """Return a row of a table as one passage, its cells set apart by a bar that no page shows."""
    text = ""
    segments: list[Segment] = []
    spans: list[tuple[str, int, int]] = []
    for cell in cells:
        text += " | " if text else ""
        start = len(text)
        segments += [Segment(s.start + start, s.end + start, s.page, s.page_start, s.page_end) for s in cell.segments]
        text += cell.text
        spans.append((cell.first.line.column, start, len(text)))
    reader.leads = []
    return Passage("table_row", text, tuple(segments), reader.path, cells=tuple(spans))
