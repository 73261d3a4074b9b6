"""The spectrogram of a sound of any length, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

SAMPLE_RATE_HZ = 44_100
FRAME_SAMPLES = 1764  # 40 ms
HOP_SAMPLES = FRAME_SAMPLES // 4
MOST_COLUMNS = 1000


class LongSpectrogram:
    """Between one and two times MOST_COLUMNS of a long sound: whenever there are more, each two become their mean."""

    def __init__(self, blocks: Iterable[np.ndarray], start_s: float) -> None:
        """blocks : (samples,) each, at SAMPLE_RATE_HZ, one after the other, from `start_s` of a file on"""
        self.start_s = start_s
        self._samples = 0
        self._hops = 1  # in a column
        self._columns = np.empty((0, FRAME_SAMPLES // 2 + 1), np.float32)  # (columns, bins): powers
        self._waiting = self._columns  # (hops, bins), fewer than a column has
        margin = np.zeros(FRAME_SAMPLES // 2, np.float32)  # the first frame lies about the start
        rest = margin
        for block in blocks:
            self._samples += len(block)
            rest = self._heard(np.concatenate([rest, block]))
        self._heard(np.concatenate([rest, margin]))

    @property
    def end_s(self) -> float:
        return self.start_s + self._samples / SAMPLE_RATE_HZ

    @property
    def levels_db(self) -> np.ndarray:
        """(bins, columns)"""
        return np.asarray(10 * np.log10(self._columns.T + 1e-18))

    @property
    def edges_s(self) -> np.ndarray:
        """(columns + 1,)"""
        hops = np.arange(len(self._columns) + 1) * self._hops - 0.5
        return np.asarray(self.start_s + hops * HOP_SAMPLES / SAMPLE_RATE_HZ)

    @property
    def edges_hz(self) -> np.ndarray:
        """(bins + 1,)"""
        return np.asarray((np.arange(self._columns.shape[1] + 1) - 0.5) * SAMPLE_RATE_HZ / FRAME_SAMPLES)

    def _heard(self, samples: np.ndarray) -> np.ndarray:
        """Returns what the next frames begin with."""
        if len(samples) < FRAME_SAMPLES:
            return samples
        frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_SAMPLES)[::HOP_SAMPLES]
        powers = np.square(np.abs(np.fft.rfft(frames * np.hanning(FRAME_SAMPLES)))).astype(np.float32)
        self._waiting = np.concatenate([self._waiting, powers])
        whole = len(self._waiting) - len(self._waiting) % self._hops
        self._columns = np.concatenate([self._columns, _means(self._waiting[:whole], self._hops)])
        self._waiting = self._waiting[whole:]
        while len(self._columns) >= 2 * MOST_COLUMNS:
            self._halve()
        return samples[len(frames) * HOP_SAMPLES :].copy()  # a view would keep all of them alive

    def _halve(self) -> None:
        even = len(self._columns) - len(self._columns) % 2
        odd = np.repeat(self._columns[even:], self._hops, axis=0)
        self._waiting = np.concatenate([odd, self._waiting])
        self._columns = _means(self._columns[:even], 2)
        self._hops *= 2


def _means(rows: np.ndarray, each: int) -> np.ndarray:
    """(rows, bins) -> (rows / each, bins)."""
    return np.asarray(rows.reshape(-1, each, rows.shape[1]).mean(axis=1))
