"""From a sound that a person points at to the vector that is looked for."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio import read_audio, read_info
from engine.embedding import Embedder
from engine.errors import EngineError, display_path
from engine.library import Library
from engine.library_rows import AudioFile
from engine.question import Example
from engine.stored_embeddings import FileEmbeddings

MAX_EXAMPLE_S = 600.0  # a longer example is judged by its first ten minutes
REMEMBERED = 16  # examples that the library has not listened to: a question is asked again with every change


@dataclass(frozen=True)
class HeardExample:
    """What is heard in an example.

    vector : (dim,), of unit length: on the whole
    segments : (segments, dim): those that belong to it at least in part
    duration_s : of the file, or of its part
    file_id : the file of the library that it comes from, if any
    """

    vector: np.ndarray
    segments: np.ndarray
    duration_s: float
    file_id: int | None


class Examples:
    """Listens to what the library has not listened to."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder
        self._remembered: OrderedDict[tuple[Example, int, int], FileEmbeddings] = OrderedDict()

    def heard(self, example: Example) -> HeardExample:
        """Raises UnreadableAudio, EngineError for a part that the file does not have, ValueError for no part at all."""
        start_s, end_s = example.start_s, math.inf if example.end_s is None else example.end_s
        if not 0.0 <= start_s < end_s:
            raise ValueError(f"{start_s=} must not be negative, and less than {end_s=}")
        file = self._library.file_at(example.path)
        found = self._stored(file, start_s, end_s) if file else None
        if found is None:
            found = self._listened(example, end_s - start_s)
        duration_s = (file and file.duration_s) or read_info(example.path).duration_s
        return HeardExample(found.clip, found.segments, min(end_s, duration_s) - start_s, file.id if file else None)

    def _stored(self, file: AudioFile, start_s: float, end_s: float) -> FileEmbeddings | None:
        """From what is stored; None if nothing is, or not for this part."""
        stored = self._library.embeddings_of(file.id, self._embedder.checkpoint_id)
        if stored is None:
            return None
        return stored.part(start_s, end_s, segment_s=self._embedder.segment_s, duration_s=file.duration_s or 0.0)

    def _listened(self, example: Example, length_s: float) -> FileEmbeddings:
        """From the sound itself, or as remembered of the same file."""
        key = example, *_version_of(example.path)
        if key not in self._remembered:
            self._remembered[key] = self._embedded(example, min(MAX_EXAMPLE_S, length_s))
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return self._remembered[key]

    def _embedded(self, example: Example, length_s: float) -> FileEmbeddings:
        rate_hz = self._embedder.sample_rate_hz
        waveform = read_audio(example.path, sample_rate_hz=rate_hz, start_s=example.start_s, duration_s=length_s)
        if not len(waveform):
            raise EngineError(f"{display_path(example.path)} has no sound after {example.start_s:g} s.")
        return self._embedder.embed_audio(waveform)


def _version_of(path: Path) -> tuple[int, int]:
    """Other numbers when the file changes; nothing to tell of a file that is not there."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
