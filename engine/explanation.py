"""Why a file matched, as plain values: how much of a clause is heard when, and at which frequencies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Relevance:
    """How clearly a clause is heard over time: `values` (steps,) float32 in 0..1, each for `step_s` from `start_s` on.

    As scores are: 0.5 where the evidence is as clear as that of a good match.
    """

    text: str
    start_s: float
    step_s: float
    values: np.ndarray


@dataclass(frozen=True)
class HeatMap:
    """Where in time and frequency a clause is heard: `heat` (bands, steps) float32 in 0..1, the lowest band first.

    edges_hz : (bands + 1,), rising
    """

    text: str
    start_s: float
    end_s: float
    edges_hz: np.ndarray
    heat: np.ndarray


@dataclass(frozen=True)
class Explanation:
    """Of one file, for each clause that was asked about; no heat maps where none were asked for."""

    path: Path
    relevance: tuple[Relevance, ...]
    heat_maps: tuple[HeatMap, ...] = ()
