"""The page of saved searches and their feeds: complete, escaped, valid Atom, and nothing is written."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import pytest
from datasette.app import Datasette
from lxml import html
from planting import plant_document, plant_passage, plant_promise

from pipeline.search import Engine, Filters
from pipeline.search import engine as rooms
from pipeline.site.watches import MOST
from pipeline.store import rows, tidy
from pipeline.watching import add, run

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
HOSTILE = "Judges & <script>alert('x')</script> \"will\" be\x0b trained\x00."


@pytest.fixture
def saved(db, tmp_path):
    """A database with two saved searches that were run, and one that was not."""
    plant_promise(
        db, plant_document(db, "xaa-2016", issuer="XAA", year=2016), "We will train judges.", themes=("CRIME",)
    )
    plant_promise(db, plant_document(db, "xbb-2020", issuer="XBB"), HOSTILE.replace("\x00", ""), themes=("CRIME",))
    plant_passage(db, "xbb-2020", "A judge is trained once, if at all.")
    add(db, "judges", "judges & <b>", mode="words")
    add(db, "crime", "", Filters(themes=("CRIME",), issuers=("XAA",), year_from=2010))
    run(db, Engine(tmp_path / "concord.db"))
    add(db, "waiting", "sharing information", Filters(has_deadline=True))
    tidy(db)
    return db


@pytest.fixture
def site(saved, tmp_path):
    return Datasette([str(tmp_path / "concord.db")]).client


async def tree_of(site, address):
    return html.fromstring((await site.get(address)).text)


async def feed_of(site, name="judges"):
    return ET.fromstring((await site.get(f"/watches/{name}.atom")).content)


def texts(element, path):
    return [one.text for one in element.findall(path, ATOM)]


async def test_the_page_lists_every_saved_search_with_its_hits_and_its_new_ones(site):
    tree = await tree_of(site, "/watches")
    listed = {
        row.get("id"): [" ".join(cell.itertext()).split()[0] for cell in row[1:4]] for row in tree.xpath("//tbody/tr")
    }
    assert {name: cells[:2] for name, cells in listed.items()} == {
        "judges": ["3", "3"], "crime": ["1", "1"], "waiting": ["0", "0"],
    }  # fmt: skip
    assert listed["waiting"][2] == "not"


async def test_the_page_announces_every_feed(site):
    tree = await tree_of(site, "/watches")
    announced = tree.xpath("//head/link[@rel='alternate' and @type='application/atom+xml']/@href")
    assert announced == ["/watches/crime.atom", "/watches/judges.atom", "/watches/waiting.atom"]


@pytest.mark.parametrize(("name", "hits"), [("judges", 3), ("crime", 1)])
async def test_a_saved_search_leads_to_a_search_that_finds_the_same(site, name, hits):
    link = (await tree_of(site, "/watches")).xpath(f"//tr[@id='{name}']/td[1]/a/@href")[0]
    assert len((await tree_of(site, link)).find_class("c-hit")) == hits


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("judges", "q=judges+%26+%3Cb%3E&mode=words"), ("crime", "issuer=XAA&theme=CRIME&from=2010"),
        ("waiting", "q=sharing+information&deadline=1"),
    ],
)  # fmt: skip
async def test_a_saved_search_leads_to_a_search_with_its_words_its_mode_and_its_filters(site, name, query):
    assert (await tree_of(site, "/watches")).xpath(f"//tr[@id='{name}']/td[1]/a/@href") == [f"/search?{query}"]


async def test_a_search_that_is_saved_leads_to_its_feed(site):
    for address in (
        "/search?q=judges+%26+%3Cb%3E&mode=words",
        "/search?from=2010&theme=CRIME&issuer=XAA&in=commitment",
    ):
        tree = await tree_of(site, address)
        name = "judges" if "judges" in address else "crime"
        feeds = tree.xpath("//a[@type='application/atom+xml']/@href | //head/link[@type='application/atom+xml']/@href")
        assert feeds == [f"/watches/{name}.atom"] * 2
        assert tree.xpath("//pre") == []


async def test_a_search_that_is_not_saved_has_the_command_that_saves_it(site):
    tree = await tree_of(site, "/search?q=it%27s+%3Cb%3E&issuer=XAA&mode=words")
    assert tree.xpath("//pre/text()") == [
        """concord watch add its-b-xaa 'it'"'"'s <b>' --mode words --issuer XAA --db concord.db"""
    ]
    assert tree.xpath("//head/link[@type='application/atom+xml']") == []


@pytest.mark.parametrize(
    "address", ["/search", "/search?q=%3F%21", "/search?q=judges&issuer=NONE", "/search?q=judges%00"]
)
async def test_a_search_that_cannot_be_saved_has_no_command(site, address):
    assert (await tree_of(site, address)).xpath("//pre") == []


async def test_what_is_like_another_text_has_no_command(site, saved):
    name = rows(saved, "select id from commitments limit 1")[0]["id"]
    assert (await tree_of(site, f"/search?like={name}&issuer=XAA")).xpath("//pre") == []


async def test_the_codes_of_a_saved_search_are_said_in_words(site):
    told = (await tree_of(site, "/watches")).xpath("string(//tr[@id='crime']/td[1]/a)")
    assert told == "issuer XAA (Arvenia), theme CRIME (Crime), from 2010"


async def test_a_question_is_escaped(site):
    assert "judges &amp; &lt;b&gt;" in (await site.get("/watches")).text


async def test_a_site_without_saved_searches_says_so_and_how_to_save_one(saved, site):
    saved.execute("delete from watches")
    saved.conn.commit()
    text = (await site.get("/watches")).text
    assert "No search is saved here yet." in text
    assert "concord watch run --db concord.db</pre>" in text


async def test_a_database_without_the_tables_breaks_no_page(saved, site):
    saved.execute("drop table watch_hits")
    saved.execute("drop table watches")
    saved.conn.commit()
    statuses = [
        (await site.get(address)).status_code for address in ("/", "/watches", "/search", "/watches/judges.atom")
    ]
    assert statuses == [200, 200, 200, 404]


@pytest.mark.parametrize("address", ["/", "/search"])
async def test_the_home_page_and_the_search_lead_to_the_saved_searches(saved, site, address):
    saved.execute(
        "insert into runs (started_at, finished_at, version, corpus) values ('', '2026-01-01T00:00:00Z', '1', 'x')"
    )
    saved.conn.commit()
    assert "/watches" in (await tree_of(site, address)).xpath("//main//a/@href")


async def test_an_unknown_feed_is_a_404_with_the_look_of_the_site(site):
    response = await site.get("/watches/none.atom")
    assert response.status_code == 404
    assert "There is no such saved search." in response.text
    assert "concord.css" in response.text


async def test_the_feed_the_list_and_the_page_have_what_the_run_told(saved, site, tmp_path, monkeypatch):
    monkeypatch.setattr(rooms, "_DEPTH", 1)
    saved.execute("delete from watches where name = 'judges'")
    add(saved, "judges", "judges", mode="words")
    told = [hit.id for hit in run(saved, Engine(tmp_path / "concord.db"), ["judges"])[0].new]
    monkeypatch.undo()
    came = plant_promise(saved, "xaa-2016", "We will hire judges.")
    saved.conn.commit()
    report = run(saved, Engine(tmp_path / "concord.db"), ["judges"])[0]
    assert [hit.id for hit in report.new] == [came]
    listed = (await site.get("/watches/judges.json")).json()["rows"]
    assert {row["id"] for row in listed} == {*told, came}
    assert len((await feed_of(site)).findall("atom:entry", ATOM)) == len(listed) == report.watch.hits
    cells = (await tree_of(site, "/watches")).xpath("//tr[@id='judges']/td[@class='num']")
    assert ["".join(cell.itertext()) for cell in cells] == [str(report.watch.hits), str(report.watch.new)] == ["2", "1"]


async def test_a_feed_is_served_as_atom(site):
    assert (await site.get("/watches/judges.atom")).headers["content-type"] == "application/atom+xml; charset=utf-8"


@pytest.mark.parametrize("name", ["judges", "crime", "waiting"])
async def test_a_feed_has_what_atom_requires(site, name):
    feed = await feed_of(site, name)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (feed, *feed.findall("atom:entry", ATOM)):
        assert [len(element.findall(f"atom:{part}", ATOM)) for part in ("id", "title", "updated")] == [1, 1, 1]
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", element.find("atom:id", ATOM).text)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.find("atom:updated", ATOM).text)
        assert element.find("atom:author/atom:name", ATOM).text
        assert element.find("atom:link[@rel='alternate']", ATOM) is not None


async def test_a_feed_names_its_own_address(site):
    assert (await feed_of(site)).find("atom:link[@rel='self']", ATOM).get(
        "href"
    ) == "http://localhost/watches/judges.atom"


async def test_the_ids_of_a_feed_differ_and_stay(site):
    first, second, other = await feed_of(site), await feed_of(site), await feed_of(site, "crime")
    ids = texts(first, ".//atom:id")
    assert ids == texts(second, ".//atom:id")
    assert len({*ids, *texts(other, ".//atom:id")}) == len(ids) + 2


async def test_an_entry_is_dated_by_when_it_was_first_found(saved, site):
    saved.execute("update watch_hits set first_seen_at = '2030-01-02T03:04:05Z' where kind = 'passage'")
    saved.conn.commit()
    feed = await feed_of(site)
    assert texts(feed, "atom:entry/atom:updated")[0] == "2030-01-02T03:04:05Z"
    assert texts(feed, "atom:updated") == ["2030-01-02T03:04:05Z"]


async def test_every_entry_leads_to_a_page_that_is_there(site):
    feed = await feed_of(site)
    links = [link.get("href") for link in feed.findall("atom:entry/atom:link", ATOM)]
    parts = [urlsplit(link) for link in links]
    assert {part.path.split("/")[1] for part in parts} == {"commitment", "document"}
    assert {(await site.get(f"{part.path}?{part.query}")).status_code for part in parts} == {200}


async def test_a_summary_has_the_quote_with_its_document_and_page(site):
    assert texts(await feed_of(site, "crime"), "atom:entry/atom:summary") == [
        "\u201cWe will train judges.\u201d Strategy xaa-2016 (2016), p. 1"
    ]


async def test_a_quote_is_escaped_and_what_xml_forbids_is_dropped(site):
    response = await site.get("/watches/judges.atom")
    assert "<script>" not in response.text
    assert "\x0b" not in response.text
    summaries = " ".join(texts(ET.fromstring(response.content), "atom:entry/atom:summary"))
    assert "Judges & <script>alert('x')</script> \"will\" be trained." in summaries


async def test_what_is_gone_is_not_in_the_feed(saved, site):
    saved.execute("delete from documents where id = 'xbb-2020'")
    saved.conn.commit()
    assert len((await feed_of(site)).findall("atom:entry", ATOM)) == 1


async def test_a_feed_has_no_more_entries_than_a_reader_can_take(saved, site, tmp_path):
    for number in range(MOST + 5):
        plant_promise(saved, "xaa-2016", f"We will do {number}.", themes=("CRIME",))
    saved.conn.commit()
    run(saved, Engine(tmp_path / "concord.db"), ["crime"])
    assert len((await feed_of(site, "crime")).findall("atom:entry", ATOM)) == MOST


async def test_the_pages_write_nothing(saved, site, tmp_path):
    saved.close()
    before = hashlib.sha256((tmp_path / "concord.db").read_bytes()).hexdigest()
    for address in ("/watches", "/watches/judges.atom", "/watches/waiting.atom"):
        await site.get(address)
    assert hashlib.sha256((tmp_path / "concord.db").read_bytes()).hexdigest() == before


async def test_the_links_of_a_feed_follow_a_site_under_a_path(saved, tmp_path):
    client = Datasette([str(tmp_path / "concord.db")], settings={"base_url": "/concord/"}).client
    feed = ET.fromstring((await client.get("/watches/judges.atom")).content)
    assert {urlsplit(link.get("href")).path.split("/")[1] for link in feed.findall(".//atom:link", ATOM)} == {"concord"}


def test_a_hit_is_found_once_for_each_saved_search(saved):
    assert {row["watch"]: row["n"] for row in rows(saved, "select watch, count(*) as n from watch_hits group by 1")} == {
        "judges": 3, "crime": 1,
    }  # fmt: skip
