"""Write down the truth of a printed source: blocks, sentences, commitments, mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .markup import BODY_ROLES, Block, Commitment, Sentence, Source
from .printed import Printed

# Instruments and groups that exist; what the texts say about them is invented.
KNOWN_NAMES = {
    "Budapest Convention": "instrument",
    "Convention de Budapest": "instrument",
    "United Nations": "group",
    "Nations unies": "group",
    "NATO": "group",
}
_DIRECTIVES = {"page", "image", "endimage"}


def block_records(source: Source, printed: Printed) -> Iterator[dict]:
    """One record for each block in reading order; contents lines are written out."""
    records: list[dict] = []
    for index, block in enumerate(source.blocks):
        if block.role in _DIRECTIVES:
            continue
        if block.role == "contents":
            records.extend(_contents_records(printed, printed.places[index]))
        else:
            records.append(_record(block, printed.places[index], source))
    for order, record in enumerate(records):
        yield {"document": source.id, "order": order, **record}


def _contents_records(printed: Printed, place: tuple[int, int]) -> list[dict]:
    texts = ["Contents", *(entry.text for entry in printed.contents)]
    return [_plain_record("contents", text, place) for text in texts]


def _plain_record(role: str, text: str, place: tuple[int, int]) -> dict:
    return {
        "role": role,
        "marker": None,
        "text": text,
        "heading_path": [],
        "lead_in": None,
        "page_first": place[0],
        "page_last": place[1],
        "sentences": [text],
        "commitments": [],
        "others": [{"quote": text, "label": "none", "reason": "not_body"}],
    }


def _record(block: Block, place: tuple[int, int], source: Source) -> dict:
    """The record of one block."""
    record = {
        "role": block.role,
        "marker": block.marker,
        "text": block.text,
        "heading_path": list(block.heading_path),
        "lead_in": block.lead_in,
        "page_first": place[0],
        "page_last": place[1],
        "sentences": [sentence.text for sentence in block.sentences],
        "commitments": [
            _commitment_record(commitment, len(sentence.commitments), source)
            for sentence in block.sentences
            for commitment in sentence.commitments
        ],
        "others": [_other(block, s) for s in block.sentences if not s.commitments],
    }
    if block.role == "heading":
        record["level"] = block.level
    if block.role == "table_row":
        names = (column.lstrip("*") for column in block.columns)
        record["cells"] = dict(zip(names, block.cells, strict=True))
    if block.in_image:
        record["image_only"] = True
    return record


def _commitment_record(commitment: Commitment, n: int, source: Source) -> dict:
    """The fields of the coding manual; ``n`` counts the commitments of the whole sentence."""
    return {
        "quote": commitment.quote,
        "actor": commitment.actor,
        "deadline": commitment.deadline,
        "deadline_from": commitment.deadline_from,
        "deadline_to": commitment.deadline_to,
        "B": commitment.B,
        "P": len(commitment.points),
        "themes": list(commitment.themes),
        "polarity": commitment.polarity,
        "n": n,
        "P_points": "".join(sorted(commitment.points)),
        "restatement": commitment.restatement,
        "binds": list(commitment.binds) or source.header["issuer"].split(),
    }


def _other(block: Block, sentence: Sentence) -> dict:
    """A sentence that holds no commitment, with the reason."""
    if sentence.tag == "pledge":
        return {"quote": sentence.text, "label": "rhetorical_pledge", "reason": None}
    coded = block.role in BODY_ROLES and sentence.tag not in (None, "lead-in")
    return {
        "quote": sentence.text,
        "label": "none",
        "reason": sentence.tag if coded else "not_body",
    }


def commitments_of(source: Source) -> list[Commitment]:
    """All commitments of a source, in reading order."""
    return [c for block in source.blocks for s in block.sentences for c in s.commitments]


def mention_records(source: Source, issuers: dict) -> Iterator[dict]:
    """Every place where body text names another issuer, or a real instrument or group."""
    own = set(source.header["issuer"].split())
    for block in source.blocks:
        if block.role not in BODY_ROLES:
            continue
        for sentence in block.sentences:
            roles = dict(sentence.mentions)
            for code, name in _names_in(sentence.text, issuers, own):
                role = roles.pop(code, "other")
                yield {
                    "document": source.id,
                    "sentence": sentence.text,
                    "name": name,
                    "issuer": code,
                    "role": role,
                }
            if roles:
                raise ValueError(f"{source.id}: {roles} not named in: {sentence.text}")
            for name, role in KNOWN_NAMES.items():
                if name in sentence.text:
                    yield {
                        "document": source.id,
                        "sentence": sentence.text,
                        "name": name,
                        "issuer": None,
                        "role": role,
                    }


def _names_in(text: str, issuers: dict, own: set[str]) -> Iterator[tuple[str, str]]:
    """For each other issuer that a text names, its code and the first name used."""
    for code, issuer in issuers.items():
        if code in own:
            continue
        names: Iterable[str] = [issuer["name"], *issuer["adjectives"], *issuer["aliases"]]
        pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        if match := re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text):
            yield code, match[0]
