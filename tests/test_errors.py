"""Errors: what a person is told, and what a document's problem carries."""

from __future__ import annotations

import pickle

import pytest

from pipeline import errors
from pipeline.errors import PROBLEM_KINDS, ConcordError, DocumentProblem

FACTS = ("kind", "message", "remedy", "page")


def test_the_text_of_an_error_is_its_message_and_its_remedy():
    assert str(ConcordError("The model is missing.", remedy="Install it.")) == "The model is missing. Install it."


def test_an_error_without_a_remedy_is_its_message():
    assert str(ConcordError("The model is missing.")) == "The model is missing."


@pytest.mark.parametrize(
    "name",
    [
        "ManifestError",
        "SettingsError",
        "ModelError",
        "StoreError",
        "WatchError",
        "NamingError",
        "ReviewError",
        "ExportError",
    ],
)
def test_whatever_a_person_has_to_mend_is_a_concord_error(name):
    assert issubclass(getattr(errors, name), ConcordError)


def test_a_documents_problem_does_not_stop_the_run():
    assert not issubclass(DocumentProblem, ConcordError)


def test_every_error_stands_in_the_tree_at_the_top_of_the_module():
    classes = [
        name for name, value in vars(errors).items() if isinstance(value, type) and value.__module__ == errors.__name__
    ]
    assert len(classes) == 12
    assert [name for name in classes if name not in errors.__doc__] == []


@pytest.mark.parametrize("kind", PROBLEM_KINDS)
def test_every_kind_of_problem_can_be_raised(kind):
    assert DocumentProblem(kind, "It is so.").kind == kind


def test_an_unknown_kind_of_problem_is_refused():
    with pytest.raises(ValueError, match="unknown kind of problem: 'bad'"):
        DocumentProblem("bad", "It is so.")


def test_a_problem_survives_the_way_between_processes():
    problem = DocumentProblem("needs_ocr", "It is a picture.", remedy="Read it.", page=3)
    copy = pickle.loads(pickle.dumps(problem))
    assert [getattr(copy, name) for name in FACTS] == ["needs_ocr", "It is a picture.", "Read it.", 3]
