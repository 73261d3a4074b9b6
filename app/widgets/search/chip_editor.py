"""The field in which a part of a question gets another name."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from engine.query import MAX_CHARACTERS


class ChipEditor(QLineEdit):
    """Enter, or going elsewhere, is done; Esc leaves the name as it was. Either comes once.

    done : the text
    given_up : it stays as it was
    """

    done = Signal(str)
    given_up = Signal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setMaxLength(MAX_CHARACTERS)
        self.setAccessibleName(f"Another name for {text}")
        self.setStyleSheet("QLineEdit { border: none; background: transparent; padding: 0; min-height: 0; }")
        self._is_over = False
        self.returnPressed.connect(self._finish)
        self.selectAll()

    @Slot()
    def _finish(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.done.emit(self.text())

    def _give_up(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.given_up.emit()

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and cast(QKeyEvent, event).key() == Qt.Key.Key_Escape:
            event.accept()  # elsewhere it stops the sound
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._finish()
