"""The VectorIndex: from a query's embedding to the segments of the library that are most like it.

The stored embeddings are the truth. They are read into memory, where exact search answers at any time; a graph makes
large libraries faster. It covers the files up to some embedding, later ones are searched exactly, and every score that
leaves this module is computed from the embeddings themselves: a graph can miss a segment, never invent one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.clip_rows import ClipRows
from engine.database import Database
from engine.graph_store import GraphStore
from engine.segment_graph import SegmentGraph, embedding_and_segment, segment_labels
from engine.segment_matrix import FileRows, Neighbour, SegmentMatrix
from engine.stored_embeddings import unpack

__all__ = ["GraphState", "IndexCheck", "Neighbour", "VectorIndex"]

EVERYTHING = -1  # is to be read
GRAPH_FROM_SEGMENTS = 100_000  # below, exact search takes 10 ms
MOST_DEAD = 0.2  # share of removed segments in the matrix, and in the graph, before they are cleared out
MOST_UNCOVERED = 0.05  # share of segments that the graph may lack
SEGMENTS_AT_ONCE = 512  # copied while the lock is held, for a graph that nobody uses yet
SEGMENTS_ADDED_AT_ONCE = 32  # added while the lock is held: some 30 ms

SCORE_ROUNDING = 1e-5  # more than the rounding of a dot product of unit vectors

GraphState = Literal["none", "loaded", "building", "built"]


@dataclass(frozen=True)
class IndexCheck:
    """How the graph's answers compare with exact search.

    recall : share of the exact k nearest that search found
    self_misses : segments that search did not find when asked for themselves
    """

    recall: float
    self_misses: int
    queries: int


class VectorIndex:
    """The embeddings of one checkpoint.

    Any thread may search, and build the graph; `refresh` and `save_graph` are for the thread that opened `index_db`.
    One lock guards the matrix, the clips and the graph, because hnswlib cannot add and search at the same time. It is
    held for a search, for the rows of one file, for a few segments added to the graph; not while a graph is built.
    """

    def __init__(self, index_db: Database, checkpoint_id: str, *, graph_from: int = GRAPH_FROM_SEGMENTS) -> None:
        """Read the embeddings and, from `graph_from` segments on, a stored graph if it is intact."""
        self.checkpoint_id = checkpoint_id
        self._database = index_db
        self._graph_from = graph_from
        self._lock = threading.Lock()
        self._one_builder = threading.Lock()
        self._generation = EVERYTHING  # or the number of the last change that was taken over
        self._damaged: dict[int, int] = {}  # embedding id -> file id
        self._matrix = SegmentMatrix(0)
        self._clips = ClipRows(0)
        self._samples: dict[tuple[int, int], np.ndarray] = {}  # for `background`, until the segments change
        self._graph: SegmentGraph | None = None
        self._graph_id = 0  # of the newest stored graph that was looked at, whether it could be used or not
        self._graph_is_stored = False
        self._graph_was_loaded = False
        self._building = False
        self.refresh()

    @property
    def segments(self) -> int:
        return self._matrix.segments

    @property
    def generation(self) -> int:
        """Another number whenever the embeddings may have changed."""
        return self._generation

    @property
    def damaged_files(self) -> list[int]:
        """The files whose stored embeddings are damaged: they are left out, and need embedding again."""
        return sorted(set(self._damaged.values()))

    # --- what is stored ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take over what was stored and removed since the last time, a graph too. Raises UnusableLibrary."""
        known, self._generation = self._generation, EVERYTHING  # if this fails half way
        with self._database.snapshot():
            generation = self._stored_generation()
            start_over = self._stored_dim() != self._matrix.dim or not self._is_logged(known, generation)
            if start_over:
                self._start_over()
                self._take_stored("")
            else:
                self._take_changes(known)
            newest_graph_id = self._graph_store().newest_id()
        with self._lock:
            self._samples.clear()
        self._generation = generation
        if self.segments >= self._graph_from and newest_graph_id > self._graph_id:
            self._graph_id = newest_graph_id
            self._load_graph()

    def _stored_dim(self) -> int:
        """0 for a checkpoint of which nothing was ever stored."""
        row = self._database.first("SELECT dim FROM checkpoint WHERE id = ?", (self.checkpoint_id,))
        return row[0] if row else 0

    def _stored_generation(self) -> int:
        row = self._database.first("SELECT seq FROM sqlite_sequence WHERE name = 'change'")
        return row[0] if row else 0

    def _is_logged(self, known: int, generation: int) -> bool:
        """Whether the log has every change since `known`: it is pruned from time to time."""
        (logged,) = self._database.rows("SELECT count(*) FROM change WHERE gen > ?", (known,))
        return known != EVERYTHING and bool(logged[0] == generation - known)

    def _start_over(self) -> None:
        dim = self._stored_dim()
        with self._lock:
            self._matrix, self._clips, self._damaged = SegmentMatrix(dim), ClipRows(dim), {}
            self._samples.clear()
            self._graph, self._graph_id = None, 0

    def _take_changes(self, known: int) -> None:
        changes = self._database.rows("SELECT embedding_id, op FROM change WHERE gen > ?", (known,))
        self._remove(embedding_id for embedding_id, op in changes if op == "removed")
        added = json.dumps([embedding_id for embedding_id, op in changes if op == "added"])
        self._take_stored("AND id IN (SELECT value FROM json_each(?))", added)

    def _take_stored(self, condition: str, *parameters: str) -> None:
        # NOT INDEXED: by row, which is by id; with the index SQLite would sort the BLOBs
        rows = self._database.execute(
            "SELECT id, file_id, n, crc, data FROM embedding NOT INDEXED"
            f" WHERE checkpoint_id = ? {condition} ORDER BY id",
            (self.checkpoint_id, *parameters),
        )
        for embedding_id, file_id, n, crc, blob in rows:
            try:
                embeddings = unpack(blob, crc, self._matrix.dim)
                if len(embeddings.segments) != n:
                    raise ValueError(f"{len(embeddings.segments)} segments instead of {n}")
            except ValueError:
                self._damaged[embedding_id] = file_id
                continue
            with self._lock:
                self._matrix.add(embedding_id, file_id, embeddings.segments)
                self._clips.put(file_id, embeddings.clip)

    def _remove(self, embedding_ids: Iterable[int]) -> None:
        for embedding_id in embedding_ids:
            self._damaged.pop(embedding_id, None)
            with self._lock:
                file = self._matrix.remove(embedding_id)
                if file is not None:
                    self._clips.remove(file.file_id)
                    if self._graph is not None:
                        self._graph.remove(embedding_id, file.n)
                        self._graph_is_stored = False
        with self._lock:
            if self._matrix.dead_rows > MOST_DEAD * self._matrix.rows:
                self._matrix.compact()

    # --- answers -----------------------------------------------------------------------------------------------------

    def search(self, queries: np.ndarray, k: int) -> list[list[Neighbour]]:
        """For each of the queries (q, dim), normalised, its k nearest segments, best first; fewer if there are fewer.

        Raises ValueError for a query that is zero or not finite.
        """
        queries = self._checked(queries)
        with self._lock:
            rows = self._rows_by_graph(queries, k) or self._matrix.nearest_rows(queries, k)
            neighbours = self._matrix.neighbours
            return [neighbours(query, of_query)[:k] for query, of_query in zip(queries, rows, strict=True)]

    def search_exact(self, queries: np.ndarray, k: int) -> list[list[Neighbour]]:
        """Like `search`, without the graph: the truth."""
        queries = self._checked(queries)
        with self._lock:
            rows = self._matrix.nearest_rows(queries, k)
            neighbours = self._matrix.neighbours
            return [neighbours(query, of_query) for query, of_query in zip(queries, rows, strict=True)]

    def segment_scores(self, file_id: int, queries: np.ndarray) -> np.ndarray:
        """Dot products (q, segments) of one file's segments, in order; no columns for a file without embeddings."""
        return self.segment_scores_of([file_id], queries)[0]

    def segment_scores_of(self, file_ids: Iterable[int], queries: np.ndarray) -> list[np.ndarray]:
        """`segment_scores` of each of the files, in their order."""
        queries = self._checked(queries)
        with self._lock:
            return [queries @ self._matrix.segments_of(file_id).T for file_id in file_ids]

    def clip_scores(self, queries: np.ndarray, file_ids: Iterable[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """File ids (files,) and the dot products (q, files) of their clips: of all files, or of those named."""
        queries = self._checked(queries)
        with self._lock:
            return self._clips.scores(queries, file_ids)

    def background(self, queries: np.ndarray, n: int = 5000, seed: int = 0) -> np.ndarray:
        """Dot products (q, n) of random segments, the same ones for the same library; of all if there are fewer."""
        queries = self._checked(queries)
        with self._lock:
            if (n, seed) not in self._samples:
                self._samples[n, seed] = self._matrix.take(self._matrix.sample_rows(n, seed))
            sample = self._samples[n, seed]
        scores: np.ndarray = queries @ sample.T
        return scores

    def verify(self, sample: int = 200, k: int = 10, seed: int = 0) -> IndexCheck:
        """Ask for random stored segments and compare `search` with `search_exact`. Equal scores count as equal."""
        with self._lock:
            queries = self._matrix.take(self._matrix.sample_rows(sample, seed))
        found, wanted, misses = 0, 0, 0
        for approximate, exact in zip(self.search(queries, k), self.search_exact(queries, k), strict=True):
            wanted += len(exact)
            found += sum(neighbour.score > exact[-1].score - SCORE_ROUNDING for neighbour in approximate)
            misses += not approximate or approximate[0].score < 1 - SCORE_ROUNDING
        return IndexCheck(found / wanted if wanted else 1.0, misses, len(queries))

    def _checked(self, queries: np.ndarray) -> np.ndarray:
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        dim = self._matrix.dim
        if queries.ndim != 2 or dim not in (0, queries.shape[1]):
            raise ValueError(f"queries have shape {queries.shape}, not (queries, {dim})")
        if not np.isfinite(queries).all() or not queries.any(axis=1).all():
            raise ValueError("a query is zero or not finite")
        return queries if dim else queries[:, :0]  # nothing is stored yet

    def _rows_by_graph(self, queries: np.ndarray, k: int) -> list[np.ndarray] | None:
        """Candidate rows for each query, at least k; None if there is no graph or it does not find enough."""
        graph, matrix = self._graph, self._matrix
        labels = graph.nearest(queries, k) if graph else None
        if graph is None or labels is None:
            return None
        later = matrix.nearest_rows(queries, k, first_row=matrix.first_row_after(graph.last_embedding_id))
        found = []
        for of_query, later_rows in zip(labels.tolist(), later, strict=True):
            rows = [matrix.row_of(*embedding_and_segment(label)) for label in of_query]
            found.append(np.unique([*(row for row in rows if row is not None), *later_rows]))
        enough = min(k, matrix.segments)
        return found if all(len(rows) >= enough for rows in found) else None

    # --- the graph ---------------------------------------------------------------------------------------------------

    @property
    def graph_state(self) -> GraphState:
        """Of the graph that answers: loaded or built here; none means exact search, with the same answers."""
        if self._building:
            return "building"
        if self._graph is None:
            return "none"
        return "loaded" if self._graph_was_loaded else "built"

    @property
    def needs_build(self) -> bool:
        """Whether it is time for `build_graph`."""
        with self._lock:
            if self._graph is None:
                return self.segments >= self._graph_from
            first_uncovered = self._matrix.first_row_after(self._graph.last_embedding_id)
            return self._is_worn(self._graph) or self._matrix.rows - first_uncovered > MOST_UNCOVERED * self.segments

    @property
    def needs_rebuild(self) -> bool:
        """Whether removed segments slow the graph so much that `build_graph` will make a new one."""
        with self._lock:
            return self._graph is not None and self._is_worn(self._graph)

    def build_graph(self, should_stop: Callable[[], bool] | None = None, threads: int | None = None) -> None:
        """Bring the graph up to all segments, or make a new one; search goes on meanwhile. Takes some 1 ms a segment.

        should_stop : asked about twice a second; a new graph is then given up, an old one stays as far as it came
        threads : at the most; None for as many as the machine has cores
        Does nothing while another thread is at it.
        """
        if not self._one_builder.acquire(blocking=False):
            return
        self._building = True
        try:
            stop = should_stop or (lambda: False)
            if self._graph is None or self.needs_rebuild:
                self._rebuild(stop, threads)
            else:
                self._extend(self._graph, stop, threads)
        finally:
            self._building = False
            self._one_builder.release()

    def save_graph(self) -> bool:
        """Store the graph, so that the next start loads it; False if there is nothing to store, or it is being built.

        Takes some 5 s for 100 000 segments. Raises UnusableLibrary if the disk is full.
        """
        if not self._one_builder.acquire(blocking=False):
            return False
        try:
            if self._graph is None or self._graph_is_stored or self._database.read_only:
                return False
            self._graph_store().save(self._graph, self._generation, self._lock)
            self._graph_id = self._graph_store().newest_id()
            self._graph_is_stored = True
            return True
        finally:
            self._one_builder.release()

    def _load_graph(self) -> None:
        """The newest stored graph, if it is intact; otherwise what there is goes on answering."""
        files = [(file.embedding_id, file.n) for file in self._matrix.files_after(0)]
        graph = self._graph_store().load(self._generation, files)
        if graph is not None:
            with self._lock:
                self._graph, self._graph_is_stored, self._graph_was_loaded = graph, True, True

    def _graph_store(self) -> GraphStore:
        return GraphStore(self._database, self.checkpoint_id, self._matrix.dim)

    def _is_worn(self, graph: SegmentGraph) -> bool:
        return graph.tombstones > MOST_DEAD * graph.count

    def _rebuild(self, should_stop: Callable[[], bool], threads: int | None) -> None:
        matrix = self._matrix
        with self._lock:
            files = matrix.files_after(0)
            segments = matrix.segments
        if not files:
            return
        graph = SegmentGraph(matrix.dim, capacity=segments + segments // 10)
        for portion in _portions(files, SEGMENTS_AT_ONCE):
            if should_stop():
                return
            with self._lock:
                labels, vectors = _copy(matrix, portion)
            graph.add(labels, vectors, threads)
        graph.last_embedding_id = files[-1].embedding_id
        with self._lock:
            if self._matrix is not matrix:
                return  # everything was read again meanwhile
            for file in files:
                if not file.live:  # removed meanwhile
                    graph.remove(file.embedding_id, file.n)
            self._graph, self._graph_is_stored, self._graph_was_loaded = graph, False, False

    def _extend(self, graph: SegmentGraph, should_stop: Callable[[], bool], threads: int | None) -> None:
        matrix = self._matrix
        with self._lock:
            files = matrix.files_after(graph.last_embedding_id)
        for portion in _portions(files, SEGMENTS_ADDED_AT_ONCE):
            if should_stop():
                return
            with self._lock:
                if self._graph is not graph:
                    return
                graph.add(*_copy(matrix, portion), threads)
                self._graph_is_stored = False
                for file, _, end in portion:
                    if end == file.n:
                        graph.last_embedding_id = file.embedding_id


Portion = list[tuple[FileRows, int, int]]  # of each file the segments from .. to


def _portions(files: Iterable[FileRows], segments_at_once: int) -> Iterator[Portion]:
    """All segments of the files, in order, so many at a time; a long file is cut."""
    portion: Portion = []
    room = segments_at_once
    for file in files:
        start = 0
        while start < file.n:
            end = min(file.n, start + room)
            portion.append((file, start, end))
            room -= end - start
            start = end
            if not room:
                yield portion
                portion, room = [], segments_at_once
    if portion:
        yield portion


def _copy(matrix: SegmentMatrix, portion: Portion) -> tuple[np.ndarray, np.ndarray]:
    """Labels and vectors of those segments of a portion whose file is still there."""
    live = [(file, start, end) for file, start, end in portion if file.live]
    rows = [np.arange(file.start + start, file.start + end) for file, start, end in live]
    labels = [segment_labels(file.embedding_id, file.n)[start:end] for file, start, end in live]
    nothing = np.empty(0, np.int64)
    return np.concatenate([*labels, nothing.astype(np.uint64)]), matrix.take(np.concatenate([*rows, nothing]))
