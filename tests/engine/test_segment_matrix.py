"""Exact search, against answers that can be worked out by hand or by sorting everything."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.segment_matrix import FEW_QUERIES, STEP_ROWS, Neighbour, SegmentMatrix
from tests.indexed_files import unit_rows

EAST, NORTH = np.eye(2, dtype=np.float32)
WEST, SOUTH = -EAST, -NORTH


def nearest(matrix: SegmentMatrix, query: np.ndarray, k: int) -> list[Neighbour]:
    (rows,) = matrix.nearest_rows(query[np.newaxis], k)
    return matrix.neighbours(query, rows)


@pytest.fixture
def compass() -> SegmentMatrix:
    matrix = SegmentMatrix(2, block_rows=2)  # so that files lie across blocks
    matrix.add(1, 10, np.stack([EAST, NORTH, WEST]))
    matrix.add(2, 20, np.stack([SOUTH]))
    matrix.add(5, 30, np.stack([NORTH, EAST]))
    return matrix


class TestNearest:
    def test_the_best_come_first_and_equal_ones_in_the_order_of_storing(self, compass: SegmentMatrix):
        assert nearest(compass, EAST, 6) == [
            Neighbour(10, 0, 1),
            Neighbour(30, 1, 1),
            Neighbour(10, 1, 0),
            Neighbour(20, 0, 0),
            Neighbour(30, 0, 0),
            Neighbour(10, 2, -1),
        ]
        assert nearest(compass, EAST, 2) == [Neighbour(10, 0, 1), Neighbour(30, 1, 1)]

    def test_there_are_no_more_than_there_are(self, compass: SegmentMatrix):
        assert len(nearest(compass, EAST, 100)) == 6
        assert nearest(SegmentMatrix(2), EAST, 3) == []

    def test_only_rows_from_the_first_on(self, compass: SegmentMatrix):
        first_row = compass.first_row_after(1)
        (rows,) = compass.nearest_rows(EAST[np.newaxis], 9, first_row=first_row)
        assert [(n.file_id, n.segment) for n in compass.neighbours(EAST, rows)] == [(30, 1), (20, 0), (30, 0)]

    @pytest.mark.parametrize("queries", [1, FEW_QUERIES, FEW_QUERIES + 1])
    @pytest.mark.parametrize("k", [1, 10, 500, 20_000])
    def test_it_agrees_with_sorting_everything(self, queries: int, k: int):
        rng = np.random.default_rng(k)
        rows = unit_rows(rng, STEP_ROWS * 3 + 17)
        matrix = SegmentMatrix(8, block_rows=5000)
        for number, file in enumerate(np.array_split(rows, 70)):
            matrix.add(number + 1, number, file)
        asked = unit_rows(rng, queries)
        for query, found in zip(asked, matrix.nearest_rows(asked, k), strict=True):
            scores = rows @ query
            expected = np.sort(scores)[::-1][:k]
            np.testing.assert_allclose([n.score for n in matrix.neighbours(query, found)], expected, atol=1e-6)


class TestFiles:
    def test_the_segments_of_a_file_come_in_order(self, compass: SegmentMatrix):
        np.testing.assert_array_equal(compass.segments_of(10), [EAST, NORTH, WEST])
        np.testing.assert_array_equal(compass.segments_of(30), [NORTH, EAST])
        assert compass.segments_of(99).shape == (0, 2)

    def test_a_segment_has_a_row_as_long_as_it_is_there(self, compass: SegmentMatrix):
        assert [compass.row_of(1, 2), compass.row_of(5, 1)] == [2, 5]
        assert compass.row_of(1, 3) is compass.row_of(3, 0) is None
        compass.remove(1)
        assert compass.row_of(1, 2) is None

    def test_files_are_stored_in_the_order_of_their_embeddings(self, compass: SegmentMatrix):
        with pytest.raises(ValueError, match="after 5"):
            compass.add(4, 40, np.stack([EAST]))
        assert [file.embedding_id for file in compass.files_after(0)] == [1, 2, 5]
        assert [file.embedding_id for file in compass.files_after(1)] == [2, 5]
        assert compass.files_after(5) == []
        assert [compass.first_row_after(embedding_id) for embedding_id in (0, 1, 2, 5, 9)] == [0, 3, 4, 6, 6]


class TestRemoving:
    def test_a_removed_file_is_in_no_answer(self, compass: SegmentMatrix):
        removed = compass.remove(1)
        assert removed is not None
        assert (removed.file_id, removed.n) == (10, 3)
        assert (compass.segments, compass.dead_rows) == (3, 3)
        assert {n.file_id for n in nearest(compass, EAST, 10)} == {20, 30}
        assert compass.segments_of(10).shape == (0, 2)
        assert compass.remove(1) is None

    def test_a_file_stored_again_before_its_old_rows_go_keeps_the_new_ones(self, compass: SegmentMatrix):
        compass.add(6, 10, np.stack([SOUTH]))
        compass.remove(1)
        np.testing.assert_array_equal(compass.segments_of(10), [SOUTH])

    @pytest.mark.parametrize("removed", [[], [1], [2], [5], [1, 5], [1, 2, 5]])
    def test_compacting_changes_no_answer(self, compass: SegmentMatrix, removed: list[int]):
        for embedding_id in removed:
            compass.remove(embedding_id)
        before = [nearest(compass, query, 10) for query in (EAST, NORTH, WEST, SOUTH)]
        compass.compact()
        assert [nearest(compass, query, 10) for query in (EAST, NORTH, WEST, SOUTH)] == before
        assert compass.dead_rows == 0
        assert compass.rows == compass.segments == len(before[0])

    def test_any_order_of_changes_gives_what_a_dictionary_would(self):
        rng, chance = np.random.default_rng(0), random.Random(0)
        matrix, truth = SegmentMatrix(8, block_rows=16), {}
        for embedding_id in range(1, 400):
            truth[embedding_id] = unit_rows(rng, chance.randint(1, 40))
            matrix.add(embedding_id, embedding_id, truth[embedding_id])
            if chance.random() < 0.7:
                gone = chance.choice(sorted(truth))
                matrix.remove(gone)
                del truth[gone]
            if chance.random() < 0.1:
                matrix.compact()
        assert matrix.segments == sum(map(len, truth.values()))
        for embedding_id, segments in truth.items():
            np.testing.assert_array_equal(matrix.segments_of(embedding_id), segments)
            row = matrix.row_of(embedding_id, len(segments) - 1)
            assert row is not None
            np.testing.assert_array_equal(matrix.take(np.array([row])), segments[-1:])


class TestSampling:
    def test_a_sample_has_each_segment_once_at_most(self, compass: SegmentMatrix):
        assert len(set(compass.sample_rows(4, seed=1).tolist())) == 4
        assert compass.sample_rows(100, seed=1).tolist() == [0, 1, 2, 3, 4, 5]
        assert len(SegmentMatrix(2).sample_rows(10, seed=1)) == 0

    def test_it_is_the_same_before_and_after_compacting(self, compass: SegmentMatrix):
        compass.remove(2)
        before = compass.take(compass.sample_rows(3, seed=1))
        compass.compact()
        np.testing.assert_array_equal(compass.take(compass.sample_rows(3, seed=1)), before)

    def test_another_seed_gives_another_sample(self):
        matrix = SegmentMatrix(8)
        matrix.add(1, 1, unit_rows(np.random.default_rng(0), 100))
        assert matrix.sample_rows(10, seed=1).tolist() == matrix.sample_rows(10, seed=1).tolist()
        assert matrix.sample_rows(10, seed=1).tolist() != matrix.sample_rows(10, seed=2).tolist()
