"""Heat maps over a spectrogram."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from app.look.theme import palette
from app.look.tokens import DARK
from app.view_models.frequency_scale import FrequencyScale
from app.view_models.reasons import Reasons
from app.view_models.time_view import TimeView
from app.widgets.sound.heat_layer import paint_heat, paint_note
from tests.app.explained_sounds import reasons

RECT = QRect(0, 0, 1000, 100)
SCALE = FrequencyScale("log", 100.0, 10_000.0)  # as high as the bands
WHOLE = TimeView.whole(10.0)
LOW, HIGH = 95, 5

pytestmark = pytest.mark.usefixtures("qapp")


def painted(shown: Reasons, view: TimeView = WHOLE) -> QImage:
    image = QImage(RECT.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    paint_heat(painter, RECT, view, SCALE, shown, palette(DARK))
    painter.end()
    return image


def test_heat_is_where_the_clause_is_heard_in_its_colour() -> None:
    image = painted(reasons("dog", has_heat=True))
    hot = image.pixelColor(500, LOW)
    assert hot.blue() > hot.green() > hot.red() > 0
    assert {image.pixelColor(x, y).lightness() for x, y in ((500, HIGH), (50, LOW), (900, LOW))} == {0}


def test_what_lies_under_it_can_still_be_read() -> None:
    assert painted(reasons("dog", has_heat=True)).pixelColor(500, LOW).lightness() < 160


def test_it_is_shown_when_it_is_wanted() -> None:
    assert painted(reasons("dog")) == painted(Reasons())
    assert painted(reasons("dog", alone="dog")) == painted(reasons("dog", has_heat=True))
    assert painted(reasons("dog", "car", alone="car", has_heat=True)) == painted(reasons("dog", "car", alone="car"))


def test_it_keeps_its_place_when_another_stretch_is_looked_at() -> None:
    """Until the heat map of that stretch is there."""
    closer = painted(reasons("dog", has_heat=True), TimeView(10.0, 4.0, 6.0))
    assert closer.pixelColor(500, LOW).blue() > 0
    elsewhere = painted(reasons("dog", has_heat=True), TimeView(10.0, 8.0, 10.0))
    assert elsewhere == painted(Reasons())


def test_a_note_stands_in_a_corner() -> None:
    image = QImage(RECT.size(), QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    untouched = image.copy()
    painter = QPainter(image)
    paint_note(painter, RECT, "", palette(DARK))
    assert image == untouched
    paint_note(painter, RECT, "Zoom in.", palette(DARK))
    painter.end()
    assert image.pixelColor(6, LOW).red() < 100
    assert image.copy(500, 0, 500, 100) == untouched.copy(500, 0, 500, 100)
