"""Sound at another rate and speed, as a tape would play it: the pitch follows."""

from __future__ import annotations

import numpy as np
import soxr

SLOWEST = 0.25
FASTEST = 2.0


class Varispeed:
    """Band-limited change of rate (soxr HQ) in a stream whose speed may change from block to block without a click.

    Samples pass unchanged while rate and speed leave nothing to do.

    position : where in the output, in frames, the next block fed will begin
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        self._from_hz = from_hz
        self._to_hz = to_hz
        self._channels = channels
        self._speed = 0.0
        self._stream: soxr.ResampleStream | None = None
        self._last = np.empty((0, channels), np.float32)
        self._given = 0
        self._to_skip = 0
        self.position = 0.0

    def feed(self, block: np.ndarray, speed: float) -> np.ndarray:
        """Take (frames, channels) float32 to be played `speed` times as fast; returns what is ready, maybe nothing."""
        parts = [] if speed == self._speed else [self._change_to(speed, block)]
        parts.append(self._converted(block))
        self._last = block
        self.position += len(block) * self._ratio()
        return self._counted(parts)

    def finish(self) -> np.ndarray:
        """The rest, once, after the last `feed`."""
        return self._counted([self._converted(self._nothing(), last=True)])

    def _counted(self, parts: list[np.ndarray]) -> np.ndarray:
        joined = np.concatenate(parts) if len(parts) > 1 else parts[0]
        self._given += len(joined)
        return joined

    def _ratio(self) -> float:
        return self._to_hz / (self._from_hz * self._speed)

    def _nothing(self) -> np.ndarray:
        return np.empty((0, self._channels), np.float32)

    def _change_to(self, speed: float, following: np.ndarray) -> np.ndarray:
        """What the old speed still owes. It hears what follows, and the new one what came before, so that neither takes
        the seam for an end of the sound."""
        owed = round(self.position) - self._given
        rest = self._nothing()
        if owed > 0:
            rest = np.concatenate([self._converted(following), self._converted(self._nothing(), last=True)])[:owed]
        self._speed = speed
        rate_hz = self._from_hz * speed
        unchanged = rate_hz == self._to_hz
        self._stream = None if unchanged else soxr.ResampleStream(rate_hz, self._to_hz, self._channels, dtype="float32")
        self._to_skip = round(len(self._last) * self._ratio())
        lead = self._converted(self._last)
        return np.concatenate([rest, lead])

    def _converted(self, block: np.ndarray, *, last: bool = False) -> np.ndarray:
        if self._stream is not None:
            block = self._stream.resample_chunk(np.ascontiguousarray(block, np.float32), last=last)
        skipped = min(self._to_skip, len(block))
        self._to_skip -= skipped
        return block[skipped:]
