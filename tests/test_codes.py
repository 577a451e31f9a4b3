"""What filters take: capitals do not count, and what could find nothing is refused in words that say what would be right."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from lxml import html
from planting import plant_document, plant_promise

from pipeline.cli import main
from pipeline.errors import FilterError
from pipeline.search import Engine, Filters, as_written
from pipeline.watching import add

JUDGES = "Judges will be trained in electronic evidence."


@pytest.fixture
def planted(db):
    """A promise of Arvenia."""
    plant_promise(db, plant_document(db, "xaa-2016", issuer="XAA", year=2016), JUDGES, themes=("CRIME",))
    db.conn.commit()
    return db


WRONG = {
    "issuer": (Filters(issuers=("XQQ",)), ("--issuer", "XQQ"), "issuer=XQQ", "This database knows no issuer 'XQQ'. It knows: XAA."),
    "group": (Filters(groups=("G9",)), ("--group", "G9"), "group=G9", "This database knows no group 'G9'. It knows: XAA."),
    "theme": (Filters(themes=("CRIMES",)), ("--theme", "CRIMES"), "theme=CRIMES", "This database knows no theme 'CRIMES'. Do you mean CRIME (Crime)?"),
    "kind": (Filters(kinds=("national",)), ("--kind", "national"), "kind=national", "This database knows no kind of document 'national'. Do you mean national_strategy (National strategy)?"),
    "document": (Filters(documents=("xaa",)), ("--document", "xaa"), "document=xaa", "This database knows no document 'xaa'. Do you mean xaa-2016 (Strategy xaa-2016)?"),
    "language": (Filters(language="english"), ("--language", "english"), "language=english", "'english' is no code of a language. Do you mean en (English)?"),
    "years": (Filters(year_from=2020, year_to=2010), ("--from", "2020", "--to", "2010"), "from=2020&to=2010", "Nothing is from 2020 on and up to 2010: the first is after the last. Give the earlier year first."),
    "due": (Filters(due_from="2020", due_to="2019-06"), ("--due-from", "2020", "--due-to", "2019-06"), "due_from=2020&due_to=2019-06", "Nothing is from 2020 on and up to 2019-06: the first is after the last. Give the earlier day first."),
}  # fmt: skip
"""A filter that could find nothing: in Python, on the command line, on the site, and what is said of it."""


@pytest.mark.parametrize(("filters", "_", "__", "message"), WRONG.values(), ids=WRONG)
def test_python_is_refused_what_could_find_nothing(planted, tmp_path, filters, _, __, message):
    for ask in (
        lambda: Engine(tmp_path / "concord.db").search("judges", filters, mode="words"),
        lambda: as_written(planted, filters),
        lambda: add(planted, "judges", "judges", filters),
    ):
        with pytest.raises(FilterError) as refused:
            ask()
        assert str(refused.value) == message


@pytest.mark.parametrize(("_", "options", "__", "message"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("words", [("search", "judges"), ("watch", "add", "judges", "judges")], ids=["search", "watch"])
def test_the_command_line_is_refused_what_could_find_nothing(planted, tmp_path, words, _, options, __, message):
    result = CliRunner().invoke(main, [*words, *options, "--db", str(tmp_path / "concord.db")])
    assert (result.exit_code, " ".join(result.stderr.split())) == (2, f"Error: {message}")


@pytest.mark.parametrize(("_", "__", "query", "message"), WRONG.values(), ids=WRONG)
async def test_the_page_says_why_a_filter_could_find_nothing(planted, tmp_path, _, __, query, message):
    page = await Datasette([str(tmp_path / "concord.db")]).client.get(f"/search?q=judges&mode=words&{query}")
    said = html.fromstring(page.text).xpath("string(//p[@role='status'])")
    assert (page.status_code, " ".join(said.split())) == (200, message)


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
async def test_a_program_gets_an_error_for_a_filter_that_could_find_nothing(planted, tmp_path, form):
    response = await Datasette([str(tmp_path / "concord.db")]).client.get(f"/search.{form}?q=judges&theme=CRIMES")
    assert response.status_code == 404
    assert "Do you mean CRIME (Crime)?" in response.text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (Filters(issuers=("xaa",), groups=("Xaa",), themes=("crime",)), Filters(issuers=("XAA",), groups=("XAA",), themes=("CRIME",))),
        (Filters(kinds=("National_Strategy",), documents=("XAA-2016",)), Filters(kinds=("national_strategy",), documents=("xaa-2016",))),
        (Filters(language="EN"), Filters(language="en")), (Filters(language="FR"), Filters(language="fr")), (Filters(), Filters()),
    ],
)  # fmt: skip
def test_capitals_do_not_count(planted, written, meant):
    assert as_written(planted, written) == meant


def test_a_language_of_which_nothing_is_here_yet_can_be_asked_for(planted):
    assert add(planted, "french", "judges", Filters(language="fr")).filters == Filters(language="fr")


def test_a_code_in_small_letters_finds_and_is_saved_as_the_database_writes_it(planted, tmp_path):
    assert Engine(tmp_path / "concord.db").search("", Filters(issuers=("xaa",))).total == 1
    assert add(planted, "judges", "judges", Filters(issuers=("xaa",))).filters == Filters(issuers=("XAA",))


async def test_a_code_in_small_letters_is_chosen_in_the_form(planted, tmp_path):
    page = await Datasette([str(tmp_path / "concord.db")]).client.get("/search?theme=crime")
    tree = html.fromstring(page.text)
    assert tree.xpath("//select[@name='theme']/option[@selected]/@value") == ["CRIME"]
    assert len(tree.find_class("c-hit")) == 1


def test_nothing_near_is_named_by_the_table_that_lists_them(planted):
    for number in range(30):
        plant_document(planted, f"other-{number}")
    with pytest.raises(FilterError, match=r"no document 'zzz'\. The table \"documents\" lists them"):
        as_written(planted, Filters(documents=("zzz",)))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"filters": Filters(kind_of_hit="none")}, "'none' is no kind of hit. Take commitment or passage."),
        ({"filters": Filters(bindingness=5)}, "5 is no level of firmness. They are: 1 (Aspiration)"),
        ({"mode": "smell"}, "'smell' is no mode of search. The modes are: both, words, meaning."),
        ({"most": 0}, "0 hits from the 0th on cannot be given. Ask for one or more."),
        ({"start": -1}, "20 hits from the -1th on cannot be given. Ask for one or more."),
    ],
)
def test_python_is_refused_what_the_forms_do_not_offer(planted, tmp_path, asked, message):
    with pytest.raises(FilterError) as refused:
        Engine(tmp_path / "concord.db").search("judges", **asked)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "options", [("--most", "0"), ("--most", "-1"), ("--from", "-5"), ("--to", "0"), ("--firmness", "9")], ids=" ".join
)
def test_a_number_out_of_its_range_is_an_error(planted, tmp_path, options):
    result = CliRunner().invoke(main, ["search", "judges", *options, "--db", str(tmp_path / "concord.db")])
    assert (result.exit_code, "is not in the range" in result.stderr) == (2, True)


def test_the_command_line_takes_small_letters(planted, tmp_path):
    words = ["search", "judges", "--issuer", "xaa", "--mode", "words", "--json", "--db", str(tmp_path / "concord.db")]
    assert [hit["text"] for hit in json.loads(CliRunner().invoke(main, words).stdout)["hits"]] == [JUDGES]
