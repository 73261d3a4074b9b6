"""Stems: from a log-mel image to features with fewer frames and bands, one position in time a column.

Each takes (B, 1, F, M) and gives (B, C, T, R): B batch, F frames, M mels, C channels, T = F / frames_per_column
columns, R rows: M / frames_per_column, or M / patch_bands of the vit.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.clap.blocks import TransformerBlock, angles
from engine.clap.config import PATCH_FRAMES, AudioEncoderConfig


def convolution_stem(channels: tuple[int, ...]) -> nn.Sequential:
    """Strided 3×3 convolutions; every stage halves time and frequency."""
    stages: list[nn.Module] = []
    for narrow, wide in zip((1, *channels), channels, strict=False):
        convolution = nn.Conv2d(narrow, wide, kernel_size=3, stride=2, padding=1, bias=False)
        stages += [convolution, nn.BatchNorm2d(wide), nn.ReLU(inplace=True)]
    return nn.Sequential(*stages)


def mobile_stem(config: AudioEncoderConfig) -> nn.Sequential:
    """After MobileNetV3 (Howard et al. 2019, https://arxiv.org/abs/1905.02244): one strided convolution, then stages
    of inverted residuals, the first of each strided. The later half has `blocks` a stage, 5×5 kernels and excitation;
    an early stage, whose images are large and costly, has one.
    """
    narrow, *wider = config.stem_channels
    first = nn.Conv2d(1, narrow, kernel_size=3, stride=2, padding=1, bias=False)
    layers: list[nn.Module] = [first, nn.BatchNorm2d(narrow), nn.Hardswish()]
    for stage, wide in enumerate(wider, start=2):
        late = stage > len(config.stem_channels) // 2
        for block in range(config.blocks if late else 1):
            layers.append(InvertedResidual(narrow, wide, config.expansion, stride=1 if block else 2, late=late))
            narrow = wide
    return nn.Sequential(*layers)


class InvertedResidual(nn.Module):
    """Widen, convolve depthwise, excite if `late`, narrow; added to the input where the shapes allow."""

    def __init__(self, narrow: int, wide: int, expansion: int, *, stride: int, late: bool) -> None:
        super().__init__()
        hidden, kernel = expansion * narrow, 5 if late else 3
        self.adds = stride == 1 and narrow == wide
        self.change = nn.Sequential(
            nn.Conv2d(narrow, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.Hardswish(),
            nn.Conv2d(hidden, hidden, kernel, stride=stride, padding=kernel // 2, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.Hardswish(),
            FrameExcitation(hidden) if late else nn.Identity(),
            nn.Conv2d(hidden, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
        )

    def forward(self, image: Tensor) -> Tensor:
        changed: Tensor = self.change(image)
        return image + changed if self.adds else changed


class FrameExcitation(nn.Module):
    """Squeeze and excitation whose squeeze is over frequency alone.

    Over time too, a column would change with everything else in the window, its padding with silence included, and
    one loud moment would speak for all others: what a column says must be about its own neighbourhood.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, max(1, channels // 8))
        self.excite = nn.Linear(max(1, channels // 8), channels)

    def forward(self, image: Tensor) -> Tensor:
        squeezed = self.squeeze(image.mean(-1).transpose(1, 2))  # (B, T, C / 8)
        gates = nn.functional.hardsigmoid(self.excite(nn.functional.relu(squeezed)))
        return image * gates.transpose(1, 2).unsqueeze(-1)


class Positions(nn.Module):
    """What is added to the patches of N / rows columns, column by column: fixed waves in time, learned in frequency."""

    def __init__(self, rows: int, width: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(0.02 * torch.randn(rows, width))

    def forward(self, patches: int) -> Tensor:
        """-> (patches, width); any number of columns, their waves are computed."""
        rows, width = self.rows.shape
        turns = angles(patches // rows, width // 2, self.rows.device)
        in_time = torch.cat([turns.sin(), turns.cos()], dim=-1)
        return (in_time.unsqueeze(1) + self.rows).flatten(0, 1)


class PatchStem(nn.Module):
    """A vision transformer over patches of 16 frames × `patch_bands`. Its steps are open to masked pretraining."""

    def __init__(self, config: AudioEncoderConfig, mels: int) -> None:
        super().__init__()
        self.rows, self.heads = mels // config.patch_bands, config.heads
        self.project = nn.Linear(PATCH_FRAMES * config.patch_bands, config.width)
        self.positions = Positions(self.rows, config.width)
        self.blocks = nn.Sequential(
            *(TransformerBlock(config.width, config.heads, config.expansion) for _ in range(config.blocks))
        )

    def forward(self, image: Tensor) -> Tensor:
        tokens: Tensor = self.blocks(self.tokens(self.patches(image)))
        return tokens.reshape(len(tokens), -1, self.rows, tokens.shape[-1]).permute(0, 3, 1, 2)

    def patches(self, image: Tensor) -> Tensor:
        """(B, 1, F, M) -> (B, N = T × rows, PATCH_FRAMES × patch_bands), column by column."""
        batch, _, frames, mels = image.shape
        cut = image.reshape(batch, frames // PATCH_FRAMES, PATCH_FRAMES, self.rows, mels // self.rows)
        return cut.transpose(2, 3).flatten(3).flatten(1, 2)

    def tokens(self, patches: Tensor) -> Tensor:
        """All patches of a sound (B, N, ...) -> what the blocks take (B, N, width); each depends on its own patch."""
        tokens: Tensor = self.project(patches) + self.positions(patches.shape[1])
        return tokens
