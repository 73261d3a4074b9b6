from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from trainer.objectives.contrastive import caption_loss


def loss_of(vector: Tensor, candidates: Tensor, wanted: Tensor, *, temperature: float = 0.05) -> float:
    """The loss of a single vector."""
    return caption_loss(vector[None], candidates, wanted[None], torch.ones(1), temperature=temperature).item()


def test_caption_loss_by_hand() -> None:
    # two captions at a right angle, temperature 1: targets are the softmax of (2, 0), since they are twice as sharp
    candidates = torch.eye(2)
    loss = loss_of(torch.tensor([4.0, 0.0]), candidates, candidates[0], temperature=1.0)
    target = math.exp(2.0) / (math.exp(2.0) + 1.0)
    log_shares = 1.0 - math.log(math.e + 1.0), -math.log(math.e + 1.0)
    torch.testing.assert_close(loss, -(target * log_shares[0] + (1 - target) * log_shares[1]), atol=1e-6, rtol=0)


def test_near_equal_captions_share_the_target() -> None:
    candidates = torch.tensor([[1.0, 0.0], [0.99, math.sqrt(1 - 0.99**2)], [0.0, -1.0]])  # barks, barking, rain
    at_barks, at_barking, at_rain = (loss_of(vector, candidates, candidates[0]) for vector in candidates)
    assert at_barking - at_barks < 0.1
    assert at_rain > at_barks + 10.0


def test_with_captions_at_right_angles_it_is_cross_entropy() -> None:
    candidates, wanted = torch.eye(6), torch.tensor([0, 3, 3, 5])
    vectors = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    expected = functional.cross_entropy(functional.normalize(vectors, dim=-1) / 0.05, wanted)
    loss = caption_loss(vectors, candidates, candidates[wanted], torch.ones(4), temperature=0.05)
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=0)


def test_the_right_caption_costs_less_than_a_wrong_one_whatever_the_length_of_the_vector() -> None:
    candidates = functional.normalize(torch.randn(5, 8, generator=torch.Generator().manual_seed(1)), dim=-1)
    right = loss_of(candidates[2], candidates, candidates[2])
    assert right < loss_of(candidates[2], candidates, candidates[4])
    torch.testing.assert_close(loss_of(100.0 * candidates[2], candidates, candidates[2]), right, atol=1e-4, rtol=0)


def test_what_is_wanted_need_not_be_a_candidate() -> None:
    # the target is then spread over the candidates that are most like it
    candidates, between = torch.eye(3), torch.tensor([0.6, 0.8, 0.0])
    at_each = [loss_of(vector, candidates, between, temperature=0.2) for vector in candidates]
    assert at_each[1] < at_each[0] < at_each[2]


def test_vectors_outside_the_mask_do_not_count() -> None:
    vectors, candidates = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.eye(2)
    alone = caption_loss(vectors[:1], candidates, candidates[:1], torch.ones(1), temperature=0.1)
    masked = caption_loss(vectors, candidates, candidates, torch.tensor([1.0, 0.0]), temperature=0.1)
    torch.testing.assert_close(alone, masked)
    assert caption_loss(vectors, candidates, candidates, torch.zeros(2), temperature=0.1).item() == 0.0
