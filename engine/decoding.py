"""Threads that turn audio files into windows for the network, ahead of whoever embeds them but never far."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from engine.audio import AudioDecoder, AudioInfo, ContentHash, Resampler, to_mono
from engine.audio_readers import reason_of
from engine.errors import IncompleteAudio, UnreadableAudio
from engine.library_rows import FileStat
from engine.metadata import Metadata, read_metadata
from engine.peaks import PeaksBuilder

HELD_S = 60.0  # files up to this length are handed over whole, so that a known sound need not be embedded again
QUEUED_S = 240.0  # threads pause while this much decoded sound waits: 31 MB at 32 kHz


@dataclass(frozen=True)
class DecodingJob:
    """A file to decode; `known_duration_s` where the library knows it from an earlier time."""

    root_id: int
    relative_path: Path
    path: Path
    stat: FileStat
    known_duration_s: float | None = None


@dataclass(frozen=True)
class Sound:
    """What is known of a file once all of it has been decoded."""

    stat: FileStat
    info: AudioInfo
    duration_s: float
    content_id: bytes
    peaks: bytes
    metadata: Metadata


@dataclass(frozen=True)
class Stretch:
    """The next windows of a file, each (samples,) float32; `sound` comes with the last of them."""

    job: DecodingJob
    windows: list[np.ndarray]
    sound: Sound | None


@dataclass(frozen=True)
class Undecodable:
    """A file that could not be decoded, perhaps after some of its stretches.

    passing : the fault may lie with the moment (permission, a drive) and not with the file
    gone : there is no such file any more
    """

    job: DecodingJob
    reason: str
    passing: bool = False
    gone: bool = False


class WindowCutter:
    """Cuts a stream of samples into windows of equal length; only the last may be shorter, and it is never empty."""

    def __init__(self, window_samples: int) -> None:
        self._window_samples = window_samples
        self._rest = np.zeros(0, dtype=np.float32)
        self._some_cut = False

    def feed(self, samples: np.ndarray) -> list[np.ndarray]:
        """(samples,) float32 -> the windows they complete."""
        buffered = np.concatenate([self._rest, samples])
        whole = len(buffered) - len(buffered) % self._window_samples
        self._rest = buffered[whole:].copy()  # a view would keep all that was fed alive
        self._some_cut = self._some_cut or whole > 0
        return list(buffered[:whole].reshape(-1, self._window_samples))

    def finish(self) -> list[np.ndarray]:
        """What is left; one sample of silence for a sound too short to leave any after resampling."""
        if len(self._rest):
            return [self._rest]
        return [] if self._some_cut else [np.zeros(1, dtype=np.float32)]


def decode(job: DecodingJob, sample_rate_hz: int, window_samples: int) -> Iterator[Stretch]:
    """One pass over a file: its windows, and with the last of them everything else.

    Raises UnreadableAudio.
    """
    stat = _stat_of(job.path)
    cutter = WindowCutter(window_samples)
    held: list[np.ndarray] = []
    frames = 0
    with AudioDecoder(job.path) as decoder:
        info = decoder.info
        resampler = Resampler(info.sample_rate_hz, sample_rate_hz)
        content, peaks = ContentHash(info.sample_rate_hz, info.channels), PeaksBuilder(info.sample_rate_hz)
        for block in decoder:
            mono = to_mono(block)
            content.feed(block)
            peaks.feed(mono)
            held += cutter.feed(resampler.feed(mono))
            frames += len(block)
            if frames > HELD_S * info.sample_rate_hz and held:
                yield Stretch(job, held, None)
                held = []
    held += cutter.feed(resampler.finish()) + cutter.finish()
    metadata = read_metadata(job.path)
    if _stat_of(job.path) != stat:
        raise IncompleteAudio(job.path, "it changed while it was read")
    duration_s = frames / info.sample_rate_hz
    yield Stretch(job, held, Sound(stat, info, duration_s, content.digest(), peaks.finish().to_bytes(), metadata))


def _stat_of(path: Path) -> FileStat:
    try:
        return FileStat.of(os.stat(path))
    except OSError as error:
        raise UnreadableAudio(path, reason_of(error)) from error


class Decoders:
    """Threads that decode files in order; a context manager, leaving it stops them.

    `next` hands over what they made. A thread pauses while `queued_s` seconds of sound wait to be taken.
    """

    def __init__(
        self,
        jobs: Iterable[DecodingJob],
        *,
        sample_rate_hz: int,
        window_samples: int,
        threads: int,
        queued_s: float = QUEUED_S,
    ) -> None:
        self._jobs = deque(jobs)
        self._sample_rate_hz = sample_rate_hz
        self._window_samples = window_samples
        self._limit_samples = queued_s * sample_rate_hz
        self._condition = threading.Condition()
        self._made: deque[Stretch | Undecodable] = deque()
        self._queued_samples = 0
        self._stopped = False
        self._threads = [threading.Thread(target=self._work, name=f"decoder {n}", daemon=True) for n in range(threads)]
        self._working = threads

    def __enter__(self) -> Decoders:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def finished(self) -> bool:
        """Whether everything has been decoded and taken."""
        with self._condition:
            return not self._working and not self._made

    @property
    def queued_s(self) -> float:
        """Seconds of decoded sound that wait to be taken."""
        with self._condition:
            return self._queued_samples / self._sample_rate_hz

    def next(self, timeout_s: float) -> Stretch | Undecodable | None:
        """What was made next, or None if there is nothing within `timeout_s`, or ever again."""
        with self._condition:
            self._condition.wait_for(lambda: self._made or not self._working, timeout_s)
            if not self._made:
                return None
            made = self._made.popleft()
            self._queued_samples -= _samples_in(made)
            self._condition.notify_all()
            return made

    def _work(self) -> None:
        try:
            while not self._stopped and self._jobs:
                try:
                    job = self._jobs.popleft()
                except IndexError:  # another thread took the last one
                    return
                self._decode(job)
        finally:
            with self._condition:
                self._working -= 1
                self._condition.notify_all()

    def _decode(self, job: DecodingJob) -> None:
        try:
            for stretch in decode(job, self._sample_rate_hz, self._window_samples):
                self._hand_over(stretch)
                if self._stopped:
                    return
        except Exception as error:  # noqa: BLE001 - one file never ends the batch; the list of unreadable files tells
            self._hand_over(_explain(job, error))

    def _hand_over(self, made: Stretch | Undecodable) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._stopped or self._queued_samples < self._limit_samples)
            self._made.append(made)
            self._queued_samples += _samples_in(made)
            self._condition.notify_all()


def _samples_in(made: Stretch | Undecodable) -> int:
    return sum(map(len, made.windows)) if isinstance(made, Stretch) else 0


def _explain(job: DecodingJob, error: Exception) -> Undecodable:
    try:
        os.lstat(job.path)
        within_reach = True
    except (FileNotFoundError, NotADirectoryError):
        return Undecodable(job, "it is no longer there", gone=True)
    except OSError:  # a drive that went, a folder that was closed
        within_reach = False
    if isinstance(error, UnreadableAudio):
        passing = not within_reach or isinstance(error.__cause__, OSError)
        return Undecodable(job, error.reason, passing=passing)
    return Undecodable(job, f"an unexpected fault while reading it ({type(error).__name__}: {error})", passing=True)
