"""How loud the microphone is, as it is painted."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from app.recording.level import Level
from app.widgets.search.level_meter import LevelMeter


@pytest.fixture
def meter(qtbot: QtBot) -> LevelMeter:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.resize(120, 16)
    return meter


def filled_px(meter: LevelMeter) -> int:
    """How far the bar is filled in the full colour."""
    picture, accent = meter.grab().toImage(), meter.palette().color(QPalette.ColorRole.Accent).rgb()
    middle = picture.height() // 2
    return sum(picture.pixel(x, middle) == accent for x in range(picture.width()))


def test_it_is_filled_to_the_rms_on_a_scale_of_decibels(meter: LevelMeter) -> None:
    for decibels, pixels in ((-60.0, 0), (-45.0, 30), (-30.0, 60), (-15.0, 90)):
        meter.clear()
        meter.show_level(Level(decibels, decibels), 0.0)
        assert filled_px(meter) == pytest.approx(pixels, abs=4)


def test_the_peak_stays_while_the_level_falls(meter: LevelMeter) -> None:
    meter.show_level(Level(-6.0, -20.0), 0.1)
    meter.show_level(Level(-50.0, -55.0), 0.9)
    assert meter.held_db == -6.0
    held = meter.grab().toImage()
    meter.clear()
    meter.show_level(Level(-50.0, -55.0), 0.9)
    assert meter.grab().toImage() != held


def test_it_follows_the_palette(meter: LevelMeter) -> None:
    meter.show_level(Level(-20.0, -30.0), 0.0)
    before = meter.grab().toImage()
    palette = meter.palette()
    palette.setColor(QPalette.ColorRole.Accent, "#ff00ff")
    meter.setPalette(palette)
    assert meter.grab().toImage() != before
    assert filled_px(meter) == pytest.approx(60, abs=4)


def test_it_can_be_named(meter: LevelMeter) -> None:
    assert meter.accessibleName() == "Level of the microphone"
