"""What an empty library says."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.file_mime import local_paths
from app.look import theme
from app.look.icons import icon
from app.widgets.dragged_files import take_if_files
from app.widgets.inspector.section import plain_label

SENTENCE = "Drop a folder of sounds here, and find them by saying what you hear."
TARGET = QSize(560, 320)
ICON_PX = 56
SENTENCE_PX = 360


class Welcome(QWidget):
    """One sentence, a place to drop folders on, and two buttons.

    folders_dropped : list of Path, which may also be files
    """

    add_folder_requested = Signal()
    demo_requested = Signal()
    folders_dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Welcome")
        self.setAcceptDrops(True)
        self._is_over = False
        sentence = self._sentence = plain_label(SENTENCE, self, wraps=True)
        font = sentence.font()
        font.setPixelSize(17)
        sentence.setFont(font)
        sentence.setFixedSize(SENTENCE_PX, sentence.heightForWidth(SENTENCE_PX))
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add_folder = QPushButton(icon("folder"), "Add a folder…", self)
        self.add_folder.setToolTip("Ctrl+O")
        self.add_folder.setDefault(True)
        self.add_folder.clicked.connect(lambda: self.add_folder_requested.emit())
        self.demo = QPushButton(icon("play"), "Try the demo sounds", self)
        self.demo.clicked.connect(lambda: self.demo_requested.emit())
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch()
        buttons.addWidget(self.add_folder)
        buttons.addWidget(self.demo)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(24)
        column.addStretch()
        column.addSpacing(ICON_PX + 24)
        column.addWidget(sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch()

    # --- drops --------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        take_if_files(event, self)
        self._highlight(event.isAccepted())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_if_files(event, self)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._highlight(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._highlight(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.folders_dropped.emit(local_paths(event.mimeData()))

    def _highlight(self, is_over: bool) -> None:
        self._is_over = is_over
        self.update()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        accent = palette.color(QPalette.ColorRole.Accent)
        target = QRect(0, 0, min(TARGET.width(), self.width() - 48), min(TARGET.height(), self.height() - 48))
        target.moveCenter(self.rect().center())
        painter.setPen(QPen(accent if self._is_over else theme.secondary(palette), 1.5, Qt.PenStyle.DashLine))
        fill = QColor(accent)
        fill.setAlphaF(0.12 if self._is_over else 0.0)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(target).adjusted(1, 1, -1, -1), 12, 12)
        square = QRect(0, 0, ICON_PX, ICON_PX)
        square.moveCenter(target.center())
        square.moveBottom(self._sentence.y() - 24)
        state = QIcon.State.On if self._is_over else QIcon.State.Off
        icon("drop").paint(painter, square, mode=QIcon.Mode.Normal, state=state)
