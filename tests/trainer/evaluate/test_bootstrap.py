from __future__ import annotations

import numpy as np
import pytest

from tests.small_corpora import make_clip
from trainer.evaluate.bootstrap import RESAMPLES, interval, recording_of
from trainer.evaluate.retrieval import rank


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
    drawn: list[np.ndarray] = []

    def remember(counts: np.ndarray) -> float:
        drawn.append(counts)
        return 0.0

    interval(["a", "b", "a", "c", "b", "a"], remember)
    counts = np.array(drawn)
    assert counts.shape == (RESAMPLES, 6)
    np.testing.assert_array_equal(counts[:, 0], counts[:, 2])
    np.testing.assert_array_equal(counts[:, 0], counts[:, 5])
    np.testing.assert_array_equal(counts[:, 1], counts[:, 4])
    assert np.all(counts[:, [0, 1, 3]].sum(axis=1) == 3)  # as many recordings as there are, with repetition
    assert set(counts[:, 3]) == {0, 1, 2, 3}


def test_many_clips_of_few_recordings_are_few_witnesses() -> None:
    random = np.random.default_rng(0)
    of_recording = random.random(20)
    values = np.repeat(of_recording, 50)
    recordings = [str(number) for number in range(20) for _ in range(50)]

    def mean(counts: np.ndarray) -> float:
        return float(np.average(values, weights=counts))

    low, high = interval(recordings, mean)
    low_by_clip, high_by_clip = interval([str(clip) for clip in range(1000)], mean)
    assert high - low > 5 * (high_by_clip - low_by_clip)
    assert high - low == pytest.approx(2 * 1.96 * of_recording.std() / np.sqrt(20), rel=0.15)


def test_retrieval_of_single_sounds_has_the_interval_of_a_share() -> None:
    # 200 queries of one sound each, of which half are found at once: the standard error is the root of .25 / 200
    found = np.arange(200) % 2 == 0
    scores = np.where(found, 2.0, 0.0) * np.eye(200) + 1.0 * (1.0 - np.eye(200))
    ranking = rank(scores, np.eye(200, dtype=bool))
    low, high = interval([str(sound) for sound in range(200)], lambda counts: ranking.recall_at(1, counts))
    assert (low + high) / 2 == pytest.approx(0.5, abs=0.02)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 200), rel=0.15)


def test_the_same_figures_come_every_time() -> None:
    def mean(counts: np.ndarray) -> float:
        return float(np.average(np.arange(5), weights=counts))

    assert interval(list("abcde"), mean) == interval(list("abcde"), mean)
