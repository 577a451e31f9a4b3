"""How the site is served: Datasette's command line, with Concord's metadata and settings.

`concord serve` runs it; so can anybody: `datasette concord.db -m datasette_metadata.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..settings import bundled
from ..store import is_still
from .taking import PLUGIN

METADATA = "datasette_metadata.json"
NAME = "concord"
"""The database that the metadata describes: Datasette knows a database by the name of its file."""
SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 2000,
    "sql_time_limit_ms": 3000,
    "facet_time_limit_ms": 1000,
    "suggest_facets": False,
    "allow_download": True,
    "default_cache_ttl": 0,
    "truncate_cells_html": 400,
}
"""Datasette's own settings, kept here because version 0.65 reads none from the metadata file."""


def command(db: Path, metadata: Path, *, host: str, port: int) -> list[str]:
    """Return the command that serves the database at `db` with a metadata file."""
    options = [part for name, value in SETTINGS.items() for part in ("--setting", name, str(int(value)))]
    return [
        sys.executable, "-m", "datasette", "serve", *(["--immutable"] if is_still(db) else []), str(db), "--metadata", str(metadata),
        "--host", host, "--port", str(port), *options,
    ]  # fmt: skip


def metadata_for(db: Path, folder: Path, public_url: str = "") -> Path:
    """Return the metadata file that fits the database at `db`; one of another name, or address, gets a copy in `folder`.

    Args:
        public_url: address at which readers open the site.
    """
    if db.stem == NAME and not public_url:
        return bundled(METADATA)
    content = json.loads(bundled(METADATA).read_text("utf-8"))
    content["databases"] = {db.stem: content["databases"][NAME]}
    if public_url:
        content["plugins"] = {PLUGIN: {"public_url": public_url}}
    path = folder / METADATA
    path.write_text(json.dumps(content), "utf-8")
    return path
