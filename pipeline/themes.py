"""Themes: what each commitment is about, by the taxonomy, and the sub-themes that emerge inside each.

Reads `documents`, `commitments`, `sentence_themes`, `passages`, `embeddings` and `corpora/themes.toml`;
writes `themes`, `commitment_themes`, `passage_themes`, `theme_words`, `subthemes` with `subtheme_members`
and `subtheme_lineage`, and the theme columns of `commitments`. The whole corpus is one input: the stage
does nothing, or everything; but the sub-themes of a theme whose commitments are the same stay as they are.

The trained network has said of each sentence how probable each theme is; the taxonomy says how like
a theme a text is: its cosine to the nearest of the theme's seeds, and a step more for each of the
theme's keywords that it holds. A phrase that looks like one theme and belongs to another is a seed of
that other. A linear model (`linear.py`) says how probable each theme of a commitment is by its words. All
are weighed together. A commitment of whose theme the network is not sure, and that is far
from all of them, is "emerging": what gathers there may be a theme that the taxonomy lacks.

A document under a theme of which no passage is filed may speak of it all the same; `theme_words` holds its
passages with words of that theme (`touching.py`).

Ids of sub-themes, and names that people gave them (`subtheme_names`, `naming.py`), outlive reruns.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from .embeddings import load_vectors
from .errors import ManifestError
from .ids import digest
from .linear import Worded, headings_of, load_linear
from .models import encoder_key, load_encoder
from .naming import machine_label, names_of_people
from .passages import COVERED, JUDGED
from .records import Report, Tally
from .settings import Settings, bundled
from .store import forget, mark, now, outputs, rows, stale, table, write_rows
from .subthemes import Group, group, lineage
from .touching import words_in, words_pattern

if TYPE_CHECKING:
    from numpy.typing import NDArray

ASSIGNER = "themes/7"
GROUPER = "subthemes/2"
SUBTHEMES = "subthemes"
"""Under this name stands in `builds` what the sub-themes of each theme were made from."""
WHOLE = "*"
THEMES_FILE = "themes.toml"

_KEYWORD_STEP = 0.1
_MOST_KEYWORDS = 3
_MOST_THEMES = 3
_PROBABLE = 0.5
_IMPROBABLE = 0.02
"""What a theme counts for whose probability is too small to be kept."""
WEIGHT_OF_LIKENESS = 4.0
"""Chosen on commitments that were labelled after the taxonomy was written: `benchmarks/themes.py`."""
WEIGHT_OF_LINEAR = 0.5
"""Where the network knows a document and the linear model does not, 0.3 is best; where both know it, 1: `docs/evaluation.md`."""
_NEAR = 0.35
"""Chosen on a fifth of the training documents, with a model that had not learnt from it."""


@dataclass(frozen=True)
class Theme:
    """A theme of the taxonomy, as `corpora/themes.toml` defines it."""

    code: str
    label: str
    definition: str
    border: str
    covers: tuple[str, ...]
    seeds: tuple[str, ...]
    keywords: tuple[str, ...]
    negatives: tuple[tuple[str, str], ...]
    touches: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the theme's keywords as whole words; a final * stands for any ending."""
        return words_pattern(self.keywords)


def load_themes(path: Path | None = None) -> list[Theme]:
    """Return the themes of the taxonomy, in its order.

    Raises:
        ManifestError: the file cannot be parsed, or a theme lacks a part.
    """
    path = path or bundled("corpora") / THEMES_FILE
    try:
        content = _parsed(path.read_text("utf-8"))
        return [
            Theme(
                code=theme["code"],
                label=theme["label"],
                definition=theme["definition"],
                border=theme.get("border", ""),
                covers=tuple(theme["covers"]),
                seeds=tuple(theme["seeds"]),
                keywords=tuple(theme["keywords"]),
                negatives=tuple((negative["text"], negative["theme"]) for negative in theme.get("negatives", ())),
                touches=tuple(theme["touches"]),
            )
            for theme in content["theme"]
        ]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ManifestError(f"{path} cannot be used: {error!r}.") from error


def load_emerging(path: Path | None = None) -> Theme:
    """Return the theme of what is far from all themes of the taxonomy: it has neither seeds nor keywords.

    Raises:
        ManifestError: the file cannot be parsed, or does not say what that theme is called.
    """
    path = path or bundled("corpora") / THEMES_FILE
    try:
        told = _parsed(path.read_text("utf-8"))["emerging"]
        return Theme(told["code"], told["label"], told["definition"], told.get("border", ""), (), (), (), ())
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ManifestError(f"{path} cannot be used: {error!r}.", remedy="It needs a table [emerging].") from error


def load_context(path: Path | None = None) -> tuple[str, ...]:
    """Return the words of cyberspace, beside which words of a theme count.

    Raises:
        ManifestError: the file cannot be parsed, or has no such words.
    """
    path = path or bundled("corpora") / THEMES_FILE
    try:
        return tuple(_parsed(path.read_text("utf-8"))["touching"]["context"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ManifestError(f"{path} cannot be used: {error!r}.", remedy="It needs a table [touching].") from error


@lru_cache(maxsize=1)
def _parsed(text: str) -> dict[str, Any]:
    """Return what a file of themes says, parsed once while its text stays the same. Nobody may alter it."""
    return tomllib.loads(text)


class Taxonomy:
    """The themes with the vectors of their seeds: says how like each theme a text is."""

    def __init__(self, themes: Sequence[Theme], encoder: Any) -> None:
        self.themes = list(themes)
        self.codes = [theme.code for theme in themes]
        place = {code: column for column, code in enumerate(self.codes)}
        seeds: list[tuple[str, int]] = [(seed, place[theme.code]) for theme in themes for seed in theme.seeds]
        seeds += [(text, place[code]) for theme in themes for text, code in theme.negatives]
        self._seeds: NDArray[np.float32] = encoder.encode([text for text, _ in seeds])
        self._columns = np.array([column for _, column in seeds])

    def likeness(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how like each theme each text is, as a (texts, themes) matrix.

        Args:
            vectors: one unit row a text, of the encoder that the taxonomy was made with.
        """
        scores = np.zeros((len(texts), len(self.themes)), dtype=np.float32)
        if not texts:
            return scores
        cosines = vectors @ self._seeds.T
        for column in range(len(self.themes)):
            scores[:, column] = cosines[:, self._columns == column].max(axis=1)
        for column, theme in enumerate(self.themes):
            for place, text in enumerate(texts):
                found = len({match[0].lower() for match in theme.pattern.finditer(text)})
                scores[place, column] += _KEYWORD_STEP * min(found, _MOST_KEYWORDS)
        return scores


def chosen(
    probability: NDArray[np.float32],
    likeness: NDArray[np.float32],
    linear: NDArray[np.float32] | None = None,
    *,
    floor: float,
    weight: float = WEIGHT_OF_LIKENESS,
    weight_of_linear: float = WEIGHT_OF_LINEAR,
) -> list[list[int]]:
    """Return for each row the themes it has, the best first; none when it has no theme.

    The trained network, the linear model and the taxonomy are weighed together: the logarithm of a probability, part of
    that of another, and so much for each step of likeness. Another theme holds beside the best one when the network
    calls it as probable as not, or it comes near to the best.

    Args:
        probability: a (texts, themes) matrix of what the trained network says, 0 where it says nothing.
        likeness: a (texts, themes) matrix of likeness to the taxonomy.
        linear: a (texts, themes) matrix of logarithms of probability, by the linear model; None where it is not asked.
        floor: least likeness to any theme of a text of which the model is not sure.
        weight: how much a step of likeness counts.
    """
    found: list[list[int]] = []
    leaning = weight * likeness + (0.0 if linear is None else weight_of_linear * linear)
    for probable, alike, lean in zip(probability, likeness, leaning, strict=True):
        if probable.max(initial=0) < _PROBABLE and alike.max(initial=0) < floor:
            found.append([])
            continue
        scores = np.log(np.maximum(probable, _IMPROBABLE)) + lean
        best, *others = (int(column) for column in np.argsort(-scores, kind="stable")[:_MOST_THEMES])
        near = np.exp(scores - scores[best])
        found.append([best, *(one for one in others if probable[one] >= _PROBABLE or near[one] >= _NEAR)])
    return found


def run(db: Database, settings: Settings, report: Report) -> Tally:
    """Assign themes and sub-themes anew when a commitment, a passage or the taxonomy changed.

    Raises:
        ManifestError: the taxonomy cannot be used.
        ModelError: the encoder cannot be loaded.
    """
    themes, emerging = load_themes(), load_emerging()
    context = load_context()
    inputs = {WHOLE: _fingerprint(db, settings, [*themes, emerging], context)}
    if not stale(db, "themes", inputs):
        return Tally(kept=1)
    started = time.monotonic()
    taxonomy = Taxonomy(themes, load_encoder(settings.encoder))
    tally = Tally(done=1)
    with db.atomic():
        _write_taxonomy(db, [*themes, emerging])
        primary = _assign_commitments(db, taxonomy, emerging, settings, tally)
        _assign_passages(db, taxonomy, settings, tally)
        _note_words(db, themes, context, tally)
        report(0, 1, "sub-themes")
        _group_themes(db, [*taxonomy.codes, emerging.code], primary, settings, tally)
        output_hash = digest(*rows(db, "select id, theme_id, subtheme_id from commitments order by id"))
        seconds = time.monotonic() - started
        mark(db, "themes", WHOLE, input_hash=inputs[WHOLE], output_hash=output_hash, seconds=seconds)
    report(1, 1, "sub-themes")
    return tally


def _assign_commitments(
    db: Database, taxonomy: Taxonomy, emerging: Theme, settings: Settings, tally: Tally
) -> dict[str, str]:
    """Write the themes of all commitments; return the primary theme of each by its id."""
    signs = signs_of(db, taxonomy, settings)
    themes = chosen(signs.probability, signs.likeness, signs.linear, floor=settings.theme_floor)
    listed = [
        {
            "commitment_id": commitment, "theme_id": taxonomy.codes[column], "position": position,
            "likeness": round(float(signs.likeness[place, column]), 3), "probability": round(float(signs.probability[place, column]), 3),
        }
        for place, (commitment, columns) in enumerate(zip(signs.ids, themes, strict=True))
        for position, column in enumerate(columns)
    ]  # fmt: skip
    listed += [
        {
            "commitment_id": commitment, "theme_id": emerging.code, "position": 0,
            "likeness": round(float(signs.likeness[place].max()), 3), "probability": 0.0,
        }
        for place, (commitment, columns) in enumerate(zip(signs.ids, themes, strict=True))
        if not columns
    ]  # fmt: skip
    tally.add("commitment_themes", write_rows(db, "commitment_themes", listed))
    primary = {str(row["commitment_id"]): str(row["theme_id"]) for row in listed if row["position"] == 0}
    for commitment in signs.ids:
        db.execute(
            "update commitments set theme_id = ? where id = ? and theme_id is not ?",
            [primary.get(commitment), commitment, primary.get(commitment)],
        )
    return primary


@dataclass(frozen=True)
class Signs:
    """What speaks for each theme of each commitment, as (commitments, themes) matrices: see `chosen`."""

    ids: tuple[str, ...]
    probability: NDArray[np.float32]
    likeness: NDArray[np.float32]
    linear: NDArray[np.float32] | None


def signs_of(db: Database, taxonomy: Taxonomy, settings: Settings) -> Signs:
    """Return what speaks for each theme of all commitments of a database, in the order of their ids."""
    found = rows(db, _TO_ASSIGN)
    texts, ids = [row["quote"] for row in found], tuple(row["id"] for row in found)
    vectors = load_vectors(db, encoder_key(settings.encoder), texts)
    in_place = [Worded(row["quote"], row["lead_in"], headings_of(row["heading_path"].split(" > "))) for row in found]
    return Signs(
        ids,
        probabilities(db, taxonomy.codes, ids),
        taxonomy.likeness(texts, vectors),
        by_words(in_place, vectors, taxonomy.codes, settings.encoder),
    )


def by_words(
    texts: Sequence[Worded], vectors: NDArray[np.float32], codes: Sequence[str], encoder: str
) -> NDArray[np.float32] | None:
    """Return what the linear model says of texts, as a (texts, themes) matrix of logarithms of probability.

    None when it cannot be asked: with another encoder than it was fitted to, or a taxonomy of other themes.
    """
    model = load_linear()
    if model.encoder != encoder_key(encoder) or model.themes != tuple(codes):
        return None
    return model.logarithm(texts, vectors)


_TO_ASSIGN = """
select commitments.id, quote, commitments.lead_in, passages.heading_path
from commitments join passages on passages.id = passage_id order by commitments.id
"""
_OF_COMMITMENTS = """
select commitments.id, sentence_themes.theme_id, probability from commitments
join sentences on sentences.passage_id = commitments.passage_id
    and sentences.start <= commitments.start and commitments.start < sentences.end
join sentence_themes on sentence_themes.passage_id = sentences.passage_id and sentence_themes.start = sentences.start
"""
_OF_PASSAGES = "select passage_id as id, theme_id, max(probability) as probability from sentence_themes group by 1, 2"
"""What the trained model says of a commitment's sentence, and of the sentence of a passage of which it is surest."""


def probabilities(
    db: Database, codes: Sequence[str], ids: Sequence[str], query: str = _OF_COMMITMENTS
) -> NDArray[np.float32]:
    """Return how probable each theme is for each id, as an (ids, themes) matrix."""
    row_of = {one: place for place, one in enumerate(ids)}
    column_of = {code: place for place, code in enumerate(codes)}
    found = np.zeros((len(ids), len(codes)), dtype=np.float32)
    for row in rows(db, query):
        if row["id"] in row_of and row["theme_id"] in column_of:
            found[row_of[row["id"]], column_of[row["theme_id"]]] = row["probability"]
    return found


def _assign_passages(db: Database, taxonomy: Taxonomy, settings: Settings, tally: Tally) -> None:
    """Write which passages touch which theme: the ground of "mentioned without a commitment"."""
    found = rows(db, f"select id, text from passages where {JUDGED} order by id")
    texts = [row["text"] for row in found]
    scores = taxonomy.likeness(texts, load_vectors(db, encoder_key(settings.encoder), texts))
    probability = probabilities(db, taxonomy.codes, [row["id"] for row in found], _OF_PASSAGES)
    themes = chosen(probability, scores, floor=settings.mention_floor)
    listed = [
        {
            "passage_id": row["id"],
            "theme_id": taxonomy.codes[column],
            "likeness": round(float(scores[place, column]), 3),
            "probability": round(float(probability[place, column]), 3),
        }
        for place, (row, columns) in enumerate(zip(found, themes, strict=True))
        for column in columns
    ]
    tally.add("passage_themes", write_rows(db, "passage_themes", listed))


_UNFILED = """
select documents.id as document_id, themes.id as theme_id from documents cross join themes
where is_emerging = 0 and not exists (
    select 1 from passage_themes join passages on passages.id = passage_id
    where passages.document_id = documents.id and passage_themes.theme_id = themes.id
)
"""
_TEXTS = f"""
select passages.id, document_id, text, title || ' ' || coalesce(heading_path, '') as headings from passages
join documents on documents.id = document_id
where role not in ('contents', 'reference') and passages.language in ({", ".join(f"'{one}'" for one in ("", *sorted(COVERED)))})
order by passages.id
"""
"""Everything that is printed in a text counts, its headings, captions and notes too; its list of contents does not."""


def _note_words(db: Database, themes: Sequence[Theme], context: Sequence[str], tally: Tally) -> None:
    """Write which passages hold words of a theme, in documents of which no passage is filed under it."""
    patterns = {theme.code: words_pattern(theme.touches) for theme in themes}
    about = words_pattern(context)
    unfiled: dict[str, list[str]] = defaultdict(list)
    for row in rows(db, _UNFILED):
        unfiled[row["document_id"]].append(row["theme_id"])
    listed = [
        {"passage_id": row["id"], "theme_id": code, "words": ", ".join(words)}
        for row in rows(db, _TEXTS)
        for code in unfiled[row["document_id"]]
        if (words := words_in(row["text"], patterns[code], about, headings=row["headings"]))
    ]
    tally.add("theme_words", write_rows(db, "theme_words", listed))


def _group_themes(
    db: Database, codes: Sequence[str], primary: dict[str, str], settings: Settings, tally: Tally
) -> None:
    """Group the commitments of each theme, write the groups as sub-themes, and what became of each."""
    found = rows(db, "select id, quote from commitments order by id")
    vectors = load_vectors(db, encoder_key(settings.encoder), (row["quote"] for row in found))
    by_theme: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(found):
        by_theme[primary[row["id"]]].append(place)
    # The column of a commitment is no memory: it goes when a document is read anew and the commitment comes back.
    last = rows(db, "select * from subtheme_members")
    were = rows(db, "select * from subthemes order by id")
    listed: list[dict[str, Any]] = []
    membership: dict[str, str] = {}
    for code in codes:
        places = by_theme.get(code, [])
        ids, quotes = [found[place]["id"] for place in places], [found[place]["quote"] for place in places]
        before = {row["commitment_id"]: row["subtheme_id"] for row in last if row["theme_id"] == code}
        inputs = {code: _fingerprint_of_groups(settings, ids, quotes)}
        if before.keys() == set(ids) and not stale(db, SUBTHEMES, inputs):
            listed += [row for row in were if row["theme_id"] == code]
            membership |= before
            continue
        started = time.monotonic()
        groups = group(
            code, ids, quotes, vectors[places],
            {one: before[one] for one in ids if one in before},
            neighbours=settings.subtheme_neighbours,
            resolution=settings.subtheme_resolution,
            smallest=settings.subtheme_smallest,
        ) if places else []  # fmt: skip
        mine = {ids[member]: one.id for one in groups for member in one.members}
        listed += [_subtheme_row(code, one, ids) for one in groups]
        membership |= mine
        seconds = time.monotonic() - started
        mark(db, SUBTHEMES, code, input_hash=inputs[code], output_hash=digest(sorted(mine.items())), seconds=seconds)
    forget(db, SUBTHEMES, codes)
    _write_lineage(db, listed, were, last, membership)
    _write_groups(db, listed, primary, membership, tally)


def _write_groups(
    db: Database, listed: list[dict[str, Any]], primary: dict[str, str], membership: dict[str, str], tally: Tally
) -> None:
    """Write the sub-themes, under the names that people gave them, and which commitments each holds."""
    names = names_of_people(db)
    shown = [
        row | {"label": names.get(row["id"], machine_label(row["terms"])), "is_named": int(row["id"] in names)}
        for row in listed
    ]
    tally.add("subthemes", write_rows(db, "subthemes", shown))
    write_rows(
        db,
        "subtheme_members",
        [
            {"commitment_id": commitment_id, "theme_id": primary[commitment_id], "subtheme_id": subtheme_id}
            for commitment_id, subtheme_id in membership.items()
        ],
    )
    for commitment_id, subtheme_id in membership.items():
        db.execute(
            "update commitments set subtheme_id = ? where id = ? and subtheme_id is not ?",
            [subtheme_id, commitment_id, subtheme_id],
        )


def _write_lineage(
    db: Database,
    listed: Sequence[dict[str, Any]],
    were: Sequence[dict[str, Any]],
    last: Sequence[dict[str, Any]],
    membership: dict[str, str],
) -> None:
    """Write what became of each sub-theme, when one commitment at least is elsewhere than in the last run."""
    before = {row["commitment_id"]: row["subtheme_id"] for row in last}
    if before == membership:
        return
    known = {row["id"]: row for row in (*were, *listed)}
    themes = {row["subtheme_id"]: row["theme_id"] for row in last} | {row["id"]: row["theme_id"] for row in listed}
    names = names_of_people(db)
    change = 1 + rows(db, "select coalesce(max(change), 0) as last from subtheme_lineage")[0]["last"]
    moment = now()
    table(db, "subtheme_lineage").insert_all(
        {
            "change": change, "subtheme_id": one.subtheme, "theme_id": themes[one.subtheme], "event": one.what,
            "other_id": one.other, "before": one.before, "after": one.after, "shared": one.shared,
            "label": names.get(one.subtheme, machine_label(known[one.subtheme]["terms"] if one.subtheme in known else "")),
            "changed_at": moment,
        }
        for one in lineage(before, membership)
    )  # fmt: skip


def _subtheme_row(theme: str, one: Group, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "theme_id": theme,
        "terms": ", ".join(one.terms),
        "commitments": len(one.members),
        "representative_id": ids[one.representative],
    }


def _write_taxonomy(db: Database, themes: Sequence[Theme]) -> None:
    write_rows(
        db,
        "themes",
        [
            {
                "id": theme.code, "label": theme.label, "definition": theme.definition, "border": theme.border,
                "position": position, "is_emerging": int(not theme.seeds),
            }
            for position, theme in enumerate(themes)
        ],
    )  # fmt: skip


def _fingerprint(db: Database, settings: Settings, themes: Sequence[Theme], context: Sequence[str]) -> str:
    parts = (
        settings.theme_floor, settings.mention_floor, settings.subtheme_neighbours,
        settings.subtheme_resolution, settings.subtheme_smallest,
    )  # fmt: skip
    return digest(
        ASSIGNER,
        GROUPER,
        encoder_key(settings.encoder),
        load_linear().name,
        themes,
        context,
        parts,
        rows(db, "select id, title from documents order by id"),
        outputs(db, "commitments"),
        outputs(db, "passages"),
    )


def _fingerprint_of_groups(settings: Settings, ids: Sequence[str], quotes: Sequence[str]) -> str:
    parts = settings.subtheme_neighbours, settings.subtheme_resolution, settings.subtheme_smallest
    return digest(GROUPER, encoder_key(settings.encoder), parts, ids, quotes)
