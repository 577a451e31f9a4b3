"""The encoder as a search needs it: one short question at a time, at once, and without torch.

Reads the files of the encoder's folder, checked against their hashes; writes nothing. The models that
sentence-transformers calls a BERT with the mean of its tokens are computed here in numpy: torch and
transformers take seconds to import and hundreds of megabytes, for ten tokens. The vectors are the same to the
fifth decimal (a test compares them). Any other encoder is loaded as the pipeline loads it.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ..errors import ModelError
from ..models import Encoder, base_of, encoder_key, known_models
from ..models import load_encoder as load_whole_encoder
from .kept import Kept
from .questions import SAY_NOTHING
from .words import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Value = TypeVar("Value")

_LOG = logging.getLogger(__name__)
_FIRST_WORD = 1996
"""Where the words begin in the vocabulary of BERT, the commonest first."""
_KEPT = 64
"""Questions whose tokens are kept: each hit of a page asks for its nearest phrase."""
_PHRASE = 90
"""Characters of the longest phrase that is shown for the nearest."""
_PAUSE = 60
"""Seconds before an encoder that failed to load is loaded again."""


def load_encoder(name: str) -> Encoder:
    """Return the encoder called `name`, as quickly as it can be had.

    Raises:
        ModelError: it is missing, or its files are not the recorded ones.
    """
    if name not in known_models():
        return load_whole_encoder(name)
    folder = base_of(name)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    pooling = json.loads((folder / "1_Pooling" / "config.json").read_text("utf-8"))
    if config["model_type"] != "bert" or config["hidden_act"] != "gelu" or not pooling["pooling_mode_mean_tokens"]:
        return load_whole_encoder(name)
    return QuickEncoder(
        encoder_key(name), folder, heads=config["num_attention_heads"], layers=config["num_hidden_layers"]
    )


class QuickEncoder:
    """A BERT whose vector of a text is the mean of those of its tokens, in numpy."""

    def __init__(self, name: str, folder: Path, *, heads: int, layers: int) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name = name
        self._heads, self._layers = heads, layers
        self._weights: dict[str, Any] = load_file(folder / "model.safetensors")
        self._words = self._weights["embeddings.word_embeddings.weight"]
        self.dimensions = int(self._words.shape[1])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        longest = json.loads((folder / "sentence_bert_config.json").read_text("utf-8"))["max_seq_length"]
        self._tokenizer.enable_truncation(longest)
        self._asked = Kept[list[int]](_KEPT)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, as rows of a (texts, dimensions) matrix."""
        vectors = [self._vector(text) for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, self.dimensions), dtype=np.float32)

    def _vector(self, text: str) -> Vectors:
        tokens = self._tokenizer.encode(text).ids
        state = (
            self._words[tokens]
            + self._weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._normed("embeddings.LayerNorm", state)
        for number in range(self._layers):
            layer = f"encoder.layer.{number}."
            seen = self._linear(f"{layer}attention.output.dense", self._attended(layer, state))
            state = self._normed(f"{layer}attention.output.LayerNorm", seen + state)
            wide = self._linear(f"{layer}intermediate.dense", state)
            narrow = self._linear(f"{layer}output.dense", _gelu(wide))
            state = self._normed(f"{layer}output.LayerNorm", narrow + state)
        mean = state.mean(axis=0)
        vector: Vectors = (mean / np.linalg.norm(mean)).astype(np.float32)
        return vector

    def _attended(self, layer: str, state: Vectors) -> Vectors:
        length, width = state.shape

        def part(name: str) -> Vectors:
            found = self._linear(f"{layer}attention.self.{name}", state)
            return found.reshape(length, self._heads, -1).transpose(1, 0, 2)

        weights = part("query") @ part("key").transpose(0, 2, 1) / np.sqrt(width / self._heads)
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended: Vectors = (weights @ part("value")).transpose(1, 0, 2).reshape(length, width)
        return attended

    def _linear(self, name: str, state: Vectors) -> Vectors:
        found: Vectors = (self._weights[f"{name}.weight"] @ state.T).T + self._weights[f"{name}.bias"]
        return found  # the large matrix first: a third faster for ten tokens than the other way round

    def _normed(self, name: str, state: Vectors) -> Vectors:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-12)
        found: Vectors = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return found

    def knows(self, word: str) -> bool:
        """Say whether a word is one of the language: its vocabulary has it whole."""
        return self._tokenizer.token_to_id(word.lower()) is not None

    def nearest(self, question: str, text: str, sentences: Sequence[Span]) -> Span | None:
        """Return the phrase of `text` that is nearest to a question, by the vectors of single words; None without words.

        Args:
            question, text: what was asked, and the text that was found.
            sentences: (start, end) of the sentences of the text: the phrase stands in the one that is nearest.

        The vector of a whole text says that it is near, and not where. So each token of the question looks for the one
        of a sentence that is likest, and rare ones count more.
        """
        asked = self._asked.get(question, lambda: self._tokens(question)[0])
        ids, places = self._tokens(text)
        if not asked or not ids:
            return None
        likeness, rare, other = self._likeness(asked, ids), _rarity(asked), _rarity(ids)
        starts = np.array([start for start, _ in places])
        parts = [np.flatnonzero((starts >= start) & (starts < end)) for start, end in sentences]
        parts = [part for part in parts if len(part)]
        if not parts:
            return None
        best = max(parts, key=lambda part: _score(likeness[:, part], rare, other[part]))
        return _window(likeness[:, best], rare, [places[number] for number in best])

    def _tokens(self, text: str) -> tuple[list[int], list[Span]]:
        """Return the tokens of a text that say something, and where they stand."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        kept = [
            (token, place)
            for token, place in zip(encoded.ids, encoded.offsets, strict=True)
            if token not in self._silent and text[slice(*place)].isalnum()
        ]
        return [token for token, _ in kept], [place for _, place in kept]

    @cached_property
    def _silent(self) -> frozenset[int]:
        return frozenset(token for word in SAY_NOTHING if (token := self._tokenizer.token_to_id(word)) is not None)

    def _likeness(self, asked: Sequence[int], ids: Sequence[int]) -> Vectors:
        one, other = (_unit(self._words[list(tokens)]) for tokens in (asked, ids))
        found: Vectors = one @ other.T
        return found


def _score(likeness: Vectors, rare: Vectors, other: Vectors) -> float:
    """Return how near a sentence is: how well it holds the question, and half as much how well the question holds it."""
    return float(
        (likeness.max(axis=1) * rare).sum() / rare.sum() + 0.5 * (likeness.max(axis=0) * other).sum() / other.sum()
    )


def _window(likeness: Vectors, rare: Vectors, places: Sequence[Span]) -> Span:
    """Return the stretch of a sentence in which most of the question is met, from its first such token to its last."""
    best = likeness.argmax(axis=1)
    worth = np.zeros(len(places))
    np.maximum.at(worth, best, likeness[np.arange(len(best)), best] * rare)
    met = [int(number) for number in np.flatnonzero(worth >= 0.3 * worth.max())]
    runs = [
        (float(worth[first : last + 1].sum()), first - last, first, last)
        for first in met
        for last in met
        if first == last or (first < last and places[last][1] - places[first][0] <= _PHRASE)
    ]
    _, _, first, last = max(runs)
    return places[first][0], places[last][1]


def _gelu(state: Vectors) -> Vectors:
    from scipy.special import erf

    found: Vectors = state * 0.5 * (1 + erf(state / np.sqrt(2, dtype=np.float32)))
    return found


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def _rarity(tokens: Sequence[int]) -> Vectors:
    """Return how much tokens count: the vocabulary of BERT is in the order of how common its words are."""
    rarity: Vectors = np.log(np.maximum(np.array(tokens) - _FIRST_WORD, 2)).astype(np.float32)
    return rarity


class LazyEncoder:
    """An encoder that is loaded once, by whoever needs it first, and may turn out to be missing, or to fail.

    One that is missing is not looked for again: somebody has to mend that. What else goes wrong may pass, as when the
    machine is short of memory, and loading is tried again after a while.
    """

    def __init__(self, load: Callable[[], Encoder]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self._next = 0.0
        self.problem = ""

    def get(self) -> Encoder | None:
        """Return the encoder, or None with `problem` saying why there is none."""
        with self._lock:
            if self._encoder is None and time.monotonic() >= self._next:
                try:
                    self._encoder, self.problem = self._load(), ""
                except (ModelError, ImportError) as error:
                    self.problem, self._next = str(error), math.inf
                except Exception as error:  # of whatever kind: words can be searched without it
                    self.problem, self._next = _failed(error), time.monotonic() + _PAUSE
            return self._encoder

    def ask(self, question: Callable[[Encoder], Value], otherwise: Value) -> tuple[Value, str]:
        """Return what the encoder answers and "", or `otherwise` and why it does not answer."""
        encoder = self.get()
        if encoder is None:
            return otherwise, self.problem
        try:
            return question(encoder), ""
        except Exception as error:  # as above
            return otherwise, _failed(error)


def _failed(error: Exception) -> str:
    """Say that the encoder cannot be used; what the error itself says may name folders of this machine, so it goes to the log."""
    _LOG.error("The encoder failed.", exc_info=error)
    return f"the encoder cannot be used at the moment ({type(error).__name__})."
