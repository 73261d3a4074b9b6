from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.clap.blocks import Attention, ColumnBlock, ConvolvedTransformerBlock, TransformerBlock, angles, turned
from engine.clap.config import AudioEncoderConfig

CONFIG = AudioEncoderConfig(width=16, kernel_columns=3, heads=2)


def random_columns(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def silenced(block: nn.Module, *layers: str) -> nn.Module:
    """The block with nothing but zeros in these layers."""
    for layer in layers:
        for parameter in block.get_submodule(layer).parameters():
            nn.init.zeros_(parameter)
    return block.requires_grad_(False)


@pytest.mark.parametrize(
    ("block", "last_layers"),
    [
        (ColumnBlock(CONFIG), ["contract"]),
        (TransformerBlock(16, 2, 4), ["attention.leave", "contract"]),
        (ConvolvedTransformerBlock(CONFIG), ["depthwise", "transformer.attention.leave", "transformer.contract"]),
    ],
)
def test_a_block_adds_to_its_input(block: nn.Module, last_layers: list[str]) -> None:
    columns = random_columns(2, 5, 16)
    torch.testing.assert_close(silenced(block, *last_layers)(columns), columns)


def test_angles_grow_with_the_position_and_slow_down_with_the_wave() -> None:
    turns = angles(3, 2, torch.device("cpu"))
    torch.testing.assert_close(turns, torch.tensor([[0.0, 0.0], [1.0, 0.01], [2.0, 0.02]]))


def test_turned_vectors_keep_their_length() -> None:
    vectors = random_columns(2, 3, 7, 8)
    torch.testing.assert_close(turned(vectors).norm(dim=-1), vectors.norm(dim=-1))


def test_likeness_of_turned_vectors_depends_on_their_distance_alone() -> None:
    query, key = turned(random_columns(1, 8).expand(50, 8)), turned(random_columns(2, 8)[1:].expand(50, 8))
    likeness = query @ key.T
    torch.testing.assert_close(likeness[3, 5], likeness[43, 45], atol=1e-4, rtol=0)
    assert (likeness[3, 5] - likeness[3, 6]).abs() > 0.01


@pytest.mark.parametrize("rotary", [False, True])
def test_attention_knows_the_order_only_if_rotary(rotary: bool) -> None:
    attention = Attention(16, 2, rotary=rotary).requires_grad_(False)
    columns = random_columns(1, 9, 16)
    difference = (attention(columns.flip(1)).flip(1) - attention(columns)).abs().max()
    assert (difference > 1e-3) == rotary
