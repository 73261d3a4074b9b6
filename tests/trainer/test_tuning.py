"""A small network learns what a name means, and keeps the rest."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from tests.small_networks import make_small_network
from tests.tones import make_waveform
from trainer.tuned_part import Windows, embed_tail, hear_frozen
from trainer.tuning import tune
from trainer.tuning_objective import TagToTune
from trainer.tuning_recipe import load_tuning_recipe

RATE_HZ = 16000


@pytest.fixture
def network() -> EarmarkNetwork:
    return make_small_network()


def noisy_tones(network: EarmarkNetwork, low_hz: float, high_hz: float, count: int, seed: int) -> list[Windows]:
    random = np.random.default_rng(seed)
    waveforms = [
        make_waveform(float(hz), 1.0) + random.normal(0, 0.02, RATE_HZ).astype(np.float32)
        for hz in random.uniform(low_hz, high_hz, count)
    ]
    return hear_frozen(network, waveforms)


@pytest.mark.parametrize("seconds", [0.3, 0.64, 1.5, 2.56, 6.0])
def test_what_is_frozen_and_what_is_tuned_make_what_the_embedder_makes(network: EarmarkNetwork, seconds: float) -> None:
    waveform = make_waveform(700.0, seconds)
    (found,), expected = (
        embed_tail(network, hear_frozen(network, [waveform])),
        Embedder(network, "").embed_audio(waveform),
    )
    assert found.segments.shape == expected.segments.shape
    assert (found.segments * expected.segments).sum(axis=1).min() > 0.998  # half precision in between
    assert found.clip @ expected.clip > 0.998


def test_sounds_of_different_lengths_are_heard_in_their_order(network: EarmarkNetwork) -> None:
    waveforms = [make_waveform(hz, seconds) for hz, seconds in ((300.0, 2.0), (3000.0, 0.5), (1000.0, 4.0))]
    together = embed_tail(network, hear_frozen(network, waveforms))
    for waveform, found in zip(waveforms, together, strict=True):
        (alone,) = embed_tail(network, hear_frozen(network, [waveform]))
        np.testing.assert_allclose(found.clip, alone.clip, atol=2e-3)


@pytest.fixture
def tag(network: EarmarkNetwork) -> TagToTune:
    (vector,) = Embedder(network, "").embed_text(["bell"])
    return TagToTune("bell", vector, noisy_tones(network, 2500, 3500, 20, 1), noisy_tones(network, 1700, 1900, 3, 2))


def test_the_name_finds_new_sounds_of_the_kind_better(network: EarmarkNetwork, tag: TagToTune) -> None:
    strangers = noisy_tones(network, 200, 1500, 60, 3)
    new, other = noisy_tones(network, 2500, 3500, 10, 4), noisy_tones(network, 200, 1500, 30, 5)

    def lead() -> float:
        """How much more like the name the tag's sounds are than others."""
        of_new, of_other = (
            np.mean([file.clip @ tag.vector for file in embed_tail(network, some)]) for some in (new, other)
        )
        return float(of_new - of_other)

    before, were = lead(), embed_tail(network, strangers)
    tuned = tune(network, [tag], strangers, recipe=load_tuning_recipe(overrides={"descent.steps": 60}))
    assert tuned.steps > 0
    assert tuned.after < tuned.before
    assert lead() > before
    now = embed_tail(network, strangers)
    assert np.mean([was.clip @ is_now.clip for was, is_now in zip(were, now, strict=True)]) > 0.9


def test_only_the_last_block_and_the_vector_head_change(network: EarmarkNetwork, tag: TagToTune) -> None:
    before = copy.deepcopy(network.state_dict())
    tune(network, [tag], noisy_tones(network, 200, 1500, 60, 3))
    after = network.state_dict()
    assert set(after) == set(before)
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith(("audio_encoder.blocks.0.", "vector_head.")) for name in changed)


def test_what_does_not_help_is_not_done(network: EarmarkNetwork, tag: TagToTune) -> None:
    away = load_tuning_recipe(overrides={"descent.learning_rate": -2e-3})  # from what is wanted
    before = copy.deepcopy(network.state_dict())
    tuned = tune(network, [tag], noisy_tones(network, 200, 1500, 60, 3), recipe=away)
    assert (tuned.steps, tuned.after) == (0, tuned.before)
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_the_same_examples_give_the_same_network(network: EarmarkNetwork, tag: TagToTune) -> None:
    strangers, twin = noisy_tones(network, 200, 1500, 60, 3), copy.deepcopy(network)
    quick = load_tuning_recipe(overrides={"descent.steps": 20})
    assert tune(network, [tag], strangers, recipe=quick) == tune(twin, [tag], strangers, recipe=quick)
    torch.testing.assert_close(twin.vector_head.state_dict(), network.vector_head.state_dict())
