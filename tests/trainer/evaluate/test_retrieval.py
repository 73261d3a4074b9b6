from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.evaluate.retrieval import rank


def slow_ranking(scores: list[float], relevant: list[bool]) -> list[int]:
    """Positions of the sounds, best first; of equal scores the irrelevant comes first."""
    return sorted(range(len(scores)), key=lambda sound: (-scores[sound], relevant[sound]))


def slow_recall(scores: np.ndarray, relevant: np.ndarray, k: int) -> float:
    hits = 0
    for of_query, wanted in zip(scores.tolist(), relevant.tolist(), strict=True):
        hits += any(wanted[sound] for sound in slow_ranking(of_query, wanted)[:k])
    return hits / len(scores)


def slow_mean_average_precision(scores: np.ndarray, relevant: np.ndarray) -> float:
    averages = []
    for of_query, wanted in zip(scores.tolist(), relevant.tolist(), strict=True):
        found, precisions = 0, []
        for place, sound in enumerate(slow_ranking(of_query, wanted), start=1):
            if wanted[sound]:
                found += 1
                precisions.append(found / place)
        averages.append(sum(precisions) / len(precisions))
    return sum(averages) / len(averages)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), queries=st.integers(1, 6), sounds=st.integers(1, 12), steps=st.integers(1, 5))
def test_figures_agree_with_the_slow_and_obvious_ones(seed: int, queries: int, sounds: int, steps: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(0, steps, size=(queries, sounds)) / 4.0  # few steps: many ties
    relevant = random.random((queries, sounds)) < 0.3
    relevant[np.arange(queries), random.integers(0, sounds, queries)] = True
    ranking = rank(scores, relevant)
    for k in (1, 3, 10):
        np.testing.assert_allclose(ranking.recall_at(k), slow_recall(scores, relevant, k))
    np.testing.assert_allclose(ranking.mean_average_precision(), slow_mean_average_precision(scores, relevant))


def test_three_queries_by_hand() -> None:
    scores = np.array(
        [
            [0.9, 0.1, 0.2],  # wanted: 0, which comes first
            [0.9, 0.8, 0.1],  # wanted: 1, which comes second
            [0.3, 0.9, 0.1],  # wanted: 0 and 2, which come second and third
        ]
    )
    relevant = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1]], dtype=bool)
    ranking = rank(scores, relevant)
    assert ranking.ranks.tolist() == [[1, 3, 2], [1, 2, 3], [2, 1, 3]]
    assert ranking.found_within(1).tolist() == [1.0, 0.0, 0.0]
    assert ranking.average_precisions() == pytest.approx([1, 1 / 2, (1 / 2 + 2 / 3) / 2])
    assert ranking.recall_at(1) == pytest.approx(1 / 3)
    assert ranking.recall_at(2) == 1.0
    assert ranking.mean_average_precision() == pytest.approx((1 + 1 / 2 + (1 / 2 + 2 / 3) / 2) / 3)


def test_of_equal_scores_the_irrelevant_comes_first() -> None:
    # a network that says the same of everything must not look good
    ranking = rank(np.zeros((1, 4)), np.array([[False, True, False, True]]))
    assert ranking.ranks.tolist() == [[1, 3, 2, 4]]
    assert ranking.recall_at(2) == 0.0
    assert ranking.mean_average_precision() == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_a_score_that_is_not_a_number_comes_last() -> None:
    ranking = rank(np.array([[np.nan, 0.1, 0.2]]), np.array([[True, False, False]]))
    assert ranking.ranks.tolist() == [[3, 2, 1]]


def test_a_query_that_nothing_answers_cannot_be_scored() -> None:
    with pytest.raises(ValueError, match="without any relevant sound"):
        rank(np.zeros((2, 2)), np.array([[True, False], [False, False]]))
