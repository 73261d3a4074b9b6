"""What is known of files, on its way out of the window."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from app.look.icons import icon
from app.widgets.inspector.section import Section, plain_label
from app.widgets.metadata.files_choice import FilesChoice
from app.widgets.metadata.outcome_view import OutcomeView

Form = Literal["csv", "json", "beside", "folder"]
FORMS: tuple[tuple[Form, str], ...] = (
    ("csv", "A table for spreadsheets (CSV)"),
    ("json", "A list for programs (JSON)"),
    ("beside", "A small file beside each sound (sidecar)"),
    ("folder", "Sidecars in a folder of their own"),
)
_PROMISE = (
    "With each file: what it is, its tags, caption, note, rating and collections, and apart from them what is only "
    "suggested. Nothing is replaced but a sidecar that Earmark wrote."
)


class ExportDialog(QDialog):
    """Stands beside the window, not in its way.

    export_requested : Form; the files are `files.file_ids`
    """

    export_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export what is known of sounds")
        self.resize(640, 360)
        self.files = FilesChoice(self, with_library=True)
        self.outcome = OutcomeView(self)
        self._forms = QButtonGroup(self)
        which, form = Section("Which files", self), Section("As what", self)
        which.column.addWidget(self.files)
        self.buttons: dict[Form, QRadioButton] = {}
        for name, text in FORMS:
            button = self.buttons[name] = QRadioButton(text, form)
            self._forms.addButton(button)
            form.column.addWidget(button)
        self.buttons["csv"].setChecked(True)
        self.export = QPushButton(icon("export"), "Export…", self)
        self.export.setDefault(True)
        self.export.clicked.connect(self._export)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        for part in (which, form, plain_label(_PROMISE, self, small=True, wraps=True)):
            column.addWidget(part)
        column.addWidget(self.outcome, 1)
        column.addStretch()
        column.addLayout(buttons)

    def set_busy(self, busy: bool) -> None:
        self.export.setEnabled(not busy)

    @Slot()
    def _export(self) -> None:
        self.export_requested.emit(next(name for name, button in self.buttons.items() if button.isChecked()))
