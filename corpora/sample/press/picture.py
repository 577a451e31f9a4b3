"""Draw a page of text as a grey picture, as a scanner would leave it."""

from __future__ import annotations

import textwrap

from PIL import Image, ImageDraw, ImageFont

from .markup import Block

SIZE = (1240, 1754)  # A4 at 150 dots an inch


def draw_page(blocks: list[Block], *, head: str, foot: str) -> Image.Image:
    """Draw blocks from top to bottom on one page, with running head and foot."""
    image = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(image)
    pen.text((200, 110), head, font=_font(19), fill=0)
    pen.text((200, 1640), foot, font=_font(19), fill=0)
    y = 230
    for block in blocks:
        y = _draw_block(pen, block, y)
    # Black and white only: a small file, and no shades that differ between font renderers.
    return image.point(lambda shade: 255 if shade > 128 else 0)


def _draw_block(pen: ImageDraw.ImageDraw, block: Block, y: int) -> int:
    heading = block.role == "heading"
    font = _font(42 if heading else 31)
    text = f"{block.marker}  {block.text}" if block.marker else block.text
    for line in textwrap.wrap(text, 40 if heading else 54):
        pen.text((200, y), line, font=font, fill=0)
        y += 74 if heading else 56
    return y + 34


def _font(size: int) -> ImageFont.ImageFont:
    return ImageFont.load_default(size=size)
