"""The axes of a picture of a sound: time below, frequency at the left."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette

from app.view_models.frequency_scale import FrequencyScale, frequency_ticks
from app.view_models.time_ticks import time_ticks
from app.view_models.time_view import TimeView

_TICK_PX = 4
_LABEL_GAP_PX = 28


def paint_time_axis(painter: QPainter, rect: QRect, view: TimeView, palette: QPalette) -> None:
    """Ticks at the upper edge with labels below; a label that would be cut is left out."""
    metrics = QFontMetrics(painter.font())
    widest_px = metrics.horizontalAdvance("0:00:00.00") if view.length_s < 1 else metrics.horizontalAdvance("0:00:00")
    for tick in time_ticks(view, rect.width(), widest_px + _LABEL_GAP_PX):
        x = rect.left() + view.x_px(tick.moment_s, rect.width())
        painter.fillRect(QRectF(round(x), rect.top(), 1, _TICK_PX), palette.color(QPalette.ColorRole.PlaceholderText))
        width = metrics.horizontalAdvance(tick.label)
        left = max(float(rect.left()), x - width / 2)
        if left + width <= rect.right():
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(QRectF(left, rect.top() + _TICK_PX, width + 1, rect.height() - _TICK_PX), tick.label)


def paint_frequency_axis(painter: QPainter, rect: QRect, scale: FrequencyScale, palette: QPalette) -> None:
    """Ticks at the right edge, each at the height of its frequency in a spectrogram of the same height."""
    metrics = QFontMetrics(painter.font())
    painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
    for hz, label in frequency_ticks(scale, rect.height(), metrics.height()):
        y = rect.bottom() + 1 - float(scale.height(hz)) * rect.height()
        painter.fillRect(QRectF(rect.right() + 1 - _TICK_PX, round(y), _TICK_PX, 1), painter.pen().color())
        place = QRectF(rect.left(), y - metrics.height() / 2, rect.width() - _TICK_PX - 3, metrics.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), label)
