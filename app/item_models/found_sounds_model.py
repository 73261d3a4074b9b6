"""What a personal tag suggests, for Qt: a table of sounds, the clearest first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.view_models.learned_tags import ShownSound
from app.view_models.plain_text import tooltip

COLUMNS = ("Name", "Moment", "Match")
MATCH_COLUMN = 2

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Role(IntEnum):
    SCORE = Qt.ItemDataRole.UserRole  # 0..1


class FoundSoundsModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds: list[ShownSound] = []

    def put(self, sounds: Sequence[ShownSound]) -> None:
        self.beginResetModel()
        self._sounds = list(sounds)
        self.endResetModel()

    def take_out(self, row: int) -> None:
        self.beginRemoveRows(NOWHERE, row, row)
        del self._sounds[row]
        self.endRemoveRows()

    def sound(self, row: int) -> ShownSound:
        return self._sounds[row]

    def row_of(self, file_id: int) -> int | None:
        return next((row for row, sound in enumerate(self._sounds) if sound.file_id == file_id), None)

    def ids_down_to(self, row: int) -> list[int]:
        """Of the sounds from the first to this one; all of them for a negative row."""
        return [sound.file_id for sound in (self._sounds[: row + 1] if row >= 0 else self._sounds)]

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._sounds)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        sound = self._sounds[index.row()]
        score = sound.score or 0.0
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return (sound.name, sound.moment, f"{score:.0%}")[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(f"{sound.name}\n{sound.folder}")
            case Role.SCORE:
                return score
        return None
