"""Reading one file: bytes in, pages of text with their layout out.

`guard.read_guarded()` is the way in. It runs `child.py` in a process of its own, under limits, and
that process picks the reader by what the bytes are, never by the file's name:

    formats.py    what the bytes are
    pdf.py        PDF: structure by pypdf, glyphs by pdfium, ruled tables by pdfplumber
    layout.py     glyphs to lines in reading order
    ocr.py        pages that are pictures, where the extra `ocr` is installed
    markup.py     HTML, DOCX, ODT and Markdown: one walk over one tree
    text.py       plain text: encodings, form feeds, page marks

Nothing here touches the database.
"""
