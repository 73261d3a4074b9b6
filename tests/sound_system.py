"""The sounddevice module of a machine that a test describes: the devices there are, and who has which of them open."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.playing import portaudio


class PortAudioError(Exception):
    pass


class Stream:
    """At rest until started; `callback` is called when the test says so."""

    latency = 0.05

    def __init__(self, system: SoundSystem, device: int, callback: Callable[..., None], **wanted: Any) -> None:
        system.check()
        if device in system.refused:
            raise PortAudioError("Device unavailable.", -9985)
        self.device, self.callback, self.wanted = device, callback, wanted
        self.active = False
        self._system = system
        system.open.append(self)

    def start(self) -> None:
        self._system.check(self)
        self.active = True

    def abort(self, ignore_errors: bool = True) -> None:
        self._system.check(self)
        self.active = False

    def close(self, ignore_errors: bool = True) -> None:
        self._system.check(self)
        self._system.open.remove(self)

    def hear(self, samples: np.ndarray) -> None:
        self.callback(samples, len(samples), None, None)


class SoundSystem:
    """Stands where `import sounddevice` looks.

    plugged_in : name, input channels, output channels
    refused : indexes that cannot be opened
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *plugged_in: tuple[str, int, int]) -> None:
        self.plugged_in = list(plugged_in)
        self.refused: set[int] = set()
        self.open: list[Stream] = []
        self._listed = list(plugged_in)
        self._is_initialised = True
        module = SimpleNamespace(
            PortAudioError=PortAudioError,
            default=SimpleNamespace(hostapi=0),
            query_hostapis=self._host_apis,
            query_devices=self._device,
            InputStream=lambda **wanted: Stream(self, **wanted),
            OutputStream=lambda **wanted: Stream(self, **wanted),
            _terminate=self._terminate,
            _initialize=self._initialise,
        )
        monkeypatch.setitem(sys.modules, "sounddevice", module)
        monkeypatch.setattr(portaudio, "_STREAMS", portaudio._Streams())  # nobody has opened anything on this machine

    def check(self, stream: Stream | None = None) -> None:
        assert self._is_initialised, "PortAudio was asked while it was not there"
        assert stream is None or stream in self.open, "PortAudio would have touched memory that is free"

    def _host_apis(self) -> tuple[dict[str, Any], ...]:
        self.check()
        inputs = [at for at, (_, inputs, _) in enumerate(self._listed) if inputs]
        outputs = [at for at, (_, _, outputs) in enumerate(self._listed) if outputs]
        api = {
            "name": "ALSA",
            "devices": list(range(len(self._listed))),
            "default_input_device": inputs[0] if inputs else -1,
            "default_output_device": outputs[0] if outputs else -1,
        }
        return (api,)

    def _device(self, index: int) -> dict[str, Any]:
        self.check()
        name, inputs, outputs = self._listed[index]
        channels = {"max_input_channels": inputs, "max_output_channels": outputs}
        return {"name": name, "default_samplerate": 48_000.0, **channels}

    def _terminate(self) -> None:
        self.check()
        self._is_initialised = False
        self.open.clear()

    def _initialise(self) -> None:
        self._is_initialised = True
        self._listed = list(self.plugged_in)
