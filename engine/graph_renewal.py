"""When a large library is due a new search graph, and the making of it: for the command line and for the window."""

from __future__ import annotations

from collections.abc import Callable

from engine.database import Database
from engine.graph_store import GraphStore
from engine.vector_index import GRAPH_FROM_SEGMENTS, MOST_DEAD, MOST_UNCOVERED, VectorIndex


def is_graph_due(index_db: Database, checkpoint_id: str, *, graph_from: int = GRAPH_FROM_SEGMENTS) -> bool:
    """Whether `renew_graph` would make one, told from numbers alone, in milliseconds; a stored graph counts as intact.

    Raises UnusableLibrary.
    """
    segments = _segments_after(0, index_db, checkpoint_id)
    if segments < graph_from:
        return False
    graph = GraphStore(index_db, checkpoint_id, _dim(index_db, checkpoint_id)).newest()
    if graph is None:
        return True
    uncovered = _segments_after(graph.last_embedding_id, index_db, checkpoint_id)
    dead = graph.count - (segments - uncovered)
    return uncovered > MOST_UNCOVERED * segments or dead > MOST_DEAD * graph.count


def drop_damaged_graphs(index_db: Database, checkpoint_id: str) -> None:
    """Read the stored graphs through, a GB a second, so that a damaged one is replaced. Raises UnusableLibrary."""
    GraphStore(index_db, checkpoint_id, _dim(index_db, checkpoint_id)).drop_damaged()


def renew_graph(
    index_db: Database,
    checkpoint_id: str,
    *,
    graph_from: int = GRAPH_FROM_SEGMENTS,
    on_build: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> bool:
    """Give a large library the graph that makes searching it fast, or extend the one it has; whether that was stored.

    While the library is small there is none. For a large one this reads the stored graph through, and holds all
    embeddings in memory while it works.

    on_build : told the number of segments before the building begins
    should_stop, threads : see `VectorIndex.build_graph`
    Raises UnusableLibrary.
    """
    if _segments_after(0, index_db, checkpoint_id) < graph_from:
        return False
    index = VectorIndex(index_db, checkpoint_id, graph_from=graph_from)
    if not index.needs_build:
        return False
    if on_build is not None:
        on_build(index.segments)
    index.build_graph(should_stop, threads)
    return index.save_graph()


def _segments_after(embedding_id: int, index_db: Database, checkpoint_id: str) -> int:
    (row,) = index_db.rows(
        "SELECT coalesce(sum(n), 0) FROM embedding WHERE checkpoint_id = ? AND id > ?", (checkpoint_id, embedding_id)
    )
    return int(row[0])


def _dim(index_db: Database, checkpoint_id: str) -> int:
    (row,) = index_db.rows("SELECT dim FROM checkpoint WHERE id = ?", (checkpoint_id,))
    return int(row[0])
