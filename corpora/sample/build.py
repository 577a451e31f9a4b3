"""Build the sample corpus: ``python corpora/sample/build.py``.

Reads ``sources/*.md``; writes ``documents/``, ``documents.csv``, ``truth.jsonl``,
``furniture.json``, ``mentions.json``, ``edits.json`` and ``counterparts.json``. A second run writes
the same bytes. Needs reportlab, python-docx, Pillow, jinja2 and pyphen.

The markup of a source
----------------------

A header in TOML between two ``+++`` lines holds the manifest entry, the name of the built file and
what the writer needs (running head, encoding, the furniture of a web site). Then come blocks, with
blank lines between them. **Every sentence has a line of its own**, so that the sources carry the
true sentence split. The first line of a block says what the block is::

    # Title                        the document's title
    ## Heading  ### Heading        headings of level 1 and 2; ``## {3} Heading`` is numbered
    {2.1} Text                     numbered paragraph
    * Text   1) Text   (a) Text    list item
    ^1 Text                        footnote; ``word.^1`` calls it
    .foreword Text                 a block of the role that is named: subtitle, foreword, signature,
                                   caption, glossary, reference, notice
    .table No | *Action | Owner    header row; the star marks the column that holds the promise
    .row 1 | Do this | Them        a row of the table above
    .page  .contents               new page; contents page
    .image ... .endimage           blocks between these are printed as a picture
    Text                           paragraph; one that is only a ``[lead-in]`` has the role lead_in

Every sentence of body text is coded, either by a tag at its end, which gives the reason why it is
no commitment (``[description]``, ``[stance]``, ... as in the coding manual; ``[pledge]`` is a
rhetorical pledge, ``[lead-in]`` opens a list), or by one line below it for each commitment::

    We will open a school by 2025 and pay its teachers.
    = "We will open a school by 2025" We; by 2025 -> ..2025-12-31; B3 aod; CAP
    = "pay its teachers" We; -; B3 a; CAP; negative

that is: the quote if it is not the whole sentence; the actor in the words of the text, or
``issuer``; the deadline as written with its interval of dates (``-`` for none); bindingness, and
the points of precision (b body, a act, o object, q quantity, d date; ``-`` for none); themes,
primary first; flags (``negative``, ``restated``, ``binds XAA``). A line ``@ XBB model`` says in
which role a sentence names another issuer: partner, threat, model or other.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from press import pairs, truth  # noqa: E402  (the press lies beside this script, not on the path)
from press.markup import Source, read_source  # noqa: E402
from press.pdf import write_pdf  # noqa: E402
from press.plain import write_markdown, write_text  # noqa: E402
from press.printed import Printed  # noqa: E402
from press.web import write_web_page  # noqa: E402
from press.word import write_word  # noqa: E402

LICENCE = "CC0-1.0"
COLUMNS = (
    "id",
    "path",
    "title",
    "issuer",
    "body",
    "kind",
    "published_on",
    "language",
    "family",
    "edition",
    "source_url",
    "licence",
    "sha256",
    "note",
)
WRITERS: dict[str, Callable[[Source, Path], Printed]] = {
    ".pdf": write_pdf,
    ".docx": write_word,
    ".html": write_web_page,
    ".md": write_markdown,
    ".txt": write_text,
}


def main() -> None:
    """Print every source, then write the manifest and the truth."""
    sources = {source.id: source for source in map(read_source, source_paths())}
    issuers = tomllib.loads((HERE / "issuers.toml").read_text(encoding="utf-8"))
    printed = {source.id: print_document(source) for source in sources.values()}

    write_manifest(sources.values())
    write_lines(
        "truth.jsonl",
        (record for source in sources.values() for record in truth.block_records(source, printed[source.id])),
    )
    write_json(
        "furniture.json",
        {name: list(dict.fromkeys(result.furniture)) for name, result in printed.items()},
    )
    write_json(
        "mentions.json",
        [record for source in sources.values() for record in truth.mention_records(source, issuers)],
    )
    write_json("edits.json", pairs.edits(HERE / "sources" / "edits.toml", sources))
    write_json("counterparts.json", pairs.counterparts(HERE / "sources" / "counterparts.toml", sources))


def source_paths() -> list[Path]:
    """The sources, in the order of their names."""
    return sorted((HERE / "sources").glob("*.md"))


def print_document(source: Source) -> Printed:
    """Write the file of a source in the format that its name asks for."""
    path = document_path(source)
    path.parent.mkdir(exist_ok=True)
    return WRITERS[path.suffix](source, path)


def document_path(source: Source) -> Path:
    """Where the built file of a source lies."""
    return HERE / "documents" / source.header["file"]


def write_manifest(sources: Iterable[Source]) -> None:
    """Write ``documents.csv`` with the hash of each built file."""
    with (HERE / "documents.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(manifest_row(source) for source in sources)


def manifest_row(source: Source) -> dict[str, str]:
    """The manifest entry of one document; an edition is given only within a family."""
    path = document_path(source)
    row = {name: source.header.get(name, "") for name in COLUMNS}
    row |= {
        "path": path.relative_to(HERE).as_posix(),
        "licence": LICENCE,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "edition": source.header["edition"] or "",
    }
    return row


def write_lines(name: str, records: Iterable[dict]) -> None:
    """Write one JSON object a line."""
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    (HERE / name).write_text("".join(lines), encoding="utf-8", newline="\n")


def write_json(name: str, value: object) -> None:
    """Write indented JSON that people can read."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    (HERE / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
