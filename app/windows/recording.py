"""Asking by a recording: what the microphone button begins, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.recording.microphones import Microphones, NoRecording, PortAudioMicrophones
from app.recording.recorded_files import RecordedFiles, keep
from app.recording.recorder import LONGEST_S, Recorder, State
from app.widgets.search.recording_panel import RecordingPanel
from app.workers.background import Background
from engine.errors import display_path
from engine.question import Question

_FRAME_MS = 33


class Recording(QObject):
    """Nothing is recorded but between `begin` and `stop`, and then the panel shows it.

    recorded : the Path of a sound to search by; it is deleted once no question is asked by it any more
    gone : the Path of one that was deleted
    began : the microphone is being opened, so nothing should be played
    play_requested : the Path of what was recorded
    can_record_changed : whether there is a microphone
    device_chosen : name of the microphone to use from now on, or None for the system's own
    said, failed : a sentence
    """

    recorded = Signal(object)
    gone = Signal(object)
    began = Signal()
    play_requested = Signal(object)
    can_record_changed = Signal(bool)
    device_chosen = Signal(object)
    said = Signal(str)
    failed = Signal(str)
    _told = Signal(object)

    def __init__(
        self,
        panel: RecordingPanel,
        find_microphones: Callable[[], Microphones] = PortAudioMicrophones,
        files: RecordedFiles | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.can_record = False
        self._panel = panel
        self._device: str | None = None  # the system's own
        self._state = State()
        self._is_wanted = False  # from `begin` until the panel is closed
        self._asked_by: Path | None = None
        self._told.connect(self._follow, Qt.ConnectionType.QueuedConnection)  # told by the recorder's own thread
        self._recorder = Recorder(self._told.emit, find_microphones, files)
        self._background = Background(1, name="keeping", parent=self)
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self._show_level)
        panel.stop_requested.connect(self.stop)
        panel.closed.connect(self.cancel)
        panel.again_requested.connect(self.begin)
        panel.listen_requested.connect(self._listen)
        panel.keep_requested.connect(self._ask_where_to_keep)
        panel.device_chosen.connect(self._take_device)

    # --- what is wanted -----------------------------------------------------------------------------------------------

    def look_for_microphones(self) -> None:
        """At the start, and when one may have been plugged in; `can_record_changed` tells what came of it."""
        self._recorder.look_again()

    def set_device(self, name: str | None) -> None:
        """The microphone to use, None for the system's own; another one takes its place while it is not there."""
        self._device = name
        self._panel.set_devices(self._state.microphones, name)

    @property
    def is_recording(self) -> bool:
        """Or about to."""
        return self._is_wanted and self._state.phase in ("opening", "recording")

    @Slot()
    def begin(self) -> None:
        """Record; while that is going on, stop and search."""
        if not self.is_recording:
            self._start()
        elif self._state.phase == "recording":
            self.stop()

    @Slot()
    def stop(self) -> None:
        """Search by what was recorded so far."""
        self._frames.stop()
        self._recorder.stop()

    @Slot()
    def cancel(self) -> bool:
        """Close the panel, and drop what is being recorded; whether there was anything to close."""
        was_there, self._is_wanted = self._is_wanted, False
        self._frames.stop()
        self._recorder.cancel()  # whatever its last news were, it may be on the way to the microphone
        self._panel.put_away()
        return was_there

    @Slot(object)
    def follow(self, question: Question) -> None:
        """Another question is asked: what it does not ask by is deleted."""
        if self._asked_by is None or self._asked_by in {example.path for example in question.examples}:
            return
        self._recorder.forget(self._asked_by)
        self._ask_by(None)
        if self._state.phase == "stopped":
            self.cancel()

    def close(self) -> None:
        """Let go of the microphone, and delete what was recorded."""
        self.cancel()
        self._ask_by(None)
        self._background.finish()
        self._recorder.close()

    def _start(self) -> None:
        self._is_wanted = True
        self.began.emit()
        self._follow(State("opening", self._state.microphones))  # as the recorder will say in a moment
        self._recorder.start(self._device)

    @Slot(object)
    def _take_device(self, name: str | None) -> None:
        self._device = name
        self.device_chosen.emit(name)
        if self.is_recording:
            self._start()

    # --- what is ------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _follow(self, state: State) -> None:
        before, self._state = self._state, state
        if state.microphones != before.microphones:
            self._take_microphones(state.microphones)
        if self._is_wanted and state != before:
            self._show(state)

    def _take_microphones(self, names: tuple[str, ...]) -> None:
        self._panel.set_devices(names, self._device)
        if bool(names) != self.can_record:
            self.can_record = bool(names)
            self.can_record_changed.emit(self.can_record)

    def _show(self, state: State) -> None:
        if state.phase == "opening":
            self._panel.show_opening()
        elif state.phase == "recording":
            self._panel.show_recording(state.device)
            self._frames.start()
            self._show_level()
        elif state.phase == "failed":
            self._frames.stop()
            self._panel.show_failure(state.sentence)
        elif state.recording is not None:
            self._frames.stop()
            self._panel.show_searching(state.recording.duration_s, LONGEST_S if state.recording.is_full else None)
            self._ask_by(state.recording.path)
            self.recorded.emit(self._asked_by)

    def _ask_by(self, path: Path | None) -> None:
        """From now on; there is one recording at the most."""
        gone, self._asked_by = self._asked_by, path
        if gone is not None:
            self.gone.emit(gone)

    @Slot()
    def _show_level(self) -> None:
        self._panel.show_level(self._recorder.level(), self._recorder.elapsed_s, LONGEST_S)

    # --- what can be done with it -------------------------------------------------------------------------------------

    @Slot()
    def _listen(self) -> None:
        if self._state.recording is not None:
            self.play_requested.emit(self._state.recording.path)

    @Slot()
    def _ask_where_to_keep(self) -> None:
        if self._state.recording is None:
            return
        recording = self._state.recording.path
        chosen, _ = QFileDialog.getSaveFileName(
            self._panel, "Keep the recording", str(Path.home() / recording.name), "Sounds (*.wav)"
        )
        if chosen:
            self.keep_as(Path(chosen))

    def keep_as(self, target: Path) -> None:
        """Copy what was recorded; a file of this name is replaced, about which the person was asked."""
        if self._state.recording is None:
            return
        self._background.run(
            partial(keep, self._state.recording.path, target),
            lambda done: self.said.emit(f"The recording is kept as {display_path(target)}."),
            self._tell_failure,
        )

    def _tell_failure(self, error: Exception) -> None:
        if not isinstance(error, NoRecording):
            raise error
        self.failed.emit(str(error))
