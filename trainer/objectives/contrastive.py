"""Audio meets text: every text of the training set is a candidate, equal and near-equal ones share the blame."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from trainer.objectives.distillation import masked_mean


def caption_loss(vectors: Tensor, candidates: Tensor, wanted: Tensor, mask: Tensor, *, temperature: float) -> Tensor:
    """InfoNCE (seeds C05, D12) from audio to a fixed set of texts, with soft targets.

    vectors : (n, dim), any length; candidates : (texts, dim), unit rows
    wanted : (n, dim), the sentence vector of each one's text, unit rows; mask : (n,), 1 where a vector counts

    The target of a text is spread over the texts that say nearly the same, in proportion to their likeness at half the
    temperature, so that "a dog barks" is not told apart from "a dog barking".
    """
    logits = functional.normalize(vectors, dim=-1) @ candidates.T / temperature
    targets = functional.softmax(wanted @ candidates.T / (0.5 * temperature), dim=-1)
    return masked_mean(-(targets * functional.log_softmax(logits, dim=-1)).sum(-1), mask)
