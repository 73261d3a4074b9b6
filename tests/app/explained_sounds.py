"""Explanations for the tests of what shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.view_models.reasons import Reason, Reasons
from engine.explanation import Explanation, HeatMap, Relevance

EDGES_HZ = np.array([100.0, 1000.0, 10_000.0])


def relevance(text: str, *values: float, start_s: float = 0.0, step_s: float = 1.0) -> Relevance:
    return Relevance(text, start_s, step_s, np.array(values, np.float32))


def heat_map(text: str, rows: Sequence[Sequence[float]], start_s: float = 0.0, end_s: float = 10.0) -> HeatMap:
    """The lowest of two bands first, see EDGES_HZ."""
    return HeatMap(text, start_s, end_s, EDGES_HZ, np.array(rows, np.float32))


def explanation(path: Path, *texts: str, with_heat: bool = False) -> Explanation:
    """Each text is heard clearly from 2 to 3 s, at the low frequencies."""
    curves = tuple(relevance(text, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0) for text in texts)
    maps = tuple(heat_map(text, [[0, 0, 1, 0, 0], [0] * 5]) for text in texts) if with_heat else ()
    return Explanation(path, curves, maps)


def reasons(*texts: str, alone: str | None = None, has_heat: bool = False) -> Reasons:
    """As `explanation` has it, with heat maps."""
    found = explanation(Path("a.wav"), *texts, with_heat=True)
    pairs = enumerate(zip(found.relevance, found.heat_maps, strict=True))
    return Reasons(tuple(Reason(curve.text, number, curve, heat) for number, (curve, heat) in pairs), alone, has_heat)
