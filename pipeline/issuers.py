"""Issuers: states by ISO 3166, groups with their members by date, and the names texts use for them.

Reads `corpora/issuers.toml` and, when a corpus brings one, its own `issuers.toml`; states come from
the iso3166 list with their names in English from Babel. Used by every stage that has to know who is
who; writes the tables `issuers` and `memberships` for the documents stage.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .errors import ManifestError
from .ids import digest
from .settings import bundled

ISSUERS_FILE = "issuers.toml"
_KEYS = {"name", "kind", "aliases", "adjectives", "ambiguous", "not_when", "members", "since"}


@dataclass(frozen=True)
class Membership:
    """A state belongs to a group from one day to another; "" leaves the end open."""

    member: str
    from_on: str = ""
    to_on: str = ""

    def covers(self, day: str) -> bool:
        """Say whether the membership holds on `day` (a date, or its beginning: "2015")."""
        return (not self.from_on or self.from_on[: len(day)] <= day) and (not self.to_on or day <= self.to_on)


@dataclass(frozen=True)
class Issuer:
    """Who issues texts: a state, a group of states, an organisation, or two or more jointly.

    `ambiguous` are those of its names that are also names of somebody or something else; `since` is the day,
    month or year before which nobody can name it, "" where that is longer ago than any text.
    """

    code: str
    name: str
    kind: Literal["state", "group", "joint", "organisation"]
    alpha_2: str = ""
    aliases: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    not_when: tuple[str, ...] = ()
    members: tuple[Membership, ...] = ()
    ambiguous: tuple[str, ...] = ()
    since: str = ""


class Issuers:
    """The issuers that one corpus knows, by code."""

    def __init__(self, by_code: dict[str, Issuer]) -> None:
        self.by_code = by_code

    def __contains__(self, code: str) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Issuer:
        return self.by_code[code]

    def __iter__(self) -> Iterator[Issuer]:
        return iter(self.by_code.values())

    @property
    def names_hash(self) -> str:
        """A hash of everything by which issuers are recognised in a text: it changes when a name does."""
        return digest(
            *sorted((one.code, one.name, one.aliases, one.not_when, one.ambiguous, one.since) for one in self)
        )

    def joint(self, codes: tuple[str, ...]) -> Issuer:
        """Return the issuer of a text signed by `codes`: the one itself, or all of them jointly."""
        if len(codes) == 1:
            return self.by_code[codes[0]]
        names = [self.by_code[code].name for code in codes]
        return Issuer(
            code="-".join(codes),
            name=f"{', '.join(names[:-1])} and {names[-1]}",
            kind="joint",
            members=tuple(Membership(code) for code in codes),
        )

    def members_on(self, code: str, day: str) -> tuple[str, ...]:
        """Return the members of a group on a day, sorted; a state has none."""
        return tuple(sorted({m.member for m in self.by_code[code].members if m.covers(day)}))


def load_issuers(corpus: Path) -> Issuers:
    """Return all issuers: ISO 3166, what `corpora/issuers.toml` adds, and what the corpus adds.

    Raises:
        ManifestError: an issuers file has a table that cannot be used.
    """
    by_code = {issuer.code: issuer for issuer in _states()}
    for path in (bundled("corpora") / ISSUERS_FILE, corpus / ISSUERS_FILE):
        if path.is_file():
            for code, values in _tables(path):
                by_code[code] = _merged(path, code, by_code.get(code), values)
    for issuer in by_code.values():
        for membership in issuer.members:
            if membership.member not in by_code:
                raise ManifestError(f"{ISSUERS_FILE}: {issuer.code} has an unknown member {membership.member}.")
    return Issuers(by_code)


@cache
def _states() -> tuple[Issuer, ...]:
    import iso3166
    from babel import Locale

    english = Locale("en").territories
    return tuple(
        Issuer(
            code=country.alpha3,
            name=english.get(country.alpha2, country.name),
            kind="state",
            alpha_2=country.alpha2,
            aliases=(country.name,),
        )
        for country in iso3166.countries
    )


def _tables(path: Path) -> Iterable[tuple[str, dict[str, Any]]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} is not valid TOML: {error}.") from error
    for code, values in content.items():
        if not isinstance(values, dict) or values.keys() - _KEYS:
            raise ManifestError(f"{path}: [{code}] may hold only {', '.join(sorted(_KEYS))}.")
        yield code, values


def _merged(path: Path, code: str, known: Issuer | None, values: dict[str, Any]) -> Issuer:
    kind = values.get("kind", known.kind if known else "state")
    if kind not in ("state", "group", "organisation"):
        raise ManifestError(f"{path}: [{code}] has the kind {kind!r}.")
    if known is None and "name" not in values:
        raise ManifestError(f"{path}: [{code}] needs a name.")
    names = (values.get("name", known.name if known else ""), *values.get("aliases", ()))
    return Issuer(
        code=code,
        name=names[0],
        kind=kind,
        alpha_2=known.alpha_2 if known else "",
        aliases=tuple(dict.fromkeys((*names[1:], *((known.name, *known.aliases) if known else ())))),
        adjectives=tuple(values.get("adjectives", known.adjectives if known else ())),
        not_when=tuple(values.get("not_when", known.not_when if known else ())),
        members=_members(values["members"]) if "members" in values else (known.members if known else ()),
        ambiguous=tuple(values.get("ambiguous", known.ambiguous if known else ())),
        since=str(values.get("since", known.since if known else "")),
    )


def _members(listed: Iterable[dict[str, Any]]) -> tuple[Membership, ...]:
    return tuple(
        Membership(member["code"], str(member.get("from", "")), str(member.get("to", ""))) for member in listed
    )
