"""Search over words and meaning, for the site, the command line and Python alike.

words.py       words as they are compared, typed or printed
questions.py   what somebody typed: words, phrases, exclusions; the full-text query made of it
acronyms.py    names in short and in full
spelling.py    the word that was meant, for one that stands nowhere
meaning.py     the encoder, quick to load; and the phrase that is nearest to a question
marks.py       which words of a text matched
shelf.py       what can be found, in memory: vectors, filters, facets
codes.py       what filters take, as the database writes it
kept.py        answers that are kept for whoever asks the same again
engine.py      filters first, both rankings joined, and why each hit matched

from pipeline.search import Engine
Engine(path).search("sharing information between response teams").hits
"""

from .codes import MODES, as_written, refuse_mode
from .engine import Engine, Hit, Results
from .shelf import REVIEWS, Filters

__all__ = ["MODES", "REVIEWS", "Engine", "Filters", "Hit", "Results", "as_written", "refuse_mode"]
