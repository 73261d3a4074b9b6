"""Where in time and frequency clauses are heard, over the spectrogram."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from app.look.theme import clause_colour
from app.pictures.heat import heat_levels
from app.view_models.frequency_scale import FrequencyScale
from app.view_models.reasons import Reasons
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_images import indexed, tinted

_OPACITY = 0.65  # where a clause is heard most clearly; the sound stays readable under it
_VEIL = QColor(0, 0, 0, 90)  # over the spectrogram, or bright spots would hide the heat

_MARGIN_PX = 4
_GROUND_OPACITY = 0.85


def paint_heat(
    painter: QPainter, rect: QRect, view: TimeView, scale: FrequencyScale, reasons: Reasons, palette: QPalette
) -> None:
    if not reasons.covers_spectrogram:
        return
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, _VEIL)
    painter.setOpacity(_OPACITY)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for clause in reasons.heated:
        assert clause.heat_map is not None
        heat = clause.heat_map
        left = rect.left() + view.x_px(heat.start_s, rect.width())
        right = rect.left() + view.x_px(heat.end_s, rect.width())
        image = tinted(indexed(heat_levels(heat, scale)), clause_colour(clause.colour, palette))
        painter.drawImage(QRectF(left, rect.top(), right - left, rect.height()), image)
    painter.restore()


def paint_note(painter: QPainter, rect: QRect, note: str, palette: QPalette) -> None:
    """What to do to see more, in a corner; nothing without a note."""
    if not note or not rect.height():
        return
    metrics = painter.fontMetrics()
    size = QSizeF(metrics.horizontalAdvance(note) + 2 * _MARGIN_PX, metrics.height() + 2)
    box = QRectF(QPointF(rect.left() + _MARGIN_PX, rect.bottom() + 1 - _MARGIN_PX - size.height()), size)
    ground = QColor(palette.color(QPalette.ColorRole.Base))
    ground.setAlphaF(_GROUND_OPACITY)
    painter.fillRect(box, ground)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), note)
