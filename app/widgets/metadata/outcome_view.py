"""How far a piece of work is, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.item_models.plain_rows import Row
from app.look.icons import icon
from app.view_models.metadata_texts import FAILURE_HEADINGS
from app.view_models.wording import count
from app.widgets.inspector.section import plain_label
from app.widgets.metadata.plain_table import PlainTable

TABLE_PX = 148


class OutcomeView(QWidget):
    """Nothing until something begins.

    stop_requested : it is to end with the file that it is at
    """

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = plain_label("", self, wraps=True)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self.stop = QPushButton(icon("stop"), "Stop", self)
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self._stop)
        self.failures = PlainTable("Files that could not be done", FAILURE_HEADINGS, (180, 180), self)
        self.failures.setMinimumHeight(TABLE_PX)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self.failures, 1)
        self.clear()

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    @property
    def is_running(self) -> bool:
        return not self._bar.isHidden()

    def clear(self) -> None:
        self.show_outcome("")

    def begin(self, sentence: str) -> None:
        self._say(sentence)
        self._bar.setRange(0, 0)
        self._bar.show()
        self.stop.setEnabled(True)
        self.stop.show()
        self.failures.hide()

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        if self.is_running:
            self._bar.setRange(0, total)
            self._bar.setValue(done)
            self._say(f"{count(done)} of {count(total)} files")

    def show_outcome(self, sentence: str, failures: Sequence[Row] = ()) -> None:
        self._say(sentence)
        self._bar.hide()
        self.stop.hide()
        self.failures.put(failures)
        self.failures.setVisible(bool(failures))

    def _say(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self.setVisible(bool(sentence))

    @Slot()
    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop_requested.emit()
