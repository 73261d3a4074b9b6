"""Segment-based metrics of sound event detection (seed M7; Mesaros et al. 2016, "Metrics for polyphonic sound event
detection", and the package sed_eval): sounds are cut into segments, in each of which an event is active or not.

    active     in every segment that the event touches: from the floor of its onset to the ceiling of its offset
    micro      what is found, missed and made up is counted over all segments of all sounds and classes
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.manifest import Event

SEGMENT_S = 1.0
_LEAST_S = 1e-6  # what sums of floats are off by must not make an event touch one more segment


@dataclass(frozen=True)
class Counts:
    """Segments of each sound, (sounds,): active and found, found and not active, active and not found."""

    found: np.ndarray
    made_up: np.ndarray
    missed: np.ndarray

    def f1(self, counts: np.ndarray | None = None) -> float | None:
        return _share(2 * self.found, 2 * self.found + self.made_up + self.missed, counts)

    def precision(self, counts: np.ndarray | None = None) -> float | None:
        return _share(self.found, self.found + self.made_up, counts)

    def recall(self, counts: np.ndarray | None = None) -> float | None:
        return _share(self.found, self.found + self.missed, counts)


def _share(part: np.ndarray, whole: np.ndarray, counts: np.ndarray | None) -> float | None:
    """counts : (sounds,), how often each counts. None if there is nothing to share."""
    counts = np.ones(len(part)) if counts is None else counts
    of = float(counts @ whole)
    return float(counts @ part) / of if of else None


def roll(events: Sequence[Event], labels: Sequence[str], seconds: float) -> np.ndarray:
    """(segments, labels) bool: the activity of events in a sound of this length. What lies behind its end is left out.

    Raises ValueError for a label that is not among them.
    """
    active = np.zeros((segments_in(seconds), len(labels)), dtype=bool)
    for event in events:
        first = math.floor((event.onset_s + _LEAST_S) / SEGMENT_S)
        behind = math.ceil((event.offset_s - _LEAST_S) / SEGMENT_S)
        active[first:behind, labels.index(event.label)] = True
    return active


def segments_in(seconds: float) -> int:
    return max(1, math.ceil((seconds - _LEAST_S) / SEGMENT_S))


def counted(true: Sequence[np.ndarray], detected: Sequence[np.ndarray]) -> Counts:
    """Rolls (segments, labels) of each sound."""
    pairs = list(zip(true, detected, strict=True))
    return Counts(
        np.array([(is_true & found).sum() for is_true, found in pairs], dtype=float),
        np.array([(~is_true & found).sum() for is_true, found in pairs], dtype=float),
        np.array([(is_true & ~found).sum() for is_true, found in pairs], dtype=float),
    )
