"""A table to read, the rows of which can be copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QTableView, QWidget

from app.item_models.plain_rows import PlainRows, Row
from app.widgets.dialog_table import dress


class PlainTable(QTableView):
    """Rows of plain texts; Ctrl+C copies the selected ones, or all, as spreadsheets take them."""

    def __init__(self, name: str, headings: Sequence[str], widths_px: Sequence[int], parent: QWidget | None = None):
        super().__init__(parent)
        self.rows = PlainRows(headings, self)
        self.setModel(self.rows)
        self.setAccessibleName(name)
        dress(self, widths_px)

    def put(self, rows: Sequence[Row]) -> None:
        self.rows.put(rows)

    @Slot()
    def copy(self) -> None:
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = self.rows.rows()
        lines = [self.rows.headings, *([rows[at] for at in chosen] or rows)]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)
