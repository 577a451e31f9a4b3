"""Coverage: what counts once, what the axes count, and which differences are no more than errors of detection."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planting import plant_document, plant_passage, plant_promise

from pipeline.coverage import (
    ALL_DOCUMENTS,
    Axis,
    Cell,
    Choice,
    Detection,
    behind,
    bounds,
    cells,
    detection,
    difference,
    findings,
    in_words,
    matrix,
    shades,
    topics,
)
from pipeline.errors import ConcordError
from pipeline.site.queries import cell
from pipeline.store import rows, table

MEASURED = Detection(0.85, 0.9, "gold")


@pytest.fixture
def planted(db):
    """Arvenia trains judges, says so twice, and speaks of schools; all under one sub-theme."""
    plant_document(db, "one", issuer="XAA", year=2016)
    first = plant_promise(db, "one", "We will train judges.", themes=("CAP",))
    again = plant_promise(db, "one", "We WILL train judges.", themes=("CAP",))
    table(db, "subthemes").insert(
        {"id": "s", "theme_id": "CAP", "label": "Judges, schools", "terms": "judges, schools", "commitments": 2}
    )
    table(db, "commitments").update(first, {"subtheme_id": "s"})
    table(db, "commitments").update(again, {"subtheme_id": "s", "restates_id": first})
    plant_document(db, "two", issuer="XBB", year=2019)
    plant_passage(db, "two", "Judges and schools matter.", themes=("CAP",))
    plant_passage(db, "two", "Judges matter.", themes=("CAP",))
    return db


@pytest.mark.parametrize(("axis", "topic"), [(Axis(), "CAP"), (Axis("subtheme", "CAP"), "s"), (Axis("year"), "2016")])
def test_what_a_document_says_twice_counts_once(planted, axis, topic):
    cell = cells(planted, ["XAA"], axis)["XAA", topic]
    assert (cell.finding, cell.commitments, cell.again) == ("committed", 1, 1)
    assert len(behind(planted, ["XAA"], topic, axis)["XAA"].commitments) == 1


def test_a_passage_with_two_terms_of_a_subtheme_speaks_of_it(planted):
    axis = Axis("subtheme", "CAP")
    assert cells(planted, ["XBB"], axis)["XBB", "s"].finding == "mentioned"
    assert len(behind(planted, ["XBB"], "s", axis)["XBB"].passages) == 1


def test_a_passage_under_another_theme_with_words_of_a_theme_speaks_of_it(planted):
    passage = plant_passage(planted, "two", "Legislation against crime.", themes=("CRIME",))
    assert cells(planted, ["XBB"])["XBB", "LAW"].finding == "absent"
    table(planted, "theme_words").insert({"passage_id": passage, "theme_id": "LAW", "words": "legislation"})
    assert cells(planted, ["XBB"])["XBB", "LAW"].finding == "mentioned"
    assert behind(planted, ["XBB"], "LAW")["XBB"].passages == {passage: "legislation"}


def test_in_a_year_too_a_theme_is_spoken_of_by_its_words(planted):
    passage = plant_passage(planted, "two", "Legislation against crime.", themes=("CRIME",))
    table(planted, "theme_words").insert({"passage_id": passage, "theme_id": "LAW", "words": "legislation"})
    assert cells(planted, ["XBB"], Axis("year", "LAW"))["XBB", "2019"].finding == "mentioned"


def test_a_passage_with_two_terms_speaks_of_a_subtheme_whatever_theme_it_is_filed_under(planted):
    plant_document(planted, "three", issuer="XCC")
    passage = plant_passage(planted, "three", "Judges of schools.", themes=("CRIME",))
    axis = Axis("subtheme", "CAP")
    assert cells(planted, ["XCC"], axis)["XCC", "s"].finding == "mentioned"
    assert behind(planted, ["XCC"], "s", axis)["XCC"].passages == {passage: "judges, schools"}


def test_of_a_subtheme_no_more_is_said_than_what_its_words_show():
    said = findings(Axis("subtheme", "CAP"))
    assert said["absent"] == "uses no two of the words that name it in one passage"
    assert said["no document"] == findings(Axis())["no document"]


def test_a_cell_without_commitments_says_which_of_its_passages_hold_one_on_something_else(planted):
    promise = plant_promise(planted, "two", "We will pass laws against crime.", themes=("CRIME",))
    passage = rows(planted, "select passage_id from commitments where id = ?", [promise])[0]["passage_id"]
    table(planted, "theme_words").insert({"passage_id": passage, "theme_id": "LAW", "words": "laws"})
    (shown,) = cell(planted, ["XBB"], "LAW", Axis(), ALL_DOCUMENTS)["sides"][0]["touching"]
    assert (shown["words"], [one["id"] for one in shown["elsewhere"]]) == ("laws", [promise])


def planted_words(db, text, words, *, theme="LAW"):
    """A promise on crime in a document of Belmora's, in a passage with words of a theme; return promise and passage."""
    promise = plant_promise(db, "two", text, themes=("CRIME",))
    passage = rows(db, "select passage_id from commitments where id = ?", [promise])[0]["passage_id"]
    table(db, "theme_words").insert({"passage_id": passage, "theme_id": theme, "words": words})
    return promise, passage


def test_a_passage_whose_words_all_stand_in_a_promise_says_so_and_stays_a_mention(planted):
    promise, passage = planted_words(planted, "We will pass laws against crime.", "laws")
    assert cells(planted, ["XBB"])["XBB", "LAW"].finding == "mentioned"
    assert behind(planted, ["XBB"], "LAW")["XBB"].promises == {passage: [promise]}
    (shown,) = cell(planted, ["XBB"], "LAW", Axis(), ALL_DOCUMENTS)["sides"][0]["touching"]
    assert (shown["promises"], shown["elsewhere"][0]["label"]) == ([promise], "Crime")


def test_a_passage_with_words_outside_its_promise_comes_before_one_that_has_none(planted):
    within = planted_words(planted, "We will pass laws against crime.", "laws")[1]
    apart = planted_words(planted, "We will fight crime.", "law")[1]
    table(planted, "passages").update(apart, {"text": "We will fight crime. The law matters."})
    found = behind(planted, ["XBB"], "LAW")["XBB"]
    assert (list(found.passages), list(found.promises)) == ([apart, within], [within])


def test_behind_a_cell_with_commitments_no_promise_is_filed_elsewhere(planted):
    planted_words(planted, "We will pass laws against crime.", "laws")
    plant_promise(planted, "two", "We will review legislation.", themes=("LAW",))
    assert behind(planted, ["XBB"], "LAW")["XBB"].promises == {}


def test_years_that_are_not_asked_for_are_not_counted_by(planted):
    assert topics(planted, Axis("year")) == [("2016", "2016"), ("2019", "2019")]
    assert topics(planted, Axis("year"), Choice(since=2017)) == [("2019", "2019")]
    assert topics(planted, Axis("year"), Choice(("un_submission",))) == []


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (ALL_DOCUMENTS, ""), (Choice(at=2016), "until 2016"), (Choice(since=2016), "from 2016 on"),
        (Choice(since=2010, at=2016), "from 2010 to 2016"), (Choice(since=2016, at=2016), "of 2016"),
        (Choice(("group_declaration", "un_submission"), at=2016), "of the kind group declaration or UN submission until 2016"),
    ],
)  # fmt: skip
def test_a_choice_of_documents_is_told_in_words(choice, words):
    assert choice.words == words
    assert findings(Axis(), choice)["no document"] == f"has no document here {words}".strip()


def test_a_kind_that_is_none_is_an_error_that_names_those_there_are():
    with pytest.raises(ConcordError, match=r"strategy is no kind of document\. The kinds are: national_strategy, "):
        Choice(("strategy",))


def test_years_that_end_before_they_begin_are_an_error_that_says_what_was_meant():
    with pytest.raises(ConcordError, match=r"No year is both 2020 or later and 2016 or earlier\..* from 2016 to 2020"):
        Choice(since=2020, at=2016)


def test_a_year_without_a_text_is_no_silence(planted):
    assert cells(planted, ["XBB"], Axis("year"))["XBB", "2016"].finding == "no document"


@pytest.fixture
def emerging(planted):
    """A theme that gathers what fits no other, in which nobody has a commitment."""
    table(planted, "themes").update("RTS", {"is_emerging": 1})
    return planted


def test_a_theme_that_gathers_what_fits_no_other_is_left_out_when_nobody_has_it(emerging):
    assert "RTS" not in dict(matrix(emerging, Axis()).topics)


def test_nobody_is_silent_on_what_fits_no_other_theme(emerging):
    plant_promise(emerging, "one", "We will charter rockets.", themes=("RTS",))
    found = matrix(emerging, Axis())
    assert "RTS" in dict(found.topics)
    assert [code for code, topic in found.cells if topic == "RTS"] == ["XAA"]


def test_an_unknown_axis_is_an_error_that_names_those_there_are(planted):
    with pytest.raises(ConcordError, match=r"Nothing can be counted by 'colour'"):
        topics(planted, Axis("colour"))


def test_subthemes_need_a_theme(planted):
    with pytest.raises(ConcordError, match="Sub-themes are those of one theme"):
        topics(planted, Axis("subtheme"))


@settings(deadline=None)  # the first call imports scipy
@given(st.integers(0, 300))
def test_a_count_lies_within_its_bounds_and_more_have_higher_ones(count):
    fewest, most = bounds(count, MEASURED)
    assert 0 <= fewest <= count <= most
    assert bounds(count + 1, MEASURED) >= (fewest, most)


def counted(*counts):
    return [
        Cell(code, "CAP", "committed" if n else "absent", n, sentences=100)
        for code, n in zip("ABC", counts, strict=False)
    ]


@pytest.mark.parametrize(
    ("counts", "said"), [((10, 12), "about as many"), ((10, 40), "most: B"), ((1, 0), "too few to tell"), ((0, 0), "")]
)
def test_a_difference_smaller_than_the_error_of_detection_is_not_one(counts, said):
    assert in_words(difference(counted(*counts), MEASURED), {}) == said


def test_an_issuer_that_could_not_be_read_is_not_compared():
    found = difference([*counted(10, 12), Cell("Z", "CAP", "not read")], MEASURED)
    assert found.of == ("A", "B")


def test_without_an_evaluation_no_difference_is_named(planted):
    assert detection(planted) is None
    assert in_words(difference(counted(1, 90), None), {}) == ""


def test_counts_of_one_shade_are_about_as_many():
    steps = shades(120, MEASURED)
    for low, high in pairwise(steps):
        assert bounds(high - 1, MEASURED)[0] <= bounds(low, MEASURED)[1]
        assert bounds(high, MEASURED)[0] > bounds(low, MEASURED)[1]
