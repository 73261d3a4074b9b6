"""How near to chance a match may be: a button that says it, and a menu to change it."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.view_models.strictness import CHOICES, label, offer
from engine.hits import Strictness


class StrictnessButton(QToolButton):
    """strictness_changed : a Strictness, another one than before"""

    strictness_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("How near to chance a match may be")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._strictness: Strictness = "normal"
        menu = QMenu(self)
        choices = QActionGroup(menu)
        self._choices: dict[Strictness, QAction] = {each: menu.addAction(offer(each)) for each in CHOICES}
        for each, action in self._choices.items():
            choices.addAction(action)
            action.setCheckable(True)
            action.setData(each)
        menu.triggered.connect(self._choose)
        self.setMenu(menu)
        self.set_strictness("normal")

    def set_strictness(self, strictness: Strictness) -> None:
        """Tells nobody."""
        self._strictness = strictness
        self._choices[strictness].setChecked(True)
        self.setText(label(strictness))
        self.setAccessibleName(label(strictness))

    def sizeHint(self) -> QSize:
        """Wide enough for every choice, so that nothing beside it moves."""
        hint, wide = super().sizeHint(), self.fontMetrics().horizontalAdvance
        return hint.grownBy(QMargins(0, 0, max(wide(label(each)) for each in CHOICES) - wide(self.text()), 0))

    def _choose(self, action: QAction) -> None:
        chosen: Strictness = action.data()
        if chosen != self._strictness:
            self.set_strictness(chosen)
            self.strictness_changed.emit(chosen)
