"""Facets: by what means a promise is kept, how far it reaches, and which norms of the United Nations it meets.

Reads `commitments`, `slots`, `mentions`, `guideline_quotes` and `corpora/facets.toml`; writes `facets`
and the columns `norm`, `instrument` and `scope` of `commitments`. The whole corpus is one input.

Nothing is learnt: each value stands with the words that gave it. An instrument is a word of the list in
the object of the promise, or behind "through"; a scope is a word of the list, or a state or group that the
promise names as a partner, and else that of the text's issuers; a norm is an element of the guideline
`un-norms` that the guidelines stage has found the promise to be like.
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
from typing import Any

from sqlite_utils import Database

from .errors import ManifestError
from .ids import digest
from .records import Report, Tally
from .settings import Settings, bundled
from .store import mark, outputs, rows, stale, write_rows

FACETTER = "facets/1"
WHOLE = "*"
FACETS_FILE = "facets.toml"
NORMS = "un-norms"
"""The guideline whose elements are the norms."""

DOMESTIC, BILATERAL = "domestic", "bilateral"
_MEANS = re.compile(r"\b(?:through|by means of|by way of|via)\b", re.IGNORECASE)
_REACHES = re.compile(r"\b(?:with|within|between|among|alongside|at|to|in)\s+(?:the\s+|its\s+)?$", re.IGNORECASE)
"""What stands before a name that is somebody to work with, or a place to work in."""
_BY_RULE = re.compile(
    r"\b(?:compl\w+|accordance|line|conformity|consistent|compatible|aligned|keeping)\s+with\b[^,;]*$", re.IGNORECASE
)
"""What stands before the name of whose rules are kept: nobody to work with."""
_LEADS_ON = re.compile(
    r"\b(?:to|for|that|which|who|so|by|with|from|based|guided|such|where|when|through|under|within|during|against|into"
    r"|regarding|concerning|on|about|related|in|as|between|among|via)\b|[;:(]",
    re.IGNORECASE,
)
"""Words behind which stands what a thing is for, or how it is done, and no longer the thing."""
_ENDS = re.compile(rf"\s*(?:$|[,.()\[]|(?:of|and|or|at|will|shall|is|are|be|has)\b|{_LEADS_ON.pattern})", re.IGNORECASE)
"""What may stand behind a thing, and not behind a part of a compound: "the agency's networks", "agency staff"."""
_FIRST = 3
"""Words of a phrase that count in any case: "to hold exercises" begins with one that leads on."""
_COMPOUND = re.compile(
    r"\s+(?!(?:and|or|of|the|a|an|its|their)\b)(?:[\w-]+\s+)?(?!(?:and|or|of|the|a|an|its|their)\b)|-"
)
"""What may stand between the words of one compound."""
_KEYS = {"value", "label", "meaning", "words", "not", "verbs", "acts", "groups"}


@dataclass(frozen=True)
class Value:
    """What a promise can have of a facet, and the words that show it, as `corpora/facets.toml` says."""

    value: str
    label: str
    meaning: str
    words: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the words, but where they stand in a phrase that means something else."""
        return _pattern(self.words)

    @cached_property
    def elsewhere(self) -> re.Pattern[str]:
        """Matches the phrases in which its words mean something else."""
        return _pattern(self.excluded)

    def find(self, text: str) -> re.Match[str] | None:
        """Return the first of its words in a text, if any."""
        hidden = self.elsewhere.sub(lambda match: " " * len(match[0]), text)
        return self.pattern.search(hidden)


@dataclass(frozen=True)
class Promise:
    """What the facets of a commitment are read from."""

    id: str
    quote: str
    lead_in: str
    action: str
    object: str
    money: str


@dataclass(frozen=True)
class Named:
    """An issuer that a promise names: its code, its kind, the words, and whether it is named as a partner."""

    code: str
    kind: str
    text: str
    is_partner: bool


@dataclass(frozen=True)
class Facet:
    """A value of a facet, and the words that gave it; "" where nothing says otherwise."""

    value: str
    cue: str


def load_facets(path: Path | None = None) -> dict[str, list[Value]]:
    """Return the values of the facets `instrument` and `scope`, in their order.

    Raises:
        ManifestError: the file cannot be parsed, or a value lacks a part or has one that is not known.
    """
    path = path or bundled("corpora") / FACETS_FILE
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return {facet: [_value(told, path) for told in content[facet]] for facet in ("instrument", "scope")}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ManifestError(f"{path} cannot be used: {error!r}.") from error


def _value(told: Mapping[str, Any], path: Path) -> Value:
    if unknown := sorted(told.keys() - _KEYS):
        raise ManifestError(f"{path} has an unknown key {unknown[0]!r}; it may hold {', '.join(sorted(_KEYS))}.")
    listed = {key: tuple(told.get(key, ())) for key in ("words", "verbs", "acts", "groups")}
    return Value(told["value"], told["label"], told["meaning"], excluded=tuple(told.get("not", ())), **listed)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Match words as whole words; a final * stands for any ending, and capitals count in a word that has one."""
    parts = []
    for word in words:
        written = re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
        parts.append(f"(?i:{written})" if word == word.lower() else written)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])" if parts else r"(?!)")


def instruments_of(promise: Promise, values: Sequence[Value]) -> list[Facet]:
    """Return by what means a promise is kept, the main one first: that of its verb, else the first of its object."""
    verb = promise.action.lower()
    by_verb = [Facet(one.value, promise.action) for one in values if _is_form_of(verb, one.acts)]
    target = _begin_of(promise.object or promise.quote)
    named = [
        (found, one.value)
        for one in values
        if (found := one.find(target)) and (not one.verbs or _is_made(found, target, verb, one.verbs))
    ]
    means = [
        (found, one.value)
        for through in _MEANS.finditer(promise.quote)
        for one in values
        if not one.verbs and (found := one.find(_begin_of(promise.quote[through.end() :])))
    ]
    money = [Facet("money", promise.money)] if promise.money else []
    return _once([*by_verb, *_heads_first(named, target), *_heads_first(means, ""), *money])


def _begin_of(text: str) -> str:
    """Return a phrase up to the word that leads on to what for, how or about what, its first words apart."""
    words = list(_LEADS_ON.finditer(text))
    return text[: next((word.start() for word in words if len(text[: word.start()].split()) >= _FIRST), len(text))]


def _heads_first(found: Iterable[tuple[re.Match[str], str]], text: str) -> list[Facet]:
    """Return what was found in a phrase, in its order, but the last word of a compound first: "exercise *programme*"."""
    placed = sorted(found, key=lambda item: item[0].start())
    facets = [Facet(value, match[0]) for match, value in placed]
    last = 0
    while last + 1 < len(placed) and _COMPOUND.fullmatch(text[placed[last][0].end() : placed[last + 1][0].start()]):
        last += 1
    return [*facets[last : last + 1], *facets[:last], *facets[last + 1 :]]


def _is_made(found: re.Match[str], text: str, verb: str, verbs: Sequence[str]) -> bool:
    """Say whether a word is what the verb makes: not a part of a compound, nor whose something is."""
    return _is_form_of(verb, verbs) and _ENDS.match(text, found.end()) is not None


def _is_form_of(verb: str, listed: Sequence[str]) -> bool:
    """Say whether a verb is one of those listed, in whatever form: "establishing", "setup" and "set up"."""
    return any(form in listed for form in _forms(verb.split(" ", maxsplit=1)[0]))


def _forms(verb: str) -> list[str]:
    found = [verb]
    for ending, instead in (
        ("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"),
    ):  # fmt: skip
        if verb.endswith(ending):
            stem = verb.removesuffix(ending) + instead
            found += [stem, stem[:-1]] if len(stem) > 2 and stem[-1:] == stem[-2:-1] else [stem]
    return found


def scopes_of(promise: Promise, named: Sequence[Named], values: Sequence[Value], default: str) -> list[Facet]:
    """Return how far a promise reaches, the widest first.

    Args:
        named: whom the promise names, its own issuers apart.
        default: the scope of the text's issuers, where nothing reaches further.
    """
    of_group = {code: one.value for one in values for code in one.groups}
    lead_in = promise.lead_in if promise.lead_in.rstrip().endswith(":") else ""  # else it may be a heading
    found: list[Facet] = []
    for one in values:
        match = next((match for text in (promise.quote, lead_in) if (match := one.find(text))), None)
        if match:
            found.append(Facet(one.value, match[0]))
        partners = [name for name in named if name.is_partner]
        found += [
            Facet(one.value, name.text)
            for name in partners
            if (of_group.get(name.code) == one.value if name.kind != "state" else one.value == BILATERAL)
        ]
    return _once(found) or [Facet(default, "")]


def scope_of_issuer(code: str, kind: str, values: Sequence[Value]) -> str:
    """Return how far a text reaches by who issued it: one state, two or more jointly, or a group."""
    if kind == "group":
        return next((one.value for one in values if code in one.groups), values[0].value)
    return BILATERAL if kind == "joint" else DOMESTIC


def _once(facets: Iterable[Facet]) -> list[Facet]:
    found: dict[str, Facet] = {}
    for one in facets:
        found.setdefault(one.value, one)
    return list(found.values())


def run(db: Database, settings: Settings, report: Report) -> Tally:  # noqa: ARG001  # every stage is called alike
    """Find the facets of all commitments anew when a commitment, a mention, a guideline or the file changed.

    Raises:
        ManifestError: the file of the facets cannot be used.
    """
    values = load_facets()
    inputs = {WHOLE: _fingerprint(db, values)}
    if not stale(db, "facets", inputs):
        return Tally(kept=1)
    started = time.monotonic()
    tally = Tally(done=1)
    with db.atomic():
        listed = _found(db, values)
        tally.add("facets", write_rows(db, "facets", listed))
        _write_columns(db, listed)
        seconds = time.monotonic() - started
        mark(db, "facets", WHOLE, input_hash=inputs[WHOLE], output_hash=digest(*listed), seconds=seconds)
    report(1, 1, "facets")
    return tally


def _found(db: Database, values: Mapping[str, Sequence[Value]]) -> list[dict[str, Any]]:
    """Return the rows of `facets`."""
    named, norms = _named(db), _norms(db)
    listed: list[dict[str, Any]] = []
    for row in rows(db, _PROMISES):
        promise = Promise(
            row["id"], row["quote"], row["lead_in"], row["action"], row["object"], row["money"]
        )  # fmt: skip
        default = scope_of_issuer(row["issuer"] or "", row["kind"] or "state", values["scope"])
        found = {
            "norm": norms.get(promise.id, []),
            "instrument": instruments_of(promise, values["instrument"]),
            "scope": scopes_of(promise, named.get(promise.id, []), values["scope"], default),
        }
        listed += [
            {
                "commitment_id": promise.id, "facet": facet, "value": one.value, "cue": one.cue, "is_main": int(place == 0),
            }
            for facet, facets in found.items()
            for place, one in enumerate(facets)
        ]  # fmt: skip
    return listed


_PROMISES = """
select commitments.id, quote, lead_in, action, "object", money, documents.issuer_id as issuer, issuers.kind
from commitments join documents on documents.id = document_id left join issuers on issuers.id = documents.issuer_id
order by commitments.id
"""
_NAMED = """
select commitments.id, mentions.issuer_id as code, issuers.kind, mentions.text, mentions.role,
       substr(commitments.quote, 1, mentions.start - commitments.start) as before
from commitments join mentions on mentions.passage_id = commitments.passage_id
    and mentions.start >= commitments.start and mentions."end" <= commitments."end"
join issuers on issuers.id = mentions.issuer_id join documents on documents.id = commitments.document_id
where mentions.role <> 'threat'
    and mentions.issuer_id not in (select member_id from memberships where group_id = documents.issuer_id)
order by commitments.id, mentions.start
"""
_NORMS = """
select commitment_id, code, title from guideline_quotes join guideline_elements on guideline_elements.id = element_id
where guideline_id = ? and commitment_id is not null order by commitment_id, likeness desc, position
"""


def _named(db: Database) -> dict[str, list[Named]]:
    """Return whom each commitment names. A name is that of a partner by its role, or by the word before it."""
    found: dict[str, list[Named]] = defaultdict(list)
    for row in rows(db, _NAMED):
        reaches = row["role"] == "partner" or _REACHES.search(row["before"]) is not None
        is_partner = reaches and not _BY_RULE.search(row["before"])
        found[row["id"]].append(Named(row["code"], row["kind"], row["text"], is_partner))
    return found


def _norms(db: Database) -> dict[str, list[Facet]]:
    """Return the norms that each commitment meets, the likest first."""
    found: dict[str, list[Facet]] = defaultdict(list)
    for row in rows(db, _NORMS, [NORMS]):
        found[row["commitment_id"]].append(Facet(row["code"], row["title"]))
    return found


def _write_columns(db: Database, listed: Sequence[Mapping[str, Any]]) -> None:
    """Write the main value of each facet beside the commitment, to filter by."""
    main = {(row["commitment_id"], row["facet"]): row["value"] for row in listed if row["is_main"]}
    for row in rows(db, "select id, norm, instrument, scope from commitments"):
        wanted = [main.get((row["id"], facet), "") for facet in ("norm", "instrument", "scope")]
        if wanted != [row["norm"], row["instrument"], row["scope"]]:
            db.execute("update commitments set norm = ?, instrument = ?, scope = ? where id = ?", [*wanted, row["id"]])


def _fingerprint(db: Database, values: Mapping[str, Sequence[Value]]) -> str:
    documents = rows(
        db,
        "select documents.id, issuer_id, issuers.kind from documents"
        " left join issuers on issuers.id = issuer_id order by documents.id",
    )
    before = [outputs(db, stage) for stage in ("passages", "commitments", "mentions", "guidelines")]
    return digest(FACETTER, values, documents, before)
