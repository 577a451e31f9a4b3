"""End to end: `concord run` on the sample corpus, whose every sentence is coded, served as a site."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict

import pytest
from click.testing import CliRunner
from conftest import SAMPLE
from datasette.app import Datasette

from pipeline.checking import count_checked, faults_of
from pipeline.cli import main
from pipeline.ids import same_text
from pipeline.store import open_for_reading, rows

RECALL, PRECISION = 0.84, 0.89
"""What the sample has to reach. When this was written, 263 of 309 planted commitments were found (0.85), and 262 of
the 291 that were found were planted (0.90). Raise them when finding gets better."""

FORMULA = (
    "will not conduct or knowingly support, in time of peace, any activity in cyberspace that damages the critical"
)


@pytest.fixture(scope="module")
def database(sample_run):
    with open_for_reading(sample_run.db) as db:
        yield db


@pytest.fixture(scope="module")
def planted(truth, database):
    """The quotes that were planted in English text, by document; what stands on a picture cannot be read."""
    english = {row["id"] for row in rows(database, "select id from documents where is_covered")}
    return {
        document: [
            commitment["quote"] for block in blocks if not block.get("image_only") for commitment in block["commitments"]
        ]
        for document, blocks in truth.items()
        if document in english
    }  # fmt: skip


@pytest.fixture(scope="module")
def found(database):
    """The quotes that were found, by document."""
    quotes = defaultdict(list)
    for row in rows(database, "select document_id, quote from commitments"):
        quotes[row["document_id"]].append(row["quote"])
    return quotes


def overlap(a, b):
    """Whether one of two quotes holds the other, typography aside: a sentence may hold several promises."""
    return same_text(a) in same_text(b) or same_text(b) in same_text(a)


def test_the_command_reads_the_sample_without_a_failure(sample_run):
    assert sample_run.result.exit_code == 0
    assert json.loads(sample_run.result.stdout)["problems"] != []
    assert [one for one in json.loads(sample_run.result.stdout)["problems"] if one["is_failure"]] == []


def test_every_document_is_read_but_the_page_that_is_a_picture(database):
    status = {row["id"]: row["status"] for row in rows(database, "select id, status from documents")}
    assert len(status) == 15
    assert {name for name, word in status.items() if word != "read"} == {"xdd-2020-strategy"}
    assert status["xdd-2020-strategy"] == "partly read"


def test_every_quote_stands_where_it_is_said_to_stand(database):
    assert count_checked(database)["commitments"] > 200
    assert list(faults_of(database)) == []


def test_most_commitments_that_were_planted_are_found(planted, found):
    wanted = [(document, quote) for document, quotes in planted.items() for quote in quotes]
    hits = sum(any(overlap(quote, other) for other in found[document]) for document, quote in wanted)
    assert len(wanted) == 309
    assert hits / len(wanted) >= RECALL


def test_most_commitments_that_are_found_were_planted(planted, found):
    listed = [(document, quote) for document, quotes in found.items() for quote in quotes]
    right = sum(any(overlap(quote, other) for other in planted[document]) for document, quote in listed)
    assert right / len(listed) >= PRECISION


def test_no_commitment_is_found_in_a_text_in_french(found):
    assert found["xff-2018-strategie"] == []


def test_no_commitment_is_found_where_the_truth_has_furniture(found):
    """Running heads, cookie banners and the notice that a document is fictional promise nothing."""
    furniture = json.loads((SAMPLE / "furniture.json").read_text("utf-8"))
    for document, lines in furniture.items():
        assert not {same_text(quote) for quote in found[document]} & {same_text(line) for line in lines}


def test_a_commitment_stands_on_the_page_of_its_block(database, truth):
    pages = {
        (document, same_text(commitment["quote"])): (block["page_first"], block["page_last"])
        for document, blocks in truth.items()
        for block in blocks
        for commitment in block["commitments"]
    }
    checked = [
        (row["page"], pages[row["document_id"], same_text(row["quote"])])
        for row in rows(database, "select document_id, quote, page from commitments")
        if (row["document_id"], same_text(row["quote"])) in pages
    ]
    assert len(checked) > 150
    assert [one for one in checked if not one[1][0] <= one[0] <= one[1][1]] == []


@pytest.mark.parametrize(
    ("a", "b"), [("xaa-2021-strategy", "xbb-2018-strategy"), ("xaa-2021-strategy", "xmg-2017-declaration")]
)
def test_the_formula_of_33_words_has_the_same_wording_wherever_it_is_repeated(database, a, b):
    pairs = rows(
        database,
        "select relation, is_formula, a.quote as quote, b.quote as other from counterparts join commitments as a on a.id = commitment_id"
        " join commitments as b on b.id = other_id where a.document_id = ? and b.document_id = ?",
        [a, b],
    )
    found = [
        (pair["relation"], pair["is_formula"])
        for pair in pairs
        if FORMULA in pair["quote"] and FORMULA in pair["other"]
    ]
    assert found == [("same", 1)]


def test_the_formula_is_traced_to_the_declaration_in_which_it_stood_first(database):
    found = rows(
        database,
        "select first.document_id as first from formulas join formula_commitments on formula_id = formulas.id"
        " join commitments on commitments.id = commitment_id join commitments as first on first.id = first_id"
        " where commitments.document_id = 'xaa-2021-strategy' and instr(commitments.quote, ?)",
        [FORMULA],
    )
    assert [row["first"] for row in found] == ["xmg-2017-declaration"]


def test_no_planted_opposed_pair_is_called_the_same(database):
    planted = json.loads((SAMPLE / "counterparts.json").read_text("utf-8"))
    found = {
        (same_text(row["quote"]), same_text(row["other"])): row["relation"]
        for row in rows(
            database,
            "select relation, a.quote as quote, b.quote as other from counterparts join commitments as a on a.id = commitment_id"
            " join commitments as b on b.id = other_id",
        )
    }
    opposed = [pair for pair in planted if pair["relation"] == "opposed"]
    called = [found.get((same_text(pair["a"]["quote"]), same_text(pair["b"]["quote"]))) for pair in opposed]
    assert opposed
    assert not set(called) & {"same", "firmer", "weaker"}


def test_belmora_does_not_speak_of_rights(database):
    cell = rows(database, "select finding from coverage where issuer_id = 'XBB' and theme_id = 'RTS'")[0]
    assert cell["finding"] == "absent"


def test_belmora_speaks_of_supply_chains_without_a_promise(database):
    cell = rows(database, "select finding from coverage where issuer_id = 'XBB' and theme_id = 'SUP'")[0]
    assert cell["finding"] == "mentioned"


def test_an_issuer_whose_only_text_is_in_french_is_not_read(database):
    findings = rows(database, "select distinct finding from coverage where issuer_id = 'XFF'")
    assert findings == [{"finding": "not read"}]


def test_corvane_names_arvenia_and_belmora_never_names_corvane(database):
    named = rows(
        database,
        "select distinct documents.issuer_id as issuer, mentions.issuer_id as named from mentions"
        " join documents on documents.id = document_id",
    )
    pairs = {(row["issuer"], row["named"]) for row in named}
    assert ("XCC", "XAA") in pairs
    assert ("XBB", "XCC") not in pairs


def test_most_sentences_that_promise_nothing_are_left_out(database, truth):
    """Of the planted traps (predictions, advice, achievements) few are taken for promises."""
    wrong, traps = 0, 0
    quotes = defaultdict(set)
    for row in rows(database, "select document_id, quote from commitments"):
        quotes[row["document_id"]].add(same_text(row["quote"]))
    for document, blocks in truth.items():
        for block in blocks:
            for other in block["others"]:
                traps += 1
                wrong += same_text(other["quote"]) in quotes[document]
    assert traps > 500
    assert wrong / traps < 0.05


async def test_the_site_shows_a_commitment_of_the_run_with_its_page_and_its_counterpart(sample_run, database):
    row = rows(
        database,
        "select commitments.id, quote, other_id from commitments join counterparts on commitment_id = commitments.id"
        " where document_id = 'xaa-2021-strategy' and is_formula order by 1, 3 limit 1",
    )[0]
    client = Datasette([str(sample_run.db)]).client
    text = (await client.get(f"/commitment/{row['id']}")).text
    assert row["quote"] in text
    assert re.search(r"Trust and Resilience.*\(2021\), p\. \d", text, re.DOTALL)
    assert f"/commitment/{row['other_id']}" in text


async def test_the_site_finds_a_planted_commitment_by_other_words(sample_run):
    client = Datasette([str(sample_run.db)]).client
    hits = (
        await client.get(
            "/search.json?q=sparing+the+electricity+and+hospitals+of+foreign+countries+from+hacking+in+peacetime&in=commitment"
        )
    ).json()["hits"]
    assert any(FORMULA in hit["text"] for hit in hits[:10])


def test_a_second_run_does_nothing(sample_run, tmp_path):
    again = tmp_path / "again.db"
    shutil.copy(sample_run.db, again)
    result = CliRunner().invoke(main, ["run", "--corpus", str(SAMPLE), "--db", str(again), "--json"])
    done = {stage["stage"]: stage["tally"]["done"] for stage in json.loads(result.stdout)["stages"]}
    assert done == dict.fromkeys(done, 0)
    with open_for_reading(again) as db:
        assert rows(db, "select count(*) as n from runs") == [{"n": 1}]
