"""Settings: where they come from, which one wins, and what is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import SETTINGS_FILE, Settings, bundled, default_corpus, load_settings


@pytest.fixture
def corpus(tmp_path):
    """An empty corpus; the function writes its settings file."""

    def write(text):
        (tmp_path / SETTINGS_FILE).write_text(text, "utf-8")
        return tmp_path

    return write


def test_a_corpus_without_a_settings_file_has_the_defaults(tmp_path):
    found = load_settings(corpus=tmp_path, env={})
    assert found == Settings(corpus=tmp_path.resolve(), db=Path("concord.db").resolve())


def test_the_settings_file_beside_the_manifest_counts(corpus):
    assert load_settings(corpus=corpus("read_seconds = 7"), env={}).read_seconds == 7


def test_the_environment_wins_over_the_file(corpus):
    assert load_settings(corpus=corpus("read_seconds = 7"), env={"CONCORD_READ_SECONDS": "8"}).read_seconds == 8


def test_the_caller_wins_over_the_environment(tmp_path):
    assert load_settings(corpus=tmp_path, env={"CONCORD_READ_SECONDS": "8"}, read_seconds=9).read_seconds == 9


def test_none_means_that_the_caller_gives_nothing(tmp_path):
    assert load_settings(corpus=tmp_path, env={"CONCORD_READ_SECONDS": "8"}, read_seconds=None).read_seconds == 8


def test_the_corpus_can_come_from_the_environment(tmp_path):
    assert load_settings(env={"CONCORD_CORPUS": str(tmp_path)}).corpus == tmp_path.resolve()


def test_without_a_corpus_the_sample_is_used():
    assert load_settings(env={}).corpus == default_corpus()


def test_the_process_environment_is_read_when_none_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("CONCORD_WORKERS", "3")
    assert load_settings(corpus=tmp_path).workers == 3


def test_paths_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = load_settings(corpus=Path("here"), db=Path("there.db"), env={})
    assert (found.corpus, found.db) == (tmp_path.resolve() / "here", tmp_path.resolve() / "there.db")


@pytest.mark.parametrize("name", [field.name for field in fields(Settings) if field.type == "float"])
def test_every_fraction_can_come_from_the_environment_as_text(name, tmp_path):
    assert getattr(load_settings(corpus=tmp_path, env={f"CONCORD_{name.upper()}": "0.25"}), name) == 0.25


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("speed = 1", "has a setting 'speed' that does not exist"),
        ("read_seconds = 'soon'", "read_seconds = 'soon' is not a whole number"),
        ("read_seconds = 1.5", "read_seconds = 1.5 is not a whole number"),
        ("theme_floor = true", "theme_floor = True is not a number"),
        ("theme_floor = [1]", r"theme_floor = \[1\] is not a number"),
        ("db = 1", "db = 1 is not a path"),
        ("read_seconds =", "is not valid TOML"),
        ("read_seconds = 0", "read_seconds must be a positive whole number, not 0"),
        ("workers = -1", "workers must be a positive whole number, not -1"),
        ("theme_floor = nan", "theme_floor is nan, which cannot be meant"),
        ("search_floor = -1.5", "search_floor is -1.5, which cannot be meant"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(text, message, corpus):
    with pytest.raises(SettingsError, match=message):
        load_settings(corpus=corpus(text), env={})


def test_the_message_about_an_unknown_setting_lists_the_known_ones(corpus):
    with pytest.raises(SettingsError) as caught:
        load_settings(corpus=corpus("speed = 1"), env={})
    assert all(field.name in caught.value.remedy for field in fields(Settings))


def test_the_message_says_which_source_is_wrong(tmp_path):
    with pytest.raises(SettingsError, match=r"^the environment: workers = 'many'"):
        load_settings(corpus=tmp_path, env={"CONCORD_WORKERS": "many"})


def test_nought_workers_mean_one_for_each_core(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3, 4}, raising=False)
    assert Settings(workers=0).processes == 5


def test_workers_that_are_given_are_not_counted_from_cores():
    assert Settings(workers=7).processes == 7


def test_settings_cannot_be_changed_but_only_replaced():
    settings = Settings()
    with pytest.raises(AttributeError):
        settings.workers = 2
    assert replace(settings, workers=2).workers == 2


def test_what_comes_with_concord_is_found():
    assert (bundled("models") / "models.toml").is_file()


def test_a_missing_part_of_the_installation_is_named_with_its_remedy():
    with pytest.raises(SettingsError, match=r"nonsense is missing from this installation\. Reinstall"):
        bundled("nonsense")
