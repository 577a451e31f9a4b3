"""The benchmark of mentions: it finds places again, and counts what is right."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT, SAMPLE
from planting import plant_document, plant_mention, plant_passage
from test_benchmarks import script

from pipeline.finding.namings import ROLES
from pipeline.instruments import load_instruments
from pipeline.issuers import load_issuers
from pipeline.records import Passage, Segment
from pipeline.store import rows

JUDGMENTS = ROOT / "benchmarks" / "mention_judgments.jsonl"


@pytest.fixture(scope="module")
def mentions():
    return script("mentions")


@pytest.fixture(scope="module")
def judgments(mentions):
    return mentions.load_judgments(JUDGMENTS)


def test_a_hundred_were_drawn_and_ten_documents_read(judgments):
    assert sum(one.set == "drawn" for one in judgments) == 100
    assert len({one.document for one in judgments if one.set == "read"}) == 10


def test_a_judgment_holds_a_place_and_no_text(judgments):
    allowed = {"set", "document", "sha256", "page", "start", "end", "named", "role", "first"}
    assert all(json.loads(line).keys() <= allowed for line in JUDGMENTS.read_text("utf-8").splitlines())
    assert all(0 <= one.start < one.end and one.page >= 1 for one in judgments)


def test_what_is_named_is_known_or_nothing(judgments):
    known = {one.code for one in (*load_issuers(SAMPLE), *load_instruments(SAMPLE))}
    assert {one.named for one in judgments} <= known | {""}
    assert {one.role for one in judgments if one.set == "drawn"} <= {*ROLES, ""}


def test_no_document_that_is_kept_for_measuring_was_judged(judgments):
    kept = ("can-2010", "crin-2022", "gbr-2016", "jpn-2015", "can-usa-2021", "quad-2023-senior", "ind-2013", "g7-2023")
    assert [
        one.document for one in judgments if one.document.startswith((*kept, "usa-2023-nat", "est-2014", "aus-2016"))
    ] == []


def test_a_place_in_a_passage_is_found_on_its_page(mentions):
    page = "Head\n\nWe work  with\nBelmora now.\n"
    text = "We work with Belmora now."
    passage = Passage("paragraph", text, (Segment(0, len(text), 3, 6, len(page)),))
    start = text.index("Belmora")
    number, first, last = mentions.place_of(passage, start, start + 7, {3: page})
    assert (number, page[first:last]) == (3, "Belmora")


def test_what_goes_on_over_a_page_is_cut_off_at_its_end(mentions):
    passage = Passage("paragraph", "the Meridian Group", (Segment(0, 12, 1, 0, 12), Segment(13, 18, 2, 0, 5)))
    assert mentions.place_of(passage, 4, 18, {1: "the Meridian", 2: "Group"}) == (1, 4, 12)


def test_mentions_are_read_from_the_database_with_their_places(mentions, db):
    plant_document(db, "xaa")
    plant_passage(db, "xaa", "It begins here.")
    plant_mention(db, "xaa", "We work with Belmora.", "Belmora", issuer="XBB", role="partner")
    text = rows(db, "select text from pages where document_id = 'xaa'")[0]["text"]
    (found,) = mentions.load_found(db, "xaa")
    assert (text[found.start : found.end], found.named, found.role) == ("Belmora", "XBB", "partner")


def a_judgment(mentions, *, start=0, named="XBB", role="partner", kind="drawn", first=True):
    return mentions.Judgment(kind, "a", "", 1, start, start + 5, named, role, first)


def a_mention(mentions, *, start=0, named="XBB", role="partner"):
    return mentions.Found("a", 1, start, start + 5, named, role)


def test_a_drawn_mention_is_right_by_its_name_and_by_its_role(mentions):
    judged = [
        a_judgment(mentions),
        a_judgment(mentions, start=10, role="model"),
        a_judgment(mentions, start=20, named=""),
    ]
    found = [a_mention(mentions, start=start) for start in (0, 10, 20)]
    assert mentions.judge_drawn(judged, found) == mentions.Drawn(3, 2, 1)


def test_a_drawn_mention_that_is_there_no_more_is_not_counted(mentions):
    assert mentions.judge_drawn([a_judgment(mentions)], []) == mentions.Drawn(0, 0, 0)


def test_of_a_document_that_was_read_namings_and_mentions_are_counted(mentions):
    namings = [a_judgment(mentions, kind="read", start=start, first=start < 20) for start in (0, 10, 20)]
    found = [a_mention(mentions), a_mention(mentions, start=10, named="XCC"), a_mention(mentions, start=40)]
    (read,) = mentions.judge_read(namings, found)
    assert (read.namings, read.found, read.found_first, read.mentions, read.right) == (3, 1, 2, 3, 1)
