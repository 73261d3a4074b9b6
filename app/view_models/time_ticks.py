"""The labelled moments of a time axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.view_models.time_view import TimeView

_STEPS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 18000.0, 36000.0),
)


@dataclass(frozen=True)
class Tick:
    moment_s: float
    label: str


def time_ticks(view: TimeView, width_px: float, least_gap_px: float) -> list[Tick]:
    """Round moments in view, at least so many pixels apart."""
    step_s = tick_step_s(view, width_px, least_gap_px)
    first, last = math.ceil(view.start_s / step_s - 1e-6), math.floor(view.end_s / step_s + 1e-6)
    return [Tick(number * step_s, time_label(number * step_s, step_s)) for number in range(first, last + 1)]


def tick_step_s(view: TimeView, width_px: float, least_gap_px: float) -> float:
    least_s = least_gap_px * view.length_s / max(width_px, 1.0)
    return next((step_s for step_s in _STEPS_S if step_s >= least_s), max(least_s, _STEPS_S[-1]))


def time_label(moment_s: float, step_s: float) -> str:
    """0:42, 1:02:07, and with as many decimals as a step of `step_s` needs: 0:42.35."""
    decimals = max(0, math.ceil(-math.log10(step_s) - 1e-9))
    units = round(moment_s * 10**decimals)
    whole, fraction = divmod(units, 10**decimals)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    label = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{label}.{fraction:0{decimals}}" if decimals else label
