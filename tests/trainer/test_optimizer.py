from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from trainer.optimizer import WeightAverage, decay_groups, learning_rate


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, 0.1),  # one tenth of the warm-up
        (4, 0.5),
        (9, 1.0),
        (10, 1.0),  # the cosine begins
        (60, 0.01 + 0.99 * 0.5),  # half-way
        (35, 0.01 + 0.99 * 0.5 * (1 + math.sqrt(0.5))),
        (110, 0.01),
        (1000, 0.01),  # beyond the end
    ],
)
def test_the_rate_rises_in_a_line_and_falls_along_half_a_cosine(step: int, expected: float) -> None:
    assert learning_rate(step, peak=2.0, warmup_steps=10, steps=110) == pytest.approx(2.0 * expected)


def test_without_warm_up_the_rate_starts_at_its_peak() -> None:
    assert learning_rate(0, peak=2.0, warmup_steps=0, steps=10) == 2.0


def test_matrices_decay_and_vectors_do_not() -> None:
    layers = nn.Sequential(nn.Conv1d(2, 3, 1), nn.LayerNorm(3))
    decayed, kept = decay_groups(layers.parameters(), 0.05)
    assert decayed == {"params": [layers[0].weight], "weight_decay": 0.05}
    assert kept == {"params": [layers[0].bias, layers[1].weight, layers[1].bias], "weight_decay": 0.0}


def test_an_average_moves_by_what_the_decay_leaves() -> None:
    average = WeightAverage({"w": torch.tensor([0.0, 8.0])}, decay=0.75)
    average.update({"w": torch.tensor([4.0, 8.0])}, step=1_000_000)
    torch.testing.assert_close(average.values["w"], torch.tensor([1.0, 8.0]))
    average.update({"w": torch.tensor([4.0, 0.0])}, step=1_000_001)
    torch.testing.assert_close(average.values["w"], torch.tensor([1.75, 6.0]))


@pytest.mark.parametrize(("step", "decay"), [(0, 0.1), (8, 0.5), (90, 0.91), (1_000_000, 0.999)])
def test_early_steps_are_forgotten_sooner(step: int, decay: float) -> None:
    average = WeightAverage({"w": torch.tensor([1.0])}, decay=0.999)
    average.update({"w": torch.tensor([0.0])}, step)
    assert average.values["w"].item() == pytest.approx(decay)


def test_counters_are_copied_not_averaged() -> None:
    average = WeightAverage({"batches": torch.tensor(3)}, decay=0.999)
    average.update({"batches": torch.tensor(7)}, step=1_000_000)
    assert average.values["batches"].item() == 7


def test_an_average_is_apart_from_the_weights_it_began_with() -> None:
    weights = torch.tensor([1.0])
    average = WeightAverage({"w": weights}, decay=0.5)
    weights += 1.0
    assert average.values["w"].item() == 1.0
