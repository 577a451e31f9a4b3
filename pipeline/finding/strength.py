"""Bindingness (1 to 4) and precision (0 to 5) of a commitment, with the cue that decided each.

Two axes that are never mixed, as the coding manual sets them out.
"""

from __future__ import annotations

import re

from ..records import Slot
from . import cues

_QUANTITY = re.compile(
    r"(?:[$\u20ac\u00a3\u00a5]\s?\d|\b(?:USD|EUR|GBP|JPY|CAD|AUD)\s?\d|\b\d[\d.,]*\s?(?:%|per ?cent|million|billion|trillion)|"
    r"\b\d{1,3}(?:[ ,]\d{3})+\b|\b(?:at least|up to|minimum of|more than) \d+)",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$\u20ac\u00a3\u00a5]\s?\d|\b(?:million|billion) (?:euros?|dollars?|pounds?|yen)\b", re.IGNORECASE
)
_NAMED_BODY = re.compile(r"\b(?:[A-Z]{2,}[\w-]*|[A-Z][a-z]+(?: (?:of|for|and|the|on|[A-Z][\w-]+))*)\b")
_UNNAMED = re.compile(
    r"^(?:we|it|they|the government|government|the issuer|the state|our|this strategy|the strategy)\b", re.IGNORECASE
)
_NAMED_OBJECT = re.compile(
    r"(?<!^)\b(?:[A-Z][a-z]+ (?:[A-Z][a-z]+|of|on|for|and) ?)+[A-Z]?[a-z]*\b|\b[A-Z]{3,}\b|"
    r"\b(?:strategy|action plan|act|law|bill|convention|centre|center|agency|council|cert|csirt|isac|exercise|framework|"
    r"programme|program|platform|standard|certification|register|guidelines?|curriculum|fund|campaign|taskforce|task force|"
    r"working group|committee|unit|laborator(?:y|ies)|network|portal|hotline|academy|scholarships?)\b"
)


def bindingness(quote: str, lead_in: str, slots: list[Slot]) -> tuple[int, str]:
    """Return the scale point of bindingness, and the words that decided it."""
    modality = next((slot.text.lower() for slot in slots if slot.name == "modality"), "")
    action = next((slot.text.lower() for slot in slots if slot.name == "action"), "")
    both = f"{lead_in} {quote}"
    if match := cues.DECIDING.search(both):
        return 4, match[0]
    if modality == "shall":
        return 4, "shall"
    if _MONEY.search(quote):
        return 4, _MONEY.search(quote)[0]  # type: ignore[index]  # it was just found
    if match := cues.REMAINING.search(both):
        return 2, match[0]
    if match := cues.ASPIRING.search(both):
        return 1, match[0]
    first = action.split()[0] if action else ""
    if first in cues.WEAK_VERBS:
        return 1, f"{modality} {action}".strip()
    if first in cues.SUPPORTING_VERBS or first.rstrip("ing") in cues.SUPPORTING_VERBS:
        return 2, f"{modality} {action}".strip()
    return 3, f"{modality} {action}".strip()


def precision(quote: str, slots: list[Slot]) -> tuple[int, tuple[str, ...]]:
    """Return the points of precision, and the words behind each point."""
    by_name = {slot.name: slot for slot in slots}
    found: list[str] = []
    actor = by_name.get("actor")
    if actor and actor.source != "inferred" and not _UNNAMED.match(actor.text) and _NAMED_BODY.search(actor.text):
        found.append(f"body: {actor.text}")
    action = by_name.get("action")
    verb = action.text.split()[0].lower() if action else ""
    if verb and _stem(verb) in {_stem(word) for word in cues.ACTS - cues.NOT_CONCRETE}:
        found.append(f"act: {verb}")
    target = by_name.get("object")
    if target and (match := _NAMED_OBJECT.search(target.text)):
        found.append(f"object: {match[0].strip()}")
    if match := _QUANTITY.search(quote):
        found.append(f"quantity: {match[0]}")
    if "deadline" in by_name:
        found.append(f"date: {by_name['deadline'].text}")
    return len(found), tuple(found)


def _stem(word: str) -> str:
    """Return a verb without its ending, so that "establish", "establishing", "established" are one."""
    return re.sub(r"(?:e|es|ed|ing|ment|tion)$", "", word)
