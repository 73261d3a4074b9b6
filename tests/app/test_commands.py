"""One list of commands: keys, conflicts, and who gets a key that is pressed."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.commands import Commands, shown_keys


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    QVBoxLayout(window)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def ran() -> list[str]:
    """Ids of the commands that were run."""
    return []


@pytest.fixture
def commands(window: QWidget, ran: list[str]) -> Commands:
    commands = Commands(window)
    for id, text, section, keys in [
        ("play", "Play or pause", "Listening", ["Space"]),
        ("stop", "Stop", "Listening", ["Esc"]),
        ("next", "Next", "Results", ["Down", "J"]),
        ("start", "Play from the start", "Results", ["Return"]),
        ("help", "Keys", "Window", ["?"]),
        ("rate", "Rate 5", "Results", ["5"]),
        ("palette", "All commands", "Window", ["Ctrl+K"]),
        ("about", "About", "Window", []),
    ]:
        commands.add(id, text, partial(ran.append, id), section=section, keys=keys)
    return commands


def focused(qtbot: QtBot, window: QWidget, widget: QWidget) -> QWidget:
    """The widget in the shown window, with the focus."""
    window.layout().addWidget(widget)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    return widget


def test_commands_by_id_and_by_section(commands: Commands, window: QWidget) -> None:
    assert [action.objectName() for action in commands.actions()][:3] == ["play", "stop", "next"]
    assert list(commands.sections()) == ["Listening", "Results", "Window"]
    assert [action.text() for action in commands.sections()["Listening"]] == ["Play or pause", "Stop"]
    assert commands.section("rate") == "Results"
    assert commands.action("play") in window.actions()


def test_a_command_runs_with_whatever_triggers_it(commands: Commands, ran: list[str]) -> None:
    commands.action("about").trigger()
    assert ran == ["about"]


def test_a_command_can_be_a_switch_with_an_icon(commands: Commands, ran: list[str]) -> None:
    action = commands.add("loop", "Loop", lambda: ran.append("loop"), section="Listening", icon="loop", checkable=True)
    assert not action.icon().isNull()
    action.trigger()
    assert action.isChecked()
    assert ran == ["loop"]


def test_the_tooltip_says_text_and_keys(commands: Commands) -> None:
    assert commands.action("next").toolTip() == "Next (Down, J)"
    assert commands.action("about").toolTip() == "About"
    commands.rebind("next", ["Ctrl+N"])
    assert commands.action("next").toolTip() == "Next (Ctrl+N)"
    assert shown_keys(commands.action("next")) == ["Ctrl+N"]


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        (["Ctrl+K"], "a key of 'New' belongs to 'All commands' already"),
        (["ctrl+k"], "belongs to"),
        (["J, X"], "belongs to 'Next'"),  # Qt could not tell whether J is all or the beginning
        (["Foo"], "there is no key 'Foo'"),
        (["Ctrl+"], "there is no key"),
        ([""], "there is no key"),
    ],
)
def test_a_key_that_is_taken_or_unknown_is_an_error(commands: Commands, keys: list[str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        commands.add("new", "New", list, section="Window", keys=keys)
    assert "new" not in [action.objectName() for action in commands.actions()]


def test_an_id_that_is_taken_is_an_error(commands: Commands) -> None:
    with pytest.raises(ValueError, match="there is a command 'play' already"):
        commands.add("play", "Play", list, section="Window")


# --- other keys -------------------------------------------------------------------------------------------------------


def test_other_keys(qtbot: QtBot, commands: Commands) -> None:
    with qtbot.waitSignal(commands.keys_changed):
        assert commands.rebind("next", ["N", "ctrl+n", "N"]) is None
    assert commands.keys("next") == ("N", "Ctrl+N")
    assert commands.rebindings() == {"next": ("N", "Ctrl+N")}
    with qtbot.waitSignal(commands.keys_changed):
        assert commands.reset("next") is None
    assert commands.keys("next") == ("Down", "J")
    assert commands.rebindings() == {}


def test_no_key_at_all(commands: Commands) -> None:
    assert commands.rebind("next", []) is None
    assert commands.rebindings() == {"next": ()}


def test_a_key_that_is_taken_changes_nothing_and_names_its_holder(qtbot: QtBot, commands: Commands) -> None:
    with qtbot.assertNotEmitted(commands.keys_changed):
        assert commands.rebind("about", ["F1", "Space"]) == "Play or pause"
    assert commands.rebindings() == {}


def test_a_command_may_keep_its_own_key(commands: Commands) -> None:
    assert commands.rebind("next", ["J", "N"]) is None


def test_a_default_key_that_was_given_away_is_not_taken_back_by_reset(commands: Commands) -> None:
    commands.rebind("play", ["P"])
    commands.rebind("about", ["Space"])
    assert commands.reset("play") == "About"
    assert commands.keys("play") == ("P",)


def test_stored_keys_are_applied(commands: Commands) -> None:
    commands.rebind("stop", ["S"])
    commands.apply({"next": ["N"], "about": ["F1", "F2"], "palette": []})
    assert commands.rebindings() == {"next": ("N",), "about": ("F1", "F2"), "palette": ()}
    assert commands.keys("stop") == ("Esc",)


def test_what_was_stored_comes_back(commands: Commands) -> None:
    swapped = {"play": ("Esc",), "stop": ("Space",)}  # each has the default key of the other
    commands.apply(swapped)
    assert commands.rebindings() == swapped
    commands.apply({})
    assert commands.rebindings() == {}


def test_ids_and_keys_that_do_not_exist_are_ignored(commands: Commands) -> None:
    commands.apply({"no such command": ["X"], "next": ["Nonsense"], "about": ["Nonsense", "F1"]})
    assert commands.rebindings() == {"about": ("F1",)}


def test_a_stored_key_that_two_claim_stays_with_the_first(commands: Commands) -> None:
    commands.apply({"about": ["X", "Space"], "next": ["X", "N"]})
    assert commands.rebindings() == {"about": ("X",), "next": ("N",)}


# --- who gets a key that is pressed -----------------------------------------------------------------------------------


def test_single_keys_run_commands_where_nothing_is_written(
    qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str]
) -> None:
    widget = QWidget()
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    focused(qtbot, window, widget)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_J, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape, "?", "5"):
        qtbot.keyClick(widget, key)
    assert ran == ["play", "next", "next", "start", "stop", "help", "rate"]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_a_text_field_gets_what_is_typed(
    qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str], kind: type[QWidget]
) -> None:
    field = focused(qtbot, window, kind())
    qtbot.keyClicks(field, "j 5?")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.property("text" if kind is QLineEdit else "plainText").rstrip("\n") == "j 5?"
    assert ran == []


def test_a_spin_box_gets_its_digits_and_arrows(
    qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str]
) -> None:
    box = QSpinBox()
    focused(qtbot, window, box)
    box.selectAll()
    qtbot.keyClicks(box, "5j")
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.value() == 4
    assert ran == []


def test_an_editable_combo_box_gets_what_is_typed(
    qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str]
) -> None:
    box = QComboBox()
    box.setEditable(True)
    focused(qtbot, window, box)
    qtbot.keyClicks(box, "j 5")
    assert box.currentText() == "j 5"
    assert ran == []


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox])
def test_esc_and_keys_with_ctrl_are_commands_in_a_text_field_too(
    qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str], kind: type[QWidget]
) -> None:
    field = focused(qtbot, window, kind())
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert ran == ["stop", "palette"]


def test_enter_in_a_field_is_the_fields(qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str]) -> None:
    field = QLineEdit()
    focused(qtbot, window, field)
    with qtbot.waitSignal(field.returnPressed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert ran == []


def test_space_presses_the_button_with_the_focus(
    qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str]
) -> None:
    button = QPushButton("Press")
    focused(qtbot, window, button)
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert ran == []
    qtbot.keyClick(button, Qt.Key.Key_J)
    assert ran == ["next"]


def test_what_cannot_be_done_now_is_not_done(qtbot: QtBot, window: QWidget, commands: Commands, ran: list[str]) -> None:
    action: QAction = commands.action("palette")
    action.setEnabled(False)
    field = focused(qtbot, window, QLineEdit())
    qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert ran == []


def test_only_a_command_that_repeats_runs_again_while_its_key_is_held(commands: Commands) -> None:
    assert not commands.action("play").autoRepeat()
    assert commands.add("previous", "Previous", list, section="Results", keys=["Up"], repeats=True).autoRepeat()
