"""Cite a document, a promise in it, or a comparison: as text, Markdown, BibTeX, RIS and CSL-JSON.

Reads a `Citation`; gives text. Who issued the text is its author; a comparison has none. Every format takes what it is given for plain
text: no title can end a field, open another, or be run as a command.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

DATABASE = "Concord"
"""Under this name a permalink is cited."""

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_MONTHS = "January February March April May June July August September October November December".split()
_IN_ADDRESSES = ":/?#[]@!$&'()*+,;=%-._~"
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "$&%#_"},
    }
)  # fmt: skip
"""Signs that LaTeX takes for commands. BibTeX counts braces whether or not a backslash precedes them: so none is left."""
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&~|#$^@]|^[-+=:]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")


@dataclass(frozen=True)
class Citation:
    """What a reader needs in order to find a text again, and the promise in it.

    `published_on` is as precise as it is known; `page` is what is printed on it, "" for a text without pages, and
    `quote` the promise, "" for a whole document. `permalink` leads to the page of this site, and is "" where nobody else
    can open that. What this site says itself, such as a comparison, has no issuer: there `version` tells which database
    said it, and is "" of an issuer's text.
    """

    key: str
    authors: tuple[str, ...]
    title: str
    kind: str
    permalink: str
    accessed: date
    body: str = ""
    published_on: str = ""
    page: str = ""
    quote: str = ""
    source_url: str = ""
    language: str = ""
    version: str = ""

    @property
    def day(self) -> tuple[int, ...]:
        """Year, month and day of publication, as many as are known."""
        found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", self.published_on)
        return tuple(int(part) for part in found.groups() if part) if found else ()


def one_line(text: str) -> str:
    """Return text in one line, without the signs that no reader sees."""
    return _BREAKS.sub(" ", text).strip()


def address(url: str) -> str:
    """Return an address without the signs that may not stand in one: they are percent-encoded."""
    return percent_encoded(one_line(url), safe=_IN_ADDRESSES)


def is_site(url: object) -> bool:
    """Whether something is the address of a whole site, to which paths can be added."""
    return isinstance(url, str) and bool(re.fullmatch(r"https?://[^\s/?#]+(?:/[^\s?#]*)?", url))


def is_local(url: str) -> bool:
    """Whether an address leads to the reader's own machine, so that nobody else can open it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        number = ip_address(host)
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")
    return number.is_loopback or number.is_unspecified


def in_words(day: tuple[int, ...]) -> str:
    """Return a day as it is printed: "15 November 2016", "November 2016", "2016", or "no date"."""
    if not day:
        return "no date"
    month = [_MONTHS[day[1] - 1]] if len(day) > 1 else []
    return " ".join([*(str(part) for part in day[2:]), *month, str(day[0])])


def to_text(citation: Citation) -> str:
    """Return a citation as a line of plain text."""
    return _line(citation, str, str, str)


def to_markdown(citation: Citation) -> str:
    """Return a citation as a line of Markdown, the title in italics."""
    return _line(
        citation,
        lambda text: _MARKDOWN.sub(lambda sign: f"\\{sign[0]}", text),
        lambda title: f"*{title}*",
        lambda url: f"<{url}>",
    )


def _line(
    citation: Citation, plain: Callable[[str], str], titled: Callable[[str], str], linked: Callable[[str], str]
) -> str:
    """Return the line. An address ends with a space: a full stop or a comma behind it would be taken for a part."""
    who = [*([listed(citation.authors)] if citation.authors else []), *([citation.body] if citation.body else [])]
    parts = [*(plain(one_line(part)) for part in who), titled(plain(one_line(citation.title)))]
    parts += [plain(one_line(f"version {citation.version}"))] if citation.version else []
    page = f", p. {plain(one_line(citation.page))}" if citation.page else ""
    source = f" {linked(address(citation.source_url))}" if citation.source_url else ""
    permalink = f", {linked(address(citation.permalink))}" if citation.permalink else ""
    day = citation.accessed
    return (
        f"{', '.join(parts)} ({in_words(citation.day)}){page}.{source} In: {DATABASE}{permalink}"
        f" (accessed {in_words((day.year, day.month, day.day))}).\n"
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them: "Canada, Japan and Kenya"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def to_bibtex(citation: Citation) -> str:
    """Return a citation as BibTeX, in UTF-8, for BibTeX and biblatex alike."""
    authors = " and ".join(f"{{{_latex(name)}}}" for name in citation.authors)
    day = citation.day
    values = {
        "author": authors,
        "title": f"{{{_latex(citation.title)}}}",  # the second braces keep its capitals
        "type": _latex(citation.kind),
        "institution": f"{{{_latex(citation.body)}}}" if citation.body else authors,  # no report goes without
        "year": str(day[0]) if day else "",
        "pages": _latex(citation.page),
        "url": address(citation.permalink),
        "urldate": citation.accessed.isoformat(),
        "howpublished": _latex(f"{DATABASE}, version {citation.version}" if citation.version else ""),
        "note": _latex(f"Official source: {address(citation.source_url)}" if citation.source_url else ""),
        "annote": _latex(citation.quote),
    }
    fields = [f"  {name} = {{{value}}}" for name, value in values.items() if value]
    if len(day) > 1:
        fields.insert(5, f"  month = {_MONTHS[day[1] - 1][:3].lower()}")
    return f"@{'misc' if citation.version else 'techreport'}{{{_key(citation.key)},\n" + ",\n".join(fields) + "\n}\n"


def _latex(text: str) -> str:
    return one_line(text).translate(_LATEX)


def _key(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", key)


def to_ris(citation: Citation) -> str:
    """Return a citation as RIS, each line ended as its definition asks: by carriage return and line feed."""
    day = citation.day
    spelt = [f"{day[0]:04}", *(f"{part:02}" for part in day[1:]), "", "", ""] if day else []
    tags = [
        ("TY", "ELEC" if citation.version else "RPRT"),
        ("ID", _key(citation.key)),
        *(("AU", name) for name in citation.authors),
        ("TI", citation.title),
        ("M3", citation.kind),
        ("PB", citation.body),
        ("PY", spelt[0] if day else ""),
        ("DA", "/".join(spelt[:4])),
        ("SP", citation.page),
        ("LA", citation.language),
        ("ET", citation.version),
        ("DB", DATABASE),
        ("UR", address(citation.permalink)),
        ("Y2", citation.accessed.strftime("%Y/%m/%d")),
        ("N1", f"Official source: {address(citation.source_url)}" if citation.source_url else ""),
        ("N1", citation.quote),
    ]
    lines = [f"{tag}  - {one_line(value)}" for tag, value in tags if value]
    return "".join(f"{line}\r\n" for line in [*lines, "ER  - "])


def to_csl(citation: Citation) -> str:
    """Return a citation as CSL-JSON: a list of one, which is what reference managers read."""
    day = citation.accessed
    values: dict[str, Any] = {
        "id": _key(citation.key),
        "type": "webpage" if citation.version else "report",
        "genre": citation.kind,
        "author": [{"literal": one_line(name)} for name in citation.authors],
        "title": one_line(citation.title),
        "publisher": one_line(citation.body),
        "issued": {"date-parts": [list(citation.day)]} if citation.day else None,
        "page": one_line(citation.page),
        "language": citation.language,
        "version": one_line(citation.version),
        "source": DATABASE,
        "URL": address(citation.permalink),
        "accessed": {"date-parts": [[day.year, day.month, day.day]]},
        "note": f"Official source: {address(citation.source_url)}" if citation.source_url else "",
        "annote": one_line(citation.quote),
    }
    return json.dumps([{name: value for name, value in values.items() if value}], ensure_ascii=False, indent=2) + "\n"


class Form(NamedTuple):
    """A format of citations: its name for people, how browsers know it, and what makes it."""

    name: str
    content_type: str
    make: Callable[[Citation], str]


FORMS = {
    "txt": Form("Text", "text/plain", to_text),
    "md": Form("Markdown", "text/markdown", to_markdown),
    "bib": Form("BibTeX", "application/x-bibtex", to_bibtex),
    "ris": Form("RIS", "application/x-research-info-systems", to_ris),
    "json": Form("CSL-JSON", "application/vnd.citationstyles.csl+json", to_csl),
}
"""The formats, by the ending of their address."""
