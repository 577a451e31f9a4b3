"""Printing: a comparison as Markdown, CSV and JSON, harmless wherever it is opened."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.comparing import Cell, Comparison, Counterpart, Naming, Quote
from pipeline.coverage import ALL_DOCUMENTS, Axis, Choice, Difference
from pipeline.exporting import harmless
from pipeline.printing import cell_text, to_csv, to_json, to_markdown


def a_quote(issuer, words, **more):
    values = {
        "id": f"id-{issuer}", "quote": words, "lead_in": "", "issuer": issuer, "document_id": "d", "document": "Strategy",
        "year": 2016, "page": 3, "page_label": "2", "is_paged": True, "bindingness": "Undertaking", "precision": 1,
        "deadline": "", "actor": "We",
    }  # fmt: skip
    return Quote(**{**values, **more})


def a_comparison(*words, choice=ALL_DOCUMENTS):
    """A comparison of two issuers with one pair of counterparts for each text."""
    return Comparison(
        issuers=("XAA", "XBB"),
        names={"XAA": "Arvenia", "XBB": "Belmora"},
        axis=Axis(),
        choice=choice,
        topics=(("CAP", "Skills"), ("RTS", "Rights")),
        themes=(("CAP", "Skills"), ("RTS", "Rights")),
        documents=tuple(
            {"for": one, "id": one, "issuer_id": one, "title": "Strategy", "year": None, "status": "read", "is_covered": 1}
            for one in ("XAA", "XBB")
        ),
        cells={
            ("XAA", "CAP"): Cell("XAA", "CAP", "committed", 2, 0, 1, 3, 2016, 1.5), ("XAA", "RTS"): Cell("XAA", "RTS", "absent"),
            ("XBB", "CAP"): Cell("XBB", "CAP", "mentioned"), ("XBB", "RTS"): Cell("XBB", "RTS", "not read"),
        },
        differences={"CAP": Difference(), "RTS": Difference()},
        measured=None,
        counterparts=tuple(
            Counterpart("CAP", a_quote("XAA", text), a_quote("XBB", text, lead_in="We will:"), 0.81, 0.5, "alike")
            for text in words
        ),
        namings=(Naming("XAA", "XBB", "partner", 2, ("2016 p. 3",), "Belmora"),),
    )  # fmt: skip


def cells_of(text):
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_quote_is_a_formula_in_a_spreadsheet(start):
    text = f'{start}HYPERLINK("http://example.org")'
    assert f"'{text}" in cells_of(to_csv(a_comparison(text)))


@given(st.text())
def test_no_text_of_a_csv_begins_as_a_formula_does(text):
    assert not str(harmless(text)).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.none(), st.from_regex(r"\A[A-Za-z]\w*\Z")))
def test_what_is_no_formula_is_left_as_it_is(value):
    assert harmless(value) == value


def test_a_csv_has_one_row_for_each_pair_and_names_its_columns():
    rows = list(csv.DictReader(io.StringIO(to_csv(a_comparison("one", "two, and more", 'a "third"')))))
    assert [row["quote_a"] for row in rows] == ["one", "two, and more", 'a "third"']
    assert (rows[0]["issuer_a"], rows[0]["issuer_b"], rows[0]["page_a"]) == ("XAA", "XBB", "3")


def test_a_json_can_be_read_back():
    values = json.loads(to_json(a_comparison("one")))
    assert values["counterparts"][0]["a"]["quote"] == "one"
    assert [(cell["issuer"], cell["topic"], cell["finding"]) for cell in values["cells"]] == [
        ("XAA", "CAP", "committed"), ("XAA", "RTS", "absent"), ("XBB", "CAP", "mentioned"), ("XBB", "RTS", "not read"),
    ]  # fmt: skip


def test_a_markdown_gives_each_quote_with_its_lead_in_and_its_place():
    text = to_markdown(a_comparison("train judges"))
    assert "> train judges\n> \u2014 Strategy (2016), p. 2" in text
    assert "> [We will:] train judges\n" in text


def test_a_markdown_tells_the_kinds_of_nought_apart_in_words():
    text = to_markdown(a_comparison())
    assert (
        "| Skills | 2 (undertaking; 1.5 in 1,000 sentences; latest 2016) | speaks of it, with no promise filed under it |"
        in text
    )
    assert "| Rights | does not speak of it in what could be read | has no document that could be read" in text


def test_a_markdown_says_who_names_whom():
    assert "- Arvenia names Belmora as partner: 2 (2016 p. 3)" in to_markdown(a_comparison())


def test_who_names_nobody_of_the_other_is_said_plainly():
    text = to_markdown(a_comparison())
    assert "- Belmora names nobody of Arvenia." in text
    assert "- Arvenia names nobody of Belmora." not in text


def test_a_markdown_says_which_documents_were_asked_for():
    text = to_markdown(a_comparison(choice=Choice(("national_strategy", "un_submission"), 2010, 2016)))
    assert "\nOnly documents of the kind national strategy or UN submission from 2010 to 2016.\n" in text


@pytest.mark.parametrize("bindingness", [1, 2, 3, 4])
def test_every_degree_of_bindingness_has_its_words(bindingness):
    assert cell_text(Cell("XAA", "CAP", "committed", 1, 0, 1, bindingness, 2016, 1.0), {}).startswith("1 (")
