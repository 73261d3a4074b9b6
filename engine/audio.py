"""Sound in: what a file is, its samples in blocks of bounded memory, mixed to mono and resampled, and its identity."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import soxr

from engine.audio_readers import END_IS_MISSING, FFMPEG_SUFFIXES, AudioInfo, AudioReader, open_reader, reason_of
from engine.errors import IncompleteAudio, UnreadableAudio
from engine.peaks import Peaks, PeaksBuilder

__all__ = [
    "AUDIO_SUFFIXES",
    "AudioDecoder",
    "AudioInfo",
    "ContentHash",
    "Peaks",
    "PeaksBuilder",
    "Resampler",
    "read_audio",
    "read_info",
    "to_mono",
]

AUDIO_SUFFIXES = FFMPEG_SUFFIXES | {
    *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".flac", ".mp3", ".mp2"),
    *(".ogg", ".oga", ".opus", ".au", ".snd", ".voc", ".avr", ".paf", ".svx", ".8svx", ".16sv", ".iff"),
    *(".nist", ".sph", ".ircam", ".sf", ".pvf", ".xi", ".htk", ".sds", ".wve"),
}

LOWEST_RATE_HZ = 2_000
HIGHEST_RATE_HZ = 768_000
MOST_CHANNELS = 64
_MOST_SAMPLES_IN_BLOCK = 8_000_000  # 32 MB: what many channels at a high rate may cost
_LOUDEST_SAMPLE = 1e4  # 80 dB above full scale: no sound, but damage or other data
_MOST_BROKEN = 0.01
_LEAST_COMPLETE = 0.99


def read_info(path: Path) -> AudioInfo:
    """What the file says of itself. Raises UnreadableAudio."""
    with AudioDecoder(path) as decoder:
        return decoder.info


class AudioDecoder:
    """The samples of a sound file, or of a part of it, block after block. A context manager, to be iterated once.

    path : opened for reading only; the name need not be UTF-8
    block_s : most seconds in a block; sound of many channels comes in smaller ones
    start_s, duration_s : the part wanted; None means to the end. A start after the end gives no blocks.

    Samples that are not finite or beyond ±10,000 are set to 0.
    Raises UnreadableAudio when opened or on the way: not sound, damaged, unsupported, or 1 % or more of its samples
    broken. Raises IncompleteAudio after the last block if the file ends before its promised length or has changed.
    """

    def __init__(
        self, path: Path, *, block_s: float = 10.0, start_s: float = 0.0, duration_s: float | None = None
    ) -> None:
        if block_s <= 0 or start_s < 0 or (duration_s is not None and duration_s < 0):
            raise ValueError(f"{block_s=} must be positive, {start_s=} and {duration_s=} not negative")
        self._path = path
        self._stat_before = _stat_of_sound(path)
        self._reader = open_reader(path)
        try:
            _refuse_unsupported(path, self._reader)
        except UnreadableAudio:
            self._reader.close()
            raise
        self.info = self._reader.info
        rate_hz = self.info.sample_rate_hz
        self._start_frame = round(start_s * rate_hz)
        self._frames_wanted = None if duration_s is None else round(duration_s * rate_hz)
        self._block_frames = max(1, min(round(block_s * rate_hz), _MOST_SAMPLES_IN_BLOCK // self.info.channels))

    def __enter__(self) -> AudioDecoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._reader.close()

    def __iter__(self) -> Iterator[np.ndarray]:
        """Blocks of shape (frames, channels), float32, at the file's own rate; full scale is ±1."""
        if self._start_frame:
            self._reader.seek(self._start_frame)
        frames = broken = 0
        while self._frames_wanted is None or frames < self._frames_wanted:
            block = self._reader.read(self._frames_of_next_block(frames))
            if not len(block):
                self._check_end()
                break
            broken += _silence_broken_samples(block)
            frames += len(block)
            yield block
        self._check_unchanged()
        if broken > 0 and broken >= _MOST_BROKEN * frames * self.info.channels:
            raise UnreadableAudio(self._path, "damaged: many of its samples are not numbers or far beyond full scale")

    def _frames_of_next_block(self, frames_so_far: int) -> int:
        if self._frames_wanted is None:
            return self._block_frames
        return min(self._block_frames, self._frames_wanted - frames_so_far)

    def _check_end(self) -> None:
        """The reader came to its end: is that the end of the sound?"""
        end, promised = self._reader.position(), self.info.frames
        missing = 0 if promised is None else promised - end
        if promised and end < _LEAST_COMPLETE * promised and missing > self._reader.slack_frames:
            end_s, promised_s = end / self.info.sample_rate_hz, promised / self.info.sample_rate_hz
            reason = f"it ends after {end_s:.1f} s of {promised_s:.1f} s; it may still be being copied"
            raise IncompleteAudio(self._path, reason)
        if self._reader.breaks_off:
            raise IncompleteAudio(self._path, END_IS_MISSING)
        if end == self._start_frame == 0:
            raise UnreadableAudio(self._path, "the file holds no sound")

    def _check_unchanged(self) -> None:
        if _stat_of_sound(self._path) != self._stat_before:
            raise IncompleteAudio(self._path, "it changed while it was read")


def _stat_of_sound(path: Path) -> tuple[int, int, int]:
    """Size, time of change and inode of a file that may hold sound."""
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = reason_of(error) if isinstance(error, OSError) else "no file can have this name"
        raise UnreadableAudio(path, reason) from error
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableAudio(path, "it is a folder" if stat.S_ISDIR(found.st_mode) else "it is not an ordinary file")
    if found.st_size == 0:
        raise UnreadableAudio(path, "the file is empty")
    return found.st_size, found.st_mtime_ns, found.st_ino


def _refuse_unsupported(path: Path, reader: AudioReader) -> None:
    info = reader.info
    if info.frames == 0:
        if reader.breaks_off:
            raise IncompleteAudio(path, END_IS_MISSING)
        raise UnreadableAudio(path, "the file holds no sound")
    if not LOWEST_RATE_HZ <= info.sample_rate_hz <= HIGHEST_RATE_HZ:
        raise UnreadableAudio(path, f"its sample rate of {info.sample_rate_hz} Hz is not supported (2 to 768 kHz are)")
    if not 1 <= info.channels <= MOST_CHANNELS:
        raise UnreadableAudio(path, f"its {info.channels} channels are not supported (up to {MOST_CHANNELS} are)")


def _silence_broken_samples(block: np.ndarray) -> int:
    """Set samples that cannot be sound to 0, in place; returns how many."""
    if block.min() >= -_LOUDEST_SAMPLE and block.max() <= _LOUDEST_SAMPLE:  # False if any is NaN
        return 0
    broken = ~(np.abs(block) <= _LOUDEST_SAMPLE)
    block[broken] = 0.0
    return int(np.count_nonzero(broken))


def to_mono(block: np.ndarray) -> np.ndarray:
    """Mix (frames, channels) to (frames,): the mean of the channels.

    The mean never clips, leaves a sound that is on all channels as loud as it was, and needs no knowledge of which
    channel is which, which few files state. What is on one of n channels becomes n times quieter, and what is in
    opposite phase on two cancels out.
    """
    if block.shape[1] == 1:
        return block[:, 0]
    mono = block[:, 0].copy()
    for channel in range(1, block.shape[1]):  # several times faster than mean(axis=1), which works on tiny rows
        mono += block[:, channel]
    mono /= np.float32(block.shape[1])
    return mono


class Resampler:
    """Band-limited change of sample rate in a stream (soxr HQ); samples pass unchanged where the rates are equal.

    The parts returned by `feed` and `finish`, joined, are the same however the input was cut.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32")

    def feed(self, mono: np.ndarray) -> np.ndarray:
        """Take (samples,) float32; returns (samples,) float32 that are ready, which may be none."""
        return mono if self._stream is None else self._stream.resample_chunk(np.ascontiguousarray(mono, np.float32))

    def finish(self) -> np.ndarray:
        """The rest, once, after the last `feed`."""
        nothing = np.empty(0, np.float32)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)


def read_audio(path: Path, *, sample_rate_hz: int, start_s: float = 0.0, duration_s: float | None = None) -> np.ndarray:
    """A sound, or a part of it, as (samples,) float32 mono at the given rate. Raises as AudioDecoder does."""
    with AudioDecoder(path, start_s=start_s, duration_s=duration_s) as decoder:
        resampler = Resampler(decoder.info.sample_rate_hz, sample_rate_hz)
        parts = [resampler.feed(to_mono(block)) for block in decoder]
    return np.concatenate([*parts, resampler.finish()])


class ContentHash:
    """What a sound file sounds like, as 16 bytes: the same after an edit of its tags, whatever the size of blocks.

    BLAKE2b over the sample rate, the number of channels and the samples as 24-bit integers (32 bits wide, so that
    float files may pass full scale 256-fold).
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._hash = hashlib.blake2b(f"{sample_rate_hz} Hz, {channels} channels:".encode(), digest_size=16)

    def feed(self, block: np.ndarray) -> None:
        """Take (frames, channels) float32 as AudioDecoder gives it."""
        scaled = np.rint(np.multiply(block, 2.0**23, dtype=np.float32))
        np.clip(scaled, -(2.0**31), 2.0**31 - 128, out=scaled)  # the largest float32 below 2**31
        self._hash.update(scaled.astype("<i4", order="C"))

    def digest(self) -> bytes:
        return self._hash.digest()
