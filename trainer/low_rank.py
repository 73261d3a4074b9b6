"""Changes of low rank to linear layers that otherwise stay as they are (LoRA, https://arxiv.org/abs/2106.09685).

A layer W becomes W + up·down with `rank` numbers between in and out: a few examples can teach so little without
unlearning the rest. Merged, the network has the shape it had before.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LowRank(nn.Module):
    """A frozen linear layer and its change, which begins as none."""

    def __init__(self, linear: nn.Linear, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        start = torch.randn(rank, linear.in_features, generator=generator) / linear.in_features**0.5
        self.down = nn.Parameter(start)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.linear(x) + (x @ self.down.T) @ self.up.T
        return changed

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        self.linear.weight += self.up @ self.down
        return self.linear


def add_low_rank(module: nn.Module, rank: int, generator: torch.Generator) -> list[nn.Parameter]:
    """Give every linear layer inside `module` a change; returns what is to be learned."""
    learned: list[nn.Parameter] = []
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            layer = LowRank(child, rank, generator)
            setattr(module, name, layer)
            learned += [layer.down, layer.up]
        else:
            learned += add_low_rank(child, rank, generator)
    return learned


def merge_low_rank(module: nn.Module) -> None:
    """Let every layer inside `module` be what it has become."""
    for name, child in list(module.named_children()):
        if isinstance(child, LowRank):
            setattr(module, name, child.merged())
        else:
            merge_low_rank(child)
