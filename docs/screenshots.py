"""Make the pictures of the site anew: `python docs/screenshots.py concord.db`.

Serves a copy of the database, opens every page in Chromium without a window, and keeps each as a PNG of at most 128
colours. The pages are those of the first pair that the home page offers, Canada and Japan where both are there, and
of the things with the most to show. Where nobody has saved a search, the copy gets one. docs/pictures.md shows them all.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipeline.search import Engine
from pipeline.site.home import example_pair
from pipeline.site.reader import Marks, document
from pipeline.site.serving import command, metadata_for
from pipeline.store import leave_one_file, open_for_reading, open_store, rows
from pipeline.watching import add, listed, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
"""So that the browser asks nobody but the site for anything."""
DESKTOP, TALL, PHONE = (1280, 900), (1280, 1300), (390, 844)
PUBLIC = "https://concord.example.org/"
"""Address that the site says it has: that of this machine is cited nowhere."""
COLOURS = 128
LARGEST = 150_000
QUESTION = "sharing information between response teams"


class Picture(NamedTuple):
    """A picture of a page: its address, in which `found` fills the braces, what it shows, and how it is looked at."""

    address: str
    line: str
    screen: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"


SEARCH = f"/search?q={QUESTION.replace(' ', '+')}"
COMPARE = "/compare?issuer={first}&issuer={second}"
PICTURES = {
    "home": Picture("/", "The home page: a search box, counts, ways in, themes"),
    "home-phone": Picture("/", "The home page on a phone", PHONE),
    "map": Picture("/#map", "A map of squares, one for each state, with the number of its documents"),
    "search": Picture(SEARCH, "Hits for a question, with what they matched, issuers and themes at the side"),
    "search-dark": Picture(SEARCH, "The same on a phone, in the dark", PHONE, "dark"),
    "watches": Picture("/watches", "Saved searches, what each has found and how to follow it"),
    "compare": Picture(COMPARE, "The commitments of two issuers compared, theme by theme", TALL),
    "compare-phone": Picture(f"{COMPARE}#themes", "The same on a phone", PHONE),
    "cell": Picture("/compare/cell?issuer={first}&issuer={second}&theme={theme}", "The quotes behind two cells of a comparison, side by side"),
    "matrix": Picture("/compare", "Everybody in one table: how much each promises on each theme"),
    "members": Picture("/compare?issuer={group}&members=1", "A group against its members: who promises at home what the group declared"),
    "editions": Picture("/editions/{family}", "What changed from one edition of a strategy to the next, with both quotes"),
    "guidelines": Picture("/guidelines", "The guides and norms with which every document is compared"),
    "guideline": Picture("/guidelines/{guideline}", "Who commits to each element of a guideline, who only mentions it, and who is silent"),
    "element": Picture("/guidelines/{guideline}/{element}", "The quotes behind the cells of one element"),
    "documents": Picture("/documents", "Every document, read or not"),
    "document": Picture("/document/{document}?start={start}#text", "A page of a document with its promises marked"),
    "page": Picture("/document/{drawn}/page/{page}", "A page of a document as it is printed, with its promises boxed"),
    "commitment": Picture("/commitment/{promise}", "A commitment with its parts, its firmness and its place"),
    "commitment-dark": Picture("/commitment/{promise}", "The same in the dark", DESKTOP, "dark"),
    "theme": Picture("/theme/{theme}#picture", "A theme's commitments drawn by issuer, year and firmness"),
    "subtheme": Picture("/subtheme/{subtheme}", "A sub-theme: who commits, since when, how firmly, in what words"),
    "issuer": Picture("/issuer/{first}", "An issuer: its documents, its themes, whom it names and who names it"),
    "instruments": Picture("/instruments", "Treaties, laws, processes, declarations and standards, and how many name each"),
    "instrument": Picture("/instrument/{instrument}", "Who names an instrument, in which role, when, and in which sentences"),
    "quality": Picture("/quality", "How often Concord is right, and what each figure means"),
    "problems": Picture("/problems", "What was not read or only in part, and why"),
}  # fmt: skip
"""Every page of the site, by the name of its picture."""
RUNNING_TEXT = ("document", "page")
"""Pictures that show more of a text than quotes: they are of the sample, whose texts belong to this project."""
MOST_PRECISE = """
select a.id as promise, b.document_id as document, a.theme_id as theme from counterparts
join commitments as a on a.id = commitment_id join commitments as b on b.id = other_id
where a.issuer_id = ? and b.issuer_id = ? order by a.precision desc, a.bindingness_id desc, substance desc limit 1
"""
MOST = (
    "select family from edition_changes group by 1 order by count(*) desc, 1 limit 1",
    (
        "select issuer_id as 'group' from commitments join issuers on issuers.id = issuer_id where kind = 'group'"
        " and issuer_id in (select group_id from memberships where member_id in (select issuer_id from documents))"
        " group by 1 order by (select avg(member_id in (select issuer_id from documents)) from memberships where group_id = issuer_id) desc, 1"
        " limit 1"
    ),
    (
        "select guideline_id as guideline, code as element from guideline_quotes join guideline_elements on guideline_elements.id = element_id"
        " where guideline_id in (select id from guidelines where not is_example) group by 1, 2 order by count(*) desc, 1, 2 limit 1"
    ),
    (
        "select commitments.document_id as drawn, commitments.page from commitments join pages"
        " on pages.document_id = commitments.document_id and number = commitments.page and width is not null"
        " group by 1, 2 order by count(*) desc, 1, 2 limit 1"
    ),
    "select id as subtheme from subthemes order by commitments desc, id limit 1",
    "select instrument_id as instrument from mentions where instrument_id is not null group by 1 order by count(*) desc, 1 limit 1",
)
"""The things with the most of what their pages show; the group of which the most members have a text here."""


def pages_of(path: Path) -> dict[str, str]:
    """Return the address of each picture's page by its name."""
    with open_for_reading(path) as db:
        pair = example_pair(db)
        if pair is None:
            sys.exit(f"{path} has no two states with promises alike: there is nothing to compare.")
        first, second = (issuer["id"] for issuer in pair)
        found = {"first": first, "second": second, **rows(db, MOST_PRECISE, [first, second])[0]}
        shown = document(db, found["document"], Marks(), 0)
        assert shown is not None
        found["start"] = shown["parts"][-1]["start"]
        for question in MOST:
            most = rows(db, question)
            if not most:
                sys.exit(f"{path} has nothing to show where this is asked: {question}")
            found |= most[0]
    return {name: picture.address.format(**found) for name, picture in PICTURES.items()}


def watched(path: Path, folder: Path) -> Path:
    """Return a copy of a database in which somebody has saved a search, and has run it."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    with open_store(copy) as db:
        if not listed(db):
            add(db, "response-teams", QUESTION, mode="words")  # so that no encoder is loaded for it
            run(db, Engine(copy))
        leave_one_file(db)
    return copy


@contextlib.contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a database on this machine while the block lasts; give the address of the site."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            command(path, metadata_for(path, Path(folder), PUBLIC), host="127.0.0.1", port=0),  # 0: any that is free
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr is not None
        try:
            said = []
            for line in server.stderr:
                said.append(line)
                if address := re.search(r"running on (http://\S+:\d+)", line):
                    yield address[1]
                    return
            sys.exit("The site did not start:\n" + "".join(said))
        finally:
            server.terminate()
            server.wait()
            server.stderr.close()


def browser_here() -> str | None:
    """Return where Chromium is installed, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def take(browser: Browser, address: str, picture: Picture, target: Path) -> None:
    """Write a picture of the page at an address."""
    from PIL import Image

    width, height = picture.screen
    is_phone = picture.screen == PHONE
    with browser.new_page(
        viewport={"width": width, "height": height}, is_mobile=is_phone, has_touch=is_phone, color_scheme=picture.scheme
    ) as page:
        page.set_default_timeout(120_000)  # the first search loads the encoder
        page.goto(address, wait_until="networkidle")
        raw = page.screenshot()
    with Image.open(io.BytesIO(raw)) as taken:
        small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(target, optimize=True)
    if target.stat().st_size > LARGEST:
        sys.exit(f"{target} has more than {LARGEST:,} bytes: lower COLOURS.")


def main(path: Path, sample: Path) -> None:
    """Take all pictures of the site of the database at `path`, but those of running text of the sample's."""
    from playwright.sync_api import sync_playwright

    executable = browser_here()
    if executable is None:
        sys.exit(f"None of {', '.join(BROWSERS)} is installed.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=executable, args=OPTIONS)
        for database in (path, sample):
            with served(watched(database, Path(folder))) as site:
                for name, address in pages_of(database).items():
                    if (name in RUNNING_TEXT) == (database == sample):
                        target = FOLDER / f"{name}.png"
                        take(browser, site + address, PICTURES[name], target)
                        print(f"{target.name}: {target.stat().st_size:,} bytes")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: python docs/screenshots.py DATABASE DATABASE_OF_THE_SAMPLE")
    main(*(Path(one).resolve() for one in sys.argv[1:]))
