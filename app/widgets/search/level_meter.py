"""How loud the microphone is, as a bar with the loudest moment of late."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.recording.level import QUIETEST_DB, HeldPeak, Level

_SIZE_PX = QSize(160, 16)
_LEAST_PX = 64
_BAR_PX = 6
_LIGHTER = 0.45  # how opaque what lies between RMS and peak is
_TICKS_DB = (-48.0, -36.0, -24.0, -12.0)


class LevelMeter(QWidget):
    """From -60 dB at the left to 0 at the right: filled to the RMS, lighter to the peak, a line where that was held."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Level of the microphone")
        self.setToolTip("How loud the microphone is, from −60 to 0 dB; the line is the loudest of the last second")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._level = Level()
        self._held = HeldPeak()

    @property
    def held_db(self) -> float:
        return self._held.db

    def clear(self) -> None:
        self._level, self._held = Level(), HeldPeak()
        self.update()

    def show_level(self, level: Level, now_s: float) -> None:
        """now_s : on a clock that only runs forward, from 0 after `clear`"""
        self._level = level
        self._held.take(level.peak_db, now_s)
        self.update()

    def sizeHint(self) -> QSize:
        return _SIZE_PX

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, _SIZE_PX.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint_bars(painter)
            self._paint_ticks(painter)

    def _paint_bars(self, painter: QPainter) -> None:
        accent, top = self.palette().color(QPalette.ColorRole.Accent), (self.height() - _BAR_PX) / 2
        lighter = QColor(accent)
        lighter.setAlphaF(_LIGHTER)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = self.palette().color(QPalette.ColorRole.Mid)
        for decibels, colour in ((0.0, groove), (self._level.peak_db, lighter), (self._level.rms_db, accent)):
            width = self._x_of(decibels)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(0, top, width, _BAR_PX), min(_BAR_PX, width) / 2, _BAR_PX / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_ticks(self, painter: QPainter) -> None:
        palette, middle = self.palette(), self.height() / 2
        for decibels in _TICKS_DB:
            tick = QRectF(self._x_of(decibels), middle + _BAR_PX / 2 + 2, 1, 2)
            painter.fillRect(tick, palette.color(QPalette.ColorRole.PlaceholderText))
        if self._held.db > QUIETEST_DB:
            left = min(self._x_of(self._held.db), self.width() - 2.0)
            held = QRectF(left, middle - _BAR_PX / 2 - 2, 2, _BAR_PX + 4)
            painter.fillRect(held, palette.color(QPalette.ColorRole.WindowText))

    def _x_of(self, decibels: float) -> float:
        return (1.0 - decibels / QUIETEST_DB) * self.width()
