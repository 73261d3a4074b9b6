"""The field in which one says what one hears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit, QWidget

from app.file_mime import local_paths
from app.widgets.dragged_files import take_if_files
from engine.query import MAX_CHARACTERS, clean

QUIET_MS = 150  # without a keystroke, then what was typed is a query
_POPUP_STYLE = """
QListView { border: 1px solid palette(mid); }
QListView::item { padding: 4px 8px; border-radius: 3px; }
QListView::item:selected { background: palette(highlight); color: palette(highlighted-text); }
"""
_EDITING_LETTERS = {Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Y, Qt.Key.Key_Z}


class SearchField(QLineEdit):
    """Plain text that becomes a query once nobody types any more, or at once on Enter.

    query_changed : the text as a clean line, never one that means the same as the query before
    left : to the results, with Enter or Down
    files_dropped : list[Path]
    focus_changed : it came or went
    """

    query_changed = Signal(str)
    left = Signal()
    files_dropped = Signal(object)
    focus_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(MAX_CHARACTERS)
        self.setStyleSheet("QLineEdit { border: none; background: transparent; padding: 0 4px; min-height: 28px; }")
        self._query = ""
        self._composing = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._ask)
        self.textEdited.connect(self._quiet.start)
        self._suggestions = QStringListModel(self)
        self._popup = _popup(self, self._suggestions)
        self._popup.activated.connect(self.ask)
        self._popup_list = cast(QAbstractItemView, self._popup.popup())
        self._popup_list.setAccessibleName("Recent and saved searches")
        self._popup_list.setStyleSheet(_POPUP_STYLE)

    def set_query(self, text: str) -> None:
        """Show what is asked already; what was typed stays as it is if it means the same."""
        self._quiet.stop()
        self._query = clean(text)
        if self._query != clean(self.text()):
            self.setText(self._query)

    @Slot(str)
    def ask(self, text: str) -> None:
        """As if it had been typed and Enter pressed."""
        self.selectAll()
        self.insert(text)
        self._ask()

    def type_over(self, text: str) -> None:
        """As if it had been typed into the field with everything selected; can be undone."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self.insert(text)
        self._quiet.start()

    def set_suggestions(self, texts: Sequence[str]) -> None:
        """What Down offers as long as the field is empty."""
        self._suggestions.setStringList([clean(text) for text in texts])

    @Slot()
    def _ask(self) -> None:
        """Not in the middle of a character that is being composed from several keys: it will be typed later."""
        self._quiet.stop()
        meant = clean(self.text())
        if not self._composing and meant != self._query:
            self._query = meant
            self.query_changed.emit(meant)

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_command(cast(QKeyEvent, event)):
            event.ignore()  # some systems give Ctrl+E, Ctrl+K and others to text fields
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._popup_list.isVisible():
                event.ignore()  # the chosen suggestion is meant
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._ask()
                self.left.emit()
            case Qt.Key.Key_Down if not self.text() and self._suggestions.rowCount():
                self._popup.complete()
            case Qt.Key.Key_Down:
                self._ask()
                self.left.emit()
            case Qt.Key.Key_Slash if not self.text():
                event.accept()  # whoever presses it wants to come here, and is here already
            case _:
                self._popup_list.hide()
                super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing:  # the selection that composing replaced is gone too, even if nothing was composed
            self._quiet.start()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event.mimeData()):
            take_if_files(event, self)
        elif local_paths(event.mimeData()):
            event.ignore()  # folders are for the window
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if local_paths(event.mimeData()):
            take_if_files(event, self)
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := _files(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.files_dropped.emit(paths)
        else:
            super().dropEvent(event)
            self._quiet.start()


def _popup(field: QLineEdit, model: QStringListModel) -> QCompleter:
    """Shown only on demand: the field does not complete what is typed."""
    completer = QCompleter(model, field)
    completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
    completer.setMaxVisibleItems(10)
    completer.setWidget(field)
    return completer


def _is_command(event: QKeyEvent) -> bool:
    return (
        event.modifiers() == Qt.KeyboardModifier.ControlModifier
        and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
        and event.key() not in _EDITING_LETTERS
    )


def _files(mime: QMimeData) -> list[Path]:
    return [path for path in local_paths(mime) if not path.is_dir()]
