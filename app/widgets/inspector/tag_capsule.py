"""One tag of a file: a person's, or one that is suggested."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.plain_text import one_line, tooltip

TagKind = Literal["given", "suggested"]

HEIGHT_PX = 24
PADDING_PX = 10
BUTTON_PX = 18


class TagCapsule(QWidget):
    """Filled if a person gave the tag, outlined if it is only suggested. Delete on the keyboard presses its cross.

    removed : a given tag is to be taken away; accepted, rejected : what becomes of a suggested one. All carry the tag.
    """

    removed = Signal(str)
    accepted = Signal(str)
    rejected = Signal(str)

    def __init__(self, tag: str, kind: TagKind = "given", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tag = tag
        self.kind = kind
        self._shown = one_line(tag)
        self.setToolTip(tooltip(self._shown))
        self.setAccessibleName(self._shown if kind == "given" else f"Suggested: {self._shown}")
        self.setFixedHeight(HEIGHT_PX)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(0)
        layout.addStretch()
        if kind == "given":
            self._cross = self._button("close", "Remove", self.removed)
        else:
            layout.addWidget(self._button("check", "Keep", self.accepted))
            self._cross = self._button("close", "Reject", self.rejected)
        layout.addWidget(self._cross)
        self._buttons_px = BUTTON_PX * (1 if kind == "given" else 2) + 4

    def _button(self, icon_name: str, verb: str, signal: SignalInstance) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(10, 10))
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setAccessibleName(f"{verb} the tag {self._shown}")
        button.setToolTip(tooltip(f"{verb} “{self._shown}”"))
        button.clicked.connect(lambda: signal.emit(self.tag))
        return button

    def sizeHint(self) -> QSize:
        text_px = self.fontMetrics().horizontalAdvance(self._shown)
        return QSize(PADDING_PX + text_px + 4 + self._buttons_px, HEIGHT_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._cross.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        is_given = self.kind == "given"
        painter.setPen(Qt.PenStyle.NoPen if is_given else QPen(theme.secondary(palette), 1, Qt.PenStyle.DashLine))
        painter.setBrush(palette.color(QPalette.ColorRole.Mid) if is_given else Qt.BrushStyle.NoBrush)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, HEIGHT_PX / 2, HEIGHT_PX / 2)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText) if is_given else theme.secondary(palette))
        place = self.rect().adjusted(PADDING_PX, 0, -self._buttons_px - 2, 0)
        text = self.fontMetrics().elidedText(self._shown, Qt.TextElideMode.ElideRight, place.width() + 2)
        painter.drawText(place.adjusted(0, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, text)
