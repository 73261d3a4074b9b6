"""The files that could not be read, and why, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.view_models.plain_text import one_line, tooltip
from engine.errors import Failure, display_path

COLUMNS = ("Name", "Folder", "Reason")

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class UnreadableModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._failures: list[Failure] = []

    def put(self, failures: Sequence[Failure]) -> None:
        """Show these, in the order of their paths."""
        ordered = sorted(failures, key=lambda failure: failure.path)
        if ordered == self._failures:
            return
        self.beginResetModel()
        self._failures = ordered
        self.endResetModel()

    def failure(self, row: int) -> Failure:
        return self._failures[row]

    def failures(self) -> list[Failure]:
        return list(self._failures)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._failures)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        text = texts(self._failures[index.row()])[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        return tooltip(text) if role == Qt.ItemDataRole.ToolTipRole else None


def texts(failure: Failure) -> tuple[str, str, str]:
    """Name, folder and reason, safe to show."""
    return display_path(failure.path.name), display_path(failure.path.parent), one_line(failure.reason)
