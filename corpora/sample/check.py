"""Check the built sample against its truth: ``python corpora/sample/check.py``.

Needs pypdf and python-docx. Prints one line for each thing that is wrong and exits with 1, or
prints what it has seen.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import docx
import pypdf

HERE = Path(__file__).resolve().parent
THEMES = {
    "GOV",
    "RISK",
    "INC",
    "CI",
    "GNET",
    "SUP",
    "LAW",
    "CRIME",
    "RTS",
    "CAP",
    "RDI",
    "PPP",
    "INTL",
    "DEF",
}


def main() -> int:
    """Run every check over every document."""
    with (HERE / "documents.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    blocks = defaultdict(list)
    for line in (HERE / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        blocks[record["document"]].append(record)
    problems = [p for row in rows for p in document_problems(row, blocks[row["id"]])]
    problems += corpus_problems(blocks)
    for problem in problems:
        print(problem)
    if not problems:
        total = sum(len(block["commitments"]) for found in blocks.values() for block in found)
        print(f"{len(rows)} documents, {total} commitments: the files and the truth agree")
    return 1 if problems else 0


def document_problems(row: dict[str, str], blocks: list[dict]) -> Iterator[str]:
    """What is wrong with one document."""
    path = HERE / row["path"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
        yield f"{row['id']}: the file does not have the hash in documents.csv"
    pages = [letters(text) for text in page_texts(path)]
    for block in blocks:
        yield from truth_problems(block)
        if not block.get("image_only"):
            yield from place_problems(block, pages)
    for block in blocks:
        if block.get("image_only") and pages[block["page_first"] - 1]:
            yield f"{row['id']}: page {block['page_first']} should have no text layer"


def truth_problems(block: dict) -> Iterator[str]:
    """Quotes lie in their text, sentences make up the text, slots hold words of the text."""
    where = f"{block['document']} block {block['order']}"
    if " ".join(block["sentences"]) != block["text"]:
        yield f"{where}: sentences do not make up the text"
    for commitment in block["commitments"]:
        around = f"{block['lead_in'] or ''} {block['text']}"
        if commitment["quote"] not in block["text"]:
            yield f"{where}: quote not in text: {commitment['quote']}"
        for slot in ("actor", "deadline"):
            words = commitment[slot]
            if words not in (None, "issuer") and words not in around:
                yield f"{where}: {slot} not in text: {words}"
        if not set(commitment["themes"]) <= THEMES:
            yield f"{where}: unknown theme in {commitment['themes']}"


def place_problems(block: dict, pages: list[str]) -> Iterator[str]:
    """The first words of a block stand on its first page, the last words on its last page."""
    where = f"{block['document']} block {block['order']}"
    if block["role"] in ("table_row", "table_header"):
        ends = [letters(block["text"].split(" | ")[0])] * 2
    else:
        ends = [letters(block["text"])[:14], letters(block["text"])[-14:]]
    for end, number in zip(ends, (block["page_first"], block["page_last"]), strict=True):
        if end not in pages[number - 1]:
            yield f"{where}: “{end}” is not on page {number}"


def corpus_problems(blocks: dict[str, list[dict]]) -> Iterator[str]:
    """The plan of the sample: every theme occurs, and Belmora is silent on RTS and SUP."""
    themes = defaultdict(set)
    for found in blocks.values():
        for block in found:
            for commitment in block["commitments"]:
                for code in commitment["binds"]:
                    themes[code] |= set(commitment["themes"])
    if missing := THEMES - set().union(*themes.values()):
        yield f"no commitment has the themes {missing}"
    if wrong := themes["XBB"] & {"RTS", "SUP"}:
        yield f"Belmora should not commit itself on {wrong}"


def page_texts(path: Path) -> list[str]:
    """The text of each page, as plainly as the format gives it."""
    if path.suffix == ".pdf":
        return [page.extract_text() for page in pypdf.PdfReader(path).pages]
    if path.suffix == ".docx":
        return ["\n".join(docx_texts(path))]
    data = path.read_bytes()
    if data.startswith(b"\xff\xfe"):
        return [data.decode("utf-16")]
    text = data.decode("cp1252" if path.name.startswith("xdd-2014") else "utf-8")
    if path.suffix == ".html":
        return [unescape(re.sub(r"<[^>]+>", " ", text))]
    return text.split("\f")


def docx_texts(path: Path) -> Iterator[str]:
    """Paragraphs, table cells and footnotes of a Word file."""
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        yield paragraph.text
    for table in document.tables:
        for row in table.rows:
            yield " ".join(cell.text for cell in row.cells)
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/footnotes.xml":
            yield re.sub(r"<[^>]+>", " ", part.blob.decode("utf-8"))


def letters(text: str) -> str:
    """Letters and digits alone: line ends, hyphens and spacing do not matter here."""
    return "".join(re.findall(r"[^\W_]", text)).lower()


if __name__ == "__main__":
    sys.exit(main())
