"""Commitments: from judged sentences to rows, with a model that says what it is told to."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from conftest import SAMPLE
from hypothesis import given, settings
from hypothesis import strategies as st
from planting import plant_document, plant_issuer, plant_passage
from writing import quiet

from pipeline import commitments
from pipeline.commitments import About, Judge, extract, is_commitment, questions_of, run, write_judged
from pipeline.finding.detector import CLASSES, POINTS, Prediction
from pipeline.issuers import load_issuers
from pipeline.records import Commitment, Judgement, Passage, Segment, Slot
from pipeline.settings import Settings
from pipeline.store import mark, rows, table

GUIDE = "The Agency will publish a guide for hospitals by June 2022."
ATTACKS = "Attacks have become more frequent."
BOTH = "The Ministry of Trade will set up a platform and the Agency will run it."


def predicted(confidence=0.9, reason="description", **other):
    """What a model says of a sentence: how likely it is a commitment, and else why it is none."""
    classes = dict.fromkeys(CLASSES, 0.01) | {"commitment": confidence, reason: 1 - confidence}
    plain = {
        "confidence": confidence, "themes": {"INC": 0.8, "GOV": 0.04}, "bindingness": (0.1, 0.1, 0.7, 0.1),
        "points": dict.fromkeys(POINTS, 0.9),
    }  # fmt: skip
    return Prediction(**(plain | {"classes": classes} | other))


class Oracle:
    """A detector that takes sentences with a "will" or a bullet's verb for commitments, and remembers what it read."""

    threshold = 0.5

    def __init__(self):
        self.read = []
        self.says = {}

    def predict(self, questions):
        self.read += questions
        return [self.says.get(one.text) or predicted(0.9 if " will " in f" {one.text}" else 0.1) for one in questions]


@pytest.fixture
def oracle(monkeypatch):
    oracle = Oracle()
    monkeypatch.setattr(commitments, "load_detector", lambda: oracle)
    return oracle


def a_passage(*sentences, role="paragraph", **other):
    """A passage of sentences, printed on page 1."""
    text = " ".join(sentences)
    spans, start = [], 0
    for sentence in sentences:
        spans.append((start, start + len(sentence)))
        start += len(sentence) + 1
    plain = {"segments": (Segment(0, len(text), 1, 0, len(text)),), "language": "en", "sentences": tuple(spans)}
    return Passage(role, text, **(plain | other))


def a_row(**cells):
    """A row of a table: its first cell is the action that is judged."""
    text, spans = "", []
    for column, words in cells.items():
        text += " | " if text else ""
        spans.append((column.replace("_", " "), len(text), len(text) + len(words)))
        text += words
    first = spans[0]
    whole = (Segment(0, len(text), 1, 0, len(text)),)
    return Passage("table_row", text, whole, language="en", sentences=((first[1], first[2]),), cells=tuple(spans))


def judge(*passages, published_on="2020-05-01", is_about_all=False):
    """What is judged of the passages of a document, by their number."""
    listed = [(str(number), one) for number, one in enumerate(passages)]
    return dict(extract(listed, About(published_on, is_about_all), Settings.english))


def found(passage, **other):
    """The commitments in a passage."""
    return [one for judged in judge(passage, **other)["0"] for one in judged.commitments]


def words_of(slot, passage, commitment):
    """The words that a slot's offsets give."""
    source = {"quote": commitment.quote, "lead_in": passage.lead_in, "passage": passage.text}[slot.source]
    return source[slot.start : slot.end]


@pytest.mark.parametrize("role", ["heading", "footnote", "caption", "contents", "reference", "glossary"])
def test_what_is_no_body_text_is_not_judged(oracle, role):
    assert judge(a_passage(GUIDE, role=role)) == {}
    assert oracle.read == []


@pytest.mark.parametrize("role", ["paragraph", "list_item", "table_row"])
def test_body_text_is_judged(oracle, role):
    (judged,) = judge(a_passage(GUIDE, role=role))["0"]
    assert (judged.label, judged.confidence) == ("commitment", 0.9)


def test_a_text_in_a_language_that_is_not_covered_is_not_judged(oracle):
    assert judge(a_passage("L’Agence publiera un guide.", language="fr")) == {}


def test_every_sentence_is_judged_in_its_place(oracle):
    first, second = judge(a_passage(ATTACKS, GUIDE))["0"]
    assert (first.start, first.end, first.label, first.reason) == (0, len(ATTACKS), "none", "description")
    assert (second.start, second.end, second.label) == (len(ATTACKS) + 1, len(ATTACKS) + 1 + len(GUIDE), "commitment")


def test_what_the_model_says_of_a_sentence_is_kept_with_that_sentence(oracle):
    oracle.says = {f"We will do {number}.": predicted(number / 10) for number in range(1, 10)}
    sentences = [f"We will do {number}." for number in range(1, 10)]
    judged = judge(a_passage(*sentences[:4]), a_passage("Aims", role="heading"), a_passage(*sentences[4:]))
    assert [one.confidence for one in judged["0"]] == [0.1, 0.2, 0.3, 0.4]
    assert [one.confidence for one in judged["2"]] == [0.5, 0.6, 0.7, 0.8, 0.9]


def test_the_model_reads_a_sentence_in_its_place():
    item = a_passage("train staff;", role="list_item", lead_in="We will:", heading_path=("3 People",))
    (question,) = questions_of([("0", item)], True)
    assert (question.text, question.role, question.heading_path) == ("train staff;", "list_item", ("3 People",))
    assert (question.lead_in, question.is_about_all) == ("We will:", True)


def test_the_model_reads_the_sentence_before_also_where_that_is_not_judged():
    listed = [a_passage("Aims", role="heading"), a_passage(ATTACKS, GUIDE), a_passage("Purpose 3", role="contents")]
    questions = questions_of([("", one) for one in [*listed, a_passage(ATTACKS)]], False)
    assert [(one.text, one.before) for one in questions] == [(ATTACKS, "Aims"), (GUIDE, ATTACKS), (ATTACKS, GUIDE)]


def test_from_the_threshold_a_sentence_is_a_commitment():
    passage = Passage("paragraph", GUIDE, ())
    assert is_commitment(predicted(0.5), GUIDE, passage, 0.5)
    assert not is_commitment(predicted(0.49), GUIDE, passage, 0.5)


@pytest.mark.parametrize("heading", ["4.2 Measures of Progress", "Performance indicators:"])
def test_what_stands_under_a_heading_of_indicators_is_none(heading):
    passage = Passage("list_item", GUIDE, (), heading_path=("2 Training", heading))
    assert not is_commitment(predicted(0.99), GUIDE, passage, 0.5)


def test_a_heading_that_speaks_of_indicators_and_more_is_no_heading_of_indicators():
    passage = Passage("list_item", GUIDE, (), heading_path=("Measures of progress and what we will do",))
    assert is_commitment(predicted(0.99), GUIDE, passage, 0.5)


def test_where_an_issuer_denies_itself_an_act_it_is_a_commitment_whatever_the_model_says(oracle):
    text = "We shall not weaken the encryption of messages."
    oracle.says = {text: predicted(0.2)}
    (one,) = found(a_passage(text))
    assert (one.confidence, one.polarity) == (oracle.threshold, "negative")


@pytest.mark.parametrize("text", ["We will", "will", "§ 3 will ..."])
def test_a_text_of_too_few_words_is_none_however_sure_the_model_is(oracle, text):
    oracle.says = {text: predicted(0.99)}
    (judged,) = judge(a_passage(text))["0"]
    assert (judged.label, judged.commitments) == ("none", ())


def test_a_text_of_two_words_is_said_to_be_no_body_text(oracle):
    assert judge(a_passage("Key actions"))["0"][0].reason == "not_body"


def test_a_sentence_is_none_for_its_likeliest_reason(oracle):
    oracle.says = {ATTACKS: predicted(0.2, "stance")}
    assert judge(a_passage(ATTACKS))["0"][0].reason == "stance"


def test_a_pledge_without_content_is_kept_apart(oracle):
    oracle.says = {"We will do everything to keep people safe.": predicted(0.2, "rhetorical_pledge")}
    (judged,) = judge(a_passage("We will do everything to keep people safe."))["0"]
    assert (judged.label, judged.reason, judged.commitments) == ("rhetorical_pledge", "", ())


def test_themes_of_a_likelihood_that_counts_are_kept_of_every_sentence(oracle):
    assert [one.themes for one in judge(a_passage(ATTACKS, GUIDE))["0"]] == [(("INC", 0.8),)] * 2


def test_a_commitment_is_quoted_word_for_word(oracle):
    passage = a_passage(ATTACKS, GUIDE)
    (one,) = found(passage)
    assert one.quote == GUIDE == passage.text[one.start : one.end]


def test_a_sentence_of_two_promises_gives_two_commitments(oracle):
    passage = a_passage(ATTACKS, BOTH)
    first, second = found(passage)
    assert (first.quote, second.quote) == ("The Ministry of Trade will set up a platform", "the Agency will run it.")
    assert [passage.text[one.start : one.end] for one in (first, second)] == [first.quote, second.quote]
    assert [one.slot("actor").text for one in (first, second)] == ["The Ministry of Trade", "the Agency"]


def test_the_model_and_the_words_give_strength_and_deadline(oracle):
    (one,) = found(a_passage(GUIDE))
    assert (one.bindingness, one.bindingness_cue) == (3, "will publish")
    assert (one.precision, one.precision_cues) == (
        4,
        ("body: The Agency", "act: publish", "object: a guide for hospitals", "date: by June 2022"),
    )
    assert (one.deadline_from, one.deadline_to, one.confidence) == ("2020-05-01", "2022-06-30", 0.9)


def test_slots_of_the_first_part_belong_to_the_passage_in_the_second(oracle):
    passage = a_passage(ATTACKS, "We will train staff and publish guidance.")
    _, second = found(passage)
    actor, action = second.slot("actor"), second.slot("action")
    assert (actor.text, actor.source) == ("We", "passage")
    assert passage.text[actor.start : actor.end] == "We"
    assert (action.text, action.source, action.start) == ("publish", "quote", 0)


def test_an_item_is_read_with_its_lead_in(oracle):
    item = a_passage("train all staff;", role="list_item", lead_in="By law the Ministry of Justice will:")
    oracle.says = {"train all staff;": predicted()}
    (one,) = found(item)
    assert (one.lead_in, one.slot("actor").text, one.slot("modality").text) == (
        item.lead_in,
        "the Ministry of Justice",
        "will",
    )


@pytest.mark.parametrize(
    ("sentence", "lead_in", "polarity"),
    [
        ("We will not attack hospitals.", "", "negative"),
        ("attack the hospitals of others will fall under it;", "We will not:", "negative"),
        ("We will protect hospitals.", "", "positive"),
    ],
)
def test_a_promise_to_refrain_is_negative(oracle, sentence, lead_in, polarity):
    assert [one.polarity for one in found(a_passage(sentence, lead_in=lead_in))] == [polarity]


def test_of_two_promises_only_the_one_to_refrain_is_negative(oracle):
    both = found(a_passage("We will protect schools and we will not attack hospitals."))
    assert [one.polarity for one in both] == ["positive", "negative"]


def test_a_will_not_in_a_relative_clause_does_not_make_a_promise_negative(oracle):
    (one,) = found(a_passage("We will replace devices that will not receive updates."))
    assert one.polarity == "positive"


def test_it_stands_for_the_subject_of_the_sentence_before(oracle):
    passage = a_passage("The Agency was founded in 2015.", "It will publish a guide.")
    (one,) = found(passage)
    slot = one.slot("antecedent")
    assert (one.slot("actor").text, slot.text, slot.source) == ("It", "The Agency", "passage")
    assert passage.text[slot.start : slot.end] == slot.text


@pytest.mark.parametrize("before", ["Attacks grew.", "All agencies met.", "It was founded in 2015."])
def test_it_stands_for_nobody_who_cannot_be_meant(oracle, before):
    (one,) = found(a_passage(before, "It will publish a guide."))
    assert one.slot("antecedent") is None


def test_a_promise_that_says_it_was_made_before_is_reaffirmed(oracle):
    reaffirmed, new = found(a_passage("We reaffirm that we will share reports.", "We will share tools."))
    assert (reaffirmed.is_reaffirmed, new.is_reaffirmed) == (True, False)


def test_a_deadline_in_the_next_sentence_belongs_to_the_commitment_before_it(oracle):
    passage = a_passage("The Agency will publish a guide.", "It will be ready by June 2022.")
    one = found(passage)[0]
    slot = one.slot("deadline")
    assert (slot.text, slot.source, one.deadline_to) == ("by June 2022", "passage", "2022-06-30")
    assert passage.text[slot.start : slot.end] == "by June 2022"


def test_a_deadline_in_a_next_sentence_of_its_own_does_not(oracle):
    first, second = found(a_passage("The Agency will publish a guide.", "The Ministry will draft a law by June 2022."))
    assert (first.slot("deadline"), first.deadline_to) == (None, "")
    assert second.deadline_to == "2022-06-30"


def test_a_deadline_in_the_lead_in_belongs_to_each_item(oracle):
    (one,) = found(a_passage("staff will be trained;", role="list_item", lead_in="By 2024 these steps are taken:"))
    assert one.deadline_to == "2024-12-31"


def test_each_part_of_a_sentence_has_its_own_deadline(oracle):
    both = found(a_passage("The law will be drafted in 2022 and published in 2023."))
    assert [one.deadline_to for one in both] == ["2022-12-31", "2023-12-31"]


def test_a_sum_belongs_to_the_part_that_names_it(oracle):
    _, second = found(a_passage("We will invest €5 million in schools and we will train judges."))
    assert second.slot("money") is None


def test_without_a_date_of_publication_a_deadline_is_still_found(oracle):
    (one,) = found(a_passage(GUIDE), published_on="")
    assert (one.deadline_from, one.deadline_to) == ("", "2022-06-30")


ROW = a_row(Action="The Agency will publish a guide", Responsible="Ministry of Health", Due="Q4 2022", Budget="€ 5 million")  # fmt: skip


def test_a_row_of_a_table_has_owner_date_and_money_in_its_cells(oracle):
    (one,) = found(ROW)
    slots = {slot.name: slot for slot in one.slots}
    assert {name: slots[name].text for name in ("actor", "deadline", "money")} == {
        "actor": "Ministry of Health", "deadline": "Q4 2022", "money": "€ 5 million",
    }  # fmt: skip
    assert {slots[name].source for name in ("actor", "deadline", "money")} == {"passage"}
    assert one.quote == "The Agency will publish a guide"
    assert one.deadline_to == "2022-12-31"


def test_a_row_without_such_cells_has_the_parts_of_its_sentence(oracle):
    (one,) = found(a_row(Action="The Agency will publish a guide by 2022", Remarks="Ministry of Health"))
    assert (one.slot("actor").text, one.slot("actor").source) == ("The Agency", "quote")
    assert one.deadline_to == "2022-12-31"


def test_a_date_in_the_action_counts_before_that_of_its_row(oracle):
    (one,) = found(a_row(Action="The Agency will publish a guide by 2022", Due="2024"))
    assert one.slot("deadline").text == "by 2022"


def dated_rows(count, role="list_item", month="May 2021"):
    """Rows of an action plan that were read as running text: each ends in the month of its column of deadlines."""
    return [a_passage(f"Training team {number} of the staff {month}", role=role) for number in range(count)]


def deadline_of(passage, others, **other):
    """The deadlines of the commitments in a passage that stands before others."""
    judged = judge(passage, *others, **other)["0"]
    return [(one.deadline_to, one.slot("deadline")) for sentence in judged for one in sentence.commitments]


DATED = a_passage("The Agency will train the staff of ministries December 2021", role="list_item")


@pytest.mark.parametrize("role", ["list_item", "table_row"])
def test_a_bare_month_that_ends_a_row_is_its_deadline_where_many_rows_end_so(oracle, role):
    passage = replace(DATED, role=role)
    ((last, slot),) = deadline_of(passage, dated_rows(4))
    assert (last, slot.source) == ("2021-12-31", "quote")
    assert passage.text[slot.start : slot.end] == slot.text == "December 2021"


@pytest.mark.parametrize(
    "others",
    [
        dated_rows(3),
        dated_rows(9, role="paragraph"),
        dated_rows(9, month="May 2019"),
        dated_rows(9, month="in May 2021"),
    ],
    ids=["few rows", "paragraphs", "dates of the past", "governed dates"],
)
def test_a_bare_month_that_ends_a_row_is_none_where_few_others_do(oracle, others):
    assert deadline_of(DATED, others) == [("", None)]


def test_of_two_dates_that_stand_together_none_is_the_deadline_of_the_row(oracle):
    assert deadline_of(DATED, [a_passage("January 2022", role="caption"), *dated_rows(9)]) == [("", None)]


def test_a_bare_month_that_ends_a_paragraph_is_no_deadline(oracle):
    assert deadline_of(replace(DATED, role="paragraph"), dated_rows(9)) == [("", None)]


def test_a_bare_month_that_ends_a_sentence_within_a_row_is_no_deadline(oracle):
    first = "The Agency will train the staff of ministries December 2021"
    passage = a_passage(first, "Ministries have staff May 2021", role="list_item")
    assert deadline_of(passage, dated_rows(9)) == [("", None)]


def test_without_a_date_of_publication_a_bare_month_is_no_deadline(oracle):
    assert deadline_of(DATED, dated_rows(9), published_on="") == [("", None)]


def test_a_date_that_a_word_governs_counts_before_the_bare_one_that_ends_the_row(oracle):
    passage = a_passage("The Agency will by June 2021 train the staff of ministries December 2021", role="list_item")
    ((last, _),) = deadline_of(passage, dated_rows(9))
    assert last == "2021-06-30"


def test_a_bare_month_that_ends_a_row_holds_for_each_part_of_its_sentence(oracle):
    passage = a_passage(
        "The Ministry will set up a platform and the Agency will run it December 2021", role="list_item"
    )
    both = deadline_of(passage, dated_rows(9))
    assert [(last, slot.source) for last, slot in both] == [("2021-12-31", "passage"), ("2021-12-31", "quote")]
    assert passage.text[both[0][1].start : both[0][1].end] == "December 2021"


@pytest.mark.parametrize(("column", "name"), [("Mandate", "deadline"), ("Success_factors", "actor")])  # fmt: skip
def test_a_column_whose_title_holds_such_a_word_inside_another_is_none(oracle, column, name):
    (one,) = found(a_row(Action="The Agency will publish a guide", **{column: "trust of all ministries"}))
    slot = one.slot(name)
    assert slot is None or slot.text != "trust of all ministries"


def check_slots(passage):
    """Every slot of every commitment in a passage says words of its source, each part once."""
    for one in found(passage):
        assert passage.text[one.start : one.end] == one.quote
        assert len({slot.name for slot in one.slots}) == len(one.slots)
        for slot in one.slots:
            assert slot.source == "inferred" or words_of(slot, passage, one) == slot.text != ""


@pytest.mark.parametrize(
    "passage",
    [
        ROW,
        a_passage(ATTACKS, BOTH, GUIDE),
        a_passage("In 2022 we will, if asked, train staff with Belmora and publish 300 guides.", "It will be ready by 2023."),
        a_passage("a guide will be drawn up by 2022 and will be tested;", role="list_item", lead_in="The Agency says:"),
    ],
)  # fmt: skip
def test_every_slot_gives_words_of_its_source(oracle, passage):
    check_slots(passage)


WORDS = "we will the Agency , and by 2022 publish train guides staff with industry if asked it ; not".split()


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=3, max_size=10).map(" ".join), min_size=1, max_size=3))
@settings(deadline=None, max_examples=30)
def test_nothing_is_invented_whatever_the_sentences(sentences):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commitments, "load_detector", Oracle)
        check_slots(a_passage(ATTACKS, *sentences))


def a_commitment(quote, start=0, *, actor="We", source="quote", **other):
    """A commitment as it was found."""
    slots = (
        Slot("actor", actor, source, None if source == "inferred" else 0, None if source == "inferred" else len(actor)),
    )
    plain = {"lead_in": "", "slots": slots, "bindingness": 3, "bindingness_cue": "will act", "precision": 1,
             "precision_cues": ("act: act",)}  # fmt: skip
    return Commitment(start, start + len(quote), quote, **(plain | other))


def judged(quote, *promises, label=None, **other):
    """A sentence of a passage with what was found in it."""
    return Judgement(0, len(quote), label or ("commitment" if promises else "none"), commitments=promises, **other)


@pytest.fixture
def document(db):
    """A document of Arvenia; the row that the stage knows of it."""
    plant_document(db, "plan")
    return rows(db, "select * from documents where id = 'plan'")[0]


@pytest.fixture(scope="module")
def issuers():
    return load_issuers(SAMPLE)


def keep(db, document, issuers, *quotes, **other):
    """Plant a passage for each quote, and write a commitment of each; return their rows."""
    listed = [
        (plant_passage(db, document["id"], quote), (judged(quote, a_commitment(quote, **other)),)) for quote in quotes
    ]
    write_judged(db, document, listed, issuers)
    return rows(db, "select * from commitments order by page, rowid")


def test_a_commitment_is_written_with_its_parts(db, document, issuers):
    slots = (Slot("actor", "The Agency", "quote", 0, 10), Slot("money", "€5m", "quote", 20, 23))
    (row,) = keep(
        db, document, issuers, GUIDE, slots=slots, deadline_to="2022-06-30", polarity="negative", is_reaffirmed=True
    )
    assert {name: row[name] for name in ("quote", "actor", "money", "deadline_to", "polarity", "modality", "page")} == {
        "quote": GUIDE, "actor": "The Agency", "money": "€5m", "deadline_to": "2022-06-30", "polarity": "negative",
        "modality": "", "page": 1,
    }  # fmt: skip
    assert (row["is_actor_inferred"], row["is_reaffirmed"], row["year"], row["issuer_id"]) == (0, 1, 2020, "XAA")
    assert rows(db, 'select name, text, source, start, "end" from slots order by name') == [
        {"name": "actor", "text": "The Agency", "source": "quote", "start": 0, "end": 10},
        {"name": "money", "text": "€5m", "source": "quote", "start": 20, "end": 23},
    ]


def test_a_commitment_stands_on_the_page_on_which_it_is_printed(db, document, issuers):
    passage = plant_passage(db, "plan", f"{ATTACKS} {GUIDE}")
    segments = [
        [0, len(ATTACKS), 1, 0, len(ATTACKS)],
        [len(ATTACKS) + 1, len(ATTACKS) + 1 + len(GUIDE), 2, 0, len(GUIDE)],
    ]
    table(db, "passage_spans").update(passage, {"segments": json.dumps(segments)})
    write_judged(db, document, [(passage, (judged(GUIDE, a_commitment(GUIDE, len(ATTACKS) + 1)),))], issuers)
    assert [row["page"] for row in rows(db, "select page from commitments")] == [2]


def test_every_sentence_is_written_with_its_reason_and_themes(db, document, issuers):
    passage = plant_passage(db, "plan", ATTACKS)
    one = judged(ATTACKS, reason="description", confidence=0.12345, themes=(("INC", 0.81239), ("GOV", 0.1)))
    write_judged(db, document, [(passage, (one,))], issuers)
    assert rows(db, "select label, reason, confidence, start from sentences") == [
        {"label": "none", "reason": "description", "confidence": 0.1235, "start": 0}
    ]
    assert rows(db, "select theme_id, probability from sentence_themes order by theme_id") == [
        {"theme_id": "GOV", "probability": 0.1},
        {"theme_id": "INC", "probability": 0.812},
    ]


def test_a_commitment_keeps_its_address_when_a_passage_is_put_before_it(db, document, issuers):
    (before,) = keep(db, document, issuers, GUIDE)
    (after,) = [row for row in keep(db, document, issuers, ATTACKS, GUIDE) if row["quote"] == GUIDE]
    assert after["id"] == before["id"]
    assert after["passage_id"] != before["passage_id"]


def test_what_is_promised_again_word_for_word_has_an_address_of_its_own_and_names_the_first(db, document, issuers):
    first, other, again = keep(db, document, issuers, GUIDE, BOTH, GUIDE.upper())
    assert len({first["id"], other["id"], again["id"]}) == 3
    assert [one["restates_id"] for one in (first, other, again)] == [None, None, first["id"]]


def test_the_same_promise_of_two_documents_is_two(db, document, issuers):
    keep(db, document, issuers, GUIDE)
    plant_document(db, "other")
    keep(db, rows(db, "select * from documents where id = 'other'")[0], issuers, GUIDE)
    assert (
        len({row["id"] for row in rows(db, "select id, restates_id from commitments") if row["restates_id"] is None})
        == 2
    )


def test_what_is_no_longer_found_is_deleted_and_what_is_stays(db, document, issuers):
    passage = plant_passage(db, "plan", GUIDE)
    write_judged(db, document, [(passage, (judged(GUIDE, a_commitment(GUIDE)),))], issuers)
    write_judged(db, document, [(passage, (judged(GUIDE),))], issuers)
    assert rows(db, "select * from commitments") == rows(db, "select * from slots") == []
    assert [row["label"] for row in rows(db, "select label from sentences")] == ["none"]


def test_what_was_written_has_a_hash_that_changes_with_it(db, document, issuers):
    passage = plant_passage(db, "plan", GUIDE)
    listed = [(passage, (judged(GUIDE, a_commitment(GUIDE)),))]
    first = write_judged(db, document, listed, issuers)
    assert write_judged(db, document, listed, issuers) == first
    assert write_judged(db, document, [(passage, (judged(GUIDE),))], issuers) != first


@pytest.mark.parametrize(
    ("actor", "source", "issuer"),
    [
        ("Arvenia", "quote", "XAA"),
        ("the Kingdom of Belmora", "lead_in", "XBB"),
        ("Belmora", "passage", "XBB"),
        ("Belmora", "inferred", "XAA-XBB"),
        ("Arvenia and Belmora", "quote", "XAA-XBB"),
        ("We", "quote", "XAA-XBB"),
        ("Corvane", "quote", "XAA-XBB"),
    ],
)
def test_a_commitment_of_a_joint_text_binds_the_one_signatory_that_it_names_or_all(db, issuers, actor, source, issuer):
    plant_document(db, "joint", issuer="XAA-XBB", kind="joint_statement")
    row = rows(db, "select * from documents where id = 'joint'")[0]
    (one,) = keep(db, row, issuers, GUIDE, actor=actor, source=source)
    assert one["issuer_id"] == issuer


@pytest.mark.parametrize("issuer", ["XAA", "XMG"])
def test_a_text_of_one_issuer_or_of_a_group_binds_that_one(db, issuers, issuer):
    plant_issuer(db, "XBB")
    plant_document(db, "text", issuer=issuer)
    row = rows(db, "select * from documents where id = 'text'")[0]
    (one,) = keep(db, row, issuers, GUIDE, actor="Belmora")
    assert one["issuer_id"] == issuer


@pytest.fixture
def settings_of(tmp_path):
    """Settings of a corpus that knows the invented issuers and holds no file."""
    shutil.copy(SAMPLE / "issuers.toml", tmp_path)
    return Settings(corpus=tmp_path, db=tmp_path / "concord.db", workers=1)


def passages_changed(db, name, output_hash):
    """Say that the stage before has made other passages of a document."""
    mark(db, "passages", name, input_hash="", output_hash=output_hash, seconds=0)


def test_a_run_extracts_the_commitments_of_documents_whose_passages_changed(db, document, oracle, settings_of):
    plant_passage(db, "plan", GUIDE)
    passages_changed(db, "plan", "one")
    tally = run(db, settings_of, quiet)
    assert (tally.done, tally.failed, tally.rows) == (1, 0, {"sentences": 1, "commitments": 1})
    assert [row["quote"] for row in rows(db, "select quote from commitments")] == [GUIDE]
    assert run(db, settings_of, quiet).done == 0
    passages_changed(db, "plan", "two")
    assert run(db, settings_of, quiet).done == 1


def test_a_run_begins_anew_when_the_model_is_another(db, document, oracle, settings_of, monkeypatch):
    passages_changed(db, "plan", "one")
    run(db, settings_of, quiet)
    monkeypatch.setattr(commitments, "detector_key", lambda: "commitments@another")
    assert run(db, settings_of, quiet).done == 1


def test_a_run_reads_a_declaration_as_one_that_may_be_about_everything(db, oracle, settings_of):
    for name, kind in (("plan", "national_strategy"), ("talk", "group_declaration")):
        plant_document(db, name, kind=kind)
        plant_passage(db, name, f"{GUIDE} {name}")
        passages_changed(db, name, "one")
    run(db, settings_of, quiet)
    assert {one.text.rsplit(" ", 1)[1]: one.is_about_all for one in oracle.read} == {"plan": False, "talk": True}


def test_a_judge_shares_the_cores_with_the_others(oracle):
    import os

    import torch

    threads = torch.get_num_threads()
    try:
        Judge(About("", is_about_all=False), Settings.english, processes=10**6)
        assert torch.get_num_threads() == 1
        Judge(About("", is_about_all=False), Settings.english)
        assert torch.get_num_threads() == os.cpu_count()
    finally:
        torch.set_num_threads(threads)


def test_a_document_without_passages_has_nothing_to_judge(oracle):
    assert judge() == {}


def test_a_passage_without_sentences_has_nothing_to_judge(oracle):
    assert judge(replace(a_passage(GUIDE), sentences=())) == {"0": ()}
