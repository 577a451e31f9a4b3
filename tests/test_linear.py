"""The linear model of themes: it tells apart what it has learnt, and says the same when it is loaded again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.linear import CONFIG, WEIGHTS, Worded, fit, headings_of, load_linear
from pipeline.models import encoder_key
from pipeline.settings import Settings
from pipeline.themes import load_themes

TEXTS = [Worded("We will train judges.")] * 4 + [Worded("We will draft laws.")] * 4
LABELS = [("CAP",)] * 4 + [("LAW", "GOV")] * 4
UNKNOWN = Worded("Nobody wrote these words.")
NO_VECTORS = np.zeros((8, 2), dtype=np.float32)


@pytest.fixture(scope="module")
def model():
    """A model that has learnt which words go with skills and which with laws."""
    return fit(TEXTS, NO_VECTORS, LABELS, themes=("CAP", "LAW", "GOV"), encoder="letters@1")


def probability(model, text, vector=(0.0, 0.0)):
    return dict(zip(model.themes, model.probability([text], np.array([vector], dtype=np.float32))[0], strict=True))


def test_words_tell_the_theme(model):
    found = probability(model, Worded("Judges train."))
    assert found["CAP"] > 0.5 > found["LAW"]


def test_every_theme_that_was_given_is_learnt(model):
    found = probability(model, Worded("We draft laws."))
    assert found["LAW"] == pytest.approx(found["GOV"])


def test_words_that_it_never_saw_leave_it_undecided(model):
    found = probability(model, UNKNOWN)
    assert found["CAP"] == pytest.approx(found["LAW"], abs=0.05)


def test_the_vector_counts_where_no_word_is_known():
    vectors = np.array([[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4, dtype=np.float32)
    model = fit(
        [Worded(f"Sentence {place}") for place in range(8)], vectors, LABELS, themes=("CAP", "LAW"), encoder="x"
    )
    assert probability(model, UNKNOWN, (1.0, 0.0))["CAP"] > 0.5


@pytest.mark.parametrize("field", ["lead_in", "headings"])
def test_words_around_the_sentence_count(field):
    texts = [Worded("It.", **{field: "skills"})] * 4 + [Worded("It.", **{field: "laws"})] * 4
    model = fit(texts, NO_VECTORS, LABELS, themes=("CAP", "LAW"), encoder="x")
    assert probability(model, Worded("It.", **{field: "laws"}))["LAW"] > 0.5


def test_the_logarithm_has_a_floor(model):
    model.offsets[:] -= 50
    try:
        assert model.logarithm([UNKNOWN], np.zeros((1, 2), dtype=np.float32)).min() == pytest.approx(np.log(1e-4))
    finally:
        model.offsets[:] += 50


def test_no_text_gives_no_row(model):
    assert model.probability([], np.zeros((0, 2), dtype=np.float32)).shape == (0, 3)


def test_only_the_last_two_headings_count():
    assert headings_of(("Strategy", "Skills", "Schools")) == "Skills Schools"


def test_a_saved_model_says_what_the_fitted_one_said(model, tmp_path):
    model.save(tmp_path)
    again = load_linear(tmp_path)
    vectors = np.zeros((8, 2), dtype=np.float32)
    assert again.probability(TEXTS, vectors) == pytest.approx(model.probability(TEXTS, vectors), abs=2e-3)


def test_a_saved_model_is_named_by_its_weights(model, tmp_path):
    model.save(tmp_path)
    assert load_linear(tmp_path).name == f"themes@{json.loads((tmp_path / CONFIG).read_text('utf-8'))['sha256'][:8]}"


def test_weights_that_were_changed_are_an_error(model, tmp_path):
    model.save(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"other")
    with pytest.raises(ModelError, match="is not the file"):
        load_linear(tmp_path)


@pytest.mark.parametrize("content", ["no JSON", "{}"])
def test_a_configuration_that_cannot_be_used_is_an_error(model, tmp_path, content):
    model.save(tmp_path)
    (tmp_path / CONFIG).write_text(content, "utf-8")
    with pytest.raises(ModelError, match="cannot be used"):
        load_linear(tmp_path)


def test_a_folder_without_a_model_is_an_error_with_the_command(tmp_path):
    with pytest.raises(ModelError) as caught:
        load_linear(tmp_path)
    assert "concord train --only themes" in caught.value.remedy


def test_the_model_that_comes_with_concord_knows_the_themes_of_the_taxonomy():
    assert load_linear().themes == tuple(theme.code for theme in load_themes())


def test_the_model_that_comes_with_concord_was_fitted_to_the_encoder_in_use():
    assert load_linear().encoder == encoder_key(Settings().encoder)
