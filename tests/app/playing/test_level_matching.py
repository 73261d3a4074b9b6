"""Level matching: the loudness that BS.1770 prescribes, and a gain that only lowers."""

from __future__ import annotations

import numpy as np
import pytest

from app.playing.level_matching import BLOCK_S, TARGET_LUFS, LevelMatching, k_weighted_energy, loudness_lufs

RATE_HZ = 48_000


def tone(hz: float, level_db: float, seconds: float = 2.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)[:, None]


def loudness_of(sound: np.ndarray, rate_hz: int = RATE_HZ) -> float:
    return loudness_lufs(k_weighted_energy(sound, rate_hz) / len(sound))


def matched(sound: np.ndarray, matching: LevelMatching | None = None) -> np.ndarray:
    frames = round(BLOCK_S * RATE_HZ)
    blocks = [sound[start : start + frames] for start in range(0, len(sound), frames)]
    return np.concatenate(list((matching or LevelMatching()).applied(blocks, RATE_HZ)))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_the_reference_tone_of_bs1770(rate_hz: int) -> None:
    # a full-scale sine of 997 Hz on one channel reads -3.01; the standard's own high-pass passes 0.04 dB more than ours
    assert loudness_of(tone(997, 0, rate_hz=rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.05)


def test_the_low_is_heard_less_and_the_high_more() -> None:
    assert loudness_of(tone(40, 0)) < -7
    assert loudness_of(tone(8000, 0)) == pytest.approx(-3.01 + 3.3, abs=0.3)
    assert loudness_of(np.ones((RATE_HZ, 1), np.float32)) < -60


def test_a_loud_sound_is_lowered_to_the_target_from_its_first_sample() -> None:
    assert loudness_of(matched(tone(997, -3))) == pytest.approx(TARGET_LUFS, abs=0.3)
    assert loudness_of(matched(tone(997, -3))[: round(0.4 * RATE_HZ)]) == pytest.approx(TARGET_LUFS, abs=0.3)


def test_a_quiet_sound_stays_as_it_is() -> None:
    quiet = tone(997, -40)
    np.testing.assert_array_equal(matched(quiet), quiet)


def test_a_sound_that_grows_is_lowered_before_it_is_loud_and_without_a_step() -> None:
    growing = np.concatenate([tone(997, -40, 1), tone(997, -3, 1)])
    out = matched(growing)
    assert loudness_of(out[-RATE_HZ:]) == pytest.approx(TARGET_LUFS, abs=0.5)
    assert np.abs(np.diff(out, axis=0)).max() < 1.1 * np.abs(np.diff(out[-RATE_HZ // 2 :], axis=0)).max()


def test_the_gain_is_kept_for_another_part_of_the_same_sound() -> None:
    matching = LevelMatching()
    matched(tone(997, -3), matching)
    lowered = matching.gain
    out = matched(tone(997, -40), matching)
    np.testing.assert_allclose(out, lowered * tone(997, -40), rtol=1e-4)


def test_silence_and_the_shortest_sound_are_no_trouble() -> None:
    assert not matched(np.zeros((RATE_HZ, 1), np.float32)).any()
    assert matched(np.ones((1, 1), np.float32)).shape == (1, 1)
