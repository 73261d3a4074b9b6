"""The sign between two chips."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.view_models.query_chips import Chip
from app.widgets.search.joiner_button import JoinerButton

CAR = Chip("car passes", "clause", 1, "→", ("clause", 1))


@pytest.fixture
def button(qtbot: QtBot) -> JoinerButton:
    button = JoinerButton(CAR)
    qtbot.addWidget(button)
    with qtbot.waitActive(button):
        button.show()
        button.activateWindow()
    return button


def offers() -> list[QAction]:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu.actions()


def test_pressed_it_offers_the_joiners_in_words(qtbot: QtBot, button: JoinerButton) -> None:
    assert button.text() == "→"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [action.text() for action in offers()] == ["Then\t→", "At the same time\t+", "In any order\t,"]
    assert [action.isChecked() for action in offers()] == [True, False, False]
    with qtbot.waitSignal(button.joined) as blocker:
        offers()[2].trigger()
    assert blocker.args == [CAR, "and"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Space])
def test_keys_open_it_and_choose(qtbot: QtBot, button: JoinerButton, key: Qt.Key) -> None:
    qtbot.keyClick(button, key)
    menu = QApplication.activePopupWidget()
    with qtbot.waitSignal(button.joined) as blocker:
        for pressed in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
            qtbot.keyClick(menu, pressed)
    assert blocker.args == [CAR, "while"]


def test_arrows_go_to_the_chips_beside_it(qtbot: QtBot, button: JoinerButton) -> None:
    steps: list[int] = []
    button.stepped.connect(steps.append)
    qtbot.keyClick(button, Qt.Key.Key_Left)
    qtbot.keyClick(button, Qt.Key.Key_Right)
    assert steps == [0, 1]


def test_it_is_spoken(button: JoinerButton) -> None:
    assert button.accessibleName() == "then: car passes"
    assert button.toolTip() == "Heard then; click to change that"
