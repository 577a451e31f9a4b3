"""Saved searches for /watches, and the feed of each.

Reads `watches` and `watch_hits` through `pipeline/watching.py`, and what the hits are. A feed is Atom 1.0 (RFC 4287).
"""

from __future__ import annotations

import json
import re
import textwrap
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlite_utils import Database

from ..search import Filters
from ..store import rows
from ..watching import MODES, Watch, command, labels, listed, parameters_of, saved_as, told
from .showing import page

MOST = 200
"""Entries of a feed, the latest: a reader keeps those that it has had."""
ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("7c0e8c1e-5d0b-5f0e-9a43-6f2b1f6d0c11")
"""Ours alone: ids of feeds and entries are made in it, and are the same at whatever address the site is served."""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_TITLE = 110

_HITS = """
select hits.kind, hits.hit_id, hits.first_seen_at, found.text, found.page, found.passage_id, found.issuer_id,
       documents.id as document_id, documents.title as document, documents.year, documents.is_paged,
       coalesce(issuers.name, '') as issuer, coalesce(pages.label, '') as page_label
from watch_hits as hits join (
    select 'commitment' as kind, id, quote as text, page, passage_id, document_id, issuer_id from commitments
    union all
    select 'passage', passages.id, text, page, passages.id, document_id, documents.issuer_id
    from passages join documents on documents.id = document_id
) as found on found.kind = hits.kind and found.id = hits.hit_id
join documents on documents.id = found.document_id
left join issuers on issuers.id = found.issuer_id
left join pages on pages.document_id = documents.id and pages.number = found.page
where hits.watch = ? order by hits.first_seen_at desc, documents.year desc, documents.id, found.page, hits.hit_id limit ?
"""


@dataclass(frozen=True)
class Shown:
    """A saved search as its page shows it: by what it looks, and the query of the search page that asks the same."""

    watch: Watch
    labels: Mapping[str, Mapping[str, str]]

    @property
    def by(self) -> str:
        """By what it looks, for people."""
        return MODES[self.watch.mode] if self.watch.question else "filters alone"

    @property
    def told(self) -> str:
        """Its filters, for people."""
        return told(self.watch.filters, self.labels)

    @property
    def query(self) -> str:
        """The query string of the search page that asks the same."""
        asked = [("q", self.watch.question)] if self.watch.question else []
        how = [("mode", self.watch.mode)] if self.watch.question and self.watch.mode != "both" else []
        return urlencode([*asked, *how, *parameters_of(self.watch.filters)])

    @property
    def title(self) -> str:
        """What it asks, in a line."""
        return ", ".join(part for part in (self.watch.question, self.told) if part)


def watches(db: Database) -> dict[str, Any]:
    """Return all saved searches, for their page."""
    known = labels(db)
    return {"watches": [Shown(watch, known) for watch in listed(db)]}


def following(db: Database, question: str, filters: Filters, mode: str, file: str) -> dict[str, str]:
    """Return under which name a search is saved, and else the command that saves it; either is "" when there is none."""
    name = saved_as(db, question, filters, mode)
    return {"name": name, "command": "" if name else command(db, question, filters, mode, file=file)}


def feed(db: Database, name: str, *, most: int = MOST) -> dict[str, Any] | None:
    """Return a saved search with the latest of its hits that are still there, -1 for all; None when it is unknown."""
    shown = next((Shown(watch, labels(db)) for watch in listed(db) if watch.name == name), None)
    return {"shown": shown, "hits": rows(db, _HITS, [name, most])} if shown else None


def to_atom(shown: Shown, hits: list[dict[str, Any]], address: Callable[[str], str]) -> bytes:
    """Return the feed of a saved search.

    Args:
        hits: as `feed()` gives them.
        address: makes the full address of a path of this site.
    """
    watch = shown.watch
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", _urn(watch.name, watch.added_at))
    _add(root, "title", f"{watch.name}: {shown.title}")
    _add(
        root,
        "subtitle",
        f"Commitments and passages that Concord found for the saved search {watch.name}, by {shown.by}.",
    )
    _add(root, "updated", max([watch.added_at, *(hit["first_seen_at"] for hit in hits)]))
    _add(_add(root, "author"), "name", "Concord")
    _add(root, "link", rel="self", type="application/atom+xml", href=address(f"/watches/{watch.name}.atom"))
    _add(root, "link", rel="alternate", type="text/html", href=address(f"/search?{shown.query}"))
    for hit in hits:
        _add_entry(root, watch, hit, address)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _add_entry(root: ET.Element, watch: Watch, hit: dict[str, Any], address: Callable[[str], str]) -> None:
    entry = _add(root, "entry")
    where = [*([hit["issuer"]] if hit["issuer"] else []), *([str(hit["year"])] if hit["year"] else [])]
    begin = textwrap.shorten(hit["text"], _LONGEST_TITLE, placeholder=" …")
    _add(entry, "id", _urn(watch.name, watch.added_at, hit["kind"], hit["hit_id"]))
    _add(entry, "title", f"{' '.join(where)}: {begin}" if where else begin)
    _add(entry, "updated", hit["first_seen_at"])
    if hit["issuer"]:
        _add(_add(entry, "author"), "name", hit["issuer"])
    path = f"/commitment/{hit['hit_id']}"
    if hit["kind"] == "passage":
        path = f"/document/{hit['document_id']}?passage={hit['hit_id']}#{hit['hit_id']}"
    _add(entry, "link", rel="alternate", type="text/html", href=address(path))
    _add(entry, "category", term=hit["kind"])
    year = f" ({hit['year']})" if hit["year"] else ""
    place = ", ".join(part for part in (f"{hit['document']}{year}", page(hit)) if part)
    _add(entry, "summary", f"\u201c{hit['text']}\u201d {place}", type="text")


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """Add an element; what XML forbids in a text is dropped."""
    clean = {key: _NOT_IN_XML.sub("", value) for key, value in attributes.items()}
    element = ET.SubElement(parent, name, clean)
    if text:
        element.text = _NOT_IN_XML.sub("", text)
    return element


def _urn(*parts: str) -> str:
    return uuid.uuid5(_NAMESPACE, json.dumps(parts)).urn
