"""Small sound files of every kind, written by libsndfile or by FFmpeg."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile

RATE_HZ = 48_000  # the one rate that every codec takes


def make_sweep(seconds: float, *, channels: int = 2, sample_rate_hz: int = RATE_HZ) -> np.ndarray:
    """(frames, channels) float32: 200 to 2,000 Hz and ever louder, so that no moment is like another."""
    time_s = np.arange(round(seconds * sample_rate_hz)) / sample_rate_hz
    phase = 2 * np.pi * (200 + 900 * time_s / seconds) * time_s
    sweep = np.sin(phase) * np.linspace(0.1, 0.6, len(time_s))
    return np.stack([sweep / (channel + 1) for channel in range(channels)], axis=1).astype(np.float32)


def write_with_libsndfile(
    path: Path, sound: np.ndarray, *, kind: str, encoding: str | None = None, sample_rate_hz: int = RATE_HZ
) -> Path:
    with soundfile.SoundFile(path, "w", sample_rate_hz, sound.shape[1], format=kind, subtype=encoding) as file:
        for start in range(0, len(sound), 4096):  # libsndfile's Vorbis encoder overflows its stack on large blocks
            file.write(sound[start : start + 4096])
    return path


class _Pipe(io.RawIOBase):
    """Somewhere FFmpeg can write to but not go back to correct its header."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.written += bytes(data)  # type: ignore[call-overload]
        return len(self.written)


def write_with_ffmpeg(
    path: Path, sound: np.ndarray, *, kind: str, codec: str, film: bool = False, piped: bool = False
) -> Path:
    """Encode at RATE_HZ. `film` adds moving pictures, `piped` leaves the header as a program leaves it that streams."""
    pipe = _Pipe()
    with av.open(pipe if piped else str(path), "w", format=kind) as container:
        _encode(container, sound, codec, film)
    if piped:
        path.write_bytes(pipe.written)
    return path


def _encode(container: av.container.OutputContainer, sound: np.ndarray, codec: str, film: bool) -> None:
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[sound.shape[1]]
    stream: Any = container.add_stream(codec, rate=RATE_HZ, layout=layout)
    stream.bit_rate = 128_000
    stream.codec_context.format = (stream.codec_context.codec.audio_formats or [av.AudioFormat("flt")])[0]
    pictures = container.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p") if film else None
    converter = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=RATE_HZ)
    for start in range(0, len(sound), 1024):
        block = np.ascontiguousarray(sound[start : start + 1024]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
        frame.sample_rate, frame.pts = RATE_HZ, start
        for converted in converter.resample(frame):
            container.mux(stream.encode(converted))
    container.mux(stream.encode(None))
    if pictures is not None:
        for number in range(round(25 * len(sound) / RATE_HZ)):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number % 256, np.uint8), format="rgb24")
            picture.pts = number
            container.mux(pictures.encode(picture))
        container.mux(pictures.encode(None))


def wav_chunk(chunk_id: bytes, content: bytes) -> bytes:
    return chunk_id + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def append_wav_chunk(path: Path, chunk_id: bytes, content: bytes) -> None:
    """Add a chunk at the end of a WAV file and correct the size in its header, as tag editors do."""
    stored = path.read_bytes() + wav_chunk(chunk_id, content)
    path.write_bytes(stored[:4] + struct.pack("<I", len(stored) - 8) + stored[8:])
