"""From the lines of pages to passages, and back: pure functions, used by `passages.py` in this order.

rows.py        lines of all pages as one stream of rows, their text folded
furniture.py   running heads, page numbers, contents lists and footnotes taken out of the stream
joining.py     rows joined into blocks: which line goes on, and how a hyphen is resolved
roles.py       what each block is, the headings above it, the lead-in that belongs to it
sentences.py   where sentences begin and end
boxes.py       where on its pages a quote stands
"""
