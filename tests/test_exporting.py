"""Exporting: what is taken away is whole, says what it is, and runs as a program nowhere."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pipeline import exporting
from pipeline.cli import main
from pipeline.errors import ExportError
from pipeline.exporting import (
    LONGEST_CELL,
    PACKAGE,
    SPREADSHEET_BOM,
    Listing,
    column,
    described,
    export,
    harmless,
    json_bytes,
    public_tables,
    to_csv,
    to_json,
    to_xlsx,
)
from pipeline.store import open_for_reading, rows

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1", "'=1", "''-1"]
TEXTS = st.one_of(st.text(), st.from_regex(r"\A'{0,3}[-=+@\t\r\n]?.{0,5}\Z"))
CASTS = {"string": str, "integer": int, "number": float}


def a_list(*texts, name="promises"):
    columns = (
        column("quote", str, "The promise"),
        column("page", int, "Its page"),
        column("likeness", float, "How like"),
    )
    found = [{"quote": text, "page": place, "likeness": None} for place, text in enumerate(texts, 1)]
    return Listing(name, "Promises", columns, found, "http://localhost/promises.csv")


def as_it_was(text):
    """What the guard says: take one apostrophe away from a text that begins, apostrophes aside, as a formula does."""
    return (
        text[1:]
        if text.startswith("'") and text.lstrip("'").startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
        else text
    )


def workbook(content):
    return openpyxl.load_workbook(io.BytesIO(content))


@given(TEXTS)
def test_what_makes_a_text_harmless_can_be_undone(text):
    assert as_it_was(harmless(text)) == text


@given(TEXTS)
def test_two_texts_stay_two_when_they_are_made_harmless(text):
    assert harmless(f"'{text}") != harmless(text)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_holds_no_formula(text):
    line = list(csv.reader(io.StringIO(to_csv(a_list(text)).decode("utf-8-sig"), newline="")))[1]
    assert line == [f"'{text}", "1", ""]


def test_a_csv_begins_with_what_tells_spreadsheets_that_it_is_utf_8():
    assert to_csv(a_list("é")).decode().startswith(f"{SPREADSHEET_BOM}quote,page,likeness\r\né,1,")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_a_text_in_a_workbook_and_stays_one_when_it_is_edited(text):
    cell = workbook(to_xlsx(a_list(text)))["promises"]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.replace("_x000D_", "\r") == text


def test_a_workbook_keeps_numbers_and_leaves_what_is_not_there_empty():
    sheet = workbook(to_xlsx(a_list("a", "b")))["promises"]
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["quote", "page", "likeness"], ["a", 1, None], ["b", 2, None],
    ]  # fmt: skip


def test_a_workbook_links_nowhere():
    assert workbook(to_xlsx(a_list("http://example.org")))["promises"]["A2"].hyperlink is None


def test_a_workbook_says_what_its_columns_mean_and_where_it_comes_from():
    lines = {line[0].value: line[1].value for line in workbook(to_xlsx(a_list("a")))["about"].iter_rows()}
    assert (lines["quote"], lines["rows"], lines["address"]) == ("The promise", "1", "http://localhost/promises.csv")


def test_a_text_that_is_too_long_for_a_cell_says_that_it_is_cut():
    value = workbook(to_xlsx(a_list("a" * (LONGEST_CELL + 1))))["promises"]["A2"].value
    assert value.endswith("CSV and JSON have the whole text.)")
    assert len(value) == LONGEST_CELL


def test_a_text_that_just_fits_is_not_cut():
    assert workbook(to_xlsx(a_list("a" * LONGEST_CELL)))["promises"]["A2"].value == "a" * LONGEST_CELL


def test_lists_of_a_workbook_have_a_sheet_each():
    assert workbook(to_xlsx(a_list("a", name="one"), a_list("b", name="two"))).sheetnames == ["one", "two", "about"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_whatever_a_text_holds_the_workbook_opens(text):
    assert workbook(to_xlsx(a_list(text))).sheetnames == ["promises", "about"]


def test_a_json_says_how_many_rows_it_has_and_what_its_columns_are():
    values = json.loads(to_json(a_list("=a", "b")))
    assert (values["count"], values["rows"][0]) == (2, {"quote": "=a", "page": 1, "likeness": None})
    assert values["columns"][0] == {"name": "quote", "type": "string", "description": "The promise"}


def test_columns_of_a_table_mean_what_the_metadata_says():
    (one,) = described("commitments", quote=str)
    assert (one.name, one.kind, one.meaning) == ("quote", "string", "The promise, word for word")


@pytest.fixture(scope="module")
def package(sample_settings, tmp_path_factory):
    """The sample's database as a data package: its folder, and what describes it."""
    folder = tmp_path_factory.mktemp("package")
    with open_for_reading(sample_settings.db) as db:
        export(db, folder)
    return folder, json.loads((folder / PACKAGE).read_text("utf-8"))


def lines_of(folder, resource):
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_every_public_table_is_in_the_package_and_no_plumbing(package, sample_settings):
    folder, described_as = package
    with open_for_reading(sample_settings.db) as db:
        public = public_tables(db)
    assert [resource["name"] for resource in described_as["resources"]] == public
    assert {path.name for path in folder.iterdir()} == {PACKAGE, *(f"{name}.csv" for name in public)}
    assert not {"embeddings", "builds", "page_lines"} & set(public)


def test_a_file_has_every_row_of_its_table(package, sample_settings):
    folder, described_as = package
    with open_for_reading(sample_settings.db) as db:
        for one in described_as["resources"]:
            count = rows(db, f'select count(*) as n from "{one["name"]}"')[0]["n"]
            assert (one["name"], len(lines_of(folder, one)), one["rowCount"]) == (one["name"], count, count)


def test_every_table_and_every_column_is_described(package):
    for resource in package[1]["resources"]:
        assert resource["title"]
        assert resource["description"]
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_the_header_of_a_file_is_what_its_schema_says(package):
    folder, described_as = package
    for resource in described_as["resources"]:
        header = (folder / resource["path"]).read_text("utf-8").partition("\n")[0].strip().split(",")
        assert header == [field["name"] for field in resource["schema"]["fields"]]


def test_every_value_is_of_the_type_that_its_column_has(package):
    folder, described_as = package
    for resource in described_as["resources"]:
        for line in lines_of(folder, resource):
            for field in resource["schema"]["fields"]:
                value = line[field["name"]]
                assert value or not field.get("constraints", {}).get("required"), (resource["name"], field["name"])
                if value:
                    CASTS[field["type"]](value)


def test_a_primary_key_is_one_of_a_kind(package):
    folder, described_as = package
    for resource in described_as["resources"]:
        keys = [tuple(line[key] for key in resource["schema"]["primaryKey"]) for line in lines_of(folder, resource)]
        assert len(set(keys)) == len(keys), resource["name"]


def test_whatever_a_foreign_key_names_is_there(package):
    folder, described_as = package
    by_name = {resource["name"]: resource for resource in described_as["resources"]}
    checked = 0
    for name, resource in by_name.items():
        for key in resource["schema"].get("foreignKeys", ()):
            other = by_name[key["reference"]["resource"] or name]
            there = {tuple(line[one] for one in key["reference"]["fields"]) for line in lines_of(folder, other)}
            named = {tuple(line[one] for one in key["fields"]) for line in lines_of(folder, resource)}
            assert {value for value in named if any(value)} <= there, (name, key)
            checked += 1
    assert checked > 30


def test_a_package_holds_the_size_and_the_hash_of_each_file(package):
    folder, described_as = package
    for resource in described_as["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


def test_a_package_says_its_licence_and_how_its_texts_are_guarded(package):
    described_as = package[1]
    assert described_as["licenses"][0]["name"] == "Apache-2.0"
    assert "Take one apostrophe away" in described_as["description"]


def test_the_same_database_gives_the_same_package(package, sample_settings, tmp_path):
    with open_for_reading(sample_settings.db) as db:
        export(db, tmp_path / "again")
    assert (tmp_path / "again" / PACKAGE).read_bytes() == (package[0] / PACKAGE).read_bytes()


def test_no_text_of_a_package_runs_as_a_formula_and_each_can_be_had_as_it_was(sample_db, tmp_path):
    sample_db.execute("update documents set title = '=1+1', note = ''''''")
    sample_db.conn.commit()
    export(sample_db, tmp_path / "package")
    lines = lines_of(tmp_path / "package", {"path": "documents.csv"})
    assert {(line["title"], line["note"]) for line in lines} == {("'=1+1", "''")}
    assert as_it_was(lines[0]["title"]) == "=1+1"


def test_a_quote_of_a_package_is_the_quote_of_the_database(package, sample_settings):
    with open_for_reading(sample_settings.db) as db:
        quotes = {row["id"]: row["quote"] for row in rows(db, "select id, quote from commitments")}
    lines = lines_of(package[0], {"path": "commitments.csv"})
    assert {line["id"]: as_it_was(line["quote"]) for line in lines} == quotes


@pytest.mark.parametrize("name", ["notes.txt", "commitments.csv"])
def test_nothing_of_somebody_elses_is_written_over(sample_db, tmp_path, name):
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(ExportError, match="Name a new folder"):
        export(sample_db, tmp_path)
    assert (tmp_path / name).read_text("utf-8") == "mine"


def test_a_file_is_no_folder_to_export_into(sample_db, tmp_path):
    (tmp_path / "concord.db.zip").write_text("mine", "utf-8")
    with pytest.raises(ExportError, match="holds something else"):
        export(sample_db, tmp_path / "concord.db.zip")


def test_an_earlier_export_is_renewed(sample_db, tmp_path):
    export(sample_db, tmp_path / "package")
    sample_db.execute("delete from counterparts")
    sample_db.conn.commit()
    assert export(sample_db, tmp_path / "package")["counterparts"] == 0
    assert lines_of(tmp_path / "package", {"path": "counterparts.csv"}) == []


def test_an_export_that_was_stopped_has_no_description(sample_db, tmp_path, monkeypatch):
    export(sample_db, tmp_path / "package")

    def stop(*args):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(exporting, "write_csv", stop)
    with pytest.raises(sqlite3.OperationalError):
        export(sample_db, tmp_path / "package")
    assert not (tmp_path / "package" / PACKAGE).exists()


def test_the_command_exports_and_says_how_many_rows_there_are(sample_settings, tmp_path):
    words = ["export", "--db", str(sample_settings.db), "--into", str(tmp_path / "package"), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["rows"]["themes"] == 15
    assert (tmp_path / "package" / PACKAGE).is_file()


def test_the_command_says_what_to_do_when_the_folder_is_taken(sample_settings, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    result = CliRunner().invoke(main, ["export", "--db", str(sample_settings.db), "--into", str(tmp_path)])
    assert (result.exit_code, "Name a new folder" in result.output) == (2, True)


def test_an_object_is_written_as_json_item_by_item_and_reads_as_it_was():
    value = {"a": [1, {"b": "\u00e9"}, [None]], "c": (2, 3), "d": {"e": []}, "f": [], "g": "x"}
    assert json.loads(json_bytes(value)) == {**value, "c": [2, 3]}
