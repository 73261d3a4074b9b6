from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from app.widgets.settings.settings_page import SettingsPage, quotable, small_print


def test_a_field_is_named_and_explained_to_screen_readers_too(qtbot: QtBot) -> None:
    page = SettingsPage()
    qtbot.addWidget(page)
    level = QSlider()
    page.add_field("Level", level, "How loud it is.")
    assert level.accessibleName() == "Level"
    assert level.accessibleDescription() == "How loud it is."
    labels = {label.text(): label for label in page.findChildren(QLabel)}
    assert labels.keys() == {"Level", "How loud it is."}
    assert labels["Level"].buddy() is level


def test_switches_and_buttons_stand_below_each_other(qtbot: QtBot) -> None:
    page = SettingsPage()
    qtbot.addWidget(page)
    switch, first, second = QCheckBox("On"), QPushButton("One"), QPushButton("Two")
    page.add_switch(switch)
    page.add_buttons([first, second])
    page.resize(600, 300)
    page.grab()
    assert switch.geometry().bottom() < first.geometry().top()
    assert first.geometry().right() < second.geometry().left()
    assert first.geometry().top() == second.geometry().top()


def test_text_from_outside_is_plain_and_can_be_copied(qtbot: QtBot) -> None:
    label = quotable("<b>not bold</b>")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard


def test_small_print_is_small(qtbot: QtBot) -> None:
    label = small_print("A sentence.")
    qtbot.addWidget(label)
    assert label.font().pixelSize() == 11
