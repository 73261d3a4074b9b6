"""Sounds in the order in which a query names them: when was each heard, and does that order fit better than another?

A query is a sequence of groups; the clauses of a group sound at the same time or one after another in any order. Of the
scores of every segment of a file for every clause, on a scale on which clauses can be compared,

1.  `at_once` makes one row of those that must sound at the same time;
2.  `arrange` finds the best segment for every clause such that each group begins at least a gap after the one before
    has ended; `arrangement_scores` tells how well that goes for many files at once;
3.  `margin` tells by how much the order asked for is better than the best other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np

ALL_ORDERS_UP_TO = 4  # of so many groups every order is tried, of more only those that swap two neighbours
FREE_UP_TO = 5  # so many clauses of a later group may come in any order, more only as they are named: 2^n ways to go on

Chosen = frozenset[int]  # some clauses


@dataclass(frozen=True)
class Alignment:
    """The best way to hear all clauses, their groups in order.

    score : mean score of the clauses where they were heard; -inf where the file is too short to hold them
    segments : the segment of each clause; empty where the file is too short
    """

    score: float
    segments: tuple[int, ...]


def at_once(scores: np.ndarray, reach: int) -> np.ndarray:
    """Scores of clauses that sound at the same time (clauses, ..., segments) -> their sum (..., segments).

    Each clause counts with its best score within `reach` segments.
    """
    best = scores.copy()
    for step in range(1, reach + 1):
        best[..., step:] = np.maximum(best[..., step:], scores[..., :-step])
        best[..., :-step] = np.maximum(best[..., :-step], scores[..., step:])
    return np.asarray(best.sum(axis=0))


def arrangement_scores(scores: np.ndarray, groups: Sequence[int], gap: int) -> np.ndarray:
    """Scores of clauses (clauses, ..., segments) and the group of each -> (...): the best mean of all clauses, each in
    its segment; -inf where there is no room. Groups are heard in the order of their numbers.
    """
    *_, last = _steps(scores, groups, gap)
    return np.asarray(last.done[..., -1] / len(scores))


def arrange(scores: np.ndarray, groups: Sequence[int], gap: int) -> Alignment:
    """Scores of clauses (clauses, segments) and the group of each -> the best segment for each clause, in the order of
    the clauses. Where several are equally good the earliest of the last clause is taken, then of the one before.
    """
    length = scores.shape[1]
    steps = list(_steps(scores, groups, gap))
    total = float(steps[-1].done[-1]) if length else -np.inf
    if not np.isfinite(total):
        return Alignment(-np.inf, ())
    found: dict[int, int] = {}
    until = length - 1
    for step in reversed(steps[1:]):
        until = _go_back(scores, step.best, until, found) - gap
    for clause in steps[0].members:
        found[clause] = int(scores[clause, : until + 1].argmax())
    return Alignment(total / len(scores), tuple(found[clause] for clause in range(len(scores))))


def margin(scores: np.ndarray, groups: Sequence[int], gap: int) -> float | None:
    """By how much the order asked for scores better than the best other order of the groups.

    scores : (clauses, segments). None where there is no other order, or no room for any.
    """
    asked = arrange(scores, groups, gap).score
    if len(set(groups)) < 2 or not np.isfinite(asked):
        return None
    return asked - float(other_order_scores(scores, groups, gap))


def other_order_scores(scores: np.ndarray, groups: Sequence[int], gap: int) -> np.ndarray:
    """`arrangement_scores` of the best other order of the groups; -inf where there is none."""
    numbers = sorted(set(groups))
    others = [[order[numbers.index(group)] for group in groups] for order in _other_orders(len(numbers))]
    found = (arrangement_scores(scores, other, gap) for other in others)
    return np.asarray(np.max([np.full(scores.shape[1:-1], -np.inf), *found], axis=0))


class _Step(NamedTuple):
    """A group: the best sum (..., segments) so far if all of it was heard in a segment or before; and, for sets of its
    clauses, the same if only these were. In any order from the beginning on, the clauses need no sets.
    """

    members: list[int]
    done: np.ndarray
    best: dict[Chosen, np.ndarray]


def _steps(scores: np.ndarray, groups: Sequence[int], gap: int) -> Iterator[_Step]:
    first, *later = [[i for i, group in enumerate(groups) if group == number] for number in sorted(set(groups))]
    done = np.maximum.accumulate(scores[first], axis=-1).sum(axis=0)
    yield _Step(first, done, {})
    for members in later:
        best = {frozenset[int](): _moved(done, gap)}
        for chosen in _ways(members):
            ends = [best[chosen - {last}] + scores[last] for last in sorted(chosen) if chosen - {last} in best]
            best[chosen] = np.maximum.accumulate(np.max(ends, axis=0), axis=-1)
        done = best[frozenset(members)]
        yield _Step(members, done, best)


def _ways(members: Sequence[int]) -> Iterator[Chosen]:
    """The sets of clauses on the way from none to all, smaller ones first."""
    for count in range(1, len(members) + 1):
        if len(members) <= FREE_UP_TO:
            yield from map(frozenset, combinations(members, count))
        else:
            yield frozenset(members[:count])


def _moved(scores: np.ndarray, gap: int) -> np.ndarray:
    """(..., segments), moved by so many segments; nothing comes before."""
    if not gap:
        return scores
    moved = np.full(scores.shape, -np.inf)
    moved[..., gap:] = scores[..., :-gap]
    return moved


def _go_back(scores: np.ndarray, best: dict[Chosen, np.ndarray], until: int, found: dict[int, int]) -> int:
    """Find the segments of a group's clauses, given that all are heard until then; returns the first of them."""
    chosen = max(best, key=len)
    while chosen:
        until = int((best[chosen][: until + 1] == best[chosen][until]).argmax())  # here the best was first reached
        last = next(
            one
            for one in sorted(chosen)
            if chosen - {one} in best and best[chosen - {one}][until] + scores[one, until] == best[chosen][until]
        )
        found[last], chosen = until, chosen - {last}
    return until


def _other_orders(count: int) -> Iterator[tuple[int, ...]]:
    if count <= ALL_ORDERS_UP_TO:
        orders = permutations(range(count))
        next(orders)  # the order asked for is the first
        yield from orders
        return
    for first in range(count - 1):
        yield (*range(first), first + 1, first, *range(first + 2, count))
