"""What a person asks of the library at one time, as plain values that another process can be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from engine.hits import Strictness
from engine.library_rows import EVERYTHING, Scope
from engine.query import EmptyQuery, ParsedQuery, parse

CACHED_SENTENCES = 64


@dataclass(frozen=True)
class Example:
    """A sound to hear for oneself: a file, or its part from `start_s` to `end_s` (None: its end)."""

    path: Path
    start_s: float = 0.0
    end_s: float | None = None


@dataclass(frozen=True)
class Question:
    """A sentence, sounds, both, or neither: then everything in the scope is listed.

    examples : what is looked for sounds like them, and as the sentence says
    liked, disliked : answers to this question that were right or wrong, which refine it
    """

    text: str = ""
    scope: Scope = EVERYTHING
    examples: tuple[Example, ...] = ()
    liked: tuple[Example, ...] = ()
    disliked: tuple[Example, ...] = ()
    strictness: Strictness = "normal"

    @property
    def parsed(self) -> ParsedQuery:
        """The sentence as it is understood; without any part if it says nothing."""
        return _understood(self.text)

    @property
    def part(self) -> Scope:
        """The scope without files that do not fulfil the sentence's filters or do not say its quoted words."""
        return self.part_for(self.parsed)

    def part_for(self, query: ParsedQuery) -> Scope:
        """The same for the sentence as something else understands it."""
        return replace(
            self.scope,
            filters=(*self.scope.filters, *query.filters),
            says=(*self.scope.says, *query.literal),
        )

    @property
    def words(self) -> str:
        """What files are asked to say."""
        return self.parsed.words

    @property
    def is_browsing(self) -> bool:
        """Whether nothing is listened for."""
        return not (self.examples or self.liked or self.disliked or self.parsed.clauses)


@lru_cache(CACHED_SENTENCES)
def _understood(text: str) -> ParsedQuery:
    """Remembered, since every part of the program that is asked something understands the same sentence."""
    try:
        return parse(text)
    except EmptyQuery:
        return ParsedQuery(())
