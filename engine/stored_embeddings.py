"""How the embeddings of one audio file are kept in one BLOB: half precision, guarded by a checksum."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

STORED_TYPE = np.dtype("<f2")  # little-endian on every machine; recall@10 against float32 is 1.000
MAX_SEGMENTS = 1 << 20  # a segment's number has 20 bits of its label in the vector index: 291 hours at 1 s


@dataclass(frozen=True)
class FileEmbeddings:
    """What one network hears in one audio file.

    segments : (segments, dim) float32, rows L2-normalised; segment i covers i * segment_s .. min((i + 1) * segment_s,
        duration)
    clip : (dim,) float32, L2-normalised: the whole file
    """

    segments: np.ndarray
    clip: np.ndarray

    def part(self, start_s: float, end_s: float, *, segment_s: float, duration_s: float) -> FileEmbeddings | None:
        """Of a file of this duration from `start_s` to `end_s`, which may lie behind its end: itself if that is all of
        it; else the segments that belong there at least in part, and their mean, weighted by how much of each does.
        None if the file has no such part.
        """
        if start_s <= 0 and end_s >= duration_s:
            return self
        starts_s = segment_s * np.arange(len(self.segments))
        ends_s = np.minimum(starts_s + segment_s, min(end_s, duration_s))
        shares = np.maximum(ends_s - np.maximum(starts_s, start_s), 0.0)
        mean = shares @ self.segments
        norm = float(np.linalg.norm(mean))
        return FileEmbeddings(self.segments[shares > 0], np.asarray(mean / norm, np.float32)) if norm > 0 else None


def pack(embeddings: FileEmbeddings) -> tuple[bytes, int]:
    """The segments' rows and then the clip's as float16, and their CRC32.

    Raises ValueError unless every row is finite with a norm between 0.99 and 1.01: one row of NaN would spoil the
    answers for all files.
    """
    segments, clip = embeddings.segments, embeddings.clip
    if segments.ndim != 2 or clip.shape != segments.shape[1:]:
        raise ValueError(f"segments {segments.shape} and clip {clip.shape} are not (segments, dim) and (dim,)")
    if not 1 <= len(segments) < MAX_SEGMENTS:
        raise ValueError(f"{len(segments)} segments: between 1 and {MAX_SEGMENTS - 1} can be stored")
    rows = np.vstack([segments, clip])
    norms = np.sqrt(np.einsum("rd,rd->r", rows, rows, dtype=np.float64))  # copies none of ten hours' 115 MB
    if not ((norms > 0.99) & (norms < 1.01)).all():  # false for NaN and infinity too
        raise ValueError(f"embeddings must have length 1; found {norms.min()} to {norms.max()}")
    blob = rows.astype(STORED_TYPE).tobytes()
    return blob, zlib.crc32(blob)


def unpack(blob: bytes, crc: int, dim: int) -> FileEmbeddings:
    """The embeddings that `pack` made `blob` from, to half precision and normalised again.

    Raises ValueError if the checksum or the size does not match.
    """
    rows = intact_rows(blob, crc, dim).astype(np.float32)
    rows /= np.sqrt(np.einsum("rd,rd->r", rows, rows))[:, None]
    return FileEmbeddings(segments=rows[:-1], clip=rows[-1])


def intact_rows(blob: bytes, crc: int, dim: int) -> np.ndarray:
    """The stored rows, (segments + 1, dim) float16, as a view. Raises ValueError like `unpack`."""
    if zlib.crc32(blob) != crc:
        raise ValueError("the stored embeddings are damaged: their checksum differs")
    row_bytes = dim * STORED_TYPE.itemsize
    if len(blob) % row_bytes or len(blob) < 2 * row_bytes:
        raise ValueError(f"{len(blob)} bytes are not rows of {dim} numbers")
    return np.frombuffer(blob, STORED_TYPE).reshape(-1, dim)
