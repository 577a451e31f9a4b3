"""Cells: Datasette's own CSV runs as no formula either, and is otherwise what it was."""

from __future__ import annotations

import csv
import io
import json
import shutil
from copy import deepcopy

import pytest
from conftest import ROOT
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st

from pipeline.exporting import harmless
from pipeline.site.cells import Rows
from pipeline.site.serving import METADATA, NAME, SETTINGS
from pipeline.store import leave_one_file, open_store

DESCRIBED = json.loads((ROOT / METADATA).read_text("utf-8"))


def written(table):
    buffer = io.StringIO()
    csv.writer(buffer).writerows(table)
    return buffer.getvalue().encode()


def in_pieces(content, size):
    rows = Rows()
    pieces = [content[place : place + size] for place in range(0, len(content), size)]
    made = [rows.made_harmless(piece, is_last=False) for piece in pieces]
    return b"".join([*made, rows.made_harmless(b"", is_last=True)])


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), max_size=8), st.integers(1, 30)
)
def test_every_cell_is_made_harmless_wherever_the_pieces_are_cut(table, size):
    found = list(csv.reader(io.StringIO(in_pieces(written(table), size).decode(), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in found if row] == [
        [str(harmless(cell)).removeprefix("'") for cell in row] for row in table
    ]
    assert not any(cell.startswith(("=", "@", "\t", "\r", "\n")) for row in found for cell in row)


def test_what_is_no_formula_is_left_byte_for_byte():
    content = written([["id", "text"], ["1", 'a "b",\r\nc'], ["-0.5", "+1e-7"], ["", "ü"]])
    assert in_pieces(content, 3) == content


def test_a_text_longer_than_a_reader_of_csv_takes_is_no_trouble():
    content = written([["=" + "a" * 200_000]])
    assert in_pieces(content, 65_536) == b"'" + content


@pytest.fixture
def site(sample_settings, tmp_path):
    target = tmp_path / f"{NAME}.db"
    shutil.copy(sample_settings.db, target)
    with open_store(target) as db:
        db.execute("update documents set title = '=1+1' where id = 'xaa-2016-strategy'")
        db.conn.commit()
        leave_one_file(db)
    return Datasette([str(target)], metadata=deepcopy(DESCRIBED), settings=SETTINGS).client


@pytest.mark.parametrize("address", ["documents.csv", "documents.csv?_stream=on&_dl=1", "documents.csv?_labels=on"])
async def test_a_table_as_csv_holds_no_formula(site, address):
    response = await site.get(f"/{NAME}/{address}")
    lines = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [line["title"] for line in lines if line["id"] == "xaa-2016-strategy"] == ["'=1+1"]
    assert len(lines) == 15


async def test_the_answer_to_a_query_as_csv_holds_no_formula(site):
    response = await site.get(f"/{NAME}.csv", params={"sql": "select '=1+1' as text, -1.5 as number"})
    assert response.text == "text,number\r\n'=1+1,-1.5\r\n"


async def test_json_is_left_as_it_is(site):
    assert '"=1+1"' in (await site.get(f"/{NAME}/documents.json?_shape=array")).text


async def test_our_own_lists_are_made_harmless_once(site):
    assert ",'=1+1," in (await site.get("/documents.csv")).text


async def test_why_a_list_is_not_there_is_told_as_json(site):
    response = await site.get("/document/none/commitments.csv")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/json; charset=utf-8")
