"""Spectrograms for drawing: how loud each frequency is in each short stretch of a sound, as a picture in decibels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from app.view_models.frequency_scale import FrequencyScale

ROWS = 256
SILENT_DB = -127.5
_DB_PER_STEP = 0.5
_LONGEST_WINDOW_S, _SHORTEST_WINDOW_S = 0.085, 0.006
_COLUMNS_PER_WINDOW = 8
_PADDING = 2  # a tone between two bins is then shown at most 0.4 dB too low
_FRAMES_AT_ONCE = 64  # what fits into a cache; also, other threads get a turn in between


def window_samples(column_s: float, sample_rate_hz: int) -> int:
    """How many samples are looked at at once: many where columns are long, for fine frequencies; few where they are
    short, for fine moments. A power of two."""
    wanted_s = min(_LONGEST_WINDOW_S, max(_SHORTEST_WINDOW_S, _COLUMNS_PER_WINDOW * column_s))
    return int(2 ** round(np.log2(wanted_s * sample_rate_hz)))


def levels(frames: np.ndarray, sample_rate_hz: int, scale: FrequencyScale) -> np.ndarray:
    """What a picture shows of stretches of sound: (stretches, windows, samples) float32 to (ROWS, stretches) uint8.

    Row 0 is the highest frequency. A value is 0.5 dB: 255 is a sine at full scale (a Hann window, one-sided), 0 is
    127.5 dB below it, or less. Of the windows of one stretch the loudest counts, row for row, so that no event is lost
    however short it is; so does the loudest frequency in a row.
    """
    stretches, windows, samples = frames.shape
    window = _hann(samples)
    rows = _Rows.of(scale, sample_rate_hz, samples * _PADDING)
    picture = np.empty((ROWS, stretches), np.uint8)
    step = max(1, _FRAMES_AT_ONCE // windows)
    for start in range(0, stretches, step):
        spectrum = np.fft.rfft(frames[start : start + step] * window, samples * _PADDING)
        power = (spectrum.real**2 + spectrum.imag**2).max(axis=1)
        picture[:, start : start + step] = _steps(rows.of_power(power)).T[::-1]
    return picture


def decibels(level: int | np.ndarray) -> np.ndarray:
    """What a value of a picture means."""
    return np.asarray((np.asarray(level, np.float64) - 255) * _DB_PER_STEP)


def _steps(power: np.ndarray) -> np.ndarray:
    decibel = 10 * np.log10(np.maximum(power, 1e-20))
    steps: np.ndarray = np.clip(np.rint(255 + decibel / _DB_PER_STEP), 0, 255).astype(np.uint8)
    return steps


@lru_cache(maxsize=16)
def _hann(samples: int) -> np.ndarray:
    """Scaled so that a sine at full scale has a peak of power 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(samples) / samples)
    scaled: np.ndarray = (window * 2 / window.sum()).astype(np.float32)
    return scaled


class _Rows:
    """Which bins of a spectrum belong to which row: the loudest of them, or where rows lie closer than bins, what
    lies between the two nearest."""

    def __init__(self, scale: FrequencyScale, sample_rate_hz: int, fft_samples: int) -> None:
        bin_hz = sample_rate_hz / fft_samples
        last = fft_samples // 2
        edges = scale.edges_hz(ROWS) / bin_hz
        centres = scale.hz((np.arange(ROWS) + 0.5) / ROWS) / bin_hz
        firsts = np.clip(np.ceil(edges).astype(int), 0, last)
        self._firsts = firsts[:-1]
        self._is_wide = np.diff(firsts) > 0
        self._end = min(int(firsts[-1]) + 1, last + 1)
        self._below = np.clip(np.floor(centres).astype(int), 0, last - 1)
        self._part = (centres - self._below).astype(np.float32)

    @staticmethod
    @lru_cache(maxsize=16)
    def of(scale: FrequencyScale, sample_rate_hz: int, fft_samples: int) -> _Rows:
        return _Rows(scale, sample_rate_hz, fft_samples)

    def of_power(self, power: np.ndarray) -> np.ndarray:
        """(spectra, bins) to (spectra, ROWS)."""
        loudest = np.maximum.reduceat(power[:, : self._end], self._firsts, axis=1)
        between = power[:, self._below] * (1 - self._part) + power[:, self._below + 1] * self._part
        return np.asarray(np.where(self._is_wide, loudest, between))
