"""Augmentation of levels in dB: what a room, a microphone, a fader or a codec does to a spectrogram.

All treatments take levels (R, frames, mels), float32, dB, and return new ones. Each row is treated with parameters of
its own, drawn from the generator, which is on the device of the levels; nothing waits for the device to answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

Treatment = Callable[[Tensor, torch.Generator], Tensor]

LOG_POWER_PER_DB = math.log(10.0) / 10.0
FRAME_S = 0.01  # the hop of the front end that the network is trained with


def to_power(levels_db: Tensor) -> Tensor:
    """0 dB is a power of 1."""
    return (levels_db * LOG_POWER_PER_DB).exp_()


def to_db(power: Tensor, *, floor_db: float) -> Tensor:
    """Levels of powers, at least `floor_db`."""
    return power.clamp_min(10.0 ** (floor_db / 10.0)).log_().div_(LOG_POWER_PER_DB).clamp_min_(floor_db)


def mix(one_db: Tensor, other_db: Tensor) -> Tensor:
    """Two sounds at once: the powers add (their phases are taken as unrelated)."""
    return torch.logaddexp(one_db * LOG_POWER_PER_DB, other_db * LOG_POWER_PER_DB).div_(LOG_POWER_PER_DB)


def gain(levels_db: Tensor, generator: torch.Generator) -> Tensor:
    """Another recording level or distance: mostly near the one recorded, sometimes far below."""
    near = _uniform(levels_db, -8.0, 8.0, generator)
    far = _uniform(levels_db, -35.0, 8.0, generator)
    return levels_db + torch.where(_uniform(levels_db, 0.0, 1.0, generator) < 0.6, near, far)


def equalise(levels_db: Tensor, generator: torch.Generator, *, strength_db: float = 8.0) -> Tensor:
    """Another microphone, loudspeaker or distance: a smooth random response curve over the bands."""
    knots = torch.rand(len(levels_db), 1, 4, device=levels_db.device, generator=generator).mul_(2.0).sub_(1.0)
    curve = functional.interpolate(knots, size=levels_db.shape[2], mode="linear", align_corners=True)
    return levels_db + strength_db * curve


def shift_pitch(levels_db: Tensor, generator: torch.Generator, *, most_bands: int = 3) -> Tensor:
    """A smaller or a larger source: everything moves up or down by a few bands; the edge band is repeated."""
    mels = levels_db.shape[2]
    shift = _integers(levels_db, -most_bands, most_bands + 1, generator)
    bands = (torch.arange(mels, device=levels_db.device) - shift).clamp_(0, mels - 1)
    return levels_db.gather(2, bands.expand(levels_db.shape))


def reverberate(
    levels_db: Tensor,
    generator: torch.Generator,
    *,
    floor_db: float,
    shortest_s: float = 0.1,
    longest_s: float = 1.2,
) -> Tensor:
    """A room: a share of the power of each band comes later, and decays by 60 dB in a random time.

    A steady sound keeps its level; the beginning of the row is taken as the beginning of all sound.
    """
    decay_frames = torch.exp(_uniform(levels_db, math.log(shortest_s), math.log(longest_s), generator)) / FRAME_S
    kept = 10.0 ** (-6.0 / decay_frames)  # of the power, from one frame to the next
    wet = _uniform(levels_db, 0.1, 0.9, generator)
    dry = to_power(levels_db)
    tail = dry * (1.0 - kept)
    # the sum of kept^k tail[t - k] over all k < 2 delay, from that over all k < delay
    delay = 1
    while delay < tail.shape[1]:
        tail[:, delay:] += kept**delay * tail[:, :-delay]
        delay *= 2
    return to_db(torch.lerp(dry, tail, wet), floor_db=floor_db)


def add_noise(levels_db: Tensor, generator: torch.Generator) -> Tensor:
    """A cheap preamplifier, wind or a distant road: steady noise of a random colour, from inaudible to as loud as the
    sound itself.
    """
    sound_db = to_db(to_power(levels_db).mean((1, 2), keepdim=True), floor_db=-60.0)  # silence gets noise too
    tilt = torch.linspace(-0.5, 0.5, levels_db.shape[2], device=levels_db.device)
    noise_db = torch.randn(levels_db.shape, device=levels_db.device, generator=generator)
    noise_db *= 3.0  # the level of one band in one frame of noise scatters by several dB
    noise_db += sound_db + _uniform(levels_db, -40.0, 0.0, generator)
    noise_db += _uniform(levels_db, -30.0, 15.0, generator) * tilt
    return mix(levels_db, noise_db)


def compress(levels_db: Tensor, generator: torch.Generator, *, most_db: float = 20.0) -> Tensor:
    """A broadcast or a telephone's automatic gain: quiet frames are pulled towards the loudest of the row.

    The ratio is between 1 and 2, and no frame is raised by more than `most_db`.
    """
    frame_db = levels_db.amax(2, keepdim=True)
    below_db = frame_db.amax(1, keepdim=True) - frame_db
    return levels_db + (below_db * (1.0 - 1.0 / _uniform(levels_db, 1.0, 2.0, generator))).clamp_max(most_db)


def limit_band(levels_db: Tensor, generator: torch.Generator, *, floor_db: float) -> Tensor:
    """A low sample rate or a telephone: nothing above a random band of the upper half."""
    mels = levels_db.shape[2]
    edge = _integers(levels_db, mels // 2, mels, generator)
    return levels_db.masked_fill(torch.arange(mels, device=levels_db.device) >= edge, floor_db)


def code(levels_db: Tensor, generator: torch.Generator, *, floor_db: float) -> Tensor:
    """A codec at a low bit rate: drops what is 30 to 60 dB below the loudest band of its frame, and the top bands."""
    quietest_db = levels_db.amax(2, keepdim=True) - _uniform(levels_db, 30.0, 60.0, generator)
    return limit_band(levels_db.masked_fill(levels_db < quietest_db, floor_db), generator, floor_db=floor_db)


def mask(levels_db: Tensor, generator: torch.Generator, *, floor_db: float) -> Tensor:
    """A dropout, and a hint not to rely on one place: a few bands and a few frames go silent.

    SpecAugment (Park et al. 2019, https://arxiv.org/abs/1904.08779).
    """
    _, frames, mels = levels_db.shape
    frame = torch.arange(frames, device=levels_db.device).unsqueeze(1)
    band = torch.arange(mels, device=levels_db.device)
    of_frames = _stretch(levels_db, frame, longest=24, shortest=4, generator=generator)
    of_bands = _stretch(levels_db, band, longest=8, shortest=1, generator=generator)
    return levels_db.masked_fill(of_frames | of_bands, floor_db)


def treatments(floor_db: float) -> list[tuple[float, Treatment]]:
    """All of them, in the order in which the world has them: source, room, microphone, recorder, file; each with the
    share of sounds that it meets."""
    return [
        (0.3, shift_pitch),
        (0.25, partial(reverberate, floor_db=floor_db)),
        (0.5, equalise),
        (0.35, add_noise),
        (0.15, compress),
        (1.0, gain),
        (0.15, partial(limit_band, floor_db=floor_db)),
        (0.1, partial(code, floor_db=floor_db)),
        (0.3, partial(mask, floor_db=floor_db)),
    ]


def augment(levels_db: Tensor, generator: torch.Generator, *, floor_db: float) -> Tensor:
    """All treatments in turn. Of R rows, each but the gain meets its share of R, rounded, drawn anew."""
    rows, device = len(levels_db), levels_db.device
    treated = levels_db.clone()
    for share, treatment in treatments(floor_db):
        # a fixed number of rows, so that no shape depends on what was drawn
        chosen = torch.randperm(rows, device=device, generator=generator)[: round(share * rows)]
        treated[chosen] = treatment(treated[chosen], generator)
    return treated.clamp_min_(floor_db)


def _uniform(levels_db: Tensor, low: float, high: float, generator: torch.Generator) -> Tensor:
    """One number for each row, (R, 1, 1)."""
    drawn = torch.rand(len(levels_db), 1, 1, device=levels_db.device, generator=generator)
    return drawn.mul_(high - low).add_(low)


def _integers(levels_db: Tensor, low: int, beyond: int, generator: torch.Generator) -> Tensor:
    """One integer for each row, (R, 1, 1)."""
    return torch.randint(low, beyond, (len(levels_db), 1, 1), device=levels_db.device, generator=generator)


def _stretch(levels_db: Tensor, places: Tensor, *, longest: int, shortest: int, generator: torch.Generator) -> Tensor:
    """Which of the places 0, 1, ... lie in one random stretch of each row."""
    first = _integers(levels_db, 0, places.numel(), generator)
    length = _integers(levels_db, shortest, longest + 1, generator)
    return (places >= first) & (places < first + length)
