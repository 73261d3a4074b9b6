"""One tag that a person gave to a file."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.look.icons import icon
from app.view_models.plain_text import one_line, tooltip

HEIGHT_PX = 24
PADDING_PX = 10
BUTTON_PX = 18


class TagCapsule(QWidget):
    """Filled, since it is the person's. Delete on the keyboard presses its cross.

    removed : the tag, which is to be taken away
    """

    removed = Signal(str)

    def __init__(self, tag: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tag = tag
        self._shown = one_line(tag)
        self.setToolTip(tooltip(self._shown))
        self.setAccessibleName(self._shown)
        self.setFixedHeight(HEIGHT_PX)
        self._cross = capsule_button(self, "close", f"Remove the tag {self._shown}", f"Remove “{self._shown}”")
        self._cross.clicked.connect(lambda: self.removed.emit(self.tag))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.addStretch()
        layout.addWidget(self._cross)

    def sizeHint(self) -> QSize:
        text_px = self.fontMetrics().horizontalAdvance(self._shown)
        return QSize(PADDING_PX + text_px + 4 + BUTTON_PX + 4, HEIGHT_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._cross.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), HEIGHT_PX / 2, HEIGHT_PX / 2)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        place = self.rect().adjusted(PADDING_PX, 0, -BUTTON_PX - 4, 0)
        text = self.fontMetrics().elidedText(self._shown, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)


def capsule_button(parent: QWidget, icon_name: str, name: str, tip: str) -> QToolButton:
    """A small round one, of which the icon says all."""
    button = QToolButton(parent)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(10, 10))
    button.setFixedSize(BUTTON_PX, BUTTON_PX)
    button.setAccessibleName(name)
    button.setToolTip(tooltip(tip))
    return button
