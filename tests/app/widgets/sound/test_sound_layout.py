"""All parts of the picture share one time axis."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QSize

from app.widgets.sound.sound_layout import AXIS_PX, CURVE_PX, HANDLE_PX, LANE_PX, SoundLayout, ViewMode


@pytest.mark.parametrize("mode", ["both", "waveform", "spectrogram"])
@pytest.mark.parametrize("size", [QSize(800, 184), QSize(301, 97), QSize(20, 60)])
def test_parts_share_left_and_right_and_do_not_overlap(mode: ViewMode, size: QSize) -> None:
    layout = SoundLayout.arranged(size, mode, lanes=2)
    parts = [layout.strip, layout.waveform, layout.spectrogram, layout.time_axis]
    assert len({(part.left(), part.width()) for part in parts}) == 1
    for above, below in pairwise(parts):
        assert above.y() + above.height() <= below.y()
    assert (layout.gutter.top(), layout.gutter.height()) == (layout.spectrogram.top(), layout.spectrogram.height())


def test_a_part_that_is_not_shown_leaves_its_room_to_the_other() -> None:
    size = QSize(800, 184)
    assert SoundLayout.arranged(size, "waveform", 0).waveform.height() == 184 - AXIS_PX
    assert SoundLayout.arranged(size, "spectrogram", 1).spectrogram.height() == 184 - AXIS_PX - LANE_PX
    both = SoundLayout.arranged(size, "both", 0)
    assert min(both.waveform.height(), both.spectrogram.height()) > 60


@pytest.mark.parametrize("mode", ["both", "waveform", "spectrogram"])
def test_handles_lie_at_the_bottom_of_what_is_on_top(mode: ViewMode) -> None:
    layout = SoundLayout.arranged(QSize(800, 184), mode, 0)
    upper = layout.spectrogram if mode == "spectrogram" else layout.waveform
    assert layout.handles.height() == HANDLE_PX
    assert layout.handles.bottom() == upper.bottom()


@pytest.mark.parametrize("mode", ["both", "waveform", "spectrogram"])
def test_curves_lie_below_the_waveform_and_above_the_spectrogram(mode: ViewMode) -> None:
    layout = SoundLayout.arranged(QSize(800, 184), mode, lanes=1, curves=2)
    assert layout.curves.height() == 2 * CURVE_PX[0]
    assert layout.waveform.y() + layout.waveform.height() == layout.curves.top()
    assert layout.curves.bottom() < layout.spectrogram.top()
    assert layout.sound.contains(layout.curves)


def test_curves_grow_a_little_with_the_picture() -> None:
    heights = [SoundLayout.arranged(QSize(800, height), "both", 1, 2).curves.height() for height in (184, 350, 1000)]
    assert heights == sorted(set(heights))
    assert heights[-1] == 2 * CURVE_PX[1]


def test_however_many_curves_there_are_the_sound_keeps_most_of_the_room() -> None:
    layout = SoundLayout.arranged(QSize(800, 184), "both", lanes=3, curves=9)
    assert 0 < layout.curves.height() < layout.waveform.height() + layout.spectrogram.height()
    assert SoundLayout.arranged(QSize(800, 30), "both", lanes=2, curves=2).curves.height() == 0
