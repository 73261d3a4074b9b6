"""Where sound goes out: the seam to the sound hardware, and PortAudio (sounddevice) behind it.

PortAudio's list of devices is as old as its initialisation, and reading it anew ends every open stream; an index may
then mean another device. So devices are known by name, and `refresh` is for moments in which nothing is open.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

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
        """Read the list of devices anew. Only while no device is open."""


# --- PortAudio --------------------------------------------------------------------------------------------------------

_LATENCY_S = 0.06  # short for a finger, long enough for a process whose window now and then holds the interpreter
_LONGEST_LATENCY_S = 2.0
_ALSA_CARD_NUMBER = re.compile(r" \(hw:\d+,\d+\)$")  # given anew at each plugging in


class PortAudioDevices:
    """The output devices of one host API. Raises NoSound if there is no PortAudio."""

    def __init__(self) -> None:
        try:
            import sounddevice  # not above: it takes its time, and raises without PortAudio
        except OSError as error:
            raise NoSound(NO_PORTAUDIO) from error
        self._sounddevice: Any = sounddevice

    def names(self) -> list[str]:
        return [name for name, _ in self._outputs()]

    def open(self, name: str | None, render: Render) -> OutputDevice:
        index = self._default() if name is None else self._index_of(name)
        return _PortAudioOutput(self._sounddevice, index, render)

    def refresh(self) -> None:
        # private, but the one way that its author names (python-sounddevice#125)
        try:
            self._sounddevice._terminate()
            self._sounddevice._initialize()
        except self._sounddevice.PortAudioError as error:
            raise NoSound(f"The list of sound devices cannot be read ({_reason(error)}).") from error

    def _host_api(self) -> dict[str, Any]:
        """Each device appears once in each host API; Windows' oldest, its default, cuts names short."""
        try:
            apis = self._sounddevice.query_hostapis()
            first = self._sounddevice.default.hostapi
        except self._sounddevice.PortAudioError as error:
            raise NoSound(NO_DEVICE) from error
        preferred = [api for api in apis if api["name"] == "Windows WASAPI" and api["default_output_device"] >= 0]
        found: dict[str, Any] = preferred[0] if preferred else apis[first]
        return found

    def _outputs(self) -> list[tuple[str, int]]:
        devices = [(index, self._sounddevice.query_devices(index)) for index in self._host_api()["devices"]]
        return [(device["name"], index) for index, device in devices if device["max_output_channels"] > 0]

    def _default(self) -> int:
        index: int = self._host_api()["default_output_device"]
        if index >= 0:
            return index
        outputs = self._outputs()
        if not outputs:
            raise NoSound(NO_DEVICE)
        return outputs[0][1]

    def _index_of(self, name: str) -> int:
        outputs = self._outputs()
        same = [index for found, index in outputs if found == name]
        same += [index for found, index in outputs if _lasting(found) == _lasting(name)]
        if not same:
            raise NoSound(f"The sound device {name} is not there.")
        return same[0]


def _lasting(name: str) -> str:
    """What stays of a device's name when it is unplugged and comes back."""
    return _ALSA_CARD_NUMBER.sub("", name)


class _PortAudioOutput:
    """A PortAudio stream at the device's own rate."""

    def __init__(self, sounddevice: Any, index: int, render: Render) -> None:
        about = sounddevice.query_devices(index)
        self.name: str = about["name"]
        self.rate_hz = round(about["default_samplerate"])
        self.channels = min(2, about["max_output_channels"])
        self._failure = sounddevice.PortAudioError
        self._render = render
        self._started = False
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=self.rate_hz,
                device=index,
                channels=self.channels,
                dtype="float32",
                latency=_LATENCY_S,
                callback=self._fill,
            )
        except self._failure as error:
            raise NoSound(f"The sound device {self.name} cannot be opened ({_reason(error)}).") from error
        self._usual_latency_s: float = self._stream.latency

    def _fill(self, out: np.ndarray, _frames: int, moment: Any, _status: object) -> None:
        latency_s = moment.outputBufferDacTime - moment.currentTime
        if not 0.0 < latency_s < _LONGEST_LATENCY_S:  # some host APIs leave one of them at 0
            latency_s = self._usual_latency_s
        self._render(out, time.monotonic() + latency_s)

    def start(self) -> None:
        try:
            self._stream.start()
        except self._failure as error:
            raise NoSound(f"The sound device {self.name} cannot be started ({_reason(error)}).") from error
        self._started = True

    def stop(self) -> None:
        self._started = False
        self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        self._started = False
        self._stream.close(ignore_errors=True)

    def is_alive(self) -> bool:
        return not self._started or bool(self._stream.active)

    def now_s(self) -> float:
        return time.monotonic()  # a stream's own clock may not be asked once it is closed


def _reason(error: Exception) -> str:
    return str(error.args[0]).rstrip(".") if error.args else "no reason given"
