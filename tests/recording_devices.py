"""Sound hardware in the hands of a test: outputs that keep what they are given, microphones that hear what it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from app.playing.audio_devices import NO_DEVICE, NoSound, Render
from app.recording.microphones import NO_MICROPHONE, NoRecording, Take

DEADLINE_S = 20.0


class RecordingDevice:
    """An output device whose clock is the number of frames it took; what it takes is heard `latency_s` later."""

    latency_s = 0.1

    def __init__(self, name: str, rate_hz: int, channels: int, render: Render) -> None:
        self.name, self.rate_hz, self.channels = name, rate_hz, channels
        self._render = render
        self.is_running = self.is_closed = False
        self.is_plugged_in = True
        self.taken_frames = 0
        self.blocks: list[np.ndarray] = []

    def start(self) -> None:
        if not self.is_plugged_in:
            raise NoSound(f"{self.name} is gone.")
        self.is_running = True

    def stop(self) -> None:
        self.is_running = False

    def close(self) -> None:
        self.is_running, self.is_closed = False, True

    def is_alive(self) -> bool:
        return self.is_plugged_in

    def now_s(self) -> float:
        return self.taken_frames / self.rate_hz

    def pull(self, frames: int = 480) -> None:
        """What the hardware does every few milliseconds while it runs."""
        if not (self.is_running and self.is_plugged_in):
            return
        block = np.full((frames, self.channels), np.nan, np.float32)
        self._render(block, self.now_s() + self.latency_s)
        self.taken_frames += frames
        self.blocks.append(block)

    def sound(self) -> np.ndarray:
        """(frames, channels): all that was taken but silence, which is what a device gets that calls too early."""
        recorded = np.concatenate([np.empty((0, self.channels), np.float32), *self.blocks])
        return recorded[recorded.any(axis=1)]


class RecordingDevices:
    """A machine's sound devices, the system's own first; like PortAudio's, its list is as old as `refresh`."""

    def __init__(self, *names: str, rate_hz: int = 48_000, channels: int = 2) -> None:
        self.plugged_in = list(names or ("Built-in",))
        self.opened: list[RecordingDevice] = []
        self._rate_hz, self._channels = rate_hz, channels
        self._listed = list(self.plugged_in)

    @property
    def device(self) -> RecordingDevice:
        """The one opened last."""
        return self.opened[-1]

    def names(self) -> list[str]:
        return list(self._listed)

    def open(self, name: str | None, render: Render) -> RecordingDevice:
        wanted = name if name is not None else next(iter(self._listed), None)
        if wanted is None:
            raise NoSound(NO_DEVICE)
        if wanted not in self._listed or wanted not in self.plugged_in:
            raise NoSound(f"The sound device {wanted} is not there.")
        self.opened.append(RecordingDevice(wanted, self._rate_hz, self._channels, render))
        return self.device

    def refresh(self) -> None:
        assert all(device.is_closed for device in self.opened), "PortAudio would end the open streams"
        self._listed = list(self.plugged_in)

    def unplug(self, name: str) -> None:
        self.plugged_in.remove(name)
        for device in self.opened:
            if device.name == name:
                device.is_plugged_in = False

    def pull_until(self, is_reached: Callable[[], object]) -> None:
        """Have the device take samples until a condition holds."""
        deadline_s = time.monotonic() + DEADLINE_S
        while not is_reached():
            assert time.monotonic() < deadline_s, "what was waited for never happened"
            if self.opened:
                self.device.pull()
            time.sleep(0.0005)


class HearingMicrophone:
    """An input device that hears what a test feeds it, in a thread of its own as the system's are."""

    def __init__(self, name: str, rate_hz: int, take: Take) -> None:
        self.name, self.rate_hz = name, rate_hz
        self._take = take
        self.is_running = self.is_closed = False
        self.is_plugged_in = self.is_allowed = True

    def start(self) -> None:
        if not self.is_allowed:
            raise NoRecording(f"The microphone {self.name} cannot be started (not permitted).")
        self.is_running = True

    def close(self) -> None:
        self.is_running, self.is_closed = False, True

    def is_alive(self) -> bool:
        return self.is_plugged_in

    def feed(self, samples: np.ndarray, block: int = 512) -> None:
        """Have it hear (samples,) float32, as fast as it can."""

        def hand_over() -> None:
            for begin in range(0, len(samples), block):
                if not (self.is_running and self.is_plugged_in):
                    return
                part = samples[begin : begin + block].copy()
                self._take(part)
                part.fill(np.nan)  # the memory is the device's again

        thread = threading.Thread(target=hand_over)
        thread.start()
        thread.join()


class HearingMicrophones:
    """A machine's microphones, the system's own first."""

    def __init__(self, *names: str, rate_hz: int = 16_000) -> None:
        self.plugged_in = list(names)
        self.opened: list[HearingMicrophone] = []
        self.is_allowed = True
        self._rate_hz = rate_hz
        self._listed = list(names)

    @property
    def microphone(self) -> HearingMicrophone:
        """The one opened last."""
        return self.opened[-1]

    @property
    def is_listening(self) -> bool:
        return any(each.is_running for each in self.opened)

    def names(self) -> list[str]:
        return list(self._listed)

    def open(self, name: str | None, take: Callable[[int], Take]) -> HearingMicrophone:
        wanted = name if name is not None else next(iter(self._listed), None)
        if wanted is None:
            raise NoRecording(NO_MICROPHONE)
        if wanted not in self._listed or wanted not in self.plugged_in:
            raise NoRecording(f"The microphone {wanted} is not there.")
        microphone = HearingMicrophone(wanted, self._rate_hz, take(self._rate_hz))
        microphone.is_allowed = self.is_allowed
        self.opened.append(microphone)
        return microphone

    def refresh(self) -> None:
        assert all(each.is_closed for each in self.opened), "PortAudio would end the open streams"
        self._listed = list(self.plugged_in)

    def unplug(self, name: str) -> None:
        self.plugged_in.remove(name)
        for each in self.opened:
            if each.name == name:
                each.is_plugged_in = False
