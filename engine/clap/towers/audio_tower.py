"""The audio side of an assembled network: from a log-mel spectrogram to states, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from engine.clap.config import MelConfig
from engine.clap.towers.config import AudioTowerConfig
from engine.clap.towers.encoded import Encoded, mean_of_valid

# B batch, M mels, F frames, T columns (= F / frames_per_column, rounded up), R rows, N = T × R states, D width


def make_audio_tower(config: AudioTowerConfig, mel: MelConfig) -> AudioTower:
    """The tower of a kind, with random weights. Raises ValueError if its numbers do not fit together."""
    # imported here: they are built on this module, and only one of them needs transformers
    match config.kind:
        case "cnn14" | "resnet38":
            from engine.clap.towers.panns import ConvolutionTower

            return ConvolutionTower(config, mel)
        case "htsat":
            from engine.clap.towers.htsat import SwinTower

            return SwinTower(config, mel)
        case "patches":
            from engine.clap.towers.patches import PatchTower

            return PatchTower(config, mel)
    raise ValueError(f"there is no audio tower {config.kind!r}")


class AudioTower(nn.Module):
    """What every kind has in common.

    width : D, of a state
    rows : states of one column, one for each band of frequency; from the lowest up
    frames_per_column : of the spectrogram; the last column of a sound may stand for fewer
    """

    width: int
    rows: int = 1
    frames_per_column: int

    def __init__(self) -> None:
        super().__init__()
        self._checkpoints = False

    def forward(self, levels: Tensor, frames: Tensor | None = None, kept: Tensor | None = None) -> Encoded:
        """Standardised levels (B, M, F), any F >= 1 -> states (B, T × rows, D), column by column.

        frames : (B,), int, how many are sound; the rest is padding, and its states are not valid. None: all are
        kept : (B, K), int, positions of the patches that are encoded; the others are dropped before the first block.
            Raises ValueError where a tower has no patches to drop
        """
        raise NotImplementedError

    def pool(self, encoded: Encoded) -> Tensor:
        """One state for each sound (B, D): the mean of the valid ones, zeros where there is none."""
        return mean_of_valid(encoded)

    def checkpoint_activations(self, on: bool) -> None:
        """Whether training keeps the input of each block alone and computes the rest again on the way back."""
        self._checkpoints = on

    def run_block(self, block: nn.Module, *inputs: Tensor | None) -> Tensor:
        """The block's output; what it needs for its gradient is kept or forgotten as `checkpoint_activations` says."""
        if self._checkpoints and self.training and torch.is_grad_enabled():

            def contexts() -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
                return nullcontext(), statistics_kept(block)

            return _tensor(checkpoint(block, *inputs, use_reentrant=False, context_fn=contexts))
        return _tensor(block(*inputs))

    def columns_of(self, levels: Tensor) -> int:
        """T: how many columns levels (B, M, F) have."""
        return -(-levels.shape[-1] // self.frames_per_column)

    def sounding(self, levels: Tensor, frames: Tensor | None) -> Tensor:
        """Which states of levels (B, M, F) stand for sound (B, T × rows), bool: those of a column that holds any."""
        columns = self.columns_of(levels)
        if frames is None:
            valid = torch.ones(len(levels), columns, dtype=torch.bool, device=levels.device)
        else:
            starts = torch.arange(columns, device=levels.device) * self.frames_per_column
            valid = starts < frames.to(levels.device).unsqueeze(1)
        return valid.repeat_interleave(self.rows, dim=1)


def without_padding(levels: Tensor, frames: Tensor | None) -> Tensor:
    """Levels (B, M, F) with zeros, the mean of standardised ones, where a row's sound is over: nothing else may stand
    there, or a sound would depend on how it came to its length."""
    if frames is None:
        return levels
    over = torch.arange(levels.shape[-1], device=levels.device) >= frames.to(levels.device).unsqueeze(1)
    return levels.masked_fill(over.unsqueeze(1), 0.0)


def keeps_all(kept: Tensor | None) -> None:
    """Raises ValueError if some of the patches of a tower that has none are to be dropped."""
    if kept is not None:
        raise ValueError("only a tower of patches can leave some of them out")


def even_start(module: nn.Module) -> None:
    """Linear layers and convolutions begin as Glorot & Bengio 2010 propose, which both PANNs and ViT do."""
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


@contextmanager
def statistics_kept(block: nn.Module) -> Iterator[None]:
    """Batch norms learn no statistics: computing a batch again must not count it twice."""
    norms = [layer for layer in block.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum


def _tensor(output: Any) -> Tensor:
    assert isinstance(output, Tensor)
    return output
