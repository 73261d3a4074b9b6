"""The outline of a sound: nothing that sounds is missing from it, at any zoom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.peaks import MOST_POINTS, Peaks, PeaksBuilder


def make_peaks(*parts: np.ndarray) -> Peaks:
    builder = PeaksBuilder(48_000)
    for part in parts:
        builder.feed(part.astype(np.float32))
    return builder.finish()


def test_a_point_holds_the_lowest_and_highest_of_256_samples() -> None:
    sound = np.zeros(600)
    sound[10], sound[20], sound[300], sound[599] = 1.0, -0.5, 0.25, -1.0

    peaks = make_peaks(sound)

    assert peaks.levels[0].tolist() == [[-64, 127], [0, 32], [-127, 0]]
    assert (peaks.samples, peaks.samples_per_point, peaks.sample_rate_hz) == (600, 256, 48_000)


def test_the_faintest_sound_shows_and_the_loudest_is_clipped() -> None:
    assert make_peaks(np.array([1e-6])).levels[0].tolist() == [[0, 1]]
    assert make_peaks(np.array([-7.0, 7.0])).levels[0].tolist() == [[-127, 127]]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 5000), max_size=6).map(sorted))
def test_peaks_do_not_depend_on_the_blocks(cuts: list[int]) -> None:
    sound = np.random.default_rng(0).uniform(-1, 1, 5000)

    np.testing.assert_array_equal(make_peaks(*np.split(sound, cuts)).levels[0], make_peaks(sound).levels[0])


def test_each_level_is_four_times_coarser_and_loses_no_peak() -> None:
    peaks = make_peaks(np.random.default_rng(0).normal(0, 0.2, 1_500_001))

    assert [len(level) for level in peaks.levels] == [5860, 1465, 367]
    for level in peaks.levels:
        assert level[:, 0].min() == peaks.levels[0][:, 0].min()
        assert level[:, 1].max() == peaks.levels[0][:, 1].max()
    np.testing.assert_array_equal(
        peaks.levels[1][5], [peaks.levels[0][20:24, 0].min(), peaks.levels[0][20:24, 1].max()]
    )


def test_the_coarsest_level_that_has_enough_points_is_drawn() -> None:
    peaks = make_peaks(np.zeros(1_500_000))

    assert len(peaks.level_for(300)) == 367
    assert len(peaks.level_for(1000)) == 1465
    assert len(peaks.level_for(100_000)) == 5860


def test_a_very_long_sound_keeps_a_bounded_outline() -> None:
    silence = np.zeros(256 * 50_000, np.float32)

    peaks = make_peaks(*[silence] * 6, np.ones(1))

    assert peaks.samples_per_point == 1024
    assert len(peaks.levels[0]) == 75_001 <= MOST_POINTS
    assert peaks.levels[0][-1].tolist() == [127, 127]


@pytest.mark.parametrize("samples", [0, 1, 256, 300_000])
def test_stored_peaks_come_back_the_same(samples: int) -> None:
    peaks = make_peaks(np.random.default_rng(0).uniform(-1, 1, samples))

    again = Peaks.from_bytes(peaks.to_bytes())

    assert (again.samples, again.samples_per_point, again.sample_rate_hz) == (samples, 256, 48_000)
    assert len(again.levels) == len(peaks.levels)
    for level, level_again in zip(peaks.levels, again.levels, strict=True):
        np.testing.assert_array_equal(level, level_again)


@pytest.mark.parametrize("damage", [lambda stored: stored[:-1], lambda stored: b"X" + stored[1:], lambda stored: b""])
def test_damaged_stored_peaks_are_refused(damage) -> None:
    with pytest.raises(ValueError, match="stored peaks"):
        Peaks.from_bytes(damage(make_peaks(np.zeros(1000)).to_bytes()))
