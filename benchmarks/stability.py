"""How steady themes and sub-themes are when documents come, beside BERTopic on the same vectors.

    python benchmarks/stability.py --db build/corpus.db [--seeds 3] [--added 0.1]

Takes the commitments of a database with their vectors, draws a tenth of the documents, groups the
commitments of the others, then brings the tenth in and groups again. Prints for each method, on average
over the draws and for the worst of them, of the commitments that were there before:

    theme      share that keep their main theme
    sub-theme  share that keep the id of their sub-theme; of BERTopic: its topic's number, and, in the row
               "matched", the best that any renaming of its topics could give
    ARI        adjusted Rand index of the groups before and after: 1 when they are the same, 0 by chance

and of all commitments afterwards the number of groups, the share that is in none, and the mean cosine
of a commitment with the middle of its group. "Concord, without ties" leaves out what ties a commitment to
the group that it was in. Then Concord is grown from half of the documents by a tenth at a time, and its
groups are held beside those of all documents at once. Writes nothing.

BERTopic (Grootendorst, 2022) is no part of Concord. Into a folder of its own, without touching anything:

    pip install --no-deps --target build/bertopic bertopic umap-learn hdbscan pynndescent numba llvmlite pandas plotly narwhals
    PYTHONPATH=build/bertopic python benchmarks/stability.py --db build/corpus.db

Its rows are left out where it is not installed. UMAP has the seed of the draw; all else is its default.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score
from sqlite_utils import Database

from pipeline import subthemes
from pipeline.embeddings import load_vectors
from pipeline.models import encoder_key, load_encoder
from pipeline.settings import Settings
from pipeline.store import open_for_reading, rows
from pipeline.themes import Signs, Taxonomy, chosen, load_emerging, load_themes, signs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
NOWHERE = "-1"
"""What BERTopic calls a commitment that belongs to no topic."""


@dataclass(frozen=True)
class Corpus:
    """The commitments of a database: their ids, texts, documents, vectors, and what the model says of their themes."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    documents: tuple[str, ...]
    vectors: NDArray[np.float32]
    signs: Signs
    codes: tuple[str, ...]
    emerging: str
    settings: Settings

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The documents, each once."""
        return tuple(sorted(set(self.documents)))

    def themes(self, places: Sequence[int]) -> dict[str, str]:
        """Return the main theme of each of these commitments, assigned without the others."""
        mine, signs = list(places), self.signs
        linear = None if signs.linear is None else signs.linear[mine]
        found = chosen(signs.probability[mine], signs.likeness[mine], linear, floor=self.settings.theme_floor)
        codes = [self.codes[columns[0]] if columns else self.emerging for columns in found]
        return {self.ids[place]: code for place, code in zip(places, codes, strict=True)}

    def places(self, without: Collection[str] = ()) -> list[int]:
        """Return the places of the commitments that are in none of these documents."""
        return [place for place, name in enumerate(self.documents) if name not in without]


@dataclass(frozen=True)
class Row:
    """What one draw gives for one method."""

    method: str
    theme: float
    subtheme: float
    ari: float
    groups: int
    nowhere: float
    cohesion: float


def load_corpus(db: Database, settings: Settings) -> Corpus:
    """Return the commitments of a database."""
    found = rows(db, "select id, quote, document_id from commitments order by id")
    taxonomy = Taxonomy(load_themes(), load_encoder(settings.encoder))
    ids, texts = tuple(row["id"] for row in found), tuple(row["quote"] for row in found)
    return Corpus(
        ids, texts, tuple(row["document_id"] for row in found),
        load_vectors(db, encoder_key(settings.encoder), texts), signs_of(db, taxonomy, settings), tuple(taxonomy.codes),
        load_emerging().code, settings,
    )  # fmt: skip


def grouped(
    corpus: Corpus, places: Sequence[int], themes: Mapping[str, str], before: Mapping[str, str], tie: float
) -> dict[str, str]:
    """Return the sub-theme of each commitment, as the themes stage groups them."""
    by_theme: dict[str, list[int]] = defaultdict(list)
    for place in places:
        by_theme[themes[corpus.ids[place]]].append(place)
    settings = corpus.settings
    found: dict[str, str] = {}
    for code, mine in sorted(by_theme.items()):
        ids = [corpus.ids[place] for place in mine]
        groups = subthemes.group(
            code, ids, [corpus.texts[place] for place in mine], corpus.vectors[mine],
            {one: before[one] for one in ids if one in before}, neighbours=settings.subtheme_neighbours,
            resolution=settings.subtheme_resolution, smallest=settings.subtheme_smallest, tie=tie,
        )  # fmt: skip
        found |= {ids[member]: one.id for one in groups for member in one.members}
    return found


def of_concord(corpus: Corpus, without: Collection[str], tie: float, method: str) -> Row:
    """Return how steady Concord is when the documents `without` come."""
    old, everything = corpus.places(without), corpus.places()
    themes, themes_then = corpus.themes(old), corpus.themes(everything)
    before = grouped(corpus, old, themes, {}, tie)
    after = grouped(corpus, everything, themes_then, before, tie)
    ids = [corpus.ids[place] for place in old]
    return Row(
        method, _share(themes, themes_then, ids), _share(before, after, ids), _ari(before, after, ids),
        len(set(after.values())), 0.0, cohesion(corpus, after),
    )  # fmt: skip


def of_bertopic(corpus: Corpus, without: Collection[str], seed: int) -> list[Row]:
    """Return how steady BERTopic's topics are when the documents `without` come, as numbered and matched."""
    old, everything = corpus.places(without), corpus.places()
    before, after = topics(corpus, old, seed), topics(corpus, everything, seed)
    ids = [corpus.ids[place] for place in old]
    shared = _ari(before, after, ids), len(set(after.values()) - {NOWHERE})
    nowhere = sum(topic == NOWHERE for topic in after.values()) / len(after)
    more = nowhere, cohesion(corpus, after)
    return [
        Row("BERTopic", np.nan, _share(before, after, ids), *shared, *more),
        Row("BERTopic, matched", np.nan, matched(before, after, ids), *shared, *more),
    ]


def topics(corpus: Corpus, places: Sequence[int], seed: int) -> dict[str, str]:
    """Return the topic that BERTopic gives to each commitment, by its number."""
    from bertopic import BERTopic
    from umap import UMAP

    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed, n_jobs=1)
    model = BERTopic(umap_model=reduce, calculate_probabilities=False)
    found, _ = model.fit_transform([corpus.texts[place] for place in places], corpus.vectors[list(places)])
    return {corpus.ids[place]: str(topic) for place, topic in zip(places, found, strict=True)}


def matched(before: Mapping[str, str], after: Mapping[str, str], ids: Sequence[str]) -> float:
    """Return the share that keeps its topic when the topics afterwards are named in the best way."""
    old, new = ({name: place for place, name in enumerate(sorted(set(one.values())))} for one in (before, after))
    counts = np.zeros((len(old), len(new)))
    for one in ids:
        counts[old[before[one]], new[after[one]]] += 1
    return float(counts[linear_sum_assignment(-counts)].sum() / len(ids))


def grown(corpus: Corpus, seed: int) -> tuple[Row, float]:
    """Return the groups of all documents when they came by the tenth, and the cohesion of those grouped at once."""
    names = shuffled(corpus.names, seed)
    themes = corpus.themes(corpus.places())
    before: dict[str, str] = {}
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        before = grouped(corpus, corpus.places(names[round(share * len(names)) :]), themes, before, subthemes.TIE)
    at_once = grouped(corpus, corpus.places(), themes, {}, subthemes.TIE)
    row = Row(
        "Concord, grown", 1.0, np.nan, _ari(before, at_once, corpus.ids), len(set(before.values())), 0.0,
        cohesion(corpus, before),
    )  # fmt: skip
    return row, cohesion(corpus, at_once)


def shuffled(names: Sequence[str], seed: int) -> list[str]:
    """Return names in the order that a draw gives them."""
    return [names[place] for place in np.random.default_rng(seed).permutation(len(names))]


def cohesion(corpus: Corpus, membership: Mapping[str, str]) -> float:
    """Return the mean cosine of a commitment with the middle of its group; those in none are left out."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(corpus.ids):
        if membership.get(name, NOWHERE) != NOWHERE:
            places[membership[name]].append(place)
    cosines = []
    for mine in places.values():
        centre = corpus.vectors[mine].mean(axis=0)
        cosines.append(corpus.vectors[mine] @ (centre / np.linalg.norm(centre)))
    return float(np.concatenate(cosines).mean())


def _share(before: Mapping[str, str], after: Mapping[str, str], ids: Sequence[str]) -> float:
    return sum(before[one] == after[one] for one in ids) / len(ids)


def _ari(before: Mapping[str, str], after: Mapping[str, str], ids: Sequence[str]) -> float:
    return float(adjusted_rand_score([before[one] for one in ids], [after[one] for one in ids]))


def table(found: Iterable[Row]) -> list[str]:
    """Return the lines of the table: the mean over the draws, and the worst of them in brackets."""
    by_method: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        by_method[row.method].append(row)
    lines = [
        "| method | keep their theme | keep their sub-theme | ARI | groups | in none | cosine with the middle |",
        "|---|---|---|---|---|---|---|",
    ]
    for method, mine in by_method.items():
        cells = [_cell(mine, lambda row: row.theme), _cell(mine, lambda row: row.subtheme)]
        cells += [_cell(mine, lambda row: row.ari), f"{np.mean([row.groups for row in mine]):.0f}"]
        cells += [f"{np.mean([row.nowhere for row in mine]):.1%}", f"{np.mean([row.cohesion for row in mine]):.3f}"]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return lines


def _cell(mine: Sequence[Row], value: Callable[[Row], float]) -> str:
    values = [value(row) for row in mine]
    return "-" if np.isnan(values).any() else f"{np.mean(values):.3f} ({min(values):.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", type=Path, default=ROOT / "build" / "corpus.db", help="holds commitments and vectors")
    parser.add_argument("--seeds", type=int, default=3, help="draws of the documents that come (default: 3)")
    parser.add_argument("--added", type=float, default=0.1, help="share of the documents that come (default: 0.1)")
    options = parser.parse_args(arguments)
    corpus = load_corpus(open_for_reading(options.db), Settings())
    has_bertopic = importlib.util.find_spec("bertopic") is not None
    found: list[Row] = []
    at_once: list[Any] = []
    for seed in range(options.seeds):
        come = set(shuffled(corpus.names, seed)[: max(1, round(options.added * len(corpus.names)))])
        found.append(of_concord(corpus, come, subthemes.TIE, "Concord"))
        found.append(of_concord(corpus, come, 0.0, "Concord, without ties"))
        if has_bertopic:
            found += of_bertopic(corpus, come, seed)
        row, whole = grown(corpus, seed)
        found.append(row)
        at_once.append(whole)
    print(
        f"{len(corpus.ids):,} commitments of {len(corpus.names)} documents; {options.seeds} draws of {options.added:.0%}"
    )
    print("\n".join(table(found)))
    print(f"Cosine with the middle when all are grouped at once: {np.mean(at_once):.3f}")
    if not has_bertopic:
        print("BERTopic is not installed: its rows are left out.")


if __name__ == "__main__":
    main()
