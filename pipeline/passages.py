"""Passages: paragraphs, list items, table rows and headings, with lines joined and furniture gone.

Reads `pages`; writes `passages` and `passage_spans`, which says for each passage where its words
are printed. The steps are pure functions in `segmenting/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from typing import Any

from sqlite_utils import Database

from .errors import DocumentProblem
from .ids import digest, numbered
from .languages import language_of, main_language
from .models import is_installed
from .pages import load_pages, to_page
from .records import BODY_ROLES, Page, Passage, Rectangle, Report, Segment, Tally
from .segmenting.boxes import boxes_of
from .segmenting.furniture import begins_note, sort_rows
from .segmenting.joining import join, join_each, measure, vocabulary
from .segmenting.roles import passages_of
from .segmenting.rows import Row, accept_bare_numbers, accept_letters, rows_of
from .segmenting.sentences import splitter, with_sentences, word_list
from .segmenting.tables import with_tables
from .settings import Settings
from .store import outputs, rows, write_problems, write_rows
from .work import work_through

SEGMENTER = "passages/6"
COVERED = frozenset({"en"})
"""Languages in which commitments are found; texts in others are kept and searchable by words."""
JUDGED = "role in ({}) and language in ({})".format(
    *(", ".join(f"'{name}'" for name in sorted(names)) for names in (BODY_ROLES, COVERED))
)
"""The SQL condition of the passages that the models read: body text in a language that is covered."""


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Segment every document whose pages changed."""
    stated = {row["id"]: row for row in rows(db, "select id, language_stated, is_paged from documents")}
    french = settings.french if is_installed(settings.french) else ""
    inputs = {
        name: digest(SEGMENTER, pages_hash, settings.english, french, stated[name]["language_stated"])
        for name, pages_hash in outputs(db, "pages").items()
        if pages_hash and name in stated
    }

    def load(name: str) -> tuple[Any, ...]:
        language = stated[name]["language_stated"]
        return load_pages(db, name), bool(stated[name]["is_paged"]), language, settings.english, french

    def keep(name: str, found: tuple[str, list[Passage], list[int]], tally: Tally) -> str:
        language, passages, doubted = found
        tally.add("passages", len(passages))
        _note_language(db, name, language, passages)
        _note_tables(db, name, doubted)
        return write_passages(db, name, passages)

    return work_through(db, "passages", inputs, load=load, task=segment, keep=keep, settings=settings, report=report)


def segment(
    pages: Sequence[Page], paged: bool, language: str, english: str, french: str = ""
) -> tuple[str, list[Passage], list[int]]:
    """Return the language of a document, its passages in reading order, and the pages with a table read as text.

    Args:
        pages: with their lines.
        paged: whether its pages are those of a printed text, with heads and feet.
        language: what the manifest says, "" when it says nothing.
        english: name of the spaCy pipeline that splits English sentences.
        french: name of that for French; "" when there is none, and their punctuation splits them.
    """
    language = language or main_language(page.text for page in pages)
    sorted_rows = sort_rows(rows_of(pages), labels={page.number: page.label for page in pages}, paged=paged)
    body, doubted = with_tables(sorted_rows.body)
    accept_bare_numbers(body)
    accept_letters(body)
    words = vocabulary(body)
    listed = word_list(english) if language == "en" else frozenset()
    passages = passages_of(join(body, listed), measure(body))
    passages += _apart("footnote", sorted_rows.footnotes, words, listed)
    passages += _apart("contents", sorted_rows.contents, words, listed)
    pictures = {page.number for page in pages if page.status == "ocr"}
    passages = [
        replace(
            passage,
            language=language_of(passage.text, otherwise=language),
            is_ocr=any(one.page in pictures for one in passage.segments),
        )
        for passage in passages
    ]
    splitters = {"en": splitter(english), "": splitter()}
    if any(passage.language == "fr" for passage in passages):
        splitters["fr"] = splitter(french, "fr")
    return language, with_sentences(passages, splitters, pages), doubted


def _apart(role: str, found: Iterable[Row], words: set[str], listed: frozenset[str]) -> list[Passage]:
    blocks = join_each(found, begins_note if role == "footnote" else lambda _: True, words, listed)
    return [Passage(role, block.text, block.segments, marker=block.marker) for block in blocks]


def _note_language(db: Database, document_id: str, language: str, passages: Sequence[Passage]) -> None:
    is_covered = language in COVERED
    db.execute(
        "update documents set language = ?, is_covered = ? where id = ?", [language, int(is_covered), document_id]
    )
    problems = []
    if not is_covered:
        name = language_name(language)
        problems.append(
            DocumentProblem(
                "language",
                f"The text is in {name}, in which Concord finds no commitments; it can be searched by words.",
                remedy="Add an official translation as a document of its own.",
            )
        )
    else:
        elsewhere = {
            (passage.pages[0], passage.language)
            for passage in passages
            if passage.role in BODY_ROLES and passage.language not in COVERED
        }
        problems += [
            DocumentProblem(
                "language",
                f"Some of the text is taken for {language_name(code)}, in which Concord finds no commitments.",
                remedy="Read it yourself; of a promise in it, add an official translation as a document of its own.",
                page=page,
            )
            for page, code in sorted(elsewhere)
        ]
    write_problems(db, "language", document_id, problems, is_failure=False)


def _note_tables(db: Database, document_id: str, pages: Iterable[int]) -> None:
    problems = [
        DocumentProblem(
            "table",
            "A table begins here whose rows cannot be told: its cells were read as running text.",
            remedy="Look at the page itself before you join an action with its owner or its date, here and where the table goes on."
            " Where there is a PDF with ruled lines, or a Word file, add that instead.",
            page=page,
        )
        for page in pages
    ]
    write_problems(db, "tables", document_id, problems, is_failure=False)


def language_name(code: str) -> str:
    """Return the English name of a language, or "an unknown language"."""
    from babel import Locale

    return Locale("en").languages.get(code, code) if code else "an unknown language"


def write_passages(db: Database, document_id: str, passages: Sequence[Passage]) -> str:
    """Write the passages of a document; return their hash."""
    listed = list(zip(passage_ids(document_id, passages), passages, strict=True))
    write_rows(
        db,
        "passages",
        [
            {
                "id": passage_id,
                "document_id": document_id,
                "ordinal": ordinal,
                "role": passage.role,
                "page": passage.pages[0],
                "page_last": passage.pages[1],
                "heading_path": " > ".join(passage.heading_path),
                "lead_in": passage.lead_in,
                "marker": passage.marker,
                "text": passage.text,
                "language": passage.language,
                "is_ocr": int(passage.is_ocr),
            }
            for ordinal, (passage_id, passage) in enumerate(listed)
        ],
        where="document_id = ?",
        args=[document_id],
    )
    spans = [
        {
            "passage_id": passage_id,
            "segments": json.dumps([astuple(segment) for segment in passage.segments]),
            "sentences": json.dumps(passage.sentences),
            "cells": json.dumps(passage.cells),
        }
        for passage_id, passage in listed
    ]
    write_rows(
        db,
        "passage_spans",
        spans,
        where="passage_id in (select id from passages where document_id = ?)",
        args=[document_id],
    )
    return digest(*(passage for _, passage in listed))


def passage_ids(document_id: str, passages: Iterable[Passage]) -> list[str]:
    """Return an id for each passage: what it says, and its count among equals in the document."""
    return [digest(document_id, text, nth) for text, nth in numbered(passage.text for passage in passages)]


def load_passages(db: Database, document_id: str) -> list[tuple[str, Passage]]:
    """Return (id, passage) of a document, in order."""
    found = rows(
        db,
        "select passages.*, segments, sentences, cells from passages join passage_spans on passage_id = id"
        " where document_id = ? order by ordinal",
        [document_id],
    )
    return [(row["id"], to_passage(row)) for row in found]


def load_boxes(db: Database, passage_id: str, start: int, end: int) -> list[Rectangle]:
    """Return where a stretch of a passage stands, such as a quote: a rectangle for each line; [] without layout."""
    return load_sheets(db, passage_id, start, end)[1]


def load_sheets(db: Database, passage_id: str, start: int, end: int) -> tuple[dict[int, Page], list[Rectangle]]:
    """Return the pages of a passage, with their lines, and where a stretch of it stands on them.

    Returns:
        Pages by their number, and a rectangle for each line of `text[start:end]`: none without layout.
    """
    found = rows(
        db,
        "select passages.*, segments, sentences, cells from passages join passage_spans on passage_id = id where id = ?",
        [passage_id],
    )
    if not found:
        return {}, []
    passage = to_passage(found[0])
    pages = rows(
        db,
        "select number, text, label, status, lines, width, height from pages join page_lines on page_id = pages.id"
        " where document_id = ? and number between ? and ? order by number",
        [found[0]["document_id"], *passage.pages],
    )
    by_number = {row["number"]: to_page(row) for row in pages}
    return by_number, boxes_of(passage, start, end, by_number)


def to_passage(row: dict[str, Any]) -> Passage:
    """Return the passage of a row of `passages` joined with `passage_spans`."""
    return Passage(
        role=row["role"],
        text=row["text"],
        segments=tuple(Segment(*segment) for segment in json.loads(row["segments"])),
        heading_path=tuple(row["heading_path"].split(" > ")) if row["heading_path"] else (),
        lead_in=row["lead_in"],
        marker=row["marker"],
        language=row["language"],
        sentences=tuple((start, end) for start, end in json.loads(row["sentences"])),
        cells=tuple((column, start, end) for column, start, end in json.loads(row["cells"])),
        is_ocr=bool(row["is_ocr"]),
    )
