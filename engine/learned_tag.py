"""What a personal tag learned and found, as plain values that may cross from one process to another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundSound:
    """A file that may be of the tag's kind; `score` in 0..1, and where it is heard best."""

    file_id: int
    score: float
    start_s: float
    end_s: float


@dataclass(frozen=True)
class LearnedTag:
    """How well a tag does, and what it suggests, the clearest first: no example, no rejected file, none that has it.

    method : "name" without any example, "cache" with a few, "head" with more
    found, likes : of so many examples so many are found when each in turn is left out
    mistaken, unlikes : of so many that are not meant so many are taken all the same, left out in the same way
    """

    name: str
    method: str
    found: int
    likes: int
    mistaken: int
    unlikes: int
    suggestions: tuple[FoundSound, ...]
