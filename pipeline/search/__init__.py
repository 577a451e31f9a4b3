"""Search over words and meaning, for the site, the command line and Python alike.

questions.py   what somebody typed: words, phrases, exclusions; the full-text query made of it
meaning.py     vectors as one matrix, and the nearest to a question
engine.py      filters first, both rankings joined, and why each hit matched

from pipeline.search import Engine
Engine(path).search("sharing information between response teams").hits
"""

from .engine import MODES, Engine, Filters, Hit, Results

__all__ = ["MODES", "Engine", "Filters", "Hit", "Results"]
