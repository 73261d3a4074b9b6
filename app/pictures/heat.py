"""A heat map on the frequencies of a spectrogram."""

from __future__ import annotations

import numpy as np

from app.view_models.frequency_scale import FrequencyScale
from engine.explanation import HeatMap

ROWS = 128


def heat_levels(heat_map: HeatMap, scale: FrequencyScale) -> np.ndarray:
    """(ROWS, steps) uint8, row 0 the highest frequency: 255 where the clause is heard most clearly. Between the middles
    of two bands it passes from one to the other; beyond the bands nothing is known, and nothing shown.
    """
    edges = scale.height(np.maximum(heat_map.edges_hz, max(scale.min_hz, 1e-3)))
    middles = (edges[:-1] + edges[1:]) / 2
    heights = 1 - (np.arange(ROWS) + 0.5) / ROWS
    places = np.interp(heights, middles, np.arange(len(middles)))
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, len(middles) - 1)
    part = (places - below)[:, None]
    heat = heat_map.heat[below] * (1 - part) + heat_map.heat[above] * part
    heat[(heights < edges[0]) | (heights > edges[-1])] = 0
    levels: np.ndarray = np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8)
    return levels
