from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.clap.network import Columns, EarmarkNetwork, WeighingNetwork, padded_to_segments, segments_in
from tests.small_networks import SMALL_CONFIG, TAGS, make_small_network

SEGMENT = SMALL_CONFIG.samples_per_segment
WINDOW = SEGMENT * SMALL_CONFIG.segments_per_window


@pytest.fixture(scope="module")
def network() -> EarmarkNetwork:
    return make_small_network()


def noise(batch: int, samples: int = WINDOW, seed: int = 0) -> Tensor:
    return torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed)) * 0.1


def embed(network: EarmarkNetwork, waveforms: Tensor, *lengths: int) -> tuple[Tensor, Tensor]:
    return network.embed_audio(waveforms, torch.tensor(lengths or [waveforms.shape[1]] * len(waveforms)))


def only_weights(log_weights: Tensor) -> Columns:
    nothing = torch.empty(0)
    return Columns(states=nothing, vectors=nothing, tag_logits=nothing, log_weights=log_weights)


@pytest.mark.parametrize(
    ("length_samples", "segments"),
    [(0, 1), (1, 1), (10, 1), (100, 1), (101, 1), (110, 1), (111, 2), (200, 2), (210, 2), (211, 3), (1000, 10)],
)
def test_a_segment_begins_when_a_tenth_of_it_is_sound(length_samples: int, segments: int) -> None:
    assert segments_in(length_samples, 100) == segments


@pytest.mark.parametrize(("length_samples", "padded"), [(0, 100), (1, 100), (100, 100), (101, 200)])
def test_sound_is_padded_to_whole_segments(length_samples: int, padded: int) -> None:
    waveforms = padded_to_segments(np.ones(length_samples, np.float32), 100)
    assert waveforms.shape == (1, padded)
    assert waveforms[0, :length_samples].all()
    assert not waveforms[0, length_samples:].any()


def test_weights_say_what_the_clip_is_made_of(network: EarmarkNetwork) -> None:
    assert isinstance(network, WeighingNetwork)
    waveforms = noise(2)
    weights = network.weigh_audio(waveforms)
    assert weights.shape == (2, network.segments_per_window)
    columns = network.hear(network.levels_of(waveforms))
    vectors = columns.pool(columns.vectors.float(), torch.eye(4).repeat_interleave(4, dim=1).expand(2, -1, -1))
    whole = columns.pool(columns.vectors.float(), torch.ones(2, 1, 16))
    torch.testing.assert_close((weights / weights.sum(1, keepdim=True)).unsqueeze(1) @ vectors, whole)


def test_every_embedding_has_length_one(network: EarmarkNetwork) -> None:
    clips, segments = embed(network, noise(3))
    assert clips.shape == (3, network.dim)
    assert segments.shape == (3, network.segments_per_window, network.dim)
    torch.testing.assert_close(clips.norm(dim=-1), torch.ones(3))
    torch.testing.assert_close(segments.norm(dim=-1), torch.ones(3, network.segments_per_window))
    torch.testing.assert_close(network.embed_text(["a dog barks", ""]).norm(dim=-1), torch.ones(2))


def test_different_sounds_and_texts_get_different_embeddings(network: EarmarkNetwork) -> None:
    clips, _ = embed(network, torch.stack([noise(1)[0], torch.sin(torch.arange(WINDOW) * 0.1)]))
    texts = network.embed_text(["dog", "rain on the roof"])
    assert clips[0] @ clips[1] < 0.99
    assert texts[0] @ texts[1] < 0.99


def test_embeddings_do_not_depend_on_the_batch(network: EarmarkNetwork) -> None:
    waveforms = noise(5)
    together, alone = embed(network, waveforms), embed(network, waveforms[3:4])
    torch.testing.assert_close(together[0][3:4], alone[0], atol=1e-6, rtol=0)
    torch.testing.assert_close(together[1][3:4], alone[1], atol=1e-6, rtol=0)


def test_padding_does_not_enter_the_clip(network: EarmarkNetwork) -> None:
    waveforms = noise(1).repeat(2, 1)
    waveforms[1, 2 * SEGMENT :] = 0
    clips, _ = embed(network, waveforms[1:], 2 * SEGMENT)
    heard_whole, _ = embed(network, waveforms[1:], WINDOW)
    columns = network.encode_columns(network.levels_of(waveforms[1:]))
    first_half = torch.zeros(1, 1, 16)
    first_half[..., :8] = 1
    expected = network.join_views(
        columns.pool(columns.vectors, first_half), columns.pool(columns.tag_logits.sigmoid(), first_half)
    )
    assert (clips * expected[:, 0]).sum() > 0.9999  # not equal where the machine has bfloat16
    assert (clips - heard_whole).abs().max() > 1e-3


def test_segments_do_not_depend_on_how_much_of_the_window_is_sound(network: EarmarkNetwork) -> None:
    waveforms = noise(1).repeat(2, 1)
    _, segments = embed(network, waveforms, WINDOW, SEGMENT)
    torch.testing.assert_close(segments[0], segments[1], atol=1e-6, rtol=0)


def test_a_span_is_the_weighted_mean_of_its_columns() -> None:
    generator = np.random.default_rng(0)
    values, log_weights = generator.standard_normal((2, 6, 3)), generator.standard_normal((2, 6))
    spans = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=np.float64)
    columns = only_weights(torch.from_numpy(log_weights))
    pooled = columns.pool(torch.from_numpy(values), torch.from_numpy(spans).expand(2, -1, -1)).numpy()
    for row in range(2):
        for span, chosen in enumerate([slice(0, 2), slice(3, 6)]):
            expected = np.average(values[row, chosen], axis=0, weights=np.exp(log_weights[row, chosen]))
            np.testing.assert_allclose(pooled[row, span], expected)


def test_one_loud_column_cannot_silence_its_neighbours_beyond_the_bound() -> None:
    columns = only_weights(torch.tensor([[1000.0, -1000.0]]))
    pooled = columns.pool(torch.tensor([[[0.0], [1.0]]]), torch.ones(1, 1, 2))
    torch.testing.assert_close(pooled.item(), float(np.exp(-8) / (np.exp(8) + np.exp(-8))))


@pytest.mark.parametrize("amplitude", [0.0, 1e-20, 1.0, 100.0])
def test_silence_and_clipping_give_finite_unit_vectors(network: EarmarkNetwork, amplitude: float) -> None:
    clips, segments = embed(network, amplitude * torch.ones(1, WINDOW))
    torch.testing.assert_close(clips.norm(dim=-1), torch.ones(1))
    torch.testing.assert_close(segments.norm(dim=-1), torch.ones(1, network.segments_per_window))


def test_the_bridge_spreads_a_query_over_its_nearest_tags(network: EarmarkNetwork) -> None:
    shares = network.bridge(network.centred_text(["a dog barks", "rain falls", ""]))
    assert shares.shape == (3, len(TAGS))
    assert torch.all(shares >= 0)
    assert torch.all((shares > 0).sum(dim=-1) == SMALL_CONFIG.bridge_tags)
    torch.testing.assert_close(shares.norm(dim=-1), torch.ones(3))


def test_the_bridge_leads_a_tags_own_name_to_that_tag(network: EarmarkNetwork) -> None:
    shares = network.bridge(network.centred_text(TAGS))
    assert shares.argmax(dim=-1).tolist() == list(range(len(TAGS)))


def test_text_embedding_does_not_depend_on_other_texts(network: EarmarkNetwork) -> None:
    together = network.embed_text(["dog", "a dog barks then a car passes"])
    torch.testing.assert_close(together[:1], network.embed_text(["dog"]), atol=1e-6, rtol=0)


def test_the_two_views_share_the_embedding_as_their_weights_say(network: EarmarkNetwork) -> None:
    query = network.embed_text(["bell"])
    text_view, tag_view = query[:, : SMALL_CONFIG.text_view_dim], query[:, SMALL_CONFIG.text_view_dim :]
    sentence = network.centred_text(["bell"])
    torch.testing.assert_close(text_view / text_view.norm(), sentence)
    expected = SMALL_CONFIG.tag_view_weight * network.bridge(sentence) @ network.get_buffer("tag_directions")
    torch.testing.assert_close(tag_view / text_view.norm(), expected)
