"""Decode, cut and encode: any sound file to short mono clips of Opus at 48 kHz."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr

RATE_HZ = 48_000
BITS_PER_S = 24_000
AUDIBLE_DB = -50.0  # re the peak: what is quieter at the ends is silence
SILENT_PEAK = 1e-3
SHORTEST_S = 0.15
LONGEST_READ_S = 75.0


@dataclass(frozen=True)
class Pieces:
    """How a recording is cut: at most `count` pieces of at most `seconds`, from its beginning or around its middle."""

    count: int
    seconds: float
    from_middle: bool = False


class Unreadable(Exception):
    """No decoder could read these bytes, or there is hardly any sound in them."""


def decode(content: bytes) -> np.ndarray:
    """The bytes of a sound file -> mono float32 at RATE_HZ, without silence at its ends. Raises Unreadable."""
    try:
        samples, rate_hz = _decode_with_soundfile(content)
    except (soundfile.SoundFileError, RuntimeError):
        samples, rate_hz = _decode_with_av(content)
    if rate_hz < 4000 or not len(samples) or not np.isfinite(samples).all():
        raise Unreadable("not a sound that can be heard")
    return _audible(soxr.resample(samples, rate_hz, RATE_HZ, "HQ") if rate_hz != RATE_HZ else samples)


def _decode_with_soundfile(content: bytes) -> tuple[np.ndarray, int]:
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        samples = file.read(round(LONGEST_READ_S * file.samplerate), dtype="float32", always_2d=True)
        return samples.mean(axis=1), file.samplerate


def _decode_with_av(content: bytes) -> tuple[np.ndarray, int]:
    try:
        with av.open(io.BytesIO(content)) as container:
            mono = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
            frames = [part for frame in container.decode(audio=0) for part in mono.resample(frame)]
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Unreadable("no decoder can read it") from error
    parts = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate(parts or [np.empty(0, np.float32)]), RATE_HZ


def _audible(samples: np.ndarray) -> np.ndarray:
    loud = np.abs(samples)
    peak = float(loud.max())
    if peak < SILENT_PEAK:
        raise Unreadable("silent")
    heard = np.flatnonzero(loud > peak * 10 ** (AUDIBLE_DB / 20))
    samples = samples[heard[0] : heard[-1] + 1]
    if len(samples) < SHORTEST_S * RATE_HZ:
        raise Unreadable("too short")
    return np.asarray(samples / max(1.0, peak), dtype=np.float32)


def cut(samples: np.ndarray, pieces: Pieces) -> list[np.ndarray]:
    """Pieces of a recording: from its beginning or middle; several ones evenly from beginning to end, apart."""
    length = round(pieces.seconds * RATE_HZ)
    spare = len(samples) - length
    if spare <= 0:
        return [samples]
    if pieces.from_middle:
        return [samples[spare // 2 : spare // 2 + length]]
    count = min(pieces.count, len(samples) // length)
    starts = [spare * index // max(1, count - 1) for index in range(count)]
    return [samples[start : start + length] for start in starts]


def encode_opus(samples: np.ndarray, path: Path) -> None:
    """Write mono float32 samples at RATE_HZ as Ogg Opus at about BITS_PER_S."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # libsndfile's scale from 0 to 1 goes from 256 to 6 kbit/s for one channel
    level = (256_000 - BITS_PER_S) / (256_000 - 6_000)
    soundfile.write(path, samples, RATE_HZ, format="OGG", subtype="OPUS", compression_level=level)
