"""The question that Concord began with: what do Canada and Japan promise alike, and whom does each name?

Answered from the real texts: Canada's strategy of 2010, Japan's of 2015, and short texts of the G7, the Quad and
the United States. Each test holds one fact that a reader of these texts can check on the page.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.comparing import Choice, compare
from pipeline.manifest import load_manifest, save_manifest
from pipeline.segmenting.rows import fold
from pipeline.store import open_for_reading, rows

pytestmark = pytest.mark.corpus

CANADA = "can-2010-cyber-security-strategy"
JAPAN = "jpn-2015-cybersecurity-strategy-provisional-translation"
SHORT = (
    "g7-2022-leaders-statement-march", "quad-2023-senior-cyber-group-february", "usa-2021-attributing-malicious-cyber-activity-china",
)  # fmt: skip
QUESTIONS = {
    "information sharing and response teams": {"INC", "PPP"},
    "international rules": {"INTL"},
    "work with the private sector and critical infrastructure": {"PPP", "CI"},
}
"""Themes under which a counterpart answers a question."""


@pytest.fixture(scope="module")
def path(shared_corpus, tmp_path_factory, one_thread):
    """A database of these five texts, made by the command with the real models."""
    corpus = tmp_path_factory.mktemp("texts")
    wanted = [entry for entry in load_manifest(shared_corpus) if entry.id in (CANADA, JAPAN, *SHORT)]
    for entry in wanted:
        shutil.copy(shared_corpus / entry.path, corpus)
    save_manifest(corpus, [replace(entry, path=entry.path.rpartition("/")[2]) for entry in wanted])
    database = corpus / "concord.db"
    result = CliRunner().invoke(main, ["run", "--corpus", str(corpus), "--db", str(database), "--json"])
    assert result.exit_code == 0, result.output
    return database


@pytest.fixture(scope="module")
def db(path):
    with open_for_reading(path) as db:
        yield db


@pytest.fixture(scope="module")
def printed(path):
    """What `concord compare` prints."""
    return CliRunner().invoke(main, ["compare", "CAN", "JPN", "--at", "2016", "--db", str(path)]).output


def roles(db, document, issuer):
    """In which roles a document names an issuer."""
    found = rows(db, "select role from mentions where document_id = ? and issuer_id = ?", [document, issuer])
    return {row["role"] for row in found}


def pairs_on(db, question):
    found = compare(db, ["CAN", "JPN"], Choice(at=2016)).counterparts
    return [pair for pair in found if pair.theme in QUESTIONS[question]]


@pytest.mark.parametrize("question", QUESTIONS)
def test_there_are_counterparts_on_each_question(db, question):
    assert {(pair.a.document_id, pair.b.document_id) for pair in pairs_on(db, question)} == {(CANADA, JAPAN)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_their_quotes_stand_on_their_pages_on_both_sides(db, question):
    for quote in (quote for pair in pairs_on(db, question) for quote in (pair.a, pair.b)):
        page = rows(db, "select text from pages where document_id = ? and number = ?", [quote.document_id, quote.page])[
            0
        ]["text"]
        assert quote.quote[:40] in fold(page)


@pytest.mark.parametrize("question", QUESTIONS)
def test_their_quotes_are_printed_with_their_pages(db, printed, question):
    for quote in (quote for pair in pairs_on(db, question) for quote in (pair.a, pair.b)):
        assert f"{quote.quote}\n> \u2014 {quote.where}" in printed


@pytest.mark.parametrize(("document", "other"), [(CANADA, "JPN"), (JAPAN, "CAN")])
def test_neither_text_names_the_other_country(db, document, other):
    assert roles(db, document, other) == set()


@pytest.mark.parametrize("said", ["Canada names nobody of Japan.", "Japan names nobody of Canada."])
def test_the_comparison_says_so(printed, said):
    assert f"- {said}\n" in printed


@pytest.mark.parametrize("partner", ["USA", "ASEAN", "EUROPE"])
def test_japan_names_the_united_states_asean_and_european_countries_as_partners(db, partner):
    assert "partner" in roles(db, JAPAN, partner)


@pytest.mark.parametrize("named", ["USA", "GBR", "AUS", "NATO", "G8"])
def test_canada_names_the_united_states_the_united_kingdom_australia_nato_and_the_g8(db, named):
    assert roles(db, CANADA, named)


def test_canada_names_the_budapest_convention_as_binding(db):
    found = rows(db, "select page, role from mentions where document_id = ? and instrument_id = 'BUDAPEST'", [CANADA])
    assert found == [{"page": 10, "role": "obligation"}]
