"""Print a source as plain text or Markdown, in the encoding that its header names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import layout
from .layout import Box, Frame
from .markup import Block, Source
from .pdf import spaced
from .printed import NOTICE, Printed


@dataclass(frozen=True)
class Typewriter:
    """Measures text in characters, so that the line breaker of the PDFs serves here too."""

    def width(self, text: str) -> float:
        """How many characters wide a text is."""
        return len(text)


@dataclass(frozen=True)
class TextBox(Box):
    """One line of a text file."""

    text: str = ""


@dataclass(frozen=True)
class TextDesign:
    """The look of one text file; ``lines`` is the length of a page, where there are pages."""

    width: int
    hyphenate: bool = False
    lines: int = 0
    newline: str = "\n"
    bullet: str = "-"
    indent: int = 4


DESIGNS = {
    "xdd-2014-policy": TextDesign(76, hyphenate=True, lines=38, newline="\r\n", bullet="•"),
    "xee-2015-strategy": TextDesign(84, newline="\r\n", bullet="–", indent=3),
    "xcc-xdd-2021-communique": TextDesign(72, indent=0),
}


def write_text(source: Source, path: Path) -> Printed:
    """Print a source as plain text, with form feeds where the design has pages."""
    design = DESIGNS[source.id]
    boxes = [box for index, block in enumerate(source.blocks) for box in _boxes(index, block, design)]
    frame = Frame(float(design.lines or len(boxes) * 3), 0, (0,), design.width)
    pages = layout.pour(boxes, frame, lambda notes: 0)
    text, furniture = _pages_text(source, design, pages)
    path.write_bytes(_encode(text.replace("\n", design.newline), source.header["encoding"]))
    return Printed(layout.pages_of(pages, len(source.blocks)), len(pages), furniture)


def _boxes(index: int, block: Block, design: TextDesign) -> list[Box]:
    """The lines of a block, with a blank line before it."""
    label = _label(block, design)
    indent = design.indent if block.role in ("list_item", "numbered_paragraph") else 0
    hang = " " * indent
    lines = layout.break_lines(
        block.text if indent else f"{label}{block.text}",
        Typewriter(),
        design.width - indent,
        justify=False,
        hyphenate=design.hyphenate,
    )
    texts = [hang + " ".join(line.words) for line in lines]
    if indent:
        texts[0] = label.ljust(indent) + texts[0][indent:]
    space = 0 if block.role == "list_item" and block.marker == "*" else 1
    return [
        TextBox(1, None, index, space if i == 0 else 0, block.role == "heading", text=text)
        for i, text in enumerate(texts)
    ]


def _label(block: Block, design: TextDesign) -> str:
    if not block.marker:
        return ""
    if block.role == "list_item":
        return {"*": f"{design.bullet} "}.get(
            block.marker, f"({block.marker}) " if block.marker.isalpha() else f"{block.marker} "
        )
    return f"{block.marker}. "


def _pages_text(source: Source, design: TextDesign, pages: list[layout.Page]) -> tuple[str, list[str]]:
    """Join lines into pages; each page of a paged text has a head, a notice and a number."""
    if not design.lines:
        return _body(pages[0]).strip("\n") + "\n", []
    head = spaced(source.header["running_head"])
    furniture = [head, NOTICE]
    texts = []
    for page in pages:
        number = f"- {page.number} -"
        furniture.append(number)
        body = _body(page).ljust(1)
        texts.append("\n".join([head, "", body, "", NOTICE, number.center(design.width).rstrip()]))
    return "\n\f".join(texts) + "\n", furniture


def _body(page: layout.Page) -> str:
    """The lines of a page, with blank lines where the boxes leave space."""
    lines: list[str] = []
    previous = None
    for box, _, y in page.placed:
        if previous is not None:
            lines.extend([""] * round(previous - y - 1))
        lines.append(box.text)
        previous = y
    return "\n".join(lines)


def _encode(text: str, encoding: str) -> bytes:
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(encoding)


def write_markdown(source: Source, path: Path) -> Printed:
    """Print a source as Markdown with YAML front matter, wrapped at 72 characters."""
    header = source.header
    front = [
        "---",
        f"date: '{header['published_on']}'",
        f"source_url: {header['source_url']}",
        f'title: "{header["title"]}"',
        "---",
        "",
    ]
    body = "".join(_markdown(block) for block in source.blocks)
    path.write_text("\n".join(front) + body, encoding="utf-8", newline="\n")
    return Printed([(1, 1)] * len(source.blocks), 1, front[1:-2])


def _markdown(block: Block) -> str:
    """One block of Markdown, wrapped, followed by a blank line."""
    prefix = {"title": "# ", "heading": "#" * (block.level + 1) + " ", "list_item": "- "}
    start = prefix.get(block.role, "")
    if block.role in ("title", "heading"):
        return f"\n{start}{block.text}\n"
    lines = layout.break_lines(start + block.printed, Typewriter(), 72, justify=False, hyphenate=False)
    hang = " " * len(start)
    return "\n" + f"\n{hang}".join(" ".join(line.words) for line in lines) + "\n"
