from __future__ import annotations

import numpy as np
import pytest

from engine.background import Background, score_of


def test_score_rises_with_the_evidence_and_stays_between_0_and_1() -> None:
    scores = [score_of(z) for z in (-1000.0, -3.0, 0.0, 3.0, 6.0, 1000.0)]
    assert scores == sorted(scores)
    assert scores[0] >= 0.0
    assert scores[3] == 0.5
    assert scores[-1] <= 1.0


def test_background_of_a_large_library_is_its_own() -> None:
    background = Background.of(np.random.default_rng(0).normal(0.2, 0.05, 5000))
    assert background.mean == pytest.approx(0.2, abs=0.01)
    assert background.z(0.3) == pytest.approx(2.0, abs=0.2)
    assert background.z_of_spreads(2.0) == pytest.approx(2.0, abs=0.3)  # where all is normal, a spread is a deviation


def test_background_of_a_small_library_is_safe() -> None:
    assert Background.of(np.empty(0)).z(0.3) == pytest.approx(6.0)
    assert Background.of(np.empty(0)).z_of_spreads(6.0) == pytest.approx(6.0)
    # one file that matches must not make itself the measure of all things
    assert Background.of(np.array([0.9])).z(0.9) > 3.0
    assert np.isfinite(Background.of(np.full(10_000, 0.5)).z(0.5))


def test_matches_move_the_mean_but_hardly_what_is_usual() -> None:
    others = np.random.default_rng(0).normal(0.0, 0.05, 5000)
    without, full = Background.of(others), Background.of(np.concatenate([others, np.full(1500, 0.6)]))
    assert full.mean > without.mean + 0.1
    assert full.deviation > 4 * without.deviation
    assert full.usual == pytest.approx(without.usual, abs=0.025)
    assert full.spread == pytest.approx(without.spread, rel=0.25)
