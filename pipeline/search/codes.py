"""What filters take: each code as the database writes it, or an error that says what would be right.

Reads issuers, themes, kinds, documents and levels of firmness; writes nothing. Whoever searches asks here, from Python, the
command line, the site or a saved search: a code that nothing has would find nothing, and nobody would see why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from ..errors import FilterError
from ..passages import language_name
from ..store import rows
from .shelf import TEXTS, Filters

MODES = ("both", "words", "meaning")
"""Which rankings a search asks: both, or one alone."""

_CODES = {
    "issuers": ("issuer", "issuers", "name"),
    "groups": ("group", "issuers", "name"),
    "themes": ("theme", "themes", "label"),
    "kinds": ("kind of document", "kinds", "label"),
    "documents": ("document", "documents", "title"),
}
"""Filters that take codes: the word for one, and the table and column that say what each means."""
_NEAR, _MOST = 65, 3
"""How alike a code or what it means has to be to what was written, of 100, to be offered; and how many are."""
_LISTED = 20
"""Codes that are named one by one where none is near."""


def as_written(db: Database, filters: Filters) -> Filters:
    """Return filters with each code as the database writes it: capitals do not count.

    Raises:
        FilterError: a value is none that could find anything.
    """
    written: dict[str, Any] = {
        field: _codes(db, field, codes) for field in _CODES if (codes := getattr(filters, field))
    }
    if filters.kind_of_hit not in ("", *TEXTS):
        raise FilterError(f"{filters.kind_of_hit!r} is no kind of hit.", remedy=f"Take {' or '.join(TEXTS)}.")
    if filters.bindingness is not None:
        _refuse_level(db, filters.bindingness)
    if filters.year_from is not None and filters.year_to is not None and filters.year_from > filters.year_to:
        raise FilterError(_turned(filters.year_from, filters.year_to), remedy="Give the earlier year first.")
    if filters.due.days[0] > filters.due.days[1]:
        raise FilterError(_turned(filters.due_from, filters.due_to), remedy="Give the earlier day first.")
    return replace(filters, **written, language=_language(db, filters.language))


def refuse_mode(mode: str) -> None:
    """Refuse what is no mode of search.

    Raises:
        FilterError: it is none.
    """
    if mode not in MODES:
        raise FilterError(f"{mode!r} is no mode of search.", remedy=f"The modes are: {', '.join(MODES)}.")


def _turned(first: object, last: object) -> str:
    return f"Nothing is from {first} on and up to {last}: the first is after the last."


def _codes(db: Database, field: str, codes: Sequence[str]) -> tuple[str, ...]:
    word, name, column = _CODES[field]
    meanings = {row["id"]: row["label"] for row in rows(db, f"select id, {column} as label from {name} order by id")}
    found = [_same(code, meanings) for code in codes]
    if "" in found:
        unknown = codes[found.index("")]
        raise FilterError(f"This database knows no {word} {unknown!r}.", remedy=_meant(unknown, meanings, name))
    return tuple(found)


def _same(code: str, codes: Mapping[str, str]) -> str:
    """Return the code that was written, whatever its capitals; "" when there is none."""
    return code if code in codes else next((one for one in codes if one.casefold() == code.casefold()), "")


def _meant(written: str, meanings: Mapping[str, str], name: str) -> str:
    """Say which codes somebody may have meant, or where they are listed."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extract

    said = written.casefold().strip()
    begun = [
        code
        for code, meaning in meanings.items()
        if said and said in (code.casefold()[: len(said)], meaning.casefold())
    ]
    forms = {form: code for code, meaning in meanings.items() for form in (meaning.casefold(), code.casefold())}
    alike = [forms[form] for form, _, _ in extract(said, list(forms), scorer=ratio, score_cutoff=_NEAR, limit=_MOST)]
    near = list(dict.fromkeys([*begun, *alike]))[:_MOST]
    if near:
        return f"Do you mean {' or '.join(f'{code} ({meanings[code]})' for code in near)}?"
    if len(meanings) <= _LISTED:
        return f"It knows: {', '.join(meanings)}." if meanings else "It knows none."
    return f'The table "{name}" lists them.'


def _refuse_level(db: Database, level: int) -> None:
    levels = {row["id"]: row["label"] for row in rows(db, "select id, label from bindingness order by id")}
    if level not in levels:
        raise FilterError(
            f"{level} is no level of firmness.",
            remedy=f"They are: {', '.join(f'{one} ({label})' for one, label in levels.items())}.",
        )


def _language(db: Database, code: str) -> str:
    """Return the code of a language that a document has, or that is one: a document in it may come yet."""
    held = {
        row["language"]: language_name(row["language"])
        for row in rows(db, "select distinct language from documents where language <> '' order by 1")
    }
    small = code.casefold()
    if not code or _same(code, held) or language_name(small) != small:
        return _same(code, held) or small
    raise FilterError(f"{code!r} is no code of a language.", remedy=_meant(code, held, "documents"))
