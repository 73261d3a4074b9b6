"""Spans of clauses: which comes next, and which lie beside each other."""

from __future__ import annotations

from app.view_models.clause_spans import ClauseSpan, lanes, longest_first, next_span, previous_span, spans_of
from engine.hits import ClauseMatch

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


def test_colours_count_what_should_be_heard_as_the_chips_do() -> None:
    clauses = [
        ClauseMatch("dog", 1.0, 3.0, 0.9),
        ClauseMatch("rain", 0.0, 9.0, 0.7, negated=True),
        ClauseMatch("like this", 4.0, 5.0, 0.8),
    ]
    assert spans_of(clauses) == (
        ClauseSpan("dog", 1.0, 3.0, 0),
        ClauseSpan("rain", 0.0, 9.0, None),
        ClauseSpan("like this", 4.0, 5.0, 1),
    )


def test_what_should_not_be_heard_and_is_not_has_no_span() -> None:
    assert spans_of([ClauseMatch("rain", 0.0, 9.0, 0.3, negated=True)]) == ()


def test_what_was_hardly_heard_is_faint() -> None:
    (span,) = spans_of([ClauseMatch("dog", 1.0, 3.0, 0.1)])
    assert span.is_faint


def test_a_short_span_is_painted_over_a_long_one() -> None:
    rain = ClauseSpan("rain", 0.0, 9.0, 1)
    assert longest_first([DOG, rain, BELL]) == [rain, DOG, BELL]
