from __future__ import annotations

import math

import numpy as np
import torch
from torch.nn import functional

from trainer.objectives.contrastive import caption_loss


def test_caption_loss_by_hand() -> None:
    # two captions at a right angle, temperature 1: targets are the softmax of (2, 0), since they are twice as sharp
    bank = torch.eye(2)
    loss = caption_loss(torch.tensor([[4.0, 0.0]]), bank, torch.tensor([0]), torch.ones(1), temperature=1.0)
    target = math.exp(2.0) / (math.exp(2.0) + 1.0)
    log_shares = 1.0 - math.log(math.e + 1.0), -math.log(math.e + 1.0)
    torch.testing.assert_close(loss.item(), -(target * log_shares[0] + (1 - target) * log_shares[1]), atol=1e-6, rtol=0)


def test_near_equal_captions_share_the_target() -> None:
    barks, barking, rain = np.array([1.0, 0.0]), np.array([0.99, math.sqrt(1 - 0.99**2)]), np.array([0.0, -1.0])
    bank = torch.tensor(np.stack([barks, barking, rain]), dtype=torch.float32)
    at_barks, at_barking, at_rain = (
        caption_loss(vector[None], bank, torch.tensor([0]), torch.ones(1), temperature=0.05).item() for vector in bank
    )
    assert at_barking - at_barks < 0.1
    assert at_rain > at_barks + 10.0


def test_with_captions_at_right_angles_it_is_cross_entropy() -> None:
    generator = torch.Generator().manual_seed(0)
    bank, wanted = torch.eye(6), torch.tensor([0, 3, 3, 5])
    vectors = torch.randn(4, 6, generator=generator)
    expected = functional.cross_entropy(functional.normalize(vectors, dim=-1) / 0.05, wanted)
    loss = caption_loss(vectors, bank, wanted, torch.ones(4), temperature=0.05)
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=0)


def test_the_right_caption_costs_less_than_a_wrong_one_whatever_the_length_of_the_vector() -> None:
    bank = functional.normalize(torch.randn(5, 8, generator=torch.Generator().manual_seed(1)), dim=-1)

    def loss(vector: torch.Tensor, wanted: int) -> float:
        return caption_loss(vector[None], bank, torch.tensor([wanted]), torch.ones(1), temperature=0.05).item()

    assert loss(bank[2], 2) < loss(bank[2], 4)
    np.testing.assert_allclose(loss(100.0 * bank[2], 2), loss(bank[2], 2), atol=1e-4)


def test_vectors_outside_the_mask_do_not_count() -> None:
    vectors, wanted = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1])
    alone = caption_loss(vectors[:1], torch.eye(2), wanted[:1], torch.ones(1), temperature=0.1)
    masked = caption_loss(vectors, torch.eye(2), wanted, torch.tensor([1.0, 0.0]), temperature=0.1)
    torch.testing.assert_close(alone, masked)
    assert caption_loss(vectors, torch.eye(2), wanted, torch.zeros(2), temperature=0.1).item() == 0.0
