"""The speed and its slider."""

from __future__ import annotations

from PySide6.QtWidgets import QSlider, QWidgetAction
from pytestqt.qtbot import QtBot

from app.widgets.sound.speed_button import SpeedButton


def slider_of(button: SpeedButton) -> QSlider:
    action = button.menu().actions()[0]
    assert isinstance(action, QWidgetAction)
    slider = action.defaultWidget()
    assert isinstance(slider, QSlider)
    return slider


def test_the_slider_reaches_from_a_quarter_to_twice_and_snaps_to_one(qtbot: QtBot) -> None:
    button = SpeedButton()
    qtbot.addWidget(button)
    said: list[float] = []
    button.speed_changed.connect(said.append)
    slider = slider_of(button)
    for step in (slider.maximum(), 1, slider.minimum()):
        slider.setValue(step)
    assert said == [2.0, 1.0, 0.25]
    assert button.text() == "0.25×"


def test_the_menu_offers_usual_speeds(qtbot: QtBot) -> None:
    button = SpeedButton()
    qtbot.addWidget(button)
    half = next(action for action in button.menu().actions() if action.text() == "0.5×")
    with qtbot.waitSignal(button.speed_changed) as changed:
        half.trigger()
    assert changed.args == [0.5]
    assert (button.speed(), slider_of(button).value()) == (0.5, -24)


def test_setting_it_tells_nobody(qtbot: QtBot) -> None:
    button = SpeedButton()
    qtbot.addWidget(button)
    with qtbot.assertNotEmitted(button.speed_changed):
        button.set_speed(1.5)
    assert button.text() == "1.5×"
