"""The files that could not be read, with the reasons, and what can be done about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.item_models.unreadable_model import COLUMNS, UnreadableModel, texts
from app.look.icons import icon
from app.view_models.wording import counted
from app.widgets.dialog_table import dress
from app.widgets.inspector.section import plain_label
from engine.errors import Failure


class UnreadableDialog(QDialog):
    """Stands beside the window, not in its way.

    retry_requested : list of Path to read again
    reveal_requested : Path
    """

    retry_requested = Signal(object)
    reveal_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Files that could not be read")
        self.resize(720, 420)
        self.model = UnreadableModel(self)
        self.table = self._make_table()
        self._sentence = plain_label("", self, wraps=True)
        self.retry = self._button("refresh", "Try again", self._retry_selected)
        self.retry_all = self._button("refresh", "Try all again", self._retry_all)
        self.reveal = self._button("reveal", "Reveal", self._reveal)
        self.copy = self._button("copy", "Copy list", self._copy)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.retry, self.retry_all):
            buttons.addWidget(button)
        buttons.addStretch()
        for button in (self.reveal, self.copy):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._sentence)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self.show_failures([])

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        table.setAccessibleName("Unreadable files")
        dress(table, (200, 220))
        return table

    def _button(self, icon_name: str, text: str, slot: object) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_failures(self, failures: Sequence[Failure]) -> None:
        selected = {failure.path for failure in self._selected()}
        self.model.put(failures)
        self._select(selected)
        self._sentence.setText(
            f"{counted(len(failures), 'file')} could not be read. They are as they were; "
            "once they can be read, they are found like all others."
            if failures
            else "Every file could be read."
        )
        self._enable()

    def _select(self, paths: set[Path]) -> None:
        selection = self.table.selectionModel()
        rows = selection.SelectionFlag.Select | selection.SelectionFlag.Rows
        for row, failure in enumerate(self.model.failures()):
            if failure.path in paths:
                selection.select(self.model.index(row, 0), rows)

    def _selected(self) -> list[Failure]:
        return [self.model.failure(index.row()) for index in self.table.selectionModel().selectedRows()]

    # --- what a person does -------------------------------------------------------------------------------------------

    @Slot()
    def _enable(self) -> None:
        selected = self._selected()
        self.retry.setEnabled(bool(selected))
        self.reveal.setEnabled(len(selected) == 1)
        for button in (self.retry_all, self.copy):
            button.setEnabled(self.model.rowCount() > 0)

    @Slot()
    def _retry_selected(self) -> None:
        self.retry_requested.emit([failure.path for failure in self._selected()])

    @Slot()
    def _retry_all(self) -> None:
        self.retry_requested.emit([failure.path for failure in self.model.failures()])

    @Slot()
    def _reveal(self) -> None:
        (failure,) = self._selected()
        self.reveal_requested.emit(failure.path)

    @Slot()
    def _copy(self) -> None:
        """The selected files, or all; as a table that spreadsheets take."""
        failures = self._selected() or self.model.failures()
        lines = ["\t".join(COLUMNS), *("\t".join(texts(failure)) for failure in failures)]
        QGuiApplication.clipboard().setText("\n".join(lines))
