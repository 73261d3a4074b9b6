from __future__ import annotations

import math

import torch
from torch import Tensor

from trainer.objectives.distillation import bridge_loss, embedding_loss, masked_mean, score_loss


def random_scores(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_a_student_that_says_what_the_teacher_says_has_no_score_loss() -> None:
    scores = random_scores(4, 3, 7)
    loss = score_loss(torch.logit(scores), scores, torch.ones(4, 3))
    torch.testing.assert_close(loss, torch.tensor(0.0), atol=1e-5, rtol=0)


def test_any_other_student_has_a_score_loss() -> None:
    scores = random_scores(4, 7)
    assert score_loss(torch.logit(scores) + 0.5, scores, torch.ones(4)) > 0.1
    assert score_loss(torch.logit(scores) - 0.5, scores, torch.ones(4)) > 0.1


def test_score_loss_is_the_divergence_summed_over_tags() -> None:
    # two tags: the teacher says 1/2 and 1/4, the student 1/4 and 1/4
    loss = score_loss(torch.logit(torch.tensor([[0.25, 0.25]])), torch.tensor([[0.5, 0.25]]), torch.ones(1))
    divergence = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    torch.testing.assert_close(loss.item(), divergence, atol=1e-6, rtol=0)


def test_certain_teachers_give_finite_losses() -> None:
    loss = score_loss(torch.tensor([[50.0, -50.0]]), torch.tensor([[0.0, 1.0]]), torch.ones(1))
    torch.testing.assert_close(loss.item(), 100.0, rtol=0.01, atol=0)


def test_rows_outside_the_mask_do_not_count() -> None:
    logits, scores = torch.zeros(2, 3), torch.tensor([[0.5, 0.5, 0.5], [0.9, 0.9, 0.9]])
    torch.testing.assert_close(score_loss(logits, scores, torch.tensor([1.0, 0.0])), torch.tensor(0.0))
    assert score_loss(logits, scores, torch.tensor([1.0, 1.0])) > 0.1


def test_an_empty_mask_gives_zero_and_no_gradient() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    loss = score_loss(logits, torch.rand(2, 3), torch.zeros(2))
    loss.backward()
    assert loss.item() == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_embedding_loss_is_one_minus_the_cosine() -> None:
    predicted = torch.tensor([[3.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    target = torch.tensor([[1.0, 0.0], [0.0, -1.0], [1.0, 0.0]])
    one_by_one = [embedding_loss(predicted[i : i + 1], target[i : i + 1], torch.ones(1)).item() for i in range(3)]
    torch.testing.assert_close(one_by_one, [0.0, 2.0, 1.0 - math.sqrt(0.5)], atol=1e-6, rtol=0)
    torch.testing.assert_close(
        embedding_loss(predicted, target, torch.ones(3)).item(), sum(one_by_one) / 3, atol=1e-6, rtol=0
    )


def test_bridge_loss_by_hand() -> None:
    # the vector lies on the name of the first tag, the second is at a right angle, the third opposite
    tag_texts = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    scores = torch.tensor([[0.6, 0.2, 0.0]])  # as shares 3/4, 1/4, 0
    loss = bridge_loss(torch.tensor([[5.0, 0.0]]), tag_texts, scores, torch.ones(1), temperature=0.5)
    normaliser = math.log(math.exp(2.0) + math.exp(0.0) + math.exp(-2.0))
    torch.testing.assert_close(loss.item(), normaliser - (0.75 * 2.0 + 0.25 * 0.0), atol=1e-6, rtol=0)


def test_bridge_loss_asks_for_shares_not_for_loudness() -> None:
    tag_texts = torch.nn.functional.normalize(torch.randn(7, 5, generator=torch.Generator().manual_seed(1)), dim=-1)
    vectors, scores = torch.randn(2, 5, generator=torch.Generator().manual_seed(2)), random_scores(2, 7)
    loud, soft = (
        bridge_loss(vectors, tag_texts, factor * scores, torch.ones(2), temperature=0.05) for factor in (1.0, 0.1)
    )
    torch.testing.assert_close(loud, soft)


def test_bridge_loss_of_silence_is_finite() -> None:
    loss = bridge_loss(torch.zeros(1, 2), torch.eye(2), torch.zeros(1, 2), torch.ones(1), temperature=0.05)
    assert torch.isfinite(loss)


def test_masked_mean() -> None:
    values = torch.tensor([1.0, 2.0, 30.0])
    assert masked_mean(values, torch.tensor([1.0, 1.0, 0.0])).item() == 1.5
    assert masked_mean(values, torch.zeros(3)).item() == 0.0
