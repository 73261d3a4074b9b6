"""Which keys stay with the widget that has the focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QTableView,
    QTextEdit,
    QToolButton,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.kept_keys import is_kept, is_text_field

Key = Qt.Key
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def press(key: Qt.Key, text: str = "", modifiers: Qt.KeyboardModifier = NONE) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers, text)


TYPED = [press(Key.Key_J, "j"), press(Key.Key_Question, "?", SHIFT), press(Key.Key_Space, " "), press(Key.Key_5, "5")]
IN_A_FIELD = [*TYPED, press(Key.Key_Return, "\r"), press(Key.Key_Up), press(Key.Key_Left), press(Key.Key_Home)]
ALTGR_BRACKET = press(Key.Key_BracketLeft, "[", CTRL | ALT)
COMMANDS = [
    press(Key.Key_K, "\x0b", CTRL),
    press(Key.Key_Left, "", ALT),
    press(Key.Key_Escape, "\x1b"),
    press(Key.Key_F5),
]


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox])
def test_a_text_field_keeps_what_is_typed_and_what_moves_in_it(qtbot: QtBot, kind: type[QWidget]) -> None:
    field = kind()
    qtbot.addWidget(field)
    assert is_text_field(field)
    assert all(is_kept(field, event) for event in [*IN_A_FIELD, ALTGR_BRACKET])
    assert not any(is_kept(field, event) for event in COMMANDS)
    field.setReadOnly(True)  # type: ignore[attr-defined]
    assert not any(is_kept(field, event) for event in [*IN_A_FIELD, *COMMANDS])


def test_a_combo_box_is_a_text_field_if_one_can_write_into_it(qtbot: QtBot) -> None:
    box = QComboBox()
    qtbot.addWidget(box)
    assert not is_text_field(box)
    assert is_kept(box, press(Key.Key_Space, " "))
    assert not is_kept(box, press(Key.Key_J, "j"))
    box.setEditable(True)
    assert is_text_field(box)
    assert is_kept(box, press(Key.Key_J, "j"))


@pytest.mark.parametrize("kind", [QPushButton, QToolButton])
def test_space_presses_a_button(qtbot: QtBot, kind: type[QWidget]) -> None:
    button = kind()
    qtbot.addWidget(button)
    assert is_kept(button, press(Key.Key_Space, " "))
    assert not is_kept(button, press(Key.Key_Space, " ", SHIFT))
    assert not any(is_kept(button, event) for event in [press(Key.Key_J, "j"), press(Key.Key_Return, "\r"), *COMMANDS])


@pytest.mark.parametrize(
    ("kind", "kept", "left"),
    [
        (QSlider, [Key.Key_Left, Key.Key_Up, Key.Key_Home], [Key.Key_Space, Key.Key_J]),
        (QTabBar, [Key.Key_Left, Key.Key_Right], [Key.Key_Up, Key.Key_Space]),
        (QTableView, [Key.Key_Up, Key.Key_Down, Key.Key_PageDown], [Key.Key_Left, Key.Key_Return, Key.Key_Space]),
        (QTreeView, [Key.Key_Up, Key.Key_Left, Key.Key_Return], [Key.Key_Space, Key.Key_J]),
        (QLabel, [], [Key.Key_Up, Key.Key_Space, Key.Key_Return, Key.Key_J]),
    ],
)
def test_other_widgets_keep_what_they_use(
    qtbot: QtBot, kind: type[QWidget], kept: list[Qt.Key], left: list[Qt.Key]
) -> None:
    widget = kind()
    qtbot.addWidget(widget)
    assert [key for key in [*kept, *left] if is_kept(widget, press(key))] == kept


def test_without_focus_every_key_is_free() -> None:
    assert not any(is_kept(None, event) for event in [*IN_A_FIELD, *COMMANDS])
