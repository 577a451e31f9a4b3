"""Plant rows in a database: documents, passages, promises and saved searches, as many as a test needs.

A planted promise has a document, a page, a passage and a sentence around it, so that every key refers to a row
and `concord check` finds no fault.
"""

from __future__ import annotations

import json
import shutil

from pipeline.embeddings import text_hash, to_blob
from pipeline.ids import digest
from pipeline.search import Engine
from pipeline.store import leave_one_file, open_store, rows, table
from pipeline.watching import add as add_watch
from pipeline.watching import run as run_watches

THEMES = "GOV RISK INC CI GNET SUP LAW CRIME RTS CAP RDI PPP INTL DEF".split()
NAMES = {"XAA": "Arvenia", "XBB": "Belmora", "XCC": "Corvane", "XMG": "Meridian Group"}


def plant_themes(db):
    """Plant the fourteen themes, each with its code for a name."""
    for position, code in enumerate(THEMES):
        row = {"id": code, "label": code.title(), "definition": f"about {code}", "position": position}
        table(db, "themes").insert(row, ignore=True)


def plant_issuer(db, code, *, kind="state"):
    """Plant an issuer; a code with a hyphen is that of a joint text, and plants its signatories."""
    table(db, "issuers").insert(
        {"id": code, "name": NAMES.get(code, code), "kind": "joint" if "-" in code else kind}, ignore=True
    )
    for member in code.split("-") if "-" in code else ():
        plant_issuer(db, member)
        table(db, "memberships").insert(
            {"group_id": code, "member_id": member, "from_on": "", "to_on": ""}, ignore=True
        )


def plant_document(db, name, *, issuer="XAA", year=2020, status="read", is_covered=1, kind="national_strategy"):
    """Plant a document of one empty page."""
    plant_themes(db)
    plant_issuer(db, issuer)
    table(db, "documents").insert(
        {
            "id": name, "title": f"Strategy {name}", "issuer_id": issuer, "kind_id": kind, "year": year,
            "published_on": str(year or ""), "status": status, "is_covered": is_covered, "language": "en", "pages": 1,
            "path": f"{name}.txt", "sha256": name,
        }
    )  # fmt: skip
    table(db, "pages").insert(
        {"id": f"{name}-p1", "document_id": name, "number": 1, "label": "1", "status": "text", "text": ""}
    )
    return name


def plant_passage(db, document, text, *, themes=(), role="paragraph"):
    """Plant a passage at the end of a document, printed on its page, touching themes; return its id."""
    printed = rows(db, "select text from pages where document_id = ?", [document])[0]["text"]
    ordinal = rows(db, "select count(*) as n from passages where document_id = ?", [document])[0]["n"]
    name = digest(document, text, ordinal)
    table(db, "passages").insert(
        {
            "id": name, "document_id": document, "ordinal": ordinal, "role": role, "page": 1, "page_last": 1,
            "text": text, "language": "en",
        }
    )  # fmt: skip
    table(db, "passage_spans").insert(
        {
            "passage_id": name,
            "segments": json.dumps([[0, len(text), 1, len(printed), len(printed) + len(text)]]),
            "sentences": json.dumps([[0, len(text)]]),
            "cells": "[]",
        }
    )
    table(db, "pages").update(f"{document}-p1", {"text": f"{printed}{text}\n"})
    table(db, "sentences").insert(
        {"passage_id": name, "start": 0, "end": len(text), "document_id": document, "label": "none", "confidence": 1.0}
    )
    for theme in themes:
        table(db, "passage_themes").insert({"passage_id": name, "theme_id": theme, "likeness": 0.8})
    return name


def plant_promise(
    db, document, quote, *, themes=("CAP",), bindingness=3, precision=0, deadline="", deadline_to="", action=""
):
    """Plant a promise in a passage of its own; return its id."""
    passage = plant_passage(db, document, quote, themes=themes)
    of = rows(db, "select issuer_id, year from documents where id = ?", [document])[0]
    name = digest("promise", document, quote, passage)
    table(db, "commitments").insert(
        {
            "id": name, "quote": quote, "issuer_id": of["issuer_id"], "document_id": document, "page": 1,
            "theme_id": themes[0] if themes else None, "year": of["year"], "bindingness_id": bindingness,
            "precision": precision, "deadline": deadline, "deadline_to": deadline_to, "action": action, "polarity": "positive", "confidence": 0.9,
            "passage_id": passage, "start": 0, "end": len(quote),
        }
    )  # fmt: skip
    for position, theme in enumerate(themes):
        table(db, "commitment_themes").insert(
            {"commitment_id": name, "theme_id": theme, "position": position, "likeness": 0.8}
        )
    return name


def plant_mention(db, document, text, name, *, issuer, role="mention"):
    """Plant a passage that names an issuer; return the mention's id."""
    passage = plant_passage(db, document, text)
    start = text.index(name)
    plant_issuer(db, issuer)
    mention = digest(passage, issuer, start)
    table(db, "mentions").insert(
        {
            "id": mention, "issuer_id": issuer, "document_id": document, "passage_id": passage, "page": 1, "text": name,
            "quote": text, "role": role, "start": start, "end": start + len(name),
        }
    )  # fmt: skip
    return mention


def plant_vectors(db, encoder):
    """Plant the vector of every text that is there."""
    texts = {row["text"] for row in rows(db, "select quote as text from commitments union select text from passages")}
    listed = sorted(texts)
    table(db, "embeddings").insert_all(
        (
            {"text_hash": text_hash(text), "model": encoder.name, "vector": to_blob(vector)}
            for text, vector in zip(listed, encoder.encode(listed), strict=True)
        ),
        replace=True,
    )


def plant_watched(source, target):
    """Copy a database, and plant a saved search that was run once in the copy; return where that is."""
    shutil.copy(source, target)
    with open_store(target) as db:
        add_watch(db, "training", "training", mode="words")
        run_watches(db, Engine(target))
        leave_one_file(db)
    return target
