"""What is gone: its address gives the one reason that is true, and leads to what is here in its place."""

from __future__ import annotations

import pytest
from planting import plant_document, plant_promise, plant_themes

from pipeline.finding.detector import CLASSES
from pipeline.site.gone import JUDGED, retired
from pipeline.store import rows, table

QUOTE = "We will train judges and prosecutors in the handling of electronic evidence."


@pytest.fixture
def promise(db):
    """The id of a promise of a document."""
    plant_document(db, "a-1")
    return plant_promise(db, "a-1", QUOTE)


def strike(db, promise):
    db.execute("delete from commitments where id = ?", [promise])


def told(db, kind, name):
    found = retired(db, kind, name)
    return found["why"], found["instead"]


def test_of_what_never_was_here_nothing_is_told(db, promise):
    assert retired(db, "commitment", promise) is None


@pytest.mark.parametrize(
    ("reason", "words"),
    [("achievement", "it says what was done"), ("off_topic", "it is about something else than cyberspace"), ("", "")],
)
def test_a_sentence_that_is_no_commitment_any_more_is_shown_with_the_reason_for_that(db, promise, reason, words):
    strike(db, promise)
    db.execute("update sentences set reason = ?", [reason])
    why, instead = told(db, "commitment", promise)
    because = f": {words}" if words else ""
    assert why == f"Its words are still in the document, but are not taken for a commitment any more{because}."
    passage = rows(db, "select id from passages")[0]["id"]
    assert instead == [(f"/document/a-1?passage={passage}#{passage}", "the passage that holds its words")]


def test_every_reason_for_which_a_sentence_is_no_commitment_is_put_in_words():
    assert JUDGED.keys() == set(CLASSES) - {"commitment"}


def test_a_commitment_with_other_edges_in_its_place_is_led_to(db, promise):
    row = rows(db, "select * from commitments where id = ?", [promise])[0]
    strike(db, promise)
    table(db, "commitments").insert({**row, "id": "new", "quote": "train judges", "start": 8, "end": 20})
    why, instead = told(db, "commitment", promise)
    assert why == "Its words are still in the document, but the commitment there begins or ends elsewhere now."
    assert instead[0] == ("/commitment/new", "train judges")


def test_a_commitment_elsewhere_in_its_passage_is_not_in_its_place(db, promise):
    row = rows(db, "select * from commitments where id = ?", [promise])[0]
    strike(db, promise)
    db.execute("update passages set text = text || ' We will act.'")
    table(db, "commitments").insert({**row, "id": "new", "quote": "We will act.", "start": len(QUOTE) + 1, "end": len(QUOTE) + 13})  # fmt: skip
    assert "not taken for a commitment" in told(db, "commitment", promise)[0]


def test_words_that_its_document_does_not_hold_any_more_are_led_to_where_else_they_stand(db, promise):
    plant_document(db, "b-2")
    other = plant_promise(db, "b-2", QUOTE.upper())
    db.execute("delete from passages where document_id = 'a-1'")
    assert told(db, "commitment", promise) == (
        "The document was read anew, and its text as it is read now does not hold these words.",
        [(f"/commitment/{other}", "the same words in Strategy b-2 (2020)")],
    )


def test_the_words_of_another_document_are_not_taken_for_those_of_its_own(db, promise):
    plant_document(db, "b-2")
    plant_promise(db, "b-2", f"{QUOTE} And so on.")
    db.execute("delete from passages where document_id = 'a-1'")
    assert told(db, "commitment", promise)[1] == []


def test_a_document_that_cannot_be_read_now_is_the_reason(db, promise):
    db.execute("delete from passages")
    db.execute("update documents set status = 'not read'")
    assert told(db, "commitment", promise) == (
        "The file of its document cannot be read now.", [("/problems", "what was not read, and why")]
    )  # fmt: skip


def test_a_document_that_was_struck_is_the_reason(db, promise):
    db.execute("delete from documents")
    assert told(db, "commitment", promise) == (
        "It went with the document in which it stood, “Strategy a-1”. The document was struck from the corpus: the manifest lists it no longer.",
        [],
    )  # fmt: skip


def test_a_document_that_has_another_name_now_is_led_to(db, promise):
    db.execute("delete from documents")
    plant_document(db, "a-2")
    db.execute("update documents set title = 'Strategy a-1'")
    why, instead = told(db, "document", "a-1")
    assert "one of the same title is here by another name" in why
    assert instead == told(db, "commitment", promise)[1] == [("/document/a-2", "Strategy a-1 (2020)")]


def test_a_theme_is_struck_or_has_another_code(db):
    plant_themes(db)
    db.execute("delete from themes where id in ('CAP', 'LAW')")
    table(db, "themes").insert({"id": "JUS", "label": "Law", "definition": "", "position": 20})
    assert told(db, "theme", "CAP") == ("It was struck from themes.toml.", [])
    assert told(db, "theme", "LAW") == ("It has another name in its address now.", [("/theme/JUS", "Law")])


@pytest.mark.parametrize(
    ("shared", "why"),
    [
        (0, "None of its 5 commitments is here any more."),
        (2, "Sub-themes were formed anew, and it fell apart: no other holds more than 2 of its 5 commitments."),
    ],
)
def test_a_subtheme_without_a_successor_says_what_became_of_its_commitments(db, shared, why):
    plant_themes(db)
    table(db, "subthemes").insert({"id": "s", "theme_id": "CAP", "label": "judges", "terms": "", "commitments": 5})
    db.execute("delete from subthemes")
    table(db, "subtheme_lineage").insert(
        {
            "change": 2, "subtheme_id": "s", "theme_id": "CAP", "event": "retired", "before": 5, "after": 0, "shared": shared,
            "label": "judges", "changed_at": "2031-02-03T04:05:06Z",
        }
    )  # fmt: skip
    assert told(db, "sub-theme", "s") == (why, [("/theme/CAP", "the theme Cap")])


@pytest.mark.parametrize("quote", ['"', "OR", "We will “act” NEAR(x) AND* it's -own: {a}", ""])
def test_words_that_a_search_would_take_for_its_signs_are_no_error(db, quote):
    plant_document(db, "a-1")
    promise = plant_promise(db, "a-1", quote or ".")
    strike(db, promise)
    assert retired(db, "commitment", promise)["why"]
