"""Print a source as a Word file with real heading styles, list styles, tables and footnotes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from .markup import Block, Source
from .printed import NOTICE, Printed

_MARKS = re.compile(r"\^(\d+)")
_STYLES = {"title": "Title", "subtitle": "Subtitle", "caption": "Caption"}
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def write_word(source: Source, path: Path) -> Printed:
    """Print a source as a Word file whose bytes depend on nothing but the source."""
    document = docx.Document()
    _describe(document, source)
    table = None
    for block in source.blocks:
        if block.role in ("table_header", "table_row"):
            table = _add_row(document, table, block)
        elif block.role != "footnote":
            table = None
            _add_paragraph(document, block)
    _add_footnotes(document, [block for block in source.blocks if block.role == "footnote"])
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(_settled(buffer.getvalue()))
    furniture = [source.header["running_head"], NOTICE]
    return Printed([(1, 1)] * len(source.blocks), 1, furniture)


def _describe(document: Document, source: Source) -> None:
    """Title, author, fixed dates, running head and foot."""
    properties = document.core_properties
    properties.title, properties.author = source.header["title"], source.header["body"]
    properties.comments, properties.last_modified_by = NOTICE, ""
    properties.created = properties.modified = datetime.fromisoformat(source.header["published_on"])
    section = document.sections[0]
    section.header.paragraphs[0].text = source.header["running_head"]
    section.footer.paragraphs[0].text = NOTICE


def _add_paragraph(document: Document, block: Block) -> None:
    """One paragraph in the style of its role, with its footnote references."""
    style = _STYLES.get(block.role)
    if block.role == "heading":
        style = f"Heading {block.level}"
    if block.role == "list_item":
        style = "List Bullet" if block.marker == "*" else "List Number"
    paragraph = document.add_paragraph(style=style)
    text = f"{block.marker}. {block.printed}" if _numbered_heading(block) else block.printed
    for number, piece in enumerate(_MARKS.split(text)):
        if number % 2:
            _refer(paragraph, piece)
        elif piece:
            paragraph.add_run(piece)


def _numbered_heading(block: Block) -> bool:
    return block.role == "heading" and block.marker is not None


def _refer(paragraph: Paragraph, marker: str) -> None:
    run = paragraph.add_run()
    run.font.superscript = True
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), marker)
    run._r.append(reference)


def _add_row(document: Document, table: Table | None, block: Block) -> Table:
    """A header row opens a table; other rows join the table that is open."""
    if block.role == "table_header":
        table = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
        cells, words = table.rows[0].cells, [name.lstrip("*") for name in block.columns]
    else:
        cells, words = table.add_row().cells, block.cells
    for cell, text in zip(cells, words, strict=True):
        cell.text = text
    return table


def _add_footnotes(document: Document, blocks: list[Block]) -> None:
    """Write the footnotes part, which python-docx has no call for."""
    if not blocks:
        return
    notes = "".join(
        f'<w:footnote w:id="{block.marker}"><w:p><w:r><w:footnoteRef/></w:r>'
        f'<w:r><w:t xml:space="preserve"> {block.text}</w:t></w:r></w:p></w:footnote>'
        for block in blocks
    )
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{tag}/></w:r></w:p></w:footnote>'
        for number, (kind, tag) in enumerate(
            [("separator", "separator"), ("continuationSeparator", "continuationSeparator")], -1
        )
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<w:footnotes {nsdecls('w')}>{separators}{notes}</w:footnotes>"
    )
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, xml.encode("utf-8"), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _settled(data: bytes) -> bytes:
    """The same archive with one date for every member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return buffer.getvalue()
