"""Labels of the time axis: round moments, as fine as the zoom."""

from __future__ import annotations

import pytest

from app.view_models.time_ticks import time_label, time_ticks
from app.view_models.time_view import TimeView


def labels(view: TimeView) -> list[str]:
    return [tick.label for tick in time_ticks(view, 800, 80)]


def test_labels_are_as_fine_as_the_zoom() -> None:
    assert labels(TimeView.whole(10.0)) == [f"0:{second:02}" for second in range(11)]
    assert labels(TimeView(200.0, 0.0, 190.0)) == ["0:00", "0:30", "1:00", "1:30", "2:00", "2:30", "3:00"]
    assert labels(TimeView(200.0, 61.0, 61.3)) == [
        "1:01.00",
        "1:01.05",
        "1:01.10",
        "1:01.15",
        "1:01.20",
        "1:01.25",
        "1:01.30",
    ]
    assert labels(TimeView.whole(36_000.0))[:3] == ["0:00", "1:00:00", "2:00:00"]


def test_ticks_lie_at_what_they_say() -> None:
    ticks = time_ticks(TimeView(10.0, 0.9, 2.1), 800, 80)
    assert [tick.moment_s for tick in ticks] == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8, 2.0])


def test_ticks_keep_their_distance_in_a_sound_of_days() -> None:
    assert len(time_ticks(TimeView.whole(30 * 24 * 3600.0), 800, 80)) <= 11


@pytest.mark.parametrize(
    ("moment_s", "step_s", "label"),
    [(59.96, 1.0, "1:00"), (59.96, 0.1, "1:00.0"), (3727.0, 1.0, "1:02:07"), (0.0425, 0.0005, "0:00.0425")],
)
def test_a_label_is_rounded_to_its_step(moment_s: float, step_s: float, label: str) -> None:
    assert time_label(moment_s, step_s) == label
