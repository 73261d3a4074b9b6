"""Logistic regression that stays near a first guess: many fits of the same vectors at once, by plain matrix products.

For weights w and bias b, with rows x of truth y (1 or 0) and weight c, it makes least

    sum of c * (log(1 + exp(x·w + b)) - y * (x·w + b))  +  shrinkage / 2 * |w - guess|²

Newton's method needs a new matrix of curvature in every step. Here the largest that it can be is taken once, a quarter
of the rows' own products, so that no step goes too far and each comes nearer (Böhning and Lindsay, "Monotonicity of
quadratic-approximation algorithms", 1988, https://doi.org/10.1007/BF00049423). One matrix then serves every fit that
weighs the rows less, as all those do that leave one of them out.
"""

from __future__ import annotations

import numpy as np

STEPS = 60
BIAS_SHRINKAGE = 1e-3  # keeps the matrix invertible where all rows weigh nothing


def fit_heads(
    guesses: np.ndarray, rows: np.ndarray, truth: np.ndarray, weights: np.ndarray, shrinkage: float
) -> np.ndarray:
    """Weights (fits, dim), float64, without the biases.

    guesses : (fits, dim)
    rows, truth : (n, dim) and (n,)
    weights : (fits, n), of each row in each fit; none may be above that of the first fit
    """
    dim = rows.shape[1]
    rows = np.column_stack([rows, np.ones(len(rows))]).astype(np.float64)
    start = np.column_stack([guesses, np.zeros(len(guesses))]).astype(np.float64)
    shrink = np.append(np.full(dim, shrinkage), BIAS_SHRINKAGE)
    curvature = rows.T @ (rows * (weights[0] / 4)[:, None]) + np.diag(shrink)
    step = np.linalg.inv(curvature)
    heads = start
    for _ in range(STEPS):
        wrong = weights * (_sigmoid(heads @ rows.T) - truth)  # (fits, n)
        heads = heads - (wrong @ rows + shrink * (heads - start)) @ step
    return np.asarray(heads[:, :dim])


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1.0 + np.tanh(x / 2)))
