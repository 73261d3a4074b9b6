from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.widgets.welcome import SENTENCE, Welcome

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def welcome(qtbot: QtBot) -> Welcome:
    welcome = Welcome()
    qtbot.addWidget(welcome)
    welcome.resize(900, 600)
    return welcome


@pytest.fixture
def folders() -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/sounds/Field"), QUrl.fromLocalFile("/sounds/SFX")])
    return data


def enter(welcome: Welcome, data: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(10, 10), COPY, data, LEFT, NONE)
    QApplication.sendEvent(welcome, event)
    return event.isAccepted()


def test_it_says_one_sentence(welcome: Welcome) -> None:
    (label,) = welcome.findChildren(QLabel)
    assert label.text() == SENTENCE
    assert SENTENCE.count(".") == 1
    assert label.height() >= label.heightForWidth(label.width())


def test_it_has_two_buttons(welcome: Welcome, qtbot: QtBot) -> None:
    with qtbot.waitSignal(welcome.add_folder_requested):
        welcome.add_folder.click()
    with qtbot.waitSignal(welcome.demo_requested):
        welcome.demo.click()


def test_folders_are_dropped(welcome: Welcome, folders: QMimeData, qtbot: QtBot) -> None:
    assert enter(welcome, folders)
    move = QDragMoveEvent(QPoint(20, 20), COPY, folders, LEFT, NONE)
    QApplication.sendEvent(welcome, move)
    assert move.isAccepted()
    with qtbot.waitSignal(welcome.folders_dropped) as dropped:
        QApplication.sendEvent(welcome, QDropEvent(QPointF(20, 20), COPY, folders, LEFT, NONE))
    assert dropped.args == [[Path("/sounds/Field"), Path("/sounds/SFX")]]


def test_it_lights_up_while_a_folder_is_over_it(welcome: Welcome, folders: QMimeData) -> None:
    before = welcome.grab().toImage()
    enter(welcome, folders)
    assert welcome.grab().toImage() != before
    QApplication.sendEvent(welcome, QDragLeaveEvent())
    assert welcome.grab().toImage() == before


def test_text_is_not_taken(welcome: Welcome) -> None:
    data = QMimeData()
    data.setText("not a folder")
    before = welcome.grab().toImage()
    assert not enter(welcome, data)
    assert welcome.grab().toImage() == before
