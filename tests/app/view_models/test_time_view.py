"""The stretch of a sound on show: zoomed, panned, followed, and never beyond its ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.view_models.time_view import SHORTEST_S, TimeView


def test_a_view_begins_with_the_whole_sound() -> None:
    view = TimeView.whole(10.0)
    assert (view.start_s, view.end_s, view.is_whole) == (0.0, 10.0, True)
    with pytest.raises(ValueError, match="duration_s=0"):
        TimeView.whole(0)


def test_zooming_leaves_the_moment_under_the_pointer_where_it_is() -> None:
    whole = TimeView.whole(10.0)
    near = whole.zoomed(4.0, 3.0)
    assert near.length_s == pytest.approx(2.5)
    assert near.x_px(3.0, 1000) == pytest.approx(whole.x_px(3.0, 1000))
    assert near.zoomed(0.25, 3.0) == whole


def test_a_view_stays_within_the_sound() -> None:
    assert TimeView(10.0, 8.0, 9.0).panned(5.0) == TimeView(10.0, 9.0, 10.0)
    assert TimeView(10.0, 1.0, 2.0).panned(-5.0) == TimeView(10.0, 0.0, 1.0)
    assert TimeView(10.0, 9.0, 10.0).zoomed(0.5, 9.5) == TimeView(10.0, 8.0, 10.0)


def test_there_is_a_closest_view() -> None:
    assert TimeView.whole(10.0).zoomed(1e9, 5.0).length_s == pytest.approx(SHORTEST_S)
    assert TimeView.whole(0.001).zoomed(1e9, 0.0).length_s == pytest.approx(0.001)


def test_following_turns_the_page_only_when_the_moment_is_out_of_view() -> None:
    view = TimeView(10.0, 2.0, 4.0)
    assert view.showing(3.9) is view
    page = view.showing(4.5)
    assert (page.start_s, page.end_s) == pytest.approx((4.3, 6.3))


@given(start=st.floats(0, 9), length=st.floats(0.1, 10), moment=st.floats(0, 10))
def test_moments_and_pixels_are_each_others_inverse(start: float, length: float, moment: float) -> None:
    view = TimeView(10.0, start, min(10.0, start + length))
    assert view.moment_s(view.x_px(moment, 800), 800) == pytest.approx(moment, abs=1e-9)


def test_a_view_is_widened_about_its_middle_but_not_beyond_the_sound():
    view = TimeView(100.0, 40.0, 50.0)
    assert view.widened(20.0) == TimeView(100.0, 35.0, 55.0)
    assert TimeView(100.0, 2.0, 4.0).widened(20.0) == TimeView(100.0, 0.0, 20.0)
    assert view.widened(500.0) == TimeView.whole(100.0)


def test_a_view_holds_what_lies_within_it():
    view = TimeView(100.0, 40.0, 50.0)
    assert view.holds(view)
    assert view.holds(TimeView(100.0, 41.0, 42.0))
    assert not view.holds(TimeView(100.0, 39.0, 42.0))
