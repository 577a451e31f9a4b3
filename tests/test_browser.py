"""The site as a person meets it: in Chromium, with a mouse, on a phone, by keyboard alone, and without JavaScript.

The site is served on this machine by the command behind `concord serve`; no other test may open a connection. Skipped,
with a message, where Chromium or Playwright is missing.
"""

from __future__ import annotations

import csv
import importlib.util
import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from conftest import ROOT
from planting import plant_watched

from pipeline.errors import StoreError
from pipeline.site.home import example_pair
from pipeline.site.routes import PAGES
from pipeline.site.serving import NAME
from pipeline.store import open_for_reading, rows

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: pip install playwright")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe is missing: pip install axe-playwright-python"
)

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SCREENS = {"desktop": {"viewport": DESKTOP}, "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True}}
CORPUS = ROOT / "build" / "corpus.db"
QUESTION = "training judges"
SHOWN = [
    "/", "/search?q=training", "/compare", "/compare?by=year", "/compare?by=un-norms", "/compare?issuer=XMG&members=1",
    "/compare?issuer=XAA&issuer=XBB", "/compare?issuer=XMG&kind=national_strategy&from=2015", "/compare/cell?issuer=XAA&issuer=XBB&theme=CAP",
    "/documents", "/document/xaa-2016-strategy", "/document/xaa-2016-strategy?theme=CAP&only=1", "/document/xaa-2016-strategy/page/4",
    "/document/xdd-2014-policy/page/2", "/theme/CAP", "/issuer/XAA", "/instruments", "/instrument/BUDAPEST", "/editions/xaa-strategy", "/guidelines",
    "/guidelines/un-norms", "/guidelines/un-norms?by=document", "/guidelines/un-norms/d", "/watches", "/quality", "/problems",
    "/document/none",
]  # fmt: skip
"""Addresses of every kind of page that a browser shows; those of a commitment and a sub-theme come from the sample's rows."""
STOCK = [
    f"/{NAME}", f"/{NAME}/kinds", f"/{NAME}/commitments?_search=training&_facet=theme_id&year__gte=2010", f"/{NAME}/kinds/joint_statement",
    f"/{NAME}/due_between?first_day=2018&last_day=2020&_show_sql=1", f"/{NAME}?sql=select+id,name+from+issuers",
    "/-/databases", "/-/versions", "/-/plugins", "/-/settings", "/-/metadata",
]  # fmt: skip
"""Datasette's own pages, in Concord's look: a database, tables, a row, questions in SQL, and what it says of itself."""
NO_PAGES = {
    "/watches/x.atom", "/theme/X.svg", "/openapi.json", "/document/x/commitments.csv", "/document/x/mentions.csv", "/commitment/x/history.csv",
    "/compare/citation.txt", "/compare/cell/citation.txt", "/theme/X/commitments.csv", "/subtheme/X.svg", "/subtheme/X/commitments.csv",
    "/issuer/X/commitments.csv", "/issuer/X/mentions.csv", "/instrument/X/mentions.csv",
}  # fmt: skip
"""What answers with something else than a page."""
HEAVIEST = 200_000
"""Bytes that a page may have, with all that it loads from us."""
COLOURS = ["color-contrast", "link-in-text-block"]
EVERY_OTHER_RULE = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}, **{rule: {"enabled": False} for rule in COLOURS}},
}
"""All that axe checks, of WCAG 2.2 too, but colours."""
COLOUR_RULES = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": COLOURS}}
AXE = "options => axe.run({exclude: [['[data-alike]'], ['.CodeMirror']]}, options).then(results => results.violations)"
"""Without Datasette's editor of SQL, whose hidden field has no name."""
ALIKE = """
() => {
  const seen = new Set();
  // What decides the contrast of an element's own text: its letters, and every ground behind them. What may lie over
  // or under something else is like nothing.
  const look = (node, own, around) => {
    const grounds = [];
    for (let one = node; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (["absolute", "fixed", "sticky"].includes(style.position)) return null;
      grounds.push(style.backgroundColor, style.backgroundImage, style.opacity);
    }
    const letters = [own.color, own.fontSize, own.fontWeight, own.textDecorationLine, own.textShadow, own.display, own.visibility];
    return [node.tagName, ...letters, around.color, around.fontWeight, ...grounds].join("|");
  };
  const isAlike = node => {
    const inner = [...node.children].map(isAlike);
    const hasText = [...node.childNodes].some(one => one.nodeType === 3 && one.nodeValue.trim());
    const name = hasText || !inner.length ? look(node, getComputedStyle(node), getComputedStyle(node.parentElement)) : "";
    const isNew = name === null || (name && !seen.has(name));
    if (name) seen.add(name);
    const whole = !isNew && inner.every(one => one);
    node.toggleAttribute("data-alike", whole);
    return whole;
  };
  isAlike(document.body);
}
"""
"""Marks what has the colours of something before it, so that axe need not weigh them again: that takes most of its time."""
WEIGHT = """
performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
    .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
"""


@pytest.fixture(scope="module")
def screenshots():
    """The script that takes the pictures of the documentation: it serves a database to a browser as well."""
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "docs" / "screenshots.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def chromium(screenshots):
    executable = screenshots.browser_here()
    if executable is None:
        pytest.skip(f"none of {', '.join(screenshots.BROWSERS)} is installed: apt-get install chromium")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=executable, args=screenshots.OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def path(sample_settings, tmp_path_factory):
    """The sample's database, with a saved search."""
    return plant_watched(sample_settings.db, tmp_path_factory.mktemp("browser") / f"{NAME}.db")


@pytest.fixture(scope="module")
def sample(path):
    with open_for_reading(path) as db:
        yield db


@pytest.fixture(scope="module")
def site(chromium, screenshots, path):
    """The address of the sample's site, where somebody has searched before: the first search loads the encoder."""
    with screenshots.served(path) as address:
        context = chromium.new_context()
        context.request.get(f"{address}/search?q=training", timeout=300_000)
        context.close()
        yield address


@pytest.fixture(scope="module")
def addresses(sample):
    """Every kind of page that a browser shows, Datasette's own too."""
    commitment = rows(sample, "select commitment_id as id from counterparts order by 1 limit 1")[0]["id"]
    subtheme = rows(sample, "select id from subthemes order by commitments desc, id limit 1")[0]["id"]
    return [*SHOWN, f"/commitment/{commitment}", f"/subtheme/{subtheme}", *STOCK]


@dataclass
class Visit:
    """What there was to see of a page: its width, what it weighs, what the browser refused, and what axe would mend."""

    width: int
    weight: int
    complaints: list
    violations: list


@pytest.fixture(scope="module")
def visits(chromium, site, addresses):
    """What each screen shows of every page, {screen: {address: Visit}}; each page is opened once on each."""
    script = axe.Axe().axe_script
    found = {}
    for screen, habits in SCREENS.items():
        context = chromium.new_context(base_url=site, **habits)
        page, complaints = context.new_page(), []
        page.set_default_timeout(60_000)  # the machine may be busy
        page.on("console", lambda message, to=complaints: to.append((message.text,)))
        page.on("requestfailed", lambda request, to=complaints: to.append((request.url, request.failure)))
        found[screen] = {address: visit(page, address, complaints, script) for address in addresses}
        context.close()
    return found


def visit(page, address, complaints, script):
    """Open a page, and look at it: with every rule of axe in light; in dark, where colours alone differ, at these."""
    complaints.clear()
    page.emulate_media(color_scheme="light")
    page.goto(address)
    width, weight = page.evaluate("document.documentElement.scrollWidth"), page.evaluate(WEIGHT)
    page.evaluate(script)
    violations = page.evaluate(AXE, EVERY_OTHER_RULE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(ALIKE)
        violations += page.evaluate(AXE, COLOUR_RULES)
    return Visit(width, weight, list(complaints), violations)


@pytest.fixture
def visitor(chromium, site):
    """Makes a page of a visitor at the site, with what her browser does and may do."""
    contexts = []

    def arrive(address="/", **habits):
        context = chromium.new_context(base_url=site, **{"viewport": DESKTOP, **habits})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # the machine may be busy
        page.goto(address)
        return page

    yield arrive
    for context in contexts:
        context.close()


def said(page, part="main"):
    """What a part of a page says, in one line."""
    return " ".join(page.locator(part).inner_text().replace("\u00a0", " ").split())


def test_every_page_of_the_site_is_among_those_that_are_looked_at(addresses):
    tested = [urlsplit(address).path for address in addresses]
    pages = [(pattern, view) for pattern, view in PAGES if not any(re.match(pattern, path) for path in NO_PAGES)]
    assert [pattern for pattern, _ in pages if not any(re.match(pattern, path) for path in tested)] == []


# --- the three uses -----------------------------------------------------------------------------------------------


def search_from_home(page):
    page.get_by_role("searchbox").fill(QUESTION)
    page.get_by_role("button", name="Search").click()


def test_a_question_on_the_home_page_is_answered_with_quotes_and_their_places(visitor):
    page = visitor()
    search_from_home(page)
    assert page.locator(".c-hit").count() > 3
    assert page.locator(".c-hit mark").count()
    places = page.locator(".c-hit .c-where").all_inner_texts()
    assert all(place.strip() for place in places)
    assert any(re.search(r"\(\d{4}\), p\. \d+", place) for place in places)


def test_a_filter_leaves_only_what_passes_it(visitor):
    page = visitor(f"/search?q={QUESTION}")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("combobox", name="Issuer").select_option("XAA")
    page.get_by_role("button", name="Search").click()
    names = set(page.locator(".c-hit .c-who").all_inner_texts())
    assert len(names) == 1
    assert page.get_by_role("combobox", name="Issuer").input_value() == "XAA"


def test_a_hit_is_opened_at_its_page_of_the_document(visitor):
    page = visitor(f"/search?q={QUESTION}&document=xaa-2016-strategy&in=commitment")
    quote = page.locator(".c-hit .c-text a").first.inner_text()
    page.locator(".c-hit .c-text a").first.click()
    where = page.locator(".c-kicker").inner_text()
    page.get_by_role("link", name="Read it in the document").click()
    target = page.locator(":target")
    assert quote in target.inner_text()
    assert target.evaluate(
        "node => { const box = node.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight }"
    )
    assert page.locator(".c-page", has_text=re.search(r"p\. (\S+)", where)[1]).count()


def compare_alike(page, pair):
    page.goto("/compare")
    page.get_by_role("combobox", name="Issuer", exact=True).select_option(pair[0]["id"])
    page.get_by_role("combobox", name="with", exact=True).select_option(pair[1]["id"])
    page.get_by_role("button", name="Compare").click()


def test_two_issuers_are_chosen_and_compared(visitor, sample):
    pair = example_pair(sample)
    page = visitor()
    compare_alike(page, pair)
    assert page.locator("h1").inner_text() == f"{pair[0]['name']} and {pair[1]['name']}"
    assert page.locator(".c-pair").count() > 0


def test_kinds_of_document_are_ticked_and_the_comparison_says_so(visitor, sample):
    pair = example_pair(sample)
    page = visitor(f"/compare?issuer={pair[0]['id']}&issuer={pair[1]['id']}")
    page.get_by_role("group", name="Kinds of document").get_by_label("National strategy", exact=True).check()
    page.get_by_label("From year").fill("2010")
    page.get_by_role("button", name="Compare").click()
    assert "Only documents of the kind national strategy from 2010 on." in said(page)
    page.get_by_text("Cite this comparison").click()
    assert "kind=national_strategy&from=2010" in page.locator(".c-cite").inner_text()


def test_a_cell_of_the_comparison_leads_to_as_many_quotes_as_it_says(visitor, sample):
    page = visitor()
    compare_alike(page, example_pair(sample))
    cell = page.locator(".c-matrix a.committed").first
    column = cell.evaluate("node => node.closest('td').cellIndex")
    number = int(cell.locator("b").inner_text())
    cell.click()
    assert page.locator(".c-columns section").nth(column - 1).locator(".c-quote").count() == number


def quote_of_a_cell(page, pair):
    """Follow a cell of a comparison to its first quote and to the page of that."""
    compare_alike(page, pair)
    page.locator(".c-matrix a.committed").first.click()
    page.locator(".c-quote blockquote a").first.click()


def test_a_quote_is_cited_in_words_and_in_bibtex(visitor, sample, screenshots):
    page = visitor()
    quote_of_a_cell(page, example_pair(sample))
    quote, address = (
        page.locator(".c-main-quote p").last.inner_text(),
        urljoin(screenshots.PUBLIC, urlsplit(page.url).path),
    )
    page.get_by_role("link", name="cite this").click()
    assert address in page.locator(".c-cite").inner_text()
    page.locator("summary", has_text="BibTeX").click()
    assert quote in page.locator("#cite-bib").inner_text()


def test_a_citation_is_taken_away_as_a_file(visitor, sample):
    page = visitor()
    quote_of_a_cell(page, example_pair(sample))
    with page.expect_download() as taken:
        page.locator("#cite .c-take").get_by_role("link", name="RIS").click()
    assert taken.value.suggested_filename.endswith(".ris")
    assert Path(taken.value.path()).read_text("utf-8").startswith("TY  - ")


def test_a_comparison_is_taken_away_with_the_quotes_that_it_shows(visitor, sample):
    page = visitor()
    compare_alike(page, example_pair(sample))
    shown = set(page.locator(".c-pair blockquote a").all_inner_texts())
    with page.expect_download() as taken:
        page.locator(".c-jump").get_by_role("link", name="CSV").click()
    lines = list(csv.DictReader(Path(taken.value.path()).read_text("utf-8-sig").splitlines()))
    assert {value for line in lines for value in line.values()} >= shown


# --- without a mouse, without JavaScript, on a phone, on paper -----------------------------------------------------


def tab_to(page, wanted, most=80):
    """Press Tab until an element has the focus, and return it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return page.locator(":focus")
    raise AssertionError(f"{wanted} is not reached by {most} strokes of the tabulator")


def test_a_quote_is_found_and_read_in_its_document_by_keyboard_alone(visitor):
    page = visitor()
    tab_to(page, "#q")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    tab_to(page, ".c-hit.commitment .c-text a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/commitment/*")
    tab_to(page, "a[href*='?passage=']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/document/*")
    assert page.locator(":target").is_visible()


def test_the_first_stroke_of_the_tabulator_offers_to_skip_to_the_content(visitor):
    page = visitor("/documents")
    tab_to(page, ".skip", most=1)
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_matches_of_a_filter_are_gone_through_by_keyboard_alone(visitor):
    page = visitor("/document/xaa-2016-strategy")
    tab_to(page, "select[name=theme]")
    page.keyboard.type("Skills")
    tab_to(page, "form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**theme=CAP**")
    places = page.locator(".c-promise").evaluate_all("nodes => nodes.map(node => node.id)")
    tab_to(page, ".c-matches a[href^='#c-']")
    for place in places:
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == place
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel") == "Previous match":
            page.keyboard.press("Tab")
    assert len(places) > 1
    assert page.evaluate("document.activeElement.ariaLabel") == "More like this"


def test_whatever_has_the_focus_shows_it(visitor, addresses):
    """Each thing that the keyboard reaches is outlined, on the page with the most kinds of things."""
    page = visitor("/search?q=training&issuer=XAA")
    bare, seen = set(), set()
    for _ in range(60):
        page.keyboard.press("Tab")
        name, style = page.evaluate(
            "() => { const node = document.activeElement; return [node.tagName + '.' + node.className,"
            " getComputedStyle(node).outlineStyle] }"
        )
        seen.add(name)
        if style == "none" and not name.startswith("BODY"):
            bare.add(name)
    assert bare == set()
    assert {"INPUT.", "SELECT.", "BUTTON.", "SUMMARY.", "A."} <= seen


def test_everything_from_search_to_citation_works_without_javascript(visitor, sample):
    page = visitor(java_script_enabled=False)
    search_from_home(page)
    page.locator(".c-hit.commitment .c-text a").first.click()
    assert said(page, ".c-main-quote")
    quote_of_a_cell(page, example_pair(sample))
    page.locator("summary", has_text="BibTeX").click()
    assert page.locator("#cite-bib").is_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_is_wider_than_the_screen(visits, screen):
    most = SCREENS[screen]["viewport"]["width"]
    assert {address: visit.width for address, visit in visits[screen].items() if visit.width > most} == {}


@pytest.mark.parametrize("screen", SCREENS)
def test_the_answer_to_a_question_in_sql_is_not_wider_than_the_screen(visitor, screen):
    page = visitor(f"/{NAME}/due_between?first_day=2018&last_day=2020&_show_sql=1", **SCREENS[screen])
    assert page.locator("table td a").count() > 5
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREENS[screen]["viewport"]["width"]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_fields_of_a_form_stand_in_lines_and_are_of_one_height(visitor, screen):
    page = visitor(**SCREENS[screen])
    for address in ("/search?issuer=XAA", "/compare", "/guidelines/un-norms", "/compare?issuer=XMG&members=1"):
        page.goto(address)
        boxes = [
            box.bounding_box()
            for box in page.locator(".c-fields").first.locator("select, input:not([type=checkbox]), button").all()
        ]
        assert len({round(box["height"]) for box in boxes}) == 1, address
        lefts = {round(box["x"]) for box in boxes}
        assert len(lefts) <= 8, address
        for one, other in itertools.combinations(boxes, 2):
            assert abs(one["y"] - other["y"]) < 1 or abs(one["y"] - other["y"]) > one["height"], address


def test_a_browser_refuses_nothing_that_a_page_asks_for(visits):
    """No style, picture or form is against the policy, and nothing is missing."""
    complaints = [
        (address, *complaint)
        for of_screen in visits.values()
        for address, visit in of_screen.items()
        for complaint in visit.complaints
        # A 404 is one, and Chromium says so; a picture that is still on its way when the next page is opened is let go.
        if address != "/document/none" and complaint[1:] != ("net::ERR_ABORTED",)
    ]
    assert complaints == []


def test_a_page_weighs_little_with_all_that_it_loads(visits):
    weights = {address: visit.weight for address, visit in visits["desktop"].items() if address not in STOCK}
    assert all(weight > 10_000 for weight in weights.values())
    assert {address: weight for address, weight in weights.items() if weight > HEAVIEST} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_comparison_is_dark_on_white_without_what_a_screen_is_for(visitor, sample, scheme):
    first, second = (issuer["id"] for issuer in example_pair(sample))
    page = visitor(f"/compare?issuer={first}&issuer={second}", color_scheme=scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    assert not page.locator("header, form, footer").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    paper = page.locator(".c-quote").first.evaluate("node => getComputedStyle(node).backgroundColor")
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


# --- axe ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_to_mend_on_any_page_in_light_or_in_dark(visits, screen):
    """Everything in light; in dark, where colours alone differ, the contrast. Of what looks alike, colours are weighed once."""
    found = {
        address: [
            (one["id"], node["target"], node["failureSummary"]) for one in visit.violations for node in one["nodes"][:4]
        ]
        for address, visit in visits[screen].items()
        if visit.violations
    }
    assert found == {}


# --- the real corpus ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_site(chromium, screenshots):
    """The address of the real corpus's site, where its database is there."""
    try:
        open_for_reading(CORPUS).close()
    except StoreError as error:
        pytest.skip(f"the real corpus is not built: make check-corpus ({error})")
    with screenshots.served(CORPUS) as address:
        yield address


@pytest.mark.corpus
def test_canada_and_japan_are_compared_and_a_quote_of_both_is_read_and_cited(chromium, real_site, screenshots):
    with chromium.new_page(base_url=real_site, viewport=DESKTOP) as page:
        page.goto("/")
        page.get_by_role("link", name="Where do Canada and Japan promise the same?").click()
        assert page.locator("h1").inner_text() == "Canada and Japan"
        quote = page.locator(".c-pair blockquote a").first.inner_text()
        page.locator(".c-pair blockquote a").first.click()
        assert quote in page.locator(".c-main-quote").inner_text()
        assert urljoin(screenshots.PUBLIC, urlsplit(page.url).path) in page.locator(".c-cite").inner_text()
        page.get_by_role("link", name="Read it in the document").click()
        assert page.locator(":target").is_visible()
