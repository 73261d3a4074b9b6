from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from trainer.evaluate.average_precision import ClassPrecision, average_precision_figure


@pytest.mark.parametrize("levels", [10_000, 4], ids=["hardly a tie", "many ties"])
def test_it_is_scikit_learns_and_leaves_out_classes_without_sounds(levels: int) -> None:
    random = np.random.default_rng(0)
    truth = random.random((60, 5)) < 0.3
    truth[:, 2] = False
    scores = random.integers(0, levels, truth.shape) / levels
    present = [number for number in range(5) if number != 2]
    expected = average_precision_score(truth[:, present], scores[:, present], average="macro")
    found = average_precision_figure(truth, scores, np.arange(60))
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high


def test_a_sound_that_is_drawn_twice_counts_twice() -> None:
    random = np.random.default_rng(1)
    truth, scores = random.random(30) < 0.4, random.integers(0, 8, 30) / 8
    counts = random.integers(0, 3, 30)
    repeated = np.repeat(np.arange(30), counts)
    one = ClassPrecision(truth, scores)
    assert one.value(counts.astype(float)) == pytest.approx(average_precision_score(truth[repeated], scores[repeated]))
    assert one.value(np.zeros(30)) is None
