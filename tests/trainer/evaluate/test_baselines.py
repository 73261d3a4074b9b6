from __future__ import annotations

import numpy as np
import pytest

from trainer.evaluate import baselines
from trainer.evaluate.baselines import PENALTIES, chance_scores, fit_ridge, mel_statistics


def directions(angles: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def clips_of_angles(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Statistics (count, 3) that tell an angle, and the angle as a sentence vector (count, 2)."""
    angles = np.random.default_rng(seed).uniform(0.0, np.pi, count)
    return np.stack([angles, angles**2, np.ones(count)], axis=1), directions(angles)


def test_statistics_by_hand() -> None:
    levels_db = np.array([[0.0, -10.0], [10.0, -10.0], [20.0, -10.0]])
    mean, deviation, low, high, step = mel_statistics(levels_db).reshape(5, 2)
    np.testing.assert_allclose(mean, [10.0, -10.0])
    np.testing.assert_allclose(deviation, [np.sqrt(200 / 3), 0.0], rtol=1e-6)
    np.testing.assert_allclose(low, [2.0, -10.0])
    np.testing.assert_allclose(high, [18.0, -10.0])
    np.testing.assert_allclose(step, [10.0, 0.0])


def test_statistics_of_a_single_frame_are_finite() -> None:
    statistics = mel_statistics(np.array([[-5.0, -6.0]], dtype=np.float16))
    assert statistics.dtype == np.float32
    np.testing.assert_array_equal(statistics, [-5, -6, 0, 0, -5, -6, -5, -6, 0, 0])


def test_the_baseline_learns_what_can_be_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "RANDOM_FEATURES", 100)
    fitted = fit_ridge(clips_of_angles(200, seed=0), clips_of_angles(50, seed=1))
    statistics, targets = clips_of_angles(50, seed=2)
    embeddings = fitted.embed(statistics)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1.0)
    assert (embeddings * targets).sum(axis=1).mean() > 0.99
    assert fitted.penalty in PENALTIES


def test_the_penalty_is_chosen_on_what_was_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "RANDOM_FEATURES", 100)
    statistics, targets = clips_of_angles(60, seed=0)
    noisy = np.random.default_rng(3).permutation(targets)  # nothing to learn: the less is believed, the better
    middle = np.tile(noisy.mean(axis=0) / np.linalg.norm(noisy.mean(axis=0)), (50, 1))
    assert fit_ridge((statistics, noisy), (clips_of_angles(50, seed=1)[0], middle)).penalty == max(PENALTIES)
    assert fit_ridge((statistics, targets), clips_of_angles(50, seed=1)).penalty == min(PENALTIES)


def test_chance_knows_nothing_and_is_the_same_every_time() -> None:
    scores = chance_scores(20, 500)
    assert scores.shape == (20, 500)
    np.testing.assert_array_equal(scores, chance_scores(20, 500))
    assert abs(scores.mean() - 0.5) < 0.02
