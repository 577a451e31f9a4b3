"""Make files that attack a reader: damaged, endless, deceitful or locked ones, always the same.

`attacks()` yields each file with the line of attack that it belongs to and the ways in which reading it may end;
`write_attacks()` writes them into a folder. A few are broken by hand; the rest are files of the sample corpus to
which chance, with a fixed seed, has done harm. `LEAKED` stands wherever a reader must not look.
"""

from __future__ import annotations

import base64
import io
import random
import secrets
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest import mock

from pypdf import PdfReader, PdfWriter

SAMPLE = Path(__file__).resolve().parent.parent / "corpora" / "sample" / "documents"
LEAKED = "LEAKED"
"""What no reading may hold: the text of programs, of comments, and of other files."""
SECRET = "file:///etc/passwd"
SENTENCE = "We will protect the networks of every ministry by 2025."
READ, ANY = frozenset({"read"}), frozenset()
REFUSED = frozenset({"damaged", "empty", "unsupported"})
OVER = frozenset({"too_large", "timed_out"})


@dataclass(frozen=True)
class Attack:
    """A hostile file: `data` written `times` times, and how reading it may end; `ANY` is every way but a crash."""

    name: str
    line: str
    data: bytes
    ends: frozenset[str] = ANY
    times: int = 1


def write_attacks(folder: Path) -> list[Attack]:
    """Write every file into `folder`, one after the other, and return what they are, without their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for attack in attacks():
        with (folder / attack.name).open("wb") as file:
            for _ in range(attack.times):
                file.write(attack.data)
        listed.append(replace(attack, data=b""))
    return listed


def attacks() -> Iterator[Attack]:
    """Yield every file."""
    for line, make in LINES.items():
        for name, data, ends, *times in make():
            yield Attack(f"{line.replace(' ', '-')}--{name}", line, data, frozenset(ends), *times)


# What the files are made of


def pdf(*pieces: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of numbered pieces; the first is its root."""
    out = b"%PDF-1.7\n"
    places = []
    for number, piece in enumerate(pieces, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, piece)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(pieces) + 1, table, len(pieces) + 1, trailer, len(out),
    )  # fmt: skip


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream of a PDF."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def printed(text: str = SENTENCE) -> bytes:
    """Return the operators that print a line."""
    return b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text.encode("latin-1")


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
FONTS = b"/Font<</F1 5 0 R>>"
LEAF = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"


def tree(kids: bytes = b"3 0 R", count: int = 1, *more: bytes, leaf: bytes = LEAF, root: bytes = b"") -> bytes:
    """Return a PDF with this tree of pages; the page is piece 3, its text 4, its font 5."""
    branch = b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)
    return pdf(b"<</Type/Catalog/Pages 2 0 R%s>>" % root, branch, leaf, stream(printed()), FONT, *more)


def one_page(content: bytes, *more: bytes, resources: bytes = FONTS, font: bytes = FONT, root: bytes = b"") -> bytes:
    """Return a PDF of one page with this content, further pieces from number 6."""
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<%s>>>>" % resources
    branch = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return pdf(b"<</Type/Catalog/Pages 2 0 R%s>>" % root, branch, leaf, content, font, *more)


@cache
def folded(unit: bytes, megabytes: int) -> bytes:
    """Return so many megabytes of `unit`, deflated."""
    squeeze = zlib.compressobj(1)
    block = unit * ((1 << 20) // len(unit))
    return b"".join([*(squeeze.compress(block) for _ in range(megabytes)), squeeze.flush()])


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED, *, filling: int = 0) -> bytes:
    """Return a ZIP archive that is the same every time; `FILLING` in it stands for so many megabytes of one letter."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compresslevel=1) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = method
            before, _, after = (content.encode() if isinstance(content, str) else content).partition(FILLING)
            with archive.open(entry, "w") as part:
                part.write(before)
                for _ in range(filling if after or content == FILLING else 0):
                    part.write(b"a" * (1 << 20))
                part.write(after)
    return buffer.getvalue()


FILLING = b"FILLING"

OPEN = "http://schemas.openxmlformats.org"
TYPES = (
    f'<Types xmlns="{OPEN}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def related(kind: str, target: str) -> str:
    """Return the relationships of a Word file: one, of this kind and to this target."""
    outside = ' TargetMode="External"' if ":" in target else ""
    return (
        f'<Relationships xmlns="{OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{OPEN}/officeDocument/2006/relationships/{kind}" Target="{target}"{outside}/></Relationships>'
    )


def said(text: str = SENTENCE) -> str:
    """Return a paragraph of a Word file."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def word(
    body: str, *, before: str = "", root: str = "word/document.xml", filling: int = 0, **more: str | bytes
) -> bytes:
    """Return a Word file; a double underscore in the name of a further part stands for a slash."""
    head = f'xmlns:w="{OPEN}/wordprocessingml/2006/main" xmlns:r="{OPEN}/officeDocument/2006/relationships"'
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": related("officeDocument", root),
        "word/document.xml": f'<?xml version="1.0"?>{before}<w:document {head}><w:body>{body}</w:body></w:document>',
    }
    named = {name.replace("__", "/").replace("-", "."): content for name, content in more.items()}
    return zipped(parts | named, filling=filling)


def open_text(body: str, *, before: str = "", filling: int = 0, **more: str | bytes) -> bytes:
    """Return an OpenDocument text."""
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text"))
    content = f"{before}<office:document-content {names}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    named = {name.replace("__", "/").replace("-", "."): part for name, part in more.items()}
    return zipped(parts | named, filling=filling)


def paragraph(text: str = SENTENCE) -> str:
    """Return a paragraph of an OpenDocument text."""
    return f"<text:p>{text}</text:p>"


PLAIN = "<p>The Government of Arvenia publishes this strategy for the years to come, after a consultation.</p>"


def web(body: str, head: str = "", before: str = "<!DOCTYPE html>") -> bytes:
    """Return a web page with an article around `body`."""
    made = f"{before}<html><head>{head}</head><body><article>{PLAIN}{body}<p>{SENTENCE}</p></article></body></html>"
    return made.encode("utf-8", "surrogatepass")


def sample(name: str) -> bytes:
    """Return a file of the sample corpus."""
    return (SAMPLE / name).read_bytes()


LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
"""Ten of ten of ten: entities that unfold to ten thousand million words."""


# The lines of attack: each yields names, bytes, and how reading them may end


def truncated() -> Iterator[tuple]:
    """PDFs that stop in the middle."""
    for name in ("xaa-2016-strategy", "xcc-2023-strategy"):
        whole = sample(f"{name}.pdf")
        for percent in (5, 30, 60, 90, 99):
            ends = READ if name.startswith("xaa") and percent >= 60 else ANY
            yield f"{name}-{percent}.pdf", whole[: len(whole) * percent // 100], ends
    yield "header.pdf", b"%PDF-1.7", {"damaged"}
    yield "last-byte.pdf", sample("xdd-2020-strategy.pdf")[:-1], READ
    yield "word.docx", sample("xbb-2022-action-plan.docx")[:-400], {"damaged"}
    yield "page.html", sample("xmg-2020-ministers.html")[:3000], ANY


def corrupt() -> Iterator[tuple]:
    """PDFs whose directory lies."""
    whole = tree()
    yield "no-table.pdf", whole[: whole.index(b"xref")], READ
    yield "wrong-start.pdf", whole.replace(b"startxref\n", b"startxref\n9"), READ
    yield "zeros.pdf", whole.replace(whole[whole.index(b"xref") : whole.index(b"trailer")], bytes(160)), READ
    yield "no-root.pdf", whole.replace(b"/Root 1 0 R", b""), READ
    yield "root-of-another-kind.pdf", whole.replace(b"/Root 1 0 R", b"/Root 5 0 R"), ANY
    yield "shifted.pdf", whole.replace(b"%PDF-1.7\n", b"%PDF-1.7\n% moved\n"), READ
    yield "wrong-length.pdf", whole.replace(b"/Length", b"/Length 9/Longer"), ANY
    yield "no-ends.pdf", whole.replace(b"endobj", b""), ANY
    yield "noise.pdf", b"%PDF-1.7\n" + random.Random(1).randbytes(60_000), {"damaged"}
    yield "numbers.pdf", b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n" % n for n in range(20_000)), {"damaged"}
    yield "box.pdf", whole.replace(b"[0 0 612 792]", b"[0 0 1e39 (a)]"), ANY
    yield "font-size.pdf", one_page(stream(printed().replace(b" 12 ", b" 1e30 "))), ANY
    yield "matrix.pdf", one_page(stream(b"1e38 0 0 1e38 1e38 1e38 cm " + printed())), ANY
    yield "rotation.pdf", whole.replace(b"/Contents", b"/Rotate 90000000045/Contents"), ANY
    yield "bad-zip.docx", word(said()).replace(b"PK\x01\x02", b"PK\x09\x09"), {"damaged"}
    yield "bad-deflate.odt", _spoiled(open_text(paragraph(SENTENCE * 30)), b"content.xml"), {"damaged"}
    yield "not-xml.docx", zipped({"word/document.xml": b"\x00\xff\xfe"}), {"damaged"}
    yield "no-body.docx", zipped({"word/document.xml": "<w/>"}), {"damaged"}


def _spoiled(archive: bytes, name: bytes) -> bytes:
    """Return an archive in which the first bytes of a part are nonsense."""
    place = archive.index(name) + len(name)
    return archive[:place] + b"\xff" * 9 + archive[place + 9 :]


def cyclic() -> Iterator[tuple]:
    """Pieces that refer to themselves."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]/Resources<<%s>>"
    with_form = FONTS + b"/XObject<</X 6 0 R>>"
    yield "pages.pdf", tree(b"3 0 R 2 0 R", 2), READ
    yield "branches.pdf", tree(b"6 0 R 3 0 R", 5, b"<</Type/Pages/Count 4/Kids[2 0 R 6 0 R]/Parent 2 0 R>>"), ANY
    yield "parent.pdf", tree(leaf=LEAF.replace(b"/Parent 2", b"/Parent 3")), READ
    yield "content.pdf", one_page(b"[4 0 R 4 0 R]"), {"empty", "damaged"}
    yield "length.pdf", one_page(stream(printed()).replace(b"/Length ", b"/Length 4 0 R/L ")), READ
    yield "font.pdf", one_page(stream(printed()), font=b"5 0 R"), READ
    yield (
        "form.pdf",
        one_page(stream(printed() + b" /X Do"), stream(b"/X Do", form % with_form), resources=with_form),
        READ,
    )
    yield "labels.pdf", tree(b"3 0 R", 1, b"<</Kids[6 0 R]>>", root=b"/PageLabels 6 0 R"), READ
    yield "outline.pdf", tree(b"3 0 R", 1, b"<</First 6 0 R/Next 6 0 R/Title(a)>>", root=b"/Outlines 6 0 R"), READ
    looped = tree()
    yield "tables.pdf", looped.replace(b"/Root", b"/Prev %d/Root" % looped.index(b"xref")), READ
    yield "packed.pdf", one_page(stream(printed()), stream(b"6 0 1", b"/Type/ObjStm/N 1/First 4/Extends 6 0 R")), READ
    yield (
        "entities.odt",
        open_text(paragraph("&a;"), before='<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
        {"damaged"},
    )


def nested() -> Iterator[tuple]:
    """Things in things in things."""
    levels = [b"<</Type/Pages/Count 1/Kids[%d 0 R]/Parent %d 0 R>>" % (7 + n, 5 + n) for n in range(2000)]
    yield "arrays.pdf", tree(b"3 0 R", 1, b"[" * 100_000 + b"]" * 100_000, root=b"/X 6 0 R"), READ
    yield "tables.pdf", tree(b"3 0 R", 1, b"<</A" * 50_000 + b" 1" + b">>" * 50_000, root=b"/X 6 0 R"), READ
    yield "tree.pdf", tree(b"6 0 R", 1, *levels, LEAF.replace(b"Parent 2", b"Parent 2005")), ANY
    yield "states.pdf", one_page(stream(b"q " * 300_000 + printed())), ANY
    yield "divisions.html", web("<div>" * 20_000), {"damaged"}
    yield "tables.html", web("<table><tr><td>" * 3000), {"damaged"}
    yield "lists.html", web("<ul><li>" * 3000), {"damaged"}
    yield "tables.docx", word("<w:tbl><w:tr><w:tc>" * 400 + said() + "</w:tc></w:tr></w:tbl>" * 400), {"damaged"}
    yield "boxes.docx", word("<w:sdt><w:sdtContent>" * 5000 + said() + "</w:sdtContent></w:sdt>" * 5000), {"damaged"}
    yield "sections.odt", open_text("<text:section>" * 5000 + paragraph() + "</text:section>" * 5000), {"damaged"}
    yield "quotes.md", b">" * 20_000 + SENTENCE.encode(), ANY
    yield "brackets.md", b"[" * 4000 + SENTENCE.encode(), READ
    yield "stars.md", b"*" * 6000 + SENTENCE.encode() + b"*" * 6000, ANY
    yield "lists.md", "".join(f"{'  ' * depth}- {SENTENCE}\n" for depth in range(400)).encode(), ANY
    yield "front.md", b"---\ntitle: " + b"[" * 1500 + b"\n---\n" + SENTENCE.encode(), READ


def many_pages() -> Iterator[tuple]:
    """More pages than anybody prints, or the claim of them."""
    doubled = [b"<</Type/Pages/Count 1000/Kids[%d 0 R %d 0 R]>>" % (n, n) for n in range(7, 20)]
    yield "claims-a-million.pdf", tree(b"3 0 R", 1_000_000), READ
    yield "claims-two-thousand-million.pdf", tree(b"3 0 R", 2**31 - 1), READ
    yield "claims-less-than-none.pdf", tree(b"3 0 R", -1), READ
    yield "twenty-thousand.pdf", tree(b"3 0 R " * 20_000, 20_000), {"too_large"}
    yield "doubled-thirteen-times.pdf", tree(b"6 0 R 6 0 R", 1000, *doubled, LEAF), {"read", "too_large"}
    yield "form-feeds.txt", f"{SENTENCE}\f".encode() * 20_000, {"too_large"}
    yield "page-marks.txt", "".join(f"--- Page {n} ---\n{SENTENCE}\n" for n in range(6000)).encode(), {"too_large"}
    labels = b"<</Nums[%s]>>" % b"".join(b"%d<</S/r/St 999999999>>" % n for n in range(400))
    yield "labels.pdf", tree(b"3 0 R " * 400, 400, labels, root=b"/PageLabels 6 0 R"), READ


def bomb() -> Iterator[tuple]:
    """Files that unfold to a thousand times their size, or work without end."""
    flate = b"/Filter/FlateDecode"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 700]/Resources<<%s/XObject<</X %d 0 R>>>>"
    forms = [stream(b"/X Do " * 10, form % (FONTS, 7 + n)) for n in range(9)]
    yield "content.pdf", one_page(stream(folded(b" ", 600), flate)), {"empty", *OVER}
    yield (
        "twice.pdf",
        one_page(stream(zlib.compress(folded(b" ", 600)), b"/Filter[/FlateDecode/FlateDecode]")),
        {"empty", *OVER},
    )
    yield "runs.pdf", one_page(stream(b"\x81 " * 1_000_000, b"/Filter/RunLengthDecode")), {"empty", *OVER}
    yield "letters.pdf", one_page(stream(folded(b"BT /F1 9 Tf 9 9 Td (We will act.) Tj ET ", 60), flate)), OVER
    yield "arrays.pdf", one_page(stream(folded(b"[", 40), flate)), {"empty", *OVER}
    yield (
        "forms.pdf",
        one_page(
            stream(b"/X Do"), *forms, stream(printed(), form % (FONTS, 99)), resources=FONTS + b"/XObject<</X 6 0 R>>"
        ),
        OVER,
    )
    image = b"/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    yield (
        "picture.pdf",
        one_page(stream(printed() + b" /X Do"), stream(b"x", image), resources=FONTS + b"/XObject<</X 6 0 R>>"),
        READ,
    )
    yield (
        "packed.pdf",
        one_page(stream(printed()), stream(folded(b" ", 300), b"/Type/ObjStm/N 1000000/First 10" + flate)),
        READ,
    )
    lines = b"".join(b"%d 50 m %d 750 l S 50 %d m 550 %d l S " % (n, n, n, n) for n in range(50, 550, 8))
    yield "rules.pdf", one_page(stream(lines + printed())), {"read", "timed_out"}
    yield "text.docx", word(said("FILLING"), filling=300), {"too_large"}
    yield "paragraphs.docx", word(said("act") * 100_000), {"read", *OVER}
    yield "properties.docx", word(said(), filling=20, **{"docProps__core-xml": "<a>FILLING</a>"}), READ
    yield "picture.docx", word(said(), filling=60, **{"word__media__a-png": FILLING}), READ
    yield "text.odt", open_text(paragraph("FILLING"), filling=300), {"too_large"}
    yield "picture.odt", open_text(paragraph(), filling=60, **{"Pictures__a-png": FILLING}), READ
    yield "lies.docx", lying(word(said())), {"damaged"}
    yield "entities.docx", word(said("&j;"), before=f'<!DOCTYPE a [<!ENTITY a "We act. ">{LAUGHS}]>'), {"damaged"}
    yield (
        "entities.odt",
        open_text(paragraph("&j;"), before=f'<!DOCTYPE a [<!ENTITY a "We act. ">{LAUGHS}]>'),
        {"damaged", *OVER},
    )
    yield "entities.html", web("<p>&j;</p>", before=f'<!DOCTYPE a [<!ENTITY a "We act. ">{LAUGHS}]>'), READ
    one = f'<!DOCTYPE a [<!ENTITY a "{"We act. " * 3000}">]>'
    yield "one-entity.docx", word(said("&a;" * 20_000), before=one), {"damaged"}
    yield "one-entity.odt", open_text(paragraph("&a;" * 20_000), before=one), {"damaged", *OVER}
    yield "parts.docx", word(said(), **{f"word__p{n}-xml": "" for n in range(5000)}), READ
    yield "archives.docx", zipped({"inner.zip": zipped({"inner.zip": folded(b"a", 10)})}), {"unsupported"}
    yield "attributes.html", web(f"<p {' '.join(f'a{n}=b' for n in range(200_000))}>{SENTENCE}</p>"), OVER
    yield "tags.html", web("<b>x</b>" * 10_000), {"read", *OVER}
    yield "picture.html", web(f'<img src="data:image/png;base64,{"A" * 4_000_000}">'), READ
    yield "aliases.md", _aliases(), READ
    yield "table.md", b"|a" * 300 + b"|\n" + b"|-" * 300 + b"|\n" + b"|b\n" * 300, {"read", *OVER}


def lying(archive: bytes) -> bytes:
    """Return an archive whose parts say that they unfold to two gigabytes."""
    made = bytearray(archive)
    at = -1
    while (at := made.find(b"PK\x01\x02", at + 1)) >= 0:
        made[at + 24 : at + 28] = struct.pack("<I", 2**31 - 1)
    return bytes(made)


def _aliases() -> bytes:
    nine = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9))
    return f"---\na: &a [x,x,x]\n{nine}title: *j\n---\n{SENTENCE}".encode()


def encrypted() -> Iterator[tuple]:
    """Files with a real password, and some that only look like it."""
    whole = tree()
    for method in ("RC4-40", "RC4-128", "AES-128", "AES-256"):
        yield f"{method.lower()}.pdf", _locked(whole, "open sesame", method), {"encrypted"}
        yield f"{method.lower()}-owner.pdf", _locked(whole, "", method), READ
    yield "handler.pdf", whole.replace(b"/Root", b"/Encrypt<</Filter/Unknown/V 9/R 9>>/ID[<00><00>]/Root"), ANY
    yield (
        "cut.pdf",
        _locked(sample("xaa-2016-strategy.pdf"), "open sesame", "RC4-128")[:-2000],
        {"encrypted", "damaged"},
    )
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "office.docx", ole + "EncryptedPackage".encode("utf-16-le") + bytes(600), {"encrypted"}
    yield "zip.docx", flagged(word(said())), {"encrypted"}
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    locked = {"content.xml": b"\x8f\x01" * 99, "META-INF/manifest.xml": manifest}
    yield "open.odt", zipped(_parts(open_text(paragraph())) | locked), {"encrypted"}


@contextmanager
def _no_chance() -> Iterator[None]:
    """Let keys be the same every time."""
    with mock.patch.object(secrets, "token_bytes", random.Random(2).randbytes):
        yield


def _locked(data: bytes, password: str, method: str) -> bytes:
    with _no_chance():
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
        writer.encrypt(password, "the owner's", algorithm=method)
        buffer = io.BytesIO()
        writer.write(buffer)
    return buffer.getvalue()


def flagged(archive: bytes) -> bytes:
    """Return an archive whose parts say that they are encrypted."""
    made = bytearray(archive)
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := made.find(sign, at + 1)) >= 0:
            made[at + place] |= 1
    return bytes(made)


def external() -> Iterator[tuple]:
    """References to other files, and to the network."""
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{SECRET}">]>'
    parameter = f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{SECRET}"> %x;]>'
    remote = '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'
    for name, before in (("entity", entity), ("parameter", parameter), ("remote", remote)):
        yield f"{name}.docx", word(said(f"{'&x; ' * (name == 'entity')}{SENTENCE}"), before=before), {"read", "damaged"}
        yield (
            f"{name}.odt",
            open_text(paragraph(f"{'&x; ' * (name == 'entity')}{SENTENCE}"), before=before),
            {"read", "damaged"},
        )
        yield f"{name}.html", web("<p>We &x; act.</p>", before=before), READ
    link = '<w:p><w:r><w:drawing><a:blip xmlns:a="a" r:link="r1"/></w:drawing></w:r></w:p>'
    yield "picture.docx", word(link + said(), **{"word___rels__document-xml-rels": related("image", SECRET)}), READ
    yield (
        "frame.docx",
        word('<w:altChunk r:id="r1"/>' + said(), **{"word___rels__document-xml-rels": related("aFChunk", SECRET)}),
        READ,
    )
    yield (
        "template.docx",
        word(said(), **{"word___rels__settings-xml-rels": related("attachedTemplate", "http://127.0.0.1:9/a")}),
        READ,
    )
    yield "root.docx", word(said(), root="../../../../etc/passwd"), READ
    yield (
        "included.html",
        web(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{SECRET}" parse="text"/>'),
        READ,
    )
    yield (
        "frame.html",
        web(f'<iframe src="{SECRET}"></iframe><object data="{SECRET}"></object><embed src="{SECRET}">'),
        READ,
    )
    yield "style.html", web("", f'<link rel="stylesheet" href="{SECRET}"><base href="http://127.0.0.1:9/">'), READ
    yield "refresh.html", web("", f'<meta http-equiv="refresh" content="0; url={SECRET}">'), READ
    yield "stream.pdf", one_page(b"<</Length 0/F(/etc/passwd)>>\nstream\n\nendstream"), {"empty"}
    yield "launch.pdf", tree(b"3 0 R", 1, b"<</S/Launch/F(/bin/sh)>>", root=b"/OpenAction 6 0 R"), READ
    yield "front.md", b"---\ntitle: !!python/object/apply:os.system ['true']\n---\n" + SENTENCE.encode(), READ
    yield "picture.md", f"![a]({SECRET}) {SENTENCE}".encode(), READ


def script() -> Iterator[tuple]:
    """Programs and what hides in pages."""
    bodies = {
        "body": f"<script>{LEAKED}()</script>",
        "handler": f'<p onclick="{LEAKED}()" onmouseover="{LEAKED}()">{SENTENCE}</p><img src=x onerror="{LEAKED}()">',
        "link": f'<p><a href="javascript:{LEAKED}()">{SENTENCE}</a></p>',
        "drawing": f"<svg onload='{LEAKED}()'><script>{LEAKED}()</script><text>{LEAKED}</text></svg>",
        "elsewhere": f'<noscript>{LEAKED}</noscript><template>{LEAKED}</template><iframe srcdoc="{LEAKED}">{LEAKED}</iframe>',
        "form": f"<form><textarea>{LEAKED}</textarea><select><option>{LEAKED}</select><button>{LEAKED}</button></form>",
        "comment": f"<!-- {LEAKED} --><!--[if IE]>{LEAKED}<![endif]--><![CDATA[ {LEAKED} ]]>",
        "style": f"<style>p::before {{ content: '{LEAKED}' }}</style>",
        "nul": f"<scr\0ipt>{LEAKED}()</scr\0ipt>",
        "data": f'<object data="data:text/html,{LEAKED}">{LEAKED}</object><embed src="data:text/html;base64,{LEAKED}">',
        "table": f"<table><tr><td>{SENTENCE}<script>{LEAKED}()</script></td><td><!-- {LEAKED} -->2025</td></tr></table>",
    }
    for name, body in bodies.items():
        yield f"{name}.html", web(body), READ
    stated = (
        f'<script type="application/ld+json">{{"@type": "Article", "articleBody": "{LEAKED} {SENTENCE * 20}"}}</script>'
    )
    yield "stated.html", web("", stated), READ
    yield "alone.html", f"<html><body><script>{LEAKED}()</script></body></html>".encode(), {"empty"}
    yield "open.html", web(f"<script>{LEAKED}()"), READ
    yield "body.md", f"# Plan\n\n<script>{LEAKED}()</script>\n\n<!-- {LEAKED} -->\n\n{SENTENCE}".encode(), READ
    yield "link.md", f"[{SENTENCE}](javascript:{LEAKED}()) <b onclick='{LEAKED}()'>Now.</b>".encode(), READ
    yield (
        "table.md",
        f"| Action | Owner |\n|---|---|\n| {SENTENCE} <script>{LEAKED}()</script> | <!-- {LEAKED} --> All |".encode(),
        READ,
    )
    link = '<w:p><w:hyperlink r:id="r1"><w:r><w:t>We will act.</w:t></w:r></w:hyperlink></w:p>'
    yield (
        "link.docx",
        word(link, **{"word___rels__document-xml-rels": related("hyperlink", f"javascript:{LEAKED}()")}),
        READ,
    )
    yield (
        "deleted.docx",
        word(
            f"<w:p><w:del><w:r><w:delText>{LEAKED}</w:delText></w:r></w:del><w:r><w:instrText>{LEAKED}</w:instrText></w:r></w:p>{said()}"
        ),
        READ,
    )
    yield "macro.docx", word(said(), **{"word__vbaProject-bin": LEAKED}), READ
    note = f"<office:annotation><text:p>{LEAKED}</text:p></office:annotation>"
    yield "note.odt", open_text(f"<text:script>{LEAKED}()</text:script>{paragraph(note + SENTENCE)}"), READ
    action = b"<</S/JavaScript/JS(LEAKED\\(\\))>>"
    yield (
        "action.pdf",
        tree(b"3 0 R", 1, action, root=b"/OpenAction 6 0 R/Names<</JavaScript<</Names[(a) 6 0 R]>>>>"),
        READ,
    )


def polyglot() -> Iterator[tuple]:
    """Files that are two things at once."""
    whole = tree()
    yield "pdf-in-page.html", b"<html><body><p>Hello.</p><!--\n" + whole + b"--></body></html>", READ
    yield "pdf-behind-junk.pdf", b"junk\n" * 180 + whole, READ
    yield "pdf-far-behind-junk.pdf", b"junk\n" * 2000 + whole, READ
    yield "pdf-and-word.pdf", whole + word(said(LEAKED)), READ
    yield "word-and-pdf.docx", zipped({"a.pdf": whole} | _parts(word(said())), zipfile.ZIP_STORED), READ
    yield "program-and-pdf.pdf", b"MZ" + bytes(60) + whole, READ
    yield "speaks-of-pdf.txt", b"A file that begins with %PDF-1.7 is a PDF.\n" + SENTENCE.encode(), READ
    yield "speaks-of-html.txt", b"An element such as <body> is no page.\n" + SENTENCE.encode(), ANY
    yield "picture-and-script.gif", b"GIF89a/*" + bytes(300) + f"*/={LEAKED}()".encode(), {"unsupported"}
    yield "rich-text.pdf", b"{\\rtf1 " + whole + b"}", ANY
    yield "page-in-word.docx", b"<html><body>" + word(said()), ANY


def _parts(archive: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def extension() -> Iterator[tuple]:
    """Names that do not say what the file is."""
    yield "pdf.txt", sample("xdd-2020-strategy.pdf"), READ
    yield "word.pdf", sample("xcc-2019-strategy.docx"), READ
    yield "page.docx", sample("xmg-2020-ministers.html"), READ
    yield "text.html", sample("xdd-2014-policy.txt"), READ
    yield "text.pdf", SENTENCE.encode(), READ
    yield "open.md", open_text(paragraph()), READ
    yield (
        "picture.pdf",
        base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNiAAAABgADNjd8qAAAAABJRU5ErkJggg=="
        ),
        {"unsupported"},
    )
    yield "program.txt", b"\x7fELF" + bytes(200) + random.Random(3).randbytes(2000), {"unsupported"}
    yield "archive.docx", zipped({"readme.txt": SENTENCE}), {"unsupported"}
    yield "sheet.docx", zipped({"xl/workbook.xml": "<workbook/>", "[Content_Types].xml": TYPES}), {"unsupported"}
    yield "old-word.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), {"unsupported"}
    yield "squeezed.txt", zlib.compress(SENTENCE.encode() * 100), {"unsupported"}
    yield "\u202etxt.fdp.txt", SENTENCE.encode(), READ


def empty() -> Iterator[tuple]:
    """Files of nothing."""
    for suffix in ("pdf", "docx", "odt", "html", "md", "txt"):
        yield f"none.{suffix}", b"", {"empty"}
    yield "blanks.txt", b" \r\n\t" * 1000, {"empty"}
    yield "nul.pdf", bytes(1_000_000), {"empty"}
    yield "mark.txt", b"\xef\xbb\xbf", {"empty"}
    yield "wide-mark.txt", b"\xff\xfe", {"empty"}
    yield "letter.txt", b"a", READ
    yield "page.pdf", one_page(stream(b"")), {"empty"}
    yield "word.docx", word(""), {"empty"}
    yield "open.odt", open_text(""), {"empty"}
    yield "page.html", b"<html><body></body></html>", {"empty"}
    yield "front.md", b"---\ntitle: A plan\n---\n", ANY


def large() -> Iterator[tuple]:
    """More text than anybody writes."""
    yield "two-hundred-megabytes.txt", SENTENCE.ljust(63).encode() + b"\n", {"too_large"}, (200 << 20) // 64
    yield "twenty-megabytes.txt", SENTENCE.ljust(63).encode() + b"\n", {"too_large", "read"}, (20 << 20) // 64
    yield "one-line.txt", b"act " * 100_000, {"read", "too_large"}
    yield "one-word.txt", b"a" * 400_000, {"read", "too_large"}
    yield "short-lines.txt", b"a\n" * 40_000, {"too_large", "read"}
    yield "one-megabyte.html", web(f"<p>{SENTENCE}</p>" * 16_000), OVER | READ
    yield "one-megabyte.md", f"- {SENTENCE}\n".encode() * 18_000, OVER | READ


def surrogates() -> Iterator[tuple]:
    """Halves of characters, which no database takes."""
    accents = "Les autorités compétentes protégeront les réseaux des ministères à l'été 2025. " * 4
    half = "\ud800".encode("utf-8", "surrogatepass")
    yield "half.txt", accents.encode() + half + SENTENCE.encode(), READ
    yield "low-half.txt", SENTENCE.encode() + "\udfff".encode("utf-8", "surrogatepass"), READ
    yield "half.utf16.txt", b"\xff\xfe" + SENTENCE.encode("utf-16-le") + b"\x00\xd8" + "a".encode("utf-16-le"), READ
    yield "half.html", web("<p>We &#xD800; will &#55555; act.</p>"), READ
    yield "raw-half.html", web("<p>Nous protégerons \ud800 les réseaux des ministères à l'été.</p>"), READ
    yield "half.md", f"# Été\n\n{accents}".encode() + half, READ
    yield "half.docx", word(said("We &#xD800; act.")), {"damaged"}
    for name, code in (("high", b"D800"), ("low", b"DC00"), ("two-halves", b"D800D800")):
        yield f"{name}.pdf", _mapped(code), READ
    yield "title.pdf", tree().replace(b"/Root", b"/Info<</Title(\xfe\xff\xd8\x00\x00A)>>/Root"), READ


def _mapped(code: bytes) -> bytes:
    """Return a PDF in which the letter A stands for another character."""
    table = (
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <41> <%s> endbfchar endcmap" % code
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    return one_page(stream(printed("We A will act.")), stream(table), font=font)


def nul() -> Iterator[tuple]:
    """NUL and other characters that are no text."""
    yield "few.txt", SENTENCE.replace(" ", " \0", 1).encode(), READ
    yield "every-other.txt", SENTENCE.encode("utf-16-le"), READ
    yield "many.txt", SENTENCE.replace(" ", "\0\0\0").encode(), ANY
    yield "page.html", web("<p>We\0 will a\0ct.</p>\0"), READ
    yield "text.md", f"# Plan\0\n\n{SENTENCE}\0".encode(), READ
    yield "mapped.pdf", _mapped(b"0000"), READ
    yield "title.pdf", tree().replace(b"/Root", b"/Info<</Title(A\\000\\007B)>>/Root"), READ
    yield "controls.txt", SENTENCE.encode() * 9 + b"\x01\x02\x1b[2J\x07", READ


def directions() -> Iterator[tuple]:
    """Characters that turn the direction of writing."""
    turned = "We will \u202enot\u202c act \u2067now\u2069."
    yield "text.txt", turned.encode(), READ
    yield "text.md", turned.encode(), READ
    yield "page.html", web(f"<p>{turned}</p><p>We &#x202E;act.</p>"), READ
    yield "word.docx", word(said(turned)), READ
    yield "open.odt", open_text(paragraph(turned)), READ
    yield "mapped.pdf", _mapped(b"202E"), READ


def encoding() -> Iterator[tuple]:
    """Encodings that are none, or not the one that is stated."""
    for name in ("idna", "undefined", "utf-7", "utf-16", "hex", "unicode_escape"):
        made = (
            f'<html><head><meta charset="{name}"></head><body>{PLAIN}<p>We will act in caf'.encode()
            + b"\xe9s.</p></body></html>"
        )
        yield f"{name}.html", made, READ
    yield "overlong.txt", SENTENCE.encode() + b"\xc0\xaf\xc0\xae", READ
    yield "wide.txt", b"\xff\xfe\x00\x00" + struct.pack("<3I", 0x110000, 0xFFFFFFFF, 65), ANY
    yield "odd.txt", b"\xfe\xff" + SENTENCE.encode("utf-16-be") + b"\x00", READ
    yield "mainframe.txt", SENTENCE.encode("cp500"), ANY


def mutated() -> Iterator[tuple]:
    """Files of the sample to which chance has done harm."""
    chance = random.Random(4)
    names = (
        "xaa-2016-strategy.pdf", "xdd-2020-strategy.pdf", "xbb-2022-action-plan.docx", "xmg-2020-ministers.html",
        "xaa-xbb-2019-statement.md", "xee-2015-strategy.txt",
    )  # fmt: skip
    for name in names:
        whole, (stem, _, suffix) = sample(name), name.rpartition(".")
        for harm in HARMS:
            yield f"{stem}-{harm.__name__}.{suffix}", harm(whole, chance), ANY
    parts = _parts(sample("xbb-2022-action-plan.docx"))
    for harm in HARMS:
        text = harm(bytes(parts["word/document.xml"]), chance)
        yield f"part-{harm.__name__}.docx", zipped(parts | {"word/document.xml": text}), ANY


def bits_turned(data: bytes, chance: random.Random) -> bytes:
    """Turn one bit in a thousand bytes."""
    made = bytearray(data)
    for _ in range(max(1, len(made) // 1000)):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def bytes_replaced(data: bytes, chance: random.Random) -> bytes:
    """Replace one byte in a hundred."""
    made = bytearray(data)
    for _ in range(max(1, len(made) // 100)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def stretch_lost(data: bytes, chance: random.Random) -> bytes:
    """Lose a tenth."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + len(data) // 10 :]


def stretch_zeroed(data: bytes, chance: random.Random) -> bytes:
    """Fill a tenth with zeros."""
    start, size = chance.randrange(len(data) * 9 // 10), len(data) // 10
    return data[:start] + bytes(size) + data[start + size :]


def stretch_repeated(data: bytes, chance: random.Random) -> bytes:
    """Repeat a tenth in another place."""
    start, place = chance.randrange(len(data) * 9 // 10), chance.randrange(len(data))
    return data[:place] + data[start : start + len(data) // 10] + data[place:]


def stretches_swapped(data: bytes, chance: random.Random) -> bytes:
    """Swap the quarters in the middle."""
    quarter = len(data) // 4
    return data[:quarter] + data[2 * quarter : 3 * quarter] + data[quarter : 2 * quarter] + data[3 * quarter :]


HARMS = (bits_turned, bytes_replaced, stretch_lost, stretch_zeroed, stretch_repeated, stretches_swapped)

LINES = {
    "truncated": truncated,
    "corrupt": corrupt,
    "cyclic": cyclic,
    "nested": nested,
    "many pages": many_pages,
    "bomb": bomb,
    "encrypted": encrypted,
    "external": external,
    "script": script,
    "polyglot": polyglot,
    "extension": extension,
    "empty": empty,
    "large": large,
    "surrogates": surrogates,
    "nul": nul,
    "directions": directions,
    "encoding": encoding,
    "mutated": mutated,
}
"""The lines of attack."""
