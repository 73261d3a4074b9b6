"""What a network says of whole sounds, for classifiers that learn from it: its embedding, and what its ear says before.

embedding  of the shared space: of any network
ear        the audio tower's own summary of a sound, before it is projected into that space (seeds C26, D27)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from engine.clap.assembled import AssembledNetwork
from engine.clap.network import EarmarkNetwork
from engine.clap.towers.encoded import mean_of_valid
from engine.embedding import Embedder
from trainer.evaluate.systems import NetworkSystem, Sounds
from trainer.tasks.supervised import clip_features

HEARD_AT_ONCE = 8  # windows for each thread

Ear = Callable[[Tensor, Tensor], Tensor]  # waveforms (B, samples), their lengths (B,) -> (B, width)


def frozen_features(embedder: Embedder, sounds: Sounds) -> dict[str, np.ndarray]:
    """(sounds, width) of each kind that the network has."""
    features = {"embedding": sounds.clips_heard_by(NetworkSystem(embedder))}
    ear = ear_of(embedder)
    if ear:
        features["ear"] = np.stack([_heard(embedder, ear, y) for y in sounds.waveforms()])
    return features


def ear_of(embedder: Embedder) -> Ear | None:
    """None for a network of which only the embedding is known."""
    network = embedder.network
    if isinstance(network, AssembledNetwork):
        return lambda waveforms, lengths: _of_assembled(network, waveforms, lengths)
    if isinstance(network, EarmarkNetwork):
        return lambda waveforms, lengths: _of_earmark(network, waveforms, lengths)
    return None


def _heard(embedder: Embedder, ear: Ear, waveform: np.ndarray) -> np.ndarray:
    """(width,): the mean over the windows of a sound, each as long as it is."""
    size = embedder.samples_per_window
    windows = [waveform[start : start + size] for start in range(0, max(1, len(waveform)), size)]
    batches = [windows[first : first + HEARD_AT_ONCE] for first in range(0, len(windows), HEARD_AT_ONCE)]
    found = embedder.share_out(lambda batch: _batch(embedder, ear, batch), batches)
    lengths = np.array([max(1, len(window)) for window in windows], dtype=float)
    return np.asarray(lengths @ np.concatenate(found) / lengths.sum(), dtype=np.float32)


def _batch(embedder: Embedder, ear: Ear, windows: Sequence[np.ndarray]) -> np.ndarray:
    of_segment = embedder.samples_per_segment
    samples = max(1, -(-max(map(len, windows)) // of_segment)) * of_segment
    waveforms = torch.zeros(len(windows), samples)
    for row, window in zip(waveforms, windows, strict=True):
        row[: len(window)] = torch.from_numpy(window)
    lengths = torch.tensor([len(window) for window in windows])
    return np.asarray(ear(waveforms.to(embedder.device), lengths).float().cpu().numpy())


def _of_assembled(network: AssembledNetwork, waveforms: Tensor, lengths: Tensor) -> Tensor:
    heard = network.hear(*network.levels_of(waveforms, lengths))
    if network.config.chunk_s:
        return mean_of_valid(heard)
    return clip_features(network.audio, heard)  # D24


def _of_earmark(network: EarmarkNetwork, waveforms: Tensor, lengths: Tensor) -> Tensor:
    columns = network.hear(network.levels_of(waveforms))
    sounding = (lengths / network.samples_per_column).ceil().clamp_min(1).to(waveforms)
    span = torch.arange(columns.states.shape[1]).to(waveforms) < sounding.unsqueeze(1)
    return columns.pool(columns.states.float(), span.unsqueeze(1).float())[:, 0]
