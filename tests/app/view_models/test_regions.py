"""Regions as they are drawn, and as keys set their ends."""

from __future__ import annotations

from app.playing.audio_stream import Region
from app.view_models.regions import ending_at, region_between, starting_at


def test_a_region_lies_between_two_moments_in_any_order() -> None:
    assert region_between(3.0, 1.0, 10.0) == Region(1.0, 3.0)


def test_a_region_ends_with_the_sound() -> None:
    assert region_between(-1.0, 12.0, 10.0) == Region(0.0, 10.0)


def test_what_is_too_short_is_no_region() -> None:
    assert region_between(1.0, 1.005, 10.0) is None


def test_a_start_keeps_the_end_if_it_can() -> None:
    assert starting_at(Region(1.0, 3.0), 2.0, 10.0) == Region(2.0, 3.0)
    assert starting_at(Region(1.0, 3.0), 4.0, 10.0) == Region(4.0, 10.0)
    assert starting_at(None, 4.0, 10.0) == Region(4.0, 10.0)
    assert starting_at(Region(1.0, 3.0), 10.0, 10.0) == Region(1.0, 3.0)


def test_an_end_keeps_the_start_if_it_can() -> None:
    assert ending_at(Region(1.0, 3.0), 2.0, 10.0) == Region(1.0, 2.0)
    assert ending_at(Region(1.0, 3.0), 0.5, 10.0) == Region(0.0, 0.5)
    assert ending_at(None, 4.0, 10.0) == Region(0.0, 4.0)
    assert ending_at(None, 0.0, 10.0) is None
