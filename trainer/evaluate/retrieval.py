"""Text-to-audio retrieval: how early the sounds that a caption describes come in the ranking of a whole pool.

Equal captions are one query, and every sound they describe is relevant: R@k and mean average precision (seeds M1, M3)
for more than one relevant sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ranking:
    """Where every relevant sound came.

    ranks : (queries, sounds), from 1; relevant : (queries, sounds) bool, at least one in every row.
    """

    ranks: np.ndarray
    relevant: np.ndarray

    def found_within(self, k: int) -> np.ndarray:
        """(queries,): 1 where a relevant sound is among the first k."""
        return np.any((self.ranks <= k) & self.relevant, axis=1).astype(float)

    def average_precisions(self) -> np.ndarray:
        """(queries,): the mean precision at the ranks of the relevant sounds."""
        order = np.argsort(self.ranks, axis=1)
        relevant = np.take_along_axis(self.relevant, order, axis=1)  # best first
        precisions = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
        return np.asarray((precisions * relevant).sum(axis=1) / relevant.sum(axis=1))

    def average_precisions_within(self, k: int) -> np.ndarray:
        """(queries,): AP@k, the precisions at the relevant ranks up to k over as many as could be there (M3, M4)."""
        found = np.sort(np.where(self.relevant, self.ranks, self.ranks.shape[1] + 1), axis=1)[:, :k]  # best first
        precisions = np.arange(1, found.shape[1] + 1) / found
        possible = np.minimum(self.relevant.sum(axis=1), k)
        return np.asarray((precisions * (found <= min(k, self.ranks.shape[1]))).sum(axis=1) / possible)

    def reciprocal_ranks(self) -> np.ndarray:
        """(queries,): one over the rank of the first relevant sound."""
        return np.asarray(1.0 / np.where(self.relevant, self.ranks, self.ranks.shape[1]).min(axis=1))

    def recall_at(self, k: int) -> float:
        """R@k: the share of queries with a relevant sound among the first k."""
        return float(self.found_within(k).mean())

    def mean_average_precision(self) -> float:
        return float(self.average_precisions().mean())


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
