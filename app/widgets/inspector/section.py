"""One titled part of a panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.look import theme

GAP_PX = 8


class Section(QWidget):
    """A small title, and whatever is added to `column` below it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP_PX)
        heading = plain_label(title.upper(), self)
        font = theme.small_font(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
        heading.setFont(font)
        heading.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.column.addWidget(heading)


def plain_label(text: str, parent: QWidget | None = None, *, small: bool = False, wraps: bool = False) -> QLabel:
    """A label that takes its text for what it is; a small one speaks in the secondary colour.

    wraps : over as many lines as it needs in the room that it gets; no word in it asks for more
    """
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    if wraps:
        as_wide_as_there_is_room = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        as_wide_as_there_is_room.setHeightForWidth(True)
        label.setSizePolicy(as_wide_as_there_is_room)
        label.setWordWrap(True)
    if small:
        label.setFont(theme.small_font(label.font()))
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
