"""A library of made-up sounds, each along an axis of its own, and a network that reads their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.embedding import Embedder
from engine.library import Library
from engine.library_rows import Root
from engine.stored_embeddings import FileEmbeddings
from tests.indexed_files import indexed_file

DIM = 256
CHECKPOINT = "axes-1"
NAMES = ("creak", "door", "horn", "whoosh")  # axis 0, 1, 2, 3
SEGMENT_S = 1.0


class NetworkOfAxes:
    """Reads a name of `NAMES` as its axis, and any other text as the last one."""

    name = "axes"
    sample_rate_hz = 8000
    dim = DIM
    segment_s = SEGMENT_S
    samples_per_segment = 8000
    segments_per_window = 4

    def embed_audio(self, waveforms: Tensor, lengths_samples: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError("these sounds were heard already")

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        return torch.eye(DIM)[[NAMES.index(text) if text in NAMES else DIM - 1 for text in texts]]


def embedder_of_axes() -> Embedder:
    return Embedder(NetworkOfAxes(), CHECKPOINT)


def near(*names: str, seed: int, noise: float = 0.03) -> FileEmbeddings:
    """A sound with a segment of 1 s near each of these names; of "noise" it has nothing but noise."""
    rng = np.random.default_rng(seed)
    axes = np.stack([np.eye(DIM)[NAMES.index(name)] if name in NAMES else np.zeros(DIM) for name in names])
    segments = unit(axes + noise * rng.standard_normal((len(names), DIM)))
    return FileEmbeddings(segments, unit(segments.mean(axis=0)))


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def store_heard(library: Library, root: Root, sounds: dict[str, FileEmbeddings]) -> dict[str, int]:
    """Files of 3 s with these names, as indexing would store them; returns their ids by name."""
    library.register_checkpoint(CHECKPOINT, "axes", DIM, SEGMENT_S)
    library.store_indexed(
        [indexed_file(root, name, checkpoint_id=CHECKPOINT, embeddings=heard) for name, heard in sounds.items()]
    )
    stored = library.files_at_paths(root.path / name for name in sounds)
    return {path.name: file.id for path, file in stored.items()}
