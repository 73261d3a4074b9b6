"""The level: exact when it stands, smooth when it moves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.playing.gain import Gain


@pytest.mark.parametrize(("gain_db", "factor"), [(0, 1.0), (-6.0206, 0.5), (6.0206, 2.0), (-math.inf, 0.0)])
def test_a_gain_that_stands_is_a_factor(gain_db: float, factor: float) -> None:
    gain, out = Gain(), np.ones((480, 2), np.float32)
    gain.set_db(gain_db)
    gain.settle()
    gain.apply(out)
    np.testing.assert_allclose(out, factor, atol=1e-5)


def test_a_new_gain_is_reached_within_a_block_and_without_a_step() -> None:
    gain, out = Gain(), np.ones((960, 2), np.float32)
    gain.set_db(-math.inf)
    gain.apply(out[:480])
    gain.apply(out[480:])
    assert np.abs(np.diff(out, axis=0)).max() < 0.003
    assert out[0, 0] == 1
    assert not out[480:].any()
