"""The page of one network of a person's own: how its training goes, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.look import theme
from app.look.icons import icon
from app.view_models.plain_text import one_line
from app.view_models.training_run import OwnNetwork, TrainingRun
from app.view_models.training_texts import BUSY, lessons_text, progress_text
from app.widgets.inspector.section import plain_label
from app.widgets.training.run_plots import RunPlots


class RunPage(QWidget):
    """
    pause_toggled : training is to hold (True) or to go on
    stop_requested, resume_requested, delete_requested
    try_requested, use_requested : the finished network
    """

    pause_toggled = Signal(bool)
    stop_requested = Signal()
    resume_requested = Signal()
    delete_requested = Signal()
    try_requested = Signal()
    use_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_paused = False
        self.name = plain_label("", self)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.name.setFont(font)
        self.lessons = plain_label("", self, small=True, wraps=True)
        self.progress = plain_label("", self, wraps=True)
        self.progress.setFont(theme.figures(self.progress.font()))
        self.progress.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of training")
        self.plots = RunPlots(self)
        self.pause = self._button("pause", "Pause", lambda: self.pause_toggled.emit(not self._is_paused))
        self.stop = self._button("stop", "Stop", self._stop)
        self.resume = self._button("play", "Go on", self.resume_requested.emit)
        self.delete = self._button("delete", "Delete…", self.delete_requested.emit)
        self.trial = self._button("search", "Try side by side…", self.try_requested.emit)
        self.use = self._button("check", "Use this network", self.use_requested.emit)
        self._lay_out()

    def _button(self, icon_name: str, text: str, do: object) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked: do())  # type: ignore[operator]
        return button

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.name)
        head.addWidget(self.lessons)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.delete)
        buttons.addStretch()
        for button in (self.stop, self.pause, self.resume, self.trial, self.use):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.bar)
        column.addWidget(self.plots, 1)
        column.addStretch()
        column.addLayout(buttons)

    def show_network(self, network: OwnNetwork, *, is_running: bool, is_used: bool, is_busy: bool) -> None:
        """is_running : its training; is_busy : the training or trial of another"""
        self.name.setText(one_line(network.name))
        self.lessons.setText(lessons_text(network))
        self.lessons.setVisible(bool(self.lessons.text()))
        self.pause.setVisible(is_running)
        self.stop.setVisible(is_running)
        self.stop.setEnabled(True)
        self.delete.setVisible(not is_running)
        self.delete.setEnabled(not is_used)
        self.delete.setToolTip("It is in use; choose another network first." if is_used else "")
        self.resume.setVisible(not is_running and not network.is_ready and network.recipe is not None)
        for button in (self.trial, self.use):
            button.setVisible(network.is_ready and not is_running)
            button.setEnabled(not is_used)
        self.use.setText("In use" if is_used else "Use this network")
        for button in (self.resume, self.trial):
            button.setEnabled(button.isEnabled() and not is_busy)
            button.setToolTip(BUSY if is_busy else "")
        self.show_run(network.run)

    def show_run(self, run: TrainingRun) -> None:
        self._is_paused = run.is_paused
        self.progress.setText(progress_text(run))
        self.bar.setVisible(not run.is_over)
        self.bar.setRange(0, run.total)  # without a total it moves by itself
        self.bar.setValue(run.done)
        self.pause.setText("Go on" if run.is_paused else "Pause")
        self.pause.setIcon(icon("play" if run.is_paused else "pause"))
        self.plots.setVisible(any(vars(run.curves).values()))
        self.plots.show_curves(run.curves)

    @Slot()
    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop_requested.emit()
