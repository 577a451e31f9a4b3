"""What programs can ask of the site, in one table: the OpenAPI document and docs/api.md are made of it.

Reads nothing but the columns of `lists.py` and the dataclasses of search and comparison; gives plain values. A test
holds that every JSON address of `routes.py` stands here, and that each answers as it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from .. import __version__
from ..comparing import Comparison
from ..due import HOW
from ..exporting import FORMS, GUARD, MOST_ROWS, Column
from ..finding.namings import ROLES
from ..members import GroupView
from ..search import MODES, REVIEWS, Results
from . import lists

JSON = "application/json; charset=utf-8"
OPENAPI = "3.1.0"
LAST_START = 100_000
"""Hits of a search that can be passed over, at most."""
RETRY_AFTER = 10
"""Seconds after which who could not be answered may ask again."""
_TYPES = {str: "string", int: "integer"}
_SCHEMAS = "#/components/schemas/"
_CSL = "application/vnd.citationstyles.csl+json"


@dataclass(frozen=True)
class Parameter:
    """Something that an address takes: in its path, or behind its question mark, once or repeatedly.

    `least` and `most` bound a number; where `has_to_exist`, an address that names what is not here is a 404.
    """

    name: str
    meaning: str
    kind: type = str
    is_many: bool = False
    is_path: bool = False
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    has_to_exist: bool = False


@dataclass(frozen=True)
class Operation:
    """A question that programs can ask: its address without an ending, and what the answer holds.

    `answer` are the columns of a list, or the name of a schema below; `alone` are those of a list, and `or_else` is the
    name of a schema, that stand in for it where the parameters decide. `only_json` are parameters that the other forms do not take.
    """

    path: str
    summary: str
    answer: Sequence[Column] | str
    parameters: Sequence[Parameter] = ()
    forms: Sequence[str] = tuple(FORMS)
    alone: Sequence[Column] = ()
    or_else: str = ""
    only_json: Sequence[Parameter] = ()

    @property
    def name(self) -> str:
        """Its name in the document: "theme_commitments"."""
        return "_".join(re.findall(r"\w+", re.sub(r"\{\w+\}", "one", self.path)))


def _in_path(name: str, meaning: str) -> Parameter:
    return Parameter(name, meaning, is_path=True, has_to_exist=True)


_ISSUERS = Parameter(
    "issuer", "Code of an issuer; repeat it for several. Joint texts count for each who signed", is_many=True
)
_KINDS = Parameter("kind", "Kind of document, such as national_strategy; repeat it for several", is_many=True)
_CHOICE = (
    _KINDS,
    Parameter("from", "Only documents published from this year on", int),
    Parameter("at", "Only documents published up to this year", int),
)
_CODE, _NAME = _in_path("code", "Code of the theme"), _in_path("id", "Permanent name of the document")
_ISSUER = _in_path("code", "Code of the issuer")
_GUIDELINE = _in_path("id", "Name of the guideline")
_DUE = (
    Parameter("due_from", f"Only commitments due from this year, month or day on, written as {HOW}"),
    Parameter("due_to", "Only commitments due up to the last day of this year or month, or to this day"),
)
_MATCHING = (
    Parameter("theme", "Only commitments on this theme, main or not, by its code"),
    Parameter("firmness", "1 to 4: only commitments at least this firm", int, least=1, most=4),
    Parameter("deadline", "1: only commitments with a deadline", int, least=0, most=1),
)
_ONE_DOCUMENT = Parameter("document", "Name of the one document that counts")
_SEARCHED = (
    Parameter("q", "The question. “Quotation marks” make a phrase, -word excludes, OR joins. Without one, filters list all that passes them"),
    Parameter("mode", "Look by words, by meaning, or by both, which is what happens when it is left out", choices=MODES),
    Parameter("in", "Only commitments, or only passages", choices=("commitment", "passage")),
    Parameter("like", "Id of a commitment or passage: what is most like it, instead of a question", has_to_exist=True),
    Parameter("typed", "1: the question as it was typed, with no misspelling mended", int, least=0, most=1),
    _ISSUERS,
    Parameter("group", "Code of a group: only texts of its members and its own; repeat it for several", is_many=True),
    Parameter("language", "Code of a language, such as fr"),
    Parameter("theme", "Code of a theme; repeat it for several", is_many=True),
    _KINDS,
    Parameter("document", "Name of a document; repeat it for several", is_many=True),
    Parameter("from", "First year", int),
    Parameter("to", "Last year", int),
    *_MATCHING[1:],
    *_DUE,
    Parameter("review", "Only commitments on which reviewers last decided so, or nobody did", choices=REVIEWS),
)  # fmt: skip
_LEAFED = (
    Parameter("most", f"Hits to give, at most {MOST_ROWS:,}; 20 when it is left out", int, least=1, most=MOST_ROWS),
    Parameter("start", "Hits to pass over", int, least=0, most=LAST_START),
)

_COMPARED = (
    _ISSUERS, Parameter("by", "theme, subtheme (of one theme), year, or the id of a guideline whose elements are counted"),
    Parameter("theme", "Only this theme"), *_CHOICE, Parameter("members", "1: the one issuer, a group, against its members", int, least=0, most=1),
)  # fmt: skip
_CELL = (
    _ISSUERS, Parameter("theme", "Code of a theme"), Parameter("subtheme", "Id of a sub-theme, instead"),
    Parameter("element", "Id of an element of a guideline, instead"),
    Parameter("year", "Year, instead; with a theme, only commitments on it", int), *_CHOICE,
)  # fmt: skip

OPERATIONS = (
    Operation("/search", "Search commitments and passages by words and meaning.", "Results", _SEARCHED, only_json=_LEAFED),
    Operation(
        "/compare", "Two or more issuers side by side; a group against its members; else everybody.", "Comparison", _COMPARED,
        alone=lists.CELLS, or_else="GroupView",
    ),
    Operation("/compare/cell", "The quotes behind the cells of one topic; passages where there is no commitment.", lists.BEHIND, _CELL),
    Operation("/compare/citation", "How to cite a comparison, as CSL-JSON.", "Citations", _COMPARED, forms=("json",)),
    Operation("/compare/cell/citation", "How to cite the quotes behind cells, as CSL-JSON.", "Citations", _CELL, forms=("json",)),
    Operation("/documents", "Every document, read or not.", lists.DOCUMENTS),
    Operation("/document/{id}", "How to cite a document, as CSL-JSON.", "Citations", (_NAME,), forms=("json",)),
    Operation("/document/{id}/commitments", "All commitments of a document.", lists.COMMITMENTS, (_NAME, *_MATCHING, *_DUE)),
    Operation("/document/{id}/mentions", "Whom a document names, place by place.", lists.MENTIONS, (_NAME,)),
    Operation(
        "/commitment/{id}", "How to cite a commitment, with its quote, as CSL-JSON.", "Citations",
        (_in_path("id", "Permanent id of the commitment"),), forms=("json",),
    ),
    Operation(
        "/commitment/{id}/history", "What the database knows of a commitment through time, reviews included.", lists.HISTORY,
        (_in_path("id", "Permanent id of the commitment"),),
    ),
    Operation(
        "/theme/{code}/commitments", "All commitments that are mainly about a theme, the firmest first.", lists.COMMITMENTS,
        (_CODE, Parameter("subtheme", "Only those of this sub-theme, by its id"), *_DUE),
    ),
    Operation(
        "/subtheme/{id}/commitments", "All commitments of a sub-theme, the firmest first.", lists.COMMITMENTS,
        (_in_path("id", "Id of the sub-theme"), *_DUE),
    ),
    Operation("/issuer/{code}/commitments", "All commitments of the documents of an issuer, joint ones too.", lists.COMMITMENTS, (_ISSUER, *_DUE)),
    Operation("/issuer/{code}/mentions", "Whom an issuer names and who names it, place by place.", lists.MENTIONS, (_ISSUER,)),
    Operation("/instruments", "Treaties, laws of groups, processes, declarations and standards, and how many name each.", lists.INSTRUMENTS),
    Operation(
        "/instrument/{id}/mentions", "Who names an instrument, place by place.", lists.MENTIONS,
        (_in_path("id", "Code of the instrument"), Parameter("role", "Only mentions in this role", choices=tuple(ROLES))),
    ),
    Operation(
        "/editions/{family}", "What changed from one edition of a text to the next.", lists.CHANGES,
        (
            _in_path("family", "What the editions have in common"),
            Parameter("edition", "Number of the later of the two; else the latest", int),
            Parameter("change", "Only this kind of change"),
            Parameter("theme", "Only changes of this theme, by its code: the main one of the later promise, or of the earlier where there is no later"),
        ),
    ),
    Operation("/guidelines", "Guides and norms, with which every document is compared.", lists.GUIDELINES),
    Operation(
        "/guidelines/{id}", "What everybody says to each element of a guideline.", lists.SCORES,
        (_GUIDELINE, _ISSUERS, *_CHOICE, Parameter("by", "A row for each document, and not for each issuer", choices=("issuer", "document"))),
    ),
    Operation(
        "/guidelines/{id}/{code}", "All quotes behind the cells of one element, and the passages that only mention it.", lists.BEHIND,
        (_GUIDELINE, _in_path("code", "Code of the element"), _ISSUERS, *_CHOICE, _ONE_DOCUMENT),
    ),
    Operation("/watches", "The saved searches.", lists.WATCHES),
    Operation("/watches/{name}", "All that a saved search has found and that is still here.", lists.WATCH_HITS, (_in_path("name", "Name of the saved search"),)),
    Operation("/quality", "Every figure that was measured, with its interval.", lists.FIGURES),
    Operation("/problems", "What was not read or only in part, and why.", lists.PROBLEMS),
    Operation("/openapi", "This description.", "Description", forms=("json",)),
)  # fmt: skip
"""Everything that programs can ask, in the order of the routes."""


def description(server: str) -> dict[str, Any]:
    """Return the OpenAPI document of the site at an address."""
    paths: dict[str, Any] = {}
    schemas = {**_schemas_of_dataclasses(), **_OTHER_SCHEMAS}
    for operation in OPERATIONS:
        for ending in operation.forms:
            paths[f"{operation.path}.{ending}"] = {"get": _operation(operation, ending)}
        for name, columns in _lists_of(operation):
            schemas[name] = _list_schema(columns)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Concord",
            "version": __version__,
            "summary": "What governments promise about cyberspace, word for word.",
            "description": "Every list of the site, whole, as JSON, CSV and XLSX. Nothing can be written. " + GUARD,
            "license": {"name": "Apache-2.0 (the software); the quoted texts belong to their issuers", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": schemas},
    }  # fmt: skip


def _lists_of(operation: Operation) -> list[tuple[str, Sequence[Column]]]:
    """Return (name, columns) of the lists that an operation can answer with."""
    named = [] if isinstance(operation.answer, str) else [(operation.name, operation.answer)]
    return [*named, *([(f"{operation.name}_everybody", operation.alone)] if operation.alone else [])]


def _operation(operation: Operation, ending: str) -> dict[str, Any]:
    asked = [*operation.parameters, *(operation.only_json if ending == "json" else ())]
    answers: dict[str, Any] = {"200": {"description": operation.summary, "content": _content(operation, ending)}}
    asks_for_what_exists = any(parameter.has_to_exist for parameter in asked)
    if asks_for_what_exists or operation.path.startswith(("/compare", "/search")):
        answers["404"] = _failing("There is no such thing here.")
    answers["403"] = {
        "description": "Who runs the site has closed it, or its database, to whom asks.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
    if operation.answer not in ("Citations", "Description") and (operation.path, ending) != ("/search", "json"):
        answers["413"] = _failing(f"The list has more than {MOST_ROWS:,} rows. None is ever cut.")
    answers["503"] = {
        **_failing("The database cannot be read at the moment, as while another takes its place."),
        "headers": {"Retry-After": {"description": f"Seconds to wait: {RETRY_AFTER}.", "schema": {"type": "integer"}}},
    }
    return {
        "operationId": f"{operation.name}_{ending}",
        "summary": operation.summary,
        **({"parameters": [_parameter(one) for one in asked]} if asked else {}),
        "responses": answers,
    }


def _failing(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}Failure"}}}}


def _content(operation: Operation, ending: str) -> dict[str, Any]:
    if ending != "json":
        kind = FORMS[ending].content_type.partition(";")[0]
        return {kind: {"schema": {"type": "string"}}} if ending == "csv" else {kind: {}}
    named = (operation.answer, operation.or_else)
    names = [name for name in named if isinstance(name, str) and name]
    refs = [{"$ref": f"{_SCHEMAS}{name}"} for name in [*names, *(name for name, _ in _lists_of(operation))]]
    kind = _CSL if operation.answer == "Citations" else "application/json"
    return {kind: {"schema": refs[0] if len(refs) == 1 else {"oneOf": refs}}}


def _parameter(one: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _TYPES[one.kind], **({"enum": list(one.choices)} if one.choices else {})}
    bounds = {"minimum": one.least, "maximum": one.most}
    schema |= {name: bound for name, bound in bounds.items() if bound is not None}
    if one.is_many:
        schema = {"type": "array", "items": schema}
    place = {"in": "path", "required": True} if one.is_path else {"in": "query"}
    return {"name": one.name, **place, "description": f"{one.meaning}.", "schema": schema}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has these properties, all of them and no other."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list_schema(columns: Iterable[Column]) -> dict[str, Any]:
    row = _object({one.name: {"type": [one.kind, "null"], "description": f"{one.meaning}."} for one in columns})
    return _object(
        {
            "title": {"type": "string"},
            "address": {"type": "string", "description": "Where this was asked for."},
            "count": {"type": "integer", "description": "How many rows there are; all of them are here."},
            "columns": {"type": "array", "items": {"$ref": f"{_SCHEMAS}Column"}},
            "rows": {"type": "array", "items": row},
        }
    )


_OTHER_SCHEMAS: dict[str, Any] = {
    "Column": _object({name: {"type": "string"} for name in ("name", "type", "description")}),
    "Failure": {
        "type": "object",
        "required": ["ok", "error", "status"],
        "properties": {
            "ok": {"const": False},
            "error": {"type": "string", "description": "What is wrong."},
            "status": {"type": "integer"},
            "title": {"type": ["string", "null"]},
            "retired": {
                "type": ["object", "null"],
                "description": "What the address led to before that went: `why` it went, and `instead`, paths of what is here in its place, each with a label.",
            },
        },
    },
    "Citations": {
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "description": "CSL-JSON: a list of one, which is what reference managers read.",
        "items": {
            "type": "object",
            "required": ["id", "type", "title", "accessed"],
            "properties": {name: {"type": "string"} for name in ("id", "type", "title", "URL", "annote")},
        },
    },
    "Description": {"type": "object", "required": ["openapi", "info", "paths"], "description": "An OpenAPI document."},
}
"""Schemas of what is neither a list nor a dataclass."""


@cache
def _schemas_of_dataclasses() -> dict[str, Any]:
    """Return the schemas of what a search, a comparison and a group against its members give, and of the dataclasses in them."""
    from pydantic import TypeAdapter

    found: dict[str, Any] = {}
    for kind in (Results, Comparison, GroupView):
        schema = TypeAdapter(kind).json_schema(ref_template=_SCHEMAS + "{model}", mode="serialization")
        found |= schema.pop("$defs", {})
        found[kind.__name__] = schema
    # JSON has no pairs for keys: a comparison gives its cells as a list.
    found["Comparison"]["properties"]["cells"] = {"type": "array", "items": {"$ref": f"{_SCHEMAS}Cell"}}
    for schema in found.values():
        schema["required"] = list(schema["properties"])
        schema["additionalProperties"] = False
    return found


def table() -> list[tuple[str, str, str, str]]:
    """Return (address, what it gives, forms, parameters) of every operation, for docs/api.md."""
    lines = []
    for operation in OPERATIONS:
        forms = ", ".join(f"`{ending}`" for ending in operation.forms)
        asked = [f"`{one.name}`" for one in (*operation.parameters, *operation.only_json) if not one.is_path]
        lines.append((f"`{operation.path}`", operation.summary, forms, ", ".join(asked)))
    return lines
