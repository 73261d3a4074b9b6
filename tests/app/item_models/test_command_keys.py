"""Commands and their keys as a table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.item_models.command_keys import CommandKeys


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.add("loop", "Loop", list, section="Listening", keys=["L", "Ctrl+L"])
    commands.add("about", "About", list, section="Window")
    commands.add("play", "Play", list, section="Listening", keys=["Space"])
    return commands


def texts(model: CommandKeys) -> list[list[str]]:
    return [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]


def test_it_is_a_sound_model(qtmodeltester: ModelTester, commands: Commands) -> None:
    qtmodeltester.check(CommandKeys(commands))


def test_commands_by_section_with_their_keys(commands: Commands) -> None:
    model = CommandKeys(commands)
    assert [model.headerData(column, Qt.Orientation.Horizontal) for column in range(3)] == [
        "Command",
        "Section",
        "Keys",
    ]
    assert texts(model) == [["Loop", "Listening", "L, Ctrl+L"], ["Play", "Listening", "Space"], ["About", "Window", ""]]
    assert [model.id_at(row) for row in range(3)] == ["loop", "play", "about"]


def test_other_keys_appear_at_once(qtbot: QtBot, commands: Commands) -> None:
    model = CommandKeys(commands)
    with qtbot.waitSignal(model.dataChanged):
        commands.rebind("about", ["F1"])
    assert texts(model)[2] == ["About", "Window", "F1"]
    assert model.index(2, 2).data(Qt.ItemDataRole.ToolTipRole) == "Other keys than by default"
    assert model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole) is None
