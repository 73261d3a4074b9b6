"""The contrastive objective of all five papers: a sound must know its sentence in the batch, and a sentence its sound.

Symmetric cross-entropy over the scaled cosines of all pairs of a batch (seeds C04, C05, K20, R01, D12, W02).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def info_nce(
    audio: Tensor, text: Tensor, scale: Tensor, *, swapped: Tensor | None = None, captions: Tensor | None = None
) -> Tensor:
    """A scalar, 0 where every pair is told from all others beyond doubt.

    audio, text : (B, dim), unit rows, row i of one belongs to row i of the other; scale : scalar, of the cosines (C08)
    swapped : (S, dim), unit rows: sentences that are wrong for every sound, columns beside those of the batch (W13)
    captions : (B,) int, the same number for the same words: another sound that is said in the same words is then no
        wrong answer. The papers' captions hardly repeat themselves
    """
    likeness = scale * audio @ text.T
    if captions is not None:
        alike = captions.unsqueeze(1) == captions.unsqueeze(0)
        alike = alike & ~torch.eye(len(captions), dtype=torch.bool, device=captions.device)
        likeness = likeness.masked_fill(alike, -torch.inf)
    right = torch.arange(len(audio), device=audio.device)
    to_text = likeness if swapped is None else torch.cat([likeness, scale * audio @ swapped.T], dim=1)
    return 0.5 * (functional.cross_entropy(to_text, right) + functional.cross_entropy(likeness.T, right))
