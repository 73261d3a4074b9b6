"""Levels in decibels, and the peak that a meter holds."""

from __future__ import annotations

import numpy as np
import pytest

from app.recording.level import QUIETEST_DB, HeldPeak, Level, level_of


def test_a_full_scale_sine_peaks_at_0_with_an_rms_of_minus_3() -> None:
    level = level_of(np.sin(np.linspace(0, 200 * np.pi, 48_000)).astype(np.float32))
    assert level.peak_db == pytest.approx(0.0, abs=0.01)
    assert level.rms_db == pytest.approx(-3.01, abs=0.01)
    assert level.is_clipped


def test_half_of_full_scale_is_six_decibels_less() -> None:
    level = level_of(np.array([0.5, -0.5] * 100, np.float32))
    assert (level.peak_db, level.rms_db) == (pytest.approx(-6.02, abs=0.01), pytest.approx(-6.02, abs=0.01))
    assert not level.is_clipped


@pytest.mark.parametrize("samples", [np.empty(0), np.zeros(10), np.full(10, np.nan), np.full(10, 1e-9)])
def test_nothing_is_as_quiet_as_the_meter_goes(samples: np.ndarray) -> None:
    assert level_of(samples.astype(np.float32)) == Level(QUIETEST_DB, QUIETEST_DB)


def test_more_than_full_scale_is_full_scale() -> None:
    assert level_of(np.array([3.0, -3.0], np.float32)).peak_db == 0.0


def test_a_peak_is_held_for_a_second_and_falls() -> None:
    held = HeldPeak()
    held.take(-10.0, 0.5)
    held.take(-40.0, 1.5)
    assert held.db == -10.0
    held.take(-40.0, 2.0)
    assert held.db == pytest.approx(-20.0)
    held.take(-40.0, 2.5)
    assert held.db == pytest.approx(-30.0)
    held.take(-5.0, 2.6)
    assert held.db == -5.0
    held.take(-60.0, 60.0)
    assert held.db == QUIETEST_DB
