"""Spectrograms in decibels, of sounds whose spectrum one can foretell."""

from __future__ import annotations

import numpy as np
import pytest

from app.pictures import spectrogram
from app.pictures.spectrogram import ROWS, decibels, levels, window_samples
from app.view_models.frequency_scale import FrequencyScale, ScaleKind

RATES_HZ = (8_000, 22_050, 44_100, 48_000, 96_000)


def sine(hz: float, rate_hz: int, samples: int, amplitude: float = 1.0) -> np.ndarray:
    """(1, 1, samples) float32: one stretch, one window."""
    time_s = np.arange(samples) / rate_hz
    return (amplitude * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)[None, None]


def row_of(scale: FrequencyScale, hz: float) -> int:
    return int((1 - float(scale.height(hz))) * ROWS)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("kind", ["log", "mel"])
def test_a_tone_is_brightest_at_its_frequency(kind: ScaleKind, rate_hz: int) -> None:
    scale = FrequencyScale.of_sound(kind, rate_hz)
    samples = window_samples(0.01, rate_hz)
    column = levels(sine(1000, rate_hz, samples), rate_hz, scale)[:, 0]
    edges_hz = scale.edges_hz(ROWS)[::-1]
    brightest = np.flatnonzero(column == column.max())
    bin_hz = rate_hz / samples
    assert edges_hz[brightest[-1] + 1] - bin_hz <= 1000 <= edges_hz[brightest[0]] + bin_hz
    assert row_of(scale, 1000) in range(brightest[0] - 1, brightest[-1] + 2)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("hz", [200.0, 997.0, 1000.0, 3456.7])
def test_a_sine_at_full_scale_is_0_db(hz: float, rate_hz: int) -> None:
    column = levels(sine(hz, rate_hz, 2048), rate_hz, FrequencyScale.of_sound("log", rate_hz))
    assert float(decibels(column.max())) == pytest.approx(0.0, abs=0.5)


def test_levels_are_decibels() -> None:
    scale = FrequencyScale.of_sound("log", 48_000)
    for wanted_db in (-20.0, -60.0, -100.0):
        column = levels(sine(1000, 48_000, 4096, 10 ** (wanted_db / 20)), 48_000, scale)
        assert float(decibels(column.max())) == pytest.approx(wanted_db, abs=0.75)


def test_silence_is_darkest() -> None:
    scale = FrequencyScale.of_sound("log", 48_000)
    picture = levels(np.zeros((3, 2, 1024), np.float32), 48_000, scale)
    assert picture.shape == (ROWS, 3)
    assert not picture.any()
    assert float(decibels(0)) == spectrogram.SILENT_DB


def test_of_the_windows_of_a_stretch_the_loudest_counts() -> None:
    scale = FrequencyScale.of_sound("log", 48_000)
    tone = sine(1000, 48_000, 1024)
    both = np.concatenate([np.zeros_like(tone), tone, tone * 0.1], axis=1)
    np.testing.assert_array_equal(levels(both, 48_000, scale), levels(tone, 48_000, scale))


def test_many_stretches_are_as_each_one_alone() -> None:
    scale = FrequencyScale.of_sound("log", 48_000)
    frames = np.random.default_rng(0).uniform(-1, 1, (150, 1, 512)).astype(np.float32)
    together = levels(frames, 48_000, scale)
    np.testing.assert_array_equal(together[:, 149], levels(frames[149:], 48_000, scale)[:, 0])


def test_windows_are_long_where_columns_are_long() -> None:
    assert [window_samples(column_s, 48_000) for column_s in (1e-5, 1 / 256, 1 / 8, 32.0)] == [256, 2048, 4096, 4096]
    assert window_samples(1 / 256, 8_000) == 256
