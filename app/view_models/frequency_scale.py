"""Which frequency lies at which height of a spectrogram: written once, for the picture and for its axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

ScaleKind = Literal["log", "mel"]

LOWEST_HZ = 40.0
_LOG_TICKS_HZ = tuple(digit * 10.0**power for power in range(1, 6) for digit in (1, 2, 5))


@dataclass(frozen=True)
class FrequencyScale:
    """Heights are 0 for the lowest frequency and 1 for the highest.

    The mel scale is 2595 log10(1 + f / 700) (The HTK Book, section 5.4).
    """

    kind: ScaleKind
    min_hz: float
    max_hz: float

    @classmethod
    def of_sound(cls, kind: ScaleKind, sample_rate_hz: int) -> FrequencyScale:
        """All that a sound of this rate can hold."""
        return cls(kind, LOWEST_HZ if kind == "log" else 0.0, sample_rate_hz / 2)

    def height(self, hz: np.ndarray | float) -> np.ndarray:
        low, high = self._warped(self.min_hz), self._warped(self.max_hz)
        return np.asarray((self._warped(hz) - low) / (high - low))

    def hz(self, height: np.ndarray | float) -> np.ndarray:
        """The inverse of `height`."""
        low, high = self._warped(self.min_hz), self._warped(self.max_hz)
        warped = low + np.asarray(height) * (high - low)
        return np.asarray(np.exp(warped) if self.kind == "log" else 700.0 * (10.0 ** (warped / 2595.0) - 1.0))

    def edges_hz(self, rows: int) -> np.ndarray:
        """The (rows + 1,) borders of so many rows of equal height, from the lowest frequency up."""
        return self.hz(np.linspace(0.0, 1.0, rows + 1))

    def _warped(self, hz: np.ndarray | float) -> np.ndarray:
        hz = np.asarray(hz, np.float64)
        return np.asarray(np.log(hz) if self.kind == "log" else 2595.0 * np.log10(1.0 + hz / 700.0))


def frequency_ticks(scale: FrequencyScale, height_px: float, least_gap_px: float) -> list[tuple[float, str]]:
    """Round frequencies with their labels, at least so many pixels apart; powers of ten come first."""
    taken: list[tuple[float, str]] = []
    heights: list[float] = []
    for hz in sorted(_LOG_TICKS_HZ, key=lambda hz: (not np.log10(hz).is_integer(), hz)):
        height = float(scale.height(hz)) * height_px
        is_inside = least_gap_px / 2 <= height <= height_px - least_gap_px / 2
        if is_inside and all(abs(height - other) >= least_gap_px for other in heights):
            taken.append((hz, f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}"))
            heights.append(height)
    return sorted(taken)
