"""New names for files, seen and changed before they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.item_models.renaming_model import RenamingModel
from app.look.icons import icon
from app.view_models.metadata_texts import no_category, plan_sentence, way_back_text
from app.view_models.renaming_plan import RenamingPlan, cat_id_of, category_lines
from app.view_models.wording import counted
from app.widgets.dialog_table import dress
from app.widgets.inspector.section import plain_label
from app.widgets.metadata.files_choice import FilesChoice
from app.widgets.metadata.outcome_view import TABLE_PX, OutcomeView
from engine.ucs_renaming import FilesToName

_AS_KNOWN = "As known of each file"
_HINT = "Double-click a part to write it yourself: CatID_What it is_Creator_Source. No file takes the place of another."
_WIDTHS_PX = (172, 80, 164, 64, 64, 236)


class RenamingDialog(QDialog):
    """Stands beside the window, not in its way.

    files_wanted : `files.file_ids` are to be shown
    plan_wanted : for `model.known` and `model.wishes`
    rename_requested : list[Renaming]
    undo_requested : the last run is to be taken back
    """

    files_wanted = Signal()
    plan_wanted = Signal()
    rename_requested = Signal(object)
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Rename after the Universal Category System")
        self.resize(1000, 560)
        self._way_back: Path | None = None
        self.files = FilesChoice(self)
        self.files.changed.connect(self.files_wanted)
        self.category = self._category_box()
        self.creator, self.source = self._line("Creator"), self._line("Source")
        self.model = RenamingModel(self)
        self.table = self._table()
        self.outcome = OutcomeView(self)
        self._sentence = plain_label("", self)
        self.rename = QPushButton(icon("check"), "", self)
        self.undo = QPushButton(icon("back"), "", self)
        for button in (self.rename, self.undo):
            button.setAutoDefault(False)
        self.rename.clicked.connect(lambda _checked: self.rename_requested.emit(self.model.plan.ready))
        self.undo.clicked.connect(lambda _checked: self.undo_requested.emit())
        self._lay_out()
        self.model.wishes_changed.connect(self._want_plan)
        self.model.planned.connect(self._offer)
        self.model.refused.connect(lambda text: self.outcome.show_outcome(no_category(text)))
        self.show_way_back(None)

    def _category_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName("Category for all")
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(24)
        box.addItem(_AS_KNOWN, "")
        for cat_id, line in category_lines():
            box.addItem(line, cat_id)
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        written = QLineEdit(box)
        box.setLineEdit(written)
        box.setCompleter(completer)
        box.activated.connect(self._set_for_all)
        written.editingFinished.connect(self._set_for_all)
        return box

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(f"{name} for all")
        line.setPlaceholderText(name)
        line.setMaximumWidth(140)
        line.editingFinished.connect(self._set_for_all)
        return line

    def _table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        table.setAccessibleName("New names")
        dress(table, _WIDTHS_PX)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        return table

    def _lay_out(self) -> None:
        for_all = QHBoxLayout()
        for_all.setSpacing(8)
        for_all.addWidget(plain_label("For all:", self))
        for field in (self.category, self.creator, self.source):
            for_all.addWidget(field)
        for_all.addStretch()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.undo)
        buttons.addStretch()
        buttons.addWidget(self._sentence)
        buttons.addWidget(self.rename)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.files)
        column.addLayout(for_all)
        self.outcome.failures.setMaximumHeight(TABLE_PX)
        column.addWidget(self.table, 1)
        column.addWidget(plain_label(_HINT, self, small=True, wraps=True))
        column.addWidget(self.outcome)
        column.addLayout(buttons)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_files(self, known: FilesToName) -> None:
        self.model.put_files(known)

    def show_plan(self, plan: RenamingPlan) -> None:
        self.model.put_plan(plan)

    def show_way_back(self, journal: Path | None) -> None:
        self._way_back = journal
        self.undo.setText(way_back_text(journal))
        self.undo.setToolTip("Give the files of the last renaming their former names")
        self._offer()

    def set_busy(self, busy: bool) -> None:
        self._offer()
        self.table.setEnabled(not busy)
        if busy:
            self.rename.setEnabled(False)
            self.undo.setEnabled(False)

    # --- what a person does -------------------------------------------------------------------------------------------

    @Slot()
    def _set_for_all(self) -> None:
        former = self.model.wishes
        wishes = replace(
            former,
            cat_id=self._chosen_category(),
            creator_id=self.creator.text().strip(),
            source_id=self.source.text().strip(),
        )
        if wishes != former:
            self.model.wish(wishes)

    @Slot()
    def _want_plan(self) -> None:
        self._offer()
        self.plan_wanted.emit()

    def _chosen_category(self) -> str:
        """What was chosen from the list, or written as it stands there or alone."""
        text = self.category.currentText().strip()
        return cat_id_of(text.partition(" ")[0]) if text != _AS_KNOWN else ""

    @Slot()
    def _offer(self) -> None:
        ready: Sequence[object] = self.model.plan.ready
        self._sentence.setText(plan_sentence(len(ready), len(self.model.plan.renamings)))
        self.rename.setText(f"Rename {counted(len(ready), 'file')}")
        self.rename.setEnabled(bool(ready) and self.model.is_planned and not self.outcome.is_running)
        self.undo.setEnabled(self._way_back is not None and not self.outcome.is_running)
