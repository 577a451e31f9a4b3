"""Quotes: another reader of PDF finds them on the page where they are said to stand, and inside their boxes."""

from __future__ import annotations

import importlib.util
import shutil
import sys

import pytest
from conftest import ROOT, SAMPLE

from pipeline.store import rows

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not installed: apt-get install poppler-utils"
)


@pytest.fixture(scope="module")
def quotes():
    """The script of the benchmark."""
    spec = importlib.util.spec_from_file_location("quotes", ROOT / "benchmarks" / "quotes.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("cyber-attacks", "cyber\u00ad\nattacks"),
        ("networks. We", "networks.12 We"),
        ("Infrastructure (DCI) and", "Infrastructure (DCI)1 and"),
        ("the state\u2019s office", "the state's  o\ufb03ce"),
    ],
)
def test_what_two_readers_write_differently_does_not_count(quotes, mine, theirs):
    assert quotes.folded(mine) == quotes.folded(theirs)


@pytest.mark.parametrize("other", ["We will not act.", "We will act in 2018.", "We act."])
def test_words_and_years_count(quotes, other):
    assert quotes.folded("We will act.") != quotes.folded(other)


@needs_poppler
def test_poppler_has_the_quotes_of_the_sample_on_their_pages_and_in_their_boxes(quotes, sample_db):
    checked = []
    for row in rows(sample_db, "select id, path from documents where format = 'pdf'"):
        checked += quotes.check(sample_db, row["id"], SAMPLE / row["path"])[0]
    assert len(checked) > 100
    assert sum(one.is_found for one in checked) >= quotes.LEAST * len(checked)
    assert sum(one.is_boxed for one in checked) >= quotes.LEAST * len(checked)
