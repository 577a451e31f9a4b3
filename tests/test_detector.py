"""The trained model: what it reads, what it says, and that it is the one that was checked."""

from __future__ import annotations

import json
import math
import random
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ModelError
from pipeline.finding.detector import (
    CLASSES,
    CONFIG,
    POINTS,
    WEIGHTS,
    Detector,
    Prediction,
    Question,
    calibrated,
    detector_key,
    is_about_all,
    load_detector,
    load_tokenizer,
    tokenized,
)
from pipeline.models import base_of
from pipeline.records import KINDS, ROLES
from pipeline.settings import bundled

FOLDER = bundled("models") / "commitments"
QUESTIONS = [
    Question("The Agency will publish a guide for hospitals by June 2022.", "paragraph", ("3 Actions",)),
    Question("Attacks will become more frequent.", "paragraph", ("1 Threats",), before="Fraud is an industry."),
    Question("train two hundred judges;", "list_item", ("5 Laws", "Courts"), lead_in="The Ministry will:"),
    Question("We welcome the work of industry.", is_about_all=True),
    Question("In 2016 the Agency was founded, and since then it has grown every year. " * 5, "paragraph"),
]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def detector():
    return load_detector()


@pytest.fixture
def exact(monkeypatch):
    """Let the model compute in full, whatever the processor could do faster."""
    monkeypatch.setattr("pipeline.models.computes_in_bfloat16", lambda: False)


@pytest.fixture(scope="module")
def base():
    return base_of("all-MiniLM-L6-v2")


@pytest.mark.parametrize(
    ("question", "context"),
    [
        (Question("We act."), "strategy | unknown"),
        (Question("We act.", "list_item"), "strategy | list item"),
        (Question("We act.", is_about_all=True), "statement | unknown"),
        (
            Question("We act.", heading_path=("1 Aims", "Networks", "Schools")),
            "strategy | unknown | Networks > Schools",
        ),
        (Question("We act.", before="It is so."), "strategy | unknown | before: It is so."),
        (Question("We act.", lead_in="We will:", before="It is so."), "strategy | unknown | lead: We will:"),
    ],
)
def test_what_stands_around_a_sentence_is_its_context(question, context):
    assert question.context == context


@pytest.mark.parametrize("field", ["lead_in", "before"])
def test_of_a_long_text_before_a_sentence_its_end_is_read(field):
    question = Question("We act.", **{field: "beginning " * 40 + "the very end:"})
    assert question.context.endswith("the very end:")
    assert len(question.context) < 200


def test_of_long_headings_the_end_is_read():
    assert Question("We act.", heading_path=("a " * 100, "b" * 60)).context.endswith("a  > " + "b" * 60)


@pytest.mark.parametrize("kind", ["national_strategy", "international_strategy", ""])
def test_a_strategy_is_about_its_subject(kind):
    assert not is_about_all(kind)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"national_strategy", "international_strategy"}))
def test_a_declaration_or_statement_may_be_about_everything(kind):
    assert is_about_all(kind)


def test_a_line_of_slope_one_and_offset_nought_changes_no_probability():
    assert calibrated(0.3, 1, 0) == pytest.approx(0.3)


def test_a_calibrated_probability_is_that_of_the_line_on_its_log_odds():
    """The odds of 0.8 are 4 to 1; their square, and e times that: 16e to 1."""
    assert calibrated(0.8, 2, 1) == pytest.approx(16 * math.e / (16 * math.e + 1))


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 1e-6), (1.0, 1 - 1e-6)])
def test_a_certainty_is_kept_from_the_very_end(probability, expected):
    assert calibrated(probability, 1, 0) == pytest.approx(expected)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 5), st.floats(-3, 3))
def test_calibrating_keeps_the_order(a, b, slope, offset):
    low, high = sorted((a, b))
    assert 0 <= calibrated(low, slope, offset) <= calibrated(high, slope, offset) <= 1


def test_the_reason_is_the_likeliest_of_the_six_steps():
    classes = dict.fromkeys(CLASSES, 0.05) | {"commitment": 0.3, "rhetorical_pledge": 0.2, "stance": 0.15}
    assert Prediction(classes, 0.3, {}, (), {}).reason == "stance"


def test_the_classes_are_those_of_the_coding_manual():
    assert set(CLASSES) == {
        "commitment", "rhetorical_pledge", "not_body", "exhortation", "achievement", "description", "stance",
        "possibility", "off_topic",
    }  # fmt: skip


def test_the_model_says_something_of_each_sentence(detector):
    found = detector.predict(QUESTIONS)
    assert len(found) == len(QUESTIONS)
    for one in found:
        assert set(one.classes) == set(CLASSES)
        assert sum(one.classes.values()) == pytest.approx(1, abs=1e-5)
        assert sum(one.bindingness) == pytest.approx(1, abs=1e-5)
        assert set(one.points) == set(POINTS)
        assert set(one.themes) == set(detector.theme_codes)
        assert all(0 <= value <= 1 for value in (one.confidence, *one.themes.values(), *one.points.values()))


def test_of_nothing_it_says_nothing(detector):
    assert detector.predict([]) == []


def test_it_tells_a_plain_promise_from_a_plain_prediction(detector):
    promise, prediction, *_ = detector.predict(QUESTIONS)
    assert promise.confidence > 0.8
    assert prediction.confidence < 0.2


def test_what_it_says_of_a_sentence_does_not_depend_on_the_others(detector, exact):
    together = [one.confidence for one in detector.predict(QUESTIONS)]
    alone = [detector.predict([question])[0].confidence for question in QUESTIONS]
    assert together == pytest.approx(alone, abs=1e-4)


def test_what_it_says_is_in_the_order_of_the_questions(detector, exact):
    order = list(range(len(QUESTIONS)))
    random.Random(1).shuffle(order)
    straight = [one.confidence for one in detector.predict(QUESTIONS)]
    shuffled = [one.confidence for one in detector.predict([QUESTIONS[place] for place in order])]
    assert shuffled == pytest.approx([straight[place] for place in order], abs=1e-4)


def test_where_the_processor_computes_in_halves_little_changes(detector, monkeypatch):
    exact, halved = [], []
    for found, is_halved in ((exact, False), (halved, True)):
        monkeypatch.setattr("pipeline.models.computes_in_bfloat16", lambda is_halved=is_halved: is_halved)
        found += [one.classes["commitment"] for one in detector.predict(QUESTIONS)]
    assert halved == pytest.approx(exact, abs=0.02)


def test_it_reads_more_sentences_than_one_batch_holds(detector):
    many = detector.predict([Question(f"We will publish guide {number}.") for number in range(70)])
    assert len(many) == 70


def test_it_reads_what_stands_around_a_sentence(detector):
    item = "a regional network of points of contact;"
    bound, welcomed = detector.predict(
        [
            Question(item, "list_item", lead_in="We will set up:"),
            Question(item, "list_item", lead_in="Last year we set up:"),
        ]
    )
    assert bound.confidence - welcomed.confidence > 0.3


def test_confidence_is_the_calibrated_probability_of_the_class(detector):
    one = detector.predict(QUESTIONS[:1])[0]
    assert one.confidence == calibrated(one.classes["commitment"], *detector.config["calibration"])


def test_the_threshold_lies_where_it_was_looked_for(detector):
    assert 0.2 <= detector.threshold <= 0.8


def test_it_was_trained_on_the_classes_points_and_themes_of_today(detector):
    from pipeline.themes import load_themes

    assert tuple(detector.config["classes"]) == CLASSES
    assert tuple(detector.config["points"]) == POINTS
    assert detector.theme_codes == tuple(theme.code for theme in load_themes())


def test_the_mask_covers_the_sentence_and_not_its_context(base):
    tokenizer = load_tokenizer(base)
    tokens, mask = tokenized(tokenizer, [QUESTIONS[2], QUESTIONS[0]])
    for row, question in enumerate((QUESTIONS[2], QUESTIONS[0])):
        own = [int(token) for token, is_own in zip(tokens["input_ids"][row], mask[row], strict=True) if is_own]
        assert own == [*tokenizer(question.text, add_special_tokens=False)["input_ids"], tokenizer.sep_token_id]


def test_a_very_long_sentence_is_cut_and_leaves_its_context(base):
    tokens, mask = tokenized(load_tokenizer(base), [Question("We will act. " * 200, lead_in="The Agency says:")])
    context = int((tokens["attention_mask"] & ~mask).sum())
    assert tokens["input_ids"].shape[1] == 104
    assert context == len(load_tokenizer(base)("strategy | unknown | lead: The Agency says:")["input_ids"])


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_has_words_for_the_model(role):
    assert "_" not in Question("We act.", role).context


@pytest.fixture
def copy(tmp_path):
    """A copy of the trained model, to do damage to."""
    for name in (WEIGHTS, CONFIG):
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def test_a_folder_without_a_model_is_refused_with_what_to_do(tmp_path, base):
    with pytest.raises(ModelError, match="missing") as caught:
        Detector(tmp_path, base)
    assert "concord train" in caught.value.remedy


def test_a_folder_without_weights_is_refused(copy, base):
    (copy / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="missing"):
        Detector(copy, base)


def test_weights_that_were_changed_are_refused(copy, base):
    with (copy / WEIGHTS).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match="is not the file"):
        Detector(copy, base)


def test_weights_of_another_network_are_refused(copy, base):
    from safetensors.torch import load_file, save_file

    from pipeline.ids import file_digest

    state = load_file(copy / WEIGHTS)
    state["another.weight"] = state.pop("classes.weight")
    save_file(state, copy / WEIGHTS)
    config = json.loads((copy / CONFIG).read_text("utf-8")) | {"sha256": file_digest(copy / WEIGHTS)}
    (copy / CONFIG).write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelError, match="does not fit"):
        Detector(copy, base)


def test_the_key_of_a_model_is_its_name_and_known_without_loading_it(detector, copy):
    assert detector_key(copy) == detector_key() == detector.name
    config = json.loads((copy / CONFIG).read_text("utf-8")) | {"sha256": "0" * 64}
    (copy / CONFIG).write_text(json.dumps(config), "utf-8")
    assert detector_key(copy) == "commitments@00000000"


def test_the_key_of_no_model_says_so(tmp_path):
    assert detector_key(tmp_path) == "commitments@none"
