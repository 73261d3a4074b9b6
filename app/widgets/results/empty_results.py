"""What stands where there are no results: one calm sentence, and what one can do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.view_models.empty_answer import EmptyAnswer
from app.view_models.plain_text import menu_text


class EmptyResults(QWidget):
    """clear_scope_requested : search the whole library; show_weak_requested : show what is nearer to chance"""

    clear_scope_requested = Signal()
    show_weak_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence, self._advice = _label(), _label()
        self._advice.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setAccessibleName("No results")
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._clear_scope, self._show_weak = QPushButton(), QPushButton()
        self._clear_scope.clicked.connect(self.clear_scope_requested)
        self._show_weak.clicked.connect(self.show_weak_requested)
        self._lay_out()
        self.show_answer(EmptyAnswer(""))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self._clear_scope)
        buttons.addWidget(self._show_weak)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._sentence)
        layout.addWidget(self._advice)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addStretch(3)

    def show_answer(self, answer: EmptyAnswer) -> None:
        for label, words in ((self._sentence, answer.sentence), (self._advice, answer.advice)):
            label.setText(words)
            label.setVisible(bool(words))
        for button, words in ((self._clear_scope, answer.clear_scope), (self._show_weak, answer.show_weak)):
            button.setText(menu_text(words))
            button.setVisible(bool(words))


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
