"""What a person chose, kept: changed from anywhere, told to everybody, written a moment later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.settings import Settings, remembering, save
from engine.errors import EngineError

WRITE_AFTER_MS = 500  # a slider changes many times in a row


class Choices(QObject):
    """The settings of this run.

    changed : the new Settings and the old ones
    failed : a sentence; they could not be written
    """

    changed = Signal(object, object)
    failed = Signal(str)

    def __init__(self, settings: Settings, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._writing = QTimer(self)
        self._writing.setSingleShot(True)
        self._writing.setInterval(WRITE_AFTER_MS)
        self._writing.timeout.connect(self.write)
        self.settings = settings

    def change(self, **fields: Any) -> None:
        """Some fields of Settings."""
        self.become(replace(self.settings, **fields))

    @Slot(object)
    def become(self, settings: Settings) -> None:
        old = self.settings
        settings = self.settings = remembering(settings, old)
        if settings != old:
            self._writing.start()
            self.changed.emit(settings, old)

    @Slot()
    def write(self) -> None:
        """Now rather than later."""
        self._writing.stop()
        try:
            save(self.settings, self._path)
        except EngineError as error:
            self.failed.emit(str(error))
