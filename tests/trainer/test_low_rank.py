from __future__ import annotations

import torch
from torch import nn

from trainer.low_rank import LowRank, add_low_rank, merge_low_rank


def make_module() -> nn.Sequential:
    return nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Sequential(nn.Linear(8, 3)))


def test_a_change_begins_as_none_and_only_it_is_learned() -> None:
    module, x = make_module(), torch.randn(5, 6)
    before = module(x)
    learned = add_low_rank(module, 2, torch.Generator().manual_seed(0))
    torch.testing.assert_close(module(x), before)
    assert [tuple(parameter.shape) for parameter in learned] == [(2, 6), (8, 2), (2, 8), (3, 2)]
    module(x).sum().backward()
    assert all(parameter.grad is not None for parameter in learned)
    assert all(part.linear.weight.grad is None for part in module.modules() if isinstance(part, LowRank))


def test_merged_layers_do_what_they_learned_and_have_the_shape_they_had() -> None:
    module, x = make_module(), torch.randn(5, 6)
    shapes = {name: value.shape for name, value in module.state_dict().items()}
    with torch.no_grad():
        for parameter in add_low_rank(module, 2, torch.Generator().manual_seed(0)):
            parameter.normal_()
    changed = module(x)
    merge_low_rank(module)
    torch.testing.assert_close(module(x), changed)
    assert {name: value.shape for name, value in module.state_dict().items()} == shapes
    assert not any(isinstance(part, LowRank) for part in module.modules())
