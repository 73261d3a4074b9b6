"""Small outlines of sounds, for rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.peaks import Peaks

if TYPE_CHECKING:
    from engine.library import Library

POINTS = 256


def outlines(library: Library, file_ids: Sequence[int]) -> dict[int, np.ndarray | None]:
    """Of each file (points, 2) int8, at most 256 points: lowest and highest; None where nothing usable is stored."""
    return {file_id: _outline(library.peaks_of(file_id)) for file_id in file_ids}


def _outline(stored: bytes | None) -> np.ndarray | None:
    try:
        level = Peaks.from_bytes(stored).level_for(POINTS) if stored else None
    except ValueError:
        return None
    return None if level is None else reduced(level, POINTS)


def reduced(level: np.ndarray, points: int) -> np.ndarray:
    """(any, 2) int8 as at most `points` of them: no peak is lost."""
    if len(level) <= points:
        return level
    starts = np.arange(points) * len(level) // points
    return np.stack([np.minimum.reduceat(level[:, 0], starts), np.maximum.reduceat(level[:, 1], starts)], axis=1)
