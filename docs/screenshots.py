"""Make the pictures of the site anew: `python docs/screenshots.py concord.db`.

Serves the database, opens its pages in Chromium without a window, and keeps each as a PNG of at most 128 colours. The
pages are those of the first pair that the home page offers: Canada and Japan, where both are there.
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

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from pipeline.site.home import example_pair
from pipeline.site.reader import Marks, document
from pipeline.site.serving import command, metadata_for
from pipeline.store import open_for_reading, rows

FOLDER = Path(__file__).parent / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
"""So that the browser asks nobody but the site for anything."""
WIDTH, HEIGHT = 1280, 900
PUBLIC = "https://concord.example.org/"
"""Address that the site says it has: that of this machine is cited nowhere."""
COLOURS = 128
LARGEST = 200_000
MOST_PRECISE = """
select a.id, b.document_id, a.theme_id from counterparts
join commitments as a on a.id = commitment_id join commitments as b on b.id = other_id
where a.issuer_id = ? and b.issuer_id = ? order by a.precision desc, a.bindingness_id desc, substance desc limit 1
"""
MOST_ON_A_PAGE = """
select commitments.document_id, commitments.page from commitments join pages on pages.document_id = commitments.document_id
    and number = commitments.page and width is not null group by 1, 2 order by count(*) desc, 1, 2 limit 1
"""


def pages_of(path: Path) -> dict[str, str]:
    """Return the address of each picture's page by its name."""
    with open_for_reading(path) as db:
        pair = example_pair(db)
        if pair is None:
            sys.exit(f"{path} has no two states with promises alike: there is nothing to compare.")
        first, second = (issuer["id"] for issuer in pair)
        promise = rows(db, MOST_PRECISE, [first, second])[0]
        found = document(db, promise["document_id"], Marks(), 0)
        assert found is not None
        start = found["parts"][-1]["start"]
        drawn = rows(db, MOST_ON_A_PAGE)
    return {
        "home": "/",
        "search": "/search?q=sharing+information+between+response+teams",
        "compare": f"/compare?issuer={first}&issuer={second}",
        "document": f"/document/{promise['document_id']}?start={start}",
        "commitment": f"/commitment/{promise['id']}",
        "theme": f"/theme/{promise['theme_id']}#picture",
        "map": "/#map",
        **({"page": f"/document/{drawn[0]['document_id']}/page/{drawn[0]['page']}"} if drawn else {}),
    }


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


def take(browser: Browser, address: str, target: Path) -> None:
    """Write a picture of the page at an address."""
    with browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}) as page:
        page.set_default_timeout(120_000)  # the first search loads the encoder
        page.goto(address, wait_until="networkidle")
        raw = page.screenshot()
    with Image.open(io.BytesIO(raw)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(target, optimize=True)
    if target.stat().st_size > LARGEST:
        sys.exit(f"{target} has more than {LARGEST:,} bytes: lower COLOURS.")


def main(path: Path) -> None:
    """Take all pictures of the site of the database at `path`."""
    executable = browser_here()
    if executable is None:
        sys.exit(f"None of {', '.join(BROWSERS)} is installed.")
    FOLDER.mkdir(exist_ok=True)
    with served(path) as site, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=executable, args=OPTIONS)
        for name, address in pages_of(path).items():
            take(browser, site + address, FOLDER / f"{name}.png")
            print(f"{name}.png: {(FOLDER / f'{name}.png').stat().st_size:,} bytes")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python docs/screenshots.py DATABASE")
    main(Path(sys.argv[1]).resolve())
