"""What is looked for, and where: the sounds that are wanted and those that are not, as vectors; the words files say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.query import ParsedQuery


@dataclass(frozen=True)
class Sound:
    """A unit vector (dim,) and how to call it; see `engine.query.Clause`.

    recorded : the vector is that of a recording, at least in part
    beside : it may be heard anywhere and is judged by itself, whatever the order of the others
    """

    text: str
    vector: np.ndarray
    group: int = 0
    negated: bool = False
    together: bool = False
    recorded: bool = False
    beside: bool = False


@dataclass(frozen=True)
class Target:
    """`whole` is all that words want as one vector (dim,): of one sound its own.

    sounds : those that are wanted come first, and of these the ones that are heard beside the others last
    said : for file ids the words they say, out of `asked_words`
    part : ids (files,) of those that may answer; None for all
    without : the files that the target was made from
    right, wrong : files of which a person said so
    """

    sounds: tuple[Sound, ...]
    whole: np.ndarray
    said: Mapping[int, tuple[str, ...]]
    asked_words: int = 0
    part: np.ndarray | None = None
    without: frozenset[int] = frozenset()
    right: frozenset[int] = frozenset()
    wrong: frozenset[int] = frozenset()

    @property
    def wanted(self) -> tuple[Sound, ...]:
        return tuple(sound for sound in self.sounds if not sound.negated)

    @property
    def unwanted(self) -> tuple[Sound, ...]:
        return tuple(sound for sound in self.sounds if sound.negated)

    @property
    def arranged(self) -> tuple[Sound, ...]:
        """The wanted sounds that have their place among each other."""
        return tuple(sound for sound in self.wanted if not sound.beside)

    @property
    def beside(self) -> tuple[Sound, ...]:
        return tuple(sound for sound in self.wanted if sound.beside)

    @property
    def at_once(self) -> list[list[int]]:
        """The arranged sounds, by their positions: those that must be heard at the same time in one list."""
        found: list[list[int]] = []
        for position, sound in enumerate(self.arranged):
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


def like(vectors: Sequence[np.ndarray], names: Sequence[str]) -> Sound:
    """The sound that recordings, each a unit vector (dim,), have in common."""
    total = np.sum(vectors, axis=0)
    vector = unit(total) if np.linalg.norm(total) > 1e-6 else vectors[0]
    return Sound(f"like {' and '.join(names)}", vector, recorded=True)


def opposite_of(vectors: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """(dim,): what is least like all of these unit vectors (dim,)."""
    return unit(-np.sum(vectors, axis=0))


def unit(vector: np.ndarray) -> np.ndarray:
    """(dim,) of length 1; 0 stays what it is."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def whole_of(query: ParsedQuery, vector_of: Callable[[str], np.ndarray]) -> np.ndarray:
    """(dim,): of all that should be heard; where nothing should be, what is least like all that should not."""
    if not query.heard:
        return opposite_of([vector_of(clause.text) for clause in query.unheard])
    return vector_of(query.heard[0].text if len(query.heard) == 1 else query.text)
