"""Regions of a sound as a person draws them."""

from __future__ import annotations

from app.playing.audio_stream import Region

SHORTEST_S = 0.01


def region_between(moment_s: float, other_s: float, duration_s: float) -> Region | None:
    """From the earlier to the later moment, within the sound; None where that is too short to be meant."""
    start_s, end_s = sorted((moment_s, other_s))
    start_s, end_s = max(0.0, start_s), min(duration_s, end_s)
    return Region(start_s, end_s) if end_s - start_s >= SHORTEST_S else None


def starting_at(region: Region | None, moment_s: float, duration_s: float) -> Region | None:
    """The same end where that lies later, else the end of the sound; as it was if that is too short."""
    end_s = region.end_s if region is not None and region.end_s > moment_s + SHORTEST_S else duration_s
    return region_between(moment_s, end_s, duration_s) or region


def ending_at(region: Region | None, moment_s: float, duration_s: float) -> Region | None:
    """The same start where that lies earlier, else the start of the sound; as it was if that is too short."""
    start_s = region.start_s if region is not None and region.start_s < moment_s - SHORTEST_S else 0.0
    return region_between(start_s, moment_s, duration_s) or region
