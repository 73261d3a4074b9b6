"""Audio meets text: every caption of the training set is a candidate, equal and near-equal captions share the blame."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from trainer.objectives.distillation import masked_mean


def caption_loss(vectors: Tensor, bank: Tensor, wanted: Tensor, mask: Tensor, *, temperature: float) -> Tensor:
    """InfoNCE (seeds C05, D12) from audio to a fixed bank of captions, with soft targets.

    vectors : (n, dim), any length; bank : (captions, dim), unit rows
    wanted : (n,), each vector's caption; mask : (n,), 1 where a vector counts

    The target of a caption is spread over the captions that say nearly the same, in proportion to their likeness at
    half the temperature, so that "a dog barks" is not told apart from "a dog barking".
    """
    logits = functional.normalize(vectors, dim=-1) @ bank.T / temperature
    targets = functional.softmax(bank[wanted] @ bank.T / (0.5 * temperature), dim=-1)
    return masked_mean(-(targets * functional.log_softmax(logits, dim=-1)).sum(-1), mask)
