"""The site: every page answers, every link leads somewhere, everything is escaped, and nothing writes.

Pages are asked for through Datasette's own client, in this process: no port is opened.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import re
import shutil
import sqlite3
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from datasette.app import Datasette
from datasette.utils import StartupError
from lxml import html
from planting import plant_document, plant_watched
from sites import DESCRIBED, IS_NEW, served

from pipeline.citing import FORMS
from pipeline.comparing import FINDINGS
from pipeline.errors import DocumentProblem, ModelError, SettingsError, UnreadableError
from pipeline.evaluating import Evaluation, Figure, Found, evaluate_units, write_quality
from pipeline.gold import Unit
from pipeline.measures import Score
from pipeline.naming import give_name
from pipeline.passages import load_boxes
from pipeline.search import Engine, engine
from pipeline.search.meaning import LazyEncoder
from pipeline.search.shelf import stamp
from pipeline.settings import bundled
from pipeline.site import lists, routes
from pipeline.site.home import WORLD, places
from pipeline.site.problems import problems
from pipeline.site.quality import SECTIONS, decimal, hundredths
from pipeline.site.routes import ROUTES
from pipeline.site.serving import NAME, SETTINGS, command, metadata_for
from pipeline.site.showing import apart, coded, codes_in, marked, number, page, plural, sure
from pipeline.store import (
    RETIRING,
    is_unreadable,
    leave_one_file,
    open_for_reading,
    open_store,
    rows,
    table,
    write_problems,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUERIES = DESCRIBED["databases"][NAME]["queries"]
TABLES = DESCRIBED["databases"][NAME]["tables"]
PLUMBING = re.compile(r"_fts|sqlite_|_show_hidden")
"""Marks the pages of the tables that SQLite keeps for itself, some of which Datasette cannot show."""
HOSTILE = "<script>alert('x')</script>\"'&{{ 7*7 }}"
SPREADSHEET_BOM = "\ufeff"

PAGES = [
    "/", "/search", "/search?q=training", "/search?q=nothing+that+is+here&in=commitment&theme=CAP", "/search.json?q=training",
    "/compare", "/compare?issuer=XAA&issuer=XBB", "/compare?issuer=XAA&issuer=XBB&issuer=XCC&at=2019&theme=CAP",
    "/compare.json?issuer=XAA&issuer=XBB", "/compare.csv?issuer=XAA&issuer=XBB", "/compare.md?issuer=XAA&issuer=XBB",
    "/compare?issuer=XAA&issuer=XBB&kind=national_strategy&from=2016", "/compare?kind=group_declaration&at=2020", "/compare.csv?from=2016",
    "/compare/cell?issuer=XAA&issuer=XBB&theme=CAP", "/compare/cell?issuer=XBB&theme=SUP", "/compare/cell?issuer=XAA&theme=CAP&kind=national_strategy&from=2016",
    "/documents",
    "/document/xaa-2016-strategy", "/document/xaa-2016-strategy?theme=CAP", "/document/xaa-2016-strategy?deadline=1&only=1",
    "/document/xaa-2016-strategy/page/4", "/document/xdd-2014-policy/page/2", "/document/xff-2018-strategie", "/document/xdd-2020-strategy", "/theme/CAP", "/theme/CAP.svg", "/issuer/XAA",
    "/issuer/XAA-XBB", "/issuer/XMG", "/issuer/NATO", "/instruments", "/instrument/BUDAPEST", "/instrument/UNCLOS", "/editions/xaa-strategy", "/guidelines", "/guidelines/un-norms",
    "/guidelines/un-norms?by=document", "/guidelines/un-norms?issuer=XAA&kind=national_strategy&at=2020", "/guidelines/un-norms/d",
    "/guidelines/un-norms/d?issuer=XAA", "/guidelines/un-norms/d?document=xaa-2016-strategy", "/quality", "/problems",
    "/watches", "/watches/training.atom", "/search?issuer=XBB&theme=CAP", "/search?q=training&mode=words",
    "/compare/citation.txt?issuer=XAA&issuer=XBB&at=2016", "/compare/cell/citation.bib?issuer=XAA&theme=CAP",
    "/search.csv?q=training", "/compare.xlsx", "/compare/cell.csv?issuer=XAA&theme=CAP", "/document/xaa-2016-strategy/commitments.csv",
    "/document/xaa-2016-strategy/mentions.json", "/theme/CAP/commitments.xlsx", "/issuer/XAA/commitments.csv", "/issuer/XAA/mentions.csv",
    "/instruments.csv", "/instrument/BUDAPEST/mentions.xlsx", "/editions/xaa-strategy.csv", "/guidelines/un-norms.csv", "/openapi.json",
    "/search?q=trainnig", "/search?q=training&group=XMG&language=en",
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
    "words": "training", "year": "2018", "family": "XAA-strategy", "guideline": "UN-norms",
    "instrument": " Law", "scope": "", "code": "budapest",
}  # fmt: skip
"""A value for every parameter of the canned queries, typed as people type."""


ABROAD = {"host": "concord.example"}
"""Asks at an address that others can open too."""


@pytest.fixture(scope="module")
def path(sample_settings, tmp_path_factory):
    """The sample's database under the name that the metadata describes."""
    return plant_watched(sample_settings.db, tmp_path_factory.mktemp("site") / f"{NAME}.db")


@pytest.fixture(scope="module")
def addresses(sample):
    """Every kind of page of Concord's, at least once."""
    commitment = rows(sample, "select commitment_id as id from counterparts order by 1 limit 1")[0]["id"]
    subtheme = rows(sample, "select id, theme_id from subthemes order by id limit 1")[0]
    passage = rows(sample, "select id from passages where document_id = 'xaa-2016-strategy' and ordinal = 30")[0]["id"]
    return [
        *PAGES, f"/commitment/{commitment}", f"/commitment/{commitment}/history.json", f"/search?like={commitment}", f"/search?like={passage}",
        f"/subtheme/{subtheme['id']}", f"/subtheme/{subtheme['id']}.svg", f"/subtheme/{subtheme['id']}/commitments.csv",
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


async def test_a_ranking_that_ends_says_that_there_is_more(site, sample, monkeypatch):
    monkeypatch.setattr(engine, "_DEPTH", 1)
    asked = "in=commitment&from=1901"
    for mode, words, told in (
        (
            "words",
            "training+networks",
            ": everything that holds all the words, and the best 200 of what holds some. There is more.",
        ),
        (
            "both",
            "training+networks",
            ": everything that holds all the words, and the best 200 of what holds some or is alike in meaning. There is more.",
        ),
        ("meaning", "children+safe+online", ": the most alike. There is more."),
    ):
        assert told in (await site.get(f"/search?q={words}&{asked}&mode={mode}")).text, mode
    promise = rows(sample, "select id from commitments order by 1 limit 1")[0]["id"]
    assert ": the most alike. There is more." in (await site.get(f"/search?like={promise}&{asked}")).text


async def test_a_ranking_that_is_whole_says_nothing_of_more(site):
    told = (await site.get("/search?q=training&in=commitment&mode=words&from=1902")).text
    assert "There is more." not in told
    assert "all that hold every word" not in told


@pytest.mark.parametrize(
    ("asked", "is_anew"),
    [("q=training&mode=words", False), ("q=training", True), ("q=%22training%22&mode=words", False), ("issuer=XAA", False)],
)  # fmt: skip
async def test_counts_beside_the_hits_say_of_what_they_are_counts(site, asked, is_anew):
    tree = html.fromstring((await site.get(f"/search?{asked}")).text)
    (told,) = tree.xpath("//aside/p/text()")
    total = tree.find_class("c-count")[0].text_content().split()[0]
    assert told.startswith(f"Counts of all {total} hits.")
    assert ("A filter searches anew, and may find others." in told) == is_anew


async def test_what_is_like_it_is_offered_only_where_there_is_a_vector(copied, sample):
    promise = rows(sample, "select id, passage_id, document_id, quote from commitments order by id limit 1")[0]
    pages = [
        f"/commitment/{promise['id']}",
        f"/document/{promise['document_id']}?passage={promise['passage_id']}",
        f"/search?q=%22{promise['quote'].replace(' ', '+')}%22",
    ]

    async def offered():
        texts = [(await served(copied).client.get(page)).text for page in pages]
        return [f"like={name}" in "".join(texts) for name in (promise["id"], promise["passage_id"])], texts

    assert (await offered())[0] == [True, True]
    with open_store(copied) as db:
        db.execute("delete from embeddings")
        db.conn.commit()
        leave_one_file(db)
    is_offered, texts = await offered()
    assert is_offered == [False, False]
    assert all(text.count("like=") == 0 for text in texts)
    told = (await served(copied).client.get(f"/search?like={promise['id']}")).text
    assert "This database holds no vectors of" in told


async def test_a_deadline_that_is_declined_filters_nothing(site):
    counts = [(await site.get(f"/search.json?q=training{more}")).json()["total"] for more in ("", "&deadline=0")]
    assert counts[0] == counts[1]


async def test_issuers_that_are_too_many_to_compare_are_named(site):
    codes = ["XAA", "XBB", "XCC", "XDD", "XEE", "XFF", "XAA-XBB"]
    text = (await site.get("/compare?" + "&".join(f"issuer={code}" for code in codes))).text
    assert "Left out: XAA-XBB." in text


CITABLE = [
    ("/compare", "?start=9&by=theme&theme=&at=2016&issuer=XAA&issuer=XBB", "?issuer=XAA&issuer=XBB&at=2016", "Arvenia and Belmora compared, documents until 2016"),
    ("/compare", "?issuer=XMG&members=1&from=2015", "?issuer=XMG&members=1&from=2015", "Meridian Group compared with its members, documents from 2015 on"),
    ("/compare", "?by=year&theme=CAP&issuer=XAA", "?by=year&theme=CAP", "All issuers compared on “Skills, education and awareness” by year"),
    ("/compare/cell", "?theme=CAP&issuer=XAA&issuer=XBB&kind=national_strategy", "?issuer=XAA&issuer=XBB&theme=CAP&kind=national_strategy", "Skills, education and awareness: Arvenia and Belmora, documents of the kind national strategy"),
]  # fmt: skip
"""Pages that can be cited: address, query as it was asked, query as it is cited, and title."""


@pytest.mark.parametrize(("address", "asked", "cited", "title"), CITABLE)
async def test_a_comparison_is_cited_by_its_title_and_by_an_address_at_which_it_stands_again(
    site, address, asked, cited, title
):
    page = html.fromstring((await site.get(address + asked, headers=ABROAD)).text)
    (told,) = page.xpath("//details[@id='cite']/p[@class='c-cite']/text()")
    assert page.findtext(".//title").strip() == f"{title} · Concord"
    assert told.startswith(f"{title}, version 0.1.0, database of ")
    assert f"In: Concord, http://{ABROAD['host']}{address}{cited} (accessed" in told
    again = html.fromstring((await site.get(address + cited)).text)
    tables = [[row.text_content() for row in one.xpath("//td | //blockquote")] for one in (page, again)]
    assert tables[0] == tables[1] != []


@pytest.mark.parametrize(("address", "asked", "cited", "title"), CITABLE)
async def test_every_form_of_a_citation_can_be_taken_away(site, address, asked, cited, title):
    page = html.fromstring((await site.get(address + asked)).text)
    links = page.xpath("//details[@id='cite']/p[@class='c-take']/a/@href")
    assert links == [f"{address}/citation.{ending}{cited}" for ending in FORMS]
    for link in links:
        response = await site.get(link)
        assert (response.status_code, title.partition(" “")[0] in response.text) == (200, True), link
        assert response.headers["content-disposition"].startswith("attachment; filename=")


CHOSEN = "kind=national_strategy&kind=joint_statement&from=2015&at=2020"


@pytest.mark.parametrize(
    "address",
    ["/compare", "/compare?issuer=XAA", "/compare?issuer=XAA&issuer=XBB", "/compare?issuer=XMG&members=1", "/guidelines/un-norms"],
)  # fmt: skip
async def test_a_form_that_is_sent_again_keeps_the_kinds_and_years(site, address):
    tree = html.fromstring((await site.get(f"{address}{'&' if '?' in address else '?'}{CHOSEN}")).text)
    assert tree.xpath("//form//input[@checked]/@value") == ["joint_statement", "national_strategy"]
    assert [tree.xpath(f"string(//form//input[@name='{name}']/@value)") for name in ("from", "at")] == ["2015", "2020"]


async def test_every_cell_of_some_kinds_and_years_leads_to_as_many_quotes_as_it_says(site):
    cells = html.fromstring((await site.get(f"/compare?{CHOSEN}")).text).xpath("//td/a[@class='committed']")[:12]
    links = [cell.get("href") for cell in cells]
    counts = [(await site.get(f"/{link.replace('?', '.json?', 1)}")).json()["count"] for link in links]
    assert counts == [int(cell.text) for cell in cells]
    assert all(link.endswith(CHOSEN) for link in links)
    assert max(counts) > 1


async def test_a_row_of_two_issuers_leads_to_the_quotes_of_the_same_documents(site):
    tree = html.fromstring((await site.get(f"/compare?issuer=XAA&issuer=XBB&{CHOSEN}")).text)
    row = tree.xpath("//tbody/tr[count(td/a[contains(@class, 'committed')]) = 2]")[0]
    link = row.xpath("td/a/@href")[0]
    assert (await site.get(link.replace("?", ".json?", 1))).json()["count"] == sum(map(int, row.xpath("td/a/b/text()")))


@pytest.mark.parametrize(
    ("asked", "said"),
    [("kind=strategy", "strategy is no kind of document. The kinds are: "), ("from=2020&at=2016", "from 2016 to 2020")],
)  # fmt: skip
async def test_what_no_document_can_be_is_an_error_that_says_so(site, asked, said):
    for address in (
        "/compare?",
        "/compare?issuer=XAA&issuer=XBB&",
        "/compare/cell?theme=CAP&",
        "/compare.json?",
        "/guidelines/un-norms?",
    ):
        response = await site.get(f"{address}{asked}")
        assert (response.status_code, said in response.text) == (404, True), address


async def test_one_issuer_alone_is_told_whom_it_can_be_compared_with(site):
    (note,) = html.fromstring((await site.get("/compare?issuer=XMG&at=2020")).text).find_class("c-note")
    assert "compared with nobody yet" in note.text_content()
    assert note.xpath(".//a/@href") == ["/compare?issuer=XMG&members=1&at=2020"]


async def test_a_form_that_is_sent_again_keeps_all_who_are_compared(site):
    text = (await site.get("/compare?issuer=XAA&issuer=XBB&issuer=XCC&issuer=XDD")).text
    assert '<input type="hidden" name="issuer" value="XDD">' in text


async def test_every_page_answers(site, addresses):
    statuses = {address: (await site.get(address)).status_code for address in addresses}
    assert set(statuses.values()) == {200}, statuses


async def test_every_page_of_a_database_that_the_first_concord_made_is_shown_while_nobody_writes_to_it(
    copied, addresses
):
    with open_store(copied) as db:
        db.conn.executescript(
            """
            drop trigger commitments_arrived; drop table arrivals; drop table reviews; drop table watch_texts;
            alter table watches drop column arrival; alter table themes drop column terms;
            alter table guidelines drop column is_example; delete from _sqlite_migrations where name <> '0001_schema';
            """
        )
        leave_one_file(db)
    client = served(copied).client
    statuses = {address: (await client.get(address)).status_code for address in addresses}
    assert {address: status for address, status in statuses.items() if status != 200} == {}
    with open_for_reading(copied) as db:
        assert "reviews" not in db.table_names()


async def test_every_route_is_among_the_pages_that_are_tested(addresses):
    tested = [
        urlsplit(address).path for address in [*addresses, *STOCK, "/-/threads"]
    ]  # the last one: test_guarding.py
    assert [pattern for pattern, _ in ROUTES if not any(re.match(pattern, path) for path in tested)] == []


@pytest.mark.parametrize("address", STOCK)
async def test_every_stock_page_of_datasette_answers(site, address):
    assert (await site.get(address, follow_redirects=True)).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/document/none", "/commitment/none", "/theme/NONE", "/theme/CAP?subtheme=none", "/subtheme/none", "/subtheme/none.svg", "/issuer/NONE", "/compare?issuer=XAA&issuer=NONE",
        "/compare.json?issuer=XAA&issuer=NONE", "/compare/cell?issuer=XAA&theme=NONE", "/compare/cell",
        "/compare/citation.txt?issuer=XAA&issuer=NONE", "/compare/citation.bib?by=none", "/compare/cell/citation.json?theme=NONE", "/nothing-here", "/document/",
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


async def test_the_style_sheet_is_kept_until_it_changes(site):
    (address,) = [
        link
        for link in html.fromstring((await site.get("/quality")).text).xpath("//link/@href")
        if "concord.css" in link
    ]
    assert re.fullmatch(r"/-/static-plugins/cyber-concord/concord\.css\?[0-9a-f]{8,}", address)
    assert "immutable" in (await site.get(address)).headers["cache-control"]


async def test_a_page_is_packed_for_a_browser_that_unpacks_it(site):
    response = await site.get("/documents", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.text == (await site.get("/documents", headers={"accept-encoding": "identity"})).text


@pytest.mark.parametrize("address", ["/concord/kinds", "/concord/commitments?year__gte=2010"])
async def test_every_field_of_a_filter_of_datasette_has_a_name(site, address):
    fields = html.fromstring((await site.get(address)).text).xpath(
        "//form[@class='filters']//*[starts-with(@name, '_filter') or @name='_sort']"
    )
    assert len(fields) >= 3
    assert [field.get("name") for field in fields if not field.get("aria-label")] == []


async def test_the_style_sheet_loads_nothing(site):
    text = (await site.get("/-/static-plugins/cyber-concord/concord.css")).text
    assert re.findall(r"@import|url\((?!['\"]?data:)", text) == []


async def test_a_page_with_a_theme_names_the_place_of_every_quote(site):
    tree = html.fromstring((await site.get("/theme/CAP")).text)
    cards = tree.find_class("c-quote")
    assert cards
    assert all(card.find_class("c-where")[0].text_content().strip() for card in cards)


FIGURES = {
    ("precision", "all"): Score(0.831, 0.78, 0.876, 501), ("recall", "all"): Score(0.84, 0.79, 0.9, 501),
    ("f1", "all"): Score(0.835, 0.8, 0.87, 501), ("precision", "kind: National strategy"): Score(0.71, 0.61, 0.81, 321),
    ("recall", "kind: National strategy"): Score(0.72, 0.62, 0.82, 321), ("f1", "kind: National strategy"): Score(0.7, 0.6, 0.8, 321),
    ("precision", "issuer: XAA"): Score(0.91, 0.91, 0.91, 77), ("recall", "issuer: XAA"): Score(0.63, 0.63, 0.63, 77),
    ("f1", "issuer: XAA"): Score(0.74, 0.74, 0.74, 77), ("primary theme", "all"): Score(0.727, 0.68, 0.77, 180),
    ("bindingness, same", "all"): Score(0.614, 0.55, 0.66, 180), ("calibration error", "all"): Score(0.018, 0.01, 0.04, 501),
}  # fmt: skip
"""What an evaluation could find: (measure, group of sentences) and its score."""


def evaluation_of(figures, gold="dev.jsonl", mode="documents"):
    """An evaluation as `concord evaluate` writes it."""
    listed = tuple(Figure(measure, score, group) for (measure, group), score in figures.items())
    return Evaluation(gold, mode, listed, {}, ())


def evaluated_site(path, folder, figures=FIGURES, **how):
    """A client for a copy of the database at `path` that was evaluated."""
    target = folder / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        write_quality(db, evaluation_of(figures, **how))
    return served(target).client


async def text_of(client, address, kind=""):
    """What a page says, or what its elements of a class say, in one line."""
    tree = html.fromstring((await client.get(address)).text)
    found = tree.find_class(kind) if kind else [tree]
    return " ".join(" ".join(element.text_content() for element in found).replace("\u00a0", " ").split())


async def cells_of(client, address):
    """What the cells of all tables of a page say, and its lists of names and meanings, with a bar between."""
    tree = html.fromstring((await client.get(address)).text)
    cells = tree.xpath("//th | //td[not(@aria-hidden)] | //dt | //dd")
    return "|".join(" ".join(" ".join(cell.itertext()).replace("\u00a0", " ").split()) for cell in cells)


@pytest.fixture(scope="module")
def evaluated(path, tmp_path_factory):
    return evaluated_site(path, tmp_path_factory.mktemp("evaluated"))


WITH_COUNTS = [
    "/", "/search?q=training", "/compare", "/compare?issuer=XAA&issuer=XBB", "/compare/cell?issuer=XAA&theme=CAP", "/documents",
    "/document/xaa-2016-strategy", "/theme/CAP", "/issuer/XAA",
]  # fmt: skip
"""Pages that show a count."""


@pytest.mark.parametrize("address", WITH_COUNTS)
async def test_a_page_with_a_count_says_how_good_the_count_is(evaluated, address):
    assert (
        "Of 100 commitments listed, about 83 are right (78 to 88), and about 84 of 100 that the texts make are found"
        " (79 to 90): measured on 501 labelled sentences of dev.jsonl."
    ) in await text_of(evaluated, address, "c-quality")


@pytest.mark.parametrize("address", WITH_COUNTS)
async def test_a_page_with_a_count_says_that_it_is_not_evaluated_before_it_is(site, address):
    text = await text_of(site, address, "c-quality")
    assert "Not evaluated" in text
    assert "100" not in text


@pytest.mark.parametrize("address", WITH_COUNTS)
async def test_a_page_with_a_count_leads_to_what_the_figures_mean(site, evaluated, address):
    for client in (site, evaluated):
        assert (
            html.fromstring((await client.get(address)).text).xpath("//*[contains(@class, 'c-quality')]//a/@href")[0]
            == "/quality"
        )


@pytest.mark.parametrize("address", ["/", "/quality"])
async def test_what_held_out_documents_gave_stands_beside_the_other_figures(site, evaluated, address):
    told = json.loads((bundled("models") / "commitments" / "config.json").read_text("utf-8"))["held_out"]
    for client in (site, evaluated):
        text = await text_of(client, address, "c-held-out")
        assert f"({told['documents']} documents, {told['examples']:,} labelled sentences)" in text
        assert (
            f"F1 of the model that comes with Concord was {told['f1']:.3f}: precision {told['precision']:.3f}" in text
        )


async def test_a_comparison_leads_to_what_changed_in_the_texts_of_each_issuer(site):
    tree = html.fromstring((await site.get("/compare?issuer=XAA&issuer=XBB")).text)
    (line,) = tree.xpath("//h2[@id='editions']/following::ul[1]/li[a[@href='/editions/xaa-strategy']]")
    assert "Arvenia, what changed from" in line.text_content()


async def test_a_group_against_its_members_says_how_good_the_figures_of_the_group_are(copied):
    with open_store(copied) as db:
        figures = {
            **FIGURES,
            ("precision", "issuer: XMG"): Score(0.57, 0.5, 0.6, 90),
            ("recall", "issuer: XMG"): Score(0.61, 0.5, 0.7, 90),
        }
        write_quality(db, evaluation_of(figures))
        name = rows(db, "select name from issuers where id = 'XMG'")[0]["name"]
    text = await text_of(served(copied).client, "/compare?issuer=XMG&members=1", "c-quality")
    assert f"{name}: 57 right (50 to 60), 61 found (50 to 70), on 90 sentences." in text


async def test_the_model_alone_says_nothing_of_the_counts_of_a_page(path, tmp_path):
    client = evaluated_site(path, tmp_path, mode="units")
    assert "Not evaluated" in await text_of(client, "/", "c-quality")
    assert "not evaluated" in await text_of(client, "/quality", "c-quality")
    assert "The model alone, on dev.jsonl" in await text_of(client, "/quality")


async def test_the_page_of_an_issuer_says_how_good_its_own_counts_are(evaluated):
    assert "Arvenia: 91 right, 63 found, on 77 sentences." in await text_of(evaluated, "/issuer/XAA", "c-quality")


async def test_the_page_of_a_document_says_how_good_the_counts_of_its_kind_are(evaluated):
    text = await text_of(evaluated, "/document/xaa-2016-strategy", "c-quality")
    assert "National strategy: 71 right (61 to 81), 72 found (62 to 82), on 321 sentences." in text


async def test_where_themes_are_counted_it_is_said_how_often_the_theme_is_right(evaluated):
    for address in ("/", "/theme/CAP", "/compare", "/compare?issuer=XAA&issuer=XBB"):
        text = await text_of(evaluated, address, "c-quality")
        assert "The main theme of about 73 of 100 is the coders' (68 to 77)." in text


async def test_of_two_evaluations_the_pages_name_the_latest(path, tmp_path):
    client = evaluated_site(path, tmp_path)
    with open_store(tmp_path / f"{NAME}.db") as db:
        write_quality(db, evaluation_of({key: Score(0.5, 0.4, 0.6, 42) for key in FIGURES}, gold="old.jsonl"))
        db.execute("update quality set evaluated_at = '2001-01-01T00:00:00Z' where gold = 'old.jsonl'")
        db.conn.commit()
    assert "dev.jsonl" in await text_of(client, "/", "c-quality")
    assert "on old.jsonl" in await text_of(client, "/quality")


async def test_documents_that_were_read_after_the_evaluation_are_counted(path, tmp_path):
    client = evaluated_site(path, tmp_path)
    with open_store(tmp_path / f"{NAME}.db") as db:
        db.execute(
            "update builds set built_at = '2999-01-01T00:00:00Z' where input in ('xaa-2016-strategy', 'xbb-2018-strategy')"
        )
        db.conn.commit()
    assert "2 documents were read after that." in await text_of(client, "/", "c-quality")


async def test_when_nothing_was_found_no_share_of_it_is_called_right(path, tmp_path):
    client = evaluated_site(
        path, tmp_path, {("precision", "all"): Score(1, 1, 1, 9), ("recall", "all"): Score(0, 0, 0, 9)}
    )
    text = await text_of(client, "/", "c-quality")
    assert "none was found: measured on 9 labelled sentences" in text
    assert "right" not in text


async def test_a_group_in_which_nothing_was_to_be_found_is_not_called_good(path, tmp_path):
    right = {("precision", "issuer: XAA"): Score(1, 1, 1, 9), ("recall", "issuer: XAA"): Score(1, 1, 1, 9)}
    client = evaluated_site(path, tmp_path, {**FIGURES, **right})
    assert "Arvenia: " not in await text_of(client, "/issuer/XAA", "c-quality")


async def test_every_figure_is_shown_with_its_interval(evaluated):
    text = await cells_of(evaluated, "/quality")
    for (measure, group), score in FIGURES.items():
        interval = f"{decimal(score.low)} to {decimal(score.high)}" if score.low < score.high else "–"
        assert re.search(rf"\|{decimal(score.value)}[| ]{interval}\|", text), (measure, group)


async def test_a_figure_that_nobody_explained_is_shown_all_the_same(path, tmp_path):
    more = {("new measure", "all"): Score(0.33, 0.3, 0.4, 9), ("actor", "kind: Other"): Score(0.44, 0.4, 0.5, 9)}
    text = await cells_of(evaluated_site(path, tmp_path, {**FIGURES, **more}), "/quality")
    assert "|new measure|0.33|0.30 to 0.40|9|" in text
    assert "|Actor|kind: Other|0.44|0.40 to 0.50|9" in text


async def test_every_measure_that_an_evaluation_makes_is_explained(sample):
    row = rows(sample, "select document_id, quote from commitments order by id limit 1")[0]
    unit = Unit("u", row["document_id"], row["quote"], "commitment", themes=("CAP",), bindingness=3, precision=2)
    found = Found(True, 0.9, themes=("CAP",), bindingness=3, precision=2)
    made = evaluate_units(sample, [unit], "dev.jsonl", lambda units: [found for _ in units])
    explained = {measure for section in SECTIONS for measure in section.measures}
    assert {figure.measure for figure in made.figures} == explained


async def test_the_quality_of_a_database_without_gold_is_not_evaluated_and_how_to_measure_it_is_said(site):
    text = await text_of(site, "/quality")
    assert "Not evaluated." in text
    assert "concord evaluate GOLD --db DB" in text
    assert "100 %" not in text
    assert all(meaning in text for section in SECTIONS for _, meaning in section.measures.values())


async def test_each_quote_in_a_list_says_how_sure_concord_is_of_it(site):
    for address in ("/theme/CAP", "/compare?issuer=XAA&issuer=XBB", "/compare/cell?issuer=XAA&theme=CAP"):
        cards = html.fromstring((await site.get(address)).text).find_class("c-quote")
        assert cards
        assert all(re.search(r"\d\d\u00a0%\u00a0sure", card.text_content()) for card in cards), address


async def test_a_hit_says_how_sure_concord_is_when_it_is_a_commitment(site):
    hits = html.fromstring((await site.get("/search?q=training")).text).find_class("c-hit")
    assert {("commitment" in hit.classes, "%\u00a0sure" in hit.text_content()) for hit in hits} == {
        (True, True),
        (False, False),
    }


async def test_a_list_of_quotes_says_what_sure_means(site):
    for address in ("/theme/CAP", "/compare?issuer=XAA&issuer=XBB", "/search?q=training"):
        assert "of a hundred quotes that say so, about eighty are commitments" in await text_of(site, address)


async def test_a_commitment_explains_its_confidence_as_a_calibrated_probability(site, evaluated, sample):
    row = rows(sample, "select id, confidence from commitments order by id limit 1")[0]
    told = "a calibrated probability: of a hundred sentences with this number, about that many are commitments."
    text = await text_of(site, f"/commitment/{row['id']}")
    assert (
        f"{round(100 * row['confidence'])} % sure, {told} How far such numbers are off here is not evaluated." in text
    )
    assert f"{told} Measured on dev.jsonl, such numbers are off by 2 of a hundred on average." in await text_of(
        evaluated, f"/commitment/{row['id']}"
    )


@pytest.fixture(scope="module")
def repeated(path, tmp_path_factory):
    """A client, and the first and the second of two promises of a document of which one says again the other."""
    target = tmp_path_factory.mktemp("repeated") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        db.execute("update commitments set restates_id = null, is_reaffirmed = 0")
        first, second = rows(
            db, "select id, page from commitments where document_id = 'xaa-2016-strategy' order by page, id limit 2"
        )
        db.execute("delete from slots where commitment_id = ?", [second["id"]])
        db.execute(
            "update commitments set restates_id = ?, is_reaffirmed = 1, partner = 'with firms', money = 'two crowns',"
            " condition = 'if it rains' where id = ?",
            [first["id"], second["id"]],
        )
        db.conn.commit()
    return served(target).client, first, second


async def test_a_promise_that_is_said_again_leads_to_where_it_is_said_first(repeated):
    client, first, second = repeated
    link = html.fromstring((await client.get(f"/commitment/{second['id']}")).text).xpath(
        "//dt[.='said again']/following-sibling::dd[1]/a"
    )
    assert [(one.get("href"), one.text) for one in link] == [
        (f"/commitment/{first['id']}", f"first at p. {first['page']}")
    ]


async def test_a_promise_that_is_said_again_is_said_so_where_it_is_said_first(repeated):
    client, first, second = repeated
    tree = html.fromstring((await client.get(f"/commitment/{first['id']}")).text)
    assert tree.xpath("//dt[.='repeated']/following-sibling::dd[1]/a/@href") == [f"/commitment/{second['id']}"]


async def test_a_promise_that_is_reaffirmed_says_so(repeated):
    client, first, second = repeated
    assert "reaffirms an earlier promise" in await text_of(client, f"/commitment/{second['id']}")
    assert "reaffirms an earlier promise" not in await text_of(client, f"/commitment/{first['id']}")


async def test_partner_money_and_condition_are_shown_once(repeated, sample):
    client, _, second = repeated
    assert "partner|with firms|money|two crowns|condition|if it rains" in await cells_of(
        client, f"/commitment/{second['id']}"
    )
    row = rows(sample, "select commitment_id as id from slots where name = 'money' order by 1 limit 1")[0]
    tree = html.fromstring((await client.get(f"/commitment/{row['id']}")).text)
    assert len(tree.xpath("//dt[.='money']")) == 1


async def test_the_address_that_a_sub_theme_had_within_its_theme_leads_to_its_page(site, sample):
    subtheme = rows(sample, "select id, theme_id from subthemes order by id limit 1")[0]
    response = await site.get(f"/theme/{subtheme['theme_id']}?subtheme={subtheme['id']}&due_from=2020")
    assert (response.status_code, response.headers["location"]) == (301, f"/subtheme/{subtheme['id']}?due_from=2020")


@pytest.mark.parametrize("address", ["/", "/quality", "/theme/CAP", "/search?q=training"])
async def test_no_script_is_written_into_our_pages(evaluated, address):
    """What Datasette puts at the end of a page to close its menus is the only one."""
    scripts = html.fromstring((await evaluated.get(address)).text).xpath("//script[not(@src)]/text()")
    assert [script for script in scripts if "Close any open details elements" not in script] == []


@pytest.fixture(scope="module")
def hostile(path, tmp_path_factory):
    """The sample's database with hostile words in every text that is no key."""
    target = tmp_path_factory.mktemp("hostile") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        write_quality(db, evaluation_of({("new measure", "all"): Score(0.5, 0.4, 0.6, 9), **FIGURES}, HOSTILE))
        for name, columns in {
            "documents": ("title", "body", "note", "family"), "issuers": ("name",), "kinds": ("label",), "bindingness": ("label", "cues"),
            "pages": ("label",), "passages": ("text", "heading_path", "lead_in", "marker"), "themes": ("label", "definition", "border"),
            "subthemes": ("label", "terms"), "commitments": (
                "quote", "lead_in", "actor", "modality", "action", "object", "partner", "deadline", "money", "condition",
                "bindingness_cue", "precision_cues",
            ),
            "slots": ("text",), "mentions": ("text", "role"), "counterparts": ("note",), "problems": ("message", "remedy"),
            "runs": ("corpus", "version"), "models": ("source", "licence"), "quality": ("measure",),
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
        "/compare?issuer=XAA&issuer={}", "/compare?issuer=XAA&issuer=XBB&theme={}&at={}", "/compare?kind={}", "/compare?from={}&kind=national_strategy", "/compare/cell?issuer={}&theme=CAP",
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
        "/compare?issuer=XAA&issuer=XBB&from=",
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


async def answer_of(site, name, **asked):
    """The rows that a canned query gives."""
    asked = asked or {parameter: FITTING[parameter] for parameter in re.findall(r":([a-z_]+)", QUERIES[name]["sql"])}
    return (await site.get(f"/{NAME}/{name}.json", params={**asked, "_shape": "array"})).json()


SHOWING_PAGES = [name for name in QUERIES if re.search(r"\bpage\b", QUERIES[name]["sql"])]


@pytest.mark.parametrize("name", SHOWING_PAGES)
async def test_a_canned_query_gives_beside_each_page_the_printed_one(site, name):
    columns = list((await answer_of(site, name))[0])
    pages = [column for column in columns if re.search(r"(^|_)page(_|$)", column)]
    assert len(pages) in (2, 4)
    assert all("printed" in after for after in pages[1::2])
    assert [column.replace("printed_", "") for column in pages[1::2]] == pages[::2]


async def test_the_printed_page_is_the_one_that_the_site_cites(site):
    found = await answer_of(site, "promises_of_a_year", year="2016")
    found += await answer_of(site, "words_in_promises", words="training")
    assert {bool(row["printed_page"]) for row in found} == {True, False}
    assert any(row["printed_page"] not in ("", str(row["page"])) for row in found)
    for row in found:
        cited = (await site.get(f"/commitment/{row['commitment_id']}.json")).json()[0].get("page", "")
        assert row["printed_page"] == cited


@pytest.mark.parametrize("name", [name for name in QUERIES if "quote" in QUERIES[name]["sql"]])
async def test_every_quote_of_a_canned_query_leads_to_where_it_stands(site, name):
    asked = {parameter: FITTING[parameter] for parameter in re.findall(r":([a-z_]+)", QUERIES[name]["sql"])}
    tree = html.fromstring((await site.get(f"/{NAME}/{name}", params=asked)).text)
    cells = [
        cell for cell in tree.xpath("//table//td") if "quote" in cell.get("class", "") and cell.text_content().strip()
    ]
    links = [cell.xpath("a/@href") for cell in cells]
    assert links
    assert all(len(one) == 1 and re.match(r"/commitment/|/document/.+#", one[0]) for one in links)
    for link in {links[0][0], links[-1][0]}:
        page, anchor = urldefrag(link)
        answer = await site.get(page)
        assert answer.status_code == 200
        assert not anchor or f'id="{anchor}"' in answer.text


async def test_an_id_in_an_answer_leads_to_what_it_names_and_nothing_in_it_runs(site):
    sql = """select '"><script>' as commitment_id, 'x' as document_id, '#&?' as passage_id, '<b>' as quote, 1 as other_id"""
    tree = html.fromstring((await site.get(f"/{NAME}", params={"sql": sql})).text)
    assert tree.xpath("//table//td/a/@href") == [
        "/commitment/%22%3E%3Cscript%3E", "/document/x", "/document/x?passage=%23%26%3F#%23%26%3F", "/commitment/%22%3E%3Cscript%3E",
    ]  # fmt: skip
    assert tree.xpath("//table//script | //table//b") == []


async def test_an_id_in_a_table_is_left_to_datasette(site):
    tree = html.fromstring((await site.get(f"/{NAME}/counterparts")).text)
    assert tree.xpath("//td[contains(@class, 'col-commitment_id')]/a/@href")[0].startswith(f"/{NAME}/commitments/")


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


async def test_a_phrase_that_stands_nowhere_leads_to_the_same_words_without_quotation_marks(site):
    tree = html.fromstring((await site.get('/search?q="networks of judges"&issuer=XAA')).text)
    (link,) = tree.xpath("//p[@role='status']//a[text()='networks of judges']/@href")
    assert parse_qs(link[1:]) == {"issuer": ["XAA"], "q": ["networks of judges"]}


async def test_a_word_that_was_taken_for_another_is_said_and_can_be_searched_as_typed(site):
    tree = html.fromstring((await site.get("/search?q=trainnig&mode=words")).text)
    told = tree.find_class("c-count")[0]
    assert "Nothing for “trainnig”; shown for “training”." in told.text_content()
    again = html.fromstring((await site.get(f"/search{told.xpath('.//a/@href')[0]}")).text)
    assert "No text here holds “trainnig”. Nothing found." in again.find_class("c-count")[0].text_content()


async def test_a_search_for_a_mended_word_is_followed_by_the_word_that_was_meant(site):
    tree = html.fromstring((await site.get("/search?q=trainnig&mode=words")).text)
    assert tree.xpath("//head/link[@type='application/atom+xml']/@href") == ["/watches/training.atom"]
    typed = html.fromstring((await site.get("/search?q=trainnig&mode=words&typed=1")).text)
    assert typed.xpath("//pre/text()") == ["concord watch add trainnig trainnig --mode words --db concord.db"]


async def test_a_search_that_finds_nothing_leads_to_each_of_its_words_under_the_same_filters(site):
    address = "/search?q=%22training+networks+zxqv%22&mode=words&issuer=XAA&start=20"
    apart = html.fromstring((await site.get(address)).text).find_class("c-apart")[0]
    links = apart.xpath(".//a/@href")
    assert links == ["?mode=words&issuer=XAA&q=training", "?mode=words&issuer=XAA&q=networks"]
    assert "zxqv 0." in apart.text_content()
    there = html.fromstring((await site.get(f"/search{links[0]}")).text).find_class("c-count")[0].text_content()
    assert f"training {there.split()[0]}," in " ".join(apart.text_content().split())


async def test_a_phrase_that_stands_nowhere_is_offered_in_other_words(site):
    tree = html.fromstring((await site.get("/search", params={"q": '"trainnig"', "mode": "words"})).text)
    assert tree.find_class("c-count")[0].xpath(".//a/text()") == ['"training"']


async def test_a_facet_leaves_what_it_counts(site):
    tree = html.fromstring((await site.get("/search?q=training&mode=words&issuer=XAA")).text)
    for heading in tree.find_class("c-side")[0].iter("h2"):
        one = heading.getnext().find("li")
        left = html.fromstring((await site.get(f"/search{one.find('a').get('href')}")).text)
        assert left.find_class("c-count")[0].text_content().split()[0] == one.find("span").text, heading.text


async def test_a_theme_beside_the_hits_counts_what_its_link_leaves(site):
    tree = html.fromstring((await site.get("/search?q=training&mode=words&in=commitment")).text)
    (listed,) = tree.xpath("//aside//h2[.='By theme, main or not']/following-sibling::ul[1]")
    assert len(listed) > 3
    for one in listed:
        left = html.fromstring((await site.get(f"/search{one.find('a').get('href')}")).text)
        assert left.find_class("c-count")[0].text_content().split()[0] == one.find("span").text


async def test_a_theme_of_a_document_leads_to_as_many_commitments_as_it_says(site):
    tree = html.fromstring((await site.get("/document/xaa-2016-strategy")).text)
    listed = tree.xpath("//aside//h2[starts-with(., 'Themes')]/following-sibling::ul[1]/li")
    assert len(listed) > 3
    for one in listed:
        left = html.fromstring((await site.get(one.find("a").get("href"))).text)
        assert left.find_class("c-count")[0].text_content().split()[0] == one.find("span").text


@pytest.mark.parametrize(
    ("address", "main", "any_theme"),
    [("/", 1, 0), ("/theme/CAP", 7, 1), ("/issuer/XAA", 0, 1), ("/document/xaa-2016-strategy", 0, 1)],
)
async def test_a_heading_over_counts_of_themes_says_which_theme_counts(site, address, main, any_theme):
    headings = [
        " ".join(one.text_content().split()) for one in html.fromstring((await site.get(address)).text).iter("h2")
    ]
    assert sum(one.endswith("by main theme") for one in headings) == main
    assert sum(one.endswith("by any theme, main or not") for one in headings) == any_theme


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/theme/CAP", "A commitment has one main theme and may have others."),
        ("/issuer/XAA", "A commitment counts under each of its themes"),
        ("/compare", "A commitment counts under each of its themes, main or not."),
        ("/compare?issuer=XAA&issuer=XBB", "A commitment counts under each of its themes, main or not."),
        ("/compare?by=subtheme&theme=CAP", "A sub-theme holds commitments by their main theme alone."),
        ("/compare?by=year&theme=CAP", "whether it is their main theme or not"),
        ("/compare/cell?issuer=XAA&theme=CAP", "A commitment counts under each of its themes, main or not."),
    ],
)
async def test_where_themes_are_counted_it_is_said_how(site, address, words):
    assert words in await text_of(site, address)


async def test_every_code_at_the_head_of_the_matrix_is_explained_in_words(site, sample):
    tree = html.fromstring((await site.get("/compare")).text)
    codes = tree.xpath("//thead//abbr")
    explained = dict(
        zip(
            tree.xpath("//dl[@class='c-codes']//dt/text()"),
            tree.xpath("//dl[@class='c-codes']//dd/text()"),
            strict=True,
        )
    )
    assert {code.text: code.get("title") for code in codes} == explained
    assert set(explained.items()) <= {(row["id"], row["label"]) for row in rows(sample, "select id, label from themes")}
    assert len(explained) >= 14


async def test_the_themes_of_an_element_are_named_in_words(site):
    tree = html.fromstring((await site.get("/guidelines/un-norms/d")).text)
    links = tree.xpath("//h2[.='How it is found']/following-sibling::p[1]/a[starts-with(@href, '/theme/')]/text()")
    assert links
    assert not [text for text in links if text.isupper()]


async def test_the_page_of_a_promise_of_several_themes_says_which_is_the_main_one(site, sample):
    row = rows(
        sample,
        "select commitments.id, label from commitments join themes on themes.id = commitments.theme_id"
        " join commitment_themes as listed on commitment_id = commitments.id group by 1 having count(*) > 1 order by 1 limit 1",
    )[0]
    assert re.search(rf"\|{re.escape(row['label'])} \(main\)", await cells_of(site, f"/commitment/{row['id']}"))


async def test_every_hit_leads_to_its_place_and_to_what_is_like_it(site):
    for hit in html.fromstring((await site.get("/search?q=training")).text).find_class("c-hit"):
        place, like = hit.find_class("c-why")[0].xpath("a/@href")
        page, anchor = urldefrag(place)
        text = html.fromstring((await site.get(page)).text)
        assert text.get_element_by_id(anchor) is not None
        assert (await site.get(f"/search{like}")).status_code == 200


async def test_every_passage_that_has_a_vector_leads_to_what_is_like_it(site, sample):
    tree = html.fromstring((await site.get("/document/xaa-2016-strategy")).text)
    links = {urlsplit(link.get("href")).query.removeprefix("like=") for link in tree.find_class("c-like")}
    shown = {element.get("id") for element in tree.find_class("c-text-body")[0].iter("p")}
    body = rows(
        sample, "select id from passages where document_id = 'xaa-2016-strategy' and role in ('paragraph', 'list_item')"
    )
    assert links == {row["id"] for row in body} & shown


async def test_what_is_like_nothing_is_not_found(site):
    assert (await site.get("/search?like=nothing")).status_code == 404


async def test_other_pages_answer_while_the_encoder_is_being_loaded(path):
    """A question waits for the encoder; the loop that serves everybody does not."""
    came, may_go = threading.Event(), threading.Event()

    def slow():
        came.set()
        assert may_go.wait(60), "nothing else was answered meanwhile"
        raise ModelError("The model is not installed.")

    site = served(path)
    await site.invoke_startup()
    routes._engines[str(path)] = Engine(path, encoder=LazyEncoder(slow))
    try:
        asked = asyncio.create_task(site.client.get("/search?q=training"))
        while not came.is_set() and not asked.done():
            await asyncio.sleep(0)
        assert (await site.client.get("/documents")).status_code == 200
        assert not asked.done()
        may_go.set()
        assert "Only words were searched" in (await asked).text
    finally:
        may_go.set()
        del routes._engines[str(path)]


async def test_a_database_that_takes_the_place_of_another_is_shown(path, tmp_path):
    target, newer = tmp_path / f"{NAME}.db", tmp_path / "newer.db"
    shutil.copy(path, target)
    shutil.copy(path, newer)
    site = served(target)
    await site.invoke_startup()
    assert "A Newer Title" not in (await site.client.get("/documents")).text
    with open_store(newer) as db:
        db.execute("update documents set title = 'A Newer Title' where id = 'xaa-2016-strategy'")
        db.conn.commit()
        leave_one_file(db)
    newer.replace(target)
    for address in (
        "/concord/documents.json",
        "/documents",
        "/search?q=training&mode=words&document=xaa-2016-strategy",
    ):
        assert "A Newer Title" in (await site.client.get(address)).text, address


def cut_short(path):
    """As while another file is being copied over it."""
    with path.open("r+b") as file:
        file.truncate(100_000)


def empty(path):
    """As when such copying has just begun."""
    with path.open("r+b") as file:
        file.truncate()


def no_database(path):
    """As when something else was copied over it."""
    path.write_bytes(b"This is no database. " * 10_000)


UNREADABLE = {"cut short": cut_short, "emptied": empty, "no database": no_database, "away": Path.unlink}


@pytest.mark.parametrize("harm", UNREADABLE)
@pytest.mark.parametrize("is_known", [True, False], ids=["seen before", "never seen"])
async def test_while_the_database_cannot_be_read_pages_say_when_to_come_again(copied, tmp_path, harm, is_known):
    whole = Path(shutil.copy(copied, tmp_path / "whole.db"))
    client = served(copied).client
    if is_known and harm != "away":  # what is open can still be read when its name is gone
        assert (await client.get("/documents")).status_code == 200
    UNREADABLE[harm](copied)
    for address in ("/", "/documents", "/search?q=training&mode=words", "/search?issuer=XAA", "/compare", "/quality"):
        response = await client.get(address)
        assert (response.status_code, response.headers.get("retry-after")) == (503, "10"), address
        assert "cannot be read at the moment" in response.text
        assert str(tmp_path) not in response.text
    listed = await client.get("/documents.csv")
    assert (listed.status_code, listed.json()["status"]) == (503, 503)
    shutil.copy(whole, copied)
    for address in ("/", "/documents", "/search?q=training&mode=words"):
        assert (await client.get(address)).status_code == 200, address


async def test_a_database_that_cannot_be_read_is_not_held_open_once_for_each_who_asks(copied, monkeypatch):
    def damaged(*_):
        raise UnreadableError("A page of it is damaged.")

    monkeypatch.setattr("pipeline.site.queries.documents", damaged)
    instance = served(copied)
    for _ in range(5):
        assert (await instance.client.get("/documents")).status_code == 503
    assert len(instance.databases[NAME]._all_file_connections) <= 1


async def test_a_database_that_is_locked_says_when_to_come_again(site, monkeypatch):
    def locked(*_):
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    monkeypatch.setattr("pipeline.search.engine.Shelf", locked)
    monkeypatch.setattr("pipeline.search.engine._details", locked)
    response = await site.get("/search?q=training&mode=words")
    assert (response.status_code, response.headers["retry-after"]) == (503, "10")


async def test_a_question_to_the_database_that_is_wrong_is_no_passing_fault():
    assert not is_unreadable(sqlite3.OperationalError("no such column: nothing"))
    assert not is_unreadable(ValueError("no such table: nothing"))


async def test_threads_take_turns_more_often_on_the_site_than_elsewhere(path):
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        await served(path).invoke_startup()
        assert sys.getswitchinterval() < 0.001
    finally:
        sys.setswitchinterval(before)


async def test_a_long_answer_is_made_while_others_are_answered(site, monkeypatch):
    """The loop that serves everybody goes on while the hits of somebody are written down."""
    came, may_go, made = threading.Event(), threading.Event(), []

    def slow(make):
        def wait(*args):
            came.set()
            assert may_go.wait(60), "nothing else was answered meanwhile"
            made.append(1)
            return make(*args)

        return wait

    for name, address in (("hits_in_json", "/search.json?issuer=XAA"), ("hits", "/search.csv?issuer=XAA")):
        came.clear()
        may_go.clear()
        monkeypatch.setattr(f"pipeline.site.lists.{name}", slow(getattr(lists, name)))
        asked = asyncio.create_task(site.get(address))
        while not came.is_set() and not asked.done():
            await asyncio.sleep(0)
        assert (await site.get("/documents")).status_code == 200
        assert not asked.done()
        may_go.set()
        assert (await asked).status_code == 200
    assert len(made) == 2


KEPT = [
    "/", "/compare", "/compare?by=year", "/compare?issuer=XAA&issuer=XBB", "/compare?issuer=XMG&members=1", "/documents", "/theme/CAP",
    "/issuer/XAA", "/guidelines/un-norms", "/guidelines/un-norms?by=document", "/search?issuer=XAA", "/editions/xaa-strategy",
]  # fmt: skip
"""Pages whose answers are kept while the database does not change, each of which names Arvenia or a text of it."""


@pytest.fixture
def copied(path, tmp_path):
    """A copy of the sample's database under its name, to be edited while it is served."""
    return Path(shutil.copy(path, tmp_path / f"{NAME}.db"))


def rename(copied):
    """Give Arvenia and a text of it other names, as somebody does who edits the database by hand."""
    with open_store(copied) as db, db.atomic():
        db.execute("update issuers set name = 'New Arvenia' where id = 'XAA'")
        db.execute("update documents set title = 'New Arvenia' where id = 'xaa-2016-strategy'")
    with open_store(copied) as db:
        leave_one_file(db)


@pytest.mark.parametrize("address", KEPT)
async def test_a_page_is_made_anew_when_the_database_was_edited(copied, address):
    client = served(copied).client
    assert "New Arvenia" not in (await client.get(address)).text
    rename(copied)
    assert "New Arvenia" in (await client.get(address)).text


async def test_a_page_is_made_anew_when_a_writer_keeps_the_database_open(copied):
    client = served(copied).client
    with open_store(copied) as db:
        for name in ("Old Arvenia", "New Arvenia"):  # of one length, written to the same place
            with db.atomic():
                db.execute("update issuers set name = ? where id = 'XAA'", [name])
            db.execute("pragma wal_checkpoint(restart)").fetchall()
            assert name in (await client.get("/compare")).text


async def test_the_matrix_is_counted_once_while_nothing_changes(copied, monkeypatch):
    client = served(copied).client
    first = (await client.get("/compare")).text
    monkeypatch.setattr("pipeline.site.queries.everybody", lambda *_, **__: pytest.fail("it was counted again"))
    assert (await client.get("/compare")).text == first


async def test_what_was_asked_while_another_database_came_is_forgotten(copied, tmp_path, monkeypatch):
    """The old file is still open in the threads that answer when the new one has its name already."""
    client = served(copied).client
    await client.get("/documents")
    newer = Path(shutil.copy(copied, tmp_path / "newer.db"))
    rename(newer)

    def late(path):
        if newer.exists():
            newer.replace(path)
        return stamp(path)

    monkeypatch.setattr("pipeline.site.routes.stamp", late)
    assert "New Arvenia" not in (await client.get("/documents")).text
    assert "New Arvenia" in (await client.get("/documents")).text


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


@pytest.mark.parametrize("address", ["/search?q=training", "/document/xaa-2016-strategy", "/compare", "/problems"])
async def test_no_script_runs_on_a_page_that_shows_what_documents_say(site, address):
    response = await site.get(address)
    assert "script-src 'none'" in response.headers["content-security-policy"]
    assert "<script" not in response.text


@pytest.mark.parametrize("address", ["/", "/concord/commitments", "/concord/commitments.json", "/document/nobody"])
async def test_every_answer_says_what_a_browser_may_do_with_it(site, address):
    headers = (await site.get(address)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


async def test_a_header_is_sent_once(site):
    assert len((await site.get("/problems")).headers.get_list("content-security-policy")) == 1


def boxes_drawn(tree, kind):
    """The boxes of a kind that a page draws, as (x, y, width, height)."""
    drawn = tree.xpath(f"//svg//rect[@class='{kind}']")
    return [tuple(float(box.get(name)) for name in ("x", "y", "width", "height")) for box in drawn]


async def test_the_lines_of_a_quote_are_drawn_on_an_outline_of_its_page(site, sample):
    row = rows(
        sample,
        "select commitments.* from commitments join passages on passages.id = passage_id where commitments.document_id = 'xaa-2016-strategy'"
        " and passages.page = page_last order by length(quote) desc limit 1",
    )[0]
    boxes = load_boxes(sample, row["passage_id"], row["start"], row["end"])
    height = rows(sample, "select height from pages where document_id = 'xaa-2016-strategy' and number = 2")[0][
        "height"
    ]
    tree = html.fromstring((await site.get(f"/commitment/{row['id']}")).text)
    assert boxes_drawn(tree, "quote") == [
        pytest.approx((box.left, height - box.top, box.right - box.left, box.top - box.bottom), abs=0.06)
        for box in boxes
    ]
    assert len(boxes_drawn(tree, "line")) > len(boxes) > 1


async def test_a_text_without_pages_has_no_outline_of_one(site, sample):
    row = rows(
        sample,
        "select commitments.id from commitments join documents on documents.id = document_id where not is_paged limit 1",
    )[0]
    assert (await site.get(f"/commitment/{row['id']}")).text.count("<svg") == 0


async def test_what_was_read_from_a_picture_says_so(path, tmp_path, sample):
    row = rows(sample, "select id, passage_id from commitments where document_id = 'xaa-2016-strategy' limit 1")[0]
    target = tmp_path / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        db.execute("update passages set is_ocr = 1 where id = ?", [row["passage_id"]])
    client = served(target).client
    assert "A machine made out its letters" in await text_of(client, f"/commitment/{row['id']}", "c-note")
    tree = html.fromstring((await client.get(f"/document/xaa-2016-strategy?passage={row['passage_id']}")).text)
    assert [one.getparent().get("id") for one in tree.xpath("//span[text()='read from a picture']")] == [
        row["passage_id"]
    ]


def cited_of(sample, document):
    """The address of a commitment of a document, and its quote."""
    row = rows(sample, "select id, quote from commitments where document_id = ? order by id limit 1", [document])[0]
    return f"/commitment/{row['id']}", row["quote"]


@pytest.mark.parametrize("ending", FORMS)
async def test_a_citation_is_a_file_to_take_away_in_every_form(site, sample, ending):
    address, _ = cited_of(sample, "xaa-2016-strategy")
    response = await site.get(f"{address}.{ending}")
    name = f"xaa-2016-strategy-{address.rpartition('/')[2]}.{ending}"
    assert response.headers["content-type"] == f"{FORMS[ending].content_type}; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("address", ["", "/document/xaa-2016-strategy", "/document/xaa-xbb-2019-statement"])
async def test_the_page_shows_and_links_what_there_is_to_take_away(site, sample, address):
    address = address or cited_of(sample, "xaa-2016-strategy")[0]
    tree = html.fromstring((await site.get(address)).text)
    links = tree.xpath("//p[@class='c-take']/a/@href")
    assert links == [f"{address}.{ending}" for ending in FORMS]
    files = [(await site.get(link)).text for link in links]
    shown = [tree.find_class("c-cite")[0], *tree.xpath("//details[@class='c-source']/pre[@id]")]
    assert ["".join(one.itertext()).split() for one in shown] == [file.split() for file in files]


async def test_a_commitment_is_cited_with_its_issuer_body_title_day_page_and_permalink(site, sample):
    address, quote = cited_of(sample, "xaa-2016-strategy")
    (cited,) = (await site.get(f"{address}.json", headers=ABROAD)).json()
    row = rows(
        sample,
        "select label from commitments join pages on number = page and pages.document_id = commitments.document_id"
        " where commitments.id = ?",
        [address.rpartition("/")[2]],
    )[0]
    assert (cited["author"], cited["publisher"]) == ([{"literal": "Arvenia"}], "Ministry of Digital Affairs")
    assert (cited["issued"], cited["genre"]) == ({"date-parts": [[2016, 11, 15]]}, "National strategy")
    assert (cited["page"], cited["URL"], cited["annote"]) == (row["label"], f"http://concord.example{address}", quote)
    assert abs(date(*cited["accessed"]["date-parts"][0]) - datetime.now(UTC).date()) <= timedelta(days=1)


async def test_a_promise_in_a_text_without_pages_is_cited_without_a_page(site, sample):
    address, _ = cited_of(sample, "xmg-2017-declaration")
    assert "page" not in (await site.get(f"{address}.json")).json()[0]


async def test_all_who_signed_are_authors_also_of_a_promise_that_binds_one_of_them(path, sample, tmp_path):
    address, _ = cited_of(sample, "xaa-xbb-2019-statement")
    shutil.copy(path, tmp_path / f"{NAME}.db")
    with open_store(tmp_path / f"{NAME}.db") as db:
        db.execute("update commitments set issuer_id = 'XBB' where id = ?", [address.rpartition("/")[2]])
        db.conn.commit()
    (cited,) = (await served(tmp_path / f"{NAME}.db").client.get(f"{address}.json")).json()
    assert cited["author"] == [{"literal": "Arvenia"}, {"literal": "Belmora"}]


async def test_a_text_of_nobody_is_cited_without_an_author(path, tmp_path):
    shutil.copy(path, tmp_path / f"{NAME}.db")
    with open_store(tmp_path / f"{NAME}.db") as db:
        db.execute("update documents set issuer_id = null, body = '', published_on = '', year = null")
        db.conn.commit()
    response = await served(tmp_path / f"{NAME}.db").client.get("/document/xaa-2016-strategy.txt")
    assert response.text.startswith(
        "A Confident Digital Arvenia: National Cyber Security Strategy 2017–2020 (no date)."
    )


async def test_a_permalink_holds_the_prefix_under_which_the_site_is_served(path):
    client = Datasette([str(path)], settings={"base_url": "/prefix/"}).client
    text = (await client.get("/document/xaa-2016-strategy.txt", headers=ABROAD)).text
    assert "http://concord.example/prefix/document/xaa-2016-strategy (accessed" in text


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8001", "127.0.0.1:8001", "[::1]:8001", "0.0.0.0", "a.localhost"]
)
async def test_an_address_that_only_the_readers_machine_can_open_is_cited_nowhere(site, host):
    for ending in FORMS:
        text = (await site.get(f"/document/xaa-2016-strategy.{ending}", headers={"host": host})).text
        assert "document/xaa-2016-strategy" not in text


async def test_a_page_says_that_its_address_is_not_cited_where_nobody_else_can_open_it(site):
    told = "only your own machine can open"
    assert told in (await site.get("/document/xaa-2016-strategy")).text
    assert told not in (await site.get("/document/xaa-2016-strategy", headers=ABROAD)).text


async def test_the_address_that_the_publisher_gives_is_cited_wherever_it_was_asked(path):
    told = {**DESCRIBED, "plugins": {"cyber-concord": {"public_url": "https://x.org/texts/"}}}
    more = {"config": told} if IS_NEW else {}
    client = Datasette([str(path)], metadata=told, settings={"base_url": "/inside/"}, **more).client
    text = (await client.get("/document/xaa-2016-strategy.txt")).text
    assert "https://x.org/texts/document/xaa-2016-strategy (accessed" in text
    assert (await client.get("/openapi.json")).json()["servers"] == [{"url": "https://x.org/texts"}]


@pytest.mark.parametrize("wrong", ["x.org", "ftp://x.org/", "https://x.org/?a=b", "https://", ["https://x.org"]])
async def test_a_public_address_that_is_none_keeps_the_site_from_starting(path, wrong):
    told = {**DESCRIBED, "plugins": {"cyber-concord": {"public_url": wrong}}}
    with pytest.raises(StartupError, match="has to be an address such as"):
        await Datasette([str(path)], metadata=told, **({"config": told} if IS_NEW else {})).invoke_startup()


async def test_the_address_of_the_host_cannot_break_out_of_a_citation(site):
    for ending in ("", *(f".{ending}" for ending in FORMS)):
        address = f"/document/xaa-2016-strategy{ending}"
        text = (await site.get(address, headers={"host": 'x"><script>alert(1)</script>},b={c'})).text
        assert "<script>alert" not in text
        assert "b={c" not in text


@pytest.mark.parametrize("address", ["/commitment/none.bib", "/document/none.ris", "/document/xaa-2016-strategy.xml"])
async def test_there_is_no_citation_of_what_is_not_there(site, address):
    assert (await site.get(address)).status_code == 404


@pytest.fixture(scope="module")
def troubled(path, tmp_path_factory):
    """A client for a database with problems of many kinds."""
    target = tmp_path_factory.mktemp("troubled") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        db.execute("delete from problems")
        for page in (2, 3, 4, 9):
            problem = DocumentProblem("needs_ocr", "It is a picture.", remedy="Read it.", page=page)
            db.execute("update documents set status = 'partly read' where id = 'xaa-2016-strategy'")
            write_problems(db, f"reading {page}", "xaa-2016-strategy", [problem], is_failure=False)
        for document, status, helps in (
            ("xbb-2018-strategy", "not read", "Open it."),
            ("xmg-2017-declaration", "read", "Take it."),
        ):
            db.execute("update documents set status = ? where id = ?", [status, document])
            write_problems(
                db, "pages", document, [DocumentProblem("encrypted", "It is locked.", remedy=helps)], is_failure=True
            )
        db.execute("update documents set status = 'waiting' where id = 'xaa-2021-strategy'")
        db.conn.commit()
    return served(target).client


async def test_problems_stand_under_their_kind_what_kept_a_document_from_being_read_first(troubled):
    tree = html.fromstring((await troubled.get("/problems")).text)
    assert tree.xpath("//h2/@id") == ["encrypted", "needs_ocr", "waiting"]
    assert tree.xpath("//main//nav//a/@href") == ["#encrypted", "#needs_ocr"]
    assert "The file asks for a password 2 documents, 1 not read" in await text_of(troubled, "/problems")


async def test_empty_pages_stand_behind_what_was_surely_not_read(db):
    for document, kind in (("a-1", "blank"), ("b-1", "blank"), ("c-1", "needs_ocr")):
        plant_document(db, document)
        write_problems(db, "pages", document, [DocumentProblem(kind, "Of it.", page=2)], is_failure=False)
    assert [group.kind for group in problems(db)["groups"]] == ["needs_ocr", "blank"]


async def test_pages_of_a_document_with_one_problem_stand_in_one_line(troubled):
    cells = await cells_of(troubled, "/problems")
    assert "A Confident Digital Arvenia: National Cyber Security Strategy 2017–2020 Arvenia , 2016|partly read|2 to 4 , 9|It is a picture." in cells  # fmt: skip


async def test_what_helps_is_said_once_when_it_is_one_thing_and_in_each_line_when_not(troubled):
    text = await text_of(troubled, "/problems")
    assert text.count("Read it.") == text.count("Open it.") == text.count("Take it.") == 1
    assert "What helps: Read it." in text


async def test_a_document_of_which_an_earlier_file_was_read_is_not_called_unread(troubled):
    assert "|read before|It is locked.|Take it." in await cells_of(troubled, "/problems")


async def test_problems_lead_to_their_documents_and_those_that_wait_are_named(troubled):
    tree = html.fromstring((await troubled.get("/problems")).text)
    linked = set(tree.xpath("//main//a/@href"))
    assert {f"/document/{name}" for name in ("xaa-2016-strategy", "xbb-2018-strategy", "xaa-2021-strategy")} <= linked


async def test_problems_say_how_much_was_read(troubled, sample):
    documents = rows(sample, "select count(*) as n from documents")[0]["n"]
    numbers = await text_of(troubled, "/problems", "c-numbers")
    assert f"of {documents} documents read whole" in numbers
    assert "2 read in part" in numbers
    assert "1 not read" in numbers
    assert "1 waiting to be read" in numbers


@pytest.mark.parametrize("address", ["/", "/quality", "/commitment/none"])
async def test_what_was_not_read_is_one_step_away(site, address):
    tree = html.fromstring((await site.get(address)).text)
    assert "/problems" in tree.xpath("//nav//a/@href")


@pytest.mark.parametrize("address", ["/", "/quality"])
async def test_home_and_quality_lead_to_what_was_not_read_in_words(site, address):
    assert "/problems" in html.fromstring((await site.get(address)).text).xpath("//main//a/@href")


@pytest.fixture(scope="module")
def retired(path, tmp_path_factory):
    """A client for a database from which a row of each kind went, with the addresses that these had."""
    target = tmp_path_factory.mktemp("retired") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        commitment = rows(db, "select id from commitments where document_id = 'xaa-2016-strategy' order by id limit 1")
        subtheme = rows(db, "select id from subthemes order by id limit 1")[0]
        db.execute("insert into themes (id, label, definition, position) values ('OLD', '', '', 99)")
        db.execute("insert into issuers (id, name, kind) values ('XZZ', '', 'state')")
        for name, gone in (
            ("commitments", commitment[0]["id"]), ("documents", "xbb-2018-strategy"), ("themes", "OLD"),
            ("issuers", "XZZ"), ("subthemes", subtheme["id"]), ("guidelines", "example"),
        ):  # fmt: skip
            label = RETIRING[name][1]
            db.execute(f'update {name} set "{label}" = ? || "{label}" where id = ?', [HOSTILE, gone])
            db.execute(f"delete from {name} where id = ?", [gone])
        db.execute("update retired set retired_at = '2031-02-03T04:05:06Z'")
        db.conn.commit()
    return served(target).client, {
        "commitment": f"/commitment/{commitment[0]['id']}", "document": "/document/xbb-2018-strategy", "theme": "/theme/OLD",
        "sub-theme": f"/subtheme/{subtheme['id']}", "issuer": "/issuer/XZZ",
        "guideline": "/guidelines/example",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind, *_ in RETIRING.values()])
async def test_an_address_of_what_went_says_what_it_was_and_when_it_went(retired, kind):
    client, gone = retired
    response = await client.get(gone[kind])
    assert response.status_code == 404
    assert f"There is no such {kind} any more. Until 2031-02-03 this address led to the {kind}:" in await text_of(
        client, gone[kind]
    )
    assert html.fromstring(response.text).find_class("c-main-quote")[0].text_content().strip().startswith(HOSTILE)


@pytest.mark.parametrize("kind", [kind for kind, *_ in RETIRING.values()])
async def test_an_address_of_what_went_leads_to_a_search_for_its_words(retired, kind):
    client, gone = retired
    tree = html.fromstring((await client.get(gone[kind])).text)
    link = tree.xpath("//main//a[starts-with(@href, '/search?q=')]/@href")[0]
    assert link.startswith("/search?q=script+alert+x+script+7+7")  # the words of HOSTILE
    assert (await client.get(link)).status_code == 200
    assert tree.xpath("//main//form/@action") == ["/search"]


async def test_what_a_promise_that_went_was_cannot_run_in_the_page(retired):
    client, gone = retired
    for address in gone.values():
        text = (await client.get(address)).text
        assert "<script>alert" not in text
        assert "&amp;49" not in text


async def test_a_promise_that_went_leads_to_its_document_while_that_is_here(retired):
    client, gone = retired
    links = html.fromstring((await client.get(gone["commitment"])).text).xpath("//main//a/@href")
    assert "/document/xaa-2016-strategy" in links


async def test_the_json_of_an_address_of_what_went_says_so_too(retired):
    client, gone = retired
    response = await client.get(f"{gone['commitment']}.json")
    told = response.json()
    assert (response.status_code, told["ok"], told["retired"]["kind"]) == (404, False, "commitment")
    assert told["retired"]["retired_at"] == "2031-02-03T04:05:06Z"


@pytest.mark.parametrize("address", ["/document/none", "/commitment/none", "/theme/NONE", "/subtheme/none", "/issuer/NONE"])  # fmt: skip
async def test_an_address_of_which_nothing_is_known_says_so_and_leads_to_search(site, address):
    text = await text_of(site, address)
    assert "The address is of something that is not in this database" in text
    assert "/search" in html.fromstring((await site.get(address)).text).xpath("//main//a/@href")


@pytest.fixture(scope="module")
def regrouped(path, tmp_path_factory):
    """A client for a database in which a sub-theme went into another, with the ids of both; a person named the other."""
    target = tmp_path_factory.mktemp("regrouped") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        left, heir = [
            row["id"] for row in rows(db, "select id from subthemes where theme_id = 'CAP' order by id limit 2")
        ]
        db.execute("update subthemes set label = ? where id = ?", [HOSTILE, left])
        give_name(db, heir, HOSTILE.replace("\n", ""))
        db.execute("update commitments set subtheme_id = ? where subtheme_id = ?", [heir, left])
        db.execute("delete from subthemes where id = ?", [left])
        change = {
            "theme_id": "CAP",
            "before": 4,
            "after": 0,
            "shared": 4,
            "label": HOSTILE,
            "changed_at": "2031-02-03T04:05:06Z",
        }
        table(db, "subtheme_lineage").insert(
            {"change": 2, "subtheme_id": left, "event": "merged", "other_id": heir, **change}
        )
        db.conn.commit()
    return served(target).client, left, heir


async def test_the_address_of_a_subtheme_that_went_into_another_leads_there(regrouped):
    client, left, heir = regrouped
    response = await client.get(f"/subtheme/{left}")
    assert (response.status_code, response.headers["location"]) == (302, f"/subtheme/{heir}?was={left}")
    assert "The address that you followed was of the sub-theme" in await text_of(client, response.headers["location"])


async def test_a_subtheme_tells_what_went_into_it_and_who_named_it(regrouped):
    client, _, heir = regrouped
    text = await text_of(client, f"/subtheme/{heir}")
    assert "2031-02-03" in text
    assert "went into it, with 4 of 4 commitments" in text
    assert "named by a person" in text


async def test_names_of_subthemes_cannot_run_in_the_page(regrouped):
    client, left, heir = regrouped
    assert "<script>alert" not in (await client.get(f"/subtheme/{heir}?was={left}")).text


async def a_subtheme(sample):
    """The largest sub-theme of the sample."""
    return rows(sample, "select * from subthemes order by commitments desc, id limit 1")[0]


async def test_a_sub_theme_has_a_page_under_its_name_that_leads_to_its_theme(site, sample):
    subtheme = await a_subtheme(sample)
    tree = html.fromstring((await site.get(f"/subtheme/{subtheme['id']}")).text)
    assert tree.xpath("//main//h1/text() | //h1[not(ancestor::header)]/text()")[0] == subtheme["label"]
    assert tree.xpath("//p[@class='c-kicker']/a/@href") == [f"/theme/{subtheme['theme_id']}"]
    assert tree.xpath("//article//blockquote//a/@href")[0] == f"/commitment/{subtheme['representative_id']}"


async def test_who_commits_to_a_sub_theme_has_as_many_as_the_quotes_behind_it(site, sample):
    subtheme = await a_subtheme(sample)
    tree = html.fromstring((await site.get(f"/subtheme/{subtheme['id']}")).text)
    cells = tree.xpath("//h2[@id='who']/following-sibling::table[1]//td/a")
    assert len(cells) > 1
    for cell in cells:
        quotes = html.fromstring((await site.get(cell.get("href"))).text).xpath("//main//article | //article")
        assert len(quotes) == int(cell.text_content())


async def test_a_sub_theme_says_for_the_length_of_its_texts_how_much_an_issuer_promises(site, sample):
    text = await text_of(site, f"/subtheme/{(await a_subtheme(sample))['id']}")
    assert re.search(r"; [\d.]+ in 1,000 sentences", text)


async def test_how_firm_the_promises_of_a_sub_theme_are_adds_up_to_all_of_them(site, sample):
    subtheme = await a_subtheme(sample)
    tree = html.fromstring((await site.get(f"/subtheme/{subtheme['id']}")).text)
    counts = tree.xpath("//h2[@id='firmness']/following-sibling::table[1]//td/a")
    assert sum(int(one.text_content()) for one in counts) == subtheme["commitments"]


@pytest.mark.parametrize("kind", ["theme", "subtheme"])
async def test_distinctive_words_lead_to_promises_that_hold_them(site, sample, kind):
    name = {"theme": "CAP", "subtheme": (await a_subtheme(sample))["id"]}[kind]
    terms = rows(sample, f"select terms from {kind}s where id = ?", [name])[0]["terms"].split(", ")
    links = html.fromstring((await site.get(f"/{kind}/{name}")).text).xpath("//ul[@class='c-words']/li/a")
    assert [link.text for link in links] == terms
    for link in links:
        assert int(re.search(r"in (\d+) commitment", link.getnext().text)[1]) > 0
        assert (await site.get(link.get("href").replace("/search?", "/search.json?"))).json()["total"] > 0


async def test_a_sub_theme_has_a_picture_of_its_own_promises(site, sample):
    subtheme = await a_subtheme(sample)
    page, response = await site.get(f"/subtheme/{subtheme['id']}"), await site.get(f"/subtheme/{subtheme['id']}.svg")
    assert f'src="/subtheme/{subtheme["id"]}.svg"' in page.text
    assert response.headers["content-type"].startswith("image/svg+xml")
    assert response.text != (await site.get(f"/theme/{subtheme['theme_id']}.svg")).text


@pytest.mark.parametrize(("address", "column"), [("/theme/CAP", "theme_id"), ("/subtheme/{}", "subtheme_id")])
async def test_a_page_shows_and_offers_what_is_due_as_its_form_asks(site, sample, address, column):
    found = rows(
        sample,
        f"select {column} as id, count(*) as n from commitments where deadline_to between '2019-01-01' and '2020-12-31'"
        " and theme_id = 'CAP' group by 1 order by 2 desc, 1 limit 1",
    )[0]
    tree = html.fromstring((await site.get(f"{address.format(found['id'])}?due_from=2019&due_to=2020")).text)
    assert len(tree.xpath("//h2[@id='quotes']/following-sibling::article")) == found["n"]
    offered = tree.xpath("//p[contains(@class, 'c-whole')]/a/@href")
    assert len(offered) == 3
    assert all(link.endswith("?due_from=2019&due_to=2020") for link in offered)
    assert (await site.get(next(link for link in offered if ".json" in link))).json()["count"] == found["n"]
    assert tree.xpath("//input[@name='due_from']/@value") == ["2019"]


@pytest.mark.parametrize("address", ["/issuer/XAA", "/document/xaa-2016-strategy"])
async def test_what_is_due_of_an_issuer_or_a_document_is_asked_of_the_search(site, address):
    form = html.fromstring((await site.get(address)).text).xpath("//form[.//input[@name='due_from']]")[0]
    hidden = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
    found = (
        await site.get(
            f"{form.get('action')}.json", params={**hidden, "due_from": "2019", "due_to": "2020", "most": 500}
        )
    ).json()
    listed = (await site.get(f"{address}/commitments.json?due_from=2019&due_to=2020")).json()
    assert {hit["id"] for hit in found["hits"]} == {row["id"] for row in listed["rows"]} != set()


async def test_a_theme_says_who_was_first_and_who_followed_year_by_year(site, sample):
    tree = html.fromstring((await site.get("/theme/CAP")).text)
    years = [int(cell.text) for cell in tree.xpath("//table[contains(@class, 'c-years')]//tbody//th")]
    told = rows(sample, "select distinct year from commitments where theme_id = 'CAP' order by 1")
    assert years == [row["year"] for row in told]
    section = tree.xpath("//h2[@id='since']/following-sibling::article[1]")[0].text_content()
    assert f"({years[0]})" in section


async def test_an_issuer_is_new_on_a_theme_in_one_year_alone_and_signatories_count_each(site, sample):
    tree = html.fromstring((await site.get("/theme/CAP")).text)
    links = tree.xpath("//table[contains(@class, 'c-years')]//td//a/text()")
    assert len(links) == len(set(links)) > 3
    assert not any(" and " in name for name in links)


async def test_a_promise_says_by_what_means_it_is_kept_and_how_far_it_reaches(site, sample):
    found = rows(sample, "select commitment_id as id, value, cue from facets where facet = 'instrument' and is_main order by 1 limit 1")[0]  # fmt: skip
    tree = html.fromstring((await site.get(f"/commitment/{found['id']}")).text)
    parts = {term.text: term.getnext().text_content() for term in tree.xpath("//dl[@class='c-parts']/dt")}
    assert parts["instrument"].startswith(f"{found['value']}, by “{found['cue']}”")
    assert parts["scope"].partition(",")[0].partition(";")[0] in ("domestic", "bilateral", "regional", "global")


async def test_a_theme_counts_its_facets_and_each_leads_to_those_promises(site, sample):
    tree = html.fromstring((await site.get("/theme/CAP")).text)
    link = next(one for one in tree.xpath("//h2[@id='facets']/following-sibling::dl[1]//a") if "scope=domestic" in one.get("href"))  # fmt: skip
    listed = (await site.get(link.get("href").replace("/commitments?", "/commitments.json?"))).json()
    told = rows(sample, "select count(*) as n from commitments where theme_id = 'CAP' and scope = 'domestic'")[0]["n"]
    assert listed["filtered_table_rows_count"] == int(link.tail.strip(" ,\n")) == told


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
    assert found == {**DESCRIBED, "databases": {"my": DESCRIBED["databases"][NAME]}}


async def test_the_metadata_of_a_database_called_concord_is_the_file_itself(tmp_path):
    assert metadata_for(tmp_path / "concord.db", tmp_path) == bundled("datasette_metadata.json")


async def test_the_metadata_of_a_site_with_a_public_address_says_it(tmp_path):
    found = json.loads(metadata_for(tmp_path / "concord.db", tmp_path, "https://x.org/").read_text("utf-8"))
    assert found == {**DESCRIBED, "plugins": {"cyber-concord": {"public_url": "https://x.org/"}}}


async def test_the_command_that_serves_names_the_database_the_metadata_and_every_setting():
    words = command(Path("/x/my.db"), Path("/x/metadata.json"), host="127.0.0.1", port=8001)
    assert words[1:7] == ["-m", "datasette", "serve", "/x/my.db", "--metadata", "/x/metadata.json"]
    assert all(name in words for name in SETTINGS)


async def test_a_database_that_nobody_can_write_to_is_served_as_immutable(tmp_path, monkeypatch):
    (tmp_path / "my.db").touch()
    monkeypatch.setattr("pipeline.store.os.access", lambda *_: False)
    words = command(tmp_path / "my.db", Path("/x/metadata.json"), host="127.0.0.1", port=8001)
    assert words[3:6] == ["serve", "--immutable", str(tmp_path / "my.db")]


async def test_what_does_not_come_with_concord_is_an_error_that_says_what_to_do():
    with pytest.raises(SettingsError, match="pip install --force-reinstall cyber-concord"):
        bundled("no-such-file")


async def test_marks_are_put_around_escaped_text():
    assert marked("a < b & c", [(0, 1), (4, 5)]) == "<mark>a</mark> &lt; <mark>b</mark> &amp; c"


async def test_the_codes_in_a_text_are_explained_and_escaped():
    labels = {"CI": "Critical & <b>"}
    assert codes_in("CI, not CIA; CI.", labels) == [("CI", "Critical & <b>")]
    assert coded("<i> CI", labels) == '&lt;i&gt; <abbr title="Critical &amp; &lt;b&gt;">CI</abbr>'


async def test_the_codes_where_a_theme_ends_are_said_in_words(site):
    tree = html.fromstring((await site.get("/theme/CRIME")).text)
    named = tree.xpath("//strong[.='Where it ends:']/..//abbr")
    assert {one.text for one in named} == {"CRIME", "CAP", "DEF", "INTL", "INC"}
    assert [one.get("title") for one in named] == tree.xpath("//dl[@class='c-codes']//dd/text()")


async def test_what_is_marked_is_escaped_too():
    assert marked("<b>", [(0, 3)]) == "<mark>&lt;b&gt;</mark>"


async def test_marks_that_overlap_are_put_once():
    assert marked("abcd", [(0, 3), (1, 4)]) == "<mark>abc</mark>d"


async def test_a_number_is_shown_in_groups_of_three():
    assert (number(1234567), number(None)) == ("1,234,567", "")


async def test_a_page_is_called_what_is_printed_on_it_and_where_the_file_has_it_when_that_differs():
    row = {"page": 44, "page_label": "41", "is_paged": 1}
    assert page(row) == "p. 41 (page 44 of the file)"
    assert (page({**row, "page_label": "44"}), page({**row, "page_label": ""}), page({**row, "is_paged": 0})) == (
        "p. 44",
        "p. 44",
        "",
    )


async def test_a_commitment_says_on_which_page_of_the_file_it_stands_and_is_cited_by_what_is_printed(copied, sample):
    address, _ = cited_of(sample, "xaa-2016-strategy")
    with open_store(copied) as db:
        db.execute("update pages set label = number + 40")
    client = served(copied).client
    tree = html.fromstring((await client.get(address)).text)
    places = [
        tree.find_class("c-kicker")[0],
        tree.xpath("//a[starts-with(., 'Read it in')]")[0],
        tree.xpath("//figcaption")[0],
    ]
    assert all(re.search(r"p\. 4\d \(page \d of the file\)", place.text_content()) for place in places)
    assert "of the file" not in (await client.get(f"{address}.txt")).text


async def test_a_count_has_its_noun_in_the_right_number():
    assert (plural(1, "time"), plural(2, "time"), plural(0, "match", "matches")) == ("1 time", "2 times", "0 matches")


async def test_only_all_of_a_hundred_is_a_hundred():
    assert [hundredths(value) for value in (1, 0.999, 0.835, 0.001, 0)] == [100, 99, 84, 1, 0]


async def test_only_one_is_printed_as_one_and_what_is_small_has_a_digit_more():
    assert [decimal(value) for value in (1, 0.999, 0.835, 0.018, -0.2)] == ["1.00", "0.99", "0.83", "0.018", "-0.20"]


async def test_a_machine_is_never_quite_sure():
    assert [sure(value) for value in (1, 0.934, 0)] == [
        "99\u00a0%\u00a0sure",
        "93\u00a0%\u00a0sure",
        "1\u00a0%\u00a0sure",
    ]


async def test_a_state_with_a_document_stands_on_the_map_with_its_number(path, tmp_path):
    shutil.copy(path, tmp_path / f"{NAME}.db")
    with open_store(tmp_path / f"{NAME}.db") as db:
        db.execute("insert or ignore into issuers (id, name, kind) values ('ISL', 'Iceland', 'state')")
        db.execute("update documents set issuer_id = 'ISL' where id = 'xaa-2016-strategy'")
        db.conn.commit()
    tree = html.fromstring((await served(tmp_path / f"{NAME}.db").client.get("/")).text)
    squares = tree.xpath("//*[contains(@class, 'c-world')]//a")
    assert [(one.get("href"), " ".join(one.text_content().split())) for one in squares] == [
        ("/issuer/ISL", "ISLIceland: 1 document")
    ]


async def test_states_that_the_map_has_no_place_for_are_listed(site):
    text = await text_of(site, "/")
    assert "Arvenia (" in text.partition("Documents by state")[2].partition("Issuers")[0]


async def test_every_square_of_the_map_is_a_state_and_no_state_has_two():
    lines = [line.split() for line in WORLD.read_text("utf-8").splitlines() if not line.startswith("#")]
    codes = [code for line in lines for code in line if code != "..."]
    assert len({len(line) for line in lines}) == 1
    assert len(codes) == len(set(codes)) == len(places())
    assert [code for code in codes if not re.fullmatch("[A-Z]{3}", code)] == []


async def test_the_years_of_documents_stand_in_a_table_as_well(site, sample):
    tree = html.fromstring((await site.get("/")).text)
    cells = tree.xpath("//details[contains(@class, 'c-as-table')]//tbody//td/text()")
    assert sum(int(cell) for cell in cells) == rows(sample, "select count(year) as n from documents")[0]["n"]


async def test_the_table_beside_a_picture_counts_every_dated_commitment_of_the_theme(site, sample):
    tree = html.fromstring((await site.get("/theme/CAP")).text)
    cells = tree.xpath("//figure//tbody//td[@class='num']/text()")
    wanted = rows(sample, "select count(*) as n from commitments where theme_id = 'CAP' and year is not null and issuer_id is not null")  # fmt: skip
    assert sum(int(cell) for cell in cells) == wanted[0]["n"]


async def test_a_picture_is_an_image_in_which_no_script_runs(site):
    response = await site.get("/theme/CAP.svg")
    assert response.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert "script-src 'none'" in response.headers["content-security-policy"]
    assert "Arvenia" in response.text
    assert "<script" not in response.text


async def test_no_picture_of_a_theme_without_commitments_is_drawn(site):
    assert (await site.get("/theme/NONE.svg")).status_code == 404


async def test_who_asks_for_subthemes_of_no_theme_is_told_to_choose_one(site):
    answer = await site.get("/compare?issuer=XAA&issuer=XBB&theme=&by=subtheme")
    assert (answer.status_code, "choose a theme as well" in answer.text) == (200, True)


async def test_an_issuer_that_issued_nothing_is_not_taken_for_everybody(site):
    assert (await site.get("/compare?issuer=XQQ")).status_code == 404


@pytest.mark.parametrize(
    ("note", "sides", "agree", "differ"),
    [
        ("", (("Undertaking", ""), ("Undertaking", "")), [], []),
        ("act: put / build; target: skills", (("Undertaking", ""), ("Undertaking", "")), ["target: skills"], ["act: put / build"]),
        ("act: implemented / implement", (("Undertaking", "by 2016"), ("Aspiration", "")), ["act: implement"], ["bindingness: undertaking / aspiration", "deadline: by 2016 / none"]),
        ("bindingness: undertaking → aspiration", (("Undertaking", "By 2016"), ("Aspiration", "by 2016")), [], ["bindingness: undertaking → aspiration"]),
    ],
)  # fmt: skip
async def test_in_what_two_promises_differ_is_told_apart_from_in_what_they_agree(note, sides, agree, differ):
    a, b = (SimpleNamespace(bindingness=bindingness, deadline=deadline) for bindingness, deadline in sides)
    assert apart(note, a, b) == (agree, differ)


@pytest.mark.parametrize("address", ["/compare?issuer=XAA&issuer=XBB", "/compare?issuer=XMG&members=1"])
async def test_what_differs_between_counterparts_is_marked(site, address):
    tree = html.fromstring((await site.get(address)).text)
    marked = tree.xpath("//div[@class='c-pair']//p[@class='c-measure']/mark/text()")
    assert any(" / " in one or " → " in one for one in marked)
