"""The list of results as Qt's views see it: any number of rows, of which only those in sight are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Slot,
)

from app.file_mime import ADDRESSES, FILE_IDS, mime_of
from app.view_models.loaded_values import LoadedValues
from app.view_models.plain_text import tooltip
from app.view_models.result_columns import COLUMNS, ResultColumn, spoken, tooltip_of
from app.view_models.results import ResultRow, Results
from app.view_models.verdicts import Verdict, Verdicts
from engine.library_rows import FileRow

PAGE_ROWS = 128
KEPT_ROWS = 4096
KEPT_PEAKS = 1024  # outlines of about 512 bytes

Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[list[int]], object]
_ROOT = QModelIndex()


class Role(IntEnum):
    FILE_ID = Qt.ItemDataRole.UserRole + 1  # int
    RESULT = Qt.ItemDataRole.UserRole + 2  # ResultRow
    FILE_ROW = Qt.ItemDataRole.UserRole + 3  # FileRow, or None while it is not loaded
    PEAKS = Qt.ItemDataRole.UserRole + 4  # (points, 2) int8, or None


class ResultsModel(QAbstractTableModel):
    """Shows `Results`. What it does not know of a file it asks for, as soon as a view says that the row is in sight.

    fetch_rows, fetch_peaks : called with file ids, which `put_rows` and `put_peaks` answer some time later. Each gets
        its next call only after its answer; an answer to a request that failed is empty
    paths_of : where files are, when rows are dragged that are not loaded
    """

    def __init__(
        self,
        fetch_rows: Fetch,
        fetch_peaks: Fetch,
        paths_of: Callable[[list[int]], Mapping[int, Path]] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._fetch_rows = fetch_rows
        self._fetch_peaks = fetch_peaks
        self._paths_of = paths_of
        self._rows = LoadedValues[FileRow](KEPT_ROWS)
        self._peaks = LoadedValues[np.ndarray](KEPT_PEAKS)
        self._in_sight = range(0)
        self._peaks_wanted = False
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self.results = Results.browsing(())
        self._verdicts = Verdicts()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def set_results(self, results: Results) -> None:
        self.beginResetModel()
        self.results = results
        self._in_sight = range(0)
        self.endResetModel()

    def set_verdicts(self, verdicts: Verdicts) -> None:
        """What was liked or disliked as an answer."""
        if verdicts != self._verdicts:
            self._verdicts = verdicts
            if len(self.results):
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.results) - 1, len(COLUMNS) - 1))

    def verdict(self, row: int) -> Verdict | None:
        """None for a file that is not loaded."""
        file = self.file_row(row)
        return self._verdicts.on(file.path) if file is not None else None

    def result(self, row: int) -> ResultRow:
        return self.results.row(row)

    def file_row(self, row: int) -> FileRow | None:
        return self._rows.get(int(self.results.file_ids[row]))

    def peaks(self, row: int) -> np.ndarray | None:
        return self._peaks.get(int(self.results.file_ids[row]))

    def loaded(self, file_ids: Iterable[int]) -> list[FileRow]:
        """Those of the files that are loaded, in the given order."""
        return [row for file_id in file_ids if (row := self._rows.get(file_id)) is not None]

    def row_of(self, file_id: int) -> int | None:
        return self.results.index_of(file_id)

    # --- loading ------------------------------------------------------------------------------------------------------

    def show_rows(self, first: int, last: int, *, with_peaks: bool) -> None:
        """A view says that these rows, both included, are in sight, and none but them."""
        in_sight = range(max(0, first), min(last + 1, len(self.results)))
        if in_sight != self._in_sight or with_peaks != self._peaks_wanted:
            self._in_sight = in_sight
            self._peaks_wanted = with_peaks
            self._asking.start()

    def put_rows(self, rows: Mapping[int, FileRow]) -> None:
        """The answer to `fetch_rows`, or whatever is news."""
        self._rows.put(rows)
        self._show_news(rows)

    def put_peaks(self, peaks: Mapping[int, np.ndarray | None]) -> None:
        """The answer to `fetch_peaks`: outlines (points, 2) int8 of about 256 points, None for a file without."""
        self._peaks.put(peaks)
        self._show_news(peaks)

    def reload(self) -> None:
        """The library has changed: what is in sight is asked for again, and so is everything that comes into sight."""
        self._rows.outdate()
        self._peaks.outdate()
        self._asking.start()

    @Slot()
    def _ask(self) -> None:
        """Whole pages of rows, because the next are near; outlines, which weigh more, only for what is in sight."""
        if not self._in_sight:
            return
        first, last = self._in_sight[0], self._in_sight[-1]
        first_of_pages, last_of_pages = first - first % PAGE_ROWS, last + PAGE_ROWS - 1 - last % PAGE_ROWS
        if rows := self._rows.to_ask(self.results.ids_between(first_of_pages, last_of_pages)):
            self._fetch_rows(rows)
        if self._peaks_wanted and (peaks := self._peaks.to_ask(self.results.ids_between(first, last))):
            self._fetch_peaks(peaks)

    def _show_news(self, file_ids: Iterable[int]) -> None:
        if self._in_sight:
            news = set(file_ids)
            ids = self.results.ids_between(self._in_sight[0], self._in_sight[-1])
            changed = [row for row, file_id in zip(self._in_sight, ids, strict=True) if file_id in news]
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))
            self._asking.start()

    # --- as Qt asks ---------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.results)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        row = index.row()
        if role == Role.FILE_ID:
            return int(self.results.file_ids[row])
        if role == Role.PEAKS:
            return self.peaks(row)
        result, file = self.result(row), self.file_row(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(result, file)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(tooltip_of(column, result, file))
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(result, file, self.verdict(row)) if column.id == "name" else column.text(result, file)
            case Role.RESULT:
                return result
            case Role.FILE_ROW:
                return file
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        return _alignment(COLUMNS[section]) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    # --- dragging out -------------------------------------------------------------------------------------------------

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [ADDRESSES, FILE_IDS]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        file_ids = self.results.file_ids[sorted({index.row() for index in indexes})]
        return self.files_as_mime_data(file_ids.tolist())

    def files_as_mime_data(self, file_ids: list[int]) -> QMimeData:
        """The files themselves, for other programs to copy; those that are missing are left out."""
        return mime_of(self._paths(file_ids), file_ids)

    def _paths(self, file_ids: list[int]) -> list[Path]:
        loaded = {row.id: row for row in self.loaded(file_ids)}
        unknown = [file_id for file_id in file_ids if file_id not in loaded]
        found = self._paths_of(unknown) if self._paths_of and unknown else {}
        paths = dict(found) | {file_id: row.path for file_id, row in loaded.items() if row.state != "missing"}
        return [paths[file_id] for file_id in file_ids if file_id in paths]


def _alignment(column: ResultColumn) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
