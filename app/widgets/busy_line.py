"""A thin line that moves while one has to wait."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QWidget

HEIGHT_PX = 2
PATIENCE_MS = 300  # a shorter wait is not worth a word
_FRAME_MS = 33
_ROUND_MS = 1600  # once from side to side
_SHARE = 0.25  # of the width that is lit


class BusyLine(QWidget):
    """Invisible, until something has been busy for a while."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("Searching")
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self.show)
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self.update)
        self._running = QElapsedTimer()
        self.hide()

    def set_busy(self, busy: bool) -> None:
        if not busy:
            self._patience.stop()
            self.hide()
        elif self.isHidden() and not self._patience.isActive():
            self._patience.start()

    def showEvent(self, event: QShowEvent) -> None:
        self._running.start()
        self._frames.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._frames.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        lit = self.width() * _SHARE
        progress = self._running.elapsed() % _ROUND_MS / _ROUND_MS
        left = progress * (self.width() + lit) - lit
        with QPainter(self) as painter:
            painter.fillRect(QRectF(left, 0, lit, self.height()), self.palette().color(QPalette.ColorRole.Accent))
