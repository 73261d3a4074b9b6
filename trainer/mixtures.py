"""Mixtures of two real clips, so that the teachers also label sounds that happen at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trainer.errors import TrainerError
from trainer.manifest import Clip

MIXTURE_S = 4.0


@dataclass(frozen=True)
class Mixture:
    """`second` starts `offset_s` after `first` and is `second_gain_db` louder than it (by root mean square)."""

    first: Clip
    second: Clip
    offset_s: float
    second_gain_db: float


def draw_mixtures(clips: Sequence[Clip], count: int, *, seed: int) -> list[Mixture]:
    """Random pairs from different sources; for the same seed, fewer are the beginning of more.

    Raises TrainerError if there are not two sources to draw from.
    """
    random = np.random.default_rng(seed)
    by_source: dict[str, list[Clip]] = {}
    for clip in clips:
        by_source.setdefault(clip.source, []).append(clip)
    sources = sorted(by_source)
    if count and len(sources) < 2:
        raise TrainerError("Mixtures need clips from two sources at least.")
    # the square root lies between "every clip alike", where a large source fills everything, and "every source alike"
    shares = np.sqrt([len(by_source[source]) for source in sources])
    mixtures = []
    for _ in range(count):
        one, other = random.choice(len(sources), size=2, replace=False, p=shares / shares.sum())
        first, second = (by_source[sources[i]][random.integers(len(by_source[sources[i]]))] for i in (one, other))
        mixtures.append(Mixture(first, second, float(random.uniform(0.0, 1.5)), float(random.uniform(-10.0, 10.0))))
    return mixtures


def render(mixture: Mixture, first: np.ndarray, second: np.ndarray, *, sample_rate_hz: int) -> np.ndarray:
    """The waveform of a mixture from its clips' waveforms (samples,): at most MIXTURE_S long, peaks at or below 1."""
    length, offset = int(MIXTURE_S * sample_rate_hz), int(mixture.offset_s * sample_rate_hz)
    first, second = first[:length], second[: max(1, length - offset)]
    gain = 10.0 ** (mixture.second_gain_db / 20.0) * _rms(first) / _rms(second)
    mixed = np.zeros(max(len(first), offset + len(second)), dtype=np.float32)
    mixed[: len(first)] += first
    mixed[offset : offset + len(second)] += np.float32(gain) * second
    return mixed / max(1.0, float(np.abs(mixed).max()))


def _rms(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(y)) + 1e-9))
