"""What a tower makes of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Encoded:
    """States (B, N, D), and which of them stand for sound or words rather than for padding: valid (B, N), bool.

    Those of sound go column by column: N = T columns × the tower's `rows` of frequency.
    """

    states: Tensor
    valid: Tensor


def mean_of_valid(encoded: Encoded) -> Tensor:
    """The mean of a row's valid states (B, D), in their precision; zeros where there is none."""
    valid = encoded.valid.unsqueeze(-1)
    # summed in float32: at half precision a sum of many states is beyond what can be counted exactly
    total = encoded.states.masked_fill(~valid, 0.0).sum(1, dtype=torch.float32)
    return (total / valid.sum(1).clamp_min(1)).to(encoded.states.dtype)
