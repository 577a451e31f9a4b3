"""Embeddings: one vector for each distinct text and model, made once."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from planting import plant_document, plant_passage, plant_promise

from pipeline import embeddings
from pipeline.embeddings import load_vectors, run, text_hash, texts_to_encode, to_blob
from pipeline.settings import Settings
from pipeline.store import rows, table

QUIET = lambda *_: None  # noqa: E731  # what a stage reports goes nowhere


@pytest.fixture
def planted(db):
    """Two documents that share a sentence, and a sentence of one alone."""
    for name in ("one", "two"):
        plant_document(db, name)
        plant_promise(db, name, "We will share what we know.")
    plant_promise(db, "two", "We will train judges.")
    return db


def test_a_sentence_in_two_documents_is_encoded_once(planted, letters):
    assert run(planted, Settings(), QUIET).done == 2
    assert rows(planted, "select count(*) as n from embeddings")[0]["n"] == 2


def test_a_second_run_encodes_nothing_and_loads_no_model(planted, letters, monkeypatch):
    run(planted, Settings(), QUIET)
    monkeypatch.setattr(embeddings, "load_encoder", lambda _: pytest.fail("the encoder was loaded"))
    tally = run(planted, Settings(), QUIET)
    assert (tally.done, tally.kept) == (0, 2)


def test_only_new_texts_are_encoded(planted, letters):
    run(planted, Settings(), QUIET)
    plant_promise(planted, "one", "We will build a centre.")
    tally = run(planted, Settings(), QUIET)
    assert (tally.done, tally.kept) == (1, 2)


def test_the_vector_of_a_text_that_is_gone_goes_too(planted, letters):
    run(planted, Settings(), QUIET)
    planted.execute("delete from documents where id = 'two'")
    run(planted, Settings(), QUIET)
    assert [row["text_hash"] for row in rows(planted, "select text_hash from embeddings")] == [
        text_hash("We will share what we know.")
    ]


def test_vectors_of_another_model_stay_when_texts_go(planted, letters):
    other = {"text_hash": "gone", "model": "other@0", "vector": b"\0\0\0\0"}
    table(planted, "embeddings").insert(other)
    run(planted, Settings(), QUIET)
    assert rows(planted, "select * from embeddings where model = 'other@0'") == [other]


def test_a_run_that_is_stopped_goes_on_where_it_was(planted, letters, monkeypatch):
    monkeypatch.setattr(embeddings, "_BATCH", 1)
    encode, seen = letters.encode, []

    def encode_once(texts):
        if seen:
            raise KeyboardInterrupt
        seen.extend(texts)
        return encode(texts)

    monkeypatch.setattr(letters, "encode", encode_once)
    with pytest.raises(KeyboardInterrupt):
        run(planted, Settings(), QUIET)
    monkeypatch.setattr(letters, "encode", encode)
    tally = run(planted, Settings(), QUIET)
    assert (tally.done, tally.kept) == (1, 1)


def test_two_writings_of_one_text_share_a_vector():
    assert text_hash("We\u00a0will share \u201cdata\u201d.") == text_hash('we will share "data"')


def test_texts_of_other_words_share_none():
    assert text_hash("We will share data.") != text_hash("We will share the data.")


def test_headings_and_footnotes_get_no_vector(db):
    plant_document(db, "one")
    plant_passage(db, "one", "A heading of the text", role="heading")
    plant_passage(db, "one", "A note at its foot", role="footnote")
    plant_passage(db, "one", "A paragraph of the text")
    assert list(texts_to_encode(db).values()) == ["A paragraph of the text"]


def test_texts_in_a_language_that_is_not_covered_get_no_vector(db):
    plant_document(db, "one")
    passage = plant_passage(db, "one", "Un paragraphe en français")
    table(db, "passages").update(passage, {"language": "fr"})
    assert texts_to_encode(db) == {}


def test_a_vector_is_kept_as_little_endian_float32():
    assert to_blob(np.array([1.0, -2.5], dtype=">f4")) == struct.pack("<2f", 1.0, -2.5)


def test_vectors_come_back_in_the_order_of_their_texts(planted, letters):
    run(planted, Settings(), QUIET)
    texts = ["We will train judges.", "We will share what we know.", "We will train judges."]
    assert np.allclose(load_vectors(planted, letters.name, texts), letters.encode(texts))


def test_no_texts_give_an_empty_matrix(db):
    assert load_vectors(db, "letters@0", []).shape == (0, 0)


def test_the_table_of_models_says_which_models_made_the_database(planted, letters):
    run(planted, Settings(), QUIET)
    found = rows(planted, "select purpose, dimensions, licence from models order by purpose")
    assert found == [
        {"purpose": "encoder", "dimensions": 384, "licence": "Apache-2.0"},
        {"purpose": "english", "dimensions": None, "licence": "MIT"},
        {"purpose": "french", "dimensions": None, "licence": "LGPL-LR"},
    ]


def test_a_model_for_french_that_is_not_there_made_no_database(planted, letters, monkeypatch):
    monkeypatch.setattr(embeddings, "is_installed", lambda _: False)
    run(planted, Settings(), QUIET)
    assert rows(planted, "select purpose from models where purpose = 'french'") == []
