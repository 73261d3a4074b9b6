"""Which rows of a table are selected, as numbers: half a million of them are no more than a few ranges."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionModel


def selected_rows(selected: QItemSelectionModel) -> np.ndarray:
    """Ascending, (rows,) int64."""
    selection = selected.selection()
    ranges = [selection.at(number) for number in range(selection.count())]
    rows = [np.arange(each.top(), each.bottom() + 1) for each in ranges]
    return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)


def selection_of(model: QAbstractItemModel, rows: np.ndarray) -> QItemSelection:
    """These rows, which ascend, over all columns."""
    selection = QItemSelection()
    last_column = model.columnCount() - 1
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []:
        selection.select(model.index(int(run[0]), 0), model.index(int(run[-1]), last_column))
    return selection
