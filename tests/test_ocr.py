"""OCR: pages that are pictures are read where it is installed, and nowhere taken for empty."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdfium2
import pytest
from conftest import SAMPLE
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from writing import quiet, write_corpus

from pipeline import documents, pages
from pipeline.passages import segment
from pipeline.reading import ocr, pdf
from pipeline.reading.guard import read_guarded
from pipeline.reading.layout import LaidLine
from pipeline.reading.ocr import AUTO, Ocr, installed, is_japanese, missing, prepare, version
from pipeline.reading.pdf import read_pdf
from pipeline.settings import Settings

LACKING, MEND = missing("auto")
needs_ocr = pytest.mark.skipif(bool(LACKING), reason=f"OCR is {LACKING}: {MEND}")
needs_french = pytest.mark.skipif(bool(missing("fra")[0]), reason=f"OCR reads no French: {missing('fra')[1]}")

ENGLISH = (
    "The Government will protect the networks on which its people",
    "depend, and will help its neighbours to protect theirs.",
)
FRENCH = (
    "L'\u00c9tat prot\u00e9gera les r\u00e9seaux dont d\u00e9pend la population, et il aidera ses",
    "voisins \u00e0 prot\u00e9ger les leurs d\u00e8s que la loi l'aura permis.",
)
ROW = LaidLine("We will act.", (72.0, 700.0, 133.0, 712.0), 12.0, False, 0, words=(72.0, 92.0, 112.0))


def typeset(*lines, bullet=False):
    """A PDF of one page with lines of text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for place, line in enumerate(lines):
        canvas.setFont("Helvetica", 12)
        if bullet:
            canvas.circle(75, 704 - 20 * place, 1.7, fill=1)
        canvas.drawString(90, 700 - 20 * place, line)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def photographed(data, turn=0):
    """A PDF whose one page is a picture of that of another."""
    page = pypdfium2.PdfDocument(data)[0]
    image = page.render(scale=200 / 72, grayscale=True).to_pil().rotate(turn, expand=True)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.drawImage(ImageReader(image), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(data, wanted="auto"):
    return read_pdf(data, most_pages=10, ocr=wanted)


def of_sample():
    return (SAMPLE / "documents" / "xdd-2020-strategy.pdf").read_bytes()


@pytest.fixture
def without(monkeypatch):
    """A machine on which the extra is not installed."""
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder with models of tesseract for English and Spanish, and a package to read with."""
    for name in ("eng", "spa", "osd"):
        (tmp_path / f"{name}.traineddata").write_bytes(b"")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda name: object())
    return tmp_path


def stand_in(monkeypatch, lines, sure):
    """Make the OCR one that finds these lines in every picture."""
    engine = Ocr("", ("eng", "fra"))
    engine.read = lambda page: (lines, sure)
    monkeypatch.setattr(pdf, "installed", lambda wanted: engine)


def notes(reading):
    return [(note.kind, note.page, note.message) for note in reading.notes]


def test_without_the_extra_a_picture_needs_ocr(without):
    assert [page.status for page in read(of_sample()).pages] == ["text", "text", "needs_ocr", "text", "text"]


def test_without_the_extra_the_remedy_names_it(without):
    (note,) = read(of_sample()).notes
    assert (note.kind, note.page, note.message) == (
        "needs_ocr", 3, "The page is a picture; its text was not read.",
    )  # fmt: skip
    assert "pip install 'cyber-concord[ocr]'" in note.remedy


def test_without_the_extra_there_is_nothing_to_prepare(without):
    assert (installed("auto"), version("auto"), prepare("auto")) == (None, "", None)


def test_a_picture_that_was_read_has_the_status_of_one(monkeypatch):
    stand_in(monkeypatch, [ROW], 96)
    reading = read(of_sample())
    assert [page.status for page in reading.pages] == ["text", "text", "ocr", "text", "text"]
    assert (reading.pages[2].text, reading.pages[2].lines[0].words, reading.notes) == ("We will act.", ROW.words, ())


def test_a_file_of_pictures_that_were_read_is_no_problem(monkeypatch):
    stand_in(monkeypatch, [ROW], 96)
    assert [page.status for page in read(photographed(typeset("We will act."))).pages] == ["ocr"]


def test_what_makes_no_sense_is_not_taken_for_text(monkeypatch):
    stand_in(monkeypatch, [ROW], 59)
    reading = read(of_sample())
    assert reading.pages[2].text == ""
    assert notes(reading) == [
        ("needs_ocr", 3, "The page is a picture; OCR made no sense of it (confidence 59 of 100).")
    ]


def test_a_picture_without_words_still_needs_ocr(monkeypatch):
    stand_in(monkeypatch, [], 0)
    reading = read(of_sample())
    assert reading.pages[2].status == "needs_ocr"
    assert notes(reading) == [("needs_ocr", 3, "The page is a picture; OCR found no words in it.")]


def test_when_the_time_is_over_the_other_pages_are_kept(monkeypatch):
    stand_in(monkeypatch, [ROW], 96)
    monkeypatch.setattr(pdf, "time_is_left", lambda: False)
    reading = read(of_sample())
    assert [page.status for page in reading.pages] == ["text", "text", "needs_ocr", "text", "text"]
    assert [note.remedy for note in reading.notes] == ["Raise read_seconds."]


def test_time_is_left_while_no_limit_is_set():
    assert ocr.time_is_left()


def test_the_time_is_over_before_the_limit_is_reached(monkeypatch):
    resource = pytest.importorskip("resource", reason="this system sets no limits")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (120, 121))
    monkeypatch.setattr(ocr.time, "monotonic", lambda: ocr._STARTED + 119)
    assert not ocr.time_is_left()


def test_the_languages_of_the_g7_are_tried_where_they_are_installed(models):
    (models / "fra.traineddata").write_bytes(b"")
    assert installed("auto").languages == ("eng", "fra")


def test_other_languages_are_read_when_they_are_named(models):
    assert installed("spa+eng").languages == ("spa+eng",)


def test_a_language_that_is_not_installed_is_named_with_its_package(models):
    assert installed("spa+deu") is None
    assert missing("spa+deu") == ("no models of tesseract for deu", "apt-get install tesseract-ocr-deu")


def test_a_package_without_any_models_is_told_apart_from_no_package(models):
    for path in models.glob("*.traineddata"):
        path.unlink()
    assert missing("auto") == ("no models of tesseract for eng", "apt-get install tesseract-ocr-eng")


def test_ocr_can_be_switched_off(models):
    assert (installed("off"), version("off"), missing("off")) == (None, "", ("switched off", "Set ocr to auto"))


@pytest.mark.parametrize("wanted", ["auto", "spa", "deu", "off", ""])
def test_either_ocr_is_there_or_it_is_said_what_it_lacks(wanted, models):
    assert (installed(wanted) is None) is bool(missing(wanted)[0])


def test_files_are_read_again_when_ocr_arrives(db, tmp_path, monkeypatch):
    settings = write_corpus(tmp_path / "corpus", one="We will act.")
    for version_of, done in (("", 1), ("", 0), ("tesserocr 2 eng", 1)):
        monkeypatch.setattr(pages.ocr, "version", lambda wanted, found=version_of: found)
        documents.run(db, settings, quiet)
        assert pages.run(db, settings, quiet).done == done


@pytest.mark.parametrize(
    ("text", "width", "height", "is_bullet"),
    [
        ("\u00a2", 4.0, 4.0, True),
        ("e", 4.0, 4.2, True),
        ("e", 6.5, 7.0, False),
        ("\u2013", 7.0, 0.9, False),
        (".", 1.5, 1.5, False),
        ("(a", 4.0, 4.0, False),
    ],
)
def test_a_small_square_mark_before_a_line_is_a_bullet(text, width, height, is_bullet):
    assert ocr._is_bullet(text, width, height, 12.0) is is_bullet


def test_lines_of_like_size_have_one_size_and_a_title_keeps_its_own():
    lines = [replace(ROW, size=size) for size in (13.9, 14.2, 14.6, 18.8)]
    assert [line.size for line in ocr._of_like_sizes(lines)] == [14.4, 14.4, 14.4, 18.8]


def test_japanese_words_are_not_parted_by_spaces():
    row = ocr._Row(
        0, 12.0, ["\u653f\u5e9c", "\u306f", "CERT", "of"], [(x, 0.0, x + 9, 9.0) for x in (0.0, 10.0, 20.0, 30.0)]
    )
    line = ocr._line(row)
    assert (line.text, line.words) == ("\u653f\u5e9c\u306f CERT of", (0.0, 20.0, 30.0))


@needs_ocr
def test_the_picture_of_the_sample_is_read_word_for_word(truth):
    text = " ".join(read(of_sample()).pages[2].text.split())
    blocks = [block for block in truth["xdd-2020-strategy"] if block.get("image_only")]
    assert len(blocks) == 3
    assert [block["text"] for block in blocks if block["text"] not in text] == []


@needs_ocr
def test_the_passages_of_a_picture_say_that_they_are():
    reading = read(of_sample())
    _, passages, _ = segment(reading.pages, True, "en", Settings().english)
    assert {passage.pages[0] for passage in passages if passage.is_ocr} == {3}
    assert {passage.role for passage in passages if passage.is_ocr} == {"heading", "paragraph"}
    assert {passage.pages for passage in passages if not passage.is_ocr} & {(3, 3)} == set()


@needs_ocr
def test_pictures_are_read_behind_the_walls_of_the_reading_process():
    path = SAMPLE / "documents" / "xdd-2020-strategy.pdf"
    reading, _ = read_guarded(path, Settings())
    assert (reading.pages[2].status, reading.notes) == ("ocr", ())
    assert reading.pages[2] == replace(read(of_sample()).pages[2], label="3")


@needs_ocr
def test_a_line_of_a_picture_stands_where_it_is_printed():
    (printed,) = read(typeset(ENGLISH[0])).pages[0].lines
    (found,) = read(photographed(typeset(ENGLISH[0])), "eng" if not missing("eng")[0] else "auto").pages[0].lines
    assert found.box == pytest.approx(printed.box, abs=4)
    assert found.words == pytest.approx(printed.words, abs=1.5)


@needs_ocr
def test_the_bullets_of_a_list_are_read_as_bullets():
    page = read(photographed(typeset(*ENGLISH, bullet=True))).pages[0]
    assert [line[:5] for line in page.text.splitlines()] == ["\u2022 The", "\u2022 dep"]


@needs_ocr
@pytest.mark.parametrize("turn", [90, 180])
def test_a_picture_that_does_not_stand_upright_needs_ocr(turn):
    data = photographed(typeset(*ENGLISH * 4), turn)
    with pytest.raises(pdf.DocumentProblem, match="Every page is a picture"):
        read(data)


@needs_ocr
def test_a_picture_of_nothing_needs_ocr():
    buffer = io.BytesIO()
    Image.new("L", (800, 1100), 255).save(buffer, "PDF")
    with pytest.raises(pdf.DocumentProblem) as caught:
        read(buffer.getvalue())
    assert caught.value.kind == "needs_ocr"


@needs_ocr
@needs_french
def test_a_picture_is_read_in_its_own_language():
    page = read(photographed(typeset(*FRENCH))).pages[0]
    assert page.text.replace("\u2019", "'").splitlines() == list(FRENCH)


@needs_ocr
@needs_french
def test_the_language_of_one_picture_is_tried_first_on_the_next():
    engine = installed("auto")
    engine.read(pypdfium2.PdfDocument(photographed(typeset(*FRENCH)))[0])
    assert engine.languages[0] == AUTO["fr"]
    assert sorted(engine.languages) == sorted(installed("auto").languages)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("サイバーセキュリティ戦略を定め、国民の安全を守るために必要な措置を講ずるものとする。", True),
        ("国家网络空间安全战略为贯彻落实关于推进全球互联网治理体系变革的主张特制定本战略", False),
        ("戦略", True),
        ("The state will act.", True),
    ],
)
def test_signs_without_kana_are_no_japanese(text, expected):
    assert is_japanese(text) is expected


class Blank:
    """A page of pdfium of which only the size is asked."""

    def get_width(self):
        return 100.0

    def get_height(self):
        return 100.0

    def render(self, **_):
        return None


@pytest.mark.parametrize(("text", "sure"), [("国" * 60, 0), ("国の" * 30, 90)], ids=["Chinese", "Japanese"])
def test_chinese_is_not_taken_for_japanese(monkeypatch, text, sure):
    line = LaidLine(text, (0, 0, 1, 1), 1, False, 0)
    monkeypatch.setattr(Ocr, "_read", lambda _, picture, scale, name: ([line], {"eng": 20, "jpn": 90}[name]))
    assert Ocr("", ("eng", "jpn")).read(Blank())[1] == sure
