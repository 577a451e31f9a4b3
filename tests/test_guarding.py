"""Who may see a page, what a question in SQL may take, and that nobody learns where files lie."""

from __future__ import annotations

from copy import deepcopy

import pytest
import pytest_asyncio
from datasette.app import Datasette
from planting import plant_watched
from sites import DESCRIBED
from test_site import PAGES

from pipeline.site.guarding import LONGEST
from pipeline.site.serving import NAME, SETTINGS

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def path(sample_settings, tmp_path_factory):
    return plant_watched(sample_settings.db, tmp_path_factory.mktemp("guarded") / f"{NAME}.db")


def served(path, metadata):
    return Datasette([str(path)], metadata=metadata, settings=SETTINGS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(path):
    instance = served(path, deepcopy(DESCRIBED))
    await instance.invoke_startup()
    return instance


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["the site", "the database"])
async def closed(path, request):
    """A site that only root may see, or whose database only root may see."""
    metadata = deepcopy(DESCRIBED)
    (metadata if request.param == "the site" else metadata["databases"][NAME])["allow"] = {"id": "root"}
    instance = served(path, metadata)
    await instance.invoke_startup()
    return instance


async def statuses(instance, **more):
    return {address: (await instance.client.get(address, **more)).status_code for address in PAGES}


async def test_no_page_is_shown_to_whom_it_is_closed(closed):
    assert {address: status for address, status in (await statuses(closed)).items() if status != 403} == {}


async def test_every_page_is_shown_to_whom_it_is_open(closed):
    cookies = {"ds_actor": closed.sign({"a": {"id": "root"}}, "actor")}
    found = await statuses(closed, cookies=cookies)
    assert {address: status for address, status in found.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("address", ["/-/databases", "/-/databases.json", "/-/threads", "/-/threads.json"])
async def test_no_page_names_a_folder_of_the_machine(site, path, address):
    assert str(path.parent) not in (await site.client.get(address)).text


async def test_the_files_are_named(site):
    (database,) = (await site.client.get("/-/databases.json")).json()
    assert database["path"] == f"{NAME}.db"


async def test_what_runs_is_refused(site):
    assert (await site.client.get("/-/threads.json")).status_code == 403


@pytest.mark.parametrize("sql", ["select * from pragma_database_list", "pragma database_list"])
async def test_no_question_learns_where_the_file_lies(site, path, sql):
    answer = await site.client.get(f"/{NAME}.json", params={"sql": sql})
    assert str(path.parent) not in answer.text


async def test_a_question_makes_no_text_without_end(site):
    sql = f"select length(replace(hex(zeroblob({LONGEST})), '0', 'aaaa'))"
    answer = await site.client.get(f"/{NAME}.json", params={"sql": sql})
    assert (answer.status_code, answer.json()["error"]) == (400, "string or blob too big")


async def test_a_question_of_common_size_is_answered(site):
    answer = await site.client.get(
        f"/{NAME}.json", params={"sql": "select count(*) as n from commitments", "_shape": "array"}
    )
    assert answer.json()[0]["n"] > 0
