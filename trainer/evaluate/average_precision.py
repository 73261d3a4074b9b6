"""Average precision of classes of which a sound may have several: the macro mean over them (seed M6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from trainer.evaluate.figures import Figure, figure_of


class ClassPrecision:
    """Of one class, sorted once, because a bootstrap asks a thousand times.

    As `sklearn.metrics.average_precision_score`: sounds with equal scores are found together.
    """

    def __init__(self, truth: np.ndarray, scores: np.ndarray) -> None:
        """truth : (sounds,) bool; scores : (sounds,)."""
        self._order = np.argsort(-scores, kind="stable")
        self._true = truth[self._order].astype(float)
        ranked = scores[self._order]
        last = np.flatnonzero(np.append(np.diff(ranked) != 0, True))  # of each group of equal scores
        self._last = last[np.searchsorted(last, np.arange(len(ranked)))]

    def value(self, counts: np.ndarray) -> float | None:
        """counts : (sounds,), how often each counts; None if no sound of the class does."""
        counted = counts[self._order]
        true = counted * self._true
        if not true.any():
            return None
        found = np.cumsum(counted)[self._last]
        precisions = np.cumsum(true)[self._last] / np.maximum(found, 1e-9)  # before the first that counts: 0
        return float(true @ precisions / true.sum())


def average_precision_figure(truth: np.ndarray, scores: np.ndarray, groups: ArrayLike) -> Figure:
    """The mean over all classes that some sound has, and its interval when whole groups are drawn.

    truth : (sounds, classes) bool; scores : (sounds, classes); groups : (sounds,)
    Raises ValueError if no sound has a class.
    """
    classes = [ClassPrecision(*of_class) for of_class in zip(truth.T, scores.T, strict=True)]

    def mean(counts: np.ndarray) -> float | None:
        values = [value for each in classes if (value := each.value(counts)) is not None]
        return float(np.mean(values)) if values else None

    return figure_of(mean, groups)
