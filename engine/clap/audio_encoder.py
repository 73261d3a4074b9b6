"""The audio side: a log-mel spectrogram becomes one vector for every 160 ms.

A stem makes features of time and frequency, a linear layer joins the frequencies of a column, and blocks along time
add what is around it. `AudioEncoderConfig.kind` chooses both:

    kind         stem                                blocks along time
    convnext     strided 3×3 convolutions            ConvNeXt (Liu et al. 2022, https://arxiv.org/abs/2201.03545)
    transformer  strided 3×3 convolutions            depthwise convolution, attention, perceptron
    mobilenet    inverted residuals                  one ConvNeXt block
    vit          a transformer over patches          none: the stem has heard it all

A column of convnext and mobilenet hears what is near it alone, one of the other two the whole input.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.clap.blocks import ColumnBlock, ConvolvedTransformerBlock
from engine.clap.config import AudioEncoderConfig
from engine.clap.stems import PatchStem, convolution_stem, mobile_stem

# B batch, M mels, F frames, C channels, T columns (= F / frames_per_column), R rows, D width


class AudioEncoder(nn.Module):
    """Standardised log-mel levels (B, M, F) -> columns (B, F // frames_per_column, D); F and M must be multiples.

    In evaluation mode a row's columns do not depend on the other rows.
    """

    def __init__(self, config: AudioEncoderConfig, mels: int) -> None:
        super().__init__()
        self.config = config
        # channels-last is what makes bfloat16 convolutions fast on a CPU
        self.stem = _stem(config, mels).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.flatten = nn.Linear(_stem_features(config, mels), config.width)
        self.blocks = nn.Sequential(*_blocks(config))
        self.norm = nn.LayerNorm(config.width)

    def forward(self, levels: Tensor) -> Tensor:
        columns: Tensor = self.norm(self.blocks(self.enter(levels)))
        return columns

    def enter(self, levels: Tensor) -> Tensor:
        """Columns (B, T, D) before any block along time."""
        features = self.stem(as_image(levels))  # (B, C, T, R)
        flat = features.permute(0, 2, 3, 1).flatten(2)  # (B, T, R * C)
        columns: Tensor = self.flatten(flat)
        return columns


@torch.no_grad()
def fold_batch_norms(module: nn.Module) -> None:
    """Let every convolution do what the batch normalisation after it does; for evaluation only, and for good."""
    for name, child in list(module.named_children()):
        fold_batch_norms(child)
        if isinstance(child, nn.Sequential):
            setattr(module, name, _folded(list(child)))


def _folded(layers: list[nn.Module]) -> nn.Sequential:
    kept: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, nn.BatchNorm2d) and kept and isinstance(kept[-1], nn.Conv2d):
            kept[-1] = fuse_conv_bn_eval(kept[-1], layer)
        else:
            kept.append(layer)
    return nn.Sequential(*kept)


def as_image(levels: Tensor) -> Tensor:
    """(B, M, F) -> (B, 1, F, M) as stems take it."""
    return levels.transpose(1, 2).unsqueeze(1).contiguous(memory_format=torch.channels_last)


def _stem(config: AudioEncoderConfig, mels: int) -> nn.Module:
    if config.kind == "vit":
        return PatchStem(config, mels)
    return mobile_stem(config) if config.kind == "mobilenet" else convolution_stem(config.stem_channels)


def _stem_features(config: AudioEncoderConfig, mels: int) -> int:
    """Channels times rows of what the stem gives."""
    if config.kind == "vit":
        return config.width * (mels // config.patch_bands)
    return config.stem_channels[-1] * (mels // config.frames_per_column)


def _blocks(config: AudioEncoderConfig) -> list[nn.Module]:
    match config.kind:
        case "convnext":
            return [ColumnBlock(config) for _ in range(config.blocks)]
        case "transformer":
            return [ConvolvedTransformerBlock(config) for _ in range(config.blocks)]
        case "mobilenet":
            return [ColumnBlock(config)]
        case "vit":
            return []
