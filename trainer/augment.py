"""Augmentation of levels in dB: what a microphone, a room, a codec or a fader does to a spectrogram.

All functions take and return levels (frames, mels), float32, dB.
"""

from __future__ import annotations

import numpy as np

_LOG_POWER_PER_DB = np.float32(np.log(10.0) / 10.0)


def mix(one_db: np.ndarray, other_db: np.ndarray) -> np.ndarray:
    """Two sounds at once: the powers add (their phases are taken as unrelated)."""
    log_power = np.logaddexp(one_db * _LOG_POWER_PER_DB, other_db * _LOG_POWER_PER_DB)
    return np.asarray(log_power / _LOG_POWER_PER_DB, dtype=np.float32)


def random_gain(random: np.random.Generator) -> float:
    """A gain in dB: mostly near the recorded level, sometimes far below."""
    return float(random.uniform(-8.0, 8.0) if random.random() < 0.6 else random.uniform(-35.0, 8.0))


def equalise(levels_db: np.ndarray, random: np.random.Generator, *, strength_db: float = 8.0) -> np.ndarray:
    """A smooth random response curve over the mel bands, as of another microphone or a distance."""
    mels = levels_db.shape[1]
    knots = random.uniform(-strength_db, strength_db, size=4)
    curve = np.interp(np.linspace(0.0, 3.0, mels), np.arange(4), knots)
    return levels_db + curve.astype(np.float32)


def limit_band(levels_db: np.ndarray, random: np.random.Generator, *, floor_db: float) -> np.ndarray:
    """Nothing above a random band, as after a telephone, an old codec or a low sample rate."""
    limited = levels_db.copy()
    limited[:, random.integers(levels_db.shape[1] // 2, levels_db.shape[1]) :] = floor_db
    return limited


def shift_pitch(levels_db: np.ndarray, random: np.random.Generator, *, most_bands: int = 3) -> np.ndarray:
    """Move everything up or down by a few mel bands; the edge band is repeated."""
    shift = int(random.integers(-most_bands, most_bands + 1))
    bands = np.clip(np.arange(levels_db.shape[1]) - shift, 0, levels_db.shape[1] - 1)
    return levels_db[:, bands]


def add_noise(levels_db: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Steady noise of a random colour under the sound."""
    tilt_db = np.linspace(0.0, random.uniform(-25.0, 10.0), levels_db.shape[1], dtype=np.float32)
    # the level of one band in one frame of noise scatters by several dB
    scatter_db = random.normal(0.0, 3.0, size=levels_db.shape).astype(np.float32)
    return mix(levels_db, random.uniform(-85.0, -50.0) + tilt_db + scatter_db)


def mask(levels_db: np.ndarray, random: np.random.Generator, *, floor_db: float) -> np.ndarray:
    """A few bands and a few frames go silent: SpecAugment (Park et al. 2019, https://arxiv.org/abs/1904.08779)."""
    masked = levels_db.copy()
    frames, mels = levels_db.shape
    band, width = random.integers(0, mels), random.integers(1, 9)
    masked[:, band : band + width] = floor_db
    frame, length = random.integers(0, frames), random.integers(4, 25)
    masked[frame : frame + length] = floor_db
    return masked


def augment(levels_db: np.ndarray, random: np.random.Generator, *, floor_db: float) -> np.ndarray:
    """One random treatment of a whole row."""
    if random.random() < 0.5:
        levels_db = equalise(levels_db, random)
    if random.random() < 0.3:
        levels_db = shift_pitch(levels_db, random)
    if random.random() < 0.25:
        levels_db = add_noise(levels_db, random)
    if random.random() < 0.15:
        levels_db = limit_band(levels_db, random, floor_db=floor_db)
    if random.random() < 0.3:
        levels_db = mask(levels_db, random, floor_db=floor_db)
    return np.maximum(levels_db + np.float32(random_gain(random)), np.float32(floor_db))
