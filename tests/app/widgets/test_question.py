from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.question import ask


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


def press(parent: QWidget, label: str) -> None:
    box = parent.findChild(QMessageBox)
    (button,) = (each for each in box.findChildren(QAbstractButton) if each.text().replace("&", "") == label)
    button.click()


@pytest.mark.parametrize(("label", "expected"), [("Delete", ["done"]), ("Cancel", [])])
def test_something_is_done_only_if_a_person_agrees(parent: QWidget, label: str, expected: list[str]) -> None:
    done: list[str] = []
    ask(parent, "Delete it?", "It is gone then.", "Delete", lambda: done.append("done"))
    press(parent, label)
    assert done == expected


def test_enter_and_escape_change_nothing(parent: QWidget, qtbot: QtBot) -> None:
    done: list[str] = []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        ask(parent, "Delete it?", "It is gone then.", "Delete", lambda: done.append("done"))
        qtbot.keyClick(parent.findChild(QMessageBox), key)
        qtbot.waitUntil(lambda: parent.findChild(QMessageBox) is None)
    assert done == []


def test_names_in_the_question_are_plain_text(parent: QWidget) -> None:
    ask(parent, "Delete <b>x</b>?", "It is gone then.", "Delete", lambda: None)
    box = parent.findChild(QMessageBox)
    assert box.textFormat() == Qt.TextFormat.PlainText
    press(parent, "Cancel")
