"""The benchmarks: they measure what they say, and print a row for each method and each phase."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest
from conftest import ROOT, LetterEncoder

from pipeline.evaluating import Found, evaluate_documents
from pipeline.gold import Sentence, Unit
from pipeline.site.routes import PAGES
from pipeline.store import open_for_reading, rows
from pipeline.themes import Signs
from pipeline.training import to_example


def script(name):
    """A script of benchmarks/ as a module."""
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def detection():
    return script("detection")


@pytest.fixture(scope="module")
def speed():
    return script("speed")


@pytest.fixture(scope="module")
def pages():
    return script("pages")


@pytest.fixture(scope="module")
def serving():
    return script("serving")


@pytest.fixture(scope="module")
def spacy_mask(detection):
    return detection.Mask()


def unit(text, *, document="a", promised=False, theme="GOV", before=""):
    label = "commitment" if promised else "description"
    return Unit(text, document, text, label, themes=(theme,) if promised else (), before=before)


@pytest.fixture
def units():
    return [
        one
        for document in ("a", "b", "c", "d")
        for one in (
            unit(f"We will train {document} staff.", document=document, promised=True, theme="CAP"),
            unit(f"We shall appoint council {document}.", document=document, promised=True),
            unit(f"Attacks on {document} were many.", document=document),
            unit(f"Zones {document} buzz.", document=document),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "We will act.",
        "Japan SHALL act.",
        "It pledges aid.",
        "We are committed to it.",
        "We agree to act.",
        "It aims to act.",
    ],
)
def test_a_sentence_with_a_modal_verb_is_a_commitment_to_the_list(detection, text):
    assert detection.judge_by_modal_verbs([unit(text)]) == [Found(True, 1.0)]


@pytest.mark.parametrize("text", ["We agree.", "Crimes are committed here.", "Goodwill counts.", "Plans exist.", ""])
def test_a_sentence_without_one_is_none(detection, text):
    assert detection.judge_by_modal_verbs([unit(text)]) == [Found(False, 0.0)]


@pytest.mark.parametrize(
    ("text", "names", "masked"),
    [
        ("By 2025, we will act.", [], "By the year, we will act."),
        ("From 2016-2020 and in the year 2021.", [], "From the year and in the year."),
        ("Canada's plan", ["Canada's"], "The country's plan"),
        ("We and the United Nations agree.", ["United Nations"], "We and the body agree."),
        ("The Act of 2001 on NATO", ["The Act of 2001", "NATO"], "The body on the body"),
        ("In 1,999 cases, $2000, 2000.5 and 20256 stay.", [], "In 1,999 cases, $2000, 2000.5 and 20256 stay."),
    ],
)
def test_names_and_years_are_masked_and_nothing_else(detection, text, names, masked):
    kinds = {"Canada's": "GPE"}
    spans = [(text.index(name), text.index(name) + len(name), kinds.get(name, "ORG")) for name in names]
    assert detection.mask(text, spans) == masked


def test_names_of_other_kinds_stay(detection):
    assert (
        detection.mask("Ada Byron spoke on Monday.", [(0, 9, "PERSON"), (19, 25, "DATE")])
        == "Ada Byron spoke on Monday."
    )


def test_what_stands_around_a_unit_is_masked_too(spacy_mask):
    around = Sentence(
        "a", "p", 0, 5, "Share alerts.", "list_item", ("Our path to 2030",), "Australia will:", "Japan agreed."
    )
    (masked,) = spacy_mask(
        [Unit("1", "a", "Share alerts.", "commitment", before="In 2019, France did.", sentence=around)]
    )
    assert masked.text == masked.sentence.text == "Share alerts."
    assert masked.before == "In the year, the country did."
    assert masked.sentence.heading_path == ("Our path to the year",)
    assert masked.sentence.lead_in == "The country will:"
    assert masked.sentence.before == "The country agreed."


def test_the_regression_tells_apart_what_it_has_learnt(detection, units):
    judge = detection.Regression(LetterEncoder(), [to_example(one) for one in units])
    found = judge(units)
    assert [one.is_commitment for one in found] == [one.is_commitment for one in units]
    assert [one.themes[:1] for one, wanted in zip(found, units, strict=True) if wanted.is_commitment] == [
        one.themes for one in units if one.is_commitment
    ]


def test_the_table_has_a_row_for_each_method(detection, db, units):
    regression = detection.Regression(LetterEncoder(), [to_example(one) for one in units])
    methods = detection.methods_of(regression)[:2]
    rows = [detection.measured(db, units, method, detection.Watched(method.judge)) for method in methods]
    rows.append(detection.row_of("Concord, end to end", evaluate_documents(db, units, "gold"), seconds=None))
    head, *lines = detection.table(rows)
    assert head.split()[0] == "method"
    assert [line[:22].strip() for line in lines] == ["modal verbs", "logistic regression", "Concord, end to end"]
    assert lines[0].split()[2:5] == ["1.000", "1.000", "1.000"]
    assert lines[2].split()[4:7] == ["1.000", "0.000", "0.000"]


def test_the_difference_that_masking_makes_is_that_of_f1(detection, units):
    judge = detection.Watched(detection.judge_by_modal_verbs)
    judge(units)
    row = detection.masked_row("modal verbs", judge, lambda given: [unit("x", promised=u.is_commitment) for u in given])
    assert (row.f1, row.masked, row.difference.value) == (1.0, 0.0, -1.0)
    assert detection.masked_table([row])[-1].split()[-4:] == ["-1.000", "-1.000", "to", "-1.000"]
    assert detection.masked_table([]) == []


def test_each_phase_has_a_line_with_its_share_of_all(speed):
    timings = [speed.Timing("model", 100, 3.0, 5.0), speed.Timing("all", 100, 4.0, 6.0)]
    lines = speed.table(timings)
    assert lines[1].split() == ["model", "100", "3.00", "75.0%", "33", "5.00"]
    assert lines[2].split() == ["all", "100", "4.00", "100.0%", "25", "6.00"]


def test_time_is_counted_under_the_name_of_its_phase(speed):
    clock = speed.Clock()
    parser = speed.TimedParser(FakeParser(), clock)
    assert (parser("one"), list(parser.pipe(["two", "three"]))) == ("ONE", ["TWO", "THREE"])
    assert list(clock.spent) == ["parse"]


class FakeParser:
    """Parses a text by writing it large."""

    def __call__(self, text):
        return text.upper()

    def pipe(self, texts):
        return map(str.upper, texts)


def read_as(pages, *texts, path="a.pdf"):
    """What a reader gave that read one file."""
    return pages.Measured({path: list(texts)}, failed=0, seconds=2.0)


def test_words_of_two_readers_are_compared_page_by_page(pages):
    mine, other = read_as(pages, "One one two", "three"), read_as(pages, "one two three", "Three four")
    assert pages.agreement(mine, other) == (3 / 5, 1 / 4)


def test_files_that_only_one_reader_can_read_do_not_count_in_agreement(pages):
    assert pages.agreement(read_as(pages, "one"), read_as(pages, "two", path="b.pdf")) == (0.0, 1.0)


def test_pdfs_are_known_by_their_first_bytes(pages, tmp_path):
    (tmp_path / "named.txt").write_bytes(b"junk %PDF-1.4")
    (tmp_path / "named.pdf").write_text("Nothing of the kind.", "utf-8")
    assert pages.pdfs_of([tmp_path]) == [tmp_path / "named.txt"]


def test_a_file_that_a_reader_cannot_read_counts_as_failed(pages, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 and no more")
    assert (pages.measure(pages.by_pdfium, [broken], 1).failed, pages.measure(pages.by_pypdf, [broken], 1).failed) == (
        1,
        1,
    )


def test_the_row_of_a_reader_says_how_many_pages_a_second_it_reads(pages):
    mine = read_as(pages, "one two", "three")
    assert pages.line_of("mine", mine, None).split() == ["mine", "2", "0", "2.00", "1.0"]
    assert pages.line_of("mine", mine, read_as(pages, "one two four", "three")).split()[-2:] == ["75.0%", "0.0%"]


@pytest.mark.parametrize(("values", "found"), [([3.0], 3.0), (range(1, 21), 19), (range(1, 101), 95), ([5, 1], 5)])
def test_most_answers_take_no_longer_than_the_percentile(serving, values, found):
    assert serving.percentile(list(values), 95) == found


def test_each_page_of_the_site_is_timed(serving, sample_settings):
    timed = serving.addresses(sample_settings.db)
    pages = {
        route.strip("^$").split("(")[0].rstrip("/").removesuffix("\\.json").removesuffix("\\.") for route, _ in PAGES
    }
    assert {page for page in pages if not any(address.startswith(page) for address in timed)} == set()


def test_the_row_of_a_page_says_what_the_first_answer_took_and_the_others(serving):
    timed = serving.Timed([90.2, 3.0, 4.0, 11.0], [70.0, 2.0, 2.0, 5.0], 143_986)
    assert serving.line("/compare", timed).split() == ["/compare", "90", "4", "11", "2", "144"]


def test_the_pages_that_are_the_heaviest_are_timed(serving, sample_settings):
    timed = serving.addresses(sample_settings.db)
    with open_for_reading(sample_settings.db) as db:
        guidelines = [row["id"] for row in rows(db, "select id from guidelines")]
    wanted = [f"/guidelines/{name}{by}" for name in guidelines for by in ("", "?by=document")]
    wanted += [f"/compare?by={by}" for by in ("year", *guidelines)] + ["/compare?issuer=XMG&members=1"]
    assert set(wanted) <= set(timed)


@pytest.fixture(scope="module")
def stability():
    return script("stability")


@pytest.fixture(scope="module")
def facets():
    return script("facets")


def test_topics_are_matched_in_the_best_way(stability):
    before, after = dict(zip("abcd", "1122", strict=True)), dict(zip("abcd", "7788", strict=True))
    assert stability.matched(before, after, "abcd") == 1.0
    assert stability.matched(before, dict(zip("abcd", "7888", strict=True)), "abcd") == 0.75


def test_steadiness_has_a_row_for_each_method_with_its_mean_and_its_worst(stability):
    rows = [stability.Row("Concord", 1.0, share, 0.9, 3, 0.0, 0.5) for share in (0.8, 1.0)]
    assert stability.table(rows)[2:] == [
        "| Concord | 1.000 (1.000) | 0.900 (0.800) | 0.900 (0.900) | 3 | 0.0% | 0.500 |"
    ]


def test_steadiness_is_measured_on_the_sample(stability, sample_run, monkeypatch, capsys):
    monkeypatch.setattr(stability.importlib.util, "find_spec", lambda _: None)
    stability.main(["--db", str(sample_run.db), "--seeds", "1"])
    printed = capsys.readouterr().out
    assert [line.split("|")[1].strip() for line in printed.splitlines() if line.startswith("| Concord")] == [
        "Concord", "Concord, without ties", "Concord, grown",
    ]  # fmt: skip
    assert "BERTopic is not installed" in printed


def test_facets_that_were_read_are_counted_by_draw(facets, capsys):
    judged = [
        {"draw": 1, "commitment": "a", "instrument": "law", "instrument_right": True, "scope": "global", "scope_right": False},
        {"draw": 1, "commitment": "b", "scope": "domestic", "scope_right": True},
    ]  # fmt: skip
    assert facets.table(judged)[2:] == [
        "| 1 | instrument | 1 | 1 | 1.00 |", "| 1 | scope | 2 | 1 | 0.50 |", "| 1 | scope, domestic | 1 | 1 | 1.00 |",
        "| 1 | scope, beyond | 1 | 0 | 0.00 |",
    ]  # fmt: skip


def test_facets_were_read_of_sixty_promises_in_each_draw(facets, capsys):
    facets.main([])
    lines = [line.split("|") for line in capsys.readouterr().out.splitlines()]
    assert [int(line[3]) for line in lines if line[2:3] == [" scope "]] == [60, 60]


def test_a_theme_that_is_left_out_surfaces_where_it_is_far_from_the_others():
    emerging = script("emerging")
    likeness = np.array([[0.9, 0.2], [0.9, 0.8], [0.1, 0.9]], dtype=np.float32)
    found = emerging.measure(Signs(("a", "b", "c"), np.zeros_like(likeness), likeness, None), [0.5])
    assert [(one.emerging, one.surfacing) for one in found] == [(0.0, (0.5, 1.0))]
    assert emerging.table(found)[2] == "| 0.5 | 0.0% | 75.0% | 50.0% | 100.0% |"


@pytest.mark.parametrize(
    ("sentence", "is_held"),
    [
        ("Wewillacttogether.", False),
        ("WewillactBelmora2022together.", True),
        ("Belmora2022.", False),
        ("AsBelmora2022says,weact.", False),
    ],
)
def test_furniture_counts_where_it_stands_between_words_that_its_author_did_not_write_with_it(sentence, is_held):
    holds = script("reading").holds_furniture
    assert holds(sentence, "Wewillacttogether.AsBelmora2022says,weact.", ["Belmora 2022"]) is is_held
