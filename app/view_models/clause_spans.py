"""Where the clauses of a query matched in one sound, as a picture of it marks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from engine.hits import ClauseMatch

HEARD_ALL_THE_SAME = 0.5  # the score from which a sound that should not be heard is marked where it is
FAINTLY = 0.25  # below, a sound is hardly heard where it is looked for
_SAME_MOMENT_S = 0.05  # a play head this close to the start of a span has reached it


@dataclass(frozen=True)
class ClauseSpan:
    """`text` is the clause as it was written.

    colour : counts the clauses that should be heard, as their chips do; None for one that should not
    is_faint : it was hardly heard, here as everywhere
    """

    text: str
    start_s: float
    end_s: float
    colour: int | None
    is_faint: bool = False


def colours_of(clauses: Sequence[ClauseMatch]) -> list[int | None]:
    """See `ClauseSpan.colour`."""
    numbers = count()
    return [None if clause.negated else next(numbers) for clause in clauses]


def longest_first(spans: Sequence[ClauseSpan]) -> list[ClauseSpan]:
    """As they are painted, so that a short sound is seen within a long one."""
    return sorted(spans, key=lambda span: span.start_s - span.end_s)


def spans_of(clauses: Sequence[ClauseMatch]) -> tuple[ClauseSpan, ...]:
    """Where each was heard; of those that should not be heard only the ones that are heard all the same."""
    return tuple(
        ClauseSpan(clause.text, clause.start_s, clause.end_s, colour, clause.score < FAINTLY)
        for clause, colour in zip(clauses, colours_of(clauses), strict=True)
        if not clause.negated or clause.score >= HEARD_ALL_THE_SAME
    )


def next_span(spans: Sequence[ClauseSpan], position_s: float) -> ClauseSpan | None:
    """The first span that begins after this moment."""
    later = [span for span in spans if span.start_s > position_s + _SAME_MOMENT_S]
    return min(later, key=lambda span: span.start_s, default=None)


def previous_span(spans: Sequence[ClauseSpan], position_s: float) -> ClauseSpan | None:
    """The last span that begins before this moment."""
    earlier = [span for span in spans if span.start_s < position_s - _SAME_MOMENT_S]
    return max(earlier, key=lambda span: span.start_s, default=None)


def lanes(spans: Sequence[ClauseSpan], most: int) -> list[int]:
    """For each span a lane, such that spans in one lane do not overlap; what finds no lane shares the last one."""
    ends_s: list[float] = []
    found = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda index: spans[index].start_s):
        span = spans[index]
        lane = next((lane for lane, end_s in enumerate(ends_s) if end_s <= span.start_s), len(ends_s))
        lane = min(lane, most - 1)
        if lane == len(ends_s):
            ends_s.append(span.end_s)
        else:
            ends_s[lane] = max(ends_s[lane], span.end_s)
        found[index] = lane
    return found
