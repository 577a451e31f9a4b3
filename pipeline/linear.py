"""A linear model of the themes of a sentence: from its words, those around it, and its vector.

Reads and writes `models/commitments/`: `themes.safetensors` and `themes.json`. The trained network reads words in their
order; this model weighs each by itself, rare ones too, and errs elsewhere: the two together are right more often than
either (docs/evaluation.md). It is one logistic regression a theme, over tf-idf weights and the encoder's vector.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .ids import file_digest
from .settings import bundled

WEIGHTS, CONFIG = "themes.safetensors", "themes.json"
_FIELDS = {"text": (1.5, 2), "lead_in": (0.75, 1), "headings": (1.05, 1)}
"""How much the words of each field count, and of how many words a term has at most."""
_OF_VECTOR = 2.0
_RAREST = 3
"""Sentences that a term has to stand in."""
_STRENGTH = 2.0
"""How little the weights are held down: the C of the logistic regression."""
_LEAST = 1e-4


@dataclass(frozen=True)
class Worded:
    """A sentence, its lead-in, and the last headings above it as one line."""

    text: str
    lead_in: str = ""
    headings: str = ""


def headings_of(path: Sequence[str]) -> str:
    """Return the headings that count: the last two."""
    return " ".join(path[-2:])


class Linear:
    """The model: gives the probability of each theme for each text.

    Args:
        encoder: key of the encoder whose vectors it was fitted to; with others it cannot be used.
        terms: for each field, its terms in the order of the columns, and the inverse document frequency of each.
        weights: a (terms of all fields and dimensions, themes) matrix.
        offsets: one for each theme.
        name: begins with what is another as soon as the weights are.
    """

    def __init__(
        self,
        *,
        themes: Sequence[str],
        encoder: str,
        terms: dict[str, tuple[list[str], NDArray[np.float32]]],
        weights: NDArray[np.float32],
        offsets: NDArray[np.float32],
        name: str = "new",
    ) -> None:
        self.themes, self.encoder, self.name = tuple(themes), encoder, f"themes@{name[:8]}"
        self.terms, self.weights, self.offsets = terms, weights, offsets
        self._vectorizers = {name: _restored(name, *found) for name, found in terms.items()}

    def probability(self, texts: Sequence[Worded], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how probable each theme is for each text, as a (texts, themes) matrix.

        Args:
            vectors: one unit row a text, of the encoder that the model was fitted to.
        """
        if not texts:
            return np.zeros((0, len(self.themes)), dtype=np.float32)
        columns = _columns(self._vectorizers, texts, vectors)
        found: NDArray[np.float32] = 1 / (1 + np.exp(-(columns @ self.weights + self.offsets)))
        return found.astype(np.float32)

    def logarithm(self, texts: Sequence[Worded], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logarithm of `probability`, which is never lower than that of one in ten thousand."""
        found: NDArray[np.float32] = np.log(np.maximum(self.probability(texts, vectors), _LEAST))
        return found

    def save(self, folder: Path, **about: Any) -> None:
        """Write the weights, and beside them what they belong to."""
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        arrays = {f"idf.{name}": frequency.astype(np.float32) for name, (_, frequency) in self.terms.items()}
        arrays |= {"weights": self.weights.astype(np.float16), "offsets": self.offsets.astype(np.float32)}
        save_file(arrays, folder / WEIGHTS)
        config = {
            "sha256": file_digest(folder / WEIGHTS),
            "encoder": self.encoder,
            "themes": list(self.themes),
            **about,
            "terms": {name: found for name, (found, _) in self.terms.items()},
        }
        (folder / CONFIG).write_text(json.dumps(config, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def fit(
    texts: Sequence[Worded],
    vectors: NDArray[np.float32],
    labels: Sequence[Sequence[str]],
    *,
    themes: Sequence[str],
    encoder: str,
) -> Linear:
    """Return the model that tells best which theme each text was given.

    Args:
        vectors: one unit row a text.
        labels: the codes of the themes of each text.
        themes: all codes, in the order of the columns.
    """
    from sklearn.linear_model import LogisticRegression

    vectorizers = {}
    for name in _FIELDS:
        vectorizer = _vectorizer(name)
        # scikit-learn has no vectorizer without terms: a field of which no word is frequent enough is left out.
        with suppress(ValueError):
            vectorizers[name] = vectorizer.fit([getattr(one, name) for one in texts])
    columns = _columns(vectorizers, texts, vectors)
    models = []
    for code in themes:
        wanted = np.array([code in listed for listed in labels])
        models.append(LogisticRegression(C=_STRENGTH, max_iter=300).fit(columns, wanted))
    terms = {name: ([str(term) for term in one.get_feature_names_out()], one.idf_) for name, one in vectorizers.items()}
    return Linear(
        themes=themes,
        encoder=encoder,
        terms=terms,
        weights=np.stack([model.coef_[0] for model in models], axis=1).astype(np.float32),
        offsets=np.array([model.intercept_[0] for model in models], dtype=np.float32),
    )


@cache
def load_linear(folder: Path | None = None) -> Linear:
    """Return the model that comes with Concord, or the one in `folder`.

    Raises:
        ModelError: it is missing, or its files do not belong together.
    """
    from safetensors.numpy import load_file

    folder = folder or bundled("models") / "commitments"
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        if file_digest(folder / WEIGHTS) != config["sha256"]:
            raise ModelError(
                f"{folder / WEIGHTS} is not the file that {CONFIG} describes.",
                remedy="Reinstall Concord, or train it again: concord train --only themes",
            )
        arrays = load_file(folder / WEIGHTS)
        return Linear(
            themes=config["themes"],
            encoder=config["encoder"],
            terms={name: (found, arrays[f"idf.{name}"]) for name, found in config["terms"].items()},
            weights=arrays["weights"].astype(np.float32),
            offsets=arrays["offsets"],
            name=config["sha256"],
        )
    except FileNotFoundError as error:
        raise ModelError(
            f"There is no model of themes in {folder}.",
            remedy="Reinstall Concord, or train one: concord train --only themes",
        ) from error
    except (KeyError, ValueError) as error:
        raise ModelError(
            f"{folder / CONFIG} cannot be used: {error!r}.",
            remedy="Reinstall Concord, or train it again: concord train --only themes",
        ) from error


def _vectorizer(name: str, **how: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    longest = _FIELDS[name][1]
    return TfidfVectorizer(
        ngram_range=(1, longest), sublinear_tf=True, stop_words="english", **how | {"min_df": _RAREST}
    )


def _restored(name: str, terms: Sequence[str], frequency: NDArray[np.float32]) -> Any:
    """Return the vectorizer of a field as it was fitted."""
    vectorizer = _vectorizer(name, vocabulary={term: place for place, term in enumerate(terms)})
    vectorizer.idf_ = frequency
    return vectorizer


def _columns(vectorizers: dict[str, Any], texts: Sequence[Worded], vectors: NDArray[np.float32]) -> Any:
    """Return what the model weighs, as a sparse (texts, terms of all fields and dimensions) matrix."""
    from scipy import sparse

    parts = [
        _FIELDS[name][0] * vectorizer.transform([getattr(one, name) for one in texts])
        for name, vectorizer in vectorizers.items()
    ]
    return sparse.hstack([*parts, sparse.csr_matrix(_OF_VECTOR * vectors)]).tocsr()
