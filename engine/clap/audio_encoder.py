"""The audio side: a log-mel spectrogram becomes one vector for every 160 ms.

The shape follows what was measured to learn fastest on a plain CPU: a convolutional stem in which each stage halves
time and frequency, then ConvNeXt blocks along time (Liu et al. 2022, https://arxiv.org/abs/2201.03545).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.clap.config import AudioEncoderConfig

# B batch, M mels, F frames, C channels, T columns (= F / frames_per_column), D width


class ColumnBlock(nn.Module):
    """ConvNeXt block along time: depthwise convolution over columns, then a two-layer perceptron; (B, T, D) -> same."""

    def __init__(self, config: AudioEncoderConfig) -> None:
        super().__init__()
        width = config.width
        self.depthwise = nn.Conv1d(
            width, width, config.kernel_columns, padding=config.kernel_columns // 2, groups=width
        )
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, config.expansion * width)
        self.contract = nn.Linear(config.expansion * width, width)

    def forward(self, columns: Tensor) -> Tensor:
        mixed = self.depthwise(columns.transpose(1, 2)).transpose(1, 2)
        change: Tensor = self.contract(nn.functional.gelu(self.expand(self.norm(mixed))))
        return columns + change


class AudioEncoder(nn.Module):
    """Standardised log-mel levels (B, M, F) -> columns (B, F // frames_per_column, D); F must be a multiple."""

    def __init__(self, config: AudioEncoderConfig, mels: int) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        channels = 1
        for wider in config.stem_channels:
            convolution = nn.Conv2d(channels, wider, kernel_size=3, stride=2, padding=1, bias=False)
            stages += [convolution, nn.BatchNorm2d(wider), nn.ReLU(inplace=True)]
            channels = wider
        # channels-last is what makes bfloat16 convolutions fast on a CPU
        self.stem = nn.Sequential(*stages).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.flatten = nn.Linear(channels * (mels // config.frames_per_column), config.width)
        self.blocks = nn.Sequential(*(ColumnBlock(config) for _ in range(config.blocks)))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, levels: Tensor) -> Tensor:
        image = levels.transpose(1, 2).unsqueeze(1)  # (B, 1, F, M)
        features = self.stem(image.contiguous(memory_format=torch.channels_last))  # (B, C, T, M / frames_per_column)
        flat = features.permute(0, 2, 3, 1).flatten(2)  # (B, T, C * M / frames_per_column)
        columns: Tensor = self.norm(self.blocks(self.flatten(flat)))
        return columns
