"""Why an address leads nowhere any more, and where to go instead.

Reads `retired`, and what of the thing is still here: its document, its words, what the sentence that holds them is judged to
be now, or its successor. So the page gives the one reason that is true, and not every reason there could be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from ..ids import same_text
from ..store import rows

_MOST = 5
"""Places with the same words that are named."""
_PHRASE = 24
"""Words of a quote by which a passage that may still hold it is looked for."""
JUDGED = {
    "not_body": "it stands in a heading, a list of sources or the like, or is somebody else's words",
    "exhortation": "it asks others to do something, and binds nobody",
    "achievement": "it says what was done",
    "description": "it says how things are",
    "stance": "it recognises, welcomes or condemns, and binds nobody",
    "possibility": "it says what could or might be done",
    "rhetorical_pledge": "it pledges nothing that could be checked",
    "off_topic": "it is about something else than cyberspace",
}
"""Why a sentence is no commitment, by the reason that `sentences` gives: the steps of docs/commitments.md."""
_FILES = {
    "theme": ("themes", "label", "themes.toml", "/theme/"),
    "guideline": ("guidelines", "title", "the folder of guidelines", "/guidelines/"),
}


def retired(db: Database, kind: str, name: str) -> dict[str, Any] | None:
    """Return what an address led to before that went, why it went, and where to go; None when nothing is known.

    `why` is a sentence or two; `instead` lists (path, label) of what is here in its place; `words` are to be searched for.
    """
    found = rows(
        db,
        "select retired.*, documents.title as document from retired left join documents on documents.id = document_id"
        " where retired.kind = ? and retired.id = ?",
        [kind, name],
    )
    if not found:
        return None
    row = found[0]
    why, instead = {"commitment": _commitment, "document": _document, "sub-theme": _subtheme, "issuer": _issuer}.get(
        kind, _listed
    )(db, row)
    return {**row, "why": why, "instead": instead, "words": " ".join(_words(row["label"])[:12])}


_Answer = tuple[str, list[tuple[str, str]]]


def _commitment(db: Database, row: dict[str, Any]) -> _Answer:
    if row["document"] is None:
        gone = rows(db, "select * from retired where kind = 'document' and id = ?", [row["document_id"]])
        if not gone:
            return "The document in which it stood is not here any more.", _same(db, row)
        why, instead = _document(db, gone[0])
        went = f"It went with the document in which it stood, “{gone[0]['label']}”."
        return f"{went} {why}", [*_same(db, row), *instead]
    status = rows(db, "select status from documents where id = ?", [row["document_id"]])[0]["status"]
    holder = _holder(db, row)
    if holder is None and status == "not read":
        return "The file of its document cannot be read now.", [("/problems", "what was not read, and why")]
    if holder is None:
        return "The document was read anew, and its text as it is read now does not hold these words.", _same(db, row)
    passage, start, end = holder
    there = f"/document/{row['document_id']}?passage={passage}#{passage}"
    now = rows(
        db,
        'select id, quote from commitments where passage_id = ? and start < ? and "end" > ? order by start',
        [passage, end, start],
    )
    if now:
        why = "Its words are still in the document, but the commitment there begins or ends elsewhere now."
        return why, [
            *((f"/commitment/{one['id']}", one["quote"]) for one in now),
            (there, "the passage that holds its words"),
        ]
    judged = rows(
        db,
        'select label, reason from sentences where passage_id = ? and start < ? and "end" > ? order by start limit 1',
        [passage, end, start],
    )
    because = JUDGED.get((judged[0]["reason"] or judged[0]["label"]) if judged else "not_body", "")
    why = f"Its words are still in the document, but are not taken for a commitment any more{f': {because}' if because else ''}."
    return why, [(there, "the passage that holds its words")]


def _holder(db: Database, row: dict[str, Any]) -> tuple[str, int, int] | None:
    """Return the passage of its document that holds the words of a commitment that went, and where in it they stand."""
    words = _words(row["label"])[:_PHRASE]
    if not words:
        return None
    found = rows(
        db,
        "select passages.id, passages.text from passages_fts join passages on passages.rowid = passages_fts.rowid"
        " where passages_fts match ? and document_id = ? order by ordinal",
        [f'"{" ".join(words)}"', row["document_id"]],
    )
    phrase = re.compile(r"\W+".join(map(re.escape, words)), re.IGNORECASE)
    for passage in found:
        if match := phrase.search(passage["text"]):
            return passage["id"], match.start(), match.end()
    return None


def _same(db: Database, row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the commitments that say the same in the same words, wherever they stand."""
    words = _words(row["label"])[:_PHRASE]
    if not words:
        return []
    found = rows(
        db,
        "select commitments.id, commitments.quote, title, documents.year from commitments_fts join commitments on commitments.rowid = commitments_fts.rowid"
        " join documents on documents.id = document_id where commitments_fts match ? order by documents.year, commitments.id",
        [f'quote : "{" ".join(words)}"'],
    )
    return [
        (f"/commitment/{one['id']}", f"the same words in {_titled(one)}")
        for one in found
        if same_text(one["quote"]) == same_text(row["label"])
    ][:_MOST]


def _titled(row: dict[str, Any]) -> str:
    return f"{row['title']} ({row['year']})" if row["year"] else str(row["title"])


def _document(db: Database, row: dict[str, Any]) -> _Answer:
    found = rows(db, "select id, title, year from documents where title = ? order by year", [row["label"]])
    if found:
        return (
            "The manifest lists the document by this name no longer; one of the same title is here by another name.",
            [(f"/document/{one['id']}", _titled(one)) for one in found],
        )
    return "The document was struck from the corpus: the manifest lists it no longer.", []


def _subtheme(db: Database, row: dict[str, Any]) -> _Answer:
    last = rows(db, "select * from subtheme_lineage where subtheme_id = ? order by change desc limit 1", [row["id"]])
    if not last or last[0]["event"] not in ("merged", "retired"):
        return "No commitment is in it any more.", []
    theme = rows(db, "select id, label from themes where id = ?", [last[0]["theme_id"]])
    instead = [(f"/theme/{one['id']}", f"the theme {one['label']}") for one in theme]
    before, shared = last[0]["before"], last[0]["shared"]
    if shared:
        return (
            f"Sub-themes were formed anew, and it fell apart: no other holds more than {shared} of its {before} commitments.",
            instead,
        )
    return f"None of its {before} commitments is here any more.", instead


def _issuer(db: Database, row: dict[str, Any]) -> _Answer:
    found = rows(db, "select id, name from issuers where name = ?", [row["label"]])
    if found:
        return "It has another code now.", [(f"/issuer/{one['id']}", one["name"]) for one in found]
    return "No document here is issued by it or names it any more.", []


def _listed(db: Database, row: dict[str, Any]) -> _Answer:
    """Answer for a theme or a guideline, which a person writes in a file."""
    table, label, file, path = _FILES[row["kind"]]
    found = rows(db, f'select id, "{label}" as label from {table} where "{label}" = ?', [row["label"]])
    if found:
        return "It has another name in its address now.", [(f"{path}{one['id']}", one["label"]) for one in found]
    return f"It was struck from {file}.", []


def _words(text: str) -> Sequence[str]:
    """Return the words of a text, without the signs that a search would take for its own."""
    return [word for word in re.findall(r"\w+(?:['’]\w+)*", text) if word != "OR"]
