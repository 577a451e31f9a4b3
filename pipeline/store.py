"""The database: its schema, the migrations that make it, and the one way to write rows.

Stages call `write_rows()` (write by difference) inside `db.atomic()`, together with `mark()`, which
records that an input was worked on. A kill between two inputs therefore loses nothing, and a row
that did not change keeps everything that hangs on it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlite_utils import Database
from sqlite_utils.db import Table
from sqlite_utils.migrations import Migrations

from .errors import DocumentProblem, StoreError, UnreadableError
from .ids import digest
from .records import KINDS

APPLICATION_ID = 0x434F4E43
"""Marks a SQLite file as Concord's ("CONC"), so that `serve` does not open somebody else's."""

BINDINGNESS = {
    1: ("Aspiration", "will consider, explore or review; aims, seeks, aspires, strives, intends"),
    2: ("Continuing or supportive", "will continue, maintain, support, promote, encourage; remains committed to"),
    3: ("Undertaking", "will, plans to, agrees to or commits to, with an active verb"),
    4: ("Decided or mandated", "shall, has decided to, will by law, money allotted, a body given the duty"),
}

migrations = Migrations("concord")

SCHEMA = """
create table kinds (
    id text primary key,
    label text not null
) strict;

create table bindingness (
    id integer primary key,
    label text not null,
    cues text not null
) strict;

create table issuers (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('state', 'group', 'joint', 'organisation')),
    alpha_2 text
) strict;

create table memberships (
    group_id text not null references issuers(id) on delete cascade,
    member_id text not null references issuers(id) on delete cascade,
    from_on text not null default '',
    to_on text not null default '',
    primary key (group_id, member_id, from_on)
) strict;
create index memberships_member on memberships(member_id);

create table documents (
    id text primary key,
    title text not null,
    issuer_id text references issuers(id),
    kind_id text not null references kinds(id),
    published_on text not null default '',
    year integer,
    body text not null default '',
    language text not null default '',
    language_stated text not null default '',
    is_covered integer not null default 1 check (is_covered in (0, 1)),
    family text not null default '',
    edition integer,
    pages integer not null default 0,
    is_paged integer not null default 1 check (is_paged in (0, 1)),
    status text not null default 'waiting'
        check (status in ('waiting', 'read', 'partly read', 'not read')),
    format text not null default '',
    source_url text not null default '',
    licence text not null default '',
    note text not null default '',
    path text not null,
    sha256 text not null default ''
) strict;
create index documents_issuer on documents(issuer_id);
create index documents_kind on documents(kind_id);
create index documents_year on documents(year);
create index documents_family on documents(family);

create table pages (
    id text primary key,
    document_id text not null references documents(id) on delete cascade,
    number integer not null,
    label text not null default '',
    status text not null check (status in ('text', 'ocr', 'blank', 'needs_ocr')),
    text text not null,
    width real,
    height real,
    unique (document_id, number)
) strict;

create table page_lines (
    page_id text primary key references pages(id) on delete cascade,
    lines text not null
) strict;

create table passages (
    id text primary key,
    document_id text not null references documents(id) on delete cascade,
    ordinal integer not null,
    role text not null,
    page integer not null,
    page_last integer not null,
    heading_path text not null default '',
    lead_in text not null default '',
    marker text not null default '',
    text text not null,
    language text not null default '',
    is_ocr integer not null default 0 check (is_ocr in (0, 1))
) strict;
create index passages_document on passages(document_id, ordinal);
create index passages_role on passages(role);

create table passage_spans (
    passage_id text primary key references passages(id) on delete cascade,
    segments text not null,
    sentences text not null,
    cells text not null
) strict;

create table sentences (
    passage_id text not null references passages(id) on delete cascade,
    start integer not null,
    "end" integer not null check ("end" > start),
    document_id text not null references documents(id) on delete cascade,
    label text not null check (label in ('commitment', 'rhetorical_pledge', 'none')),
    reason text not null default '',
    confidence real not null,
    primary key (passage_id, start)
) strict;
create index sentences_document on sentences(document_id);
create index sentences_label on sentences(label, reason);

create table sentence_themes (
    passage_id text not null references passages(id) on delete cascade,
    start integer not null,
    theme_id text not null,
    probability real not null,
    primary key (passage_id, start, theme_id)
) strict, without rowid;

create table themes (
    id text primary key,
    label text not null,
    definition text not null,
    border text not null default '',
    position integer not null,
    is_emerging integer not null default 0 check (is_emerging in (0, 1))
) strict;

create table subthemes (
    id text primary key,
    theme_id text not null references themes(id),
    label text not null,
    is_named integer not null default 0 check (is_named in (0, 1)),
    terms text not null,
    commitments integer not null,
    representative_id text
) strict;
create index subthemes_theme on subthemes(theme_id);

create table subtheme_names (
    subtheme_id text primary key,
    name text not null check (name <> ''),
    named_at text not null
) strict;

create table subtheme_lineage (
    change integer not null,
    subtheme_id text not null,
    theme_id text not null,
    event text not null check (event in ('kept', 'grown', 'split', 'merged', 'new', 'retired')),
    other_id text not null default '',
    before integer not null,
    after integer not null,
    shared integer not null,
    label text not null,
    changed_at text not null,
    primary key (change, subtheme_id)
) strict;
create index subtheme_lineage_subtheme on subtheme_lineage(subtheme_id);
create index subtheme_lineage_theme on subtheme_lineage(theme_id);
create index subtheme_lineage_other on subtheme_lineage(other_id);

create table subtheme_members (
    commitment_id text primary key,
    theme_id text not null,
    subtheme_id text not null
) strict, without rowid;

create table commitments (
    id text primary key,
    quote text not null,
    lead_in text not null default '',
    issuer_id text references issuers(id),
    document_id text not null references documents(id) on delete cascade,
    page integer not null,
    theme_id text references themes(id),
    subtheme_id text references subthemes(id) on delete set null,
    norm text not null default '',
    instrument text not null default '',
    scope text not null default '',
    year integer,
    bindingness_id integer not null references bindingness(id),
    precision integer not null check (precision between 0 and 5),
    actor text not null default '',
    is_actor_inferred integer not null default 0 check (is_actor_inferred in (0, 1)),
    actor_meant text not null default '',
    modality text not null default '',
    action text not null default '',
    "object" text not null default '',
    partner text not null default '',
    deadline text not null default '',
    deadline_from text not null default '',
    deadline_to text not null default '',
    money text not null default '',
    condition text not null default '',
    polarity text not null check (polarity in ('positive', 'negative')),
    is_reaffirmed integer not null default 0 check (is_reaffirmed in (0, 1)),
    restates_id text references commitments(id) on delete set null,
    bindingness_cue text not null default '',
    precision_cues text not null default '',
    confidence real not null,
    passage_id text not null references passages(id) on delete cascade,
    start integer not null,
    "end" integer not null check ("end" > start)
) strict;
create index commitments_document on commitments(document_id);
create index commitments_issuer on commitments(issuer_id);
create index commitments_theme on commitments(theme_id);
create index commitments_subtheme on commitments(subtheme_id);
create index commitments_passage on commitments(passage_id);
create index commitments_bindingness on commitments(bindingness_id);
create index commitments_year on commitments(year);
create index commitments_precision on commitments(precision);
create index commitments_restates on commitments(restates_id);
create index commitments_norm on commitments(norm);
create index commitments_instrument on commitments(instrument);
create index commitments_scope on commitments(scope);

create table facets (
    commitment_id text not null references commitments(id) on delete cascade,
    facet text not null check (facet in ('norm', 'instrument', 'scope')),
    value text not null,
    cue text not null default '',
    is_main integer not null check (is_main in (0, 1)),
    primary key (commitment_id, facet, value)
) strict;
create index facets_value on facets(value, facet);

create table slots (
    commitment_id text not null references commitments(id) on delete cascade,
    name text not null,
    text text not null,
    source text not null check (source in ('quote', 'lead_in', 'passage', 'inferred')),
    start integer,
    "end" integer,
    primary key (commitment_id, name)
) strict;

create index slots_name on slots(name);

create table commitment_themes (
    commitment_id text not null references commitments(id) on delete cascade,
    theme_id text not null references themes(id),
    position integer not null,
    likeness real not null,
    probability real not null default 0,
    primary key (commitment_id, theme_id)
) strict;
create index commitment_themes_theme on commitment_themes(theme_id);

create table passage_themes (
    passage_id text not null references passages(id) on delete cascade,
    theme_id text not null references themes(id),
    likeness real not null,
    probability real not null default 0,
    primary key (passage_id, theme_id)
) strict;
create index passage_themes_theme on passage_themes(theme_id);

create table theme_words (
    passage_id text not null references passages(id) on delete cascade,
    theme_id text not null references themes(id),
    words text not null,
    primary key (passage_id, theme_id)
) strict;
create index theme_words_theme on theme_words(theme_id);

create table embeddings (
    text_hash text not null,
    model text not null,
    vector blob not null,
    primary key (text_hash, model)
) strict, without rowid;

create table instruments (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('treaty', 'law', 'process', 'declaration', 'standard')),
    since text not null
) strict;

create table mentions (
    id text primary key,
    issuer_id text references issuers(id),
    instrument_id text references instruments(id) on delete cascade,
    document_id text not null references documents(id) on delete cascade,
    passage_id text not null references passages(id) on delete cascade,
    page integer not null,
    text text not null,
    quote text not null,
    role text not null,
    start integer not null,
    "end" integer not null check ("end" > start),
    check ((issuer_id is null) <> (instrument_id is null))
) strict;
create index mentions_issuer on mentions(issuer_id);
create index mentions_instrument on mentions(instrument_id);
create index mentions_document on mentions(document_id);
create index mentions_passage on mentions(passage_id);

create table counterparts (
    commitment_id text not null references commitments(id) on delete cascade,
    other_id text not null references commitments(id) on delete cascade,
    theme_id text not null references themes(id),
    relation text not null
        check (relation in ('same', 'firmer', 'weaker', 'other instrument', 'opposed', 'related')),
    note text not null default '',
    substance real not null,
    wording real not null,
    is_formula integer not null check (is_formula in (0, 1)),
    primary key (commitment_id, other_id),
    check (commitment_id <> other_id)
) strict;
create index counterparts_other on counterparts(other_id);
create index counterparts_theme on counterparts(theme_id);

create table formulas (
    id text primary key,
    first_id text not null references commitments(id) on delete cascade,
    commitments integer not null,
    documents integer not null,
    issuers integer not null
) strict;
create index formulas_first on formulas(first_id);

create table formula_commitments (
    commitment_id text primary key references commitments(id) on delete cascade,
    formula_id text not null references formulas(id) on delete cascade
) strict;
create index formula_commitments_formula on formula_commitments(formula_id);

create table coverage (
    issuer_id text not null references issuers(id) on delete cascade,
    theme_id text not null references themes(id),
    finding text not null
        check (finding in ('committed', 'mentioned', 'absent', 'not read', 'no document')),
    commitments integer not null,
    again integer not null default 0,
    documents integer not null,
    bindingness_id integer references bindingness(id),
    latest_year integer,
    per_thousand real,
    primary key (issuer_id, theme_id)
) strict;
create index coverage_theme on coverage(theme_id);

create table edition_changes (
    id text primary key,
    family text not null,
    from_document_id text not null references documents(id) on delete cascade,
    to_document_id text not null references documents(id) on delete cascade,
    change text not null
        check (change in ('kept', 'reworded', 'firmer', 'weaker', 'deadline moved', 'dropped', 'new', 'lapsed')),
    commitment_id text references commitments(id) on delete cascade,
    other_id text references commitments(id) on delete cascade,
    alike real,
    wording real,
    note text not null default '',
    check (commitment_id is not null or other_id is not null)
) strict;
create index edition_changes_family on edition_changes(family);
create index edition_changes_from on edition_changes(from_document_id);
create index edition_changes_to on edition_changes(to_document_id);
create index edition_changes_commitment on edition_changes(commitment_id);
create index edition_changes_other on edition_changes(other_id);
create index edition_changes_change on edition_changes(change);

create table guidelines (
    id text primary key,
    title text not null,
    source text not null,
    year integer not null,
    address text not null default '',
    licence text not null default ''
) strict;

create table guideline_elements (
    id text primary key,
    guideline_id text not null references guidelines(id) on delete cascade,
    code text not null,
    title text not null,
    description text not null default '',
    themes text not null default '',
    words text not null default '',
    position integer not null,
    unique (guideline_id, code)
) strict;

create table guideline_seeds (
    element_id text not null references guideline_elements(id) on delete cascade,
    position integer not null,
    text text not null,
    model text not null,
    vector blob not null,
    primary key (element_id, position)
) strict, without rowid;

create table guideline_scores (
    element_id text not null references guideline_elements(id) on delete cascade,
    document_id text not null references documents(id) on delete cascade,
    guideline_id text not null references guidelines(id) on delete cascade,
    score text not null check (score in ('committed', 'mentioned', 'absent', 'not covered', 'not read')),
    commitments integer not null,
    likeness real,
    primary key (element_id, document_id)
) strict;
create index guideline_scores_document on guideline_scores(document_id);
create index guideline_scores_guideline on guideline_scores(guideline_id);

create table guideline_quotes (
    id text primary key,
    element_id text not null references guideline_elements(id) on delete cascade,
    document_id text not null references documents(id) on delete cascade,
    commitment_id text references commitments(id) on delete cascade,
    passage_id text references passages(id) on delete cascade,
    likeness real not null,
    check ((commitment_id is null) <> (passage_id is null))
) strict;
create index guideline_quotes_element on guideline_quotes(element_id);
create index guideline_quotes_document on guideline_quotes(document_id);
create index guideline_quotes_commitment on guideline_quotes(commitment_id);
create index guideline_quotes_passage on guideline_quotes(passage_id);

create table problems (
    id text primary key,
    document_id text,
    stage text not null,
    kind text not null,
    page integer,
    message text not null,
    remedy text not null default '',
    is_failure integer not null check (is_failure in (0, 1)),
    seen_at text not null
) strict;
create index problems_document on problems(document_id);
create index problems_kind on problems(kind);

create table quality (
    id text primary key,
    gold text not null,
    mode text not null check (mode in ('documents', 'units')),
    measure text not null,
    units text not null,
    value real not null,
    low real not null,
    high real not null,
    count integer not null,
    evaluated_at text not null
) strict;

create table models (
    name text primary key,
    purpose text not null,
    source text not null,
    revision text not null,
    dimensions integer,
    licence text not null,
    sha256 text not null
) strict;

create table builds (
    stage text not null,
    input text not null,
    input_hash text not null,
    output_hash text not null,
    seconds real not null,
    built_at text not null,
    primary key (stage, input)
) strict, without rowid;

create table retired (
    id text not null,
    kind text not null,
    label text not null,
    document_id text not null default '',
    retired_at text not null,
    primary key (kind, id)
) strict;

create table watches (
    name text primary key,
    question text not null,
    mode text not null check (mode in ('both', 'words', 'meaning')),
    filters text not null default '{}',
    added_at text not null,
    ran_at text not null default '',
    runs integer not null default 0,
    check (question <> '' or filters <> '{}')
) strict;

create table watch_hits (
    watch text not null references watches(name) on delete cascade,
    kind text not null check (kind in ('commitment', 'passage')),
    hit_id text not null,
    first_seen_at text not null,
    run integer not null,
    primary key (watch, kind, hit_id)
) strict, without rowid;
create index watch_hits_hit on watch_hits(hit_id);

create table runs (
    id integer primary key,
    started_at text not null,
    finished_at text,
    version text not null,
    corpus text not null,
    outcome text not null default 'unfinished',
    counts text not null default '{}'
) strict;
"""


@migrations(name="0001_schema")
def _schema(db: Database) -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    table(db, "kinds").insert_all({"id": key, "label": label} for key, label in KINDS.items())
    table(db, "bindingness").insert_all(
        {"id": key, "label": label, "cues": cues} for key, (label, cues) in BINDINGNESS.items()
    )
    for name, (kind, label, document) in RETIRING.items():
        for statement in _retiring(name, kind, label, document):
            db.execute(statement)
    for name, columns in SEARCHED.items():
        table(db, name).enable_fts(columns, create_triggers=True, tokenize=TOKENS)


@migrations(name="0002_example_guidelines")
def _example_guidelines(db: Database) -> None:
    db.execute("alter table guidelines add column is_example integer not null default 0 check (is_example in (0, 1))")


@migrations(name="0003_texts_of_watches")
def _texts_of_watches(db: Database) -> None:
    db.execute("create table watch_texts (id text primary key, arrival integer not null) strict, without rowid")
    if "watches" not in db.table_names():  # as in a database of before there were saved searches
        return
    db.execute("alter table watches add column arrival integer not null default 0")
    # What a search had found by then was kept, and not where it had looked. What is here now counts as searched, so
    # that nothing old is ever told as new.
    if rows(db, "select 1 from watches where runs > 0 limit 1"):
        db.execute("insert into watch_texts select id, 1 from commitments union select id, 1 from passages")
        db.execute("update watches set arrival = 1 where runs > 0")


@migrations(name="0004_reviews")
def _reviews(db: Database) -> None:
    # No key refers to commitments: a rerun takes a document's rows and writes them again, and what people said stays.
    db.execute(
        """create table reviews (
            id integer primary key,
            commitment_id text not null,
            decision text not null check (decision in ('right', 'wrong', 'doubtful')),
            reviewer text not null check (reviewer <> ''),
            note text not null default '',
            decided_on text not null check (date(decided_on) is decided_on)
        ) strict"""
    )
    db.execute("create index reviews_commitment on reviews(commitment_id)")


@migrations(name="0005_arrivals")
def _arrivals(db: Database) -> None:
    db.execute(
        "create table arrivals (commitment_id text primary key, first_seen_at text not null) strict, without rowid"
    )
    # Of what an earlier Concord found, only the day of the last reading of its document is known.
    db.execute(
        """insert into arrivals select id, coalesce(built_at, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
        from commitments left join builds on stage = 'commitments' and input = document_id"""
    )
    db.execute(
        """create trigger commitments_arrived after insert on commitments begin
            insert into arrivals values (new.id, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
            on conflict (commitment_id) do nothing;
        end"""
    )


@migrations(name="0006_terms_of_themes")
def _terms_of_themes(db: Database) -> None:
    db.execute("alter table themes add column terms text not null default ''")


def _retiring(name: str, kind: str, label: str, document: str) -> tuple[str, str]:
    """Return the triggers that note what went from a table, and forget it when it is there again."""
    return (
        f"""create trigger {name}_retired after delete on {name} begin
            insert into retired values (old.id, '{kind}', old.{label}, {document}, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
            on conflict (kind, id) do update set label = excluded.label, document_id = excluded.document_id,
                retired_at = excluded.retired_at;
        end""",
        f"""create trigger {name}_returned after insert on {name} begin
            delete from retired where kind = '{kind}' and id = new.id;
        end""",
    )


RETIRING = {
    "documents": ("document", "title", "''"),
    "commitments": ("commitment", "quote", "old.document_id"),
    "themes": ("theme", "label", "''"),
    "subthemes": ("sub-theme", "label", "''"),
    "issuers": ("issuer", "name", "''"),
    "guidelines": ("guideline", "title", "''"),
}
"""Tables whose ids are addresses: the word for a row, the column that says what it was, and where it stood.

A trigger notes each row that goes in `retired`, whoever deletes it, so that its address can say what it led to. A
rerun takes a document's passages and with them its commitments, and writes most of them again: these come back out.
"""

SEARCHED = {"documents": ["title"], "passages": ["text"], "commitments": ["quote", "lead_in"]}
"""Tables with a full-text index, and the columns it holds."""
TOKENS = "porter unicode61"
"""How such an index cuts texts into words, and takes their endings away."""


def open_store(path: Path) -> Database:
    """Open the database at `path`, made or brought up to date by the migrations.

    Raises:
        StoreError: the file is not a Concord database, or a newer Concord made it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = Database(sqlite3.connect(path, timeout=30))
        db.execute("pragma foreign_keys = on")
        _refuse_strangers(db, path)
        db.execute("pragma journal_mode = wal")
        migrations.apply(db)
        db.execute(f"pragma application_id = {APPLICATION_ID}")
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} is not a database that can be used: {error}.", remedy="Move it away, or name another with --db."
        ) from error
    return db


def open_for_reading(path: Path) -> Database:
    """Open an existing Concord database without the right to change it.

    Raises:
        UnreadableError: there is no such file, it is empty, or it cannot be read now.
        StoreError: it is not a Concord database, or one of a newer Concord.
    """
    how_to_make_one = "Make one: concord run --corpus DIR --db FILE"
    if not path.is_file():
        raise UnreadableError(f"There is no database at {path}.", remedy=how_to_make_one)
    try:
        how = "immutable=1" if is_still(path) else "mode=ro"
        db = Database(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=30))
        _refuse_strangers(db, path)
        is_empty = not _tables(db)
    except sqlite3.DatabaseError as error:
        raise UnreadableError(f"{path} is not a database that can be used: {error}.") from error
    if is_empty:
        db.close()
        raise UnreadableError(f"{path} holds nothing.", remedy=how_to_make_one)
    return db


_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_SCHEMA,
}  # fmt: skip
"""Codes of SQLite that say nothing of a question, and only that the file cannot be read now."""


def is_unreadable(error: BaseException) -> bool:
    """Say whether an error means that the database cannot be read now, and not that it was asked something wrong.

    A file that is being copied over another is for a moment a database without a table.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # behind the first byte stand details
    return isinstance(error, UnreadableError) or (
        isinstance(error, sqlite3.DatabaseError) and (code in _PASSING or str(error).startswith("no such table"))
    )


def is_still(path: Path) -> bool:
    """Say whether nobody writes to the database at `path`: it lies where we may write nothing, and is whole.

    SQLite then cannot make the files that readers and a writer share, and has to be told that it needs none.
    """
    is_ours_to_write = os.access(path.absolute().parent, os.W_OK)
    return path.is_file() and not is_ours_to_write and not path.with_name(f"{path.name}-wal").exists()


def _refuse_strangers(db: Database, path: Path) -> None:
    tables = _tables(db)
    applied = {migration.name for migration in migrations.applied(db)}
    empty = Database(memory=True)
    known = {migration.name for migration in migrations.pending(empty)}  # to an empty database all are pending
    empty.close()
    if tables and not applied:
        raise StoreError(f"{path} is a database, but not one of Concord's.", remedy="Name another file with --db.")
    if applied - known:
        raise StoreError(
            f"{path} was made by a newer Concord (it has {', '.join(sorted(applied - known))}).",
            remedy="Upgrade: pip install --upgrade cyber-concord",
        )


def _tables(db: Database) -> set[str]:
    """Return the names of the tables, without the one that, alone, is what a kill at the very start leaves."""
    return set(db.table_names()) - {"_sqlite_migrations"}


def table(db: Database, name: str) -> Table:
    """Return the table `name`, typed as a table (sqlite-utils' `db[name]` may be a view)."""
    return cast(Table, db[name])


def rows(db: Database, sql: str, args: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
    """Return every row of a query as a dict."""
    return list(db.query(sql, args))


def write_rows(
    db: Database,
    name: str,
    wanted: Iterable[Mapping[str, Any]],
    *,
    where: str = "1",
    args: Sequence[Any] = (),
) -> int:
    """Make the rows of `name` that match `where` equal to `wanted`; return how many changed.

    Rows that are equal already are not touched, so what refers to them stays. A wanted row may
    leave columns out: those keep their value.
    """
    target = table(db, name)
    keys = target.pks
    wanted_rows = {tuple(row[key] for key in keys): dict(row) for row in wanted}
    present = {tuple(row[key] for key in keys): row for row in target.rows_where(where, list(args))}
    gone = [key for key in present if key not in wanted_rows]
    changed = [
        row
        for key, row in wanted_rows.items()
        if key not in present or any(present[key][column] != value for column, value in row.items())
    ]
    condition = " and ".join(f'"{key}" = ?' for key in keys)
    for key in gone:
        db.execute(f'delete from "{name}" where {condition}', list(key))
    for row in changed:
        _upsert(db, name, row, keys)
    return len(gone) + len(changed)


def _upsert(db: Database, name: str, row: Mapping[str, Any], keys: Sequence[str]) -> None:
    columns = ", ".join(f'"{column}"' for column in row)
    marks = ", ".join("?" for _ in row)
    updates = ", ".join(f'"{column}" = excluded."{column}"' for column in row if column not in keys)
    action = f"do update set {updates}" if updates else "do nothing"
    conflict = ", ".join(f'"{key}"' for key in keys)
    db.execute(
        f'insert into "{name}" ({columns}) values ({marks}) on conflict ({conflict}) {action}', list(row.values())
    )


def stale(db: Database, stage: str, inputs: Mapping[str, str]) -> list[str]:
    """Return the inputs whose hash differs from the one that `stage` last worked on, in order."""
    built = {
        row["input"]: row["input_hash"]
        for row in rows(db, "select input, input_hash from builds where stage = ?", [stage])
    }
    return [name for name, input_hash in inputs.items() if built.get(name) != input_hash]


def outputs(db: Database, stage: str) -> dict[str, str]:
    """Return the hash of what `stage` made of each of its inputs."""
    return {
        row["input"]: row["output_hash"]
        for row in rows(db, "select input, output_hash from builds where stage = ? order by input", [stage])
    }


def mark(db: Database, stage: str, name: str, *, input_hash: str, output_hash: str, seconds: float) -> None:
    """Record that `stage` has worked on the input `name`; call it in the transaction of its outputs."""
    row = {
        "stage": stage,
        "input": name,
        "input_hash": input_hash,
        "output_hash": output_hash,
        "seconds": round(seconds, 3),
        "built_at": now(),
    }
    _upsert(db, "builds", row, ["stage", "input"])


def forget(db: Database, stage: str, keep: Iterable[str]) -> None:
    """Drop the marks of `stage` for inputs that are not in `keep`."""
    write_rows(
        db,
        "builds",
        [row for row in table(db, "builds").rows_where("stage = ?", [stage]) if row["input"] in set(keep)],
        where="stage = ?",
        args=[stage],
    )


def write_problems(
    db: Database, stage: str, document_id: str, problems: Iterable[DocumentProblem], *, is_failure: bool
) -> None:
    """Replace what `stage` has against a document by `problems`; none clears it."""
    write_rows(
        db,
        "problems",
        [
            {
                "id": digest(document_id, stage, problem.kind, problem.page, problem.message),
                "document_id": document_id,
                "stage": stage,
                "kind": problem.kind,
                "page": problem.page,
                "message": problem.message,
                "remedy": problem.remedy,
                "is_failure": int(is_failure),
                "seen_at": now(),
            }
            for problem in problems
        ],
        where="document_id = ? and stage = ?",
        args=[document_id, stage],
    )


def has_table(db: Database, name: str) -> bool:
    """Say whether there is a table: a database that an earlier Concord made lacks the latest until it is written to."""
    return bool(rows(db, "select 1 from sqlite_schema where type = 'table' and name = ?", [name]))


def ids_in(column: str, ids: Iterable[str]) -> tuple[str, list[str]]:
    """Return an SQL condition that a column is one of `ids`, however many, and its argument."""
    return f"{column} in (select value from json_each(?))", [json.dumps(list(ids))]


def is_unfinished(db: Database) -> bool:
    """Say whether the last run of the pipeline was cut off, or goes on."""
    return rows(db, "select outcome from runs order by id desc limit 1") == [{"outcome": "unfinished"}]


def now() -> str:
    """Return the present moment, UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tidy(db: Database) -> None:
    """Compact the file, rebuild the full-text indexes and leave one file behind.

    Vacuum may renumber rows, which the full-text tables refer to: so they are rebuilt after it.
    """
    db.execute("pragma wal_checkpoint(truncate)")
    db.vacuum()
    for name in SEARCHED:
        table(db, name).rebuild_fts()
    db.execute("analyze")
    db.conn.commit()
    leave_one_file(db)


def leave_one_file(db: Database) -> None:
    """Take away the files that a database has beside it while somebody writes."""
    with contextlib.suppress(sqlite3.OperationalError):  # a site that has the file open keeps its second file open too
        db.execute("pragma journal_mode = delete")
