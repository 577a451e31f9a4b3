"""Make the pictures of the site anew: `python docs/screenshots.py concord.db`.

Serves the database, opens five pages in Chromium (or Chrome) without a window, and keeps each as a PNG of at most 128
colours. The pages are those of the first pair that the home page offers: Canada and Japan, where both are there.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from pipeline.site.home import example_pair
from pipeline.site.queries import document
from pipeline.site.serving import command, metadata_for
from pipeline.store import open_for_reading, rows

FOLDER = Path(__file__).parent / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --force-device-scale-factor=1"
).split()
WIDTH, HEIGHT = 1280, 900
COLOURS = 128
LARGEST = 200_000
MOST_PRECISE = """
select a.id, b.document_id from counterparts
join commitments as a on a.id = commitment_id join commitments as b on b.id = other_id
where a.issuer_id = ? and b.issuer_id = ? order by a.precision desc, a.bindingness_id desc, substance desc limit 1
"""


def pages_of(path: Path) -> dict[str, str]:
    """Return the address of each picture's page by its name."""
    with open_for_reading(path) as db:
        pair = example_pair(db)
        if pair is None:
            sys.exit(f"{path} has no two states with promises alike: there is nothing to compare.")
        first, second = (issuer["id"] for issuer in pair)
        promise = rows(db, MOST_PRECISE, [first, second])[0]
        found = document(db, promise["document_id"], 0)
        assert found is not None
        start = found["parts"][-1]["start"]
    return {
        "home": "/",
        "search": "/search?q=sharing+information+between+response+teams",
        "compare": f"/compare?issuer={first}&issuer={second}",
        "document": f"/document/{promise['document_id']}?start={start}",
        "commitment": f"/commitment/{promise['id']}",
    }


@contextlib.contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a database while the block lasts; give the address of the site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            command(path, metadata_for(path, Path(folder)), host="127.0.0.1", port=port),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    sys.exit("The site did not start.")


def take(browser: str, address: str, target: Path) -> None:
    """Write a picture of the page at an address."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.png"
        subprocess.run(
            [browser, *OPTIONS, f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={raw}", address],
            check=True,
            capture_output=True,
            timeout=60,
        )  # fmt: skip
        with Image.open(raw) as picture:
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(target, optimize=True)
    if target.stat().st_size > LARGEST:
        sys.exit(f"{target} has more than {LARGEST:,} bytes: lower COLOURS.")


def main(path: Path) -> None:
    """Take all pictures of the site of the database at `path`."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"None of {', '.join(BROWSERS)} is installed.")
    FOLDER.mkdir(exist_ok=True)
    with served(path) as site:
        for name, address in pages_of(path).items():
            take(browser, site + address, FOLDER / f"{name}.png")
            print(f"{name}.png: {(FOLDER / f'{name}.png').stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python docs/screenshots.py DATABASE")
    main(Path(sys.argv[1]).resolve())
