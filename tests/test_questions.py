"""Questions: what somebody types is understood, and never an error."""

from __future__ import annotations

import sqlite3
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.acronyms import FILE, singular
from pipeline.search.questions import parse, unquoted, with_words
from pipeline.search.words import words_of
from pipeline.settings import bundled

LINES = tomllib.loads((bundled("corpora") / FILE).read_text("utf-8"))["same"]

TYPED = st.one_of(
    st.text(),
    st.text(alphabet="ab \"'-*^:()+{}[]OR\\.%&\u201c\u201d\u00ab\u00bb\u2019NEARAND\0\ud800", max_size=40),
)


@pytest.fixture(scope="module")
def index():
    """A full-text index as the database has it, with one text."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table texts using fts5(text, tokenize = 'porter unicode61')")
    connection.execute("insert into texts values ('We will share information between response teams.')")
    yield connection
    connection.close()


def matches(index, typed, *, every=True):
    question = parse(typed)
    query = question.fts(every=every)
    found = index.execute("select text from texts where texts match ?", [query]).fetchall() if query else []
    return any(question.is_held_by(text) for (text,) in found)


@given(typed=TYPED, every=st.booleans())
def test_nothing_that_can_be_typed_is_an_error(index, typed, every):
    query = parse(typed).fts(every=every)
    if query:
        index.execute("select 1 from texts where texts match ?", [query]).fetchall()


@given(TYPED)
def test_what_is_typed_can_be_shown_and_encoded_again(typed):
    assert parse(typed).text.encode("utf-8") is not None


@given(TYPED)
def test_a_question_without_a_word_asks_for_nothing(typed):
    question = parse(typed)
    assert bool(question.fts(every=True)) == bool(question.required)


@pytest.mark.parametrize("typed", ["", "   ", "?!", "-", '""', "-excluded", "***"])
def test_what_holds_no_word_to_look_for_asks_for_nothing(typed):
    assert parse(typed).required == ()


@pytest.mark.parametrize(
    "typed", ["share", "SHARE", "sharing", "shares information", "teams response", "share (between)"]
)
def test_all_words_in_any_order_and_with_any_ending_match(index, typed):
    assert matches(index, typed)


def test_a_word_that_is_missing_stops_the_match_of_every_word(index):
    assert not matches(index, "share zebras")


def test_some_words_match_when_not_every_one_is_asked_for(index):
    assert matches(index, "share zebras", every=False)


@pytest.mark.parametrize("typed", ['"response teams"', "\u201cresponse teams\u201d", "\u00abresponse teams\u00bb"])
def test_a_phrase_matches_in_its_order(index, typed):
    assert matches(index, typed)


def test_a_phrase_does_not_match_out_of_order(index):
    assert not matches(index, '"teams response"')


def test_an_excluded_word_stops_a_match(index):
    assert not matches(index, "share -response")


def test_an_excluded_phrase_stops_a_match(index):
    assert not matches(index, 'share -"response teams"')


@pytest.mark.parametrize("typed", ["cross-border data", '"cross border"-data', "data - border", "data -- border"])
def test_a_hyphen_that_does_not_begin_a_word_excludes_nothing(typed):
    assert parse(typed).excluded == ()


def test_or_joins_alternatives(index):
    assert matches(index, "zebras OR share")
    assert not matches(index, "zebras OR lions")


def test_or_binds_only_its_neighbours(index):
    assert not matches(index, "zebras share OR lions")


@pytest.mark.parametrize("typed", ["OR share", "share OR", "share OR OR teams", "or share"])
def test_an_or_that_joins_nothing_is_harmless(typed):
    assert ("share",) in parse(typed).terms


@pytest.mark.parametrize(
    "typed", ["NEAR(share teams)", "text:share", "share*", "share AND teams", "^share", "share NOT teams"]
)
def test_the_operators_of_the_index_are_only_words(typed):
    assert all(word.isalnum() for term in parse(typed).terms for word in term)


def test_words_that_say_nothing_are_left_out(index):
    assert matches(index, "where is it that the teams share?")


def test_words_that_say_nothing_count_when_there_are_no_others():
    assert parse("the who").telling == [(("the",),), (("who",),)]


def test_an_endless_question_is_cut():
    assert len(parse("word " * 10_000).required) <= 100


def test_a_name_in_short_is_searched_in_full_too():
    assert parse("UN norms").fts(every=True) == '(("un") OR "united nations" OR "u n") AND "norms"'


def test_a_name_in_full_is_searched_in_short_too():
    assert parse("Internet of Things").fts(every=True) == '(("internet" AND "things") OR "iot" OR "i o t")'


def test_a_name_in_the_plural_is_known():
    assert '"computer emergency response team"' in parse("CERTs").fts(every=True)


def test_a_sign_may_stand_in_a_name():
    assert parse("R&D").fts(every=True) == '(("r d") OR "research and development")'


def test_what_a_sign_joins_is_no_phrase():
    assert not parse("R&D public-private").needs_words


@pytest.mark.parametrize("text", ['"Internet of Things"', '"IoT"', "IoT OR drones"])
def test_a_phrase_and_an_alternative_have_no_other_forms(text):
    assert parse(text).named == {}


def test_a_name_in_short_may_have_full_stops():
    assert parse("U.N. norms").required == parse("UN norms").required
    assert parse("(P.P.P.)").fts(every=True) == parse("PPP").fts(every=True)
    assert parse("U.N.-led").required == ((("un",),), (("led",),))


def test_a_name_with_full_stops_that_is_not_listed_is_searched_in_both_ways():
    assert parse("Z.Q.X").fts(every=True) == '("zqx" OR "z q x")'


@pytest.mark.parametrize("typed", ["e.g. share", "share, i.e. teams"])
def test_full_stops_make_no_name_of_what_says_nothing(index, typed):
    assert matches(index, typed)


def test_full_stops_tell_a_name_from_a_word_that_says_nothing():
    assert parse("I.T. teams").fts(every=True) == '"i t" AND "teams"'


def test_the_encoder_reads_a_name_without_full_stops():
    assert parse("Z.Q.X. labels").meant == "ZQX labels"


def test_of_a_name_in_full_some_words_may_do():
    assert parse("Internet of Things").fts(every=False) == '"internet" OR "things"'


def test_the_encoder_reads_a_name_in_full():
    assert parse("IoT labels").meant == "IoT labels (internet of things)"
    assert parse("Internet of Things").meant == "Internet of Things"


def test_no_form_of_a_name_is_listed_twice():
    forms = [form for line in LINES for form in line]
    assert len({singular(words_of(form)) for form in forms}) == len(forms)


def test_other_words_take_the_place_of_what_was_typed_and_phrases_stay():
    others = {"ransomwear": "ransomware"}
    assert with_words('Ransomwear OR "ransomwear" -ransomwear', others) == 'ransomware OR "ransomwear" -ransomwear'
    assert with_words('the "ransomwear" gangs', others, quoted=True) == 'the "ransomware" gangs'


def test_another_word_can_stand_beside_what_was_typed():
    others = {"ransomwear": "ransomware"}
    text = with_words('Ransomwear, "ransomwear" -ransomwear', others, beside=True)
    assert text == 'Ransomwear, OR ransomware "ransomwear" -ransomwear'


@given(TYPED)
def test_no_other_words_leave_what_was_typed_as_it_is(typed):
    assert with_words(typed, {}) == typed


def test_the_words_of_a_question_stand_one_by_one_without_those_that_say_nothing():
    asked = parse('"rule of law" R&D 500,000 the warning OR alert -courts law')
    assert asked.words == ["rule", "law", "r-d", "500-000", "warning", "alert"]


@pytest.mark.parametrize(
    ("typed", "freed"),
    [
        ('"duty to report" incidents', "duty to report incidents"),
        ("\u201cduty to report\u201d", "duty to report"),
        ('"duty to report" -"by hand"', 'duty to report -"by hand"'),
        ("duty to report", ""),
        ('-"by hand"', ""),
    ],
)
def test_a_phrase_is_freed_of_its_quotation_marks_and_what_is_left_out_stays(typed, freed):
    assert unquoted(typed) == freed
