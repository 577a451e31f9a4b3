"""Write small corpora: texts as files, and the manifest that lists them."""

from __future__ import annotations

from dataclasses import replace

from pipeline.manifest import load_manifest, save_manifest
from pipeline.records import Entry
from pipeline.settings import Settings

MANIFEST = "documents.csv"


def quiet(*_):
    """Report nothing."""


def write_corpus(folder, **texts):
    """Write a text file and an entry of Canada for each name (an underscore stands for a hyphen); return settings."""
    folder.mkdir(exist_ok=True)
    settings = Settings(corpus=folder, db=folder.parent / "concord.db", workers=1)
    entries = []
    for name, text in texts.items():
        document_id = name.replace("_", "-")
        (folder / f"{document_id}.txt").write_text(text, "utf-8")
        entries.append(Entry(document_id, f"{document_id}.txt", f"Plan {name}", ("CAN",), "national_strategy", "2018"))
    save_manifest(folder, entries)
    return settings


def rewrite(settings, document_id, **changed):
    """Change fields of an entry in the manifest."""
    entries = load_manifest(settings.corpus)
    save_manifest(settings.corpus, [replace(one, **changed) if one.id == document_id else one for one in entries])


def strike(settings, document_id):
    """Strike an entry from the manifest."""
    save_manifest(settings.corpus, [one for one in load_manifest(settings.corpus) if one.id != document_id])
