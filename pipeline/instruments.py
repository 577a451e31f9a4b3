"""Instruments: treaties, laws of groups, processes, declarations and standards, and the names texts use for them.

Reads `corpora/instruments.toml` and, when a corpus brings one, its own `instruments.toml`. The mentions
stage finds their names and writes the table `instruments`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ManifestError
from .ids import digest
from .settings import bundled

INSTRUMENTS_FILE = "instruments.toml"
KINDS = {
    "treaty": "binds the states that join it",
    "law": "a law of a group, such as a directive of the European Union",
    "process": "talks or meetings with a mandate, and the reports that they agree",
    "declaration": "a political text: a declaration, call, pledge, plan or set of principles",
    "standard": "an international standard or manual that no state signs",
}
_KEYS = {"name", "kind", "aliases", "short", "not_when", "since", "claims"}
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True)
class Instrument:
    """What states, or bodies for them, agreed: `since` is the day, month or year in which it appeared.

    `short` are names that lead back to it once it was named in full: "the Convention". `claims` are names of another
    instrument with the day from which they mean this one.
    """

    code: str
    name: str
    kind: str
    since: str
    aliases: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    not_when: tuple[str, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()


class Instruments:
    """The instruments that one corpus knows, by code."""

    def __init__(self, by_code: dict[str, Instrument]) -> None:
        self.by_code = by_code

    def __getitem__(self, code: str) -> Instrument:
        return self.by_code[code]

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self.by_code.values())

    def bearer(self, code: str, name: str, published_on: str) -> str:
        """Return whom a name of `code` means in a document of that date: another, where another claims it by then."""
        written = name.lower()
        for other in self:
            for claimed, day in other.claims:
                if claimed.lower() == written and published_on >= day[: len(published_on)] and published_on:
                    return other.code
        return code

    @property
    def names_hash(self) -> str:
        """A hash of everything by which instruments are recognised in a text, and of what is written of them."""
        return digest(*sorted((one.code, one) for one in self))


def load_instruments(corpus: Path) -> Instruments:
    """Return all instruments: those of `corpora/instruments.toml`, and those that the corpus adds or overrides.

    Raises:
        ManifestError: an instruments file has a table that cannot be used.
    """
    by_code: dict[str, Instrument] = {}
    for path in (bundled("corpora") / INSTRUMENTS_FILE, corpus / INSTRUMENTS_FILE):
        if path.is_file():
            by_code |= {one.code: one for one in _read(path)}
    return Instruments(by_code)


def _read(path: Path) -> Iterator[Instrument]:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} is not valid TOML: {error}.") from error
    for code, values in content.items():
        if not isinstance(values, dict) or values.keys() - _KEYS:
            raise ManifestError(f"{path}: [{code}] may hold only {', '.join(sorted(_KEYS))}.")
        if not values.get("name"):
            raise ManifestError(f"{path}: [{code}] needs a name.")
        if values.get("kind") not in KINDS:
            raise ManifestError(f"{path}: [{code}] has the kind {values.get('kind')!r}, not one of {', '.join(KINDS)}.")
        if not _DAY.fullmatch(str(values.get("since", ""))):
            raise ManifestError(f"{path}: [{code}] needs since, the day, month or year in which it appeared.")
        claims = values.get("claims", {})
        if not isinstance(claims, dict) or not all(_DAY.fullmatch(str(day)) for day in claims.values()):
            raise ManifestError(
                f"{path}: [{code}] needs in claims names, each with the day from which it means {code}."
            )
        yield Instrument(
            code=code,
            name=values["name"],
            kind=values["kind"],
            since=str(values["since"]),
            aliases=tuple(values.get("aliases", ())),
            short=tuple(values.get("short", ())),
            not_when=tuple(values.get("not_when", ())),
            claims=tuple((name, str(day)) for name, day in claims.items()),
        )
