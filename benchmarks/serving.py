"""How long the server takes for each page, and how many searches a second two clients get.

    python benchmarks/serving.py --db build/corpus.db [--times 20]

Serves the database inside this process, as `concord serve` sets it up, and asks for each page in turn. Prints for each
page how long the server takes in milliseconds: for the first answer, before which nothing of the page is kept, and for
the answers after it, the median and the 95th percentile, and the median of the processor's time, which says more than the
clock on a machine that others use too; and the size of the page in kilobytes, without what it loads. A search is asked for anew each time, and once more in the same words, because answers are kept; then the searches a second
that two clients get who ask new questions at once. The very first search, which loads the encoder, is printed first and
counts for none. Writes nothing.
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
from typing import Any, NamedTuple
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
    print(f"{'page':72}{'first':>7}{'median':>8}{'95 %':>7}{'CPU':>6}{'kB':>6}")
    new = [await _timed(site, f"/search?{urlencode({'q': question})}", 0) for question in _new_questions(0, times)]
    asked = Timed([one.taken[0] for one in new], [one.worked[0] for one in new], new[-1].size)
    print(line("/search, a new question", asked))
    for address in addresses(path):
        print(line(address, await _timed(site, address, times)))
    started = time.perf_counter()
    await asyncio.gather(*(_client(site, _new_questions(client, times)) for client in (1, 2)))
    print(f"two clients: {2 * times / (time.perf_counter() - started):.1f} searches a second")


class Timed(NamedTuple):
    """How many milliseconds each answer took by the clock and by the processor, and the bytes of the last."""

    taken: Sequence[float]
    worked: Sequence[float]
    size: int


def line(address: str, timed: Timed) -> str:
    """Return the row of a page: its first answer, median and 95th percentile of the others, their work, and its size."""
    others, worked = timed.taken[1:] or timed.taken, timed.worked[1:] or timed.worked
    return (
        f"{address:72}{timed.taken[0]:7.0f}{statistics.median(others):8.0f}{percentile(others, 95):7.0f}"
        f"{statistics.median(worked):6.0f}{timed.size / 1000:6.0f}"
    )


MOST = {
    "document": "select document_id as id from commitments group by 1 order by count(*) desc limit 1",
    "page": "select document_id, page from commitments join documents on documents.id = document_id and is_paged group by 1, 2"
    " order by count(*) desc, 1, 2 limit 1",
    "promise": "select id from commitments order by id limit 1",
    "counterparts": "select commitment_id as id from counterparts group by 1 order by count(*) desc, 1 limit 1",
    "formula": "select first_id as id from formulas order by commitments desc, id limit 1",
    "issuers": "select issuer_id as id from commitments where issuer_id <> '' group by 1 order by count(*) desc limit 6",
    "theme": "select theme_id as id from subthemes group by 1 order by count(*) desc, 1 limit 1",
    "subtheme": "select id from subthemes order by commitments desc, id limit 1",
    "instrument": "select instrument_id as id from mentions where instrument_id is not null group by 1 order by count(*) desc, 1 limit 1",
    "families": "select family as id from edition_changes order by family limit 1",
    "guidelines": "select id from guidelines order by id",
    "element": "select element_id as id from guideline_quotes group by 1 order by count(*) desc, 1 limit 1",
    "groups": "select distinct group_id as id from memberships join issuers on issuers.id = group_id and kind <> 'joint'"
    " where group_id in (select issuer_id from commitments) order by 1",
}
"""The things with the most of what their pages show."""


def addresses(path: Path) -> list[str]:
    """Return an address of each of Concord's pages: those of the things with the most commitments."""
    with open_for_reading(path) as db:
        most = {name: rows(db, sql) for name, sql in MOST.items()}
    one = {name: found[0]["id"] for name, found in most.items() if found and "id" in found[0]}
    issuers = [row["id"] for row in most["issuers"]]
    pair, six = ("&".join(f"issuer={code}" for code in issuers[:count]) for count in (2, 6))
    found = [
        "/", "/search?q=sharing+information", f"/search?q=sharing+information&issuer={issuers[0]}&from=2010&firmness=2",
        f"/search?issuer={issuers[0]}&theme=INC", f"/search?like={one['promise']}",
        "/compare", "/compare?at=2016", "/compare?by=year", "/compare?by=year&theme=INC",
    ]  # fmt: skip
    found += [f"/compare?by=subtheme&theme={one['theme']}"] if "theme" in one else []
    found += [f"/compare?by={row['id']}" for row in most["guidelines"]]
    found += [
        f"/compare?{pair}",
        f"/compare?{six}",
        f"/compare?{pair}&at=2016",
        f"/compare?{pair}&kind=national_strategy&from=2010&at=2016",
        f"/compare?{pair}&by=subtheme&theme=INC",
    ]
    found += [f"/compare?issuer={row['id']}&members=1" for row in most["groups"]]
    found += [
        f"/compare/cell?{pair}&theme=INC",
        f"/compare/cell?{pair}&year=2018",
        f"/compare/citation.bib?{pair}",
        f"/compare/cell/citation.bib?{pair}&theme=INC",
        "/documents",
        f"/document/{one['document']}",
        f"/document/{one['document']}?firmness=1",
        f"/document/{one['document']}?firmness=1&only=1",
        *(f"/document/{row['document_id']}/page/{row['page']}" for row in most["page"]),
    ]
    found += [f"/commitment/{one[name]}" for name in ("promise", "counterparts", "formula") if name in one]
    found += ["/theme/INC", *(f"/subtheme/{row['id']}" for row in most["subtheme"])]
    found += [f"/issuer/{code}" for code in issuers[:2]]
    found += ["/instruments", *(f"/instrument/{row['id']}" for row in most["instrument"])]
    found += [f"/editions/{row['id']}" for row in most["families"]] + ["/guidelines"]
    found += [f"/guidelines/{row['id']}{by}" for row in most["guidelines"] for by in ("", "?by=document")]
    found += [f"/guidelines/{row['id']}" for row in most["element"]]
    return [
        *found, "/watches", "/quality", "/problems", "/openapi.json", f"/{path.stem}/commitments", f"/{path.stem}/shared_formulas",
    ]  # fmt: skip


def _new_questions(client: int, times: int) -> list[str]:
    """Return questions that nobody else asks: each client names places of its own."""
    places = range(client, len(PLACES), 3)
    asked = [f"{question} in {PLACES[place]}" for place in places for question in QUESTIONS]
    return list(itertools.islice(itertools.cycle(asked), times))


async def _timed(site: Any, address: str, times: int) -> Timed:
    """Return how long an address takes: its first answer, and then so many others."""
    taken, worked, size = [], [], 0
    for _ in range(1 + times):
        started, began = time.perf_counter(), time.process_time()
        response = await site.client.get(address)
        taken.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - began))
        response.raise_for_status()
        size = len(response.content)
    return Timed(taken, worked, size)


async def _client(site: Any, questions: Sequence[str]) -> None:
    for question in questions:
        (await site.client.get("/search", params={"q": question})).raise_for_status()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` per cent of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share) // 100) - 1)]


if __name__ == "__main__":
    main()
