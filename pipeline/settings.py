"""Every setting of Concord, in one frozen dataclass.

Reads `concord.toml` beside the manifest, then environment variables `CONCORD_<NAME>`, then what the
caller gives; the last wins. `docs/settings.md` describes each field; a test compares the two.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from .errors import SettingsError

SETTINGS_FILE = "concord.toml"
_CALLED: dict[type, str] = {Path: "path", int: "whole number", float: "number", str: "text"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where things are, which models are used, and every threshold.

    Paths are absolute after `load_settings()`. Sizes are in mebibytes, times in seconds,
    similarities are cosines from -1 to 1.
    """

    corpus: Path = Path("corpora/sample")
    """Folder with the manifest and the documents; the sample corpus when nobody names one."""
    db: Path = Path("concord.db")
    """The database that a run writes and that all other commands read."""
    workers: int = 0
    """Processes that read and parse side by side; 0 means one for each core."""

    encoder: str = "all-MiniLM-L6-v2"
    """Name in `models/models.toml`, a folder, or a sentence-transformers name on the hub."""
    english: str = "en_core_web_sm"
    """spaCy pipeline for English: a name in `models/models.toml`, a folder or a package."""
    french: str = "fr_core_news_sm"
    """spaCy pipeline that splits French sentences, named likewise; without it their punctuation does."""
    ocr: str = "auto"
    """Languages read in pictures, as tesseract names them ("eng+fra"); "auto": those of the G7; "off": none."""

    read_seconds: int = 120
    """Processor time for reading one file; a reader that waits gets five seconds more."""
    read_memory_mb: int = 2048
    """Memory for reading one file."""
    read_file_mb: int = 200
    """Size of a file; a larger one is not opened."""
    read_output_mb: int = 64
    """What one file may unfold to, as text with its layout."""
    read_pages: int = 5000
    """Pages of one file."""

    theme_floor: float = 0.55
    """A commitment of whose theme the model is not sure is emerging when it is less like every theme than this."""
    mention_floor: float = 0.55
    """A passage in which the model sees no theme touches one that it is at least this like, promise or not."""
    subtheme_neighbours: int = 10
    """Nearest neighbours to which a commitment is joined before a theme is parted into sub-themes."""
    subtheme_resolution: float = 1.0
    """Higher gives more and smaller sub-themes."""
    subtheme_smallest: int = 3
    """A sub-theme of fewer commitments joins its nearest neighbour."""

    counterpart_floor: float = 0.62
    """Two commitments at least this like one another are counterparts."""
    counterpart_most: int = 3
    """Counterparts kept for one commitment in each other issuer."""

    edition_floor: float = 0.72
    """Two commitments of two editions may be one when what they have in common stands out this much."""
    edition_likeness: float = 0.45
    """They are never one when the cosine alone is less than this."""

    guideline_floor: float = 0.58
    """A commitment at least this like a seed of a guideline's element is one to that element."""
    guideline_mention_floor: float = 0.55
    """A passage at least this like a seed mentions the element; a guideline or element may set its own floors."""

    search_floor: float = 0.32
    """A hit by meaning alone is shown when it is at least this like the question."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "int" and value < (0 if field.name == "workers" else 1):
                raise SettingsError(f"{field.name} must be a positive whole number, not {value}.")
            if field.type == "float" and not -1 <= value <= 10:
                raise SettingsError(f"{field.name} is {value}, which cannot be meant.")

    @property
    def processes(self) -> int:
        """How many processes to use: `workers`, or one for each core that we may run on."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return self.workers or cores or 1


def load_settings(*, env: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Return the settings for a run, with every path absolute.

    Args:
        env: stands in for the process environment.
        given: fields that a caller sets; None means "not given".

    Raises:
        SettingsError: a name is unknown or a value is of the wrong type.
    """
    given = {name: value for name, value in given.items() if value is not None}
    env = os.environ if env is None else env
    from_env = {
        field.name: env[f"CONCORD_{field.name.upper()}"]
        for field in fields(Settings)
        if f"CONCORD_{field.name.upper()}" in env
    }
    corpus = Path(given.get("corpus") or from_env.get("corpus") or default_corpus())
    settings = Settings(corpus=corpus)
    for source, values in (
        (str(corpus / SETTINGS_FILE), _from_file(corpus / SETTINGS_FILE)),
        ("the environment", from_env),
        ("the command line", given),
    ):
        settings = replace(settings, **_typed(values, source))
    return replace(settings, corpus=settings.corpus.resolve(), db=settings.db.resolve())


def default_corpus() -> Path:
    """Return the folder of the sample corpus that comes with Concord."""
    return bundled("corpora") / "sample"


def bundled(name: str) -> Path:
    """Return the folder or file `name` that comes with Concord: `corpora`, `models`, ...

    In a checkout it stands beside the package, in an installed wheel inside it.
    """
    package = Path(__file__).resolve().parent
    for place in (package / "bundled" / name, package.parent / name):
        if place.exists():
            return place
    raise SettingsError(
        f"{name} is missing from this installation.", remedy="Reinstall: pip install --force-reinstall cyber-concord"
    )


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from error


def _typed(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    known = {
        field.name: {"Path": Path, "int": int, "float": float, "str": str}[str(field.type)]
        for field in fields(Settings)
    }
    typed = {}
    for name, value in values.items():
        if name not in known:
            raise SettingsError(
                f"{source} has a setting {name!r} that does not exist.", remedy=f"The settings are: {', '.join(known)}."
            )
        try:
            typed[name] = known[name](str(value) if known[name] in (int, float) else value)
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{source}: {name} = {value!r} is not a {_CALLED[known[name]]}.") from error
    return typed
