"""The mean of many sounds, which a finished network takes away from every embedding.

Measured on held-out sources it is worth a point of mean average precision and six of accuracy
(docs/default-network.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from engine.audio import read_audio
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from trainer.manifest import Clip

SOUNDS = 2000
FIRST_S = 20.0  # of a sound is heard


def centre_audio(network: EarmarkNetwork, clips: Sequence[Clip], *, seed: int) -> None:
    """Set the network's mean to that of random clips, as Earmark embeds them; the network is on the CPU."""
    chosen = np.random.default_rng(seed).permutation(len(clips))[:SOUNDS]
    network.get_buffer("audio_mean").zero_()
    embedder = Embedder(network.eval(), checkpoint_id="")
    heard = [
        embedder.embed_audio(
            read_audio(clips[number].path, sample_rate_hz=network.sample_rate_hz, duration_s=FIRST_S)
        ).clip
        for number in chosen
    ]
    network.get_buffer("audio_mean").copy_(torch.from_numpy(np.mean(heard, axis=0)))
