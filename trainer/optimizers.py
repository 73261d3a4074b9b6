"""Descent as a recipe names it. Matrices and kernels decay, biases and the scales of normalisation do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from trainer.optimizer import decay_groups
from trainer.recipe import DescentConfig

MOMENTUM = 0.9  # of sgd and lars
TRUST = 0.001  # of lars: how far a matrix moves beside its own length (You et al. 2017)


def make_optimizer(trainable: Sequence[nn.Parameter], settings: DescentConfig) -> torch.optim.Optimizer:
    """adam: C14, C26; adamw: K17, K26; sgd and lars: D28, both with a momentum of 0.9."""
    groups = decay_groups(trainable, settings.weight_decay)
    match settings.kind:
        case "adam":
            return torch.optim.Adam(groups, lr=settings.learning_rate, fused=True)
        case "adamw":
            return torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)
        case "sgd":
            return torch.optim.SGD(groups, lr=settings.learning_rate, momentum=MOMENTUM)
        case "lars":
            return Lars(groups, lr=settings.learning_rate)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


class Lars(torch.optim.Optimizer):
    """Layer-wise adaptive rates (You et al. 2017, https://arxiv.org/abs/1708.03888), with momentum.

    A matrix moves in proportion to its own length, whatever that of its gradient; vectors move as in SGD.
    """

    def __init__(
        self, params: Any, lr: float, *, momentum: float = MOMENTUM, trust: float = TRUST, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "trust": trust, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """`closure` is never called: the gradients are there."""
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    self._move(weights, group)

    def _move(self, weights: nn.Parameter, group: dict[str, Any]) -> None:
        assert weights.grad is not None
        change = weights.grad.add(weights, alpha=group["weight_decay"])
        if weights.ndim > 1:
            length, of_change = weights.norm(), change.norm()
            share = torch.where((length > 0) & (of_change > 0), group["trust"] * length / of_change, 1.0)
            change = change * share
        state = self.state[weights]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weights)
        weights.add_(state["momentum"].mul_(group["momentum"]).add_(change), alpha=-group["lr"])
