"""Reruns: only the new work is done, and a run that was killed goes on as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from dataclasses import replace

import pytest
import torch
from conftest import SAMPLE, use_letters
from writing import quiet, rewrite, strike

from pipeline import embeddings, passages
from pipeline.manifest import load_manifest, save_manifest
from pipeline.settings import Settings
from pipeline.stages import run_stages
from pipeline.store import SEARCHED, open_store, rows

GROUP, JOINT = "xmg-2017-declaration", "xaa-xbb-2019-statement"
BY_DOCUMENT = ("documents", "pages", "passages", "commitments", "mentions")
EVERYTHING = frozenset()
"""Left out of a table: it is not compared at all."""
LEFT_OUT = {
    "builds": {"seconds", "built_at"},
    "problems": {"seen_at"},
    "subtheme_lineage": {"changed_at"},
    "arrivals": {"first_seen_at"},
}
"""Columns that say when and how long, which differ from run to run."""
FRESH = {
    **LEFT_OUT,
    "builds": {"seconds", "built_at", "input_hash", "output_hash"},
    "subthemes": {"id"},
    "subtheme_members": {"subtheme_id"},
    "subtheme_lineage": EVERYTHING,
    "commitments": {"subtheme_id"},
}
"""Further columns in which a corpus that grew differs from one that was there at once: sub-themes keep their ids."""

pytestmark = pytest.mark.usefixtures("letters")


def copied(folder, *names):
    """Settings of a corpus of documents of the sample."""
    corpus = folder / "corpus"
    (corpus / "documents").mkdir(parents=True)
    shutil.copy(SAMPLE / "issuers.toml", corpus)
    save_manifest(corpus, [])
    settings = Settings(corpus=corpus, db=folder / "concord.db", workers=1)
    for name in names:
        bring_in(settings, name)
    return settings


def bring_in(settings, name):
    """Bring a document of the sample into a corpus."""
    (entry,) = [entry for entry in load_manifest(SAMPLE) if entry.id == name]
    shutil.copy2(SAMPLE / entry.path, settings.corpus / entry.path)
    save_manifest(settings.corpus, sorted([*load_manifest(settings.corpus), entry], key=lambda one: one.id))


def run(settings, report_for=lambda _: quiet):
    """Run all stages; return the tallies by stage."""
    with open_store(settings.db) as db:
        return {result.stage: result.tally for result in run_stages(db, settings, report_for=report_for)}


def ask(settings, sql, *args):
    """The rows of a query, as tuples."""
    with open_store(settings.db) as db:
        return db.execute(sql, args).fetchall()


def content(settings, left_out=LEFT_OUT):
    """All rows of a database but those of its runs, without the columns that are left out."""
    found = {}
    with open_store(settings.db) as db:
        for name in db.table_names():
            is_compared = left_out.get(name) is not EVERYTHING
            if is_compared and "_fts" not in name and not name.startswith(("sqlite_", "_sqlite", "runs")):
                kept = [{key: row[key] for key in row if key not in left_out.get(name, ())} for row in db[name].rows]
                found[name] = sorted(kept, key=repr)
    return found


def said_by(settings, document_id, name):
    """What a table has of a document, without what the whole corpus decides."""
    with open_store(settings.db) as db:
        found = rows(db, f'select * from "{name}" where document_id = ? order by id', [document_id])
    return [{key: value for key, value in row.items() if key not in ("theme_id", "subtheme_id")} for row in found]


def problems(settings):
    """The failures as (document, stage, kind)."""
    return ask(settings, "select document_id, stage, kind from problems where is_failure")


def worked(tallies):
    """The stages that did something, with the number of their inputs."""
    return {stage: tally.done for stage, tally in tallies.items() if tally.done}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Settings of a corpus of two documents that has been run, which no test may change."""
    made = copied(tmp_path_factory.mktemp("built"), GROUP, JOINT)
    with pytest.MonkeyPatch.context() as patch:
        use_letters(patch)
        run(made)
    return made


@pytest.fixture
def settings(built, tmp_path) -> Settings:
    """Settings of a copy of that corpus and its database."""
    shutil.copytree(built.corpus, tmp_path / "corpus")
    shutil.copy(built.db, tmp_path)
    return replace(built, corpus=tmp_path / "corpus", db=tmp_path / built.db.name)


def test_a_second_run_does_nothing(settings):
    assert worked(run(settings)) == {}


def test_a_second_run_changes_nothing(settings):
    before = content(settings, {})
    run(settings)
    assert content(settings, {}) == before


def test_a_second_run_counts_as_none(settings):
    run(settings)
    assert ask(settings, "select count(*) from runs") == [(1,)]


def test_only_a_document_that_was_added_is_worked_on(tmp_path):
    settings = copied(tmp_path, JOINT)
    run(settings)
    bring_in(settings, GROUP)
    tallies = run(settings)
    assert {stage: (tallies[stage].done, tallies[stage].kept) for stage in BY_DOCUMENT} == dict.fromkeys(
        BY_DOCUMENT, (1, 1)
    )


def test_only_texts_that_are_new_are_encoded(tmp_path):
    settings = copied(tmp_path, JOINT)
    first = run(settings)["embeddings"].done
    bring_in(settings, GROUP)
    assert run(settings)["embeddings"].kept == first


def test_a_corpus_that_grew_equals_one_that_was_there_at_once(built, tmp_path):
    grown = copied(tmp_path / "grown", JOINT)
    run(grown)
    bring_in(grown, GROUP)
    run(grown)
    assert content(grown, FRESH) == content(built, FRESH)


def test_a_document_that_is_struck_out_goes_with_all_that_was_found_in_it(settings, tmp_path):
    strike(settings, GROUP)
    run(settings)
    alone = copied(tmp_path / "alone", JOINT)
    run(alone)
    assert {**content(settings, FRESH), "retired": []} == content(alone, FRESH)


def test_what_was_found_in_a_document_that_is_struck_out_is_noted_until_the_document_is_back(settings):
    ids = {(GROUP,), *ask(settings, "select id from commitments where document_id = ?", GROUP)}
    strike(settings, GROUP)
    run(settings)
    assert ids <= set(ask(settings, "select id from retired"))
    bring_in(settings, GROUP)
    run(settings)
    assert ids & set(ask(settings, "select id from retired")) == set()


def test_of_a_document_that_is_read_anew_only_what_it_says_no_more_is_noted_as_gone(settings):
    path = settings.corpus / "documents" / f"{GROUP}.md"
    text = path.read_text("utf-8")
    listed = ask(settings, "select id, quote from commitments where document_id = ? order by start, id", GROUP)
    (kept, said), (lost, unsaid) = [one for one in listed if text.count(one[1]) == 1][:2]
    path.write_text(text.replace(said, f"{said} That matters.").replace(unsaid, "That was long ago."), "utf-8")
    rewrite(settings, GROUP, sha256="")
    passage = ask(settings, "select passage_id from commitments where id = ?", kept)
    run(settings)
    assert ask(settings, "select passage_id from commitments where id = ?", kept) not in ([], passage)
    assert ask(settings, "select id from retired where kind = 'commitment'") == [(lost,)]


def test_a_file_that_is_not_the_recorded_one_becomes_a_problem_and_nothing_else_changes(settings):
    before = content(settings)
    path = settings.corpus / "documents" / f"{GROUP}.md"
    path.write_text(path.read_text("utf-8") + "\nWe will also build a moon base by 2030.\n", "utf-8")
    assert worked(run(settings)) == {"documents": 1}
    after = content(settings)
    assert problems(settings) == [(GROUP, "documents", "changed")]
    assert {name for name in before if before[name] != after[name]} == {"builds", "problems"}


def test_a_file_that_is_the_recorded_one_again_leaves_no_problem(settings):
    path = settings.corpus / "documents" / f"{GROUP}.md"
    sound = path.read_bytes()
    for content_of_file in (b"Something else.", sound):
        path.write_bytes(content_of_file)
        run(settings)
    assert problems(settings) == []


def test_a_new_edition_of_a_file_keeps_the_ids_of_what_it_says_still(settings):
    before = set(ask(settings, "select id from passages"))
    path = settings.corpus / "documents" / f"{GROUP}.md"
    path.write_text(path.read_text("utf-8") + "\nWe will also build a moon base by 2030.\n", "utf-8")
    rewrite(settings, GROUP, sha256="")
    run(settings)
    assert before < set(ask(settings, "select id from passages"))


def test_another_title_in_the_manifest_reads_no_file_again(settings):
    rewrite(settings, GROUP, title="Another title")
    assert worked(run(settings)) == {"documents": 1, "themes": 1}  # a title says whether a text is on cyberspace


def test_a_document_that_cannot_be_read_is_a_problem_and_the_others_go_on(tmp_path, built):
    broken = copied(tmp_path / "broken", GROUP, JOINT)
    rewrite(broken, GROUP, sha256="")
    (broken.corpus / "documents" / f"{GROUP}.md").write_bytes(b"{\\rtf1 We will act.}")
    run(broken)
    assert problems(broken) == [(GROUP, "pages", "unsupported")]
    found = [
        name
        for name in ("pages", "passages", "commitments")
        if said_by(broken, JOINT, name) != said_by(built, JOINT, name)
    ]
    assert found == []


def test_a_document_that_cannot_be_read_is_not_tried_again(tmp_path):
    broken = copied(tmp_path, GROUP, JOINT)
    rewrite(broken, GROUP, sha256="")
    (broken.corpus / "documents" / f"{GROUP}.md").write_bytes(b"{\\rtf1 We will act.}")
    run(broken)
    assert worked(run(broken)) == {}


def test_a_document_on_which_we_have_a_bug_is_a_problem_until_the_bug_is_gone(tmp_path, built, monkeypatch):
    segment = passages.segment

    def broken(pages, *rest):
        if "Meridian Group Declaration" in pages[0].text:
            raise IndexError("list index out of range")
        return segment(pages, *rest)

    late = copied(tmp_path / "late", GROUP, JOINT)
    monkeypatch.setattr(passages, "segment", broken)
    run(late)
    assert problems(late) == [(GROUP, "passages", "failed")]
    monkeypatch.setattr(passages, "segment", segment)
    run(late)
    assert content(late, FRESH) == content(built, FRESH)


def killed_at(settings, stage, done):
    """Run all stages and be killed when a stage reports that so many of its inputs are done."""

    def report_for(name):
        def report(count, *_):
            if (name, count) == (stage, done):
                os.kill(os.getpid(), signal.SIGKILL)

        return report

    run(settings, report_for)


def killed_while_tidying(settings):
    """Run all stages and be killed between compacting the file and rebuilding its indexes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlite_utils.db.Table.rebuild_fts", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        run(settings)


def kill_runs(folder, settings, ends):
    """Run once to the end; then, for each point, let a child run that is killed there, and note how it ended.

    In a process of its own, which has loaded the models before it forks. PyTorch keeps to one thread:
    a child would wait for ever for the threads that it did not inherit.
    """
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        use_letters(patch)
        patch.setattr(torch, "set_num_threads", lambda _: None)
        patch.setattr(embeddings, "_BATCH", 20)
        run(replace(settings, db=folder / "undisturbed.db"))
        for stage, done in POINTS:
            child = os.fork()
            if not child:
                own = replace(settings, db=folder / f"{stage}.db")
                killed_while_tidying(own) if stage == "tidy" else killed_at(own, stage, done)
                os._exit(0)
            ends.put((stage, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


POINTS = [
    ("documents", 1), ("pages", 1), ("passages", 1), ("commitments", 1), ("embeddings", 20), ("themes", 0),
    ("mentions", 1), ("comparisons", 0), ("tidy", 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Settings of a run that was not disturbed, and how each run ended that was to be killed."""
    folder = tmp_path_factory.mktemp("killed")
    settings = replace(copied(folder, GROUP, JOINT), db=folder / "undisturbed.db")
    context = multiprocessing.get_context("spawn")
    ends = context.SimpleQueue()
    process = context.Process(target=kill_runs, args=(folder, settings, ends))
    process.start()
    process.join()
    assert process.exitcode == 0
    return settings, dict(ends.get() for _ in POINTS)


@pytest.fixture
def cut_off(request, killed, tmp_path):
    """Settings of a run that was killed at the stage which a test names, with all that it left behind."""
    undisturbed, ends = killed
    assert ends[request.param] == -signal.SIGKILL
    for path in undisturbed.db.parent.glob(f"{request.param}.db*"):
        shutil.copy(path, tmp_path)
    return replace(undisturbed, db=tmp_path / f"{request.param}.db")


@pytest.mark.parametrize("cut_off", [stage for stage, _ in POINTS], indirect=True)
def test_a_run_that_is_killed_and_run_again_ends_as_if_it_had_not_been(cut_off, killed):
    assert ask(cut_off, "select outcome from runs") == [("unfinished",)]
    run(cut_off)
    assert content(cut_off) == content(killed[0])


@pytest.mark.parametrize("cut_off", ["tidy"], indirect=True)
@pytest.mark.parametrize("name", SEARCHED)
def test_after_a_kill_and_a_run_the_full_text_index_is_sound(name, cut_off):
    run(cut_off)
    assert ask(cut_off, f"insert into {name}_fts({name}_fts, rank) values ('integrity-check', 1)") == []
