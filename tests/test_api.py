"""The API: its description is valid and whole, and every address answers as it says."""

from __future__ import annotations

import json
import re
import shutil
from copy import deepcopy

import pytest
import pytest_asyncio
from click.testing import CliRunner
from conftest import ROOT
from datasette.app import Datasette
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from planting import plant_watched

from pipeline.cli import main
from pipeline.search import Engine, Filters
from pipeline.site.api import OPERATIONS, description
from pipeline.site.routes import PAGES
from pipeline.site.serving import METADATA, NAME, SETTINGS
from pipeline.store import open_for_reading, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESCRIBED = json.loads((ROOT / METADATA).read_text("utf-8"))
DESCRIPTION = description("http://localhost")
JSON_PATHS = [path for path in DESCRIPTION["paths"] if path.endswith(".json")]
FITTING = {
    "/search": "?q=training", "/compare": "?issuer=XAA&issuer=XBB", "/compare/cell": "?issuer=XAA&issuer=XBB&theme=CAP",
    "/document/{id}": "xaa-2016-strategy", "/theme/{code}": "CAP", "/issuer/{code}": "XAA", "/instrument/{id}": "BUDAPEST", "/editions/{family}": "xaa-strategy",
    "/guidelines/{id}": "un-norms", "/guidelines/{id}/{code}": "d", "/watches/{name}": "training",
}  # fmt: skip
"""What stands for the variable part of an address, and what is asked behind it."""


@pytest.fixture(scope="module")
def database(sample_settings, tmp_path_factory):
    """The sample's database with a saved search."""
    return plant_watched(sample_settings.db, tmp_path_factory.mktemp("api") / f"{NAME}.db")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(database):
    instance = Datasette([str(database)], metadata=deepcopy(DESCRIBED), settings=SETTINGS)
    await instance.invoke_startup()
    return instance.client


@pytest.fixture(scope="module")
def promise(database):
    """The id of a commitment."""
    with open_for_reading(database) as db:
        return rows(db, "select id from commitments order by 1 limit 1")[0]["id"]


def address_of(path, promise):
    """An address of the sample that a path of the description stands for."""
    bare, _, ending = path.rpartition(".")
    asked = FITTING.get(bare, "") if "{" not in bare else ""
    parts = {"/commitment/{id}": promise, **FITTING}
    for known in sorted(parts, key=len, reverse=True):
        if "{" in known and bare.startswith(known):
            bare = re.sub(r"\{\w+\}$", parts[known], known) + bare.removeprefix(known)
    return f"{bare.replace('{id}', 'un-norms')}.{ending}{asked}"


def faults_of(value, schema):
    """Where an answer is not what its schema says."""
    whole = {**schema, "components": DESCRIPTION["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def schema_of(path, status="200"):
    (answer,) = DESCRIPTION["paths"][path]["get"]["responses"][status]["content"].values()
    return answer["schema"]


async def test_the_description_is_valid_openapi():
    validate(DESCRIPTION)


async def test_every_address_that_gives_json_is_described():
    described = {f"{operation.path}.json" for operation in OPERATIONS if "json" in operation.forms}
    for pattern, _ in PAGES:
        if "json" in pattern:
            assert [path for path in described if re.match(pattern, re.sub(r"\{\w+\}", "x", path))], pattern


async def test_every_address_that_gives_csv_or_a_workbook_is_described():
    for pattern, _ in PAGES:
        for ending in ("csv", "xlsx"):
            if ending in pattern:
                there = [path for path in DESCRIPTION["paths"] if re.match(pattern, re.sub(r"\{\w+\}", "x", path))]
                assert [path for path in there if path.endswith(ending)], (pattern, ending)


@pytest.mark.parametrize("path", DESCRIPTION["paths"])
async def test_every_described_address_is_one_of_ours_and_answers_in_its_type(site, promise, path):
    response = await site.get(address_of(path, promise))
    (kind,) = DESCRIPTION["paths"][path]["get"]["responses"]["200"]["content"]
    assert any(re.match(pattern, re.sub(r"\{\w+\}", "x", path)) for pattern, _ in PAGES)
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, kind)


@pytest.mark.parametrize("path", JSON_PATHS)
async def test_an_address_answers_as_its_schema_says(site, promise, path):
    value = (await site.get(address_of(path, promise))).json()
    assert faults_of(value, schema_of(path)) == []


@pytest.mark.parametrize("path", [path for path in JSON_PATHS if isinstance(schema_of(path), dict)])
async def test_a_schema_says_something(path):
    assert faults_of({}, schema_of(path)) != []


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/search.json", "/search.json"), ("/search.json", "/search.json?issuer=XBB&most=100"), ("/search.json", "/search.json?q=%22no+such+thing%22"),
        ("/compare.json", "/compare.json"), ("/compare.json", "/compare.json?issuer=XAA&issuer=XEE&at=2001"),
        ("/compare.json", "/compare.json?by=year&theme=CAP"), ("/compare.json", "/compare.json?issuer=XAA&issuer=XBB&by=un-norms"),
        ("/compare.json", "/compare.json?issuer=XMG&members=1"), ("/compare/cell.json", "/compare/cell.json?issuer=XAA&year=2016"),
        ("/compare/cell.json", "/compare/cell.json?issuer=XBB&theme=SUP"), ("/guidelines/{id}.json", "/guidelines/un-norms.json?by=document"),
        ("/guidelines/{id}/{code}.json", "/guidelines/un-norms/d.json?issuer=XAA"), ("/editions/{family}.json", "/editions/xaa-strategy.json?change=new"),
        ("/theme/{code}/commitments.json", "/theme/RTS/commitments.json"),
    ],
)  # fmt: skip
async def test_other_questions_are_answered_by_the_same_schema(site, path, address):
    assert faults_of((await site.get(address)).json(), schema_of(path)) == []


@pytest.mark.parametrize(
    "address", ["/document/none.json", "/theme/NONE/commitments.json", "/compare.json?issuer=XAA&issuer=NONE"]
)
async def test_what_is_not_there_fails_as_the_description_says(site, address):
    response = await site.get(address)
    assert response.status_code == 404
    assert faults_of(response.json(), {"$ref": "#/components/schemas/Failure"}) == []


async def test_what_is_too_long_fails_as_the_description_says(site, monkeypatch):
    monkeypatch.setattr("pipeline.site.taking.MOST_ROWS", 1)
    response = await site.get("/documents.json")
    assert response.status_code == 413
    assert faults_of(response.json(), schema_of("/documents.json", "413")) == []


async def test_the_site_serves_the_description_with_its_own_address(site):
    served = (await site.get("/openapi.json")).json()
    assert served["servers"] == [{"url": "http://localhost"}]
    assert served["paths"].keys() == DESCRIPTION["paths"].keys()


async def test_every_parameter_of_an_address_is_described():
    for path, item in DESCRIPTION["paths"].items():
        described = {one["name"] for one in item["get"].get("parameters", ()) if one["in"] == "path"}
        assert described == set(re.findall(r"\{(\w+)\}", path)), path


async def test_every_parameter_of_a_search_is_described_as_the_documentation_names_it():
    part = (ROOT / "docs" / "site.md").read_text("utf-8").partition("## Search")[2].partition("## ")[0]
    documented = {
        name for line in re.findall(r"^\| (`.+?`) \|", part, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    }
    assert {one["name"] for one in DESCRIPTION["paths"]["/search.json"]["get"]["parameters"]} == documented


async def test_every_operation_has_a_name_of_its_own():
    names = [item["get"]["operationId"] for item in DESCRIPTION["paths"].values()]
    assert len(set(names)) == len(names)


async def test_the_site_the_api_the_command_and_a_call_from_python_find_the_same(site, database):
    page = (await site.get("/search?q=training&issuer=XBB")).text
    api = (await site.get("/search.json?q=training&issuer=XBB")).json()
    words = ["search", "training", "--issuer", "XBB", "--most", "20", "--db", str(database), "--json"]
    command = json.loads(CliRunner().invoke(main, words).stdout)
    called = Engine(database).search("training", Filters(issuers=("XBB",)))
    assert (
        [hit.id for hit in called.hits] == [hit["id"] for hit in api["hits"]] == [hit["id"] for hit in command["hits"]]
    )
    assert api == command
    assert re.findall(r'href="/commitment/(\w+)">', page) == [hit.id for hit in called.hits if hit.kind == "commitment"]


async def test_the_python_of_the_documentation_runs(database, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(database, tmp_path / "concord.db")
    text = (ROOT / "docs" / "api.md").read_text("utf-8").replace("JPN", "XBB").replace("CAN", "XAA")
    known = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, known)
    assert "train" in capsys.readouterr().out
    assert known["comparison"].cells
    assert known["results"].total >= len(known["results"].hits) > 0
