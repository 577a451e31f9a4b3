"""The site: every page answers, every link leads somewhere, everything is escaped, and nothing writes.

Pages are asked for through Datasette's own client, in this process: no port is opened.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from collections import Counter
from copy import deepcopy
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import datasette
import pytest
import pytest_asyncio
from conftest import ROOT
from datasette.app import Datasette
from lxml import html

from pipeline.comparing import FINDINGS
from pipeline.errors import SettingsError
from pipeline.settings import bundled
from pipeline.site.routes import ROUTES
from pipeline.site.serving import NAME, SETTINGS, command, metadata_for
from pipeline.site.showing import marked, number, page, plural
from pipeline.store import open_for_reading, open_store, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

METADATA = json.loads((ROOT / "datasette_metadata.json").read_text("utf-8"))
QUERIES = METADATA["databases"][NAME]["queries"]
TABLES = METADATA["databases"][NAME]["tables"]
IS_NEW = int(datasette.__version__.partition(".")[0]) >= 1
"""Whether this is Datasette 1.0, on which these tests may fail."""
PLUMBING = re.compile(r"_fts|sqlite_|_show_hidden")
"""Marks the pages of the tables that SQLite keeps for itself, some of which Datasette cannot show."""
HOSTILE = "<script>alert('x')</script>\"'&{{ 7*7 }}"
SPREADSHEET_BOM = "\ufeff"

PAGES = [
    "/", "/search", "/search?q=training", "/search?q=nothing+that+is+here&in=commitment&theme=CAP", "/search.json?q=training",
    "/compare", "/compare?issuer=XAA&issuer=XBB", "/compare?issuer=XAA&issuer=XBB&issuer=XCC&at=2019&theme=CAP",
    "/compare.json?issuer=XAA&issuer=XBB", "/compare.csv?issuer=XAA&issuer=XBB", "/compare.md?issuer=XAA&issuer=XBB",
    "/compare/cell?issuer=XAA&issuer=XBB&theme=CAP", "/compare/cell?issuer=XBB&theme=SUP", "/documents",
    "/document/xaa-2016-strategy", "/document/xff-2018-strategie", "/document/xdd-2020-strategy", "/theme/CAP", "/issuer/XAA",
    "/issuer/XAA-XBB", "/issuer/XMG", "/issuer/NATO", "/problems",
]  # fmt: skip
"""Addresses of Concord's pages in the sample; those of a commitment and a sub-theme come from its rows."""

STOCK = [
    "/concord", "/concord.json", "/concord/commitments", "/concord/commitments.json", "/concord/commitments.csv",
    "/concord/commitments?_search=training", "/concord/commitments?_facet=page&precision__gte=3", "/concord/kinds/joint_statement",
    "/concord?sql=select+count(*)+from+commitments", "/-/versions", "/-/plugins", "/-/settings.json", "/-/databases",
    "/-/actor.json",
]  # fmt: skip
"""Addresses of Datasette's own pages."""

FITTING = {
    "theme": "cap", "issuer_a": "XAA", "issuer_b": "XBB", "issuer": " xbb ", "first_day": "2000-01-01", "last_day": "2099-12-31",
    "words": "training", "year": "2018",
}  # fmt: skip
"""A value for every parameter of the canned queries, typed as people type."""


def served(path, **more):
    """Datasette as `concord serve` starts it, on the database at `path`."""
    if IS_NEW:  # canned queries are no metadata there
        more["config"] = deepcopy(METADATA)
    return Datasette([str(path)], metadata=deepcopy(METADATA), settings=SETTINGS, **more)


@pytest.fixture(scope="module")
def path(sample_settings, tmp_path_factory):
    """The sample's database under the name that the metadata describes."""
    target = tmp_path_factory.mktemp("site") / f"{NAME}.db"
    shutil.copy(sample_settings.db, target)
    return target


@pytest.fixture(scope="module")
def sample(path):
    """Rows of the sample, to make addresses of."""
    with open_for_reading(path) as db:
        yield db


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(path):
    instance = served(path)
    await instance.invoke_startup()
    return instance.client


@pytest.fixture(scope="module")
def addresses(sample):
    """Every kind of page of Concord's, at least once."""
    commitment = rows(sample, "select commitment_id as id from counterparts order by 1 limit 1")[0]["id"]
    subtheme = rows(sample, "select id, theme_id from subthemes order by id limit 1")[0]
    passage = rows(sample, "select id from passages where document_id = 'xaa-2016-strategy' and ordinal = 30")[0]["id"]
    return [
        *PAGES, f"/commitment/{commitment}", f"/theme/{subtheme['theme_id']}?subtheme={subtheme['id']}",
        f"/document/xaa-2016-strategy?passage={passage}",
    ]  # fmt: skip


def links_of(text, address):
    """(kind of element, absolute address) of everything that a page links to or loads."""
    tree = html.fromstring(text)
    for element in tree.iter():
        for name in ("href", "src", "action"):
            if isinstance(element.tag, str) and element.get(name) is not None:
                yield element.tag, urljoin(f"http://localhost{address}", element.get(name))


def shape_of(address):
    """What like addresses have in common: the page that answers, and the parameters that it is given.

    Datasette's own pages link to each other in every combination of parameters: these do not count there.
    """
    parts = urlsplit(address)
    steps = parts.path.strip("/").split("/")
    if steps[0] == NAME:
        return tuple(steps[:2]), len(steps)
    return steps[0], len(steps), *sorted({pair.partition("=")[0] for pair in parts.query.split("&")})


async def test_every_page_answers(site, addresses):
    statuses = {address: (await site.get(address)).status_code for address in addresses}
    assert set(statuses.values()) == {200}, statuses


async def test_every_route_is_among_the_pages_that_are_tested(addresses):
    tested = [urlsplit(address).path for address in addresses]
    assert [pattern for pattern, _ in ROUTES if not any(re.match(pattern, path) for path in tested)] == []


@pytest.mark.parametrize("address", STOCK)
async def test_every_stock_page_of_datasette_answers(site, address):
    assert (await site.get(address, follow_redirects=True)).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/document/none", "/commitment/none", "/theme/NONE", "/issuer/NONE", "/compare?issuer=XAA&issuer=NONE",
        "/compare.json?issuer=XAA&issuer=NONE", "/compare/cell?issuer=XAA&theme=NONE", "/compare/cell", "/nothing-here", "/document/",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_a_404(site, address):
    response = await site.get(address, follow_redirects=True)
    assert response.status_code == 404


async def test_a_page_that_is_not_there_has_the_look_of_the_site(site):
    text = (await site.get("/document/none")).text
    assert "There is no such document." in text
    assert "concord.css" in text
    assert 'href="/compare"' in text


async def test_a_404_in_json_is_json(site):
    response = await site.get("/concord/none.json")
    assert (response.status_code, response.json()["ok"]) == (404, False)


async def test_a_404_prints_no_traceback(site, capsys):
    await site.get("/document/none")
    assert capsys.readouterr() == ("", "")


async def test_every_link_on_every_page_leads_somewhere(site):
    """From the home page on, at most three addresses of each shape, and every anchor that they name."""
    waiting, seen, times, texts, broken = ["/"], {"/"}, Counter(), {}, []
    anchors = []
    while waiting:
        address = waiting.pop(0)
        response = await site.get(address, follow_redirects=True)
        if response.status_code != 200:
            broken.append((address, response.status_code))
            continue
        if not response.headers["content-type"].startswith("text/html"):
            continue
        texts[address] = set(re.findall(r'\bid="([^"]+)"', response.text))
        for element, link in links_of(response.text, address):
            target, anchor = urldefrag(link)
            if urlsplit(target).netloc != "localhost" or element == "form" or PLUMBING.search(target):
                continue
            target = target.removeprefix("http://localhost") or "/"
            if anchor:
                anchors.append((address, target, anchor))
            if target not in seen and times[shape_of(target)] < 3:
                times[shape_of(target)] += 1
                seen.add(target)
                waiting.append(target)
    dangling = [one for one in anchors if one[1] in texts and one[2] not in texts[one[1]]]
    assert (broken, dangling) == ([], [])
    assert len(seen) > 150


async def test_every_form_leads_to_a_page(site, addresses):
    targets = set()
    for address in addresses:
        response = await site.get(address)
        if response.headers["content-type"].startswith("text/html"):
            targets |= {link for element, link in links_of(response.text, address) if element == "form"}
    assert {(await site.get(target.removeprefix("http://localhost"))).status_code for target in targets} == {200}


async def test_nothing_is_loaded_from_another_host(site, addresses):
    loaded = set()
    for address in [*addresses, *STOCK]:
        response = await site.get(address)
        if response.headers["content-type"].startswith("text/html"):
            tree = html.fromstring(response.text)
            styles = [*tree.xpath("//style/text()"), *tree.xpath("//@style")]
            assert [style for style in styles if re.search(r"url\((?!['\"]?data:)", style)] == []
            loaded |= {
                urlsplit(link).netloc
                for element, link in links_of(response.text, address)
                if element in ("link", "script", "img", "iframe", "source", "object")
            }
    assert loaded == {"localhost"}


async def test_the_style_sheet_loads_nothing(site):
    text = (await site.get("/-/static-plugins/cyber-concord/concord.css")).text
    assert re.findall(r"@import|url\((?!['\"]?data:)", text) == []


async def test_a_page_with_a_theme_names_the_place_of_every_quote(site):
    tree = html.fromstring((await site.get("/theme/CAP")).text)
    cards = tree.find_class("c-quote")
    assert cards
    assert all(card.find_class("c-where")[0].text_content().strip() for card in cards)


@pytest.fixture(scope="module")
def hostile(path, tmp_path_factory):
    """The sample's database with hostile words in every text that is no key."""
    target = tmp_path_factory.mktemp("hostile") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        for name, columns in {
            "documents": ("title", "body", "note", "family"), "issuers": ("name",), "kinds": ("label",), "bindingness": ("label", "cues"),
            "pages": ("label",), "passages": ("text", "heading_path", "lead_in", "marker"), "themes": ("label", "definition", "border"),
            "subthemes": ("label", "terms"), "commitments": (
                "quote", "lead_in", "actor", "modality", "action", "object", "deadline", "bindingness_cue", "precision_cues",
            ),
            "slots": ("text",), "mentions": ("text", "role"), "counterparts": ("relation",), "problems": ("message", "remedy"),
            "runs": ("corpus", "version"), "models": ("source", "licence"),
        }.items():  # fmt: skip
            sets = ", ".join(f'"{column}" = "{column}" || ?' for column in columns)
            db.execute(f"update {name} set {sets}", [HOSTILE] * len(columns))
        db.conn.commit()
    return target


async def test_hostile_words_of_a_document_are_shown_and_never_run(hostile, addresses):
    client = served(hostile).client
    shown = 0
    for address in [*addresses, *STOCK, "/search?q=alert", "/search?q=alert&in=passage"]:
        response = await client.get(address, follow_redirects=True)
        assert response.status_code == 200, address
        if response.headers["content-type"].startswith("text/html"):
            assert "<script>alert" not in response.text, address
            assert "&amp;49" not in response.text, address
            shown += "&lt;script&gt;alert(" in response.text
    assert shown > 20


@pytest.mark.parametrize(
    "address",
    [
        "/search?q={}", "/search?q=training&issuer={}", "/search?q=training&theme={}&kind={}&in={}&from={}", "/compare?issuer={}",
        "/compare?issuer=XAA&issuer={}", "/compare?issuer=XAA&issuer=XBB&theme={}&at={}", "/compare/cell?issuer={}&theme=CAP",
        "/theme/CAP?subtheme={}", "/document/xaa-2016-strategy?passage={}", "/document/xaa-2016-strategy?start={}", "/{}",
    ],
)  # fmt: skip
async def test_hostile_words_in_an_address_never_run(site, address):
    response = await site.get(
        address.replace("{}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22onload%3D%22x"), follow_redirects=True
    )
    assert response.status_code in (200, 404)
    assert "<script>alert" not in response.text
    assert '"onload="' not in response.text


@pytest.mark.parametrize("value", ["", "-1", "0", "99999999999", "x", "1e3", "\u0661", "2016.5"])
async def test_a_number_that_cannot_be_meant_is_no_error(site, value):
    for address in (
        "/search?q=training&start=",
        "/compare?issuer=XAA&issuer=XBB&at=",
        "/document/xaa-2016-strategy?start=",
    ):
        assert (await site.get(address + value)).status_code == 200


@pytest.mark.parametrize("name", QUERIES)
async def test_every_canned_query_answers_fitting_parameters(site, name):
    asked = {parameter: FITTING[parameter] for parameter in re.findall(r":([a-z_]+)", QUERIES[name]["sql"])}
    found = (await site.get(f"/{NAME}/{name}.json", params={**asked, "_shape": "array"})).json()
    assert found


@pytest.mark.parametrize("name", QUERIES)
async def test_every_canned_query_has_a_page_with_its_title(site, name):
    response = await site.get(f"/{NAME}/{name}")
    assert response.status_code == 200
    assert QUERIES[name]["title"] in html.fromstring(response.text).text_content()


async def test_words_in_promises_takes_any_words(site):
    for words in ('"quoted" words', "a-b c*", "NEAR(", "'", ""):
        response = await site.get(f"/{NAME}/words_in_promises.json", params={"words": words, "_shape": "array"})
        assert response.status_code == 200, words


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if not table.get("hidden")])
async def test_every_table_has_a_page_whose_facets_work(site, name):
    response = await site.get(f"/{NAME}/{name}")
    values = (await site.get(f"/{NAME}/{name}.json?_extra=facet_results")).json()
    facets = values["facet_results"]["results"] if IS_NEW else values["facet_results"]
    assert response.status_code == 200
    assert TABLES[name]["title"] in response.text
    assert sorted(facets) == sorted(TABLES[name].get("facets", []))
    assert not values["rows"] or all(facet["results"] for facet in facets.values())


async def test_tables_that_are_plumbing_are_hidden(site):
    listed = (await site.get(f"/{NAME}.json")).json()["tables"]
    assert {table["name"] for table in listed if not table["hidden"]} == {
        name for name, table in TABLES.items() if not table.get("hidden")
    }


async def test_the_tables_that_hold_text_have_a_search_box(site):
    for name in ("commitments", "passages", "documents"):
        assert 'name="_search"' in (await site.get(f"/{NAME}/{name}")).text


async def test_the_hits_of_a_search_can_be_leafed_through(site):
    address, numbers = "/search?q=networks&in=", []
    for _ in range(3):
        tree = html.fromstring((await site.get(address)).text)
        numbers.append(int(tree.find_class("c-hits")[0].get("start")))
        following = tree.xpath("//a[@rel='next']/@href")
        address = f"/search{following[0]}" if following else address
    assert numbers == [1, 21, 41]


async def test_a_narrower_search_begins_at_its_first_hit(site):
    tree = html.fromstring((await site.get("/search?q=networks&start=20")).text)
    links = tree.xpath("//aside//a/@href")
    assert links
    assert not any("start=" in link for link in links)


async def test_the_search_in_json_is_that_of_the_page(site):
    values = (await site.get("/search.json?q=training")).json()
    tree = html.fromstring((await site.get("/search?q=training")).text)
    assert [" ".join(hit["text"].split()) for hit in values["hits"]] == [
        " ".join(hit.find_class("c-text")[0].text_content().split()) for hit in tree.find_class("c-hit")
    ]


async def test_the_matched_words_of_a_hit_are_marked(site):
    tree = html.fromstring((await site.get("/search?q=training")).text)
    assert {mark.text[:5].lower() for mark in tree.iter("mark")} == {"train"}


async def test_the_csv_of_a_comparison_opens_in_a_spreadsheet(site):
    response = await site.get("/compare.csv?issuer=XAA&issuer=XBB")
    assert response.text.startswith(SPREADSHEET_BOM)
    assert response.headers["content-disposition"] == 'attachment; filename="concord-XAA-XBB.csv"'
    listed = list(csv.DictReader(io.StringIO(response.text.removeprefix(SPREADSHEET_BOM))))
    assert {row["issuer_b"] for row in listed} <= {"XBB", "XAA-XBB"}


async def test_the_exports_of_a_comparison_keep_its_year_and_theme(site):
    text = (await site.get("/compare?issuer=XAA&issuer=XBB&at=2019&theme=CAP")).text
    assert "/compare.json?issuer=XAA&amp;issuer=XBB&amp;at=2019&amp;theme=CAP" in text


async def test_the_number_of_a_cell_is_the_number_of_quotes_behind_it(site):
    tree = html.fromstring((await site.get("/compare?issuer=XAA&issuer=XBB")).text)
    cells = tree.xpath("//table//a[contains(@class, 'committed')]")
    assert len(cells) > 10
    for cell in cells[:6]:
        number_shown = int(cell.find("b").text)
        behind = html.fromstring((await site.get(cell.get("href"))).text)
        counts = [len(section.find_class("c-quote")) for section in behind.xpath("//div[@class='c-columns']/section")]
        assert number_shown in counts


async def test_every_kind_of_nought_is_explained_beside_the_matrix(site):
    text = html.fromstring((await site.get("/compare")).text).text_content()
    assert all(words in text for name, words in FINDINGS.items() if name != "committed")


async def test_a_text_in_a_language_that_is_not_covered_says_so(site):
    assert "in French, in which Concord finds no commitments" in (await site.get("/document/xff-2018-strategie")).text


async def test_a_page_that_was_not_read_is_named_where_its_document_is_shown(site):
    assert "Page 3: The page is a picture" in (await site.get("/document/xdd-2020-strategy")).text
    assert "The page is a picture" in (await site.get("/problems")).text


async def test_a_commitment_shows_its_quote_its_page_and_how_to_cite_it(site, sample):
    row = rows(sample, "select id, quote from commitments where document_id = 'xaa-2016-strategy' order by id limit 1")[
        0
    ]
    tree = html.fromstring((await site.get(f"/commitment/{row['id']}")).text)
    assert row["quote"] in " ".join(tree.find_class("c-main-quote")[0].text_content().split())
    assert re.search(r"Arvenia.*A Confident Digital Arvenia.*p\. \d", tree.find_class("c-cite")[0].text_content())


async def test_the_words_of_a_commitment_are_marked_in_its_passage(site, sample):
    row = rows(sample, "select id, quote from commitments where document_id = 'xaa-2016-strategy' order by id limit 1")[
        0
    ]
    tree = html.fromstring((await site.get(f"/commitment/{row['id']}")).text)
    assert tree.xpath("string(//div[@class='c-context']//mark)") == row["quote"]


async def test_pages_work_under_a_prefix(path):
    client = Datasette([str(path)], settings={"base_url": "/prefix/"}).client
    for address in (
        "/",
        "/search?q=training",
        "/compare?issuer=XAA&issuer=XBB",
        "/document/xaa-2016-strategy",
        "/documents",
    ):
        text = (await client.get(address)).text
        links = [link for _, link in links_of(text, f"/prefix{address}") if urlsplit(link).netloc == "localhost"]
        assert links
        assert [link for link in links if not urlsplit(link).path.startswith("/prefix/")] == []


async def test_pages_answer_for_a_database_without_documents(tmp_path):
    open_store(tmp_path / f"{NAME}.db").close()
    client = served(tmp_path / f"{NAME}.db").client
    for address in (
        "/",
        "/search?q=training",
        "/compare",
        "/documents",
        "/problems",
        f"/{NAME}",
        f"/{NAME}/commitments",
    ):
        assert (await client.get(address)).status_code == 200, address


async def test_without_a_concord_database_the_pages_are_not_there_and_datasette_is_its_usual_self():
    client = Datasette(memory=True).client
    assert (await client.get("/search?q=training")).status_code == 404
    assert (await client.get("/")).status_code == 200


async def test_asking_for_pages_does_not_change_the_database(site, path, addresses):
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    for address in addresses:
        await site.get(address)
        await site.post(address, data={"title": "changed"})
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    "sql", ["delete from commitments", "update documents set title = ''", "drop table slots", "pragma user_version = 5"]
)
async def test_sql_that_writes_is_refused(site, sql, capsys):
    response = await site.get(f"/{NAME}.json", params={"sql": sql}, follow_redirects=True)
    capsys.readouterr()  # Datasette prints a traceback
    assert (response.status_code, response.json()["ok"]) == (400, False)


async def test_no_page_of_ours_can_write(site):
    def write(connection):
        connection.execute("delete from commitments")

    database = site.ds.get_database(NAME)
    with pytest.raises(Exception, match="attempt to write a readonly database"):
        await database.execute_fn(write)


async def test_the_metadata_of_a_database_of_another_name_is_the_same(tmp_path):
    found = json.loads(metadata_for(tmp_path / "my.db", tmp_path).read_text("utf-8"))
    assert found == {**METADATA, "databases": {"my": METADATA["databases"][NAME]}}


async def test_the_metadata_of_a_database_called_concord_is_the_file_itself(tmp_path):
    assert metadata_for(tmp_path / "concord.db", tmp_path) == bundled("datasette_metadata.json")


async def test_the_command_that_serves_names_the_database_the_metadata_and_every_setting():
    words = command(Path("/x/my.db"), Path("/x/metadata.json"), host="127.0.0.1", port=8001)
    assert words[1:7] == ["-m", "datasette", "serve", "/x/my.db", "--metadata", "/x/metadata.json"]
    assert all(name in words for name in SETTINGS)


async def test_what_does_not_come_with_concord_is_an_error_that_says_what_to_do():
    with pytest.raises(SettingsError, match="pip install --force-reinstall cyber-concord"):
        bundled("no-such-file")


async def test_marks_are_put_around_escaped_text():
    assert marked("a < b & c", [(0, 1), (4, 5)]) == "<mark>a</mark> &lt; <mark>b</mark> &amp; c"


async def test_what_is_marked_is_escaped_too():
    assert marked("<b>", [(0, 3)]) == "<mark>&lt;b&gt;</mark>"


async def test_marks_that_overlap_are_put_once():
    assert marked("abcd", [(0, 3), (1, 4)]) == "<mark>abc</mark>d"


async def test_a_number_is_shown_in_groups_of_three():
    assert (number(1234567), number(None)) == ("1,234,567", "")


async def test_a_page_is_called_what_is_printed_on_it():
    row = {"page": 5, "page_label": "iii", "is_paged": 1}
    assert (page(row), page({**row, "page_label": ""}), page({**row, "is_paged": 0})) == ("p. iii", "p. 5", "")


async def test_a_count_has_its_noun_in_the_right_number():
    assert (plural(1, "time"), plural(2, "time"), plural(0, "match", "matches")) == ("1 time", "2 times", "0 matches")
