"""An hnswlib graph over segments: fast, approximate, and only ever a copy of what the stored embeddings say.

What hnswlib asks of its caller, and gets here: no vector but finite unit ones, no adding while a query runs (the
caller's lock), no reuse of deleted places (points then become unreachable), no query for more than there is.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hnswlib
import numpy as np

SEGMENT_BITS = 20  # of a label; the rest is the id of the file's embedding, which is never used again
LINKS = 16  # M: with 32 the graph is larger and recall@10 no better at a million segments
EF_CONSTRUCTION = 200
EF_SEARCH = 128


class SegmentGraph:
    """Holds all segments of the files whose embedding ids are at most `last_embedding_id`, and none of the others."""

    def __init__(self, dim: int, capacity: int) -> None:
        self.last_embedding_id = 0
        self.tombstones = 0  # segments of removed files: they stay as stepping stones, and slow every query
        self._index = _new_index(dim)
        self._index.init_index(max_elements=max(capacity, 1), M=LINKS, ef_construction=EF_CONSTRUCTION)

    @classmethod
    def load(cls, path: Path, dim: int, last_embedding_id: int) -> SegmentGraph:
        """A graph that `save` wrote. The caller has checked every byte: hnswlib checks nothing, and a damaged file ends
        the process or gives wrong answers. Raises RuntimeError if hnswlib notices that it cannot read it.
        """
        graph = cls.__new__(cls)
        graph.last_embedding_id = last_embedding_id
        graph.tombstones = 0
        graph._index = _new_index(dim)
        graph._index.load_index(os.fsencode(path))
        return graph

    def save(self, path: Path) -> None:
        self._index.save_index(os.fsencode(path))

    @property
    def count(self) -> int:
        """Segments, tombstones too."""
        return int(self._index.get_current_count())

    def add(self, labels: np.ndarray, vectors: np.ndarray, threads: int | None = None) -> None:
        """Segments (segments, dim) under their labels (segments,) uint64; the capacity grows as needed.

        threads : at the most; None for as many as the machine has cores
        """
        needed = self.count + len(labels)
        if needed > self._index.get_max_elements():
            self._index.resize_index(needed + needed // 10)
        if len(labels):
            self._index.add_items(vectors, labels, num_threads=threads or -1)

    def remove(self, embedding_id: int, segments: int) -> None:
        """Take the segments of one file, as far as they are there, out of all answers."""
        self.tombstones += self._bury(segment_labels(embedding_id, segments))

    def match(self, files: Sequence[tuple[int, int]]) -> bool:
        """Take whatever is not in `files`, (embedding id, segments) each, out of all answers.

        False if the graph lacks a file that it should hold: then it must not be used.
        """
        held = np.array(self._index.get_ids_list(), dtype=np.uint64)
        covered = [segment_labels(*file) for file in files if file[0] <= self.last_embedding_id]
        wanted = np.concatenate(covered) if covered else np.empty(0, np.uint64)
        if not np.isin(wanted, held).all():
            return False
        stale = held[~np.isin(held, wanted)]
        self._bury(stale)
        self.tombstones = len(stale)  # some were buried when the graph was saved
        return True

    def nearest(self, queries: np.ndarray, k: int) -> np.ndarray | None:
        """Labels (q, k) of the segments nearest to the queries (q, dim); None if it cannot find so many."""
        if k > self.count - self.tombstones:
            return None
        self._index.set_ef(max(EF_SEARCH, k + k // 2))
        try:
            found, _ = self._index.knn_query(queries, k=k)
        except RuntimeError:  # it met too many tombstones
            return None
        return np.asarray(found)

    def _bury(self, labels: np.ndarray) -> int:
        """Mark segments as deleted; returns how many were there and not yet marked."""
        buried = 0
        for label in labels.tolist():
            with contextlib.suppress(RuntimeError):  # it is not there, or marked already
                self._index.mark_deleted(label)
                buried += 1
        return buried


def _new_index(dim: int) -> Any:
    return hnswlib.Index(space="ip", dim=dim)  # inner product: of unit vectors, the cosine


def segment_labels(embedding_id: int, segments: int) -> np.ndarray:
    """The labels (segments,) uint64 of one file's segments."""
    return (np.uint64(embedding_id) << np.uint64(SEGMENT_BITS)) + np.arange(segments, dtype=np.uint64)


def embedding_and_segment(label: int) -> tuple[int, int]:
    return label >> SEGMENT_BITS, label & (1 << SEGMENT_BITS) - 1
