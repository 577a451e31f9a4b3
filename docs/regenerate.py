"""Renew the parts of the documentation that the code knows best: `make docs`.

A part stands between two comments, `<!-- made: NAME -->` and `<!-- end: NAME -->`, and is made by the function of that
name here. `tests/test_docs.py` fails when a part is not what its function makes, so that no page can fall behind.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from pipeline import settings as settings_module
from pipeline.cli import main as concord
from pipeline.comparing import FINDINGS
from pipeline.errors import PROBLEM_KINDS
from pipeline.finding.namings import ROLES as MENTION_ROLES
from pipeline.instruments import KINDS as INSTRUMENT_KINDS
from pipeline.judging import RELATIONS
from pipeline.records import KINDS, ROLES
from pipeline.settings import Settings, bundled
from pipeline.site.api import table as operations
from pipeline.site.routes import ROUTES
from pipeline.site.serving import METADATA, NAME
from pipeline.stages import STAGES
from pipeline.store import BINDINGNESS, open_store
from pipeline.themes import load_themes

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from screenshots import PICTURES  # noqa: E402  # it lies beside this script

WIDTH = 100
"""Columns of the commands' help."""
_PART = re.compile(r"(<!-- made: (\w+) -->\n)(.*?)(<!-- end: \2 -->)", re.DOTALL)


def renewed(text: str) -> str:
    """Return the text of a page with its parts made anew."""
    return _PART.sub(lambda part: f"{part[1]}{MAKERS[part[2]]()}\n{part[4]}", text)


def pages() -> list[Path]:
    """Return the pages of the documentation."""
    return sorted(DOCS.glob("*.md"))


def _table(heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    listed = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in listed)


def stages() -> str:
    """The table of stages, in their order."""
    return _table(("stage", "reads", "writes"), [(f"`{stage.name}`", stage.reads, stage.writes) for stage in STAGES])


def settings() -> str:
    """Every setting with its default and its meaning."""
    meant = _meanings()
    return _table(
        ("setting", "default", "meaning"),
        [(f"`{field.name}`", f"`{field.default}`", meant[field.name]) for field in fields(Settings)],
    )


def _meanings() -> dict[str, str]:
    """Return what the settings' own strings say, by the name of the field above each."""
    tree = ast.parse(inspect.getsource(settings_module))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings").body
    found = {}
    for field, following in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(following, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(following.value, ast.Constant)
            found[field.target.id] = " ".join(str(following.value.value).split())
    return found


def commands() -> str:
    """The help of `concord` and of each command."""
    top = click.Context(concord, info_name="concord", terminal_width=WIDTH, **concord.context_settings)
    texts = [_help(concord, top)]
    for name in concord.list_commands(top):
        command = concord.commands[name]
        context = click.Context(command, info_name=name, parent=top)
        texts += [f"## {name}", _help(command, context)]
        if isinstance(command, click.Group):
            for part in command.list_commands(context):
                below = click.Context(command.commands[part], info_name=part, parent=context)
                texts += [f"### {name} {part}", _help(command.commands[part], below)]
    return "\n\n".join(texts)


def _help(command: click.Command, context: click.Context) -> str:
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return "\n".join(["```", *lines, "```"])


def tables() -> str:
    """Every table of the database with its columns, the hidden ones last."""
    described = json.loads(bundled(METADATA).read_text("utf-8"))["databases"][NAME]["tables"]
    described = {name: table for name, table in described.items() if "columns" in table}
    parts = []
    with TemporaryDirectory() as folder:
        db = open_store(Path(folder) / "schema.db")
        for name, table in described.items():
            title = f"### {name}" + (" (hidden)" if table.get("hidden") else "")
            parts.append(f"{title}\n\n{table['description']}\n\n{_columns(db.conn, name, table['columns'])}")
        db.close()
    return "\n\n".join(parts)


def _columns(connection: sqlite3.Connection, name: str, meant: dict[str, str]) -> str:
    refers = {row[3]: row[2] for row in connection.execute(f'pragma foreign_key_list("{name}")')}
    lines = []
    for _, column, kind, _, _, key in connection.execute(f'pragma table_info("{name}")'):
        notes = [*(["key"] if key else []), *([f"refers to {refers[column]}"] if column in refers else [])]
        lines.append((f"`{column}`", kind.lower(), ", ".join(notes), meant[column]))
    return _table(("column", "type", "", "meaning"), lines)


def routes() -> str:
    """The addresses of Concord's pages, from the first line of each route's own description."""
    lines = []
    for pattern, view in ROUTES:
        address, _, meant = (view.__doc__ or "").partition(":")
        found = re.search(r"format>([a-z|]+)\)", pattern)
        forms = found[1].split("|") if found else []
        also = ", ".join(f"`.{form}`" for form in forms if not address.endswith(f".{form}"))
        lines.append((f"`{address}`", meant.strip(), also))
    return _table(("address", "page", "also as"), lines)


def api() -> str:
    """What programs can ask: addresses without their endings, the forms of the answer, and parameters."""
    return _table(("address", "gives", "as", "parameters"), operations())


def queries() -> str:
    """The canned queries, with what they ask for."""
    listed = json.loads(bundled(METADATA).read_text("utf-8"))["databases"][NAME]["queries"]
    lines = []
    for name, query in listed.items():
        asked = dict.fromkeys(re.findall(r":([a-z_]+)", query["sql"]))
        lines.append((f"`{name}`", query["title"], ", ".join(f"`{parameter}`" for parameter in asked)))
    return _table(("query", "question", "parameters"), lines)


def themes() -> str:
    """The fourteen themes with what each is about and where it ends."""
    return _table(
        ("code", "theme", "about", "border"),
        [(f"`{theme.code}`", theme.label, theme.definition, theme.border) for theme in load_themes()],
    )


def bindingness() -> str:
    """The scale of bindingness."""
    return _table(("B", "name", "cues"), [(point, label, cues) for point, (label, cues) in BINDINGNESS.items()])


def pictures() -> str:
    """Every picture of the site, with what it shows and the address of its page."""
    return "\n\n".join(
        f"{picture.line}: `{picture.address}`\n\n![{picture.line}](screenshots/{name}.png)"
        for name, picture in PICTURES.items()
    )


def _dictionary(heads: Sequence[str], listed: dict[str, str]) -> Callable[[], str]:
    return lambda: _table(heads, [(f"`{name}`", meant) for name, meant in listed.items()])


MAKERS: dict[str, Callable[[], str]] = {
    "api": api,
    "bindingness": bindingness,
    "commands": commands,
    "findings": _dictionary(("finding", "the issuer"), FINDINGS),
    "kinds": _dictionary(("kind", "name"), KINDS),
    "mentions": _dictionary(("role", "meaning"), MENTION_ROLES),
    "instruments": _dictionary(("kind", "meaning"), INSTRUMENT_KINDS),
    "pictures": pictures,
    "problems": _dictionary(("kind", "meaning"), PROBLEM_KINDS),
    "queries": queries,
    "relations": _dictionary(("relation", "the other promise"), RELATIONS),
    "roles": _dictionary(("role", "what it is"), ROLES),
    "routes": routes,
    "settings": settings,
    "stages": stages,
    "tables": tables,
    "themes": themes,
}


def main() -> None:
    """Renew every page, and say which have changed."""
    for path in pages():
        before = path.read_text("utf-8")
        after = renewed(before)
        if after != before:
            path.write_text(after, "utf-8")
            print(f"{path.name}: renewed")


if __name__ == "__main__":
    main()
