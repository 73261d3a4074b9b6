"""What a table says of files, seen before it is believed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.item_models.plain_rows import Row
from app.look.icons import icon
from app.view_models.metadata_texts import IMPORT_HEADINGS, LEFT_OUT_HEADINGS
from app.widgets.inspector.section import plain_label
from app.widgets.metadata.outcome_view import OutcomeView
from app.widgets.metadata.plain_table import PlainTable

_LEFT_OUT_PX = 120


class ImportDialog(QDialog):
    """Stands beside the window, not in its way.

    preview_requested, import_requested : bool, whether captions, notes and ratings that are there are replaced
    """

    preview_requested = Signal(bool)
    import_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import a table")
        self.resize(760, 520)
        self.outcome = OutcomeView(self)
        self.changes = PlainTable("What files would get", IMPORT_HEADINGS, (200, 200), self)
        self.left_out = PlainTable("What is left out", LEFT_OUT_HEADINGS, (), self)
        self.left_out.setMaximumHeight(_LEFT_OUT_PX)
        self.overwrite = QCheckBox("Replace captions, notes and ratings that are there already", self)
        self.overwrite.toggled.connect(self.preview_requested)
        self.take = QPushButton(icon("check"), "Import", self)
        self.take.setDefault(True)
        self.take.clicked.connect(self._import)
        promise = "Tags and collections are added, never taken away. An empty cell says nothing."
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.overwrite)
        buttons.addStretch()
        buttons.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.outcome)
        column.addWidget(self.changes, 1)
        column.addWidget(self.left_out)
        column.addWidget(plain_label(promise, self, small=True, wraps=True))
        column.addLayout(buttons)
        self.show_preview("", [], [])

    def show_preview(self, sentence: str, changes: Sequence[Row], left_out: Sequence[Row]) -> None:
        self.outcome.show_outcome(sentence)
        self.changes.put(changes)
        self.left_out.put(left_out)
        self.left_out.setVisible(bool(left_out))
        self._can_take = bool(changes)
        self.set_busy(False)

    def show_imported(self, sentence: str) -> None:
        """What it changed stays in sight."""
        self.outcome.show_outcome(sentence)
        self._can_take = False
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        self.take.setEnabled(self._can_take and not busy)
        self.overwrite.setEnabled(not busy)

    @Slot()
    def _import(self) -> None:
        self.import_requested.emit(self.overwrite.isChecked())
