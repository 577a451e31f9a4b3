"""Reviews: a decision hangs on the id of its commitment, the latest counts, and a sheet is read line by line."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from planting import plant_document, plant_passage, plant_promise
from sqlite_utils import Database

from pipeline.cli import main
from pipeline.comparing import quotes
from pipeline.errors import ReviewError
from pipeline.exporting import to_csv
from pipeline.records import DECISIONS
from pipeline.reviewing import (
    LONGEST_NAME,
    LONGEST_NOTE,
    SHEET,
    counts,
    give,
    id_in,
    listed,
    read_sheet,
    sheet,
    sheet_of_decisions,
)
from pipeline.store import leave_one_file, migrations, open_for_reading, open_store, rows, table

TODAY = datetime.now(UTC).date().isoformat()
STRANGER = "0" * 16


@pytest.fixture
def read(db):
    """A database with three promises of two documents."""
    plant_document(db, "a-1", issuer="XAA", year=2015)
    plant_document(db, "b-1", issuer="XBB", year=2020)
    db.promises = [
        plant_promise(db, "a-1", "We will train judges."),
        plant_promise(db, "a-1", "=We will buy ships.", themes=("DEF",)),
        plant_promise(db, "b-1", "We will share what we know."),
    ]
    return db


def decisions(db, commitment=""):
    """The decisions of a database, the latest first."""
    return [(one.decision, one.reviewer, one.note) for one in listed(db, commitment)]


def lines_of(listing):
    """The lines of a sheet, as a spreadsheet shows them."""
    return list(csv.DictReader(io.StringIO(to_csv(listing).decode("utf-8-sig"))))


def filled_in(listing, *, delimiter=",", encoding="utf-8", **values):
    """A sheet of which each line was given these values."""
    lines = [{**line, **values} for line in lines_of(listing)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [one.name for one in SHEET], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue().encode(encoding)


def written(*lines):
    """A sheet with the columns that are read back alone."""
    return "\r\n".join(["commitment,decision,reviewer,note,decided_on", *lines]).encode()


def test_a_decision_is_kept_with_who_decided_and_the_day(read):
    one = give(read, read.promises[0], "wrong", " A.\n Reader ", note="a  hope")
    assert (one.decision, one.reviewer, one.note, one.decided_on) == ("wrong", "A. Reader", "a hope", TODAY)


def test_the_latest_decision_counts_and_the_earlier_stays(read):
    give(read, read.promises[0], "right", "A", on="2024-01-02")
    give(read, read.promises[0], "wrong", "B", on="2024-01-03")
    assert [one.decision for one in listed(read, latest=True)] == ["wrong"]
    assert decisions(read, read.promises[0]) == [("wrong", "B", ""), ("right", "A", "")]


def test_of_two_decisions_of_one_day_the_later_written_counts(read):
    give(read, read.promises[0], "right", "A", on="2024-01-02")
    give(read, read.promises[0], "doubtful", "A", on="2024-01-02")
    assert [one.decision for one in listed(read, latest=True)] == ["doubtful"]


def test_a_decision_of_an_earlier_day_that_comes_in_late_does_not_count(read):
    give(read, read.promises[0], "right", "A", on="2024-01-02")
    give(read, read.promises[0], "wrong", "B", on="2023-01-02")
    assert [one.decision for one in listed(read, latest=True)] == ["right"]


def test_the_same_decision_given_again_is_kept_once(read):
    for _ in range(2):
        give(read, read.promises[0], "right", "A")
    assert decisions(read) == [("right", "A", "")]


def test_who_goes_back_to_an_earlier_decision_has_decided_anew(read):
    for decision in ("right", "wrong", "right"):
        give(read, read.promises[0], decision, "A")
    assert [decision for decision, *_ in decisions(read)] == ["right", "wrong", "right"]


def test_a_quote_says_what_was_decided_last(read):
    give(read, read.promises[0], "wrong", "A")
    assert {quote.id: quote.review for quote in quotes(read, "1", [])} == {
        read.promises[0]: "wrong", read.promises[1]: "", read.promises[2]: "",
    }  # fmt: skip


def test_a_decision_survives_a_commitment_that_goes_and_comes_back(read):
    give(read, read.promises[0], "wrong", "A")
    (row,) = rows(read, "select * from commitments where id = ?", [read.promises[0]])
    read.execute("delete from commitments where id = ?", [read.promises[0]])
    assert [(one.is_here, one.quote, one.document) for one in listed(read)] == [
        (False, "We will train judges.", "Strategy a-1")
    ]
    table(read, "commitments").insert(row)
    assert [(one.is_here, one.decision) for one in listed(read)] == [(True, "wrong")]


def test_what_is_gone_counts_apart(read):
    give(read, read.promises[0], "wrong", "A")
    give(read, read.promises[1], "right", "A")
    read.execute("delete from commitments where id = ?", [read.promises[0]])
    counted = counts(read)
    assert (counted.commitments, counted.reviewed, counted.by_decision["right"], counted.gone) == (2, 1, 1, 1)


def test_the_address_of_a_page_stands_for_its_commitment(read):
    assert give(read, f"https://x.org/commitment/{read.promises[0]}/", "right", "A").commitment_id == read.promises[0]


@pytest.mark.parametrize("address", ["", "x", "0" * 15, "0" * 17, "https://x.org/", "G" * 16])
def test_what_is_no_id_is_refused(address):
    with pytest.raises(ReviewError, match="is no id of a commitment"):
        id_in(address)


def test_a_commitment_that_never_was_here_cannot_be_reviewed(read):
    with pytest.raises(ReviewError, match=f"There is no commitment {STRANGER}"):
        give(read, STRANGER, "right", "A")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"decision": "maybe"}, "'maybe' is no decision"),
        ({"reviewer": " "}, "Nobody is named"),
        ({"reviewer": "x" * (LONGEST_NAME + 1)}, "cannot be the name of a reviewer"),
        ({"reviewer": "a\u202eb"}, "cannot be the name of a reviewer"),
        ({"note": "x" * (LONGEST_NOTE + 1)}, "cannot be the note"),
        ({"on": "29/11/2024"}, "is no day"),
        ({"on": "2024-02-30"}, "is no day"),
        ({"on": "20240203"}, "is no day"),
        ({"on": (datetime.now(UTC).date() + timedelta(days=2)).isoformat()}, "is no day"),
    ],
)
def test_what_cannot_be_kept_is_refused(read, values, complaint):
    asked = {"decision": "right", "reviewer": "A", **values}
    with pytest.raises(ReviewError, match=complaint):
        give(read, read.promises[0], **asked)
    assert listed(read) == []


def test_the_table_takes_no_other_decision(read):
    with pytest.raises(sqlite3.IntegrityError):
        table(read, "reviews").insert(
            {"commitment_id": STRANGER, "decision": "maybe", "reviewer": "A", "decided_on": TODAY}
        )


def test_the_table_takes_what_the_command_offers(read):
    for decision in DECISIONS:
        give(read, read.promises[0], decision, "A")
    assert len(listed(read)) == len(DECISIONS)


def test_a_sheet_holds_what_nobody_reviewed_in_the_order_of_the_texts(read):
    give(read, read.promises[0], "right", "A")
    assert [row["quote"] for row in sheet(read).rows] == ["=We will buy ships.", "We will share what we know."]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [({"issuers": ["XAA"]}, 2), ({"documents": ["b-1"]}, 1), ({"themes": ["DEF"]}, 1), ({"most": 2}, 2), ({}, 3)],
)
def test_a_sheet_holds_what_was_chosen(read, chosen, count):
    assert len(sheet(read, **chosen).rows) == count


def test_what_is_drawn_is_drawn_again_until_it_is_reviewed(read):
    (drawn,) = sheet(read, most=1).rows
    assert sheet(read, most=1).rows == [drawn]
    give(read, drawn["commitment"], "right", "A")
    assert sheet(read, most=1).rows[0]["commitment"] != drawn["commitment"]


def test_a_sheet_leads_to_the_pages_of_a_site(read):
    assert sheet(read, site="https://x.org/").rows[0]["commitment"] == f"https://x.org/commitment/{read.promises[0]}"


def test_no_spreadsheet_takes_a_commitment_for_a_number_or_a_text_for_a_formula(read):
    for line in lines_of(sheet(read)):
        assert line["commitment"].startswith("commitment/")
        assert not line["quote"].startswith("=")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_sheet_that_was_filled_in_is_read_back(read, delimiter, encoding):
    content = filled_in(sheet(read), decision="Wrong", reviewer="Zoë", delimiter=delimiter, encoding=encoding)
    assert read_sheet(read, content).written == 3
    assert decisions(read) == [("wrong", "Zoë", "")] * 3


def test_a_line_without_a_decision_is_left(read):
    done = read_sheet(read, filled_in(sheet(read), reviewer="A"))
    assert (done.written, done.undecided, listed(read)) == (0, 3, [])


def test_a_sheet_that_is_read_twice_is_kept_once(read):
    content = filled_in(sheet(read), decision="right", reviewer="A")
    read_sheet(read, content)
    assert read_sheet(read, content).known == 3
    assert len(listed(read)) == 3


def test_a_reviewer_may_be_named_for_the_whole_sheet(read):
    read_sheet(read, written(f"{read.promises[0]},right,,,", f"{read.promises[1]},right,B,,"), reviewer="A")
    assert {(one.commitment_id, one.reviewer) for one in listed(read)} == {
        (read.promises[0], "A"), (read.promises[1], "B"),
    }  # fmt: skip


def test_a_line_that_cannot_be_kept_is_named_and_the_others_are_kept(read):
    one, two, _ = read.promises
    done = read_sheet(
        read,
        written(f"{one},right,A,,", f"{two},perhaps,A,,", f"{two},right,A,,30/11/2024", f"{STRANGER},right,A,,"),
    )
    assert done.written == 1
    assert [fault.partition(":")[0] for fault in done.faults] == ["Line 3", "Line 4", "Line 5"]


def test_a_note_with_a_line_break_moves_no_number_of_a_line_behind_it(read):
    done = read_sheet(read, written(f'{read.promises[0]},right,A,"first\nsecond",', f"{read.promises[1]},x,A,,"))
    assert decisions(read) == [("right", "A", "first second")]
    assert done.faults[0].startswith("Line 4: ")


def test_a_short_line_is_read_as_far_as_it_goes(read):
    assert read_sheet(read, written(f"{read.promises[0]},right,A", "", ",,,,")).written == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no column commitment, decision, reviewer"),
        (b"quote,decision,reviewer\r\nx,right,A", "no column commitment"),
        ("commitment,decision,reviewer\r\nx,right,Zoë".encode("latin-1"), "not in UTF-8"),
        (b'commitment,decision,reviewer\r\n"x"y,right,A', "cannot be read as CSV"),
    ],
)
def test_what_is_no_sheet_is_refused(read, content, complaint):
    with pytest.raises(ReviewError, match=complaint):
        read_sheet(read, content)


def test_decisions_go_by_a_sheet_into_a_database_that_was_made_anew(read, tmp_path):
    give(read, read.promises[1], "right", "A", note="-as it is", on="2024-01-02")
    give(read, read.promises[1], "wrong", "B", on="2024-01-02")
    content = to_csv(sheet_of_decisions(read))
    with open_store(tmp_path / "new.db") as other:
        assert len(read_sheet(other, content).faults) == 2
        assert read_sheet(other, content, keep_gone=True).written == 2
        assert decisions(other) == decisions(read)


def test_a_database_of_an_earlier_concord_has_no_reviews_and_is_read_all_the_same(read):
    read.execute("drop table reviews")
    assert (listed(read), counts(read).reviewed, len(sheet(read).rows)) == ([], 0, 3)
    assert {quote.review for quote in quotes(read, "1", [])} == {""}


def test_a_database_of_an_earlier_concord_gets_the_days_on_which_its_texts_were_read(tmp_path):
    old = Database(tmp_path / "old.db")
    known = [one for one in migrations.pending(old) if one.name < "0004_reviews"]
    migrations.apply(old, stop_before="0004_reviews")
    plant_document(old, "a-1")
    name = plant_promise(old, "a-1", "We will train judges.")
    built = {"stage": "commitments", "input": "a-1", "input_hash": "", "output_hash": "", "seconds": 0.0}
    table(old, "builds").insert({**built, "built_at": "2020-01-02T03:04:05Z"})
    assert {one.name for one in migrations.applied(old)} == {one.name for one in known}
    old.close()
    with open_store(tmp_path / "old.db") as db:
        assert rows(db, "select * from arrivals") == [{"commitment_id": name, "first_seen_at": "2020-01-02T03:04:05Z"}]


def test_a_commitment_that_comes_back_came_in_when_it_first_did(read):
    read.execute("update arrivals set first_seen_at = '2020-01-02T03:04:05Z'")
    (row,) = rows(read, "select * from commitments where id = ?", [read.promises[0]])
    read.execute("delete from commitments where id = ?", [read.promises[0]])
    table(read, "commitments").insert(row)
    assert {one["first_seen_at"] for one in rows(read, "select first_seen_at from arrivals")} == {
        "2020-01-02T03:04:05Z"
    }


def command(db, *words):
    return CliRunner().invoke(main, ["review", *words, "--db", str(db)])


@pytest.fixture
def path(read, tmp_path):
    """The database with three promises, closed, so that a command may open it."""
    read.conn.commit()
    leave_one_file(read)
    read.close()
    return tmp_path / "concord.db"


@pytest.fixture
def commitment(path):
    """A commitment of it."""
    with open_for_reading(path) as db:
        return rows(db, "select id from commitments order by id limit 1")[0]["id"]


def test_the_command_decides_and_lists(path, commitment):
    assert command(path, "give", commitment, "wrong", "--by", "A. [Reader]", "--note", "a hope").exit_code == 0
    assert [one["note"] for one in json.loads(command(path, "list", "--json").stdout)] == ["a hope"]
    assert "A. [Reader]" in command(path, "list", commitment).stdout
    assert "1 wrong" in command(path, "list").stdout


def test_the_command_wants_somebody_who_decides(path, commitment):
    result = command(path, "give", commitment, "wrong")
    assert (result.exit_code, "Nobody is named" in result.stderr) == (2, True)


def test_the_command_writes_a_sheet_and_reads_it_back(path, tmp_path):
    file = tmp_path / "sheet.csv"
    assert "3 commitments to review" in command(path, "sheet", str(file), "--most", "3").stdout
    file.write_bytes(file.read_bytes().replace(b",,,,\r\n", b",right,,,\r\n"))
    assert "3 decisions written" in command(path, "read", str(file), "--by", "A").stdout
    assert json.loads(command(path, "read", str(file), "--by", "A", "--json").stdout)["known"] == 3


def test_the_command_names_a_line_that_cannot_be_kept(path, tmp_path):
    (tmp_path / "sheet.csv").write_bytes(written(f"{STRANGER},right,A,,"))
    result = command(path, "read", str(tmp_path / "sheet.csv"))
    assert (result.exit_code, "Line 2: There is no commitment" in result.stderr) == (1, True)


def test_a_sheet_that_may_hold_decisions_is_not_written_over(path, tmp_path):
    (tmp_path / "sheet.csv").write_text("mine")
    assert command(path, "sheet", str(tmp_path / "sheet.csv")).exit_code == 2
    assert (tmp_path / "sheet.csv").read_text() == "mine"
    assert command(path, "sheet", str(tmp_path / "sheet.csv"), "--force", "--decided").exit_code == 0


def test_all_decisions_are_taken_without_a_choice(path, tmp_path):
    assert command(path, "sheet", str(tmp_path / "x.csv"), "--decided", "--issuer", "XAA").exit_code == 2


def test_a_passage_is_no_commitment(read):
    passage = plant_passage(read, "a-1", "Judges matter.")
    with pytest.raises(ReviewError, match="There is no commitment"):
        give(read, passage, "right", "A")
