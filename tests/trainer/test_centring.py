from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from engine.audio import read_audio
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from tests.small_corpora import make_clip, make_untrained_network
from tests.tones import write_sound
from trainer.centring import centre_audio
from trainer.manifest import Clip


def tones(folder: Path) -> list[Clip]:
    hertz = (200, 700, 1500, 3000)
    return [make_clip("zoo", str(hz), path=write_sound(folder / f"{hz}.wav", hz=hz, seconds=1.5)) for hz in hertz]


def embedded(network: EarmarkNetwork, clips: list[Clip]) -> np.ndarray:
    embedder = Embedder(network.eval(), "")
    return np.stack(
        [embedder.embed_audio(read_audio(c.path, sample_rate_hz=network.sample_rate_hz)).clip for c in clips]
    )


def test_what_all_sounds_share_is_taken_away(tmp_path: Path) -> None:
    clips, network = tones(tmp_path), make_untrained_network()
    before = embedded(network, clips)
    centre_audio(network, clips, seed=1)
    after = embedded(network, clips)
    np.testing.assert_allclose(network.get_buffer("audio_mean"), before.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(after, axis=1), 1.0, atol=1e-5)
    assert np.linalg.norm(after.mean(axis=0)) < 0.5 * np.linalg.norm(before.mean(axis=0))


def test_centring_twice_is_centring_once(tmp_path: Path) -> None:
    clips, network = tones(tmp_path), make_untrained_network()
    centre_audio(network, clips, seed=1)
    once = network.get_buffer("audio_mean").clone()
    centre_audio(network, clips, seed=1)
    torch.testing.assert_close(network.get_buffer("audio_mean"), once)
