"""Read HTML, DOCX, ODT and Markdown: each becomes one tree, and one walk makes lines of it.

Reads bytes; gives a `Reading` of one page, in which every line is a block with its role: heading,
paragraph, list_item, cell, column (the name of a table column), footnote or caption.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..errors import DocumentProblem
from ..records import Line, Note, Page, Reading
from .text import decode, mend, shown

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul", "ol", "list"}
_ITEMS = {"li", "item"}
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_BREAKS = {"br", "lb"}
_CAPTIONS = {"caption", "figcaption"}
_PARAGRAPHS = {"p", "div", "blockquote", "quote", "section", "article", "main", "body", "dd", "dt", "pre", "code"}
_SKIPPED = {
    "script", "style", "noscript", "template", "svg", "graphic", "img", "iframe", "object",
    "select", "button", "textarea",
}  # fmt: skip
_UNREAD = (
    "script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "canvas", "svg",
    "select", "button", "textarea",
)  # fmt: skip
"""Elements of a web page whose text is no text of the page: programs, other pages, what a form offers."""
_EMBEDDED = re.compile(rb"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=%\s]+")
_TOO_DEEP = "Excessive depth"
_NO_ENCODINGS = frozenset("idna punycode undefined unicode-escape raw-unicode-escape utf-7 utf-16 utf-32".split())
"""What Python calls encodings, and no web page that says so in ASCII can be in."""
_LONGEST_FRONT_MATTER = 100_000
_DEEPEST_MARKDOWN = 100
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_SPACE = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"(\n[ \t]*\n)")
_BOLD_MARK = re.compile(r"(?<![*\\])\*\*(?!\*)")
_MARKS_ALONE = re.compile(r"[\s*_-]*")
_AGAIN = "Get the file again, or save it in another format."
_NOTE_MARK = re.compile(r"\[?\W?\d{1,3}\W?\]?|\W|↑")
_LONGEST_BOLD_HEADING = 120


@dataclass(frozen=True)
class _Block:
    role: str
    text: str
    level: int = 0
    column: str = ""
    group: int = 0


def read_html(data: bytes) -> Reading:
    """Return the main text of a web page, without the site's furniture around it, and without its programs.

    Raises:
        DocumentProblem: the page cannot be parsed, or holds no text of its own.
    """
    from trafilatura import bare_extraction, extract_metadata

    text, mended = mend(_decode_html(_EMBEDDED.sub(b"", data)))
    tree = _tree(text)
    try:
        known = extract_metadata(tree)  # before the scripts go: some of them state title and date
        for element in list(tree.iter(*_UNREAD)):
            element.drop_tree()
        _drop_note_marks(tree)
        found = bare_extraction(
            tree,
            favor_recall=True,
            include_comments=False,
            include_tables=True,
            include_formatting=False,
            include_links=False,
            with_metadata=False,
            deduplicate=False,
        )
    except (MemoryError, RecursionError):
        raise  # a limit's fault
    except Exception as error:  # its parts raise what lxml, dates and regular expressions do
        _refuse_starved(error)
        raise DocumentProblem("damaged", f"The page cannot be read: {error}.", remedy=_AGAIN) from error
    if found is None or found.body is None:
        raise DocumentProblem(
            "empty", "The page has no text of its own.", remedy="Save the page from the browser as it is shown."
        )
    notes = (Note("encoding", "Characters that had been decoded twice were mended."),) if mended else ()
    return _reading("html", _blocks(found.body), title=known.title or "", published_on=known.date or "", notes=notes)


def read_docx(data: bytes) -> Reading:
    """Return the text of a Word document with its headings, lists, tables and notes.

    Raises:
        DocumentProblem: the file is damaged.
    """
    import io

    import mammoth

    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map="p[style-name='Title'] => h1:fresh\np[style-name='Caption'] => figcaption:fresh",
            convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
        )
    except (MemoryError, RecursionError):
        raise  # a limit's fault
    except Exception as error:  # mammoth raises whatever its XML and ZIP readers do
        _refuse_starved(error)
        raise DocumentProblem("damaged", f"The Word file cannot be read: {error}.", remedy=_AGAIN) from error
    if not converted.value.strip():
        raise DocumentProblem("empty", "The Word file has no text.")
    tree = _body(converted.value)
    _mark_notes(tree)
    _drop_note_marks(tree)
    title, published_on = _docx_properties(data)
    return _reading("docx", _blocks(tree), title=title, published_on=published_on)


def read_markdown(data: bytes) -> Reading:
    """Return the text of a Markdown file; its YAML front matter gives title and date."""
    from markdown_it import MarkdownIt

    text, _ = mend(decode(data).text)
    front: dict[str, Any] = {}
    if match := _FRONT_MATTER.match(text):
        front = _front_matter(match[1])
        text = text[match.end() :]
    text = _with_bold(text)
    markdown = MarkdownIt("commonmark", {"maxNesting": _DEEPEST_MARKDOWN}).enable("table")
    markdown.validateLink = bool  # type: ignore[assignment, method-assign]  # a link that it refuses stays as source
    rendered = markdown.render(text)
    if not rendered.strip():
        raise DocumentProblem("empty", "The file has no text.")
    tree = _body(rendered)
    _drop_note_marks(tree)
    return _reading(
        "markdown",
        _blocks(tree),
        title=_scalar(front.get("title")),
        published_on=_scalar(front.get("date"))[:10],
    )


def _with_bold(text: str) -> str:
    """Return Markdown with its bold marks where CommonMark knows them: "** Aims **" and "**Aims" are none for it.

    Programs that make Markdown of web pages put blanks and line ends inside the marks, and leave one without its fellow.
    """
    return "".join(
        paragraph if nth % 2 or "`" in paragraph else _paragraph_with_bold(paragraph)
        for nth, paragraph in enumerate(_BLANK_LINES.split(text))
    )


def _paragraph_with_bold(text: str) -> str:
    parts = _BOLD_MARK.split(text)
    if len(parts) == 1 or _MARKS_ALONE.fullmatch(text):
        return text
    if len(parts) % 2 == 0:  # one mark has no fellow: it opens the whole, closes what went before, or is left
        *rest, before, after = parts
        is_opening = not rest and not before.strip()
        parts = (
            [before, after, ""] if is_opening else [*rest, f"{before}{after if not after.strip() else f'**{after}'}"]
        )
    for place in range(1, len(parts), 2):
        inner = parts[place]
        words = inner.strip()
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        parts[place] = f"{before}**{words}**{after}" if any(map(str.isalnum, words)) else inner
    return "".join(parts)


def read_odt(data: bytes) -> Reading:
    """Return the text of an OpenDocument text with its headings, lists, tables and notes.

    Raises:
        DocumentProblem: the file is damaged.
    """
    import io
    import zipfile

    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = archive.read("content.xml")
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except MemoryError:
        raise  # the limit's fault, not the file's
    except Exception as error:  # ZIP, its compression and XML each fail in ways of their own
        _refuse_starved(error)
        if _TOO_DEEP in str(error):
            raise DocumentProblem("damaged", "The file nests too deeply to be read.", remedy=_AGAIN) from error
        raise DocumentProblem("damaged", f"The OpenDocument file cannot be read: {error}.", remedy=_AGAIN) from error
    return _reading("odt", _blocks(_odt_tree(root)))


def _refuse_starved(error: Exception) -> None:
    """Raise when an XML reader failed for want of memory, which is the limit's fault and not the file's."""
    if re.search(r"out of memory|memory allocation failed", str(error), re.IGNORECASE):
        raise MemoryError from error


def _tree(text: str) -> Any:
    """Return HTML as a tree.

    Raises:
        DocumentProblem: it nests so deeply that the parser would leave the rest out, or is no HTML.
    """
    from lxml import etree, html

    parser = html.HTMLParser(huge_tree=False, no_network=True, encoding=None)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        _refuse_starved(error)
        raise DocumentProblem("damaged", f"The text cannot be parsed: {error}.", remedy=_AGAIN) from error
    if any(_TOO_DEEP in fault.message for fault in parser.error_log):
        raise DocumentProblem("damaged", "The file nests too deeply to be read.", remedy=_AGAIN)
    return tree


def _body(text: str) -> Any:
    """Return HTML that a converter made as the body of a page."""
    return _tree(f"<html><body>{text}</body></html>").find("body")


def _decode_html(data: bytes) -> str:
    declared = re.search(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", data[:4096], re.IGNORECASE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    name = declared[1].decode("ascii", "replace") if declared else ""
    try:
        if name and codecs.lookup(name).name not in _NO_ENCODINGS:
            return data.decode(name)
    except (LookupError, ValueError):
        pass
    return decode(data).text


def _front_matter(text: str) -> dict[str, Any]:
    import yaml

    if len(text) > _LONGEST_FRONT_MATTER:
        return {}
    try:
        front = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):  # such as a date in no calendar
        return {}
    return front if isinstance(front, dict) else {}


def _scalar(value: Any) -> str:
    """Return a value of the front matter as one line; lists and tables, which can unfold without end, as ""."""
    return _SPACE.sub(" ", str(value)).strip() if isinstance(value, str | int | float | date) else ""


def _docx_properties(data: bytes) -> tuple[str, str]:
    import io
    import zipfile

    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            core = archive.read("docProps/core.xml")
        root = etree.fromstring(core, etree.XMLParser(resolve_entities=False, no_network=True))
    except Exception:  # the text has been read, and needs no properties
        return "", ""
    values = {etree.QName(child).localname: child.text or "" for child in root.iterchildren(etree.Element)}
    return values.get("title", ""), values.get("created", "")[:10]


def _mark_notes(tree: Any) -> None:
    """Rename the notes that mammoth collects at the end, so that the walk gives them their role."""
    for item in tree.iter("li"):
        if (item.get("id") or "").startswith(("footnote-", "endnote-")):
            item.tag = "note"


def _drop_note_marks(tree: Any) -> None:
    """Remove the raised numbers that point to notes, which would else end up inside words."""
    for sup in list(tree.iter("sup")):
        text = "".join(sup.itertext()).strip()
        if _NOTE_MARK.fullmatch(text) and (sup.find(".//a") is not None or text.strip("[]").isdigit()):
            sup.drop_tree()
    for link in list(tree.iter("a")):
        if (link.get("href") or "").startswith(("#footnote-ref", "#endnote-ref")):
            link.drop_tree()


_ODT_TAGS = {
    "p": "p", "list": "list", "list-item": "item", "table": "table", "table-row": "row", "table-cell": "cell",
    "span": "span", "a": "span", "line-break": "br", "note-body": "note",
}  # fmt: skip

_ODT_LEFT_OUT = frozenset({"tracked-changes", "note-citation", "annotation", "script"})
"""What is not printed, or is printed for the eye alone."""


def _odt_tree(root: Any) -> Any:
    """Return an OpenDocument body as a tree of the tags that the walk knows."""
    from lxml import etree

    def convert(source: Any) -> Any:
        name = etree.QName(source).localname
        target = etree.Element(_ODT_TAGS.get(name, "span"))
        if name == "h":
            level = next((v for k, v in source.attrib.items() if etree.QName(k).localname == "outline-level"), "1")
            target.tag = f"h{min(6, int(level) if level.isdigit() else 1)}"
        if name in _ODT_LEFT_OUT:
            target.tail = source.tail
            return target
        target.text, target.tail = source.text, source.tail
        if name in ("s", "tab"):
            target.text = " "
        for child in source:
            if isinstance(child.tag, str):
                target.append(convert(child))
            elif len(target):  # a comment or an entity: what stands behind it is text of its parent
                target[-1].tail = (target[-1].tail or "") + (child.tail or "")
            else:
                target.text = (target.text or "") + (child.tail or "")
        return target

    body = next((element for element in root.iter(etree.Element) if etree.QName(element).localname == "body"), None)
    if body is None:
        raise DocumentProblem("damaged", "The OpenDocument file has no body.", remedy=_AGAIN)
    converted = convert(body)
    converted.tag = "body"
    return converted


def _blocks(root: Any) -> Iterator[_Block]:
    """Yield the blocks of a tree in reading order."""
    walk = _Walk()
    walk.visit(root)
    walk.flush()
    yield from walk.found


@dataclass
class _Walk:
    """One pass over a tree: inline text gathers until a block begins or ends; notes wait for its end."""

    found: list[_Block] = field(default_factory=list)
    gathered: list[str] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    bold: int = 0
    bold_characters: int = 0
    role: str = "paragraph"
    level: int = 0
    depth: int = 0
    rows: int = 0

    def visit(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _SKIPPED:
            return
        if tag == "table":
            self.flush()
            self.visit_table(element)
        elif tag in _HEADINGS or (tag == "head" and element.get("rend", "h1") in _HEADINGS):
            level = _HEADINGS.get(tag) or _HEADINGS[element.get("rend", "h1")]
            self.block(element, "heading", level)
        elif tag in _LISTS:
            self.flush()
            self.depth += 1
            self.inside(element)
            self.flush()
            self.depth -= 1
        elif tag in _ITEMS:
            self.block(element, "list_item", self.depth)
        elif tag == "note":
            self.notes.append(element)
        elif tag in _CAPTIONS:
            self.block(element, "caption", 0)
        elif tag in _PARAGRAPHS:
            role = self.role if self.role in ("list_item", "footnote") else "paragraph"
            self.block(element, role, self.level)
        elif tag in _BREAKS:
            self.gathered.append("\n")
        else:
            is_bold = tag in ("strong", "b") or (tag == "hi" and element.get("rend") == "#b")
            self.bold += is_bold
            self.inside(element)
            self.bold -= is_bold

    def block(self, element: Any, role: str, level: int) -> None:
        self.flush()
        before = self.role, self.level
        self.role, self.level = role, level
        self.inside(element)
        self.flush()
        self.role, self.level = before

    def inside(self, element: Any) -> None:
        self.gather(element.text)
        for child in element:
            self.visit(child)
            self.gather(child.tail)

    def gather(self, text: str | None) -> None:
        if text and (text := shown(text)):
            self.gathered.append(text)
            self.bold_characters += len(text.strip()) if self.bold else 0

    def flush(self) -> None:
        raw, bold = "".join(self.gathered), self.bold_characters
        self.gathered.clear()
        self.bold_characters = 0
        for part in re.split(r"\n[ \t]*\n", raw):
            text = _SPACE.sub(" ", part).strip()
            if text:
                self.found.append(_Block(*self._role_of(text, bold), level=self.level or 6))
        notes, self.notes = self.notes, []
        for note in notes:
            self.block(note, "footnote", 0)

    def _role_of(self, text: str, bold: int) -> tuple[str, str]:
        """A short paragraph all in bold is a heading, unless it leads into a list."""
        letters = len(text.replace(" ", ""))
        is_bold = bold >= 0.9 * letters
        if self.role == "paragraph" and is_bold and len(text) <= _LONGEST_BOLD_HEADING and text[-1] not in ".:;,":
            return "heading", text
        return self.role, text

    def visit_table(self, table: Any) -> None:
        names: list[str] = []
        for row in table.iter(*_ROWS):
            cells = [cell for cell in row if isinstance(cell.tag, str) and cell.tag in _CELLS]
            texts = [_SPACE.sub(" ", " ".join(_texts_in(cell))).strip() for cell in cells]
            if not any(texts):
                continue
            self.rows += 1
            is_head = not names and (len(texts) > 1) and _is_head_row(cells, texts)
            if is_head:
                names = texts
            for position, text in enumerate(texts):
                name = names[position] if position < len(names) else ""
                if text:
                    role = "column" if is_head else "cell"
                    self.found.append(_Block(role, text, column=name, group=self.rows))


def _texts_in(element: Any) -> Iterator[str]:
    """Yield the texts in an element, without those of programs and comments."""
    if isinstance(element.tag, str) and element.tag not in _SKIPPED:
        yield shown(element.text or "")
        for child in element:
            yield from _texts_in(child)
            yield shown(child.tail or "")


def _is_head_row(cells: list[Any], texts: list[str]) -> bool:
    """Say whether a table's first row names its columns: marked so, or short words without a stop."""
    if all(cell.tag == "th" or cell.get("role") == "head" for cell in cells):
        return True
    return all(text and len(text) <= 40 and text[-1] not in ".;:" for text in texts)


def _reading(
    form: str, blocks: Iterator[_Block], *, title: str = "", published_on: str = "", notes: tuple[Note, ...] = ()
) -> Reading:
    """Lay blocks out as the lines of one page."""
    texts: list[str] = []
    lines: list[Line] = []
    start = 0
    for block in blocks:
        lines.append(
            Line(start, start + len(block.text), block.role, block.level, column=block.column, group=block.group)
        )
        texts.append(block.text)
        start += len(block.text) + 1
    if not lines:
        raise DocumentProblem("empty", "The file has no text.")
    page = Page(1, "\n".join(texts), lines=tuple(lines))
    return Reading(form, (page,), paged=False, title=shown(title), published_on=published_on, notes=notes)
