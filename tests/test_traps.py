"""Traps of the coding manual, each with its pair: what is no commitment beside what is one.

The sentences are invented. Where the trained model is known to judge one wrongly, the case is marked as an
expected failure with what the model said, so that a better model shows itself by a failing test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from conftest import SAMPLE

from pipeline.commitments import About, Judge, _Bound
from pipeline.finding.detector import is_about_all
from pipeline.issuers import load_issuers
from pipeline.records import Passage, Segment
from pipeline.settings import Settings

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """Let the model compute in full: where a processor computes in halves, a close case could change sides."""
    monkeypatch.setattr("pipeline.models.computes_in_bfloat16", lambda: False)


_MANY = 1000
"""With so many processes beside it, a judge computes in one thread."""


@dataclass(frozen=True)
class Said:
    """A sentence as it stands in a document: in a role, under headings, behind a lead-in or a sentence."""

    text: str
    under: tuple[str, ...] = ()
    before: str = ""
    lead_in: str = ""
    role: str = "paragraph"
    kind: str = "national_strategy"

    def __str__(self) -> str:
        return self.text


def item(text, lead_in, under=(), **other):
    """A list item behind its lead-in."""
    return Said(text, under, lead_in=lead_in, role="list_item", **other)


def wrongly(said, confidence):
    """A sentence that the model is known to judge wrongly."""
    reason = f"the confidence of the model that it is a commitment is {confidence:.2f}"
    return pytest.param(said, marks=pytest.mark.xfail(strict=True, reason=reason))


def passages_of(said):
    """The passages that a segmenter would give for a sentence and what stands before it."""
    start = len(said.before) + 1 if said.before else 0
    text = f"{said.before} {said.text}" if said.before else said.text
    sentences = ((0, len(said.before)), (start, len(text))) if said.before else ((0, len(text)),)
    own = Passage(
        said.role, text, (Segment(0, len(text), 1, 0, len(text)),), said.under, said.lead_in, language="en",
        sentences=sentences,
    )  # fmt: skip
    above = [replace(own, role="paragraph", text=said.lead_in, sentences=((0, len(said.lead_in)),), lead_in="")]
    return [(str(number), one) for number, one in enumerate([*(above if said.lead_in else []), own])]


def judged(said, published_on="2021-03-01"):
    """What Concord says of a sentence."""
    judge = Judge(About(published_on, is_about_all(said.kind)), Settings.english, processes=_MANY)
    return judge.document(passages_of(said))[-1][1][-1]


def promise_in(said):
    """The one commitment in a sentence."""
    found = judged(said).commitments
    assert len(found) == 1
    return found[0]


def is_promise(said):
    """Whether Concord takes a sentence for a commitment."""
    return judged(said).label == "commitment"


THREATS = ("1 The situation", "Threats")
PREDICTIONS = [
    Said(
        "By the end of the decade the number of connected devices in the country will exceed forty million.",
        ("1 The situation", "A connected economy"),
        "Our economy depends more on networks with every year.",
    ),
    Said(
        "Criminal groups will keep turning to artificial intelligence to write more convincing phishing messages.",
        THREATS,
        "Fraud has become an industry.",
    ),
    Said(
        "Quantum computers will one day break much of the encryption that we rely on today.",
        ("1 The situation", "New technologies"),
    ),
    Said(
        "Demand for skilled staff will grow faster than universities can train them.",
        ("4 People",),
        "Three posts in ten stand vacant.",
    ),
    Said("Without action, attacks on hospitals will become more frequent and more costly.", THREATS),
]
UNDERTAKINGS = [
    Said(
        "By the end of the decade we will connect every public hospital to the national monitoring network.",
        ("3 What we will do", "Health care"),
        "Hospitals depend more on networks with every year.",
    ),
    Said(
        "The National Cyber Centre will publish guidance on phishing messages that are written by artificial intelligence.",
        ("3 What we will do", "Fraud"),
        "Fraud has become an industry.",
    ),
    Said(
        "The Government will move its own systems to encryption that withstands quantum computers by 2030.",
        ("3 What we will do", "New technologies"),
    ),
    Said(
        "We will pay for two thousand more university places in cyber security.",
        ("4 People",),
        "Three posts in ten stand vacant.",
    ),
    Said("The Ministry of Health will set up a team that helps hospitals to recover from attacks.", ("3 Actions",)),
]


@pytest.mark.parametrize("said", PREDICTIONS, ids=str)
def test_a_will_that_predicts_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize("said", UNDERTAKINGS, ids=str)
def test_a_will_that_undertakes_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("Given the sums that were taken, the attackers must have known the systems of the bank well.", THREATS),
        Said(
            "The true number of victims must be far higher than the figures that reach the police.",
            THREATS,
            "Few people report fraud.",
        ),
        Said("Much of this traffic must come from devices whose owners do not know that they are infected.", THREATS),
    ],
    ids=str,
)
def test_a_must_that_concludes_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "Every ministry must report a serious incident to the national response team within 24 hours.",
            ("3 Measures", "Networks of the Government"),
            "This strategy binds all ministries.",
        ),
        Said(
            "Government agencies must have a tested recovery plan in place by the end of 2023.",
            ("Action plan", "Networks of the Government"),
        ),
        Said("The Centre must publish an account of the incidents that it has dealt with every year.", ("5 Duties",)),
    ],
    ids=str,
)
def test_a_must_that_lays_a_duty_on_the_issuers_own_bodies_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("The political will of all parties made this reform possible.", ("Foreword",)),
        Said("There is a strong will among ministries to share what they know about incidents.", ("2 Where we stand",)),
        Said("Resilience depends on the will of every user to change careless habits.", ("4 People",)),
        Said("Campaigns of this kind are meant to break the will of a people to defend itself.", THREATS),
    ],
    ids=str,
)
def test_a_will_that_is_a_noun_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("The Government will put this reform before Parliament in 2022.", ("5 Laws",)),
        Said("We will set up a channel on which ministries share what they know about incidents.", ("3 Actions",)),
        Said("The Agency will run a campaign to change the careless habits of users.", ("4 People",)),
        Said("We will teach every recruit to see through campaigns of this kind.", ("6 Defence",)),
    ],
    ids=str,
)
def test_a_will_that_is_a_verb_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "With these powers the Centre will be able to see attacks on ministries as they unfold.",
            ("3 Powers",),
            "The law gives the Centre new powers.",
        ),
        Said(
            "Small firms will then be able to compare their defences with those of their peers.",
            ("4 Small firms",),
            "The tool is free of charge.",
        ),
        Said(
            "Once the law is in force, investigators will be able to secure evidence that is held abroad.",
            ("5 Laws",),
        ),
        Said("Thanks to the platform, operators will be able to warn each other within minutes.", ("3 Operators",)),
    ],
    ids=str,
)
def test_what_somebody_will_be_able_to_do_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "The Centre will watch the networks of all ministries around the clock.",
            ("3 Powers",),
            "The law gives the Centre new powers.",
        ),
        Said("We will give small firms a free tool with which they can compare their defences.", ("4 Small firms",)),
        Said("We will give investigators the power to secure evidence that is held abroad.", ("5 Laws",)),
        Said(
            "The Ministry of the Interior will build a platform on which operators warn each other.", ("3 Operators",)
        ),
    ],
    ids=str,
)
def test_what_somebody_will_do_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "Article 7 of the Meridian Convention reads: “Each Party shall adopt the measures necessary to make"
            " unlawful access to a computer system an offence.”",
            ("5 Laws", "Offences"),
        ),
        Said(
            "The Charter of the Meridian Group states that “members shall settle their disputes over cyberspace by"
            " peaceful means”.",
            ("6 The world",),
        ),
        Said(
            "“Each Party shall designate a point of contact that can be reached at any hour, seven days a week.”",
            ("5 Laws",),
            "The convention that we signed in 2014 says in its Article 35:",
        ),
        Said(
            "Under the directive, “Member States shall ensure that operators notify incidents without undue delay”.",
            ("2 Where we stand",),
        ),
    ],
    ids=str,
)
def test_the_words_of_a_treaty_are_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "We will make unlawful access to a computer system an offence, as Article 7 of the Meridian Convention"
            " demands.",
            ("5 Laws", "Offences"),
        ),
        Said("We will settle disputes over cyberspace by peaceful means, as the Charter demands.", ("6 The world",)),
        Said("Arvenia will designate a point of contact that can be reached at any hour.", ("5 Laws",)),
        Said("The Government will bring the directive into national law by May 2022.", ("5 Laws",)),
    ],
    ids=str,
)
def test_to_carry_out_a_treaty_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "Companies should keep copies of their most important records where no network reaches them.",
            ("4 Advice to business",),
        ),
        Said(
            "Operators of essential services should test their recovery plans at least once a year.", ("3 Operators",)
        ),
        Said("Every user should choose another password for each account.", ("4 People",)),
        Said("Manufacturers are urged to sell no device with a default password.", ("4 Products",)),
        Said("Software vendors need to tell their customers about flaws without delay.", ("4 Products",)),
    ],
    ids=str,
)
def test_what_others_should_do_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("We will help companies to keep copies where no network reaches them.", ("4 Advice to business",)),
        Said(
            "The Government will require operators of essential services by law to test their recovery plans every"
            " year.",
            ("3 Operators",),
        ),
        Said("The Government will run a campaign on safe passwords every year.", ("4 People",)),
        Said("We will ban the sale of devices with a default password.", ("4 Products",)),
        Said("We will agree with software vendors on rules for telling customers about flaws.", ("4 Products",)),
    ],
    ids=str,
)
def test_what_the_issuer_will_do_about_others_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("In 2016 the Government opened a national cyber security centre with a staff of eighty.", ("2 Progress",)),
        Said("Since then we have trained more than four thousand teachers in online safety.", ("2 Progress",)),
        Said(
            "Last year the response team dealt with three hundred serious incidents and took part in two exercises"
            " abroad.",
            ("2 Progress",),
        ),
        Said(
            "Arvenia has ratified the convention on cybercrime and brought its criminal law into line with it.",
            ("5 Laws",),
        ),
    ],
    ids=str,
)
def test_what_was_done_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("The Government will continue to enlarge the national cyber security centre.", ("3 Actions",)),
        Said("We will continue to train teachers in online safety.", ("4 People",)),
        Said(
            "The response team will continue to take part in exercises abroad.",
            ("6 The world",),
            "Last year it took part in two.",
        ),
        Said("Arvenia will continue to bring its criminal law into line with the convention.", ("5 Laws",)),
    ],
    ids=str,
)
def test_what_will_be_continued_is_one(said):
    assert is_promise(said)


GROUP = ("Security in cyberspace",)
CONTACTS = "share information about threats between national response teams;"
STANDARDS = "develop common standards for the security of connected devices;"
REGIONAL = "set up a network of points of contact in the region;"
FUND = "the creation of a fund that helps smaller states to build their capacity;"


@pytest.mark.parametrize(
    "said",
    [
        item(CONTACTS, "We recognise how important it is to:", under=GROUP, kind="group_declaration"),
        item(STANDARDS, "We welcome the work of industry to:", under=GROUP, kind="group_declaration"),
        item(
            REGIONAL,
            "We note with interest the proposals of several members to:",
            under=GROUP,
            kind="ministerial_statement",
        ),
        item(FUND, "We welcome:", under=GROUP, kind="group_declaration"),
        item(CONTACTS, "The Government stresses the need to:", ("6 The world",)),
    ],
    ids=lambda said: f"{said.lead_in} {said.text}",
)
def test_an_item_under_a_lead_in_of_stance_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        item(CONTACTS, "We will:", under=GROUP, kind="group_declaration"),
        item(STANDARDS, "We commit to:", under=GROUP, kind="group_declaration"),
        item(REGIONAL, "In the coming year we will:", under=GROUP, kind="ministerial_statement"),
        wrongly(item(FUND, "We have decided on:", under=GROUP, kind="group_declaration"), 0.37),
        item(CONTACTS, "The Government will:", ("6 The world",)),
    ],
    ids=lambda said: f"{said.lead_in} {said.text}",
)
def test_the_same_item_under_a_lead_in_that_binds_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize("lead_in", ["We will:", "The Government will take the following steps:", "We welcome:"])
def test_a_lead_in_alone_is_no_commitment(lead_in):
    assert not is_promise(Said(lead_in, ("3 Actions",)))


@pytest.mark.parametrize(
    "said",
    [
        Said("Encryption will not protect a user who gives the key away.", ("4 People",)),
        Said("A firewall alone will not stop an attacker who has time.", THREATS),
        Said("States should not carry out operations in cyberspace against hospitals.", ("6 The world",)),
        Said("These threats will not go away by themselves.", THREATS),
    ],
    ids=str,
)
def test_a_will_not_that_predicts_or_exhorts_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said(
            "We will not carry out operations in cyberspace against the hospitals of another state.", ("6 The world",)
        ),
        Said("The Government will not ask manufacturers to weaken encryption.", ("4 Products",)),
        Said("We will refrain from using our response team for attacks on others.", ("6 The world",)),
        wrongly(
            Said(
                "Arvenia will never let its territory be used for attacks on the networks of others.", ("6 The world",)
            ),
            0.36,
        ),
        item(
            "interfere with the response teams of other states;", "We will not:", under=GROUP, kind="group_declaration"
        ),
    ],
    ids=str,
)
def test_a_promise_to_refrain_is_one_of_negative_polarity(said):
    assert promise_in(said).polarity == "negative"


@pytest.mark.parametrize(
    "said",
    [
        Said("We will protect the hospitals of our country against operations in cyberspace.", ("3 Health care",)),
        Said("We will not only train our own staff but also that of our neighbours.", ("6 The world",)),
        Said("The Government will replace all devices that do not support encryption by 2024.", ("3 Networks",)),
        Said("We will not hesitate to expel diplomats when a state attacks our networks.", ("6 The world",)),
    ],
    ids=str,
)
def test_a_promise_to_act_is_of_positive_polarity(said):
    assert {one.polarity for one in judged(said).commitments} == {"positive"}


@pytest.mark.parametrize(
    "said",
    [
        wrongly(
            Said(
                "If an operator finds an intruder, it should first cut the system off from the network.", ("4 Advice",)
            ),
            0.54,
        ),
        Said("If this trend continues, losses will double within five years.", THREATS),
        Said("Unless there are copies of its records, an attack can halt a hospital for weeks.", THREATS),
    ],
    ids=str,
)
def test_a_condition_does_not_make_a_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        (
            Said("If a neighbour asks for help, we will send a team of experts within 48 hours.", ("6 The world",)),
            "If a neighbour asks for help",
        ),
        (
            Said(
                "Subject to the approval of Parliament, the Government will set up a fund for the security of small"
                " firms.",
                ("4 Small firms",),
            ),
            "Subject to the approval of Parliament",
        ),
        (
            Said(
                "Where appropriate, the response team will publish what it has learnt from an incident.", ("3 Actions",)
            ),
            "Where appropriate",
        ),
        (
            Said(
                "We will share reports on threats with firms, provided that they keep them confidential.",
                ("4 Partnership",),
            ),
            "provided that they keep them confidential",
        ),
    ],
    ids=str,
)
def test_a_conditional_promise_is_one_with_its_condition(said, condition):
    assert promise_in(said).slot("condition").text == condition


@pytest.mark.parametrize(
    "said",
    [
        Said("Two exercises were held in 2019, and a third in the spring of last year.", ("2 Progress",)),
        Said("Many of these records are kept on servers in other countries.", ("2 Where we stand",)),
        Said("Most attacks will be carried out by machines without the help of people.", THREATS),
        wrongly(Said("Passwords should be changed as soon as a breach is known.", ("4 Advice",)), 0.53),
    ],
    ids=str,
)
def test_a_passive_that_tells_or_predicts_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("A register of all essential services will be drawn up by 2023.", ("3 Actions",)),
        Said("An exercise for all ministries will be held every year.", ("3 Actions",)),
        Said("The law on electronic communications will be revised.", ("5 Laws",)),
        Said("A national response team for hospitals shall be established.", ("3 Health care",)),
    ],
    ids=str,
)
def test_a_passive_without_agent_is_one_of_an_inferred_actor(said):
    assert promise_in(said).slot("actor").source == "inferred"


OBJECTIVES = [
    item(
        "improved detection of attacks on government networks by 2025;",
        "The objectives of this strategy are:",
        ("2 Objectives",),
    ),
    item("a trained point of contact in every municipality;", "By 2024 we aim to achieve:", ("2 Objectives",)),
    item(
        "Establishment of a national response team for the health sector",
        "The following measures will be carried out:",
        ("Action plan",),
    ),
    item("Introduction of cyber security into the curriculum of all schools", "Planned actions:", ("Action plan",)),
]


@pytest.mark.parametrize("said", OBJECTIVES, ids=str)
def test_an_objective_in_noun_form_in_a_declared_list_is_one(said):
    assert is_promise(said)


@pytest.mark.parametrize("said", OBJECTIVES, ids=str)
def test_the_same_words_as_a_heading_are_not_judged(said):
    judge = Judge(About("2021", is_about_all=False), Settings.english, processes=_MANY)
    assert judge.document(passages_of(replace(said, role="heading", lead_in=""))) == []


@pytest.mark.parametrize(
    "said",
    [
        item("theft of personal records from public registers;", "The most serious threats are:", THREATS),
        item("the loss of trust in electronic services;", "Such an incident may lead to:", THREATS),
        item("a response team for the armed forces since 2012;", "Arvenia already has:", ("2 Progress",)),
    ],
    ids=str,
)
def test_a_noun_phrase_in_another_list_is_no_commitment(said):
    assert not is_promise(said)


@pytest.mark.parametrize(
    "said",
    [
        Said("“Cyber incident” shall mean any event that harms the security of a network.", ("Annex", "Definitions")),
        Said(
            "For the purposes of this strategy, essential services are those whose failure would endanger lives.",
            ("1 Scope",),
        ),
    ],
    ids=str,
)
def test_a_definition_is_no_commitment(said):
    assert not is_promise(said)


@pytest.fixture(scope="module")
def bound():
    """Says whom a commitment of a joint text of Arvenia and Belmora binds."""
    return _Bound(load_issuers(SAMPLE), "XAA-XBB")


def joint(text):
    """A sentence of a joint statement."""
    return Said(text, ("Cooperation on cyber security",), kind="joint_statement")


@pytest.mark.parametrize(
    ("said", "issuer"),
    [
        (joint("Arvenia will host the next round of consultations on cyber security in 2022."), "XAA"),
        (joint("The Kingdom of Belmora will open its training centre to experts from Arvenia."), "XBB"),
        (joint("A course on digital evidence will be held by Belmora in the autumn."), "XBB"),
        (joint("Belmora intends to ratify the convention on cybercrime by the end of 2022."), "XBB"),
    ],
    ids=str,
)
def test_a_promise_that_names_one_signatory_of_a_joint_text_binds_that_one(bound, said, issuer):
    assert bound.issuer_of(promise_in(said)) == issuer


@pytest.mark.parametrize(
    "said",
    [
        joint("We will hold a joint exercise of our response teams every year."),
        joint("Arvenia and Belmora will set up a hotline between their response teams."),
        joint("Both sides will share information about attacks on their energy networks."),
        joint("A working group on the security of submarine cables will be established."),
    ],
    ids=str,
)
def test_a_promise_of_all_signatories_binds_all(bound, said):
    assert bound.issuer_of(promise_in(said)) == "XAA-XBB"


@pytest.mark.parametrize(
    "said",
    [
        joint("Belmora presented its new strategy, and Arvenia reported on the reform of its agency."),
        joint("Arvenia thanked Belmora for its help after the attack on the port authority."),
    ],
    ids=str,
)
def test_what_one_signatory_of_a_joint_text_has_said_is_no_commitment(said):
    assert not is_promise(said)


def test_a_text_of_one_issuer_binds_that_one_whomever_it_names():
    said = Said("Belmora will host the next meeting of our response teams.", ("6 The world",))
    assert _Bound(load_issuers(SAMPLE), "XAA").issuer_of(promise_in(said)) == "XAA"
