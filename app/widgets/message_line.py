"""The last message of the status bar, and those before it one click away."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.look import theme
from app.look.icons import icon
from app.view_models.message_log import MessageKind, MessageLog
from app.view_models.plain_text import one_line, tooltip
from app.widgets.inspector.section import plain_label

SHOWN_MS = 10_000
ICON_PX = 14


class MessageLine(QAbstractButton):
    """Shows a sentence for ten seconds, or until it is clicked; a click opens the list of what was said.

    said : a sentence; gone : it is shown no longer
    """

    said = Signal()
    gone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log = MessageLog()
        self._sentence = ""
        self._kind: MessageKind = "note"
        self._popover: MessageList | None = None
        self._expiry = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._expiry.timeout.connect(self.dismiss)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)
        self.clicked.connect(self._open)
        self.dismiss()

    @property
    def sentence(self) -> str:
        """That is shown now; "" if there is none."""
        return self._sentence

    def say(self, sentence: str, kind: MessageKind) -> None:
        self.log.add(sentence, kind, time.time())
        self._show(one_line(sentence), kind)
        self._expiry.start()
        self.said.emit()

    @Slot()
    def dismiss(self) -> None:
        self._expiry.stop()
        self._show("", "note")
        self.gone.emit()

    def _show(self, sentence: str, kind: MessageKind) -> None:
        self._sentence, self._kind = sentence, kind
        self.setAccessibleName(sentence or "Messages")
        self.setToolTip(tooltip(sentence))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if sentence else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if sentence else Qt.CursorShape.ArrowCursor)
        self.update()

    @Slot()
    def _open(self) -> None:
        if self._sentence:
            self.dismiss()
            self.open_list()

    @Slot()
    def open_list(self) -> None:
        """Show what was said lately, above this line."""
        if self._popover is None:
            self._popover = MessageList(self)
        self._popover.open_above(self, self.log.text())

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._sentence:
            return
        painter = QPainter(self)
        place = self.rect()
        if self._kind == "error":
            icon("warning").paint(painter, QRect(0, (self.height() - ICON_PX) // 2, ICON_PX, ICON_PX))
            place.setLeft(ICON_PX + 6)
        role = QPalette.ColorRole.WindowText if self._kind == "error" else QPalette.ColorRole.PlaceholderText
        painter.setPen(self.palette().color(role))
        text = self.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class MessageList(QFrame):
    """The last messages, to be read and copied."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Messages")
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("Messages")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setFont(theme.figures(self.text.font()))
        copy = QPushButton(icon("copy"), "Copy all", self)
        copy.clicked.connect(self._copy)
        head = QHBoxLayout()
        head.addWidget(plain_label("Messages", self))
        head.addStretch()
        head.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.text)

    def open_above(self, widget: QWidget, text: str) -> None:
        self.text.setPlainText(text or "Nothing has been said yet.")
        window = widget.window()
        size = QSize(min(640, window.width() - 16), min(320, max(160, window.height() - 80)))
        corner = widget.mapToGlobal(QPoint(widget.width() - size.width(), -size.height() - 4))
        left = window.mapToGlobal(QPoint(8, 0)).x()
        self.setGeometry(QRect(QPoint(max(corner.x(), left), corner.y()), size))
        self.show()
        self.text.setFocus()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
