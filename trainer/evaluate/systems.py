"""What is measured: the network, and beside it the teachers it learned from, a baseline, and chance.

A system embeds sounds and texts; their likeness is a dot product. All of them hear the same waveforms at the same rate.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

import numpy as np
import soxr
import torch

from engine.audio import read_audio
from engine.clap.network import EarmarkNetwork
from engine.embedding import Embedder
from engine.stored_embeddings import FileEmbeddings
from trainer.errors import TrainerError
from trainer.evaluate.baselines import RidgeBaseline, fit_ridge, mel_statistics
from trainer.manifest import Clip
from trainer.student import encode
from trainer.teachers import COLUMN_S, TEACHER_RATE_HZ, Teachers

RIDGE_S = 30.0  # the baseline looks at so much of a sound
BATCH_SOUNDS = 64
ANNOUNCE_EVERY = 128
KEPT_S = 4 * 3600.0

log = logging.getLogger(__name__)


class System(Protocol):
    """`hear` takes waveforms (samples,) float32 at `rate_hz`; the vectors it gives need not have length one.

    A system that cannot tell one part of a sound from another gives no segments.
    """

    name: str
    rate_hz: int
    segment_s: float

    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]: ...

    def read(self, texts: Sequence[str]) -> np.ndarray: ...


def hear_all(system: System, waveforms: Iterable[np.ndarray], what: str) -> list[FileEmbeddings]:
    """Any number of waveforms, in batches; tells the log how far it is, because hundreds of sounds take minutes."""
    heard: list[FileEmbeddings] = []
    remaining = iter(waveforms)
    while batch := list(islice(remaining, BATCH_SOUNDS)):
        heard += system.hear(batch)
        if len(heard) % ANNOUNCE_EVERY == 0:
            log.info("%s: %s, heard %d", system.name, what, len(heard))
    return heard


class Sounds:
    """The clips that are measured on: as waveforms, and as each system hears them.

    Both are kept, because they are needed many times and decoding takes longer than hearing: 1 GB for two hours of
    waveforms, and no more than KEPT_S of them.
    """

    def __init__(self, clips: Sequence[Clip], rate_hz: int) -> None:
        self.clips = list(clips)
        self.rate_hz = rate_hz
        self._waveforms: dict[int, np.ndarray] = {}
        self._kept_samples = 0
        self._heard: dict[str, list[FileEmbeddings]] = {}

    def waveform(self, position: int) -> np.ndarray:
        """(samples,) of a clip; not to be written to."""
        if position in self._waveforms:
            return self._waveforms[position]
        y = read_audio(self.clips[position].path, sample_rate_hz=self.rate_hz)
        if self._kept_samples + len(y) <= KEPT_S * self.rate_hz:
            self._waveforms[position] = y
            self._kept_samples += len(y)
        return y

    def waveforms(self) -> Iterator[np.ndarray]:
        return map(self.waveform, range(len(self.clips)))

    def heard_by(self, system: System) -> list[FileEmbeddings]:
        if system.name not in self._heard:
            self._heard[system.name] = hear_all(system, self.waveforms(), "sounds")
        return self._heard[system.name]

    def clips_heard_by(self, system: System) -> np.ndarray:
        """(sounds, dim)."""
        return np.stack([heard.clip for heard in self.heard_by(system)])

    def segments_heard_by(self, system: System) -> np.ndarray:
        """(segments of all sounds, dim)."""
        return np.concatenate([heard.segments for heard in self.heard_by(system)])


class NetworkSystem:
    """The network as Earmark uses it: whole sounds, window by window, through the Embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.rate_hz = embedder.sample_rate_hz
        self.segment_s = embedder.segment_s
        self.read = embedder.embed_text
        self._embedder = embedder

    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        size = self._embedder.samples_per_window
        cut = [[y[start : start + size] for start in range(0, max(1, len(y)), size)] for y in waveforms]
        parts = iter(self._embedder.embed_windows([window for windows in cut for window in windows]))
        return [
            self._embedder.join_windows(list(islice(parts, len(windows))), [len(window) for window in windows])
            for windows in cut
        ]


class TeachersBridge:
    """The teachers, searched through the names of their tags without any training.

    A text is what the network's own label bridge makes of it; a sound is the square root of its mean scores.
    """

    name = "teachers' bridge"
    segment_s = COLUMN_S

    def __init__(self, teachers: Teachers, network: EarmarkNetwork) -> None:
        self.rate_hz = network.sample_rate_hz
        self._teachers = teachers
        self._network = network

    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        labels = self._teachers.label_all([_resampled(y, self.rate_hz, TEACHER_RATE_HZ) for y in waveforms])
        return [
            FileEmbeddings(each.column_scores[0].sqrt().cpu().numpy(), each.clip_scores[0].sqrt().cpu().numpy())
            for each in labels
        ]

    def read(self, texts: Sequence[str]) -> np.ndarray:
        with torch.no_grad():
            return self._network.bridge(encode(self._network, texts)).numpy()


class RidgeSystem:
    """Mel statistics with ridge regression into the network's own sentence space, fitted on captioned clips."""

    name = "mel statistics + ridge"
    segment_s = float("inf")

    def __init__(self, network: EarmarkNetwork, training: Sequence[Clip], held_out: Sequence[Clip]) -> None:
        """Raises TrainerError if no clip has a caption."""
        self.rate_hz = network.sample_rate_hz
        self._network = network
        training, held_out = ([clip for clip in clips if clip.caption] for clips in (training, held_out))
        if not training or not held_out:
            raise TrainerError("The baseline needs clips with captions, some to train on and some of held-out sources.")
        self._fitted: RidgeBaseline = fit_ridge(self._examples(training), self._examples(held_out))

    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        vectors = self._fitted.embed(np.stack([self._statistics(y) for y in waveforms]))
        return [FileEmbeddings(vector[np.newaxis][:0], vector) for vector in vectors]

    def read(self, texts: Sequence[str]) -> np.ndarray:
        return encode(self._network, texts).numpy()

    def _examples(self, clips: Sequence[Clip]) -> tuple[np.ndarray, np.ndarray]:
        """Statistics (clips, 5 * mels) and sentence vectors (clips, dim)."""
        found = []
        for number, clip in enumerate(clips, start=1):
            found.append(self._statistics(read_audio(clip.path, sample_rate_hz=self.rate_hz, duration_s=RIDGE_S)))
            if number % ANNOUNCE_EVERY == 0:
                log.info("%s: learns, heard %d of %d", self.name, number, len(clips))
        return np.stack(found), self.read([clip.caption for clip in clips])

    def _statistics(self, y: np.ndarray) -> np.ndarray:
        y = y[: round(RIDGE_S * self.rate_hz)]
        y = np.pad(y, (0, max(0, self._network.samples_per_segment - len(y))))
        with torch.inference_mode():
            return mel_statistics(self._network.levels_of(torch.from_numpy(y).unsqueeze(0))[0].T.numpy())


class Chance:
    """Vectors that know nothing, the same for the same sound and the same text every time."""

    name = "chance"
    segment_s = 0.5
    dim = 64

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz

    def hear(self, waveforms: Sequence[np.ndarray]) -> list[FileEmbeddings]:
        return [self._heard(y) for y in waveforms]

    def read(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([_random_vectors(text.encode(), 1, self.dim)[0] for text in texts])

    def _heard(self, y: np.ndarray) -> FileEmbeddings:
        segments = max(1, round(len(y) / self.rate_hz / self.segment_s))
        vectors = _random_vectors(y.tobytes(), segments + 1, self.dim)
        return FileEmbeddings(vectors[:-1], vectors[-1])


def _random_vectors(content: bytes, count: int, dim: int) -> np.ndarray:
    vectors = np.random.default_rng(zlib.crc32(content)).standard_normal((count, dim))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _resampled(y: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    return y if from_hz == to_hz else np.asarray(soxr.resample(y, from_hz, to_hz), dtype=np.float32)
