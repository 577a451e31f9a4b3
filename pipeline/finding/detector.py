"""The trained model that says what a sentence does, what it is about, and how firm it is.

Reads `models/commitments/` (what this project trained) and the encoder that it was trained from;
gives probabilities. It is all-MiniLM-L6-v2 with its layers fine-tuned and four small heads: the
class by the coding manual, the themes, bindingness, and the points of precision. The model card
beside the weights says how it was made and how good it is; `training.py` makes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from ..ids import file_digest
from ..models import base_of, half_precision
from ..settings import bundled

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES = (
    "commitment", "rhetorical_pledge", "not_body", "exhortation", "achievement", "description", "stance", "possibility",
    "off_topic",
)  # fmt: skip
"""What a sentence can do: the labels of the coding manual, with the reason for none."""
POINTS = ("body", "act", "object", "quantity", "date")
"""The points of precision."""

WEIGHTS, CONFIG = "weights.safetensors", "config.json"
_LONGEST = 104
"""Tokens of a sentence with its context; what is longer is cut, the longer part first."""
_BATCH = 64
_HEADINGS, _AROUND = 120, 160
"""Characters of headings, and of the lead-in or the sentence before, that the model sees."""


@dataclass(frozen=True)
class Question:
    """A sentence as the model reads it: in its role, under its headings, behind its lead-in."""

    text: str
    role: str = "unknown"
    heading_path: tuple[str, ...] = ()
    lead_in: str = ""
    before: str = ""
    is_about_all: bool = False

    @property
    def context(self) -> str:
        """What stands around the sentence, as one line."""
        parts = ["statement" if self.is_about_all else "strategy", self.role.replace("_", " ")]
        if self.heading_path:
            parts.append(" > ".join(self.heading_path[-2:])[-_HEADINGS:])
        if self.lead_in:
            parts.append(f"lead: {self.lead_in[-_AROUND:]}")
        elif self.before:
            parts.append(f"before: {self.before[-_AROUND:]}")
        return " | ".join(parts)


def is_about_all(kind: str) -> bool:
    """Say whether documents of a kind speak of every field of politics, as a summit's declaration does."""
    return bool(kind) and kind not in ("national_strategy", "international_strategy")


@dataclass(frozen=True)
class Prediction:
    """What the model says of one sentence.

    `classes` are probabilities that sum to one; `confidence` is the calibrated probability that it
    is a commitment; `themes` are by code, each by itself; `bindingness` is for 1 to 4; `points` by name.
    """

    classes: dict[str, float]
    confidence: float
    themes: dict[str, float]
    bindingness: tuple[float, ...]
    points: dict[str, float]

    @property
    def reason(self) -> str:
        """The likeliest reason why it is no commitment."""
        return max(CLASSES[2:], key=lambda name: self.classes[name])


class Detector:
    """The trained model, loaded. Use `load_detector()`.

    Args:
        folder: holds the weights and the configuration.
        base: the folder of the encoder that it was trained from.

    Raises:
        ModelError: a file is missing, or the weights are not those of the configuration.
    """

    def __init__(self, folder: Path, base: Path) -> None:
        from safetensors.torch import load_file

        try:
            self.config: dict[str, Any] = json.loads((folder / CONFIG).read_text("utf-8"))
            if file_digest(folder / WEIGHTS) != self.config["sha256"]:
                raise ModelError(
                    f"{folder / WEIGHTS} is not the file that {CONFIG} describes.",
                    remedy="Reinstall Concord, or train it again: concord train",
                )
        except FileNotFoundError as error:
            raise ModelError(
                f"The trained model is missing: {error.filename}.",
                remedy="Reinstall Concord, or train it: concord train",
            ) from error
        self.name = f"commitments@{self.config['sha256'][:8]}"
        self.theme_codes: tuple[str, ...] = tuple(self.config["themes"])
        self.network = make_network(base, len(self.theme_codes))
        state = {name: value.float() for name, value in load_file(folder / WEIGHTS).items()}
        missing, unexpected = self.network.load_state_dict(state, strict=False)
        strange = [name for name in missing if ".embeddings." not in name and "pooler" not in name]
        if strange or unexpected:
            raise ModelError(f"{folder / WEIGHTS} does not fit the network: {[*strange, *unexpected][:3]}.")
        self.network.eval()
        self.tokenizer = load_tokenizer(base)

    def predict(self, questions: Sequence[Question]) -> list[Prediction]:
        """Return what the model says of each sentence, in order."""
        found: list[Prediction | None] = [None] * len(questions)
        for places, outputs in self._run(questions):
            classes, themes, bindingness, points = outputs
            for row, place in enumerate(places):
                by_class = dict(zip(CLASSES, map(float, classes[row]), strict=True))
                found[place] = Prediction(
                    classes=by_class,
                    confidence=calibrated(by_class["commitment"], *self.config["calibration"]),
                    themes=dict(zip(self.theme_codes, map(float, themes[row]), strict=True)),
                    bindingness=tuple(map(float, bindingness[row])),
                    points=dict(zip(POINTS, map(float, points[row]), strict=True)),
                )
        return [one for one in found if one is not None]

    @property
    def threshold(self) -> float:
        """The calibrated probability from which a sentence is taken for a commitment."""
        return float(self.config["threshold"])

    def _run(self, questions: Sequence[Question]) -> Iterator[tuple[list[int], tuple[NDArray[Any], ...]]]:
        """Yield (places, outputs) of batches of sentences of about one length."""
        import torch

        order = sorted(
            range(len(questions)), key=lambda place: len(questions[place].text) + len(questions[place].context)
        )
        # No probability moves by more than a hundredth.
        with torch.inference_mode(), half_precision():
            for start in range(0, len(order), _BATCH):
                places = order[start : start + _BATCH]
                tokens = tokenized(self.tokenizer, [questions[place] for place in places])
                logits = [output.float() for output in self.network(*tokens)]
                yield (
                    places,
                    (
                        torch.softmax(logits[0], 1).numpy(),
                        torch.sigmoid(logits[1]).numpy(),
                        torch.softmax(logits[2], 1).numpy(),
                        torch.sigmoid(logits[3]).numpy(),
                    ),
                )


def make_network(base: Path, themes: int) -> Any:
    """Return the untrained network: the encoder at `base`, its embeddings frozen, and four heads."""
    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()

    class Network(torch.nn.Module):
        """Mean over the tokens of all, and of the sentence alone, go to the heads."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(str(base))
            for parameter in self.encoder.embeddings.parameters():
                parameter.requires_grad = False
            width = 2 * self.encoder.config.hidden_size
            self.dropout = torch.nn.Dropout(0.1)
            self.classes = torch.nn.Linear(width, len(CLASSES))
            self.themes = torch.nn.Linear(width, themes)
            self.bindingness = torch.nn.Linear(width, 4)
            self.points = torch.nn.Linear(width, len(POINTS))

        def forward(self, tokens: Any, sentence: Any) -> tuple[Any, Any, Any, Any]:
            hidden = self.encoder(**tokens).last_hidden_state
            both = torch.cat([_mean(hidden, tokens["attention_mask"]), _mean(hidden, sentence)], dim=1)
            both = self.dropout(both)
            return self.classes(both), self.themes(both), self.bindingness(both), self.points(both)

    return Network()


def _mean(hidden: Any, mask: Any) -> Any:
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def load_tokenizer(base: Path) -> Any:
    """Return the tokenizer of the encoder at `base`."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(base))


def tokenized(tokenizer: Any, questions: Sequence[Question]) -> tuple[Any, Any]:
    """Return the tokens of contexts and sentences, and a mask of the sentences' own tokens."""
    tokens = tokenizer(
        [question.context for question in questions],
        [question.text for question in questions],
        truncation="longest_first",
        max_length=_LONGEST,
        padding=True,
        return_tensors="pt",
    )
    return tokens, (tokens["token_type_ids"] == 1) & (tokens["attention_mask"] == 1)


def calibrated(probability: float, slope: float, offset: float) -> float:
    """Return a probability mended by a line on its log-odds (Platt, "Probabilistic outputs", 1999)."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(slope * math.log(inside / (1 - inside)) + offset)))


@cache
def load_detector(folder: Path | None = None) -> Detector:
    """Return the trained model that comes with Concord, or the one in `folder`.

    Raises:
        ModelError: it, or the encoder that it was trained from, is missing or is another.
    """
    folder = folder or bundled("models") / "commitments"
    return Detector(folder, base_of("all-MiniLM-L6-v2"))


def detector_key(folder: Path | None = None) -> str:
    """Return the name of the trained model without loading it: it changes with the weights."""
    config = (folder or bundled("models") / "commitments") / CONFIG
    if not config.is_file():
        return "commitments@none"
    return f"commitments@{json.loads(config.read_text('utf-8'))['sha256'][:8]}"
