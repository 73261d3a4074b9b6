"""Embeddings on their way into a BLOB and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.stored_embeddings import MAX_SEGMENTS, FileEmbeddings, intact_rows, pack, unpack
from tests.indexed_files import random_embeddings


@st.composite
def embeddings(draw: st.DrawFn) -> FileEmbeddings:
    segments, dim = draw(st.integers(1, 20)), draw(st.integers(1, 40))
    rows = draw(arrays(np.float32, (segments + 1, dim), elements=st.floats(-1, 1, width=32)))
    rows[np.linalg.norm(rows, axis=1) < 1e-3, 0] = 1.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return FileEmbeddings(rows[:-1], rows[-1])


@given(embeddings())
@settings(deadline=None)
def test_what_comes_back_is_what_was_stored_to_half_precision(stored: FileEmbeddings):
    blob, crc = pack(stored)
    read = unpack(blob, crc, dim=len(stored.clip))
    assert len(blob) == 2 * (len(stored.segments) + 1) * len(stored.clip)
    assert read.segments.dtype == read.clip.dtype == np.float32
    np.testing.assert_allclose(read.segments, stored.segments, atol=1e-3)
    np.testing.assert_allclose(read.clip, stored.clip, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(read.segments, axis=1), 1, atol=1e-6)


@given(embeddings(), st.data())
@settings(deadline=None)
def test_any_changed_byte_is_noticed(stored: FileEmbeddings, data: st.DataObject):
    blob, crc = pack(stored)
    at = data.draw(st.integers(0, len(blob) - 1))
    changed = bytearray(blob)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="checksum"):
        unpack(bytes(changed), crc, dim=len(stored.clip))


def test_a_truncated_blob_is_noticed():
    blob, crc = pack(random_embeddings("a"))
    with pytest.raises(ValueError, match="checksum"):
        unpack(blob[:-2], crc, dim=8)


@pytest.mark.parametrize("dim", [7, 32, 64])
def test_another_dim_than_the_stored_one_is_refused(dim: int):
    blob, crc = pack(random_embeddings("a", segments=3, dim=8))
    with pytest.raises(ValueError, match="rows"):
        intact_rows(blob, crc, dim)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 0.98, 1.02, 3e38])
def test_rows_that_are_not_finite_unit_vectors_are_refused(value: float):
    good = np.eye(4, dtype=np.float32)
    bad = good.copy()
    bad[2, 2] = value
    for stored in (FileEmbeddings(bad, good[0]), FileEmbeddings(good, bad[2])):
        with pytest.raises(ValueError, match="length 1"):
            pack(stored)


def test_a_file_has_between_one_segment_and_a_million():
    clip = np.array([1.0], np.float32)
    for segments in (0, MAX_SEGMENTS):
        with pytest.raises(ValueError, match="segments"):
            pack(FileEmbeddings(np.ones((segments, 1), np.float32), clip))


def test_segments_and_clip_must_have_the_same_dim():
    with pytest.raises(ValueError, match="dim"):
        pack(FileEmbeddings(np.eye(4, dtype=np.float32), np.eye(5, dtype=np.float32)[0]))


class TestPartOfAFile:
    """Of four segments of 1 s, the last of which holds half a second."""

    HEARD = FileEmbeddings(np.eye(4, dtype=np.float32), np.full(4, 0.5, np.float32))

    def part(self, start_s: float, end_s: float) -> FileEmbeddings | None:
        return self.HEARD.part(start_s, end_s, segment_s=1.0, duration_s=3.5)

    def test_all_of_it_is_the_file_itself(self) -> None:
        assert self.part(0.0, 3.5) is self.HEARD
        assert self.part(0.0, math.inf) is self.HEARD

    def test_a_part_is_the_mean_of_its_segments_by_how_much_of_each_belongs_to_it(self) -> None:
        part = self.part(1.0, 2.5)
        assert part is not None
        assert part.segments.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0]]
        assert part.clip == pytest.approx(np.array([0, 2, 1, 0]) / math.sqrt(5))

    def test_beyond_the_end_there_is_nothing(self) -> None:
        assert self.part(3.5, 4.0) is None
        last = self.part(3.0, math.inf)
        assert last is not None
        assert last.segments.tolist() == [[0, 0, 0, 1]]
