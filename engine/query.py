"""What was asked: a sentence as clauses, each one sound event, in the order in which they should be heard."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from engine.errors import EngineError

MAX_CHARACTERS = 1000  # far beyond what a text encoder reads; a pasted book must not slow the search


class EmptyQuery(EngineError):
    """Nothing was asked."""


@dataclass(frozen=True)
class Clause:
    """One sound event. Clauses of the same group sound together, a higher group sounds later."""

    text: str
    negated: bool = False
    group: int = 0


@dataclass(frozen=True)
class ParsedQuery:
    """`text` is the whole sentence as it is searched; `clauses` are its sound events, at least one."""

    text: str
    clauses: tuple[Clause, ...]


def parse(sentence: str) -> ParsedQuery:
    """Understand a sentence: for now it is a single clause, whatever it says.

    Raises EmptyQuery if it holds no letter, digit or other visible sign.
    """
    text = clean(sentence)
    if not text:
        raise EmptyQuery('Nothing was asked: say what you hear, for instance "dog barking".')
    return ParsedQuery(text, (Clause(text),))


def clean(sentence: str) -> str:
    """One line of composed text (NFC): control signs become spaces, runs of spaces one, and the length is limited."""
    visible = "".join(_visible(character) for character in sentence[: 4 * MAX_CHARACTERS])
    return " ".join(unicodedata.normalize("NFC", visible).split())[:MAX_CHARACTERS].strip()


def _visible(character: str) -> str:
    # Cc: control (NUL, newline); Cs: halves of surrogate pairs, from arguments that are not UTF-8;
    # Cf: format (bidirectional overrides, zero width); none of them can be heard, and tokenizers and FTS5 refuse some
    category = unicodedata.category(character)
    if category == "Cc":
        return " "
    return "" if category in {"Cs", "Cf"} else character
