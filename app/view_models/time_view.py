"""Which stretch of a sound is on show, and which moment lies at which pixel."""

from __future__ import annotations

from dataclasses import dataclass, replace

SHORTEST_S = 0.02
_HEAD_START = 0.1  # where the play head comes to lie, as a part of the width, when the view follows it


@dataclass(frozen=True)
class TimeView:
    """A stretch of a sound, never beyond its ends. Each change is a new view."""

    duration_s: float
    start_s: float
    end_s: float

    @classmethod
    def whole(cls, duration_s: float) -> TimeView:
        """Raises ValueError if there is no duration."""
        if duration_s <= 0:
            raise ValueError(f"{duration_s=} must be positive")
        return cls(duration_s, 0.0, duration_s)

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s

    @property
    def is_whole(self) -> bool:
        return self.length_s >= self.duration_s

    def zoomed(self, factor: float, about_s: float) -> TimeView:
        """So many times as close (below 1: farther away); the moment `about_s` stays where it is."""
        length_s = min(self.duration_s, max(min(SHORTEST_S, self.duration_s), self.length_s / factor))
        return self._from(about_s - (about_s - self.start_s) * length_s / self.length_s, length_s)

    def panned(self, by_s: float) -> TimeView:
        return self._from(self.start_s + by_s, self.length_s)

    def showing(self, moment_s: float) -> TimeView:
        """As it is if the moment is in view, else moved so that it lies near the left edge."""
        if self.shows(moment_s):
            return self
        return self._from(moment_s - _HEAD_START * self.length_s, self.length_s)

    def widened(self, length_s: float) -> TimeView:
        """About its middle to this length, or to all that there is."""
        return self.zoomed(self.length_s / length_s, (self.start_s + self.end_s) / 2)

    def holds(self, other: TimeView) -> bool:
        return self.start_s <= other.start_s and other.end_s <= self.end_s

    def shows(self, moment_s: float) -> bool:
        return self.start_s <= moment_s <= self.end_s

    def x_px(self, moment_s: float, width_px: float) -> float:
        return (moment_s - self.start_s) / self.length_s * width_px

    def moment_s(self, x_px: float, width_px: float) -> float:
        """Never beyond the ends of the sound."""
        moment_s = self.start_s + x_px / max(width_px, 1.0) * self.length_s
        return min(max(0.0, moment_s), self.duration_s)

    def _from(self, start_s: float, length_s: float) -> TimeView:
        start_s = max(0.0, min(start_s, self.duration_s - length_s))
        return replace(self, start_s=start_s, end_s=min(self.duration_s, start_s + length_s))
