"""Read a source of the sample corpus: a header in TOML, then blocks of one sentence a line.

The markup is described at the top of ``build.py``. Nothing here knows how a document is printed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

BODY_ROLES = {"paragraph", "numbered_paragraph", "list_item", "lead_in", "foreword", "table_row"}
REASONS = {
    "not_body",
    "exhortation",
    "achievement",
    "description",
    "stance",
    "possibility",
    "off_topic",
}
DIRECTIVES = {"page", "contents", "image", "endimage"}

_HEADING = re.compile(r"(#{1,4}) (?:\{([^}]+)\} )?(.+)")
_NUMBERED = re.compile(r"\{([^}]+)\} (.+)")
_ITEM = re.compile(r"(\*|\d+\)|\([a-z]\)) (.+)")
_FOOTNOTE = re.compile(r"\^(\d+) (.+)")
_DOTTED = re.compile(r"\.([a-z]+)(?: (.*))?$")
_TAG = re.compile(r"^(.*) \[([a-z_-]+)\]$")
_NOTE_MARK = re.compile(r"\^(\d+)")
_TRAILING = re.compile(r"(?:;|,)(?: (?:and|or|et))?$| ;(?: et)?$")


class MarkupError(ValueError):
    """A source says something that the markup does not allow."""


@dataclass(frozen=True)
class Commitment:
    """One planted commitment, with the fields of the coding manual."""

    quote: str
    actor: str
    deadline: str | None
    deadline_from: str | None
    deadline_to: str | None
    B: int
    points: str
    themes: tuple[str, ...]
    polarity: str = "positive"
    restatement: bool = False
    binds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentence:
    """One sentence as printed, with its coding: a reason, a pledge, or commitments."""

    printed: str
    tag: str | None = None
    commitments: tuple[Commitment, ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The words alone, without footnote marks and emphasis."""
        return _NOTE_MARK.sub("", self.printed).replace("**", "")


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item, table row or other block, or a directive to the printer."""

    role: str
    sentences: tuple[Sentence, ...] = ()
    marker: str | None = None
    level: int = 0
    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    heading_path: tuple[str, ...] = ()
    lead_in: str | None = None
    in_image: bool = False

    @property
    def text(self) -> str:
        """The true text, with single spaces."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def printed(self) -> str:
        """The text with footnote marks, as a writer needs it."""
        return " ".join(sentence.printed for sentence in self.sentences)


@dataclass(frozen=True)
class Source:
    """A document of the sample: its manifest entry and its blocks in reading order."""

    header: dict
    blocks: tuple[Block, ...]
    path: Path = field(default=Path())

    @property
    def id(self) -> str:
        """The slug of the document."""
        return self.header["id"]


def read_source(path: Path) -> Source:
    """Read one source file and check that every body sentence is coded."""
    _, header, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    body = body.replace("'", "’")
    blocks = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        try:
            blocks.append(_read_block(chunk.strip().split("\n"), blocks))
        except MarkupError as error:
            raise MarkupError(f"{path.name}: {error}") from None
    return Source(tomllib.loads(header), tuple(_place(blocks)), path)


def _read_block(lines: list[str], before: list[Block]) -> Block:
    """Turn the lines of one chunk into a block; its first line says what it is."""
    first, rest = lines[0], lines[1:]
    if match := _HEADING.fullmatch(first):
        hashes, marker, text = match.groups()
        role = "title" if hashes == "#" else "heading"
        return Block(role, (Sentence(text),), marker, level=len(hashes) - 1)
    if match := _DOTTED.match(first):
        return _dotted_block(match[1], match[2] or "", rest, before)
    if match := _FOOTNOTE.fullmatch(first):
        return Block("footnote", _sentences([match[2], *rest], coded=False), match[1])
    if match := _ITEM.fullmatch(first):
        sentences = _sentences([match[2], *rest], full_stop=False)
        return Block("list_item", sentences, match[1].strip("()"))
    if match := _NUMBERED.fullmatch(first):
        return Block("numbered_paragraph", _sentences([match[2], *rest]), match[1])
    sentences = _sentences(lines)
    alone = len(sentences) == 1 and sentences[0].tag == "lead-in"
    return Block("lead_in" if alone else "paragraph", sentences)


def _dotted_block(name: str, text: str, rest: list[str], before: list[Block]) -> Block:
    """A block whose role stands first (``.caption``), or a directive (``.page``)."""
    if name in DIRECTIVES:
        return Block(name)
    if name == "table":
        return _table_header(text)
    if name == "row":
        columns = next(block.columns for block in reversed(before) if block.columns)
        return _table_row(text, rest, columns)
    coded = name in BODY_ROLES
    return Block(name, _sentences([text, *rest], coded=coded))


def _table_header(text: str) -> Block:
    columns = tuple(cell.strip() for cell in text.split("|"))
    line = " | ".join(column.lstrip("*") for column in columns)
    return Block("table_header", (Sentence(line),), columns=columns)


def _table_row(text: str, rest: list[str], columns: tuple[str, ...]) -> Block:
    """A row is one unit: its quote is the cell of the starred column."""
    cells = tuple(cell.strip() for cell in text.split("|"))
    if len(cells) != len(columns):
        raise MarkupError(f"row has {len(cells)} cells where the table has {len(columns)}: {text}")
    action = cells[next(i for i, column in enumerate(columns) if column.startswith("*"))]
    sentence = _sentences([" | ".join(cells), *rest], quote=action)[0]
    return Block("table_row", (sentence,), columns=columns, cells=cells)


def _sentences(
    lines: list[str], *, coded: bool = True, quote: str | None = None, full_stop: bool = True
) -> tuple[Sentence, ...]:
    """Read sentence lines, each followed by its ``=`` and ``@`` lines.

    A quote keeps the full stop of its sentence; the quote of a list item ends with its last word.
    """
    sentences: list[Sentence] = []
    for line in lines:
        if line.startswith("= "):
            last = sentences.pop()
            whole = quote or _TRAILING.sub("", last.text)
            new = _commitment(line[2:], whole if full_stop else whole.rstrip("."))
            if new.quote not in last.text:
                raise MarkupError(f"quote is not in its sentence: {new.quote}")
            sentences.append(replace(last, commitments=(*last.commitments, new)))
        elif line.startswith("@ "):
            code, role = line[2:].split()
            last = sentences.pop()
            sentences.append(replace(last, mentions=(*last.mentions, (code, role))))
        else:
            match = _TAG.match(line)
            text, tag = (match[1], match[2]) if match else (line, None)
            sentences.append(Sentence(text, tag))
    for sentence in sentences:
        _check_coding(sentence, coded)
    return tuple(sentences)


def _check_coding(sentence: Sentence, coded: bool) -> None:
    allowed = REASONS | {"pledge", "lead-in", None}
    if sentence.tag not in allowed:
        raise MarkupError(f"unknown tag [{sentence.tag}] on: {sentence.text}")
    if coded and (sentence.tag is None) == (not sentence.commitments):
        raise MarkupError(f"needs a tag or a commitment, and not both: {sentence.text}")


def _commitment(line: str, whole: str) -> Commitment:
    """Read ``["quote"] actor; deadline; B3 aod; THEMES[; flags]``."""
    quote = whole
    if match := re.match(r'"([^"]+)" ', line):
        quote, line = match[1], line[match.end() :]
    parts = [part.strip() for part in line.split(";")]
    if len(parts) not in (4, 5):
        raise MarkupError(f"a commitment has four or five parts: {line}")
    actor, due, strength, themes = parts[:4]
    flags = parts[4] if len(parts) == 5 else ""
    deadline, start, end = _deadline(due)
    binding, _, points = strength.partition(" ")
    points = points.strip("-")
    if ("d" in points) != (deadline is not None):
        raise MarkupError(f"deadline and its point of precision disagree: {line}")
    return Commitment(
        quote,
        actor,
        deadline,
        start,
        end,
        int(binding[1]),
        points,
        tuple(themes.split()),
        polarity="negative" if "negative" in flags else "positive",
        restatement="restated" in flags,
        binds=tuple(re.findall(r"\bX[A-Z]{2}\b", flags)),
    )


def _deadline(text: str) -> tuple[str | None, str | None, str | None]:
    """Read ``-`` or ``by 2025 -> ..2025-12-31`` or ``every year``."""
    if text == "-":
        return None, None, None
    words, _, interval = text.partition(" -> ")
    start, _, end = interval.partition("..")
    return words, start or None, end or None


def _place(blocks: list[Block]) -> list[Block]:
    """Give each block its heading path, its lead-in and whether it is printed as a picture."""
    placed, path, lead_in, in_image = [], [], None, False
    for block in blocks:
        if block.role in ("image", "endimage"):
            in_image = block.role == "image"
        if block.role == "heading":
            path = [*path[: block.level - 1], block.text]
        if block.role not in ("list_item", "footnote"):
            last = block.sentences[-1] if block.sentences else None
            lead_in = last.text if last and last.tag == "lead-in" else None
        placed.append(
            replace(
                block,
                heading_path=tuple(path[:-1] if block.role == "heading" else path),
                lead_in=lead_in if block.role == "list_item" else None,
                in_image=in_image,
            )
        )
    return placed
