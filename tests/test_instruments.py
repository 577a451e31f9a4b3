"""Instruments on the site: who names one, in which role and in which sentence, and which one a question names."""

from __future__ import annotations

import json
from itertools import count

import pytest
from conftest import ROOT
from planting import plant_document, plant_passage

from pipeline.site import lists
from pipeline.site.instruments import asked_for, by_kind, instrument, names
from pipeline.site.queries import named as named_in
from pipeline.site.serving import METADATA, NAME
from pipeline.store import rows, table

QUERY = json.loads((ROOT / METADATA).read_text("utf-8"))["databases"][NAME]["queries"]["who_names_an_instrument"]["sql"]
TWICE = "We joined the Paris Call, and the Call binds us."
numbers = count()


def name_it(db, passage, text, quote, name, *, code="PARIS-CALL", role="obligation"):
    """Plant a mention of an instrument."""
    start = text.index(quote) + quote.index(name)
    document = rows(db, "select document_id as id from passages where id = ?", [passage])[0]["id"]
    table(db, "mentions").insert(
        {
            "id": f"m{next(numbers)}", "instrument_id": code, "document_id": document, "passage_id": passage, "page": 1,
            "text": name, "quote": quote, "role": role, "start": start, "end": start + len(name),
        }
    )  # fmt: skip


@pytest.fixture
def named(db):
    """Two documents that name the Paris Call: one twice in a sentence, the other in another role."""
    table(db, "instruments").insert_all(
        [
            {"id": "PARIS-CALL", "name": "Paris Call for Trust", "kind": "declaration", "since": "2018-11-12"},
            {"id": "CTBT", "name": "Test-Ban Treaty", "kind": "treaty", "since": "1996"},
        ]
    )
    for document, issuer, year in (("a", "XAA", 2020), ("b", "XBB", 2019)):
        plant_document(db, document, issuer=issuer, year=year)
    text = f"It is late. {TWICE}"
    passage = plant_passage(db, "a", text)
    name_it(db, passage, text, TWICE, "Paris Call")
    name_it(db, passage, text, TWICE, "the Call")
    quote = "Others follow the Paris Call."
    name_it(db, plant_passage(db, "b", quote), quote, quote, "Paris Call", role="model")
    return db


def test_a_sentence_that_names_an_instrument_twice_is_shown_once_with_both_names_marked(named):
    (one,) = [one for one in instrument(named, "PARIS-CALL", "")["namings"] if one.row["document_id"] == "a"]
    assert [one.row["quote"][start:end] for start, end in one.marks] == ["Paris Call", "the Call"]


def test_sentences_come_by_year(named):
    assert [one.row["year"] for one in instrument(named, "PARIS-CALL", "")["namings"]] == [2019, 2020]


def test_a_sentence_that_stands_twice_in_a_passage_is_shown_twice(named):
    text = "See the Paris Call. See the Paris Call."
    passage = plant_passage(named, "b", text)
    quote = "See the Paris Call."
    name_it(named, passage, text, quote, "Paris Call", role="mention")
    second = rows(named, "select * from mentions where passage_id = ?", [passage])[0]
    table(named, "mentions").insert({**second, "id": "later", "start": second["start"] + 20, "end": second["end"] + 20})
    found = instrument(named, "PARIS-CALL", "mention")["namings"]
    assert [one.row["quote"][start:end] for one in found for start, end in one.marks] == ["Paris Call", "Paris Call"]


def test_a_role_leaves_the_sentences_that_have_it(named):
    assert [one.row["document_id"] for one in instrument(named, "PARIS-CALL", "model")["namings"]] == ["b"]


def test_who_names_an_instrument_is_counted_by_issuer_and_role(named):
    found = instrument(named, "PARIS-CALL", "")
    assert [(code, dict(times)) for (code, _), times in found["issuers"]] == [("XAA", {"obligation": 2}), ("XBB", {"model": 1})]  # fmt: skip
    assert found["roles"] == {"model": 1, "obligation": 2}
    assert found["years"] == {2019: 1, 2020: 1}


def test_an_unknown_instrument_is_none(named):
    assert instrument(named, "NONE", "") is None
    assert lists.instrument_mentions(named, str, "NONE", "") is None


def test_an_instrument_that_nobody_names_is_listed_all_the_same(named):
    found = by_kind(named)
    assert [(one["id"], one["mentions"]) for one in found["groups"]["treaty"]] == [("CTBT", 0)]
    assert (found["count"], found["named"]) == (2, 1)
    assert instrument(named, "CTBT", "")["namings"] == []


@pytest.mark.parametrize(("role", "count_of_rows"), [("", 3), ("obligation", 2), ("partner", 0)])
def test_the_list_to_take_away_has_a_row_for_each_place(named, role, count_of_rows):
    assert len(lists.instrument_mentions(named, str, "PARIS-CALL", role).rows) == count_of_rows


@pytest.mark.parametrize("question", ["who joined the paris call", "Paris Call for Trust!", "the Paris Call?"])
def test_a_question_leads_to_the_instrument_that_it_names_in_full(named, question):
    assert asked_for(names(named), question) == [("PARIS-CALL", "Paris Call for Trust")]


@pytest.mark.parametrize("question", ["call the police", "the call", "ctbt", "paris calling", "comparis call", "trust"])
def test_a_question_that_names_no_instrument_in_full_leads_to_none(named, question):
    assert asked_for(names(named), question) == []


def test_a_question_may_use_the_letters_by_which_a_text_names_an_instrument(named):
    quote = "We ratified the CTBT."
    name_it(named, plant_passage(named, "b", quote), quote, quote, "CTBT", code="CTBT")
    assert asked_for(names(named), "who ratified the ctbt?") == [("CTBT", "Test-Ban Treaty")]


def test_a_name_of_two_instruments_leads_to_neither(named):
    quote = "They test by the Paris Call."
    name_it(named, plant_passage(named, "b", quote), quote, quote, "Paris Call", code="CTBT")
    assert asked_for(names(named), "paris call") == []


def test_the_query_gives_a_sentence_once_however_often_it_names_the_instrument(named):
    found = rows(named, QUERY, {"code": "paris-call"})
    assert [row["quote"] for row in found] == ["Others follow the Paris Call.", TWICE]


def test_whom_a_document_names_in_two_roles_it_names_once_with_both(named):
    quote = "Some know the Paris Call."
    name_it(named, plant_passage(named, "a", quote), quote, quote, "Paris Call", role="mention")
    (one,) = named_in(named, "document_id", "a")
    assert (one["id"], one["n"], one["roles"]) == ("PARIS-CALL", 3, {"obligation": 2, "mention": 1})
