"""Print a source as a web page, with a site's furniture around the article."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from .markup import Block, Source
from .printed import Printed

_FURNITURE = ("cookie", "nav", "share", "related", "site_foot")


def write_web_page(source: Source, path: Path) -> Printed:
    """Fill the page template with the blocks of a source."""
    environment = Environment(
        loader=FileSystemLoader(source.path.parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template("page.html.j2").render(header=source.header, groups=_groups(source.blocks))
    path.write_text(page, encoding="utf-8", newline="\n")
    return Printed([(1, 1)] * len(source.blocks), 1, _furniture(source))


def _groups(blocks: tuple[Block, ...]) -> list[tuple[str, list[Block]]]:
    """Runs of blocks that belong into one list, and single blocks."""

    def kind(block: Block) -> str:
        if block.role != "list_item":
            return "block"
        return "ul" if block.marker == "*" else "ol"

    return [(name, list(run)) for name, run in groupby(blocks, key=kind)]


def _furniture(source: Source) -> list[str]:
    header = source.header
    strings = [header["skip"], header["site_name"], header["related_title"], *header["crumbs"]]
    for name in _FURNITURE:
        strings += header[name]
    return strings
