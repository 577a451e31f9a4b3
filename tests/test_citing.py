"""Citations: every format says the same, readers of other people read it, and no title can break out of its field."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pybtex.database import parse_string

from pipeline.citing import (
    FORMS,
    Citation,
    address,
    in_words,
    is_local,
    is_site,
    listed,
    one_line,
    to_bibtex,
    to_csl,
    to_markdown,
    to_ris,
    to_text,
)

PROMISE = Citation(
    key="xaa-2016-strategy-000b10f8ba780f2a", authors=("Arvenia",), title="A Confident Digital Arvenia", kind="National strategy",
    permalink="http://localhost/commitment/000b10f8ba780f2a", accessed=date(2026, 11, 28), body="Ministry of Digital Affairs",
    published_on="2016-11-15", page="iii", quote="We will train 50 % more staff.", source_url="https://example.org/a_b.pdf", language="en",
)  # fmt: skip
BARE = Citation("none-1", (), "Untitled", "National strategy", "http://localhost/document/none-1", date(2026, 1, 2))
HOSTILE = "}{ \\input{/etc/passwd} 5 % of $x_1^2~ #1 & \"q\" 'q' <script>alert(1)</script>\r\nTY  - BOOK\nER  - \n@misc{a,\u2028b"

LATEX = {
    r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}", r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^", **{f"\\{sign}": sign for sign in "$&%#_"},
}  # fmt: skip
"""What LaTeX prints for a command."""


def printed(text):
    """What LaTeX prints for a field of BibTeX."""
    parts = re.split(r"(\\text\w+\{\}|\\[$&%#_])", text)
    return "".join(LATEX.get(part, part.replace("{", "").replace("}", "")) for part in parts)


def read_bibtex(text):
    """The one entry of a BibTeX file, as pybtex reads it."""
    (entry,) = parse_string(text, "bibtex").entries.values()
    return entry


def read_ris(text):
    """The one record of a RIS file, as rispy reads it."""
    (record,) = rispy.loads(text)
    return record


def test_text_names_issuer_body_title_day_page_source_permalink_and_day_of_access():
    assert to_text(PROMISE) == (
        "Arvenia, Ministry of Digital Affairs, A Confident Digital Arvenia (15 November 2016), p. iii."
        " https://example.org/a_b.pdf In: Concord, http://localhost/commitment/000b10f8ba780f2a"
        " (accessed 28 November 2026).\n"
    )


def test_text_leaves_out_what_is_not_known():
    assert to_text(BARE) == (
        "Untitled (no date). In: Concord, http://localhost/document/none-1 (accessed 2 January 2026).\n"
    )


def test_all_who_signed_a_joint_text_are_its_authors():
    joint = replace(PROMISE, authors=("Arvenia", "Belmora", "Corvane"))
    assert to_text(joint).startswith("Arvenia, Belmora and Corvane, ")
    assert [str(person) for person in read_bibtex(to_bibtex(joint)).persons["author"]] == [
        "{Arvenia}", "{Belmora}", "{Corvane}",
    ]  # fmt: skip
    assert read_ris(to_ris(joint))["authors"] == ["Arvenia", "Belmora", "Corvane"]
    assert json.loads(to_csl(joint))[0]["author"] == [{"literal": name} for name in joint.authors]


@pytest.mark.parametrize(
    ("published_on", "words"),
    [("2016-11-15", "15 November 2016"), ("2016-11", "November 2016"), ("2016", "2016"), ("", "no date"), ("x", "no date")],
)  # fmt: skip
def test_a_day_is_as_precise_as_it_is_known(published_on, words):
    assert in_words(replace(PROMISE, published_on=published_on).day) == words


def test_markdown_shows_what_the_text_says_with_the_title_in_italics():
    shown = MarkdownIt("commonmark").render(to_markdown(PROMISE))
    assert re.sub(r"<[^>]+>", "", shown) == to_text(PROMISE)
    assert "<em>A Confident Digital Arvenia</em>" in shown
    assert 'href="http://localhost/commitment/000b10f8ba780f2a"' in shown


def test_bibtex_holds_every_part():
    entry = read_bibtex(to_bibtex(PROMISE))
    assert entry.type == "techreport"
    assert dict(entry.fields) == {
        "title": "{A Confident Digital Arvenia}", "type": "National strategy", "institution": "{Ministry of Digital Affairs}",
        "year": "2016", "month": "November", "pages": "iii", "url": "http://localhost/commitment/000b10f8ba780f2a",
        "urldate": "2026-11-28", "note": r"Official source: https://example.org/a\_b.pdf",
        "annote": r"We will train 50 \% more staff.",
    }  # fmt: skip


def test_a_report_in_bibtex_has_its_institution_also_when_no_body_is_known():
    assert read_bibtex(to_bibtex(replace(PROMISE, body=""))).fields["institution"] == "{Arvenia}"


def test_the_month_of_bibtex_is_the_macro_that_styles_translate():
    assert "\n  month = nov,\n" in to_bibtex(PROMISE)
    assert "month" not in to_bibtex(replace(PROMISE, published_on="2016"))


def test_bibtex_without_anything_that_can_be_left_out_is_still_read():
    assert read_bibtex(to_bibtex(BARE)).fields["title"] == "{Untitled}"


def test_ris_holds_every_part():
    assert read_ris(to_ris(PROMISE)) == {
        "type_of_reference": "RPRT", "id": PROMISE.key, "authors": ["Arvenia"], "title": "A Confident Digital Arvenia",
        "type_of_work": "National strategy", "publisher": "Ministry of Digital Affairs", "year": "2016", "date": "2016/11/15/",
        "start_page": "iii", "language": "en", "name_of_database": "Concord", "urls": [PROMISE.permalink], "access_date": "2026/11/28",
        "notes": ["Official source: https://example.org/a_b.pdf", "We will train 50 % more staff."],
    }  # fmt: skip


@pytest.mark.parametrize(("published_on", "told"), [("2016-11", "2016/11//"), ("2016", "2016///")])
def test_a_day_in_ris_has_its_three_slashes(published_on, told):
    assert read_ris(to_ris(replace(PROMISE, published_on=published_on)))["date"] == told


def test_every_line_of_ris_ends_with_carriage_return_and_line_feed():
    text = to_ris(replace(PROMISE, title=HOSTILE))
    assert text.endswith("\r\nER  - \r\n")
    assert text.count("\n") == text.count("\r") == text.count("\r\n")


def test_csl_is_a_list_of_one_report_with_every_part():
    assert json.loads(to_csl(PROMISE)) == [
        {
            "id": PROMISE.key, "type": "report", "genre": "National strategy", "author": [{"literal": "Arvenia"}],
            "title": "A Confident Digital Arvenia", "publisher": "Ministry of Digital Affairs", "issued": {"date-parts": [[2016, 11, 15]]},
            "page": "iii", "language": "en", "source": "Concord", "URL": PROMISE.permalink, "accessed": {"date-parts": [[2026, 11, 28]]},
            "note": "Official source: https://example.org/a_b.pdf", "annote": "We will train 50 % more staff.",
        }
    ]  # fmt: skip


def test_csl_leaves_out_what_is_not_known():
    assert json.loads(to_csl(BARE))[0].keys() == {"id", "type", "genre", "title", "source", "URL", "accessed"}


@pytest.mark.parametrize("field", ["title", "body", "page", "quote", "kind", "authors", "source_url"])
@pytest.mark.parametrize("form", ["txt", "md", "bib", "ris"])
def test_a_line_break_opens_no_new_line(form, field):
    value = (HOSTILE,) if field == "authors" else HOSTILE
    with_break, without = (replace(PROMISE, **{field: one}) for one in (value, ("a",) if field == "authors" else "a"))
    make = FORMS[form].make
    assert len(make(with_break).splitlines()) == len(make(without).splitlines())


TEXTS = st.text(st.one_of(st.sampled_from("{}\\$&%#_^~\"'@,<>*`[]()-+=|!. \n\rab1"), st.characters(exclude_categories=["Cs"])), min_size=1)  # fmt: skip


@given(TEXTS)
def test_a_title_is_read_back_from_bibtex_as_it_was(title):
    entry = read_bibtex(to_bibtex(replace(PROMISE, title=title, body=title, quote=title, authors=(title,))))
    wanted = " ".join(one_line(title).split())
    assert " ".join(printed(entry.fields["title"]).split()) == wanted
    assert " ".join(printed(entry.fields.get("annote", "")).split()) == wanted


@given(TEXTS)
def test_braces_of_bibtex_are_in_pairs_whatever_a_title_holds(title):
    depth = 0
    for sign in to_bibtex(replace(PROMISE, title=title)):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


@given(TEXTS)
def test_a_title_is_read_back_from_ris_as_it_was(title):
    record = read_ris(to_ris(replace(PROMISE, title=title)))
    assert record.get("title", "") == one_line(title)
    assert (record["type_of_reference"], record["year"]) == ("RPRT", "2016")


@given(TEXTS)
def test_a_title_is_read_back_from_csl_as_it_was(title):
    assert json.loads(to_csl(replace(PROMISE, title=title)))[0].get("title", "") == one_line(title)


@given(TEXTS)
def test_markdown_shows_the_author_as_it_is_and_nothing_of_it_is_markup(author):
    inline = MarkdownIt("commonmark").parse(to_markdown(replace(PROMISE, authors=(f"{one_line(author)}x",), body="")))
    assert [token.type for token in inline] == ["paragraph_open", "inline", "paragraph_close"]
    kinds = [token.type for token in inline[1].children if token.type not in ("text", "text_special")]
    assert kinds == ["em_open", "em_close", *["link_open", "link_close"] * 2]
    said = "".join(token.content for token in inline[1].children)
    assert said.startswith(f"{one_line(author)}x, A Confident")


@pytest.mark.parametrize("url", ['http://x"><script>', "http://x/{a}\\b c\n\rd", "https://x/日本^`|~"])
def test_an_address_holds_no_sign_that_could_end_it(url):
    assert re.fullmatch(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=%._~-]+", address(url))


def test_an_address_that_is_encoded_already_stays_as_it_is():
    assert address("https://x/a%20b?c=d&e=f#g") == "https://x/a%20b?c=d&e=f#g"


COMPARED = Citation(
    key="arvenia-and-belmora-compared-1a2b3c4d", authors=(), title="Arvenia and Belmora compared, documents until 2016", kind="Comparison",
    permalink="http://localhost/compare?issuer=XAA&issuer=XBB&at=2016", accessed=date(2026, 11, 30), published_on="2026-11-29",
    version="0.1.0, database of 2026-11-29 13:53 UTC",
)  # fmt: skip


def test_a_comparison_is_cited_with_the_version_of_the_database_that_says_it():
    assert to_text(COMPARED) == (
        "Arvenia and Belmora compared, documents until 2016, version 0.1.0, database of 2026-11-29 13:53 UTC (29 November 2026)."
        " In: Concord, http://localhost/compare?issuer=XAA&issuer=XBB&at=2016 (accessed 30 November 2026).\n"
    )
    assert "*, version 0.1.0, database of" in to_markdown(COMPARED)
    entry = read_bibtex(to_bibtex(COMPARED))
    assert (entry.type, entry.fields["howpublished"]) == ("misc", f"Concord, version {COMPARED.version}")
    record = read_ris(to_ris(COMPARED))
    assert (record["type_of_reference"], record["edition"], record["urls"]) == (
        "ELEC",
        COMPARED.version,
        [COMPARED.permalink],
    )
    (value,) = json.loads(to_csl(COMPARED))
    assert (value["type"], value["version"], value["URL"]) == ("webpage", COMPARED.version, COMPARED.permalink)


def test_names_are_listed_as_in_a_sentence():
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_a_key_is_one_word():
    odd = replace(PROMISE, key="a b,{c}\n")
    assert to_bibtex(odd).startswith("@techreport{a-b--c--,\n")
    assert read_ris(to_ris(odd))["id"] == json.loads(to_csl(odd))[0]["id"] == "a-b--c--"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost", "http://LOCALHOST:8001/a", "https://a.localhost/", "http://127.0.0.1:8001/", "http://127.9.9.9/",
        "http://[::1]:8001/", "http://0.0.0.0:8001/",
    ],
)  # fmt: skip
def test_an_address_of_the_readers_own_machine_is_local(url):
    assert is_local(url)


@pytest.mark.parametrize(
    "url", ["https://x.org/", "http://localhost.org/", "http://10.0.0.1/", "http://mylocalhost/", "http://[x", "", "x"]
)
def test_an_address_that_others_may_open_is_not_local(url):
    assert not is_local(url)


@pytest.mark.parametrize("url", ["https://x.org", "http://x.org:8001/", "https://x.org/a/b/"])
def test_the_address_of_a_site_may_have_a_path(url):
    assert is_site(url)


@pytest.mark.parametrize("url", ["", "x.org", "ftp://x.org", "https://", "https://x.org/?a", "https://x.org/#a", "https://x.org/a b", "https://x.org\n", None, ["https://x.org"]])  # fmt: skip
def test_what_no_path_can_be_added_to_is_no_address_of_a_site(url):
    assert not is_site(url)


def test_a_citation_without_a_permalink_holds_no_address_of_this_site():
    alone = replace(PROMISE, permalink="")
    assert to_text(alone).endswith(" https://example.org/a_b.pdf In: Concord (accessed 28 November 2026).\n")
    assert "url" not in read_bibtex(to_bibtex(alone)).fields
    assert "urls" not in read_ris(to_ris(alone))
    assert "URL" not in json.loads(to_csl(alone))[0]
    assert MarkdownIt("commonmark").render(to_markdown(alone)).count("href=") == 1
