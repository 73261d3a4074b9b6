"""Commands as the rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction

from app.commands import Commands, shown_keys

_Index = QModelIndex | QPersistentModelIndex

SECTION_ROLE = Qt.ItemDataRole.UserRole
KEYS_ROLE = Qt.ItemDataRole.UserRole + 1  # list[str], as people of this system write them


class CommandList(QAbstractListModel):
    """One command a row. What cannot be done now is disabled; what is switched on is checked."""

    def __init__(self, commands: Commands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._ids: list[str] = []

    def show(self, ids: Sequence[str]) -> None:
        """The commands of these ids, in this order."""
        self.beginResetModel()
        self._ids = list(ids)
        self.endResetModel()

    def id_at(self, row: int) -> str:
        return self._ids[row]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        usable = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return usable | Qt.ItemFlag.ItemIsEnabled if self._action(index).isEnabled() else usable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        action = self._action(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return action.text()
            case Qt.ItemDataRole.DecorationRole:
                return action.icon()
            case Qt.ItemDataRole.CheckStateRole if action.isCheckable():
                return Qt.CheckState.Checked if action.isChecked() else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join([action.text(), self._section(index), *shown_keys(action)])
            case _ if role == SECTION_ROLE:
                return self._section(index)
            case _ if role == KEYS_ROLE:
                return shown_keys(action)
        return None

    def _action(self, index: _Index) -> QAction:
        return self._commands.action(self._ids[index.row()])

    def _section(self, index: _Index) -> str:
        return self._commands.section(self._ids[index.row()])
