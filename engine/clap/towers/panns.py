"""CNN14 and ResNet38 after PANNs (Kong et al. 2020, https://arxiv.org/abs/1912.10211; C06, W01).

With their classifier of 527 tags, which is not part of the tower, they have the 80,753,615 and 73,783,247 weights that
are published. Poolings round up, so that a sound of any length is heard to its end.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.clap.audio_encoder import as_image
from engine.clap.config import MelConfig
from engine.clap.towers.audio_tower import AudioTower, even_start, keeps_all, without_padding
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.encoded import Encoded, mean_of_valid

RESNET38_DEPTHS = (3, 4, 6, 3)  # residual blocks of its four stages

# B batch, M mels, F frames, T columns, C channels, D = C of the last block


class ConvolutionTower(AudioTower):
    """Convolutions over the spectrogram, whose rows are then averaged: one state a column.

    `channels` of a cnn14 is one number a block, and all but the last halve time and frequency; of a resnet38 six: the
    entry, four residual stages, the exit; published are 64, 64, 128, 256, 512 and 2048.

    Padding is silenced and not pooled, but the last columns of a sound are convolved with it. In evaluation mode a row
    does not depend on the other rows.
    """

    def __init__(self, config: AudioTowerConfig, mel: MelConfig) -> None:
        """Raises ValueError if there are not as many channels as blocks."""
        super().__init__()
        blocks = _residual_blocks(config) if config.kind == "resnet38" else _plain_blocks(config)
        self.width = config.channels[-1]
        self.frames_per_column = 2 ** sum(block.halves for block in blocks)
        self.norm = nn.BatchNorm1d(mel.mels)  # every band by itself
        # channels-last is what makes bfloat16 convolutions fast on a CPU
        self.blocks = nn.ModuleList(blocks).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.dropout = nn.Dropout(config.dropout)
        self.leave = nn.Linear(self.width, self.width)
        even_start(self)

    def forward(self, levels: Tensor, frames: Tensor | None = None, kept: Tensor | None = None) -> Encoded:
        keeps_all(kept)
        image = as_image(self.norm(without_padding(levels, frames)))  # (B, 1, F, M)
        for block in self.blocks:
            image = self.run_block(block, image)
        return Encoded(image.mean(3).transpose(1, 2), self.sounding(levels, frames))

    def pool(self, encoded: Encoded) -> Tensor:
        """The greatest plus the mean over time, then a layer with a ReLU."""
        # no state is below 0, so that it may stand for what is not valid
        greatest = encoded.states.masked_fill(~encoded.valid.unsqueeze(-1), 0.0).amax(1)
        pooled: Tensor = self.leave(self.dropout(greatest + mean_of_valid(encoded)))
        return functional.relu(pooled)


class ConvolutionBlock(nn.Module):
    """Two 3×3 convolutions, each with norm and ReLU, then a mean over 2×2 if it halves: (B, C, F, M) -> the like."""

    def __init__(self, narrow: int, wide: int, dropout: float, *, halves: bool = True) -> None:
        super().__init__()
        self.halves = halves
        self.layers = nn.Sequential(*_convolution(narrow, wide), nn.ReLU(), *_convolution(wide, wide), nn.ReLU())
        self.pool = _pool() if halves else nn.Identity()
        self.dropout = nn.Dropout(dropout)

    def forward(self, image: Tensor) -> Tensor:
        changed: Tensor = self.dropout(self.pool(self.layers(image)))
        return changed


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions added to the input; where it halves, both are means over 2×2 first."""

    def __init__(self, narrow: int, wide: int, dropout: float, *, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.pool = _pool() if halves else nn.Identity()
        self.change = nn.Sequential(
            *_convolution(narrow, wide), nn.ReLU(), nn.Dropout(dropout), *_convolution(wide, wide)
        )
        self.shortcut = nn.Sequential(*_convolution(narrow, wide, kernel=1)) if narrow != wide else nn.Identity()

    def forward(self, image: Tensor) -> Tensor:
        image = self.pool(image)
        return functional.relu(self.shortcut(image) + self.change(image))


class PooledStage(nn.Module):
    """Residual blocks, of which the first may halve; the last stage is halved once more behind them."""

    def __init__(self, blocks: list[ResidualBlock], dropout: float, *, halves_after: bool) -> None:
        super().__init__()
        self.halves = sum(block.halves for block in blocks) + halves_after
        after = [_pool()] if halves_after else []
        self.layers = nn.Sequential(*blocks, *after, nn.Dropout(dropout))

    def forward(self, image: Tensor) -> Tensor:
        changed: Tensor = self.layers(image)
        return changed


def _plain_blocks(config: AudioTowerConfig) -> list[ConvolutionBlock | PooledStage]:
    if not config.channels:
        raise ValueError("a cnn14 has no channels")
    last = len(config.channels) - 1
    return [
        ConvolutionBlock(narrow, wide, config.dropout, halves=number < last)
        for number, (narrow, wide) in enumerate(zip((1, *config.channels), config.channels, strict=False))
    ]


def _residual_blocks(config: AudioTowerConfig) -> list[ConvolutionBlock | PooledStage]:
    if len(config.channels) != len(RESNET38_DEPTHS) + 2:
        raise ValueError(f"a resnet38 has {len(RESNET38_DEPTHS) + 2} numbers of channels, not {len(config.channels)}")
    entry, *stages, leaving = config.channels
    blocks: list[ConvolutionBlock | PooledStage] = [ConvolutionBlock(1, entry, config.dropout)]
    narrow = entry
    for stage, (wide, depth) in enumerate(zip(stages, RESNET38_DEPTHS, strict=True)):
        residual = [
            ResidualBlock(wide if block else narrow, wide, config.dropout / 2, halves=stage > 0 and block == 0)
            for block in range(depth)
        ]
        last = stage == len(stages) - 1
        blocks.append(PooledStage(residual, config.dropout if last else 0.0, halves_after=last))
        narrow = wide
    return [*blocks, ConvolutionBlock(narrow, leaving, config.dropout, halves=False)]


def _convolution(narrow: int, wide: int, kernel: int = 3) -> list[nn.Module]:
    return [nn.Conv2d(narrow, wide, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(wide)]


def _pool() -> nn.Module:
    return nn.AvgPool2d(2, ceil_mode=True)
