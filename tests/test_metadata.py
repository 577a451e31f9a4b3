"""The metadata: it describes what is there, all of it and nothing else, for Datasette old and new."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from html import unescape

import datasette
import pytest
from conftest import ROOT
from datasette.app import Datasette

from pipeline.site.serving import METADATA, NAME
from pipeline.store import SEARCHED

DESCRIBED = json.loads((ROOT / METADATA).read_text("utf-8"))
DATABASE = DESCRIBED["databases"][NAME]
TABLES = DATABASE["tables"]
SHOWN = {name: table for name, table in TABLES.items() if not table.get("hidden")}
IS_NEW = int(datasette.__version__.partition(".")[0]) >= 1

KEYS = {
    "all": {"title", "description", "license", "license_url", "source", "source_url", "about", "about_url", "databases"},
    "database": {"title", "description", "queries", "tables", "source", "license", "license_url"},
    "table": {"title", "description", "columns", "facets", "facet_size", "size", "sort", "sort_desc", "label_column", "hidden"},
    "query": {"title", "description", "sql", "hide_sql"},
}  # fmt: skip
"""What Datasette 0.65 understands, of what is used here: it says nothing of a key that it does not know."""


def columns_of(db, name):
    return [row[1] for row in db.execute(f'pragma table_info("{name}")').fetchall()]


def test_every_key_is_one_that_datasette_knows():
    assert DESCRIBED.keys() <= KEYS["all"]
    assert DATABASE.keys() <= KEYS["database"]
    assert {key for table in TABLES.values() for key in table} <= KEYS["table"]
    assert {key for query in DATABASE["queries"].values() for key in query} <= KEYS["query"]


def test_every_table_of_the_database_is_described_or_is_plumbing_of_sqlite(sample_db):
    plumbing = {f"{name}_fts_{part}" for name in SEARCHED for part in ("data", "idx", "docsize", "config", "content")}
    there = {row[0] for row in sample_db.execute("select name from sqlite_schema where type = 'table'").fetchall()}
    assert there - plumbing - {"sqlite_stat4"} == TABLES.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_a_table_has_a_title_and_a_description(name):
    assert SHOWN[name]["title"]
    assert SHOWN[name]["description"].endswith(".")


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if "columns" in table])
def test_the_columns_of_a_table_are_described_all_of_them_and_no_other(sample_db, name):
    assert list(TABLES[name]["columns"]) == columns_of(sample_db, name)
    assert all(TABLES[name]["columns"].values())


def test_every_table_that_is_shown_has_its_columns_described():
    assert [name for name, table in SHOWN.items() if "columns" not in table] == []


@pytest.mark.parametrize("name", SHOWN)
def test_facets_sorting_and_labels_are_columns(sample_db, name):
    table = SHOWN[name]
    used = {*table.get("facets", ()), *(table[key] for key in ("sort", "sort_desc", "label_column") if key in table)}
    assert used <= set(columns_of(sample_db, name))


@pytest.mark.parametrize("name", SHOWN)
def test_every_facet_has_an_index_or_few_values(sample_db, name):
    """A facet without an index takes seconds on a large table."""
    indexed = {
        columns[0][2]
        for row in sample_db.execute(f'pragma index_list("{name}")').fetchall()
        if (columns := sample_db.execute(f'pragma index_info("{row[1]}")').fetchall())
    }
    for facet in SHOWN[name].get("facets", ()):
        values = sample_db.execute(f'select count(distinct "{facet}") from "{name}"').fetchone()[0]
        assert facet in indexed or values <= 10, facet


@pytest.mark.parametrize("name", DATABASE["queries"])
def test_a_canned_query_can_be_run_and_says_what_it_asks(sample_db, name):
    query = DATABASE["queries"][name]
    asked = set(re.findall(r":([a-z_]+)", query["sql"]))
    sample_db.execute(f"explain {query['sql']}", dict.fromkeys(asked, "")).fetchall()
    assert query["title"].endswith("?")
    assert query["description"].endswith(".")


@pytest.mark.parametrize("name", DATABASE["queries"])
def test_a_canned_query_names_its_columns_once(sample_db, name):
    query = DATABASE["queries"][name]
    asked = set(re.findall(r":([a-z_]+)", query["sql"]))
    columns = [column[0] for column in sample_db.execute(query["sql"], dict.fromkeys(asked, "")).description]
    assert len(set(columns)) == len(columns)


@pytest.mark.skipif(IS_NEW, reason="this Datasette is 1.0 or newer")
async def test_datasette_0_65_shows_titles_descriptions_and_queries(sample_settings):
    client = Datasette([str(sample_settings.db)], metadata=deepcopy(DESCRIBED)).client
    page = unescape((await client.get(f"/{NAME}")).text)
    assert DATABASE["description"] in page
    assert all(query["title"] in page for query in DATABASE["queries"].values())
    assert TABLES["commitments"]["columns"]["quote"] in (await client.get(f"/{NAME}/commitments")).text


@pytest.mark.skipif(not IS_NEW, reason="needs Datasette 1.0: pip install --pre 'datasette>=1.0a0'")
async def test_datasette_1_0_shows_titles_descriptions_and_queries(sample_settings):
    client = Datasette([str(sample_settings.db)], metadata=deepcopy(DESCRIBED), config=deepcopy(DESCRIBED)).client
    assert DATABASE["description"] in (await client.get(f"/{NAME}")).text
    for name, query in DATABASE["queries"].items():
        assert query["title"] in unescape((await client.get(f"/{NAME}/{name}")).text)
    assert TABLES["commitments"]["columns"]["quote"] in (await client.get(f"/{NAME}/commitments")).text
    assert (await client.get("/compare?issuer=XAA&issuer=XBB")).status_code == 200
    assert (await client.get("/document/none")).status_code == 404
