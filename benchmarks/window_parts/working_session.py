"""A child of window.py: indexes a folder, searches it, listens to what was found, and looks at it.

    python benchmarks/window_parts/working_session.py SOUNDS gui --library FOLDER

Says, as JSON on a line of its own, for how long the event loop stood still meanwhile, how long sounds took to begin,
and which modules the window's process has loaded in the end.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest

from app.windows.main_window import MainWindow
from benchmarks.selection_to_sound import AskingDevice, OneDevice
from tests.driven_programs import Condition, drive, later

TICK_MS = 5
DEVICE_PERIOD_S = 0.005
SELECTIONS = 30
BETWEEN_S = 0.25  # two selections: the player skips what is only passed over
QUERY = "an owl hoots"


class Gaps(QObject):
    """How long the event loop took from one tick to the next, and how much of that this thread worked itself."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.taken_ms: list[tuple[float, float]] = []
        self._last = time.monotonic(), time.thread_time()
        self._ticking = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._ticking.timeout.connect(self._tick)
        self._ticking.start()

    def _tick(self) -> None:
        now = time.monotonic(), time.thread_time()
        self.taken_ms.append(((now[0] - self._last[0]) * 1000, (now[1] - self._last[1]) * 1000))
        self._last = now


def steps(window: MainWindow, sounds: Path, devices: OneDevice) -> Iterator[Condition]:
    finished: list[object] = []
    window.services.finished.connect(finished.append)
    gaps = Gaps(window)
    window.folders.add([sounds])
    yield partial(bool, finished)
    said: dict[str, object] = {"indexing_gaps_ms": gaps.taken_ms}
    window.searching.ask_for(QUERY)
    yield lambda: len(window.finding.results) and window.finding.results.row(0).score is not None
    window.table.setFocus()
    QTest.keyClick(window.table, Qt.Key.Key_Down)
    yield devices.opened.is_set
    said["selection_to_sound_ms"] = yield from select(window, devices.device)
    yield lambda: window.sound_pane.view.path
    yield later(1.0)  # for a picture
    said["modules"] = sorted(sys.modules)
    print(json.dumps(said), flush=True)
    window.close()


def select(window: MainWindow, device: AskingDevice) -> Generator[Condition, None, list[float]]:
    """From the key to the first block of the sound that it selects."""
    took_ms = []
    for _ in range(SELECTIONS):
        window.audition.stop()
        yield later(BETWEEN_S)
        device.sounds.clear()
        asked = time.monotonic()
        QTest.keyClick(window.table, Qt.Key.Key_Down)
        yield device.sounds.is_set
        took_ms.append((device.first_at_s - asked) * 1000)
    return took_ms


if __name__ == "__main__":
    sounds = Path(sys.argv.pop(1))
    devices = OneDevice(DEVICE_PERIOD_S)
    sys.exit(drive(lambda window: steps(window, sounds, devices), lambda: devices))
