"""When a graph is due, and that the rule told from numbers is the rule of the index itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.graph_renewal import drop_damaged_graphs, is_graph_due, renew_graph
from engine.library import Library
from engine.library_rows import Root
from engine.vector_index import VectorIndex
from tests.indexed_files import CHECKPOINT, DIM, indexed_file, random_embeddings

FROM = 100
SEGMENTS = 5


@pytest.fixture
def root(library: Library, sounds: Path) -> Root:
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    return library.add_root(sounds)


def store(library: Library, root: Root, names: list[str]) -> None:
    library.store_indexed([indexed_file(root, name, embeddings=random_embeddings(name, SEGMENTS)) for name in names])


def is_due(library: Library) -> bool:
    """By the numbers; and the index itself must say the same."""
    by_numbers = is_graph_due(library.index_db, CHECKPOINT, graph_from=FROM)
    assert by_numbers == VectorIndex(library.index_db, CHECKPOINT, graph_from=FROM).needs_build
    return by_numbers


def renew(library: Library) -> bool:
    return renew_graph(library.index_db, CHECKPOINT, graph_from=FROM)


def test_a_small_library_has_none(library: Library, root: Root):
    store(library, root, [f"{n}.wav" for n in range(19)])
    assert not is_due(library)
    assert not renew(library)


def test_it_is_made_extended_and_made_anew_when_it_is_due(library: Library, root: Root):
    names = [f"{n}.wav" for n in range(100)]
    store(library, root, names)
    assert is_due(library)
    told: list[int] = []
    assert renew_graph(library.index_db, CHECKPOINT, graph_from=FROM, on_build=told.append)
    assert told == [100 * SEGMENTS]
    assert not is_due(library)
    assert not renew(library)

    store(library, root, [f"new {n}.wav" for n in range(5)])
    assert not is_due(library), "a few segments that it lacks are searched exactly"
    store(library, root, [f"newer {n}.wav" for n in range(5)])
    assert is_due(library)
    assert renew(library)
    assert not is_due(library)

    library.remove_root(root.id)
    root = library.add_root(root.path)
    store(library, root, names[:80])
    assert is_due(library), "it holds more that was removed than it may"
    assert renew(library)
    assert not is_due(library)


def test_one_that_is_stopped_is_not_stored(library: Library, root: Root):
    store(library, root, [f"{n}.wav" for n in range(100)])
    assert not renew_graph(library.index_db, CHECKPOINT, graph_from=FROM, should_stop=lambda: True)
    assert is_due(library)


def test_a_damaged_one_is_dropped_and_replaced_and_an_intact_one_is_not(library: Library, root: Root):
    store(library, root, [f"{n}.wav" for n in range(100)])
    renew(library)
    drop_damaged_graphs(library.index_db, CHECKPOINT)
    assert not is_due(library)
    with library.index_db.atomic():
        library.index_db.execute("UPDATE graph_chunk SET data = zeroblob(length(data))")
    assert not is_graph_due(library.index_db, CHECKPOINT, graph_from=FROM), "numbers alone do not tell"
    drop_damaged_graphs(library.index_db, CHECKPOINT)
    assert is_due(library)
    assert renew(library)


def test_one_of_another_program_or_another_dim_counts_as_none(library: Library, root: Root):
    store(library, root, [f"{n}.wav" for n in range(100)])
    renew(library)
    with library.index_db.atomic():
        library.index_db.execute("UPDATE graph SET header = replace(header, '\"links\": ', '\"links\": 1')")
    assert is_graph_due(library.index_db, CHECKPOINT, graph_from=FROM)
    with library.index_db.atomic():
        library.index_db.execute("UPDATE graph SET header = 'nonsense'")
    assert is_due(library)
