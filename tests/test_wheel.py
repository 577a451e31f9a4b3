"""The wheel: what somebody gets who installs Concord without a checkout."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built with the build backend that is installed here: no network."""
    missing = [name for name in ("build", "hatchling") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}: pip install {' '.join(missing)}")
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-2000:]
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    "name",
    [
        "pipeline/cli.py",
        "pipeline/site/templates/base.html",
        "pipeline/site/templates/concord_compare.html",
        "pipeline/site/static/concord.css",
        "pipeline/site/static/concord.svg",
        "pipeline/bundled/corpora/acronyms.toml",
        "pipeline/bundled/corpora/catalogue.csv",
        "pipeline/bundled/corpora/guidelines/un-norms.toml",
        "pipeline/bundled/corpora/instruments.toml",
        "pipeline/bundled/corpora/issuers.toml",
        "pipeline/bundled/corpora/themes.toml",
        "pipeline/bundled/corpora/sample/documents.csv",
        "pipeline/bundled/corpora/sample/issuers.toml",
        "pipeline/bundled/corpora/sample/documents/xaa-2016-strategy.pdf",
        "pipeline/bundled/models/models.toml",
        "pipeline/bundled/models/commitments/README.md",
        "pipeline/bundled/models/commitments/config.json",
        "pipeline/bundled/models/commitments/weights.safetensors",
        "pipeline/bundled/datasette_metadata.json",
    ],
)
def test_what_concord_needs_is_in_the_wheel(names, name):
    assert name in names


def test_every_file_that_stands_at_the_top_of_the_corpora_is_in_the_wheel(names):
    files = [path for path in (ROOT / "corpora").iterdir() if path.is_file()]
    assert {f"pipeline/bundled/corpora/{path.name}" for path in files} <= names


def test_every_module_template_and_static_file_is_in_the_wheel(names):
    sources = [path for path in (ROOT / "pipeline").rglob("*") if path.suffix in (".py", ".html", ".css", ".svg")]
    assert {path.relative_to(ROOT).as_posix() for path in sources} <= names


def test_every_document_of_the_sample_is_in_the_wheel(names):
    documents = [path.name for path in (ROOT / "corpora" / "sample" / "documents").iterdir()]
    assert {f"pipeline/bundled/corpora/sample/documents/{name}" for name in documents} <= names


def test_nothing_that_is_no_part_of_concord_is_in_the_wheel(names):
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"pipeline", "cyber_concord"}
    assert [name for name in names if name.endswith((".db", ".pyc", "truth.jsonl", "labels.jsonl"))] == []


def test_the_wheel_brings_the_command_and_the_plugin(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        points = archive.read(name).decode()
    assert "concord = pipeline.cli:main" in points
    assert "concord = pipeline.site" in points


def test_an_installed_concord_finds_what_was_bundled(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "from pipeline.settings import bundled, default_corpus\n"
        "from pipeline.manifest import load_manifest\n"
        "from pipeline.issuers import load_issuers\n"
        "print(len(load_manifest(default_corpus())), load_issuers(default_corpus())['XAA'].name, bundled('models'))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert ran.stdout.split() == ["15", "Arvenia", str(tmp_path / "pipeline" / "bundled" / "models")]
