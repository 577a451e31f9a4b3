"""Vectors as one matrix, and the nearest of them to a question.

Reads `embeddings`; holds a (texts, dimensions) matrix in memory. Exact search takes milliseconds up
to a hundred thousand texts, and needs no extension of SQLite.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlite_utils import Database

from ..embeddings import text_hash
from ..errors import ModelError
from ..models import Encoder
from ..store import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Matrix:
    """The vectors of the texts with an id, as rows of one matrix."""

    def __init__(self, db: Database, model: str, texts: Sequence[tuple[str, str]]) -> None:
        blobs = {
            row["text_hash"]: row["vector"]
            for row in rows(db, "select text_hash, vector from embeddings where model = ?", [model])
        }
        found = [(name, blob) for name, text in texts if (blob := blobs.get(text_hash(text)))]
        self.ids = [name for name, _ in found]
        self._place = {name: place for place, name in enumerate(self.ids)}
        joined = b"".join(blob for _, blob in found)
        self._vectors = (
            np.frombuffer(joined, dtype="<f4").reshape(len(found), -1) if found else np.zeros((0, 1), np.float32)
        )

    def likeness(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of each text to `vector`, in the order of `ids`."""
        if not self.ids:
            return np.zeros(0, dtype=np.float32)
        found: NDArray[np.float32] = self._vectors @ vector
        return found

    def vector_of(self, name: str) -> NDArray[np.float32] | None:
        """Return the vector of a text by its id, or None."""
        place = self._place.get(name)
        return None if place is None else self._vectors[place]


class LazyEncoder:
    """An encoder that is loaded once, by whoever needs it first, and may turn out to be missing."""

    def __init__(self, load: Callable[[], Encoder]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self.problem = ""

    def get(self) -> Encoder | None:
        """Return the encoder, or None with `problem` saying why there is none."""
        with self._lock:
            if self._encoder is None and not self.problem:
                try:
                    self._encoder = self._load()
                except (ModelError, ImportError) as error:
                    self.problem = str(error)
            return self._encoder
