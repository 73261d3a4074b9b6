"""What is played to a system under test: excerpts at equal levels, joins and noises; waveforms (samples,) float32."""

from __future__ import annotations

import itertools
import math

import numpy as np

LEVEL_DBFS = -26.0  # of every excerpt: RMS, a sine at full scale has -3
_COLOURS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # the amplitude falls with this power of the frequency
_LOWEST_HZ = 20.0  # below it a noise has no more power


def rms_dbfs(y: np.ndarray) -> float:
    """The RMS level, -inf for silence."""
    power = float(np.mean(np.square(y, dtype=np.float64))) if len(y) else 0.0
    return 10.0 * math.log10(power) if power > 0 else -math.inf


def at_level(y: np.ndarray, level_dbfs: float = LEVEL_DBFS) -> np.ndarray:
    """The sound brought to an RMS level; silence stays silence."""
    present_dbfs = rms_dbfs(y)
    if present_dbfs == -math.inf:
        return y
    return np.asarray(y * 10.0 ** ((level_dbfs - present_dbfs) / 20.0), dtype=np.float32)


def loudest(y: np.ndarray, samples: int) -> np.ndarray:
    """The stretch of so many samples that has most energy; a shorter sound as it is."""
    if len(y) <= samples:
        return y
    energy = np.concatenate([[0.0], np.cumsum(np.square(y, dtype=np.float64))])
    start = int((energy[samples:] - energy[:-samples]).argmax())
    return y[start : start + samples]


def faded(y: np.ndarray, samples: int) -> np.ndarray:
    """With a linear rise and fall of so many samples at its ends, so that cutting it out does not click."""
    ramp = np.linspace(0.0, 1.0, min(samples, len(y) // 2), endpoint=False, dtype=np.float32)
    envelope = np.ones(len(y), dtype=np.float32)
    envelope[: len(ramp)] = ramp
    envelope[len(y) - len(ramp) :] = ramp[::-1]
    return y * envelope


def cross_faded(parts: list[np.ndarray], samples: int) -> np.ndarray:
    """One sound after another, each overlapping the next by so many samples at equal power.

    Every part must be at least that long.
    """
    joined = parts[0]
    angle = np.linspace(0.0, np.pi / 2, samples, dtype=np.float32)
    for part in parts[1:]:
        overlap = joined[len(joined) - samples :] * np.cos(angle) + part[:samples] * np.sin(angle)
        joined = np.concatenate([joined[: len(joined) - samples], overlap, part[samples:]])
    return joined


def spaced(parts: list[np.ndarray], samples: int) -> np.ndarray:
    """One sound after another with silence of so many samples between them."""
    silence = np.zeros(samples, dtype=np.float32)
    return np.concatenate([parts[0], *(y for part in parts[1:] for y in (silence, part))])


def overlapping(parts: list[np.ndarray], share: float) -> np.ndarray:
    """Each sound beginning while the one before still sounds, for this share of the shorter of both: 1 is at once."""
    starts = [0]
    for before, part in itertools.pairwise(parts):
        starts.append(starts[-1] + len(before) - round(share * min(len(before), len(part))))
    joined = np.zeros(max(start + len(part) for start, part in zip(starts, parts, strict=True)), dtype=np.float32)
    for start, part in zip(starts, parts, strict=True):
        joined[start : start + len(part)] += part
    return joined


def noise(colour: str, samples: int, rate_hz: int, random: np.random.Generator) -> np.ndarray:
    """White, pink or brown noise at LEVEL_DBFS."""
    spectrum = np.fft.rfft(random.standard_normal(samples))
    frequencies_hz = np.maximum(np.fft.rfftfreq(samples, 1.0 / rate_hz), _LOWEST_HZ)
    return at_level(np.fft.irfft(spectrum / frequencies_hz ** _COLOURS[colour], n=samples).astype(np.float32))
