from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.widgets.message_line import SHOWN_MS, MessageLine, MessageList


@pytest.fixture
def line(qtbot: QtBot) -> MessageLine:
    line = MessageLine()
    qtbot.addWidget(line)
    line.resize(300, 20)
    line.show()
    return line


def popover_of(line: MessageLine) -> MessageList:
    popover = line.findChild(MessageList)
    assert isinstance(popover, MessageList)
    return popover


def test_a_sentence_is_shown_until_it_is_clicked(line: MessageLine, qtbot: QtBot) -> None:
    line.say("kennel.wav cannot be read: it is empty.", "error")
    assert line.sentence == line.accessibleName() == "kennel.wav cannot be read: it is empty."
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert line.sentence == ""
    assert "kennel.wav" in popover_of(line).text.toPlainText()


def test_a_sentence_goes_by_itself(line: MessageLine) -> None:
    line.say("The search was saved.", "note")
    assert line._expiry.isActive()
    assert line._expiry.interval() == SHOWN_MS
    line._expiry.timeout.emit()
    assert line.sentence == ""
    assert len(line.log) == 1


def test_the_newest_sentence_is_shown(line: MessageLine) -> None:
    line.say("one", "error")
    line.say("two", "note")
    assert line.sentence == "two"


def test_an_empty_line_opens_nothing(line: MessageLine, qtbot: QtBot) -> None:
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert line.findChild(MessageList) is None
    assert line.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_keyboard_reaches_a_sentence(line: MessageLine, qtbot: QtBot) -> None:
    line.say("one", "note")
    assert line.focusPolicy() == Qt.FocusPolicy.TabFocus
    qtbot.keyClick(line, Qt.Key.Key_Space)
    assert popover_of(line).isVisible()


def test_all_messages_can_be_copied(line: MessageLine) -> None:
    line.say("one", "note")
    line.say("two", "error")
    line.open_list()
    popover_of(line).findChild(QPushButton).click()
    copied = [text[10:] for text in QGuiApplication.clipboard().text().splitlines()]
    assert copied == ["Error: two", "one"]


def test_a_hostile_sentence_is_plain_text(line: MessageLine) -> None:
    line.say("<b>x</b>\n\u202e", "error")
    assert line.sentence == "<b>x</b>\\n\\u202e"
    assert "<b>" not in line.toolTip()
    line.open_list()
    assert popover_of(line).text.toPlainText().endswith("<b>x</b>\\n\\u202e")
