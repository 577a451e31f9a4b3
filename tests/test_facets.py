"""Facets: by what means a promise is kept, how far it reaches, which norms it meets, and the words that say so."""

from __future__ import annotations

import pytest
from planting import plant_document, plant_mention, plant_promise
from writing import quiet

from pipeline.errors import ManifestError
from pipeline.facets import Named, Promise, instruments_of, load_facets, run, scope_of_issuer, scopes_of
from pipeline.guidelines import load_guidelines
from pipeline.issuers import load_issuers
from pipeline.settings import Settings
from pipeline.store import rows, table

VALUES = load_facets()
INSTRUMENTS, SCOPES = VALUES["instrument"], VALUES["scope"]


def promise(quote, *, action="", target="", money="", lead_in=""):
    return Promise("p", quote, lead_in, action, target, money)


def instruments(quote, action, target, money=""):
    return [(one.value, one.cue) for one in instruments_of(promise(quote, action=action, target=target, money=money), INSTRUMENTS)]  # fmt: skip


def scopes(quote, *named, lead_in="", default="domestic"):
    return [one.value for one in scopes_of(promise(quote, lead_in=lead_in), named, SCOPES, default)]


@pytest.mark.parametrize(
    ("action", "target", "value"),
    [
        ("enact", "a law on data breaches", "law"), ("establishing", "a national response team", "body"),
        ("launch", "a programme of scholarships", "programme"), ("allocate", "the means", "money"),
        ("adopt", "minimum standards for banks", "standard"), ("ratify", "what was agreed", "agreement"),
        ("hold", "exercises with operators", "exercise"), ("publish", "an annual report on threats", "report"),
        ("run", "campaigns for parents", "campaign"),
    ],
)  # fmt: skip
def test_the_object_or_the_verb_says_by_what_means(action, target, value):
    assert instruments(f"We will {action} {target}.", action, target)[0][0] == value


@pytest.mark.parametrize(
    ("action", "target"),
    [
        ("strengthen", "law enforcement"), ("train", "judges"), ("protect", "networks"), ("inform", "agencies of threats"),
        ("help", "firms to comply with the standards"), ("improve", "the agency's networks"), ("increase", "agency staff"),
    ],
)  # fmt: skip
def test_what_is_merely_named_is_no_means(action, target):
    found = {value for value, _ in instruments(f"We will {action} {target}.", action, target)}
    assert found <= {"programme"}


def test_a_means_behind_through_counts():
    assert instruments("We will test our defences through exercises.", "test", "our defences") == [
        ("exercise", "exercises")
    ]


def test_the_last_word_of_a_compound_is_the_main_one():
    found = instruments("We will create an exercise programme.", "create", "an exercise programme")
    assert [value for value, _ in found] == ["programme", "exercise"]


def test_of_two_things_the_first_is_the_main_one():
    found = instruments("We will publish a report and a law.", "publish", "a report and a law")
    assert [value for value, _ in found] == ["report", "law"]


def test_a_sum_is_a_means():
    assert instruments("We will give $5 million.", "give", "", "$5 million") == [("money", "$5 million")]


def test_a_value_that_is_found_twice_keeps_its_first_place():
    found = instruments("We will invest $5 million in training.", "invest", "training", "$5 million")
    assert found[0] == ("money", "invest")


def test_a_promise_that_reaches_out_to_nobody_is_domestic():
    assert scopes("We will protect our networks.") == ["domestic"]


def test_a_promise_to_work_with_the_world_is_global():
    assert scopes("We will deepen international cooperation.") == ["global"]


def test_an_international_standard_is_taken_over_at_home():
    assert scopes("We will adopt international standards.") == ["domestic"]


def test_the_widest_scope_comes_first():
    assert scopes("We will work in bilateral, regional and global forums, and with other countries.") == [
        "global", "regional", "bilateral",
    ]  # fmt: skip


def test_a_state_that_is_named_as_a_partner_is_bilateral():
    assert scopes("We will work with Belmora.", Named("XBB", "state", "Belmora", is_partner=True)) == ["bilateral"]


def test_a_state_that_is_named_in_passing_says_nothing():
    assert scopes("As in Belmora, we will act.", Named("XBB", "state", "Belmora", is_partner=False)) == ["domestic"]


@pytest.mark.parametrize(("code", "scope"), [("EUU", "regional"), ("UN", "global")])
def test_a_group_that_is_named_as_a_partner_has_its_scope(code, scope):
    assert scopes("We will act.", Named(code, "group", code, is_partner=True)) == [scope]


def test_a_lead_in_counts_when_it_opens_a_list():
    assert scopes("share reports", lead_in="With other countries we will:") == ["global"]
    assert scopes("share reports", lead_in="Other countries") == ["domestic"]


@pytest.mark.parametrize(
    ("code", "kind", "scope"),
    [("XAA", "state", "domestic"), ("XAA-XBB", "joint", "bilateral"), ("NATO", "group", "regional"), ("G7", "group", "global")],
)  # fmt: skip
def test_where_nothing_says_otherwise_a_promise_reaches_as_far_as_its_issuers(code, kind, scope):
    assert scope_of_issuer(code, kind, SCOPES) == scope


def test_every_group_of_a_scope_is_known():
    known = load_issuers(Settings().corpus)
    assert [code for one in SCOPES for code in one.groups if code not in known] == []


def test_no_group_has_two_scopes():
    listed = [code for one in SCOPES for code in one.groups]
    assert len(listed) == len(set(listed))


def test_the_nine_instruments_and_four_scopes_have_a_label_and_a_meaning():
    assert [len(INSTRUMENTS), len(SCOPES)] == [9, 4]
    assert all(one.label and one.meaning.endswith(".") for one in (*INSTRUMENTS, *SCOPES))


def test_an_unknown_key_is_refused(tmp_path):
    path = tmp_path / "facets.toml"
    path.write_text('[[instrument]]\nvalue = "a"\nlabel = "A"\nmeaning = "A."\nwordz = []\n[[scope]]\n', "utf-8")
    with pytest.raises(ManifestError, match="unknown key 'wordz'"):
        load_facets(path)


def test_a_facet_that_is_left_out_is_refused(tmp_path):
    path = tmp_path / "facets.toml"
    path.write_text('[[instrument]]\nvalue = "a"\nlabel = "A"\nmeaning = "A."\n', "utf-8")
    with pytest.raises(ManifestError, match="cannot be used"):
        load_facets(path)


@pytest.fixture
def planted(db):
    """A database with a promise that works with the European Union through exercises and meets a norm."""
    document = plant_document(db, "a")
    name = plant_promise(db, document, "We will hold exercises.", action="hold")
    guideline = next(one for one in load_guidelines(Settings().corpus) if one.id == "un-norms")
    table(db, "guidelines").insert({"id": guideline.id, "title": "t", "source": "s", "year": 2015})
    for place, code in enumerate("ad"):
        table(db, "guideline_elements").insert(
            {"id": f"un-norms/{code}", "guideline_id": "un-norms", "code": code, "title": f"Norm {code}", "position": place}
        )  # fmt: skip
        table(db, "guideline_quotes").insert(
            {"id": code, "element_id": f"un-norms/{code}", "document_id": document, "commitment_id": name, "likeness": 0.6 + place / 10}
        )  # fmt: skip
    return db, name


def test_a_run_writes_all_values_and_the_main_ones_beside_the_promise(planted):
    db, name = planted
    run(db, Settings(), quiet)
    assert rows(db, "select norm, instrument, scope from commitments where id = ?", [name]) == [
        {"norm": "d", "instrument": "exercise", "scope": "domestic"}
    ]
    found = rows(db, "select facet, value, cue, is_main from facets order by facet, is_main desc")
    assert [tuple(row.values()) for row in found] == [
        ("instrument", "exercise", "exercises", 1), ("norm", "d", "Norm d", 1), ("norm", "a", "Norm a", 0),
        ("scope", "domestic", "", 1),
    ]  # fmt: skip


def test_a_second_run_does_nothing(planted):
    db, _ = planted
    run(db, Settings(), quiet)
    assert run(db, Settings(), quiet).done == 0


def test_a_name_in_the_promise_says_how_far_it_reaches_and_one_outside_does_not(db):
    document = plant_document(db, "a")
    quotes = ("We will exchange reports with Belmora.", "We will exchange reports.")
    ids = [plant_promise(db, document, quote, action="exchange") for quote in quotes]
    plant_mention(db, document, "Belmora is near.", "Belmora", issuer="XBB", role="partner")
    passage = rows(db, "select passage_id from commitments where id = ?", [ids[0]])[0]["passage_id"]
    start = quotes[0].index("Belmora")
    table(db, "mentions").insert(
        {"id": "m", "issuer_id": "XBB", "document_id": document, "passage_id": passage, "page": 1, "text": "Belmora",
         "quote": quotes[0], "role": "mention", "start": start, "end": start + 7}
    )  # fmt: skip
    run(db, Settings(), quiet)
    found = {row["id"]: row["scope"] for row in rows(db, "select id, scope from commitments")}
    assert [found[one] for one in ids] == ["bilateral", "domestic"]


def test_a_signatory_that_its_own_text_names_is_no_partner(db):
    document = plant_document(db, "a", issuer="XAA-XBB")
    table(db, "issuers").update("XAA-XBB", {"kind": "group"})
    name = plant_promise(db, document, "We will work with Belmora.")
    passage = rows(db, "select passage_id from commitments where id = ?", [name])[0]["passage_id"]
    table(db, "mentions").insert(
        {"id": "m", "issuer_id": "XBB", "document_id": document, "passage_id": passage, "page": 1, "text": "Belmora",
         "quote": "We will work with Belmora.", "role": "partner", "start": 18, "end": 25}
    )  # fmt: skip
    run(db, Settings(), quiet)
    assert rows(db, "select scope from commitments where id = ?", [name]) == [{"scope": "global"}]
