"""Bindingness (1 to 4) and precision (0 to 5) of a commitment, with the cue that decided each.

Two axes that are never mixed, as the coding manual sets them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ..records import Slot
from . import cues
from .slots import MONEY

_QUANTITY = re.compile(
    r"(?:[$\u20ac\u00a3\u00a5]\s?\d|\b(?:USD|EUR|GBP|JPY|CAD|AUD)\s?\d|\b\d[\d.,]*\s?(?:%|per ?cent|million|billion|trillion)|"
    r"\b\d{1,3}(?:[ ,]\d{3})+\b|\b(?:at least|up to|minimum of|more than) \d+)",
    re.IGNORECASE,
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


def bindingness(quote: str, lead_in: str, slots: list[Slot], predicted: Sequence[float]) -> tuple[int, str]:
    """Return the scale point of bindingness, and the words that decided it.

    Args:
        predicted: the model's probabilities of the points 1 to 4.
    """
    found = cues_of(quote, lead_in, slots)
    if 4 not in found and 1 in found and _text(slots, "action").lower() in ("consider", "explore"):
        return 1, found[1]  # the manual's own words leave no doubt
    likeliest = max(range(4), key=lambda place: predicted[place]) + 1
    if likeliest in found:
        return likeliest, found[likeliest]
    modality, action = _text(slots, "modality"), _text(slots, "action")
    return likeliest, f"{modality} {action}".strip()


def cues_of(quote: str, lead_in: str, slots: list[Slot]) -> dict[int, str]:
    """Return for each point of bindingness the words that point to it."""
    both = f"{lead_in} {quote}"
    modality, action = _text(slots, "modality"), _text(slots, "action")
    first = action.lower().split()[0] if action else ""
    said = f"{modality} {action}".strip()
    found: dict[int, str] = {}
    if match := cues.DECIDING.search(both) or MONEY.search(quote):
        found[4] = match[0]
    elif modality.lower() in ("shall", "must"):
        found[4] = modality
    if match := cues.ASPIRING.search(both):
        found[1] = match[0]
    elif first in cues.WEAK_VERBS:
        found[1] = said
    if match := cues.REMAINING.search(both):
        found[2] = match[0]
    elif first in cues.SUPPORTING_VERBS or first.removesuffix("ing") in cues.SUPPORTING_VERBS:
        found[2] = said
    found.setdefault(3, said)
    return found


def precision(quote: str, slots: list[Slot], predicted: Mapping[str, float]) -> tuple[int, tuple[str, ...]]:
    """Return the points of precision, and the words behind each.

    A point is earned when the model thinks so and words can be shown for it, or when the words leave
    no doubt: an amount, a date.

    Args:
        predicted: the model's probability of each point, by name.
    """
    shown = dict(_words_behind(quote, slots))
    earned = [name for name in shown if name in _PLAIN or predicted.get(name, 1.0) >= _LIKELY]
    return len(earned), tuple(f"{name}: {shown[name]}" for name in earned)


_PLAIN = frozenset({"quantity", "date"})
_LIKELY = 0.5


def _words_behind(quote: str, slots: list[Slot]) -> Iterator[tuple[str, str]]:
    """Yield (point, words) of every point of precision for which the text has words."""
    by_name = {slot.name: slot for slot in slots}
    actor = by_name.get("actor")
    if actor and actor.source != "inferred" and not _UNNAMED.match(actor.text) and _NAMED_BODY.search(actor.text):
        yield "body", actor.text
    action = by_name.get("action")
    if action:
        yield "act", action.text
    target = by_name.get("object")
    if target:
        match = _NAMED_OBJECT.search(target.text)
        yield "object", match[0].strip() if match else target.text
    if "money" in by_name or "quantity" in by_name:
        yield "quantity", (by_name.get("money") or by_name["quantity"]).text
    elif match := _QUANTITY.search(quote):
        yield "quantity", match[0]
    if "deadline" in by_name:
        yield "date", by_name["deadline"].text


def _text(slots: list[Slot], name: str) -> str:
    return next((slot.text for slot in slots if slot.name == name), "")
