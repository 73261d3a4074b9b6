"""What is selected is heard, from the moment that matched."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.playing.audio_stream import Region
from app.view_models.clause_spans import ClauseSpan, next_span, previous_span, spans_of
from app.view_models.results import ResultRow
from app.windows.choices import Choices
from app.workers.playback import Playback
from engine.library_rows import FileRow

STEP_S = 1.0


class Audition(QObject):
    """The file that is selected, and what is heard of it.

    playing_changed : id of the file that is heard now, or None
    """

    playing_changed = Signal(object)

    def __init__(self, playback: Playback, choices: Choices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._file: FileRow | None = None
        self._result: ResultRow | None = None
        self._region: Region | None = None
        self._playing_id: int | None = None
        self._choices = choices
        playback.started.connect(self._follow)
        for silence in (playback.paused, playback.stopped, playback.ended, playback.failed):
            silence.connect(self._fall_silent)

    # --- what is selected ---------------------------------------------------------------------------------------------

    @property
    def file(self) -> FileRow | None:
        return self._file

    @property
    def spans(self) -> tuple[ClauseSpan, ...]:
        """Where the clauses were heard in the selected file."""
        return spans_of(self._result.clauses) if self._result else ()

    def select(self, file: FileRow, result: ResultRow) -> None:
        """Plays it, if selecting plays; a file that plays already goes on."""
        is_new = self._file is None or self._file.id != file.id
        self._file, self._result = file, result
        if is_new:
            self._region = None
        goes_on = self._playback.is_playing and self._playback.path == file.path
        if self._choices.settings.play_on_select and not goes_on:
            self.play()

    def follow(self, file: FileRow) -> None:
        """The selected file is called otherwise now; nothing is heard of it for that."""
        if self._file is not None and self._file.id == file.id:
            self._file = file

    def learn(self, result: ResultRow | None) -> None:
        """Of the selected file something else was found, or nothing; it goes on as it is."""
        self._result = result

    # --- what is heard ------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """The selected file, from where it is best to begin."""
        if self._file is not None:
            self.play_from(self._beginning_s())

    def play_from(self, start_s: float) -> None:
        if self._file is not None:
            self._playback.play(self._file.path, start_s, *self._passage())

    def toggle(self) -> None:
        """Play, pause, go on: of the selected file, whichever was heard before."""
        if self._is_of_selected(self._playback.path):
            self._playback.toggle()
        elif self._playback.is_playing:
            self._playback.stop()
        else:
            self.play()

    def stop(self) -> bool:
        """Whether there was anything to stop."""
        was_there = self._playback.path is not None
        self._playback.stop()
        return was_there

    def seek(self, moment_s: float) -> None:
        """A click on the picture of the selected file: go on there, or begin there."""
        if self._is_of_selected(self._playback.path):
            self._playback.seek(moment_s)
        else:
            self.play_from(moment_s)

    def step(self, seconds: float) -> None:
        if self._is_of_selected(self._playback.path):
            self._playback.seek(max(0.0, self._playback.position_s + seconds))

    def go_to_next_span(self) -> None:
        if (span := next_span(self.spans, self._playback.position_s)) is not None:
            self.seek(span.start_s)

    def go_to_previous_span(self) -> None:
        if (span := previous_span(self.spans, self._playback.position_s)) is not None:
            self.seek(span.start_s)

    def set_region(self, region: Region | None) -> None:
        self._region = region
        if self._is_of_selected(self._playback.path):
            self._playback.set_region(*self._passage())

    def loop_changed(self) -> None:
        """The settings say otherwise now."""
        if self._is_of_selected(self._playback.path):
            self._playback.set_region(*self._passage())

    def _passage(self) -> tuple[Region | None, bool]:
        """What to play, and whether round and round: without a region the whole file."""
        loop = self._choices.settings.loop
        if self._region is None and loop and self._file is not None and self._file.duration_s:
            return Region(0.0, self._file.duration_s), True
        return self._region, loop

    def _beginning_s(self) -> float:
        if self._region is not None:
            return self._region.start_s
        if self._choices.settings.play_from_moment and self._result is not None:
            return self._result.start_s
        return 0.0

    def _is_of_selected(self, path: Path | None) -> bool:
        return self._file is not None and path == self._file.path

    @Slot(object)
    def _follow(self, path: Path) -> None:
        self._tell(self._file.id if self._file is not None and self._is_of_selected(path) else None)

    @Slot()
    def _fall_silent(self) -> None:
        self._tell(None)

    def _tell(self, file_id: int | None) -> None:
        if file_id != self._playing_id:
            self._playing_id = file_id
            self.playing_changed.emit(file_id)
