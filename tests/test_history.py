"""History and reviews on the pages: what the tables know of a commitment, in order of time, and nothing else."""

from __future__ import annotations

import json
import re
from copy import deepcopy

import pytest
import pytest_asyncio
from conftest import ROOT
from datasette.app import Datasette
from lxml import html
from planting import plant_document, plant_promise

from pipeline.ids import digest
from pipeline.reviewing import give
from pipeline.site.history import EVENTS, history
from pipeline.site.serving import METADATA, NAME, SETTINGS
from pipeline.store import leave_one_file, open_store, table

DESCRIBED = json.loads((ROOT / METADATA).read_text("utf-8"))
JUDGES = "We will train judges."


def change(db, kind, before, after, texts, note=""):
    """Plant what became of a promise from one text to the next."""
    table(db, "edition_changes").insert(
        {
            "id": digest(kind, before, after, *texts), "family": "a b", "from_document_id": texts[0], "to_document_id": texts[1],
            "change": kind, "commitment_id": before, "other_id": after, "note": note,
            "alike": 0.9, "wording": 0.8,
        }
    )  # fmt: skip


def plant_editions(db):
    """Plant four editions: the first promises, the second and third promise again, the fourth does not; return the promises."""
    for edition, year in enumerate((2010, 2014, 2018, 2022), 1):
        plant_document(db, f"a-{edition}", year=year)
        table(db, "documents").update(f"a-{edition}", {"family": "a b", "edition": edition})
    one, two, three = (plant_promise(db, f"a-{edition}", JUDGES) for edition in (1, 2, 3))
    change(db, "kept", one, two, ("a-1", "a-2"))
    change(db, "firmer", two, three, ("a-2", "a-3"), note="shall, not will")
    change(db, "dropped", three, None, ("a-3", "a-4"))
    db.execute("update arrivals set first_seen_at = '2026-01-02T03:04:05Z'")
    return one, two, three


def told(db, name):
    """The day, the kind and the change or decision of each event of a commitment."""
    return [(event.on[:10], event.kind, event.what) for event in history(db, name)]


def test_a_promise_alone_in_its_document_was_promised_and_found(db):
    plant_document(db, "a-1", year=2015)
    name = plant_promise(db, "a-1", JUDGES)
    assert [(event.on[:2], event.kind) for event in history(db, name)] == [("20", "promised"), ("20", "found")]


def test_a_commitment_that_is_not_there_has_no_history(db):
    assert history(db, "0" * 16) == []


def test_editions_before_and_behind_are_told_in_order_of_time_with_what_became_of_the_promise(db):
    _, two, _ = plant_editions(db)
    assert told(db, two) == [
        ("2010", "earlier edition", ""),
        ("2014", "promised", "kept"),
        ("2018", "later edition", "firmer"),
        ("2022", "later edition", "dropped"),
        ("2026-01-02", "found", ""),
    ]


def test_every_edition_tells_one_history_each_from_where_it_stands(db):
    one, two, three = plant_editions(db)
    assert [[what for _, _, what in told(db, name)] for name in (one, two, three)] == [
        ["", "kept", "firmer", "dropped", ""]
    ] * 3
    assert [kind for _, kind, _ in told(db, one)][:2] == ["promised", "later edition"]


def test_a_promise_that_the_edition_before_lacks_is_new(db):
    plant_editions(db)
    name = plant_promise(db, "a-4", "We will train teachers.")
    change(db, "new", None, name, ("a-3", "a-4"))
    assert told(db, name)[0] == ("2022", "promised", "new")


def test_two_editions_that_lead_to_each_other_end_the_history(db):
    one, _, three = plant_editions(db)
    change(db, "kept", three, one, ("a-3", "a-1"))
    assert len(told(db, one)) == 4


def test_the_same_words_of_the_same_issuer_elsewhere_are_told_and_those_of_another_are_not(db):
    plant_document(db, "a-1", year=2015)
    plant_document(db, "a-9", year=2012)
    plant_document(db, "b-1", issuer="XBB", year=2013)
    names = [plant_promise(db, document, JUDGES) for document in ("a-1", "a-9", "b-1")]
    table(db, "formulas").insert({"id": "f", "first_id": names[1], "commitments": 3, "documents": 3, "issuers": 2})
    table(db, "formula_commitments").insert_all({"commitment_id": name, "formula_id": "f"} for name in names)
    assert [(on, kind) for on, kind, _ in told(db, names[0])][:2] == [("2012", "same words"), ("2015", "promised")]
    assert len(told(db, names[0])) == 3


def test_what_is_reviewed_on_the_day_on_which_it_was_found_was_found_first(db):
    _, two, _ = plant_editions(db)
    give(db, two, "right", "A", on="2026-01-02")
    assert [kind for _, kind, _ in told(db, two)][-2:] == ["found", "reviewed"]


def test_reviews_stand_in_the_order_in_which_they_were_given(db):
    plant_document(db, "a-1", year=2015)
    name = plant_promise(db, "a-1", JUDGES)
    for decision in ("right", "wrong"):
        give(db, name, decision, "A", on="2026-03-04")
    give(db, name, "doubtful", "B", on="2020-03-04")
    assert [what for _, kind, what in told(db, name) if kind == "reviewed"] == ["doubtful", "right", "wrong"]


@pytest.mark.parametrize(("built_at", "kinds"), [("2026-01-02T23:00:00Z", []), ("2026-02-02T03:04:05Z", ["read anew"])])
def test_a_document_was_read_anew_when_it_was_read_on_a_later_day(db, built_at, kinds):
    _, two, _ = plant_editions(db)
    built = {"stage": "commitments", "input": "a-2", "input_hash": "", "output_hash": "", "seconds": 0.0}
    table(db, "builds").insert({**built, "built_at": built_at})
    assert [kind for _, kind, _ in told(db, two) if kind == "read anew"] == kinds


def test_a_database_of_an_earlier_concord_tells_what_it_knows(db):
    _, two, _ = plant_editions(db)
    for name in ("arrivals", "reviews"):
        db.execute(f"drop table {name}")
    assert [kind for _, kind, _ in told(db, two)] == ["earlier edition", "promised", "later edition", "later edition"]


def test_every_event_is_of_a_kind_that_is_explained(db):
    _, two, _ = plant_editions(db)
    give(db, two, "right", "A")
    assert {event.kind for event in history(db, two)} <= set(EVENTS)


@pytest_asyncio.fixture
async def reviewed(db, tmp_path):
    """The pages of a database with two promises judged, one of them twice, and one that nobody judged."""
    one, two, three = plant_editions(db)
    give(db, one, "right", "A. Reader", on="2026-03-04")
    give(db, one, "wrong", "<b>Mallory</b>", note="it is <i>none</i>", on="2026-03-05")
    give(db, two, "right", "A. Reader", on="2026-03-04")
    leave_one_file(db)
    site = Datasette([str(tmp_path / f"{NAME}.db")], metadata=deepcopy(DESCRIBED), settings=SETTINGS)
    await site.invoke_startup()
    site.promises = one, two, three
    return site


async def page_of(site, address):
    """A page without its white space, and its tree."""
    response = await site.client.get(address)
    assert response.status_code == 200
    tree = html.fromstring(response.text)
    return re.sub(r"\s+", " ", tree.text_content()), tree


async def test_the_page_of_a_commitment_says_what_was_decided_by_whom_when_and_why(reviewed):
    _, tree = await page_of(reviewed, f"/commitment/{reviewed.promises[0]}")
    shown = re.sub(r"\s+", " ", tree.get_element_by_id("review").text_content())
    assert "judged wrong by <b>Mallory</b> on 2026-03-05: “it is <i>none</i>”" in shown
    assert "Earlier decisions ✓ judged right by A. Reader on 2026-03-04" in shown
    assert "It stays on every page and in every count" in shown


async def test_a_commitment_that_nobody_reviewed_says_so_and_how_to_review_it(reviewed):
    name = reviewed.promises[2]
    _, tree = await page_of(reviewed, f"/commitment/{name}")
    shown = tree.get_element_by_id("review").text_content()
    assert "Not reviewed." in shown
    assert f"concord review give {name} right --by" in shown
    assert f"--db {NAME}.db" in shown


async def test_the_history_on_the_page_leads_to_the_editions_and_the_promise_in_them(reviewed):
    one, two, three = reviewed.promises
    text, tree = await page_of(reviewed, f"/commitment/{two}")
    links = tree.get_element_by_id("history").xpath(".//li//a/@href")
    assert {f"/commitment/{one}", f"/commitment/{three}", "/editions/a%20b?edition=3", "/document/a-4"} <= set(links)
    assert "Firmer: promised again, and more bindingly (shall, not will)." in text


async def test_the_history_is_taken_away_with_its_reviews(reviewed):
    one, *_ = reviewed.promises
    found = (await reviewed.client.get(f"/commitment/{one}/history.json")).json()
    assert [(row["event"], row["what"], row["reviewer"]) for row in found["rows"]][-2:] == [
        ("reviewed", "right", "A. Reader"),
        ("reviewed", "wrong", "<b>Mallory</b>"),
    ]
    for row in found["rows"]:
        assert (await reviewed.client.get(row["address"].removeprefix("http://localhost"))).status_code == 200


async def test_a_document_of_which_nothing_was_read_has_its_page(reviewed):
    assert (await reviewed.client.get("/document/a-4")).status_code == 200


async def test_the_history_of_a_commitment_that_is_not_there_is_not_found(reviewed):
    assert (await reviewed.client.get(f"/commitment/{'0' * 16}/history.json")).status_code == 404


@pytest.mark.parametrize("address", ["/theme/CAP", "/search?issuer=XAA", "/editions/a%20b?edition=2", "/compare/cell?issuer=XAA&theme=CAP"])  # fmt: skip
async def test_a_quote_that_was_judged_says_so_wherever_it_is_shown(reviewed, address):
    _, tree = await page_of(reviewed, address)
    assert {mark.text_content() for mark in tree.find_class("c-review")} == {"✗ judged wrong", "✓ judged right"}


@pytest.mark.parametrize(
    ("review", "count"), [("wrong", 1), ("right", 1), ("doubtful", 0), ("unreviewed", 1), ("nonsense", 3), ("", 3)]
)
async def test_a_search_is_narrowed_to_what_reviewers_decided(reviewed, review, count):
    found = (await reviewed.client.get(f"/search.json?issuer=XAA&review={review}")).json()
    assert len(found["hits"]) == count
    assert {hit["review"] for hit in found["hits"]} <= (
        {review} if review in ("wrong", "right") else {"", "wrong", "right"}
    )


async def test_hits_are_counted_by_what_reviewers_decided(reviewed):
    _, tree = await page_of(reviewed, "/search?issuer=XAA")
    side = re.sub(r"\s+", " ", tree.find_class("c-side")[0].text_content())
    assert "By review judged right 1judged wrong 1" in side


@pytest.mark.parametrize("address", ["/theme/CAP/commitments.json", "/search.json?issuer=XAA", "/compare/cell.json?issuer=XAA&theme=CAP"])  # fmt: skip
async def test_a_list_to_take_away_says_what_reviewers_decided(reviewed, address):
    found = (await reviewed.client.get(address)).json()
    listed = found.get("hits") or found["rows"]
    assert sorted(row["review"] for row in listed) == ["", "right", "wrong"]


async def test_the_page_of_quality_counts_what_was_wrong_of_what_was_reviewed(reviewed):
    text, tree = await page_of(reviewed, "/quality")
    assert "1 of 2 reviewed was wrong" in text
    assert "/search?review=wrong" in tree.get_element_by_id("reviewed").getparent().xpath(".//a/@href")


async def test_the_page_of_quality_says_that_nobody_reviewed(db, tmp_path):
    plant_editions(db)
    leave_one_file(db)
    site = Datasette([str(tmp_path / f"{NAME}.db")], metadata=deepcopy(DESCRIBED), settings=SETTINGS)
    assert "Nobody has reviewed a commitment here" in (await page_of(site, "/quality"))[0]


@pytest.mark.parametrize("address", ["/", "/quality", "/search?issuer=XAA", "/search?issuer=XAA&review=wrong", "/theme/CAP", "/theme/CAP/commitments.csv", "/editions/a%20b.json"])  # fmt: skip
async def test_the_site_of_a_database_of_an_earlier_concord_is_shown(db, tmp_path, address):
    plant_editions(db)
    for name in ("arrivals", "reviews"):
        db.execute(f"drop table {name}")
    leave_one_file(db)
    site = Datasette([str(tmp_path / f"{NAME}.db")], metadata=deepcopy(DESCRIBED), settings=SETTINGS)
    assert (await site.client.get(address)).status_code == 200


async def test_a_decision_is_shown_from_the_next_question_on(reviewed, tmp_path):
    with open_store(tmp_path / f"{NAME}.db") as other:
        give(other, reviewed.promises[2], "doubtful", "B")
    assert "? judged doubtful" in (await page_of(reviewed, "/theme/CAP"))[0]
