"""Augmentation of the waveform: what a tape machine, a room, a recorder and a loudness knob do to a sound.

A changed sound is computed once and cached like any other, so training does not wait for it; on the spectrogram every
step changes it anew (`trainer.augmentations`). All randomness comes from a seed of the sound's own.

Of kept libraries, audiomentations needs an older soxr than the engine, and librosa and numba with it; so these few
changes are written out here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import soxr

from trainer.manifest import Clip

SLOWEST, FASTEST = 0.9, 1.1
LONGEST_ROOM_S, ROOM_SHARE = 0.8, 0.4
LEAST_SNR_DB, MOST_SNR_DB, NOISE_SHARE = 10.0, 40.0, 0.4
LOWEST_CUT_HZ, FILTER_SHARE = 2000.0, 0.3
QUIETEST_DB, LOUDEST_DB = -15.0, 6.0
_EMPTY = 1e-9


@dataclass(frozen=True)
class ChangedClip:
    """A clip as another machine in another room would have recorded it; `seed` says how."""

    clip: Clip
    seed: int

    @property
    def captions(self) -> tuple[str, ...]:
        return self.clip.captions


def changed(waveform: np.ndarray, sample_rate_hz: int, seed: int) -> np.ndarray:
    """The waveform (samples,), float32, at another speed, in a room, in noise, through a filter and at another level.

    The speed always changes, which changes the length by up to a tenth; each of the others but the level with a share
    of its own. Never beyond full scale. A pure function of its arguments.
    """
    if not len(waveform):
        return waveform
    rng = np.random.default_rng(seed)
    y = at_speed(waveform, sample_rate_hz, float(rng.uniform(SLOWEST, FASTEST)))
    if rng.random() < ROOM_SHARE:
        y = in_room(y, sample_rate_hz, float(rng.uniform(0.1, LONGEST_ROOM_S)), rng)
    if rng.random() < NOISE_SHARE:
        y = in_noise(y, float(rng.uniform(LEAST_SNR_DB, MOST_SNR_DB)), float(rng.uniform(0.0, 2.0)), rng)
    if rng.random() < FILTER_SHARE:
        y = low_passed(y, sample_rate_hz, float(rng.uniform(LOWEST_CUT_HZ, max(LOWEST_CUT_HZ, sample_rate_hz / 2.5))))
    y = y * 10.0 ** (rng.uniform(QUIETEST_DB, LOUDEST_DB) / 20.0)
    return np.asarray(np.clip(y, -1.0, 1.0), np.float32)


def at_speed(y: np.ndarray, sample_rate_hz: int, speed: float) -> np.ndarray:
    """Played faster (and higher) by a factor, as a tape would: len(y) / speed samples."""
    return np.asarray(soxr.resample(y, sample_rate_hz * speed, sample_rate_hz, quality="HQ"), np.float32)


def in_room(y: np.ndarray, sample_rate_hz: int, decay_s: float, rng: np.random.Generator) -> np.ndarray:
    """With noise that decays by 60 dB in `decay_s` as the room's response; as long and as strong as before."""
    time_s = np.arange(max(1, round(decay_s * sample_rate_hz))) / sample_rate_hz
    response = rng.standard_normal(len(time_s)) * 10.0 ** (-3.0 * time_s / decay_s)
    size = len(y) + len(response)
    wet = np.fft.irfft(np.fft.rfft(y, size) * np.fft.rfft(response, size), size)[: len(y)]
    share = rng.uniform(0.1, 0.6)
    room = (1.0 - share) * y + share * wet * (_rms(y) / max(_rms(wet), _EMPTY))
    return np.asarray(room * (_rms(y) / max(_rms(room), _EMPTY)), np.float32)


def in_noise(y: np.ndarray, snr_db: float, slope: float, rng: np.random.Generator) -> np.ndarray:
    """With steady noise whose power falls as 1 / frequency^slope: 0 is white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(len(y)))
    spectrum *= np.maximum(1.0, np.arange(len(spectrum))) ** (-slope / 2.0)
    noise = np.fft.irfft(spectrum, len(y))
    return np.asarray(y + noise * (_rms(y) / max(_rms(noise), _EMPTY) * 10.0 ** (-snr_db / 20.0)), np.float32)


def low_passed(y: np.ndarray, sample_rate_hz: int, cut_hz: float) -> np.ndarray:
    """Without what lies above `cut_hz`, as a telephone or a wall does it: 3 dB less there and then 24 dB an octave."""
    spectrum = np.fft.rfft(y)
    above = np.fft.rfftfreq(len(y), 1.0 / sample_rate_hz) / cut_hz
    return np.asarray(np.fft.irfft(spectrum / np.sqrt(1.0 + above**8), len(y)), np.float32)


def seed_of(clip: Clip, seed: int) -> int:
    """A clip's own seed, the same on every machine."""
    return zlib.crc32(f"{clip.source}\n{clip.path.name}\n{seed}".encode())


def _rms(y: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(y, dtype=np.float64)))) if len(y) else 0.0
