"""The ring between decoder and device: what goes in comes out, and neither side waits."""

from __future__ import annotations

import numpy as np

from app.playing.ring_buffer import RingBuffer


def test_everything_comes_out_once_and_in_order_however_it_is_cut() -> None:
    sound = np.random.default_rng(0).standard_normal((5000, 2)).astype(np.float32)
    ring, cuts = RingBuffer(97, 2), np.random.default_rng(1)
    came_out: list[np.ndarray] = []
    put = 0
    while sum(map(len, came_out)) < len(sound):
        put += ring.put(sound[put : put + cuts.integers(1, 120)])
        out = np.empty((cuts.integers(1, 120), 2), np.float32)
        came_out.append(out[: ring.take(out)])
    np.testing.assert_array_equal(np.concatenate(came_out), sound)


def test_what_is_missing_is_silence() -> None:
    ring, out = RingBuffer(10, 1), np.full((6, 1), np.nan, np.float32)
    ring.put(np.ones((2, 1), np.float32))
    assert ring.take(out) == 2
    assert out[:, 0].tolist() == [1, 1, 0, 0, 0, 0]


def test_a_full_ring_takes_no_more() -> None:
    ring = RingBuffer(10, 1)
    assert ring.put(np.ones((14, 1), np.float32)) == 10
    assert ring.put(np.ones((1, 1), np.float32)) == 0
