"""What stays of a recording: the sound with a little around it, and a sentence where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from app.recording.trimming import MARGIN_S, ONLY_NOISE, SILENT, TOO_SHORT, NothingHeard, trimmed

RATE_HZ = 16_000


def noise(seconds: float, level_db: float, seed: int = 0) -> np.ndarray:
    wave = np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    return (wave * 10 ** (level_db / 20)).astype(np.float32)


def hum(seconds: float, level_db: float = -20.0, hz: float = 180.0) -> np.ndarray:
    moments_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sqrt(2) * 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * moments_s)).astype(np.float32)


def in_a_room(sound: np.ndarray, before_s: float = 1.0, after_s: float = 0.7, room_db: float = -60.0) -> np.ndarray:
    padded = np.pad(sound, (round(before_s * RATE_HZ), round(after_s * RATE_HZ)))
    return padded + noise(len(padded) / RATE_HZ, room_db)[: len(padded)]


def assert_is(found: np.ndarray, recorded: np.ndarray, from_s: float, to_s: float) -> None:
    """To within one frame of 20 ms."""
    assert len(found) / RATE_HZ == pytest.approx(to_s - from_s, abs=0.041)
    begin = round(from_s * RATE_HZ)
    shifts = range(-330, 331)
    excerpts = (recorded[begin + shift : begin + shift + len(found)] for shift in shifts)
    assert min(np.abs(each - found).max() for each in excerpts if len(each) == len(found)) < 0.005


def refusal(samples: np.ndarray) -> str:
    with pytest.raises(NothingHeard) as raised:
        trimmed(samples, RATE_HZ)
    return str(raised.value)


@pytest.mark.parametrize("room_db", [-90.0, -70.0, -55.0, -45.0])
def test_quiet_before_and_after_is_taken_off_but_for_a_margin(room_db: float) -> None:
    recorded = in_a_room(hum(1.2), room_db=room_db)
    assert_is(trimmed(recorded, RATE_HZ), recorded, 1.0 - MARGIN_S, 2.2 + MARGIN_S)


def test_pauses_inside_stay() -> None:
    twice = np.concatenate([hum(0.3), np.zeros(RATE_HZ, np.float32), hum(0.3, -32.0)])
    recorded = in_a_room(twice)
    assert_is(trimmed(recorded, RATE_HZ), recorded, 1.0 - MARGIN_S, 2.6 + MARGIN_S)


def test_a_sound_without_any_pause_stays_whole() -> None:
    assert len(trimmed(hum(2.0), RATE_HZ)) == 2 * RATE_HZ
    assert len(trimmed(noise(2.0, -25.0), RATE_HZ)) == 2 * RATE_HZ  # the wind, imitated without drawing breath


def test_a_click_is_a_sound() -> None:
    click = np.zeros(16, np.float32)
    click[::2] = 0.5
    recorded = in_a_room(click)
    found = trimmed(recorded, RATE_HZ)
    assert 2 * MARGIN_S <= len(found) / RATE_HZ <= 2 * MARGIN_S + 0.041
    assert np.abs(found).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("level_db", [-75.0, -60.0, -51.0])
def test_the_noise_of_a_room_is_nothing(level_db: float) -> None:
    assert refusal(noise(3.0, level_db)) == ONLY_NOISE


def test_a_room_that_hums_is_nothing_either() -> None:
    assert refusal(hum(3.0, -52.0, hz=50.0) + noise(3.0, -70.0)) == ONLY_NOISE


def test_digital_silence_is_a_microphone_that_may_not_be_used() -> None:
    assert refusal(np.zeros(RATE_HZ, np.float32)) == SILENT
    assert refusal(np.full(RATE_HZ, 0.25, np.float32)) == SILENT


@pytest.mark.parametrize("samples", [0, 1, 100, 1500])
def test_a_moment_is_too_short(samples: int) -> None:
    assert refusal(np.ones(samples, np.float32)) == TOO_SHORT


def test_an_offset_is_no_sound_and_is_taken_away() -> None:
    recorded = in_a_room(hum(1.0)) + np.float32(0.3)
    found = trimmed(recorded, RATE_HZ)
    assert len(found) / RATE_HZ == pytest.approx(1.0 + 2 * MARGIN_S, abs=0.041)
    assert abs(found.mean()) < 0.01


def test_an_offset_that_drifts_as_the_microphone_wakes_up_is_no_sound() -> None:
    moments_s = np.arange(round(2.7 * RATE_HZ)) / RATE_HZ
    recorded = in_a_room(hum(1.0)) + (0.4 * np.exp(-moments_s / 0.3)).astype(np.float32)
    assert len(trimmed(recorded, RATE_HZ)) / RATE_HZ == pytest.approx(1.0 + 2 * MARGIN_S, abs=0.06)


def test_what_is_not_finite_is_silence() -> None:
    recorded = in_a_room(hum(1.0))
    recorded[100:140], recorded[20_000], recorded[-1] = np.nan, np.inf, -np.inf
    found = trimmed(recorded, RATE_HZ)
    assert np.isfinite(found).all()
    assert len(found) / RATE_HZ == pytest.approx(1.0 + 2 * MARGIN_S, abs=0.041)
    assert refusal(np.full(RATE_HZ, np.nan, np.float32)) == SILENT


def test_the_recording_itself_stays_as_it_was() -> None:
    recorded = in_a_room(hum(1.0)) + np.float32(0.1)
    before = recorded.copy()
    found = trimmed(recorded, RATE_HZ)
    found[:] = 0.0
    np.testing.assert_array_equal(recorded, before)
    assert found.dtype == np.float32
