"""A vision transformer over patches of a spectrogram, whose steps are open to masked training (K11 to K14, D02, D08).

After Dosovitskiy et al. 2021 (https://arxiv.org/abs/2010.11929), without a class token: what is made of the states is
left to the heads. ViT-B over 128 mels has the 85.26 M weights that Cacophony's audio side is published with.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.clap.blocks import angles
from engine.clap.config import MelConfig
from engine.clap.stems import Positions
from engine.clap.towers.audio_tower import AudioTower, even_start, without_padding
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.encoded import Encoded

# B batch, M mels, F frames, T columns, R rows, N = T × R patches, K of them kept, P numbers in a patch, D width


class PatchTower(AudioTower):
    """States are patches of `patch_frames` × `patch_bands`; padding has no influence on those of sound.

    patch_numbers : P
    """

    def __init__(self, config: AudioTowerConfig, mel: MelConfig) -> None:
        """Raises ValueError if the patches do not fill the height, or the heads or waves cannot share the width."""
        super().__init__()
        if mel.mels % config.patch_bands:
            raise ValueError(f"patches of {config.patch_bands} bands do not fill {mel.mels} mels")
        if config.width % config.heads or config.width % 4:
            raise ValueError(f"a width of {config.width} cannot be shared by {config.heads} heads and four waves")
        self.width, self.rows = config.width, mel.mels // config.patch_bands
        self.frames_per_column = config.patch_frames
        self.patch_numbers = config.patch_frames * config.patch_bands
        self.project = nn.Linear(self.patch_numbers, config.width)
        self.positions = make_positions(config.positions, self.rows, config.width)
        self.blocks = nn.ModuleList(_block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        even_start(self)

    def forward(self, levels: Tensor, frames: Tensor | None = None, kept: Tensor | None = None) -> Encoded:
        """As every tower; with `kept` (B, K) the states (B, K, D) and their validity are of those, in that order.

        Structured patchout (D28) is a choice of `kept`: all patches but those of some columns and some rows.
        """
        valid = self.sounding(levels, frames)
        tokens = self.enter(self.patches(without_padding(levels, frames)))
        if kept is not None:
            valid = valid.gather(1, kept)
            tokens = tokens.gather(1, kept.unsqueeze(-1).expand(-1, -1, self.width))
        return Encoded(self.encode(tokens, None if frames is None else valid), valid)

    def patches(self, levels: Tensor) -> Tensor:
        """(B, M, F) -> (B, N, P), column by column, from the lowest up; frames that are missing in the last are 0."""
        columns, frames = self.columns_of(levels), self.frames_per_column
        filled = functional.pad(levels, (0, columns * frames - levels.shape[-1]))
        cut = filled.reshape(len(levels), self.rows, -1, columns, frames)  # (B, R, bands, T, frames)
        return cut.permute(0, 3, 1, 4, 2).flatten(3).flatten(1, 2)

    def enter(self, patches: Tensor) -> Tensor:
        """The first N patches of a sound, none left out, (B, N, P) -> (B, N, D); each depends on its own patch."""
        tokens: Tensor = self.project(patches) + self.positions_of(patches.shape[1])
        return tokens

    def encode(self, tokens: Tensor, valid: Tensor | None = None) -> Tensor:
        """Blocks and last norm (B, K, D) -> the same shape; attention is to `valid` (B, K) tokens alone, None: all."""
        padding = None
        if valid is not None:
            padding = ~valid & valid.any(1, keepdim=True)  # where all is padding, attention must go somewhere
        for block in self.blocks:
            tokens = self.run_block(block, tokens, None, padding)
        states: Tensor = self.norm(tokens)
        return states

    def positions_of(self, count: int) -> Tensor:
        """What tells the first `count` patches apart (count, D)."""
        columns = -(-count // self.rows)
        told: Tensor = self.positions(columns * self.rows)
        return told[:count]

    def frame_features(self, encoded: Encoded) -> Tensor:
        """All states of a column beside each other (B, T, R × D), from the lowest up (D24); none may be left out."""
        states = encoded.states
        return states.reshape(len(states), -1, self.rows * self.width)


def make_positions(kind: Literal["sinusoidal", "sinusoidal in time"], rows: int, width: int) -> nn.Module:
    """What is added to N = T × rows patches: N -> (N, width). "sinusoidal in time" learns rows (K12)."""
    return Positions(rows, width) if kind == "sinusoidal in time" else WavePositions(rows, width)


class WavePositions(nn.Module):
    """Fixed waves: one half of the width tells the column, the other the row, as in masked autoencoders
    (He et al. 2022, https://arxiv.org/abs/2111.06377) and M2D. `width` is a multiple of four."""

    place: Tensor

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.rows, self.width = rows, width
        # waves are made where the weights are
        self.register_buffer("place", torch.zeros(()), persistent=False)

    def forward(self, patches: int) -> Tensor:
        """-> (patches, width), column by column; any number of columns."""
        columns = patches // self.rows
        in_time = self._waves(columns).unsqueeze(1).expand(-1, self.rows, -1)
        in_frequency = self._waves(self.rows).unsqueeze(0).expand(columns, -1, -1)
        return torch.cat([in_time, in_frequency], dim=-1).flatten(0, 1)

    def _waves(self, positions: int) -> Tensor:
        turns = angles(positions, self.width // 4, self.place.device)
        return torch.cat([turns.sin(), turns.cos()], dim=-1)


def _block(config: AudioTowerConfig) -> nn.TransformerEncoderLayer:
    return nn.TransformerEncoderLayer(
        config.width,
        config.heads,
        config.hidden,
        config.dropout,
        activation=functional.silu if config.activation == "silu" else functional.gelu,
        batch_first=True,
        norm_first=True,
    )
