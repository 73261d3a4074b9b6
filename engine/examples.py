"""From a sound that a person points at to the vector that is looked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio import read_audio
from engine.embedding import Embedder
from engine.errors import EngineError, display_path
from engine.library import Library
from engine.library_rows import AudioFile
from engine.question import Example

MAX_EXAMPLE_S = 600.0  # a longer example is judged by its first ten minutes


@dataclass(frozen=True)
class HeardExample:
    """A unit vector (dim,), and the file of the library that it comes from, if any."""

    vector: np.ndarray
    file_id: int | None


class Examples:
    """Listens to what the library has not listened to."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder

    def heard(self, example: Example) -> HeardExample:
        """Raises UnreadableAudio, EngineError for a part that the file does not have, ValueError for no part at all."""
        start_s, end_s = example.start_s, example.end_s
        if not 0.0 <= start_s < (math.inf if end_s is None else end_s):
            raise ValueError(f"{start_s=} must not be negative, and less than {end_s=}")
        known = self._library.file_at(example.path)
        vector = self._vector_of_known(known, start_s, end_s) if known else None
        if vector is None:
            vector = self._vector_of_sound(example.path, start_s, end_s)
        return HeardExample(vector, known.id if known else None)

    def _vector_of_known(self, file: AudioFile, start_s: float, end_s: float | None) -> np.ndarray | None:
        """From what is stored: for the whole file its clip, for a part the mean of its segments, each weighted by how
        much of it belongs to the part. None if nothing is stored, or not for this part.
        """
        stored = self._library.embeddings_of(file.id, self._embedder.checkpoint_id)
        duration_s = file.duration_s or 0.0
        if stored is None or start_s >= duration_s:
            return None
        if start_s == 0 and (end_s is None or end_s >= duration_s):
            return stored.clip
        segment_s = self._embedder.segment_s
        starts_s = segment_s * np.arange(len(stored.segments))
        ends_s = np.minimum(starts_s + segment_s, duration_s if end_s is None else end_s)
        part = np.maximum(ends_s - np.maximum(starts_s, start_s), 0.0) @ stored.segments
        norm = float(np.linalg.norm(part))
        return np.asarray(part / norm, dtype=np.float32) if norm > 0 else None

    def _vector_of_sound(self, path: Path, start_s: float, end_s: float | None) -> np.ndarray:
        part_s = min(MAX_EXAMPLE_S, (math.inf if end_s is None else end_s) - start_s)
        waveform = read_audio(path, sample_rate_hz=self._embedder.sample_rate_hz, start_s=start_s, duration_s=part_s)
        if not len(waveform):
            raise EngineError(f"{display_path(path)} has no sound after {start_s:g} s.")
        return self._embedder.embed_audio(waveform).clip
