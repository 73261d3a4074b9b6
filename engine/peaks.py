"""The outline of a sound for drawing: lowest and highest sample of each stretch, at several zooms."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

FINEST_SAMPLES_PER_POINT = 256
ZOOM_STEP = 4
COARSEST_POINTS = 1024
MOST_POINTS = 2**18  # half a megabyte: about 23 minutes at 48 kHz; longer sounds get coarser points

_HEADER = struct.Struct("<4sIQII")  # mark, sample rate, samples, samples per point, points
_MARK = b"EPK1"


@dataclass(frozen=True, eq=False)
class Peaks:
    """Outlines of one sound, fine to coarse.

    samples : length of the sound; a point of levels[i] covers samples_per_point * ZOOM_STEP**i of them, the last fewer
    levels : arrays (points, 2) int8: lowest and highest sample, 127 is full scale, rounded outwards
    """

    sample_rate_hz: int
    samples: int
    samples_per_point: int
    levels: tuple[np.ndarray, ...]

    def level_for(self, points: int) -> np.ndarray:
        """The coarsest outline of at least so many points, else the finest: (points, 2) int8."""
        enough = [level for level in self.levels if len(level) >= points]
        return enough[-1] if enough else self.levels[0]

    def to_bytes(self) -> bytes:
        """The finest level alone: the others follow from it."""
        finest = self.levels[0]
        header = _HEADER.pack(_MARK, self.sample_rate_hz, self.samples, self.samples_per_point, len(finest))
        return header + finest.tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Peaks:
        """Raises ValueError for anything but what `to_bytes` made."""
        if len(stored) < _HEADER.size:
            raise ValueError("stored peaks are shorter than their header")
        mark, sample_rate_hz, samples, samples_per_point, points = _HEADER.unpack_from(stored)
        if mark != _MARK or len(stored) != _HEADER.size + 2 * points:
            raise ValueError(f"stored peaks are damaged: mark {mark!r}, {len(stored)} bytes for {points} points")
        finest = np.frombuffer(stored, np.int8, offset=_HEADER.size).reshape(points, 2)
        return cls(sample_rate_hz, samples, samples_per_point, _levels(finest))


class PeaksBuilder:
    """Makes Peaks of a mono sound that comes in blocks of any size, keeping two bytes for every 256 samples."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._samples = 0
        self._points: list[np.ndarray] = []
        self._rest = np.empty(0, np.float32)  # too few samples for a point yet

    def feed(self, mono: np.ndarray) -> None:
        """Take (samples,) float32; full scale is ±1."""
        self._samples += len(mono)
        ready = np.concatenate([self._rest, mono])
        whole = len(ready) - len(ready) % FINEST_SAMPLES_PER_POINT
        self._points.append(_outline(ready[:whole].reshape(-1, FINEST_SAMPLES_PER_POINT)))
        self._rest = ready[whole:].copy()

    def finish(self) -> Peaks:
        last = [_outline(self._rest[None])] if len(self._rest) else []
        finest = np.concatenate([np.empty((0, 2), np.int8), *self._points, *last])
        samples_per_point = FINEST_SAMPLES_PER_POINT
        while len(finest) > MOST_POINTS:
            finest, samples_per_point = _merged(finest), samples_per_point * ZOOM_STEP
        return Peaks(self._sample_rate_hz, self._samples, samples_per_point, _levels(finest))


def _outline(stretches: np.ndarray) -> np.ndarray:
    """Lowest and highest of each row of (points, samples), as (points, 2) int8, rounded outwards: no peak is lost."""
    lowest, highest = stretches.min(axis=1), stretches.max(axis=1)
    outline = np.stack([np.floor(lowest * 127), np.ceil(highest * 127)], axis=1)
    np.clip(outline, -127, 127, out=outline)
    return outline.astype(np.int8)


def _levels(finest: np.ndarray) -> tuple[np.ndarray, ...]:
    levels = [finest]
    while len(levels[-1]) > COARSEST_POINTS:
        levels.append(_merged(levels[-1]))
    return tuple(levels)


def _merged(level: np.ndarray) -> np.ndarray:
    """Every ZOOM_STEP points as one; the last may stand for fewer."""
    starts = np.arange(0, len(level), ZOOM_STEP)
    lowest, highest = np.minimum.reduceat(level[:, 0], starts), np.maximum.reduceat(level[:, 1], starts)
    return np.stack([lowest, highest], axis=1)
