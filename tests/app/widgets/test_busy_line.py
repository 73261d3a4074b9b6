"""A line that moves while one has to wait, and not before it is worth it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.widgets.busy_line import PATIENCE_MS, BusyLine


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def line(window: QWidget) -> BusyLine:
    window.resize(400, 40)
    line = BusyLine(window)
    line.resize(400, 2)
    window.show()
    return line


def test_it_appears_when_a_wait_is_long_and_goes_at_once(qtbot: QtBot, line: BusyLine) -> None:
    line.set_busy(True)
    assert not line.isVisible()
    qtbot.waitUntil(line.isVisible)
    line.set_busy(False)
    assert not line.isVisible()


def test_it_moves(qtbot: QtBot, line: BusyLine) -> None:
    line.set_busy(True)
    qtbot.waitUntil(line.isVisible)
    before = line.grab().toImage()
    qtbot.waitUntil(lambda: line.grab().toImage() != before)


def running(line: BusyLine) -> list[QTimer]:
    return [timer for timer in line.findChildren(QTimer) if timer.isActive()]


def test_a_short_wait_shows_nothing(line: BusyLine) -> None:
    line.set_busy(True)
    (patience,) = running(line)
    assert patience.interval() == PATIENCE_MS
    line.set_busy(False)
    assert running(line) == []
    assert not line.isVisible()


def test_saying_again_that_it_is_busy_does_not_put_it_off(qtbot: QtBot, line: BusyLine) -> None:
    line.set_busy(True)
    (patience,) = running(line)
    qtbot.waitUntil(lambda: patience.remainingTime() < PATIENCE_MS - 20)
    line.set_busy(True)
    assert patience.remainingTime() < PATIENCE_MS - 10


def test_nothing_runs_while_it_cannot_be_seen(qtbot: QtBot, line: BusyLine) -> None:
    line.set_busy(True)
    qtbot.waitUntil(line.isVisible)
    line.window().hide()
    assert running(line) == []
    line.window().show()
    assert running(line) != []
