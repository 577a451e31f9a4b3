"""Print a source as a PDF, each in a design of its own, and report the page of every block."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from . import layout, picture
from .layout import Box, Face, Frame, Line
from .markup import Block, Source
from .printed import NOTICE, ContentsEntry, Printed

A4 = (595.28, 841.89)
LETTER = (612.0, 792.0)
Draw = Callable[[Canvas, float, float], None]
_MARKS = re.compile(r"\^(\d+)")


@dataclass(frozen=True)
class Design:
    """The look of one document."""

    body: Face
    bold: str
    small: Face
    page: tuple[float, float] = A4
    margins: tuple[float, float, float] = (78, 92, 92)
    columns: int = 1
    gutter: float = 20
    justify: bool = False
    hyphenate: bool = False
    gap: float = 7
    spaced_head: bool = False
    head_at_right: bool = False
    bullet: str = "•"
    folio_from: int = 1
    folio: str = "{}"
    rule: bool = False
    encrypted: bool = False
    title_size: float = 26

    @property
    def frame(self) -> Frame:
        """The printed area."""
        side, top, bottom = self.margins
        width = (self.page[0] - 2 * side - (self.columns - 1) * self.gutter) / self.columns
        lefts = tuple(side + i * (width + self.gutter) for i in range(self.columns))
        return Frame(self.page[1] - top, bottom, lefts, width)


DESIGNS = {
    "xaa-2016-strategy": Design(
        Face("Times-Roman", 12, 17.5),
        "Times-Bold",
        Face("Times-Roman", 8.5, 10.5),
        margins=(92, 104, 112),
        gap=9,
        justify=True,
        hyphenate=False,
        title_size=30,
        rule=True,
    ),
    "xaa-2021-strategy": Design(
        Face("Times-Roman", 11.5, 17.4),
        "Times-Bold",
        Face("Times-Roman", 8, 10),
        columns=2,
        margins=(76, 112, 112),
        justify=True,
        hyphenate=True,
        spaced_head=True,
        title_size=28,
        bullet="–",
        gap=8,
    ),
    "xbb-2018-strategy": Design(
        Face("Helvetica", 11, 17.5),
        "Helvetica-Bold",
        Face("Helvetica", 8.6, 11.2),
        margins=(96, 118, 118),
        head_at_right=True,
        folio_from=2,
        folio="Page {}",
        rule=True,
        title_size=24,
        gap=10,
    ),
    "xcc-2023-strategy": Design(
        Face("Helvetica", 10.5, 16),
        "Helvetica-Bold",
        Face("Helvetica", 8, 10),
        page=LETTER,
        margins=(104, 100, 104),
        encrypted=True,
        folio="{} | Secure by Craft",
        bullet="»",
        title_size=22,
    ),
    "xdd-2020-strategy": Design(
        Face("Times-Roman", 12.5, 19),
        "Times-Bold",
        Face("Times-Roman", 9, 11),
        margins=(96, 100, 100),
        justify=True,
        hyphenate=True,
        spaced_head=True,
        folio="– {} –",
        title_size=22,
        gap=10,
    ),
}


def write_pdf(source: Source, path: Path, design: Design | None = None) -> Printed:
    """Print a source in its own design or another; with a contents page, twice, to know the page numbers."""
    design = design or DESIGNS[source.id]
    writer = _Writer(source, design, labels={})
    pages = writer.compose()
    if any(block.role == "contents" for block in source.blocks):
        writer = _Writer(source, design, labels=writer.labels(pages))
        pages = writer.compose()
    path.write_bytes(writer.draw(pages))
    return writer.report(pages)


class _Writer:
    """One run over a source. ``labels`` gives the printed page number of each heading."""

    def __init__(self, source: Source, design: Design, labels: dict[int, str]) -> None:
        self.source, self.design, self.known = source, design, labels
        self.numbered = any(block.role == "numbered_paragraph" for block in source.blocks)
        self.notes = {
            block.marker: (index, block) for index, block in enumerate(source.blocks) if block.role == "footnote"
        }

    def compose(self) -> list[layout.Page]:
        """Turn blocks into boxes and boxes into pages."""
        boxes: list[Box] = []
        picture_blocks: list[int] = []
        for index, block in enumerate(self.source.blocks):
            if block.role == "endimage":
                boxes.extend(self._picture(picture_blocks))
            elif block.in_image and block.role != "image":
                picture_blocks.append(index)
            else:
                boxes.extend(self._boxes(index, block))
        return layout.pour(boxes, self.design.frame, self._note_height)

    def labels(self, pages: list[layout.Page]) -> dict[int, str]:
        """The printed page number of each heading."""
        places = layout.pages_of(pages, len(self.source.blocks))
        return {
            index: str(places[index][0] - self.design.folio_from + 1)
            for index, block in enumerate(self.source.blocks)
            if block.role == "heading"
        }

    def report(self, pages: list[layout.Page]) -> Printed:
        """Where every block stands, and which words are furniture."""
        places = layout.pages_of(pages, len(self.source.blocks))
        for page in pages:
            for marker in page.notes:
                places[self.notes[marker][0]] = (page.number, page.number)
        contents = [
            ContentsEntry(block.marker, block.text, label)
            for index, label in self.known.items()
            for block in [self.source.blocks[index]]
        ]
        furniture = [self._head_text(), NOTICE]
        furniture += [self._folio(page.number) for page in pages if self._folio(page.number)]
        return Printed(places, len(pages), furniture, contents)

    # -- boxes -------------------------------------------------------------------------------

    def _boxes(self, index: int, block: Block) -> list[Box]:
        """The boxes of one block, by its role."""
        if block.role in ("page", "image"):
            return [Box(0, page_break=True)]
        if block.role == "footnote":
            return []
        if block.role == "contents":
            return self._contents(index)
        if block.role in ("title", "subtitle", "heading"):
            return self._display(index, block)
        if block.role in ("table_header", "table_row"):
            return self._row(index, block)
        return self._paragraph(index, block)

    def _display(self, index: int, block: Block) -> list[Box]:
        """Titles and headings: bold, ragged, kept with what follows."""
        size, space = {
            "title": (self.design.title_size, 0),
            "subtitle": (self.design.body.size + 2, 10),
        }.get(block.role, (self.design.body.size + (5 if block.level == 1 else 1.5), 17))
        font = self.design.body.font if block.role == "subtitle" else self.design.bold
        face = Face(font, size, size * 1.28)
        text = f"{block.marker}  {block.text}" if block.marker else block.text
        lines = layout.break_lines(text, face, self.design.frame.width, justify=False, hyphenate=False)
        drop = 150 if block.role == "title" and self._has_title_page() else 0
        return [
            Box(
                face.leading + drop * (i == 0),
                _draw_line(line, face, 0, drop * (i == 0)),
                index,
                space * (i == 0),
                keep_next=True,
            )
            for i, line in enumerate(lines)
        ]

    def _has_title_page(self) -> bool:
        roles = [block.role for block in self.source.blocks[:6]]
        return "page" in roles

    def _paragraph(self, index: int, block: Block) -> list[Box]:
        """Running text; numbers and bullets stand in a hanging indent."""
        face, indent, label = self._paragraph_look(block)
        width = self.design.frame.width - indent
        lines = layout.break_lines(
            block.printed, face, width, justify=self.design.justify, hyphenate=self.design.hyphenate
        )
        space = self.design.gap * (0.5 if block.role in ("list_item", "reference") else 1)
        boxes = []
        for i, line in enumerate(lines):
            keep = len(lines) > 1 and (i == 0 or i == len(lines) - 2)
            if block.role in ("lead_in", "caption"):
                keep = True
            boxes.append(
                Box(
                    face.leading,
                    _draw_line(line, face, indent, 0, label if i == 0 else None),
                    index,
                    space if i == 0 else 0,
                    keep,
                    line.notes,
                )
            )
        return boxes

    def _paragraph_look(self, block: Block) -> tuple[Face, float, tuple[str, float] | None]:
        """Face, indent and label of a paragraph, by its role."""
        body = self.design.body
        if block.role == "list_item":
            label = self.design.bullet if block.marker == "*" else block.marker
            hang = 32 if self.numbered else 3
            return body, hang + 13, (label, hang)
        if block.role == "numbered_paragraph":
            return body, 32, (block.marker, 0)
        if block.role == "caption":
            return replace(body, font=self.design.bold, size=body.size - 1), 0, None
        if block.role in ("glossary", "reference"):
            return replace(body, size=body.size - 0.5), 14, None
        return body, 0, None

    def _contents(self, index: int) -> list[Box]:
        """The contents page: a head, then lines with dot leaders."""
        face = self.design.body
        head = Face(self.design.bold, face.size + 5, face.leading * 1.6)
        boxes = [Box(head.leading, _draw_line(Line(("Contents",)), head, 0, 0), index)]
        for number, block in enumerate(self.source.blocks):
            if block.role == "heading" and block.level == 1:
                label = self.known.get(number, "0")
                boxes.append(Box(face.leading * 1.25, self._leader(block, label), index))
        return boxes

    def _leader(self, block: Block, label: str) -> Draw:
        """Draw ``1 Title ........ 3``."""
        face, width = self.design.body, self.design.frame.width
        text = f"{block.marker} {block.text} " if block.marker else f"{block.text} "
        room = width - face.width(text) - face.width(" " + label)
        dots = "." * int(room / face.width("."))

        def draw(canvas: Canvas, x: float, y: float) -> None:
            canvas.setFont(face.font, face.size)
            canvas.drawString(x, y - face.size, f"{text}{dots} {label}")

        return draw

    def _row(self, index: int, block: Block) -> list[Box]:
        """A table row: ruled cells; the header comes back at the top of a new page."""
        header = block.role == "table_header"
        words = [column.lstrip("*") for column in block.columns] if header else block.cells
        face = self.design.small
        if header:
            face = replace(face, font=self.design.bold)
        widths = self._column_widths(block.columns)
        cells = [
            layout.break_lines(cell, face, width - 8, justify=False, hyphenate=False)
            for cell, width in zip(words, widths, strict=True)
        ]
        height = max(len(cell) for cell in cells) * face.leading + 9
        box = Box(height, _draw_row(cells, widths, face, height, header), index, keep_next=header)
        if header:
            self.header_box = replace(box, block=None, keep_next=False)
            return [replace(box, space=4)]
        return [replace(box, repeat=self.header_box)]

    def _column_widths(self, columns: tuple[str, ...]) -> list[float]:
        shares = {"No": 0.07, "*Action": 0.33, "Owner": 0.22, "Due": 0.14, "Indicator": 0.24}
        return [self.design.frame.width * shares[column] for column in columns]

    def _picture(self, blocks: list[int]) -> list[Box]:
        """A page that is nothing but a picture of its text."""
        image = picture.draw_page([self.source.blocks[i] for i in blocks], head=self._head_text(), foot=NOTICE)
        reader = ImageReader(image)

        def draw(canvas: Canvas, x: float, y: float) -> None:
            canvas.drawImage(reader, 0, 0, *self.design.page)

        full = self.design.frame.top - self.design.frame.bottom
        boxes = [Box(0 if n else full, None if n else draw, i) for n, i in enumerate(blocks)]
        return [*boxes, Box(0, page_break=True)]

    # -- pages -------------------------------------------------------------------------------

    def draw(self, pages: list[layout.Page]) -> bytes:
        """Draw the composed pages and return the file's bytes."""
        buffer = io.BytesIO()
        encryption = StandardEncryption("", ownerPassword="concord-sample", canModify=0)
        canvas = Canvas(
            buffer,
            pagesize=self.design.page,
            invariant=1,
            pageCompression=0,
            encrypt=encryption if self.design.encrypted else None,
        )
        canvas.setTitle(self.source.header["title"])
        canvas.setAuthor(self.source.header["body"])
        canvas.setSubject(NOTICE)
        for page in pages:
            for box, x, y in page.placed:
                if box.draw:
                    box.draw(canvas, x, y)
            if not self._is_picture(page):
                self._draw_notes(canvas, page)
                self._furnish(canvas, page.number)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    def _is_picture(self, page: layout.Page) -> bool:
        return any(box.block is not None and self.source.blocks[box.block].in_image for box, _, _ in page.placed)

    def _head_text(self) -> str:
        text = self.source.header["running_head"]
        return spaced(text) if self.design.spaced_head else text

    def _folio(self, number: int) -> str:
        shown = number - self.design.folio_from + 1
        return self.design.folio.format(shown) if shown > 0 else ""

    def _furnish(self, canvas: Canvas, number: int) -> None:
        """Running head, page number and the notice that the document is fictional."""
        side = self.design.margins[0]
        width, height = self.design.page
        canvas.setFont(self.design.small.font, 8.5)
        place = canvas.drawRightString if self.design.head_at_right else canvas.drawString
        place(width - side if self.design.head_at_right else side, height - 56, self._head_text())
        if self.design.rule:
            canvas.setLineWidth(0.4)
            canvas.line(side, height - 62, width - side, height - 62)
        canvas.drawString(side, 48, NOTICE)
        canvas.drawRightString(width - side, 48, self._folio(number))

    # -- footnotes ---------------------------------------------------------------------------

    def _note_lines(self, marker: str) -> list[Line]:
        face = self.design.small
        return layout.break_lines(
            f"{marker} {self.notes[marker][1].text}",
            face,
            self.design.frame.width,
            justify=False,
            hyphenate=False,
        )

    def _note_height(self, markers: list[str]) -> float:
        lines = sum(len(self._note_lines(marker)) for marker in dict.fromkeys(markers))
        return lines * self.design.small.leading + 12 if lines else 0

    def _draw_notes(self, canvas: Canvas, page: layout.Page) -> None:
        """Notes at the foot of the page, under a short rule."""
        if not page.notes:
            return
        face, frame = self.design.small, self.design.frame
        y = frame.bottom + self._note_height(page.notes) - 8
        canvas.setLineWidth(0.4)
        canvas.line(frame.lefts[0], y + 2, frame.lefts[0] + 110, y + 2)
        for marker in page.notes:
            for line in self._note_lines(marker):
                _draw_line(line, face, 0, 0)(canvas, frame.lefts[0], y)
                y -= face.leading


def spaced(text: str) -> str:
    """Letter-spaced as many printed running heads are: ``T r u s t   a n d``."""
    return "   ".join(" ".join(word) for word in text.split())


def _draw_line(line: Line, face: Face, indent: float, drop: float, label: tuple[str, float] | None = None) -> Draw:
    """A function that draws one line, footnote marks raised and small."""

    def draw(canvas: Canvas, x: float, y: float) -> None:
        base = y - drop - face.size
        if label:
            canvas.setFont(face.font, face.size)
            canvas.drawString(x + label[1], base, label[0])
        text = canvas.beginText(x + indent, base)
        text.setFont(face.font, face.size)
        text.setWordSpace(line.stretch)
        pieces = _MARKS.split(" ".join(line.words))
        for number, piece in enumerate(pieces):
            raised = number % 2 == 1
            text.setFont(face.font, face.size * (0.6 if raised else 1))
            text.setRise(face.size * 0.38 if raised else 0)
            text.textOut(piece)
        text.setWordSpace(0)
        canvas.drawText(text)

    return draw


def _draw_row(cells: list[list[Line]], widths: list[float], face: Face, height: float, header: bool) -> Draw:
    """A function that draws one ruled row."""

    def draw(canvas: Canvas, x: float, y: float) -> None:
        canvas.setLineWidth(0.5)
        left = x
        for cell, width in zip(cells, widths, strict=True):
            if header:
                canvas.setFillGray(0.88)
            canvas.rect(left, y - height, width, height, fill=1 if header else 0)
            canvas.setFillGray(0)
            for number, line in enumerate(cell):
                _draw_line(line, face, 0, 0)(canvas, left + 4, y - 4 - number * face.leading)
            left += width

    return draw
