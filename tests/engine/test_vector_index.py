"""The vector index: right at any time, fast if the graph is intact, and never wrong because of it."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import graph_store, vector_index
from engine.clip_rows import ClipRows
from engine.database import Database
from engine.errors import UnusableLibrary
from engine.library import INDEX_FILE, Library
from engine.library_rows import Root
from engine.migrations import open_index_db
from engine.segment_graph import SegmentGraph
from engine.stored_embeddings import FileEmbeddings, pack
from engine.vector_index import Neighbour, VectorIndex
from tests.indexed_files import CHECKPOINT, DIM, indexed_file, random_embeddings, store, unit_rows

SEGMENTS = 10  # of each file in a Shelf


class Shelf:
    """An index.db with files of clustered vectors, written without a library."""

    def __init__(self, database: Database, *, dim: int = 16, seed: int = 0) -> None:
        self.database = database
        self.dim = dim
        self.rng = np.random.default_rng(seed)
        self.centres = unit_rows(self.rng, 40, dim)
        self.files: list[int] = []
        self.last_file = 0
        for checkpoint_id in ("clusters-1", "clusters-2"):
            database.execute("INSERT INTO checkpoint VALUES (?, 'clusters', ?, 1.0)", (checkpoint_id, dim))

    def near_a_centre(self, rows: int) -> np.ndarray:
        """(rows, dim): sounds of one file are alike."""
        vectors = self.centres[self.rng.integers(len(self.centres))] + 0.1 * self.rng.standard_normal((rows, self.dim))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def add(self, files: int, checkpoint_id: str = "clusters-1") -> None:
        with self.database.atomic():
            for _ in range(files):
                self.last_file += 1
                self.files.append(self.last_file)
                rows = self.near_a_centre(SEGMENTS + 1)
                blob, crc = pack(FileEmbeddings(rows[:-1], rows[-1]))
                uid = self.last_file.to_bytes(16)
                self.database.execute("INSERT INTO file VALUES (?, ?, NULL, 0)", (self.last_file, uid))
                self.database.execute(
                    "INSERT INTO embedding (file_id, checkpoint_id, n, crc, data) VALUES (?, ?, ?, ?, ?)",
                    (self.last_file, checkpoint_id, SEGMENTS, crc, blob),
                )

    def remove(self, files: int) -> None:
        with self.database.atomic():
            for _ in range(files):
                file_id = self.files.pop(int(self.rng.integers(len(self.files))))
                self.database.execute("DELETE FROM file WHERE id = ?", (file_id,))

    def open(self) -> VectorIndex:
        """With a graph from 100 segments on."""
        return VectorIndex(self.database, "clusters-1", graph_from=100)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with open_index_db(tmp_path / INDEX_FILE) as database:
        yield Shelf(database)


@pytest.fixture
def root(library: Library, sounds: Path) -> Root:
    return library.add_root(sounds)


def as_answer(neighbours: list[list[Neighbour]]) -> list[list[tuple[int, int]]]:
    return [[(neighbour.file_id, neighbour.segment) for neighbour in of_query] for of_query in neighbours]


class TestOverALibrary:
    def test_a_segment_is_found_by_its_embedding(self, library: Library, root: Root):
        ids = [store(library, root, name) for name in ("a.wav", "b.wav", "c.wav")]
        index = VectorIndex(library.index_db, CHECKPOINT)
        assert index.segments == 9
        query = random_embeddings("b.wav").segments[1:2]
        (best, *others) = index.search(query, 9)[0]
        assert (best.file_id, best.segment) == (ids[1], 1)
        assert best.score == pytest.approx(1, abs=1e-3)
        scores = [best.score, *(other.score for other in others)]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == 9

    def test_all_segments_of_a_file_are_compared_in_order(self, library: Library, root: Root):
        store(library, root, "a.wav")
        file_id = store(library, root, "b.wav")
        queries = random_embeddings("a query").segments
        scores = VectorIndex(library.index_db, CHECKPOINT).segment_scores(file_id, queries)
        np.testing.assert_allclose(scores, queries @ random_embeddings("b.wav").segments.T, atol=2e-3)

    def test_segments_of_several_files_are_scored_in_their_order(self, library: Library, root: Root):
        ids = [store(library, root, name) for name in ("a.wav", "b.wav")]
        index = VectorIndex(library.index_db, CHECKPOINT)
        query = random_embeddings("b.wav").segments[:1]
        of_second, of_none, of_first = index.segment_scores_of([ids[1], 99, ids[0]], query)
        assert of_second.tolist() == index.segment_scores(ids[1], query).tolist()
        assert of_first.tolist() == index.segment_scores(ids[0], query).tolist()
        assert of_none.shape == (1, 0)

    def test_generation_changes_with_what_is_stored(self, library: Library, root: Root):
        index = VectorIndex(library.index_db, CHECKPOINT)
        before = index.generation
        index.refresh()
        assert index.generation == before
        store(library, root, "a.wav")
        index.refresh()
        assert index.generation != before

    def test_clips_are_compared_apart_from_segments(self, library: Library, root: Root):
        ids = [store(library, root, name) for name in ("a.wav", "b.wav")]
        index = VectorIndex(library.index_db, CHECKPOINT)
        query = random_embeddings("b.wav").clip[np.newaxis]
        found, scores = index.clip_scores(query)
        assert dict(zip(found.tolist(), scores[0].tolist(), strict=True))[ids[1]] == pytest.approx(1, abs=1e-3)
        found, scores = index.clip_scores(query, [ids[0], 99])
        assert (found.tolist(), scores.shape) == ([ids[0]], (1, 1))

    def test_refresh_takes_over_what_changed(self, library: Library, root: Root):
        store(library, root, "a.wav")
        b = store(library, root, "b.wav")
        index = VectorIndex(library.index_db, CHECKPOINT)
        c = store(library, root, "c.wav")
        store(library, root, "b.wav", "another sound")
        assert index.segments == 6
        index.refresh()
        assert index.segments == 9
        assert as_answer(index.search(random_embeddings("c.wav").segments[:1], 1)) == [[(c, 0)]]
        assert as_answer(index.search(random_embeddings("another sound").segments[:1], 1)) == [[(b, 0)]]
        library.remove_root(root.id)
        index.refresh()
        assert index.segments == 0
        assert index.clip_scores(np.eye(1, DIM))[0].tolist() == []

    def test_each_index_serves_one_checkpoint(self, library: Library, root: Root):
        file_id = store(library, root, "a.wav")
        library.register_checkpoint("other", "other", 4, 1.0)
        other = random_embeddings("other", segments=5, dim=4)
        library.store_indexed([indexed_file(root, "a.wav", checkpoint_id="other", embeddings=other)])
        assert VectorIndex(library.index_db, CHECKPOINT).segments == 3
        index = VectorIndex(library.index_db, "other")
        assert index.segments == 5
        assert as_answer(index.search(other.segments[2:3], 1)) == [[(file_id, 2)]]

    def test_an_index_of_nothing_answers_nothing(self, library: Library, root: Root):
        index = VectorIndex(library.index_db, CHECKPOINT)
        query = np.eye(1, DIM)
        assert index.search(query, 5) == index.search_exact(query, 5) == [[]]
        assert index.segment_scores(1, query).shape == index.background(query).shape == (1, 0)
        assert [part.tolist() for part in index.clip_scores(query)] == [[], [[]]]
        assert index.verify().recall == 1
        index.build_graph()
        assert (index.graph_state, index.needs_build, index.save_graph()) == ("none", False, False)
        store(library, root, "a.wav")
        index.refresh()
        assert len(index.search(query, 5)[0]) == 3

    def test_damaged_embeddings_are_left_out_and_named(self, library: Library, root: Root):
        ids = [store(library, root, f"{number}.wav") for number in range(4)]
        library.index_db.execute("UPDATE embedding SET crc = crc + 1 WHERE file_id = ?", (ids[1],))
        library.index_db.execute("UPDATE embedding SET n = n + 1 WHERE file_id = ?", (ids[2],))
        index = VectorIndex(library.index_db, CHECKPOINT)
        assert (index.damaged_files, index.segments) == (ids[1:3], 6)
        assert {n.file_id for n in index.search(np.eye(1, DIM), 100)[0]} == {ids[0], ids[3]}

        assert [file.id for file in library.needs_embedding(root.id, CHECKPOINT)] == ids[1:3]
        library.store_indexed([indexed_file(root, "1.wav"), indexed_file(root, "2.wav")])
        index.refresh()
        assert (index.damaged_files, index.segments) == ([], 12)

    def test_a_pruned_change_log_means_reading_everything_again(self, library: Library, root: Root):
        store(library, root, "a.wav")
        index = VectorIndex(library.index_db, CHECKPOINT)
        library.remove_root(root.id)
        kept = store(library, library.add_root(root.path), "b.wav")
        library.index_db.execute("DELETE FROM change")
        index.refresh()
        assert {n.file_id for n in index.search(np.eye(1, DIM), 100)[0]} == {kept}

    def test_a_refresh_that_failed_half_way_is_made_up_for(
        self, library: Library, root: Root, monkeypatch: pytest.MonkeyPatch
    ):
        index = VectorIndex(library.index_db, CHECKPOINT)
        for name in ("a.wav", "b.wav", "c.wav"):
            store(library, root, name)
        put = ClipRows.put
        left = iter([put])

        def put_once(clips: ClipRows, file_id: int, clip: np.ndarray) -> None:
            for each in left:
                return each(clips, file_id, clip)
            raise UnusableLibrary("the disk is failing")

        with monkeypatch.context() as patch, pytest.raises(UnusableLibrary):
            patch.setattr(ClipRows, "put", put_once)
            index.refresh()
        index.refresh()
        assert index.segments == 9
        assert len(index.clip_scores(np.eye(1, DIM))[0]) == 3

    def test_a_reader_follows_a_writer(self, library: Library, root: Root):
        store(library, root, "a.wav")
        with Library(library.folder, read_only=True) as reader:
            index = VectorIndex(reader.index_db, CHECKPOINT, graph_from=1)
            index.build_graph()
            assert (index.graph_state, index.save_graph()) == ("built", False)
            store(library, root, "b.wav")
            index.refresh()
            assert index.segments == 6


class TestQueries:
    @pytest.mark.parametrize(
        "query", [np.zeros(16), np.full(16, np.nan), np.full(16, np.inf), np.ones(15), np.ones((1, 1, 16))]
    )
    def test_what_has_no_direction_is_refused(self, shelf: Shelf, query: np.ndarray):
        shelf.add(2)
        index = shelf.open()
        queries = np.atleast_2d(query)
        for ask in (
            lambda: index.search(queries, 3),
            lambda: index.search_exact(queries, 3),
            lambda: index.segment_scores(1, queries),
            lambda: index.clip_scores(queries),
            lambda: index.background(queries),
        ):
            with pytest.raises(ValueError, match="quer"):
                ask()

    def test_one_bad_query_among_good_ones_is_refused(self, shelf: Shelf):
        shelf.add(2)
        queries = np.eye(3, 16)
        queries[1] = 0
        with pytest.raises(ValueError, match="zero"):
            shelf.open().search(queries, 3)

    def test_no_queries_have_no_answers(self, shelf: Shelf):
        shelf.add(20)
        index = shelf.open()
        assert index.search(np.empty((0, 16)), 3) == []
        index.build_graph()
        assert index.search(np.empty((0, 16)), 3) == []

    def test_the_background_is_the_same_every_time(self, shelf: Shelf):
        shelf.add(50)
        index = shelf.open()
        query = shelf.near_a_centre(2)
        scores = index.background(query, n=100, seed=7)
        assert scores.shape == (2, 100)
        np.testing.assert_array_equal(scores, index.background(query, n=100, seed=7))
        np.testing.assert_array_equal(scores, shelf.open().background(query, n=100, seed=7))
        assert (scores != index.background(query, n=100, seed=8)).any()
        assert index.background(query, n=10_000).shape == (2, 500)


class TestGraph:
    def test_a_small_library_has_none(self, shelf: Shelf):
        shelf.add(9)
        index = shelf.open()
        assert (index.needs_build, index.graph_state) == (False, "none")
        shelf.add(1)
        index.refresh()
        assert index.needs_build

    def test_its_answers_have_the_exact_scores(self, shelf: Shelf):
        shelf.add(100)
        index = shelf.open()
        index.build_graph()
        assert index.graph_state == "built"
        queries = shelf.near_a_centre(5)
        exact = index.search_exact(queries, 10)
        assert as_answer(index.search(queries, 10)) == as_answer(exact)
        for found, wanted in zip(index.search(queries, 10), exact, strict=True):
            np.testing.assert_allclose([n.score for n in found], [n.score for n in wanted], atol=1e-6)
        assert index.verify().recall == 1

    def test_it_is_stored_once_and_loaded_at_the_next_start(self, shelf: Shelf):
        shelf.add(100)
        index = shelf.open()
        index.build_graph()
        assert index.save_graph()
        assert not index.save_graph(), "nothing has changed"
        again = shelf.open()
        assert (again.graph_state, again.needs_build, again.save_graph()) == ("loaded", False, False)
        assert again.verify() == index.verify()

    def test_one_that_another_process_stored_is_taken_over_without_a_new_start(self, shelf: Shelf):
        shelf.add(100)
        index, builder = shelf.open(), shelf.open()
        assert (index.graph_state, builder.graph_state) == ("none", "none")
        builder.build_graph()
        builder.save_graph()
        shelf.add(1)
        index.refresh()
        assert index.graph_state == "loaded"
        assert index._graph is not None
        first = index._graph
        index.refresh()
        assert index._graph is first, "it is read once"

        shelf.add(50)
        builder.refresh()
        builder.build_graph()
        builder.save_graph()
        index.refresh()
        assert index._graph is not first
        assert (index.graph_state, index.needs_build) == ("loaded", False)
        assert index.verify().recall == 1

    def test_one_that_cannot_be_used_leaves_the_one_in_use(self, shelf: Shelf):
        shelf.add(100)
        builder = shelf.open()
        builder.build_graph()
        builder.save_graph()
        index = shelf.open()
        shelf.add(50)
        builder.refresh()
        builder.build_graph()
        builder.save_graph()
        with shelf.database.atomic():
            shelf.database.execute("UPDATE graph_chunk SET data = zeroblob(length(data))")
        index.refresh()
        assert index.graph_state == "loaded"
        assert index.verify().recall == 1

    def test_building_is_given_up_when_that_is_asked_for(self, shelf: Shelf):
        shelf.add(100)
        index = shelf.open()
        index.build_graph(lambda: True)
        assert (index.graph_state, index.needs_build, index.save_graph()) == ("none", True, False)
        index.build_graph(lambda: False, threads=1)
        shelf.add(50)
        index.refresh()
        index.build_graph(lambda: True)  # extends it
        assert (index.graph_state, index.needs_build) == ("built", True)
        assert index.verify().recall == 1

    def test_files_stored_after_it_are_found_at_once(self, shelf: Shelf):
        shelf.add(100)
        index = shelf.open()
        index.build_graph()
        index.save_graph()
        shelf.add(3)
        for after in (index, shelf.open()):
            after.refresh()
            assert after.graph_state in ("built", "loaded")
            assert not after.needs_build
            for file_id in shelf.files[-3:]:
                query = after._matrix.segments_of(file_id)[4:5]
                assert as_answer(after.search(query, 1)) == [[(file_id, 4)]]

    def test_removed_files_are_not_found_any_more(self, shelf: Shelf):
        shelf.add(100)
        index = shelf.open()
        index.build_graph()
        index.save_graph()
        shelf.remove(15)
        for after in (index, shelf.open()):
            after.refresh()
            assert after.graph_state in ("built", "loaded")
            queries = shelf.near_a_centre(20)
            assert {file for answer in as_answer(after.search(queries, 50)) for file, _ in answer} <= set(shelf.files)
            assert after.verify().recall == 1

    def test_a_few_new_files_extend_it_and_many_removed_ones_wear_it_out(self, shelf: Shelf):
        shelf.add(100)
        index = shelf.open()
        index.build_graph()
        first = index._graph
        shelf.add(10)
        index.refresh()
        assert (index.needs_build, index.needs_rebuild) == (True, False)
        index.build_graph()
        assert index._graph is first
        assert (index.needs_build, first.count) == (False, 1100)

        shelf.remove(30)
        index.refresh()
        assert (index.needs_build, index.needs_rebuild) == (True, True)
        index.build_graph()
        assert index._graph is not first
        assert index._graph is not None
        assert (index._graph.count, index._graph.tombstones, index.needs_build) == (800, 0, False)
        assert index.save_graph()

    def test_a_long_file_is_added_piece_by_piece(self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(vector_index, "SEGMENTS_AT_ONCE", 7)
        monkeypatch.setattr(vector_index, "SEGMENTS_ADDED_AT_ONCE", 3)
        shelf.add(20)
        index = shelf.open()
        index.build_graph()
        shelf.add(20)
        index.refresh()
        index.build_graph()
        assert index._graph is not None
        assert index._graph.count == 400
        assert index.verify().self_misses == 0

    def test_asking_for_more_than_the_graph_finds_is_answered_exactly(self, shelf: Shelf):
        shelf.add(30)
        index = shelf.open()
        index.build_graph()
        shelf.remove(5)
        index.refresh()
        (answer,) = index.search(shelf.near_a_centre(1), 300)
        assert len(answer) == len(set(answer)) == 250

    @pytest.mark.parametrize("event", ["a file is removed", "a file is added", "everything is read again"])
    def test_what_happens_while_it_is_built_is_not_forgotten(
        self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, event: str
    ):
        shelf.add(100)
        index = shelf.open()
        add = SegmentGraph.add
        states: list[str] = []

        def add_meanwhile(graph: SegmentGraph, labels: np.ndarray, vectors: np.ndarray, threads: int | None) -> None:
            add(graph, labels, vectors, threads)
            if not states:
                states.append(index.graph_state)
                assert as_answer(index.search(shelf.near_a_centre(1), 5))[0], "search goes on"
                assert not index.save_graph()
                index.build_graph()  # does nothing
                if event == "a file is removed":
                    shelf.remove(1)
                elif event == "a file is added":
                    shelf.add(1)
                else:
                    shelf.database.execute("DELETE FROM change")
                    shelf.remove(1)
                    shelf.database.execute("DELETE FROM change")
                index.refresh()

        monkeypatch.setattr(SegmentGraph, "add", add_meanwhile)
        index.build_graph()
        assert states == ["building"]
        assert index.graph_state == ("none" if event == "everything is read again" else "built")
        check = index.verify(sample=2000)
        assert (check.recall, check.self_misses, check.queries) == (1, 0, index.segments)

    def test_recall_after_the_library_was_replaced_five_times_over(self, shelf: Shelf):
        """500 % churn by the index' own rules for extending and rebuilding."""
        shelf.add(100)
        index = shelf.open()
        for _ in range(50):
            shelf.remove(10)
            shelf.add(10)
            index.refresh()
            if index.needs_build:
                index.build_graph()
        check = index.verify(sample=1000, k=10)
        assert index._graph is not None
        assert index._graph.tombstones <= 0.2 * index._graph.count
        assert (check.queries, check.self_misses) == (1000, 0)
        assert check.recall >= 0.98


class Busy:
    """Threads that do something over and over until the block ends, and what they could not do."""

    def __init__(self, *actions: Callable[[], object]) -> None:
        self.failures: list[BaseException] = []
        self.times = [0] * len(actions)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._repeat, args=each) for each in enumerate(actions)]

    def _repeat(self, number: int, action: Callable[[], object]) -> None:
        try:
            while not self._over.is_set() or not self.times[number]:
                action()
                self.times[number] += 1
        except BaseException as error:  # noqa: BLE001
            self.failures.append(error)

    def __enter__(self) -> Busy:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_searching_never_fails_while_the_library_changes_and_the_graph_is_built(shelf: Shelf):
    shelf.add(60)
    index = shelf.open()
    queries = shelf.near_a_centre(8)

    def search() -> None:
        for answer in index.search(queries, 10):
            assert len(answer) == 10
            assert [n.score for n in answer] == sorted((n.score for n in answer), reverse=True)
        index.clip_scores(queries)
        index.background(queries, n=50)

    with Busy(search, search, index.build_graph) as busy:
        for _ in range(25):
            shelf.add(3)
            shelf.remove(3)
            index.refresh()
            index.save_graph()
    assert busy.failures == []
    assert min(busy.times) > 0
    assert shelf.open().verify().recall >= 0.98


class Mutation:
    """Ways in which the chunks of a stored graph can go wrong."""

    def __init__(self, database: Database, chance: random.Random) -> None:
        self._database = database
        self._chance = chance

    def truncated(self) -> None:
        rowid, data = self._chunk()
        self._write(rowid, data[: self._chance.randrange(len(data))])

    def flipped_bit(self) -> None:
        rowid, data = self._chunk()
        data[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
        self._write(rowid, data)

    def flipped_bit_of_the_head(self) -> None:
        rowid, data = self._chunk(number=0)
        data[self._chance.randrange(96)] ^= 1 << self._chance.randrange(8)
        self._write(rowid, data)

    def zeroed_page(self) -> None:
        rowid, data = self._chunk()
        start = self._chance.randrange(len(data) // 2)
        data[start : start + 4096] = bytes(len(data[start : start + 4096]))
        self._write(rowid, data)

    def random_page(self) -> None:
        rowid, data = self._chunk()
        start = self._chance.randrange(len(data) // 2)
        data[start : start + 4096] = self._chance.randbytes(len(data[start : start + 4096]))
        self._write(rowid, data)

    def longer(self) -> None:
        rowid, data = self._chunk()
        self._write(rowid, data + self._chance.randbytes(self._chance.randint(1, 100)))

    def swapped_chunks(self) -> None:
        one, other = self._chance.sample(range(self._database.table("graph_chunk").count), 2)
        for old, new in ((one, -1), (other, one), (-1, other)):
            self._database.execute("UPDATE graph_chunk SET number = ? WHERE number = ?", (new, old))

    def missing_chunk(self) -> None:
        self._database.execute("DELETE FROM graph_chunk WHERE rowid = ?", (self._chunk()[0],))

    def chunk_replaced_together_with_its_checksum(self) -> None:
        rowid, data = self._chunk()
        data[self._chance.randrange(len(data))] ^= 1
        self._write(rowid, data)
        digest = hashlib.sha256(data).digest()
        self._database.execute("UPDATE graph_chunk SET sha256 = ? WHERE rowid = ?", (digest, rowid))

    def other_checksum(self) -> None:
        self._database.execute("UPDATE graph_chunk SET sha256 = zeroblob(32) WHERE rowid = ?", (self._chunk()[0],))

    def of_another_checkpoint(self) -> None:
        self._database.execute("UPDATE graph SET header = replace(header, 'clusters-1', 'clusters-2')")

    def _chunk(self, number: int | None = None) -> tuple[int, bytearray]:
        rows = self._database.rows("SELECT rowid, data FROM graph_chunk ORDER BY number")
        rowid, data = self._chance.choice(rows) if number is None else rows[number]
        return rowid, bytearray(data)

    def _write(self, rowid: int, data: bytearray) -> None:
        self._database.execute("UPDATE graph_chunk SET data = ? WHERE rowid = ?", (bytes(data), rowid))


class Undo(Exception):
    pass


class TestDamagedGraph:
    """Fault test: no mutant of a stored graph is ever used, none crashes, and exact search answers meanwhile."""

    MUTANTS = 25  # of each kind

    @pytest.fixture
    def stored(self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
        monkeypatch.setattr(graph_store, "CHUNK_BYTES", 8 << 10)
        shelf.add(20)
        index = shelf.open()
        index.build_graph()
        index.save_graph()
        assert shelf.database.table("graph_chunk").count >= 4
        return shelf

    @pytest.mark.parametrize("kind", [name for name in vars(Mutation) if not name.startswith("_")])
    def test_no_mutant_is_used(self, stored: Shelf, monkeypatch: pytest.MonkeyPatch, kind: str):
        queries = stored.near_a_centre(2)
        truth = as_answer(stored.open().search_exact(queries, 10))
        assert stored.open().graph_state == "loaded", "an intact graph must be loaded, or this test proves nothing"
        monkeypatch.setattr(SegmentGraph, "load", lambda *_: pytest.fail("hnswlib was given a mutant"))
        mutation = Mutation(stored.database, random.Random(kind))
        for _ in range(self.MUTANTS):
            with pytest.raises(Undo), stored.database.atomic():
                getattr(mutation, kind)()
                index = stored.open()
                assert index.graph_state == "none"
                assert as_answer(index.search(queries, 10)) == truth
                assert stored.database.table("graph").count == 0
                raise Undo

    def test_a_new_graph_is_built_and_stored_in_its_place(self, stored: Shelf):
        Mutation(stored.database, random.Random(0)).flipped_bit()
        index = stored.open()
        assert (index.graph_state, index.needs_build) == ("none", True)
        index.build_graph()
        assert index.save_graph()
        again = stored.open()
        assert (again.graph_state, again.verify()) == ("loaded", index.verify())

    def test_rot_anywhere_in_the_file_gives_an_answer_or_a_sentence(self, stored: Shelf, tmp_path: Path):
        queries = stored.near_a_centre(2)
        stored.database.close()
        intact = (tmp_path / INDEX_FILE).read_bytes()
        chance = random.Random(0)
        answered = 0
        for number in range(60):
            rotten = bytearray(intact)
            at, length = chance.randrange(len(rotten)), chance.choice([1, 100, 4096, 16384])
            rot = chance.randbytes(length) if number % 2 else bytes(length)
            rotten[at : at + length] = rot[: len(rotten) - at]
            path = tmp_path / f"{number}.db"
            path.write_bytes(rotten)
            try:
                with open_index_db(path) as database:
                    index = VectorIndex(database, "clusters-1", graph_from=100)
                    assert len(index.search(queries, 5)) == 2
                    answered += 1
            except UnusableLibrary:
                pass
        assert answered > 30


def test_the_temporary_copy_of_a_graph_lies_beside_the_library(shelf: Shelf, tmp_path: Path):
    shelf.add(20)
    index = shelf.open()
    index.build_graph()
    index.save_graph()
    shelf.open()
    assert [name for name in os.listdir(tmp_path) if name.endswith(".tmp")] == []
