"""Where sound comes in: the seam to the microphones, and PortAudio behind it. Devices are known by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from app.playing.portaudio import NoPortAudio, PortAudio, reason
from engine.errors import EngineError

Take = Callable[[np.ndarray], None]
"""Called by a microphone in its own thread with (samples,) float32, which are its own again afterwards. It must not
wait, and may not raise."""

NO_PORTAUDIO = "Nothing can be recorded because PortAudio is not installed; everything else works."
NO_MICROPHONE = "Nothing can be recorded because no microphone was found; everything else works."
_LIST_WITHIN_S = 2.0  # how long to wait for whoever plays to let go of the list of devices


class NoRecording(EngineError):
    """Nothing was or can be recorded; the text is one sentence for the user."""


class Microphone(Protocol):
    """One opened input device, at rest until started."""

    name: str
    rate_hz: int

    def start(self) -> None:
        """Have `take` called from now on. Raises NoRecording."""

    def close(self) -> None:
        """Let go of it; `take` is not called any more."""

    def is_alive(self) -> bool:
        """False once a started device has stopped by itself."""


class Microphones(Protocol):
    """The input devices of this machine."""

    def names(self) -> list[str]: ...

    def open(self, name: str | None, take: Callable[[int], Take]) -> Microphone:
        """The device of this name, or with None the one that the system prefers. Raises NoRecording.

        take : gives what is called with its samples, given its rate in Hz
        """

    def refresh(self) -> None:
        """Read anew which devices there are, or leave it if somebody plays. Only while none of these is open.

        Raises NoRecording.
        """


# --- PortAudio --------------------------------------------------------------------------------------------------------


class PortAudioMicrophones:
    """The input devices of one host API. Raises NoRecording if there is no PortAudio."""

    def __init__(self) -> None:
        try:
            self._portaudio = PortAudio("input")
        except NoPortAudio as error:
            raise NoRecording(NO_PORTAUDIO) from error

    def names(self) -> list[str]:
        try:
            return self._portaudio.names()
        except NoPortAudio:
            return []

    def open(self, name: str | None, take: Callable[[int], Take]) -> Microphone:
        with self._portaudio.unchanged():
            try:
                index = self._portaudio.index_of(name)
            except NoPortAudio as error:
                raise NoRecording(NO_MICROPHONE) from error
            if index is None:
                raise NoRecording(NO_MICROPHONE if name is None else f"The microphone {name} is not there.")
            return _PortAudioInput(self._portaudio, index, take)

    def refresh(self) -> None:
        try:
            self._portaudio.refresh(_LIST_WITHIN_S)
        except self._portaudio.error as error:
            raise NoRecording(f"The list of microphones cannot be read ({reason(error)}).") from error


class _PortAudioInput:
    """The first channel of a device, at the device's own rate."""

    def __init__(self, portaudio: PortAudio, index: int, take: Callable[[int], Take]) -> None:
        about = portaudio.about(index)
        self.name: str = about["name"]
        self.rate_hz = round(about["default_samplerate"])
        self._portaudio = portaudio
        self._take = take(self.rate_hz)
        self._started = False
        try:
            self._stream = portaudio.open(index, samplerate=self.rate_hz, channels=1, callback=self._hand_over)
        except portaudio.error as error:
            raise NoRecording(self._refused("opened", error)) from error

    def _hand_over(self, block: np.ndarray, _frames: int, _moment: object, _status: object) -> None:
        self._take(block[:, 0])

    def start(self) -> None:
        try:
            self._stream.start()
        except self._portaudio.error as error:
            raise NoRecording(self._refused("started", error)) from error
        self._started = True

    def close(self) -> None:
        self._started = False
        self._stream.abort(ignore_errors=True)
        self._portaudio.close(self._stream)

    def is_alive(self) -> bool:
        try:
            return not self._started or bool(self._stream.active)
        except self._portaudio.error:
            return False

    def _refused(self, what: str, error: Exception) -> str:
        return (
            f"The microphone {self.name} cannot be {what} ({reason(error)}); "
            "see whether another program uses it, and whether the system allows Earmark to."
        )
