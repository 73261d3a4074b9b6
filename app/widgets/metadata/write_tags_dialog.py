"""Tags and captions on their way into sound files: what is written, where, and how it is taken back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.look.icons import icon
from app.view_models.metadata_texts import OF_COPIES, OF_FILES, WHAT_IS_WRITTEN, way_back_text
from app.view_models.wording import counted
from app.widgets.inspector.section import Section, plain_label
from app.widgets.metadata.files_choice import FilesChoice
from app.widgets.metadata.outcome_view import OutcomeView


class WriteTagsDialog(QDialog):
    """Stands beside the window, not in its way; copies are meant unless a person says otherwise.

    check_requested, write_requested : the files are `files.file_ids`, and `in_place` and `with_suggested_captions` say
        the rest
    undo_requested : the last run is to be taken back
    """

    check_requested = Signal()
    write_requested = Signal()
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Write tags into sounds")
        self.resize(680, 460)
        self._way_back: Path | None = None
        self.files = FilesChoice(self)
        self.outcome = OutcomeView(self)
        self.copies = QRadioButton("Into copies, in a folder that you choose", self)
        self.themselves = QRadioButton("Into the files themselves", self)
        self.suggested = QCheckBox("Where I wrote no caption, write the suggested one", self)
        self._promise = plain_label("", self, small=True, wraps=True)
        self.check = self._button("info", "Check first", self.check_requested)
        self.write = self._button("edit", "", self.write_requested)
        self.undo = self._button("back", "", self.undo_requested)
        self._lay_out()
        self.copies.setChecked(True)
        self.show_way_back(None)
        self._offer()

    def _button(self, icon_name: str, text: str, wanted: object) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: wanted.emit())  # type: ignore[attr-defined]
        return button

    def _lay_out(self) -> None:
        which, where = Section("Which files", self), Section("Where", self)
        which.column.addWidget(self.files)
        places = QButtonGroup(self)
        for place in (self.copies, self.themselves):
            places.addButton(place)
            where.column.addWidget(place)
        where.column.addWidget(self._promise)
        what = Section("What", self)
        what.column.addWidget(plain_label(WHAT_IS_WRITTEN, self, small=True, wraps=True))
        what.column.addWidget(self.suggested)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.undo)
        buttons.addStretch()
        buttons.addWidget(self.check)
        buttons.addWidget(self.write)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        for part in (which, where, what):
            column.addWidget(part)
        column.addWidget(self.outcome, 1)
        column.addStretch()
        column.addLayout(buttons)
        self.files.changed.connect(self._offer)
        self.themselves.toggled.connect(self._offer)
        self.suggested.toggled.connect(self._offer)

    @property
    def in_place(self) -> bool:
        return self.themselves.isChecked()

    @property
    def with_suggested_captions(self) -> bool:
        return self.suggested.isChecked()

    def show_way_back(self, run: Path | None) -> None:
        """Of the last run; None if there is none."""
        self._way_back = run
        self.undo.setText(way_back_text(run))
        self.undo.setToolTip("Give the files of the last run the bytes that they had before")
        self._offer()

    def set_busy(self, busy: bool) -> None:
        self._offer()
        if busy:
            for button in (self.check, self.write, self.undo):
                button.setEnabled(False)

    @Slot()
    def _offer(self) -> None:
        files = len(self.files.file_ids or ())
        self._promise.setText(OF_FILES if self.in_place else OF_COPIES)
        self.write.setText(f"Write into {counted(files, 'file')}" if self.in_place else "Choose a folder and write…")
        self.write.setEnabled(files > 0 and not self.outcome.is_running)
        self.check.setEnabled(self.write.isEnabled())
        self.undo.setEnabled(self._way_back is not None and not self.outcome.is_running)
