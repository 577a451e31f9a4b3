"""Adding files: what can be found out is filled in, and what only a person knows is marked."""

from __future__ import annotations

import pytest
from docx import Document

from pipeline.adding import add
from pipeline.errors import ManifestError
from pipeline.ids import file_digest
from pipeline.issuers import load_issuers
from pipeline.manifest import faults_of, load_manifest
from pipeline.settings import Settings

TEXT = """\
Canada's Cyber Security Action Plan 2019
The Government of Canada will protect the networks on which Canadians depend, together with the provinces of Canada.
"""


@pytest.fixture
def settings(tmp_path):
    """Settings of a corpus that is not there yet."""
    return Settings(corpus=tmp_path / "corpus", db=tmp_path / "concord.db")


@pytest.fixture
def files(tmp_path):
    """A function that writes a file outside the corpus and returns its path."""
    folder = tmp_path / "downloads"
    folder.mkdir()

    def write(name, text=TEXT):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def added(settings, files):
    """A function that adds one file with this name and text, and returns its entry."""

    def find(name="plan.txt", text=TEXT):
        (one,) = add([files(name, text)], settings)
        return one.entry

    return find


def test_a_file_becomes_an_entry_with_what_can_be_found_out(added):
    entry = added()
    facts = (entry.id, entry.path, entry.title, entry.issuers, entry.kind, entry.published_on, entry.language)
    assert facts == (
        "can-2019-canadas-cyber-security-action-plan-2019", "documents/plan.txt", "Canada's Cyber Security Action Plan 2019",
        ("CAN",), "national_strategy", "2019", "en",
    )  # fmt: skip


def test_an_added_file_is_copied_into_the_corpus_with_its_hash(added, settings):
    entry = added()
    assert file_digest(settings.corpus / entry.path) == entry.sha256


def test_what_is_added_stands_in_the_manifest(added, settings):
    entry = added()
    assert load_manifest(settings.corpus) == [entry]


def test_an_entry_that_was_added_has_no_fault(added):
    assert faults_of(added(text="We act.")) == []


def test_a_file_that_lies_in_the_corpus_stays_where_it_is(settings):
    settings.corpus.mkdir()
    path = settings.corpus / "plan.txt"
    path.write_text(TEXT)
    (one,) = add([path], settings)
    assert (one.entry.path, sorted(p.name for p in settings.corpus.iterdir())) == (
        "plan.txt",
        ["documents.csv", "plan.txt"],
    )


def test_a_file_is_added_once(settings, files):
    path = files("plan.txt")
    add([path], settings)
    assert add([path], settings) == []


def test_the_same_bytes_under_another_name_are_not_added(settings, files):
    assert len(add([files("a.txt"), files("b.txt")], settings)) == 1


def test_a_file_never_replaces_another_of_its_name(settings, files):
    add([files("plan.txt")], settings)
    add([files("other/plan.txt", TEXT + "It will act.\n")], settings)
    assert [entry.path for entry in load_manifest(settings.corpus)] == ["documents/plan.txt", "documents/plan-2.txt"]


def test_entries_with_one_title_have_different_ids(settings, files):
    add([files("a.txt"), files("b.txt", TEXT + "It will act.\n")], settings)
    ids = [entry.id for entry in load_manifest(settings.corpus)]
    assert ids[1] == f"{ids[0]}-2"


def test_entries_that_people_wrote_are_kept(settings, files):
    add([files("a.txt")], settings)
    manifest = settings.corpus / "documents.csv"
    manifest.write_text(manifest.read_text().replace("Canada's Cyber", "Our Own"))
    add([files("b.txt", TEXT + "It will act.\n")], settings)
    assert load_manifest(settings.corpus)[0].title == "Our Own Security Action Plan 2019"


def test_all_readable_files_of_a_folder_are_added(settings, files):
    for name in ("a.txt", "deep/b.md", "c.png", "d.TXT"):
        files(name, f"{TEXT} {name}")
    add([files("a.txt").parent], settings)
    assert sorted(entry.path for entry in load_manifest(settings.corpus)) == [
        "documents/a.txt",
        "documents/b.md",
        "documents/d.TXT",
    ]


def test_the_manifest_is_no_document_of_its_own_corpus(settings, files):
    add([files("a.txt")], settings)
    assert add([settings.corpus / "documents.csv"], settings) == []


def test_nothing_is_written_when_nothing_is_new(settings, tmp_path):
    (tmp_path / "empty").mkdir()
    assert add([tmp_path / "empty"], settings) == []
    assert not (settings.corpus / "documents.csv").exists()


def test_a_manifest_in_toml_is_left_to_people(settings, files):
    settings.corpus.mkdir()
    (settings.corpus / "documents.toml").write_text("")
    with pytest.raises(ManifestError, match="is written by hand"):
        add([files("a.txt")], settings)


@pytest.mark.parametrize(
    ("name", "text", "issuers"),
    [
        ("jpn-2018.txt", TEXT, ("JPN",)),
        ("JPN_strategy.txt", TEXT, ("JPN",)),
        ("the-plan.txt", TEXT, ("CAN",)),
        ("plan.txt", "A plan of this state\nIt will protect its networks against attacks of all kinds.", ("?",)),
    ],
)
def test_the_issuer_is_found_by_the_name_of_the_file_or_in_the_opening(name, text, issuers, added):
    assert added(name, text).issuers == issuers


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("National Cyber Security Strategy", "national_strategy"),
        ("International Cyber Strategy", "international_strategy"),
        ("Joint Statement on Cyber Security", "joint_statement"),
        ("G7 Declaration on Responsible States Behavior", "group_declaration"),
        ("Statement of the Ministers Responsible for Cyber Security", "ministerial_statement"),
        ("Ministers' Declaration on Resilience", "ministerial_statement"),
        ("Report on the State of Networks", "?"),
    ],
)
def test_the_kind_is_found_in_the_title(title, kind, added):
    assert added(text=f"{title}\nThe state will act.\n").kind == kind


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("plan-2017.txt", TEXT, "2017"),
        ("plan.txt", TEXT, "2019"),
        ("plan.txt", "The plan of Canada\nIt will act.", "?"),
        ("plan.md", "---\ndate: 2018-05-31\n---\nThe plan of Canada for 2019.", "2018-05-31"),
        ("plan-120175.txt", "The plan of Canada\nIt will act.", "?"),
    ],
)
def test_the_date_is_that_of_the_file_or_the_first_year(name, text, day, added):
    assert added(name, text).published_on == day


def test_the_title_of_a_word_file_is_its_property_unless_it_is_a_file_name(settings, tmp_path):
    entries = []
    for title in ("A Plan for Canada", "Microsoft Word - draft.docx"):
        document = Document()
        document.core_properties.title = title
        document.add_paragraph("The first line of the plan")
        document.save(tmp_path / "plan.docx")
        entries += add([tmp_path / "plan.docx"], settings)
    assert [one.entry.title for one in entries] == ["A Plan for Canada", "The first line of the plan"]


def test_the_fields_that_are_left_for_a_person_are_named(settings, files):
    (one,) = add([files("a.txt", "12 34\n")], settings)
    assert (one.open_fields, one.entry.id) == (("title", "issuer", "kind", "published_on"), "nd")


def test_a_file_that_cannot_be_read_is_added_with_its_problem(settings, files):
    (one,) = add([files("can-2019.rtf", b"{\\rtf1 We will act.}")], settings)
    assert one.problem == "The file is RTF, which is not read."
    assert (one.entry.issuers, one.entry.published_on, one.entry.title) == (("CAN",), "2019", "?")


def test_an_issuer_of_the_corpus_is_found(settings, files):
    settings.corpus.mkdir()
    (settings.corpus / "issuers.toml").write_text('[XAA]\nname = "Arvenia"\n')
    (one,) = add([files("a.txt", "A plan of Arvenia\nArvenia will act.")], settings)
    assert one.entry.issuers == ("XAA",)
    assert "XAA" in load_issuers(settings.corpus)
