from __future__ import annotations

import torch

from engine.clap.towers.encoded import Encoded, mean_of_valid


def test_the_mean_is_of_what_stands_for_something() -> None:
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]], [[5.0, 6.0], [100.0, 0.0], [0.0, 100.0]]])
    valid = torch.tensor([[True, True, False], [True, False, False]])
    torch.testing.assert_close(mean_of_valid(Encoded(states, valid)), torch.tensor([[2.0, 3.0], [5.0, 6.0]]))


def test_where_nothing_stands_for_anything_the_mean_is_finite() -> None:
    mean = mean_of_valid(Encoded(torch.ones(1, 2, 3), torch.zeros(1, 2, dtype=torch.bool)))
    assert mean.isfinite().all()
