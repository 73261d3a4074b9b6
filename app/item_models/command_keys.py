"""All commands and their keys as a table."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from app.commands import Commands, shown_keys

_Index = QModelIndex | QPersistentModelIndex

_HEADINGS = ("Command", "Section", "Keys")
KEYS_COLUMN = 2


class CommandKeys(QAbstractTableModel):
    """A row for each command, in the order of the sections."""

    def __init__(self, commands: Commands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._ids = [action.objectName() for actions in commands.sections().values() for action in actions]
        commands.keys_changed.connect(self._refresh)

    def id_at(self, row: int) -> str:
        return self._ids[row]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        id = self._ids[index.row()]
        action = self._commands.action(id)
        if role == Qt.ItemDataRole.DisplayRole:
            return (action.text(), self._commands.section(id), ", ".join(shown_keys(action)))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and id in self._commands.rebindings():
            return "Other keys than by default"
        return None

    @Slot()
    def _refresh(self) -> None:
        self.dataChanged.emit(self.index(0, KEYS_COLUMN), self.index(len(self._ids) - 1, KEYS_COLUMN))
