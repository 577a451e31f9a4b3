"""Joining: which line goes on, and what becomes of hyphens at line ends."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.reading.text import plain_page
from pipeline.records import Line, Page
from pipeline.segmenting.joining import join, join_each, keeps_hyphen, measure, vocabulary
from pipeline.segmenting.rows import fold, rows_of


def joined(*pages):
    """The texts of the blocks of pages of plain text."""
    return [block.text for block in join(rows_of(plain_page(number, text) for number, text in enumerate(pages, 1)))]


FULL = "The state will protect the networks on which its people depend"


def test_lines_of_a_paragraph_are_joined_by_spaces():
    assert joined(f"{FULL}\nand will help others.") == [f"{FULL} and will help others."]


def test_an_empty_line_parts_paragraphs():
    assert joined(f"{FULL}.\n\n{FULL}.") == [f"{FULL}.", f"{FULL}."]


def test_a_short_line_with_a_stop_ends_a_paragraph():
    assert joined(f"{FULL}\nfor ever.\n{FULL}.") == [f"{FULL} for ever.", f"{FULL}."]


def test_an_empty_line_inside_a_sentence_parts_nothing():
    assert joined(f"{FULL} of\n\nthe country.") == [f"{FULL} of the country."]


def test_a_text_with_an_empty_line_after_every_line_is_read_as_if_it_had_none():
    lines = [f"{FULL} every day", f"{FULL} and night", f"{FULL} of the year."]
    assert joined("\n\n".join(lines)) == [" ".join(lines)]


def test_an_item_begins_with_its_marker():
    assert joined("We will:\n• protect networks\n• train people") == ["We will:", "protect networks", "train people"]


def test_a_second_line_of_an_item_belongs_to_it():
    assert joined(f"• {FULL}\n  and train people") == [f"{FULL} and train people"]


def test_a_marker_on_a_line_of_its_own_takes_the_next_line():
    assert joined("1.\nProtect networks\n2.\nTrain people") == ["Protect networks", "Train people"]


def test_a_dash_inside_a_sentence_is_no_marker():
    assert joined("The state protects networks\n– and whoever uses them – at all times.") == [
        "The state protects networks – and whoever uses them – at all times."
    ]


def test_a_dash_behind_a_lead_in_is_a_marker():
    assert joined("We will:\n– protect networks\n– train people") == ["We will:", "protect networks", "train people"]


def test_a_number_read_behind_its_first_line_is_left_out():
    assert joined("Information and\n2.1. technologies of the state are protected.") == [
        "Information and technologies of the state are protected."
    ]


def test_a_sentence_goes_on_over_a_page_break():
    assert joined(f"{FULL} and\n", "of the whole country.") == [f"{FULL} and of the whole country."]


def test_a_sentence_that_ends_with_its_page_ends_its_paragraph():
    assert joined(f"{FULL}.", "It will help others.") == [f"{FULL}.", "It will help others."]


def test_a_heading_does_not_swallow_the_text_below_it():
    assert joined(f"Purpose\n{FULL} every day\n{FULL}.") == ["Purpose", f"{FULL} every day {FULL}."]


@pytest.mark.parametrize(
    ("left", "right", "words", "kept"),
    [
        ("terri", "tories", set(), False),
        ("cyber", "attack", {"cyber", "attack"}, True),
        ("cyber", "attack", {"cyber-attack"}, True),
        ("cyber", "attack", {"cyberattack", "cyber", "attack"}, False),
        ("Asia", "Pacific", set(), True),
        ("24", "hour", set(), True),
        ("co", "operate", {"co", "operate"}, False),
        ("Terri", "tories", {"territories", "terri", "tories"}, False),
    ],
)
def test_the_words_of_the_document_say_whether_a_hyphen_stays(left, right, words, kept):
    assert keeps_hyphen(left, right, words) is kept


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("The state protects its terri-\ntories.", "The state protects its territories."),
        ("The state protects its terri\u00ad\ntories.", "The state protects its territories."),
        ("The state protects its terri\u2010\ntories.", "The state protects its territories."),
        ("The state protects the Asia-\nPacific region.", "The state protects the Asia-Pacific region."),
        ("The state protects – in full –\nits territories.", "The state protects – in full – its territories."),
    ],
)
def test_a_hyphen_at_a_line_end_is_resolved(printed, text):
    assert joined(printed) == [text]


def test_words_at_line_ends_are_no_evidence():
    rows = rows_of([plain_page(1, "we protect our terri-\ntories and our networks every")])
    assert vocabulary(rows) == {"protect", "our", "and", "networks"}


def test_a_mark_of_a_note_is_no_word():
    text = "We protect1 networks.2"
    line = Line(0, len(text), marks=((10, 11), (21, 22)))
    (block,) = join(rows_of([Page(1, text, lines=(line,))]))
    assert block.text == "We protect networks."


def laid(*printed, size=10.0, group=-1):
    """A page of laid out lines, each given as (text, left, right, bottom) or with its own size and group."""
    text, lines = "", []
    for words, left, right, bottom, *own in printed:
        mine = dict(zip(("size", "group", "bold"), own, strict=False))
        line = {"size": size, "group": group, **mine}
        lines.append(Line(len(text), len(text) + len(words), box=(left, bottom, right, bottom + line["size"]), **line))
        text += words + "\n"
    return Page(1, text, lines=tuple(lines))


def layout(*printed):
    """The texts of the blocks of a laid out page."""
    return [block.text for block in join(rows_of([laid(*printed)]))]


def paragraph(bottom, *, left=72, right=400, count=4):
    """Lines of text at the usual distance, the last one short."""
    return [(f"line {line} of the text", left, right, bottom - 12 * line) for line in range(count)]


def test_a_wide_gap_between_baselines_parts_paragraphs():
    found = layout(*paragraph(700), *paragraph(700 - 4 * 12 - 10))
    assert len(found) == 2


def test_lines_at_the_usual_distance_are_one_paragraph():
    assert len(layout(*paragraph(700, count=8))) == 1


def test_a_line_in_another_size_begins_a_block():
    assert layout(("Aims of the plan", 72, 200, 712, 14.0), *paragraph(698))[0] == "Aims of the plan"


def test_a_bold_line_begins_a_block():
    assert layout(("Aims of the plan", 72, 200, 712, 10.0, -1, True), *paragraph(700))[0] == "Aims of the plan"


def test_a_short_line_with_a_stop_ends_a_laid_out_paragraph():
    lines = [*paragraph(700), ("the end.", 72, 120, 652), ("A new beginning of the text", 72, 400, 640)]
    assert [text[-8:] for text in layout(*lines)] == ["the end.", "the text"]


def test_a_sentence_goes_on_in_the_next_column():
    below = [("networks of its people.", 320, 500, 700, 10.0, -2)]
    assert layout(*paragraph(136), *below)[0].endswith("line 3 of the text networks of its people.")


def test_what_is_usual_is_measured():
    usual = measure(rows_of([laid(*paragraph(700, count=8), ("Aims", 72, 100, 560, 14.0))]))
    assert (usual.leading, usual.size, usual.widths, usual.is_double_spaced) == (12, 10.0, {1: 400}, False)


def test_cells_of_a_table_stay_apart_and_their_lines_together():
    page = laid(
        ("Publish a", 72, 120, 700, 10.0, 1), ("list", 72, 100, 688, 10.0, 1), ("Ministry", 300, 350, 700, 10.0, 1)
    )
    lines = [
        Line(line.start, line.end, "cell", column=column, group=1, box=line.box, size=line.size)
        for line, column in zip(page.lines, ("Action", "Action", "Owner"), strict=True)
    ]
    assert [block.text for block in join(rows_of([Page(1, page.text, lines=tuple(lines))]))] == [
        "Publish a list",
        "Ministry",
    ]


def test_blocks_can_begin_where_a_function_says():
    rows = rows_of([plain_page(1, "1 See there\nand here.\n2 Also there.")])
    blocks = join_each(rows, lambda row: row.text[0].isdigit(), set())
    assert [block.text for block in blocks] == ["1 See there and here.", "2 Also there."]


WORDS = [
    "We",
    "will",
    "protect",
    "cyber-attack",
    "net-",
    "terri\u00ad",
    "of\ufb01ces",
    "states,",
    "act.",
    "act:",
    "is\u200b",
    "2018",
    "then-\u200b",
]
HEADS = ["", "", "", "• ", "1. ", "2) ", "- ", "  ", "\t", "2.1. "]
TEXTS = st.lists(
    st.one_of(
        st.just(""),
        st.builds(
            lambda head, words: head + " ".join(words),
            st.sampled_from(HEADS),
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
        ),
    ),
    max_size=12,
).map("\n".join)


@st.composite
def marked_pages(draw):
    """Pages of plain text, some of whose digits are marked as raised."""
    pages = []
    for number, text in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=3)), 1):
        page = plain_page(number, text)
        lines = []
        for line in page.lines:
            digits = [place for place in range(line.start, line.end) if text[place].isdigit()]
            marks = tuple((place, place + 1) for place in digits if draw(st.booleans()))
            lines.append(Line(line.start, line.end, marks=marks))
        pages.append(Page(number, text, lines=tuple(lines)))
    return pages


@given(marked_pages())
@example([plain_page(1, "its terri-\u200b\ntories")])
def test_the_segments_of_a_block_fold_to_its_text(pages):
    for block in join(rows_of(pages)):
        for segment in block.segments:
            printed = pages[segment.page - 1].text[segment.page_start : segment.page_end]
            assert fold(printed) == block.text[segment.start : segment.end]


@given(marked_pages())
def test_the_segments_of_a_block_stand_in_order_inside_its_text(pages):
    for block in join(rows_of(pages)):
        places = [place for segment in block.segments for place in (segment.start, segment.end)]
        assert places == sorted(places)
        assert places[0] == 0
        assert places[-1] == len(block.text)


@given(marked_pages())
def test_between_two_segments_there_is_at_most_a_space(pages):
    for block in join(rows_of(pages)):
        for one, other in zip(block.segments, block.segments[1:], strict=False):
            assert block.text[one.end : other.start] in ("", " ")


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_joining_loses_no_letter(texts):
    rows = rows_of(plain_page(number, text) for number, text in enumerate(texts, 1))
    before = "".join(char for row in rows for char in row.text if char.isalpha())
    after = "".join(char for block in join(rows) for char in block.text if char.isalpha())
    assert after == before


@pytest.mark.parametrize(
    ("left", "right", "words", "kept"),
    [
        ("guide", "line", {"guide", "line"}, False),
        ("state", "sponsored", set(), True),
        ("up", "to", set(), False),
        ("self", "care", set(), True),
        ("empower", "ment", set(), False),
        ("organisa", "tional", set(), False),
        ("guide", "line", {"guide-line"}, True),
    ],
)
def test_a_list_of_words_judges_a_hyphen_where_the_document_does_not(left, right, words, kept):
    listed = {"guideline", "guide", "line", "state", "sponsored", "empower", "ment"}
    assert keeps_hyphen(left, right, words, listed) is kept


def test_an_initial_at_the_head_of_a_line_is_a_word_of_the_open_sentence():
    assert joined(f"{FULL} with Hrafnkell\nV. Gislason and others.")[0].endswith("Hrafnkell V. Gislason and others.")


def test_a_number_that_counts_on_parts_even_an_open_sentence():
    assert len(joined(f"1. {FULL}\n2. {FULL}")) == 2


@pytest.mark.parametrize("mark", ["* * *", "###", "–––––", "•"])
def test_a_row_of_marks_is_no_block(mark):
    assert joined(f"{FULL}.\n\n{mark}\n\n{FULL}.") == [f"{FULL}."] * 2


def test_a_title_in_capitals_ends_a_sentence_that_a_page_leaves_open():
    assert joined(f"{FULL}\n{FULL}", "OBJECTIVES\n\nIt acts.")[1] == "OBJECTIVES"
