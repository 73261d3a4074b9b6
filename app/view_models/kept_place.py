"""What stays where it is on the screen when one list of results replaces another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.view_models.results import Results


@dataclass(frozen=True)
class ListLayout:
    """Heights in the list of results, and how far it is scrolled."""

    row_px: int
    divider_px: int  # of the one above the first weak row
    offset_px: int


@dataclass(frozen=True)
class PlaceOnScreen:
    """A row that should stay where it is.

    top_px, at_px : its top, and the point of it that matters, below the top of what is seen of the list
    pointed_at : a person points at it or has chosen it; otherwise it is merely on the screen
    """

    row: int
    top_px: int
    at_px: int
    pointed_at: bool = True


def anchor(shown: Results, coming: Results, places: Sequence[PlaceOnScreen]) -> PlaceOnScreen | None:
    """The place that must be kept: the first, the most important, whose file is also among what comes."""
    for place in places:
        if coming.index_of(int(shown.file_ids[place.row])) is not None:
            return place
    return None


def keeping_place(
    shown: Results, coming: Results, places: Sequence[PlaceOnScreen], layout: ListLayout
) -> tuple[Results, int]:
    """What to show, and how far to scroll it, so that nothing moves where somebody points.

    Of hits in the order of relevance, the one that is pointed at goes where it was and the others around it: a list
    that fits on the screen cannot be scrolled. Everything else is scrolled.
    """
    place = anchor(shown, coming, places)
    if place is None:
        return coming, 0
    file_id = int(shown.file_ids[place.row])
    if place.pointed_at and coming.found and not coming.is_sorted:
        row = _row_at(coming, file_id, layout.offset_px + place.at_px, layout)
        return coming.with_row_at(file_id, row), layout.offset_px
    row = coming.index_of(file_id) or 0
    divider_px = layout.divider_px if coming.first_weak is not None and row >= coming.first_weak else 0
    return coming, max(0, row * layout.row_px + divider_px - place.top_px)


def _row_at(coming: Results, file_id: int, y_px: int, layout: ListLayout) -> int:
    """The row in which a file lies at `y_px` below the top of the list; where the divider does, the row above it."""
    first_weak = coming.with_row_at(file_id, 0).first_weak
    last_above = len(coming) if first_weak is None else first_weak - 1
    above = y_px // layout.row_px
    return above if above <= last_above else max(last_above, (y_px - layout.divider_px) // layout.row_px)
