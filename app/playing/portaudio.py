"""The one PortAudio of this process, which plays and records: which devices there are, and who has a stream open.

PortAudio's list of devices is as old as its initialisation, and reading it anew ends every open stream; an index may
then mean another device. So devices are known by name, and the list is read anew only while no stream is open, be it
one that plays or one that records. Nor does PortAudio bear two threads that do such things at once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

Direction = Literal["input", "output"]

_ALSA_CARD_NUMBER = re.compile(r" \(hw:\d+,\d+\)$")  # given anew at each plugging in


class NoPortAudio(Exception):
    """PortAudio is not installed, or does not answer."""


class _Streams:
    """The open streams of this process; its condition is held by whoever asks PortAudio for anything but samples."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.open: set[int] = set()
        self.times_listed = 0


_STREAMS = _Streams()


class PortAudio:
    """The devices of one host API, in one direction. Raises NoPortAudio."""

    def __init__(self, direction: Direction) -> None:
        try:
            import sounddevice  # not above: it takes its time, and raises without PortAudio
        except OSError as error:
            raise NoPortAudio from error
        self._sounddevice: Any = sounddevice
        self._direction = direction
        self.error: type[Exception] = sounddevice.PortAudioError

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """As long as this lasts, an index means the same device."""
        with _STREAMS.changed:
            yield

    def names(self) -> list[str]:
        """Raises NoPortAudio."""
        with _STREAMS.changed:
            return [name for name, _ in self._devices()]

    def index_of(self, name: str | None) -> int | None:
        """Of the device of this name, or with None of the one that the system prefers; None if there is none.

        Raises NoPortAudio.
        """
        with _STREAMS.changed:
            devices = self._devices()
            if name is None:
                preferred: int = self._host_api()[f"default_{self._direction}_device"]
                return preferred if preferred >= 0 else next((index for _, index in devices), None)
            same = [index for found, index in devices if found == name]
            same += [index for found, index in devices if lasting(found) == lasting(name)]
            return next(iter(same), None)

    def about(self, index: int) -> dict[str, Any]:
        """What PortAudio tells of a device."""
        with _STREAMS.changed:
            told: dict[str, Any] = self._sounddevice.query_devices(index)
            return told

    def open(self, index: int, **wanted: Any) -> Any:
        """A stream of sounddevice's. Raises `error`."""
        kind = self._sounddevice.OutputStream if self._direction == "output" else self._sounddevice.InputStream
        with _STREAMS.changed:
            stream = kind(device=index, dtype="float32", **wanted)
            _STREAMS.open.add(id(stream))
            return stream

    def close(self, stream: Any) -> None:
        with _STREAMS.changed:
            stream.close(ignore_errors=True)
            _STREAMS.open.discard(id(stream))
            _STREAMS.changed.notify_all()

    def refresh(self, patience_s: float = 0.0) -> bool:
        """Read anew which devices there are, unless somebody has a stream open for longer than `patience_s`.

        Whether the list is new now, by this call or one of another thread meanwhile. Raises `error`.
        """
        with _STREAMS.changed:
            before = _STREAMS.times_listed
            _STREAMS.changed.wait_for(lambda: not _STREAMS.open or _STREAMS.times_listed != before, patience_s)
            if not _STREAMS.open:
                # private, but the one way that its author names (python-sounddevice#125)
                self._sounddevice._terminate()
                self._sounddevice._initialize()
                _STREAMS.times_listed += 1
                _STREAMS.changed.notify_all()
            return _STREAMS.times_listed != before

    def _devices(self) -> list[tuple[str, int]]:
        try:
            devices = [(index, self._sounddevice.query_devices(index)) for index in self._host_api()["devices"]]
        except self.error as error:
            raise NoPortAudio from error
        return [(device["name"], index) for index, device in devices if device[f"max_{self._direction}_channels"] > 0]

    def _host_api(self) -> dict[str, Any]:
        """Each device appears once in each host API; Windows' oldest, its default, cuts names short."""
        try:
            apis = self._sounddevice.query_hostapis()
            first = self._sounddevice.default.hostapi
        except self.error as error:
            raise NoPortAudio from error
        default = f"default_{self._direction}_device"
        preferred = [api for api in apis if api["name"] == "Windows WASAPI" and api[default] >= 0]
        found: dict[str, Any] = preferred[0] if preferred else apis[first]
        return found


def lasting(name: str) -> str:
    """What stays of a device's name when it is unplugged and comes back."""
    return _ALSA_CARD_NUMBER.sub("", name)


def reason(error: Exception) -> str:
    """Why PortAudio would not, to be put into brackets."""
    return str(error.args[0]).rstrip(".") if error.args else "no reason given"
