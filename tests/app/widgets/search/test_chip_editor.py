"""The field in which a sound gets another name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.search.chip_editor import ChipEditor


@pytest.fixture
def editor(qtbot: QtBot, window: QWidget) -> ChipEditor:
    layout = QVBoxLayout(window)
    editor = ChipEditor("dog", window)
    layout.addWidget(editor)
    layout.addWidget(QLineEdit())
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    editor.setFocus()
    return editor


@pytest.fixture
def outcomes(editor: ChipEditor) -> list[str | None]:
    heard: list[str | None] = []
    editor.done.connect(heard.append)
    editor.given_up.connect(lambda: heard.append(None))
    return heard


def elsewhere(editor: ChipEditor) -> QWidget:
    return next(each for each in editor.window().findChildren(QLineEdit) if each is not editor)


def test_typing_replaces_the_name_and_enter_is_done_once(
    qtbot: QtBot, editor: ChipEditor, outcomes: list[str | None]
) -> None:
    qtbot.keyClicks(editor, "hound")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    elsewhere(editor).setFocus()
    assert outcomes == ["hound"]


def test_going_elsewhere_is_done_too(qtbot: QtBot, editor: ChipEditor, outcomes: list[str | None]) -> None:
    qtbot.keyClicks(editor, "hound")
    elsewhere(editor).setFocus()
    assert outcomes == ["hound"]


def test_escape_gives_up_and_is_no_command(qtbot: QtBot, editor: ChipEditor, outcomes: list[str | None]) -> None:
    stop = QAction(editor.window())
    stop.setShortcut(QKeySequence("Escape"))
    stop.triggered.connect(lambda: outcomes.append("stopped"))
    editor.window().addAction(stop)
    qtbot.keyClicks(editor, "hound")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    elsewhere(editor).setFocus()
    assert outcomes == [None]


def test_it_is_spoken(editor: ChipEditor) -> None:
    assert editor.accessibleName() == "Another name for dog"
