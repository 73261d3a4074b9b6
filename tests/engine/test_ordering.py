from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ordering import align, calibrated, order_margin, together


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
