"""Other keys for a command."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QKeySequenceEdit, QLabel, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.widgets.commands.keys_editor import KeysEditor


@pytest.fixture
def commands(qtbot: QtBot) -> Commands:
    window = QWidget()
    qtbot.addWidget(window)
    commands = Commands(window)
    commands.add("loop", "Loop", list, section="Listening", keys=["L"])
    commands.add("next", "Next", list, section="Results", keys=["Down", "J"])
    commands.add("about", "About", list, section="Window")
    return commands


@pytest.fixture
def editor(qtbot: QtBot, commands: Commands) -> KeysEditor:
    editor = KeysEditor(commands)
    qtbot.addWidget(editor)
    with qtbot.waitActive(editor):
        editor.show()
        editor.activateWindow()
    return editor


def choose(editor: KeysEditor, row: int) -> None:
    editor.findChild(QTableView).selectRow(row)


def press(qtbot: QtBot, editor: KeysEditor, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    recorder = editor.findChild(QKeySequenceEdit)
    recorder.setFocus()
    qtbot.keyClick(recorder, key, modifiers)


def button(editor: KeysEditor, text: str) -> QPushButton:
    return next(found for found in editor.findChildren(QPushButton) if found.text() == text)


def sentence(editor: KeysEditor) -> str:
    return editor.findChild(QLabel).text()


CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def test_a_pressed_key_replaces_the_keys_of_the_chosen_command(
    qtbot: QtBot, editor: KeysEditor, commands: Commands
) -> None:
    choose(editor, 1)
    assert not button(editor, "Use this key").isEnabled()
    press(qtbot, editor, Qt.Key.Key_N, CTRL)
    button(editor, "Use this key").click()
    assert commands.keys("next") == ("Ctrl+N",)
    assert editor.findChild(QKeySequenceEdit).keySequence().isEmpty()


@pytest.mark.parametrize(
    ("key", "name"), [(Qt.Key.Key_Escape, "Esc"), (Qt.Key.Key_Return, "Return"), (Qt.Key.Key_Space, "Space")]
)
def test_keys_that_mean_something_elsewhere_can_be_recorded(
    qtbot: QtBot, editor: KeysEditor, commands: Commands, key: Qt.Key, name: str
) -> None:
    choose(editor, 2)
    press(qtbot, editor, key, NONE)
    button(editor, "Use this key").click()
    assert commands.keys("about") == (name,)


def test_a_pressed_key_can_be_one_more(qtbot: QtBot, editor: KeysEditor, commands: Commands) -> None:
    choose(editor, 1)
    press(qtbot, editor, Qt.Key.Key_N, NONE)
    button(editor, "Add this key").click()
    assert commands.keys("next") == ("Down", "J", "N")


def test_a_key_that_is_taken_is_told_in_one_sentence(qtbot: QtBot, editor: KeysEditor, commands: Commands) -> None:
    choose(editor, 1)
    press(qtbot, editor, Qt.Key.Key_L, NONE)
    button(editor, "Use this key").click()
    assert sentence(editor) == "L already belongs to “Loop”, so nothing was changed."
    assert commands.rebindings() == {}
    choose(editor, 2)
    assert "Loop" not in sentence(editor)


def test_no_key_at_all_and_back(editor: KeysEditor, commands: Commands) -> None:
    choose(editor, 0)
    assert not button(editor, "Reset").isEnabled()
    button(editor, "Remove keys").click()
    assert commands.rebindings() == {"loop": ()}
    assert not button(editor, "Remove keys").isEnabled()
    button(editor, "Reset").click()
    assert commands.rebindings() == {}


def test_a_default_key_that_another_command_has_now(editor: KeysEditor, commands: Commands) -> None:
    commands.apply({"loop": [], "about": ["L"]})
    choose(editor, 0)
    button(editor, "Reset").click()
    assert sentence(editor) == "The default key belongs to “About” now, so nothing was changed."


def test_all_back(editor: KeysEditor, commands: Commands) -> None:
    commands.apply({"loop": ["X"], "about": ["L"]})
    button(editor, "Reset all").click()
    assert commands.rebindings() == {}
    assert not button(editor, "Reset all").isEnabled()


def test_the_table_can_be_filtered_by_command_and_by_key(qtbot: QtBot, editor: KeysEditor, commands: Commands) -> None:
    table = editor.findChild(QTableView)
    wanted = editor.findChild(QLineEdit)
    qtbot.keyClicks(wanted, "down")
    assert table.model().rowCount() == 1
    choose(editor, 0)
    button(editor, "Remove keys").click()
    assert commands.rebindings() == {"next": ()}


def test_without_a_chosen_command_nothing_can_be_changed(qtbot: QtBot, editor: KeysEditor) -> None:
    qtbot.keyClicks(editor.findChild(QLineEdit), "xyzzy")
    assert not editor.findChild(QKeySequenceEdit).isEnabled()
    assert not any(button(editor, text).isEnabled() for text in ("Use this key", "Add this key", "Remove keys"))
