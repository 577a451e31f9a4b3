"""The check: a sound database has no fault, and each fault of a broken one is told."""

from __future__ import annotations

import pytest
from planting import plant_document, plant_mention, plant_passage, plant_promise

from pipeline.checking import count_checked, faults_of
from pipeline.store import rows, table


@pytest.fixture
def sound(db):
    """A database with a passage, a promise with a slot, and a mention."""
    plant_document(db, "a-1")
    plant_passage(db, "a-1", "It is so.")
    promise = plant_promise(db, "a-1", "We will act.", action="act")
    table(db, "slots").insert(
        {"commitment_id": promise, "name": "action", "text": "act", "source": "quote", "start": 8, "end": 11}
    )
    plant_mention(db, "a-1", "We work with Belmora.", "Belmora", issuer="XBB")
    return db


def test_a_sound_database_has_no_fault(sound):
    assert list(faults_of(sound)) == []


def test_the_database_of_the_sample_has_no_fault(sample_db):
    assert list(faults_of(sample_db)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("update pages set text = 'Something else.'", "does not hold its words where it says"),
        ("update pages set number = 2", "stands on page 1, which is not there"),
        ("update passage_spans set sentences = '[[0, 999]]'", "has a sentence outside its text"),
        ("update passage_spans set sentences = '[[3, 3]]'", "has a sentence outside its text"),
        (
            "update passage_spans set segments = replace(segments, ', 1, 0, ', ', 1, 1, ')",
            "does not hold its words where it says",
        ),
        ("update passages set text = text || ' Or not.'", "has words that stand on no page"),
        ("update commitments set quote = 'We will act!'", "its offsets do not give its quote"),
        ("update commitments set page = 2", "is not on page 2"),
        ("update commitments set lead_in = 'We will:'", "its lead-in is not that of its passage"),
        ("update slots set text = 'wait'", "its action is not in its quote"),
        ("update slots set source = 'lead_in'", "its action is not in its lead-in"),
        ("update mentions set start = start + 1", "its offsets do not give its text"),
    ],
)
def test_a_fault_is_told(change, fault, sound):
    sound.execute(change)
    found = list(faults_of(sound))
    assert found != []
    assert [one for one in found if not one.endswith(fault)] == []


def test_a_slot_that_is_inferred_has_no_place_to_check(sound):
    sound.execute("update slots set source = 'inferred', text = 'anything', start = null, end = null")
    assert list(faults_of(sound)) == []


def test_a_row_that_refers_to_nothing_is_told_and_the_check_goes_on(sound):
    sound.execute("pragma foreign_keys = off")
    sound.execute("delete from passages")
    found = list(faults_of(sound))
    assert {one.split()[0] for one in found} == {
        "commitments",
        "mentions",
        "passage_spans",
        "passage_themes",
        "sentences",
    }


def test_what_was_checked_is_counted(sound):
    assert count_checked(sound) == {"commitments": 1, "slots": 1, "passages": 3, "mentions": 1}
    assert rows(sound, "select count(*) as n from passages") == [{"n": 3}]
