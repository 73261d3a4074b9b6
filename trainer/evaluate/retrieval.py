"""Text-to-audio retrieval: how early the sounds that a caption describes come in the ranking of a whole pool.

Equal captions are one query, and every sound they describe is relevant: R@k and mean average precision (seeds M1, M3)
for more than one relevant sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Ranking:
    """Where every relevant sound came.

    ranks : (queries, sounds), from 1; relevant : (queries, sounds) bool, at least one in every row.

    The figures take `counts` (sounds,), how often each sound was drawn in a resample: what was measured of a query
    stays, and weighs as much as the sounds it asks for were drawn. Without counts every query weighs the same.
    """

    ranks: np.ndarray
    relevant: np.ndarray

    def recall_at(self, k: int, counts: np.ndarray | None = None) -> float:
        """Share of queries with a relevant sound among the first k."""
        found = np.any((self.ranks <= k) & self.relevant, axis=1)
        return float(np.average(found, weights=self._weights(counts).sum(axis=1)))

    def mean_average_precision(self, counts: np.ndarray | None = None) -> float:
        """Mean over queries of the mean precision at the ranks of the relevant sounds."""
        return float(np.average(self._precisions, weights=self._weights(counts)))

    def among(self, sounds: np.ndarray) -> Ranking:
        """The same ranks in the same pool, but of these sounds alone; sounds : positions."""
        return Ranking(self.ranks[:, sounds], self.relevant[:, sounds])

    def _weights(self, counts: np.ndarray | None) -> np.ndarray:
        return self._shares if counts is None else self._shares * counts

    @cached_property
    def _shares(self) -> np.ndarray:
        """(queries, sounds): the weight 1 of every query, shared by the sounds that are relevant to it."""
        return np.asarray(self.relevant / self.relevant.sum(axis=1, keepdims=True))

    @cached_property
    def _precisions(self) -> np.ndarray:
        """(queries, sounds): how many relevant sounds come up to a sound's rank, over that rank."""
        order = np.argsort(self.ranks, axis=1)
        found = np.cumsum(np.take_along_axis(self.relevant, order, axis=1), axis=1)
        return np.take_along_axis(found, np.argsort(order, axis=1), axis=1) / self.ranks


def rank(scores: np.ndarray, relevant: np.ndarray) -> Ranking:
    """scores, relevant : (queries, sounds). Ties count against us: of equal scores the irrelevant comes first.

    Raises ValueError if a query has no relevant sound.
    """
    if not relevant.any(axis=1).all():
        raise ValueError("a query without any relevant sound cannot be scored")
    ranks = np.empty(scores.shape, dtype=int)
    for row, (row_scores, wanted) in enumerate(zip(scores, relevant, strict=True)):
        ranks[row, np.lexsort((wanted, -row_scores))] = np.arange(1, scores.shape[1] + 1)
    return Ranking(ranks, relevant.astype(bool))
