"""Old names, the blocks of new ones, and what they come to, as a table in which the blocks can be written."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from app.view_models.plain_text import one_line, tooltip
from app.view_models.renaming_plan import BLOCKS, NOTHING, PROBLEMS, Block, RenamingPlan, Wishes, cat_id_of
from engine.errors import display_path
from engine.ucs_renaming import FilesToName

HEADINGS = ("Name now", "Category", "What it is", "Creator", "Source", "New name", "Remark")
NAME_NOW, FIRST_BLOCK, NEW_NAME, REMARK = 0, 1, 5, 6

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class RenamingModel(QAbstractTableModel):
    """What a person writes is shown at once; what it comes to is worked out elsewhere.

    refused : a text that cannot be the category of a file
    wishes_changed : a plan is wanted for `known` and `wishes`
    planned : the plan for them is here
    """

    refused = Signal(str)
    wishes_changed = Signal()
    planned = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan = NOTHING
        self.known = NOTHING.known
        self.wishes = Wishes()

    @property
    def is_planned(self) -> bool:
        """Whether what is shown is what will be done."""
        return self.plan.known is self.known and self.plan.wishes == self.wishes

    def put_files(self, known: FilesToName) -> None:
        """Of other files: what was written into rows is forgotten."""
        self.known = known
        self.wish(replace(self.wishes, written={}))

    def wish(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.wishes_changed.emit()

    def put_plan(self, plan: RenamingPlan) -> None:
        """One that is out of date is not shown."""
        if plan.known is not self.known or plan.wishes != self.wishes:
            return
        if plan.known is self.plan.known and self.rowCount():
            self.plan = plan
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, REMARK))
        else:
            self.beginResetModel()
            self.plan = plan
            self.endResetModel()
        self.planned.emit()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.plan.renamings)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if _is_block(index) else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return self._text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(self._text(index.row(), index.column()))
        is_outcome = index.column() in {NEW_NAME, REMARK}
        if role == Qt.ItemDataRole.ForegroundRole and is_outcome and self.plan.renamings[index.row()].problem:
            return QApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not _is_block(index):
            return False
        block, text = BLOCKS[index.column() - FIRST_BLOCK], str(value).strip()
        if text == self._block(index.row(), block):
            return True
        if block == "cat_id" and text and not cat_id_of(text):
            self.refused.emit(text)
            return False
        file_id = self.plan.known.files[index.row()].id
        self.wish(self.wishes.with_written(file_id, block, cat_id_of(text) if block == "cat_id" else text))
        self.dataChanged.emit(index, index)
        return True

    def _block(self, row: int, block: Block) -> str:
        written = self.wishes.written.get(self.plan.known.files[row].id, {})
        if block in written and (written[block] or block != "cat_id"):
            return written[block]
        made = self.plan.blocks[row]
        return str(getattr(made, block)) if made else ""

    def _text(self, row: int, column: int) -> str:
        renaming = self.plan.renamings[row]
        if column == NAME_NOW:
            return display_path(renaming.old.name)
        if column == NEW_NAME:
            return "" if renaming.problem == "no category" else display_path(renaming.new.name)
        if column == REMARK:
            return PROBLEMS[renaming.problem]
        return one_line(self._block(row, BLOCKS[column - FIRST_BLOCK]))


def _is_block(index: Index) -> bool:
    return index.isValid() and FIRST_BLOCK <= index.column() < NEW_NAME
