"""The device that was chosen by name, or the system's own while that one is unplugged."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from app.playing.audio_devices import NoSound, OutputDevice, OutputDevices, Render

_DEAD_AFTER_S = 2.0


class OutputChoice:
    """Opens and starts the chosen device, falls back to the default one, and returns. Used by one thread.

    say : told in one sentence when sound goes somewhere else than before
    """

    def __init__(self, devices: OutputDevices, render: Render, say: Callable[[str], None]) -> None:
        self._devices = devices
        self._fill = render
        self._say = say
        self._wanted: str | None = None
        self._device: OutputDevice | None = None
        self._name_before: str | None = None
        self._calls = 0  # changed by the device's thread alone
        self._calls_before = 0
        self._called_at_s = 0.0
        self.is_running = False
        self.is_missed = False  # sound goes to the default device because the chosen one is not there

    def names(self) -> list[str]:
        return self._devices.names()

    def choose(self, name: str | None) -> None:
        """Use this device from now on, None for the system's own; the old one is closed."""
        self.close()
        self._wanted, self._name_before, self.is_missed = name, None, False

    def ready(self) -> OutputDevice:
        """The device, opened. Raises NoSound."""
        if self._device is None:
            self._device = self._open()
        return self._device

    def start(self) -> None:
        """Have the ready device call for sound. Raises NoSound."""
        if not self.is_running:
            device = self.ready()
            self._called_at_s = time.monotonic()
            device.start()
            self.is_running = True

    def is_dead(self) -> bool:
        """Whether the running device stopped by itself, or has not called for sound for two seconds."""
        if self._calls != self._calls_before:
            self._calls_before, self._called_at_s = self._calls, time.monotonic()
        is_alive = self._device is not None and self._device.is_alive()
        return self.is_running and not (is_alive and time.monotonic() - self._called_at_s < _DEAD_AFTER_S)

    def rest(self) -> None:
        """Stop the device but keep it open."""
        if self._device is not None and self.is_running:
            self._device.stop()
        self.is_running = False

    def close(self) -> None:
        self.rest()
        if self._device is not None:
            self._device.close()
        self._device = None

    def look_again(self) -> None:
        """Close the device and read anew which ones there are; the next `ready` takes the chosen one if it is back."""
        self.close()
        self._devices.refresh()

    def _render(self, out: np.ndarray, heard_at_s: float) -> None:
        self._calls += 1
        self._fill(out, heard_at_s)

    def _open(self) -> OutputDevice:
        is_missed = False
        try:
            device = self._open_newly_listed(self._wanted)
        except NoSound:
            if self._wanted is None:
                raise
            device, is_missed = self._open_newly_listed(None), True
        self._tell(device.name, is_missed)
        return device

    def _tell(self, name: str, is_missed: bool) -> None:
        if is_missed and not self.is_missed:
            self._say(f"{self._wanted} is not there, so sound goes to {name} until it is back.")
        elif self.is_missed and not is_missed:
            self._say(f"{name} is back, and sound goes there again.")
        elif self._name_before not in {None, name}:
            self._say(f"{self._name_before} is not there any more, so sound goes to {name}.")
        self._name_before, self.is_missed = name, is_missed

    def _open_newly_listed(self, name: str | None) -> OutputDevice:
        try:
            return self._devices.open(name, self._render)
        except NoSound:
            self._devices.refresh()  # what is listed may be from before something was plugged in or out
            return self._devices.open(name, self._render)
