"""Spans of clauses: which comes next, and which lie beside each other."""

from __future__ import annotations

from app.view_models.clause_spans import ClauseSpan, lanes, next_span, previous_span

DOG = ClauseSpan("dog barks", 1.0, 3.0, 0)
CAR = ClauseSpan("car passes", 2.0, 5.0, 1)
BELL = ClauseSpan("bell", 5.0, 6.0, 2)


def test_the_next_span_begins_after_the_play_head() -> None:
    assert next_span([BELL, CAR, DOG], 0.0) == DOG
    assert next_span([BELL, CAR, DOG], 1.0) == CAR
    assert next_span([BELL, CAR, DOG], 4.97) is None  # the head is there but for a blink


def test_the_previous_span_begins_before_the_play_head() -> None:
    assert previous_span([BELL, CAR, DOG], 9.0) == BELL
    assert previous_span([BELL, CAR, DOG], 2.02) == DOG
    assert previous_span([BELL, CAR, DOG], 1.0) is None


def test_overlapping_spans_lie_in_different_lanes() -> None:
    assert lanes([DOG, CAR, BELL], most=3) == [0, 1, 0]
    assert lanes([BELL, CAR, DOG], most=3) == [0, 1, 0]


def test_where_lanes_run_out_the_last_one_is_shared() -> None:
    same = [ClauseSpan(str(number), 0.0, 1.0, number) for number in range(4)]
    assert lanes(same, most=2) == [0, 1, 1, 1]
    assert lanes([], most=2) == []
