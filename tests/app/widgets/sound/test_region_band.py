"""The selected region and its handle."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from app.playing.player import Region
from app.view_models.time_view import TimeView
from app.widgets.sound.region_band import handle_rect, paint_region, region_rect
from app.widgets.sound.sound_layout import SoundLayout

pytestmark = pytest.mark.usefixtures("qapp")

VIEW = TimeView(100.0, 10.0, 20.0)
LAYOUT = SoundLayout.arranged(QSize(1036, 200), "both", 0)


def test_a_region_lies_between_its_moments_even_out_of_view() -> None:
    rect = QRect(36, 0, 1000, 60)
    assert region_rect(Region(12.0, 13.0), VIEW, rect) == QRectF(236, 0, 100, 60)
    assert region_rect(Region(5.0, 11.0), VIEW, rect) == QRectF(-464, 0, 600, 60)


def test_a_handle_can_always_be_taken_hold_of() -> None:
    assert handle_rect(Region(12.0, 13.0), VIEW, LAYOUT) == QRectF(236, LAYOUT.handles.top(), 100, 14)
    assert handle_rect(Region(12.0, 12.01), VIEW, LAYOUT).width() >= 20
    assert handle_rect(Region(5.0, 11.0), VIEW, LAYOUT).left() == 36
    assert handle_rect(Region(30.0, 40.0), VIEW, LAYOUT).isEmpty()


def test_a_region_is_painted_over_both_parts_with_its_handle() -> None:
    image = QImage(1036, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    palette = QApplication.palette()
    paint_region(painter, LAYOUT, Region(12.0, 13.0), VIEW, palette)
    painter.end()
    accent = palette.color(QPalette.ColorRole.Accent)
    assert image.pixelColor(330, LAYOUT.handles.center().y()) == accent
    for part in (LAYOUT.waveform, LAYOUT.spectrogram):
        assert image.pixelColor(236, part.top() + 10) == accent
        assert image.pixelColor(280, part.top() + 10) not in (accent, QColor("white"))
        assert image.pixelColor(400, part.top() + 10) == QColor("white")
    assert image.pixelColor(280, LAYOUT.time_axis.center().y()) == QColor("white")
