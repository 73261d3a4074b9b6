"""Segment-based F1 as sed_eval defines it, against a slow count over the definition (seed M7)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trainer.evaluate.segment_f1 import counted, roll
from trainer.manifest import Event

LABELS = ["dog", "rain", "speech"]


def slow_f1(true: list[list[Event]], found: list[list[Event]], lengths_s: list[float]) -> float:
    """Segment by segment and label by label: is some event in it, by the floor of onsets and the ceiling of offsets?"""
    hits = made_up = missed = 0
    for is_true, is_found, seconds in zip(true, found, lengths_s, strict=True):
        for segment in range(math.ceil(seconds)):
            for label in LABELS:
                a, b = (
                    any(e.label == label and math.floor(e.onset_s) <= segment < math.ceil(e.offset_s) for e in events)
                    for events in (is_true, is_found)
                )
                hits, made_up, missed = hits + (a and b), made_up + (b and not a), missed + (a and not b)
    return 2 * hits / (2 * hits + made_up + missed)


def drawn(random: np.random.Generator, seconds: float) -> list[Event]:
    onsets = random.uniform(0, seconds, random.integers(1, 5))
    return [Event(on, min(seconds, on + random.uniform(0.1, 3)), str(random.choice(LABELS))) for on in onsets]


def test_it_is_what_the_definition_counts() -> None:
    random = np.random.default_rng(0)
    lengths_s = [float(each) for each in random.uniform(2, 12, 20)]
    true, found = ([drawn(random, seconds) for seconds in lengths_s] for _ in range(2))
    rolls = ([roll(e, LABELS, s) for e, s in zip(events, lengths_s, strict=True)] for events in (true, found))
    assert counted(*rolls).f1() == pytest.approx(slow_f1(true, found, lengths_s))


def test_one_sound_by_hand() -> None:
    true = roll([Event(0.2, 1.0, "dog"), Event(1.9, 3.1, "rain")], LABELS, 4.0)
    assert true.astype(int).T.tolist() == [[1, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 0]]
    found = roll([Event(0.0, 2.0, "dog"), Event(2.5, 2.6, "rain")], LABELS, 4.0)
    counts = counted([true], [found])
    assert (counts.found.sum(), counts.made_up.sum(), counts.missed.sum()) == (2, 1, 2)
    assert counts.f1() == pytest.approx(4 / 7)
    assert counts.precision() == pytest.approx(2 / 3)
    assert counts.recall() == pytest.approx(2 / 4)


def test_an_end_that_is_off_by_a_rounding_touches_no_further_segment() -> None:
    assert roll([Event(0.0, 0.1 * 3 * 10, "dog")], LABELS, 5.0)[:, 0].sum() == 3  # 3.0000000000000004


def test_sounds_count_as_often_as_they_are_drawn() -> None:
    one, other = np.array([[True], [True]]), np.array([[True], [False]])
    counts = counted([one, one], [one, other])
    assert counts.recall(np.array([2.0, 0.0])) == 1.0
    assert counts.recall(np.array([0.0, 1.0])) == 0.5
    assert counts.recall(np.array([0.0, 0.0])) is None
