from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from trainer.optimizer import SharpnessStep
from trainer.optimizers import Lars, make_optimizer, set_rate
from trainer.recipe import DescentConfig

KINDS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD, "lars": Lars}


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_decay_and_what_shifts_and_scales_does_not(kind: Any) -> None:
    layers = nn.Sequential(nn.Linear(3, 3), nn.LayerNorm(3))
    optimizer = make_optimizer(list(layers.parameters()), DescentConfig(kind, learning_rate=0.1, weight_decay=0.5))
    assert isinstance(optimizer, KINDS[kind])
    before = [each.detach().clone() for each in layers.parameters()]
    for each in layers.parameters():
        each.grad = torch.zeros_like(each)
    optimizer.step()
    moved = [not torch.equal(was, now) for was, now in zip(before, layers.parameters(), strict=True)]
    assert moved == [True, False, False, False]


def test_every_group_gets_the_rate() -> None:
    optimizer = make_optimizer(list(nn.Linear(3, 2).parameters()), DescentConfig())
    set_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]


@pytest.mark.parametrize("slope", [1e-3, 1.0, 1e3])
def test_lars_moves_a_matrix_by_its_own_length_and_a_vector_by_its_gradient(slope: float) -> None:
    matrix, vector = nn.Parameter(torch.full((2, 2), 3.0)), nn.Parameter(torch.zeros(2))
    optimizer = Lars([matrix, vector], lr=2.0, momentum=0.9, trust=0.001)
    matrix.grad, vector.grad = torch.full((2, 2), slope), torch.full((2,), slope)
    optimizer.step()
    torch.testing.assert_close(matrix.detach(), torch.full((2, 2), 3.0 - 2.0 * 0.001 * 3.0))
    torch.testing.assert_close(vector.detach(), torch.full((2,), -2.0 * slope))
    optimizer.step()  # momentum: as far again, and nine tenths of the first
    assert vector[0].item() == pytest.approx(-2.0 * slope * 2.9)


def test_sharpness_leaves_no_bit_of_the_weights_changed() -> None:  # K27
    weights = nn.Parameter(torch.randn(1000) * torch.logspace(-6, 6, 1000))
    before = weights.detach().clone()
    weights.grad = torch.randn(1000)
    sharpness = SharpnessStep([weights], radius=0.075)
    sharpness.climb()
    assert (weights - before).norm().item() == pytest.approx(0.075, rel=0.3)  # as far as float32 can tell
    sharpness.back()
    assert torch.equal(weights, before)
