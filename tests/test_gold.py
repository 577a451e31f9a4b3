"""Gold: labelled sentences, read from files and found again in their documents."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import plant_document, plant_passage

from pipeline.errors import ConcordError
from pipeline.gold import Unit, align, load_gold, load_labels, question_of, sentences_of, spans_of, words_of
from pipeline.records import Passage, Segment
from pipeline.segmenting.rows import fold
from pipeline.store import table

GUIDE = "The Agency will publish a guide for hospitals by June 2022."
ATTACKS = "Attacks on networks of the state have become more frequent in the last ten years."
JUDGES = "The Ministry of Justice will train two hundred judges."
FOUNDED = "The Agency was founded in 2016."


def row(text, document="plan.txt", **other):
    """A line of a gold file."""
    plain = {
        "id": f"u:{text[:12]}", "document": document, "window": 0, "order": 0, "text": text, "label": "none",
        "reason": "description", "n": 0, "themes": [], "B": None, "P": None, "actor": None, "deadline": None,
    }  # fmt: skip
    return plain | other


def write(path, rows):
    """Write rows as JSON lines, letters beyond ASCII as they are."""
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), "utf-8")
    return path


def unit(text, document="plan", **other):
    """A labelled unit of a document."""
    return Unit(f"u:{text[:12]}", document, text, other.pop("label", "description"), **other)


@pytest.fixture
def gold(tmp_path):
    return tmp_path / "gold.jsonl"


@pytest.fixture
def plan(db):
    """A document of four sentences, each a passage of its own."""
    plant_document(db, "plan")
    for text in (GUIDE, ATTACKS, JUDGES, FOUNDED):
        plant_passage(db, "plan", text)
    return db


def test_a_line_of_gold_is_a_unit_with_all_that_was_coded(gold):
    coded = row(
        GUIDE, label="commitment", reason=None, n=1, themes=["INC", "CI"], B=3, P=4, actor="The Agency",
        deadline="by June 2022",
    )  # fmt: skip
    assert load_gold(write(gold, [coded])) == [
        Unit(
            coded["id"], "plan.txt", GUIDE, "commitment", ("INC", "CI"), 3, 4, actor="The Agency",
            deadline="by June 2022", count=1,
        )
    ]  # fmt: skip


def test_the_reason_of_what_is_none_is_its_label(gold):
    units = load_gold(
        write(gold, [row(ATTACKS), row(GUIDE, label="commitment"), row("So.", label="rhetorical_pledge")])
    )
    assert [(one.label, one.is_commitment) for one in units] == [
        ("description", False),
        ("commitment", True),
        ("rhetorical_pledge", False),
    ]


def test_a_unit_knows_the_one_before_it_in_its_window(gold):
    rows = [row(GUIDE), row(ATTACKS), row(JUDGES, window=1), row(FOUNDED, "other.txt", window=1)]
    assert [one.before for one in load_gold(write(gold, rows))] == ["", GUIDE, "", ""]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_a_separator_of_lines_inside_a_text_ends_no_unit(gold, separator):
    text = f"The Agency{separator}will publish a guide."
    assert [one.text for one in load_gold(write(gold, [row(text), row(GUIDE)]))] == [text, GUIDE]


def test_a_file_that_is_missing_is_named(gold):
    with pytest.raises(ConcordError, match=r"no file .*gold\.jsonl"):
        load_gold(gold)


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[]",
        '{"document": "plan.txt"}',
        json.dumps(row(GUIDE, reason="because")),
        json.dumps(row(GUIDE, label="none", reason=None)),
        json.dumps({key: value for key, value in row(GUIDE).items() if key != "themes"}),
    ],
)
def test_a_line_that_is_no_unit_is_named_by_its_number(gold, line):
    gold.write_text(json.dumps(row(ATTACKS)) + "\n" + line + "\n", "utf-8")
    with pytest.raises(ConcordError, match="line 2,"):
        load_gold(gold)


def test_sentences_come_in_order_with_what_stands_around_them(plan):
    found = sentences_of(plan, "plan", "national_strategy")
    assert [(one.text, one.before) for one in found] == [
        (GUIDE, ""),
        (ATTACKS, GUIDE),
        (JUDGES, ATTACKS),
        (FOUNDED, JUDGES),
    ]
    assert {(one.document, one.role, one.kind) for one in found} == {("plan", "paragraph", "national_strategy")}


def test_a_list_of_contents_has_no_sentences(db):
    plant_document(db, "plan")
    plant_passage(db, "plan", "Purpose of the strategy 3", role="contents")
    plant_passage(db, "plan", GUIDE)
    assert [(one.text, one.before) for one in sentences_of(db, "plan", "")] == [(GUIDE, "")]


@pytest.mark.parametrize("document", ["plan", "plan.txt"])
def test_a_unit_is_found_by_the_id_or_the_file_of_its_document(plan, document):
    (found,) = align(plan, [unit(JUDGES, document)])
    assert found.sentence.text == JUDGES


@pytest.mark.parametrize(
    "text",
    [
        "The  Ministry of Justice\nwill train two hundred judges",
        "THE MINISTRY OF JUSTICE WILL TRAIN TWO HUNDRED JUDGES.",
        "• The Ministry of Justice will train two hundred judges. 17",
        "The Ministry of Justice will train",
        "will train two hundred judges.",
    ],
)
def test_a_unit_that_was_cut_or_spelt_otherwise_is_found(plan, text):
    (found,) = align(plan, [unit(text)])
    assert found.sentence.text == JUDGES


@pytest.mark.parametrize("text", ["Fish and chips are sold in every town.", "The", "–", ""])
def test_a_unit_that_is_like_no_sentence_is_not_found(plan, text):
    (found,) = align(plan, [unit(text)])
    assert found.sentence is None


def test_a_unit_of_a_document_that_is_absent_is_kept_without_a_sentence(plan):
    (found,) = align(plan, [unit(JUDGES, "another")])
    assert found == unit(JUDGES, "another")


def test_of_equal_sentences_the_one_near_the_last_unit_is_meant(db):
    plant_document(db, "plan")
    passages = [plant_passage(db, "plan", text) for text in (GUIDE, *[ATTACKS] * 3, JUDGES, GUIDE)]
    found = align(db, [unit(JUDGES), unit(GUIDE)])
    assert [one.sentence.passage_id for one in found] == passages[4:]


def test_of_equal_sentences_the_first_is_meant_where_nothing_was_found_before(db):
    plant_document(db, "plan")
    passages = [plant_passage(db, "plan", text) for text in (GUIDE, ATTACKS, GUIDE)]
    (found,) = align(db, [unit(GUIDE)])
    assert found.sentence.passage_id == passages[0]


def test_units_of_several_documents_keep_their_order_in_each(plan):
    plant_document(plan, "other")
    plant_passage(plan, "other", GUIDE)
    found = align(plan, [unit(GUIDE), unit(GUIDE, "other"), unit(JUDGES)])
    assert sorted((one.document, one.sentence.document, one.text) for one in found) == sorted(
        [("plan", "plan", GUIDE), ("plan", "plan", JUDGES), ("other", "other", GUIDE)]
    )
    assert [one.text for one in found if one.document == "plan"] == [GUIDE, JUDGES]


def test_words_are_compared_without_case_marks_and_stops():
    assert words_of("“Cyber-Security”, 2nd edition: the State’s aims") == words_of(
        "cyber security 2nd edition the state's aims"
    )


def stated(db, *spans, **other):
    """A stand-off label of the plan: stretches are words that are printed on its page."""
    printed = db.execute("select text from pages where document_id = 'plan'").fetchone()[0]
    places = [[1, printed.index(words), printed.index(words) + len(words)] for words in spans]
    plain = {
        "document": "plan", "sha256": "plan", "spans": places, "label": "commitment", "themes": ["CAP"], "B": 3, "P": "aq",
        "n": 1,
    }  # fmt: skip
    return plain | other


def test_a_stand_off_label_gets_its_text_from_the_database(plan, tmp_path):
    (found,) = load_labels(write(tmp_path / "labels.jsonl", [stated(plan, JUDGES)]), plan)
    assert (found.text, found.sentence.text, found.before) == (JUDGES, JUDGES, ATTACKS)
    assert (found.label, found.themes, found.bindingness, found.count) == ("commitment", ("CAP",), 3, 1)
    assert (found.precision, found.points) == (2, {"act", "quantity"})
    assert not found.is_gold


def test_points_that_were_not_coded_are_not_nought(plan, tmp_path):
    (found,) = load_labels(write(tmp_path / "labels.jsonl", [stated(plan, JUDGES, P=None)]), plan)
    assert (found.precision, found.points) == (None, None)


@pytest.mark.parametrize("other", [{"sha256": "another file"}, {"document": "absent"}])
def test_a_label_of_another_file_is_left_out(plan, tmp_path, other):
    assert load_labels(write(tmp_path / "labels.jsonl", [stated(plan, JUDGES, **other)]), plan) == []


def test_labels_of_documents_that_are_not_wanted_are_left_out(plan, tmp_path):
    path = write(tmp_path / "labels.jsonl", [stated(plan, JUDGES)])
    assert load_labels(path, plan, but_not=frozenset({"plan"})) == []


def test_a_label_belongs_to_the_sentence_that_holds_most_of_it(plan, tmp_path):
    labels = [stated(plan, "ten years.", "The Ministry of Justice will train two hundred judges")]
    (found,) = load_labels(write(tmp_path / "labels.jsonl", labels), plan)
    assert found.text == JUDGES


@pytest.mark.parametrize("spans", [[[1, 5000, 5100]], [[7, 0, 40]], []])
def test_a_label_of_a_place_without_a_sentence_is_left_out(plan, tmp_path, spans):
    assert load_labels(write(tmp_path / "labels.jsonl", [stated(plan, JUDGES) | {"spans": spans}]), plan) == []


def test_a_label_that_two_sentences_share_evenly_is_left_out(plan, tmp_path):
    labels = [stated(plan, GUIDE[:40], JUDGES[:40])]
    assert load_labels(write(tmp_path / "labels.jsonl", labels), plan) == []


def test_a_stretch_over_two_pages_is_printed_on_both():
    printed = {1: "We will share\n  reports", 2: "with our   allies."}
    text = "We will share reports with our allies."
    passage = Passage("paragraph", text, (Segment(0, 21, 1, 0, 23), Segment(22, 38, 2, 0, 18)))
    spans = spans_of(passage, 8, 38, printed)
    assert [printed[page][start:end] for page, start, end in spans] == ["share\n  reports", "with our   allies."]


@given(st.text(alphabet="ab \n\t\u00ad\ufb01", min_size=1, max_size=40), st.data())
def test_a_stretch_of_a_passage_is_found_where_it_is_printed(page, data):
    text = fold(page)
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        passage = Passage("paragraph", text, (Segment(0, len(text), 1, 0, len(page)),))
        ((_, first, last),) = spans_of(passage, start, end, {1: page})
        assert text[start:end].strip() in fold(page[first:last])


def test_a_unit_that_was_found_is_read_in_its_place(plan):
    table(plan, "passages").update(
        sentences_of(plan, "plan", "")[2].passage_id,
        {"role": "list_item", "heading_path": "5 Laws > Courts", "lead_in": "We will:"},
    )
    table(plan, "documents").update("plan", {"kind_id": "joint_statement"})
    (found,) = align(plan, [unit(JUDGES)])
    question = question_of(found)
    assert (question.text, question.role, question.heading_path) == (JUDGES, "list_item", ("5 Laws", "Courts"))
    assert (question.lead_in, question.before, question.is_about_all) == ("We will:", ATTACKS, True)


def test_the_unit_before_in_the_gold_counts_before_that_of_the_document(plan):
    (found,) = align(plan, [unit(JUDGES, before="It is so.")])
    assert question_of(found).before == "It is so."


@pytest.mark.parametrize(
    ("before", "lead_in"), [("We will:", "We will:"), ("We will: ", "We will: "), ("It is so.", "")]
)
def test_a_unit_that_was_not_found_is_read_with_the_one_before_it(before, lead_in):
    question = question_of(unit("train judges;", before=before))
    assert (question.role, question.before, question.lead_in) == ("unknown", before, lead_in)
