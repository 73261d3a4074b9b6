"""Loud sounds made as quiet as the others: a gain that only ever lowers.

The measure is momentary loudness as ITU-R BS.1770 defines it, K-weighted power over 0.4 s, since it is known as soon as
0.4 s are decoded; the loudness of a whole programme would be known only after reading the whole file. The loudest 0.4 s
so far sets the gain, so it neither pumps nor rises. For sound effects that is also the fairer figure: one door slam in
a minute of silence is as loud as the slam.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

TARGET_LUFS = -23.0
BLOCK_S = 0.05
_BLOCKS_MEASURED = 8  # 0.4 s


class LevelMatching:
    """The gain of one sound; it remembers the loudest part that was played, also of an earlier passage."""

    def __init__(self) -> None:
        self.gain = 1.0

    def applied(self, blocks: Iterable[np.ndarray], rate_hz: int) -> Iterator[np.ndarray]:
        """Blocks of (frames, channels) float32 and BLOCK_S each, lowered; reads 0.4 s ahead."""
        ahead: deque[tuple[np.ndarray, float]] = deque()
        gain_before: float | None = None
        for block in blocks:
            ahead.append((block, k_weighted_energy(block, rate_hz)))
            if len(ahead) == _BLOCKS_MEASURED:
                yield self._lower(ahead, rate_hz, gain_before)
                gain_before = self.gain
        while ahead:
            yield self._lower(ahead, rate_hz, gain_before)
            gain_before = self.gain

    def _lower(self, ahead: deque[tuple[np.ndarray, float]], rate_hz: int, gain_before: float | None) -> np.ndarray:
        energy = sum(energy for _, energy in ahead)
        loudness = loudness_lufs(energy / (_BLOCKS_MEASURED * BLOCK_S * rate_hz))
        self.gain = min(self.gain, 10 ** ((TARGET_LUFS - loudness) / 20))
        block, _ = ahead.popleft()
        start = self.gain if gain_before is None else gain_before
        if start == self.gain == 1.0:
            return block
        return block * np.linspace(start, self.gain, len(block), dtype=np.float32)[:, None]


def loudness_lufs(power: float) -> float:
    """Loudness of a K-weighted mean square, summed over channels; -inf for silence."""
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def k_weighted_energy(block: np.ndarray, rate_hz: int) -> float:
    """Sum of squares of (frames, channels) float32 after BS.1770's K-weighting, computed in the spectrum."""
    spectrum = np.fft.rfft(block, axis=0)
    powers = (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
    # Parseval; the spectrum of real samples holds each frequency but the first (weighted 0) once instead of twice
    return float(2.0 / len(block) * (powers @ _k_weights(len(block), rate_hz)))


@lru_cache(maxsize=8)
def _k_weights(frames: int, rate_hz: int) -> np.ndarray:
    """BS.1770's two filters as a power gain for each frequency: a shelf of +4 dB for the head, a high-pass at 38 Hz."""
    hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    s = 1j * hz / 1681.974450955533
    high = 10 ** (3.999843853973347 / 20)
    damping = 1 / 0.7071752369554196
    shelf = (high * s**2 + high**0.4996667741545416 * damping * s + 1) / (s**2 + damping * s + 1)
    s = 1j * hz / 38.13547087602444
    high_pass = s**2 / (s**2 + s / 0.5003270373238773 + 1)
    weights: np.ndarray = np.abs(shelf * high_pass) ** 2
    return weights
