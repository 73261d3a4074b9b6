"""What the mouse says to a picture of a sound: seek, draw a region, zoom, pan, take a region away."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.playing.player import Region
from app.view_models.regions import region_between
from app.view_models.time_view import TimeView
from app.widgets.sound.region_band import handle_rect
from app.widgets.sound.sound_canvas import SoundCanvas

_EDGE_PX = 5
_ZOOM_PER_NOTCH = 1.25
_PAN_PER_NOTCH = 0.1
_NOTCH = 120.0


class Grip(Enum):
    """What lies under the pointer."""

    NOTHING = auto()
    SOUND = auto()
    AXIS = auto()
    REGION_START = auto()
    REGION_END = auto()
    HANDLE = auto()


_CURSORS = {
    Grip.AXIS: Qt.CursorShape.OpenHandCursor,
    Grip.REGION_START: Qt.CursorShape.SizeHorCursor,
    Grip.REGION_END: Qt.CursorShape.SizeHorCursor,
    Grip.HANDLE: Qt.CursorShape.PointingHandCursor,
}


class SoundGestures(QObject):
    """Listens to a canvas and changes nothing itself.

    seek_wanted : a moment in seconds
    region_drawn : a Region, or None if it is too short, while it is being drawn
    region_settled : the mouse was released
    file_drag_wanted : the region's handle is being dragged
    view_wanted : a TimeView
    """

    seek_wanted = Signal(float)
    region_drawn = Signal(object)
    region_settled = Signal()
    file_drag_wanted = Signal()
    view_wanted = Signal(object)

    def __init__(self, canvas: SoundCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._grip = Grip.NOTHING
        self._pressed_at = QPointF()
        self._view_then: TimeView | None = None
        self._anchor_s = 0.0  # the edge of the region that stays
        self._is_dragging = False
        canvas.installEventFilter(self)

    def eventFilter(self, _canvas: QObject, event: QEvent) -> bool:
        if self._canvas.shown is None:
            return False
        match event.type():
            case QEvent.Type.Wheel if isinstance(event, QWheelEvent):
                self._turn(event, self._canvas.shown.view)
                return True
            case QEvent.Type.MouseButtonDblClick:
                self.view_wanted.emit(TimeView.whole(self._canvas.shown.view.duration_s))
                return True
            case QEvent.Type.MouseButtonPress if isinstance(event, QMouseEvent):
                return self._press(event)
            case QEvent.Type.MouseMove if isinstance(event, QMouseEvent):
                self._move(event)
            case QEvent.Type.MouseButtonRelease if isinstance(event, QMouseEvent):
                self._release(event)
            case QEvent.Type.Leave:
                self._canvas.set_pointer(None)
        return False

    def grip_at(self, place: QPointF) -> Grip:
        layout, shown = self._canvas.layout_now, self._canvas.shown
        if shown is None:
            return Grip.NOTHING
        if shown.region is not None and layout.sound.contains(place.toPoint()):
            if handle_rect(shown.region, shown.view, layout).contains(place):
                return Grip.HANDLE
            if abs(place.x() - self._canvas.x_of(shown.region.end_s)) <= _EDGE_PX:
                return Grip.REGION_END
            if abs(place.x() - self._canvas.x_of(shown.region.start_s)) <= _EDGE_PX:
                return Grip.REGION_START
        if layout.time_axis.contains(place.toPoint()):
            return Grip.AXIS
        return Grip.SOUND if layout.sound.united(layout.strip).contains(place.toPoint()) else Grip.NOTHING

    # ------------------------------------------------------------------------------------------------------------------

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or self._canvas.shown is None:
            return False
        place, region = event.position(), self._canvas.shown.region
        self._grip, self._pressed_at, self._is_dragging = self.grip_at(place), place, False
        self._view_then = self._canvas.shown.view
        self._anchor_s = self._canvas.moment_s(place.x())
        if region is not None and self._grip in (Grip.REGION_START, Grip.REGION_END):
            self._anchor_s = region.end_s if self._grip is Grip.REGION_START else region.start_s
        return False

    def _move(self, event: QMouseEvent) -> None:
        place = event.position()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(place)
            return
        distance = abs(place.x() - self._pressed_at.x()) + abs(place.y() - self._pressed_at.y())
        if not self._is_dragging and distance < QApplication.startDragDistance():
            return
        is_first, self._is_dragging = not self._is_dragging, True
        self._drag(place, is_first)

    def _drag(self, place: QPointF, is_first: bool) -> None:
        if self._grip is Grip.HANDLE:
            if is_first:
                self.file_drag_wanted.emit()
        elif self._grip is Grip.AXIS and self._view_then is not None:
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
            width = self._canvas.layout_now.time_axis.width()
            by_s = (self._pressed_at.x() - place.x()) / max(1, width) * self._view_then.length_s
            self.view_wanted.emit(self._view_then.panned(by_s))
        elif self._grip is not Grip.NOTHING:
            self._canvas.set_pointer(None)
            self.region_drawn.emit(self._region_to(place))

    def _region_to(self, place: QPointF) -> Region | None:
        assert self._canvas.shown is not None
        return region_between(self._anchor_s, self._canvas.moment_s(place.x()), self._canvas.shown.view.duration_s)

    def _release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        grip, self._grip = self._grip, Grip.NOTHING
        if self._is_dragging and grip in (Grip.SOUND, Grip.REGION_START, Grip.REGION_END):
            self.region_settled.emit()
        elif not self._is_dragging and grip in (Grip.SOUND, Grip.AXIS):
            self.seek_wanted.emit(self._canvas.moment_s(event.position().x()))
        self._is_dragging = False
        self._hover(event.position())

    def _hover(self, place: QPointF) -> None:
        grip = self.grip_at(place)
        self._canvas.setCursor(_CURSORS.get(grip, Qt.CursorShape.ArrowCursor))
        self._canvas.set_pointer(place if self._canvas.layout_now.sound.contains(place.toPoint()) else None)

    def _turn(self, event: QWheelEvent, view: TimeView) -> None:
        across, along = event.angleDelta().x() / _NOTCH, event.angleDelta().y() / _NOTCH
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_shifted or abs(across) > abs(along):
            self.view_wanted.emit(view.panned(-(across or along) * _PAN_PER_NOTCH * view.length_s))
        elif along:
            moment_s = self._canvas.moment_s(event.position().x())
            self.view_wanted.emit(view.zoomed(_ZOOM_PER_NOTCH**along, moment_s))
