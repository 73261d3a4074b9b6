"""The graph is made beside everything else: in a thread, held and stopped as the child is, never in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.graph_upkeep import GraphUpkeep
from engine import vector_index
from engine.library import INDEX_FILE, Library
from engine.vector_index import VectorIndex
from tests.indexed_files import CHECKPOINT, DIM, indexed_file, random_embeddings

FROM = 100
DEADLINE_S = 60


@pytest.fixture(autouse=True)
def graphs_of_small_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "GRAPH_FROM_SEGMENTS", FROM)


@pytest.fixture
def library(library: Library, sounds: Path) -> Library:
    """With 500 segments."""
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    root = library.add_root(sounds)
    library.store_indexed(
        [indexed_file(root, f"{n}.wav", embeddings=random_embeddings(n, segments=5)) for n in range(100)]
    )
    return library


def upkeep(library: Library, must_stop: Callable[[], bool], failures: list[str] | None = None) -> GraphUpkeep:
    return GraphUpkeep(library.folder, must_stop, lambda: None, ([] if failures is None else failures).append)


def wait_for(graph: GraphUpkeep) -> None:
    assert graph._thread is not None
    graph._thread.join(DEADLINE_S)
    assert not graph._thread.is_alive()


def graphs(library: Library) -> int:
    return library.index_db.table("graph").count


def test_a_graph_that_is_due_is_made_and_stored_once(library: Library):
    renewed: list[int] = []
    failures: list[str] = []
    graph = GraphUpkeep(library.folder, lambda: False, lambda: renewed.append(1), failures.append)
    graph.look(CHECKPOINT, threads=1)
    wait_for(graph)
    assert graphs(library) == 1
    assert renewed == [1]
    assert VectorIndex(library.index_db, CHECKPOINT, graph_from=FROM).graph_state == "loaded"
    graph.look(CHECKPOINT, threads=1)
    wait_for(graph)
    assert graphs(library) == 1


def test_it_can_be_held_and_the_library_written_meanwhile_and_then_stopped(library: Library, sounds: Path):
    asked, go_on = threading.Event(), threading.Event()

    def hold_then_stop() -> bool:
        asked.set()
        return go_on.wait(DEADLINE_S)

    graph = upkeep(library, hold_then_stop)
    graph.look(CHECKPOINT, threads=None)
    assert asked.wait(DEADLINE_S)
    graph.look(CHECKPOINT, threads=None)  # does nothing while it is at it
    (root,) = library.roots()
    library.store_indexed([indexed_file(root, "meanwhile.wav")])
    go_on.set()
    wait_for(graph)
    assert graphs(library) == 0


def test_a_damaged_graph_is_found_at_the_first_look_and_replaced(library: Library):
    first = upkeep(library, lambda: False)
    first.look(CHECKPOINT, threads=1)
    wait_for(first)
    with library.index_db.atomic():
        library.index_db.execute("UPDATE graph_chunk SET data = zeroblob(length(data))")
    second = upkeep(library, lambda: False)
    second.look(CHECKPOINT, threads=1)
    wait_for(second)
    assert VectorIndex(library.index_db, CHECKPOINT, graph_from=FROM).graph_state == "loaded"


def test_a_library_that_cannot_be_used_is_told_in_a_sentence(library: Library, tmp_path: Path):
    library.close()
    (library.folder / INDEX_FILE).write_bytes(b"no database" * 100)
    failures: list[str] = []
    graph = upkeep(library, lambda: False, failures)
    graph.look(CHECKPOINT, threads=1)
    wait_for(graph)
    (failure,) = failures
    assert "index.db" in failure
