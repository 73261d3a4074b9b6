"""How clearly each clause is heard, moment by moment: a curve for each in a lane of its own."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen

from app.look.theme import clause_colour, hairline, secondary
from app.view_models.reasons import GOOD, Reason, Reasons, value_at, values_in
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_images import curve_image, tinted

LEAST_LANE_PX = 10  # curves that would get less share one lane
_INSET_PX = 2  # above a curve that is certain
_STEPPED_BACK = 0.25
_GOOD_OPACITY = 0.5
_DOT_PX = 5
_GAP_PX = 6  # from the crosshair to what it reads
_GROUND_OPACITY = 0.85


def lane_rect(rect: QRect, lane: int, lanes: int) -> QRect:
    """One of so many lanes of about the same height."""
    if rect.height() < lanes * LEAST_LANE_PX:
        return QRect(rect)
    top, bottom = (rect.top() + rect.height() * each // lanes for each in (lane, lane + 1))
    return QRect(rect.left(), top, rect.width(), bottom - top)


def paint_lanes(
    painter: QPainter, rect: QRect, view: TimeView, reasons: Reasons, palette: QPalette, ratio: float
) -> None:
    """ratio : device pixels to a pixel"""
    painter.fillRect(rect, palette.color(QPalette.ColorRole.Base))
    painter.save()
    for number, clause in enumerate(reasons.clauses):
        lane = lane_rect(rect, number, len(reasons.clauses))
        painter.setOpacity(1.0)
        painter.fillRect(QRectF(lane.left(), lane.bottom(), lane.width(), 1), hairline(palette))
        _paint_good(painter, lane, palette)
        painter.setOpacity(_STEPPED_BACK if reasons.steps_back(clause) else 1.0)
        _paint_curve(painter, lane, view, clause, palette, ratio)
    painter.restore()


def paint_values(
    painter: QPainter, rect: QRect, moment_s: float, x: float, reasons: Reasons, palette: QPalette
) -> None:
    """What each curve reads where the crosshair is: a dot on it, and in a lane of its own per cent beside."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, clause in enumerate(reasons.clauses):
        value = value_at(clause.relevance, moment_s) if clause.relevance is not None else None
        if value is None or reasons.steps_back(clause):
            continue
        lane = lane_rect(rect, number, len(reasons.clauses))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(clause_colour(clause.colour, palette))
        painter.drawEllipse(QPointF(x + 0.5, _y(lane, value)), _DOT_PX / 2, _DOT_PX / 2)
        if lane != rect or len(reasons.clauses) == 1:
            _paint_value(painter, lane, x, f"{value * 100:.0f} %", palette)
    painter.restore()


def _paint_good(painter: QPainter, lane: QRect, palette: QPalette) -> None:
    """Where a good match begins."""
    colour = QColor(secondary(palette))
    colour.setAlphaF(_GOOD_OPACITY)
    pen = QPen(colour, 1.0)
    pen.setDashPattern([1, 3])
    painter.setPen(pen)
    y = _y(lane, GOOD)
    painter.drawLine(QPointF(lane.left(), y), QPointF(lane.right(), y))


def _paint_curve(
    painter: QPainter, lane: QRect, view: TimeView, clause: Reason, palette: QPalette, ratio: float
) -> None:
    if clause.relevance is not None:
        values = values_in(clause.relevance, view, round(lane.width() * ratio))
        covered = curve_image(values, round((lane.height() - _INSET_PX) * ratio), round(ratio), GOOD)
        painter.drawImage(lane.adjusted(0, _INSET_PX, 0, 0), tinted(covered, clause_colour(clause.colour, palette)))


def _paint_value(painter: QPainter, lane: QRect, x: float, text: str, palette: QPalette) -> None:
    """Right of the crosshair, and at the right edge left of it."""
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance("100 %") + 4
    left = x + _GAP_PX if x + _GAP_PX + width < lane.right() else x - _GAP_PX - width
    box = QRectF(left, lane.center().y() - metrics.height() / 2, width, metrics.height())
    ground = QColor(palette.color(QPalette.ColorRole.Base))
    ground.setAlphaF(_GROUND_OPACITY)
    painter.fillRect(box.intersected(QRectF(lane)), ground)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)


def _y(lane: QRect, value: float) -> float:
    return float(lane.bottom() + 1 - np.clip(value, 0, 1) * (lane.height() - _INSET_PX))
