"""Which files a dialog is about."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from app.view_models.wording import count


class FilesChoice(QWidget):
    """The files that were selected in the list when the dialog was opened, all that was listed, or the whole library.

    changed : another of these is chosen
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_library: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName("Which files")
        self._selected_ids: tuple[int, ...] = ()
        self._listed_ids: tuple[int, ...] = ()
        self.selected, self.listed, self.library = QRadioButton(), QRadioButton(), QRadioButton("The whole library")
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        for button in (self.selected, self.listed, self.library):
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch()
        self.library.setVisible(with_library)
        self._group.buttonToggled.connect(self._tell)
        self.set_files([], [])

    def set_files(self, selected: Sequence[int], listed: Sequence[int]) -> None:
        """Ids. The selected files are chosen if there are any."""
        self._selected_ids, self._listed_ids = tuple(selected), tuple(listed)
        self.selected.setText(f"Selected ({count(len(selected))})")
        self.listed.setText(f"All that is listed ({count(len(listed))})")
        self.selected.setEnabled(bool(selected))
        self.listed.setEnabled(bool(listed))
        chosen = self.selected if selected else self.listed
        if chosen.isChecked():
            self.changed.emit()
        chosen.setChecked(True)

    @property
    def file_ids(self) -> tuple[int, ...] | None:
        """None: all of the library."""
        if self.library.isChecked():
            return None
        return self._selected_ids if self.selected.isChecked() else self._listed_ids

    @Slot(object, bool)
    def _tell(self, button: object, is_chosen: bool) -> None:
        if is_chosen:
            self.changed.emit()
