"""Two networks side by side: what each finds first for a person's own questions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.item_models.found_sounds_model import MATCH_COLUMN, FoundSoundsModel
from app.look.icons import icon
from app.view_models.learned_tags import ShownSound
from app.view_models.network_trial import NetworkTrial
from app.view_models.plain_text import one_line
from app.view_models.training_run import TrainingRun
from app.view_models.training_texts import progress_text, same_text
from app.view_models.wording import counted
from app.widgets.dialog_table import dress
from app.widgets.inspector.section import Section, plain_label
from app.widgets.tags.found_list import MatchBar

USUAL_SIZE_PX, LEAST_SIZE_PX = (980, 560), (840, 420)
LIST_PX = 192
MOMENT_PX, MATCH_PX = 104, 88


class TrialDialog(QDialog):
    """The questions at the left; a double click, Enter or Space plays what is chosen.

    sound_chosen : ShownSound to be heard
    use_requested, keep_requested, delete_requested : what a person decides of the new network
    stop_requested : it was closed, or nothing more is to be compared
    """

    sound_chosen = Signal(object)
    use_requested = Signal()
    keep_requested = Signal()
    delete_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Try a network")
        self.resize(*USUAL_SIZE_PX)
        self.setMinimumSize(*LEAST_SIZE_PX)
        self._trial: NetworkTrial | None = None
        self.questions = QListWidget(self)
        self.questions.setAccessibleName("Questions")
        self.questions.setFixedWidth(LIST_PX)
        self.questions.setProperty("navigation", True)  # for the style sheet
        self.questions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.progress = plain_label("", self, wraps=True)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the trial")
        self.present, self.new = SideList("The present network", self), SideList("The new network", self)
        self.delete = self._button("delete", "Delete the new one…", self.delete_requested)
        self.keep = self._button("back", "Keep the present one", self.keep_requested)
        self.use = self._button("check", "Use the new one", self.use_requested)
        self._lay_out()
        self.questions.currentRowChanged.connect(self._show_question)
        for side in (self.present, self.new):
            side.table.doubleClicked.connect(lambda index, side=side: self._play(side))
            side.table.played.connect(lambda side=side: self._play(side))
        self.begin("", can_delete=False)

    def _button(self, icon_name: str, text: str, wanted: object) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: wanted.emit())  # type: ignore[attr-defined]
        return button

    def _lay_out(self) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(16)
        sides.addWidget(self.present, 1)
        sides.addWidget(self.new, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.delete)
        buttons.addStretch()
        buttons.addWidget(self.keep)
        buttons.addWidget(self.use)
        right = QVBoxLayout()
        right.setContentsMargins(20, 16, 20, 16)
        right.setSpacing(12)
        right.addWidget(self.progress)
        right.addWidget(self.bar)
        right.addLayout(sides, 1)
        right.addLayout(buttons)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.questions)
        row.addWidget(line)
        row.addLayout(right, 1)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def begin(self, name: str, *, can_delete: bool) -> None:
        """The network of this name is to be tried."""
        self._trial = None
        self.setWindowTitle(f"Try {one_line(name)}" if name else "Try a network")
        self.questions.clear()
        self.present.show_side(" ", ())  # what it is called is known in the end
        self.new.show_side(name or " ", ())
        self.delete.setVisible(can_delete)
        self.show_run(TrainingRun())

    def show_run(self, run: TrainingRun) -> None:
        if self._trial is None:
            self.progress.setText(progress_text(run))
            self.bar.setVisible(not run.is_over)
            self.bar.setRange(0, run.total)
            self.bar.setValue(run.done)

    def show_failure(self, sentence: str) -> None:
        self.progress.setText(sentence)
        self.bar.hide()

    def show_trial(self, trial: NetworkTrial) -> None:
        self._trial = trial
        self.bar.hide()
        self.questions.clear()
        for question in trial.questions:
            item = QListWidgetItem(one_line(question.query), self.questions)
            item.setToolTip(one_line(question.query))
            item.setSizeHint(QSize(0, 32))
        self.questions.setCurrentRow(0)
        self.questions.setFocus()

    @Slot(int)
    def _show_question(self, row: int) -> None:
        if self._trial is None or row < 0:
            return
        trial, question = self._trial, self._trial.questions[row]
        self.present.show_side(trial.present, question.present)
        self.new.show_side(trial.new, question.new)
        agree = same_text(question.same, max(len(question.present), len(question.new)))
        self.progress.setText(f"{agree}, of {counted(trial.files, 'sound')} that both listened to.")

    # --- what a person does -------------------------------------------------------------------------------------------

    def _play(self, side: SideList) -> None:
        if (sound := side.chosen()) is not None:
            self.sound_chosen.emit(sound)

    def done(self, result: int) -> None:
        super().done(result)
        self.stop_requested.emit()


class SideTable(QTableView):
    """played : Space or Enter"""

    played = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.played.emit()
        else:
            super().keyPressEvent(event)


class SideList(QWidget):
    """What one network found first."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found = FoundSoundsModel(self)
        self.table = SideTable(self)
        self.table.setModel(self.found)
        self.table.setItemDelegateForColumn(MATCH_COLUMN, MatchBar(self.table))
        self.table.setAccessibleName(name)
        self.table.setStyleSheet("QTableView::item { padding-left: 6px; }")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        dress(self.table)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width_px in ((1, MOMENT_PX), (MATCH_COLUMN, MATCH_PX)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.table.setColumnWidth(column, width_px)
        self.section = Section(name, self)
        self.name = plain_label("", self)
        self.section.column.addWidget(self.name)
        self.section.column.addWidget(self.table, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.section)

    def show_side(self, name: str, sounds: Sequence[ShownSound]) -> None:
        self.name.setText(one_line(name))
        self.found.put(sounds)

    def chosen(self) -> ShownSound | None:
        row = self.table.currentIndex().row()
        return self.found.sound(row) if row >= 0 else None
