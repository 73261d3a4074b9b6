"""Blocks along a sequence, each (B, T, D) -> the same shape: B batch, T columns or patches, D width."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.clap.config import AudioEncoderConfig

LONGEST_PERIOD = 10_000.0  # of the waves that tell positions, in radians a position


def angles(positions: int, dims: int, device: torch.device) -> Tensor:
    """How far each of `dims` waves has turned at each position (positions, dims), from one radian a position down."""
    rates = LONGEST_PERIOD ** -(torch.arange(dims, device=device) / dims)
    return torch.arange(positions, device=device).unsqueeze(1) * rates


def neighbourhood(config: AudioEncoderConfig) -> nn.Conv1d:
    """A depthwise convolution over `kernel_columns` columns, (B, D, T) -> the same shape."""
    width, kernel = config.width, config.kernel_columns
    return nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)


class ColumnBlock(nn.Module):
    """ConvNeXt block along time: depthwise convolution over columns, then a two-layer perceptron."""

    def __init__(self, config: AudioEncoderConfig) -> None:
        super().__init__()
        width = config.width
        self.depthwise = neighbourhood(config)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, config.expansion * width)
        self.contract = nn.Linear(config.expansion * width, width)

    def forward(self, columns: Tensor) -> Tensor:
        mixed = self.depthwise(columns.transpose(1, 2)).transpose(1, 2)
        change: Tensor = self.contract(functional.gelu(self.expand(self.norm(mixed))))
        return columns + change


class Attention(nn.Module):
    """Self-attention over the whole sequence.

    With `rotary`, queries and keys are turned by their position (Su et al. 2021, https://arxiv.org/abs/2104.09864), so
    that likeness depends on how far apart two columns are, at any length; without, positions are in the input.
    """

    def __init__(self, width: int, heads: int, *, rotary: bool) -> None:
        super().__init__()
        self.heads = heads
        self.rotary = rotary
        self.enter = nn.Linear(width, 3 * width)
        self.leave = nn.Linear(width, width)

    def forward(self, sequence: Tensor) -> Tensor:
        queries, keys, values = self.enter(sequence).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if self.rotary:
            queries, keys = turned(queries), turned(keys)
        heard = functional.scaled_dot_product_attention(queries, keys, values)  # (B, heads, T, D / heads)
        left: Tensor = self.leave(heard.transpose(1, 2).flatten(2))
        return left


def turned(vectors: Tensor) -> Tensor:
    """(..., T, dims) with every pair of numbers turned by an angle that grows with the position; `dims` is even."""
    turns = angles(vectors.shape[-2], vectors.shape[-1] // 2, vectors.device)
    cosine, sine = turns.cos().to(vectors), turns.sin().to(vectors)
    left, right = vectors.chunk(2, dim=-1)
    return torch.cat([left * cosine - right * sine, left * sine + right * cosine], dim=-1)


class TransformerBlock(nn.Module):
    """Attention, then a two-layer perceptron, each behind a norm and added to its input."""

    def __init__(self, width: int, heads: int, expansion: int, *, rotary: bool = False) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads, rotary=rotary)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, expansion * width)
        self.contract = nn.Linear(expansion * width, width)

    def forward(self, sequence: Tensor) -> Tensor:
        sequence = sequence + self.attention(self.attention_norm(sequence))
        change: Tensor = self.contract(functional.gelu(self.expand(self.norm(sequence))))
        return sequence + change


class ConvolvedTransformerBlock(nn.Module):
    """A depthwise convolution over columns for what is near, then a transformer block for the whole sound."""

    def __init__(self, config: AudioEncoderConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.depthwise = neighbourhood(config)
        self.transformer = TransformerBlock(config.width, config.heads, config.expansion, rotary=True)

    def forward(self, columns: Tensor) -> Tensor:
        near = self.depthwise(self.norm(columns).transpose(1, 2)).transpose(1, 2)
        heard: Tensor = self.transformer(columns + near)
        return heard
