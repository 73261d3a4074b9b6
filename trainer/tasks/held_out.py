"""Figures of held-out sounds while a run goes on: what sentences and sounds find, and how far both sides are apart.

Sounds are heard whole, or their first `most_frames`, whatever a training row shows of them (K28).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from trainer.clip_levels import ClipLevels
from trainer.evaluate.retrieval import rank

ROWS_AT_ONCE = 32

Hear = Callable[[Tensor, Tensor], Tensor]  # levels (B, M, F) and how many frames are sound (B,) -> (B, D)


@contextmanager
def evaluating(module: nn.Module) -> Iterator[torch.device]:
    """In evaluation mode and without gradients; gives where the module is."""
    was = module.training
    module.eval()
    try:
        with torch.no_grad():
            yield next(module.parameters()).device
    finally:
        module.train(was)


def heard_by(hear: Hear, levels: ClipLevels, *, most_frames: int, device: torch.device | str = "cpu") -> Tensor:
    """What `hear` makes of every sound (sounds, D), on the processor; those of like length share a batch."""
    lengths = [min(most_frames, max(1, levels.frames_of(sound))) for sound in range(len(levels))]
    order = sorted(range(len(levels)), key=lambda sound: lengths[sound])
    heard: list[Tensor] = []
    for first in range(0, len(order), ROWS_AT_ONCE):
        group = order[first : first + ROWS_AT_ONCE]
        longest = max(lengths[sound] for sound in group)
        rows = torch.stack([levels.stretch(sound, 0, longest).T for sound in group])  # (B, M, F)
        frames = torch.tensor([lengths[sound] for sound in group])
        heard.append(hear(rows.to(device), frames.to(device)).float().cpu())
    return torch.cat(heard)[torch.tensor(order).argsort()]


def queries_of(captions: Sequence[tuple[str, ...]]) -> list[str]:
    """Every caption once, in alphabetical order: equal captions are one query."""
    return sorted({caption for each in captions for caption in each})


def retrieval_figures(
    sounds: Tensor, captions: Sequence[tuple[str, ...]], queries: Sequence[str], texts: Tensor
) -> dict[str, float]:
    """How sentences find sounds (M1, M3), and how far both sides are apart (M9).

    sounds : (sounds, dim); captions : of each, at least one of a sound; queries, texts (queries, dim) : `queries_of`
    them. All rows of length 1. Of several sounds with a caption each is relevant.
    """
    relevant = np.array([[query in each for each in captions] for query in queries])
    ranking = rank((texts @ sounds.T).numpy(), relevant)
    number = {query: position for position, query in enumerate(queries)}
    said = texts[[number[each[0]] for each in captions]]
    return {
        "map": ranking.mean_average_precision(),
        "r1": ranking.recall_at(1),
        "r10": ranking.recall_at(10),
        "modality_gap": float((sounds.mean(0) - said.mean(0)).norm()),
    }


def by_example_figures(sounds: Tensor, names: Sequence[str]) -> dict[str, float]:
    """How sounds find others of the same name, for an ear that knows no sentences; {} where no two share a name.

    sounds : (sounds, D), any length; what all of them share is taken away. A sound does not find itself.
    """
    centred = normalize(sounds - sounds.mean(0), dim=-1)
    alike = np.array([[bool(one) and one == other for other in names] for one in names])
    np.fill_diagonal(alike, False)
    asking = alike.any(axis=1)
    if not asking.any():
        return {}
    scores = (centred @ centred.T).numpy()
    np.fill_diagonal(scores, -np.inf)
    ranking = rank(scores[asking], alike[asking])
    return {"by_example_map": ranking.mean_average_precision(), "by_example_r1": ranking.recall_at(1)}
