"""The captioning objective: the next token from the sound and the tokens before it (seed K20)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def caption_losses(logits: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    """Logits (B, L, vocabulary), token ids and mask (B, L) -> the mean negative log-probability of each row's tokens
    after the first (B,). What stands at a place is what comes after the token there; a row of one token costs nothing.
    """
    wanted, counts = tokens[:, 1:], mask[:, 1:].float()
    losses = functional.cross_entropy(logits[:, :-1].float().transpose(1, 2), wanted, reduction="none")
    return (losses * counts).sum(1) / counts.sum(1).clamp_min(1.0)
