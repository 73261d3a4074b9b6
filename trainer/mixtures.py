"""Variations and mixtures of real clips, so that the teachers also label sounds that no clip holds.

A mixture has one part or two: a clip played faster or slower, perhaps in a room, and perhaps a second one over it or
after it. What is drawn is a table of numbers; `render` makes waveforms of its rows by the hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.waveforms import Waveforms

MIXTURE_S = 5.12
ALONE, OVER, AFTER = 0, 1, 2  # what the second part does
_KIND_SHARES = (0.4, 0.45, 0.15)
_ROOM_SHARE = 0.25


@dataclass(frozen=True)
class Mixtures:
    """A table with one row a mixture; (n, 2) fields are of the first and the second part."""

    clips: Tensor  # (n, 2) positions in the corpus; the second means nothing where the kind is ALONE
    kinds: Tensor  # (n,)
    begins: Tensor  # (n, 2) in [0, 1), where in a clip that is too long its excerpt begins
    speeds: Tensor  # (n, 2), 1 as recorded; faster is higher too
    offsets_s: Tensor  # (n,), from the beginning of the first to that of the second, or from its end where AFTER
    gains_db: Tensor  # (n,), of the second over the first, by root mean square
    rooms_s: Tensor  # (n,), reverberation time; 0 is none
    wet_db: Tensor  # (n,), of the reverberation beside the sound itself

    def __len__(self) -> int:
        return len(self.kinds)

    def __getitem__(self, rows: slice) -> Mixtures:
        return Mixtures(**{each.name: getattr(self, each.name)[rows] for each in fields(Mixtures)})

    def to(self, device: torch.device | str) -> Mixtures:
        return Mixtures(**{each.name: getattr(self, each.name).to(device) for each in fields(Mixtures)})


def draw_mixtures(clips: Sequence[Clip], allowed: Sequence[int], count: int, *, seed: int) -> Mixtures:
    """Random mixtures of the allowed positions of `clips`, two parts from two different sources.

    For the same seed, fewer are the beginning of more. Raises TrainerError if there are not two sources to draw from.
    """
    by_source: dict[str, list[int]] = {}
    for position in allowed:
        by_source.setdefault(clips[position].source, []).append(position)
    if count and len(by_source) < 2:
        raise TrainerError("Mixtures need clips from two sources at least.")
    sources = [np.array(by_source[name]) for name in sorted(by_source)]

    def draw(column: int, parts: int) -> np.ndarray:
        """Numbers in [0, 1), (count, parts): each column has a generator of its own."""
        return np.random.default_rng((seed, column)).random((count, parts))

    chosen = _choose(sources, draw(0, 2), draw(1, 2)) if count else np.zeros((0, 2), dtype=np.int64)
    kinds = np.searchsorted(np.cumsum(_KIND_SHARES)[:-1], draw(2, 1)[:, 0], side="right")
    after = kinds == AFTER
    spread = draw(3, 6)
    columns = {
        "clips": chosen,
        "kinds": kinds,
        "begins": draw(4, 2),
        # half of all parts as recorded; the others up to four tenths of an octave higher or lower
        "speeds": np.where(draw(5, 2) < 0.5, 1.0, 2.0 ** (0.8 * draw(6, 2) - 0.4)),
        "offsets_s": np.where(after, 0.5 * spread[:, 0] - 0.1, 1.5 * spread[:, 0]),
        "gains_db": np.where(after, 12.0 * spread[:, 1] - 6.0, 20.0 * spread[:, 1] - 10.0),
        "rooms_s": np.where(spread[:, 2] < _ROOM_SHARE, 0.1 + 1.1 * spread[:, 3], 0.0),
        "wet_db": -3.0 - 15.0 * spread[:, 4],
    }
    tensors = {name: torch.from_numpy(values) for name, values in columns.items()}
    return Mixtures(**{name: each.float() if each.is_floating_point() else each for name, each in tensors.items()})


def _choose(sources: list[np.ndarray], of_source: np.ndarray, of_clip: np.ndarray) -> np.ndarray:
    """(n, 2) positions: two different sources, and a clip of each."""
    # the square root lies between "every clip alike", where a large source fills everything, and "every source alike"
    shares = np.sqrt([len(source) for source in sources])
    first = np.searchsorted(np.cumsum(shares / shares.sum())[:-1], of_source[:, 0], side="right")
    # the second: the same draw from what is left when the first source is taken out
    beyond = np.cumsum(shares)
    left = of_source[:, 1] * (shares.sum() - shares[first])
    left += np.where(left >= beyond[first] - shares[first], shares[first], 0.0)
    second = np.minimum(np.searchsorted(beyond, left, side="right"), len(sources) - 1)
    sizes, starts = np.array([len(source) for source in sources]), np.cumsum([0, *map(len, sources)])
    chosen = np.stack([first, second], axis=1)
    positions: np.ndarray = np.concatenate(sources)[starts[chosen] + (of_clip * sizes[chosen]).astype(np.int64)]
    return positions


def render(mixtures: Mixtures, waveforms: Waveforms, *, sample_rate_hz: int, seed: int) -> tuple[Tensor, Tensor]:
    """Waveforms (B, samples), peaks at or below 1, and their lengths (B,): at most MIXTURE_S.

    All tensors on one device. seed : of the noise that rooms are made of.
    """
    most = round(MIXTURE_S * sample_rate_hz)
    first, first_length = _part(mixtures, 0, waveforms, most)
    offset = (mixtures.offsets_s * sample_rate_hz).long()
    offset = torch.where(mixtures.kinds == AFTER, first_length + offset, offset).clamp(0, most - sample_rate_hz // 4)
    second, second_length = _part(mixtures, 1, waveforms, most)
    second_length = torch.where(mixtures.kinds == ALONE, 0, torch.minimum(second_length, most - offset))
    gain = 10.0 ** (mixtures.gains_db / 20.0) * _rms(first, first_length) / _rms(second, second_length)
    number = torch.arange(most, device=offset.device) - offset.unsqueeze(1)
    sounds = (number >= 0) & (number < second_length.unsqueeze(1))
    placed = second.gather(1, number.clamp_min(0)) * torch.where(sounds, gain.unsqueeze(1), 0.0)
    lengths = torch.where(mixtures.kinds == ALONE, first_length, torch.maximum(first_length, offset + second_length))
    mixed = _in_rooms(first + placed, mixtures, sample_rate_hz, seed)
    mixed = torch.where(torch.arange(most, device=offset.device) < lengths.unsqueeze(1), mixed, 0.0)
    return mixed / mixed.abs().amax(1, keepdim=True).clamp_min(1.0), lengths


def _part(mixtures: Mixtures, part: int, waveforms: Waveforms, most: int) -> tuple[Tensor, Tensor]:
    """One part of every mixture from its beginning: (B, most), and how long each is."""
    clips, speeds = mixtures.clips[:, part], mixtures.speeds[:, part]
    available = waveforms.lengths[clips]
    lengths = (available / speeds).long().clamp(1, most)
    first = mixtures.begins[:, part] * (available - lengths * speeds).clamp_min(0.0)
    return waveforms.excerpts(clips, first, speeds, lengths, samples=most), lengths


def _in_rooms(y: Tensor, mixtures: Mixtures, sample_rate_hz: int, seed: int) -> Tensor:
    """Let the rows that have a room sound in it: noise that dies away is a fair likeness of a room's response."""
    rows = mixtures.rooms_s.nonzero().squeeze(1)
    if not len(rows):
        return y
    generator = torch.Generator(y.device).manual_seed(seed)
    time_s = torch.arange(round(0.8 * sample_rate_hz), device=y.device) / sample_rate_hz
    decay = 10.0 ** (-3.0 * time_s / mixtures.rooms_s[rows].unsqueeze(1))  # 60 dB in the reverberation time
    response = decay * torch.randn(decay.shape, generator=generator, device=y.device)
    size = y.shape[1] + response.shape[1]
    wet = torch.fft.irfft(torch.fft.rfft(y[rows], size) * torch.fft.rfft(response, size), size)[:, : y.shape[1]]
    whole = torch.full((len(rows),), y.shape[1], device=y.device)
    gain = 10.0 ** (mixtures.wet_db[rows] / 20.0) * _rms(y[rows], whole) / _rms(wet, whole)
    return y.index_add(0, rows, wet * gain.unsqueeze(1))


def _rms(y: Tensor, lengths: Tensor) -> Tensor:
    """Root mean square (B,) of rows that are silent beyond their lengths."""
    return (y.square().sum(1) / lengths.clamp_min(1) + 1e-9).sqrt()
