"""How loud what comes in is, as a meter shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

QUIETEST_DB = -60.0
CLIPPED_DB = -0.1  # what reaches full scale was louder, nobody knows how much
_HOLD_S = 1.0
_FALL_DB_PER_S = 20.0


@dataclass(frozen=True)
class Level:
    """Of a moment, in dBFS from QUIETEST_DB to 0; a full-scale sine has an RMS of -3."""

    peak_db: float = QUIETEST_DB
    rms_db: float = QUIETEST_DB

    @property
    def is_clipped(self) -> bool:
        return self.peak_db >= CLIPPED_DB


def level_of(samples: np.ndarray) -> Level:
    """Of (samples,) float32, the RMS around their mean; what is not finite counts as silence."""
    sound = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    if not sound.size:
        return Level()
    peak = float(np.abs(sound).max())
    return Level(_decibels(peak), _decibels(float(sound.std(dtype=np.float64))))


def _decibels(amplitude: float) -> float:
    return min(0.0, max(QUIETEST_DB, 20.0 * math.log10(amplitude))) if amplitude > 0.0 else QUIETEST_DB


class HeldPeak:
    """The loudest of late: stays for a second, then falls."""

    def __init__(self) -> None:
        self.db = QUIETEST_DB
        self._reached_s = self._seen_s = 0.0

    def take(self, peak_db: float, now_s: float) -> None:
        falling_s = max(0.0, now_s - max(self._seen_s, self._reached_s + _HOLD_S))
        self.db = max(QUIETEST_DB, self.db - _FALL_DB_PER_S * falling_s)
        self._seen_s = now_s
        if peak_db >= self.db:
            self.db, self._reached_s = peak_db, now_s
