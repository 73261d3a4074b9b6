"""Masked pretraining: an audio encoder learns from sounds alone, by guessing what is hidden from it.

    mae      the vit sees a fifth of the patches and draws the others (He et al. 2022, https://arxiv.org/abs/2111.06377)
    m2d      it sees a third, and says what a slow copy of itself hears in the others
             (Niizumi et al. 2023, https://arxiv.org/abs/2210.14648)
    columns  any encoder, with spans of columns covered, says what a slow copy of itself hears there uncovered

To say nothing costs 1 in `mae` and `columns`, where what is asked for is standardised, and 2 in `m2d`.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.clap.audio_encoder import AudioEncoder, as_image
from engine.clap.blocks import ColumnBlock, TransformerBlock
from engine.clap.stems import PatchStem, Positions
from trainer.errors import TrainerError
from trainer.objectives.hidden_patches import decay_at, drawn_losses, follow, heard_losses, slow_copy, take

MAE_HIDDEN, M2D_HIDDEN = 0.8, 0.7  # shares of the patches
SPAN_COLUMNS = 4
SPANS_SHARE = 0.7  # spans times their length, in rows; they overlap, so that about half of a row is covered
PREDICTOR_BLOCKS = 2
FIRST_DECAY, LAST_DECAY = 0.99, 0.9995  # of the slow copy, at the start and at the end of pretraining

# B batch, N patches of a row, V visible, H hidden, P numbers in a patch, D width, M mels, F frames, T columns


class MaskedPatches(nn.Module):
    """A vit that encodes a few patches, and a predictor that says `numbers` numbers of each of the others."""

    def __init__(self, encoder: AudioEncoder, numbers: int, hidden_share: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.hidden_share = hidden_share
        self.predictor = PatchPredictor(self.stem, numbers)

    @property
    def stem(self) -> PatchStem:
        return patch_stem_of(self.encoder)

    def guess(self, levels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Levels (B, M, F) -> what is said (B, H, numbers), all patches (B, N, P), and which were hidden (B, H)."""
        patches = self.stem.patches(as_image(levels))
        visible, hidden = draw_patches(patches, self.hidden_share, generator)
        encoded = self.stem.blocks(take(self.stem.tokens(patches), visible))
        return self.predictor(encoded, visible, hidden).float(), patches, hidden


class MaskedAutoencoder(MaskedPatches):
    """Draws the hidden patches, each standardised by its own mean and deviation."""

    def __init__(self, encoder: AudioEncoder) -> None:
        super().__init__(encoder, patch_stem_of(encoder).project.in_features, MAE_HIDDEN)

    def loss(self, levels: Tensor, generator: torch.Generator) -> Tensor:
        """Levels (B, M, F) as the encoder takes them -> mean squared error, a scalar."""
        drawn, patches, hidden = self.guess(levels, generator)
        return drawn_losses(drawn, take(patches, hidden)).mean()

    def after_step(self, progress: float) -> None:
        """Nothing here follows the encoder."""


class MaskedModelling(MaskedPatches):
    """Says what the slow copy, which sees the hidden patches alone, makes of them."""

    def __init__(self, encoder: AudioEncoder) -> None:
        super().__init__(encoder, encoder.config.width, M2D_HIDDEN)
        self.target = slow_copy(self.stem)

    def loss(self, levels: Tensor, generator: torch.Generator) -> Tensor:
        """Levels (B, M, F) as the encoder takes them -> 2 - 2 cos, a scalar."""
        said, patches, hidden = self.guess(levels, generator)
        with torch.no_grad():
            heard = self.target.blocks(take(self.target.tokens(patches), hidden))
        return heard_losses(said, heard).mean()

    def after_step(self, progress: float) -> None:
        """Let the slow copy follow; `progress` is the share of all steps that lies behind."""
        follow(self.target, self.stem, _decay(progress))


class MaskedColumns(nn.Module):
    """Says what the slow copy, which hears everything, makes of the columns that are covered."""

    def __init__(self, encoder: AudioEncoder, mels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.target = slow_copy(encoder)
        self.cover = nn.Parameter(torch.zeros(mels))  # levels are standardised: it starts as their mean
        width = encoder.config.width
        self.predictor = nn.Sequential(ColumnBlock(encoder.config), nn.LayerNorm(width), nn.Linear(width, width))

    def loss(self, levels: Tensor, generator: torch.Generator) -> Tensor:
        """Levels (B, M, F) as the encoder takes them -> mean squared error, a scalar.

        The copy's numbers are standardised over all columns of the batch: to say the same of everything earns nothing.
        """
        columns = levels.shape[2] // self.encoder.config.frames_per_column
        covered = draw_spans(len(levels), columns, generator).to(levels.device)
        said = self.guess(levels, covered)
        with torch.no_grad():
            heard = self.target(levels).float().flatten(0, 1)
            wanted = functional.batch_norm(heard, None, None, training=True).unflatten(0, covered.shape)
        errors = (said - wanted).square().mean(-1)
        return (errors * covered).sum() / covered.sum()

    def guess(self, levels: Tensor, covered: Tensor) -> Tensor:
        """What is said of every column (B, T, D) when the frames of the covered ones (B, T) are replaced."""
        frames = covered.repeat_interleave(self.encoder.config.frames_per_column, dim=1)
        seen = torch.where(frames.unsqueeze(1), self.cover.unsqueeze(1).to(levels), levels)
        said: Tensor = self.predictor(self.encoder(seen))
        return said.float()

    def after_step(self, progress: float) -> None:
        """Let the slow copy follow; `progress` is the share of all steps that lies behind."""
        follow(self.target, self.encoder, _decay(progress))


Pretraining = MaskedAutoencoder | MaskedModelling | MaskedColumns


def make_pretraining(kind: Literal["mae", "m2d", "columns"], encoder: AudioEncoder, mels: int) -> Pretraining:
    """The objective around the encoder, which it trains in place; all but the encoder is discarded afterwards.

    Raises TrainerError if `kind` hides patches and the encoder has none.
    """
    match kind:
        case "mae":
            return MaskedAutoencoder(encoder)
        case "m2d":
            return MaskedModelling(encoder)
        case "columns":
            return MaskedColumns(encoder, mels)


class PatchPredictor(nn.Module):
    """A light transformer that says something of every hidden patch, from the encoded visible ones."""

    def __init__(self, stem: PatchStem, numbers: int) -> None:
        super().__init__()
        width = stem.project.out_features
        self.hidden_token = nn.Parameter(0.02 * torch.randn(width))
        self.positions = Positions(stem.rows, width)
        self.enter = nn.Linear(width, width)
        self.blocks = nn.Sequential(*(TransformerBlock(width, stem.heads, 4) for _ in range(PREDICTOR_BLOCKS)))
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, numbers)

    def forward(self, encoded: Tensor, visible: Tensor, hidden: Tensor) -> Tensor:
        """Encoded patches (B, V, D), where they are (B, V), where the others are (B, H) -> (B, H, numbers)."""
        positions = self.positions(visible.shape[1] + hidden.shape[1])
        seen, unseen = self.enter(encoded) + positions[visible], self.hidden_token + positions[hidden]
        both = self.blocks(torch.cat([seen, unseen], dim=1))
        said: Tensor = self.leave(self.norm(both[:, visible.shape[1] :]))
        return said


def patch_stem_of(encoder: AudioEncoder) -> PatchStem:
    """Raises TrainerError unless the encoder is a vit."""
    if not isinstance(encoder.stem, PatchStem):
        raise TrainerError(f"Only a vit hides patches; a {encoder.config.kind} can be pretrained on columns.")
    return encoder.stem


def draw_patches(patches: Tensor, hidden_share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Positions of the visible (B, V) and the hidden (B, H) of patches (B, N, P); in every row others, never none."""
    batch, count = patches.shape[:2]
    order = torch.rand(batch, count, generator=generator, device=generator.device).argsort(1).to(patches.device)
    shown = min(count - 1, max(1, round(count * (1.0 - hidden_share))))
    return order[:, :shown], order[:, shown:]


def draw_spans(batch: int, columns: int, generator: torch.Generator) -> Tensor:
    """Which columns are covered (batch, columns), bool: as many spans in every row, anywhere, at least one."""
    length = min(SPAN_COLUMNS, max(1, columns // 2))
    spans = max(1, round(columns * SPANS_SHARE / length))
    starts = torch.rand(batch, spans, 1, generator=generator, device=generator.device) * (columns - length + 1)
    since = torch.arange(columns, device=generator.device) - starts.floor()
    return ((since >= 0) & (since < length)).any(1)


def _decay(progress: float) -> float:
    return decay_at(progress, FIRST_DECAY, LAST_DECAY)
