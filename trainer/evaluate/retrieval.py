"""Text-to-audio retrieval: how early the sounds that a caption describes come in the ranking of a whole pool.

Equal captions are one query, and every sound they describe is relevant. Figures are those of seeds M1 and M3,
for more than one relevant sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ranking:
    """Where every relevant sound came.

    ranks : (queries, sounds), from 1; relevant : (queries, sounds) bool.
    """

    ranks: np.ndarray
    relevant: np.ndarray

    def recall_at(self, k: int, counts: np.ndarray | None = None) -> float:
        """Share of queries with a relevant sound among the first k.

        counts : (sounds,), how often each sound counts as an answer; queries without any answer are left out.
        """
        answers = self._answers(counts)
        asked = answers.any(axis=1)
        return float(np.any((self.ranks <= k) & (answers > 0), axis=1)[asked].mean())

    def mean_average_precision(self, counts: np.ndarray | None = None) -> float:
        """Mean over queries of the mean precision at the ranks of the answers."""
        answers = self._answers(counts)
        asked = answers.any(axis=1)
        average = (self._precisions() * answers).sum(axis=1)[asked] / answers.sum(axis=1)[asked]
        return float(average.mean())

    def _precisions(self) -> np.ndarray:
        """At every sound's rank: the relevant sounds up to there, over the rank."""
        order = np.argsort(self.ranks, axis=1)
        found = np.cumsum(np.take_along_axis(self.relevant, order, axis=1), axis=1)
        at_rank = found / np.arange(1, self.ranks.shape[1] + 1)
        return np.take_along_axis(at_rank, self.ranks - 1, axis=1)

    def _answers(self, counts: np.ndarray | None) -> np.ndarray:
        return self.relevant.astype(int) if counts is None else self.relevant * counts


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
