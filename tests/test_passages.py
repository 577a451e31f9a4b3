"""Passages: from pages to paragraphs, with ids that last and words that are all there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from conftest import SAMPLE
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from planting import plant_document
from writing import quiet, rewrite, write_corpus

from pipeline import documents, pages, passages
from pipeline.pages import load_pages
from pipeline.passages import language_name, load_passages, passage_ids, run, segment, write_passages
from pipeline.reading.text import plain_page
from pipeline.records import Passage, Segment
from pipeline.segmenting.rows import fold
from pipeline.settings import Settings
from pipeline.store import open_store, rows

ENGLISH = Settings().english
TEXT = """\
Purpose of the strategy

The Government of Arvenia will protect the networks on which its people depend.
It will also help its neighbours to protect theirs, wherever help is of use.

In the next years we will:
• publish a list of essential services;
• train two hundred officers.
"""
FRENCH = "Le gouvernement protégera les réseaux dont dépend la population, et il aidera les autres à en faire autant.\n"


def segmented(*texts, paged=False, language="en"):
    """The passages of pages of plain text."""
    return segment([plain_page(number, text) for number, text in enumerate(texts, 1)], paged, language, ENGLISH)[1]


def facts(found):
    """Passages as (role, text)."""
    return [(passage.role, passage.text) for passage in found]


def test_a_text_becomes_passages():
    assert facts(segmented(TEXT)) == [
        ("heading", "Purpose of the strategy"),
        ("paragraph", " ".join(TEXT.splitlines()[2:4])),
        ("paragraph", "In the next years we will:"),
        ("list_item", "publish a list of essential services;"),
        ("list_item", "train two hundred officers."),
    ]


def test_a_passage_has_its_sentences():
    passage = segmented(TEXT)[1]
    assert [passage.text[start:end].split()[0] for start, end in passage.sentences] == ["The", "It"]


def test_french_passages_are_split_by_the_pipeline_for_french():
    text = "Le projet est à l'étude à l'O.N.U. Nous le soutenons."
    for french, count in ((Settings().french, 2), ("", 1)):
        (passage,) = segment([plain_page(1, text)], False, "fr", ENGLISH, french)[1]
        assert len(passage.sentences) == count


def test_texts_are_segmented_again_when_the_pipeline_for_french_arrives(db, tmp_path, monkeypatch):
    settings = write_corpus(tmp_path / "corpus", one=FRENCH)
    documents.run(db, settings, quiet)
    pages.run(db, settings, quiet)
    for is_there, done in ((False, 1), (False, 0), (True, 1)):
        monkeypatch.setattr(passages, "is_installed", lambda _, found=is_there: found)
        assert run(db, settings, quiet).done == done


def test_passages_of_a_picture_that_was_read_say_so_and_others_do_not(db):
    printed, picture = plain_page(1, "We will act.\n"), replace(plain_page(2, "We will help.\n"), status="ocr")
    found = segment([printed, picture], True, "en", ENGLISH)[1]
    assert [(passage.text, passage.is_ocr) for passage in found] == [("We will act.", False), ("We will help.", True)]
    plant_document(db, "one")
    write_passages(db, "one", found)
    assert [row["is_ocr"] for row in rows(db, "select is_ocr from passages order by ordinal")] == [0, 1]
    assert [passage for _, passage in load_passages(db, "one")] == found


def test_a_passage_that_goes_on_from_a_page_of_text_to_a_picture_says_so():
    first = "The state will protect the networks on which its people depend\nin every part of the country and of"
    picture = replace(plain_page(2, "all its neighbours."), status="ocr")
    found = segment([plain_page(1, first), picture], True, "en", ENGLISH)[1]
    assert [(passage.pages, passage.is_ocr) for passage in found] == [((1, 2), True)]


def test_footnotes_and_contents_stand_behind_the_body():
    body = [
        "The state will protect.1",
        "The networks of its people",
        "and those of its neighbours,",
        "wherever they may be.",
    ]
    first = ["Contents", "1 Purpose ........ 2", "2 Scope ........ 4", "3 Means ........ 7"]
    found = segmented("\n".join(first), "\n".join([*body, "1 See the report."]), paged=True)
    assert [passage.role for passage in found] == ["paragraph", "footnote", *["contents"] * 4]


def test_a_passage_over_a_page_break_stands_on_both_pages():
    first = "The state will protect the networks on which its people depend\nin every part of the country and of"
    (passage,) = segmented(first, "all its neighbours.", paged=True)
    assert passage.pages == (1, 2)
    assert [passage.page_of(passage.text.index(word)) for word in ("country", "neighbours")] == [1, 2]


def test_a_document_has_the_language_that_the_manifest_states():
    assert segment([plain_page(1, FRENCH)], False, "en", ENGLISH)[0] == "en"


def test_a_document_without_a_stated_language_has_that_of_its_text():
    assert segment([plain_page(1, FRENCH)], False, "", ENGLISH)[0] == "fr"


def test_a_long_passage_has_a_language_of_its_own_and_a_short_one_that_of_the_document():
    found = segmented(f"{TEXT}\n{FRENCH}\nVoilà.\n", language="en")
    assert {passage.language for passage in found if "réseaux" in passage.text} == {"fr"}
    assert found[-1].language == "en"


WORDS = st.sampled_from("we will protect networks states People Act. Help: net- cyber-attack report; 2018".split())
LINES = st.builds(
    lambda head, words: head + " ".join(words),
    st.sampled_from(["", "", "", "• ", "1. ", "2) ", "- ", "   ", "2.1. "]),
    st.lists(WORDS, min_size=1, max_size=7),
)
TEXTS = st.lists(st.one_of(LINES, st.just("")), min_size=1, max_size=12).map("\n".join)


def letters(texts):
    """The letters of texts, in order."""
    return re.sub(r"[^a-z]", "", "".join(texts).lower())


@given(TEXTS)
@hypothesis(max_examples=60)
def test_segmenting_loses_no_word(text):
    assert letters(passage.text for passage in segmented(text)) == letters([text])


@given(st.lists(TEXTS, min_size=1, max_size=3))
@hypothesis(max_examples=60)
def test_the_segments_of_a_passage_fold_to_its_text(texts):
    for passage in segmented(*texts, paged=True):
        for one in passage.segments:
            assert fold(texts[one.page - 1][one.page_start : one.page_end]) == passage.text[one.start : one.end]


@given(st.lists(TEXTS, min_size=1, max_size=3))
@hypothesis(max_examples=60)
def test_the_sentences_of_a_passage_hold_all_its_words(texts):
    for passage in segmented(*texts, paged=True):
        assert letters(passage.text[start:end] for start, end in passage.sentences) == letters([passage.text])


def ids(*texts):
    """The ids of passages with these texts."""
    return passage_ids("a-1", [Passage("paragraph", text, ()) for text in texts])


def test_a_new_foreword_changes_no_id():
    assert ids("A foreword.", "We will act.", "We will help.")[1:] == ids("We will act.", "We will help.")


def test_equal_passages_of_a_document_have_different_ids():
    assert len(set(ids("We will act.", "We will act."))) == 2


def test_equal_passages_of_two_documents_have_different_ids():
    assert passage_ids("a-1", [Passage("paragraph", "Act.", ())]) != passage_ids(
        "a-2", [Passage("paragraph", "Act.", ())]
    )


def test_passages_are_loaded_as_they_were_written(db):
    plant_document(db, "a-1")
    listed = [
        Passage("heading", "Aims", (Segment(0, 4, 1, 0, 4),), marker="1.", language="en", sentences=((0, 4),)),
        Passage(
            "table_row", "Act | Us", (Segment(0, 3, 1, 5, 8), Segment(6, 8, 2, 0, 2)), ("1. Aims", "Now"), "We will:",
            language="en", sentences=((0, 3), (6, 8)), cells=(("Action", 0, 3), ("", 6, 8)),
        ),
    ]  # fmt: skip
    write_passages(db, "a-1", listed)
    assert [passage for _, passage in load_passages(db, "a-1")] == listed


@pytest.fixture
def settings(tmp_path):
    """Settings of a corpus of an English and a French text."""
    return write_corpus(tmp_path / "corpus", english=TEXT, french=FRENCH)


@pytest.fixture
def segmented_db(db, settings):
    """A database in which both texts have been segmented."""
    run_again(db, settings)
    return db


def run_again(db, settings):
    """Run the first three stages; return the tally of the third."""
    documents.run(db, settings, quiet)
    pages.run(db, settings, quiet)
    return run(db, settings, quiet)


def languages(db):
    """The language of each document, and whether it is covered."""
    return {
        row["id"]: (row["language"], row["is_covered"])
        for row in rows(db, "select id, language, is_covered from documents")
    }


def test_a_second_run_segments_nothing(segmented_db, settings, monkeypatch):
    monkeypatch.setattr(passages, "segment", lambda *_: pytest.fail("a document was segmented"))
    tally = run_again(segmented_db, settings)
    assert (tally.done, tally.kept) == (0, 2)


def test_passages_that_did_not_change_keep_their_id_when_others_do(segmented_db, settings):
    before = {row["id"] for row in rows(segmented_db, "select id from passages where document_id = 'english'")}
    (settings.corpus / "english.txt").write_text(f"A word before\n\n{TEXT}")
    run_again(segmented_db, settings)
    after = {row["id"] for row in rows(segmented_db, "select id from passages where document_id = 'english'")}
    assert (len(after - before), before - after) == (1, set())


def test_the_language_of_a_document_is_noted(segmented_db):
    assert languages(segmented_db) == {"english": ("en", 1), "french": ("fr", 0)}


def test_a_language_that_is_not_covered_is_a_problem_and_no_failure(segmented_db):
    found = rows(segmented_db, "select document_id, stage, kind, is_failure, message from problems")
    assert [tuple(row.values())[:4] for row in found] == [("french", "language", "language", 0)]
    assert found[0]["message"].startswith("The text is in French, in which Concord finds no commitments")


def test_text_in_another_language_is_a_problem_of_its_page_where_the_document_is_covered(db, tmp_path):
    run_again(db, write_corpus(tmp_path / "corpus", english=f"{TEXT}\f{FRENCH}\f{TEXT}"))
    found = rows(db, "select document_id, stage, kind, page, is_failure, message from problems")
    assert [tuple(row.values())[:5] for row in found] == [("english", "language", "language", 2, 0)]
    assert found[0]["message"] == "Some of the text is taken for French, in which Concord finds no commitments."


def test_a_table_whose_rows_cannot_be_told_is_a_problem_of_its_page_until_it_is_gone(db, tmp_path):
    settings = write_corpus(tmp_path / "corpus", english=f"{TEXT}\fAction\n\nDeadline\n\nTrain judges\n\n2020")
    run_again(db, settings)
    found = rows(db, "select document_id, stage, kind, page, is_failure from problems")
    assert [tuple(row.values()) for row in found] == [("english", "tables", "table", 2, 0)]
    (settings.corpus / "english.txt").write_text(TEXT)
    run_again(db, settings)
    assert rows(db, "select * from problems") == []


def test_another_stated_language_segments_the_document_again(segmented_db, settings):
    rewrite(settings, "french", language="en")
    run_again(segmented_db, settings)
    assert languages(segmented_db)["french"] == ("en", 1)


def test_a_text_that_is_replaced_has_the_language_of_the_new_one(segmented_db, settings):
    (settings.corpus / "french.txt").write_text(TEXT)
    run_again(segmented_db, settings)
    assert languages(segmented_db)["french"] == ("en", 1)


def test_a_document_whose_pages_failed_is_not_segmented(db, settings):
    (settings.corpus / "english.txt").write_bytes(b"{\\rtf1 We will act.}")
    assert run_again(db, settings).done == 1


@pytest.mark.parametrize(("code", "name"), [("fr", "French"), ("", "an unknown language"), ("xx", "xx")])
def test_a_language_has_a_name(code, name):
    assert language_name(code) == name


@pytest.fixture(scope="module")
def sample_passages(tmp_path_factory):
    """The passages of the sample by document."""
    settings = Settings(corpus=SAMPLE, db=tmp_path_factory.mktemp("sample") / "concord.db")
    with open_store(settings.db) as db:
        documents.run(db, settings, quiet)
        pages.run(db, settings, quiet)
        listed = rows(db, "select id, is_paged, language from documents")
        return {
            row["id"]: segment(load_pages(db, row["id"]), bool(row["is_paged"]), row["language"], ENGLISH)[1]
            for row in listed
        }


def promises(truth):
    """The promises of the sample whose page has a text layer, as (document, quote)."""
    return [
        (name, promise["quote"]) for name, blocks in truth.items() for block in blocks if not block.get("image_only") for promise in block["commitments"]
    ]  # fmt: skip


def test_nearly_every_promise_of_the_sample_stands_word_for_word_in_a_passage(sample_passages, truth):
    listed = promises(truth)
    lost = [quote for name, quote in listed if not any(quote in passage.text for passage in sample_passages[name])]
    assert len(listed) > 300
    assert len(lost) <= 3


@pytest.mark.parametrize(
    "name",
    [
        "xaa-2017-international-strategy", "xaa-xbb-2019-statement", "xcc-xdd-2021-communique", "xee-2015-strategy",
        "xff-2018-strategie", "xmg-2017-declaration", "xmg-2020-ministers",
    ],
)  # fmt: skip
def test_a_document_of_the_sample_is_read_as_it_was_written(name, sample_passages, truth):
    wanted = [(block["text"], block["lead_in"] or "") for block in truth[name]]
    assert [(passage.text, passage.lead_in) for passage in sample_passages[name]] == wanted


@pytest.mark.parametrize("name", ["xaa-2016-strategy", "xaa-2021-strategy", "xcc-2023-strategy", "xbb-2018-strategy"])
def test_the_furniture_of_a_printed_document_is_in_no_passage(name, sample_passages):
    texts = [passage.text for passage in sample_passages[name]]
    assert [text for text in texts if "Fictional document written for Concord" in text or text.isdigit()] == []


def test_the_title_that_running_heads_repeat_is_kept(sample_passages):
    assert sample_passages["xcc-2023-strategy"][0].text == "Secure by Craft"
