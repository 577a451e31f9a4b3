"""The manifest: read as people write it, refused with the place of every fault, written whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ManifestError
from pipeline.manifest import COLUMNS, faults_of, is_date, load_manifest, save_manifest, to_entry, to_row
from pipeline.records import KINDS, Entry

HEAD = "id,path,title,issuer,kind"
ENTRY = Entry(id="can-2018", path="a.pdf", title="A plan", issuers=("CAN",), kind="national_strategy")
TEXT = st.text(alphabet="abc é,\"';=\n", max_size=20).map(str.strip)


@pytest.fixture
def write(tmp_path):
    """A function that writes a file of the corpus and returns the corpus."""

    def write(name, text, encoding="utf-8"):
        (tmp_path / name).write_text(text, encoding)
        return tmp_path

    return write


def test_a_manifest_in_csv_is_read_in_its_order(write):
    corpus = write("documents.csv", f"{HEAD}\nb-2,b.pdf,B,CAN,national_strategy\na-1,a.pdf,A,JPN,joint_statement\n")
    assert load_manifest(corpus) == [
        Entry("b-2", "b.pdf", "B", ("CAN",), "national_strategy"),
        Entry("a-1", "a.pdf", "A", ("JPN",), "joint_statement"),
    ]


def test_a_manifest_in_toml_may_list_its_issuers(write):
    corpus = write(
        "documents.toml",
        '[[document]]\nid = "a-1"\npath = "a.pdf"\ntitle = "A"\nissuer = ["JPN", "CAN"]\nkind = "joint_statement"\nedition = 2\n',
    )
    assert load_manifest(corpus) == [Entry("a-1", "a.pdf", "A", ("CAN", "JPN"), "joint_statement", edition=2)]


def test_a_csv_wins_over_a_toml(write):
    write("documents.toml", "nonsense")
    assert load_manifest(write("documents.csv", f"{HEAD}\na-1,a.pdf,A,CAN,un_submission\n"))[0].id == "a-1"


def test_the_mark_that_spreadsheets_put_first_is_ignored(write):
    corpus = write("documents.csv", f"{HEAD}\na-1,a.pdf,A,CAN,un_submission\n", "utf-8-sig")
    assert load_manifest(corpus)[0].id == "a-1"


def test_the_exchange_format_is_read(write):
    corpus = write(
        "corpus.csv",
        "file,issuer_code,title,date,kind,language,source_url\n"
        "texts/Some_Text (1).txt,XAA-XBB,Some text,2019-04-11,bilateral,en,\n"
        "texts/group.txt,CRI,Another text,undated,g7_declaration,en,\n",
    )
    assert load_manifest(corpus) == [
        Entry(
            "some-text-1", "texts/Some_Text (1).txt", "Some text", ("XAA", "XBB"), "joint_statement", "2019-04-11", "en"
        ),
        Entry("group", "texts/group.txt", "Another text", ("CRIN",), "group_declaration", "", "en"),
    ]


def test_the_message_about_the_exchange_format_names_the_column_that_it_lacks(write):
    with pytest.raises(ManifestError, match="lacks the column issuer_code"):
        load_manifest(write("corpus.csv", "file,title\na.txt,A\n"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("documents.csv", "id,path\na-1,a.pdf\n", "lacks the columns title, issuer, kind"),
        ("documents.csv", "", "lacks the columns id, path"),
        ("documents.csv", f'{HEAD}\na-1,"a"b,A,CAN\n', "line 2: ',' expected after '\"'"),
        ("documents.csv", f'{HEAD}\na-1,"a.pdf,A,CAN\n', "line 2: unexpected end of data"),
        ("documents.toml", "[[document]\n", "is not valid TOML"),
        ("documents.toml", "document = 3\n", r"has no list of \[\[document\]\] tables"),
        ("documents.toml", '[[document]]\nid = "a"\npath = "a"\n', "document 1: lacks title, issuer, kind"),
    ],
)
def test_a_manifest_that_cannot_be_parsed_is_refused(name, text, message, write):
    with pytest.raises(ManifestError, match=message):
        load_manifest(write(name, text))


def test_a_manifest_in_another_encoding_is_refused_with_a_remedy(write):
    with pytest.raises(ManifestError) as caught:
        load_manifest(write("documents.csv", f"{HEAD}\na-1,a.pdf,Stratégie,CAN,un_submission\n", "cp1252"))
    assert caught.value.remedy == 'Save it as "CSV UTF-8".'


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ManifestError, match=r"There is no folder .*nowhere\. Name a corpus"):
        load_manifest(tmp_path / "nowhere")


def test_a_folder_without_a_manifest_says_how_to_get_one(tmp_path):
    with pytest.raises(ManifestError, match="Write one: concord add"):
        load_manifest(tmp_path)


def test_every_fault_is_told_with_its_line(write):
    with pytest.raises(ManifestError) as caught:
        load_manifest(write("documents.csv", f"{HEAD}\na-1,,A,CAN,un_submission\nB 2,b.pdf,B,CAN,poem\n"))
    lines = caught.value.message.split("\n  ")[1:]
    assert lines[:2] == ["line 2: a-1: path is empty", "line 3: id 'B 2' is not lower-case words joined by hyphens"]
    assert lines[2].startswith("line 3: B 2: kind 'poem' is none of national_strategy")


def test_an_id_may_be_used_once_only(write):
    row = "a-1,a.pdf,A,CAN,un_submission\n"
    with pytest.raises(ManifestError, match="the id 'a-1' is used 2 times"):
        load_manifest(write("documents.csv", f"{HEAD}\n{row}{row}"))


def test_twenty_faults_are_listed_and_the_rest_counted(write):
    with pytest.raises(ManifestError) as caught:
        load_manifest(write("documents.csv", HEAD + "\n" + "\n".join(f"a-{n},,A,CAN,un_submission" for n in range(23))))
    assert caught.value.message.count("path is empty") == 20
    assert caught.value.message.endswith("and 3 more")


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_of_a_known_kind_has_no_fault(kind):
    assert faults_of(to_entry({**to_row(ENTRY), "kind": kind})) == []


def test_a_question_mark_is_no_fault():
    assert faults_of(to_entry({**to_row(ENTRY), "title": "?", "issuer": "?", "kind": "?", "published_on": "?"})) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"id": "Can-2018"}, "id 'Can-2018' is not lower-case words joined by hyphens"),
        ({"id": ""}, "id '' is not lower-case words joined by hyphens"),
        ({"path": ""}, "can-2018: path is empty"),
        ({"title": " "}, "can-2018: title is empty"),
        ({"issuer": ""}, "can-2018: issuer is empty"),
        ({"published_on": "May 2018"}, "can-2018: published_on 'May 2018' is not YYYY, YYYY-MM or YYYY-MM-DD"),
    ],
)
def test_each_fault_of_an_entry_is_a_sentence(changed, fault):
    assert faults_of(to_entry({**to_row(ENTRY), **changed})) == [fault]


@pytest.mark.parametrize("text", ["2018", "2018-05", "2018-05-31", "2020-02-29"])
def test_a_year_a_month_or_a_day_is_a_date(text):
    assert is_date(text)


@pytest.mark.parametrize(
    "text", ["", "18", "2018-13", "2018-02-30", "2019-02-29", "2018-5", "2018-05-31T10:00", "0000"]
)
def test_what_is_in_no_calendar_is_no_date(text):
    assert not is_date(text)


@pytest.mark.parametrize("text", ["CAN JPN", "JPN, CAN", "  JPN   CAN "])
def test_issuers_are_codes_between_spaces_or_commas_and_are_sorted(text):
    assert to_entry({**to_row(ENTRY), "issuer": text}).issuers == ("CAN", "JPN")


@pytest.mark.parametrize(("text", "edition"), [("2", 2), ("", None), ("second", None)])
def test_an_edition_is_a_number_or_unknown(text, edition):
    assert to_entry({**to_row(ENTRY), "edition": text}).edition == edition


def test_a_column_that_concord_does_not_know_is_ignored():
    assert to_entry({**to_row(ENTRY), "reviewed_by": "somebody"}) == ENTRY


def test_a_saved_manifest_has_every_column(tmp_path):
    path = save_manifest(tmp_path, [ENTRY])
    assert path.read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT, st.none() | st.integers(0, 99)), max_size=4))
def test_what_is_saved_is_what_is_loaded(tmp_path_factory, listed):
    corpus = tmp_path_factory.mktemp("corpus")
    entries = [
        Entry(f"a-{n}", "a.pdf", title, ("CAN", "JPN"), "un_submission", edition=edition, note=note)
        for n, (title, note, edition) in enumerate(listed)
    ]
    save_manifest(corpus, entries)
    assert load_manifest(corpus) == entries


def test_a_save_that_fails_leaves_the_old_manifest(tmp_path, monkeypatch):
    save_manifest(tmp_path, [ENTRY])
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        save_manifest(tmp_path, [])
    assert load_manifest(tmp_path) == [ENTRY]
