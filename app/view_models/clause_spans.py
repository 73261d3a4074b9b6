"""Where the clauses of a query matched in one sound, as a picture of it marks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_SAME_MOMENT_S = 0.05  # a play head this close to the start of a span has reached it


@dataclass(frozen=True)
class ClauseSpan:
    """`colour` counts the clauses of the query; `text` is the clause as it was written."""

    text: str
    start_s: float
    end_s: float
    colour: int


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
