"""A picture of the commitments of a theme or a sub-theme, by issuer, year and firmness: Vega-Lite, drawn here and not in the browser.

Reads commitments; gives the rows that the picture and the table beside it show, and the picture as SVG. Nothing from a
document is drawn but its year; names of issuers come from `issuers.toml`. It is shown as an image, in which a browser
runs no script, whoever wrote it.
"""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from ..store import rows
from .themes import Which

MOST_ISSUERS = 25
"""Lines of the picture; the table shows every issuer."""
SHAPES = ("circle", "square", "triangle-up", "diamond")
COLOURS = (("#8a5a00", "#e8b760"), ("#14548a", "#8cc3f2"), ("#0b6b5d", "#63cdb8"), ("#8f2436", "#f09aa2"))
"""For each degree of firmness, from the loosest: on a light ground and on a dark one."""
_ON_LIGHT, _ON_DARK = (
    "".join(f"--b{place}:{pair[scheme]};" for place, pair in enumerate(COLOURS)) for scheme in (0, 1)
)
_STYLE = (
    f"<style>svg{{--ink:#1a2430;--dim:#566273;--line:#ddd9cf;{_ON_LIGHT}}}@media (prefers-color-scheme:dark){{"
    f"svg{{--ink:#e8e6df;--dim:#a6b0bc;--line:#38434f;{_ON_DARK}}}}}</style>"
)
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"

COMMITMENTS = """
select issuers.name as issuer, commitments.year, bindingness.label as firmness, count(*) as n
from commitments join bindingness on bindingness.id = bindingness_id left join issuers on issuers.id = commitments.issuer_id
where {} and issuers.id is not null group by 1, 2, 3 order by 1, 2, bindingness.id
"""


def counts(db: Database, which: Which) -> dict[str, Any]:
    """Return the counts of some commitments by issuer, year and firmness, as rows and as a table."""
    condition, args = which.condition
    found = rows(db, COMMITMENTS.format(condition), args)
    dated = [row for row in found if row["year"]]
    levels = [row["label"] for row in rows(db, "select label from bindingness order by id")]
    table: dict[tuple[str, int], dict[str, int]] = {}
    totals: dict[str, int] = {}
    for row in dated:
        table.setdefault((row["issuer"], row["year"]), {})[row["firmness"]] = row["n"]
        totals[row["issuer"]] = totals.get(row["issuer"], 0) + row["n"]
    drawn = sorted(totals, key=lambda name: (-totals[name], name))[:MOST_ISSUERS]
    years = [row["year"] for row in dated]
    return {
        "rows": [{**row, "level": levels.index(row["firmness"])} for row in dated if row["issuer"] in drawn],
        "table": [{"issuer": name, "year": year, "counts": counts} for (name, year), counts in table.items()],
        "levels": levels,
        "issuers": len(totals),
        "most": MOST_ISSUERS,
        "total": sum(totals.values()),
        "first": min(years, default=None),
        "last": max(years, default=None),
        "undated": sum(row["n"] for row in found if not row["year"]),
    }


def to_svg(found: list[dict[str, Any]]) -> str:
    """Return the picture of the rows that `counts` found."""
    return _drawn(json.dumps(specification(found)))


@lru_cache(maxsize=64)
def _drawn(spec: str) -> str:
    from vl_convert import vegalite_to_svg

    with _one_at_a_time:
        svg: str = vegalite_to_svg(json.loads(spec), vl_version="5.21", allowed_base_urls=[])
    start = svg.index(">") + 1
    return svg[:start] + _STYLE + svg[start:]


_one_at_a_time = threading.Lock()


def specification(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the Vega-Lite of the picture: a line for each issuer, a column for each year, a sign for each firmness."""
    levels = dict(sorted({(row["level"], row["firmness"]) for row in found}))
    years = [row["year"] for row in found]
    most = max(row["n"] for row in found)
    firmness: dict[str, Any] = {"field": "firmness", "type": "nominal", "sort": list(levels.values())}
    scale = {"domain": list(levels.values())}
    legend = {"title": "how firm", "orient": "top", "direction": "horizontal", "columnPadding": 36}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": None,
        "padding": {"left": 40, "right": 12, "top": 5, "bottom": 5},  # a reader's letters may be wider than those measured here
        "data": {"values": found},
        "width": {"step": 9},
        "height": {"step": 24},
        "mark": {"type": "point", "filled": True, "opacity": 1},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "title": None, "scale": {"domain": list(range(min(years), max(years) + 1))}, "axis": {"labelAngle": 0, "grid": True, "bandPosition": 0, "tickBand": "extent"}},
            "xOffset": {**firmness, "scale": {"paddingOuter": 0.6}},
            "y": {"field": "issuer", "type": "nominal", "title": None, "sort": {"field": "n", "op": "sum", "order": "descending"}, "axis": {"labelLimit": 260, "grid": True}},
            "size": {"field": "n", "type": "quantitative", "title": "commitments", "scale": {"type": "sqrt", "rangeMin": 22, "rangeMax": 170},
                     "legend": {"orient": "top", "direction": "horizontal", "columnPadding": 20, "format": "d", "values": sorted({1, max(1, most // 3), most}),
                                "symbolFillColor": "var(--dim)", "symbolStrokeColor": "var(--dim)"}},
            "shape": {**firmness, "scale": {**scale, "range": [SHAPES[level] for level in levels]}, "legend": legend},
            "color": {**firmness, "scale": {**scale, "range": [f"var(--b{level})" for level in levels]}, "legend": legend},
        },
        "config": {
            "font": _FONT,
            "view": {"stroke": "var(--line)"},
            "axis": {"labelColor": "var(--ink)", "labelFontSize": 12, "gridColor": "var(--line)", "domainColor": "var(--line)", "tickColor": "var(--line)"},
            "legend": {"labelColor": "var(--ink)", "titleColor": "var(--dim)", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
                       "symbolSize": 90, "layout": {"top": {"anchor": "start", "direction": "horizontal", "margin": 40}}, "labelLimit": 220},
        },
    }  # fmt: skip
