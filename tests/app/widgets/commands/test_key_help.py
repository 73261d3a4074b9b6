"""?: which key does what."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.widgets.commands.key_caps import KeyCaps
from app.widgets.commands.key_help import KeyHelp


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(1200, 700)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.fixture
def commands(window: QWidget) -> Commands:
    commands = Commands(window)
    commands.add("loop", "Loop", list, section="Listening", keys=["L"])
    commands.add("next", "Next", list, section="Results", keys=["Down", "J"])
    commands.add("about", "About", list, section="Window")
    return commands


@pytest.fixture
def key_help(commands: Commands, window: QWidget) -> KeyHelp:
    return KeyHelp(commands, window)


def spoken_keys(key_help: KeyHelp) -> list[str]:
    return sorted(caps.accessibleName() for caps in key_help.findChildren(KeyCaps))


def columns(key_help: KeyHelp) -> int:
    headings = [label for label in key_help.findChildren(QLabel) if label.text() in ("Listening", "Results")]
    return len({heading.mapTo(key_help, heading.rect().topLeft()).x() for heading in headings})


def test_all_commands_with_keys_by_section(key_help: KeyHelp) -> None:
    key_help.toggle()
    assert spoken_keys(key_help) == ["Loop: L", "Next: Down, J"]
    assert {label.text() for label in key_help.findChildren(QLabel)} == {"Listening", "Results", "Loop", "Next"}


def test_it_shows_the_present_keys(key_help: KeyHelp, commands: Commands) -> None:
    key_help.toggle()
    key_help.toggle()
    commands.rebind("loop", ["Ctrl+L"])
    key_help.toggle()
    assert "Loop: Ctrl+L" in spoken_keys(key_help)


def test_sections_stand_side_by_side_where_there_is_room(key_help: KeyHelp, window: QWidget) -> None:
    key_help.toggle()
    assert columns(key_help) == 2
    key_help.toggle()
    window.resize(400, 500)
    key_help.toggle()
    assert columns(key_help) == 1
    assert key_help.panel.width() < 400


def test_esc_closes_it(qtbot: QtBot, key_help: KeyHelp) -> None:
    key_help.toggle()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not key_help.isVisible()
