"""Rebuild a PDF that lost its end, or whose directory is broken, from the pieces that are left.

Reads the bytes of a PDF that no reader can open; gives bytes that one can. Such a file has mostly
been cut off in a download: its pages are there, and what says where they stand is not.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

_PIECE = re.compile(rb"(?<!\d)(\d{1,8})[ \t\r\n]+(\d{1,5})[ \t\r\n]+obj\b")
_LONGEST_HEAD = 20_000
"""Bytes of a piece in which its dictionary is looked for."""
_REFERENCE = re.compile(rb"(?<!\d)(\d{1,8})\s+\d{1,5}\s+R\b")
_NEEDED = re.compile(rb"/(?:Contents|Font)\b\s*(<<.*?>>|\[[^\]]*\]|\d{1,8}\s+\d{1,5}\s+R\b)", re.DOTALL)
_RESOURCES = re.compile(rb"/Resources\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_SPARED = re.compile(rb"/(?:FontFile[23]?|Length|Metadata|StructParents?)\s+\d{1,8}\s+\d{1,5}\s+R\b")
"""References without which a text reads as it was printed."""
_ROOT = re.compile(rb"/Type\s*/Catalog\b")
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_TREE = re.compile(rb"/Pages\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_PARENT = re.compile(rb"/Parent\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_PACKED = re.compile(rb"/First\s+(\d{1,9})\b")
_MOST_UNPACKED = 64 << 20
"""Bytes that the packed pieces of one file may unfold to."""
_DEEPEST = 50
"""Branches of a tree of pages that are climbed; in a broken tree they can go in a circle."""
_LOST = b"\n%d 0 obj\n<</Type/Page/MediaBox[0 0 612 792]/Parent %d 0 R>>\nendobj\n"


def rebuilt(data: bytes) -> bytes | None:
    """Return the PDF with a new end, or None when it holds no page, or is encrypted.

    Pieces that are packed in streams are written out. A page of which anything is missing, such as
    one of its fonts, becomes an empty page: without its font a text reads other than it was printed.
    When the tree of pages is lost, the pages stand in the order of the file.
    """
    if b"/Encrypt" in data:  # the key is made of what stood at the end
        return None
    whole = data[: data.rfind(b"endobj") + 6] if b"endobj" in data else data
    pieces = _Pieces(whole + _unpacked(whole))
    pages = [number for number in pieces.places if _PAGE.search(pieces.head(number))]
    if not pages:
        return None
    root = next((number for number in reversed(pieces.places) if _ROOT.search(pieces.head(number))), None)
    tree = _TREE.search(pieces.head(root)) if root is not None else None
    free = max(pieces.places) + 1
    ending = b""
    if root is None or tree is None or int(tree[1]) not in pieces.places:
        kids = b" ".join(b"%d 0 R" % number for number in pages)
        ending = b"\n%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n" % (free, len(pages), kids)
        ending += b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (free + 1, free)
        root = free + 1
    ending += b"".join(
        _LOST % (number, pieces.parent(number) or free) for number in pages if not pieces.is_whole(number)
    )
    return pieces.data + ending + b"\ntrailer\n<</Root %d 0 R>>\nstartxref\n0\n%%%%EOF\n" % root


@dataclass
class _Pieces:
    """The numbered pieces of a file; of several with one number the last counts."""

    data: bytes
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    sound: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        found = list(_PIECE.finditer(self.data))
        ends = [*(piece.start() for piece in found[1:]), len(self.data)]
        for piece, end in zip(found, ends, strict=False):
            number = int(piece[1])
            self.places.pop(number, None)  # so that the order is that of the last of each
            self.places[number] = (piece.end(), min(end, piece.end() + _LONGEST_HEAD))

    def head(self, number: int) -> bytes:
        """Return the dictionary of a piece, without its stream."""
        start, end = self.places[number]
        return self.data[start:end].partition(b"endobj")[0].partition(b"stream")[0]

    def parent(self, number: int) -> int:
        found = _PARENT.search(self.head(number))
        return int(found[1]) if found else 0

    def is_whole(self, page: int) -> bool:
        """Say whether all the text of a page is there, and the fonts that say which letters it is made of."""
        seen: set[int] = set()
        todo = self._needs(page)
        while todo:
            number = todo.pop()
            if number in seen or number in self.sound:
                continue
            if number not in self.places:
                return False
            seen.add(number)
            todo += _references(_SPARED.sub(b"", self.head(number)))
        self.sound |= seen
        return True

    def _needs(self, page: int) -> list[int]:
        """Return the pieces that hold a page's text and its fonts, its own or those of the branch it hangs on."""
        heads = [self.head(page)]
        branch = self.parent(page)
        while branch in self.places and len(heads) < _DEEPEST:
            heads.append(self.head(branch))
            branch = self.parent(branch)
        shared = {int(found[1]) for head in heads for found in _RESOURCES.finditer(head)}
        heads += [self.head(number) for number in shared & self.places.keys()]
        needed = [number for head in heads for value in _NEEDED.findall(head) for number in _references(value)]
        return [*needed, *shared]


def _references(text: bytes) -> list[int]:
    return [int(found[1]) for found in _REFERENCE.finditer(text)]


def _unpacked(data: bytes) -> bytes:
    """Return the pieces that are packed in streams, each written out."""
    parts: list[bytes] = []
    left = _MOST_UNPACKED
    for found in _PIECE.finditer(data):
        start = data.find(b"stream", found.end(), found.end() + _LONGEST_HEAD)
        head = data[found.end() : max(start, found.end())]
        first = _PACKED.search(head)
        if first is None or b"/N" not in head or b"endobj" in head:
            continue
        body = data[start + 6 : start + 8].lstrip(b"\r\n") + data[start + 8 : data.find(b"endstream", start)]
        content = _inflated(body, left) if b"/FlateDecode" in head else body
        left -= len(content)
        parts += _written_out(content, int(first[1]))
    return b"\n" + b"\n".join(parts) if parts else b""


def _inflated(body: bytes, most: int) -> bytes:
    if most <= 0:
        return b""
    try:
        return zlib.decompressobj().decompress(body, most)
    except zlib.error:
        return b""


def _written_out(content: bytes, first: int) -> list[bytes]:
    """Return the pieces of a stream: numbers and places stand before `first`, the pieces behind it."""
    listed = [int(word) for word in content[:first].split() if word.isdigit()]
    numbers, places = listed[::2], [first + place for place in listed[1::2]]
    ends = [*places[1:], len(content)]
    return [
        b"%d 0 obj\n%s\nendobj" % (number, content[start:end].strip())
        for number, start, end in zip(numbers, places, ends, strict=False)
        if start < end <= len(content)
    ]
