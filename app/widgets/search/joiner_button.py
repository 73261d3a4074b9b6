"""How two sounds of a question are joined: a sign that can be changed."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.view_models.query_chips import JOINERS, SIGNS, Chip, joiner_of

SIZE_PX = QSize(20, 24)
_STEPS: dict[int, int] = {Qt.Key.Key_Left: 0, Qt.Key.Key_Right: 1}


class JoinerButton(QToolButton):
    """Stands before the chip whose sound it joins to the one before; pressed, or with Down, it offers the joiners.

    joined : the Chip, a Joiner
    stepped : 0 to the chip before it, 1 to its own
    """

    joined = Signal(object, object)
    stepped = Signal(int)

    def __init__(self, chip: Chip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = chip
        self._joiner = joiner_of(chip)
        said = JOINERS[self._joiner].lower() if self._joiner else ""
        self.setText(chip.joiner)
        self.setFixedSize(SIZE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(f"Heard {said}; click to change that")
        self.setAccessibleName(f"{said}: {chip.text}")
        self.setAccessibleDescription("Down changes how the two sounds are joined")
        self.setStyleSheet("QToolButton { color: palette(placeholder-text); padding: 0; }")
        self.clicked.connect(self.open_menu)

    @Slot()
    def open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for joiner, words in JOINERS.items():
            choice = menu.addAction(f"{words}\t{SIGNS[joiner]}")
            choice.setCheckable(True)
            choice.setChecked(joiner == self._joiner)
            choice.setData(joiner)
        menu.triggered.connect(self._choose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    @Slot(QAction)
    def _choose(self, chosen: QAction) -> None:
        self.joined.emit(self.chip, chosen.data())

    # --- as Qt wants it -----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_own(cast(QKeyEvent, event)):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Down:
            self.open_menu()
        else:
            self.stepped.emit(_STEPS[event.key()])


def _is_own(event: QKeyEvent) -> bool:
    plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
    return plain and (event.key() in _STEPS or event.key() == Qt.Key.Key_Down)
