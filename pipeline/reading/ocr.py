"""Read the picture of a page with tesseract, where the extra `ocr` and tesseract's models are installed.

Reads a page as pdfium draws it, in grey; gives lines as `layout.py` does, and how sure tesseract is
of them. It runs inside the reading process, under the same limits: nothing is started or written.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any
from unicodedata import east_asian_width

from ..languages import language_of
from .layout import Box, LaidLine

AUTO = {"en": "eng", "fr": "fra", "de": "deu", "it": "ita", "ja": "jpn"}
"""Languages of the G7, with their names in tesseract. English comes first: it is tried first."""
LEAST_SURE = 60
"""Confidence below which what was read is noise: a language that is not installed, a page on its side."""
FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",  # Debian and Ubuntu
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",  # Fedora, Arch
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_MODEL = ".traineddata"
_DPI = 200
"""At 300 texts typeset for the test came out no better, and took half as long again."""
_MOST_PIXELS = 40_000_000
"""Pixels of a picture: A1 at 200 dots an inch; what is larger is drawn more coarsely."""
_LIKE = 0.12
"""Lines whose sizes differ by no more than this share have one size: tesseract measures each for itself."""
_SPECK = 50
"""Confidence below which a word without a letter or digit is dirt on the paper."""
_BULLET = (0.2, 0.46)
"""Height and width, in sizes of its line, of a mark before a line that is a bullet, whatever tesseract took it for."""
_LEAST_KANA = 0.08
"""Share of kana among the signs of Japanese; in official texts it is a quarter and more."""
_LEAST_SIGNS = 20
_SPARE = 0.85
"""Share of the time for a file after which no other picture is begun."""
_STARTED = time.monotonic()


@dataclass
class Ocr:
    """The OCR that is installed here: the folder of its models, and the languages that are tried, the likeliest first.

    The language of a page is found by reading it. Two at a time would do as well, but then each
    leaves traces in the other: "\u00c0 baker now guards the system".
    """

    folder: str
    languages: tuple[str, ...]
    _engines: dict[str, Any] = field(default_factory=dict)

    def read(self, page: Any) -> tuple[list[LaidLine], int]:
        """Return the lines of a page of pdfium in reading order, and how sure they are, of 100."""
        scale = min(_DPI / 72, (_MOST_PIXELS / max(1.0, page.get_width() * page.get_height())) ** 0.5)
        picture = page.render(scale=scale, grayscale=True)
        first, *others = self.languages
        found = {first: self._read(picture, scale, first)}
        lines, sure = found[first]
        if sure >= LEAST_SURE:
            seems = AUTO.get(language_of("\n".join(line.text for line in lines)))
            others = [other for other in others if other == seems]
        for other in others:
            found[other] = self._read(picture, scale, other)
        if (
            "jpn" in found
            and len(self.languages) > 1
            and not is_japanese("".join(line.text for line in found["jpn"][0]))
        ):
            found["jpn"] = found["jpn"][0], 0
        best = max(found, key=lambda name: (found[name][1] >= LEAST_SURE, name in others, found[name][1]))
        self.languages = best, *(name for name in self.languages if name != best)
        return found[best]

    def _read(self, picture: Any, scale: float, language: str) -> tuple[list[LaidLine], int]:
        if language not in self._engines:
            self._engines[language] = _tesseract(path=self.folder, lang=language)
        engine = self._engines[language]
        engine.SetImageBytes(bytes(picture.buffer), picture.width, picture.height, 1, picture.stride)
        engine.SetSourceResolution(max(70, round(scale * 72)))
        engine.Recognize()
        found = _rows(engine.GetIterator(), scale, picture.height / scale)
        engine.Clear()
        sure = [
            sure
            for row in found
            for word, sure in zip(row.words, row.sure, strict=True)
            for char in word
            if char.isalnum()
        ]
        return _of_like_sizes([_line(row) for row in found]), round(median(sure)) if sure else 0


def is_japanese(text: str) -> bool:
    """Say whether a text that was read as Japanese has the kana that any has; Chinese has the same signs, and none."""
    kana = sum("\u3040" <= char <= "\u30ff" for char in text)
    signs = sum("\u4e00" <= char <= "\u9fff" for char in text)
    return signs < _LEAST_SIGNS or kana >= _LEAST_KANA * (kana + signs)


def prepare(wanted: str) -> None:
    """Load tesseract for the setting `ocr` while this process may still write to a file: it opens one to be silent."""
    if installed(wanted):
        with contextlib.suppress(ImportError):  # only a file with a picture need fail of that
            _tesseract(init=False)


def _tesseract(**options: Any) -> Any:
    os.environ["OMP_THREAD_LIMIT"] = "1"  # files are read side by side already
    import tesserocr

    engine = tesserocr.PyTessBaseAPI(**options)
    engine.SetVariable("debug_file", "")  # what it has to say goes to standard error, and to no other file
    return engine


def installed(wanted: str) -> Ocr | None:
    """Return the OCR that is installed for the setting `ocr`, or None: `missing()` says why.

    Args:
        wanted: "auto", "off", or languages as tesseract names them, such as "spa+eng".
    """
    folder = _folder()
    if wanted == "off" or folder is None or importlib.util.find_spec("tesserocr") is None:
        return None
    here = _languages(folder)
    languages = [name for name in AUTO.values() if name in here] if wanted == "auto" else [wanted]
    return Ocr(str(folder), tuple(languages)) if languages and set("+".join(languages).split("+")) <= here else None


def missing(wanted: str) -> tuple[str, str]:
    """Return what OCR lacks here for the setting `ocr`, and how to mend that; twice "" when it lacks nothing."""
    if wanted == "off":
        return "switched off", "Set ocr to auto"
    if importlib.util.find_spec("tesserocr") is None:
        return "not installed", "pip install 'cyber-concord[ocr]' && apt-get install tesseract-ocr"
    here = _languages(folder) if (folder := _folder()) else set()
    if wanted == "auto":
        lacking = [] if here & set(AUTO.values()) else ["eng"]
    else:
        lacking = [name for name in wanted.split("+") if name not in here]
    if not lacking:
        return "", ""
    packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in lacking)
    return f"no models of tesseract for {', '.join(lacking)}", f"apt-get install {packages}"


def version(wanted: str) -> str:
    """Return what reads pictures here, for the hash of what a document is read with; "" for nothing."""
    found = installed(wanted)
    return f"tesserocr {importlib.metadata.version('tesserocr')} {' '.join(found.languages)}" if found else ""


def time_is_left() -> bool:
    """Say whether another picture can be begun within the time for this file."""
    try:
        import resource
    except ImportError:  # Windows, where nobody tells this process how long it has
        return True
    seconds = resource.getrlimit(resource.RLIMIT_CPU)[0]
    used = max(time.process_time(), time.monotonic() - _STARTED)
    return seconds == resource.RLIM_INFINITY or used < _SPARE * seconds


def _folder() -> Path | None:
    """Return the folder of tesseract's models: the one that TESSDATA_PREFIX names, or a usual one."""
    named = os.environ.get("TESSDATA_PREFIX")
    for place in map(Path, [named] if named else FOLDERS):
        if _languages(place):
            return place
    return None


def _languages(folder: Path) -> set[str]:
    return {path.name.removesuffix(_MODEL) for path in folder.glob(f"*{_MODEL}")} - {"osd"}


@dataclass
class _Row:
    """A line as it is being put together of its words, with their boxes, and how sure each word is."""

    block: int
    size: float
    words: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)


def _rows(words: Any, scale: float, height: float) -> list[_Row]:
    """Return the lines that tesseract's iterator finds, in points from the lower left corner of the page."""
    from tesserocr import RIL, iterate_level

    rows: list[_Row] = []
    block = -1
    for word in iterate_level(words, RIL.WORD):
        if word.Empty(RIL.WORD):
            continue
        block += word.IsAtBeginningOf(RIL.BLOCK)
        if word.IsAtBeginningOf(RIL.TEXTLINE):
            rows.append(_Row(block, word.RowAttributes()["row_height"] / scale))
        text, sure = word.GetUTF8Text(RIL.WORD).strip(), word.Confidence(RIL.WORD)
        left, top, right, bottom = (edge / scale for edge in word.BoundingBox(RIL.WORD))
        if not rows[-1].words and _is_bullet(text, right - left, bottom - top, rows[-1].size):
            text, sure = "\u2022", 100
        if text and (sure >= _SPECK or any(char.isalnum() for char in text)):
            rows[-1].words.append(text)
            rows[-1].boxes.append((left, height - bottom, right, height - top))
            rows[-1].sure.append(sure)
    return [row for row in rows if row.words]


def _is_bullet(text: str, width: float, height: float, size: float) -> bool:
    least, most = _BULLET
    return len(text) == 1 and all(least * size <= edge <= most * size for edge in (width, height))


def _line(row: _Row) -> LaidLine:
    lefts, bottoms, rights, tops = zip(*row.boxes, strict=True)
    left, bottom, right, top = (round(edge, 1) for edge in (min(lefts), min(bottoms), max(rights), max(tops)))
    text, words = row.words[0], [round(lefts[0], 1)]
    for word, edge in zip(row.words[1:], lefts[1:], strict=True):
        if _has_no_spaces(text[-1]) and _has_no_spaces(word[0]):
            text += word
        else:
            text += f" {word}"
            words.append(round(edge, 1))
    return LaidLine(text, (left, bottom, right, top), round(row.size, 1), False, row.block, words=tuple(words))


def _has_no_spaces(char: str) -> bool:
    """Say whether a letter is of a script that is written without spaces: Japanese and Chinese, not Korean."""
    return east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"


def _of_like_sizes(lines: Sequence[LaidLine]) -> list[LaidLine]:
    """Return the lines with the size that is usual on the page, where theirs is like it."""
    if not lines:
        return []
    usual = round(median(line.size for line in lines for _ in line.text), 1)
    return [replace(line, size=usual) if abs(line.size - usual) <= _LIKE * usual else line for line in lines]
