"""Mouse and wheel over the picture of a sound."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.playing.player import Region
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_canvas import SoundCanvas
from app.widgets.sound.sound_gestures import Grip, SoundGestures
from app.widgets.sound.sound_layout import GUTTER_PX
from tests.app.shown_sounds import shown

LEFT = Qt.MouseButton.LeftButton


class Hand:
    """A mouse over a sound of 10 s that is 1,000 pixels wide, and what its gestures said."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.canvas = SoundCanvas()
        qtbot.addWidget(self.canvas)
        self.canvas.resize(1000 + GUTTER_PX, 184)
        self.canvas.show_sound(shown())
        self.gestures = SoundGestures(self.canvas)
        self.said: list[tuple[str, object]] = []
        for name in ("seek_wanted", "region_drawn", "view_wanted"):
            getattr(self.gestures, name).connect(lambda value, name=name: self.said.append((name, value)))
        for name in ("region_settled", "file_drag_wanted"):
            getattr(self.gestures, name).connect(lambda name=name: self.said.append((name, None)))

    def place(self, moment_s: float, y: float | None = None) -> QPoint:
        waveform = self.canvas.layout_now.waveform
        return QPoint(GUTTER_PX + round(moment_s * 100), round(waveform.center().y() if y is None else y))

    def drag(self, start: QPoint, *stops: QPoint) -> None:
        self._qtbot.mousePress(self.canvas, LEFT, pos=start)
        for stop in stops:
            self._move(stop)
        self._qtbot.mouseRelease(self.canvas, LEFT, pos=stops[-1])

    def _move(self, stop: QPoint) -> None:
        """QTest moves without buttons."""
        kind, none = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, QPointF(stop), QPointF(stop), LEFT, LEFT, none))

    def turn(self, moment_s: float, angle: QPoint, *, shift: bool = False) -> None:
        place = QPointF(self.place(moment_s))
        modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(place, place, QPoint(), angle, Qt.MouseButton.NoButton, modifiers, phase, False)
        QApplication.sendEvent(self.canvas, event)

    def drawn(self) -> tuple[float, float]:
        """The ends of the region that was drawn last."""
        region = [value for name, value in self.said if name == "region_drawn"][-1]
        assert isinstance(region, Region)
        return region.start_s, region.end_s

    def stretch(self) -> tuple[float, float]:
        """What is to be in view."""
        view = self.said[-1][1]
        assert isinstance(view, TimeView)
        return view.start_s, view.end_s

    def names(self) -> list[str]:
        return [name for name, _ in self.said]


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    return Hand(qtbot)


def test_a_click_seeks(hand: Hand, qtbot: QtBot) -> None:
    qtbot.mouseClick(hand.canvas, LEFT, pos=hand.place(4.2))
    assert hand.said == [("seek_wanted", pytest.approx(4.2))]


def test_a_hand_that_trembles_still_clicks(hand: Hand) -> None:
    hand.drag(hand.place(4.2), hand.place(4.2) + QPoint(2, 1))
    assert hand.names() == ["seek_wanted"]


def test_a_drag_draws_a_region_either_way(hand: Hand) -> None:
    hand.drag(hand.place(6.0), hand.place(5.0), hand.place(4.0))
    assert hand.drawn() == pytest.approx((4.0, 6.0))
    assert hand.said[-1] == ("region_settled", None)
    assert "seek_wanted" not in hand.names()


def test_a_region_ends_with_the_sound(hand: Hand) -> None:
    hand.drag(hand.place(9.0), hand.place(9.5), QPoint(2000, 20))
    assert hand.drawn() == pytest.approx((9.0, 10.0))


@pytest.mark.parametrize(("edge_s", "expected"), [(4.0, (3.0, 6.0)), (6.0, (3.0, 4.0))])
def test_an_edge_is_dragged_and_the_other_stays(hand: Hand, edge_s: float, expected: tuple[float, float]) -> None:
    hand.canvas.set_region(Region(4.0, 6.0))
    hand.drag(hand.place(edge_s), hand.place(3.5), hand.place(3.0))
    assert hand.drawn() == pytest.approx(expected)


def test_the_handle_takes_the_file_away_after_a_while(hand: Hand) -> None:
    hand.canvas.set_region(Region(4.0, 6.0))
    handle = hand.place(5.0, hand.canvas.layout_now.handles.center().y())
    hand.drag(handle, handle + QPoint(1, 0))
    assert hand.said == []
    hand.drag(handle, handle + QPoint(30, 0), handle + QPoint(60, 0))
    assert hand.names() == ["file_drag_wanted"]


def test_a_drag_on_the_axis_pans(hand: Hand) -> None:
    assert hand.canvas.shown is not None
    hand.canvas.shown.view = TimeView(10.0, 4.0, 6.0)
    axis_y = hand.canvas.layout_now.time_axis.center().y()
    hand.drag(hand.place(5.0, axis_y), hand.place(4.0, axis_y), hand.place(2.5, axis_y))
    assert hand.stretch() == pytest.approx((4.5, 6.5))


def test_the_wheel_zooms_about_the_pointer(hand: Hand) -> None:
    hand.turn(3.0, QPoint(0, 120))
    [(_, near)] = hand.said
    assert isinstance(near, TimeView)
    assert near.length_s == pytest.approx(8.0)
    assert near.x_px(3.0, 1000) == pytest.approx(300)
    assert hand.canvas.shown is not None
    hand.canvas.shown.view = near
    hand.turn(3.0, QPoint(0, -120))
    assert hand.stretch() == pytest.approx((0.0, 10.0))


@pytest.mark.parametrize(("angle", "shift"), [(QPoint(0, -120), True), (QPoint(-120, 0), False)])
def test_shift_and_a_wheel_that_turns_sideways_pan(hand: Hand, angle: QPoint, shift: bool) -> None:
    assert hand.canvas.shown is not None
    hand.canvas.shown.view = TimeView(10.0, 4.0, 6.0)
    hand.turn(5.0, angle, shift=shift)
    assert hand.stretch() == pytest.approx((4.2, 6.2))
    assert hand.names() == ["view_wanted"]


def test_a_double_click_fits(hand: Hand, qtbot: QtBot) -> None:
    assert hand.canvas.shown is not None
    hand.canvas.shown.view = TimeView(10.0, 4.0, 6.0)
    qtbot.mouseDClick(hand.canvas, LEFT, pos=hand.place(5.0))
    assert ("view_wanted", TimeView.whole(10.0)) in hand.said


def test_what_lies_under_the_pointer(hand: Hand) -> None:
    layout = hand.canvas.layout_now
    hand.canvas.set_region(Region(4.0, 6.0))
    grips = {
        (4.02, 10): Grip.REGION_START,
        (5.97, layout.spectrogram.center().y()): Grip.REGION_END,
        (5.0, layout.handles.center().y()): Grip.HANDLE,
        (5.0, 10): Grip.SOUND,
        (5.0, layout.time_axis.center().y()): Grip.AXIS,
        (-0.3, layout.spectrogram.center().y()): Grip.NOTHING,
    }
    for (moment_s, y), grip in grips.items():
        assert hand.gestures.grip_at(QPointF(hand.place(moment_s, y))) is grip


def test_without_a_sound_nothing_is_said(hand: Hand, qtbot: QtBot) -> None:
    hand.canvas.show_sound(None)
    qtbot.mouseClick(hand.canvas, LEFT, pos=hand.place(4.2))
    hand.turn(3.0, QPoint(0, 120))
    assert hand.said == []


def test_the_other_buttons_do_nothing(hand: Hand, qtbot: QtBot) -> None:
    qtbot.mouseClick(hand.canvas, Qt.MouseButton.RightButton, pos=hand.place(4.2))
    assert hand.said == []
