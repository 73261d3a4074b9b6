"""What a personal tag suggests, to be heard and judged one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.item_models.found_sounds_model import MATCH_COLUMN, FoundSoundsModel, Role
from app.look import theme
from app.view_models.learned_tags import ShownSound
from app.widgets.dialog_table import dress

ROW_PX = 28
MOMENT_PX, MATCH_PX = 120, 96
BAR_PX = 3

Index = QModelIndex | QPersistentModelIndex


class FoundList(QTableView):
    """Enter or Y says that a sound is what is meant, N that it is not, Space plays it.

    chosen : ShownSound that a person came to
    judged : ShownSound, and whether it is what is meant
    play_toggled : Space
    """

    chosen = Signal(object)
    judged = Signal(object, bool)
    play_toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found = FoundSoundsModel(self)
        self.setModel(self.found)
        self.setItemDelegateForColumn(MATCH_COLUMN, MatchBar(self))
        self.setAccessibleName("Suggestions")
        self.setStyleSheet("QTableView::item { padding-left: 6px; }")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        dress(self)
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width_px in ((1, MOMENT_PX), (MATCH_COLUMN, MATCH_PX)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width_px)
        self.selectionModel().currentRowChanged.connect(lambda index, before: self._come_to())
        self._replacing = False

    def show_found(self, sounds: Sequence[ShownSound]) -> None:
        """The chosen one stays chosen where it is among them, else whichever is in its row; nothing is played."""
        chosen, row = self.current(), self.currentIndex().row()
        self._replacing = True
        self.found.put(sounds)
        if chosen is not None and sounds:
            kept = self.found.row_of(chosen.file_id)
            self.selectRow(min(row, len(sounds) - 1) if kept is None else kept)
        self._replacing = False

    def current(self) -> ShownSound | None:
        row = self.currentIndex().row()
        return self.found.sound(row) if 0 <= row < self.found.rowCount() else None

    def judge(self, is_like: bool) -> None:
        """The chosen one; the next one is chosen then."""
        sound, row = self.current(), self.currentIndex().row()
        if sound is None:
            return
        self._replacing = True  # Qt chooses a neighbour by a rule of its own
        self.found.take_out(row)
        if (rows := self.found.rowCount()) > 0:
            self.selectRow(min(row, rows - 1))
        self._replacing = False
        self.judged.emit(sound, is_like)
        self._come_to()

    def _come_to(self) -> None:
        if not self._replacing and (sound := self.current()) is not None:
            self.chosen.emit(sound)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Y:
                self.judge(True)
            case Qt.Key.Key_N:
                self.judge(False)
            case Qt.Key.Key_Space:
                self.play_toggled.emit()
            case _:
                super().keyPressEvent(event)


class MatchBar(QStyledItemDelegate):
    """How clearly a sound is of the tag's kind: a number, and a bar below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(MATCH_PX, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        palette: QPalette = option.palette
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(option.rect).adjusted(48, (ROW_PX - BAR_PX) / 2, -12, -(ROW_PX - BAR_PX) / 2)
        track = QColor(palette.color(QPalette.ColorRole.HighlightedText) if is_selected else theme.hairline(palette))
        track.setAlphaF(0.25 if is_selected else 1.0)
        painter.setBrush(track)
        painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        bar.setWidth(bar.width() * float(index.data(Role.SCORE)))
        painter.setBrush(palette.color(QPalette.ColorRole.HighlightedText) if is_selected else theme.secondary(palette))
        painter.drawRoundedRect(bar, BAR_PX / 2, BAR_PX / 2)
        painter.restore()
