"""What the student is asked to take over from the teachers."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def score_loss(logits: Tensor, scores: Tensor, mask: Tensor) -> Tensor:
    """Binary cross-entropy against soft scores, above its least possible value, summed over tags.

    logits, scores : (..., tags); mask : (...), 1 where a row counts. 0 when the student says what the teacher says.
    """
    scores = scores.clamp(1e-6, 1.0 - 1e-6)
    entropy = -(scores * scores.log() + (1.0 - scores) * torch.log1p(-scores))
    excess = functional.binary_cross_entropy_with_logits(logits, scores, reduction="none") - entropy
    return masked_mean(excess.sum(-1), mask)


def embedding_loss(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """1 - cosine; predicted, target : (..., dim); mask : (...)."""
    return masked_mean(1.0 - functional.cosine_similarity(predicted, target, dim=-1), mask)


def bridge_loss(vectors: Tensor, tag_texts: Tensor, scores: Tensor, mask: Tensor, *, temperature: float) -> Tensor:
    """Cross-entropy between the teachers' scores, as shares, and the likeness of a vector to the names of the tags.

    vectors : (..., dim), any length; tag_texts : (tags, dim), unit rows; scores : (..., tags).
    It places every sound in the sentence space, captioned or not.
    """
    logits = functional.normalize(vectors, dim=-1) @ tag_texts.T / temperature
    shares = scores / scores.sum(-1, keepdim=True).clamp_min(1e-6)
    return masked_mean(-(shares * functional.log_softmax(logits, dim=-1)).sum(-1), mask)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of the values where the mask is 1; 0 where it is empty."""
    return (values * mask).sum() / mask.sum().clamp_min(1.0)
