"""What is selected in the list: heard, drawn and described."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.item_models.results_model import KEPT_ROWS, ResultsModel
from app.view_models.file_details import FileDetails, read_details
from app.view_models.outlines import outlines
from app.view_models.results import ResultRow
from app.view_models.several_files import SeveralFiles, shown_together
from app.view_models.verdicts import Verdicts
from app.widgets.inspector.inspector import Inspector
from app.widgets.results.results_table import ResultsTable
from app.widgets.sound.sound_pane import SoundPane
from app.windows.audition import Audition
from app.workers.library_access import LibraryAccess
from engine.hits import Hit
from engine.library import Library
from engine.library_rows import FileRow
from engine.peaks import Peaks

SKIM_MS = 40  # while an arrow key is held down, files are passed over sooner than they can be drawn


@dataclass(frozen=True)
class _Described:
    """What is known of the selected files, `rows` of as many as the list keeps, and `peaks` of the one to be drawn."""

    known: FileDetails | SeveralFiles | None
    rows: Mapping[int, FileRow]
    peaks: bytes | None


class Selecting(QObject):
    """Loads what the list, the picture and the inspector show of files.

    described : FileDetails, SeveralFiles or None, of what is selected now
    """

    described = Signal(object)

    def __init__(
        self,
        access: LibraryAccess,
        audition: Audition,
        inspector: Inspector,
        pane: SoundPane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._access = access
        self._audition = audition
        self._inspector = inspector
        self._pane = pane
        self.model = ResultsModel(self._fetch_rows, self._fetch_peaks, parent=self)
        self.table = ResultsTable(self.model)
        self._wanted: int | None = None  # the file that was chosen last
        self._drawn: int | None = None  # the file in the picture
        self._reading: Future[Any] | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SKIM_MS)
        self._settling.timeout.connect(self.describe)
        self.table.row_selected.connect(self._choose)
        self.table.selection_changed.connect(self._settling.start)
        self.model.modelReset.connect(self._follow_results)

    @property
    def ids(self) -> list[int]:
        return self.table.selected_ids()

    @property
    def files(self) -> list[FileRow]:
        """Those of the selected files that have been loaded."""
        return self.model.loaded(self.ids)

    @property
    def current(self) -> tuple[FileRow, ResultRow] | None:
        """The selected row that was chosen last, once it is loaded."""
        file_id = self.table.current_id()
        row = self.model.row_of(file_id) if file_id is not None and file_id in self.ids else None
        file = self.model.file_row(row) if row is not None else None
        return None if row is None or file is None else (file, self.model.result(row))

    def show_verdicts(self, verdicts: Verdicts) -> None:
        """What was liked or disliked as an answer."""
        self.model.set_verdicts(verdicts)
        self._inspector.show_verdicts(verdicts)

    # --- what the list asks for ---------------------------------------------------------------------------------------

    def _fetch_rows(self, file_ids: list[int]) -> None:
        self._access.read(
            lambda library: library.rows(file_ids), self.model.put_rows, lambda _: self.model.put_rows({})
        )

    def _fetch_peaks(self, file_ids: list[int]) -> None:
        self._access.read(
            lambda library: outlines(library, file_ids), self.model.put_peaks, lambda _: self.model.put_peaks({})
        )

    # --- what is chosen -----------------------------------------------------------------------------------------------

    @Slot(object, bool)
    def _choose(self, file_id: int, by_keyboard: bool) -> None:
        self._wanted = file_id
        row = self.model.row_of(file_id)
        if row is None:
            return
        if (file := self.model.file_row(row)) is not None:
            self._audition.select(file, self.model.result(row))
        else:
            self._access.read(lambda library: library.rows([file_id]), self._hear)

    def _hear(self, rows: Mapping[int, FileRow]) -> None:
        for file_id, file in rows.items():
            row = self.model.row_of(file_id)
            if file_id == self._wanted and row is not None:
                self._audition.select(file, self.model.result(row))

    @Slot()
    def _follow_results(self) -> None:
        """Something else may have been found in the same file."""
        file = self._audition.file
        row = self.model.row_of(file.id) if file is not None else None
        self._audition.learn(None if row is None else self.model.result(row))
        if file is not None and file.id == self._drawn:
            self._pane.view.set_spans(self._audition.spans)
        self._settling.start()

    @Slot()
    def describe(self) -> None:
        """Show what is known of the selected files by now."""
        file_ids, current = self.ids, self.table.current_id()
        if self._reading is not None:
            self._reading.cancel()
        hits = {file_id: hit for file_id in file_ids[:1] if (hit := self._hit(file_id)) is not None}
        shown = current if current in file_ids else None

        def read(library: Library) -> _Described:
            peaks = library.peaks_of(shown) if shown is not None and shown != self._drawn else None
            files = read_details(library, file_ids, hits)
            rows = {each.row.id: each.row for each in files if each.row.id == shown}
            rows |= {each.row.id: each.row for each in files[:KEPT_ROWS]}  # more would only push each other out
            return _Described(shown_together(files), rows, peaks)

        self._reading = self._access.read(read, lambda described: self._show(described, shown))

    def _show(self, described: _Described, shown: int | None) -> None:
        self._inspector.show_files(described.known)
        self.model.put_rows(described.rows)  # or they could not be dragged
        self.described.emit(described.known)
        file = described.rows.get(shown) if shown is not None else None
        if file is None:
            return  # what was chosen last may still be heard, and stays in the picture
        self._audition.follow(file)
        if file.id != self._drawn or file.path != self._pane.view.path:
            self._drawn = file.id
            outline = _peaks(described.peaks)
            self._pane.show_sound(
                file.path, file.duration_s or 0.0, file.sample_rate_hz or 0, outline, self._audition.spans
            )
        else:
            self._pane.view.set_spans(self._audition.spans)

    def _hit(self, file_id: int) -> Hit | None:
        """What was found in a file, for the inspector; only its path is not known before the file is loaded."""
        row = self.model.row_of(file_id)
        file = self.model.file_row(row) if row is not None else None
        if row is None or file is None:
            return None
        return _hit_of(self.model.result(row), file)


def _hit_of(result: ResultRow, file: FileRow) -> Hit | None:
    if result.score is None and not result.words:
        return None
    return Hit(
        file_id=file.id,
        path=file.path,
        score=result.score or 0.0,
        start_s=result.start_s,
        end_s=result.end_s or 0.0,
        clauses=result.clauses,
        words=result.words,
        duration_s=file.duration_s or 0.0,
        order_margin=result.order_margin,
        weak=result.weak,
    )


def _peaks(stored: bytes | None) -> Peaks | None:
    try:
        return Peaks.from_bytes(stored) if stored else None
    except ValueError:
        return None  # damaged: the picture makes its own
