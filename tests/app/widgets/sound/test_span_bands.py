"""Bands of clauses: where they lie, and in which colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.look import theme
from app.look.theme import CLAUSE_COLOURS
from app.look.tokens import LIGHT
from app.view_models.clause_spans import ClauseSpan
from app.view_models.time_view import TimeView
from app.widgets.sound.sound_layout import LANE_PX, SoundLayout
from app.widgets.sound.span_bands import band_rect, lanes_needed, paint_bands, paint_strip

pytestmark = pytest.mark.usefixtures("qapp")

VIEW = TimeView(100.0, 10.0, 20.0)
RECT = QRect(36, 0, 1000, 60)


def test_a_band_lies_where_its_span_is() -> None:
    assert band_rect(ClauseSpan("a", 12.0, 13.0, 0), VIEW, RECT) == QRectF(236, 0, 100, 60)
    assert band_rect(ClauseSpan("a", 5.0, 11.0, 0), VIEW, RECT) == QRectF(36, 0, 100, 60)
    assert band_rect(ClauseSpan("a", 12.0, 12.0, 0), VIEW, RECT).width() >= 2
    assert band_rect(ClauseSpan("a", 30.0, 40.0, 0), VIEW, RECT).isEmpty()


def test_there_are_as_many_lanes_as_spans_overlap() -> None:
    assert lanes_needed([]) == 0
    assert lanes_needed([ClauseSpan("a", 0, 1, 0), ClauseSpan("b", 1, 2, 1)]) == 1
    assert lanes_needed([ClauseSpan(str(each), 0, 1, each) for each in range(9)]) == 3


def test_bands_and_lines_are_painted_in_their_colours() -> None:
    layout = SoundLayout.arranged(QSize(436, 200), "both", lanes=1)
    image = QImage(436, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    spans = [ClauseSpan("<b>dog</b>\nbarks", 12.0, 14.0, 0), ClauseSpan("car", 15.0, 16.0, 1)]
    paint_bands(painter, layout, VIEW, spans, QApplication.palette())
    paint_strip(painter, layout, VIEW, spans, QApplication.palette())
    painter.end()
    assert image.pixelColor(36 + 100, LANE_PX - 1) == CLAUSE_COLOURS[0]
    assert image.pixelColor(36 + 220, LANE_PX - 1) == CLAUSE_COLOURS[1]
    band = image.pixelColor(36 + 100, layout.waveform.center().y())
    assert band.blue() > band.red()  # a breath of blue
    assert image.pixelColor(36 + 180, layout.waveform.center().y()) == QColor("white")


def test_what_should_not_be_heard_is_marked_in_the_secondary_colour() -> None:
    layout = SoundLayout.arranged(QSize(436, 200), "both", lanes=1)
    image = QImage(436, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    palette = theme.palette(LIGHT)
    paint_strip(painter, layout, VIEW, [ClauseSpan("rain", 12.0, 14.0, None)], palette)
    painter.end()
    assert image.pixelColor(36 + 100, LANE_PX - 1) == theme.secondary(palette)
