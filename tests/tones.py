"""Sounds and a network small enough to compute in one's head.

`write_sound` writes tones and noise; `ToneNetwork` hears nothing but the frequencies that sound, and reads nothing but
the frequencies that are named. A 440 Hz tone falls in band 3 (375 to 500 Hz), so its embedding is 1 at position 3 and
0 elsewhere, and so is the embedding of the text "a tone of 440 Hz".
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor

from engine.embedding import Embedder

BAND_HZ = 125
BANDS = 31  # 0 to 3875 Hz
SILENCE = 31  # the last dimension stands for the absence of sound
SILENT_RMS = 0.01
NAMED_BANDS = {
    "low": range(0, 4),  # below 500 Hz
    "middle": range(4, 16),
    "high": range(16, BANDS),  # from 2 kHz
    "noise": range(0, BANDS),
    "silence": range(SILENCE, SILENCE + 1),
}


class ToneNetwork:
    """A real AudioTextNetwork: how loud each band of 125 Hz is. Segments of 0.5 s, windows of 4 s.

    Text: "low", "middle", "high", "noise", "silence" and "<number> Hz" name bands; a text that names none is alike
    to everything.
    """

    name = "tones"
    sample_rate_hz = 8000
    dim = BANDS + 1
    segment_s = 0.5
    samples_per_segment = 4000
    segments_per_window = 8

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        segments = waveforms.numpy().reshape(len(waveforms), -1, self.samples_per_segment)
        powers = np.abs(np.fft.rfft(segments, axis=-1)) ** 2  # (batch, segments, frequencies)
        frequencies_hz = np.fft.rfftfreq(self.samples_per_segment, 1 / self.sample_rate_hz)
        bands = np.minimum(frequencies_hz // BAND_HZ, BANDS - 1).astype(int)
        loudness = np.zeros((*powers.shape[:2], self.dim))
        for band in range(BANDS):
            loudness[..., band] = powers[..., bands == band].sum(axis=-1)
        clips = loudness.sum(axis=1)  # padding adds nothing to a sum
        return self._embeddings(clips), self._embeddings(loudness)

    def _embeddings(self, powers: np.ndarray) -> Tensor:
        magnitudes = np.sqrt(powers)
        # Parseval: the power of a real spectrum is samples / 2 times that of the samples
        rms = np.linalg.norm(magnitudes, axis=-1) / self.samples_per_segment * np.sqrt(2)
        magnitudes[rms < SILENT_RMS] = np.eye(self.dim)[SILENCE]
        return _unit_vectors(magnitudes)

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        wanted = np.zeros((len(texts), self.dim))
        for row, text in zip(wanted, texts, strict=True):
            for word in re.findall(r"[a-z]+", text.lower()):
                row[list(NAMED_BANDS.get(word, []))] = 1.0
            for hz in re.findall(r"(\d+) ?hz", text.lower()):
                row[min(int(hz) // BAND_HZ, BANDS - 1)] = 1.0
            if not row.any():
                row[:] = 1.0
        return _unit_vectors(wanted)


def _unit_vectors(values: np.ndarray) -> Tensor:
    return torch.from_numpy((values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(np.float32))


def make_tone_embedder(checkpoint_id: str = "tones-1") -> Embedder:
    return Embedder(ToneNetwork(), checkpoint_id)


def make_waveform(hz: float | Sequence[float] | None, seconds: float, sample_rate_hz: int = 16000) -> np.ndarray:
    """(samples,) float32: a tone, several one after another of `seconds` each, or noise (None); 0 Hz is silence."""
    if isinstance(hz, Sequence):
        return np.concatenate([make_waveform(each, seconds, sample_rate_hz) for each in hz])
    samples = round(seconds * sample_rate_hz)
    if hz is None:
        return np.random.default_rng(samples).uniform(-0.5, 0.5, samples).astype(np.float32)
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(samples) / sample_rate_hz)).astype(np.float32)


def write_sound(
    path: Path,
    hz: float | Sequence[float] | None = 440.0,
    seconds: float = 1.0,
    *,
    sample_rate_hz: int = 16000,
    channels: int = 1,
) -> Path:
    """Write `make_waveform` to every channel of a WAV, FLAC, OGG or MP3 file, as its suffix says.

    Equal arguments give the same sound, so the same content id; see `write_different_sound`.
    """
    waveform = make_waveform(hz, seconds, sample_rate_hz)
    stored = io.BytesIO()  # soundfile cannot open every name that a file can have
    soundfile.write(stored, np.tile(waveform[:, None], channels), sample_rate_hz, format=path.suffix[1:].upper())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stored.getvalue())
    return path


def write_different_sound(path: Path, seconds: float = 0.5) -> Path:
    """A tone that depends on the file's name, so that every name has a sound of its own."""
    return write_sound(
        path, hz=200 + zlib.crc32(path.name.encode("utf-8", "surrogateescape")) % 3_000_000 / 1000, seconds=seconds
    )
