"""The lists of the site: each can be taken away whole, with as many rows as its page says."""

from __future__ import annotations

import csv
import io
import re
import shutil
from copy import deepcopy
from urllib.parse import parse_qsl, urlencode, urlsplit

import openpyxl
import pytest
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from planting import plant_watched
from sites import DESCRIBED, served

from pipeline.evaluating import Evaluation, Figure, write_quality
from pipeline.exporting import FORMS
from pipeline.measures import Score
from pipeline.site.home import home
from pipeline.site.routes import in_parts
from pipeline.site.serving import NAME, SETTINGS
from pipeline.store import leave_one_file, open_store, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")


PAGES = [
    "/search?q=training&mode=words", "/search?q=training&mode=words&start=20", "/search?issuer=XBB", "/search?from=2016&in=passage", "/compare",
    "/compare/cell?issuer=XAA&issuer=XBB&theme=CAP", "/compare/cell?issuer=XBB&theme=SUP", "/documents", "/document/xaa-2016-strategy", "/document/xaa-2016-strategy?firmness=3",
    "/theme/CAP", "/issuer/XAA", "/issuer/XAA-XBB", "/issuer/NATO", "/instruments", "/instrument/BUDAPEST", "/editions/xaa-strategy", "/editions/xaa-strategy?change=new",
    "/guidelines", "/guidelines/un-norms", "/guidelines/un-norms?by=document", "/guidelines/un-norms?issuer=XAA&kind=national_strategy&at=2020",
    "/guidelines/un-norms/d", "/guidelines/un-norms/d?issuer=XAA", "/quality",
    "/problems", "/watches",
]  # fmt: skip
"""Pages that offer a list, or two."""


@pytest.fixture(scope="module")
def path(sample_settings, tmp_path_factory):
    """The sample's database with a saved search and with figures."""
    target = plant_watched(sample_settings.db, tmp_path_factory.mktemp("lists") / f"{NAME}.db")
    with open_store(target) as db:
        measured = (
            Figure("precision", Score(0.8, 0.7, 0.9, 50), "all"),
            Figure("recall", Score(0.7, 0.6, 0.8, 50), "all"),
        )
        write_quality(db, Evaluation("gold.jsonl", "documents", measured, {}, ()))
        leave_one_file(db)
    return target


async def offered(site, address):
    """(number that a page says, address by form) of each list that it offers to take away."""
    tree = html.fromstring((await site.get(address)).text)
    found = []
    for line in tree.find_class("c-take"):
        if told := re.match(r"Take it away: ([\d,]+) ", line.text_content()):
            links = {urlsplit(link).path.rpartition(".")[2]: link for link in line.xpath(".//a/@href")}
            found.append((int(told[1].replace(",", "")), links))
    return found


def lines_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def sheet_of(response):
    """The rows of the first sheet of a workbook, by their columns."""
    head, *lines = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


@pytest.mark.parametrize("address", PAGES)
async def test_a_list_has_as_many_rows_in_every_form_as_its_page_says(site, address):
    lists = await offered(site, address)
    assert lists
    for count, links in lists:
        assert links.keys() == FORMS.keys()
        values = (await site.get(links["json"])).json()
        counts = {
            "csv": len(lines_of(await site.get(links["csv"]))),
            "json": len(values["hits" if "hits" in values else "rows"]),
            "xlsx": len(sheet_of(await site.get(links["xlsx"]))),
        }
        assert counts == dict.fromkeys(FORMS, count), links
        assert count > 0


@pytest.mark.parametrize("address", [page for page in PAGES if not page.startswith("/search")])
async def test_the_forms_of_a_list_have_the_same_columns_and_values(site, address):
    for _, links in await offered(site, address):
        values = (await site.get(links["json"])).json()
        names = [column["name"] for column in values["columns"]]
        lines, sheet = lines_of(await site.get(links["csv"])), sheet_of(await site.get(links["xlsx"]))
        assert [list(line) for line in (lines[0], sheet[0], values["rows"][0])] == [names] * 3
        assert [list(line.values()) for line in lines] == [
            ["" if value is None else str(value) for value in row.values()] for row in values["rows"]
        ]


async def test_the_rows_of_a_cell_are_the_quotes_of_its_page(site):
    address = "/compare/cell?issuer=XAA&issuer=XBB&theme=CAP"
    cards = html.fromstring((await site.get(address)).text).find_class("c-quote")
    lines = lines_of(await site.get(address.replace("cell?", "cell.csv?")))
    quoted = [" ".join(card.xpath("string(.//blockquote/p[a])").split()) for card in cards]
    assert [" ".join(line["text"].split()) for line in lines] == quoted


async def test_the_words_by_which_a_passage_speaks_of_a_topic_are_those_of_its_page(site):
    address = "/compare/cell?issuer=XMG&issuer=XBB&theme=DEF"
    cards = html.fromstring((await site.get(address)).text).find_class("c-quote")
    shown = [card.xpath("substring-after(string(.//p[starts-with(., 'By its words: ')]), ': ')") for card in cards]
    lines = lines_of(await site.get(address.replace("cell?", "cell.csv?")))
    assert [line["words"] for line in lines] == shown
    assert {bool(line["words"]) for line in lines} == {True, False}


async def test_the_rows_of_a_search_are_its_hits_page_after_page(site):
    shown, start = [], 0
    while hits := html.fromstring((await site.get(f"/search?issuer=XBB&start={start}")).text).find_class("c-hit"):
        shown += [" ".join(hit.find_class("c-text")[0].text_content().split()) for hit in hits]
        start += 20
    lines = lines_of(await site.get("/search.csv?issuer=XBB"))
    assert len(shown) > 20
    assert [" ".join(line["text"].split()) for line in lines] == shown


async def test_the_rows_of_the_documents_are_those_of_their_table(site):
    shown = html.fromstring((await site.get("/documents")).text).xpath("//tbody/tr/td[2]/a/text()")
    assert [line["title"] for line in lines_of(await site.get("/documents.csv"))] == shown


async def test_the_rows_of_a_theme_are_as_many_as_the_home_page_says(site, sample):
    for theme in home(sample)["themes"]:
        values = (await site.get(f"/theme/{theme['id']}/commitments.json")).json()
        assert values["count"] == theme["commitments"]


@pytest.mark.parametrize(
    "due", [{"due_from": "2019"}, {"due_from": "2019-06", "due_to": "2021"}, {"due_to": "2018-12-31"}]
)
async def test_what_is_due_is_the_same_in_the_search_the_lists_and_the_question(site, sample, due):
    searched = {hit["id"] for hit in (await site.get("/search.json", params={**due, "most": 500})).json()["hits"]}
    days = {"first_day": due.get("due_from", ""), "last_day": due.get("due_to", ""), "_shape": "array"}
    asked = {row["commitment_id"] for row in (await site.get(f"/{NAME}/due_between.json", params=days)).json()}
    listed = set()
    for document in rows(sample, "select id from documents"):
        answer = await site.get(f"/document/{document['id']}/commitments.json", params=due)
        listed |= {row["id"] for row in answer.json()["rows"]}
    assert searched == asked == listed
    assert 5 < len(listed) < rows(sample, "select count(*) as n from commitments where deadline_to <> ''")[0]["n"]


@pytest.mark.parametrize("address", ["/theme/CAP", "/issuer/XAA"])
async def test_a_list_of_commitments_can_be_narrowed_to_what_is_due(site, address):
    all_of_them = lines_of(await site.get(f"{address}/commitments.csv"))
    due = lines_of(await site.get(f"{address}/commitments.csv?due_from=2019&due_to=2020"))
    assert due == [line for line in all_of_them if "2019" <= line["deadline_to"] <= "2020-12-31"]
    assert 0 < len(due) < len(all_of_them)


async def test_a_day_that_cannot_be_meant_narrows_nothing(site):
    counts = [
        (await site.get(f"/theme/CAP/commitments.json{asked}")).json()["count"]
        for asked in ("", "?due_from=x", "?due_to=2019-13", "?due_from=%00")
    ]
    assert len(set(counts)) == 1


async def test_the_hits_of_a_search_give_their_deadlines(site):
    lines = lines_of(await site.get("/search.csv?due_from=2019"))
    assert all(line["deadline"] and line["deadline_to"] >= "2019" for line in lines)


async def test_the_rows_of_a_sub_theme_are_as_many_as_its_theme_says(site, sample):
    for subtheme in rows(sample, "select * from subthemes"):
        for address in (
            f"/subtheme/{subtheme['id']}/commitments.json",
            f"/theme/{subtheme['theme_id']}/commitments.json?subtheme={subtheme['id']}",
        ):
            assert (await site.get(address)).json()["count"] == subtheme["commitments"]


async def test_the_rows_of_a_document_are_as_many_as_the_list_of_documents_says(site):
    for line in lines_of(await site.get("/documents.csv")):
        values = (await site.get(f"/document/{line['id']}/commitments.json")).json()
        assert values["count"] == int(line["commitments"])


async def test_the_rows_of_editions_are_as_many_as_the_kinds_of_change_add_up_to(site):
    tree = html.fromstring((await site.get("/editions/xaa-strategy")).text)
    counts = {heading.text.strip().lower(): int(heading.find("small").text) for heading in tree.xpath("//h2[small]")}
    lines = lines_of(await site.get("/editions/xaa-strategy.csv"))
    assert {kind: sum(line["change"] == kind for line in lines) for kind in counts} == counts
    assert len(lines) == sum(counts.values())


async def test_the_rows_of_problems_are_the_lines_of_their_page(site):
    shown = html.fromstring((await site.get("/problems")).text).xpath("//table/tbody/tr")
    assert len(lines_of(await site.get("/problems.csv"))) == len(shown)


async def test_the_rows_of_a_guideline_say_what_its_cells_say(site):
    tree = html.fromstring((await site.get("/guidelines/un-norms")).text)
    shown = [
        (cell.get("aria-label") or cell.xpath("string(span)")).partition(",")[0] for cell in tree.xpath("//table//td/*")
    ]
    assert [line["score"] for line in lines_of(await site.get("/guidelines/un-norms.csv"))] == shown


async def test_the_quotes_behind_a_cell_are_shown_in_parts_that_hold_each_once(site, monkeypatch):
    address = "/compare/cell?issuer=XAA&issuer=XBB&theme=CAP"
    whole = [line["id"] for line in lines_of(await site.get(address.replace("cell?", "cell.csv?")))]
    monkeypatch.setattr("pipeline.site.routes._QUOTES_A_PAGE", 4)
    tree = html.fromstring((await site.get(address)).text)
    parts = tree.xpath("//nav[@aria-label='Parts of the quotes']/a/@href")
    shown = []
    for part in (f"{address}&start=0", *(f"/compare/cell{part}" for part in parts)):
        tree = html.fromstring((await site.get(part)).text)
        cards = [link.rpartition("/")[2] for link in tree.xpath("//article//blockquote//a/@href")]
        assert 0 < len(cards) <= 4
        shown += cards
    assert len(parts) > 1
    assert sorted(shown) == sorted(whole)


async def test_a_part_of_a_cell_says_which_of_how_many_quotes_it_shows(site, monkeypatch):
    monkeypatch.setattr("pipeline.site.routes._QUOTES_A_PAGE", 2)
    heading = html.fromstring((await site.get("/compare/cell?issuer=XAA&theme=CAP&start=2")).text).xpath(
        "string(//h2/small)"
    )
    count = (await site.get("/compare/cell.json?issuer=XAA&theme=CAP")).json()["count"]
    assert heading.startswith(f"{count} commitments, here 3 to ")


async def test_the_pairs_of_a_theme_that_are_not_shown_are_a_link_away(site, monkeypatch):
    monkeypatch.setattr("pipeline.site.routes._PAIRS_A_PAGE", 1)
    tree = html.fromstring((await site.get("/compare?issuer=XAA&issuer=XBB&at=2024")).text)
    (link, *_), (text, *_) = (tree.xpath(f"//section[@class='c-theme']/p/a/{what}") for what in ("@href", "text()"))
    monkeypatch.undo()
    there = html.fromstring((await site.get(f"/compare{link.partition('#')[0]}")).text)
    assert text == f"All {len(there.find_class('c-pair'))} pairs of this theme"
    assert "at=2024" in link


IN_PARTS = [
    ("/compare", 50), ("/compare?by=subtheme&theme=CAP&show=latest_year&at=2030", 5), ("/compare?by=un-norms", 1),
    ("/guidelines/un-norms?by=document", 80), ("/compare?issuer=XMG&members=1&at=2030", 4),
]  # fmt: skip
"""Addresses of tables, and how long a page may be that they come in parts."""


def heads_of(tree):
    return [
        " ".join(head.text_content().split()) for head in tree.xpath("//table[contains(@class, 'c-dots')]/tbody/tr/th")
    ]


@pytest.mark.parametrize(("address", "most"), IN_PARTS)
async def test_a_table_is_shown_in_parts_that_hold_every_line_once(site, monkeypatch, address, most):
    whole = heads_of(html.fromstring((await site.get(address)).text))
    for limit in ("_CELLS_A_PAGE", "_MEMBERS_A_PAGE"):
        monkeypatch.setattr(f"pipeline.site.routes.{limit}", most)
    shown, parts, link = [], 0, "?" + urlsplit(address).query
    while link and parts < 99:
        tree = html.fromstring((await site.get(urlsplit(address).path + link)).text)
        shown, parts, link = (
            shown + heads_of(tree),
            parts + 1,
            tree.xpath("string(//nav[@class='c-pager']/a[@rel='next']/@href)"),
        )
    assert shown == whole
    assert parts > 2


@pytest.mark.parametrize("address", ["/editions/xaa-strategy?change=new", "/instrument/BUDAPEST"])
async def test_a_list_of_quotes_is_shown_in_parts_that_hold_every_quote_once(site, monkeypatch, address):
    def quotes_of(tree):
        return [quote.text_content() for quote in tree.xpath("//main//blockquote")]

    whole = quotes_of(html.fromstring((await site.get(address)).text))
    monkeypatch.setattr("pipeline.site.routes._QUOTES_A_PAGE", 2)
    shown, link = [], "?" + urlsplit(address).query
    while link and len(shown) < len(whole):
        tree = html.fromstring((await site.get(urlsplit(address).path + link)).text)
        assert len(quotes_of(tree)) <= 2
        shown += quotes_of(tree)
        link = tree.xpath("string(//nav[@class='c-pager']/a[@rel='next']/@href)")
    assert shown == whole
    assert len(whole) > 2


async def test_the_links_between_parts_keep_all_else_that_was_asked(site, monkeypatch):
    monkeypatch.setattr("pipeline.site.routes._CELLS_A_PAGE", 1)
    asked = {"by": "subtheme", "theme": "CAP", "show": "latest_year", "at": "2030"}
    tree = html.fromstring((await site.get(f"/compare?start=2&{urlencode(asked)}")).text)
    links = {
        link.get("rel"): dict(parse_qsl(urlsplit(link.get("href")).query))
        for link in tree.xpath("//nav[@class='c-pager']/a")
    }
    assert (links["prev"], links["next"]) == ({**asked, "start": "1"}, {**asked, "start": "3"})


@pytest.mark.parametrize(("start", "rels"), [(0, ["next"]), (99_999_999, ["prev"])])
async def test_the_first_part_has_none_before_it_and_the_last_none_behind_it(site, monkeypatch, start, rels):
    monkeypatch.setattr("pipeline.site.routes._CELLS_A_PAGE", 50)
    tree = html.fromstring((await site.get(f"/compare?start={start}")).text)
    assert tree.xpath("//nav[@class='c-pager']/a/@rel") == rels


async def test_a_long_choice_of_documents_lets_fewer_lines_stand_on_a_page(site, monkeypatch):
    monkeypatch.setattr("pipeline.site.routes._CHOICE_IN_A_CELL", 1)
    addresses = ("/compare", "/compare?kind=national_strategy&at=2030")
    every, fewer = [heads_of(html.fromstring((await site.get(address)).text)) for address in addresses]
    assert every[: len(fewer)] == fewer
    assert 0 < len(fewer) < len(every)


async def test_a_short_table_has_no_parts(site):
    assert html.fromstring((await site.get("/compare")).text).find_class("c-pager") == []


@pytest.mark.parametrize(
    "address",
    ["/compare.csv", "/compare.md", "/compare.json", "/guidelines/un-norms.csv", "/compare.csv?issuer=XMG&members=1"],
)
async def test_what_is_taken_away_is_whole_whichever_part_is_shown(site, monkeypatch, address):
    monkeypatch.setattr("pipeline.site.routes._CELLS_A_PAGE", 1)
    later = f"{address}{'&' if '?' in address else '?'}start=3"
    whole, found = [(await site.get(one)).text for one in (address, later)]
    assert found.replace("?start=3", "") == whole


async def test_a_page_in_parts_offers_the_whole_list(site, monkeypatch):
    whole = html.fromstring((await site.get("/compare")).text).xpath("//p[contains(@class, 'c-whole')]//@href")
    monkeypatch.setattr("pipeline.site.routes._CELLS_A_PAGE", 1)
    tree = html.fromstring((await site.get("/compare?start=3")).text)
    assert tree.xpath("//p[contains(@class, 'c-whole')]//@href") == whole


async def test_every_line_of_a_group_leads_to_its_quotes_in_whatever_part_they_stand(site, monkeypatch):
    address = "/compare?issuer=XMG&members=1"
    lines = html.fromstring((await site.get(address)).text).xpath("//tbody/tr/th/a/@href")
    monkeypatch.setattr("pipeline.site.routes._MEMBERS_A_PAGE", 0)
    links = html.fromstring((await site.get(address)).text).xpath("//tbody/tr/th/a/@href")
    assert [link.partition("#")[2] for link in links] == [line.removeprefix("#") for line in lines]
    assert len({link.partition("#")[0] for link in links}) == len(lines) > 2
    for link in links:
        query, _, name = link.partition("#")
        tree = html.fromstring((await site.get(f"/compare{query}" if query else address)).text)
        assert tree.xpath(f"//section[@id='{name}']//article"), link


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 12), st.integers(0, 15))
async def test_parts_hold_every_line_once_and_are_no_longer_than_they_may_be(weights, most, start):
    parts = in_parts(weights, most, start)
    assert [place for begin, end in parts.all for place in range(begin, end)] == list(range(len(weights)))
    assert all(sum(weights[begin:end]) <= max(most, max(weights[begin:end], default=0)) for begin, end in parts.all)
    assert not weights or parts.begin <= min(start, len(weights) - 1) < parts.end
    assert (parts.before is None, parts.after is None) == (parts.begin == 0, parts.end == len(weights))


ZEROS = {("mentioned", "–"), ("absent", "0"), ("not read", "?"), ("no document", "∅")}


async def test_each_kind_of_nought_is_told_by_a_sign_and_by_words(site):
    cells = html.fromstring((await site.get("/compare")).text).xpath("//td/*[not(@style)]")
    assert {(cell.get("title"), cell.text) for cell in cells} <= ZEROS
    assert len({cell.text for cell in cells}) > 2


async def test_a_number_says_what_is_behind_it_and_leads_there(site, sample):
    row = rows(sample, "select * from coverage where issuer_id = 'XAA' and theme_id = 'CAP'")[0]
    cell = html.fromstring((await site.get("/compare")).text).xpath(
        "//td/a[@href='compare/cell?issuer=XAA&theme=CAP']"
    )[0]
    assert cell.text == str(row["commitments"])
    assert re.fullmatch(
        rf"{row['commitments']} commitments \(\d+ to \d+\)(, \d+ again)?, {row['per_thousand']} in 1,000, firmest {row['bindingness_id']}, latest {row['latest_year']}",
        cell.get("title"),
    )


async def test_an_element_gives_all_quotes_and_not_only_those_that_are_shown(site, monkeypatch, sample):
    monkeypatch.setattr("pipeline.site.guidelines.MOST", 1)
    element = rows(
        sample, "select element_id as id, count(*) as n from guideline_quotes group by 1 order by 2 desc limit 1"
    )[0]
    row = rows(sample, "select guideline_id, code from guideline_elements where id = ?", [element["id"]])[0]
    address = f"/guidelines/{row['guideline_id']}/{row['code']}"
    shown = html.fromstring((await site.get(address)).text).find_class("c-quote")
    assert (await site.get(f"{address}.json")).json()["count"] == element["n"] > len(shown)


async def test_mentions_of_an_issuer_are_those_it_makes_and_those_made_of_it(site):
    lines = lines_of(await site.get("/issuer/XAA/mentions.csv"))
    assert {"XAA"} == {line["naming_id"] if line["naming_id"] == "XAA" else line["issuer_id"] for line in lines}
    assert {line["naming_id"] == "XAA" for line in lines} == {True, False}
    assert all(line["text"] in line["passage"] for line in lines)


async def test_a_saved_search_gives_every_hit_that_its_page_counts(site, sample):
    count = rows(sample, "select count(*) as n from watch_hits where watch = 'training'")[0]["n"]
    assert (await site.get("/watches/training.json")).json()["count"] == count > 0


async def test_a_row_says_where_it_can_be_read(site):
    for address in (
        "/search.csv?q=training",
        "/theme/CAP/commitments.csv",
        "/issuer/XAA/mentions.csv",
        "/guidelines/un-norms.csv",
        "/compare.csv",
    ):
        line = lines_of(await site.get(address))[0]
        assert line["address"].startswith("http://localhost/")
        assert (await site.get(line["address"].removeprefix("http://localhost"))).status_code == 200


async def test_behind_a_prefix_all_addresses_have_it_once(path):
    site = Datasette([str(path)], metadata=deepcopy(DESCRIBED), settings={**SETTINGS, "base_url": "/texts/"}).client
    values = (await site.get("/documents.json")).json()
    assert values["address"] == "http://localhost/texts/documents.json"
    assert values["rows"][0]["address"].startswith("http://localhost/texts/document/")
    assert 'href="/texts/documents.csv"' in (await site.get("/documents")).text


@pytest.mark.parametrize("ending", FORMS)
async def test_a_list_is_saved_under_a_name_that_says_what_it_is(site, ending):
    headers = (await site.get(f"/theme/CAP/commitments.{ending}")).headers
    assert headers["content-disposition"] == f'attachment; filename="concord-theme-CAP.{ending}"'
    assert headers["content-type"] == FORMS[ending].content_type


@pytest.fixture(scope="module")
def hostile(path, tmp_path_factory):
    """A site whose texts begin as formulas do."""
    target = tmp_path_factory.mktemp("hostile") / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        for column, table in (
            ("title", "documents"),
            ("actor", "commitments"),
            ("label", "themes"),
            ("name", "issuers"),
            ("message", "problems"),
        ):
            db.execute(f"update {table} set {column} = '=HYPERLINK(\"http://example.org\";' || {column} || ')'")
        db.conn.commit()
        leave_one_file(db)
    return served(target).client


HOSTILE = [
    "/search.{}?q=training", "/compare.{}", "/compare/cell.{}?issuer=XAA&theme=CAP", "/documents.{}", "/document/xaa-2016-strategy/commitments.{}",
    "/theme/CAP/commitments.{}", "/issuer/XAA/mentions.{}", "/guidelines/un-norms.{}", "/guidelines/un-norms/d.{}", "/problems.{}",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
async def test_no_cell_of_a_csv_runs_as_a_formula(hostile, address):
    cells = [cell for line in lines_of(await hostile.get(address.format("csv"))) for cell in line.values()]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert [
        cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n")) and not re.fullmatch(r"-\d+(\.\d+)?", cell)
    ] == []


@pytest.mark.parametrize("address", [*HOSTILE, "/compare.{}?issuer=XAA&issuer=XBB"])
async def test_no_cell_of_a_workbook_is_a_formula(hostile, address):
    response = await hostile.get(address.format("xlsx"))
    cells = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(response.content))
        for line in sheet.iter_rows()
        for cell in line
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(
        cell.quotePrefix for cell in cells if str(cell.value).startswith("=HYPERLINK") and cell.parent.title != "about"
    )


async def test_a_comparison_as_a_workbook_has_its_pairs_themes_names_and_documents(site):
    address = "/compare.{}?issuer=XAA&issuer=XBB"
    response = await site.get(address.format("xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    page = html.fromstring((await site.get("/compare?issuer=XAA&issuer=XBB")).text)
    pairs = int(page.xpath("string(//h2[@id='counterparts']/small)").split()[0])
    assert book.sheetnames == ["counterparts", "themes", "who names whom", "documents", "about"]
    assert book["counterparts"].max_row - 1 == pairs == len(lines_of(await site.get(address.format("csv"))))
    assert book["themes"].max_row - 1 == 2 * 15


@pytest.mark.parametrize(
    "asked", ["issuer=XAA&issuer=XBB", "issuer=XAA&issuer=XBB&by=year&theme=CAP", "issuer=XMG&members=1"]
)
async def test_each_row_of_a_comparison_as_a_workbook_has_an_address_that_answers(site, asked):
    book = openpyxl.load_workbook(io.BytesIO((await site.get(f"/compare.xlsx?{asked}")).content))
    for sheet in book.worksheets[:-1]:
        head, *lines = sheet.iter_rows(values_only=True)
        places = [place for place, name in enumerate(head) if "address" in name]
        assert places, sheet.title
        assert all(line[places[0]] for line in lines), sheet.title
        for line in (lines[0], lines[-1]) if lines else ():
            for address in filter(None, (line[place] for place in places)):
                assert (await site.get(address.removeprefix("http://localhost"))).status_code == 200, address


async def test_counterparts_as_a_workbook_name_the_document_of_each_side(site, sample):
    titles = {row["id"]: row["title"] for row in rows(sample, "select id, title from documents")}
    lines = sheet_of(await site.get("/compare.xlsx?issuer=XAA&issuer=XBB"))
    assert lines
    assert all(line[f"document_{side}"] == titles[line[f"document_id_{side}"]] for line in lines for side in "ab")


async def test_everybody_by_theme_can_be_had_as_markdown(site):
    response = await site.get("/compare.md")
    assert response.headers["content-disposition"] == 'attachment; filename="concord-coverage-by-theme.md"'
    assert response.text.startswith("# Themes\n")


@pytest.mark.parametrize("address", ["/documents.csv", "/search.xlsx?from=1990", "/theme/CAP/commitments.json"])
async def test_a_list_that_is_too_long_is_refused_and_not_cut(site, address, monkeypatch):
    monkeypatch.setattr("pipeline.site.taking.MOST_ROWS", 3)
    response = await site.get(address)
    assert response.status_code == 413
    assert "at most 3 are given at once" in response.json()["error"]


async def test_a_search_in_json_gives_twenty_hits_unless_more_are_asked_for(site):
    few, many = [(await site.get(f"/search.json?from=1990{more}")).json() for more in ("", "&most=30&start=5")]
    assert [len(few["hits"]), len(many["hits"])] == [20, 30]
    assert few["hits"][5:] == many["hits"][:15]


@pytest.mark.parametrize(
    "address",
    [
        "/document/none/commitments.csv", "/document/none/mentions.json", "/theme/NONE/commitments.xlsx", "/theme/CAP/commitments.csv?subtheme=none", "/subtheme/none/commitments.csv",
        "/issuer/NONE/commitments.json", "/issuer/NONE/mentions.csv", "/editions/none.csv", "/guidelines/none.json", "/guidelines/un-norms/none.csv",
        "/watches/none.csv", "/compare/cell.csv?issuer=XAA&theme=NONE", "/documents.pdf", "/theme/CAP/commitments",
    ],
)  # fmt: skip
async def test_a_list_of_what_is_not_there_is_a_404(site, address):
    assert (await site.get(address)).status_code == 404


async def test_a_list_of_what_is_gone_says_what_it_was(path, tmp_path):
    target = tmp_path / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        db.execute("delete from documents where id = 'xaa-2016-strategy'")
        db.conn.commit()
        leave_one_file(db)
    told = (await served(target).client.get("/document/xaa-2016-strategy/commitments.json")).json()
    assert told["retired"]["kind"] == "document"


async def test_other_sites_may_read_lists_only_where_datasette_lets_them(site, path):
    name = "access-control-allow-origin"
    open_to_all = served(path, cors=True).client
    for address in (
        "/documents.json",
        "/search.json?q=training",
        "/compare.json?issuer=XAA&issuer=XBB",
        "/openapi.json",
    ):
        assert (await open_to_all.get(address)).headers[name] == "*"
        assert name not in (await site.get(address)).headers


async def test_what_a_page_offers_is_escaped(site):
    tree = html.fromstring((await site.get('/search?mode=words&q=training&x="><script>')).text)
    assert tree.xpath("//script") == []
    assert len(tree.find_class("c-take")) == 1


async def test_an_empty_list_is_not_offered(site):
    assert await offered(site, "/search?q=%22no+such+thing%22") == []
