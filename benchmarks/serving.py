"""How long the server takes for each page, and how many searches a second two clients get.

    python benchmarks/serving.py --db build/corpus.db [--times 20]

Serves the database inside this process, as `concord serve` sets it up, and asks for each page in turn;
the first answer, which may load the encoder, does not count: how long it takes is printed first. Prints for each page
the median and the 95th percentile of the server's time in milliseconds, and the size of the page in kilobytes. A search
is asked for anew each time, and once more in the same words, because answers are kept; then the searches a second that
two clients get who ask new questions at once. Writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette

from pipeline.settings import bundled
from pipeline.site.serving import METADATA, NAME, SETTINGS
from pipeline.store import open_for_reading, rows

QUESTIONS = (
    "sharing information between response teams", "training of judges", "supply chain security", "CERT exercises",
    "protection of children online", "norms for cyberspace", "report incidents", "public-private partnership",
)  # fmt: skip
PLACES = (
    "Japan", "Canada", "Estonia", "India", "Kenya", "Brazil", "Norway", "Spain", "Ghana", "Poland", "Chile", "Jordan", "Finland",
    "Austria", "Singapore",
)  # fmt: skip


def main() -> None:
    """Print a row for each page, and how many searches a second there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    asyncio.run(_measure(options.db, options.times))


async def _measure(path: Path, times: int) -> None:
    metadata = json.loads(bundled(METADATA).read_text("utf-8"))
    metadata["databases"] = {path.stem: metadata["databases"][NAME]}
    site = Datasette([str(path)], metadata=metadata, settings=SETTINGS)
    await site.invoke_startup()
    started = time.perf_counter()
    (await site.client.get("/search", params={"q": "first"})).raise_for_status()
    print(f"the first search: {1000 * (time.perf_counter() - started):.0f} ms")
    print(f"{'page':64}{'median':>8}{'95 %':>8}{'kB':>7}")
    new = [await _timed(site, f"/search?{urlencode({'q': question})}", 0) for question in _new_questions(0, times)]
    taken = [first for (first, *_), _ in new]
    print(
        f"{'/search, a new question':64}{statistics.median(taken):8.0f}{percentile(taken, 95):8.0f}{statistics.mean(size for _, size in new) / 1000:7.0f}"
    )
    for address in addresses(path):
        taken, size = await _timed(site, address, times)
        print(f"{address:64}{statistics.median(taken):8.0f}{percentile(taken, 95):8.0f}{size / 1000:7.0f}")
    started = time.perf_counter()
    await asyncio.gather(*(_client(site, _new_questions(client, times)) for client in (1, 2)))
    print(f"two clients: {2 * times / (time.perf_counter() - started):.1f} searches a second")


def addresses(path: Path) -> list[str]:
    """Return an address of each of Concord's pages: those of the things with the most commitments."""
    with open_for_reading(path) as db:
        document = rows(db, "select document_id as id from commitments group by 1 order by count(*) desc limit 1")[0][
            "id"
        ]
        promise = rows(db, "select id from commitments order by id limit 1")[0]["id"]
        issuers = rows(
            db,
            "select issuer_id as id from commitments where issuer_id <> '' group by 1 order by count(*) desc limit 2",
        )
        families = rows(db, "select family from edition_changes order by family limit 1")
        guidelines = rows(db, "select id from guidelines order by id limit 1")
    pair = "&".join(f"issuer={row['id']}" for row in issuers)
    found = [
        "/", "/search?q=sharing+information", "/compare", f"/compare?{pair}", f"/compare/cell?{pair}&theme=INC", "/documents",
        f"/document/{document}", f"/commitment/{promise}", "/theme/INC", f"/issuer/{issuers[0]['id']}", "/guidelines",
    ]  # fmt: skip
    found += [f"/editions/{row['family']}" for row in families] + [f"/guidelines/{row['id']}" for row in guidelines]
    return [*found, "/watches", "/quality", "/problems", "/openapi.json", f"/{path.stem}/commitments"]


def _new_questions(client: int, times: int) -> list[str]:
    """Return questions that nobody else asks: each client names places of its own."""
    places = range(client, len(PLACES), 3)
    asked = [f"{question} in {PLACES[place]}" for place in places for question in QUESTIONS]
    return list(itertools.islice(itertools.cycle(asked), times))


async def _timed(site: Any, address: str, times: int) -> tuple[list[float], int]:
    """Return how long an address takes, its first answer alone when no more are asked for, and its size."""
    started = time.perf_counter()
    response = await site.client.get(address)
    response.raise_for_status()
    taken = [] if times else [1000 * (time.perf_counter() - started)]
    for _ in range(times):
        started = time.perf_counter()
        await site.client.get(address)
        taken.append(1000 * (time.perf_counter() - started))
    return taken, len(response.content)


async def _client(site: Any, questions: Sequence[str]) -> None:
    for question in questions:
        (await site.client.get("/search", params={"q": question})).raise_for_status()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` per cent of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share) // 100) - 1)]


if __name__ == "__main__":
    main()
