"""HTSAT after Chen et al. 2022 (https://arxiv.org/abs/2202.00874; R08): a Swin transformer that hears a spectrogram
folded into square images. Of the base size it has the 67.8 M weights of the published networks, but for their tags.

    square_bands 256 over 64 mels: four stretches of 256 frames, one above the other, are one square of 1024 frames

Patches of 4×4 are merged 2×2 between stages, so that four stages give one state for 32 frames; the rows of frequency
that are left of each stretch are averaged. The transformer is that of transformers (Liu et al. 2021,
https://arxiv.org/abs/2103.14030).
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers import SwinConfig, SwinModel

from engine.clap.config import MelConfig
from engine.clap.towers.audio_tower import AudioTower, keeps_all
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.encoded import Encoded

PATCH = 4  # frames and bands

# B batch, M mels, F frames, T columns, Q squares, S frames and bands of a square, L = S / M stretches, D width


class SwinTower(AudioTower):
    """One state a column, in the order of time; a pure function of a row's sound, whatever stands in its padding.

    A sound that does not fill its squares is repeated until it does, as published networks do; states of repeated
    columns are not valid, and those beyond the input are not given. Squares do not hear each other.
    """

    def __init__(self, config: AudioTowerConfig, mel: MelConfig) -> None:
        """Raises ValueError if mels, stages and windows do not fill the square."""
        super().__init__()
        self.frames_per_column = PATCH * 2 ** (len(config.depths) - 1)
        _check(config, mel, self.frames_per_column)
        self.width = config.width * 2 ** (len(config.depths) - 1)
        self.square = config.square_bands
        self.stretches = config.square_bands // mel.mels
        self.norm = nn.BatchNorm1d(mel.mels)  # every band by itself
        self.swin = SwinModel(_swin_config(config), add_pooling_layer=False)

    def forward(self, levels: Tensor, frames: Tensor | None = None, kept: Tensor | None = None) -> Encoded:
        keeps_all(kept)
        squares = self.squares(levels, frames)
        states: Tensor = self.swin(squares.flatten(0, 1)).last_hidden_state  # rows and columns of a square, flat
        side = self.square // self.frames_per_column
        grid = states.reshape(len(states), self.stretches, -1, side, self.width)  # (B × Q, L, frequencies, columns, D)
        columns = grid.mean(2).reshape(len(levels), -1, self.width)  # (B, Q × L × columns, D)
        return Encoded(columns[:, : self.columns_of(levels)], self.sounding(levels, frames))

    def squares(self, levels: Tensor, frames: Tensor | None = None) -> Tensor:
        """(B, M, F) -> (B, Q, 1, S, S), bands down and frames across: as many squares as hold F frames."""
        most = levels.shape[-1]
        filled = -(-most // (self.square * self.stretches)) * self.square * self.stretches
        lengths = torch.full((len(levels),), most, device=levels.device) if frames is None else frames
        heard = torch.arange(filled, device=levels.device) % lengths.to(levels.device).clamp_min(1).unsqueeze(1)
        repeated = levels.gather(2, heard.unsqueeze(1).expand(-1, levels.shape[1], -1))
        normed: Tensor = self.norm(repeated)
        stretches = normed.reshape(*levels.shape[:2], -1, 1, self.stretches, self.square)  # (B, M, Q, 1, L, S)
        return stretches.permute(0, 2, 3, 4, 1, 5).flatten(3, 4)

    def checkpoint_activations(self, on: bool) -> None:
        super().checkpoint_activations(on)
        # the library's own switch would have whole stages and the blocks in them compute again, one inside the other
        for stage in self.swin.encoder.layers:
            for block in stage.blocks:
                block.gradient_checkpointing = on
                block._gradient_checkpointing_func = partial(checkpoint, use_reentrant=False)


def _check(config: AudioTowerConfig, mel: MelConfig, frames_per_column: int) -> None:
    if len(config.depths) != len(config.heads_of):
        raise ValueError(f"{len(config.depths)} stages have {len(config.heads_of)} numbers of heads")
    if config.square_bands % mel.mels or mel.mels % frames_per_column:
        raise ValueError(
            f"{mel.mels} mels do not fill a square of {config.square_bands} in rows of {frames_per_column}"
        )
    if config.square_bands // frames_per_column < config.window_patches:
        raise ValueError(f"a window of {config.window_patches} is larger than what is left of the square")


def _swin_config(config: AudioTowerConfig) -> SwinConfig:
    return SwinConfig(
        image_size=config.square_bands,
        patch_size=PATCH,
        num_channels=1,
        embed_dim=config.width,
        depths=list(config.depths),
        num_heads=list(config.heads_of),
        window_size=config.window_patches,
        hidden_dropout_prob=config.dropout,
        attention_probs_dropout_prob=config.dropout,
        drop_path_rate=0.0,
    )
