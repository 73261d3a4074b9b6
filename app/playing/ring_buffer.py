"""Samples on their way from one thread to another without a lock."""

from __future__ import annotations

import numpy as np


class RingBuffer:
    """(frames, channels) float32, first in, first out: one thread puts, another takes, neither ever waits.

    written, taken : frames so far; each is changed by one side alone, after the samples are in place
    """

    def __init__(self, frames: int, channels: int) -> None:
        self._samples = np.zeros((frames, channels), np.float32)
        self.written = 0
        self.taken = 0

    def put(self, block: np.ndarray) -> int:
        """Store as much of (frames, channels) as there is room for; returns how many frames."""
        capacity = len(self._samples)
        frames = min(len(block), capacity - (self.written - self.taken))
        start = self.written % capacity
        first = min(frames, capacity - start)
        self._samples[start : start + first] = block[:first]
        self._samples[: frames - first] = block[first:frames]
        self.written += frames
        return frames

    def take(self, out: np.ndarray) -> int:
        """Fill `out` from its beginning as far as there is sound, the rest with silence; returns how many frames."""
        capacity = len(self._samples)
        frames = min(len(out), self.written - self.taken)
        start = self.taken % capacity
        first = min(frames, capacity - start)
        out[:first] = self._samples[start : start + first]
        out[first:frames] = self._samples[: frames - first]
        out[frames:] = 0.0
        self.taken += frames
        return frames
