"""All segments of one checkpoint as rows in memory, and the exact answers that can be read from them.

Rows are kept in blocks, so that growing copies nothing. A removed file leaves dead rows behind; `compact` closes the
gaps. Files keep the order in which they were stored, so that the ids of their embeddings rise from row to row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

BLOCK_ROWS = 1 << 16  # 128 MiB at 512 dimensions; rows not yet written take no memory
STEP_ROWS = 1 << 12  # 8 MiB: what one query has read is still in the cache for the next
FEW_QUERIES = 8  # up to here, one product after the other is faster than one of matrices, which copies the rows first


@dataclass
class FileRows:
    """The segments of one file are the rows start .. start + n."""

    embedding_id: int
    file_id: int
    start: int
    n: int
    live: bool = True


class Neighbour(NamedTuple):
    """A segment, and its dot product with the query: -1 .. 1."""

    file_id: int
    segment: int
    score: float


class SegmentMatrix:
    """Not for several threads at once; VectorIndex holds the lock."""

    def __init__(self, dim: int, *, block_rows: int = BLOCK_ROWS) -> None:
        self.dim = dim
        self.rows = 0  # dead ones too
        self.dead_rows = 0
        self._block_rows = block_rows
        self._blocks: list[np.ndarray] = []  # each (block_rows, dim) float32
        self._live: list[np.ndarray] = []  # each (block_rows,) bool
        self._files: list[FileRows] = []  # in the order of rows and of embedding ids; dead ones too
        self._starts: list[int] = []  # of `_files`
        self._by_embedding: dict[int, FileRows] = {}  # live ones only
        self._by_file: dict[int, FileRows] = {}  # live ones only

    @property
    def segments(self) -> int:
        return self.rows - self.dead_rows

    def add(self, embedding_id: int, file_id: int, segments: np.ndarray) -> None:
        """Append the rows of one file, (segments, dim) float32. Raises ValueError unless embedding ids rise."""
        if self._files and embedding_id <= self._files[-1].embedding_id:
            raise ValueError(f"embedding {embedding_id} comes after {self._files[-1].embedding_id}")
        file = FileRows(embedding_id, file_id, self.rows, len(segments))
        while self.rows + file.n > len(self._blocks) * self._block_rows:
            self._blocks.append(np.empty((self._block_rows, self.dim), np.float32))
            self._live.append(np.ones(self._block_rows, bool))
        for block, here, there in self._pieces(file.start, file.n):
            self._blocks[block][here] = segments[there]
        self.rows += file.n
        self._files.append(file)
        self._starts.append(file.start)
        self._by_embedding[embedding_id] = file
        self._by_file[file_id] = file

    def remove(self, embedding_id: int) -> FileRows | None:
        """Make the rows of one file dead; None if it has none."""
        file = self._by_embedding.pop(embedding_id, None)
        if file is None:
            return None
        file.live = False
        if self._by_file[file.file_id] is file:
            del self._by_file[file.file_id]
        for block, here, _ in self._pieces(file.start, file.n):
            self._live[block][here] = False
        self.dead_rows += file.n
        return file

    def compact(self) -> None:
        """Close the gaps of dead rows, in place: there is no memory for a second matrix."""
        live = [file for file in self._files if file.live]
        self.rows = 0
        for file in live:
            self._move_rows(file.start, self.rows, file.n)
            file.start = self.rows
            self.rows += file.n
        needed = -(-self.rows // self._block_rows)
        del self._blocks[needed:], self._live[needed:]
        for mask in self._live:
            mask[:] = True
        self.dead_rows = 0
        self._files = live
        self._starts = [file.start for file in live]

    def files_after(self, embedding_id: int) -> list[FileRows]:
        """The live files stored after this embedding."""
        first = bisect_right(self._files, embedding_id, key=lambda file: file.embedding_id)
        return [file for file in self._files[first:] if file.live]

    def first_row_after(self, embedding_id: int) -> int:
        first = bisect_right(self._files, embedding_id, key=lambda file: file.embedding_id)
        return self._starts[first] if first < len(self._starts) else self.rows

    def segments_of(self, file_id: int) -> np.ndarray:
        """(segments, dim) float32 of one file; no rows if it has none."""
        file = self._by_file.get(file_id)
        if file is None:
            return np.empty((0, self.dim), np.float32)
        return np.concatenate([self._blocks[block][here] for block, here, _ in self._pieces(file.start, file.n)])

    def row_of(self, embedding_id: int, segment: int) -> int | None:
        """None for a segment that is not there any more."""
        file = self._by_embedding.get(embedding_id)
        return file.start + segment if file and segment < file.n else None

    def sample_rows(self, n: int, seed: int) -> np.ndarray:
        """(n,) distinct live rows in order, the same ones for the same live files; all if there are fewer."""
        chosen = np.arange(self.segments)
        if n < self.segments:
            chosen = np.sort(np.random.default_rng(seed).choice(self.segments, n, replace=False))
        rows = np.arange(self.rows)
        if self.dead_rows:
            rows = rows[np.concatenate(self._live)[: self.rows]]
        return rows[chosen]

    def take(self, rows: np.ndarray) -> np.ndarray:
        """A copy of some rows, (rows, dim)."""
        taken = np.empty((len(rows), self.dim), np.float32)
        blocks, offsets = np.divmod(rows, self._block_rows)
        for block in np.unique(blocks):
            here = blocks == block
            taken[here] = self._blocks[block][offsets[here]]
        return taken

    def nearest_rows(self, queries: np.ndarray, k: int, *, first_row: int = 0) -> list[np.ndarray]:
        """For each of the queries (q, dim) the k live rows from `first_row` on with the largest dot product, in any
        order; fewer if there are fewer.
        """
        best = [_Best(k) for _ in queries]
        for block, here, there in self._pieces(first_row, self.rows - first_row, STEP_ROWS):
            part, live = self._blocks[block][here], self._live[block][here]
            scores = [part @ query for query in queries] if len(queries) <= FEW_QUERIES else queries @ part.T
            for of_query, row_scores in zip(best, scores, strict=True):
                if not live.all():
                    row_scores[~live] = -np.inf
                of_query.take(row_scores, first_row + there.start)
        return [of_query.rows for of_query in best]

    def neighbours(self, query: np.ndarray, rows: np.ndarray) -> list[Neighbour]:
        """Live rows as segments with their exact scores, best first; equal scores in the order of storing."""
        scores = self.take(rows) @ query
        order = np.lexsort((rows, -scores))
        return [self._neighbour(int(rows[i]), float(scores[i])) for i in order]

    def _neighbour(self, row: int, score: float) -> Neighbour:
        file = self._files[bisect_right(self._starts, row) - 1]
        return Neighbour(file.file_id, row - file.start, score)

    def _pieces(self, start: int, n: int, longest: int = BLOCK_ROWS) -> Iterator[tuple[int, slice, slice]]:
        """Where the rows start .. start + n lie: (block, rows in the block, rows of the n), piece by piece."""
        done = 0
        while done < n:
            block, offset = divmod(start + done, self._block_rows)
            length = min(n - done, self._block_rows - offset, longest)
            yield block, slice(offset, offset + length), slice(done, done + length)
            done += length

    def _move_rows(self, source: int, target: int, n: int) -> None:
        """Copy rows towards the front, first rows first, so that none is overwritten before it is read."""
        if source == target:
            return
        for block, here, there in self._pieces(target, n):
            for from_block, from_here, from_there in self._pieces(source + there.start, there.stop - there.start):
                into = slice(here.start + from_there.start, here.start + from_there.stop)
                self._blocks[block][into] = self._blocks[from_block][from_here]


class _Best:
    """The k best rows for one query so far."""

    def __init__(self, k: int) -> None:
        self.rows = np.empty(0, np.int64)
        self._scores = np.empty(0, np.float32)
        self._k = k
        self._worst = np.float32(-np.inf)  # what a row must exceed

    def take(self, scores: np.ndarray, first_row: int) -> None:
        """Consider the rows from `first_row` on with these scores; -inf is never taken."""
        promising = np.flatnonzero(scores > self._worst)  # few after the first steps, so that sorting costs nothing
        if not len(promising):
            return
        self.rows = np.concatenate([self.rows, promising + first_row])
        self._scores = np.concatenate([self._scores, scores[promising]])
        if len(self.rows) > self._k:
            kept = np.argpartition(self._scores, -self._k)[-self._k :]
            self.rows, self._scores = self.rows[kept], self._scores[kept]
        if len(self.rows) == self._k:
            self._worst = self._scores.min()
