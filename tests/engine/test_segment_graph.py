"""The graph: what hnswlib is asked, and what it must never be asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.segment_graph import SegmentGraph, embedding_and_segment, segment_labels
from tests.indexed_files import unit_rows

FILES = 50
SEGMENTS = 4


@pytest.fixture
def rows() -> np.ndarray:
    return unit_rows(np.random.default_rng(0), FILES * SEGMENTS)


@pytest.fixture
def graph(rows: np.ndarray) -> SegmentGraph:
    """Files 1 .. 50 of 4 segments each; the capacity has to grow."""
    graph = SegmentGraph(8, capacity=10)
    for file in range(FILES):
        graph.add(segment_labels(file + 1, SEGMENTS), rows[file * SEGMENTS : (file + 1) * SEGMENTS])
    graph.last_embedding_id = FILES
    return graph


def files() -> list[tuple[int, int]]:
    return [(embedding_id, SEGMENTS) for embedding_id in range(1, FILES + 1)]


@pytest.mark.parametrize("embedding_id", [1, 255, 1 << 42])
def test_a_label_is_an_embedding_and_a_segment(embedding_id: int):
    labels = segment_labels(embedding_id, 3).tolist()
    assert [embedding_and_segment(label) for label in labels] == [(embedding_id, segment) for segment in range(3)]


def test_every_segment_finds_itself(graph: SegmentGraph, rows: np.ndarray):
    found = graph.nearest(rows, 1)
    assert found is not None
    assert found[:, 0].tolist() == [label for file in files() for label in segment_labels(*file).tolist()]


def test_a_removed_file_is_in_no_answer(graph: SegmentGraph, rows: np.ndarray):
    graph.remove(3, SEGMENTS)
    graph.remove(3, SEGMENTS)
    graph.remove(99, SEGMENTS)
    found = graph.nearest(rows, 20)
    assert found is not None
    assert 3 not in {embedding_and_segment(label)[0] for label in found.ravel().tolist()}
    assert (graph.tombstones, graph.count) == (SEGMENTS, FILES * SEGMENTS)


def test_more_than_there_is_cannot_be_found(graph: SegmentGraph, rows: np.ndarray):
    assert graph.nearest(rows[:1], FILES * SEGMENTS + 1) is None
    for file in files()[1:]:
        graph.remove(*file)
    assert graph.nearest(rows[:1], SEGMENTS + 1) is None
    assert SegmentGraph(8, 1).nearest(rows[:1], 1) is None


def test_nothing_is_added_by_an_empty_portion(graph: SegmentGraph):
    graph.add(np.empty(0, np.uint64), np.empty((0, 8), np.float32))
    assert graph.count == FILES * SEGMENTS


def test_it_comes_back_from_a_file_with_its_tombstones(graph: SegmentGraph, rows: np.ndarray, tmp_path: Path):
    graph.remove(3, SEGMENTS)
    graph.save(tmp_path / "graph")
    again = SegmentGraph.load(tmp_path / "graph", 8, FILES)
    assert again.match([file for file in files() if file[0] != 3])
    assert (again.tombstones, again.count) == (SEGMENTS, FILES * SEGMENTS)
    np.testing.assert_array_equal(again.nearest(rows, 10), graph.nearest(rows, 10))


class TestMatching:
    def test_the_files_it_was_built_from(self, graph: SegmentGraph):
        assert graph.match(files())
        assert graph.tombstones == 0

    def test_files_that_came_later_do_not_matter(self, graph: SegmentGraph):
        assert graph.match([*files(), (FILES + 1, 7)])

    def test_files_that_went_are_taken_out(self, graph: SegmentGraph, rows: np.ndarray):
        assert graph.match(files()[10:])
        assert graph.tombstones == 10 * SEGMENTS
        found = graph.nearest(rows, 10)
        assert found is not None
        assert min(embedding_and_segment(label)[0] for label in found.ravel().tolist()) == 11

    def test_a_file_that_it_lacks_makes_it_useless(self, graph: SegmentGraph):
        graph.last_embedding_id = FILES + 1
        assert not graph.match([*files(), (FILES + 1, 1)])

    def test_so_does_a_file_with_more_segments(self, graph: SegmentGraph):
        assert not graph.match([(1, SEGMENTS + 1), *files()[1:]])

    def test_no_files_at_all(self, graph: SegmentGraph):
        assert graph.match([])
        assert graph.tombstones == graph.count
