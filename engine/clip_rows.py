"""The clip embeddings of one checkpoint in memory: one row for each whole file, apart from its segments."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class ClipRows:
    """Not for several threads at once; VectorIndex holds the lock."""

    def __init__(self, dim: int) -> None:
        self._rows = np.empty((64, dim), np.float32)  # the first len(_row_of) are in use
        self._file_ids = np.empty(64, np.int64)  # of the rows
        self._row_of: dict[int, int] = {}

    def put(self, file_id: int, clip: np.ndarray) -> None:
        """(dim,) float32, in place of what the file had."""
        if file_id not in self._row_of:
            row = len(self._row_of)
            if row == len(self._rows):
                self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
                self._file_ids = np.concatenate([self._file_ids, np.empty_like(self._file_ids)])
            self._row_of[file_id] = row
            self._file_ids[row] = file_id
        self._rows[self._row_of[file_id]] = clip

    def remove(self, file_id: int) -> None:
        row = self._row_of.pop(file_id)
        last = len(self._row_of)
        if row != last:  # the last row closes the gap
            self._rows[row] = self._rows[last]
            self._file_ids[row] = self._file_ids[last]
            self._row_of[int(self._file_ids[row])] = row

    def scores(self, queries: np.ndarray, file_ids: Iterable[int] | None) -> tuple[np.ndarray, np.ndarray]:
        """File ids (files,) and dot products (q, files): of all files, or of those named that there are."""
        if file_ids is None:
            used = len(self._row_of)
            return self._file_ids[:used].copy(), queries @ self._rows[:used].T
        known = [file_id for file_id in file_ids if file_id in self._row_of]
        rows = self._rows[[self._row_of[file_id] for file_id in known]]
        return np.array(known, dtype=np.int64), queries @ rows.T
