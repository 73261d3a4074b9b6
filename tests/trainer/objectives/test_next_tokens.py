from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from trainer.objectives.next_tokens import caption_losses


def test_each_token_is_told_from_those_before_it() -> None:
    tokens, mask = torch.tensor([[1, 5, 3, 0], [1, 4, 2, 6]]), torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]])
    right = 50.0 * functional.one_hot(torch.cat([tokens[:, 1:], tokens[:, :1]], dim=1), 7).float()
    assert caption_losses(right, tokens, mask).tolist() == pytest.approx([0.0, 0.0], abs=1e-6)
    # to say the token itself rather than the next one
    assert caption_losses(50.0 * functional.one_hot(tokens, 7).float(), tokens, mask).min() > 10.0


def test_knowing_nothing_costs_the_logarithm_of_the_vocabulary_whatever_the_length() -> None:
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]])
    losses = caption_losses(torch.zeros(3, 4, 7), torch.ones(3, 4, dtype=torch.int64), mask)
    assert losses.tolist() == pytest.approx([math.log(7), math.log(7), 0.0], abs=1e-6)
