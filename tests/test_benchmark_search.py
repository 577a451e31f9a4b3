"""The benchmark of search: its measures by hand, places found again, and files of cases and judgments in order."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from math import log2

import pytest
from conftest import ROOT, LetterEncoder
from test_benchmarks import script

from pipeline.records import Segment
from pipeline.search import Hit

THEMES = {"GOV", "RISK", "INC", "CI", "GNET", "SUP", "LAW", "CRIME", "RTS", "CAP", "RDI", "PPP", "INTL", "DEF"}
HIT = Hit("passage", "p", "We will act.", "a", "", "", "", None, 1, "", True, "", "", "", "p", 0.0, (), 0.0)


@pytest.fixture(scope="module")
def search():
    return script("search")


@pytest.fixture(scope="module")
def cases(search):
    return search.load_cases(ROOT / "benchmarks" / "search_cases.toml")[0]


@pytest.fixture(scope="module")
def questions(search):
    return search.load_cases(ROOT / "benchmarks" / "search_cases.toml")[1]


@pytest.fixture(scope="module")
def further(search):
    return search.load_cases(ROOT / "benchmarks" / "search_further.toml")[1]


@pytest.fixture(scope="module", params=["questions", "further"])
def asked(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def judgments(asked, questions):
    name = "search_judgments" if asked is questions else "search_further"
    lines = (ROOT / "benchmarks" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def judgment(search, grade, *spans, document="a", question="q"):
    return search.Judgment(question, document, spans, grade)


def found(search, *spans, document="a"):
    return search.Found(document, spans)


def hits(*documents, text="We will act."):
    return [replace(HIT, document_id=document, text=text) for document in documents]


def giving(*answers):
    """A ranking that gives these hits for whatever is asked."""
    return lambda text, most: list(answers)[:most]


def test_the_ideal_order_has_ndcg_one(search):
    assert search.ndcg([3, 2, 0], [0, 2, 3]) == 1.0


def test_ndcg_is_what_it_is_by_hand(search):
    assert search.ndcg([0, 3, 1], [3, 1]) == pytest.approx((7 / log2(3) + 1 / 2) / (7 + 1 / log2(3)))


def test_ndcg_looks_no_deeper_than_it_is_told(search):
    assert search.ndcg([0, 0, 3], [3], depth=2) == 0.0


def test_ndcg_of_a_question_without_answers_is_nought(search):
    assert search.ndcg([0, 0], [0]) == 0.0


def test_recall_is_the_share_of_what_is_relevant(search):
    assert search.recall([2, 0, 3, 1], [2, 3, 3, 2, 1, 0]) == 0.5


def test_recall_looks_no_deeper_than_it_is_told(search):
    assert search.recall([0, 2], [2], depth=1) == 0.0


def test_recall_of_a_question_without_answers_is_nought(search):
    assert search.recall([0], [1]) == 0.0


def test_places_are_as_alike_as_the_share_of_characters_in_common(search):
    assert search.likeness(((1, 0, 10),), ((1, 5, 15),)) == pytest.approx(5 / 15)


def test_a_place_on_two_pages_is_compared_page_by_page(search):
    assert search.likeness(((1, 0, 10), (2, 0, 10)), ((2, 0, 10),)) == 0.5


def test_places_on_other_pages_have_nothing_in_common(search):
    assert search.likeness(((1, 0, 10),), ((2, 0, 10),)) == 0.0


def test_a_stretch_over_two_lines_stands_on_both(search):
    segments = (Segment(0, 10, 3, 100, 110), Segment(11, 21, 4, 0, 10))
    assert search.place_of(segments, 5, 16) == ((3, 105, 110), (4, 0, 5))


def test_a_stretch_is_placed_by_proportion_where_more_is_printed_than_kept(search):
    assert search.place_of((Segment(0, 10, 1, 0, 20),), 5, 10) == ((1, 10, 20),)


def test_a_line_without_any_of_the_stretch_is_left_out(search):
    assert search.place_of((Segment(0, 10, 1, 0, 10), Segment(11, 21, 1, 11, 21)), 0, 10) == ((1, 0, 10),)


def test_a_hit_has_the_judgment_on_whose_words_it_stands(search):
    far, near = judgment(search, 1, (1, 0, 100)), judgment(search, 3, (1, 20, 42))
    assert search.judged(found(search, (1, 21, 40)), [far, near]) is near


def test_a_hit_that_shares_less_than_half_is_not_judged(search):
    assert search.judged(found(search, (1, 0, 10)), [judgment(search, 3, (1, 6, 16))]) is None


def test_a_hit_in_another_document_is_not_judged(search):
    assert search.judged(found(search, (1, 0, 10), document="b"), [judgment(search, 3, (1, 0, 10))]) is None


def test_a_hit_that_nobody_judged_counts_as_nought(search):
    assert search.graded([found(search, (2, 0, 10))], [judgment(search, 3, (1, 0, 10))]) == ([0], [False])


def test_the_same_words_count_once(search):
    same = found(search, (1, 0, 10))
    assert search.graded([same, same], [judgment(search, 2, (1, 0, 10))]) == ([2, 0], [True, True])


def test_a_passage_and_a_commitment_in_it_are_one_answer_at_best(search):
    passage, quote = judgment(search, 2, (1, 0, 100)), judgment(search, 3, (1, 50, 70))
    assert search.distinct([passage, quote]) == [quote]


def test_a_question_is_measured_by_its_own_judgments(search):
    asked = [search.Asked("q", "who acts?", "tuning"), search.Asked("r", "who rests?", "held out")]
    known = [judgment(search, 3, (1, 0, 10))]
    one, other = search.measure(asked, giving(HIT), known, lambda hit: found(search, (1, 0, 10)))
    assert (one.ndcg, one.recall, one.unjudged, other.ndcg, other.unjudged) == (1.0, 1.0, 0.0, 0.0, 1.0)


def test_the_table_has_a_row_for_each_half_and_method(search):
    asked = [search.Asked("q", "who acts?", "tuning"), search.Asked("r", "who rests?", "held out")]
    measured = {name: [search.Measured("q", 1.0, 0.5, 0.0), search.Measured("r", 0.0, 0.0, 1.0)] for name in ("a", "b")}
    table = search.rows_of(asked, measured)
    assert [(row.half, row.method, row.ndcg.value) for row in table] == [
        ("tuning", "a", 1.0),
        ("tuning", "b", 1.0),
        ("held out", "a", 0.0),
        ("held out", "b", 0.0),
    ]


def test_the_gain_is_over_the_better_of_the_two(search):
    measured = {
        name: [search.Measured("q", value, value, 0.0)]
        for name, value in (("words", 0.25), ("meaning", 0.5), ("both", 0.75))
    }
    better, score = search.gain_of(measured, [0], "ndcg")
    assert (better, score.value) == ("meaning", 0.25)


def test_a_known_item_has_to_be_on_its_page(search):
    case = search.Case(kind="known item", query="act", documents=("a",), page=2)
    assert search.problem_of(case, giving(HIT)) == "not a, page 2"


def test_a_topic_needs_as_many_documents_as_the_case_says(search):
    case = search.Case(kind="topical", query="act", documents=("a", "b", "c"), least=2)
    assert (search.problem_of(case, giving(*hits("a", "d"))), search.problem_of(case, giving(*hits("a", "b")))) == (
        "1 of 2 documents",
        "",
    )


def test_what_stands_too_far_down_is_not_found(search):
    case = search.Case(kind="topical", query="act", documents=("b",), within=1)
    assert search.problem_of(case, giving(*hits("a", "b"))) == "0 of 1 documents"


def test_both_forms_have_to_find_half_of_the_same_documents(search):
    case = search.Case(kind="plural", query="act", other="acts")
    answers = {"act": hits("a", "b", "c"), "acts": hits("a", "d", "e")}
    assert search.problem_of(case, lambda text, most: answers[text]) == "33% of the documents of the other form"


def test_every_hit_of_a_phrase_has_to_hold_it(search):
    case = search.Case(kind="phrase", query='"will act"')
    answers = [*hits("a"), *hits("b", text="Acts will pass.")]
    assert search.problem_of(case, giving(*answers)) == "1 of 2 hits do not hold it"


def test_a_negative_case_fails_on_any_hit(search):
    case = search.Case(kind="negative", query="trombone")
    assert (search.problem_of(case, giving()), bool(search.problem_of(case, giving(HIT)))) == ("", True)


def test_cases_about_absent_documents_are_left_out(search):
    case = search.Case(kind="known item", query="act", documents=("nowhere",))
    assert search.verdicts_of([case], {"words": giving()}, {"a"})["known item"].count == 0


def test_failures_are_named_below_the_table(search):
    case = search.Case(kind="negative", query="trombone")
    lines = search.case_table(search.verdicts_of([case], {"words": giving(HIT)}, {"a"}))
    assert lines[-1].split() == ["negative", "trombone:", "1", "found,", "first", "in", "a,", "page", "1"]


def test_the_pool_leaves_out_what_is_judged(search):
    asked = [search.Asked("q", "who acts?", "tuning")]
    known = [judgment(search, 0, (1, 0, 10))]
    places = {"a": found(search, (1, 0, 10)), "b": found(search, (1, 0, 10), document="b")}
    pool = search.pool_of(
        asked, {"words": giving(*hits("a", "b"))}, known, lambda hit: places[hit.document_id], depth=9
    )
    assert [row["document"] for row in pool] == ["b"]


def test_the_pool_has_a_hit_of_two_methods_once(search):
    asked = [search.Asked("q", "who acts?", "tuning")]
    methods = {"words": giving(HIT), "meaning": giving(HIT)}
    assert len(search.pool_of(asked, methods, [], lambda hit: found(search, (1, 0, 10)), depth=9)) == 1


def test_judgments_of_another_file_are_left_out_and_counted(search, sample_run, tmp_path):
    path = tmp_path / "judgments.jsonl"
    path.write_text('{"question":"q","document":"nowhere","sha256":"00","spans":[[1,0,9]],"grade":1}\n', "utf-8")
    assert search.load_judgments(path, search.open_for_reading(sample_run.db)) == ([], 1)


def test_without_a_database_it_says_how_to_make_one(search, tmp_path):
    with pytest.raises(SystemExit, match=r"There is no database at .* Make one"):
        search.main(["--db", str(tmp_path / "none.db")])


def test_what_the_database_does_not_hold_is_said(search, sample_run, capsys):
    search.main(["--db", str(sample_run.db)])
    assert "the database does not hold their documents" in capsys.readouterr().out


def test_without_vectors_meaning_is_not_measured_and_it_says_so(search, monkeypatch, sample_run):
    monkeypatch.setattr("pipeline.search.engine.load_encoder", lambda name: LetterEncoder())
    monkeypatch.setattr("pipeline.search.engine.encoder_key", lambda name: "no such model")
    methods, (missing,) = search.methods_of(sample_run.db)
    assert (list(methods), missing.split(".")[0]) == (["words"], "Meaning was not measured")


def test_there_are_at_least_eighty_cases(cases):
    assert len(cases) >= 80


def test_all_six_kinds_have_ten_cases_or_more(search, cases):
    counts = Counter(case.kind for case in cases)
    assert {kind for kind in search.KINDS if counts[kind] >= 10} == set(counts)


def test_no_case_stands_twice(cases):
    assert len({case.query for case in cases}) == len(cases)


def test_no_query_is_longer_than_eight_words(cases):
    assert [case.query for case in cases if len(case.query.split()) > 8] == []


def test_every_case_says_what_has_to_hold(cases):
    says = {
        "known item": lambda case: len(case.documents) == 1,
        "topical": lambda case: 0 < case.least <= len(case.documents),
        "acronym": lambda case: case.other != "",
        "plural": lambda case: case.other != "",
        "phrase": lambda case: case.query[0] == case.query[-1] == '"',
        "negative": lambda case: case.documents == (),
    }
    assert [case.query for case in cases if not says[case.kind](case)] == []


def test_there_are_forty_questions(questions):
    assert len({question.id for question in questions}) == 40


def test_the_questions_cover_all_themes(questions):
    assert {theme for question in questions for theme in question.themes} == THEMES


def test_the_halves_follow_from_the_ids(questions):
    order = sorted(questions, key=lambda question: hashlib.sha256(question.id.encode()).hexdigest())
    assert [question.half for question in order] == ["tuning"] * 20 + ["held out"] * 20


def test_no_further_question_is_among_the_forty(questions, further):
    assert not {question.text for question in questions} & {question.text for question in further}


def test_every_question_has_judgments(asked, judgments):
    assert {row["question"] for row in judgments} == {question.id for question in asked}


def test_every_question_has_an_answer_among_its_judgments(asked, judgments):
    assert {row["question"] for row in judgments if row["grade"] >= 2} == {question.id for question in asked}


def test_judgments_hold_places_and_grades_and_no_text(judgments):
    assert {tuple(row) for row in judgments} == {("question", "document", "sha256", "spans", "grade")}


def test_grades_run_from_nought_to_three(judgments):
    assert {row["grade"] for row in judgments} == {0, 1, 2, 3}


def test_spans_are_stretches_of_pages(judgments):
    assert all(row["spans"] and all(page >= 1 and 0 <= a < b for page, a, b in row["spans"]) for row in judgments)


def test_no_place_is_judged_twice_for_one_question(judgments):
    assert len({(row["question"], row["document"], str(row["spans"])) for row in judgments}) == len(judgments)


def test_what_is_found_for_an_unanswerable_question_is_told(search):
    asked = [search.Asked("a", "puppies", "tuning"), search.Asked("b", "bread", "tuning")]
    methods = {"words": lambda text, most: [HIT] if text == "bread" else [], "meaning": giving()}
    _, row, told = search.nothing_table(asked, methods)
    assert (row.split(), told) == (["tuning", "1", "2", "0", "2"], "  words: bread: 1 found")


def test_the_unanswerable_questions_have_two_halves_of_twenty(search):
    assert Counter(one.half for one in search.load_unanswerable(search.HERE / "search_cases.toml")) == {
        "tuning": 20, "held out": 20,
    }  # fmt: skip
