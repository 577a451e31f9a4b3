"""Embeddings: one vector for each distinct text and model.

Reads the quotes of `commitments` and the body text of `passages`; writes `embeddings`. A sentence
that stands in ten documents is embedded once, and the vectors of another model stay as they are.

A vector is a blob of little-endian float32 numbers of unit length. To read one:
`numpy.frombuffer(blob, "<f4")`; the likeness of two is their dot product.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from sqlite_utils import Database

from .ids import digest, same_text
from .models import describe, encoder_key, is_installed, load_encoder
from .passages import JUDGED
from .records import Report, Tally
from .settings import Settings
from .store import rows, table, write_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 256
"""Texts that are encoded and kept at a time: what a kill can lose."""


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Encode every text that has no vector of this model, and drop vectors of texts that are gone.

    Raises:
        ModelError: the encoder is missing, or is not the recorded one.
    """
    texts = texts_to_encode(db)
    key = encoder_key(settings.encoder)
    present = {row["text_hash"] for row in rows(db, "select text_hash from embeddings where model = ?", [key])}
    missing = sorted((text for text_hash, text in texts.items() if text_hash not in present), key=len)
    tally = Tally(kept=len(texts) - len(missing))
    with db.atomic():
        _drop_gone(db, key, present - texts.keys())
        models = [describe(settings.encoder, "encoder"), describe(settings.english, "english")]
        if is_installed(settings.french):
            models.append(describe(settings.french, "french"))
        write_rows(db, "models", models)
    if not missing:
        return tally
    encoder = load_encoder(settings.encoder)
    started = time.monotonic()
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors = encoder.encode(batch)
        with db.atomic():
            table(db, "embeddings").insert_all(
                (
                    {"text_hash": text_hash(text), "model": encoder.name, "vector": to_blob(vector)}
                    for text, vector in zip(batch, vectors, strict=True)
                ),
                replace=True,
            )
        tally.done += len(batch)
        rate = tally.done / (time.monotonic() - started)
        report(tally.done, len(missing), f"{rate:.0f} texts a second")
    tally.add("embeddings", tally.done)
    return tally


def texts_to_encode(db: Database) -> dict[str, str]:
    """Return the texts that need a vector, by their hash."""
    found = rows(
        db,
        f"select quote as text from commitments union all select text from passages where {JUDGED}",
    )
    return {text_hash(row["text"]): row["text"] for row in found}


def text_hash(text: str) -> str:
    """Return the hash under which the vector of `text` is kept: equal for two writings of one text."""
    return digest(same_text(text))


def to_blob(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as little-endian float32 bytes."""
    return np.asarray(vector, dtype="<f4").tobytes()


def load_vectors(db: Database, model: str, texts: Iterable[str]) -> NDArray[np.float32]:
    """Return the vectors of `texts` as rows of a matrix, in their order.

    Raises:
        KeyError: a text has no vector of this model.
    """
    blobs = _blobs(db, model)
    listed = [blobs[text_hash(text)] for text in texts]
    if not listed:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(listed), dtype="<f4").reshape(len(listed), -1)


def _blobs(db: Database, model: str) -> Mapping[str, bytes]:
    found = rows(db, "select text_hash, vector from embeddings where model = ?", [model])
    return {row["text_hash"]: row["vector"] for row in found}


def _drop_gone(db: Database, key: str, gone: set[str]) -> None:
    for name in gone:
        db.execute("delete from embeddings where text_hash = ? and model = ?", [name, key])
