from __future__ import annotations

import numpy as np
import pytest

from tests.tones import make_waveform
from trainer.evaluate.stimuli import (
    LEVEL_DBFS,
    at_level,
    cross_faded,
    faded,
    loudest,
    noise,
    overlapping,
    rms_dbfs,
    spaced,
)

RATE_HZ = 16_000


def test_a_sound_is_brought_to_a_level() -> None:
    y = make_waveform(440.0, 1.0)
    assert rms_dbfs(y) == pytest.approx(-9.03, abs=0.01)  # a sine of half the amplitude
    assert rms_dbfs(at_level(y)) == pytest.approx(LEVEL_DBFS)
    assert rms_dbfs(at_level(y, -50.0)) == pytest.approx(-50.0)
    assert at_level(y).dtype == np.float32


@pytest.mark.parametrize("samples", [0, 100])
def test_silence_stays_silence(samples: int) -> None:
    silence = np.zeros(samples, dtype=np.float32)
    assert rms_dbfs(silence) == -np.inf
    np.testing.assert_array_equal(at_level(silence), silence)


def test_of_a_long_sound_the_loudest_stretch_is_taken() -> None:
    y = np.zeros(1000, dtype=np.float32)
    y[600:700] = 1.0
    assert loudest(y, 100).tolist() == [1.0] * 100
    assert loudest(y, 1000) is y
    assert len(loudest(y[:50], 100)) == 50


def test_a_cut_sound_rises_and_falls() -> None:
    y = faded(np.ones(10, dtype=np.float32), 4)
    np.testing.assert_allclose(y, [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0])
    assert faded(np.ones(2, dtype=np.float32), 4).tolist() == [0.0, 0.0]


def test_sounds_follow_each_other_at_equal_power() -> None:
    random = np.random.default_rng(0)
    first, second = (random.standard_normal(RATE_HZ).astype(np.float32) for _ in range(2))
    joined = cross_faded([first, second, first], RATE_HZ // 2)
    assert len(joined) == 2 * RATE_HZ
    np.testing.assert_array_equal(joined[: RATE_HZ // 2], first[: RATE_HZ // 2])
    np.testing.assert_array_equal(joined[-RATE_HZ // 2 :], first[-RATE_HZ // 2 :])
    powers = np.square(joined).reshape(8, -1).mean(axis=1)
    np.testing.assert_allclose(powers, 1.0, atol=0.1)


def test_sounds_may_have_silence_between_them() -> None:
    ones = np.ones(2, dtype=np.float32)
    assert spaced([ones, 2 * ones], 3).tolist() == [1, 1, 0, 0, 0, 2, 2]
    assert spaced([ones, 2 * ones], 0).tolist() == [1, 1, 2, 2]


def test_sounds_overlap_by_a_share_of_the_shorter_one() -> None:
    one, other = np.ones(4, dtype=np.float32), np.full(2, 2.0, dtype=np.float32)
    assert overlapping([one, other], 0.5).tolist() == [1, 1, 1, 3, 2]
    assert overlapping([other, one], 0.5).tolist() == [2, 3, 1, 1, 1]
    assert overlapping([one, other, one], 0.0).tolist() == [1, 1, 1, 1, 2, 2, 1, 1, 1, 1]
    assert overlapping([one, one], 1.0).tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize(("colour", "slope_db"), [("white", 0.0), ("pink", -3.01), ("brown", -6.02)])
def test_a_noise_falls_by_its_colour_with_every_octave(colour: str, slope_db: float) -> None:
    y = noise(colour, 20 * RATE_HZ, RATE_HZ, np.random.default_rng(0))
    power = np.abs(np.fft.rfft(y)) ** 2
    hz = np.fft.rfftfreq(len(y), 1 / RATE_HZ)
    octaves_db = [10 * np.log10(power[(hz >= low) & (hz < 2 * low)].mean()) for low in (100, 200, 400, 800, 1600, 3200)]
    np.testing.assert_allclose(np.diff(octaves_db), slope_db, atol=0.6)
    assert rms_dbfs(y) == pytest.approx(LEVEL_DBFS, abs=1e-3)
