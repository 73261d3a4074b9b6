"""A panel over the window that goes as easily as it came."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

MARGIN_PX = 16
_RADIUS_PX = 8
_VEIL = 0.6  # how much of the window behind is covered
_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class Overlay(QWidget):
    """Veils its window and shows a panel, until Esc, a click beside it, or the focus going elsewhere.

    It is no window of its own: no desktop has to place it, and none can put it behind the window that it belongs to.
    Single keys are for the panel as long as it is open.

    panel : for its contents; as large as its size hint, or as there is room for
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.panel = QWidget(self)
        self._window = window
        self._focus_before: QWidget | None = None
        self.hide()
        window.installEventFilter(self)
        cast(QApplication, QApplication.instance()).focusChanged.connect(self._follow_focus)

    def open(self, focus: QWidget) -> None:
        """Show the panel and give the focus to one of its widgets."""
        self._focus_before = QApplication.focusWidget()
        self._fill_window()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def dismiss(self) -> None:
        """Hide, and give the focus back to what had it."""
        before, self._focus_before = self._focus_before, None
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            if not cast(QKeyEvent, event).modifiers() & _COMMANDING:
                event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()  # what the panel has no use for must not reach the window behind

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays in the panel."""
        stops = [
            widget
            for widget in self.panel.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        ]
        focused = QApplication.focusWidget()
        if focused in stops:
            step = 1 if forward else -1
            stops[(stops.index(focused) + step) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fill_window()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        veil = QColor(palette.color(QPalette.ColorRole.Window))
        veil.setAlphaF(_VEIL)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), veil)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(palette.color(QPalette.ColorRole.Base))
            painter.setPen(palette.color(QPalette.ColorRole.Mid))
            painter.drawRoundedRect(
                self.panel.geometry().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX
            )

    def _fill_window(self) -> None:
        area = self._window.rect()
        self.setGeometry(area)
        room = area.size() - QSize(2 * MARGIN_PX, 2 * MARGIN_PX)
        size = self.panel.sizeHint().boundedTo(room)
        left = (area.width() - size.width()) // 2
        above = (area.height() - size.height()) // 4
        self.panel.setGeometry(QRect(left, max(MARGIN_PX, above), size.width(), size.height()))

    @Slot(QWidget, QWidget)
    def _follow_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """No focus at all means that another application has it: then the panel waits."""
        if self.isVisible() and new is not None and not self.isAncestorOf(new):
            self.hide()
