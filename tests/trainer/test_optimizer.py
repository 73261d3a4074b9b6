from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.small_corpora import SMALL_RECIPE
from trainer.config import OptimizerConfig
from trainer.optimizer import (
    SharpnessStep,
    WeightAverage,
    decay_groups,
    descend,
    learning_rate,
    make_optimizer,
    set_rate,
)


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
    average = WeightAverage({"w": torch.zeros(2), "batches": torch.tensor(3)}, decay=0.75)
    average.update({"w": torch.ones(2), "batches": torch.tensor(7)}, step=1_000_000)
    assert average.values["batches"].item() == 7
    assert average.values["w"].tolist() == [0.25, 0.25]


def test_an_average_is_apart_from_the_weights_it_began_with() -> None:
    weights = torch.tensor([1.0])
    average = WeightAverage({"w": weights}, decay=0.5)
    weights += 1.0
    assert average.values["w"].item() == 1.0


def settings_with(**changes: Any) -> OptimizerConfig:
    return replace(SMALL_RECIPE.optimizer, **changes)


def test_descent_follows_clipped_gradients_and_forgets_them() -> None:
    weights = nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = torch.optim.SGD([weights], lr=0.5)
    weights.grad = torch.tensor([30.0, 40.0])
    descend(optimizer, [weights], clip_norm=5.0)
    torch.testing.assert_close(weights.detach(), torch.tensor([1.0 - 0.5 * 3.0, 2.0 - 0.5 * 4.0]))
    assert weights.grad is None


def test_every_group_gets_the_rate_of_the_step() -> None:
    optimizer = make_optimizer(list(nn.Linear(3, 2).parameters()), settings_with(weight_decay=0.1))
    set_rate(optimizer, settings_with(learning_rate=2.0, warmup_steps=10), step=4, steps=110)
    assert [(group["lr"], group["weight_decay"]) for group in optimizer.param_groups] == [(1.0, 0.1), (1.0, 0.0)]


def test_sharpness_is_measured_a_radius_up_the_gradient_and_the_weights_come_back() -> None:
    first, second = nn.Parameter(torch.tensor([1.0])), nn.Parameter(torch.tensor([2.0, 3.0]))
    still = nn.Parameter(torch.tensor([7.0]))
    sharpness = SharpnessStep([first, second, still], radius=0.5)
    first.grad, second.grad = torch.tensor([2.0]), torch.tensor([1.0, -2.0])  # of length 3 together
    sharpness.climb()
    torch.testing.assert_close(first.detach(), torch.tensor([1.0 + 0.5 * 2 / 3]))
    torch.testing.assert_close(second.detach(), torch.tensor([2.0 + 0.5 / 3, 3.0 - 0.5 * 2 / 3]))
    assert still.item() == 7.0
    assert [each.grad for each in (first, second, still)] == [None, None, None]
    sharpness.back()
    torch.testing.assert_close(first.detach(), torch.tensor([1.0]))
    torch.testing.assert_close(second.detach(), torch.tensor([2.0, 3.0]))


def test_a_narrow_hole_holds_plain_descent_but_not_one_that_minds_sharpness() -> None:
    # a narrow dip at 0 in the slope to a wide valley at 2
    def height(x: Tensor) -> Tensor:
        return -torch.exp(-((x / 0.1) ** 2)) - torch.exp(-((x - 2.0) ** 2))

    def end_of_descent(radius: float) -> float:
        x = nn.Parameter(torch.tensor([0.05]))
        sharpness = SharpnessStep([x], radius)
        for _ in range(300):
            height(x).backward()
            if radius:
                sharpness.climb()
                height(x).backward()
                sharpness.back()
            descend(torch.optim.SGD([x], lr=0.02), [x], clip_norm=1.0)
        return x.item()

    assert end_of_descent(0.0) == pytest.approx(0.0, abs=0.05)
    assert end_of_descent(0.5) > 0.4


def test_without_gradients_sharpness_moves_nothing() -> None:
    weights = nn.Parameter(torch.tensor([1.0]))
    weights.grad = torch.zeros(1)
    sharpness = SharpnessStep([weights], radius=0.5)
    sharpness.climb()
    assert weights.item() == 1.0
