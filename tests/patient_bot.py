"""pytest-qt's robot with more patience: a busy machine may take long for what takes a moment elsewhere."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

WAIT_MS = 120_000


class PatientBot(QtBot):
    """Gives up after a minute instead of five seconds, where a test says nothing of time."""

    def waitUntil(self, callback: Any, *, timeout: int = WAIT_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = WAIT_MS, **wanted: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **wanted)

    def waitSignals(self, signals: Any, *, timeout: int = WAIT_MS, **wanted: Any) -> Any:
        return super().waitSignals(signals, timeout=timeout, **wanted)
