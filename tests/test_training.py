"""Training: parts, calibration, threshold, and a model that says the same when it is loaded again."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planting import plant_document, plant_passage

from pipeline.errors import ConcordError
from pipeline.finding import detector as room
from pipeline.finding.detector import CLASSES, CONFIG, POINTS, WEIGHTS, Detector, Question, calibrated, load_tokenizer
from pipeline.gold import Unit
from pipeline.models import base_of
from pipeline.themes import load_themes
from pipeline.training import (
    Example,
    HeldOut,
    Recipe,
    _by_document,
    _rise_and_fall,
    _shuffled_batches,
    _Targets,
    best_threshold,
    fit_calibration,
    folds_of,
    load_examples,
    predict,
    run_training,
    save,
    summary,
    to_example,
    train,
)

THEMES = ["GOV", "CAP", "LAW"]
QUICK = Recipe(epochs=1, batch=4, parts=2, held_out=2)
PROMISES = [
    "We will train judges.",
    "The Agency will publish a guide.",
    "We will draft a law.",
    "We shall hold a course.",
]
OTHERS = ["Attacks grew last year.", "In 2016 a law was passed.", "Firms should train staff.", "We welcome the report."]


def example(text, label="commitment", document="a", **other):
    """A labelled sentence."""
    plain = {"themes": (), "bindingness": None, "points": None}
    return Example(Question(text, "paragraph"), label, document=document, **(plain | other))


EXAMPLES = [
    *(example(text, themes=("CAP",), bindingness=3, points=frozenset({"act"})) for text in PROMISES),
    *(example(text, "description") for text in OTHERS),
]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """An encoder with the tokens of the real one and a hundredth of its size."""
    import torch
    from transformers import BertConfig, BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder = tmp_path_factory.mktemp("base")
    load_tokenizer(base_of("all-MiniLM-L6-v2")).save_pretrained(folder)
    torch.manual_seed(1)
    size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=30522, **size)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def network(base):
    """A network trained on eight sentences."""
    return train(EXAMPLES, THEMES, base, QUICK)


@pytest.fixture
def exact(monkeypatch):
    """Let the model compute in full, whatever the processor could do faster."""
    monkeypatch.setattr("pipeline.models.computes_in_bfloat16", lambda: False)


def test_a_recipe_names_all_that_it_sets():
    with pytest.raises(TypeError):
        Recipe(3)


def test_every_document_is_held_out_once():
    documents = [f"d{number}" for number in range(11)] * 3
    folds = folds_of(documents, 4)
    assert sorted(one for fold in folds for one in fold) == sorted(set(documents))
    assert {len(fold) for fold in folds} == {2, 3}


def test_the_parts_are_the_same_whatever_the_order_of_documents():
    documents = [f"d{number}" for number in range(9)]
    assert folds_of(documents, 3) == folds_of([*reversed(documents), *documents], 3)


def test_what_is_calibrated_already_stays_as_it_is():
    """At 0.8 four of five are right, at 0.2 one of five."""
    probabilities = [0.8] * 50 + [0.2] * 50
    truth = [True] * 40 + [False] * 10 + [True] * 10 + [False] * 40
    slope, offset = fit_calibration(probabilities, truth)
    assert (slope, offset) == (pytest.approx(1, abs=0.01), pytest.approx(0, abs=0.01))


def test_what_is_too_sure_is_drawn_to_the_middle():
    """At 0.99 and at 0.01 only three of four are right: the odds of 99 become 3."""
    probabilities = [0.99] * 40 + [0.01] * 40
    truth = [True] * 30 + [False] * 10 + [True] * 10 + [False] * 30
    line = fit_calibration(probabilities, truth)
    assert line[0] == pytest.approx(math.log(3) / math.log(99), abs=0.01)
    assert calibrated(0.99, *line) == pytest.approx(0.75, abs=0.01)


def test_the_threshold_is_that_of_the_best_f1():
    confidence = [0.9, 0.7, 0.6, 0.55, 0.3, 0.1]
    truth = [True, True, True, False, False, False]
    assert 0.55 < best_threshold(confidence, truth) <= 0.6


def test_of_equally_good_thresholds_the_middle_one_is_taken():
    assert best_threshold([0.9, 0.1], [True, False]) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=20))
@settings(deadline=None, max_examples=30)
def test_a_threshold_is_looked_for_between_a_fifth_and_four_fifths(units):
    assert 0.2 <= best_threshold([value for value, _ in units], [yes for _, yes in units]) <= 0.8


def test_the_rate_rises_and_then_falls():
    rate = _rise_and_fall(100, 0.1)
    rates = [rate(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == 1.0
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[100] == 0.02


def test_the_rate_of_a_single_step_is_full():
    assert _rise_and_fall(1, 0.1)(0) == 1.0


def test_batches_hold_every_example_once():
    examples = [example("We will act. " * (number % 7)) for number in range(70)]
    batches = list(_shuffled_batches(examples, 4, random.Random(1)))
    assert sorted(place for batch in batches for place in batch) == list(range(70))
    assert max(map(len, batches)) == 4


def test_batches_come_in_the_same_order_for_the_same_seed():
    def batches(seed):
        return list(_shuffled_batches(EXAMPLES, 2, random.Random(seed)))

    assert batches(1) == batches(1)
    assert batches(1) != batches(2)


def test_a_labelled_unit_is_an_example_of_its_document():
    unit = Unit("u", "a.txt", "We act.", "commitment", ("CAP", "LAW"), 2, 1, frozenset({"act"}), before="We will:")
    found = to_example(unit)
    assert (found.document, found.label, found.themes, found.bindingness) == ("a.txt", "commitment", ("CAP", "LAW"), 2)
    assert (found.points, found.question.lead_in, found.is_gold) == ({"act"}, "We will:", True)


def test_a_head_is_told_what_was_coded():
    targets = _Targets(
        [
            example("a", themes=("LAW", "GOV"), bindingness=4, points=frozenset({"date", "body"})),
            example("b", "stance"),
        ],
        THEMES,
    )
    assert targets.classes.tolist() == [0, CLASSES.index("stance")]
    assert targets.themes.tolist() == [[1, 0, 1], [0, 0, 0]]
    assert targets.primary.tolist() == [2, -1]
    assert targets.bindingness.tolist() == [3, -1]
    assert targets.points.tolist() == [[1, 0, 0, 0, 1], [0] * 5]
    assert targets.has_points.tolist() == [True, False]


def outputs(*commitment, count=2):
    """What heads say that know nothing but the class: its score for a commitment, by example."""
    import torch

    classes = torch.zeros(count, len(CLASSES))
    classes[:, 0] = torch.tensor(commitment)
    return [classes, torch.zeros(count, len(THEMES)), torch.zeros(count, 4), torch.zeros(count, len(POINTS))]


def test_what_is_right_is_less_off_than_what_is_wrong():
    targets = _Targets([example("a"), example("b", "stance")], THEMES)
    right = targets.loss(outputs(3.0, -3.0), [0, 1], 0.0)
    wrong = targets.loss(outputs(-3.0, 3.0), [0, 1], 0.0)
    assert float(right) < float(wrong)


def test_what_was_not_coded_costs_nothing():
    """Of nine equal classes one is right: the loss is log 9, half of that of 1/9, and the silent themes."""
    targets = _Targets([example("a")], THEMES)
    found = float(targets.loss(outputs(0.0, count=1), [0], 0.0))
    assert found == pytest.approx(math.log(9) + 0.5 * math.log(9) + 0.3 * 3 * math.log(2) / 6, abs=1e-5)


def test_what_was_coded_costs_as_well():
    coded = [example("a", themes=("CAP",)), example("a", bindingness=2), example("a", points=frozenset({"act"}))]
    targets = _Targets([example("a"), *coded], THEMES)
    plain, *more = (float(targets.loss(outputs(0.0, count=1), [place], 0.0)) for place in range(4))
    assert [cost - plain for cost in more] == pytest.approx(
        [0.7 * 3 * math.log(2) / 6 + 0.3 * math.log(3), 0.3 * math.log(4), 0.3 * math.log(2)], abs=1e-5
    )


def test_the_embeddings_of_the_encoder_are_not_trained(network, base):
    import torch

    untrained = room.make_network(base, len(THEMES)).state_dict()
    trained = network.state_dict()
    moved = {name for name in trained if not torch.equal(trained[name], untrained[name])}
    assert not [name for name in moved if ".embeddings." in name]
    assert [name for name in moved if ".layer.0." in name]


def test_training_tells_how_far_it_is(base):
    told = []
    train(EXAMPLES[:5], THEMES, base, QUICK, report=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]


def test_the_same_examples_give_the_same_network(network, base):
    import torch

    again = train(EXAMPLES, THEMES, base, QUICK)
    assert torch.allclose(again.classes.weight, network.classes.weight, atol=1e-4)


def test_a_saved_model_says_what_the_trained_one_said(network, base, tmp_path, exact):
    save(network, tmp_path, themes=THEMES, calibration=(0.5, 0.1), threshold=0.4, about={"seed": 1})
    loaded = Detector(tmp_path, base)
    held_out = predict(network, base, THEMES, EXAMPLES)
    found = loaded.predict([one.question for one in EXAMPLES])
    assert [one.classes["commitment"] for one in found] == pytest.approx(held_out.probability, abs=0.005)
    assert [one.confidence for one in found] == pytest.approx(
        [calibrated(value, 0.5, 0.1) for value in held_out.probability], abs=0.005
    )
    for one, themes, points, bindingness in zip(
        found, held_out.themes, held_out.points, held_out.bindingness, strict=True
    ):
        assert one.themes == pytest.approx(themes, abs=0.005)
        assert one.points == pytest.approx(points, abs=0.005)
        assert one.bindingness[bindingness - 1] == pytest.approx(max(one.bindingness), abs=0.005)
    assert (loaded.threshold, loaded.theme_codes) == (0.4, tuple(THEMES))


def test_a_saved_model_leaves_out_what_was_not_trained(network, tmp_path):
    from safetensors.torch import load_file

    save(network, tmp_path / "new", themes=THEMES, calibration=(1.0, 0.0), threshold=0.5, about={"seed": 1})
    state = load_file(tmp_path / "new" / WEIGHTS)
    assert {str(value.dtype) for value in state.values()} == {"torch.float16"}
    assert not [name for name in state if ".embeddings." in name or "pooler" in name]
    config = json.loads((tmp_path / "new" / CONFIG).read_text("utf-8"))
    assert (config["classes"], config["points"], config["seed"]) == (list(CLASSES), list(POINTS), 1)


def held_out(*probabilities, themes=None, bindingness=None):
    """What is said of examples that were held out."""
    count = len(probabilities)
    return HeldOut(
        list(probabilities), ["none"] * count, themes or [{"CAP": 0.9, "LAW": 0.2}] * count, bindingness or [3] * count,
        [{}] * count,
    )  # fmt: skip


def test_two_that_were_held_out_are_joined_in_order():
    both = held_out(0.1, bindingness=[1]).joined(held_out(0.2, 0.3, bindingness=[2, 3]))
    assert (both.probability, both.bindingness) == ([0.1, 0.2, 0.3], [1, 2, 3])


def test_the_figures_of_what_was_held_out_can_be_worked_out_by_hand():
    examples = [
        example("a", themes=("CAP",), bindingness=3),
        example("b", themes=("LAW",), bindingness=3, document="b"),
        example("c", "stance"),
        example("d", "stance", themes=("LAW",)),
    ]
    found = summary(held_out(0.9, 0.4, 0.6, 0.1, bindingness=[3, 4, 1, 1]), examples, (1.0, 0.0), 0.5)
    assert found == {
        "examples": 4, "commitments": 2, "documents": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5,
        "primary_theme": 0.5, "bindingness": 0.5, "calibration_error": 0.35,
    }  # fmt: skip


def test_documents_that_were_held_out_are_listed_from_the_worst():
    examples = [example("a"), example("b", document="b"), example("c", "stance", document="b")]
    found = _by_document(held_out(0.9, 0.2, 0.8), examples, (1.0, 0.0), 0.5)
    assert list(found.items()) == [
        ("b", {"examples": 2, "true_positive": 0, "false_positive": 1, "false_negative": 1, "f1": 0.0}),
        ("a", {"examples": 1, "true_positive": 1, "false_positive": 0, "false_negative": 0, "f1": 1.0}),
    ]


def gold_row(document, text, label):
    """A line of a gold file."""
    is_one = label == "commitment"
    return {
        "id": text, "document": document, "window": 0, "order": 0, "text": text, "label": label if is_one else "none",
        "reason": None if is_one else label, "n": int(is_one), "themes": ["CAP"] if is_one else [],
        "B": 3 if is_one else None, "P": 1 if is_one else None, "actor": None, "deadline": None,
    }  # fmt: skip


@pytest.fixture
def corpus(db, tmp_path):
    """Two documents in a database, and the gold file of their sentences."""
    lines = []
    for name, numbers in (("a", (0, 1)), ("b", (2, 3))):
        plant_document(db, name)
        for number in numbers:
            for text, label in ((PROMISES[number], "commitment"), (OTHERS[number], "description")):
                plant_passage(db, name, text)
                lines.append(json.dumps(gold_row(f"{name}.txt", text, label)))
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return db, path


def label_row(document, text, start):
    """A stand-off label of a sentence."""
    return json.dumps(
        {"document": document, "sha256": document, "spans": [[1, start, start + len(text)]], "label": "stance",
         "themes": [], "B": None, "P": None, "n": 0}
    )  # fmt: skip


def test_examples_come_from_the_gold_and_from_labels_of_other_sentences(corpus, tmp_path):
    db, gold = corpus
    printed = db.execute("select text from pages where document_id = 'a'").fetchone()[0]
    plant_passage(db, "a", "We note the report.")
    labels = tmp_path / "labels.jsonl"
    lines = [label_row("a", PROMISES[0], 0), label_row("a", "We note the report.", len(printed))]
    labels.write_text("\n".join(lines), "utf-8")
    examples = load_examples(db, [gold], labels)
    assert [(one.question.text, one.label) for one in examples if not one.is_gold] == [
        ("We note the report.", "stance")
    ]
    assert len(examples) == 9
    assert examples[0].label == "commitment"
    assert {one.document for one in examples} == {"a", "b"}


def test_a_unit_that_is_not_found_is_held_out_with_its_document(corpus):
    db, gold = corpus
    with gold.open("a", encoding="utf-8") as lines:
        lines.write("\n" + json.dumps(gold_row("a.txt", "Nobody wrote these words.", "stance")))
    lost = [one.document for one in load_examples(db, [gold], None) if one.question.text == "Nobody wrote these words."]
    assert lost == ["a"]


def test_labels_of_no_document_of_the_database_are_an_error(db, tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(gold_row("absent.txt", PROMISES[0], "commitment")), "utf-8")
    with pytest.raises(ConcordError, match="No label is about a document"):
        load_examples(db, [path], None)


def test_nothing_of_a_document_that_is_held_out_is_learnt_before(corpus, tmp_path, monkeypatch):
    db, gold = corpus
    taught, tested = [], []

    def note(examples, *_, **__):
        taught.append({one.document for one in examples})

    def guess(network, base, themes, examples):
        tested.append({one.document for one in examples})
        return held_out(*(0.9 if one.label == "commitment" else 0.1 for one in examples))

    monkeypatch.setattr("pipeline.training.train", note)
    monkeypatch.setattr("pipeline.training.predict", guess)
    monkeypatch.setattr("pipeline.training.save", lambda *_, **__: None)
    trained = run_training(db, gold=[gold], labels=None, folder=tmp_path, recipe=QUICK)
    assert sorted(map(sorted, tested)) == [["a"], ["b"]]
    assert taught == [{"a", "b"} - tested[0], {"a", "b"} - tested[1], {"a", "b"}]
    assert trained.figures["f1"] == 1.0


def test_a_training_that_was_stopped_keeps_the_parts_that_were_done(corpus, tmp_path, monkeypatch):
    db, gold = corpus
    taught = []

    def note(examples, *_, **__):
        if len(taught) == 2:
            taught.append("stopped")
            raise KeyboardInterrupt
        taught.append(sorted({one.document for one in examples}))

    def guess(network, base, themes, examples):
        return held_out(*(0.9 if one.label == "commitment" else 0.1 for one in examples))

    monkeypatch.setattr("pipeline.training.train", note)
    monkeypatch.setattr("pipeline.training.predict", guess)
    monkeypatch.setattr("pipeline.training.save", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        run_training(db, gold=[gold], labels=None, folder=tmp_path / "model", recipe=QUICK)
    run_training(db, gold=[gold], labels=None, folder=tmp_path / "model", recipe=QUICK)
    assert taught[3:] == [["a", "b"]]
    assert list((tmp_path / "model").iterdir()) == []


def test_a_training_writes_a_model_with_the_figures_of_what_was_held_out(corpus, tmp_path, base, monkeypatch):
    monkeypatch.setattr("pipeline.training.base_of", lambda name: base)
    db, gold = corpus
    told = []
    trained = run_training(
        db, gold=[gold], labels=None, folder=tmp_path / "model", recipe=QUICK, report=lambda *done: told.append(done)
    )
    assert told == [(1, 1, "part 1 of 2"), (1, 1, "part 2 of 2"), (1, 2, "all"), (2, 2, "all")]
    assert (trained.examples, trained.figures["examples"], len(trained.parts)) == (8, 8, 2)
    assert set(trained.by_document) == {"a", "b"}
    loaded = Detector(tmp_path / "model", base)
    assert loaded.theme_codes == tuple(theme.code for theme in load_themes())
    assert loaded.config["recipe"]["epochs"] == 1
    assert loaded.config["held_out"] == trained.figures
    assert 0.2 <= loaded.threshold <= 0.8
