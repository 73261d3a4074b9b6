"""The heads against the equation that they solve, and against fits made one by one."""

from __future__ import annotations

import numpy as np
import pytest

from engine.logistic_head import BIAS_SHRINKAGE, fit_heads


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((40, 6)) / 2


@pytest.fixture
def truth(rows: np.ndarray) -> np.ndarray:
    return rows[:, 0] + 0.5 * rows[:, 1] > 0.2


def slow_head(guess: np.ndarray, rows: np.ndarray, truth: np.ndarray, weights: np.ndarray, shrinkage: float):
    """Newton's method as one writes it down."""
    rows = np.column_stack([rows, np.ones(len(rows))])
    guess, shrink = np.append(guess, 0.0), np.append(np.full(len(guess), shrinkage), BIAS_SHRINKAGE)
    head = guess
    for _ in range(50):
        likely = 1 / (1 + np.exp(-rows @ head))
        gradient = rows.T @ (weights * (likely - truth)) + shrink * (head - guess)
        curvature = rows.T @ (rows * (weights * likely * (1 - likely))[:, None]) + np.diag(shrink)
        head = head - np.linalg.solve(curvature, gradient)
    return head[:-1]


def test_the_head_is_that_of_newtons_method(rows: np.ndarray, truth: np.ndarray):
    weights, guess = np.linspace(0.2, 1.0, len(rows)), np.ones(6)
    (head,) = fit_heads(guess[np.newaxis], rows, truth, weights[np.newaxis], 0.5)
    assert head == pytest.approx(slow_head(guess, rows, truth, weights, 0.5), abs=1e-3)


def test_many_fits_at_once_are_those_made_one_by_one(rows: np.ndarray, truth: np.ndarray):
    weights = np.vstack([np.ones(len(rows)), 1.0 - np.eye(len(rows))[:3]])
    guesses = np.random.default_rng(1).standard_normal((4, 6))
    together = fit_heads(guesses, rows, truth, weights, 0.5)
    for head, guess, of_rows in zip(together, guesses, weights, strict=True):
        assert head == pytest.approx(slow_head(guess, rows, truth, of_rows, 0.5), abs=1e-3)


def test_without_anything_to_learn_from_the_guess_remains(rows: np.ndarray, truth: np.ndarray):
    guess = np.arange(6.0)
    (head,) = fit_heads(guess[np.newaxis], rows, truth, np.zeros((1, len(rows))), 0.5)
    assert head == pytest.approx(guess)


def test_the_more_it_shrinks_the_nearer_it_stays_to_the_guess(rows: np.ndarray, truth: np.ndarray):
    far = [
        float(np.linalg.norm(fit_heads(np.ones((1, 6)), rows, truth, np.ones((1, len(rows))), shrinkage) - 1.0))
        for shrinkage in (0.1, 1.0, 100.0)
    ]
    assert far[0] > far[1] > far[2]
    assert far[2] < 0.3
