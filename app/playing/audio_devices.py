"""Where sound goes out: the seam to the sound hardware, and PortAudio behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from app.playing.portaudio import NoPortAudio, PortAudio, reason

Render = Callable[[np.ndarray, float], None]
"""Called by a device in its own thread: fill this (frames, channels) float32 array, whose first frame will be heard at
this moment of the device's clock. It must not wait, and may not raise."""

NO_PORTAUDIO = "No sound can be played because PortAudio is not installed; everything else works."
NO_DEVICE = "No sound can be played because no sound device was found; everything else works."


class NoSound(Exception):
    """Nothing can be heard for now; the text is one sentence for the user."""


class OutputDevice(Protocol):
    """One opened sound device, at rest until started."""

    name: str
    rate_hz: int
    channels: int  # 1 or 2

    def start(self) -> None:
        """Have `render` called from now on. Raises NoSound."""

    def stop(self) -> None:
        """Fall silent at once; what was rendered but not yet heard is dropped."""

    def close(self) -> None: ...

    def is_alive(self) -> bool:
        """False once a started device has stopped by itself."""

    def now_s(self) -> float:
        """The clock of `render`; any thread may ask, even after `close`."""


class OutputDevices(Protocol):
    """The sound devices of this machine."""

    def names(self) -> list[str]: ...

    def open(self, name: str | None, render: Render) -> OutputDevice:
        """The device of this name, or with None the one that the system prefers. Raises NoSound."""

    def refresh(self) -> None:
        """Read the list of devices anew. Only while no device of these is open."""


# --- PortAudio --------------------------------------------------------------------------------------------------------

_LATENCY_S = 0.06  # short for a finger, long enough for a process whose window now and then holds the interpreter
_LONGEST_LATENCY_S = 2.0


class PortAudioDevices:
    """The output devices of one host API. Raises NoSound if there is no PortAudio."""

    def __init__(self) -> None:
        try:
            self._portaudio = PortAudio("output")
        except NoPortAudio as error:
            raise NoSound(NO_PORTAUDIO) from error

    def names(self) -> list[str]:
        try:
            return self._portaudio.names()
        except NoPortAudio as error:
            raise NoSound(NO_DEVICE) from error

    def open(self, name: str | None, render: Render) -> OutputDevice:
        with self._portaudio.unchanged():
            try:
                index = self._portaudio.index_of(name)
            except NoPortAudio as error:
                raise NoSound(NO_DEVICE) from error
            if index is None:
                raise NoSound(NO_DEVICE if name is None else f"The sound device {name} is not there.")
            return _PortAudioOutput(self._portaudio, index, render)

    def refresh(self) -> None:
        """While something is recorded the list stays what it is."""
        try:
            self._portaudio.refresh()
        except self._portaudio.error as error:
            raise NoSound(f"The list of sound devices cannot be read ({reason(error)}).") from error


class _PortAudioOutput:
    """A PortAudio stream at the device's own rate."""

    def __init__(self, portaudio: PortAudio, index: int, render: Render) -> None:
        about = portaudio.about(index)
        self.name: str = about["name"]
        self.rate_hz = round(about["default_samplerate"])
        self.channels = min(2, about["max_output_channels"])
        self._portaudio = portaudio
        self._render = render
        self._started = False
        try:
            self._stream = portaudio.open(
                index, samplerate=self.rate_hz, channels=self.channels, latency=_LATENCY_S, callback=self._fill
            )
        except portaudio.error as error:
            raise NoSound(f"The sound device {self.name} cannot be opened ({reason(error)}).") from error
        self._usual_latency_s: float = self._stream.latency

    def _fill(self, out: np.ndarray, _frames: int, moment: Any, _status: object) -> None:
        latency_s = moment.outputBufferDacTime - moment.currentTime
        if not 0.0 < latency_s < _LONGEST_LATENCY_S:  # some host APIs leave one of them at 0
            latency_s = self._usual_latency_s
        self._render(out, time.monotonic() + latency_s)

    def start(self) -> None:
        try:
            self._stream.start()
        except self._portaudio.error as error:
            raise NoSound(f"The sound device {self.name} cannot be started ({reason(error)}).") from error
        self._started = True

    def stop(self) -> None:
        self._started = False
        self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        self._started = False
        self._portaudio.close(self._stream)

    def is_alive(self) -> bool:
        return not self._started or bool(self._stream.active)

    def now_s(self) -> float:
        return time.monotonic()  # a stream's own clock may not be asked once it is closed
