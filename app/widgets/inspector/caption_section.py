"""A sentence about the sound: a person's own, or what the network says as long as there is none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.plain_text import one_line
from app.widgets.inspector.section import Section, plain_label
from app.widgets.inspector.words_edit import WordsEdit


class CaptionSection(Section):
    """written : file ids, and a person's sentence"""

    written = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Caption", parent)
        self._file_ids: tuple[int, ...] = ()
        self._suggested = ""
        self.words = WordsEdit("Caption", "Say what one hears", parent=self)
        self.words.written.connect(self.written)
        self.suggestion = Suggestion(self)
        self.suggestion.accepted.connect(self._accept)
        self.suggestion.edit_requested.connect(self._edit)
        self.column.addWidget(self.words)
        self.column.addWidget(self.suggestion)

    def show_caption(self, file_ids: Sequence[int], caption: str, *, suggested: bool) -> None:
        """suggested : the caption is the network's"""
        self._file_ids = tuple(file_ids)
        self._suggested = caption if suggested else ""
        self.words.show_words(file_ids, "" if suggested else caption)
        self.suggestion.show_text(self._suggested)

    def commit(self) -> None:
        self.words.commit()

    @Slot()
    def _accept(self) -> None:
        """The network's sentence becomes the person's."""
        self.words.setPlainText(self._suggested)
        self.words.commit()
        self.suggestion.show_text("")

    @Slot()
    def _edit(self) -> None:
        """The network's sentence to begin with; what is written is the person's."""
        self._accept()
        self.words.setFocus()
        self.words.moveCursor(QTextCursor.MoveOperation.End)


class Suggestion(QWidget):
    """The network's words, outlined and in the secondary colour, so that nobody takes them for a person's.

    accepted : a person makes them their own; edit_requested : and changes them
    """

    accepted = Signal()
    edit_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = plain_label("", self, small=True, wraps=True)
        self.keep = self._button("check", "Keep this caption")
        self.keep.clicked.connect(lambda: self.accepted.emit())
        self.edit = self._button("edit", "Edit this caption; it is yours then")
        self.edit.clicked.connect(lambda: self.edit_requested.emit())
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(plain_label("The network's guess", self, small=True))
        column.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 4, 6)
        row.addLayout(column, 1)
        row.setSpacing(0)
        for button in (self.keep, self.edit):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _button(self, icon_name: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def show_text(self, text: str) -> None:
        self._text.setText(one_line(text))
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.secondary(self.palette()), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
