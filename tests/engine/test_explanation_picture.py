from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import EngineError
from engine.explanation import Explanation, HeatMap, Relevance
from engine.explanation_picture import picture_of
from engine.long_spectrogram import SAMPLE_RATE_HZ, LongSpectrogram

NOISE = (0.1 * np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE_HZ)).astype(np.float32)
SOUND = LongSpectrogram([NOISE], 3.0)


def explanation_of(*texts: str, warmth: float | None = None) -> Explanation:
    """Curves of 8 steps of 0.25 s; with a warmth, heat maps with one warm spot."""
    curves = tuple(Relevance(text, 3.0, 0.25, np.linspace(0, 1, 8, dtype=np.float32)) for text in texts)
    heat = np.zeros((4, 8), np.float32)
    heat[2, 4] = warmth or 0.0
    edges_hz = np.array([100.0, 400.0, 1000.0, 4000.0, 10000.0])
    maps = () if warmth is None else tuple(HeatMap(text, 3.0, 5.0, edges_hz, heat) for text in texts)
    return Explanation(Path("yard.wav"), curves, maps)


def pixels_of(png: bytes) -> np.ndarray:
    """(height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def coloured(pixels: np.ndarray) -> int:
    """How many pixels are not grey."""
    return int((pixels.max(axis=2) - pixels.min(axis=2) > 60).sum())


def test_picture_is_a_png_that_grows_with_every_clause() -> None:
    one = pixels_of(picture_of(explanation_of("rain"), SOUND))
    two = pixels_of(picture_of(explanation_of("rain", "a dog barks"), SOUND))
    heated = pixels_of(picture_of(explanation_of("rain", "a dog barks", warmth=0.9), SOUND))
    assert one.shape[1] == two.shape[1] == heated.shape[1] == 1320
    assert one.shape[0] < two.shape[0] < heated.shape[0]


def test_warm_spots_are_coloured_and_cold_ones_are_not() -> None:
    warm, cold = (pixels_of(picture_of(explanation_of("rain", warmth=warmth), SOUND)) for warmth in (0.95, 0.0))
    assert coloured(warm) > coloured(cold) + 3000


def test_words_are_shown_as_they_are_written() -> None:
    """Not as the formulas that dollars would begin."""
    assert pixels_of(picture_of(explanation_of(r"$\frac{", warmth=0.5), SOUND)).size


def test_silence_can_be_drawn() -> None:
    assert pixels_of(picture_of(explanation_of("rain"), LongSpectrogram([np.zeros(100, np.float32)], 3.0))).size


def test_without_matplotlib_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(EngineError, match=r"pip install earmark\[pictures\]"):
        picture_of(explanation_of("rain"), SOUND)
