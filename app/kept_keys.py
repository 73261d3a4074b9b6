"""Keys that belong to the widget with the focus rather than to a command of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QTreeView,
    QWidget,
)

_Key = Qt.Key
_Modifier = Qt.KeyboardModifier

_ENTER = {_Key.Key_Return, _Key.Key_Enter}
_ALONG = {_Key.Key_Left, _Key.Key_Right}
_UP_AND_DOWN = {_Key.Key_Up, _Key.Key_Down, _Key.Key_Home, _Key.Key_End, _Key.Key_PageUp, _Key.Key_PageDown}


def is_kept(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether a widget with the focus wants this key for itself. Qt asks the same of it before it fires a shortcut, but
    many widgets do not say so: not even a button claims the Space that presses it.
    """
    if widget is None or not _is_plain(event.modifiers()):
        return False
    if is_text_field(widget):
        return _is_typed(event) or event.key() in _ENTER | _UP_AND_DOWN | _ALONG
    return event.modifiers() in (_Modifier.NoModifier, _Modifier.KeypadModifier) and event.key() in _used_by(widget)


def is_text_field(widget: QWidget) -> bool:
    """Whether one can write into it now."""
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return isinstance(widget, QComboBox) and widget.isEditable()


def _used_by(widget: QWidget) -> set[Qt.Key]:
    match widget:
        case QAbstractButton():
            return {_Key.Key_Space}
        case QComboBox():
            return {_Key.Key_Space} | _UP_AND_DOWN
        case QAbstractSlider():
            return _UP_AND_DOWN | _ALONG
        case QTabBar():
            return _ALONG
        case QTreeView() if widget.rootIsDecorated():
            return _UP_AND_DOWN | _ALONG | _ENTER
        case QAbstractItemView():
            return _UP_AND_DOWN
        case _:
            return set()


def _is_plain(modifiers: Qt.KeyboardModifier) -> bool:
    """No modifier that makes a command of a letter. Ctrl and Alt together are AltGr, with which [ is typed."""
    commanding = modifiers & (_Modifier.ControlModifier | _Modifier.AltModifier | _Modifier.MetaModifier)
    return commanding in (_Modifier.NoModifier, _Modifier.ControlModifier | _Modifier.AltModifier)


def _is_typed(event: QKeyEvent) -> bool:
    return bool(event.text()) and event.text().isprintable()
