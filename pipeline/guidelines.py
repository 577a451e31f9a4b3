"""Guidelines: what a text says to each element of a guide or a set of norms, element by element.

Reads the guideline files (`corpora/guidelines/` and `guidelines/` of the corpus), `commitments`,
`passages`, their themes and `embeddings`; writes `guidelines`, `guideline_elements`,
`guideline_seeds`, `guideline_scores` and `guideline_quotes`. The whole corpus is one input: the stage
does nothing, or everything.

A document is committed to an element when one of its commitments is like a seed of the element, only
mentions it when no more than a passage is, and says nothing of it else. Where an element names themes
or words, a text counts only when it touches one of them and holds one of those. Of a document that
could not be read, or not in its language, nothing is said.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from .embeddings import load_vectors, to_blob
from .errors import ManifestError
from .ids import digest
from .models import encoder_key, load_encoder
from .passages import JUDGED
from .records import Report, Tally
from .settings import Settings, bundled
from .store import mark, outputs, rows, stale, write_rows
from .themes import load_themes

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCORER = "guidelines/1"
WHOLE = "*"
FOLDER = "guidelines"

SCORES = {
    "committed": "promises something like it",
    "mentioned": "says something like it without such a promise",
    "absent": "says nothing like it",
    "not covered": "is only in languages in which promises are not found",
    "not read": "could not be read",
}
"""What a document can say to an element, the best first: the score of an issuer is the best of its documents."""

_MOST_PASSAGES = 5
"""Passages kept for an element that a document only mentions."""
_NAME = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_KEYS = {"id", "title", "source", "year", "address", "licence", "example", "floor", "mention_floor", "element"}
_ELEMENT_KEYS = {"code", "title", "description", "seeds", "themes", "words", "floor", "mention_floor"}


@dataclass(frozen=True)
class Element:
    """What a guideline asks for. Without a floor of its own it has that of its guideline, or of the settings."""

    code: str
    title: str
    description: str
    seeds: tuple[str, ...]
    themes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    floor: float | None = None
    mention_floor: float | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the element's words as whole words; a final * stands for any ending."""
        words = (re.escape(word).replace(r"\*", r"\w*").replace("'", "['\u2019]") for word in self.words)
        return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)" if self.words else "", re.IGNORECASE)

    def admits(self, text: str, themes: Iterable[str]) -> bool:
        """Say whether a text counts: it touches one of the element's themes, and holds one of its words."""
        return (not self.themes or not set(self.themes).isdisjoint(themes)) and bool(self.pattern.search(text))


@dataclass(frozen=True)
class Guideline:
    """A guide or a set of norms, as a file says it. One that was made up to be copied is an example."""

    id: str
    title: str
    source: str
    year: int
    elements: tuple[Element, ...]
    address: str = ""
    licence: str = ""
    is_example: bool = False


@dataclass(frozen=True)
class Said:
    """A commitment or a passage of a document, and how like an element it is."""

    id: str
    document: str
    likeness: float


def load_guidelines(corpus: Path) -> list[Guideline]:
    """Return the guidelines that come with Concord and those of the corpus, by their ids.

    A file of the corpus takes the place of one with the same id that comes with Concord.

    Raises:
        ManifestError: a file cannot be used as it stands.
    """
    found: dict[str, Guideline] = {}
    for folder in (bundled("corpora") / FOLDER, corpus / FOLDER):
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.toml")):
            guideline = read_guideline(path)
            if guideline.id in here:
                raise ManifestError(f"{path} has the id {guideline.id!r}, which {here[guideline.id].name} has already.")
            here[guideline.id] = path
            found[guideline.id] = guideline
    return [found[name] for name in sorted(found)]


def read_guideline(path: Path) -> Guideline:
    """Return the guideline of a file.

    Raises:
        ManifestError: the file cannot be used; the message names it, and the element at fault.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} is not valid TOML: {error}.") from error
    where = str(path)
    _refuse_unknown(content, _KEYS, where)
    name = _name(content, "id", where)
    address = _text(content, "address", where, required=False)
    if address and not address.startswith(("https://", "http://")):
        raise ManifestError(f"{where}: address must begin with https:// or http://, unlike {address!r}.")
    year = content.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise ManifestError(f"{where}: year must be a whole number, not {year!r}.")
    is_example = content.get("example", False)
    if not isinstance(is_example, bool):
        raise ManifestError(f"{where}: example must be true or false, not {is_example!r}.")
    floors = {key: _floor(content, key, where) for key in ("floor", "mention_floor")}
    listed = content.get("element")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise ManifestError(f"{where} has no element.", remedy="Add at least one [[element]].")
    known = {theme.code for theme in load_themes()}
    elements: dict[str, Element] = {}
    for place, one in enumerate(listed, start=1):
        element = _element(one, f"{where}: element {one.get('code', place)!r}", floors, known)
        if element.code in elements:
            raise ManifestError(f"{where}: two elements have the code {element.code!r}.")
        elements[element.code] = element
    return Guideline(
        name, _text(content, "title", where), _text(content, "source", where), year, tuple(elements.values()), address,
        _text(content, "licence", where, required=False), is_example,
    )  # fmt: skip


def _element(values: Mapping[str, Any], where: str, floors: Mapping[str, float | None], known: set[str]) -> Element:
    _refuse_unknown(values, _ELEMENT_KEYS, where)
    themes = _texts(values, "themes", where, required=False)
    if unknown := sorted(set(themes) - known):
        raise ManifestError(
            f"{where} has an unknown theme {unknown[0]!r}.", remedy=f"The themes are: {', '.join(sorted(known))}."
        )
    floor, mention_floor = (_floor(values, key, where) for key in ("floor", "mention_floor"))
    return Element(
        code=_name(values, "code", where),
        title=_text(values, "title", where),
        description=_text(values, "description", where, required=False),
        seeds=_texts(values, "seeds", where),
        themes=themes,
        words=_texts(values, "words", where, required=False),
        floor=floors["floor"] if floor is None else floor,
        mention_floor=floors["mention_floor"] if mention_floor is None else mention_floor,
    )


def _refuse_unknown(values: Mapping[str, Any], keys: set[str], where: str) -> None:
    if unknown := sorted(values.keys() - keys):
        raise ManifestError(f"{where} has an unknown key {unknown[0]!r}; it may hold {', '.join(sorted(keys))}.")


def _text(values: Mapping[str, Any], key: str, where: str, *, required: bool = True) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise ManifestError(f"{where}: {key} must be text, not {value!r}.")
    if required and not value.strip():
        raise ManifestError(f"{where} lacks its {key}.")
    return value.strip()


def _name(values: Mapping[str, Any], key: str, where: str) -> str:
    name = _text(values, key, where)
    if not _NAME.fullmatch(name):
        raise ManifestError(f"{where}: {key} {name!r} must be letters and digits joined by hyphens: it is an address.")
    return name


def _texts(values: Mapping[str, Any], key: str, where: str, *, required: bool = True) -> tuple[str, ...]:
    listed = values.get(key, [])
    if not isinstance(listed, list) or not all(isinstance(one, str) and one.strip() for one in listed):
        raise ManifestError(f"{where}: {key} must be a list of texts, none of them empty.")
    if required and not listed:
        raise ManifestError(f"{where} lacks its {key}: at least one is needed.")
    return tuple(one.strip() for one in listed)


def _floor(values: Mapping[str, Any], key: str, where: str) -> float | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ManifestError(f"{where}: {key} must be a number above 0 and up to 1, not {value!r}.")
    return float(value)


def best_of(scores: Iterable[str]) -> str:
    """Return the best of the scores of several documents, which is that of their issuer; "" for none."""
    return min(scores, key=list(SCORES).index, default="")


def score_of(document: Mapping[str, Any], promised: Sequence[Said], said: Sequence[Said]) -> str:
    """Return what a document says to an element.

    Args:
        document: its `status` and `is_covered`.
        promised: its commitments that are like the element.
        said: its passages that are.
    """
    if promised:
        return "committed"
    if said:
        return "mentioned"
    if document["status"] not in ("read", "partly read"):
        return "not read"
    return "absent" if document["is_covered"] else "not covered"


def find_like(
    element: Element, texts: Sequence[Mapping[str, Any]], likeness: NDArray[np.float32], floor: float
) -> dict[str, list[Said]]:
    """Return the texts that are like an element by their document, the likest first.

    Args:
        texts: rows with `id`, `text`, `document_id` and `themes`.
        likeness: how like the nearest seed each of them is.
    """
    found: dict[str, list[Said]] = defaultdict(list)
    order = np.argsort(-likeness, kind="stable")
    for place in order[: int((likeness >= floor).sum())]:
        row = texts[place]
        if element.admits(row["text"], row["themes"]):
            found[row["document_id"]].append(Said(row["id"], row["document_id"], round(float(likeness[place]), 3)))
    return found


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Score all documents anew when a commitment, a passage, a theme or a guideline changed.

    Raises:
        ManifestError: a guideline cannot be used.
        ModelError: the encoder cannot be loaded.
    """
    guidelines = load_guidelines(settings.corpus)
    inputs = {WHOLE: _fingerprint(db, settings, guidelines)}
    if not stale(db, "guidelines", inputs):
        return Tally(kept=1)
    started = time.monotonic()
    tally = Tally(done=1)
    with db.atomic():
        seeds = _write_guidelines(db, guidelines, settings)
        scores, quotes = _score(db, guidelines, seeds, settings, report)
        tally.add("guideline_scores", write_rows(db, "guideline_scores", scores))
        tally.add("guideline_quotes", write_rows(db, "guideline_quotes", quotes))
        seconds = time.monotonic() - started
        mark(db, "guidelines", WHOLE, input_hash=inputs[WHOLE], output_hash=digest(*scores, *quotes), seconds=seconds)
    return tally


def element_id(guideline: Guideline, element: Element) -> str:
    """Return the id of an element: its guideline and its code."""
    return f"{guideline.id}/{element.code}"


def _write_guidelines(
    db: Database, guidelines: Sequence[Guideline], settings: Settings
) -> dict[str, NDArray[np.float32]]:
    """Write what the files say; return the vectors of each element's seeds. Those that are known are not encoded."""
    listed = [(guideline, element) for guideline in guidelines for element in guideline.elements]
    key = encoder_key(settings.encoder)
    known = {
        row["text"]: row["vector"]
        for row in rows(db, "select text, vector from guideline_seeds where model = ?", [key])
    }
    missing = sorted({seed for _, element in listed for seed in element.seeds} - known.keys())
    if missing:
        vectors = load_encoder(settings.encoder).encode(missing)
        known |= {text: to_blob(vector) for text, vector in zip(missing, vectors, strict=True)}
    names = ("id", "title", "source", "year", "address", "licence")
    write_rows(
        db,
        "guidelines",
        [{**{name: getattr(one, name) for name in names}, "is_example": int(one.is_example)} for one in guidelines],
    )
    places = [place for guideline in guidelines for place in range(len(guideline.elements))]
    write_rows(
        db,
        "guideline_elements",
        [
            {
                "id": element_id(guideline, element), "guideline_id": guideline.id, "code": element.code,
                "title": element.title, "description": element.description,
                "themes": ", ".join(element.themes), "words": ", ".join(element.words), "position": place,
            }
            for place, (guideline, element) in zip(places, listed, strict=True)
        ],
    )  # fmt: skip
    write_rows(
        db,
        "guideline_seeds",
        [
            {"element_id": element_id(*one), "position": place, "text": text, "model": key, "vector": known[text]}
            for one in listed
            for place, text in enumerate(one[1].seeds)
        ],
    )
    return {
        element_id(*one): np.frombuffer(b"".join(known[text] for text in one[1].seeds), dtype="<f4").reshape(
            len(one[1].seeds), -1
        )
        for one in listed
    }


def _score(
    db: Database,
    guidelines: Sequence[Guideline],
    seeds: Mapping[str, NDArray[np.float32]],
    settings: Settings,
    report: Report,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of `guideline_scores` and of `guideline_quotes`."""
    documents = rows(db, "select id, status, is_covered from documents order by id")
    sides = [_commitments(db), _passages(db)]
    model = encoder_key(settings.encoder)
    vectors = [load_vectors(db, model, (row["text"] for row in side)) for side in sides]
    scores: list[dict[str, Any]] = []
    quotes: list[dict[str, Any]] = []
    for place, guideline in enumerate(guidelines):
        for element in guideline.elements:
            name = element_id(guideline, element)
            floors = (
                element.floor or settings.guideline_floor,
                element.mention_floor or settings.guideline_mention_floor,
            )
            promised, said = (
                find_like(element, side, (matrix @ seeds[name].T).max(axis=1), floor) if side else {}
                for side, matrix, floor in zip(sides, vectors, floors, strict=True)
            )
            for document in documents:
                ours = promised.get(document["id"], [])
                shown = ours or said.get(document["id"], [])[:_MOST_PASSAGES]
                scores.append(
                    {
                        "element_id": name, "document_id": document["id"], "guideline_id": guideline.id,
                        "score": score_of(document, ours, shown), "commitments": len(ours),
                        "likeness": shown[0].likeness if shown else None,
                    }
                )  # fmt: skip
                quotes += [
                    {
                        "id": digest(name, one.id), "element_id": name, "document_id": document["id"],
                        "commitment_id": one.id if ours else None, "passage_id": None if ours else one.id,
                        "likeness": one.likeness,
                    }
                    for one in shown
                ]  # fmt: skip
        report(place + 1, len(guidelines), guideline.id)
    return scores, quotes


def _commitments(db: Database) -> list[dict[str, Any]]:
    themes = _themes(db, "select commitment_id as id, theme_id from commitment_themes")
    found = rows(db, "select id, quote as text, document_id from commitments order by id")
    return [{**row, "themes": themes.get(row["id"], ())} for row in found]


def _passages(db: Database) -> list[dict[str, Any]]:
    themes = _themes(db, "select passage_id as id, theme_id from passage_themes")
    found = rows(db, f"select id, text, document_id from passages where {JUDGED} order by id")
    return [{**row, "themes": themes.get(row["id"], ())} for row in found]


def _themes(db: Database, query: str) -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in rows(db, query):
        found[row["id"]].append(row["theme_id"])
    return found


def _fingerprint(db: Database, settings: Settings, guidelines: Sequence[Guideline]) -> str:
    documents = rows(db, "select id, status, is_covered from documents order by id")
    themes = [rows(db, f"select * from {name} order by 1, 2") for name in ("commitment_themes", "passage_themes")]
    return digest(
        SCORER, encoder_key(settings.encoder), settings.guideline_floor, settings.guideline_mention_floor, guidelines,
        documents, themes, outputs(db, "commitments"), outputs(db, "passages"),
    )  # fmt: skip
