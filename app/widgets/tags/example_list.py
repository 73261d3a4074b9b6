"""The sounds that a personal tag learns from, on one of its two sides."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from app.file_mime import FILE_IDS, file_ids
from app.look import theme
from app.view_models.learned_tags import ShownSound
from app.view_models.plain_text import tooltip

ROW_PX = 26


class ExampleList(QListWidget):
    """Takes rows of the results that are dropped on it. Space or a double click plays one, Delete takes it out.

    files_dropped : list of file ids
    removed : list of file ids
    chosen : ShownSound to be heard
    """

    files_dropped = Signal(object)
    removed = Signal(object)
    chosen = Signal(object)

    def __init__(self, name: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._sounds: list[ShownSound] = []
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setAcceptDrops(True)
        self.setStyleSheet("QListView::item { padding-left: 6px; }")
        self.itemDoubleClicked.connect(lambda item: self.chosen.emit(self._sounds[self.row(item)]))

    def show_examples(self, sounds: Sequence[ShownSound]) -> None:
        if list(sounds) == self._sounds:
            return
        row = self.currentRow()
        self._sounds = list(sounds)
        self.clear()
        for sound in sounds:
            item = QListWidgetItem(f"{sound.name}   {sound.moment}".rstrip(), self)
            item.setSizeHint(QSize(0, ROW_PX))
            item.setToolTip(tooltip(f"{sound.name}\n{sound.folder}\nSpace plays it, Delete takes it out"))
        self.setCurrentRow(min(row, len(sounds) - 1))

    def examples(self) -> list[ShownSound]:
        return list(self._sounds)

    def sizeHint(self) -> QSize:
        return QSize(200, 4 * ROW_PX + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 3 * ROW_PX + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.remove_selected()
            case Qt.Key.Key_Space | Qt.Key.Key_Return | Qt.Key.Key_Enter if self.currentRow() >= 0:
                self.chosen.emit(self._sounds[self.currentRow()])
            case _:
                super().keyPressEvent(event)

    def remove_selected(self) -> None:
        rows = {index.row() for index in self.selectedIndexes()}
        if rows:
            self.removed.emit([self._sounds[row].file_id for row in sorted(rows)])

    # --- drops --------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take_if_of_the_library(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._take_if_of_the_library(event)

    def _take_if_of_the_library(self, event: QDropEvent) -> None:
        if event.mimeData().hasFormat(FILE_IDS):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take_if_of_the_library(event)
        if ids := file_ids(event.mimeData()):
            self.files_dropped.emit(ids)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._sounds:
            painter = QPainter(self.viewport())
            painter.setFont(theme.small_font(self.font()))
            painter.setPen(theme.secondary(self.palette()))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(12, 8, -12, -8), int(wrapped), self._hint)
