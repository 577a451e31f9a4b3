"""The documentation: complete, up to date, and every link in it leads somewhere."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from dataclasses import fields
from urllib.parse import urlsplit

import click
import pytest
from conftest import ROOT

from pipeline.cli import main
from pipeline.comparing import FINDINGS
from pipeline.errors import PROBLEM_KINDS
from pipeline.manifest import COLUMNS, FOR_A_PERSON, REQUIRED
from pipeline.settings import Settings
from pipeline.site.routes import PAGES as SITE
from pipeline.site.routes import ROUTES
from pipeline.stages import STAGES
from pipeline.store import rows

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
WITH_LINKS = [*PAGES, ROOT / "README.md", ROOT / "CHANGELOG.md"]
COMMANDS = re.compile(r"^(?: {4}|\$ )(?:concord|make) .*$|`((?:concord|make) [^`]+)`", re.MULTILINE)
PRINTED = 150_000
"""Bytes that a picture may have: a clone should stay small."""


@pytest.fixture(scope="module")
def regenerate():
    """The script that renews the generated parts."""
    spec = importlib.util.spec_from_file_location("regenerate", DOCS / "regenerate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(name):
    return (DOCS / name).read_text("utf-8")


def prose_of(text):
    """A page without its code blocks and its generated parts."""
    return re.sub(r"```.*?```|<!-- made: \w+ -->.*?<!-- end: \w+ -->", "", text, flags=re.DOTALL)


def anchor_of(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_generated_parts_of_a_page_are_what_the_code_says_else_run_make_docs(regenerate, path):
    assert path.read_text("utf-8") == regenerate.renewed(path.read_text("utf-8"))


def test_every_generated_part_stands_on_a_page(regenerate):
    used = {name for path in PAGES for name in re.findall(r"<!-- made: (\w+) -->", path.read_text("utf-8"))}
    assert used == set(regenerate.MAKERS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_begins_with_its_title_and_says_what_it_is_about(path):
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert len(lines[2]) > 40


def test_every_command_is_documented():
    assert set(re.findall(r"^## (\w+)$", text_of("cli.md"), re.MULTILINE)) == set(main.commands)


def test_every_table_and_column_is_documented(db):
    page = text_of("schema.md")
    for row in rows(db, "select name from sqlite_schema where type = 'table' and name not like '%\\_fts%' escape '\\'"):
        if row["name"].startswith(("_", "sqlite_")):
            assert f"`{row['name']}`" in page or row["name"].startswith("sqlite_")
            continue
        part = page.partition(f"### {row['name']}")[2].partition("###")[0]
        columns = [column[1] for column in db.execute(f'pragma table_info("{row["name"]}")').fetchall()]
        assert re.findall(r"^\| `(\w+)`", part, re.MULTILINE) == columns


def test_every_full_text_index_is_documented(db):
    for row in rows(db, "select name from sqlite_schema where sql like 'create virtual table%'"):
        assert f"`{row['name']}`" in text_of("schema.md")


def test_every_setting_is_documented_with_its_default_and_a_meaning():
    listed = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+) \|$", text_of("settings.md"), re.MULTILINE)
    assert [(name, default) for name, default, _ in listed] == [
        (field.name, str(field.default)) for field in fields(Settings)
    ]
    assert all(meaning.endswith(".") for _, _, meaning in listed)


def test_every_stage_is_documented_in_a_table_and_in_words():
    page = text_of("pipeline.md")
    for stage in STAGES:
        assert f"| `{stage.name}` |" in page
        assert f"\n**{stage.name}** " in page


def test_every_kind_of_problem_is_documented():
    assert re.findall(r"^\| `(\w+)` \|", text_of("reading.md").partition("## Problems")[2], re.MULTILINE) == list(
        PROBLEM_KINDS
    )


def test_every_finding_is_documented():
    assert all(f"| `{name}` |" in text_of("commitments.md") for name in FINDINGS)


def test_every_column_of_the_manifest_is_documented_with_what_is_required():
    listed = re.findall(r"^\| `(\w+)` \| (yes|) ?\| ", text_of("corpora.md").partition("## Adding")[0], re.MULTILINE)
    assert listed == [(name, "yes" if name in REQUIRED else "") for name in COLUMNS]


def test_the_fields_that_may_be_left_open_are_documented():
    sentence = text_of("corpora.md").partition("`?` in ")[2].partition(" means")[0]
    assert re.findall(r"`(\w+)`", sentence) == list(FOR_A_PERSON)


def test_every_parameter_that_a_page_reads_is_documented():
    source = (ROOT / "pipeline" / "site" / "routes.py").read_text("utf-8")
    read = set(re.findall(r'(?:_list\(request, |_whole\(request, |args\.get\()"(\w+)"', source))
    assert len(read) > 10
    assert {name for name in read if f"`{name}`" not in text_of("site.md")} == set()


def test_every_address_is_documented():
    assert len(re.findall(r"^\| `/", text_of("site.md"), re.MULTILINE)) == len(ROUTES)


def test_every_dependency_has_a_line_that_says_why():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    stated = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanted = {re.match(r"[\w.-]+", one)[0] for one in stated} - {project["name"]}
    part = text_of("design.md").partition("## Dependencies")[2].partition("What was left out")[0]
    assert set(re.findall(r"^\| `([\w.-]+)` \| .{10,} \|$", part, re.MULTILINE)) == wanted


@pytest.mark.parametrize("path", WITH_LINKS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name) if name else path
        assert file.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert anchor in map(anchor_of, headings), target


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert {path.name for path in PAGES} == set(re.findall(r"\(docs/(\w+\.md)\)", readme))


@pytest.mark.parametrize("path", WITH_LINKS, ids=lambda path: path.name)
def test_every_command_that_is_shown_exists_with_its_options(path):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for match in COMMANDS.finditer(prose_of(path.read_text("utf-8"))):
        words = (match[1] or match[0]).partition(" #")[0].split()
        words = words[1:] if words[0] == "$" else words
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), words
            continue
        command = main.commands[words[1]]
        if isinstance(command, click.Group) and len(words) > 2:
            command = command.commands[words[2]]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("path", sorted((DOCS / "screenshots").glob("*")), ids=lambda path: path.name)
def test_a_picture_is_shown_and_small(path):
    assert path.suffix == ".png"
    assert path.stat().st_size < PRINTED
    assert f"screenshots/{path.name})" in text_of("pictures.md")


def test_every_page_of_the_site_has_a_picture(regenerate):
    """Of each address that answers with a page; what has to end in a form, such as .csv, is none."""
    pages = [pattern for pattern, _ in SITE if r"\." not in pattern or pattern.endswith(")?$")]
    taken = [urlsplit(re.sub(r"\{\w+\}", "1", picture.address)).path for picture in regenerate.PICTURES.values()]
    assert [pattern for pattern in pages if not any(re.match(pattern, path) for path in taken)] == []


def test_every_recipe_of_the_makefile_is_named_by_its_help():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipes = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    assert {name for name in recipes if f"make {name} " not in makefile} <= {"lint", "types", "help"}


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.name)
def test_the_documentation_is_written_in_british_english(path):
    american = r"\b(?:behavior|color|analyze|center|organization|license[sd]?|recognize|labeled|modeling|catalog|program for)\b"
    prose = re.sub(r"`[^`]+`|\]\([^)]+\)", "", prose_of(path.read_text("utf-8")))
    allowed = prose.replace("Apache License", "")
    assert re.findall(american, allowed) == []
