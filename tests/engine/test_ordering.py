from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ordering import arrange, arrangement_scores, at_once, margin, other_order_scores


def random_scores(seed: int, groups: int, segments: int) -> np.ndarray:
    """Few different values: many ties."""
    return np.random.default_rng(seed).integers(-4, 5, size=(groups, segments)) / 4.0


def keeps(way: tuple[int, ...], groups: list[int], gap: int) -> bool:
    """Whether every clause is heard at least a gap after all clauses of lower groups."""
    pairs = [(one, other) for one in range(len(way)) for other in range(len(way)) if groups[one] < groups[other]]
    return all(way[other] - way[one] >= gap for one, other in pairs)


def slow_arrange(scores: np.ndarray, groups: list[int], gap: int) -> float:
    """The best mean over every choice of segments that keeps the order of the groups."""
    count, length = scores.shape
    ways = [way for way in product(range(length), repeat=count) if keeps(way, groups, gap)]
    return max((sum(scores[i, at] for i, at in enumerate(way)) / count for way in ways), default=-np.inf)


some_groups = st.lists(st.integers(0, 3), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(groups=some_groups, seed=st.integers(0, 2**32), segments=st.integers(1, 6), gap=st.integers(0, 2))
def test_no_other_place_for_the_clauses_is_better(groups: list[int], seed: int, segments: int, gap: int) -> None:
    scores = random_scores(seed, len(groups), segments)
    found = arrange(scores, groups, gap)
    assert found.score == pytest.approx(slow_arrange(scores, groups, gap))
    assert arrangement_scores(scores, groups, gap) == pytest.approx(found.score)
    if found.segments:
        assert keeps(found.segments, groups, gap)
        assert scores[range(len(groups)), found.segments].mean() == pytest.approx(found.score)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(2, 4), seed=st.integers(0, 2**32), gap=st.integers(0, 1))
def test_the_margin_is_to_the_best_of_all_other_orders(count: int, seed: int, gap: int) -> None:
    scores, asked = random_scores(seed, count, 6), list(range(count))
    best = max(slow_arrange(scores, list(order), gap) for order in permutations(asked) if list(order) != asked)
    assert margin(scores, asked, gap) == pytest.approx(slow_arrange(scores, asked, gap) - best)
    both_files = np.stack([scores, scores[:, ::-1]], axis=1)
    assert other_order_scores(both_files, asked, gap)[0] == pytest.approx(best)


def test_without_groups_there_is_no_other_order() -> None:
    assert other_order_scores(np.ones((2, 3, 5)), [0, 0], 1).tolist() == [-np.inf] * 3


def test_of_many_groups_neighbours_are_swapped() -> None:
    for order, is_heard in (([0, 1, 2, 3, 4, 5], True), ([1, 0, 2, 3, 4, 5], False)):
        by = margin(np.eye(6), order, 1)
        assert by is not None
        assert (by > 0) == is_heard


def test_many_files_are_arranged_at_once_and_what_was_filled_up_has_no_part_in_it() -> None:
    short, long = random_scores(1, 3, 4), random_scores(2, 3, 6)
    filled = np.pad(short, ((0, 0), (0, 2)), constant_values=-np.inf)
    together_scores = arrangement_scores(np.stack([filled, long], axis=1), [0, 0, 1], 1)
    assert together_scores.tolist() == pytest.approx([arrange(one, [0, 0, 1], 1).score for one in (short, long)])


def test_clauses_of_a_group_come_in_any_order_but_all_before_the_next_group() -> None:
    bell, bird, car = np.zeros((3, 6))
    bird[0], bell[2], car[4] = 4.0, 4.0, 4.0
    assert arrange(np.stack([bell, bird, car]), [0, 0, 1], 1).segments == (2, 0, 4)
    assert arrange(np.stack([bell, bird, car]), [0, 0, 1], 1).score == 4.0
    assert arrange(np.stack([bell, bird, car]), [0, 1, 1], 1).score < 4.0  # the bell is not before the bird


def test_a_group_of_very_many_clauses_is_taken_as_it_is_named() -> None:
    scores = np.eye(9)
    assert arrange(scores, [0, *[1] * 8], 0).segments == tuple(range(9))
    assert arrange(scores[::-1], [0] * 9, 0).segments == tuple(range(8, -1, -1))  # alone it may come in any order


def test_equally_good_places_are_the_earliest() -> None:
    assert arrange(np.ones((2, 5)), [0, 1], 2).segments == (0, 2)
    assert arrange(np.ones((3, 5)), [0, 0, 0], 2).segments == (0, 0, 0)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_a_file_too_short_for_the_gap_has_no_arrangement(length: int) -> None:
    scores = np.ones((2, length))
    assert arrange(scores, [0, 1], 2).segments == ()
    assert margin(scores, [0, 1], 2) is None


def test_the_margin_is_below_zero_where_another_order_is_heard() -> None:
    dog, car = np.array([3.0, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 4.0])
    assert margin(np.stack([dog, car]), [0, 1], 1) == pytest.approx(3.5)
    assert margin(np.stack([dog, car]), [1, 0], 1) == pytest.approx(-3.5)
    assert margin(np.stack([dog, car]), [0, 0], 1) is None


def test_what_sounds_at_the_same_time_is_near() -> None:
    rain, voice = np.array([0.0, 3.0, 0.0, 0.0]), np.array([0.0, 0.0, 2.0, 0.0])
    assert at_once(np.stack([rain, voice]), 0).tolist() == [0.0, 3.0, 2.0, 0.0]
    assert at_once(np.stack([rain, voice]), 1).tolist() == [3.0, 5.0, 5.0, 2.0]
    assert at_once(np.stack([rain, voice])[:, np.newaxis], 1).shape == (1, 4)
