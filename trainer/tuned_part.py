"""The part of a network that is tuned, and what the frozen part before it makes of sounds, which is computed once.

What is tuned is the last block along time and the head that makes a column's vector.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from engine.clap.network import Columns, EarmarkNetwork, segments_in
from engine.embedding import Embedder
from engine.stored_embeddings import FileEmbeddings

BLOCKS = 1  # so many of the last blocks along time are tuned
BATCH_SEGMENTS = 64  # heard at once
FILES_AT_ONCE = 48  # embedded by the part that is tuned


@dataclass(frozen=True)
class Windows:
    """One sound as the frozen part of a network hears it, window by window.

    columns : (T, width) float16 each; a window is padded to 1, 2, 4 ... segments, as `Embedder` does
    lengths_samples : how much of each window is sound
    """

    columns: Sequence[Tensor]
    lengths_samples: Sequence[int]


# --- the frozen part ----------------------------------------------------------------------------------------------


@torch.inference_mode()
def hear_frozen(network: EarmarkNetwork, waveforms: Sequence[np.ndarray]) -> list[Windows]:
    """Waveforms (samples,) at the network's rate, of any length."""
    size = network.samples_per_segment * network.segments_per_window
    cut = [[y[start : start + size] for start in range(0, max(1, len(y)), size)] for y in waveforms]
    flat = [window for windows in cut for window in windows]
    heard: dict[int, Tensor] = {}
    for segments, positions in _by_padded_segments(network, flat).items():
        size = max(1, BATCH_SEGMENTS // segments)
        for first in range(0, len(positions), size):
            chosen = positions[first : first + size]
            padded = np.zeros((len(chosen), segments * network.samples_per_segment), dtype=np.float32)
            for row, position in zip(padded, chosen, strict=True):
                row[: len(flat[position])] = flat[position]
            heard |= dict(zip(chosen, _frozen(network, torch.from_numpy(padded)).half(), strict=True))
    inorder = iter(range(len(flat)))
    return [Windows([heard[next(inorder)] for _ in windows], [len(window) for window in windows]) for windows in cut]


def _by_padded_segments(network: EarmarkNetwork, windows: Sequence[np.ndarray]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for position, window in enumerate(windows):
        needed = max(1, -(-len(window) // network.samples_per_segment))
        found[min(1 << (needed - 1).bit_length(), network.segments_per_window)].append(position)
    return found


def _frozen(network: EarmarkNetwork, waveforms: Tensor) -> Tensor:
    """(B, samples) -> (B, T, width)."""
    encoder = network.audio_encoder
    columns: Tensor = encoder.blocks[: len(encoder.blocks) - len(tail_of(network))](
        encoder.enter(network.levels_of(waveforms))
    )
    return columns


# --- the part that is tuned ---------------------------------------------------------------------------------------


def tail_of(network: EarmarkNetwork) -> nn.Sequential:
    """The last blocks along time; none where the encoder has none."""
    blocks = network.audio_encoder.blocks
    return nn.Sequential(*list(blocks)[max(0, len(blocks) - BLOCKS) :])


def as_files(embeddings: Sequence[Tensor]) -> list[FileEmbeddings]:
    """Of sounds (segments + 1, dim), the clip last."""
    return [FileEmbeddings(each[:-1].numpy(), each[-1].numpy()) for each in embeddings]


def embed_tail(network: EarmarkNetwork, files: Sequence[Windows]) -> list[FileEmbeddings]:
    """What `Embedder.embed_audio` makes of the same sounds with this network."""
    embedder = Embedder(network, checkpoint_id="")
    embedded = []
    with torch.inference_mode():
        for first in range(0, len(files), FILES_AT_ONCE):
            some = files[first : first + FILES_AT_ONCE]
            flat = [
                Windows([each], [length])
                for file in some
                for each, length in zip(file.columns, file.lengths_samples, strict=True)
            ]
            found = iter(embed_first(network, flat))
            for file in some:
                parts = as_files(list(islice(found, len(file.columns))))
                embedded.append(embedder.join_windows(parts, list(file.lengths_samples)))
    return embedded


def embed_first(network: EarmarkNetwork, sounds: Sequence[Windows]) -> list[Tensor]:
    """The first window of each -> (segments + 1, dim), the clip last."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for position, sound in enumerate(sounds):
        by_length[len(sound.columns[0])].append(position)
    found: dict[int, Tensor] = {}
    for positions in by_length.values():
        columns = _tail(network, torch.stack([sounds[position].columns[0] for position in positions]).float())
        sounding = [
            segments_in(sounds[position].lengths_samples[0], network.samples_per_segment) for position in positions
        ]
        embeddings = _pooled(network, columns, torch.tensor(sounding))
        for position, row, segments in zip(positions, embeddings, sounding, strict=True):
            found[position] = torch.cat([row[:segments], row[-1:]])
    return [found[position] for position in range(len(sounds))]


def _tail(network: EarmarkNetwork, entering: Tensor) -> Columns:
    states = network.audio_encoder.norm(tail_of(network)(entering))
    return Columns(
        states, network.vector_head(states), network.tag_head(states), network.weight_head(states).squeeze(-1)
    )


def _pooled(network: EarmarkNetwork, columns: Columns, sounding: Tensor) -> Tensor:
    """So many segments of each row hold sound (B,) -> embeddings (B, segments + 1, dim), the clip last."""
    per_segment = network.config.columns_per_segment
    segments = columns.vectors.shape[1] // per_segment
    each = torch.eye(segments).repeat_interleave(per_segment, dim=1)
    whole = (torch.arange(segments) < sounding.unsqueeze(1)).float() @ each  # (B, T)
    spans = torch.cat([each.expand(len(whole), -1, -1), whole.unsqueeze(1)], dim=1)
    return network.join_views(columns.pool(columns.vectors, spans), columns.pool(columns.tag_logits.sigmoid(), spans))
