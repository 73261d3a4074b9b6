from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ordering import (
    align,
    arrange,
    arrangement_scores,
    at_once,
    calibrated,
    margin,
    order_margin,
    together,
)


def random_scores(seed: int, groups: int, segments: int) -> np.ndarray:
    """Few different values: many ties."""
    return np.random.default_rng(seed).integers(-4, 5, size=(groups, segments)) / 4.0


def slow_align(groups: np.ndarray, gap: int) -> float:
    """The best mean over every choice of segments that keeps the order and the gap."""
    count, length = groups.shape
    ways = [
        sum(groups[group, segment] for group, segment in enumerate(way)) / count
        for way in product(range(length), repeat=count)
        if all(later - earlier >= gap for earlier, later in pairwise(way))
    ]
    return max(ways, default=-np.inf)


some_scores = st.builds(random_scores, st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 7))


@settings(max_examples=150, deadline=None)
@given(groups=some_scores, gap=st.integers(0, 2))
def test_no_other_choice_of_segments_is_better(groups: np.ndarray, gap: int) -> None:
    found = align(groups, gap)
    assert found.score == pytest.approx(slow_align(groups, gap))


@settings(max_examples=150, deadline=None)
@given(groups=some_scores, gap=st.integers(0, 2))
def test_the_segments_keep_the_order_and_make_up_the_score(groups: np.ndarray, gap: int) -> None:
    found = align(groups, gap)
    if np.isfinite(found.score):
        assert len(found.segments) == len(groups)
        assert all(b - a >= gap for a, b in zip(found.segments, found.segments[1:], strict=False))
        assert groups[range(len(groups)), found.segments].mean() == pytest.approx(found.score)


def test_a_sound_that_is_too_short_for_the_groups_has_no_alignment() -> None:
    found = align(np.ones((3, 4)), gap=2)
    assert found.score == -np.inf
    assert found.segments == ()
    assert align(np.ones((3, 5)), gap=2).segments == (0, 2, 4)
    assert align(np.ones((3, 0)), gap=0).segments == ()
    assert align(np.ones((3, 1)), gap=0).segments == (0, 0, 0)


@pytest.mark.parametrize(("groups", "gap"), [(0, 1), (2, -1)])
def test_nothing_and_a_negative_gap_cannot_be_aligned(groups: int, gap: int) -> None:
    with pytest.raises(ValueError, match="cannot be aligned"):
        align(np.ones((groups, 3)), gap)


def test_the_order_that_was_played_is_better_than_the_other() -> None:
    dog, car = np.array([3.0, 2.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 4.0])
    assert align(np.stack([dog, car]), gap=1).segments == (0, 3)
    assert order_margin(np.stack([dog, car]), gap=1) == pytest.approx(3.5 - 1.0)  # else only the end of the dog is left
    assert order_margin(np.stack([car, dog]), gap=1) == pytest.approx(1.0 - 3.5)


@settings(max_examples=60, deadline=None)
@given(groups=st.builds(random_scores, st.integers(0, 2**32), st.integers(2, 4), st.integers(5, 7)))
def test_the_margin_is_to_the_best_of_all_other_orders(groups: np.ndarray) -> None:
    others = [order for order in permutations(range(len(groups))) if order != tuple(range(len(groups)))]
    best = max(slow_align(groups[list(order)], 1) for order in others)
    assert order_margin(groups, 1) == pytest.approx(slow_align(groups, 1) - best)


def test_of_many_groups_neighbours_are_swapped() -> None:
    groups = np.eye(6)
    assert order_margin(groups, gap=1) > 0
    assert order_margin(groups[[1, 0, 2, 3, 4, 5]], gap=1) < 0


@pytest.mark.parametrize("groups", [np.ones((1, 4)), np.ones((3, 2))])
def test_without_another_order_or_without_room_there_is_no_margin(groups: np.ndarray) -> None:
    assert order_margin(groups, gap=1) == 0.0


def test_a_group_is_as_good_as_its_weakest_clause() -> None:
    scores = np.array([[0.0, 9.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0]])
    assert together(scores, reach=0).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert together(scores, reach=1).tolist() == [0.0, 5.0, 5.0, 0.0]
    assert together(scores[:1], reach=0).tolist() == scores[0].tolist()


def test_calibration_makes_clauses_comparable() -> None:
    similarities = np.random.default_rng(0).random((1, 8))
    background = np.random.default_rng(1).random((1, 500))
    # the same evidence, once on a narrow and once on a wide scale
    both = calibrated(np.vstack([similarities, 5 + 3 * similarities]), np.vstack([background, 5 + 3 * background]))
    np.testing.assert_allclose(both[0], both[1])
    itself = calibrated(background, background)
    assert itself.mean() == pytest.approx(0.0)
    assert itself.std() == pytest.approx(1.0)


def test_a_background_that_is_all_alike_gives_finite_scores() -> None:
    assert np.isfinite(calibrated(np.ones((1, 3)), np.ones((1, 5)))).all()


# --- clauses in groups ------------------------------------------------------------------------------------------------


def keeps(way: tuple[int, ...], groups: list[int], gap: int) -> bool:
    """Whether every clause is heard at least a gap after all clauses of lower groups."""
    pairs = [(one, other) for one in range(len(way)) for other in range(len(way)) if groups[one] < groups[other]]
    return all(way[other] - way[one] >= gap for one, other in pairs)


def slow_arrange(scores: np.ndarray, groups: list[int], gap: int) -> float:
    """The best mean over every choice of segments that keeps the order of the groups."""
    count, length = scores.shape
    ways = [way for way in product(range(length), repeat=count) if keeps(way, groups, gap)]
    return max((sum(scores[i, at] for i, at in enumerate(way)) / count for way in ways), default=-np.inf)


some_groups = st.lists(st.integers(0, 2), min_size=1, max_size=4)


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


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), gap=st.integers(0, 2))
def test_one_clause_in_each_group_is_an_alignment(seed: int, gap: int) -> None:
    scores = random_scores(seed, 3, 6)
    assert arrange(scores, [0, 1, 2], gap).score == pytest.approx(align(scores, gap).score)
    assert margin(scores, [0, 1, 2], gap) == pytest.approx(order_margin(scores, gap)) or len(scores[0]) <= 2 * gap


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
