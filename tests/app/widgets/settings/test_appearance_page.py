from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.widgets.settings.appearance_page import AppearancePage


@pytest.fixture
def page(qtbot: QtBot) -> AppearancePage:
    made = AppearancePage()
    qtbot.addWidget(made)
    made.show_settings(Settings(theme="light", colour_map="viridis", range_db=70.0))
    return made


def choice(page: AppearancePage, name: str) -> QComboBox:
    return next(found for found in page.findChildren(QComboBox) if found.accessibleName() == name)


def test_it_shows_what_is_set(page: AppearancePage) -> None:
    assert choice(page, "Theme").currentText() == "Light"
    assert choice(page, "Spectrogram colours").currentText() == "Viridis"
    assert page.findChild(QSpinBox).text() == "70 dB"


def test_each_control_changes_its_own_setting(page: AppearancePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(choice(page, "Theme"), Qt.Key.Key_Down)
    assert chosen.args == ["theme", "dark"]
    with qtbot.waitSignal(page.chosen) as chosen:
        qtbot.keyClick(choice(page, "Spectrogram colours"), Qt.Key.Key_Down)
    assert chosen.args == ["colour_map", "grey"]
    with qtbot.waitSignal(page.chosen) as chosen:
        page.findChild(QSpinBox).stepUp()
    assert chosen.args == ["range_db", 75.0]
