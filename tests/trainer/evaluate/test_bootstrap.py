from __future__ import annotations

import numpy as np
import pytest

from tests.small_corpora import make_clip
from trainer.evaluate.bootstrap import groups_of_queries, interval, recording_of


@pytest.mark.parametrize(
    ("name", "recording"),
    [
        ("esc10/001 - Dog bark/2-118072-A.ogg", "2-118072"),
        ("esc10/001 - Dog bark/2-118072-B.ogg", "2-118072"),
        ("1-100032-A-0.wav", "1-100032"),  # with the class at its end
        ("esc10/001 - Dog bark/2-118073-A.ogg", "2-118073"),
        ("moodist/sounds/rain-A.mp3", "moodist/sounds/rain-A.mp3"),
    ],
)
def test_takes_of_one_recording_belong_together(name: str, recording: str) -> None:
    assert recording_of(make_clip("zoo", name)) == recording


def test_clips_of_one_recording_are_drawn_together() -> None:
    values = np.random.default_rng(0).random(20)
    recordings = [str(number) for number in range(20)]
    # fifty equal clips of a recording say no more than one
    assert interval(np.repeat(values, 50), np.repeat(recordings, 50)) == pytest.approx(interval(values, recordings))
    low, high = interval(values, recordings)
    low_by_clip, high_by_clip = interval(np.repeat(values, 50), range(1000))
    assert high - low > 5 * (high_by_clip - low_by_clip)


def test_large_recordings_weigh_as_much_as_they_have_clips() -> None:
    # drawn are: both small ones, one of each, or the large one twice
    assert interval(np.array([0.0, 1.0, 1.0, 1.0]), ["a", "b", "b", "b"]) == (0.0, 1.0)
    values = np.concatenate([np.zeros(100), np.ones(300)])
    recordings = np.concatenate([np.arange(100), 100 + np.arange(300) // 3])
    low, high = interval(values, recordings)
    assert (low + high) / 2 == pytest.approx(0.75, abs=0.02)


def test_the_interval_of_a_share_is_as_wide_as_its_standard_error_says() -> None:
    found = np.arange(200) % 2
    low, high = interval(found, range(200))
    assert (low + high) / 2 == pytest.approx(0.5, abs=0.02)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 200), rel=0.1)


def test_a_value_of_two_recordings_counts_when_both_are_drawn() -> None:
    # each recording takes part in ten pairs: 100 pairs are far from 100 witnesses
    pairs = np.array([(first, 10 + second) for first in range(10) for second in range(10)])
    by_first = (pairs[:, 0] < 5).astype(float)
    low, high = interval(by_first, pairs)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 10), rel=0.25)
    low_by_pair, high_by_pair = interval(by_first, range(100))
    assert high - low > 2 * (high_by_pair - low_by_pair)


def test_a_group_of_one_member_is_that_member() -> None:
    values, recordings = np.arange(6.0), np.array(list("aabbcd"))
    assert interval(values, recordings[:, np.newaxis]) == interval(values, recordings)


def test_what_is_always_so_has_no_interval() -> None:
    assert interval(np.ones(7), list("aabbccc")) == (1.0, 1.0)


def test_the_same_figures_come_every_time() -> None:
    values = np.arange(5.0)
    assert interval(values, list("abcde")) == interval(values, list("abcde"))


def test_queries_that_share_a_recording_are_drawn_together() -> None:
    recordings = ["rain-1", "rain-1", "dog", "rain-2", "bell"]
    relevant = np.array(
        [
            [1, 0, 0, 0, 0],  # heavy rain, cut from the first recording of rain
            [0, 1, 0, 1, 0],  # light rain, cut from both
            [0, 0, 1, 0, 0],
            [0, 0, 0, 0, 1],
        ],
        dtype=bool,
    )
    heavy, light, dog, bell = groups_of_queries(relevant, recordings)
    assert heavy == light
    assert len({heavy, dog, bell}) == 3
