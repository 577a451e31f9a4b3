"""Documents: the table equals the manifest, and every file is the one that is meant."""

from __future__ import annotations

import hashlib
import os

import pytest
from writing import MANIFEST, quiet, rewrite, strike, write_corpus

from pipeline.documents import check_file, file_of, run
from pipeline.errors import DocumentProblem, ManifestError
from pipeline.records import Entry
from pipeline.settings import Settings
from pipeline.store import rows, table

ISSUERS = '[XAA]\nname = "Arvenia"\n[XBB]\nname = "Belmora"\n[XMG]\nname = "Meridian"\nkind = "group"\nmembers = [{code = "XAA"}]\n'


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings of a corpus of two texts of Canada, in which three invented issuers are known."""
    made = write_corpus(tmp_path / "corpus", can_2010="We will act.", can_2018="We will help.")
    (made.corpus / "issuers.toml").write_text(ISSUERS)
    return made


def documents(db):
    """The documents by id."""
    return {row["id"]: row for row in rows(db, "select * from documents")}


def issuers(db):
    """The codes of all issuers."""
    return {row["id"] for row in rows(db, "select id from issuers")}


def problems(db):
    """The problems as (document, stage, kind, is_failure)."""
    return [
        tuple(row.values())
        for row in rows(db, "select document_id, stage, kind, is_failure from problems order by 1, 2")
    ]


def test_every_entry_becomes_a_document(db, settings):
    tally = run(db, settings, quiet)
    assert (tally.done, list(documents(db))) == (2, ["can-2010", "can-2018"])


def test_a_document_has_what_its_entry_says(db, settings):
    rewrite(
        settings,
        "can-2018",
        title="A plan",
        published_on="2018-05",
        family="can",
        edition=2,
        language="en",
        body="Cabinet",
    )
    run(db, settings, quiet)
    row = documents(db)["can-2018"]
    facts = ("title", "issuer_id", "kind_id", "published_on", "year", "family", "edition", "language", "body", "status")
    assert [row[name] for name in facts] == [
        "A plan", "CAN", "national_strategy", "2018-05", 2018, "can", 2, "en", "Cabinet", "waiting",
    ]  # fmt: skip


def test_a_document_has_the_hash_of_its_file(db, settings):
    run(db, settings, quiet)
    assert documents(db)["can-2010"]["sha256"] == hashlib.sha256(b"We will act.").hexdigest()


def test_a_second_run_does_nothing(db, settings):
    run(db, settings, quiet)
    tally = run(db, settings, quiet)
    assert (tally.done, tally.kept, tally.rows) == (0, 2, {"issuers": 0})


@pytest.mark.parametrize(
    "change", [lambda s: rewrite(s, "can-2018", title="New"), lambda s: os.utime(s.corpus / "can-2018.txt", (1, 1))]
)
def test_only_an_entry_or_file_that_was_touched_is_looked_at(change, db, settings):
    run(db, settings, quiet)
    change(settings)
    told = []
    run(db, settings, lambda *report: told.append(report))
    assert told == [(1, 1, "can-2018")]


def test_a_document_that_is_struck_from_the_manifest_goes(db, settings):
    run(db, settings, quiet)
    strike(settings, "can-2010")
    run(db, settings, quiet)
    assert list(documents(db)) == ["can-2018"]


def test_problems_of_a_document_that_goes_go_with_it(db, settings):
    (settings.corpus / "can-2010.txt").unlink()
    run(db, settings, quiet)
    strike(settings, "can-2010")
    run(db, settings, quiet)
    assert problems(db) == []


def test_the_only_document_of_an_issuer_can_go(db, settings):
    rewrite(settings, "can-2010", issuers=("XAA",))
    run(db, settings, quiet)
    strike(settings, "can-2010")
    run(db, settings, quiet)
    assert "XAA" not in issuers(db)


def test_the_only_document_of_an_issuer_can_get_another(db, settings):
    rewrite(settings, "can-2010", issuers=("XAA",))
    run(db, settings, quiet)
    rewrite(settings, "can-2010", issuers=("XBB",))
    run(db, settings, quiet)
    assert documents(db)["can-2010"]["issuer_id"] == "XBB"


@pytest.mark.parametrize("signatories", [("XBB",), ("XAA", "XBB")])
def test_an_issuer_stays_while_a_promise_refers_to_it(signatories, db, settings):
    rewrite(settings, "can-2010", issuers=signatories)
    run(db, settings, quiet)
    table(db, "passages").insert(
        {
            "id": "p",
            "document_id": "can-2010",
            "ordinal": 0,
            "role": "paragraph",
            "page": 1,
            "page_last": 1,
            "text": "We act.",
        }
    )
    table(db, "commitments").insert(
        {
            "id": "c", "quote": "We act.", "issuer_id": "-".join(signatories), "document_id": "can-2010", "page": 1, "bindingness_id": 3,
            "precision": 0, "polarity": "positive", "confidence": 1.0, "passage_id": "p", "start": 0, "end": 7,
        }
    )  # fmt: skip
    rewrite(settings, "can-2010", issuers=("CAN",))
    run(db, settings, quiet)
    assert "-".join(signatories) in issuers(db)


def test_the_issuers_are_those_of_the_documents_and_their_groups(db, settings):
    rewrite(settings, "can-2010", issuers=("XAA",))
    strike(settings, "can-2018")
    run(db, settings, quiet)
    assert issuers(db) == {"XAA", "XMG"}


def test_a_joint_text_has_a_joint_issuer_with_its_members(db, settings):
    rewrite(settings, "can-2010", issuers=("XBB", "XAA"))
    run(db, settings, quiet)
    assert documents(db)["can-2010"]["issuer_id"] == "XAA-XBB"
    members = rows(db, "select member_id from memberships where group_id = 'XAA-XBB' order by 1")
    assert [row["member_id"] for row in members] == ["XAA", "XBB"]


def test_memberships_are_rows(db, settings):
    rewrite(settings, "can-2010", issuers=("XMG",))
    run(db, settings, quiet)
    assert rows(db, "select * from memberships where group_id = 'XMG'") == [
        {"group_id": "XMG", "member_id": "XAA", "from_on": "", "to_on": ""}
    ]


def test_a_file_that_is_missing_is_a_failure_and_the_others_go_on(db, settings):
    (settings.corpus / "can-2010.txt").unlink()
    tally = run(db, settings, quiet)
    assert (tally.done, tally.failed, problems(db)) == (2, 1, [("can-2010", "documents", "missing", 1)])
    assert [row["status"] for row in documents(db).values()] == ["not read", "waiting"]


def test_a_file_that_comes_back_clears_its_problem(db, settings):
    path = settings.corpus / "can-2010.txt"
    path.unlink()
    run(db, settings, quiet)
    path.write_text("We will act.")
    run(db, settings, quiet)
    assert problems(db) == []


def test_a_file_that_is_not_the_recorded_one_is_a_failure_and_keeps_the_old_hash(db, settings):
    rewrite(settings, "can-2010", sha256=hashlib.sha256(b"We will act.").hexdigest())
    run(db, settings, quiet)
    (settings.corpus / "can-2010.txt").write_text("We will not act.")
    run(db, settings, quiet)
    assert problems(db) == [("can-2010", "documents", "changed", 1)]
    assert documents(db)["can-2010"]["sha256"] == hashlib.sha256(b"We will act.").hexdigest()


def test_a_file_that_changed_and_has_no_recorded_hash_is_taken_as_it_is(db, settings):
    run(db, settings, quiet)
    (settings.corpus / "can-2010.txt").write_text("We will not act.")
    run(db, settings, quiet)
    assert problems(db) == []
    assert documents(db)["can-2010"]["sha256"] == hashlib.sha256(b"We will not act.").hexdigest()


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "here/../../secret.txt"])
def test_a_path_that_leads_out_of_the_corpus_is_refused(path, settings):
    with pytest.raises(DocumentProblem) as caught:
        file_of(path, settings.corpus)
    assert caught.value.kind == "outside"


def test_a_link_that_leads_out_of_the_corpus_is_refused(settings, tmp_path):
    (tmp_path / "secret.txt").write_text("the secret")
    (settings.corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(DocumentProblem) as caught:
        check_file(Entry("a", "link.txt", "A", ("CAN",), "un_submission"), settings.corpus)
    assert caught.value.kind == "outside"


def test_a_folder_is_no_file(settings):
    with pytest.raises(DocumentProblem) as caught:
        check_file(Entry("a", ".", "A", ("CAN",), "un_submission"), settings.corpus)
    assert caught.value.kind == "missing"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": "?", "published_on": "?"}, "The manifest leaves title, published_on open."),
        ({"issuers": ("?",), "kind": "?"}, "The manifest leaves issuer, kind open."),
        ({"issuers": ("XZZ",)}, "XZZ is no issuer that Concord knows."),
        ({"issuers": ("CAN", "XZZ")}, "XZZ is no issuer that Concord knows."),
    ],
)
def test_what_the_manifest_leaves_open_is_a_problem_and_no_failure(changed, message, db, settings):
    rewrite(settings, "can-2010", **changed)
    assert run(db, settings, quiet).failed == 0
    assert rows(db, "select message, is_failure from problems") == [{"message": message, "is_failure": 0}]


@pytest.mark.parametrize("code", ["?", "XZZ"])
def test_a_document_without_a_known_issuer_has_none(code, db, settings):
    rewrite(settings, "can-2010", issuers=(code,))
    run(db, settings, quiet)
    assert documents(db)["can-2010"]["issuer_id"] is None


@pytest.mark.parametrize(
    ("address", "kept"), [("https://example.org/a", True), ("javascript:alert(1)", False), ("file:///etc", False)]
)
def test_only_an_address_of_the_web_is_kept(address, kept, db, settings):
    rewrite(settings, "can-2010", source_url=address)
    run(db, settings, quiet)
    assert documents(db)["can-2010"]["source_url"] == (address if kept else "")


def test_a_manifest_that_cannot_be_used_leaves_the_documents_alone(db, settings):
    run(db, settings, quiet)
    (settings.corpus / MANIFEST).write_text("nonsense")
    with pytest.raises(ManifestError):
        run(db, settings, quiet)
    assert len(documents(db)) == 2
