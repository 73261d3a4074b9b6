"""Two towers as one network: what it hears of the whole, of a segment, and beside other sounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.clap.assembled import AssembledNetwork, WeighingAssembledNetwork
from engine.clap.network import WeighingNetwork
from engine.clap.towers.config import AudioTowerConfig, HeadConfig
from engine.clap.towers.encoded import Encoded
from engine.clap.towers.heads import BlockHead
from tests.small_networks import SMALL_ASSEMBLED, make_small_assembled, make_word_tokenizer

CNN = AudioTowerConfig("cnn14", channels=(4, 4, 4, 8, 8, 8))
CONFIGS = {
    "patches, pooler": SMALL_ASSEMBLED,
    "patches, block": replace(SMALL_ASSEMBLED, audio_head=HeadConfig("block", hidden=16), dim=16),
    "cnn14, linear": replace(SMALL_ASSEMBLED, audio=CNN, audio_head=HeadConfig("linear")),
    "cnn14 by chunks, aggregator": replace(
        SMALL_ASSEMBLED,
        audio=CNN,
        audio_head=HeadConfig("aggregator", hidden=16, layers=2, heads=2, most_positions=30),
        chunk_s=0.5,
    ),
}


@pytest.fixture(scope="module", params=CONFIGS)
def network(request: pytest.FixtureRequest) -> AssembledNetwork:
    return make_small_assembled(CONFIGS[request.param])


def rising(batch: int, samples: int) -> Tensor:
    """Tones that rise, each row's higher than the one before."""
    at = torch.arange(samples) / samples
    starts_hz = 200.0 * 2.0 ** torch.arange(batch).unsqueeze(1)
    return torch.sin(2 * torch.pi * (starts_hz * at + 1500.0 * at**2) * samples / 16000) * (0.1 + 0.5 * at)


def embed(network: AssembledNetwork, waveforms: Tensor, *lengths: int) -> tuple[Tensor, Tensor]:
    return network.embed_audio(waveforms, torch.tensor(lengths or [waveforms.shape[1]] * len(waveforms)))


def test_segments_are_whole_columns_and_windows_whole_segments(network: AssembledNetwork) -> None:
    hop = network.config.mel.hop_samples
    if not network.config.chunk_s:
        assert network.samples_per_segment % (hop * network.audio.frames_per_column) == 0
    assert network.segment_s == pytest.approx(network.config.chunk_s or 0.64)
    assert network.segments_per_window == (5 if network.config.chunk_s else 4)


def test_embeddings_have_length_one_and_differ(network: AssembledNetwork) -> None:
    clips, segments = embed(network, rising(2, 4 * network.samples_per_segment))
    texts = network.embed_text(["a dog barks", "rain falls on the roof", ""])
    assert (clips.shape, segments.shape) == ((2, network.dim), (2, 4, network.dim))
    for vectors in (clips, segments.flatten(0, 1), texts):
        torch.testing.assert_close(vectors.norm(dim=-1), torch.ones(len(vectors)))
        assert torch.pdist(vectors).min() > 1e-4


def test_a_sound_does_not_depend_on_others_beside_it(network: AssembledNetwork) -> None:
    samples = 4 * network.samples_per_segment
    waveforms = rising(3, samples)
    waveforms[1, samples // 2 - 100 :] = 0
    lengths = (samples, samples // 2 - 100, samples)
    clips, segments = embed(network, waveforms, *lengths)
    for row, length in enumerate(lengths):
        clip, of_clip = embed(network, waveforms[row : row + 1], length)
        torch.testing.assert_close(clips[row : row + 1], clip, atol=1e-5, rtol=0)
        sounding = -(-length // network.samples_per_segment)
        torch.testing.assert_close(segments[row, :sounding], of_clip[0, :sounding], atol=1e-5, rtol=0)


def test_a_long_sound_is_heard_to_its_end(network: AssembledNetwork) -> None:  # K28: never cropped
    samples = 12 * network.samples_per_segment  # three windows at once
    waveform = rising(1, samples)
    changed = waveform.clone()
    changed[:, -network.samples_per_segment :] = 0.0
    clip, segments = embed(network, waveform)
    assert segments.shape[1] == 12
    assert (embed(network, changed)[0] - clip).norm() > 1e-4
    torch.testing.assert_close(embed(network, waveform), (clip, segments), atol=0, rtol=0)


def test_a_segment_is_the_embedding_of_the_states_of_its_own_columns(network: AssembledNetwork) -> None:
    samples = 4 * network.samples_per_segment
    waveforms = rising(2, samples)
    _, segments = embed(network, waveforms)
    heard = network.hear(*network.levels_of(waveforms, torch.tensor([samples, samples])))
    each = heard.states.shape[1] // 4
    third = Encoded(heard.states[:, 2 * each : 3 * each], heard.valid[:, 2 * each : 3 * each])
    torch.testing.assert_close(network.audio_embedding(third), segments[:, 2])


def test_each_chunk_is_heard_alone() -> None:  # W04
    network = make_small_assembled(CONFIGS["cnn14 by chunks, aggregator"])
    levels = torch.randn(2, 16, 200, generator=torch.Generator().manual_seed(0))
    heard = network.hear(levels, torch.tensor([200, 120]))
    assert heard.valid.tolist() == [[True] * 4, [True, True, True, False]]
    changed = levels.clone()
    changed[:, :, 60:90] += 1.0
    differs = (network.hear(changed, torch.tensor([200, 120])).states - heard.states).abs().amax(-1) > 1e-5
    assert differs.tolist() == [[False, True, False, False]] * 2
    order = torch.tensor([2, 0, 3, 1])
    permuted = Encoded(heard.states[:1, order], heard.valid[:1])
    assert (network.audio_embedding(permuted) - network.audio_embedding(heard)[:1]).norm() > 1e-3


def test_a_block_tells_what_it_attends_to() -> None:  # D29
    network, other = make_small_assembled(CONFIGS["patches, block"]), make_small_assembled()
    assert isinstance(network, WeighingAssembledNetwork)
    assert isinstance(network, WeighingNetwork)
    assert not isinstance(other, WeighingNetwork)
    assert isinstance(network.audio_head, BlockHead)
    waveforms = rising(2, 3 * network.samples_per_segment)
    weights = network.weigh_audio(waveforms)
    assert weights.shape == (2, 3)
    torch.testing.assert_close(weights.mean(1), torch.ones(2))
    heard = network.hear(network.levels_of(waveforms, torch.tensor([waveforms.shape[1]] * 2))[0])
    first = network.audio_head.attention(heard)[:, : heard.states.shape[1] // 3].sum(1)
    torch.testing.assert_close(weights[:, 0], 3 * first)


@pytest.mark.parametrize("most", [100.0, 30.0])
def test_the_scale_is_never_above_its_most(most: float) -> None:  # C08
    network = make_small_assembled()
    assert network.log_scale.exp() == pytest.approx(1 / 0.07, rel=0.3)
    network.log_scale.requires_grad_(True)
    optimizer = torch.optim.SGD([network.log_scale], lr=10.0)
    (-network.scale(most)).backward()  # more of it would be better
    optimizer.step()
    assert network.log_scale.item() > 5
    assert network.scale(most).item() <= most
    network.limit_scale(most)
    optimizer.zero_grad()
    network.scale(most).backward()
    assert network.log_scale.grad is not None
    assert network.log_scale.grad > 0  # it finds back


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": replace(SMALL_ASSEMBLED.text, causal=False)}, "needs a causal text tower"),
        ({"text": replace(SMALL_ASSEMBLED.text, pooling="first")}, "has seen no words"),
        ({"text": replace(SMALL_ASSEMBLED.text, vocabulary=9)}, "knows more words"),
        ({"audio_head": HeadConfig("aggregator", hidden=16, heads=2)}, "needs chunk_s"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AssembledNetwork(replace(SMALL_ASSEMBLED, **changes), make_word_tokenizer())


def test_patches_are_dropped_from_whole_sounds_alone() -> None:
    levels = torch.randn(1, 16, 160, generator=torch.Generator().manual_seed(0))
    kept = torch.tensor([[0, 3, 5]])
    assert make_small_assembled().hear(levels, None, kept).states.shape == (1, 3, 16)
    with pytest.raises(ValueError, match="heard in chunks"):
        make_small_assembled(CONFIGS["cnn14 by chunks, aggregator"]).hear(levels, None, kept)
