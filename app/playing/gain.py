"""The level of what plays, changed without a click and without allocating: for the thread of a sound device."""

from __future__ import annotations

import math

import numpy as np

_LONGEST_RAMP_FRAMES = 16_384


class Gain:
    """A factor that any thread sets and the device's thread applies; a new one is reached within one block."""

    def __init__(self) -> None:
        self._wanted = self._applied = 1.0
        self._steps = np.arange(_LONGEST_RAMP_FRAMES, dtype=np.float32)
        self._ramp = np.empty(_LONGEST_RAMP_FRAMES, np.float32)

    def set_db(self, gain_db: float) -> None:
        """0 leaves samples as they are; -inf is silence."""
        self._wanted = 10 ** (gain_db / 20) if gain_db > -math.inf else 0.0

    def settle(self) -> None:
        """Nothing sounds: the next block begins with the gain that is wanted."""
        self._applied = self._wanted

    def apply(self, out: np.ndarray) -> None:
        """Multiply (frames, channels) float32 in place."""
        before, after, frames = self._applied, self._wanted, len(out)
        self._applied = after
        if before != after and frames <= _LONGEST_RAMP_FRAMES:
            ramp = self._ramp[:frames]
            np.multiply(self._steps[:frames], (after - before) / frames, out=ramp)
            np.add(ramp, before, out=ramp)
            np.multiply(out, ramp[:, None], out=out)
        elif after != 1.0:
            np.multiply(out, after, out=out)
