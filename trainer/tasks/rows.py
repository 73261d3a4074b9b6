"""What the tasks of all papers share in making a batch: which sounds, which chance, which words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from engine.clap.text_encoder import tokenize
from trainer.paired_sounds import positions_of_step


def drawn_rows(
    count: int, rows_per_step: int, seed: int, step: int, rows: range
) -> Iterator[tuple[int, torch.Generator]]:
    """The position among `count` sounds of each of these rows of a step's batch, and a generator of its own."""
    positions = positions_of_step(count, rows_per_step, seed, step)
    for row in rows:
        state = np.random.SeedSequence([seed, step, row]).generate_state(2, np.uint32)
        yield int(positions[row]), torch.Generator().manual_seed(int(state[0]) << 32 | int(state[1]))


def as_batch(levels: Sequence[Tensor]) -> Tensor:
    """Rows of levels (F, M), all of one length -> (B, M, F), as towers take them."""
    return torch.stack(list(levels)).transpose(1, 2).contiguous()


def repeated(levels: Tensor, frames: int) -> Tensor:
    """Levels (F, M) of which `frames` are sound -> (F, M): the sound again and again, so that all of it is sound."""
    return levels[torch.arange(len(levels)) % max(1, frames)]


def numbers_of(captions: Sequence[str]) -> Tensor:
    """(B,) int64: the same for equal captions, wherever they are computed; different ones collide hardly ever."""
    digests = [hashlib.blake2b(caption.encode(), digest_size=8).digest() for caption in captions]
    return torch.tensor([int.from_bytes(digest, "big", signed=True) for digest in digests], dtype=torch.int64)


def tokens_of(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Ids and mask (texts, L), cut at what the text tower takes and padded to the longest of these texts.

    How long the longest is has no influence: padding is masked everywhere.
    """
    return tokenize(tokenizer, texts)
