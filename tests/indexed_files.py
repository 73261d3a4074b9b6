"""What indexing finds out about a file, made up: so that tests of the library need neither sound nor network."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.library import Library
from engine.library_rows import FileStat, IndexedFile, Root
from engine.metadata import Metadata
from engine.stored_embeddings import FileEmbeddings

DIM = 8
CHECKPOINT = "small-1"


def unit_rows(rng: np.random.Generator, rows: int, dim: int = DIM) -> np.ndarray:
    """(rows, dim) float32 in random directions."""
    vectors = rng.standard_normal((rows, dim))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def random_embeddings(seed: int | str, segments: int = 3, dim: int = DIM) -> FileEmbeddings:
    """The same for the same seed."""
    digest = hashlib.blake2b(str(seed).encode(), digest_size=8).digest()
    rows = unit_rows(np.random.default_rng(int.from_bytes(digest)), segments + 1, dim)
    return FileEmbeddings(segments=rows[:-1], clip=rows[-1])


def content_id_of(sound: str) -> bytes:
    return hashlib.blake2b(sound.encode(), digest_size=16).digest()


def indexed_file(
    root: Root,
    name: str | Path,
    sound: str | None = None,
    *,
    stat: FileStat = FileStat(size=1000, mtime_ns=1, inode=0),
    metadata: Metadata | None = None,
    checkpoint_id: str = CHECKPOINT,
    embeddings: FileEmbeddings | None = None,
) -> IndexedFile:
    """A file of 3 s that holds `sound`: equal words are equal sounds; without, its name makes a sound of its own."""
    sound = sound or str(name)
    return IndexedFile(
        root_id=root.id,
        relative_path=Path(name),
        stat=stat,
        content_id=content_id_of(sound),
        duration_s=3.0,
        sample_rate_hz=48000,
        channels=2,
        container="WAV",
        encoding="PCM_24",
        metadata=metadata or Metadata(),
        peaks=b"peaks of " + sound.encode(),
        checkpoint_id=checkpoint_id,
        embeddings=embeddings or random_embeddings(sound),
    )


def store(library: Library, root: Root, name: str | Path, sound: str | None = None, **said: object) -> int:
    """Store one such file as indexing would; returns its id."""
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    library.store_indexed([indexed_file(root, name, sound, **said)])  # type: ignore[arg-type]
    file = library.file_at(root.path / name)
    assert file is not None
    return file.id
