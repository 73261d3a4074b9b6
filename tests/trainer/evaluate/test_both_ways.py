"""R@k and mAP@10 in both directions against what a slow loop over the definitions counts (seeds M1 to M4)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trainer.errors import TrainerError
from trainer.evaluate.both_ways import COLUMNS, both_ways_table, described, measured
from trainer.evaluate.systems import Chance, NetworkSystem, Sounds
from trainer.manifest import Clip


def clip(recording: str, *captions: str) -> Clip:
    caption, *others = captions or ("",)
    return Clip(Path(f"{recording}.wav"), "s", recording, "", caption, 1.0, "CC0", other_captions=tuple(others))


def slow(scores: np.ndarray, relevant: np.ndarray, k: int) -> tuple[float, float]:
    """R@k and mAP@k, item by item; of equal scores the wrong one comes first."""
    recalls, precisions = [], []
    for of_query, wanted in zip(scores, relevant, strict=True):
        ranking = sorted(range(len(of_query)), key=lambda i: (-of_query[i], wanted[i]))
        first = [bool(wanted[i]) for i in ranking[:k]]
        recalls.append(float(any(first)))
        found = [sum(first[: place + 1]) / (place + 1) for place, hit in enumerate(first) if hit]
        precisions.append(sum(found) / min(k, int(wanted.sum())))
    return float(np.mean(recalls)), float(np.mean(precisions))


@pytest.mark.parametrize("levels", [1000, 3], ids=["hardly a tie", "many ties"])
def test_figures_are_those_of_the_definitions(levels: int) -> None:
    random = np.random.default_rng(levels)
    asked = described([clip(str(i), *(f"{i}, said {way}" for way in range(5))) for i in range(14)])
    scores = random.integers(0, levels, asked.relevant.shape) / levels + 0.3 * asked.relevant * (levels > 3)
    found = dict(zip(COLUMNS, (each.value for each in measured(scores, asked)), strict=True))
    for way, of_scores, relevant in (("T2A", scores, asked.relevant), ("A2T", scores.T, asked.relevant.T)):
        for k in (1, 5, 10):
            assert found[f"{way} R@{k}"] == pytest.approx(slow(of_scores, relevant, k)[0])
        assert found[f"{way} mAP@10"] == pytest.approx(slow(of_scores, relevant, 10)[1])


def test_three_sounds_by_hand() -> None:
    asked = described([clip("a", "a"), clip("b", "b"), clip("c", "c")])
    scores = np.array([[0.9, 0.1, 0.2], [0.5, 0.4, 0.3], [0.2, 0.2, 0.2]])  # found first, second, and tied with two
    found = dict(zip(COLUMNS, (each.value for each in measured(scores, asked)), strict=True))
    assert found["T2A R@1"] == pytest.approx(1 / 3)
    assert found["T2A mAP@10"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert found["T2A R@5"] == 1.0
    assert found["A2T R@1"] == pytest.approx(2 / 3)  # the third sound's caption is second to that of the second


def test_equal_captions_are_one_text_for_all_their_sounds() -> None:
    asked = described([clip("a", "rain", "water"), clip("b", "rain"), clip("c"), clip("d", "wind")])
    assert asked.positions.tolist() == [0, 1, 3]
    assert asked.texts == ["rain", "water", "wind"]
    assert asked.relevant.tolist() == [[True, True, False], [True, False, False], [False, False, True]]
    with pytest.raises(TrainerError, match="caption"):
        described([clip("a")])


def test_a_network_that_hears_stands_beside_chance(clips: list[Clip], tone_system: NetworkSystem) -> None:
    sounds = Sounds([*clips, replace(clips[0], caption="")], 8000)
    table = both_ways_table([Chance(8000), tone_system], sounds)
    assert [row.name for row in table.rows] == ["chance", "tones"]
    for column in COLUMNS:
        if "R@" in column:
            assert table.figure("tones", column).value == 1.0
    assert table.figure("tones", "A2T mAP@10").value == 1.0
    assert table.figure("chance", "T2A R@1").value < 1.0
    assert table.notes[0].startswith("both ways: 6 captions, 3 of them of several sounds; 15 sounds from 9 recordings")
