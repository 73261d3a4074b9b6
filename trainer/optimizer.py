"""Descent: learning-rate schedule, weight decay, weight averaging and sharpness-aware minimisation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from trainer.config import OptimizerConfig


def learning_rate(step: int, *, peak: float, warmup_steps: int, steps: int) -> float:
    """Linear warm-up to `peak`, then half a cosine down to 1 % of it."""
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    progress = (step - warmup_steps) / max(1, steps - warmup_steps)
    return peak * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress))))


def decay_groups(parameters: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, object]]:
    """Matrices and kernels decay; biases and the scales of normalisation do not."""
    decayed: list[nn.Parameter] = []
    kept: list[nn.Parameter] = []
    for parameter in parameters:
        (decayed if parameter.ndim > 1 else kept).append(parameter)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": kept, "weight_decay": 0.0}]


def make_optimizer(trainable: Sequence[nn.Parameter], settings: OptimizerConfig) -> torch.optim.AdamW:
    return torch.optim.AdamW(decay_groups(trainable, settings.weight_decay), betas=(0.9, 0.98), fused=True)


def set_rate(optimizer: torch.optim.Optimizer, settings: OptimizerConfig, step: int, steps: int) -> None:
    """The learning rate of one step of so many."""
    rate = learning_rate(step, peak=settings.learning_rate, warmup_steps=settings.warmup_steps, steps=steps)
    for group in optimizer.param_groups:
        group["lr"] = rate


def descend(optimizer: torch.optim.Optimizer, trainable: Sequence[nn.Parameter], clip_norm: float) -> None:
    """Follow the gradients, clipped to `clip_norm`, and forget them."""
    nn.utils.clip_grad_norm_(trainable, clip_norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


class SharpnessStep:
    """Sharpness-aware minimisation (Foret et al. 2021, https://arxiv.org/abs/2010.01412; seeds K27).

    `climb` moves the weights by `radius` along their gradient; the gradient taken there is the one to descend by, from
    where `back` returns to.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], radius: float) -> None:
        self.parameters = parameters
        self.radius = radius
        self._left: list[tuple[nn.Parameter, Tensor]] = []

    @torch.no_grad()
    def climb(self) -> None:
        with_gradient = [(each, each.grad) for each in self.parameters if each.grad is not None]
        norm = torch.nn.utils.get_total_norm([gradient for _, gradient in with_gradient])
        self._left = [(each, each.clone()) for each, _ in with_gradient]
        for each, gradient in with_gradient:
            each.add_(gradient * (self.radius / (norm + 1e-12)))
            each.grad = None

    @torch.no_grad()
    def back(self) -> None:
        """To the very bit: what was added is not always what is taken away again."""
        for each, value in self._left:
            each.copy_(value)
        self._left = []


class WeightAverage:
    """Exponential moving average of named tensors (Polyak averaging); early steps weigh less."""

    def __init__(self, values: Mapping[str, Tensor], decay: float) -> None:
        self.decay = decay
        self.values = {name: value.detach().clone() for name, value in values.items()}

    @torch.no_grad()
    def update(self, values: Mapping[str, Tensor], step: int) -> None:
        decay = min(self.decay, (1.0 + step) / (10.0 + step))
        floating = [name for name, value in values.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.values[name] for name in floating], [values[name] for name in floating], 1.0 - decay)
        for name in values.keys() - set(floating):
            self.values[name].copy_(values[name])
