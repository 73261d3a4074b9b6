"""Sounds in the order in which a query names them: when was each heard, and does that order fit better than another?

A query is a sequence of groups; a group is a set of clauses that sound at the same time. Every segment of a file has a
similarity to every clause. Of these similarities

1.  `calibrated` makes deviations above the background, because those of different clauses cannot be compared;
2.  `together` makes one row for each group: as good as its weakest clause;
3.  `align` finds the best segment for every group such that each comes at least a gap after the one before;
4.  `order_margin` tells by how much the order asked for is better than the best other one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

ALL_ORDERS_UP_TO = 4  # of so many groups every order is tried, of more only those that swap two neighbours


@dataclass(frozen=True)
class Alignment:
    """The best way to hear all groups in order.

    score : mean score of the groups where they were heard; -inf where the file is too short to hold them
    segments : the segment of each group, ascending; empty where the file is too short
    """

    score: float
    segments: tuple[int, ...]


def calibrated(similarities: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Similarities (clauses, segments) -> deviations above the background, of the same shape.

    background : (clauses, sounds), similarities of any segments of the library to the same clauses.
    """
    mean, deviation = background.mean(axis=1, keepdims=True), background.std(axis=1, keepdims=True)
    return np.asarray((similarities - mean) / np.maximum(deviation, 1e-9))


def together(scores: np.ndarray, reach: int) -> np.ndarray:
    """Scores of clauses that sound at the same time (clauses, segments) -> of the group (segments,).

    Each clause counts with its best score within `reach` segments, and the weakest decides.
    """
    padded = np.pad(scores, ((0, 0), (reach, reach)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    return np.asarray(windows.max(axis=2).min(axis=0))


def align(groups: np.ndarray, gap: int) -> Alignment:
    """Scores of groups (groups, segments), in the order asked for -> their best alignment.

    gap : the least number of segments from one group to the next; with 0 two groups may share a segment.
    Raises ValueError for no group or a negative gap.
    """
    count, length = groups.shape
    if not count or gap < 0:
        raise ValueError(f"{count} groups cannot be aligned with {gap=}")
    if length <= (count - 1) * gap:
        return Alignment(-np.inf, ())
    total = groups[0]  # total[t]: the best sum of the groups so far if the last of them is heard in segment t
    before = []  # for each further group: where the group before it is heard best, if this one is heard in t
    for scores in groups[1:]:
        best_until = _best_until(total)
        earlier = np.maximum(np.arange(length) - gap, 0)
        before.append(best_until[earlier])
        total = scores + np.where(np.arange(length) < gap, -np.inf, total[before[-1]])
    segments = [int(total.argmax())]
    for where in reversed(before):
        segments.insert(0, int(where[segments[0]]))
    return Alignment(float(total[segments[-1]]) / count, tuple(segments))


def order_margin(groups: np.ndarray, gap: int) -> float:
    """By how much the order of the groups (groups, segments) scores better than the best other order.

    0 where there is no other order, or no room for any.
    """
    asked = align(groups, gap).score
    others = [align(groups[list(order)], gap).score for order in _other_orders(len(groups))]
    return asked - max(others) if others and np.isfinite(asked) else 0.0


def _best_until(scores: np.ndarray) -> np.ndarray:
    """(segments,) -> for each segment the position of the best score up to and with it."""
    rises = scores == np.maximum.accumulate(scores)
    return np.asarray(np.maximum.accumulate(np.where(rises, np.arange(len(scores)), 0)))


def _other_orders(count: int) -> Iterator[tuple[int, ...]]:
    if count <= ALL_ORDERS_UP_TO:
        orders = permutations(range(count))
        next(orders)  # the order asked for is the first
        yield from orders
        return
    for first in range(count - 1):
        yield (*range(first), first + 1, first, *range(first + 2, count))
