"""Stored graphs: given back exactly as they were, or not at all. Whatever happens to the bytes, nothing crashes."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import graph_store
from engine.database import Database
from engine.errors import UnusableLibrary
from engine.graph_store import FORGOTTEN_AFTER_S, GraphStore
from engine.migrations import open_index_db
from engine.segment_graph import SegmentGraph, segment_labels
from tests.indexed_files import unit_rows

DIM = 16
FILES = [(embedding_id, 10) for embedding_id in range(1, 201)]
ROWS = unit_rows(np.random.default_rng(0), 2000, DIM)
GENERATION = 200


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_store, "CHUNK_BYTES", 64 << 10)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_index_db(tmp_path / "index.db") as database:
        for checkpoint_id in ("small-1", "small-2"):
            database.execute("INSERT INTO checkpoint VALUES (?, 'small', ?, 1.0)", (checkpoint_id, DIM))
        yield database


@pytest.fixture
def store(database: Database) -> GraphStore:
    return GraphStore(database, "small-1", DIM)


@pytest.fixture(scope="module")
def graph() -> SegmentGraph:
    graph = SegmentGraph(DIM, len(ROWS))
    graph.add(np.concatenate([segment_labels(*file) for file in FILES]), ROWS)
    graph.last_embedding_id = FILES[-1][0]
    return graph


@pytest.fixture
def stored(store: GraphStore, graph: SegmentGraph) -> GraphStore:
    store.save(graph, GENERATION, threading.Lock())
    return store


def graphs(database: Database) -> list[tuple[int, str]]:
    return database.execute("SELECT id, state FROM graph ORDER BY id").fetchall()


def test_a_graph_answers_as_before_it_was_stored(stored: GraphStore, graph: SegmentGraph, database: Database):
    assert database.table("graph_chunk").count >= 4
    loaded = stored.load(GENERATION, FILES)
    assert loaded is not None
    assert (loaded.count, loaded.last_embedding_id, loaded.tombstones) == (2000, 200, 0)
    np.testing.assert_array_equal(loaded.nearest(ROWS, 10), graph.nearest(ROWS, 10))


def test_without_any_there_is_none(store: GraphStore):
    assert store.load(GENERATION, FILES) is None


def test_no_temporary_file_stays(stored: GraphStore, tmp_path: Path):
    stored.load(GENERATION, FILES)
    assert sorted(os.listdir(tmp_path)) == ["index.db", "index.db-shm", "index.db-wal"]


def test_what_a_killed_process_left_is_cleared_away(store: GraphStore, graph: SegmentGraph, tmp_path: Path):
    old, new = tmp_path / "graph-old.tmp", tmp_path / "graph-new.tmp"
    old.touch()
    new.touch()
    os.utime(old, (new.stat().st_mtime - FORGOTTEN_AFTER_S - 1,) * 2)
    store.save(graph, GENERATION, threading.Lock())
    assert (old.exists(), new.exists()) == (False, True)  # the new one may belong to a process that lives


def test_the_latest_two_are_kept(stored: GraphStore, graph: SegmentGraph, database: Database):
    for _ in range(3):
        stored.save(graph, GENERATION, threading.Lock())
    assert graphs(database) == [(3, "ready"), (4, "ready")]
    assert database.execute("SELECT DISTINCT graph_id FROM graph_chunk").fetchall() == [(3,), (4,)]


def test_a_damaged_one_gives_way_to_the_one_before(stored: GraphStore, graph: SegmentGraph, database: Database):
    stored.save(graph, GENERATION, threading.Lock())
    database.execute("UPDATE graph_chunk SET data = x'00' WHERE graph_id = 2 AND number = 1")
    assert stored.load(GENERATION, FILES) is not None
    assert graphs(database) == [(1, "ready")]


def test_graphs_of_another_checkpoint_are_left_alone(stored: GraphStore, graph: SegmentGraph, database: Database):
    other = GraphStore(database, "small-2", DIM)
    assert other.load(GENERATION, FILES) is None
    for _ in range(3):
        other.save(graph, GENERATION, threading.Lock())
    assert stored.load(GENERATION, FILES) is not None


def test_one_that_was_being_written_is_never_used(
    stored: GraphStore, graph: SegmentGraph, database: Database, monkeypatch: pytest.MonkeyPatch
):
    """Killed at every transaction of a second save: the first graph is still there and whole."""
    transactions = database.table("graph_chunk").count + 2
    atomic = Database.atomic
    for survived in range(transactions):
        left = iter(range(survived))

        def dying(self: Database, left: Iterator[int] = left) -> object:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return atomic(self)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Database, "atomic", dying)
            stored.save(graph, GENERATION, threading.Lock())
        loaded = stored.load(GENERATION, FILES)
        assert loaded is not None
        np.testing.assert_array_equal(loaded.nearest(ROWS[:9], 5), graph.nearest(ROWS[:9], 5))
    stored.save(graph, GENERATION, threading.Lock())
    assert [state for _, state in graphs(database)] == ["ready", "ready"]


def test_a_full_disk_is_reported_and_leaves_the_graph_before(
    stored: GraphStore, graph: SegmentGraph, database: Database
):
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(UnusableLibrary, match="the disk is full"):
        stored.save(graph, GENERATION, threading.Lock())
    assert stored.load(GENERATION, FILES) is not None


def test_a_reader_loads_a_graph_and_drops_none(stored: GraphStore, database: Database, tmp_path: Path):
    with open_index_db(tmp_path / "index.db", read_only=True) as reading:
        reader = GraphStore(reading, "small-1", DIM)
        assert reader.load(GENERATION, FILES) is not None
        assert reader.load(GENERATION - 1, FILES) is None
    assert graphs(database) == [(1, "ready")]


HEADERS = {
    "another number of segments": {"count": 1999},
    "another last file": {"last_embedding_id": 199},
    "a later generation": {"generation": GENERATION + 1},
    "an earlier generation": {"generation": GENERATION - 1},
    "another checkpoint": {"checkpoint_id": "small-2"},
    "another dim": {"dim": 8},
    "other links": {"links": 32},
    "another construction": {"ef_construction": 100},
    "another hnswlib": {"hnswlib_version": "0.7.0"},
    "another machine": {"machine": "big-endian, 32 bits"},
    "a field more": {"colour": "green"},
}


@pytest.mark.parametrize("changed", HEADERS.values(), ids=HEADERS)
def test_a_graph_whose_header_differs_is_dropped(stored: GraphStore, database: Database, changed: dict[str, object]):
    (header,) = database.execute("SELECT header FROM graph").fetchone()
    database.execute("UPDATE graph SET header = ?", (json.dumps({**json.loads(header), **changed}),))
    assert stored.load(GENERATION, FILES) is None
    assert graphs(database) == []


@pytest.mark.parametrize("header", ["", "{}", "[]", "null", "{", '{"count": []}', "\x00"])
def test_so_is_one_whose_header_is_nonsense(stored: GraphStore, database: Database, header: str):
    database.execute("UPDATE graph SET header = ?", (header,))
    assert stored.load(GENERATION, FILES) is None


@pytest.mark.parametrize("change", ["bytes = bytes - 1", "sha256 = x''", "sha256 = zeroblob(32)", "state = 'writing'"])
def test_so_is_one_whose_row_was_changed(stored: GraphStore, database: Database, change: str):
    database.execute(f"UPDATE graph SET {change}")
    assert stored.load(GENERATION, FILES) is None


@pytest.mark.parametrize("files", [[*FILES[:-1], (200, 11)], [(1, 12), *FILES[1:]]])
def test_so_is_one_that_lacks_what_the_library_holds(stored: GraphStore, files: list[tuple[int, int]]):
    assert stored.load(GENERATION, files) is None


@pytest.mark.parametrize(
    "damage",
    [
        "data = substr(data, 2)",
        "data = x''",
        "data = CAST(data || x'00' AS BLOB)",
        "sha256 = zeroblob(32)",
        "number = number + 10",
    ],
)
def test_a_damaged_chunk_never_reaches_hnswlib(
    stored: GraphStore, database: Database, monkeypatch: pytest.MonkeyPatch, damage: str
):
    def load(*_: object) -> SegmentGraph:
        raise AssertionError("hnswlib was given a damaged graph")

    database.execute(f"UPDATE graph_chunk SET {damage} WHERE number = 2")
    monkeypatch.setattr(SegmentGraph, "load", load)
    assert stored.load(GENERATION, FILES) is None
    assert graphs(database) == []
