"""Sentences that put sounds in order, and the transforms that turn the order round (fifth paper, section 3.2)."""

from __future__ import annotations

import re

# {0} is heard before {1}, whichever is named first
CONNECTIVES = {
    "then": "{0} then {1}",
    "and then": "{0} and then {1}",
    "comma, and then": "{0}, and then {1}",
    "followed by": "{0} followed by {1}",
    "before": "{0} before {1}",
    "after": "{1} after {0}",
    "after, at the front": "after {0}, {1}",
    "first, then": "first {0}, then {1}",
    "until": "{0} until {1}",
    "starts with, ends with": "starts with {0} and ends with {1}",
}
OF_THREE = (
    "{0}, then {1}, then {2}",
    "{0}, {1}, and then {2}",
    "first {0}, then {1}, finally {2}",
    "{0} followed by {1} and then {2}",
    "{0} before {1}, then {2}",
)
PREPOSITIONS = ("before", "after", "then", "followed by")  # those of PTe (seed W11)
_PREPOSITION = re.compile(
    rf"^(?P<before>.*?)(?P<joint>,?\s+(?:and\s+)?\b(?:{'|'.join(PREPOSITIONS)})\b),?\s+(?P<behind>.*?)\.?$",
    re.IGNORECASE,
)


def word_swapped(sentence: str, one: str, other: str) -> str:
    """Every `one` becomes `other` and the other way round; the clauses stay (seeds W10, W12, W17)."""
    swapped = {one: other, other: one}
    return re.sub(rf"\b(?:{one}|{other})\b", lambda found: swapped[found[0].lower()], sentence, flags=re.I)


def clauses_swapped(sentence: str) -> str:
    """The clauses around the first preposition of PTe change places, the word stays (seeds W11, W17).

    The sentence as it is where there is none, or nothing on one side of it.
    """
    found = _PREPOSITION.match(sentence)
    if not found or not found["before"].strip() or not found["behind"].strip():
        return sentence
    return f"{found['behind']}{found['joint']} {found['before']}"


def names_word(sentence: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", sentence, re.I) is not None
