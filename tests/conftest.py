"""What tests share: a database of the sample corpus, built once, and a fake encoder.

Nothing here reaches the network, and nothing sleeps. Tests that read the shared corpus of real
documents are marked `corpus` and skipped, with a message, where it is absent.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import pytest_asyncio
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.settings import Settings, load_settings
from pipeline.store import open_for_reading, open_store

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "corpora" / "sample"
os.environ["CONCORD_OCR"] = "off"  # so that the sample is read the same wherever these tests run
SHARED = Path(os.environ.get("CONCORD_SHARED", ROOT.parent / "shared"))

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


class LetterEncoder:
    """Counts letters: quick, deterministic, and like texts get like vectors."""

    name = "letters@0"
    dimensions = 26

    def encode(self, texts):
        vectors = np.zeros((len(texts), 26), dtype=np.float32)
        for place, text in enumerate(texts):
            for letter in text.lower():
                if "a" <= letter <= "z":
                    vectors[place, ord(letter) - ord("a")] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(lengths == 0, 1, lengths)


def use_letters(patch):
    """Make every room use the encoder that counts letters, and return it."""
    encoder = LetterEncoder()
    for room in ("embeddings", "themes", "guidelines", "search.engine"):
        patch.setattr(f"pipeline.{room}.load_encoder", lambda _: encoder)
    for room in ("embeddings", "themes", "comparisons", "editions", "guidelines", "search.engine"):
        patch.setattr(f"pipeline.{room}.encoder_key", lambda _: encoder.name)
    return encoder


@pytest.fixture
def letters(monkeypatch):
    """Make every room use the encoder that counts letters."""
    return use_letters(monkeypatch)


@pytest.fixture
def db(tmp_path):
    """An empty Concord database."""
    with open_store(tmp_path / "concord.db") as db:
        db.execute("pragma synchronous = off")  # a test's database need not outlive a power cut
        yield db


@dataclass(frozen=True)
class SampleRun:
    """What `concord run` gave back for the sample corpus, and the database that it wrote."""

    result: Result
    db: Path


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory) -> SampleRun:
    """The sample corpus, read by the command with the real models; once for all tests, so nobody may change it."""
    db = tmp_path_factory.mktemp("sample") / "concord.db"
    return SampleRun(CliRunner().invoke(main, ["run", "--corpus", str(SAMPLE), "--db", str(db), "--json"]), db)


@pytest.fixture(scope="session")
def sample_settings(sample_run) -> Settings:
    """Settings for the sample corpus and that database."""
    return load_settings(corpus=SAMPLE, db=sample_run.db, env={}, ocr="off")


@pytest.fixture
def sample_db(sample_settings, tmp_path):
    """A copy of the sample's database, to do with as a test likes."""
    path = tmp_path / "concord.db"
    shutil.copy(sample_settings.db, path)
    with open_store(path) as db:
        db.execute("pragma synchronous = off")
        yield db


@pytest.fixture(scope="module")
def sample(path):
    """Rows of the database at a module's own `path`."""
    with open_for_reading(path) as db:
        yield db


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(path):
    """A client of the site of the database at a module's own `path`."""
    from sites import served  # slow to import, and most tests serve nothing

    instance = served(path)
    await instance.invoke_startup()
    return instance.client


@pytest.fixture(scope="session")
def truth():
    """The blocks of the sample corpus as they were written, by document."""
    blocks = {}
    for line in (SAMPLE / "truth.jsonl").read_text("utf-8").splitlines():
        block = json.loads(line)
        blocks.setdefault(block["document"], []).append(block)
    return blocks


@pytest.fixture(scope="session")
def shared_corpus() -> Path:
    """The folder of real documents; the test is skipped where it is absent."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        pytest.skip(f"there is no {folder}: set CONCORD_SHARED to the folder that holds the real documents")
    return folder


@pytest.fixture(scope="module")
def one_thread():
    """Compute in one thread: on a machine that others use too, threads wait for each other most of the time."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
