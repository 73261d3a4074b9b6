"""The selected region: a band with two edges, and a handle by which it is dragged to another program."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette

from app.playing.player import Region
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_layout import SoundLayout

_BAND_OPACITY = 0.14
_NARROWEST_HANDLE_PX = 20


def region_rect(region: Region, view: TimeView, rect: QRect) -> QRectF:
    """Where the region lies in a part that shares the time axis; its edges may be out of view."""
    left = rect.left() + view.x_px(region.start_s, rect.width())
    right = rect.left() + view.x_px(region.end_s, rect.width())
    return QRectF(left, rect.top(), right - left, rect.height())


def handle_rect(region: Region, view: TimeView, layout: SoundLayout) -> QRectF:
    """What is taken hold of to drag the region away: what is in view of it; empty if nothing is."""
    whole = region_rect(region, view, layout.handles)
    if whole.right() < layout.handles.left() or whole.left() > layout.handles.right():
        return QRectF()
    missing = max(0.0, _NARROWEST_HANDLE_PX - whole.width())
    return whole.adjusted(-missing / 2, 0, missing / 2, 0).intersected(QRectF(layout.handles))


def paint_region(painter: QPainter, layout: SoundLayout, region: Region, view: TimeView, palette: QPalette) -> None:
    accent = palette.color(QPalette.ColorRole.Accent)
    band = region_rect(region, view, layout.sound)
    painter.save()
    painter.setClipRect(layout.sound)
    veil = QColor(accent)
    veil.setAlphaF(_BAND_OPACITY)
    painter.fillRect(band, veil)
    for x in (band.left(), band.right() - 1):
        painter.fillRect(QRectF(round(x), band.top(), 1, band.height()), accent)
    _paint_handle(painter, handle_rect(region, view, layout), region, palette)
    painter.restore()


def _paint_handle(painter: QPainter, handle: QRectF, region: Region, palette: QPalette) -> None:
    if handle.isEmpty():
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.color(QPalette.ColorRole.Accent))
    painter.drawRoundedRect(handle, 2, 2)
    text = f"{region.end_s - region.start_s:.2f} s"
    metrics = QFontMetrics(painter.font())
    painter.setBrush(palette.color(QPalette.ColorRole.HighlightedText))
    is_roomy = metrics.horizontalAdvance(text) + 28 <= handle.width()
    middle = handle.left() + 10 if is_roomy else handle.center().x()
    for column in (-2, 2):
        for row in (-3, 0, 3):
            painter.drawEllipse(QRectF(middle + column - 0.75, handle.center().y() + row - 0.75, 1.5, 1.5))
    if is_roomy:
        painter.setPen(palette.color(QPalette.ColorRole.HighlightedText))
        painter.drawText(handle.adjusted(18, 0, -4, 0), int(Qt.AlignmentFlag.AlignVCenter), text)
