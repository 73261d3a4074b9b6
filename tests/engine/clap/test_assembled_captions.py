"""Sentences of what an assembled network hears."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.clap.assembled import AssembledNetwork
from engine.clap.assembled_captions import write
from engine.clap.text_encoder import tokenize
from engine.clap.towers.config import DecoderConfig
from tests.small_networks import SMALL_ASSEMBLED, make_small_assembled

RATE_HZ = SMALL_ASSEMBLED.mel.sample_rate_hz
CAPTIONS = {220.0: "a dog barks", 3000.0: "the bell rings then rain falls"}


def tone(frequency_hz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ).astype(np.float32)


@pytest.fixture(scope="module")
def learned() -> AssembledNetwork:
    """Knows what two tones are called (K20: from words so far and the sound to the next word)."""
    network = make_small_assembled().requires_grad_(True)
    assert network.decoder is not None
    waveforms = torch.from_numpy(np.stack([tone(each) for each in CAPTIONS]))
    levels, frames = network.levels_of(waveforms, torch.tensor([RATE_HZ] * 2))
    ids, mask = tokenize(network.tokenizer, list(CAPTIONS.values()))
    wanted = torch.where(mask.bool(), ids, -100)[:, 1:]
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(60):
        logits = network.decoder(network.read(ids, mask), network.hear(levels, frames))
        loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), wanted.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.requires_grad_(False)


@pytest.mark.parametrize("how", [{}, {"beam": 3}, {"beam": 1}])
@pytest.mark.parametrize("frequency_hz", CAPTIONS)
def test_what_was_learned_is_said(learned: AssembledNetwork, frequency_hz: float, how: dict[str, int]) -> None:  # K29
    assert write(learned, tone(frequency_hz), **how) == CAPTIONS[frequency_hz]


def test_chance_is_what_the_seed_says(learned: AssembledNetwork) -> None:
    sound = tone(220.0)
    drawn = [write(learned, sound, temperature=5.0, seed=seed) for seed in range(6)]
    assert drawn == [write(learned, sound, temperature=5.0, seed=seed) for seed in range(6)]
    assert len(set(drawn)) > 1
    assert write(learned, sound, beam=3) == write(learned, sound, beam=3)


@pytest.mark.parametrize("how", [{"temperature": 9.0}, {"beam": 3}])
@pytest.mark.parametrize("seconds", [0.0, 0.3, 6.0])  # of the last there are three windows
def test_every_sentence_ends_and_has_words_alone(seconds: float, how: dict[str, float]) -> None:
    network = make_small_assembled()  # has learned nothing
    words = write(network, tone(220.0, seconds), **how).split()  # type: ignore[arg-type]
    assert 1 <= len(words) <= SMALL_ASSEMBLED.text.max_tokens - 2
    assert not set(words) & {"[PAD]", "[CLS]", "[SEP]"}


def test_a_network_without_a_decoder_says_so() -> None:
    network = make_small_assembled(replace(SMALL_ASSEMBLED, decoder=DecoderConfig(layers=0)))
    with pytest.raises(ValueError, match="small assembled has no decoder"):
        write(network, tone(220.0))
