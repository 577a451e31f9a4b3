"""Languages: which one a text is in, and when that cannot be told."""

from __future__ import annotations

import pytest

from pipeline.languages import language_of, main_language

ENGLISH = "The Government will protect the networks on which its people depend, and it will help others to do so."
FRENCH = "Le gouvernement protégera les réseaux dont dépend la population, et il aidera les autres à en faire autant."
GERMAN = "Die Regierung wird die Netze schützen, von denen die Bevölkerung abhängt, und anderen dabei helfen."


@pytest.mark.parametrize(("text", "code"), [(ENGLISH, "en"), (FRENCH, "fr"), (GERMAN, "de")])
def test_a_sentence_tells_its_language(text, code):
    assert language_of(text) == code


@pytest.mark.parametrize(
    "text", ["We will act.", "", "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16"]
)
def test_of_a_short_text_the_language_of_its_document_counts(text):
    assert language_of(text, otherwise="fr") == "fr"


def test_of_a_text_whose_language_is_unsure_that_of_its_document_counts():
    assert language_of("CERT CSIRT ISAC NATO ENISA ITU UNGGE OEWG OSCE ASEAN APEC G7 G20 BRICS", otherwise="fr") == "fr"


def test_lines_do_not_hide_a_language():
    assert language_of(FRENCH.replace(" ", "\n")) == "fr"


def test_the_main_language_is_that_of_most_of_the_text():
    assert main_language([ENGLISH, FRENCH, f"{FRENCH} {FRENCH}"]) == "fr"


def test_texts_that_are_too_short_have_no_main_language():
    assert main_language(["We act.", "Nous agissons."]) == ""
