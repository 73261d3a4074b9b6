"""What is looked for, and where: the sounds that are wanted and those that are not, as vectors; the words files say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.query import ParsedQuery


@dataclass(frozen=True)
class Sound:
    """A unit vector (dim,) and how to call it; see `engine.query.Clause`."""

    text: str
    vector: np.ndarray
    group: int = 0
    negated: bool = False
    together: bool = False


@dataclass(frozen=True)
class Target:
    """`whole` is all that is wanted as one vector (dim,): of one sound its own.

    said : for file ids the words they say, out of `asked_words`
    part : ids (files,) of those that may answer; None for all
    without : the file that the target was made from
    """

    sounds: tuple[Sound, ...]
    whole: np.ndarray
    said: Mapping[int, tuple[str, ...]]
    asked_words: int = 0
    part: np.ndarray | None = None
    without: int | None = None

    @property
    def wanted(self) -> tuple[Sound, ...]:
        return tuple(sound for sound in self.sounds if not sound.negated)

    @property
    def unwanted(self) -> tuple[Sound, ...]:
        return tuple(sound for sound in self.sounds if sound.negated)

    @property
    def at_once(self) -> list[list[int]]:
        """The wanted sounds, by their positions among them: those that must be heard at the same time in one list."""
        found: list[list[int]] = []
        for position, sound in enumerate(self.wanted):
            if sound.together and found:
                found[-1].append(position)
            else:
                found.append([position])
        return found


def vectors_of(sounds: Sequence[Sound]) -> np.ndarray:
    """(sounds, dim)."""
    return np.stack([sound.vector for sound in sounds])


def sounds_of(query: ParsedQuery, vector_of: Callable[[str], np.ndarray]) -> tuple[Sound, ...]:
    return tuple(
        Sound(clause.text, vector_of(clause.text), clause.group, clause.negated, clause.together)
        for clause in query.clauses
    )


def whole_of(query: ParsedQuery, vector_of: Callable[[str], np.ndarray]) -> np.ndarray:
    """(dim,): of all that should be heard; where nothing should be, what is least like all that should not."""
    if not query.heard:
        total = -np.sum([vector_of(clause.text) for clause in query.unheard], axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)
    return vector_of(query.heard[0].text if len(query.heard) == 1 else query.text)
