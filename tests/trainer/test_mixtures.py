from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.small_corpora import make_clip
from trainer.errors import TrainerError
from trainer.mixtures import MIXTURE_S, Mixture, draw_mixtures, render

RATE_HZ = 1000
CLIPS = [make_clip(source, f"{source}-{number}") for source in ("farm", "zoo", "sea") for number in range(3)]


def mixture(*, offset_s: float = 0.0, second_gain_db: float = 0.0) -> Mixture:
    return Mixture(CLIPS[0], CLIPS[3], offset_s, second_gain_db)


def rms(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(y))))


def test_both_clips_come_from_different_sources() -> None:
    mixtures = draw_mixtures(CLIPS, 100, seed=1)
    assert len(mixtures) == 100
    assert all(mixture.first.source != mixture.second.source for mixture in mixtures)


def test_fewer_mixtures_are_the_beginning_of_more() -> None:
    assert draw_mixtures(CLIPS, 5, seed=1) == draw_mixtures(CLIPS, 20, seed=1)[:5]
    assert draw_mixtures(CLIPS, 5, seed=1) != draw_mixtures(CLIPS, 5, seed=2)


def test_a_large_source_does_not_fill_everything() -> None:
    many = [make_clip("huge", str(number)) for number in range(10_000)]
    mixtures = draw_mixtures([*CLIPS, *many], 300, seed=1)
    drawn = Counter(clip.source for mixture in mixtures for clip in (mixture.first, mixture.second))
    assert drawn["huge"] <= 300  # never with itself
    assert min(drawn[source] for source in ("farm", "zoo", "sea")) > 60


def test_one_source_cannot_be_mixed() -> None:
    with pytest.raises(TrainerError, match="two sources"):
        draw_mixtures(CLIPS[:3], 1, seed=1)
    assert draw_mixtures(CLIPS[:3], 0, seed=1) == []


def test_the_second_sound_starts_at_its_offset_with_its_gain() -> None:
    random = np.random.default_rng(0)
    first, second = 0.01 * random.standard_normal((2, RATE_HZ)).astype(np.float32)
    mixed = render(mixture(offset_s=0.25, second_gain_db=6.0), first, second, sample_rate_hz=RATE_HZ)
    assert len(mixed) == 1250
    np.testing.assert_array_equal(mixed[:250], first[:250])
    added = mixed[250:] - np.concatenate([first[250:], np.zeros(250, dtype=np.float32)])
    assert 20 * np.log10(rms(added) / rms(first)) == pytest.approx(6.0, abs=0.01)
    np.testing.assert_allclose(added / added.max(), second / second.max(), atol=1e-5)


def test_a_mixture_ends_in_time_and_does_not_clip() -> None:
    loud = np.ones(10 * RATE_HZ, dtype=np.float32)
    mixed = render(mixture(offset_s=1.5, second_gain_db=10.0), loud, loud, sample_rate_hz=RATE_HZ)
    assert len(mixed) == MIXTURE_S * RATE_HZ
    assert np.abs(mixed).max() == 1.0


def test_silence_mixes_to_finite_sound() -> None:
    silence, tone = np.zeros(100, dtype=np.float32), np.full(100, 0.5, dtype=np.float32)
    for first, second in [(silence, tone), (tone, silence), (silence, silence)]:
        assert np.all(np.isfinite(render(mixture(second_gain_db=10.0), first, second, sample_rate_hz=RATE_HZ)))
