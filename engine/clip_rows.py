"""The clip embeddings of one checkpoint in memory: one row for each whole file, apart from its segments."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class ClipRows:
    """Not for several threads at once; VectorIndex holds the lock."""

    def __init__(self, dim: int) -> None:
        self._rows = np.empty((64, dim), np.float32)  # the first len(_files) are in use
        self._files: list[int] = []
        self._row_of: dict[int, int] = {}

    def put(self, file_id: int, clip: np.ndarray) -> None:
        """(dim,) float32, in place of what the file had."""
        if file_id not in self._row_of:
            if len(self._files) == len(self._rows):
                self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
            self._row_of[file_id] = len(self._files)
            self._files.append(file_id)
        self._rows[self._row_of[file_id]] = clip

    def remove(self, file_id: int) -> None:
        row = self._row_of.pop(file_id)
        last = self._files.pop()
        if last != file_id:  # the last row closes the gap
            self._rows[row] = self._rows[len(self._files)]
            self._files[row] = last
            self._row_of[last] = row

    def scores(self, queries: np.ndarray, file_ids: Iterable[int] | None) -> tuple[np.ndarray, np.ndarray]:
        """File ids (files,) and dot products (q, files): of all files, or of those named that there are."""
        if file_ids is None:
            return np.array(self._files, dtype=np.int64), queries @ self._rows[: len(self._files)].T
        known = [file_id for file_id in file_ids if file_id in self._row_of]
        rows = self._rows[[self._row_of[file_id] for file_id in known]]
        return np.array(known, dtype=np.int64), queries @ rows.T
