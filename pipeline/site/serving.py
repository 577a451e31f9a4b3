"""How the site is served: Datasette's command line, with Concord's metadata and settings.

`concord serve` runs it; so can anybody: `datasette concord.db -m datasette_metadata.json`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..settings import bundled

METADATA = "datasette_metadata.json"
SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 2000,
    "sql_time_limit_ms": 3000,
    "facet_time_limit_ms": 1000,
    "suggest_facets": 0,
    "allow_download": 1,
    "default_cache_ttl": 0,
    "truncate_cells_html": 400,
}
"""Datasette's own settings, kept here because version 0.65 reads none from the metadata file."""


def command(db: Path, *, host: str, port: int) -> list[str]:
    """Return the command that serves the database at `db`."""
    options = [part for name, value in SETTINGS.items() for part in ("--setting", name, str(value))]
    return [
        sys.executable, "-m", "datasette", "serve", str(db), "--metadata", str(bundled(METADATA)),
        "--host", host, "--port", str(port), *options,
    ]  # fmt: skip
