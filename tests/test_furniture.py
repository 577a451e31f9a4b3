"""Furniture: running heads, page numbers, contents lists and footnotes leave the body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.text import plain_page
from pipeline.records import Line, Page
from pipeline.segmenting.furniture import key_of, sort_rows
from pipeline.segmenting.rows import rows_of

BODY = [
    "The state will protect",
    "the networks of its people",
    "and will help its neighbours",
    "to protect theirs as well,",
    "wherever it can be of use.",
]
HEAD = "National Strategy of Arvenia"


def printed(*pages, **labels):
    """Rows of pages, each given as its lines, sorted; `labels` are by page: p1="3"."""
    rows = rows_of(plain_page(number, "\n".join(lines)) for number, lines in enumerate(pages, 1))
    return sort_rows(
        rows, labels={number: labels.get(f"p{number}", "") for number in range(1, len(pages) + 1)}, paged=True
    )


def texts(rows):
    """The texts of rows."""
    return [row.text for row in rows]


def body(number):
    """Lines of body text that no other page has."""
    return [f"{line} ({'abcdefghij'[number]})" for line in BODY]


def test_a_running_head_is_dropped_when_it_returns_on_three_pages():
    found = printed(*([HEAD, *body(number)] for number in range(3)))
    assert texts(found.furniture) == [HEAD] * 3


def test_what_stands_on_one_page_only_is_never_dropped():
    found = printed([HEAD, *body(0)], body(1), body(2))
    assert found.furniture == []


def test_two_pages_of_four_do_not_make_a_running_head():
    found = printed([HEAD, *body(0)], [HEAD, *body(1)], body(2), body(3))
    assert found.furniture == []


def test_a_running_foot_is_dropped():
    found = printed(*([*body(number), HEAD] for number in range(3)))
    assert texts(found.furniture) == [HEAD] * 3


def test_a_line_that_returns_in_the_middle_of_pages_is_text():
    found = printed(*([*body(number), HEAD, *body(number + 3)] for number in range(3)))
    assert found.furniture == []


def test_a_running_head_with_the_number_of_its_page_is_one_on_all_pages():
    found = printed(*([f"{HEAD} | {number + 11}", *body(number)] for number in range(3)))
    assert len(found.furniture) == 3


def test_a_letter_spaced_running_head_is_the_same_as_its_words():
    spaced = "N A T I O N A L  S T R A T E G Y  O F  A R V E N I A"
    found = printed([HEAD, *body(0)], [spaced, *body(1)], [HEAD.upper(), *body(2)])
    assert texts(found.furniture) == [HEAD, " ".join(spaced.split()), HEAD.upper()]


@pytest.mark.parametrize("line", ["7", "- 7 -", "Page 7", "page 7 of 20", "7 | P a g e", "vii", "7/20", "p. 7"])
def test_a_page_number_is_dropped(line):
    assert texts(printed([*body(0), line]).furniture) == [line]


@pytest.mark.parametrize("line", ["7 measures", "Article 7", "2017 to 2020", "1,140"])
def test_a_number_with_words_is_text(line):
    assert printed([*body(0), line]).furniture == []


def test_a_line_of_ornaments_is_dropped():
    assert texts(printed([*body(0), "* * *"]).furniture) == ["* * *"]


def test_the_number_of_a_page_is_dropped_wherever_it_was_read():
    found = printed([*body(0), "12", *body(1)], p1="12")
    assert texts(found.furniture) == ["12"]


def test_the_number_of_the_other_half_of_a_double_page_is_dropped():
    assert texts(printed([*body(0), "13", *body(1)], p1="12").furniture) == ["13"]


def test_another_number_in_the_middle_of_a_page_is_text():
    assert printed([*body(0), "40", *body(1)], p1="12").furniture == []


def test_a_text_without_pages_has_no_furniture():
    rows = rows_of(plain_page(number, "\n".join([HEAD, *body(number)])) for number in range(3))
    assert sort_rows(rows, labels={}, paged=False).furniture == []


def laid(*pages):
    """Rows of laid out pages, each given as lines of (text, size)."""
    made = []
    for number, lines in enumerate(pages, 1):
        text, found = "", []
        for place, (words, size) in enumerate(lines):
            top = 800 - 20 * place
            found.append(Line(len(text), len(text) + len(words), box=(72, top - size, 400, top), size=size))
            text += words + "\n"
        made.append(Page(number, text, lines=tuple(found)))
    return sort_rows(rows_of(made), labels={}, paged=True)


def test_the_title_that_running_heads_repeat_is_text():
    pages = [[(HEAD, 8.0), *((line, 11.0) for line in body(number))] for number in range(3)]
    found = laid([(HEAD, 24.0), *((line, 11.0) for line in body(5))], *pages)
    assert texts(found.furniture) == [HEAD] * 3
    assert found.body[0].line.size == 24.0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("National Strategy 12", "nationalstrategy"),
        ("12 | National Strategy", "nationalstrategy"),
        ("Page 3 of 20", "page#of#"),
        ("N A T I O N A L", "national"),
        ("Strategy 2017-2020", "strategy#"),
    ],
)
def test_the_key_of_a_running_head_is_what_its_pages_have_in_common(text, key):
    assert key_of(text) == key


@given(st.integers(1, 999), st.integers(1, 999))
def test_the_key_of_a_running_head_does_not_depend_on_its_page(one, other):
    assert key_of(f"{HEAD} – {one}") == key_of(f"{HEAD} – {other}")


CONTENTS = [
    "1 Purpose ........ 3",
    "2 Scope ........... 4",
    "3 Means and their limits",
    "in the next years . . . . . 7",
]


def test_lines_that_lead_with_dots_to_a_page_are_contents():
    found = printed(["Contents", *CONTENTS, *body(0)])
    assert texts(found.contents) == ["Contents", *CONTENTS]


def test_two_lines_with_dots_are_no_contents():
    assert printed([*CONTENTS[:2], *body(0)]).contents == []


def test_many_lines_that_end_in_a_number_are_contents():
    lines = [
        f"{name} {page}"
        for name, page in zip(["Purpose", "Scope", "Means", "People", "Law"], [3, 4, 7, 9, 12], strict=True)
    ]
    assert texts(printed(["Contents", *lines]).contents) == ["Contents", *lines]


def test_a_text_with_a_few_numbers_at_line_ends_has_no_contents():
    assert printed([*body(0), "We began in phase 2", "and go on in phase 3"]).contents == []


NOTE = "1 See the report of the ministry."


def test_a_note_at_the_foot_that_is_called_above_is_a_footnote():
    found = printed(["The state will protect.1", *body(0), NOTE])
    assert texts(found.footnotes) == [NOTE]


def test_a_number_at_the_foot_that_nobody_calls_is_text():
    assert printed([*body(0), NOTE]).footnotes == []


def test_a_footnote_has_its_number_as_its_marker():
    (note,) = printed(["The state will protect.1", *body(0), NOTE]).footnotes
    assert (note.marker, note.words) == ("1", "See the report of the ministry.")


def test_a_second_line_of_a_footnote_has_no_marker():
    notes = printed(["The state will protect.1", *body(0), NOTE, "2017 was its year."]).footnotes
    assert [note.marker for note in notes] == ["1", ""]


def test_a_footnote_goes_on_from_the_last_one():
    found = printed(
        ["We protect.1", *body(0), NOTE],
        ["We help.2", *body(1), "2 Also there."],
        ["We act.9", *body(2), "9 Much later."],
    )
    assert texts(found.footnotes) == [NOTE, "2 Also there."]


def test_an_item_of_a_list_is_no_footnote():
    assert printed(["The state will protect.1", *body(0), "1. Protect the networks."]).footnotes == []


def test_where_sizes_are_known_a_footnote_is_smaller_than_the_body():
    lines = [(line, 11.0) for line in body(0)]
    assert texts(laid([*lines, (NOTE, 8.0)]).footnotes) == [NOTE]
    assert laid([*lines, (NOTE, 11.0)]).footnotes == []


def calls(line):
    """What is marked as a call of note 1 in a line above it."""
    found = printed([line, *body(0), NOTE])
    return [
        row.printed[start - row.line.start : end - row.line.start]
        for row in found.body
        for start, end in row.line.marks
    ]


def test_the_number_that_calls_a_note_is_marked():
    assert calls("The state will protect.1") == ["1"]


@pytest.mark.parametrize(
    "line",
    ["In phase 1 the state protects.1", "After 1 year the state protects.1", "On 1 January the state protects.1"],
)
def test_a_number_that_counts_something_is_not_marked(line):
    assert calls(line) == ["1"]


def test_a_number_without_its_note_on_the_page_is_not_marked():
    found = printed(["The state will protect.1 It will help.7", *body(0), NOTE])
    assert [row.line.marks for row in found.body if row.line.marks] == [((23, 24),)]


LINES = st.lists(
    st.lists(
        st.sampled_from([*BODY, HEAD, "7", "1 See there.", "2 Scope ........ 4", "* * *", "We act.1"]), max_size=9
    ),
    max_size=5,
)


@given(LINES)
def test_every_row_is_in_one_place(pages):
    rows = rows_of(plain_page(number, "\n".join(lines)) for number, lines in enumerate(pages, 1))
    found = sort_rows(rows, labels={}, paged=True)
    sorted_rows = [*found.body, *found.contents, *found.footnotes, *found.furniture]
    assert sorted(map(id, sorted_rows)) == sorted(map(id, rows))


@given(LINES)
def test_the_order_of_the_pages_is_kept(pages):
    rows = rows_of(plain_page(number, "\n".join(lines)) for number, lines in enumerate(pages, 1))
    places = {id(row): place for place, row in enumerate(rows)}
    found = sort_rows(rows, labels={}, paged=True)
    for kept in (found.body, found.contents, found.footnotes, found.furniture):
        assert [places[id(row)] for row in kept] == sorted(places[id(row)] for row in kept)


def test_a_running_head_that_names_its_section_is_dropped():
    sections = ["Aims", "Means", "Ends"]
    found = printed(*([f"{HEAD} — {section}", *body(number)] for number, section in enumerate(sections)))
    assert texts(found.furniture) == [f"{HEAD} — {section}" for section in sections]


def test_the_number_of_a_lettered_page_is_dropped_when_its_letter_returns():
    found = printed(*([*body(number), f"C-{number}"] for number in range(1, 4)))
    assert texts(found.furniture) == ["C-1", "C-2", "C-3"]
    assert texts(printed([*body(1), "C-1"], body(2), body(3)).furniture) == []


def test_a_foot_of_many_lines_is_dropped_whole():
    foot = ["Information", "Systems", "Security", "Directorate", "Ministry", "Arvenia"]
    found = printed(*([*body(number), *body(number + 3), *foot] for number in range(3)))
    assert sorted(texts(found.furniture)) == sorted(foot * 3)


def test_notes_that_an_annex_counts_anew_are_notes():
    notes = [
        "1 See the law on trade.",
        "2 See the plan of the ports.",
        "3 The roads are the state's.",
        "4 Ships are ours.",
    ]
    again = ["1 Water is life.", "2 Of all schools.", "3 By the court of ports."]
    pages = [[*body(n), f"as is known{note[0]}", *body(n), note] for n, note in enumerate([*notes, *again])]
    assert texts(printed(*pages).footnotes) == [*notes, *again]
