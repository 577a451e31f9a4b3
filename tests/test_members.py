"""Members: who carries what a group declared, who promises something else, and who is silent."""

from __future__ import annotations

import csv
import io
import json

import pytest
from planting import plant_document, plant_issuer, plant_promise

from pipeline.coverage import Choice
from pipeline.errors import ConcordError
from pipeline.exporting import csv_text
from pipeline.members import group_view, listing, to_json, to_markdown
from pipeline.store import table


@pytest.fixture
def planted(db):
    """A group of three: Arvenia carries its promise, Belmora is silent, Corvane has no document."""
    plant_document(db, "declared", issuer="XMG", year=2018)
    db.execute("update issuers set kind = 'group' where id = 'XMG'")
    for code in ("XAA", "XBB", "XCC"):
        plant_issuer(db, code)
        table(db, "memberships").insert({"group_id": "XMG", "member_id": code, "from_on": "", "to_on": ""})
    plant_document(db, "a", issuer="XAA", year=2019)
    plant_document(db, "b", issuer="XBB", year=2019)
    ours = plant_promise(db, "declared", "We will train judges.")
    theirs = plant_promise(db, "a", "Arvenia will train its judges.")
    table(db, "subthemes").insert(
        {"id": "s", "theme_id": "CAP", "label": "Judges", "terms": "judges", "commitments": 1}
    )
    table(db, "commitments").update(ours, {"subtheme_id": "s"})
    for one, other in ((ours, theirs), (theirs, ours)):
        table(db, "counterparts").insert(
            {
                "commitment_id": one,
                "other_id": other,
                "theme_id": "CAP",
                "substance": 0.9,
                "wording": 0.2,
                "relation": "same",
                "is_formula": 0,
            }
        )
    return db


def test_each_member_stands_where_its_texts_put_it(planted):
    (row,) = group_view(planted, "XMG").rows
    assert {code: one.finding for code, one in row.members.items()} == {
        "XAA": "carries", "XBB": "absent", "XCC": "no document",
    }  # fmt: skip


def test_a_carried_commitment_has_the_quotes_of_who_carries_it_and_names_who_is_silent(planted):
    (one,) = group_view(planted, "XMG").rows[0].commitments
    assert [quote.quote for quote in one.carriers["XAA"]] == ["Arvenia will train its judges."]
    assert one.silent == ("XBB",)


@pytest.mark.parametrize("relation", ["other instrument", "opposed", "related"])
def test_a_counterpart_that_does_another_thing_is_something_else_and_no_silence(planted, relation):
    planted.execute("update counterparts set relation = ?", [relation])
    (row,) = group_view(planted, "XMG").rows
    assert row.members["XAA"].finding == "otherwise"
    assert (row.commitments[0].carriers, row.commitments[0].otherwise, row.commitments[0].silent) == (
        {},
        ("XAA",),
        ("XBB",),
    )


@pytest.mark.parametrize("relation", ["firmer", "weaker"])
def test_who_promises_it_more_or_less_firmly_carries_it_and_that_is_said(planted, relation):
    planted.execute("update counterparts set relation = ?, note = 'target: skills'", [relation])
    view = group_view(planted, "XMG")
    (one,) = view.rows[0].commitments
    assert view.rows[0].members["XAA"].finding == "carries"
    assert one.relations == {one.carriers["XAA"][0].id: (relation, "target: skills")}
    assert f"- Arvenia, {relation}: \u201cArvenia will train its judges.\u201d" in to_markdown(view)
    assert [row["relation"] for row in listing(view).rows] == [relation, None, None]


def test_kinds_are_asked_of_the_group_and_of_its_members(planted):
    assert group_view(planted, "XMG", Choice(("group_declaration",))).documents == ()
    table(planted, "documents").update("declared", {"kind_id": "group_declaration"})
    found = {
        kinds: group_view(planted, "XMG", Choice(kinds))
        for kinds in (("group_declaration",), ("group_declaration", "national_strategy"))
    }
    assert [view.rows[0].members["XAA"].finding for view in found.values()] == ["no document", "carries"]


def test_a_list_has_the_address_that_it_was_asked_at(planted):
    assert listing(group_view(planted, "XMG"), "http://localhost/compare.csv?issuer=XMG&members=1").address == (
        "http://localhost/compare.csv?issuer=XMG&members=1"
    )


def test_texts_after_the_year_are_left_out(planted):
    assert group_view(planted, "XMG", Choice(at=2018)).rows[0].members["XAA"].finding == "no document"


def test_an_issuer_that_is_no_group_is_an_error_that_names_the_groups(planted):
    with pytest.raises(ConcordError, match=r"XAA is no group whose members are known\. Groups with documents are: XMG"):
        group_view(planted, "XAA")


def test_every_form_says_who_carries_and_who_is_silent(planted):
    view = group_view(planted, "XMG")
    assert "- silent: Belmora" in to_markdown(view)
    assert [row["finding"] for row in csv.DictReader(io.StringIO(csv_text(listing(view))))] == [
        "carries",
        "absent",
        "no document",
    ]
    assert json.loads(to_json(view))["rows"][0]["members"]["XAA"] == {"finding": "carries", "carried": 1}
