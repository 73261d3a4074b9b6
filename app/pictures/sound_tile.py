"""Tiles: what a picture of a sound file is made of, read from the file stretch by stretch.

Each zoom has columns of 2**level seconds, counted from the start of the file; a tile is COLUMNS of them. Outline and
spectrogram of a tile come from the same samples, so that they cannot lie beside each other.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.pictures import spectrogram
from app.view_models.frequency_scale import FrequencyScale
from engine.audio import AudioDecoder, read_info, to_mono
from engine.errors import IncompleteAudio, UnreadableAudio

COLUMNS = 256
LONGEST_HEARD_LEVEL = -1
"""Up to 0.5 s every sample of a column is looked at. Above, decoding everything would take minutes for a sound of
hours: of each column a tenth of a second in its middle stands for all of it, and where even that takes long, one
column stands for some that follow."""

_PIECE_WINDOWS = 3
_PATIENCE_S = 1.0  # for the pieces of one tile: to find a moment late in an MP3 takes a tenth of a second
_LEAST_PIECES = 16  # of a tile; the columns in between look like the last one before them
_COARSE_TO_FINE = sorted(range(COLUMNS), key=lambda column: f"{column:08b}"[::-1])


@dataclass(frozen=True)
class SoundFile:
    """A file as it was when it was looked at; another size or time of change makes it another one."""

    path: Path
    size_bytes: int
    modified_ns: int
    sample_rate_hz: int
    duration_s: float


@dataclass(frozen=True)
class TileKey:
    """Which tile: columns `index * COLUMNS` and following of 2**level seconds each."""

    file: SoundFile
    scale: FrequencyScale
    level: int
    index: int

    @property
    def column_s(self) -> float:
        return 2.0**self.level

    @property
    def start_s(self) -> float:
        return self.index * COLUMNS * self.column_s

    @property
    def end_s(self) -> float:
        return self.start_s + COLUMNS * self.column_s


@dataclass(frozen=True, eq=False)
class SoundTile:
    """A stretch of a sound, column by column.

    outline : (COLUMNS, 2) float32, lowest and highest sample
    levels : (spectrogram.ROWS, COLUMNS) uint8 as `spectrogram.levels` makes them
    """

    key: TileKey
    outline: np.ndarray
    levels: np.ndarray

    @property
    def size_bytes(self) -> int:
        return int(self.outline.nbytes + self.levels.nbytes)


def look_at(path: Path) -> SoundFile:
    """Raises UnreadableAudio."""
    info = read_info(path)
    try:
        found = os.stat(path)
    except OSError as error:
        raise UnreadableAudio(path, "it is no longer there") from error
    return SoundFile(path, found.st_size, found.st_mtime_ns, info.sample_rate_hz, info.duration_s)


def level_for(pixel_s: float, sample_rate_hz: int) -> int:
    """The zoom for pixels of this length: one or two columns to a pixel, where columns are not heard in full a pixel
    or two to a column; a column is never shorter than a sample."""
    level = math.floor(math.log2(pixel_s))
    if level > LONGEST_HEARD_LEVEL:
        return level + 1
    return max(level, math.ceil(-math.log2(sample_rate_hz)))


def read_tile(key: TileKey, is_wanted: Callable[[], bool]) -> SoundTile | None:
    """None if meanwhile it is not wanted any more. Raises UnreadableAudio; what a file lacks at its end is silence."""
    rate_hz = key.file.sample_rate_hz
    samples = spectrogram.window_samples(key.column_s, rate_hz)
    if key.level <= LONGEST_HEARD_LEVEL:
        return _heard_tile(key, samples, is_wanted)
    return _sampled_tile(key, samples, is_wanted)


def _heard_tile(key: TileKey, window: int, is_wanted: Callable[[], bool]) -> SoundTile | None:
    rate_hz = key.file.sample_rate_hz
    origin = round(key.start_s * rate_hz) - window
    length = math.ceil(COLUMNS * key.column_s * rate_hz) + 2 * window
    mono = _read(key.file, origin, length, is_wanted)
    if mono is None:
        return None
    edges_s = key.start_s + np.arange(COLUMNS) * key.column_s
    windows = max(1, math.ceil(key.column_s * rate_hz / (window / 2)))
    middles_s = edges_s[:, None] + (np.arange(windows) + 0.5) / windows * key.column_s  # (COLUMNS, windows)
    starts = np.rint(middles_s * rate_hz).astype(int) - window // 2 - origin
    firsts = np.ceil(edges_s * rate_hz - 1e-6).astype(int) - origin
    end = firsts[0] + math.ceil(COLUMNS * key.column_s * rate_hz)
    heard = mono[:end]
    outline = np.stack([np.minimum.reduceat(heard, firsts), np.maximum.reduceat(heard, firsts)], axis=1)
    frames = sliding_window_view(mono, window)[starts]
    return SoundTile(key, outline, spectrogram.levels(frames, rate_hz, key.scale))


def _sampled_tile(key: TileKey, window: int, is_wanted: Callable[[], bool]) -> SoundTile | None:
    rate_hz, half = key.file.sample_rate_hz, window // 2
    length = (_PIECE_WINDOWS + 1) * half
    pieces = np.zeros((COLUMNS, length), np.float32)
    is_read = np.zeros(COLUMNS, bool)
    enough_at_s = time.monotonic() + _PATIENCE_S
    for column in _COARSE_TO_FINE:
        middle_s = key.start_s + (column + 0.5) * key.column_s
        if middle_s < key.file.duration_s:
            piece = _read(key.file, round(middle_s * rate_hz) - length // 2, length, is_wanted)
            if piece is None:
                return None
            pieces[column] = piece
        is_read[column] = True
        if time.monotonic() > enough_at_s and np.count_nonzero(is_read) >= _LEAST_PIECES:
            break
    pieces = pieces[np.maximum.accumulate(np.where(is_read, np.arange(COLUMNS), 0))]
    outline = np.stack([pieces.min(axis=1), pieces.max(axis=1)], axis=1)
    frames = sliding_window_view(pieces, window, axis=1)[:, ::half]
    return SoundTile(key, outline, spectrogram.levels(frames, rate_hz, key.scale))


def _read(file: SoundFile, start: int, samples: int, is_wanted: Callable[[], bool]) -> np.ndarray | None:
    """(samples,) float32 mono from this sample on; silence before the start of the file and after its end."""
    mono = np.zeros(samples, np.float32)
    filled = max(0, -start)
    start_s = max(0, start) / file.sample_rate_hz
    duration_s = max(0, samples - filled) / file.sample_rate_hz
    with AudioDecoder(file.path, block_s=2.0, start_s=start_s, duration_s=duration_s) as decoder:
        for block in _until_it_breaks_off(decoder):
            if not is_wanted():
                return None
            part = to_mono(block)[: samples - filled]
            mono[filled : filled + len(part)] = part
            filled += len(part)
    return mono if is_wanted() else None


def _until_it_breaks_off(decoder: AudioDecoder) -> Iterator[np.ndarray]:
    try:
        yield from decoder
    except IncompleteAudio:
        return
