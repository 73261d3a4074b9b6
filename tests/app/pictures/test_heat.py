"""A heat map on the frequencies of a spectrogram."""

from __future__ import annotations

import numpy as np
import pytest

from app.pictures.heat import ROWS, heat_levels
from app.view_models.frequency_scale import FrequencyScale, ScaleKind
from engine.explanation import HeatMap
from tests.app.explained_sounds import heat_map


def row_of(scale: FrequencyScale, hz: float) -> int:
    return int((1 - float(scale.height(hz))) * ROWS)


@pytest.mark.parametrize("kind", ["log", "mel"])
def test_each_band_lies_at_its_frequencies(kind: ScaleKind) -> None:
    scale = FrequencyScale.of_sound(kind, 48_000)
    levels = heat_levels(heat_map("dog", [[1, 0], [0, 1]]), scale)
    assert levels.shape == (ROWS, 2)
    low, high = row_of(scale, 200), row_of(scale, 8000)
    assert levels[low].tolist() == [255, 0]
    assert levels[high].tolist() == [0, 255]


def test_between_the_middles_of_two_bands_it_passes_from_one_to_the_other() -> None:
    levels = heat_levels(heat_map("dog", [[1], [0]]), FrequencyScale.of_sound("log", 48_000))[:, 0].astype(int)
    assert (np.diff(levels[levels.argmax() :: -1]) <= 0).all()
    assert {0, 255} < set(levels.tolist())


def test_beyond_the_bands_nothing_is_shown() -> None:
    scale = FrequencyScale.of_sound("log", 48_000)
    levels = heat_levels(heat_map("dog", [[1], [1]]), scale)
    assert levels[row_of(scale, 15_000), 0] == levels[row_of(scale, 60), 0] == 0
    assert levels[row_of(scale, 1000), 0] == 255


def test_bands_may_begin_at_zero_and_end_beyond_the_scale() -> None:
    edges = np.array([0.0, 500.0, 30_000.0])
    heat = HeatMap("dog", 0.0, 1.0, edges, np.ones((2, 3), np.float32))
    assert (heat_levels(heat, FrequencyScale.of_sound("log", 8000)) == 255).all()
