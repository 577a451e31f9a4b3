"""Roles: what each block is, which headings stand above it, which lead-in belongs to it."""

from __future__ import annotations

import pytest

from pipeline.reading.text import plain_page
from pipeline.records import Line, Page
from pipeline.segmenting.joining import join, measure
from pipeline.segmenting.roles import last_sentence, passages_of
from pipeline.segmenting.rows import rows_of

BODY = (
    "The state will protect the networks on which its people depend, in every\n"
    "part of the country and at all times, and it will help its neighbours to\n"
    "protect theirs as well, wherever help of this kind can be of any use."
)


def passages(text):
    """The passages of a plain text."""
    rows = rows_of([plain_page(1, text)])
    return passages_of(join(rows), measure(rows))


def stated(*blocks):
    """The passages of a page whose format states roles: blocks of (role, text) and further facts of a line."""
    text, lines = "", []
    for role, words, *facts in blocks:
        lines.append(Line(len(text), len(text) + len(words), role, **dict(*facts)))
        text += words + "\n"
    rows = rows_of([Page(1, text, lines=tuple(lines))])
    return passages_of(join(rows), measure(rows))


def roles(text):
    """The passages of a plain text as (role, text)."""
    return [(passage.role, passage.text) for passage in passages(text)]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (f"Purpose of the strategy\n\n{BODY}", "heading"),
        (f"PURPOSE\n\n{BODY}", "heading"),
        (f"1. Purpose of the strategy\n\n{BODY}", "heading"),
        (f"2.1 Purpose of the strategy\n\n{BODY}", "heading"),
        (f"Annex A: what every ministry has to do in each of the years to come\n\n{BODY}", "heading"),
        (f"The state acts.\n\n{BODY}", "paragraph"),
        (f"the purpose of the strategy\n\n{BODY}", "paragraph"),
        (f"ISBN 978-3-16-148410-0\n\n{BODY}", "paragraph"),
        (f"Figure 3: Incidents by year\n\n{BODY}", "caption"),
        (f"• protect networks\n\n{BODY}", "list_item"),
        (f"a) protect networks\n\n{BODY}", "list_item"),
        (f"3.12. {BODY}\n\n{BODY}", "paragraph"),
        (f"4. {BODY}\n\n{BODY}", "paragraph"),
    ],
)
def test_a_block_of_plain_text_has_its_role(text, role):
    assert passages(text)[0].role == role


def test_a_last_line_is_no_heading():
    assert roles("Purpose of the strategy") == [("paragraph", "Purpose of the strategy")]


def test_a_numbered_line_among_its_like_is_an_item():
    assert [role for role, _ in roles("We will:\n1. Protect networks\n2. Train people\n3. Help others")] == [
        "paragraph", "list_item", "list_item", "list_item",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["list_item", "footnote", "caption", "heading"])
def test_a_role_that_the_format_states_is_kept(role):
    assert stated((role, "Protect the networks of the state"), ("paragraph", BODY))[0].role == role


def test_a_source_under_references_is_a_reference():
    assert roles(f"{BODY}\n\nReferences\n\nMinistry of Trade, https://example.org/a.\n")[-1] == (
        "reference",
        "Ministry of Trade, https://example.org/a.",
    )


def test_an_entry_under_glossary_is_one():
    assert (
        roles("Glossary\n\nIncident: an event that harms a network of the state or its people.\n")[-1][0] == "glossary"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"Means\n\nMinistry of Trade, https://example.org/a.\n\n{BODY}",
        f"Means\n\nIncident: an event that harms a network.\n\n{BODY}",
    ],
)
def test_under_another_heading_it_is_a_paragraph(text):
    assert [role for role, _ in roles(text)] == ["heading", "paragraph", "paragraph"]


def test_a_passage_knows_the_headings_above_it():
    found = stated(
        ("heading", "Aims", {"level": 1}), ("heading", "Networks", {"level": 2}), ("paragraph", BODY),
        ("heading", "People", {"level": 2}), ("paragraph", BODY), ("heading", "Means", {"level": 1}), ("paragraph", BODY),
    )  # fmt: skip
    assert [passage.heading_path for passage in found] == [
        (), ("Aims",), ("Aims", "Networks"), ("Aims",), ("Aims", "People"), (), ("Means",),
    ]  # fmt: skip


def test_the_number_of_a_heading_stands_in_the_path_and_not_in_its_text():
    heading, paragraph = passages(f"2.1 Purpose of the strategy\n\n{BODY}")
    assert (heading.text, heading.marker, paragraph.heading_path) == (
        "Purpose of the strategy",
        "2.1",
        ("2.1 Purpose of the strategy",),
    )


@pytest.mark.parametrize(("sizes", "depths"), [((20.0, 14.0, 11.0), [0, 1, 2]), ((14.0, 20.0, 11.0), [0, 0, 1])])
def test_the_size_of_a_heading_gives_its_level(sizes, depths):
    blocks = [("Aims of the plan", sizes[0]), ("Networks of the state", sizes[1]), *[(BODY, sizes[2])] * 3]
    text, lines = "", []
    for place, (words, size) in enumerate(blocks):
        lines.append(
            Line(len(text), len(text) + len(words), box=(72, 700 - 40 * place, 500, 700 - 40 * place + size), size=size)
        )
        text += words + "\n"
    rows = rows_of([Page(1, text, lines=tuple(lines))])
    found = passages_of(join(rows), measure(rows))
    assert [len(passage.heading_path) for passage in found[:3]] == depths


def leads(text):
    """The lead-ins of the list items of a text."""
    return [passage.lead_in for passage in passages(text) if passage.role == "list_item"]


def test_items_are_read_with_the_paragraph_that_leads_into_them():
    assert leads("In the next years we will:\n• protect networks\n• train people") == ["In the next years we will:"] * 2


def test_of_a_whole_paragraph_its_last_sentence_leads_in():
    assert leads(f"{BODY} We will:\n• protect networks") == ["We will:"]


def test_a_paragraph_without_any_stop_leads_in():
    assert (
        leads("In the next years the Government of the state will\n• protect networks\n• train people")
        == ["In the next years the Government of the state will"] * 2
    )


def test_an_item_that_ends_with_a_colon_leads_into_those_below_it():
    text = "We will:\n1) protect:\na) networks\nb) people\n2) train staff"
    assert leads(text) == ["We will:", "We will: protect:", "We will: protect:", "We will:"]


def test_a_paragraph_ends_a_list():
    assert leads(f"We will:\n• protect networks\n• help others\n\n{BODY}\n\n• train people") == [
        "We will:",
        "We will:",
        "",
    ]


def test_a_heading_ends_a_list():
    assert leads(f"{BODY}\nWe will:\n• protect networks\n\nMEANS\n\n• train people") == ["We will:", ""]


def test_a_numbered_paragraph_behind_a_list_is_no_item_of_it():
    found = passages(f"4. {BODY}\n\n5. They also intend to:\n(a) share reports\n(b) train staff\n\n6. {BODY}")
    assert [(passage.role, passage.lead_in) for passage in found] == [
        ("paragraph", ""),
        ("paragraph", ""),
        ("list_item", "They also intend to:"),
        ("list_item", "They also intend to:"),
        ("paragraph", ""),
    ]


def test_numbered_items_of_whole_sentences_under_a_lead_in_are_items():
    found = passages(f"We will do this:\n1. {BODY}\n2. {BODY}")
    assert [passage.role for passage in found] == ["paragraph", "list_item", "list_item"]


def test_the_level_that_a_format_states_is_the_depth_of_an_item():
    found = stated(
        ("paragraph", "We will:"), ("list_item", "protect:", {"level": 1}), ("list_item", "networks", {"level": 2}),
        ("list_item", "train staff", {"level": 1}),
    )  # fmt: skip
    assert [passage.lead_in for passage in found] == ["", "We will:", "We will: protect:", "We will:"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("We will:", "We will:"),
        ("It is so. We will:", "We will:"),
        ("It is so! “We will:", "“We will:"),
        ("In 2.5 years we will:", "In 2.5 years we will:"),
    ],
)
def test_the_last_sentence_of_a_paragraph_is_found(text, sentence):
    assert last_sentence(text) == sentence


CELLS = [
    ("column", "Action", {"column": "Action", "group": 1}),
    ("column", "Owner", {"column": "Owner", "group": 1}),
    ("cell", "Publish a list", {"column": "Action", "group": 2}),
    ("cell", "Ministry", {"column": "Owner", "group": 2}),
    ("cell", "Train staff", {"column": "Action", "group": 3}),
]


def test_a_row_of_a_table_is_one_passage_with_its_cells():
    found = stated(*CELLS)
    assert [(passage.role, passage.text) for passage in found] == [
        ("table_row", "Publish a list | Ministry"),
        ("table_row", "Train staff"),
    ]
    assert [(column, found[0].text[start:end]) for column, start, end in found[0].cells] == [
        ("Action", "Publish a list"),
        ("Owner", "Ministry"),
    ]


def test_the_segments_of_a_row_leave_out_the_bar():
    row = stated(*CELLS)[0]
    assert [row.text[segment.start : segment.end] for segment in row.segments] == ["Publish a list", "Ministry"]


def test_a_table_ends_a_list():
    found = stated(("paragraph", "We will:"), ("list_item", "protect networks"), *CELLS, ("list_item", "train people"))
    assert [passage.lead_in for passage in found if passage.role == "list_item"] == ["We will:", ""]


SCATTERED = "Action\n\nOwner\n\nDraft law\n\nMinistry of Trade\n\nTrain staff\n\nAcademy\n\nDecember 2014"


def test_cells_that_stand_scattered_are_no_titles():
    assert [role for role, _ in roles(f"{BODY}\n\n{SCATTERED}\n\n{BODY}")] == [
        "paragraph",
        *["caption"] * 7,
        "paragraph",
    ]


def test_the_last_of_short_blocks_is_the_title_of_the_text_behind_it():
    text = f"{BODY}\n\n{SCATTERED}\n\nPurpose of the strategy\n\n{BODY}"
    assert [text for role, text in roles(text) if role == "heading"] == ["Purpose of the strategy"]


@pytest.mark.parametrize("text", ["59 %", "December 2014", "3", "2013-2015"])
def test_a_lone_number_or_date_is_no_title(text):
    assert roles(f"{BODY}\n\n{text}\n\n{BODY}")[1] == ("caption", text)


SOURCES = "Ministry of Trade. A Plan. Port, 2011.\n\nAcademy. Safe Schools. 2010.\n\nCourt of Port. Yearbook, 2009."


def test_a_list_of_sources_goes_on_to_the_next_title():
    found = roles(f"{BODY}\n\nBibliography\n\n{SOURCES}\n\nANNEX OF THE PLAN\n\n{BODY}")
    assert [role for role, _ in found] == ["paragraph", "heading", *["reference"] * 3, "heading", "paragraph"]


def test_notes_behind_a_title_that_no_sources_follow_are_running_text():
    assert roles(f"Notes\n\n{BODY}")[1][0] == "paragraph"


def test_a_glossary_at_the_end_holds_terms_of_all_forms():
    text = f"{BODY}\n\n" * 8 + f"Glossary\n\nBotnet\n\n{BODY}\n\nCERT: the team that helps."
    assert [role for role, _ in roles(text)][9:] == ["glossary", "glossary", "glossary"]


def test_a_chapter_behind_a_glossary_is_none_of_it():
    text = f"{BODY}\n\n" * 8 + f"Glossary\n\nBotnet\n\n{BODY}\n\nAnnex A: Plan\n\n{BODY}"
    assert roles(text)[-1][0] == "paragraph"


def test_an_item_in_roman_numbers_is_below_one_with_a_letter():
    text = "We will:\n\n(a) act:\n\ni. at home;\n\nii. abroad;"
    assert passages(text)[-1].lead_in == "We will: act:"
