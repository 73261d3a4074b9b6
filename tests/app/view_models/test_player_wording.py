"""What the player's controls say."""

from __future__ import annotations

import math

import pytest

from app.playing.varispeed import FASTEST, SLOWEST
from app.view_models.player_wording import (
    gain_label,
    position_label,
    slider_of_gain,
    slider_of_speed,
    speed_label,
    speed_of_slider,
)


def test_a_position_is_shown_with_tenths_beside_the_length() -> None:
    assert position_label(42.34, 190.0) == "0:42.3 / 3:10"
    assert position_label(0.0, 1.84) == "0:00.0 / 0:01.8"
    assert position_label(3.0, None) == "0:03.0"
    assert position_label(None, None) == ""


@pytest.mark.parametrize(("gain_db", "label"), [(-6.0, "−6 dB"), (3.0, "+3 dB"), (0.0, "0 dB"), (-60.0, "−∞ dB")])
def test_gains_are_shown_with_their_sign(gain_db: float, label: str) -> None:
    assert gain_label(gain_db) == label
    assert slider_of_gain(gain_db) == gain_db


def test_a_gain_beyond_the_slider_is_at_its_end() -> None:
    assert (slider_of_gain(-math.inf), slider_of_gain(12.0)) == (-60, 6)


@pytest.mark.parametrize(("speed", "label"), [(1.0, "1×"), (0.5, "0.5×"), (1.25, "1.25×"), (2.0, "2×")])
def test_speeds_are_shown_short(speed: float, label: str) -> None:
    assert speed_label(speed) == label


def test_the_ends_of_the_speed_slider_are_the_slowest_and_the_fastest() -> None:
    assert speed_of_slider(slider_of_speed(SLOWEST)) == SLOWEST
    assert speed_of_slider(slider_of_speed(FASTEST)) == FASTEST


def test_close_to_the_middle_the_speed_is_exactly_one() -> None:
    assert [speed_of_slider(step) for step in (-2, -1, 0, 1, 2)] == [1.0] * 5
    assert speed_of_slider(3) > 1.0
