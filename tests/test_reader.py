"""The reader: which commitments of a document are marked, how one goes from match to match, and pages as they are printed."""

from __future__ import annotations

import re
import shutil
from urllib.parse import urldefrag, urljoin

import pytest
from lxml import html
from sites import served

from pipeline.errors import DocumentProblem
from pipeline.passages import load_boxes
from pipeline.site import reader
from pipeline.site.reader import Marks
from pipeline.site.serving import NAME
from pipeline.site.showing import source
from pipeline.store import open_store, rows, write_problems

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRATEGY = "/document/xaa-2016-strategy"
HOSTILE = "<script>alert('x')</script>\"'&{{ 7*7 }}"
NARROWED = ["theme=CAP", "firmness=3", "deadline=1", "firmness=3&deadline=1", "theme=CAP&firmness=2&only=1"]


@pytest.fixture(scope="module")
def path(sample_settings, tmp_path_factory):
    target = tmp_path_factory.mktemp("reader") / f"{NAME}.db"
    shutil.copy(sample_settings.db, target)
    return target


@pytest.fixture
def in_short_parts(monkeypatch):
    """Texts are shown in many stretches."""
    monkeypatch.setattr(reader, "CHARACTERS_A_PART", 800)


async def tree_of(site, address):
    response = await site.get(address)
    assert response.status_code == 200, address
    return html.fromstring(response.text)


def said(tree, name):
    """What the elements of a class say, in one line."""
    return " ".join(" ".join(node.text_content() for node in tree.find_class(name)).split())


def marked(tree):
    """The ids of the commitments that are marked, in order."""
    return [node.get("id").removeprefix("c-") for node in tree.find_class("c-promise")]


def asked_for(sample, query):
    """The ids of the commitments of the strategy that a query asks for, in the order of its text."""
    wanted = dict(pair.split("=") for pair in query.split("&"))
    found = rows(
        sample,
        "select commitments.*, (select group_concat(theme_id) from commitment_themes where commitment_id = commitments.id) as themes"
        " from commitments join passages on passages.id = passage_id where commitments.document_id = 'xaa-2016-strategy'"
        " order by ordinal, start",
    )
    return [
        row["id"]
        for row in found
        if wanted.get("theme", "") in (row["themes"] or "")
        and row["bindingness_id"] >= int(wanted.get("firmness", 0))
        and (row["deadline"] or "deadline" not in wanted)
    ]


async def test_without_a_filter_every_commitment_of_a_document_is_marked(site, sample):
    tree = await tree_of(site, STRATEGY)
    found = asked_for(sample, "firmness=0")
    assert marked(tree) == found
    assert f"All {len(found)} commitments are marked." in said(tree, "c-matches")
    assert tree.find_class("c-step") == []


@pytest.mark.parametrize("query", NARROWED)
async def test_a_filter_marks_what_matches_and_says_how_many_of_how_many(site, sample, query):
    tree, found, all_of_them = await tree_of(site, f"{STRATEGY}?{query}"), asked_for(sample, query), asked_for(sample, "firmness=0")  # fmt: skip
    assert 0 < len(found) < len(all_of_them)
    assert marked(tree) == found
    assert f"{len(found)} of {len(all_of_them)} commitments match" in said(tree, "c-matches")


@pytest.mark.parametrize("query", NARROWED)
async def test_the_list_to_take_away_has_what_is_marked(site, sample, query):
    tree = await tree_of(site, f"{STRATEGY}?{query}")
    link = next(link for link in tree.xpath("//p[contains(@class, 'c-whole')]//a/@href") if "commitments.json" in link)
    listed = (await site.get(link)).json()["rows"]
    assert [row["id"] for row in listed] == asked_for(sample, query)


async def test_a_filter_that_nothing_matches_marks_nothing_and_says_so(site):
    tree = await tree_of(site, f"{STRATEGY}?theme=NONE")
    assert (marked(tree), "0 of " in said(tree, "c-matches")) == ([], True)
    assert "No passage has a commitment that matches." in said(
        await tree_of(site, f"{STRATEGY}?theme=NONE&only=1"), "c-text-body"
    )


async def test_only_passages_with_matches_are_shown_when_that_is_asked_for(site):
    tree = await tree_of(site, f"{STRATEGY}?theme=CAP&only=1")
    passages = [node for node in tree.find_class("c-text-body")[0].iter("p") if "c-page" not in node.get("class")]
    assert passages
    assert all(node.find_class("c-promise") for node in passages)
    assert "Passages without a match are left out." in said(tree, "c-matches")


async def test_headings_above_the_matches_stay_when_other_passages_are_left_out(site):
    whole, cut = [await tree_of(site, f"{STRATEGY}?theme=CAP{more}") for more in ("", "&only=1")]
    kept = [node.get("id") for node in cut.find_class("c-h")]
    assert 0 < len(kept) < len(whole.find_class("c-h"))
    counted = [item for item in whole.xpath("//ol[@class='c-outline']/li") if item.xpath(".//b")]
    assert [urldefrag(item.xpath(".//a/@href")[0])[1] for item in counted] == kept


async def test_the_outline_counts_the_matches_of_each_section_and_of_those_below_it():
    passages = [
        {"id": name, "role": role, "heading_path": path, "text": ""}
        for name, role, path in (
            ("a", "heading", ""), ("1", "paragraph", "a"), ("b", "heading", "a"), ("2", "paragraph", "a > b"),
            ("c", "heading", ""), ("3", "paragraph", "c"),
        )
    ]  # fmt: skip
    reader._count_matches(passages, {"1": [1], "2": [1, 1], "3": [1]})
    assert {one["id"]: one["matches"] for one in passages} == {"a": 3, "1": 1, "b": 2, "2": 2, "c": 1, "3": 1}


@pytest.mark.parametrize("query", ["firmness=3", "firmness=3&only=1"])
async def test_from_the_first_match_the_next_ones_are_reached_in_order_over_all_stretches(site, sample, in_short_parts, query):  # fmt: skip
    address, reached, stretches = f"{STRATEGY}?{query}", [], set()
    tree = await tree_of(site, address)
    link = tree.xpath("//a[text()='First match']/@href")
    while link:
        address, place = urldefrag(urljoin(address, link[0]))
        stretches.add(address)
        tree = await tree_of(site, address)
        node = tree.get_element_by_id(place)
        reached.append(place.removeprefix("c-"))
        link = node.getnext().xpath("./a[@aria-label='Next match']/@href")
    assert reached == asked_for(sample, query.removesuffix("&only=1"))
    assert len(stretches) > 1


async def test_the_match_before_the_next_one_is_this_one(site):
    tree = await tree_of(site, f"{STRATEGY}?theme=CAP")
    first, second = tree.find_class("c-promise")[:2]
    assert second.getnext().xpath("./a[@aria-label='Previous match']/@href") == [f"#{first.get('id')}"]
    assert first.getnext().xpath("./a[@aria-label='Previous match']") == []


async def test_every_stretch_of_a_long_text_keeps_the_filter(site, in_short_parts):
    tree = await tree_of(site, f"{STRATEGY}?deadline=0&only=1&firmness=2")
    links = tree.xpath("//nav[@class='c-pager']//a/@href") + tree.xpath("//ol[@class='c-outline']//a/@href")
    outside = [link for link in links if not link.startswith("#")]
    assert outside
    assert all(link.startswith("?firmness=2&only=1&start=") for link in outside)


async def test_no_stretch_is_lost_or_shown_twice(site, sample, in_short_parts):
    tree = await tree_of(site, STRATEGY)
    links = ["", *tree.xpath("//nav[@aria-label='Parts of the text, above it']//a/@href")]
    shown = [name for link in links for name in marked(await tree_of(site, f"{STRATEGY}{link}"))]
    assert len(links) > 3
    assert shown == asked_for(sample, "firmness=0")


async def test_a_page_is_found_by_the_number_that_is_printed_on_it(path, tmp_path):
    target = tmp_path / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        db.execute("update pages set label = number - 2 where document_id = 'xaa-2016-strategy' and number > 3")
        db.execute("update pages set label = 'iii' where document_id = 'xaa-2016-strategy' and number = 3")
        db.conn.commit()
    client = served(target).client
    for wanted, number in (("3", 5), ("iii", 3), ("8", 8)):
        response = await client.get(f"{STRATEGY}?page={wanted}&theme=CAP")
        assert response.status_code == 302
        address, place = urldefrag(response.headers["location"])
        assert (place, "theme=CAP" in address) == (f"p{number}", True)
        assert (await tree_of(client, address)).get_element_by_id(place) is not None


@pytest.mark.parametrize("wanted", ["99", "x", "²", "-1", "9" * 40])
async def test_a_page_that_is_not_there_is_said_not_to_be(site, wanted):
    assert f"This text has no page {wanted}" in said(await tree_of(site, f"{STRATEGY}?page={wanted}"), "c-note")


async def test_a_quote_is_opened_at_its_mark(site, sample):
    name = asked_for(sample, "theme=CAP")[0]
    tree = await tree_of(site, f"/commitment/{name}")
    link = next(node.get("href") for node in tree.iter("a") if "Read it in the document" in node.text_content())
    address, place = urldefrag(link)
    quote = rows(sample, "select quote from commitments where id = ?", [name])[0]["quote"]
    assert (await tree_of(site, address)).get_element_by_id(place).text_content() == quote


# --- pages as they are printed ------------------------------------------------------------------------------------


def on_page(sample, number):
    return [
        (row, boxes)
        for row in rows(
            sample,
            "select commitments.* from commitments join passages on passages.id = passage_id"
            " where commitments.document_id = 'xaa-2016-strategy' order by ordinal, start",
        )
        if (boxes := [box for box in load_boxes(sample, row["passage_id"], row["start"], row["end"]) if box.page == number])
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(1, 9))
async def test_a_page_draws_the_boxes_of_all_its_commitments_and_each_leads_to_one(site, sample, number):
    tree = await tree_of(site, f"{STRATEGY}/page/{number}")
    drawn = [
        (node.get("href"), round(float(box.get("x")), 1), round(float(box.get("width")), 1))
        for node in tree.xpath("//svg/a")
        for box in node.xpath("./rect")
    ]
    assert drawn == [
        (f"/commitment/{row['id']}", round(box.left, 1), round(box.right - box.left, 1)) for row, boxes in on_page(sample, number) for box in boxes
    ]  # fmt: skip
    assert tree.xpath("//ol[@class='c-on-page']//a/@href") == list(dict.fromkeys(link for link, *_ in drawn))


async def test_the_number_of_a_commitment_stands_before_the_line_of_its_column_on_which_it_begins(site):
    tree = await tree_of(site, "/document/xaa-2021-strategy/page/3")
    texts = tree.xpath("//svg/g/text")
    numbers = {name: node for node in texts if node.get("class") == "number" for name in node.text.split(", ")}
    lines = [(float(node.get("x")), float(node.get("y")), node.text) for node in texts if node.get("class") != "number"]
    quotes = [node.text_content() for node in tree.xpath("//ol[@class='c-on-page']//a")]
    assert len(numbers) == len(quotes) > 9
    for name, node in numbers.items():
        x, y = float(node.get("x")), float(node.get("y"))
        left, _, line = min(lines, key=lambda one: (abs(one[1] - y) > 3, one[0] < x, one[0]))
        assert quotes[int(name) - 1][:2] in line
        assert 4 < left - x < 9


async def test_a_page_is_drawn_line_by_line_in_the_words_that_are_printed(site, sample):
    tree = await tree_of(site, f"{STRATEGY}/page/4")
    text = rows(sample, "select text from pages where document_id = 'xaa-2016-strategy' and number = 4")[0]["text"]
    drawn = [node.text_content() for node in tree.xpath("//svg/g/text[not(@class)]")]
    assert drawn == [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("address", [f"{STRATEGY}/page/5", "/document/xdd-2014-policy/page/2"])
async def test_the_text_of_a_page_is_given_as_it_is_with_the_words_of_commitments_marked(site, sample, address):
    tree = await tree_of(site, address)
    _, _, name, _, number = address.split("/")
    text = rows(sample, "select text from pages where document_id = ? and number = ?", [name, number])[0]["text"]
    (printed,) = tree.find_class("c-printed")
    marks = ["".join(mark.xpath("./text()")) for mark in printed.iter("mark")]
    quotes = [node.text_content() for node in tree.xpath("//ol[@class='c-on-page']//a")]
    for sup in printed.xpath(".//sup"):
        sup.text = ""
    assert printed.text_content() == text
    assert quotes
    assert _letters("".join(marks)) == _letters("".join(quotes))


def _letters(text):
    return re.sub(r"[\W\d]", "", text)


async def test_a_page_of_a_text_file_is_not_drawn_and_says_why(site):
    tree = await tree_of(site, "/document/xdd-2014-policy/page/2")
    assert tree.xpath("//svg") == []
    assert "This file is text" in said(tree, "c-hint")


async def test_a_page_leads_to_its_neighbours_and_to_its_place_in_the_text(site):
    tree = await tree_of(site, f"{STRATEGY}/page/4")
    links = tree.xpath("//nav[@aria-label='Pages of the file']//a/@href")
    assert links[:2] == [f"{STRATEGY}/page/3", f"{STRATEGY}/page/5"]
    address, place = urldefrag(links[2])
    assert place == "p4"
    assert (await tree_of(site, address)).get_element_by_id(place) is not None
    assert links[3] == "https://example.org/arvenia/cyber-strategy-2016.pdf#page=4"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"{STRATEGY}/page/99", "This document has no page 99."),
        ("/document/xaa-2017-international-strategy/page/1", "This document has no page 1."),
        ("/document/none/page/1", "There is no such document."),
    ],
)
async def test_a_page_that_no_document_has_is_a_404(site, address, why):
    response = await site.get(address)
    assert response.status_code == 404
    assert why in response.text


async def test_hostile_words_on_a_page_are_shown_and_never_run(path, tmp_path):
    target = tmp_path / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        db.execute("update pages set text = ? || substr(text, ?)", [HOSTILE, len(HOSTILE) + 1])
        db.execute("update commitments set quote = ? || quote", [HOSTILE])
        db.execute("update documents set title = ?", [HOSTILE])
        db.conn.commit()
    client = served(target).client
    for address in (f"{STRATEGY}/page/4", "/document/xdd-2014-policy/page/2", f"{STRATEGY}?page={HOSTILE}"):
        text = (await client.get(address)).text
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert "49" not in re.findall(r"&#34;'&amp;(\d+)", text)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://x.org/a.pdf", "https://x.org/a.pdf#page=7"),
        ("https://x.org/A.PDF", "https://x.org/A.PDF#page=7"),
        ("https://x.org/a.pdf#annex", "https://x.org/a.pdf#annex"),
        ("https://x.org/a.html", "https://x.org/a.html"),
        ("", ""),
    ],
)
async def test_an_official_source_is_opened_at_the_page_where_it_is_a_pdf(address, expected):
    assert source(address, 7) == expected


async def test_marks_that_ask_for_nothing_are_not_narrow():
    assert not Marks(only=True).narrow
    assert Marks(firmness=1).asked == [("firmness", "1")]


async def test_pages_of_a_document_with_one_problem_are_named_together(path, tmp_path):
    target = tmp_path / f"{NAME}.db"
    shutil.copy(path, target)
    with open_store(target) as db:
        listed = [
            DocumentProblem("blank", "It is empty.", remedy="Look at it.", page=number) for number in (2, 3, 4, 7)
        ]
        write_problems(db, "reading", "xaa-2016-strategy", listed, is_failure=False)
        db.conn.commit()
    assert said(await tree_of(served(target).client, STRATEGY), "c-note") == "Pages 2 to 4, 7: It is empty. Look at it."


async def test_a_language_that_is_not_covered_is_named_once(site):
    text = said(await tree_of(site, "/document/xff-2018-strategie"), "c-note")
    assert text.count("in which Concord finds no commitments") == 1
