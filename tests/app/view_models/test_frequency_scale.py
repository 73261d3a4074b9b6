"""Frequencies and heights: the same for the picture and its axis."""

from __future__ import annotations

import numpy as np
import pytest

from app.view_models.frequency_scale import FrequencyScale, ScaleKind, frequency_ticks


@pytest.mark.parametrize("kind", ["log", "mel"])
def test_heights_and_frequencies_are_each_others_inverse(kind: ScaleKind) -> None:
    scale = FrequencyScale.of_sound(kind, 48_000)
    hz = np.array([scale.min_hz + 1, 440.0, 1000.0, 24_000.0])
    np.testing.assert_allclose(scale.hz(scale.height(hz)), hz)
    assert float(scale.height(scale.min_hz)) == pytest.approx(0)
    assert float(scale.height(scale.max_hz)) == pytest.approx(1)


def test_octaves_are_equally_high_on_a_logarithmic_scale() -> None:
    heights = FrequencyScale.of_sound("log", 48_000).height(np.array([100.0, 200.0, 400.0, 800.0]))
    np.testing.assert_allclose(np.diff(heights), np.diff(heights)[0])


def test_the_mel_scale_gives_low_frequencies_less_room_than_a_logarithmic_one() -> None:
    log, mel = (FrequencyScale.of_sound(kind, 48_000) for kind in ("log", "mel"))
    assert float(mel.height(200.0)) < float(log.height(200.0)) / 2
    assert float(mel.height(1000.0)) == pytest.approx(1000 / (2595 * np.log10(1 + 24_000 / 700)), abs=1e-4)


def test_round_frequencies_are_labelled_and_powers_of_ten_come_first() -> None:
    scale = FrequencyScale.of_sound("log", 48_000)
    assert frequency_ticks(scale, 80, 16) == [(100.0, "100"), (1000.0, "1k"), (10_000.0, "10k")]
    assert [label for _, label in frequency_ticks(scale, 400, 16)][:6] == ["50", "100", "200", "500", "1k", "2k"]


def test_labels_keep_their_distance_and_stay_inside() -> None:
    for kind in ("log", "mel"):
        for rate_hz in (8_000, 44_100, 192_000):
            scale = FrequencyScale.of_sound(kind, rate_hz)
            heights = [float(scale.height(hz)) * 150 for hz, _ in frequency_ticks(scale, 150, 14)]
            assert heights
            assert min([8, *np.diff(heights)]) >= 7
            assert min(heights) >= 7
            assert max(heights) <= 143
