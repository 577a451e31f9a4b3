"""Guidelines: files that people write, and what each document says to each element of them."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from datasette.app import Datasette
from lxml import html
from planting import plant_document, plant_passage, plant_promise, plant_vectors
from writing import quiet

from pipeline import guidelines as stage
from pipeline.coverage import ALL_DOCUMENTS, Choice
from pipeline.errors import ManifestError
from pipeline.guidelines import SCORES, Element, best_of, find_like, load_guidelines, read_guideline, run, score_of
from pipeline.settings import Settings
from pipeline.site.guidelines import guideline
from pipeline.store import mark, rows, table
from pipeline.themes import load_themes

METADATA = json.loads((ROOT / "datasette_metadata.json").read_text("utf-8"))
OURS = ROOT / "corpora" / "guidelines"
CABLES = "We will protect cables under the sea."
CODE = """
id = "island-code"
title = "The island code"
source = "Council of Islands"
year = 2024
address = "https://example.org/code"

[[element]]
code = "cables"
title = "Cables"
description = "Cables are protected."
seeds = ["We will protect cables under the sea."]

[[element]]
code = "quiz"
title = "Quizzes"
seeds = ["jazz quiz, jazz quiz"]
"""


def written(folder, text=CODE, name="code.toml"):
    """Write a guideline file into a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings of a corpus with one guideline; those that come with Concord are left out."""
    (tmp_path / "none").mkdir()
    monkeypatch.setattr(stage, "bundled", lambda _: tmp_path / "none")
    written(tmp_path / "corpus" / "guidelines")
    return Settings(corpus=tmp_path / "corpus", guideline_floor=0.99, guideline_mention_floor=0.99)


@pytest.fixture
def planted(db, letters):
    """A database with a document that promises, one that mentions, one that is silent, and two of which nothing is known."""
    plant_promise(db, plant_document(db, "promises"), CABLES)
    plant_passage(db, plant_document(db, "mentions", issuer="XBB"), CABLES)
    plant_passage(db, plant_document(db, "silent", issuer="XBB"), "We like trees.")
    plant_document(db, "foreign", issuer="XCC", is_covered=0)
    plant_document(db, "unread", issuer="XCC", status="not read")
    plant_vectors(db, letters)
    return db


def scores(db, element="island-code/cables"):
    """The score of each document for an element."""
    found = rows(db, "select document_id, score from guideline_scores where element_id = ?", [element])
    return {row["document_id"]: row["score"] for row in found}


# --- files


@pytest.mark.parametrize("path", sorted(OURS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_guideline_that_comes_with_concord_is_named_like_its_file(path):
    assert read_guideline(path).id == path.stem


def test_four_guidelines_come_with_concord():
    assert [one.id for one in load_guidelines(Path("nowhere"))] == [
        "enisa-objectives", "example", "itu-focus-areas", "un-norms",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "count"), [("un-norms", 11), ("enisa-objectives", 15), ("itu-focus-areas", 7)])
def test_a_guideline_has_all_its_elements(name, count):
    assert len(read_guideline(OURS / f"{name}.toml").elements) == count


@pytest.mark.parametrize("path", sorted(OURS.glob("*.toml")), ids=lambda path: path.stem)
def test_each_element_of_ours_has_three_to_six_seeds_that_would_count_by_its_own_words(path):
    for element in read_guideline(path).elements:
        assert 3 <= len(element.seeds) <= 6, element.code
        assert any(element.admits(seed, element.themes) for seed in element.seeds), element.code


@pytest.mark.parametrize("path", sorted(set(OURS.glob("*.toml")) - {OURS / "example.toml"}), ids=lambda path: path.stem)
def test_a_guideline_of_others_is_cited_with_its_official_address(path):
    guideline = read_guideline(path)
    assert guideline.address.startswith("https://")
    assert guideline.licence.startswith("Paraphrased, not quoted;")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "island-code"', 'id = "island code"', "id 'island code' must be letters"),
        ('id = "island-code"', "", "lacks its id"),
        ('title = "The island code"', "title = 7", "title must be text, not 7"),
        ("year = 2024", 'year = "2024"', "year must be a whole number, not '2024'"),
        ("https://example.org/code", "javascript:alert(1)", "address must begin with https://"),
        ("year = 2024", "year = 2024\ncolour = 1", "unknown key 'colour'"),
        ("year = 2024", "year = 2024\nfloor = 3", "floor must be a number above 0 and up to 1, not 3"),
        ('code = "quiz"', 'code = "cables"', "two elements have the code 'cables'"),
        ('code = "quiz"', 'code = "a/b"', "element 'a/b': code 'a/b' must be letters"),
        ('title = "Quizzes"', "", "element 'quiz' lacks its title"),
        ('seeds = ["jazz quiz, jazz quiz"]', "", "element 'quiz' lacks its seeds"),
        ('["jazz quiz, jazz quiz"]', '[" "]', "element 'quiz': seeds must be a list of texts"),
        ('title = "Quizzes"', 'title = "Q"\nthemes = ["FUN"]', "element 'quiz' has an unknown theme 'FUN'"),
        ('title = "Quizzes"', 'title = "Q"\nweight = 2', "element 'quiz' has an unknown key 'weight'"),
        ("year = 2024", "year = 2024\nexample = 1", "example must be true or false, not 1"),
        ("[[element]]", "[[element", "is not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_element(tmp_path, old, new, message):
    path = written(tmp_path, CODE.replace(old, new))
    with pytest.raises(ManifestError) as error:
        read_guideline(path)
    assert str(path) in str(error.value)
    assert message in str(error.value)


def test_of_ours_one_alone_was_made_up():
    assert [one.id for one in load_guidelines(Path("nowhere")) if one.is_example] == ["example"]


def test_a_guideline_without_an_element_is_refused(tmp_path):
    with pytest.raises(ManifestError, match="has no element"):
        read_guideline(written(tmp_path, CODE.partition("[[")[0]))


def test_two_files_of_one_folder_may_not_have_one_id(tmp_path):
    written(tmp_path / "guidelines")
    written(tmp_path / "guidelines", name="other.toml")
    with pytest.raises(ManifestError, match=r"other.toml has the id 'island-code', which code.toml has already"):
        load_guidelines(tmp_path)


def test_a_file_of_the_corpus_takes_the_place_of_ours_with_the_same_id(tmp_path):
    written(tmp_path / "guidelines", CODE.replace("island-code", "example"))
    (ours,) = [one for one in load_guidelines(tmp_path) if one.id == "example"]
    assert ours.title == "The island code"


def test_an_element_without_floors_has_those_of_its_guideline(tmp_path):
    path = written(tmp_path, CODE.replace("year = 2024", "year = 2024\nfloor = 0.7\nmention_floor = 0.6"))
    assert [(one.floor, one.mention_floor) for one in read_guideline(path).elements] == [(0.7, 0.6)] * 2


def test_the_island_code_of_the_documentation_can_be_used(tmp_path):
    page = (ROOT / "docs" / "corpora.md").read_text("utf-8")
    shown = page[
        page.index('    id = "island-code"') : page.index(
            "| key | required | meaning |\n|---|---|---|\n| `id` | yes | permanent name of"
        )
    ]
    lines = [line.removeprefix("    ") for line in shown.splitlines()]
    assert [one.code for one in read_guideline(written(tmp_path, "\n".join(lines))).elements] == ["cables"]


# --- what counts


CI = Element("1", "", "", ("x",), themes=("CI", "INTL"), words=("cable*", "under sea"))


@pytest.mark.parametrize(
    ("text", "themes", "counts"),
    [
        ("Cables break.", ["CI"], True),
        ("cables break.", ["RISK", "INTL"], True),
        ("What lies under sea", ["CI"], True),
        ("Cables break.", ["RISK"], False),
        ("Cables break.", [], False),
        ("Decabled", ["CI"], False),
        ("What lies under seas", ["CI"], False),
    ],
)
def test_a_text_counts_by_a_theme_and_a_word_of_the_element(text, themes, counts):
    assert CI.admits(text, themes) is counts


def test_every_text_counts_for_an_element_without_themes_and_words():
    assert Element("1", "", "", ("x",)).admits("Whatever", [])


def test_what_is_like_an_element_is_listed_by_document_the_likest_first():
    texts = [{"id": name, "text": "", "document_id": name[0], "themes": ()} for name in ("a1", "a2", "a3", "b1")]
    found = find_like(Element("1", "", "", ("x",)), texts, np.array([0.6, 0.9, 0.5, 0.7], dtype=np.float32), 0.6)
    assert {name: [one.id for one in said] for name, said in found.items()} == {"a": ["a2", "a1"], "b": ["b1"]}


READ = {"status": "read", "is_covered": 1}


@pytest.mark.parametrize(
    ("document", "promised", "said", "score"),
    [
        (READ, [1], [1], "committed"),
        (READ, [], [1], "mentioned"),
        (READ, [], [], "absent"),
        ({**READ, "status": "partly read"}, [], [], "absent"),
        ({**READ, "is_covered": 0}, [], [], "not covered"),
        ({**READ, "status": "not read"}, [], [], "not read"),
        ({**READ, "status": "waiting"}, [], [], "not read"),
    ],
)
def test_a_document_has_the_score_that_its_texts_give_it(document, promised, said, score):
    assert score_of(document, promised, said) == score


@pytest.mark.parametrize(
    ("several", "best"),
    [(["absent", "committed", "mentioned"], "committed"), (["not read", "absent"], "absent"), (["not read", "not covered"], "not covered"), ([], "")],
)  # fmt: skip
def test_an_issuer_has_the_best_score_of_its_documents(several, best):
    assert best_of(several) == best


# --- the stage


def test_each_document_is_scored_for_each_element(planted, settings):
    run(planted, settings, quiet)
    assert scores(planted) == {
        "promises": "committed", "mentions": "mentioned", "silent": "absent", "foreign": "not covered", "unread": "not read",
    }  # fmt: skip


def test_an_element_that_nobody_speaks_of_is_absent_only_where_a_text_was_read(planted, settings):
    run(planted, settings, quiet)
    assert set(scores(planted, "island-code/quiz").values()) == {"absent", "not covered", "not read"}


def test_a_promise_is_quoted_as_a_commitment_and_a_mention_as_a_passage(planted, settings):
    run(planted, settings, quiet)
    found = rows(planted, "select document_id, commitment_id is not null as promised from guideline_quotes order by 1")
    assert found == [{"document_id": "mentions", "promised": 0}, {"document_id": "promises", "promised": 1}]


def test_a_heading_mentions_nothing(db, letters, settings):
    plant_passage(db, plant_document(db, "a-1"), CABLES, role="heading")
    plant_vectors(db, letters)
    run(db, settings, quiet)
    assert scores(db) == {"a-1": "absent"}


def test_a_theme_that_the_element_names_has_to_be_touched(planted, settings):
    written(settings.corpus / "guidelines", CODE.replace('title = "Cables"', 'title = "Cables"\nthemes = ["CAP"]'))
    run(planted, settings, quiet)
    assert (scores(planted)["promises"], scores(planted)["mentions"]) == ("committed", "absent")


def test_a_floor_of_the_element_comes_before_that_of_the_settings(planted, settings):
    written(settings.corpus / "guidelines", CODE.replace('title = "Cables"', 'title = "Cables"\nmention_floor = 0.5'))
    run(planted, settings, quiet)
    assert scores(planted)["silent"] == "mentioned"


def test_a_second_run_does_nothing(planted, settings):
    run(planted, settings, quiet)
    assert (run(planted, settings, quiet).done, run(planted, settings, quiet).kept) == (0, 1)


@pytest.mark.parametrize("floor", ["guideline_floor", "guideline_mention_floor"])
def test_another_floor_is_a_reason_to_score_anew(planted, settings, floor):
    run(planted, settings, quiet)
    assert run(planted, replace(settings, **{floor: 0.9}), quiet).done == 1


@pytest.mark.parametrize(
    "change", ["update documents set status = 'not read' where id = 'silent'", "delete from commitment_themes"]
)
def test_another_document_or_theme_is_a_reason_to_score_anew(planted, settings, change):
    run(planted, settings, quiet)
    planted.execute(change)
    assert run(planted, settings, quiet).done == 1


@pytest.mark.parametrize("above", ["commitments", "passages"])
def test_what_a_stage_above_made_anew_is_a_reason_to_score_anew(planted, settings, above):
    run(planted, settings, quiet)
    with planted.atomic():
        mark(planted, above, "promises", input_hash="a", output_hash="b", seconds=0)
    assert run(planted, settings, quiet).done == 1


def test_a_new_file_is_all_that_a_new_guideline_needs(planted, settings):
    run(planted, settings, quiet)
    written(settings.corpus / "guidelines", CODE.replace("island-code", "other"), "other.toml")
    run(planted, settings, quiet)
    assert scores(planted, "other/cables") == scores(planted)


def test_a_file_that_goes_takes_its_guideline_along(planted, settings):
    run(planted, settings, quiet)
    (settings.corpus / "guidelines" / "code.toml").unlink()
    run(planted, settings, quiet)
    names = "guidelines", "guideline_elements", "guideline_seeds", "guideline_scores", "guideline_quotes"
    assert [table(planted, name).count for name in names] == [0] * 5
    assert rows(planted, "select id from retired where kind = 'guideline'") == [{"id": "island-code"}]


def test_seeds_that_are_known_are_not_encoded_again(planted, settings, letters, monkeypatch):
    run(planted, settings, quiet)
    asked = []
    monkeypatch.setattr(type(letters), "encode", lambda self, texts: asked.append(texts) or np.ones((len(texts), 26)))
    written(settings.corpus / "guidelines", CODE.replace("jazz quiz, jazz quiz", "pub quiz"))
    run(planted, settings, quiet)
    assert asked == [["pub quiz"]]


def test_seeds_of_another_encoder_are_not_used(planted, settings, letters, monkeypatch):
    run(planted, settings, quiet)
    table(planted, "guideline_seeds").upsert(
        {"element_id": "island-code/cables", "position": 0, "text": CABLES, "model": "other", "vector": b""},
        pk=("element_id", "position"),
    )
    run(planted, replace(settings, guideline_floor=0.98), quiet)
    assert rows(planted, "select distinct model from guideline_seeds") == [{"model": letters.name}]


def test_a_stage_that_fails_leaves_what_was_there(planted, settings, monkeypatch):
    run(planted, settings, quiet)
    before = rows(planted, "select * from guideline_scores")
    (settings.corpus / "guidelines" / "code.toml").unlink()
    monkeypatch.setattr(stage, "mark", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(planted, settings, quiet)
    assert rows(planted, "select * from guideline_scores") == before


# --- the pages


def lines(db, issuers=(), choice=ALL_DOCUMENTS, by="issuer"):
    """What the page of the island code says of each line on cables: (score, commitments)."""
    found = guideline(db, "island-code", issuers, choice, by)
    cells = {line["id"]: line["cells"]["island-code/cables"] for line in found["lines"]}
    return {name: (cell.score, cell.commitments) for name, cell in cells.items()}


@pytest.fixture
def scored(planted, settings):
    """That database, scored."""
    run(planted, settings, quiet)
    return planted


def test_the_matrix_says_the_best_of_each_issuer(scored):
    assert lines(scored) == {"XAA": ("committed", 1), "XBB": ("mentioned", 0), "XCC": ("not covered", 0)}


def test_the_matrix_by_document_says_what_each_says(scored):
    assert {name: score for name, (score, _) in lines(scored, by="document").items()} == scores(scored)


def test_a_joint_text_counts_for_each_who_signed_it(planted, settings, letters):
    plant_promise(planted, plant_document(planted, "joint", issuer="XBB-XCC"), CABLES)
    plant_vectors(planted, letters)
    run(planted, settings, quiet)
    assert [score for score, _ in lines(planted).values()] == ["committed"] * 3


def test_only_the_issuers_kinds_and_years_that_are_chosen_count(scored):
    scored.execute("update documents set year = 2030, kind_id = 'joint_statement' where id = 'mentions'")
    assert list(lines(scored, ["XBB"])) == ["XBB"]
    assert lines(scored, ["XBB"], Choice(at=2020)) == {"XBB": ("absent", 0)}
    assert lines(scored, ["XBB"], Choice(since=2021)) == {"XBB": ("mentioned", 0)}
    assert lines(scored, choice=Choice(("joint_statement",))) == {"XBB": ("mentioned", 0)}
    assert lines(scored, ["XAA"], Choice(("joint_statement",))) == {"XAA": ("no document", 0)}


def test_an_unknown_guideline_gives_nothing(scored):
    assert guideline(scored, "none", (), ALL_DOCUMENTS, "issuer") is None


@pytest.fixture
def site(scored, tmp_path):
    """A client for the site of that database."""
    scored.conn.commit()
    return Datasette([str(tmp_path / "concord.db")], metadata=deepcopy(METADATA)).client


async def page(site, address):
    """A page, once it is there."""
    response = await site.get(address)
    assert response.status_code == 200, address
    return html.fromstring(response.text)


async def test_what_was_made_up_stands_apart_from_guides_and_norms(planted, settings, tmp_path):
    made_up = (
        CODE.replace("island-code", "a-copy")
        .replace("The island code", "A copy")
        .replace("year = 2024", "year = 2024\nexample = true")
    )
    written(settings.corpus / "guidelines", made_up, "copy.toml")
    run(planted, settings, quiet)
    planted.conn.commit()
    client = Datasette([str(tmp_path / "concord.db")], metadata=deepcopy(METADATA)).client
    real, example = (await page(client, "/guidelines")).xpath("//ul[contains(@class, 'c-subthemes')]")
    assert real.xpath(".//a/@href") == ["/guidelines/island-code"]
    assert example.xpath("preceding::h2[@id='examples']")
    assert example.xpath(".//a/@href") == ["/guidelines/a-copy"]
    assert "made up for Concord" in (await page(client, "/guidelines/a-copy")).text_content()
    assert "made up for Concord" not in (await page(client, "/guidelines/island-code")).text_content()


async def test_the_list_leads_to_each_guideline(site):
    assert "/guidelines/island-code" in (await page(site, "/guidelines")).xpath("//main//a/@href")


async def test_every_page_leads_to_the_guidelines(site):
    assert "/guidelines" in (await page(site, "/documents")).xpath("//nav//a/@href")


@pytest.mark.parametrize("address", ["/guidelines/none", "/guidelines/island-code/none", "/guidelines/none/cables"])
async def test_what_is_no_guideline_and_no_element_is_not_found(site, address):
    assert (await site.get(address)).status_code == 404


SIGNS = {("mentioned", "–"), ("absent", "0"), ("not covered", "×"), ("not read", "?")}


async def test_each_score_is_told_by_a_sign_and_by_words_in_a_short_table(site):
    cells = (await page(site, "/guidelines/island-code?by=document&issuer=XBB&issuer=XCC")).xpath("//table//td/*")
    assert {(cell.find("span").text_content(), cell.find("b").text_content()) for cell in cells} == SIGNS


async def test_each_score_is_told_by_a_sign_and_by_words_in_a_long_table(site, scored):
    for place in range(9):
        plant_document(scored, f"more-{place}")
    scored.conn.commit()
    cells = (await page(site, "/guidelines/island-code?by=document")).xpath("//table//td/a")
    told = {(cell.get("aria-label"), cell.text) for cell in cells}
    assert told == {*SIGNS, ("absent, 0", "0"), ("committed, 1", "1")} - {("absent", "0")}


async def test_a_line_of_a_long_table_says_whose_it_is(site, scored):
    for place in range(9):
        plant_document(scored, f"more-{place}")
    scored.conn.commit()
    lines = (await page(site, "/guidelines/island-code?by=document")).xpath("//table/tbody/tr")
    assert len(lines) > 9
    assert all(line.get("title") for line in lines)


async def test_a_cell_leads_to_its_quotes_with_their_page(site):
    cells = (await page(site, "/guidelines/island-code?issuer=XAA&at=2025")).xpath("//table//td/a/@href")
    shown = await page(site, cells[0])
    assert cells[0] == "/guidelines/island-code/cables?issuer=XAA&at=2025"
    assert [card.text_content().strip() for card in shown.xpath("//article//blockquote")] == [CABLES]
    assert "Strategy promises (2020), p. 1" in " ".join(shown.text_content().split())


async def test_a_mention_leads_to_its_passage(site, scored):
    passage = rows(scored, "select passage_id as id from guideline_quotes where commitment_id is null")[0]["id"]
    shown = await page(site, "/guidelines/island-code/cables?document=mentions")
    assert shown.xpath("//article//blockquote//a/@href") == [f"/document/mentions?passage={passage}#{passage}"]


async def test_an_element_of_which_nothing_is_said_says_so(site):
    text = (await page(site, "/guidelines/island-code/quiz?issuer=XAA")).text_content()
    assert "absent: says nothing like it" in " ".join(text.split())
    assert "No text that counts here is like this element." in text


async def test_an_element_shows_the_sentences_by_which_it_is_found(site):
    seeds = (await page(site, "/guidelines/island-code/cables")).find_class("c-seeds")
    assert [seed.text_content() for seed in seeds[0]] == [CABLES]


async def test_hostile_words_of_a_guideline_never_run(scored, tmp_path):
    hostile = "<script>alert('x')</script>\"'&{{ 7*7 }}"
    for name, columns in {
        "guidelines": ("title", "source", "licence"), "guideline_elements": ("title", "description", "themes", "words"), "guideline_seeds": ("text",),
    }.items():  # fmt: skip
        scored.execute(f"update {name} set " + ", ".join(f"{one} = ?" for one in columns), [hostile] * len(columns))
    scored.conn.commit()
    client = Datasette([str(tmp_path / "concord.db")], metadata=deepcopy(METADATA)).client
    for address in (
        "/guidelines",
        "/guidelines/island-code",
        "/guidelines/island-code?by=document",
        "/guidelines/island-code/cables",
    ):
        text = (await client.get(address)).text
        assert "<script>alert" not in text, address
        assert "&lt;script&gt;alert" in text, address
        assert "&amp;49" not in text, address


async def test_hostile_words_in_an_address_never_run(site):
    word = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22x"
    for address in (
        f"?issuer={word}&kind={word}&by={word}&at={word}",
        f"/cables?issuer={word}",
        f"/cables?document={word}",
    ):
        assert "<script>alert" not in (await site.get(f"/guidelines/island-code{address}")).text


@pytest.mark.parametrize(
    ("query", "parameters", "found"),
    [
        ("who_meets_a_guideline", {"guideline": "Island-Code"}, {("Arvenia", "committed"), ("Belmora", "mentioned")}),
        ("gaps_of_an_issuer", {"issuer": "xbb"}, {("The island code", "mentioned"), ("The island code", "absent")}),
    ],
)
def test_a_question_about_guidelines_finds_its_answer(scored, query, parameters, found):
    listed = rows(scored, METADATA["databases"]["concord"]["queries"][query]["sql"], parameters)
    assert found <= {(row.get("issuer") or row["guideline"], row["score"]) for row in listed}


def test_every_score_that_the_table_allows_has_a_meaning(db):
    sql = rows(db, "select sql from sqlite_schema where name = 'guideline_scores'")[0]["sql"]
    assert all(f"'{score}'" in sql for score in SCORES)


def test_themes_that_elements_name_are_those_of_the_taxonomy():
    known = {theme.code for theme in load_themes()}
    assert {
        theme for one in load_guidelines(Path("nowhere")) for each in one.elements for theme in each.themes
    } <= known
