"""Whether the work of a child still moves: a native decoder can come to a standstill for ever."""

from __future__ import annotations

import time

STANDSTILL_S = 120.0  # after so long without any progress it counts as hung


class Pulse:
    """Kept by the thread that works, and felt by any other."""

    def __init__(self) -> None:
        self._beat_at: float | None = None

    def beat(self) -> None:
        """The work has moved, and must move again."""
        self._beat_at = time.monotonic()

    def rest(self) -> None:
        """From now on nothing need move."""
        self._beat_at = None

    @property
    def resting(self) -> bool:
        return self._beat_at is None

    def is_felt(self) -> bool:
        """Whether all is well."""
        beat_at = self._beat_at
        return beat_at is None or time.monotonic() - beat_at < STANDSTILL_S
