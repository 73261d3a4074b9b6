"""A recording to search by, from the first sound to what can be done with it: a row under the search field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from app.look import theme
from app.look.icons import icon
from app.recording.level import Level
from app.view_models import recording_texts as texts
from app.view_models.plain_text import menu_text, one_line, tooltip
from app.widgets.search.level_meter import LevelMeter

_ICON_PX = 16
_BUTTON_PX = 28
_INSET_PX = 12
_LEAST_HEIGHT_PX = 44
_DOT_PX = 10
_STOPPING = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class RecordingPanel(QWidget):
    """Shows what it is told; invisible until then.

    stop_requested : search by what was recorded so far
    closed : nothing of it is wanted any more; while it records, drop it
    device_chosen : name of a microphone, or None for the system's own
    """

    stop_requested = Signal()
    closed = Signal()
    listen_requested = Signal()
    again_requested = Signal()
    keep_requested = Signal()
    device_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Recording")
        self._is_recording = self._is_busy = False
        self._is_too_loud = False
        self._device = self._icon_name = ""
        self._focused_before: QWidget | None = None
        self._text = QLabel()
        self._meter = LevelMeter()
        self._time = QLabel()
        self._devices = _tool_button("more")
        self._menu = QMenu(self)
        self._stop = _button("Stop and search", "stop", "Stop, and search for what sounds like it (Space or Enter)")
        self._listen = _button("Listen", "play", "Hear what was recorded")
        self._again = _button("Again", "microphone", "Record anew")
        self._keep = _button("Keep…", "save", "Save a copy of what was recorded; otherwise it is deleted")
        self._close = _tool_button("close")
        self._dress()
        self._lay_out()
        self._connect()
        self.set_devices((), None)
        self.hide()

    def _dress(self) -> None:
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._time.setFont(theme.figures(self.font()))
        self._time.setAccessibleName("Recorded so far")
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance("0:00.0 of 0:00") + 4)
        self._devices.setAccessibleName("Choose the microphone")
        self._devices.setMenu(self._menu)
        self._devices.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(_INSET_PX + _ICON_PX + 8, 4, _INSET_PX - 4, 5)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._meter)
        row.addWidget(self._time)
        for button in (self._stop, self._listen, self._again, self._keep, self._devices, self._close):
            row.addWidget(button)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumHeight(_LEAST_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def _connect(self) -> None:
        self._stop.clicked.connect(self.stop_requested)
        self._listen.clicked.connect(self.listen_requested)
        self._again.clicked.connect(self.again_requested)
        self._keep.clicked.connect(self.keep_requested)
        self._close.clicked.connect(self.closed)
        self._menu.triggered.connect(self._tell_device)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_opening(self) -> None:
        """A device is being opened; what is said meanwhile is lost."""
        self._show(texts.OPENING, "microphone", (), focused=self)

    def show_recording(self, device: str) -> None:
        self._meter.clear()
        self._device, self._is_too_loud = device, False
        shown = (self._meter, self._time, self._stop)
        self._show(texts.recording_text(device, self._is_too_loud), "", shown, focused=self._stop)

    def show_level(self, level: Level, elapsed_s: float, longest_s: float) -> None:
        self._meter.show_level(level, elapsed_s)
        self._time.setText(texts.time_text(elapsed_s, longest_s))
        if level.is_clipped and not self._is_too_loud:
            self._is_too_loud = True
            self._text.setText(texts.recording_text(self._device, self._is_too_loud))

    def show_searching(self, duration_s: float, ended_after_s: float | None) -> None:
        """ended_after_s : if it ended by itself"""
        offered = (self._listen, self._again, self._keep)
        self._show(texts.searching_text(duration_s, ended_after_s), "microphone", offered, focused=self._listen)

    def show_failure(self, sentence: str) -> None:
        self._show(sentence, "warning", (self._again,), focused=self._again)

    def set_devices(self, names: Sequence[str], chosen: str | None) -> None:
        """There is something to choose if there are several."""
        self._menu.clear()
        self._kinds = QActionGroup(self._menu)
        for name in (None, *names):
            action = self._menu.addAction(menu_text(one_line(name)) if name is not None else texts.SYSTEM_DEFAULT)
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            self._kinds.addAction(action)
        self._devices.setToolTip(tooltip(texts.device_tip(chosen)))
        self._devices.setVisible(len(names) > 1)

    def _show(self, text: str, icon_name: str, shown: Sequence[QWidget], *, focused: QWidget) -> None:
        """It takes the keys when it comes, and later only keeps them."""
        if self.isHidden():
            self._focused_before = QApplication.focusWidget()
        takes_keys = self.isHidden() or self._has_keys()
        self._is_recording = self._stop in shown
        self._is_busy = self._is_recording or not shown
        self._icon_name = icon_name
        self._text.setText(text)
        self._time.setText("")
        for widget in (self._meter, self._time, self._stop, self._listen, self._again, self._keep):
            widget.setVisible(widget in shown)
        closing = "Drop the recording" if self._is_busy else "Close"
        self._close.setAccessibleName(closing)
        self._close.setToolTip(f"{closing} (Esc)")
        self.show()
        self.update()
        if takes_keys:
            focused.setFocus(Qt.FocusReason.OtherFocusReason)

    def put_away(self) -> None:
        """Hide, and give the keys back to where they were before."""
        before, self._focused_before = self._focused_before, None
        if self._has_keys() and before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def _has_keys(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    @Slot(QAction)
    def _tell_device(self, action: QAction) -> None:
        self._devices.setToolTip(tooltip(texts.device_tip(action.data())))
        self.device_chosen.emit(action.data())

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """The window has other uses for these keys, but not while the focus is here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_used(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_used(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif self._is_recording and not event.isAutoRepeat():
            self.stop_requested.emit()

    def _is_used(self, event: QKeyEvent) -> bool:
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        return event.key() == Qt.Key.Key_Escape or (self._is_busy and event.key() in _STOPPING)

    def paintEvent(self, event: QPaintEvent) -> None:
        role, palette = QPalette.ColorRole, self.palette()
        place = QRect(_INSET_PX, (self.height() - _ICON_PX) // 2, _ICON_PX, _ICON_PX)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), palette.color(role.Base))
            painter.fillRect(0, self.height() - 1, self.width(), 1, palette.color(role.Mid))
            if self._icon_name:
                icon(self._icon_name).paint(painter, place)
                return
            painter.fillRect(0, 0, 3, self.height() - 1, palette.color(role.Accent))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(role.Accent))
            inset = (_ICON_PX - _DOT_PX) // 2
            painter.drawEllipse(place.adjusted(inset, inset, -inset, -inset))


def _tool_button(icon_name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(_ICON_PX, _ICON_PX))
    button.setFixedSize(_BUTTON_PX, _BUTTON_PX)
    return button


def _button(text: str, icon_name: str, tool_tip: str) -> QPushButton:
    button = QPushButton(icon(icon_name), text)
    button.setToolTip(tool_tip)
    return button
