"""How speeds, gains and positions read, and where they lie on a slider."""

from __future__ import annotations

import math

from app.playing.varispeed import FASTEST, SLOWEST
from app.view_models.wording import clock, clock_with_tenths

QUIETEST_DB, LOUDEST_DB = -60.0, 6.0  # the quietest is silence
SPEED_STEPS = 24  # of a slider, for twice as fast
_SNAP_STEPS = 2


def position_label(position_s: float | None, duration_s: float | None) -> str:
    """0:42.3 / 3:10"""
    if position_s is None and duration_s is None:
        return ""
    length = clock_with_tenths(duration_s) if duration_s is not None and duration_s < 10 else clock(duration_s or 0.0)
    return f"{clock_with_tenths(position_s or 0.0)} / {length}" if duration_s else clock_with_tenths(position_s or 0.0)


def gain_label(gain_db: float) -> str:
    """−6 dB, +3 dB, 0 dB, −∞ dB"""
    if gain_db <= QUIETEST_DB:
        return "−∞ dB"
    rounded = round(gain_db)
    return f"{rounded:+d} dB".replace("-", "−") if rounded else "0 dB"


def slider_of_gain(gain_db: float) -> int:
    """One step is one dB."""
    return round(min(LOUDEST_DB, max(QUIETEST_DB, gain_db)))


def speed_label(speed: float) -> str:
    """1×, 0.5×, 1.25×"""
    return f"{speed:.2f}".rstrip("0").rstrip(".") + "×"


def speed_of_slider(step: int) -> float:
    """Equal steps are equal intervals of pitch; close to the middle the speed is exactly 1."""
    if abs(step) <= _SNAP_STEPS:
        return 1.0
    return float(min(FASTEST, max(SLOWEST, 2.0 ** (step / SPEED_STEPS))))


def slider_of_speed(speed: float) -> int:
    return round(math.log2(speed) * SPEED_STEPS)
