"""For keys that are held down: the first call at once, then at most one in a while, and of those that waited only the
newest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot


class Throttle(QObject):
    """Calls functions on the GUI thread; a call that another one overtook is never made."""

    def __init__(self, interval_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: Callable[[], object] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._call_waiting)

    @property
    def is_waiting(self) -> bool:
        return self._waiting is not None

    @property
    def is_resting(self) -> bool:
        """Whether the next call would have to wait."""
        return self._timer.isActive()

    def call(self, function: Callable[[], object]) -> None:
        self._waiting = function
        if not self._timer.isActive():
            self._call_waiting()

    def cancel(self) -> None:
        """What waits is not called any more."""
        self._waiting = None

    @Slot()
    def _call_waiting(self) -> None:
        function, self._waiting = self._waiting, None
        if function is not None:
            self._timer.start()
            function()
