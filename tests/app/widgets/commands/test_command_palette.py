"""Ctrl+K: find a command with a few letters, and run it."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Commands
from app.widgets.commands.command_palette import WIDTH_PX, CommandPalette


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(900, 600)
    QVBoxLayout(window).addWidget(QTextEdit())
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def palette(window: QWidget, ran: list[str]) -> CommandPalette:
    commands = Commands(window)
    for id, text in [("save", "Save this search"), ("settings", "Settings"), ("loop", "Loop"), ("quit", "Quit")]:
        commands.add(id, text, partial(ran.append, id), section="Everything")
    palette = CommandPalette(commands, window)
    commands.add("palette", "All commands", palette.toggle, section="Everything", keys=["Ctrl+K"])
    commands.action("quit").setEnabled(False)
    return palette


def field(palette: CommandPalette) -> QLineEdit:
    return palette.findChildren(QLineEdit)[0]


def shown(palette: CommandPalette) -> list[str]:
    model = palette.findChild(QListView).model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def chosen(palette: CommandPalette) -> str:
    return palette.findChild(QListView).currentIndex().data()


def test_its_key_opens_and_closes_it(qtbot: QtBot, window: QWidget, palette: CommandPalette) -> None:
    written_in = window.findChild(QTextEdit)
    written_in.setFocus()
    qtbot.keyClick(written_in, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert palette.isVisible()
    assert palette.panel.width() == WIDTH_PX
    assert field(palette).hasFocus()
    qtbot.keyClick(field(palette), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not palette.isVisible()
    assert written_in.hasFocus()


def test_letters_narrow_it_down_and_enter_runs(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    palette.toggle()
    assert shown(palette) == ["Save this search", "Settings", "Loop", "Quit", "All commands"]
    qtbot.keyClicks(field(palette), "sts")
    assert shown(palette)[0] == chosen(palette) == "Save this search"
    qtbot.keyClick(field(palette), Qt.Key.Key_Return)
    assert ran == ["save"]
    assert not palette.isVisible()


def test_it_is_gone_before_the_command_runs(qtbot: QtBot, window: QWidget, palette: CommandPalette) -> None:
    focused: list[QWidget | None] = []
    commands = window.findChild(Commands)
    commands.add("look", "Look", lambda: focused.append(QApplication.focusWidget()), section="Everything")
    window.findChild(QTextEdit).setFocus()
    palette.toggle()
    qtbot.keyClicks(field(palette), "look")
    qtbot.keyClick(field(palette), Qt.Key.Key_Enter)
    assert focused == [window.findChild(QTextEdit)]


def test_arrows_choose_and_go_round(qtbot: QtBot, palette: CommandPalette) -> None:
    palette.toggle()
    seen = [chosen(palette)]
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        qtbot.keyClick(field(palette), key)
        seen.append(chosen(palette))
    first, last = "Save this search", "All commands"
    assert seen == [first, "Settings", first, last, first, last, first]


def test_what_was_run_comes_first_the_next_time(qtbot: QtBot, palette: CommandPalette) -> None:
    for letters in ("loop", "settings"):
        palette.toggle()
        qtbot.keyClicks(field(palette), letters)
        qtbot.keyClick(field(palette), Qt.Key.Key_Return)
    palette.toggle()
    assert field(palette).text() == ""
    assert shown(palette)[:3] == ["Settings", "Loop", "Save this search"]


def test_what_cannot_be_done_now_is_shown_and_not_run(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    palette.toggle()
    qtbot.keyClicks(field(palette), "quit")
    assert shown(palette) == ["Quit"]
    qtbot.keyClick(field(palette), Qt.Key.Key_Return)
    assert ran == []
    assert palette.isVisible()


def test_where_nothing_matches_enter_does_nothing(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    palette.toggle()
    qtbot.keyClicks(field(palette), "xyzzy")
    assert shown(palette) == []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_Return):
        qtbot.keyClick(field(palette), key)
    assert ran == []


def test_keys_that_have_no_name_do_no_harm(qtbot: QtBot, palette: CommandPalette) -> None:
    palette.toggle()
    unnamed = QKeyEvent(QEvent.Type.KeyPress, 0x0416, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(palette, unnamed)
    assert palette.isVisible()


def test_a_click_runs(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    palette.toggle()
    view = palette.findChild(QListView)
    place = view.visualRect(view.model().index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ran == ["loop"]


def test_a_screen_reader_hears_which_command_is_chosen(qtbot: QtBot, palette: CommandPalette) -> None:
    palette.toggle()
    assert field(palette).accessibleName() == "Find a command"
    assert field(palette).accessibleDescription() == "Save this search, Everything"
    qtbot.keyClick(field(palette), Qt.Key.Key_Up)
    assert field(palette).accessibleDescription() == "All commands, Everything, Ctrl+K"
    qtbot.keyClicks(field(palette), "xyzzy")
    assert field(palette).accessibleDescription() == "No command"
