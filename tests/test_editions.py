"""Editions: what became of each promise from one edition of a text to the next."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from dataclasses import dataclass, replace
from urllib.parse import quote as quoted

import numpy as np
import pytest
from conftest import ROOT
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from planting import plant_document, plant_promise, plant_vectors

from pipeline.editions import (
    CHANGES,
    Promise,
    align,
    differences,
    find_changes,
    judge,
    load_families,
    load_promises,
    run,
    shared_words,
    standing_out,
)
from pipeline.models import load_encoder
from pipeline.settings import Settings
from pipeline.site.editions import compared_with, editions
from pipeline.store import mark, open_store, rows, table

QUIET = lambda *_: None  # noqa: E731  # what a stage reports goes nowhere
METADATA = json.loads((ROOT / "datasette_metadata.json").read_text("utf-8"))
FAMILY = "xaa-strategy"
TRAINING = "We will train two hundred judges in the law of cybercrime."
CENTRE = "The Ministry will establish a national cyber security centre."


@dataclass(frozen=True)
class Edit:
    """What an editor did to a promise. A side is (quote, bindingness, deadline, its last day), or None."""

    change: str
    theme: str
    earlier: tuple | None
    later: tuple | None


def said(quote, bindingness=3, deadline="", deadline_to=""):
    return quote, bindingness, deadline, deadline_to


EDITS = [
    Edit("kept", "CRIME", said(TRAINING), said(TRAINING)),
    Edit(
        "kept",
        "RTS",
        said("We will respect people's right to privacy online."),
        said("We will respect people\u2019s right to privacy  online"),
    ),
    Edit("reworded", "GOV", said(CENTRE), said("A national centre for cyber security will be established by the Ministry.")),
    Edit(
        "reworded",
        "CI",
        said("We will work with operators of power grids to test how they recover from attacks."),
        said("Together with the operators of power grids we will test their recovery from an attack."),
    ),
    Edit(
        "firmer",
        "CAP",
        said("We intend to teach online safety in all primary schools.", 1),
        said("We shall teach online safety in all primary schools.", 4),
    ),
    Edit(
        "weaker",
        "RDI",
        said("We will fund university research on quantum cryptography."),
        said("We will consider funding university research on quantum cryptography.", 1),
    ),
    Edit(
        "deadline moved",
        "RISK",
        said("By 2015 all ministries will assess the risks of their networks.", 3, "By 2015", "2015-12-31"),
        said("By 2020 all ministries will assess the risks of their networks.", 3, "By 2020", "2020-12-31"),
    ),
    Edit(
        "deadline moved",
        "LAW",
        said("We will bring a law on electronic signatures before parliament."),
        said("We will bring a law on electronic signatures before parliament by June 2018.", 3, "by June 2018", "2018-06-30"),
    ),
    Edit(
        "deadline moved",
        "INC",
        said("We will open a hotline for incidents by 2014.", 3, "by 2014", "2014-12-31"),
        said("We aim to open a hotline for incidents by 2019.", 1, "by 2019", "2019-12-31"),
    ),
    Edit("dropped", "PPP", said("We will give tax relief to firms that insure against data loss."), None),
    Edit("lapsed", "INTL", said("We will ratify the Budapest Convention by 2013.", 3, "by 2013", "2013-12-31"), None),
    Edit("new", "DEF", None, said("The armed forces will form a reserve of volunteers for cyberspace.")),
]  # fmt: skip
"""Twelve edits, of every kind at least one, between an edition of 2011 and one of 2016."""


def plant_edition(db, name, number, published_on, *, family=FAMILY, **more):
    """Plant a document that is an edition of a family."""
    plant_document(db, name, year=int(published_on[:4]), **more)
    table(db, "documents").update(name, {"family": family, "edition": number, "published_on": published_on})
    return name


def plant_said(db, document, theme, quote, bindingness, deadline, deadline_to):
    name = plant_promise(db, document, quote, themes=(theme,), bindingness=bindingness, deadline=deadline)
    table(db, "commitments").update(name, {"deadline_to": deadline_to})
    return name


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """The path of a database with the two editions that the edits make, aligned with the real encoder."""
    path = tmp_path_factory.mktemp("editions") / "concord.db"
    with open_store(path) as db:
        for name, number, published_on in (("one", 1, "2011-11"), ("two", 2, "2016")):
            plant_edition(db, name, number, published_on)
        for edit in EDITS:
            if edit.earlier:
                plant_said(db, "one", edit.theme, *edit.earlier)
        for edit in reversed(EDITS):
            if edit.later:
                plant_said(db, "two", edit.theme, *edit.later)
        plant_vectors(db, load_encoder(Settings().encoder))
        run(db, Settings(), QUIET)
    return path


@pytest.fixture
def edited_db(edited, tmp_path):
    """A copy of that database, to do with as a test likes."""
    with open_store(shutil.copy(edited, tmp_path / edited.name)) as db:
        yield db


@pytest.fixture
def planted(db, letters):
    """Two editions that keep a promise, and one that they do not share."""
    plant_edition(db, "one", 1, "2011")
    plant_edition(db, "two", 2, "2016")
    for name in ("one", "two"):
        plant_promise(db, name, TRAINING)
    plant_promise(db, "two", CENTRE, themes=("GOV",))
    plant_vectors(db, letters)
    return db


def changes(db):
    """What is written, as (change, earlier quote, later quote)."""
    found = rows(
        db,
        "select change, a.quote as earlier, b.quote as later from edition_changes left join commitments as a on a.id = commitment_id"
        " left join commitments as b on b.id = other_id",
    )
    return {tuple(row.values()) for row in found}


def promise(quote=TRAINING, **more):
    return Promise(id=quote, quote=quote, **more)


def aligned(earlier, later, likeness, *, floor=0.9, least=0.4):
    """The pairs of promises of these quotes, by their cosines."""
    wording = shared_words(earlier, later)
    sides = [[promise(quote) for quote in side] for side in (earlier, later)]
    return align(*sides, np.array(likeness, dtype=np.float32), wording, floor=floor, least=least)


def test_every_kind_of_change_is_among_the_edits():
    assert len(EDITS) == 12
    assert {edit.change for edit in EDITS} == set(CHANGES)


def test_twelve_edits_between_two_editions_are_recovered_in_full(edited_db):
    wanted = {(e.change, e.earlier and e.earlier[0], e.later and e.later[0]) for e in EDITS}
    assert changes(edited_db) == wanted


def test_every_promise_of_two_editions_stands_in_one_change(edited_db):
    for document, column in (("one", "commitment_id"), ("two", "other_id")):
        listed = [
            row["id"] for row in rows(edited_db, f"select {column} as id from edition_changes where {column} <> ''")
        ]
        assert sorted(listed) == sorted(p.id for p in load_promises(edited_db, document))


def test_a_second_run_does_nothing(edited_db):
    tally = run(edited_db, Settings(), QUIET)
    assert (tally.done, tally.kept) == (0, 1)


def test_a_corrected_file_of_an_edition_is_no_new_edition(edited_db):
    plant_edition(edited_db, "two-corrected", 2, "2016-12")
    plant_vectors(edited_db, load_encoder(Settings().encoder))
    assert [one.document_id for one in load_families(edited_db)[FAMILY]] == ["one", "two-corrected"]
    run(edited_db, Settings(), QUIET)
    assert {row["to_document_id"] for row in rows(edited_db, "select to_document_id from edition_changes")} == {
        "two-corrected"
    }


def test_an_edition_that_could_not_be_read_does_not_count(planted):
    plant_edition(planted, "three", 3, "2020", status="not read")
    plant_edition(planted, "four", 4, "2022", is_covered=0)
    assert [one.document_id for one in load_families(planted)[FAMILY]] == ["one", "two"]


def test_a_family_of_one_edition_has_no_changes(db):
    plant_edition(db, "one", 1, "2011")
    plant_edition(db, "other", 1, "2011", family="other")
    assert load_families(db) == {}
    assert run(db, Settings(), QUIET).done == 0


def test_three_editions_are_compared_each_with_the_one_before(planted, letters):
    plant_edition(planted, "three", 3, "2020")
    plant_promise(planted, "three", TRAINING)
    plant_vectors(planted, letters)
    run(planted, Settings(), QUIET)
    found = rows(planted, "select distinct from_document_id as a, to_document_id as b from edition_changes order by 1")
    assert [(row["a"], row["b"]) for row in found] == [("one", "two"), ("two", "three")]


def test_an_edition_without_promises_drops_them_all(planted, letters):
    plant_edition(planted, "three", 3, "2020")
    run(planted, Settings(), QUIET)
    found = rows(planted, "select change from edition_changes where to_document_id = 'three'")
    assert [row["change"] for row in found] == ["dropped", "dropped"]


def test_a_promise_that_a_document_repeats_counts_once(planted, letters):
    again = plant_promise(planted, "two", TRAINING.upper())
    first = load_promises(planted, "two")[0].id
    table(planted, "commitments").update(again, {"restates_id": first})
    plant_vectors(planted, letters)
    run(planted, Settings(), QUIET)
    assert [row for row in changes(planted) if row[2] == TRAINING.upper()] == []


@pytest.mark.parametrize("name", ["edition_floor", "edition_likeness"])
def test_a_change_of_a_floor_aligns_anew(planted, name):
    run(planted, Settings(), QUIET)
    assert run(planted, replace(Settings(), **{name: 0.5}), QUIET).done == 1


def test_a_change_of_one_family_leaves_the_others_alone(planted, letters):
    for name, number in (("a", 1), ("b", 2)):
        plant_edition(planted, name, number, str(2010 + number), family="other")
    run(planted, Settings(), QUIET)
    mark(planted, "commitments", "a", input_hash="new", output_hash="new", seconds=0)
    tally = run(planted, Settings(), QUIET)
    assert (tally.done, tally.kept) == (1, 1)


def test_a_change_of_a_theme_aligns_anew(planted):
    run(planted, Settings(), QUIET)
    planted.execute("update commitment_themes set theme_id = 'LAW' where theme_id = 'GOV'")
    assert run(planted, Settings(), QUIET).done == 1


def test_a_family_that_has_no_two_editions_any_more_loses_its_changes(planted):
    run(planted, Settings(), QUIET)
    planted.execute("update documents set family = '' where id = 'two'")
    run(planted, Settings(), QUIET)
    assert rows(planted, "select * from edition_changes") == []
    assert rows(planted, "select * from builds where stage = 'editions'") == []


def test_same_words_are_a_pair_however_unlike_the_vectors_are():
    assert aligned([TRAINING], [TRAINING.upper()], [[0.0]]) == [(0, 0)]


def test_a_promise_has_one_successor_at_most():
    assert len(aligned([TRAINING, TRAINING + " Soon."], [TRAINING + " Now."], [[0.9], [0.95]])) == 1


def test_the_pairs_that_are_most_alike_in_sum_are_taken():
    likeness = [[0.99, 0.98], [0.97, 0.5]]
    assert aligned(["a1", "b1"], ["c1", "d1"], likeness, floor=0.3) == [(0, 1), (1, 0)]


def test_two_good_pairs_are_better_than_three_poor_ones():
    likeness = [[0.99, 0.91, 0], [0.91, 0, 0], [0, 0, 0.99]]
    assert aligned(["a1", "b1", "c1"], ["d1", "e1", "f1"], likeness, floor=0.47) == [(0, 0), (2, 2)]


def test_the_floor_is_reached_by_cosine_and_words_together():
    other = "Two hundred judges will be trained in the law of cybercrime."
    assert aligned([TRAINING], [other], [[0.5]]) == [(0, 0)]
    assert aligned([TRAINING], [CENTRE], [[0.5]]) == []


def test_words_alone_make_no_pair():
    assert aligned([TRAINING], [TRAINING + " Now."], [[0.3]]) == []


def test_promises_in_other_words_without_a_common_theme_are_no_pair():
    a, b = promise(themes=frozenset({"CAP"})), promise(TRAINING + " Now.", themes=frozenset({"DEF"}))
    assert align([a], [b], np.ones((1, 1), np.float32), np.ones((1, 1)), floor=0.9, least=0.4) == []


def test_common_headings_tip_the_scale():
    a, b = promise("x", headings="Strategy > Training of judges"), promise("y", headings="Training of judges")
    alike, words = np.full((1, 1), 0.95, np.float32), np.zeros((1, 1))
    assert align([a], [b], alike, words, floor=0.7, least=0.4) == [(0, 0)]
    assert align([a], [replace(b, headings="Foreword")], alike, words, floor=0.7, least=0.4) == []


def test_a_promise_that_is_like_everything_has_to_be_liker():
    likeness = np.full((9, 9), 0.4)
    likeness[0] = likeness[1, 1] = 0.9
    above = standing_out(likeness)
    assert above[1, 1] > above[0, 2] + 0.1


@pytest.mark.parametrize(("count", "pairs"), [(20, [(0, 0)]), (400, [])])
def test_editions_of_many_promises_need_more(count, pairs):
    sides = [[promise(f"{side}{n}") for n in range(count)] for side in "ab"]
    likeness = np.full((count, count), 0.4, np.float32)
    likeness[0, 0] = 1.0
    assert align(*sides, likeness, np.zeros((count, count)), floor=0.55, least=0.5) == pairs


def test_rare_words_count_more_than_common_ones():
    common = ["cyber security matters", "cyber security grows", "cyber security counts"]
    shares = shared_words(["cyber NATO", *common], ["NATO forces", "cyber forces"])
    assert shares[0, 0] > shares[0, 1] > 0


@given(st.lists(st.text(max_size=30), max_size=4), st.lists(st.text(max_size=30), max_size=4))
def test_a_share_of_words_is_a_share_and_does_not_depend_on_the_order(a, b):
    shares = shared_words(a, b)
    assert shares.shape == (len(a), len(b))
    assert ((shares >= 0) & (shares <= 1.000001)).all()
    assert np.allclose(shares, shared_words(b, a).T)


MOVED = {"deadline": "by 2015", "deadline_to": "2015-12-31"}


@pytest.mark.parametrize(
    ("earlier", "later", "change"),
    [
        ({}, {}, "kept"),
        ({}, {"quote": TRAINING + " Now."}, "reworded"),
        ({"bindingness": 2}, {"bindingness": 3}, "firmer"),
        ({"bindingness": 3}, {"bindingness": 1, "quote": TRAINING + " Now."}, "weaker"),
        (MOVED, {"deadline": "by 2020", "deadline_to": "2020-12-31"}, "deadline moved"),
        (MOVED, {}, "deadline moved"),
        ({**MOVED, "bindingness": 2}, {"bindingness": 3}, "deadline moved"),
        (MOVED, {**MOVED, "deadline": "before the end of 2015"}, "kept"),
        ({"deadline": "annually"}, {"deadline": "annual"}, "kept"),
        ({"deadline": "annually"}, {"deadline": "every month"}, "deadline moved"),
    ],
)
def test_of_a_pair_for_which_several_changes_hold_the_first_is_kept(earlier, later, change):
    assert judge(promise(**earlier), promise(**later))[0] == change


def test_a_note_tells_all_that_differs():
    a = promise("We will open a hotline by 2014.", deadline="by 2014", deadline_to="2014-12-31")
    _, note = judge(a, promise("We aim to open a hotline.", bindingness=1))
    assert note == (
        "deadline: by 2014 (2014-12-31) → none; bindingness: Undertaking → Aspiration; out: will … by 2014; in: aim to"
    )


def test_a_note_is_short_however_long_the_quote():
    _, note = judge(promise(" ".join(f"w{n}" for n in range(99))), promise("Another thing."))
    assert len(note.split()) < 20


def test_words_that_differ_are_found_whatever_their_case_and_typography():
    a, b = "We WILL protect people's data by 2015.", "We will protect people\u2019s data by 2020!"
    out, came = differences(a, b)
    assert [a[start:end] for start, end in out] == ["2015"]
    assert [b[start:end] for start, end in came] == ["2020"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_differences_lie_inside_their_text_one_behind_the_other(a, b):
    for text, spans in zip((a, b), differences(a, b), strict=True):
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(edges)
        assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize(
    ("deadline_to", "published_on", "change"),
    [
        ("2015-12-31", "2016", "lapsed"),
        ("2015-12-31", "2016-01-01", "lapsed"),
        ("2016-06-30", "2016", "dropped"),
        ("2011-10-31", "2011-11", "lapsed"),
        ("2020-12-31", "2016", "dropped"),
        ("", "2016", "dropped"),
        ("2015-12-31", "", "dropped"),
    ],
)
def test_a_promise_lapses_when_its_day_had_passed(deadline_to, published_on, change):
    nothing = np.zeros((1, 0), dtype=np.float32)
    found = find_changes(
        [promise(deadline_to=deadline_to)], [], nothing, floor=0.9, least=0.4, published_on=published_on
    )
    assert [one.change for one in found] == [change]


def test_the_canned_query_lists_every_change_but_what_is_kept(edited_db):
    sql = METADATA["databases"]["concord"]["queries"]["changes_between_editions"]["sql"]
    found = rows(edited_db, sql, {"family": f" {FAMILY.upper()} "})
    assert {(row["change"], row["earlier_quote"], row["later_quote"]) for row in found} == {
        row for row in changes(edited_db) if row[0] != "kept"
    }
    assert rows(edited_db, sql, {"family": "other"}) == []
    assert len(rows(edited_db, sql, {"family": ""})) == len(found)


def test_a_document_is_compared_with_the_editions_before_and_behind_it(edited_db):
    assert compared_with(edited_db, "one") == [{"family": FAMILY, "edition": 2, "year": 2016}]
    assert compared_with(edited_db, "two") == [{"family": FAMILY, "edition": 2, "year": 2011}]


def test_a_page_can_show_one_kind_of_change(edited_db):
    assert list(editions(edited_db, FAMILY, None, "", "")["groups"]) == list(CHANGES)
    assert list(editions(edited_db, FAMILY, 2, "weaker", "")["groups"]) == ["weaker"]


@pytest.fixture
def site(edited, tmp_path):
    """The site over the two editions."""
    path = shutil.copy(edited, tmp_path / "concord.db")
    return Datasette([str(path)], metadata=deepcopy(METADATA)).client


async def test_the_page_of_a_family_shows_both_quotes_their_pages_and_what_differs(site):
    answer = await site.get(f"/editions/{FAMILY}")
    assert answer.status_code == 200
    tree = html.fromstring(answer.text)
    assert [head.text.strip().lower() for head in tree.xpath("//section/h2")] == list(CHANGES)
    (pair,) = tree.xpath("//section[h2[@id='weaker']]//div[@class='c-pair']")
    assert [" ".join(one.text_content().split()) for one in pair.iter("blockquote")] == [
        "We will fund university research on quantum cryptography.",
        "We will consider funding university research on quantum cryptography.",
    ]
    assert [one.text for one in pair.iter("mark")] == ["fund", "consider funding"]
    assert pair.text_content().count("p. 1") == 2
    assert "bindingness: Undertaking → Aspiration" in pair.text_content()


async def test_the_page_of_a_document_leads_to_the_comparison(site):
    tree = html.fromstring((await site.get("/document/two")).text)
    (link,) = [one for one in tree.iter("a") if one.text == "Compare with the edition of 2011"]
    assert link.get("href") == f"/editions/{FAMILY}?edition=2"
    assert (await site.get(link.get("href"))).status_code == 200


async def test_themes_part_the_changes_of_a_family_and_no_change_is_in_two(site, edited_db):
    themes = [row["id"] for row in rows(edited_db, "select id from themes")]
    everything = (await site.get(f"/editions/{FAMILY}.json")).json()["rows"]
    parts = [(await site.get(f"/editions/{FAMILY}.json?theme={theme}")).json()["rows"] for theme in themes]
    assert all(row["theme_id"] == theme for theme, part in zip(themes, parts, strict=True) for row in part)
    found = sorted(row["id"] for part in parts for row in part)
    assert found
    assert found == sorted(row["id"] for row in everything if row["theme_id"])


async def test_a_change_has_the_theme_of_its_later_promise_and_one_that_was_dropped_that_of_its_earlier(
    site, edited_db
):
    of = {row["id"]: row["theme_id"] for row in rows(edited_db, "select id, theme_id from commitments")}
    for row in (await site.get(f"/editions/{FAMILY}.json")).json()["rows"]:
        assert row["theme_id"] == ((of.get(row["other_id"]) or of.get(row["commitment_id"])) or "")
        assert row["address"].rpartition("/")[2] == (row["other_id"] or row["commitment_id"])


async def test_the_page_of_a_theme_of_a_family_shows_and_counts_its_changes_alone(site):
    (one, *_) = (await site.get(f"/editions/{FAMILY}.json")).json()["rows"]
    listed = (await site.get(f"/editions/{FAMILY}.json?theme={one['theme_id']}")).json()["rows"]
    tree = html.fromstring((await site.get(f"/editions/{FAMILY}?theme={one['theme_id']}")).text)
    assert sum(int(number.text) for number in tree.xpath("//section/h2/small")) == len(listed)
    tags = [tag.text for tag in tree.xpath("//p[@class='c-measure']/span")]
    assert tags == [one["theme"]] * len(listed)
    assert tree.xpath("//form//select[@name='theme']/option[@selected]/@value") == [one["theme_id"]]


async def test_an_issuer_leads_to_what_changed_in_its_texts(site, edited_db):
    code = rows(edited_db, "select issuer_id from documents where id = 'two'")[0]["issuer_id"]
    tree = html.fromstring((await site.get(f"/issuer/{code}")).text)
    assert tree.xpath("//h2[@id='editions']/following::ul[1]//a/@href") == [f"/editions/{FAMILY}"]


async def test_a_family_without_two_editions_is_a_404(site):
    assert (await site.get("/editions/none")).status_code == 404


async def test_a_family_may_be_called_anything(edited_db, tmp_path, edited):
    name = "A & B <i>"
    for statement in ("update documents set family = ?", "update edition_changes set family = ?"):
        edited_db.execute(statement, [name])
    edited_db.conn.commit()
    client = Datasette([str(tmp_path / edited.name)], metadata=deepcopy(METADATA)).client
    answer = await client.get(f"/editions/{quoted(name)}")
    assert answer.status_code == 200
    assert "<i>" not in answer.text
