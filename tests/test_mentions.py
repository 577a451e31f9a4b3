"""Mentions: who is named, by which of its names, in which role."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict

import pytest
from conftest import SAMPLE
from hypothesis import given
from hypothesis import strategies as st

from pipeline.finding.names import Names
from pipeline.issuers import Issuer, load_issuers
from pipeline.mentions import find, own_codes, role_of
from pipeline.records import Mention, Passage, Segment
from pipeline.store import rows


@pytest.fixture(scope="module")
def issuers():
    return load_issuers(SAMPLE)


@pytest.fixture(scope="module")
def names(issuers):
    return Names(issuers)


def found(names, text):
    """(issuer, the words) of each mention in `text`."""
    return [(mention.issuer, text[mention.start : mention.end]) for mention in names.find(text)]


def a_passage(text, role="paragraph", language="en"):
    return Passage(
        role, text, (Segment(0, len(text), 1, 0, len(text)),), language=language, sentences=((0, len(text)),)
    )


@pytest.mark.parametrize(
    "text",
    [
        "researchers at Georgia Tech in Atlanta",
        "an exercise in Augusta, Georgia, with the National Guard",
        "the State of Georgia and the University of Georgia",
        "the island of South Georgia",
    ],
)
def test_georgia_the_us_state_is_not_the_country(names, text):
    assert "GEO" not in [issuer for issuer, _ in found(names, text)]


def test_georgia_the_country_is_found(names):
    assert found(names, "the attacks on Georgia in 2008") == [("GEO", "Georgia")]


def test_georgia_the_country_is_found_beside_the_us_state(names):
    assert found(names, "Georgia and Georgia Tech signed it.") == [("GEO", "Georgia")]


def test_a_corpus_that_adds_a_name_keeps_what_is_known_of_the_issuer(tmp_path):
    (tmp_path / "issuers.toml").write_text(
        '[GEO]\naliases = ["Sakartvelo"]\n[NATO]\naliases = ["The Alliance"]\n', "utf-8"
    )
    extended = load_issuers(tmp_path)
    assert found(Names(extended), "Sakartvelo, Georgia and Georgia Tech") == [("GEO", "Sakartvelo"), ("GEO", "Georgia")]
    assert extended["NATO"].members == load_issuers(SAMPLE)["NATO"].members != ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("talks with Papua New Guinea", [("PNG", "Papua New Guinea")]),
        ("talks with Guinea-Bissau", [("GNB", "Guinea-Bissau")]),
        ("talks with Guinea", [("GIN", "Guinea")]),
        ("the Democratic Republic of the Congo", [("COD", "Democratic Republic of the Congo")]),
        ("the United States of America", [("USA", "United States of America")]),
        ("South Sudan and Sudan", [("SSD", "South Sudan"), ("SDN", "Sudan")]),
    ],
)
def test_the_longest_name_wins(names, text, expected):
    assert found(names, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Japan's strategy", [("JPN", "Japan")]),
        ("Japan\u2019s strategy", [("JPN", "Japan")]),
        ("the Philippines' strategy", [("PHL", "Philippines")]),
        ("the Philippines\u2019 strategy", [("PHL", "Philippines")]),
        ("C\u00f4te d\u2019Ivoire and Mali", [("CIV", "C\u00f4te d\u2019Ivoire"), ("MLI", "Mali")]),
    ],
)
def test_apostrophes_of_both_kinds_are_understood(names, text, expected):
    assert found(names, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Canada-Japan dialogue", ["CAN", "JPN"]),
        ("the U.S.-India partnership", ["USA", "IND"]),
        ("the Canada\u2013Japan dialogue", ["CAN", "JPN"]),
        ("an ASEAN-led forum", ["ASEAN"]),
        ("the ROK-U.S.-Japan talks", ["KOR", "USA", "JPN"]),
        ("the Asia-Japan forum", []),
    ],
)
def test_the_parts_of_a_compound_are_names_when_it_begins_with_one(names, text, expected):
    assert [issuer for issuer, _ in found(names, text)] == expected


@pytest.mark.parametrize(
    "text", ["let us share it", "the chad of a ballot", "www.japan.example.org/Japan", "Japanology"]
)
def test_what_is_no_name_is_no_mention(names, text):
    assert found(names, text) == []


@given(st.text(alphabet=" .,'\u2019-()USEUKNJapnGeorgiTchCôted\u2019Ivr", max_size=80))
def test_mentions_lie_in_the_text_in_order_and_apart(text):
    names = Names([Issuer("USA", "US", "state"), Issuer("JPN", "Japan", "state"), Issuer("GEO", "Georgia", "state")])
    spans = [(mention.start, mention.end) for mention in names.find(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_a_document_does_not_mention_its_own_issuer(names):
    passages = [("p", a_passage("Arvenia and Belmora will work together."))]
    assert [mention.issuer for _, _, mention in find(names, passages, frozenset({"XAA"}))] == ["XBB"]


def test_a_joint_text_mentions_none_of_its_signatories(issuers):
    assert {"XAA", "XBB"} <= own_codes(issuers, "XAA-XBB")


def test_the_text_of_a_group_may_mention_its_members(issuers):
    assert own_codes(issuers, "XMG") == {"XMG"}


@pytest.mark.parametrize("role", ["contents", "reference"])
def test_contents_and_sources_mention_nobody(names, role):
    assert find(names, [("p", a_passage("Belmora, Ministry of the Interior", role=role))], frozenset()) == []


def test_a_text_in_a_language_that_is_not_covered_mentions_nobody(names):
    assert find(names, [("p", a_passage("Le Japon et Belmora", language="fr"))], frozenset()) == []


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("We will work with Belmora on exercises.", "partner"),
        ("Malicious activity attributed to Belmora has grown.", "threat"),
        ("We follow the example of Belmora here.", "model"),
        ("The scheme is modelled on that of Belmora.", "model"),
        ("Belmora has one specialist for every nine hundred.", "mention"),
    ],
)
def test_the_words_of_the_sentence_give_the_role(names, text, role):
    assert role_of(a_passage(text), next(names.find(text))) == role


def test_only_the_sentence_of_the_name_counts_for_its_role():
    text = "Attacks are growing. Belmora has a plan."
    passage = Passage("paragraph", text, (), sentences=((0, 20), (21, len(text))))
    assert role_of(passage, Mention("XBB", 21, 28)) == "mention"


def test_most_names_that_were_planted_in_the_sample_are_found(sample_db, issuers):
    """Of 65 in English texts 61 were found when this was written; an adjective ("Belmoran") is no mention."""
    english = {row["id"] for row in rows(sample_db, "select id from documents where language = 'en'")}
    named = [
        (one["document"], one["issuer"], one["sentence"])
        for one in json.loads((SAMPLE / "mentions.json").read_text("utf-8"))
        if one["issuer"] and one["document"] in english and one["name"] not in issuers[one["issuer"]].adjectives
    ]
    texts = defaultdict(str)
    for row in rows(
        sample_db,
        "select mentions.document_id, issuer_id, passages.text from mentions join passages on passages.id = passage_id",
    ):
        texts[row["document_id"], row["issuer_id"]] += row["text"] + "\n"
    hits = sum(sentence in texts[document, issuer] for document, issuer, sentence in named)
    assert hits >= 0.9 * len(named)
