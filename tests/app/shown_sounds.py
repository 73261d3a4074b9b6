"""Sounds for the pictures' tests: files, and what the library would know of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.view_models.frequency_scale import FrequencyScale
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_canvas import ShownSound
from engine.peaks import Peaks, PeaksBuilder
from tests.sound_files import RATE_HZ, write_with_libsndfile


def peaks_of(mono: np.ndarray) -> Peaks:
    builder = PeaksBuilder(RATE_HZ)
    builder.feed(mono.astype(np.float32))
    return builder.finish()


def shown(duration_s: float = 10.0, loudness: float = 0.1) -> ShownSound:
    """Evenly loud from start to end."""
    peaks = peaks_of(np.tile([loudness, -loudness], round(duration_s * RATE_HZ / 2)))
    return ShownSound(TimeView.whole(duration_s), FrequencyScale.of_sound("log", RATE_HZ), peaks, ())


def write_tone(path: Path, seconds: float = 10.0, hz: float = 1000.0) -> Path:
    tone = np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ).astype(np.float32)
    return write_with_libsndfile(path, tone[:, None], kind="WAV", encoding="FLOAT")
