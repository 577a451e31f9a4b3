"""How well files are read: texts of the sample typeset in many layouts, read back, held against the truth.

    python benchmarks/reading.py [--json]
    python benchmarks/reading.py --by-hand

Typesets the PDF sources of the sample corpus in every layout below, in a folder of its own, reads
them with Concord, and does the same with the sample's files as they are. Prints for each layout:

    CER        characters that differ from the truth, of all characters of its blocks
    sentences  F1 of sentence boundaries
    order      neighbouring blocks that came out in the wrong order
    furniture  sentences that hold a running head, a page number or the notice at the foot
    lead-ins   list items with the right lead-in
    cells      cells of action tables that are right

With --by-hand it counts what was found when sentences of real documents, drawn by chance, were read
against their page: sentence_judgments.jsonl holds the lines of each on its pages, and its faults.

docs/reading.md says what each figure means and how the boundaries are counted.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "corpora" / "sample"
sys.path.insert(0, str(SAMPLE))

from press import truth  # noqa: E402  # the press lies beside the sample's build script
from press.layout import Face  # noqa: E402
from press.markup import Source, read_source  # noqa: E402
from press.pdf import DESIGNS, LETTER, Design, write_pdf  # noqa: E402
from press.printed import NOTICE  # noqa: E402

from pipeline.errors import DocumentProblem  # noqa: E402
from pipeline.passages import segment  # noqa: E402
from pipeline.reading.guard import read_guarded  # noqa: E402
from pipeline.records import Passage  # noqa: E402
from pipeline.settings import Settings  # noqa: E402

LAYOUTS: dict[str, Design] = {
    "one column, ragged": Design(Face("Helvetica", 11, 16), "Helvetica-Bold", Face("Helvetica", 8.5, 11)),
    "one column, justified and hyphenated": Design(
        Face("Times-Roman", 12, 16.5), "Times-Bold", Face("Times-Roman", 8.5, 10.5), justify=True, hyphenate=True
    ),
    "one column, narrow, letter-spaced heads": Design(
        Face("Times-Roman", 11, 15), "Times-Bold", Face("Times-Roman", 8, 10), margins=(150, 104, 104), hyphenate=True,
        spaced_head=True, folio="- {} -",
    ),
    "two columns, justified and hyphenated": Design(
        Face("Times-Roman", 10, 13.5), "Times-Bold", Face("Times-Roman", 7.5, 9.5), columns=2, margins=(64, 92, 92),
        justify=True, hyphenate=True, gap=6,
    ),
    "two columns, ragged, narrow gutter": Design(
        Face("Helvetica", 9, 12), "Helvetica-Bold", Face("Helvetica", 7, 9), columns=2, gutter=14, margins=(60, 92, 92),
        page=LETTER, head_at_right=True, folio="Page {}", gap=5,
    ),
    "tight, no gap between paragraphs": Design(
        Face("Times-Roman", 10.5, 12.6), "Times-Bold", Face("Times-Roman", 8, 9.6), margins=(90, 92, 92), gap=2,
        justify=True, hyphenate=True, bullet="–", folio="{} | Strategy",
    ),
}  # fmt: skip
TABLE_LAYOUTS = tuple(name for name, design in LAYOUTS.items() if design.columns == 1)
"""Tables of five columns need a page's whole width."""

JUDGMENTS = ROOT / "benchmarks" / "sentence_judgments.jsonl"
FAULTS = ("furniture", "note mark", "boundary", "words", "role")
"""What a sentence can have wrong: it holds a running head, a page number or a note; or the mark of one; and so on."""
NOT_BLOCKS = frozenset({"contents", "table_header", "notice"})
"""Roles of the truth that are no passages, or are told apart from furniture by nobody but their author."""


@dataclass(frozen=True)
class Score:
    """How well one file, or all of one layout, was read: counts, from which the shares are made."""

    layout: str
    files: int = 0
    characters: int = 0
    wrong_characters: int = 0
    boundaries: int = 0
    boundaries_found: int = 0
    boundaries_right: int = 0
    neighbours: int = 0
    out_of_order: int = 0
    sentences: int = 0
    with_furniture: int = 0
    items: int = 0
    items_right: int = 0
    cells: int = 0
    cells_right: int = 0

    def __add__(self, other: Score) -> Score:
        mine, theirs = asdict(self), asdict(other)
        return Score(self.layout, **{name: mine[name] + theirs[name] for name in mine if name != "layout"})

    @property
    def error_rate(self) -> float:
        """Share of characters that differ."""
        return self.wrong_characters / max(1, self.characters)

    @property
    def boundary_f1(self) -> float:
        """F1 of sentence boundaries."""
        return 2 * self.boundaries_right / max(1, self.boundaries + self.boundaries_found)


def main() -> None:
    """Print the table, or the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print the counts")
    parser.add_argument("--misses", action="store_true", help="print each block that did not come out whole")
    parser.add_argument("--by-hand", action="store_true", help="print what sentences read by hand have wrong")
    options = parser.parse_args()
    if options.by_hand:
        print_judgments()
        return
    scores = [*typeset_scores(options.misses), *sample_scores(options.misses)]
    if options.json:
        print(json.dumps([asdict(score) for score in scores], indent=1))
        return
    print(
        f"{'layout':44}{'files':>6}{'CER':>8}{'sentences':>11}{'order':>7}{'furniture':>11}{'lead-ins':>11}{'cells':>11}"
    )
    for score in [*scores, total("all", scores)]:
        print(
            f"{score.layout:44}{score.files:6}{score.error_rate:8.2%}{score.boundary_f1:11.3f}{score.out_of_order:7}"
            f"{score.with_furniture:11}{share(score.items_right, score.items):>11}{share(score.cells_right, score.cells):>11}"
        )


def print_judgments() -> None:
    """Print how many of the sentences that were read by hand have which fault."""
    judged = [json.loads(line) for line in JUDGMENTS.read_text("utf-8").splitlines()]
    print(f"{len(judged)} sentences of {len({one['document'] for one in judged})} documents")
    for fault in FAULTS:
        print(f"{fault:12}{sum(fault in one['faults'] for one in judged):4}")
    print(f"{'none':12}{sum(not one['faults'] for one in judged):4}")


def share(part: int, whole: int) -> str:
    """Return a share with its counts: "12 of 12"."""
    return f"{part} of {whole}" if whole else "-"


def total(name: str, scores: Iterable[Score]) -> Score:
    """Return the sum of scores."""
    whole = Score(name)
    for score in scores:
        whole += score
    return replace(whole, layout=name)


def typeset_scores(show: bool) -> Iterator[Score]:
    """Yield the score of each layout over all PDF sources."""
    sources = [read_source(SAMPLE / "sources" / f"{name}.md") for name in DESIGNS]
    with tempfile.TemporaryDirectory() as folder:
        for name, design in LAYOUTS.items():
            scores = []
            for source in sources:
                has_table = any(block.role == "table_row" for block in source.blocks)
                has_picture = any(block.in_image for block in source.blocks)
                if (has_table and name not in TABLE_LAYOUTS) or has_picture:
                    continue
                path = Path(folder) / f"{source.id}.pdf"
                printed = write_pdf(source, path, design)
                blocks = list(truth.block_records(source, printed))
                scores.append(score_file(path, blocks, furniture_of(source, printed), show=show))
            yield total(name, scores)


def furniture_of(source: Source, printed: Any) -> list[str]:
    """Return the words that stand on pages and belong to no block."""
    return [
        text for text in dict.fromkeys([*printed.furniture, NOTICE, source.header["running_head"]]) if len(text) > 6
    ]


def sample_scores(show: bool) -> Iterator[Score]:
    """Yield the score of the sample's files by format."""
    blocks: dict[str, list[dict[str, Any]]] = {}
    for line in (SAMPLE / "truth.jsonl").read_text("utf-8").splitlines():
        block = json.loads(line)
        blocks.setdefault(block["document"], []).append(block)
    furniture = json.loads((SAMPLE / "furniture.json").read_text("utf-8"))
    by_format: dict[str, list[Score]] = {}
    for path in sorted((SAMPLE / "documents").iterdir()):
        words = [text for text in furniture[path.stem] if len(text) > 6 and path.suffix != ".md"]
        by_format.setdefault(path.suffix, []).append(score_file(path, blocks[path.stem], words, show=show))
    for suffix, scores in sorted(by_format.items()):
        yield total(f"sample, {suffix}", scores)


def score_file(path: Path, blocks: Sequence[dict[str, Any]], furniture: Sequence[str], *, show: bool = False) -> Score:
    """Return how well one file was read, against the blocks that it was made of."""
    blocks = [b for b in blocks if b["role"] not in NOT_BLOCKS and not b.get("image_only")]
    try:
        reading, _ = read_guarded(path, Settings())
    except DocumentProblem as problem:
        raise SystemExit(f"{path.name} was not read: {problem}") from problem
    _, passages, _ = segment(reading.pages, reading.paged, "", "en_core_web_sm")
    passages = [passage for passage in passages if passage.role != "contents"]
    matched = match(blocks, passages)
    if show:
        for block, passage in zip(blocks, matched, strict=True):
            if passage is None or squeezed(passage.text) != squeezed(block["text"]):
                print(
                    f"{path.name} {block['role']}: {block['text'][:110]!r}\n    {passage.text[:110] if passage else None!r}"
                )
    place = {passage.segments: number for number, passage in enumerate(passages)}
    order = [place[passage.segments] for passage in matched if passage is not None and passage.role != "footnote"]
    true_text, found_text = [squeezed(b["text"]) for b in blocks], [squeezed(p.text) if p else "" for p in matched]
    wanted, found = boundaries_of_blocks(blocks), boundaries_of_passages(passages)
    items = [(b, p) for b, p in zip(blocks, matched, strict=True) if b["lead_in"]]
    rows = [(b, p) for b, p in zip(blocks, matched, strict=True) if b["role"] == "table_row"]
    sentences = [passage.text[s:e] for passage in passages if passage.role != "heading" for s, e in passage.sentences]
    return Score(
        layout=path.stem,
        files=1,
        characters=sum(map(len, true_text)),
        wrong_characters=sum(Levenshtein.distance(a, b) for a, b in zip(true_text, found_text, strict=True)),
        boundaries=len(wanted),
        boundaries_found=len(found),
        boundaries_right=sum((Counter(wanted) & Counter(found)).values()),
        neighbours=max(0, len(order) - 1),
        out_of_order=sum(b < a for a, b in pairwise(order)),
        sentences=len(sentences),
        with_furniture=sum(
            holds_furniture(squeezed(sentence), "".join(true_text), furniture) for sentence in sentences
        ),
        items=len(items),
        items_right=sum(p is not None and squeezed(p.lead_in) == squeezed(b["lead_in"]) for b, p in items),
        cells=sum(len(b["cells"]) for b, _ in rows),
        cells_right=sum(cells_right(b["cells"], p) for b, p in rows),
    )


def holds_furniture(sentence: str, truth: str, furniture: Sequence[str]) -> bool:
    """Say whether furniture stands inside a sentence, between words that are none, and the author did not write it there."""
    held = (squeezed(text) for text in furniture)
    return sentence not in truth and any(text in sentence and text != sentence.rstrip(".") for text in held)


def squeezed(text: str) -> str:
    """Return a text without white space: how it was broken into lines does not count."""
    return re.sub(r"\s+", "", text)


def match(blocks: Sequence[dict[str, Any]], passages: Sequence[Passage]) -> list[Passage | None]:
    """Return for each block the passage that is most like it; each passage is given once."""
    free = list(passages)
    found: list[Passage | None] = []
    for block in blocks:
        wanted = squeezed(block["text"])
        marked = squeezed(f"{block['marker'] or ''}{block['text']}")
        exact = next((p for p in free if squeezed(p.text) in (wanted, marked)), None)
        best = exact or max(
            free, key=lambda p: Levenshtein.normalized_similarity(wanted, squeezed(p.text)), default=None
        )
        if best is not None and (exact or Levenshtein.normalized_similarity(wanted, squeezed(best.text)) > 0.3):
            free.remove(best)
            found.append(
                replace(best, text=best.text) if squeezed(best.text) == wanted else _without_marker(best, block)
            )
        else:
            found.append(None)
    return found


def _without_marker(passage: Passage, block: dict[str, Any]) -> Passage:
    """A heading may keep its number: it is printed, and the truth has it apart."""
    marker = block["marker"] or ""
    return replace(passage, text=passage.text.removeprefix(marker).lstrip()) if marker else passage


_AROUND = 24


def boundaries_of_blocks(blocks: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the boundaries between sentences inside the blocks of running text, as the letters on both sides."""
    return [
        boundary
        for block in blocks
        if block["role"] not in ("table_row", "heading", "title", "subtitle", "signature")
        for boundary in _boundaries(block["sentences"])
    ]


def boundaries_of_passages(passages: Sequence[Passage]) -> list[tuple[str, str]]:
    """Return the boundaries between the sentences that were found."""
    return [
        boundary
        for passage in passages
        if passage.role not in ("table_row", "heading")
        for boundary in _boundaries([passage.text[start:end] for start, end in passage.sentences])
    ]


def _boundaries(sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    for before, behind in pairwise(sentences):
        yield squeezed(before)[-_AROUND:], squeezed(behind)[:_AROUND]


def cells_right(cells: dict[str, str], passage: Passage | None) -> int:
    """Return how many cells of a row came out whole under their column's name."""
    if passage is None:
        return 0
    found = {squeezed(column): squeezed(passage.text[start:end]) for column, start, end in passage.cells}
    return sum(found.get(squeezed(column.lstrip("*"))) == squeezed(text) for column, text in cells.items())


if __name__ == "__main__":
    main()
