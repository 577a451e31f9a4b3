"""The catalogue: which real document a file is."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from pipeline.catalogue import Listing, load_catalogue, match
from pipeline.issuers import load_issuers
from pipeline.manifest import UNKNOWN, faults_of
from pipeline.records import Entry

CANADA = Entry(
    "can-2018-strategy", "", "Canada's National Cyber Security Strategy", ("CAN",), "national_strategy", "2018-06",
    "en", source_url="https://example.org/can",
)  # fmt: skip
FRENCH = replace(CANADA, id="can-2018-strategie", language="fr")
JAPAN = replace(
    CANADA,
    id="jpn-2018-strategy",
    title="Cybersecurity Strategy",
    issuers=("JPN",),
    source_url="https://example.org/jpn",
)
LISTINGS = [Listing(entry, False) for entry in (CANADA, FRENCH, JAPAN)]


def unknown(**known):
    """An entry that has an id of its own and knows of itself what is given."""
    return replace(Entry("mine", "a.pdf", "?", ("CAN",), "?"), **known)


def test_the_address_decides():
    assert (
        match(unknown(title="Other words", issuers=("XAA",), source_url="https://example.org/jpn"), LISTINGS) == JAPAN
    )


@pytest.mark.parametrize(("language", "expected"), [("en", CANADA), ("fr", FRENCH), ("de", CANADA)])
def test_the_language_decides_where_one_address_has_several_texts(language, expected):
    assert match(unknown(source_url="https://example.org/can", language=language), LISTINGS) == expected


def test_an_unknown_address_is_no_match_whatever_the_title_says():
    assert match(unknown(title=CANADA.title, published_on="2018", source_url="https://example.org/x"), LISTINGS) is None


def test_without_an_address_issuer_year_and_title_decide():
    assert (
        match(unknown(title="The Cybersecurity Strategy", issuers=("JPN",), published_on="2018-07-27"), LISTINGS)
        == JAPAN
    )


@pytest.mark.parametrize(
    "changed", [{"issuers": ("USA",)}, {"published_on": "2019"}, {"published_on": ""}, {"title": "Defence White Paper"}]
)
def test_without_an_address_each_of_the_three_has_to_agree(changed):
    entry = unknown(**{"title": "Cybersecurity Strategy", "issuers": ("JPN",), "published_on": "2018", **changed})
    assert match(entry, LISTINGS) is None


def test_the_title_that_is_most_alike_wins():
    other = replace(CANADA, id="can-2018-action-plan", title="National Cyber Security Action Plan")
    entry = unknown(title="National Cyber Security Action Plan 2018", published_on="2018")
    assert match(entry, [*LISTINGS, Listing(other, False)]) == other


def test_every_entry_of_the_catalogue_can_be_used():
    faults = [fault for listing in load_catalogue() for fault in faults_of(replace(listing.entry, path="a.pdf"))]
    assert faults == []


def test_no_two_entries_of_the_catalogue_have_one_id():
    assert [name for name, n in Counter(listing.entry.id for listing in load_catalogue()).items() if n > 1] == []


def test_every_issuer_of_the_catalogue_is_known(tmp_path):
    issuers = load_issuers(tmp_path)
    named = {code for listing in load_catalogue() for code in listing.entry.issuers}
    assert [code for code in sorted(named) if code not in issuers and code != UNKNOWN] == []


def test_every_address_of_the_catalogue_is_one_of_the_web():
    addresses = [listing.entry.source_url for listing in load_catalogue() if listing.entry.source_url]
    assert [address for address in addresses if not re.fullmatch(r"https?://\S+", address)] == []


def test_the_seeds_are_of_canada_and_japan_or_of_groups_that_both_belong_to():
    seeds = {code for listing in load_catalogue() if listing.is_seed for code in listing.entry.issuers}
    assert {"CAN", "JPN"} <= seeds


def test_every_entry_of_the_catalogue_matches_itself():
    listings = load_catalogue()
    found = [(listing.entry.id, match(listing.entry, listings).id) for listing in listings if listing.entry.source_url]
    shared = {a for (a, n) in Counter((e.entry.source_url, e.entry.language) for e in listings).items() if n > 1}
    alone = [e.entry.id for e in listings if (e.entry.source_url, e.entry.language) not in shared]
    assert [pair for pair in found if pair[0] in alone and pair[0] != pair[1]] == []
