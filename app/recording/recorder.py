"""The recorder: from a microphone that may come and go to a file that one can search by.

One thread does all that may take time: it opens and closes devices, watches, trims and writes. Methods only say what
is wanted and return at once. The device's own thread does nothing but copy samples into memory that is there already.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from app.recording.level import Level, level_of
from app.recording.microphones import Microphone, Microphones, NoRecording, PortAudioMicrophones, Take
from app.recording.recorded_files import RecordedFiles
from app.recording.trimming import trimmed

LONGEST_S = 30.0
_WATCH_S = 0.05
_FIRST_SOUND_WITHIN_S = 6.0  # a wireless headset takes its time to become a microphone
_DEAD_AFTER_S = 2.0
_CLOSE_WITHIN_S = 2.0

Phase = Literal["idle", "opening", "recording", "stopped", "failed"]


@dataclass(frozen=True)
class Recording:
    """What was recorded: a WAV file of `duration_s`, which lasts until the next one or `forget`."""

    path: Path
    duration_s: float
    is_full: bool  # it ended by itself, after LONGEST_S


@dataclass(frozen=True)
class State:
    """What the recorder does, as one value.

    microphones : names, as far as they are known
    device : the name of the one in use, while recording and after
    recording : when stopped
    sentence : when failed, what happened
    """

    phase: Phase = "idle"
    microphones: tuple[str, ...] = ()
    device: str = ""
    recording: Recording | None = None
    sentence: str = ""


class _Tape:
    """Samples of one recording, written by the device's thread and read by others: in place before they are counted."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.samples = np.zeros(round(LONGEST_S * rate_hz), np.float32)
        self.written = 0

    def take(self, block: np.ndarray) -> None:
        count = min(len(block), len(self.samples) - self.written)
        self.samples[self.written : self.written + count] = block[:count]
        self.written += count

    @property
    def is_full(self) -> bool:
        return self.written == len(self.samples)


class Recorder:
    """Records one sound at a time.

    on_change : called in the recorder's thread with each new State; it must not wait
    find_microphones : called in the recorder's thread; raises NoRecording if nothing can ever be recorded
    """

    def __init__(
        self,
        on_change: Callable[[State], None],
        find_microphones: Callable[[], Microphones] = PortAudioMicrophones,
        files: RecordedFiles | None = None,
    ) -> None:
        self._on_change = on_change
        self._find_microphones = find_microphones
        self._files = files or RecordedFiles()
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._state = State()
        self._tape: _Tape | None = None
        self._measured = 0  # samples of the tape that `level` has seen
        # the recorder's thread alone
        self._microphones: Microphones | None = None
        self._microphone: Microphone | None = None
        self._counted = 0
        self._counted_at_s = 0.0
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    # --- what is wanted: returns at once ------------------------------------------------------------------------------

    def look_again(self) -> None:
        """Read which microphones there are, anew if that was done before."""
        self._orders.put(self._look)

    def start(self, name: str | None) -> None:
        """Record from the microphone of this name, or with None or if that is not there from the system's own."""
        self._orders.put(partial(self._start, name))

    def stop(self) -> None:
        """Make a file of what was recorded, or fail."""
        self._orders.put(self._stop)

    def cancel(self) -> None:
        """Drop what is being recorded."""
        self._orders.put(self._cancel)

    def forget(self, path: Path) -> None:
        """Delete the file of a recording."""
        self._orders.put(partial(self._forget, path))

    def close(self) -> None:
        """Let go of the microphone, delete what was recorded, end the thread; does not wait for a device that hangs."""
        self._orders.put(None)
        self._thread.join(_CLOSE_WITHIN_S)
        self._files.close()

    # --- what is: for the thread that shows it ------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state

    @property
    def elapsed_s(self) -> float:
        """How much is recorded."""
        tape = self._tape
        return tape.written / tape.rate_hz if tape else 0.0

    def level(self) -> Level:
        """Of what came in since it was asked last."""
        tape = self._tape
        if tape is None:
            return Level()
        begin, self._measured = min(self._measured, tape.written), tape.written
        return level_of(tape.samples[begin : self._measured])

    # --- the recorder's thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (order := self._next()) is not None:
            order()
        self._release()

    def _next(self) -> Callable[[], None] | None:
        try:
            return self._orders.get(timeout=_WATCH_S if self._microphone else None)
        except queue.Empty:
            return self._watch

    def _tell(self, phase: Phase, **changes: Any) -> None:
        """The microphones stay known; everything else is over with the phase before, unless it is said again."""
        self._state = State(phase, **{"microphones": self._state.microphones, **changes})
        self._on_change(self._state)

    def _look(self) -> None:
        try:
            if self._microphones is not None and self._microphone is None:
                self._microphones.refresh()
            names = tuple(self._found().names())
        except NoRecording:
            names = ()
        self._state = replace(self._state, microphones=names)
        self._on_change(self._state)

    def _found(self) -> Microphones:
        if self._microphones is None:
            self._microphones = self._find_microphones()
        return self._microphones

    def _start(self, name: str | None) -> None:
        self._release()
        self._tell("opening")
        try:
            self._microphone = self._open(self._found(), name)
            self._counted, self._counted_at_s = 0, time.monotonic()
            self._microphone.start()
        except NoRecording as error:
            self._fail(str(error))
            return
        self._tell("recording", device=self._microphone.name, microphones=tuple(self._found().names()))

    def _open(self, microphones: Microphones, name: str | None) -> Microphone:
        try:
            return microphones.open(name, self._tape_at)
        except NoRecording:
            microphones.refresh()  # what is listed may be from before something was plugged in or out
        if name in microphones.names():
            return microphones.open(name, self._tape_at)
        return microphones.open(None, self._tape_at)

    def _tape_at(self, rate_hz: int) -> Take:
        self._measured = 0
        self._tape = _Tape(rate_hz)
        return self._tape.take

    def _watch(self) -> None:
        microphone, tape = self._microphone, self._tape
        if microphone is None or tape is None:
            return
        if tape.is_full:
            self._stop()
            return
        if tape.written != self._counted:
            self._counted, self._counted_at_s = tape.written, time.monotonic()
        patience_s = _DEAD_AFTER_S if tape.written else _FIRST_SOUND_WITHIN_S
        if not microphone.is_alive() or time.monotonic() - self._counted_at_s > patience_s:
            self._fail(f"The microphone {microphone.name} stopped by itself; see whether it is plugged in.")

    def _stop(self) -> None:
        microphone, tape = self._microphone, self._tape
        if microphone is None or tape is None:
            return
        self._release()
        try:
            sound = trimmed(tape.samples[: tape.written], tape.rate_hz)
            path = self._files.write(sound, tape.rate_hz)
        except NoRecording as error:
            self._fail(str(error))
            return
        recording = Recording(path, len(sound) / tape.rate_hz, tape.is_full)
        self._tell("stopped", device=microphone.name, recording=recording)

    def _cancel(self) -> None:
        if self._microphone is not None:
            self._release()
            self._tell("idle")

    def _forget(self, path: Path) -> None:
        self._files.remove(path)
        if self._state.recording is not None and self._state.recording.path == path:
            self._tell("idle")

    def _fail(self, sentence: str) -> None:
        self._release()
        self._tell("failed", sentence=sentence)

    def _release(self) -> None:
        if self._microphone is not None:
            self._microphone.close()
        self._microphone = self._tape = None
