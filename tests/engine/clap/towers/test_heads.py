"""From states to an embedding."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from engine.clap.towers.config import HeadConfig
from engine.clap.towers.encoded import Encoded, mean_of_valid
from engine.clap.towers.heads import BlockHead, Head, make_head, sinusoids

WIDTH = 8
KINDS = {
    "linear": HeadConfig("linear"),
    "mlp": HeadConfig("mlp", hidden=16),
    "pooler": HeadConfig("pooler", heads=2),
    "block": HeadConfig("block", hidden=8),
    "two blocks": HeadConfig("block", hidden=8, layers=2, heads=4),
    "aggregator": HeadConfig("aggregator", hidden=16, layers=2, heads=2, most_positions=7),
    "none": HeadConfig("none"),
}


def head_of(kind: str, dim: int = WIDTH) -> Head:
    torch.manual_seed(0)
    return make_head(KINDS[kind], WIDTH, dim)


def sound(rows: int = 3, count: int = 5) -> Encoded:
    generator = torch.Generator().manual_seed(1)
    return Encoded(torch.randn(rows, count, WIDTH, generator=generator), torch.ones(rows, count, dtype=torch.bool))


def embed(head: Head, encoded: Encoded) -> Tensor:
    return head(encoded, mean_of_valid)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_has_no_influence(kind: str) -> None:
    head = head_of(kind).eval()
    whole = sound()
    valid = whole.valid.clone()
    valid[1, 3:] = False
    padded = embed(head, Encoded(whole.states, valid))
    torch.testing.assert_close(padded[[0, 2]], embed(head, whole)[[0, 2]])
    torch.testing.assert_close(padded[1:2], embed(head, Encoded(whole.states[1:2, :3], valid[1:2, :3])))
    assert not torch.allclose(padded[1], embed(head, whole)[1], atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_in_use_it_gives_what_it_gave_in_training(kind: str) -> None:
    head, encoded = head_of(kind), sound()  # without dropout; in use, torch takes a faster way
    encoded.valid[0, 2:] = False
    learning = embed(head, encoded).detach()
    with torch.inference_mode():
        torch.testing.assert_close(embed(head.eval(), encoded), learning)


@pytest.mark.parametrize("kind", ["linear", "mlp", "pooler", "aggregator"])
def test_the_embedding_has_the_dimensions_of_the_shared_space(kind: str) -> None:
    embedded = embed(head_of(kind, dim=5), sound())
    assert embedded.shape == (3, 5)
    embedded.sum().backward()  # and is learned


def test_an_aggregator_hears_the_order_and_a_mean_does_not() -> None:  # W04
    encoded, order = sound(), torch.tensor([3, 1, 4, 0, 2])
    permuted = Encoded(encoded.states[:, order], encoded.valid)
    changes = {kind: (embed(head_of(kind), encoded) - embed(head_of(kind), permuted)).norm(dim=1) for kind in KINDS}
    assert changes["aggregator"].min() > 0.05
    assert changes["linear"].max() < 1e-6
    assert changes["mlp"].max() < 1e-6


def test_an_aggregator_reads_no_more_than_it_learned() -> None:
    with pytest.raises(ValueError, match="8 states are more than the 7"):
        embed(head_of("aggregator"), sound(count=8))


@pytest.mark.parametrize("kind", ["block", "two blocks"])
def test_attention_has_a_weight_for_each_patch_and_rows_that_sum_to_one(kind: str) -> None:  # D29
    head, encoded = head_of(kind).eval(), sound()
    assert isinstance(head, BlockHead)
    encoded.valid[1, 3:] = False
    attention = head.attention(encoded)
    assert attention.shape == (3, 5)
    assert torch.equal(attention > 0, encoded.valid)
    torch.testing.assert_close(attention.sum(1), torch.ones(3))


def test_attention_is_what_the_class_token_looks_at() -> None:
    head, encoded = head_of("block"), sound()
    assert isinstance(head, BlockHead)
    block = head.blocks.layers[0].self_attn
    ask, offer, _ = block.in_proj_weight.chunk(3)
    logits = encoded.states @ offer.T @ (ask @ head.class_token[0, 0]) / WIDTH**0.5  # biases are 0 at the start
    torch.testing.assert_close(head.attention(encoded), logits.softmax(1))


def test_positions_are_sines_and_cosines() -> None:
    angles = torch.tensor([0.0, 1.0, 2.0]).unsqueeze(1) * torch.tensor([1.0, 0.01])
    expected = torch.stack([angles[:, 0].sin(), angles[:, 0].cos(), angles[:, 1].sin(), angles[:, 1].cos()], dim=1)
    torch.testing.assert_close(sinusoids(3, 4), expected)


@pytest.mark.parametrize(
    ("config", "width", "dim", "parameters"),
    [
        (HeadConfig("linear"), 2048, 1024, 2048 * 1024 + 1024),  # C03
        (HeadConfig("block", hidden=768), 768, 768, 4 * (768**2 + 768) + 2 * (768**2 + 768) + 4 * 768 + 768),  # D10
        (
            HeadConfig("aggregator", 4 * 1024, 2, 2, 0.1, 77),
            1024,
            1024,
            2 * (4 * (1024**2 + 1024) + 2 * 4 * 1024**2 + 5 * 1024 + 4 * 1024) + 1024 + 2 * 1024 + 1024**2 + 1024,
        ),  # W04
    ],
)
def test_heads_have_the_sizes_of_the_papers(config: HeadConfig, width: int, dim: int, parameters: int) -> None:
    with torch.device("meta"):
        head = make_head(config, width, dim)
    assert sum(weight.numel() for weight in head.parameters()) == parameters


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (KINDS["block"], "must be dim, 5"),
        (KINDS["none"], "must be dim, 5"),
        (HeadConfig("mlp"), "needs a hidden width"),
        (replace(KINDS["pooler"], heads=3), "not a multiple of 3 heads"),
    ],
)
def test_impossible_heads_are_refused(config: HeadConfig, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_head(config, WIDTH, 5)
