"""What is said of a recording while it is made and after."""

from __future__ import annotations

from app.view_models.wording import clock, clock_with_tenths
from engine.errors import display_path

OPENING = "Opening the microphone…"
SYSTEM_DEFAULT = "System default"


def recording_text(device: str, is_too_loud: bool) -> str:
    return f"Recording from {display_path(device)}" + (", which is too loud" if is_too_loud else "")


def time_text(elapsed_s: float, longest_s: float) -> str:
    """0:02.3 of 0:30"""
    return f"{clock_with_tenths(elapsed_s)} of {clock(longest_s)}"


def searching_text(duration_s: float, ended_after_s: float | None) -> str:
    """ended_after_s : if it ended by itself"""
    ended = "" if ended_after_s is None else f"The recording ended by itself after {ended_after_s:.0f} s. "
    return f"{ended}Searching for what sounds like your recording ({duration_s:.1f} s)"


def device_tip(chosen: str | None) -> str:
    return f"Choose the microphone (now: {display_path(chosen) if chosen is not None else SYSTEM_DEFAULT})"
