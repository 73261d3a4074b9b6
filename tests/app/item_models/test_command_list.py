"""Commands as rows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.item_models.command_list import KEYS_ROLE, SECTION_ROLE, CommandList

Role = Qt.ItemDataRole


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.add("loop", "Loop", list, section="Listening", keys=["L", "Ctrl+L"], icon="loop", checkable=True)
    commands.add("about", "About", list, section="Window")
    return commands


@pytest.fixture
def model(commands: Commands) -> CommandList:
    return CommandList(commands)


def test_it_is_a_sound_model(qtmodeltester: ModelTester, model: CommandList) -> None:
    qtmodeltester.check(model)
    model.show(["about", "loop"])
    qtmodeltester.check(model)


def test_a_row_says_all_of_its_command(model: CommandList, commands: Commands) -> None:
    model.show(["about", "loop"])
    assert model.rowCount() == 2
    assert model.id_at(1) == "loop"
    loop = model.index(1)
    assert loop.data() == "Loop"
    assert loop.data(SECTION_ROLE) == "Listening"
    assert loop.data(KEYS_ROLE) == ["L", "Ctrl+L"]
    assert loop.data(Role.AccessibleTextRole) == "Loop, Listening, L, Ctrl+L"
    assert loop.data(Role.CheckStateRole) == Qt.CheckState.Unchecked
    commands.action("loop").setChecked(True)
    assert loop.data(Role.CheckStateRole) == Qt.CheckState.Checked
    assert model.index(0).data(Role.CheckStateRole) is None


def test_what_cannot_be_done_now_is_disabled(model: CommandList, commands: Commands) -> None:
    model.show(["about"])
    assert model.index(0).flags() & Qt.ItemFlag.ItemIsEnabled
    commands.action("about").setEnabled(False)
    assert not model.index(0).flags() & Qt.ItemFlag.ItemIsEnabled


def test_other_rows_replace_the_ones_before(qtbot: QtBot, model: CommandList) -> None:
    model.show(["about", "loop"])
    with qtbot.waitSignal(model.modelReset):
        model.show(["loop"])
    assert model.rowCount() == 1
