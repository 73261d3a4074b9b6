from __future__ import annotations

import numpy as np
import pytest

from tests.small_corpora import make_clip
from tests.tones import make_waveform
from trainer.waveform_changes import at_speed, changed, in_noise, in_room, low_passed, seed_of

RATE_HZ = 8000


def power_db(y: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Mean power of what lies between two frequencies."""
    hz = np.fft.rfftfreq(len(y), 1 / RATE_HZ)
    power = np.abs(np.fft.rfft(y)) ** 2
    return float(10.0 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].mean()))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_change_depends_on_the_seed_alone() -> None:
    y = make_waveform(440.0, 1.0, RATE_HZ)
    assert np.array_equal(changed(y, RATE_HZ, 5), changed(y, RATE_HZ, 5))
    assert not np.array_equal(changed(y, RATE_HZ, 5)[:100], changed(y, RATE_HZ, 6)[:100])


@pytest.mark.parametrize("seed", range(12))
def test_a_changed_sound_is_a_sound(seed: int) -> None:
    y = changed(make_waveform(440.0, 0.5, RATE_HZ), RATE_HZ, seed)
    assert y.dtype == np.float32
    assert np.isfinite(y).all()
    assert np.abs(y).max() <= 1.0
    assert 0.5 * RATE_HZ / 1.11 < len(y) < 0.5 * RATE_HZ / 0.89


@pytest.mark.parametrize("samples", [0, 1, 7])
def test_the_shortest_sounds_are_changed_too(samples: int) -> None:
    for seed in range(8):
        assert np.isfinite(changed(np.ones(samples, np.float32), RATE_HZ, seed)).all()


def test_a_faster_sound_is_shorter_and_higher() -> None:
    y = at_speed(make_waveform(1000.0, 1.0, RATE_HZ), RATE_HZ, 1.25)
    assert len(y) == RATE_HZ / 1.25
    assert power_db(y, 1240, 1260) > power_db(y, 990, 1010) + 40.0


def test_a_room_goes_on_after_the_sound_and_keeps_its_strength() -> None:
    y = make_waveform(440.0, 1.0, RATE_HZ)
    y[4000:] = 0.0
    room = in_room(y, RATE_HZ, 0.5, rng())
    assert len(room) == len(y)
    assert np.abs(room[4100:5000]).max() > 100 * np.abs(room[7900:]).max() > 0.0
    np.testing.assert_allclose(np.square(room).mean(), np.square(y).mean(), rtol=1e-3)


@pytest.mark.parametrize(("slope", "falls_db"), [(0.0, 0.0), (1.0, 3.0), (2.0, 6.0)])
def test_noise_is_as_loud_and_as_dark_as_it_was_asked_for(slope: float, falls_db: float) -> None:
    y = make_waveform(440.0, 8.0, RATE_HZ)
    noise = in_noise(y, 20.0, slope, rng()) - y
    np.testing.assert_allclose(10 * np.log10(np.square(y).mean() / np.square(noise).mean()), 20.0, atol=0.1)
    np.testing.assert_allclose(power_db(noise, 500, 600) - power_db(noise, 1000, 1200), falls_db, atol=0.8)


def test_a_filter_takes_what_lies_above() -> None:
    y = make_waveform(None, 4.0, RATE_HZ)
    low = low_passed(y, RATE_HZ, 1000.0)
    np.testing.assert_allclose(power_db(low, 100, 400), power_db(y, 100, 400), atol=0.1)
    np.testing.assert_allclose(power_db(y, 1990, 2010) - power_db(low, 1990, 2010), 24.1, atol=0.5)


def test_every_clip_has_a_seed_of_its_own() -> None:
    one, other = make_clip("zoo", "a"), make_clip("zoo", "b")
    assert len({seed_of(one, 1), seed_of(one, 2), seed_of(other, 1)}) == 3
