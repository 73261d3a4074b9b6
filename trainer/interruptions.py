"""What may end or hold a run between two steps: a signal, a file in its folder, whoever started it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

PAUSE, STOP = "pause", "stop"  # names of files in the run's folder
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Wish(IntEnum):
    """What a run is to do after a step. Of several processes' wishes the greatest counts."""

    GO_ON = 0
    PAUSE = 1
    END_FOR_CALLER = 2
    END_FOR_FILE = 3
    END_FOR_SIGNAL = 4


class Interruptions:
    """Within its context the first SIGINT or SIGTERM is a wish; a second one ends the process at once.

    Signals reach the main thread alone: in any other the context changes nothing.
    """

    def __init__(self, folder: Path, stop: Callable[[], bool]) -> None:
        self._folder = folder
        self._stop = stop
        self._signalled = False
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruptions:
        if threading.current_thread() is threading.main_thread():
            self._former = {each: signal.signal(each, self._hear) for each in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, handler in self._former.items():
            signal.signal(each, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._signalled = True
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)

    def wish(self) -> Wish:
        if self._signalled:
            return Wish.END_FOR_SIGNAL
        if (self._folder / STOP).exists():
            return Wish.END_FOR_FILE
        if self._stop():
            return Wish.END_FOR_CALLER
        return Wish.PAUSE if (self._folder / PAUSE).exists() else Wish.GO_ON

    def obeyed(self) -> None:
        """A file that asked for the end has had it: the next run goes on."""
        (self._folder / STOP).unlink(missing_ok=True)
