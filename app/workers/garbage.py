"""Python's garbage is collected in the window's thread alone.

Left to itself, the collector runs in whichever thread happens to allocate. If what it finds there are objects of Qt,
their destructor takes a lock of Qt and waits for Python's; the window's thread, destroying others, holds Python's and
waits for Qt's: both wait for ever.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


def collect_what_is_due() -> None:
    """What the collector would do by itself, with its own thresholds, but in this thread."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    due = [generation for generation in range(3) if counts[generation] > thresholds[generation] > 0]
    if due:
        gc.collect(due[-1])


class GarbageCollection(QObject):
    """As long as it is open, nothing is collected but by a timer of the thread that made it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(collect_what_is_due)
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        gc.enable()
