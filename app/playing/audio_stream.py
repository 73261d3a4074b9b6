"""A sound file from a moment on, on its way to a device: decoded block by block, never far ahead of what is heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.playing.level_matching import BLOCK_S, LevelMatching
from app.playing.ring_buffer import RingBuffer
from app.playing.varispeed import Varispeed
from engine.audio import AudioDecoder, AudioInfo, to_mono
from engine.errors import EngineError, IncompleteAudio

BUFFERED_S = 0.4  # how far decoding runs ahead: long enough for a slow disk, short enough for a new speed to be heard
_LONGEST_KEPT_S = 10.0  # a loop up to this length is decoded once
_MARKS_KEPT = 500

Piece = tuple[int, np.ndarray]
"""A block and the frame of the file that it begins with."""


@dataclass(frozen=True)
class Region:
    """A part of a file, `start_s` before `end_s`."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise ValueError(f"a region needs 0 <= start < end, not {self.start_s} and {self.end_s}")


@dataclass(frozen=True)
class Passage:
    """What to play: a file from `start_s` to its end, or to the end of a region, or round and round in the region.

    A start at or after the end of the region is the region's start.
    """

    path: Path
    start_s: float = 0.0
    region: Region | None = None
    loop: bool = False

    def __post_init__(self) -> None:
        if self.start_s < 0:
            raise ValueError(f"{self.start_s=} must not be negative")

    @property
    def begins_s(self) -> float:
        """The moment of the first sample."""
        if self.region is not None and self.start_s >= self.region.end_s:
            return self.region.start_s
        return self.start_s


@dataclass(frozen=True)
class _Mark:
    """From this output frame on, the sound is that of this moment on."""

    frame: float
    moment_s: float
    speed: float


class AudioStream:
    """One passage at a device's rate and channels. One thread calls `pump`, the device's `take`; any asks for moments.

    speed : asked before each block
    error : why the sound ended early; known before that is heard
    is_finished : nothing more will be decoded
    """

    def __init__(
        self,
        passage: Passage,
        rate_hz: int,
        channels: int,
        speed: Callable[[], float] = lambda: 1.0,
        matching: LevelMatching | None = None,
    ) -> None:
        self.passage = passage
        self.error: EngineError | None = None
        self.is_finished = False
        self._rate_hz = rate_hz
        self._channels = channels
        self._speed = speed
        self._matching = matching
        self._ring = RingBuffer(round(BUFFERED_S * rate_hz), channels)
        self._info: AudioInfo | None = None
        self._kept: list[Piece] = []
        self._marks: tuple[_Mark, ...] = (_Mark(0.0, passage.begins_s, 1.0),)
        self._heard = (0, 0.0)  # so many frames are to be heard before this moment of the device's clock
        self._source = self._blocks()
        self._waiting = np.empty((0, channels), np.float32)  # decoded, but the ring was full

    def close(self) -> None:
        self._source.close()

    # --- towards the device -------------------------------------------------------------------------------------------

    def take(self, out: np.ndarray, heard_at_s: float) -> None:
        """Fill `out`, to be heard from this moment on, with the next samples; never waits."""
        before = self._ring.taken
        frames = self._ring.take(out)
        if frames:
            self._heard = (before + frames, heard_at_s + frames / self._rate_hz)

    def pump(self) -> bool:
        """Decode a block into the buffer; False if there is no room or nothing left."""
        while not len(self._waiting):
            if self.is_finished:
                return False
            self._decode_next()
        stored = self._ring.put(self._waiting)
        self._waiting = self._waiting[stored:]
        return stored > 0

    def _decode_next(self) -> None:
        try:
            self._waiting = next(self._source)
        except StopIteration:
            self.is_finished = True
        except EngineError as error:
            self.is_finished, self.error = True, error

    # --- moments ------------------------------------------------------------------------------------------------------

    def position_s(self, now_s: float) -> float:
        """The moment of the file that is heard now."""
        frame, heard_at_s = self._heard
        return self._moment_s(max(0.0, frame - max(0.0, heard_at_s - now_s) * self._rate_hz))

    def next_s(self) -> float:
        """The moment of the file that the device will take next."""
        return self._moment_s(self._ring.taken)

    def is_over(self, now_s: float) -> bool:
        """Whether all of it has been heard."""
        all_taken = self.is_finished and not len(self._waiting) and self._ring.taken == self._ring.written
        return all_taken and now_s >= self._heard[1]

    def _moment_s(self, frame: float) -> float:
        marks = self._marks
        mark = next((mark for mark in reversed(marks) if mark.frame <= frame), marks[0])
        return mark.moment_s + (frame - mark.frame) / self._rate_hz * mark.speed

    def _note(self, frame: float, moment_s: float, speed: float) -> None:
        self._marks = (*self._marks[-_MARKS_KEPT:], _Mark(frame, moment_s, speed))

    # --- decoding -----------------------------------------------------------------------------------------------------

    def _blocks(self) -> Generator[np.ndarray, None, None]:
        """(frames, channels) float32 at the device's rate."""
        varispeed: Varispeed | None = None
        expected = speed_before = -1.0
        for frame, block in self._levelled(self._pieces()):
            file_hz = self._file_hz()
            varispeed = varispeed or Varispeed(file_hz, self._rate_hz, self._channels)
            speed = self._speed()
            if (frame, speed) != (expected, speed_before):
                self._note(varispeed.position, frame / file_hz, speed)
            expected, speed_before = frame + len(block), speed
            yield varispeed.feed(block, speed)
        if varispeed is not None:
            yield varispeed.finish()

    def _levelled(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        first = next(pieces, None)  # from here on the file's rate is known
        if first is None:
            return
        frames = deque[int]()

        def blocks() -> Iterator[np.ndarray]:
            piece: Piece | None = first
            while piece is not None:
                frames.append(piece[0])
                yield fit_channels(piece[1], self._channels)
                piece = next(pieces, None)

        levelled = blocks() if self._matching is None else self._matching.applied(blocks(), self._file_hz())
        for block in levelled:
            yield frames.popleft(), block

    def _file_hz(self) -> int:
        assert self._info is not None
        return self._info.sample_rate_hz

    def _pieces(self) -> Iterator[Piece]:
        region = self.passage.region
        yield from self._read(self.passage.begins_s, None if region is None else region.end_s)
        while region is not None and self.passage.loop:
            is_silent = True
            for piece in self._kept or self._read_region(region):
                is_silent = False
                yield piece
            if is_silent:
                return  # the file ends before the region begins

    def _read_region(self, region: Region) -> Iterator[Piece]:
        is_short = region.end_s - region.start_s <= _LONGEST_KEPT_S
        pieces = []
        for piece in self._read(region.start_s, region.end_s):
            if is_short:
                pieces.append(piece)
            yield piece
        self._kept = pieces

    def _read(self, start_s: float, end_s: float | None) -> Iterator[Piece]:
        with AudioDecoder(self.passage.path, block_s=BLOCK_S, start_s=start_s) as decoder:
            kind = (decoder.info.sample_rate_hz, decoder.info.channels)
            if self._info is not None and kind != (self._info.sample_rate_hz, self._info.channels):
                raise IncompleteAudio(self.passage.path, "it changed while it was played")
            self._info = decoder.info
            frame = round(start_s * decoder.info.sample_rate_hz)
            # whole frames, so that every pass through a region ends at the same one
            end_frame = None if end_s is None else round(end_s * decoder.info.sample_rate_hz)
            for block in decoder:
                piece = block if end_frame is None else block[: end_frame - frame]
                if len(piece):
                    yield frame, piece
                frame += len(block)
                if end_frame is not None and frame >= end_frame:
                    return


def fit_channels(block: np.ndarray, channels: int) -> np.ndarray:
    """(frames, any) to (frames, 1 or 2), never louder than full scale.

    Of more than two channels the first two stay left and right, and the others are mixed into both: few files state
    which is which, and nothing shall go unheard.
    """
    given = block.shape[1]
    if given == channels:
        return block
    if channels == 1:
        return to_mono(block)[:, None]
    if given == 1:
        return np.repeat(block, channels, axis=1)
    others = block[:, 2:].sum(axis=1, keepdims=True)
    mixed: np.ndarray = (block[:, :2] + others) / np.float32(given - 1)
    return mixed
