"""Augmentation of spectrograms by the row: the recipes' own (SpecAugment, mixup, random resize crop, structured
patchout; D28), and the treatments of `trainer.augment`.

Everything is drawn from the generator that is given, which belongs to one row: a row is the same in whatever part of a
batch it is computed.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.clap.config import MelConfig
from trainer.augment import LOG_POWER_PER_DB, treatments


def augment_levels(levels: Tensor, mel: MelConfig, generator: torch.Generator) -> Tensor:
    """Standardised levels (frames, mels) of one sound as another room, microphone and file would have left them."""
    levels_db = (levels * mel.deviation_db + mel.mean_db).unsqueeze(0)
    for share, treatment in treatments(mel.floor_db):
        if float(torch.rand((), generator=generator)) < share:
            levels_db = treatment(levels_db, generator)
    return (levels_db[0].clamp_min(mel.floor_db) - mel.mean_db) / mel.deviation_db


def spec_augment(
    levels: Tensor, generator: torch.Generator, *, most_bands: int, most_frames: int, masks: int = 1, fill: float = 0.0
) -> Tensor:
    """Levels (frames, mels) with up to so many bands and up to so many frames in a row hidden, `masks` times each.

    SpecAugment without time warping (Park et al. 2019, https://arxiv.org/abs/1904.08779): lengths are drawn evenly from
    0 to the most. D28 writes them as bands/frames: 30/192. fill : 0 is the mean of standardised levels.
    """
    hidden = torch.zeros(levels.shape, dtype=torch.bool)
    for _ in range(masks):
        hidden |= _stretch(levels.shape[0], most_frames, generator).unsqueeze(1)
        hidden |= _stretch(levels.shape[1], most_bands, generator)
    return levels.masked_fill(hidden, fill)


def _stretch(places: int, most: int, generator: torch.Generator) -> Tensor:
    """(places,) bool: which lie in one stretch, at random, of 0 to `most` of them."""
    length = int(torch.randint(0, min(most, places) + 1, (), generator=generator))
    first = int(torch.randint(0, places - length + 1, (), generator=generator))
    number = torch.arange(places)
    return (number >= first) & (number < first + length)


def mixup_share(alpha: float, generator: torch.Generator) -> float:
    """How much of itself a row keeps, from Beta(alpha, alpha) (Zhang et al. 2018, https://arxiv.org/abs/1710.09412);
    1.0 where alpha is 0: nothing is mixed."""
    if alpha <= 0.0:
        return 1.0
    seed = int(torch.randint(1 << 62, (), generator=generator))  # torch has no Beta that takes a generator
    return float(np.random.default_rng(seed).beta(alpha, alpha))


def mixup(levels: Tensor, other: Tensor, share: float, mel: MelConfig) -> Tensor:
    """Both sounds (…, frames, mels) at once, the first with `share` of its power and the other with the rest.

    Powers are mixed, not levels, as in the air (BYOL-A's log-mixup-exp, https://arxiv.org/abs/2103.06695); labels mix
    with the same share. Levels are standardised by `mel`, before and after.
    """
    if share >= 1.0:
        return levels
    if share <= 0.0:
        return other
    per_db = LOG_POWER_PER_DB * mel.deviation_db  # the mean is in both, and comes out again
    mixed = torch.logaddexp(levels * per_db + math.log(share), other * per_db + math.log1p(-share))
    return mixed / per_db


def random_resize_crop(
    levels: Tensor, generator: torch.Generator, *, least: float = 0.6, most: float = 1.5, fill: float = 0.0
) -> Tensor:
    """A random part of levels (frames, mels), stretched to all of it: another speed and another pitch.

    The part is `least` to `most` times as long and, drawn on its own, as high, though no higher than all bands. It lies
    anywhere in the sound, before and behind which there is room to make it `most` times as long, filled with `fill`
    (BYOL-A's RRC, Niizumi et al. 2021, https://arxiv.org/abs/2103.06695).
    """
    frames, mels = levels.shape
    canvas = torch.full((math.ceil(most * frames), mels), fill)
    begin = (len(canvas) - frames) // 2
    canvas[begin : begin + frames] = levels
    long = max(1, min(len(canvas), round(_uniform(least, most, generator) * frames)))
    high = max(1, min(mels, round(_uniform(least, most, generator) * mels)))
    first = int(torch.randint(0, len(canvas) - long + 1, (), generator=generator))
    low = int(torch.randint(0, mels - high + 1, (), generator=generator))
    part = canvas[first : first + long, low : low + high]
    return functional.interpolate(part[None, None], size=(frames, mels), mode="bicubic", align_corners=True)[0, 0]


def structured_patchout(columns: int, rows: int, share: float, generator: torch.Generator) -> Tensor:
    """(kept,) int64, ascending: positions of the patches that are left when whole columns and whole rows drop out.

    Patches are numbered column by column, as the towers number them. Whole rows that make up half the share drop out,
    then columns until `share` of all patches is gone, as nearly as that can be; how many are left depends on the shape
    alone, so that a batch has one (PaSST, Koutini et al. 2022, https://arxiv.org/abs/2110.05069).
    """
    kept_rows = max(1, rows - round(share / 2.0 * rows))
    kept_columns = min(columns, max(1, round((1.0 - share) * columns * rows / kept_rows)))
    return (_kept(columns, kept_columns, generator).unsqueeze(1) * rows + _kept(rows, kept_rows, generator)).flatten()


def _kept(places: int, count: int, generator: torch.Generator) -> Tensor:
    return torch.randperm(places, generator=generator)[:count].sort().values


def _uniform(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))
