"""The API: its description is valid and whole, and every address answers as it says."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from copy import deepcopy

import httpx
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
    "/compare/citation": "?issuer=XAA&issuer=XBB", "/compare/cell/citation": "?issuer=XAA&theme=CAP",
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
def ids(database):
    """The ids of a commitment and of a sub-theme, by the addresses in which they stand."""
    with open_for_reading(database) as db:
        return {
            f"/{name}/{{id}}": rows(db, f"select id from {name}s order by 1 limit 1")[0]["id"]
            for name in ("commitment", "subtheme")
        }


def address_of(path, ids):
    """An address of the sample that a path of the description stands for."""
    bare, _, ending = path.rpartition(".")
    asked = FITTING.get(bare, "") if "{" not in bare else ""
    parts = {**ids, **FITTING}
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
async def test_every_described_address_is_one_of_ours_and_answers_in_its_type(site, ids, path):
    response = await site.get(address_of(path, ids))
    (kind,) = DESCRIPTION["paths"][path]["get"]["responses"]["200"]["content"]
    assert any(re.match(pattern, re.sub(r"\{\w+\}", "x", path)) for pattern, _ in PAGES)
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, kind)


@pytest.mark.parametrize("path", JSON_PATHS)
async def test_an_address_answers_as_its_schema_says(site, ids, path):
    value = (await site.get(address_of(path, ids))).json()
    assert faults_of(value, schema_of(path)) == []


@pytest.mark.parametrize("path", [path for path in JSON_PATHS if isinstance(schema_of(path), dict)])
async def test_a_schema_says_something(path):
    assert faults_of({}, schema_of(path)) != []


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/search.json", "/search.json"), ("/search.json", "/search.json?issuer=XBB&most=100"), ("/search.json", "/search.json?q=%22no+such+thing%22"),
        ("/compare.json", "/compare.json"), ("/compare.json", "/compare.json?issuer=XAA&issuer=XEE&at=2001"),
        ("/compare.json", "/compare.json?issuer=XAA&issuer=XBB&kind=national_strategy&from=2016"),
        ("/compare.json", "/compare.json?by=year&theme=CAP"), ("/compare.json", "/compare.json?issuer=XAA&issuer=XBB&by=un-norms"),
        ("/compare.json", "/compare.json?issuer=XMG&members=1"), ("/compare/cell.json", "/compare/cell.json?issuer=XAA&year=2016"),
        ("/compare/cell.json", "/compare/cell.json?issuer=XBB&theme=SUP"), ("/guidelines/{id}.json", "/guidelines/un-norms.json?by=document"),
        ("/guidelines/{id}/{code}.json", "/guidelines/un-norms/d.json?issuer=XAA"), ("/editions/{family}.json", "/editions/xaa-strategy.json?change=new"),
        ("/theme/{code}/commitments.json", "/theme/RTS/commitments.json"), ("/search.json", "/search.json?q=trainnig"),
    ],
)  # fmt: skip
async def test_other_questions_are_answered_by_the_same_schema(site, path, address):
    assert faults_of((await site.get(address)).json(), schema_of(path)) == []


STRANGE = ["nope", "", "-1", "0", "99999999999", "\u00e9\U0001f600 'x'"]
"""What no parameter means, or hardly any."""


async def faults_of_answer(site, path, address):
    """Where an answer has a status, a type or a body that the description of its path does not name."""
    response = await site.get(address)
    described = DESCRIPTION["paths"][path]["get"]["responses"].get(str(response.status_code))
    if described is None:
        return [f"{address}: {response.status_code}"]
    ((kind, content),) = described["content"].items()
    if response.headers["content-type"].partition(";")[0] != kind:
        return [f"{address}: {response.headers['content-type']}"]
    is_json = kind.endswith("json")
    return [f"{address}: {one}" for one in faults_of(response.json(), content["schema"])] if is_json else []


@pytest.mark.parametrize("path", DESCRIPTION["paths"])
async def test_whatever_an_address_is_given_it_answers_as_the_description_says(site, ids, path):
    address = address_of(path, ids)
    bare, _, fitting = address.partition("?")
    faults = []
    for one in DESCRIPTION["paths"][path]["get"].get("parameters", ()):
        given = [*STRANGE, *one["schema"].get("enum", ())]
        if one["in"] == "path":
            given = ["nope", "0", "-"]
        for value in given:
            asked = httpx.QueryParams([*httpx.QueryParams(fitting).multi_items(), (one["name"], value)])
            strange = f"{bare}?{asked}" if one["in"] == "query" else f"{strange_path(path, one['name'], value)}"
            faults += await faults_of_answer(site, path, strange)
            if one["in"] == "query":
                faults += await faults_of_answer(site, path, f"{bare}?{httpx.QueryParams({one['name']: value})}")
    assert faults == []


def strange_path(path, name, value):
    """The address of a path whose one variable is something else, and whose others fit."""
    known = {"id": "un-norms", "code": "d"}
    for other, fitting in {**known, name: value}.items():
        path = path.replace(f"{{{other}}}", fitting)
    return path


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx"])
@pytest.mark.parametrize(
    "address", ["/search.{}?like=nope", "/compare.{}?issuer=XAA&issuer=NONE", "/theme/NONE/commitments.{}"]
)
async def test_what_is_not_there_fails_as_the_description_says_in_every_form(site, address, ending):
    response = await site.get(address.format(ending))
    assert response.status_code == 404
    assert faults_of(response.json(), {"$ref": "#/components/schemas/Failure"}) == []
    path = address.partition("?")[0].format(ending).replace("NONE", "{code}")
    assert "404" in DESCRIPTION["paths"][path]["get"]["responses"]


@pytest.mark.parametrize("error", [sqlite3.DatabaseError("malformed"), sqlite3.OperationalError("locked")])
@pytest.mark.parametrize("path", DESCRIPTION["paths"])
async def test_while_the_database_cannot_be_read_every_address_says_when_to_ask_again(
    site, ids, monkeypatch, path, error
):
    def fail(*_):
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    monkeypatch.setattr("pipeline.site.routes.concord_database", fail)
    monkeypatch.setattr("pipeline.site.guarding._ensure_may_view", fail)
    response = await site.get(address_of(path, ids))
    described = DESCRIPTION["paths"][path]["get"]["responses"]["503"]
    assert (response.status_code, list(described["headers"])) == (503, ["Retry-After"])
    assert int(response.headers["retry-after"]) > 0
    assert faults_of(response.json(), schema_of(path, "503")) == []


async def test_a_closed_site_refuses_as_the_description_says(database):
    closed = Datasette([str(database)], metadata={**deepcopy(DESCRIBED), "allow": False}, settings=SETTINGS)
    response = await closed.client.get("/search.json?q=training")
    (kind,) = DESCRIPTION["paths"]["/search.json"]["get"]["responses"]["403"]["content"]
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (403, kind)


@pytest.mark.parametrize(("value", "is_typed"), [("1", True), ("0", False), ("", False)])
async def test_what_is_asked_for_by_one_is_declined_by_nought(site, value, is_typed):
    answered = (await site.get(f"/search.json?q=trainnig&mode=words&typed={value}")).json()
    assert (answered["mended"] == "") == is_typed


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
