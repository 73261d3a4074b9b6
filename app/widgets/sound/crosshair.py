"""What the pointer points at in a picture of a sound: two thin lines, and moment, frequency and level in small text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette

from app.pictures import spectrogram
from app.pictures.sound_picture import SoundPicture
from app.view_models.frequency_scale import FrequencyScale
from app.view_models.time_ticks import tick_step_s, time_label
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_layout import SoundLayout

_MARGIN_PX = 4
_LINE_OPACITY = 0.5
_BOX_OPACITY = 0.85


def readout(
    pointer: QPointF, layout: SoundLayout, view: TimeView, scale: FrequencyScale, picture: SoundPicture | None
) -> str:
    """0:42.35, and in the spectrogram 0:42.35   1,240 Hz   −38 dB"""
    axis = layout.time_axis
    step_s = min(0.1, tick_step_s(view, axis.width(), 2.0))
    moment = time_label(view.moment_s(pointer.x() - axis.left(), axis.width()), step_s)
    rect = layout.spectrogram
    if picture is None or not rect.contains(pointer.toPoint()):
        return moment
    depth = min(0.999, max(0.0, (pointer.y() - rect.top()) / rect.height()))
    across = min(0.999, max(0.0, (pointer.x() - rect.left()) / rect.width()))
    rows, columns = picture.levels.shape
    decibels = spectrogram.decibels(int(picture.levels[int(depth * rows), int(across * columns)]))
    return f"{moment}   {float(scale.hz(1 - depth)):,.0f} Hz   {decibels:.0f} dB".replace("-", "−")


def paint_crosshair(painter: QPainter, pointer: QPointF, layout: SoundLayout, text: str, palette: QPalette) -> None:
    sound = layout.sound
    line = QColor(palette.color(QPalette.ColorRole.PlaceholderText))
    line.setAlphaF(_LINE_OPACITY)
    painter.fillRect(QRectF(round(pointer.x()), sound.top(), 1, sound.height()), line)
    if layout.spectrogram.contains(pointer.toPoint()):
        painter.fillRect(QRectF(sound.left(), round(pointer.y()), sound.width(), 1), line)
    metrics = QFontMetrics(painter.font())
    width, height = metrics.horizontalAdvance(text) + 2 * _MARGIN_PX, metrics.height() + 2
    is_at_right = pointer.x() > sound.right() - width - 40
    left = sound.left() + _MARGIN_PX if is_at_right else sound.right() - width - _MARGIN_PX
    box = QRectF(left, sound.top() + _MARGIN_PX, width, height)
    ground = QColor(palette.color(QPalette.ColorRole.Base))
    ground.setAlphaF(_BOX_OPACITY)
    painter.fillRect(box, ground)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
