"""Small outlines of sounds, for rows of a list."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.view_models.outlines import POINTS, outlines, reduced
from engine.library import Library
from engine.peaks import PeaksBuilder
from tests.indexed_files import CHECKPOINT, DIM, indexed_file


def test_no_peak_is_lost_when_there_are_fewer_points():
    level = np.zeros((1000, 2), np.int8)
    level[777] = (-100, 90)
    small = reduced(level, 10)
    assert small.shape == (10, 2)
    assert small.min() == -100
    assert small.max() == 90
    assert np.flatnonzero(small.any(axis=1)).tolist() == [7]


def test_a_short_outline_stays_as_it_is():
    level = np.ones((5, 2), np.int8)
    assert reduced(level, 10) is level


def test_outlines_come_from_the_library_and_damaged_ones_are_none(library: Library, tmp_path: Path):
    from dataclasses import replace

    builder = PeaksBuilder(8000)
    builder.feed(np.sin(np.arange(800_000, dtype=np.float32)))
    library.register_checkpoint(CHECKPOINT, "small", DIM, 1.0)
    root = library.add_root(tmp_path)
    library.store_indexed(
        [
            replace(indexed_file(root, "good.wav"), peaks=builder.finish().to_bytes()),
            replace(indexed_file(root, "damaged.wav"), peaks=b"EPK1"),
        ]
    )
    found = outlines(library, [1, 2, 99])
    assert found[2] is None
    assert found[99] is None
    assert found[1] is not None
    assert found[1].shape == (POINTS, 2)
