from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.embedding import Embedder
from tests.small_networks import SMALL_ASSEMBLED, make_small_assembled, make_small_network
from trainer.evaluate.frozen_features import frozen_features
from trainer.evaluate.systems import Sounds
from trainer.manifest import Clip


def test_of_a_network_of_which_only_the_embedding_is_known_that_is_taken(
    clips: list[Clip], tone_embedder: Embedder
) -> None:
    features = frozen_features(tone_embedder, Sounds(clips[:2], 8000))
    assert {kind: of_kind.shape for kind, of_kind in features.items()} == {"embedding": (2, 32)}


def test_the_ear_of_our_own_network_does_not_hear_the_padding(clips: list[Clip]) -> None:
    network = make_small_network()
    embedder = Embedder(network, "small-1")
    features = frozen_features(embedder, Sounds(clips[:3], embedder.sample_rate_hz))
    y = Sounds(clips[:1], embedder.sample_rate_hz).waveform(0)
    with torch.inference_mode():
        whole = y[: len(y) // network.samples_per_column * network.samples_per_column]
        columns = network.hear(network.levels_of(torch.from_numpy(whole).unsqueeze(0)))
        alone = columns.pool(columns.states.float(), torch.ones(1, 1, columns.states.shape[1]))[0, 0].numpy()
    assert features["ear"].shape == (3, network.config.audio.width)
    # one column more is begun than is full
    assert np.dot(features["ear"][0], alone) > 0.9 * np.linalg.norm(features["ear"][0]) * np.linalg.norm(alone)


@pytest.mark.parametrize("chunk_s", [0.0, 0.64], ids=["whole", "chunks"])
def test_the_ear_of_an_assembled_network_is_its_tower(clips: list[Clip], chunk_s: float) -> None:
    network = make_small_assembled(replace(SMALL_ASSEMBLED, chunk_s=chunk_s))
    embedder = Embedder(network, "assembled-1")
    features = frozen_features(embedder, Sounds(clips[:2], embedder.sample_rate_hz))
    side_by_side = network.config.audio.kind == "patches" and not chunk_s  # D24
    assert features["ear"].shape == (2, network.audio.width * (network.audio.rows if side_by_side else 1))
    assert features["embedding"].shape == (2, network.dim)
    assert np.isfinite(features["ear"]).all()
