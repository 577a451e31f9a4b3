"""Issuers: states and groups, their members by date, and the names that are added by hand."""

from __future__ import annotations

import pytest

from pipeline.errors import ManifestError
from pipeline.issuers import Issuers, Membership, load_issuers


@pytest.fixture
def issuers(tmp_path):
    """A function that loads issuers with what a corpus adds to them."""

    def load(text=""):
        (tmp_path / "issuers.toml").write_text(text, "utf-8")
        return load_issuers(tmp_path)

    return load


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Issuers:
    """The issuers that come with Concord."""
    return load_issuers(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize(("code", "name"), [("CAN", "Canada"), ("JPN", "Japan"), ("FRA", "France")])
def test_a_state_is_known_by_its_iso_code(code, name, known):
    assert (known[code].name, known[code].kind) == (name, "state")


def test_a_code_of_nobody_is_not_known(known):
    assert "XAA" not in known


def test_every_member_of_a_group_is_known(known):
    assert [m.member for issuer in known for m in issuer.members if m.member not in known] == []


@pytest.mark.parametrize(("day", "belongs"), [("1998-05-14", False), ("2013", True), ("2014-03-25", False)])
def test_russia_belonged_to_the_group_of_eight_for_some_years(day, belongs, known):
    assert ("RUS" in known.members_on("G8", day)) is belongs


def test_a_corpus_adds_an_issuer(issuers):
    found = issuers('[XAA]\nname = "Arvenia"\naliases = ["Republic of Arvenia"]\nadjectives = ["Arvenian"]\n')["XAA"]
    assert (found.name, found.kind, found.aliases, found.adjectives) == (
        "Arvenia", "state", ("Republic of Arvenia",), ("Arvenian",),
    )  # fmt: skip


def test_a_state_keeps_the_names_that_a_corpus_does_not_mention(issuers):
    found = issuers('[CAN]\nname = "Kanada"\n')["CAN"]
    assert found.name == "Kanada"
    assert "Canada" in found.aliases


@pytest.mark.parametrize("fact", ["adjectives", "not_when", "members", "kind"])
def test_what_a_corpus_does_not_say_of_a_known_issuer_stays(fact, issuers, known):
    code = "G7" if fact in ("members", "kind") else "GEO"
    assert getattr(known[code], fact) not in ((), "state")
    assert getattr(issuers(f'[{code}]\nname = "Another name"\n')[code], fact) == getattr(known[code], fact)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[XAA]\nname =", "is not valid TOML"),
        (
            "[XAA]\ncapital = 'A'\n",
            r"\[XAA\] may hold only adjectives, aliases, ambiguous, kind, members, name, not_when",
        ),
        ("XAA = 'Arvenia'\n", r"\[XAA\] may hold only"),
        ("[XAA]\nkind = 'state'\n", r"\[XAA\] needs a name"),
        ("[XAA]\nname = 'Arvenia'\nkind = 'planet'\n", r"\[XAA\] has the kind 'planet'"),
        ("[XMG]\nname = 'M'\nkind = 'group'\nmembers = [{code = 'XZZ'}]\n", "XMG has an unknown member XZZ"),
    ],
)
def test_a_file_of_issuers_that_cannot_be_used_is_refused(text, message, issuers):
    with pytest.raises(ManifestError, match=message):
        issuers(text)


def test_a_joint_issuer_is_named_by_its_members(known):
    found = known.joint(("CAN", "FRA", "JPN"))
    assert (found.code, found.name, found.kind) == ("CAN-FRA-JPN", "Canada, France and Japan", "joint")
    assert [m.member for m in found.members] == ["CAN", "FRA", "JPN"]


def test_one_signatory_is_its_own_issuer(known):
    assert known.joint(("CAN",)) is known["CAN"]


@pytest.mark.parametrize(
    ("membership", "day", "holds"),
    [
        (Membership("RUS", "1998-05-17", "2014-03-23"), "1998-05-16", False),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "1998-05-17", True),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "2014-03-23", True),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "2014-03-24", False),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "1998", True),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "1997", False),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "2014", True),
        (Membership("RUS", "1998-05-17", "2014-03-23"), "2015", False),
        (Membership("CAN", "", ""), "1900", True),
    ],
)
def test_a_membership_holds_between_its_days_inclusive(membership, day, holds):
    assert membership.covers(day) is holds


def test_members_are_those_of_the_day_and_sorted(issuers):
    found = issuers(
        "[XMG]\nname = 'M'\nkind = 'group'\n"
        "members = [{code = 'JPN', from = 2010-01-01}, {code = 'CAN', from = 2000-01-01, to = 2012-12-31}]\n"
    )
    assert [found.members_on("XMG", day) for day in ("2005", "2011", "2015")] == [("CAN",), ("CAN", "JPN"), ("JPN",)]


def test_a_state_has_no_members(known):
    assert known.members_on("CAN", "2020") == ()
