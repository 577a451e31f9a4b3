"""Mentions: who is named, by which of its names, in which role."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict

import pytest
from conftest import SAMPLE
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ManifestError
from pipeline.finding.names import Names
from pipeline.finding.namings import ROLES, role_of
from pipeline.finding.senses import means_issuer, recogniser
from pipeline.instruments import Instrument, Instruments, load_instruments
from pipeline.issuers import Issuer, load_issuers
from pipeline.mentions import Known, find, is_later, own_codes
from pipeline.models import load_recogniser
from pipeline.records import Passage, Segment
from pipeline.settings import Settings
from pipeline.store import rows


@pytest.fixture(scope="module")
def issuers():
    return load_issuers(SAMPLE)


@pytest.fixture(scope="module")
def names(issuers):
    return Names(issuers)


@pytest.fixture(scope="module")
def instruments():
    return load_instruments(SAMPLE)


@pytest.fixture(scope="module")
def known(issuers, instruments):
    return Known(Names(issuers, instruments), issuers, instruments)


@pytest.fixture(scope="module")
def recognise():
    """spaCy's recogniser of names, as the stage loads it."""
    return recogniser(load_recogniser(Settings().english))


def named(known, *texts, published_on="", own=frozenset()):
    """(code, the words) of each mention in a document of these paragraphs."""
    passages = [(str(place), a_passage(text)) for place, text in enumerate(texts)]
    return [
        (mention.issuer or mention.instrument, passage.text[mention.start : mention.end])
        for _, passage, mention in find(known, passages, own, published_on)
    ]


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


def test_a_document_does_not_mention_its_own_issuer(known):
    assert named(known, "Arvenia and Belmora will work together.", own=frozenset({"XAA"})) == [("XBB", "Belmora")]


def test_a_joint_text_mentions_none_of_its_signatories(issuers):
    assert {"XAA", "XBB"} <= own_codes(issuers, "XAA-XBB")


def test_the_text_of_a_group_may_mention_its_members(issuers):
    assert own_codes(issuers, "XMG") == {"XMG"}


@pytest.mark.parametrize("role", ["contents", "reference"])
def test_contents_and_sources_mention_nobody(known, role):
    assert find(known, [("p", a_passage("Belmora, Ministry of the Interior", role=role))], frozenset()) == []


def test_a_text_in_a_language_that_is_not_covered_mentions_nobody(known):
    assert find(known, [("p", a_passage("Le Japon et Belmora", language="fr"))], frozenset()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We ratified the Budapest Convention.", [("BUDAPEST", "Budapest Convention")]),
        (
            "the Council of Europe Convention on Cybercrime",
            [("BUDAPEST", "Council of Europe Convention on Cybercrime")],
        ),
        ("the Convention on cybercrime of 2001", [("BUDAPEST", "Convention on cybercrime")]),
        ("the report of the GGE", [("GGE", "GGE")]),
        ("the UN Open-ended Working Group (OEWG)", [("OEWG", "UN Open-ended Working Group"), ("OEWG", "OEWG")]),
        ("the Paris Call for Trust", [("PARIS-CALL", "Paris Call")]),
        ("the NIS Directive and NATO", [("NIS", "NIS Directive"), ("NATO", "NATO")]),
        ("the Five Eyes", [("FVEY", "Five Eyes")]),
        ("the 2030 Agenda", [("AGENDA-2030", "2030 Agenda")]),
        ("the EU\u2019s strategy and the EU/NATO staff", [("EUU", "EU"), ("EUU", "EU"), ("NATO", "NATO")]),
        ("http://www.example.org/NATO", []),
    ],
)
def test_instruments_and_groups_are_found_by_all_their_names(known, text, found):
    assert named(known, text) == found


def test_the_convention_is_the_one_last_named_in_full(known):
    texts = ("It joined the Budapest Convention.", "The Convention binds it.")
    assert named(known, *texts)[-1] == ("BUDAPEST", "The Convention")


def test_another_convention_named_in_full_takes_the_place_of_the_first(known):
    texts = ("the Budapest Convention and the Convention against Corruption", "We ratified the Convention.")
    assert [code for code, _ in named(known, *texts)] == ["BUDAPEST"]


def test_the_convention_is_the_last_of_two_that_are_known(known):
    texts = ("the Budapest Convention; the UN Convention against Corruption", "We ratified the Convention.")
    assert named(known, *texts)[-1] == ("UNCAC", "the Convention")


@pytest.mark.parametrize("text", ["We ratified the Convention.", "the Lanarca Convention; the Convention binds us"])
def test_the_convention_is_nothing_where_none_that_is_known_was_named(known, text):
    assert named(known, text) == []


def test_a_document_does_not_mention_what_appeared_after_it(known):
    assert named(known, "the Paris Call and NATO", published_on="2017") == [("NATO", "NATO")]


def test_a_group_that_was_founded_after_a_document_is_not_mentioned_in_it(known):
    assert named(known, "AUKUS and NATO", published_on="2015-03") == [("NATO", "NATO")]


@pytest.mark.parametrize(
    ("since", "published_on", "later"),
    [
        ("2018-11-12", "2018-11-11", True), ("2018-11-12", "2018-11-12", False), ("2018-11-12", "2018", False),
        ("2018-11-12", "2017", True), ("2018", "2018-01-01", False), ("2018-11-12", "", False), ("", "1999", False),
    ],
)  # fmt: skip
def test_dates_are_compared_as_far_as_both_are_known(since, published_on, later):
    assert is_later(since, published_on) == later


def test_a_short_name_that_a_document_spells_out_as_something_else_is_no_mention(known):
    texts = ("We run a Cyber Watch Centre (CWC).", "The CWC works by night.")
    assert named(known, *texts) == []


def test_a_short_name_that_a_document_spells_out_in_odd_words_is_one(known):
    text = "the Organization for Cooperation and Security in Europe (OSCE)"
    assert [code for code, _ in named(known, text)] == ["OSCE", "OSCE"]


@pytest.mark.parametrize(
    ("sentence", "name", "is_meant"),
    [
        ("A drill in Macon, Georgia, showed that the guard can help.", "Georgia", False),
        ("Utilities in Florida and Georgia were attacked.", "Georgia", False),
        ("Russian forces attacked networks in Georgia in 2008.", "Georgia", True),
        ("We support Ukraine, Georgia and Moldova.", "Georgia", True),
        ("Dr. Jordan spoke to the council.", "Jordan", False),
        ("Barbara Jordan chaired the committee in Congress.", "Jordan", False),
        ("The King of Jordan welcomed the ministers of Egypt and Iraq.", "Jordan", True),
        ("Experts of FIRST met in June.", "FIRST", True),
        ("OUR FIRST PRIORITY", "FIRST", False),
        ("JOIN US NOW", "US", False),
        ("The strategy of the US is from 2018.", "US", True),
    ],
)
def test_a_name_of_two_senses_means_the_issuer_or_not(recognise, sentence, name, is_meant):
    start = sentence.index(name)
    states = [(at, at + len(one)) for one in ("Ukraine", "Moldova") if (at := sentence.find(one)) >= 0]
    assert means_issuer(sentence, start, start + len(name), recognise, states) == is_meant


def test_only_a_sentence_with_a_name_of_two_senses_is_shown_to_spacy(issuers, instruments):
    shown = []
    known = Known(Names(issuers, instruments), issuers, instruments, lambda text: shown.append(text) or ())
    named(known, "Japan met Jordan.", "France met Japan.")
    assert shown == ["Japan met Jordan."]


@pytest.mark.parametrize(
    ("text", "name", "kind", "role"),
    [
        ("We will work with Belmora on exercises.", "Belmora", "state", "partner"),
        ("Malicious activity attributed to Belmora has grown.", "Belmora", "state", "threat"),
        ("We condemn Belmora\u2019s unprovoked war against Corvane.", "Belmora", "state", "threat"),
        ("We condemn Belmora\u2019s unprovoked war against Corvane.", "Corvane", "state", "mention"),
        ("We follow the example of Belmora here.", "Belmora", "state", "model"),
        ("The scheme is modelled on that of Belmora.", "Belmora", "state", "model"),
        ("Our law complies with the EU Directive.", "EU", "group", "obligation"),
        ("Belmora has one specialist for every nine hundred.", "Belmora", "state", "mention"),
        ("We ratified the Budapest Convention in 2015.", "Budapest Convention", "treaty", "obligation"),
        ("The Paris Call is of 2018.", "Paris Call", "declaration", "mention"),
        ("We take part in the OEWG.", "OEWG", "process", "partner"),
        ("See http://example.org on cooperation with Belmora.", "Belmora", "state", "mention"),
    ],
)
def test_the_words_of_the_sentence_give_the_role(text, name, kind, role):
    start = text.index(name)
    assert role_of(text, start, start + len(name), kind) == role


@pytest.mark.parametrize(
    "text",
    [
        "That spring Belmora engaged in broad and sustained cyber attacks on its neighbour.",
        "The cyber attacks launched by Belmora in that week halted the trains.",
        "Belmora has repeatedly conducted industrial espionage.",
        "Belmora\u2019s compromise of a widely used library reached many offices.",
        "We learned from Belmora\u2019s meddling.",
        "Belmora now poses the widest, most patient, and most capable threat to our networks.",
        "Belmora remains our foremost adversary.",
        "Attacks from Belmora have grown.",
        "Belmora illegally annexed the islands.",
        "We keep our sanctions against Belmora together with our partners.",
    ],
)
def test_who_attacks_or_is_a_danger_is_a_threat(text):
    start = text.index("Belmora")
    assert role_of(text, start, start + 7) == "threat"


@pytest.mark.parametrize(
    "text",
    [
        "The attack on Belmora darkened three towns.",
        "A cyber attack against Belmora darkened three towns.",
        "Messages with malicious files reached offices in Belmora carrying malicious code.",
        "Belmora was attacked twice that year.",
        "Belmora\u2019s banks were hacked by criminals.",
        "Belmora has suffered a hostile intrusion.",
        "The worm struck Belmora and its malicious code spread.",
        "The messages aimed at Belmora\u2019s banks carried malicious code.",
    ],
)
def test_the_victim_of_an_attack_is_no_threat(text):
    start = text.index("Belmora")
    assert role_of(text, start, start + 7) == "mention"


@pytest.mark.parametrize(
    "text",
    [
        "In 1999 Belmora defined as illegal activity the copying of keys.",
        "In 1999 Belmora identified as illegal activity the copying of keys.",
        "Belmora has criminalised hacking.",
        "Belmora presents a threat assessment each year.",
        "Belmora conducts yearly cyber attack simulations.",
        "Belmora\u2019s compromise proposal was read.",
        "Belmora launched a study on espionage.",
    ],
)
def test_who_names_a_wrong_and_does_none_is_no_threat(text):
    start = text.index("Belmora")
    assert role_of(text, start, start + 7) == "mention"


@pytest.mark.parametrize(
    "text",
    [
        "The Budapest Convention has been signed by 47 states.",
        "More than 40 countries have ratified the Budapest Convention.",
        "The Budapest Convention, adopted in 2001, is open for signature.",
        "The origins of this plan go back to the Budapest Convention, which sets out offences.",
        "The ministry examines whether the country should ratify the Budapest Convention or wait.",
        "Belmora ratified the Budapest Convention.",
        "The Budapest Convention was ratified by Belmora and Corvane.",
    ],
)
def test_an_instrument_that_others_joined_or_that_is_only_weighed_is_no_obligation(text):
    start = text.index("Budapest Convention")
    assert role_of(text, start, start + 19, "treaty", ["Belmora", "Corvane"]) == "mention"


@pytest.mark.parametrize(
    "text",
    [
        "We signed the Budapest Convention, which was signed by 47 states.",
        "We and Belmora ratified the Budapest Convention.",
        "Our country will accede to the Budapest Convention.",
        "Arvenia ratified the Budapest Convention.",
        "The Budapest Convention was ratified by Parliament.",
        "Whatever comes, we implement the Budapest Convention.",
    ],
)
def test_an_instrument_that_the_issuer_joined_or_will_join_is_an_obligation(text):
    start = text.index("Budapest Convention")
    assert role_of(text, start, start + 19, "treaty", ["Belmora"]) == "obligation"


@pytest.mark.parametrize(("own", "role"), [("XAA", "mention"), ("XBB", "obligation")])
def test_what_another_ratified_binds_only_its_own_texts(known, own, role):
    passages = [("p", a_passage("In that year Belmora ratified the Budapest Convention."))]
    assert find(known, passages, frozenset({own}))[-1][2].role == role


@pytest.mark.parametrize(
    "text",
    [
        "ships in the South China Sea", "ships in the East China Sea", "ships in the East and South China Seas",
        "SHIPS IN THE SOUTH CHINA SEA", "cables in the Sea of Japan", "cables below the Gulf of Mexico",
        "the Indian Ocean", "the Gulf of Oman", "the Gulf of Panama", "the Taiwan Strait",
    ],
)  # fmt: skip
def test_a_sea_that_is_named_for_a_state_is_not_the_state(names, text):
    assert found(names, text) == []


@pytest.mark.parametrize(
    ("text", "published_on", "code"),
    [
        ("the 2001 Convention Against Cybercrime", "2012", "BUDAPEST"),
        ("the Council of Europe Convention Against Cyber Crime", "2012", "BUDAPEST"),
        ("the Council of Europe\u2019s Convention against Cybercrime", "2026", "BUDAPEST"),
        ("the Convention against Cybercrime", "2012", "BUDAPEST"),
        ("the Convention against Cybercrime", "", "BUDAPEST"),
        ("the Convention against Cybercrime", "2025-03", "UN-CYBERCRIME"),
        ("the United Nations Convention against Cybercrime", "2025-03", "UN-CYBERCRIME"),
        ("the UN Convention Against Cyber Crime", "2025-03", "UN-CYBERCRIME"),
    ],
)
def test_a_convention_against_cybercrime_is_that_of_its_time(known, text, published_on, code):
    assert [code for code, _ in named(known, text, published_on=published_on)] == [code]


def test_only_the_sentence_of_the_name_counts_for_its_role(known):
    text = "We thank our partners. Belmora has a plan."
    passage = Passage("paragraph", text, (Segment(0, 42, 1, 0, 42),), sentences=((0, 22), (23, len(text))))
    assert [mention.role for _, _, mention in find(known, [("p", passage)], frozenset())] == ["mention"]


@given(
    st.text(alphabet=" .,;()'\u2019AaBbelmoraCTh", max_size=80),
    st.integers(0, 40),
    st.sampled_from(["state", "group", "treaty", "process"]),
)
def test_every_name_in_every_sentence_has_one_of_the_roles(text, start, kind):
    sentence = f"{text[:start]}Belmora{text[start:]}"
    at = len(text[:start])
    assert role_of(sentence, at, at + 7, kind) in ROLES


def test_every_instrument_has_a_name_that_can_be_found(known, instruments):
    lost = [one.code for one in instruments if (one.code, one.name) not in named(known, f"See {one.name}.")]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[XX]\nname =", "is not valid TOML"),
        ("[XX]\nbody = 'A'\n", r"\[XX\] may hold only aliases, claims, kind, name, not_when, short, since"),
        ("[XX]\nkind = 'treaty'\nsince = '2001'\n", r"\[XX\] needs a name"),
        ("[XX]\nname = 'A'\nkind = 'poem'\nsince = '2001'\n", r"\[XX\] has the kind 'poem'"),
        ("[XX]\nname = 'A'\nkind = 'treaty'\n", r"\[XX\] needs since"),
        ("[XX]\nname = 'A'\nkind = 'treaty'\nsince = '2001'\nclaims = ['B']\n", r"\[XX\] needs in claims names"),
    ],
)
def test_a_file_of_instruments_that_cannot_be_used_is_refused(tmp_path, text, message):
    (tmp_path / "instruments.toml").write_text(text, "utf-8")
    with pytest.raises(ManifestError, match=message):
        load_instruments(tmp_path)


def test_an_instrument_of_the_corpus_is_known_besides_the_others(tmp_path):
    (tmp_path / "instruments.toml").write_text(
        "[XX]\nname = 'Meridian Pact'\nkind = 'treaty'\nsince = '2016'\n", "utf-8"
    )
    found = load_instruments(tmp_path)
    assert found["XX"] == Instrument("XX", "Meridian Pact", "treaty", "2016")
    assert found["BUDAPEST"].kind == "treaty"


def test_a_change_of_a_name_changes_the_hash_by_which_documents_are_read_again():
    one = Instrument("XX", "Pact", "treaty", "2016")
    other = Instrument("XX", "Pact", "treaty", "2016", aliases=("Accord",))
    assert Instruments({"XX": one}).names_hash != Instruments({"XX": other}).names_hash


def test_the_budapest_convention_is_found_in_the_sample_with_its_sentence(sample_db):
    found = rows(
        sample_db,
        "select quote, role from mentions where instrument_id = 'BUDAPEST' and document_id = 'xaa-2016-strategy'",
    )
    assert {"quote": "In 2015 Parliament ratified the Budapest Convention.", "role": "obligation"} in found


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
