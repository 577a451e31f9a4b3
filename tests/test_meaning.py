"""The encoder for questions: the same vectors as the pipeline's, at once, and the phrase that is nearest."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from pipeline import models
from pipeline.search.meaning import QuickEncoder, load_encoder

TEXTS = [
    "sharing information between response teams", "ransomware", "Émile asks: does international law apply to states?", "",
    "words " * 400,
]  # fmt: skip
TEXT = "The budget will grow next year. Teachers will show children how to stay safe on the internet. Roads are built."
SENTENCES = [(0, 31), (32, 93), (94, len(TEXT))]


@pytest.fixture(scope="module")
def quick():
    return load_encoder("all-MiniLM-L6-v2")


def test_the_vectors_are_those_of_the_pipeline(quick, one_thread):
    whole = models.load_encoder("all-MiniLM-L6-v2")
    ours, theirs = quick.encode(TEXTS), whole.encode(TEXTS)
    assert (quick.name, quick.dimensions, ours.dtype) == (whole.name, whole.dimensions, theirs.dtype)
    assert (ours * theirs).sum(axis=1).min() > 0.999


def test_a_vector_is_of_unit_length(quick):
    assert np.linalg.norm(quick.encode(TEXTS), axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_have_no_vectors(quick):
    assert quick.encode([]).shape == (0, quick.dimensions)


def test_it_needs_no_torch():
    code = (
        "import sys; from pipeline.search.meaning import load_encoder; load_encoder('all-MiniLM-L6-v2').encode(['a'])"
    )
    asked = subprocess.run(
        [sys.executable, "-c", f"{code}; print('torch' in sys.modules)"], check=True, capture_output=True, text=True
    )
    assert asked.stdout.strip() == "False"


def test_another_encoder_is_loaded_as_the_pipeline_loads_it(monkeypatch):
    monkeypatch.setattr("pipeline.search.meaning.load_whole_encoder", lambda name: f"whole {name}")
    assert load_encoder("some-folder") == "whole some-folder"


def test_an_encoder_of_another_make_is_loaded_as_the_pipeline_loads_it(monkeypatch, tmp_path):
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "config.json").write_text('{"model_type": "bert", "hidden_act": "gelu"}')
    (tmp_path / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": false}')
    monkeypatch.setattr("pipeline.search.meaning.base_of", lambda _: tmp_path)
    monkeypatch.setattr("pipeline.search.meaning.load_whole_encoder", lambda name: "whole")
    assert load_encoder("all-MiniLM-L6-v2") == "whole"


def test_the_nearest_phrase_stands_in_the_sentence_that_answers(quick):
    start, end = quick.nearest("online safety of pupils at school", TEXT, SENTENCES)
    assert 32 <= start < end <= 93
    assert "children" in TEXT[start:end] or "internet" in TEXT[start:end]


@pytest.mark.parametrize(("question", "text"), [("", TEXT), ("the of", TEXT), ("children", ""), ("children", "..., !")])
def test_without_words_there_is_no_nearest_phrase(quick, question, text):
    assert quick.nearest(question, text, [(0, len(text))]) is None


@pytest.mark.parametrize(("word", "knows"), [("cake", True), ("Piano", True), ("ransomwear", False), ("zxqvkl", False)])
def test_it_knows_the_words_of_its_vocabulary(quick, word, knows):
    assert quick.knows(word) is knows


def test_it_is_an_encoder_as_the_pipeline_means_it(quick):
    assert isinstance(quick, QuickEncoder)
