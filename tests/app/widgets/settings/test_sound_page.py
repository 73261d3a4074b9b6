from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSlider
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.widgets.settings.sound_page import SoundPage


@pytest.fixture
def page(qtbot: QtBot) -> SoundPage:
    made = SoundPage()
    qtbot.addWidget(made)
    made.set_devices(["Built-in", "USB <i>headphones</i>"])
    made.show_settings(Settings(output_device="Built-in", gain_db=-6.0))
    return made


def shown_devices(page: SoundPage) -> list[str]:
    box = page.findChild(QComboBox)
    return [box.itemText(index) for index in range(box.count())]


def test_devices_are_listed_after_the_systems_own(page: SoundPage) -> None:
    assert shown_devices(page) == ["System default", "Built-in", "USB <i>headphones</i>"]
    assert page.findChild(QComboBox).currentText() == "Built-in"


def test_choosing_a_device_says_its_name(page: SoundPage, qtbot: QtBot) -> None:
    box = page.findChild(QComboBox)
    box.setFocus()
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert chosen.args == ["output_device", "USB <i>headphones</i>"]
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(box, Qt.Key.Key_Home)
    assert chosen.args == ["output_device", None]


def test_a_chosen_device_stays_chosen_while_it_is_unplugged(page: SoundPage, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.chosen):
        page.set_devices(["HDMI"])
    assert shown_devices(page) == ["System default", "HDMI", "Built-in (not connected)"]
    assert page.findChild(QComboBox).currentText() == "Built-in (not connected)"
    page.set_devices(["HDMI", "Built-in"])
    assert page.findChild(QComboBox).currentText() == "Built-in"
    assert len(shown_devices(page)) == 3


def test_the_level_is_told_in_decibels_while_it_moves(page: SoundPage, qtbot: QtBot) -> None:
    slider = page.findChild(QSlider)
    assert "−6 dB" in [label.text() for label in page.findChildren(QLabel)]
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert chosen.args == ["gain_db", -5.0]
    assert "−5 dB" in [label.text() for label in page.findChildren(QLabel)]
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert chosen.args == ["gain_db", -60.0]  # all the way down, which the player takes for silence


@pytest.mark.parametrize(
    "name", ["level_matching", "play_on_select", "play_from_moment", "pause_indexing_while_playing"]
)
def test_each_switch_changes_its_own_setting(page: SoundPage, qtbot: QtBot, name: str) -> None:
    switch = page.findChild(QCheckBox, name)
    before = getattr(Settings(), name)
    assert switch.isChecked() == before
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert chosen.args == [name, not before]
