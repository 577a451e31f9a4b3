"""Sentences: where they begin and end in texts of policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.text import plain_page
from pipeline.records import Passage, Segment
from pipeline.segmenting.sentences import lost_stops, sentences_of, splitter, with_sentences
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def english():
    """The splitter for English."""
    return splitter(Settings().english)


@pytest.fixture(scope="module")
def french():
    """The splitter for French."""
    return splitter(Settings().french, "fr")


@pytest.fixture(scope="module")
def any_language():
    """The splitter for all other languages, by punctuation."""
    return splitter()


def split(text, nlp):
    """The sentences of `text`."""
    return [text[start:end] for start, end in sentences_of(text, nlp)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["We will act.", "We will help."],
        ["Shall we act?", "We will!"],
        ["It is “safe.”", "We will keep it so."],
        ["The state (see Art. 5) will act.", "It will help."],
        ["The U.S. Government and the E.U. Commission will act."],
        ["Dr. Smith and Mr. Jones lead the centre."],
        ["We spend approx. 5 million, e.g. on staff."],
        ["We met in Washington, D.C.", "The ministers agreed."],
        ["Growth was 2.5 per cent.", "In 2018 it was 3."],
        ["We will: protect networks; train people."],
        ["In No. 12 of the plan we promise this."],
        ["Networks, data, etc.", "We will protect them."],
    ],
)
def test_english_is_split_at_its_sentences(sentences, english):
    assert split(" ".join(sentences), english) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["It says: “We act.”", "The ministers agree."],
        ["It begins at 5 p.m.”", "The state agrees."],
        ["Stop.", "Go.", "Act.", "Help."],
    ],
)
def test_a_stop_before_a_capital_parts_sentences_where_the_statistics_do_not(sentences, english):
    assert split(" ".join(sentences), english) == sentences


@pytest.mark.parametrize("text", ["We will protect our networks", "protect networks;", "§ 5"])
def test_a_text_without_a_stop_is_one_sentence(text, english):
    assert split(text, english) == [text]


def test_an_empty_text_has_no_sentence(english):
    assert split("", english) == []


def test_another_language_is_split_by_its_punctuation(any_language):
    assert split("O Estado agirá. Ele ajudará.", any_language) == ["O Estado agirá.", "Ele ajudará."]


IN_FRENCH = [
    ["L'État agira.", "Il aidera les communes."],
    ["Les réseaux, les données, etc.", "Nous les protégerons."],
    ["L'art. L. 2321-1 du code de la défense s'applique.", "L'ANSSI décide."],
    ["Selon l'al. 2 de l'art. 5, la loi s'applique.", "Elle oblige."],
    ["Selon le chap. II de la loi, l'État agit.", "Il contrôle."],
    ["Les mesures sont conformes à l'état de l'art.", "Les opérateurs les appliquent."],
    ["Nous luttons contre le vol.", "Les victimes sont aidées."],
    ["MM. Dupont et Durand agissent.", "Mme. Parly aussi."],
    ["Le dr. Martin et le Pr. Durand dirigent le centre.", "Ils agissent."],
    ["Nous aidons les PME, p. ex. Orange et ses filiales.", "Elles sont prêtes."],
    ["Le budget est d'env. 300 M€.", "Il croît."],
    ["Le n° 12 du plan et le no. 5 promettent cela.", "Fin."],
    ["Av. J.-C. Rome n'avait pas de réseau."],
    ["Le siège de l'O.N.U. est à New York.", "Le Conseil agit."],
    ["Il a dit : « Nous agirons. »", "Les ministres approuvent."],
    ["Le ministre l'a promis.", "« Nous agirons », a-t-il dit."],
    ["Nous y veillerons !", "Comment ?", "Par la loi."],
    ["a. Étude d’opportunité b. Étude de faisabilité c. Étude d’aménagement"],
    ["En 2018, l'ANSSI a traité 3 cas.", "5 étaient graves."],
]


@pytest.mark.parametrize("sentences", IN_FRENCH)
def test_french_is_split_at_its_sentences(sentences, french):
    assert split(" ".join(sentences), french) == sentences


@pytest.mark.parametrize("sentences", IN_FRENCH)
def test_french_is_split_at_its_sentences_without_its_pipeline(sentences):
    assert split(" ".join(sentences), splitter("", "fr")) == sentences


def test_behind_initials_the_french_pipeline_decides(french):
    sentences = ["Le projet est à l'étude à l'O.N.U.", "Nous le soutenons."]
    assert split(" ".join(sentences), french) == sentences


PIECES = [
    "We",
    "will",
    "act",
    ".",
    "!",
    "?",
    ":",
    "“",
    "”",
    "(",
    ")",
    "U.S.",
    "No.",
    "etc.",
    "…",
    "5",
    "2.5",
    "état",
    "M.",
    "«",
    "»",
    "|",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).flatmap(
    lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces), "  ".join(pieces)])
)


@pytest.mark.parametrize("name", ["english", "french", "any_language"])
@given(text=TEXTS)
def test_splitting_loses_no_word(name, text, english, french, any_language):
    nlp = {"english": english, "french": french, "any_language": any_language}[name]
    assert "".join("".join(split(text, nlp)).split()) == "".join(text.split())


@given(text=TEXTS)
def test_sentences_lie_in_order_inside_their_text(text, english):
    spans = sentences_of(text, english)
    places = [place for span in spans for place in span]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(text=TEXTS)
def test_no_sentence_begins_or_ends_with_a_space(text, english):
    assert [one for one in split(text, english) if one != one.strip()] == []


def test_each_passage_is_split_by_the_splitter_of_its_language(english, any_language):
    text = "We saw Dr. Smith."
    passages = [
        Passage("paragraph", text, (Segment(0, 17, 1, 0, 17),), language=language) for language in ("en", "fr", "")
    ]
    found = with_sentences(passages, {"en": english, "": any_language})
    assert [passage.sentences for passage in found] == [((0, 17),), *[sentences_of(text, any_language)] * 2]


def test_each_cell_of_a_row_is_a_sentence(english, any_language):
    row = Passage("table_row", "Act. Help. | Ministry", (), cells=(("Action", 0, 10), ("Owner", 13, 21)))
    (found,) = with_sentences([row], {"en": english, "": any_language})
    assert found.sentences == ((0, 10), (13, 21))


LOST = "We act at home  We help others  The state pays for all of it "


def lost(count):
    """A page whose text lost its stops, as often as is said."""
    return plain_page(1, "\n\n".join([LOST] * count))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (lost(10), True),
        (lost(2), False),
        (plain_page(1, f"{lost(10).text}\n\n" + "We act. We help. " * 20), False),
        (plain_page(1, f"{lost(10).text}\n\n" + "words  are  set  far  apart " * 10), False),
    ],
)
def test_a_text_shows_whether_it_lost_its_stops(page, expected):
    assert lost_stops([page]) is expected


def test_two_blanks_and_a_capital_end_a_sentence_where_the_stops_are_lost(any_language):
    page = lost(10)
    passage = Passage(
        "paragraph", LOST.replace("  ", " ").strip(), (Segment(0, len(LOST) - 3, 1, 0, len(LOST) - 1),), language="en"
    )
    (found,) = with_sentences([passage], {"en": any_language, "": any_language}, [page])
    assert [found.text[start:end] for start, end in found.sentences] == [
        "We act at home", "We help others", "The state pays for all of it",
    ]  # fmt: skip


def test_a_source_is_one_sentence(any_language):
    passage = Passage("reference", "Ministry of Trade. A Plan. Port, 2011.", (), language="en")
    (found,) = with_sentences([passage], {"en": any_language, "": any_language})
    assert found.sentences == ((0, len(passage.text)),)
