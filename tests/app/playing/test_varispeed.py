"""Another rate and another speed: length, pitch, and no click where the speed changes."""

from __future__ import annotations

import numpy as np
import pytest

from app.playing.varispeed import Varispeed

RATE_HZ = 48_000


def tone(hz: float, seconds: float, rate_hz: int) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz).astype(np.float32)[:, None]


def played(sound: np.ndarray, from_hz: int, speeds: list[float]) -> np.ndarray:
    """In blocks of 0.05 s, each at the next of these speeds, the last one for all the rest."""
    varispeed, frames = Varispeed(from_hz, RATE_HZ, 1), round(0.05 * from_hz)
    blocks = [sound[start : start + frames] for start in range(0, len(sound), frames)]
    parts = [varispeed.feed(block, speeds[min(number, len(speeds) - 1)]) for number, block in enumerate(blocks)]
    return np.concatenate([*parts, varispeed.finish()])[:, 0]


@pytest.mark.parametrize("from_hz", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("speed", [0.25, 0.5, 1.0, 1.37, 2.0])
def test_pitch_and_length_follow_the_speed(from_hz: int, speed: float) -> None:
    out = played(tone(440, 1, from_hz), from_hz, [speed])
    expected = tone(440 * speed, 1 / speed, RATE_HZ)[:, 0]
    assert abs(len(out) - len(expected)) <= 1
    middle = slice(2000, len(expected) - 2000)
    np.testing.assert_allclose(out[middle], expected[middle], atol=2e-3)


def test_samples_pass_unchanged_where_nothing_is_to_be_done() -> None:
    sound = np.random.default_rng(0).standard_normal((10_000, 1)).astype(np.float32)
    np.testing.assert_array_equal(played(sound, RATE_HZ, [1.0]), sound[:, 0])


@pytest.mark.parametrize("from_hz", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("speeds", [[1.0, 0.5], [0.5, 1.0], [1.0, 1.1, 1.3, 0.25, 2.0, 1.0]])
def test_a_change_of_speed_does_not_click(from_hz: int, speeds: list[float]) -> None:
    out = played(tone(200, 1, from_hz), from_hz, [speed for speed in speeds for _ in range(3)])
    steepest = 2 * np.pi * 200 * max(speeds) / RATE_HZ
    assert np.abs(np.diff(out[100:-100])).max() < 1.1 * steepest  # a step would be steeper than the tone ever is


def test_the_length_is_that_of_the_parts() -> None:
    out = played(tone(200, 1, 44_100), 44_100, [1.0] * 10 + [2.0])
    assert abs(len(out) - (0.5 + 0.25) * RATE_HZ) <= 2
