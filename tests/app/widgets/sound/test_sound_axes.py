"""Axes: ticks are where the sound is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from app.view_models.frequency_scale import FrequencyScale
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_axes import paint_frequency_axis, paint_time_axis

pytestmark = pytest.mark.usefixtures("qapp")


def painted(paint: Callable[[QPainter, QPalette], None]) -> QImage:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    palette = QPalette(QApplication.palette())
    palette.setColor(QPalette.ColorRole.PlaceholderText, QColor("black"))
    painter = QPainter(image)
    paint(painter, palette)
    painter.end()
    return image


def dark(image: QImage, x: int, y: int) -> bool:
    return image.pixelColor(x, y).lightness() < 64


def test_ticks_of_the_time_axis_are_at_their_moments() -> None:
    rect = QRect(40, 100, 360, 20)
    image = painted(lambda painter, palette: paint_time_axis(painter, rect, TimeView.whole(9.0), palette))
    ticks = [x for x in range(400) if dark(image, x, 100)]
    assert len(ticks) >= 3
    assert set(ticks) <= {40 + 40 * second for second in range(10)}  # 40 px a second


def test_ticks_of_the_frequency_axis_are_at_their_frequencies() -> None:
    rect, scale = QRect(0, 10, 36, 160), FrequencyScale.of_sound("log", 48_000)
    image = painted(lambda painter, palette: paint_frequency_axis(painter, rect, scale, palette))
    ticks = [y for y in range(200) if dark(image, 35, y)]
    for hz in (100, 1000, 10_000):
        assert round(10 + 160 * (1 - float(scale.height(hz)))) in ticks
