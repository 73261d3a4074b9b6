"""What a tower makes of a batch."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Encoded:
    """States (B, N, D), and which of them stand for sound or words rather than for padding: valid (B, N), bool.

    Those of sound go column by column: N = T columns × the tower's `rows` of frequency.
    """

    states: Tensor
    valid: Tensor
