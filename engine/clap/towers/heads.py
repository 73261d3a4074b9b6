"""From the states of a tower to an embedding of the shared space; `HeadConfig` names the kinds."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.clap.towers.config import HeadConfig
from engine.clap.towers.encoded import Encoded

Pool = Callable[[Encoded], Tensor]  # the tower's own: states (B, N, D) -> (B, D)

# B rows, N states, D the tower's width, E the shared space's


class Head(nn.Module):
    """Reads the states themselves or, by `pooled`, what the tower makes of them all; -> (B, E), not normalised.

    Every row has at least one valid state; those that are not have no influence.
    """

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        raise NotImplementedError


class LinearHead(Head):
    """One learned projection of the pooled state (C03)."""

    def __init__(self, width: int, dim: int, bias: bool) -> None:
        super().__init__()
        self.project = nn.Linear(width, dim, bias=bias)

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        projected: Tensor = self.project(pooled(encoded))
        return projected


class MlpHead(Head):
    """Two layers with a ReLU between them, of the pooled state (W01)."""

    def __init__(self, width: int, hidden: int, dim: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, dim))

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        projected: Tensor = self.layers(pooled(encoded))
        return projected


class PoolerHead(Head):
    """A learned query attends to all states with several heads; what it finds is projected (K23)."""

    def __init__(self, width: int, heads: int, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.attend = nn.MultiheadAttention(width, heads, batch_first=True)
        self.project = nn.Linear(width, dim)

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        query = self.query.expand(len(encoded.states), -1, -1)
        found, _ = self.attend(
            query, encoded.states, encoded.states, key_padding_mask=~encoded.valid, need_weights=False
        )
        projected: Tensor = self.project(found.squeeze(1))
        return projected


class BlockHead(Head):
    """Transformer blocks behind a class token, whose output is the embedding (D10).

    With one block and one head, as in the paper, what the class token attends to is what the embedding is made of, and
    so explains it (D29).
    """

    def __init__(self, config: HeadConfig, width: int) -> None:
        super().__init__()
        self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.blocks = _transformer(config, width)

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        states, padding = _behind(self.class_token, encoded)
        states = self.blocks(states, src_key_padding_mask=padding)
        of_class: Tensor = states[:, 0]
        return of_class

    def attention(self, encoded: Encoded) -> Tensor:
        """How much the class token of the last block looks at each state: (B, N), rows sum to 1, 0 where not valid.

        The mean over heads. What it keeps for itself says nothing about the sound and is left out.
        """
        states, padding = _behind(self.class_token, encoded)
        for block in self.blocks.layers[:-1]:
            states = block(states, src_key_padding_mask=padding)
        last = self.blocks.layers[-1].self_attn
        _, weights = last(states[:, :1], states, states, key_padding_mask=padding)  # (B, 1, 1 + N)
        of_states: Tensor = weights[:, 0, 1:]
        return of_states / of_states.sum(1, keepdim=True).clamp_min(torch.finfo(of_states.dtype).tiny)


class AggregatorHead(Head):
    """A transformer with positions over a sequence, be it of chunks of sound or of tokens; the output of its first
    position, a class token, is projected (W04).

    Positions are sinusoidal (Vaswani et al. 2017, section 3.5). States are brought to their size before, or those of a
    tower that speaks loudly would drown the order. It refuses more states than `most_positions`, of which it learned
    nothing, unless that is 0.
    """

    def __init__(self, config: HeadConfig, width: int, dim: int) -> None:
        super().__init__()
        self.most_positions = config.most_positions
        self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.even = nn.LayerNorm(width)
        self.blocks = _transformer(config, width)
        self.project = nn.Linear(width, dim)

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        states, padding = _behind(self.class_token, encoded)
        if self.most_positions and encoded.states.shape[1] > self.most_positions:
            raise ValueError(f"{encoded.states.shape[1]} states are more than the {self.most_positions} that are read")
        states = self.even(states) + sinusoids(states.shape[1], states.shape[2]).to(states)
        states = self.blocks(states, src_key_padding_mask=padding)
        projected: Tensor = self.project(states[:, 0])
        return projected


class PooledHead(Head):
    """The pooled state itself (D20)."""

    def forward(self, encoded: Encoded, pooled: Pool) -> Tensor:
        return pooled(encoded)


def make_head(config: HeadConfig, width: int, dim: int) -> Head:
    """A head with random weights, from states of `width` to the `dim` of the shared space.

    Raises ValueError if there is no head of these numbers.
    """
    if config.kind in ("pooler", "block", "aggregator") and (config.heads < 1 or width % config.heads):
        raise ValueError(f"the {config.kind} head's width is {width}, not a multiple of {config.heads} heads")
    if config.kind in ("mlp", "block", "aggregator") and config.hidden < 1:
        raise ValueError(f"the {config.kind} head needs a hidden width")
    if config.kind in ("block", "none") and width != dim:
        raise ValueError(f"a head of kind {config.kind} leaves the width, {width}, as it is; it must be dim, {dim}")
    match config.kind:
        case "linear":
            return LinearHead(width, dim, config.bias)
        case "mlp":
            return MlpHead(width, config.hidden, dim)
        case "pooler":
            return PoolerHead(width, config.heads, dim)
        case "block":
            return BlockHead(config, width)
        case "aggregator":
            return AggregatorHead(config, width, dim)
        case "none":
            return PooledHead()


def sinusoids(positions: int, width: int) -> Tensor:
    """(positions, width), float32: sines in even places, cosines in odd ones."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles = torch.arange(positions).unsqueeze(1) * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width]


def _transformer(config: HeadConfig, width: int) -> nn.TransformerEncoder:
    block = nn.TransformerEncoderLayer(
        width, config.heads, config.hidden, config.dropout, activation="gelu", batch_first=True
    )
    return nn.TransformerEncoder(block, config.layers, enable_nested_tensor=False)


def _behind(class_token: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor]:
    """The class token, then all states (B, 1 + N, D), and which of them are padding (B, 1 + N)."""
    states = torch.cat([class_token.to(encoded.states).expand(len(encoded.states), -1, -1), encoded.states], dim=1)
    return states, nn.functional.pad(~encoded.valid, (1, 0), value=False)
