"""How a sound compares with what any sound of the library reaches: similarities as deviations, and these as a score.

Cosines of two queries, or of a segment and a clip, cannot be compared. Each is therefore read as z = (similarity -
mean) / deviation over random segments, or over all clips, of the library itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

EVEN_Z = 3.0

# The spread of a small library says little about the sounds it lacks. It counts as if it held so many more that have
# nothing to do with the query: similarities around 0 with this deviation.
PRIOR_SOUNDS = 50
PRIOR_DEVIATION = 0.05


@dataclass(frozen=True)
class Background:
    """What unrelated sounds of a library score for one query.

    usual, spread : the median, and the deviation of what lies below it: unlike `mean` and `deviation` they hardly
        change if the library is full of what is asked for, since that lies above
    """

    mean: float
    deviation: float
    usual: float = 0.0
    spread: float = PRIOR_DEVIATION

    @classmethod
    def of(cls, similarities: np.ndarray) -> Background:
        """From the similarities (sounds,) of any number of sounds, even none."""
        sounds = len(similarities) + PRIOR_SOUNDS
        mean = float(similarities.sum()) / sounds
        squares = float(np.square(similarities).sum()) + PRIOR_SOUNDS * PRIOR_DEVIATION**2
        deviation = math.sqrt(max(squares / sounds - mean**2, 1e-12))
        return cls(mean, deviation, *_lower_half(similarities))

    def z(self, similarities: np.ndarray | float) -> np.ndarray:
        return np.asarray((similarities - self.mean) / self.deviation)

    def z_of_spreads(self, spreads: float) -> float:
        """The z of what lies so many spreads above the usual."""
        return float(self.z(self.usual + spreads * self.spread))


def score_of(z: float) -> float:
    """Evidence in deviations -> 0..1, rising, 0.5 at EVEN_Z."""
    return 1.0 / (1.0 + math.exp(min(EVEN_Z - z, 700.0)))


def _lower_half(similarities: np.ndarray) -> tuple[float, float]:
    """The median and the deviation below it, with the same prior: half of its sounds lie below."""
    if not len(similarities):
        return 0.0, PRIOR_DEVIATION
    usual = float(np.median(similarities)) * len(similarities) / (len(similarities) + PRIOR_SOUNDS)
    below = similarities[similarities <= usual] - usual
    squares = float(np.square(below).sum()) + PRIOR_SOUNDS / 2 * PRIOR_DEVIATION**2
    return usual, math.sqrt(squares / (len(below) + PRIOR_SOUNDS / 2))
