"""Comparing: what a cell says, the four kinds of nought, and which texts count for whom."""

from __future__ import annotations

import pytest
from planting import plant_document, plant_mention, plant_passage, plant_promise, plant_vectors

from pipeline.comparing import FINDINGS, compare, issuers_with_documents, own_documents, quotes_of_cell, silences
from pipeline.comparisons import run
from pipeline.coverage import ALL_DOCUMENTS, Choice, cells, documents_of
from pipeline.errors import ConcordError
from pipeline.settings import Settings
from pipeline.store import rows, table

FORMULA = "We will not support any activity that damages the critical infrastructure of another state."
QUIET = lambda *_: None  # noqa: E731  # what a stage reports goes nowhere


def a_cell(db, issuer, theme, choice=ALL_DOCUMENTS):
    return cells(db, [issuer], choice=choice)[issuer, theme]


@pytest.fixture
def planted(db):
    """Arvenia promises on two themes, speaks of a third; Belmora signs a joint text with it."""
    plant_document(db, "xaa-2016", issuer="XAA", year=2016)
    plant_promise(db, "xaa-2016", "We will train judges.", themes=("CAP",), bindingness=3)
    plant_promise(db, "xaa-2016", "We will train police abroad.", themes=("CAP", "CRIME"), bindingness=4)
    plant_passage(db, "xaa-2016", "Privacy matters.", themes=("RTS",))
    plant_document(db, "both-2019", issuer="XAA-XBB", year=2019)
    plant_promise(db, "both-2019", "We will share warnings.", themes=("INC",), bindingness=2)
    return db


def test_a_theme_with_promises_is_committed(planted):
    cell = a_cell(planted, "XAA", "CAP")
    assert (cell.finding, cell.commitments, cell.documents, cell.bindingness, cell.latest_year) == (
        "committed", 2, 1, 4, 2016,
    )  # fmt: skip


def test_a_theme_of_which_a_text_speaks_without_a_promise_is_mentioned(planted):
    assert a_cell(planted, "XAA", "RTS").finding == "mentioned"


def test_a_theme_of_which_no_text_speaks_is_absent(planted):
    assert a_cell(planted, "XAA", "DEF").finding == "absent"


@pytest.mark.parametrize("why", [{"status": "not read"}, {"is_covered": 0}, {"status": "waiting"}])
def test_an_issuer_whose_only_text_could_not_be_read_is_not_read(db, why):
    plant_document(db, "one", issuer="XCC", **why)
    assert a_cell(db, "XCC", "DEF").finding == "not read"


def test_an_issuer_without_a_text_up_to_the_year_has_no_document(planted):
    assert a_cell(planted, "XAA", "CAP", Choice(at=2015)).finding == "no document"


def test_a_text_that_was_not_read_does_not_hide_that_another_is_silent(db):
    plant_document(db, "read", issuer="XCC")
    plant_document(db, "not-read", issuer="XCC", status="not read")
    assert a_cell(db, "XCC", "DEF").finding == "absent"


def test_a_passage_of_a_text_in_another_language_is_no_mention(db):
    plant_document(db, "one", issuer="XCC")
    plant_document(db, "two", issuer="XCC", is_covered=0)
    plant_passage(db, "two", "La d\u00e9fense", themes=("DEF",))
    assert a_cell(db, "XCC", "DEF").finding == "absent"


def test_every_finding_has_its_words():
    assert list(FINDINGS) == ["committed", "mentioned", "absent", "not read", "no document"]


def test_the_share_of_promises_is_counted_in_a_thousand_sentences(planted):
    assert a_cell(planted, "XAA", "CAP").per_thousand == 500.0  # two of the four sentences of its two texts


def test_a_joint_text_counts_for_each_signatory(planted):
    for code in ("XAA", "XBB", "XAA-XBB"):
        assert [quote.quote for quote in quotes_of_cell(planted, code, "INC")] == ["We will share warnings."]


def test_a_text_of_a_group_counts_for_the_group_alone(db):
    plant_document(db, "one", issuer="XAA")
    plant_document(db, "declaration", issuer="XMG")
    db["memberships"].insert({"group_id": "XMG", "member_id": "XAA", "from_on": "", "to_on": ""})
    db.execute("update issuers set kind = 'group' where id = 'XMG'")
    assert [document["id"] for document in own_documents(db, "XAA")] == ["one"]


def test_a_joint_text_is_among_the_documents_of_each_who_is_asked_for(planted):
    found = documents_of(planted, ["XBB", "XAA-XBB", "XAA", "XZZ"])
    assert {code: {one["id"] for one in listed} for code, listed in found.items()} == {
        "XBB": {"both-2019"}, "XAA-XBB": {"both-2019"}, "XAA": {"xaa-2016", "both-2019"}, "XZZ": set(),
    }  # fmt: skip


def test_who_was_a_member_twice_has_each_document_once(planted):
    first = rows(planted, "select * from memberships where member_id = 'XAA'")[0]
    table(planted, "memberships").insert({**first, "from_on": "2000"})
    assert len(own_documents(planted, "XAA")) == 2


def test_signatories_of_a_joint_text_have_documents(planted):
    assert issuers_with_documents(planted) == ["XAA", "XAA-XBB", "XBB"]


def test_at_leaves_out_what_came_later(planted):
    assert [document["id"] for document in own_documents(planted, "XAA", Choice(at=2016))] == ["xaa-2016"]


def test_from_leaves_out_what_came_before(planted):
    assert [document["id"] for document in own_documents(planted, "XAA", Choice(since=2017))] == ["both-2019"]


def test_kinds_leave_out_what_is_of_another(planted):
    table(planted, "documents").update("both-2019", {"kind_id": "joint_statement"})
    found = {kind: own_documents(planted, "XAA", Choice((kind,))) for kind in ("joint_statement", "national_strategy")}
    assert {kind: [one["id"] for one in listed] for kind, listed in found.items()} == {
        "joint_statement": ["both-2019"], "national_strategy": ["xaa-2016"],
    }  # fmt: skip
    assert own_documents(planted, "XAA", Choice(("joint_statement",), at=2018)) == []


@pytest.mark.parametrize("choice", [Choice(at=2030), Choice(since=1990)])
def test_years_leave_out_what_has_none(db, choice):
    plant_document(db, "undated", year=None)
    assert own_documents(db, "XAA", choice) == []


def test_the_four_kinds_of_nought_are_those_of_the_documents_that_count(planted):
    plant_document(planted, "xaa-2021", issuer="XAA", year=2021, kind="un_submission", status="not read")
    found = {
        choice: (a_cell(planted, "XAA", "CAP", choice).finding, a_cell(planted, "XAA", "RTS", choice).finding)
        for choice in (Choice(), Choice(since=2017, at=2019), Choice(since=2020), Choice(("joint_statement",)))
    }
    assert list(found.values()) == [
        ("committed", "mentioned"), ("absent", "absent"), ("not read", "not read"), ("no document", "no document"),
    ]  # fmt: skip


def test_a_comparison_says_which_documents_it_counts(planted):
    choice = Choice(("national_strategy",), 2018)
    found = compare(planted, ["XAA", "XBB"], choice)
    assert (found.choice, {document["id"] for document in found.documents}) == (choice, {"both-2019"})


@pytest.mark.parametrize(
    "choice",
    [
        ALL_DOCUMENTS, Choice(at=2016), Choice(at=2020), Choice(since=2017), Choice(since=2016, at=2016),
        Choice(kinds=("national_strategy",)), Choice(kinds=("national_strategy", "joint_statement"), since=2016),
    ],
)  # fmt: skip
def test_the_number_of_a_cell_is_that_of_its_quotes(planted, choice):
    comparison = compare(planted, ["XAA", "XBB"], choice)
    numbers = {place: cell.commitments for place, cell in comparison.cells.items()}
    assert sum(numbers.values()) > 0
    assert numbers == {
        (code, theme): len(quotes_of_cell(planted, code, theme, choice=choice)) for code, theme in numbers
    }


def test_the_number_of_every_cell_of_the_sample_is_that_of_its_quotes(sample_db):
    coverage = rows(sample_db, "select issuer_id, theme_id, commitments from coverage")
    wrong = [
        row for row in coverage
        if row["commitments"] != len(quotes_of_cell(sample_db, row["issuer_id"], row["theme_id"]))
    ]  # fmt: skip
    assert coverage
    assert wrong == []


def test_the_table_of_coverage_says_what_a_comparison_says(sample_db):
    comparison = compare(sample_db, ["XAA", "XBB"])
    stored = rows(sample_db, "select issuer_id, theme_id, finding from coverage where issuer_id in ('XAA', 'XBB')")
    assert {(row["issuer_id"], row["theme_id"]): row["finding"] for row in stored} == {
        place: cell.finding for place, cell in comparison.cells.items()
    }


def test_an_issuer_that_is_not_there_is_an_error_that_names_those_who_are(planted):
    with pytest.raises(ConcordError, match=r"ZZZ is not in this database\. Its issuers are: XAA, XAA-XBB, XBB\."):
        compare(planted, ["XAA", "ZZZ"])


def test_a_comparison_of_one_theme_has_that_theme_alone(planted):
    assert [code for code, _ in compare(planted, ["XAA", "XBB"], theme="INC").themes] == ["INC"]


@pytest.fixture
def compared(db, letters):
    """Two issuers that repeat one formula, and one general promise that is like all of it."""
    plant_document(db, "xaa", issuer="XAA", year=2016)
    plant_document(db, "xbb", issuer="XBB", year=2018)
    plant_promise(db, "xaa", FORMULA, themes=("INTL",))
    plant_promise(db, "xaa", f"In peace, {FORMULA}", themes=("INTL",))
    plant_promise(db, "xbb", FORMULA, themes=("INTL",))
    plant_vectors(db, letters)
    run(db, Settings(), QUIET)
    return db


def test_counterparts_stand_in_the_order_of_the_issuers(compared):
    assert [(pair.a.issuer, pair.b.issuer) for pair in compare(compared, ["XBB", "XAA"]).counterparts] == [
        ("XBB", "XAA")
    ]


def test_a_quote_has_one_counterpart_of_a_theme_at_most_the_best(compared):
    assert [(pair.a.quote, pair.wording) for pair in compare(compared, ["XAA", "XBB"]).counterparts] == [(FORMULA, 1.0)]


def test_counterparts_of_texts_after_the_year_are_left_out(compared):
    assert compare(compared, ["XAA", "XBB"], Choice(at=2017)).counterparts == ()


def test_the_two_sides_of_a_joint_text_are_no_counterparts(db, letters):
    plant_document(db, "both", issuer="XAA-XBB")
    plant_document(db, "xbb", issuer="XBB")
    for name in ("both", "xbb"):
        plant_promise(db, name, FORMULA, themes=("INTL",))
    plant_vectors(db, letters)
    run(db, Settings(), QUIET)
    assert compare(db, ["XAA", "XBB"]).counterparts == ()


def test_who_names_whom_is_counted_with_role_and_places(planted):
    plant_mention(planted, "xaa-2016", "We work with Belmora.", "Belmora", issuer="XBB", role="partner")
    naming = compare(planted, ["XAA", "XBB"]).namings
    assert [(one.issuer, one.named, one.role, one.times, one.places) for one in naming] == [
        ("XAA", "XBB", "partner", 1, ("2016 p. 1",))
    ]


def test_a_place_where_somebody_is_named_is_the_page_as_it_is_printed(planted):
    plant_mention(planted, "xaa-2016", "We work with Belmora.", "Belmora", issuer="XBB", role="partner")
    table(planted, "pages").update("xaa-2016-p1", {"label": "iv"})
    assert compare(planted, ["XAA", "XBB"]).namings[0].places == ("2016 p. iv",)


def test_who_names_nobody_of_the_other_is_told_each_way(planted):
    plant_mention(planted, "xaa-2016", "We work with Belmora.", "Belmora", issuer="XBB", role="partner")
    plant_document(planted, "xbb-2018", issuer="XBB", year=2018)
    assert silences(compare(planted, ["XAA", "XBB"])) == [("XBB", "XAA")]


def test_nothing_is_said_of_the_silence_of_one_whose_texts_could_not_be_read(db):
    plant_document(db, "xaa")
    plant_document(db, "xbb", issuer="XBB", status="not read")
    assert silences(compare(db, ["XAA", "XBB"])) == [("XAA", "XBB")]


def test_a_third_state_that_a_joint_text_names_is_named_by_each_who_signed(db):
    plant_document(db, "both", issuer="XAA-XBB")
    plant_mention(db, "both", "We work with Corvane.", "Corvane", issuer="XCC", role="partner")
    plant_document(db, "xcc", issuer="XCC")
    found = compare(db, ["XAA", "XBB", "XCC"])
    assert [(one.issuer, one.named) for one in found.namings] == [("XAA", "XCC"), ("XBB", "XCC")]
    assert silences(found) == [("XCC", "XAA"), ("XCC", "XBB")]


def test_that_two_have_only_a_joint_text_says_nothing_of_who_of_them_names_whom(db):
    plant_document(db, "both", issuer="XAA-XBB")
    assert silences(compare(db, ["XAA", "XBB"])) == []


def test_a_quote_says_where_it_stands(planted):
    quote = quotes_of_cell(planted, "XAA", "CRIME")[0]
    assert quote.where == "Strategy xaa-2016 (2016), p. 1"
