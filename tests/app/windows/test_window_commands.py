"""Everything the window can be told to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.look.icons import icon
from app.windows.main_window import MainWindow

EXPECTED_KEYS = {
    "play": "Space",
    "stop": "Esc",
    "next": "J",
    "previous": "K",
    "search": "/",
    "loop": "L",
    "heat-map": "H",
    "similar": "W",
    "similar-within": "Shift+W",
    "similar-region": "Alt+W",
    "more-like": "G",
    "less-like": "Shift+G",
    "within": "Ctrl+Shift+F",
    "favourite": "F",
    "tag": "T",
    "note": "N",
    "reveal": "O",
    "copy-path": "Y",
    "palette": "Ctrl+K",
    "keys": "?",
    "rescan": "F5",
    "add-folder": "Ctrl+O",
    "quit": "Ctrl+Q",
}


def test_the_usual_keys(window: MainWindow):
    assert {id: window.commands.keys(id)[0] for id in EXPECTED_KEYS} == EXPECTED_KEYS


def test_no_two_commands_share_a_key_or_a_name(window: MainWindow):
    actions = window.commands.actions()
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert len({action.text() for action in actions}) == len(actions)


def test_every_command_reads_as_one_line_of_plain_english(window: MainWindow):
    for action in window.commands.actions():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9 ,;:]+", action.text()), action.text()


@pytest.mark.parametrize(
    "id", ["loop", "auto-play", "from-moment", "level-matching", "pause-while-listening", "heat-map"]
)
def test_switches_follow_the_settings_and_the_settings_follow_them(id: str, window: MainWindow):
    action = window.commands.action(id)
    before = action.isChecked()
    action.trigger()
    assert action.isChecked() is not before
    action.trigger()
    assert action.isChecked() is before


def test_the_settings_say_the_same_as_the_switch(window: MainWindow):
    window.commands.action("loop").trigger()
    assert window.choices.settings.loop
    window.choices.change(loop=False)
    assert not window.commands.action("loop").isChecked()


def test_rows_are_gone_through_with_j_and_k(window: MainWindow, qtbot: QtBot):
    window.table.setFocus()
    for key, row in ((Qt.Key.Key_J, 0), (Qt.Key.Key_J, 1), (Qt.Key.Key_K, 0)):
        qtbot.keyClick(window.table, key)
        assert window.table.current_id() == window.finding.results.file_ids[row]


def test_letters_go_to_the_field_while_one_types(window: MainWindow, qtbot: QtBot):
    window.search_bar.focus_field()
    field = window.focusWidget()
    assert field is not None
    qtbot.keyClicks(field, "jkl 5")
    assert window.search_bar.text() == "jkl 5"
    assert not window.choices.settings.loop


def test_a_letter_that_is_no_command_begins_a_search(window: MainWindow, qtbot: QtBot):
    window.table.setFocus()
    qtbot.keyClicks(window.table, "d")
    assert window.search_bar.text() == "d"


def test_a_rating_is_one_key(window: MainWindow, qtbot: QtBot):
    window.table.setFocus()
    window.table.selectRow(0)
    qtbot.keyClick(window.table, Qt.Key.Key_4)

    def stars() -> int | None:
        file = window.selecting.model.file_row(0)
        return file.stars if file else None

    qtbot.waitUntil(lambda: stars() == 4)


def test_every_icon_that_is_named_exists(window: MainWindow):
    source = Path(__file__).parents[3] / "app/windows/window_commands.py"
    names = set(re.findall(r'icon="([a-z-]+)"', source.read_text("utf-8")))
    assert names
    for name in names:
        assert not icon(name).isNull()
