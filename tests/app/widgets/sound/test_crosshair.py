"""What the pointer reads."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.pictures.sound_picture import SoundPicture
from app.view_models.frequency_scale import FrequencyScale
from app.view_models.time_view import TimeView
from app.widgets.sound.crosshair import paint_crosshair, readout
from app.widgets.sound.sound_layout import SoundLayout

LAYOUT = SoundLayout.arranged(QSize(1036, 200), "both", 0)
VIEW = TimeView.whole(100.0)
SCALE = FrequencyScale.of_sound("log", 48_000)


def read(place: QPointF, picture: SoundPicture | None = None) -> str:
    return readout(place, LAYOUT, VIEW, SCALE, picture)


def test_over_the_waveform_it_reads_the_moment() -> None:
    assert read(QPointF(36 + 423, 10)) == "0:42.3"


def test_over_the_spectrogram_it_reads_frequency_and_level_too() -> None:
    levels = np.zeros((256, 1000), np.uint8)
    row = int((1 - float(SCALE.height(1000.0))) * 256)
    levels[row - 1 : row + 2, 420:426] = 255 - 76
    y = LAYOUT.spectrogram.top() + (1 - float(SCALE.height(1000.0))) * LAYOUT.spectrogram.height()
    assert read(QPointF(36 + 423, y), SoundPicture(np.zeros((1000, 2)), levels)) == "0:42.3   1,000 Hz   −38 dB"


def test_at_the_edges_it_reads_what_is_at_the_edge() -> None:
    picture = SoundPicture(np.zeros((1000, 2)), np.full((256, 1000), 255, np.uint8))
    for corner in (LAYOUT.spectrogram.topLeft(), LAYOUT.spectrogram.bottomRight()):
        assert read(QPointF(corner), picture).endswith("Hz   0 dB")


@pytest.mark.parametrize(("x", "is_left"), [(100, False), (1020, True)])
@pytest.mark.usefixtures("qapp")
def test_the_text_keeps_out_of_the_pointers_way(x: int, is_left: bool) -> None:
    image = QImage(1036, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    palette = QApplication.palette()
    palette.setColor(palette.ColorRole.Base, QColor("white"))
    paint_crosshair(painter, QPointF(x, 10), LAYOUT, "0:42.3", palette)
    painter.end()
    assert (image.pixelColor(44, 6).lightness() > 128) == is_left
    assert (image.pixelColor(1028, 6).lightness() > 128) != is_left
