"""Is the file with just these sounds, in just this order, the first of many?

A pool holds every ordered pair of some sounds: for each question one file with the same sounds the other way round,
and many with one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from trainer.evaluate.figures import Row, Table, figure, ratio
from trainer.evaluate.mixtures import CROSS_FADE, THIRD_BEHIND, Meeting, Mixtures, Order
from trainer.evaluate.order import OrderTest, in_turn
from trainer.evaluate.retrieval import rank
from trainer.evaluate.sentence_systems import SentenceSystem

POOL_SOUNDS = 10
MEETINGS = (CROSS_FADE, THIRD_BEHIND)


def ordered_retrieval_table(test: OrderTest, pools: Mixtures) -> Table:
    """pools : sets of sounds, of which the last one is heard behind the others."""
    sounds = pools.recordings.shape[1] - 1
    orders = list(permutations(range(sounds), 2))
    systems: list[SentenceSystem] = [test.search, test.in_any_order, *test.others]
    found = [_found_first(test, systems, pools, orders, meeting) for meeting in MEETINGS]
    recordings = np.concatenate([of_pool[orders] for of_pool in pools.recordings])
    rows = []
    for which, system in enumerate(systems):
        ours = system is test.search
        first = [figure(of_meeting[which], recordings) for of_meeting in found]
        times = [None if ours else ratio(of_meeting[0], of_meeting[which], recordings) for of_meeting in found]
        rows.append(Row(system.name, (*first, *times)))
    names = [meeting.name for meeting in MEETINGS]
    columns = (*names, *(f"ordered search is times better: {name}" for name in names))
    notes = (
        f"ordered retrieval: the pair in its order is the first of {len(orders)} files; {len(pools.sets)} pools of all "
        f"ordered pairs of {sounds} sounds, {len(recordings)} sentences, chance {1 / len(orders):.3f}",
    )
    return Table("ordered retrieval", columns, tuple(rows), notes)


def _found_first(
    test: OrderTest,
    systems: Sequence[SentenceSystem],
    pools: Mixtures,
    orders: Sequence[Order],
    meeting: Meeting,
) -> list[np.ndarray]:
    """For each system (sentences of all pools,): 1 where the file came first."""
    found: list[list[np.ndarray]] = [[] for _ in systems]
    for number in range(len(pools.sets)):
        items = [(number, order) for order in orders]
        behind = len(pools.sets[number]) - 1
        heard = test.heard(pools.joined(meeting, items, behind), meeting.name)
        sentences = [question.sentence for question in in_turn(pools, items)]
        for of_system, system in zip(found, systems, strict=True):
            of_system.append(rank(system.scores(sentences, heard), np.eye(len(items), dtype=bool)).found_within(1))
    return [np.concatenate(of_system) for of_system in found]
