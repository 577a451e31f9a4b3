"""Serve a database to a test, as `concord serve` does, with the metadata that ship with Concord."""

from __future__ import annotations

import json
from copy import deepcopy

import datasette
from conftest import ROOT
from datasette.app import Datasette

from pipeline.site.serving import METADATA, SETTINGS

DESCRIBED = json.loads((ROOT / METADATA).read_text("utf-8"))
IS_NEW = int(datasette.__version__.partition(".")[0]) >= 1
"""Whether canned queries are configuration to this Datasette, and no metadata."""


def served(path, **more):
    """Datasette on the database at `path`."""
    if IS_NEW:
        more["config"] = deepcopy(DESCRIBED)
    return Datasette([str(path)], metadata=deepcopy(DESCRIBED), settings=SETTINGS, **more)
