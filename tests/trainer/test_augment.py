from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer import augment

FLOOR_DB = -100.0
FRAMES, MELS = 40, 16


def levels(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(FLOOR_DB, 10.0, size=(FRAMES, MELS)).astype(np.float32)


TREATMENTS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "equalise": augment.equalise,
    "shift_pitch": augment.shift_pitch,
    "add_noise": augment.add_noise,
    "limit_band": lambda levels_db, random: augment.limit_band(levels_db, random, floor_db=FLOOR_DB),
    "mask": lambda levels_db, random: augment.mask(levels_db, random, floor_db=FLOOR_DB),
    "augment": lambda levels_db, random: augment.augment(levels_db, random, floor_db=FLOOR_DB),
}


def test_mixing_adds_powers() -> None:
    twice = augment.mix(np.full((1, 1), -20.0), np.full((1, 1), -20.0))
    np.testing.assert_allclose(twice, -20.0 + 10 * np.log10(2.0), atol=1e-4)
    one, other = levels(1), levels(2)
    expected = 10 * np.log10(10.0 ** (one / 10.0) + 10.0 ** (other / 10.0))
    np.testing.assert_allclose(augment.mix(one, other), expected, atol=1e-3)


def test_mixing_with_silence_changes_nothing_one_can_hear() -> None:
    loud = np.full((2, 3), -30.0, dtype=np.float32)
    np.testing.assert_allclose(augment.mix(loud, np.full((2, 3), FLOOR_DB)), loud, atol=1e-4)


@pytest.mark.parametrize("name", TREATMENTS)
def test_every_treatment_keeps_shape_and_type_and_leaves_its_input_alone(name: str) -> None:
    before = levels()
    given_levels = before.copy()
    for seed in range(20):
        treated = TREATMENTS[name](given_levels, np.random.default_rng(seed))
        assert treated.shape == before.shape
        assert treated.dtype == np.float32
        assert np.all(np.isfinite(treated))
    np.testing.assert_array_equal(given_levels, before)


@pytest.mark.parametrize("name", TREATMENTS)
def test_every_treatment_is_decided_by_its_generator(name: str) -> None:
    one, again, other = (TREATMENTS[name](levels(), np.random.default_rng(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), level_db=st.floats(FLOOR_DB, 60.0), frames=st.integers(1, 30))
def test_whatever_happens_levels_stay_finite_and_at_or_above_the_floor(seed: int, level_db: float, frames: int) -> None:
    flat = np.full((frames, MELS), level_db, dtype=np.float32)
    treated = augment.augment(flat, np.random.default_rng(seed), floor_db=FLOOR_DB)
    assert np.all(np.isfinite(treated))
    assert treated.min() >= FLOOR_DB


def test_gain_is_mostly_near_the_recorded_level() -> None:
    random = np.random.default_rng(0)
    gains = np.array([augment.random_gain(random) for _ in range(2000)])
    assert gains.min() >= -35.0
    assert gains.max() <= 8.0
    assert 0.6 < np.mean(np.abs(gains) <= 8.0) < 0.85


def test_equalising_is_one_smooth_curve_for_all_frames() -> None:
    change = augment.equalise(levels(), np.random.default_rng(0), strength_db=6.0) - levels()
    np.testing.assert_allclose(change, np.broadcast_to(change[0], change.shape), atol=1e-4)
    assert np.abs(change).max() <= 6.0 + 1e-4
    assert np.abs(np.diff(change[0])).max() < 12.0 * 3 / (MELS - 1) + 1e-4


def test_band_limit_silences_the_top_and_nothing_below_the_middle() -> None:
    for seed in range(10):
        silent = augment.limit_band(levels(), np.random.default_rng(seed), floor_db=FLOOR_DB) == FLOOR_DB
        edge = int(np.argmax(silent.all(axis=0)))
        assert edge >= MELS // 2
        assert silent[:, edge:].all()
        assert not silent[:, :edge].any()


def test_pitch_shift_moves_bands_together() -> None:
    ramp = np.tile(np.arange(MELS, dtype=np.float32), (2, 1))
    shifts = set()
    for seed in range(30):
        shifted = augment.shift_pitch(ramp, np.random.default_rng(seed), most_bands=2)
        shift = int(ramp[0, 8] - shifted[0, 8])
        np.testing.assert_array_equal(shifted[0], np.clip(np.arange(MELS) - shift, 0, MELS - 1))
        shifts.add(shift)
    assert shifts == {-2, -1, 0, 1, 2}


def test_noise_never_makes_a_sound_softer() -> None:
    silence = np.full((FRAMES, MELS), FLOOR_DB, dtype=np.float32)
    noise = augment.add_noise(silence, np.random.default_rng(0))
    assert noise.mean() > FLOOR_DB + 5.0
    assert np.all(augment.add_noise(levels(), np.random.default_rng(0)) >= levels() - 1e-4)


def test_a_mask_is_whole_bands_and_whole_frames() -> None:
    loud = np.zeros((FRAMES, MELS), dtype=np.float32)
    for seed in range(10):
        masked = augment.mask(loud, np.random.default_rng(seed), floor_db=FLOOR_DB) == FLOOR_DB
        bands, frames = masked.all(axis=0), masked.all(axis=1)
        np.testing.assert_array_equal(masked, bands | frames[:, None])
        assert 1 <= bands.sum() <= 8
        assert frames.any()
