"""Say what each block is, which headings stand above it, and which lead-in belongs to it.

Reads blocks of body text; gives passages without sentences or language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..records import Passage, Segment
from .joining import Block, Measure
from .rows import BULLETS
from .sentences import SURE_END

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
_REFERENCES_HEADING = re.compile(r"\b(?:references|bibliography|sources|works cited|endnotes)\s*$", re.I)
_GLOSSARY_ENTRY = re.compile(r"^[^.]{2,60}?(?:\s[\u2013\u2014-]\s|:\s|\smeans\s|\srefers to\s|\sis defined as\s)")
_LEADS_IN = re.compile(r":[\"\u201d]?\d{0,2}$")
_MINOR_WORDS = frozenset("a an and as at by for from in of on or the to with".split())
_SHORTEST_PARAGRAPH = 80


@dataclass
class _Reader:
    """What is known while blocks are read in order."""

    usual: Measure
    headings: list[tuple[int, str]] = field(default_factory=list)
    leads: list[tuple[int, str]] = field(default_factory=list)
    marker_styles: list[str] = field(default_factory=list)
    paragraph_style: str = ""
    before: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)


def passages_of(blocks: Sequence[Block], usual: Measure) -> list[Passage]:
    """Return the passages of a document's body, in order, without sentences or language."""
    reader = _Reader(usual)
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
        return stated
    if _CAPTION.match(block.text) and len(block.text) < 200:
        return "caption"
    if _is_heading(block, following, reader):
        return "heading"
    heading = reader.headings[-1][1] if reader.headings else ""
    if _REFERENCES_HEADING.search(heading) and _REFERENCE.search(block.text):
        return "reference"
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


def _is_heading(block: Block, following: Block | None, reader: _Reader) -> bool:
    text = block.text
    if not text or len(text) > _LONGEST_HEADING or len(block.rows) > 4 or following is None:
        return False
    if _IMPRINT.search(text):
        return False
    if following.first.line.role in ("cell",) and not block.first.line.role:
        return text[-1] not in ".;,"
    first = block.first.line
    usual = reader.usual
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
    style = _style(block.marker)
    styles = reader.marker_styles
    if style in styles:
        del styles[styles.index(style) + 1 :]
    elif styles and not _LEADS_IN.search(reader.before):
        styles[-1] = style
    else:
        styles.append(style)
    return len(styles)


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
