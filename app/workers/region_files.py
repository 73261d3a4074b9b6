"""Has the file for the selected region ready before it is dragged."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.playing.player import Region
from app.region_file import region_folder, remove_old_regions, write_region
from app.workers.background import Background
from engine.errors import EngineError


class RegionFiles(QObject):
    """Writes one region at a time, and remembers the newest.

    ready : the Path of the file for the region that was asked for last
    failed : one sentence
    """

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        """folder : where the files are written; None for the usual one"""
        super().__init__(parent)
        self._folder = folder or region_folder()
        self._background = Background(1, name="regions", parent=self)
        self._background.run(partial(remove_old_regions, self._folder))
        self._wanted: tuple[Path, Region] | None = None
        self._dropped = threading.Event()
        self._file: Path | None = None

    def prepare(self, path: Path, region: Region) -> None:
        """Write the file, unless it is written or being written."""
        if (path, region) == self._wanted:
            return
        self.drop()
        self._wanted = (path, region)
        dropped = self._dropped
        write = partial(write_region, path, region.start_s, region.end_s, self._folder, lambda: not dropped.is_set())
        self._background.run(write, partial(self._deliver, dropped), partial(self._fail, dropped))

    def drop(self) -> None:
        """Nothing is wanted any more; a file that is written stays, it may have been dragged somewhere."""
        self._dropped.set()
        self._dropped = threading.Event()
        self._wanted = self._file = None

    def file_for(self, path: Path, region: Region) -> Path | None:
        """The file if it is ready."""
        return self._file if (path, region) == self._wanted else None

    def close(self) -> None:
        self.drop()
        self._background.close()

    def _deliver(self, dropped: threading.Event, file: Path | None) -> None:
        if file is not None and not dropped.is_set():
            self._file = file
            self.ready.emit(file)

    def _fail(self, dropped: threading.Event, error: Exception) -> None:
        if not isinstance(error, EngineError):
            raise error
        if not dropped.is_set():
            self._wanted = None
            self.failed.emit(str(error))
